"""Where a named minor will be is told to nobody outside her visit, by no way in and whatever is done (TRUST S54)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import ndiff

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.jobs import proposals
from scheduler.people.models import User
from scheduler.policy import ANONYMOUS
from tests.factories import MONDAY
from tests.laws.whereabouts import (
    FETCHER,
    HIDDEN,
    HIDDEN_CYRL,
    LONG,
    MACHINE,
    RANDOM,
    TWINS,
    Answer,
    Seeker,
    World,
    addresses,
    answer_of,
    letters_to,
    look,
    parts_of,
    presses,
    seekers_of,
    ways,
)
from tests.web.browser import browser_of

Walk = list[tuple[str, int]]
ANYTHING = re.compile("")
# Where a page or a refusal weighs her time: candidates, moving, placing, the board, a region, dates, her page.
WEIGHS_HER_TIME = re.compile(
    r"/visits/[^/]+(/(place|place/cells|move|copy|suggest/\d+))?$|/(board|region)\?|/people/\d+$|/requests/[^/]+/dates$"
)
STRANGERS = ("foreign educator", "foreign staff", "other school", "anybody")
EDUCATORS = ("ana", "boris", "vera")
OTHER_MINOR = "other minor"
# Ana and the minor accept, Boris is asked, Vera knows of nothing; who is who in an act: 0 Ana, 1 Boris, 2 Vera, 3 she
STAFFED = [*(("suggest", who) for who in (0, 1, 3)), ("offer", 9), ("accept", 0), ("accept", 3)]
LEFT = [*STAFFED, ("decline", 1), ("release", 0), ("suggest", 2), ("offer", 9), ("accept", 2), ("move", 1)]
APART = [*(("suggest", who) for who in (0, 9, 7, 2)), ("offer", 9), ("accept", 0), ("accept", 1), ("accept", 3)]
CALLED_OFF = [*STAFFED, ("accept", 1), ("leave", 0), ("leave", 3), ("seek", 0), ("move", 2), ("cancel", 0)]
SHUT = [*STAFFED, ("confirm", 0), ("decline", 1), ("call", 0), ("hand", 2), ("hand", 1), ("rename", 1), ("shut", 0)]
TAKEN_BACK = [*STAFFED, ("confirm", 0), ("replace", 0), ("join", 0), ("lapse", 0), ("take_back", 0)]
RENAMED = [*STAFFED, ("shut", 0), ("rename", 0)]
ACTS = (
    *("suggest", "offer", "accept") * 3,
    *("decline", "lapse", "release", "leave", "replace", "confirm", "move", "join", "rename", "cancel"),
    *("shut", "take_back", "seek", "call", "hand"),
)
WALKS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=2, max_size=8).map(
    lambda more: [*STAFFED, *more]
)


@dataclass
class Seen:
    """What is read in one world after a walk: by seekers outside the circle, by those in it, and in letters to both."""

    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    insiders: dict[str, dict[str, Answer]] = field(default_factory=dict)
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)  # who was never told of the visit


def seen_in_world(app: Flask, twin: int, walk: Walk, who: Sequence[str]) -> Seen:
    """Walk in a fresh world, and look; who was asked no more half-way must read at the end what she read then."""
    db.session.remove()
    app.extensions["clean_tables"].empty()
    world, seen = World(twin), Seen()
    seekers, own = seekers_of(app, world), dict(zip(EDUCATORS, world.educators, strict=True))
    half = len(STAFFED) + (len(walk) - len(STAFFED)) // 2
    world.walk(walk[:half])
    seats = world.seats()
    stopped = {name: since for name in EDUCATORS if (since := world.asked_until(own[name], seats))}
    before = {name: look(app, world, seekers[name]) for name in stopped if name in who and twin == 0}
    world.walk(walk[half:])
    seats = world.seats()
    for name in set(who) - {OTHER_MINOR}:
        outside = name in STRANGERS or not world.may_know(own[name], seats)
        (seen.answers if outside else seen.insiders)[name] = look(app, world, seekers[name])
        asked = name in EDUCATORS and any(seat.presenter_id == own[name].id and seat.offered_until for seat in seats)
        stays = name in before and world.asked_until(own[name], seats) == stopped[name]
        if stays and not world.reads_to_the_end(own[name], seats):
            assert_stands_still(name, before[name], seen.answers[name])
        if not asked and (not world.called or name in STRANGERS):
            seen.strangers.add(name)
        if outside and (not asked or world.asked_until(own[name], seats)):  # who is asked would answer by pressing
            pressed = {way: answer_of(seekers[name], "POST", way) for way in presses(app, world, seekers[name])}
            seen.answers[name] |= {f"POST {RANDOM.sub('…', way)}": said for way, said in pressed.items()}
    if not world.may_know(world.twins[1 - twin], seats):  # she is called as one of the two, so only names can tell
        told = look(app, world, seekers[OTHER_MINOR]) if OTHER_MINOR in who else {}
        assert [way for way, said in told.items() if set(TWINS[twin]) & names_in(said, way)] == []
    users = [one.user_id for one in (*world.educators, world.stranger)] + [world.foreign.id]
    emails = db.session.scalars(sa.select(User.email).where(User.id.in_(users)))
    seen.letters = letters_to({*emails, world.elsewhere.contact_email})
    return seen


def check(app: Flask, walk: Walk, who: Sequence[str]) -> int:
    """How many answers were looked at: each is the same whichever of the two minors goes, and names neither."""
    one, other = (seen_in_world(app, twin, walk, who) for twin in (0, 1))
    assert one.answers.keys() == other.answers.keys()
    for name, answers in one.answers.items():
        ways = [way for way in answers | other.answers[name] if not way.startswith(MACHINE)]
        differ = [way for way in ways if answers.get(way) != other.answers[name].get(way)]
        assert differ == [], difference(answers.get(differ[0]), other.answers[name].get(differ[0]))
    assert one.letters == other.letters
    for seen in (one, other):
        everybody = [*seen.answers.items(), *seen.insiders.items()]
        fetched = [(name, way) for name, said in everybody for way in said if tells_who_fetches(said[way], way)]
        assert fetched == []
        named = [
            (name, way) for name, answers in seen.answers.items() for way in answers if names_in(answers[way], way)
        ]
        assert named == []
        assert [
            letter for letter in seen.letters if any(word in "".join(letter) for twin in TWINS for word in twin)
        ] == []
        for name, answers in seen.insiders.items():
            known = {way: names_in(said, way) & {family for _given, family in TWINS} for way, said in answers.items()}
            assert [(name, way) for way, names in known.items() if names] == []
        for name in seen.strangers & {*EDUCATORS, "foreign educator"}:
            found = [way for way, said in seen.answers[name].items() if HIDDEN in said.text or HIDDEN_CYRL in said.text]
            assert [(name, way) for way in found if "host=" not in way and HIDDEN not in way] == []
    return sum(map(len, one.answers.values()))


def tells_who_fetches(said: Answer, way: str) -> bool:
    """Weeks before the day nobody is told, not even the adult who goes along."""
    return FETCHER in said.text and FETCHER not in way


def names_in(said: Answer, way: str = "") -> set[str]:
    """The names of the two minors in an answer, without what was typed into the address."""
    return {word for twin in TWINS for word in twin if word in said.text and word not in way}


def assert_stands_still(name: str, before: dict[str, Answer], after: dict[str, Answer]) -> None:
    """Who is asked no more reads what she read then; from her calendar a thing may only go."""
    for way, said in before.items():
        now = after[way]
        if way.startswith("/feeds/"):
            assert set(events_in(now)) <= set(events_in(said)), name
            assert now.changed == said.changed, name
        else:
            assert now == said, (name, way, difference(said, now))


def events_in(said: Answer) -> list[str]:
    return said.text.split("BEGIN:VEVENT")[1:]


def difference(one: Answer | None, other: Answer | None) -> list[str]:
    """The lines that differ, for who reads why the test failed."""
    texts = [
        repr((said.status, said.leads_to, said.changed)) + "\n" + said.text if said else "" for said in (one, other)
    ]
    return [line for line in ndiff(*(text.splitlines() for text in texts)) if line[:1] in "+-"][:12]


@pytest.fixture
def house(app: Flask, monkeypatch) -> Flask:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)  # seconds of search are enough for a plan of one visit
    return app


@pytest.mark.parametrize("walk", [LEFT, APART], ids=["some left", "each goes to a part"])
def test_no_colleague_outside_the_circle_is_told(house: Flask, walk: Walk):
    assert check(house, walk, EDUCATORS) > 60


def test_no_stranger_is_told(house: Flask):
    """Who presents for another centre, another school, anybody, and another minor of the centre."""
    assert check(house, SHUT, ["foreign educator", "other school", "anybody", OTHER_MINOR]) > 100


def test_every_part_of_an_address_is_known(house: Flask):
    """A page with a part that nobody has thought of yet falls under this law by naming what may stand there."""
    world = World(0)
    parts = parts_of(world, seekers_of(house, world)["anybody"])
    assert [list(addresses(rule, parts)) for rule in house.url_map.iter_rules() if rule.endpoint != "static"]


def test_no_walk_is_only_refusals(house: Flask):
    done: set[str] = set()
    for walk in (LEFT, APART, CALLED_OFF, SHUT, TAKEN_BACK):
        house.extensions["clean_tables"].empty()
        world = World(0)
        world.walk(walk)
        done |= world.done

    assert done == set(ACTS)


@pytest.mark.slow
def test_no_staff_of_another_centre_is_told(house: Flask):
    assert check(house, SHUT, ["foreign staff"]) > 200


@pytest.mark.slow
@settings(
    max_examples=settings.default.max_examples // 50 or 1,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(walk=CALLED_OFF)
@example(walk=SHUT)
@example(walk=TAKEN_BACK)
@example(walk=RENAMED)
@given(walk=WALKS)
def test_whatever_is_done_nobody_outside_the_circle_is_told(house: Flask, walk: Walk):
    check(house, walk, EDUCATORS)


def test_what_a_school_hands_on_names_no_young_presenter(house: Flask):
    """The page to read, the text, the calendar file and the papers of the very school to which she goes."""
    world = World(0)
    world.walk([*STAFFED, ("confirm", 0)])
    with transaction():
        own, read = (tokens.mint(kind, world.asked.id, lasts=LONG, now=MONDAY) for kind in ("status", "read"))
    handed = Seeker("who reads", ANONYMOUS, house.test_client(), secret=own, token=read)
    told = [
        f"/read/{read}", f"/read/{read}/visit.ics", f"/status/{own}/visit.ics", f"/status/{own}/share/{read}",
        f"/status/{own}/invitation",
    ]  # fmt: skip

    said = {way: answer_of(handed, "GET", way) for way in told}

    assert [answer.status for answer in said.values()][:4] == [200] * 4
    assert [way for way, answer in said.items() if names_in(answer)] == []
    own_page = answer_of(handed, "GET", f"/status/{own}")
    assert TWINS[0][0] in own_page.text  # the school itself reads her given name, so the names above could be found


def read_by_limited_staff(app: Flask, place: int, walk: Walk, within: re.Pattern[str]) -> dict[str, Answer]:
    """What staff limited to a third district read and are answered, when she goes to one of the two schools."""
    db.session.remove()
    app.extensions["clean_tables"].empty()
    world = World(0, place)
    world.walk(walk)
    user = world.limited_staff()
    seeker = Seeker("limited staff", user.actor(), browser_of(app, user))
    shown = filter(within.match, ways(app, world, seeker))
    said = {RANDOM.sub("…", way): answer_of(seeker, "GET", way) for way in shown}
    for way in filter(within.match, presses(app, world, seeker)):
        said[f"POST {RANDOM.sub('…', way)}"] = answer_of(seeker, "POST", way)
    assert [way for way, answer in said.items() if world.number in answer.text and world.number not in way] == []
    return said


def check_limited_staff(app: Flask, walk: Walk, within: re.Pattern[str] = ANYTHING) -> int:
    """How many answers were looked at: each is the same whichever of two schools she goes to."""
    one, other = (read_by_limited_staff(app, place, walk, within) for place in (0, 1))
    assert one.keys() == other.keys()
    differ = [way for way in one if one[way] != other[way] and not way.startswith(MACHINE)]
    assert {way: difference(one[way], other[way]) for way in differ} == {}
    return len(one)


@pytest.mark.slow
@pytest.mark.both_databases
def test_staff_limited_to_other_districts_are_not_told(house: Flask):
    """They read when she is promised, never where."""
    assert check_limited_staff(house, STAFFED) > 300


@pytest.mark.slow
@pytest.mark.both_databases
@settings(
    max_examples=settings.default.max_examples // 50 or 1,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(walk=STAFFED)
@given(walk=WALKS)
def test_whatever_is_done_staff_limited_to_other_districts_are_not_told(house: Flask, walk: Walk):
    assert check_limited_staff(house, walk, WEIGHS_HER_TIME) > 15

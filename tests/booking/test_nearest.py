"""Free dates of the nearest, and of who could change them: the same days, to the letter, as everybody says."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from scheduler.booking.queries import seekers
from scheduler.booking.queries.free_dates import asked_place, near_calendar, open_calendar
from scheduler.booking.queries.seekers import Errand
from scheduler.booking.rules.free_dates import judged_against, judged_dates
from scheduler.booking.rules.nearest import Others, WantedPeople, wanted_of
from scheduler.booking.terms.free_dates import Days, FreeFacts, FreeWish, KeptSitting, Seeker
from scheduler.core.clock import moment_of
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterSkill
from scheduler.people.terms import Hours, PresenterKind, TeachingLanguage
from scheduler.places.queries import municipalities
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Assignment
from tests.booking.dice import NEAR, Dice
from tests.booking.free_facts import DAY, NIS, VRANJE, WORKING, a_seeker, facts
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.visits import m_scale


def a_crowd(seed: int) -> FreeFacts:
    """A random wish, and so many people that some of them are enough for most of its times."""
    dice = Dice(seed)
    wish = replace(dice.wish(), at=dice.mostly(None, dt.time(23, 30), dt.time(7)))
    return replace(wish, people=tuple(dice.seeker(number) for number in range(1, dice.random.randint(6, 25))))


def first_of_each_kind(wish: FreeFacts, number: int) -> list[Seeker]:
    of_kind = [[one for one in wish.people if one.kind is kind] for kind in PresenterKind]
    return [one for people in of_kind for one in people[:number]]


def known_of(people: Iterable[Seeker], kinds: Iterable[PresenterKind]) -> Others:
    able = [one for one in people if one.topics and one.languages]
    hours = tuple(sorted({row for one in able for row in one.hours}, key=lambda row: (row.weekday, row.from_local)))
    added = {Days(row.first_day, row.last_day) for one in able for row in one.exceptions if row.available}
    return Others(frozenset(kinds), hours, tuple(added))


def is_among(one: Seeker, wanted: WantedPeople) -> bool:
    keeps, adds = wanted.hours & set(one.hours), any(row.available for row in one.exceptions)
    return one.kind in wanted.kinds and bool(wanted.everybody or keeps or (wanted.beside and adds))


@pytest.mark.deep
@given(st.integers(0, 10**9), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_who_is_not_wanted_changes_no_day(seed: int, number: int):
    wish = a_crowd(seed)
    some = first_of_each_kind(wish, number)
    others = known_of(wish.people, PresenterKind)
    found, judged = judged_dates(replace(wish, people=tuple(some)), moment_of)

    wanted = wanted_of(judged, others)

    asked = [one for one in wish.people if one in some or is_among(one, wanted)]
    assert judged_dates(replace(wish, people=tuple(asked)), moment_of)[0] == judged_dates(wish, moment_of)[0]
    assert wanted or found == judged_dates(wish, moment_of)[0]


@given(st.integers(0, 10**9), st.sampled_from(NEAR))
@settings(max_examples=30, deadline=None)
def test_who_is_not_wanted_speaks_against_no_day_either(seed: int, day: dt.date):
    wish = a_crowd(seed)
    some = first_of_each_kind(wish, 2)
    _found, judged = judged_against(replace(wish, people=tuple(some)), day, moment_of)

    wanted = wanted_of(judged, known_of(wish.people, PresenterKind))

    asked = tuple(one for one in wish.people if one in some or is_among(one, wanted))
    assert judged_against(replace(wish, people=asked), day, moment_of)[0] == judged_against(wish, day, moment_of)[0]


def test_of_the_random_crowds_some_want_others_and_some_do_not():
    """The comparison above compares something."""
    wanted = []
    for seed in range(60):
        wish = a_crowd(seed)
        judged = judged_dates(replace(wish, people=tuple(first_of_each_kind(wish, 4))), moment_of)[1]
        wanted.append(wanted_of(judged, known_of(wish.people, PresenterKind)))

    assert len([one for one in wanted if not one]) > 3
    assert len([one for one in wanted if one and not one.everybody]) > 3
    assert len([one for one in wanted if one.everybody]) > 3


EVENINGS = Hours(2, dt.time(17), dt.time(20))


@pytest.mark.parametrize(
    ("hours", "added", "wanted"),
    [
        (WORKING, (), WantedPeople()),
        ((*WORKING, EVENINGS), (), WantedPeople(frozenset(PresenterKind), frozenset({EVENINGS}))),
        (WORKING, (Days(NEAR[1], NEAR[1]),), WantedPeople(frozenset(PresenterKind), beside=True)),
    ],
)
def test_only_who_keeps_hours_that_are_open_is_wanted(
    hours: tuple[Hours, ...], added: tuple[Days, ...], wanted: WantedPeople
):
    people = a_seeker(1), a_seeker(2, PresenterKind.INFLUENCER)
    wish = facts(*people, rule=replace(facts().rule, influencers=1), point=NIS)

    judged = judged_dates(wish, moment_of)[1]

    assert wanted_of(judged, Others(frozenset(PresenterKind), hours, added)) == wanted


def test_where_too_few_of_the_nearest_could_go_at_all_everybody_is_wanted():
    judged = judged_dates(facts(a_seeker(reach_km=1), point=VRANJE), moment_of)[1]

    assert wanted_of(judged, Others(frozenset({PresenterKind.EDUCATOR}), WORKING, ())).everybody


# --- The same of the database, in a centre that is busy ---


@pytest.fixture
def busy(session, monkeypatch) -> FreeWish:
    """Sixty educators and twenty young presenters with a thousand visits; six of each kind are the nearest."""
    monkeypatch.setattr(seekers, "ASKED_OF_A_KIND", 6)
    wish, dice = m_scale.write(), Random(11)
    for who in session.scalars(select(Presenter.id).order_by(Presenter.id)).all():
        if dice.random() < 0.2:
            first = MONDAY.date() + dice.randint(0, 100) * DAY
            days = {"first_day": first, "last_day": first + 3 * DAY, "available": dice.random() < 0.3}
            session.add(AvailabilityException(presenter_id=who, **days))
        if dice.random() < 0.05:
            late = {"from_local": dt.time(18), "until_local": dt.time(21)}
            session.add(AvailableHours(presenter_id=who, weekday=dice.randint(0, 6), **late))
    session.commit()
    return wish


def wishes_like(wish: FreeWish) -> list[FreeWish]:
    morning = KeptSitting(dt.time(9), 45), KeptSitting(dt.time(10), 45)
    return [
        wish,
        replace(wish, classes=("VII-1",)),
        replace(wish, classes=("VII-1", "VIII-2"), sittings=2),
        replace(wish, kept=morning),
        replace(wish, minutes=240),
        replace(wish, at=dt.time(19)),
        replace(wish, audience=Audience.PARENTS),
        replace(wish, audience=Audience.TEACHERS, minutes=600),
        replace(wish, language=TeachingLanguage.HUNGARIAN),
        replace(wish, language=TeachingLanguage.ROMANIAN),
    ]


@pytest.mark.deep
@pytest.mark.both_databases
def test_the_nearest_say_the_days_that_everybody_says(busy: FreeWish, session):
    """Also who asks one calendar again and again; and a crew that is named is found wherever it lives."""
    far = session.scalars(select(Presenter.id).order_by(Presenter.id.desc()).limit(2)).all()
    day, crew = MONDAY.date() + 30 * DAY, replace(busy, crew=tuple(sorted(far)))
    kept, everybodys = near_calendar(busy, now=MONDAY), open_calendar(busy, now=MONDAY)
    found = []
    for wish in [*wishes_like(busy), crew]:
        whole = open_calendar(wish, now=MONDAY).free_dates(wish)
        near = near_calendar(wish, now=MONDAY).free_dates(wish)
        found.append((whole, near))
    for wish in wishes_like(busy)[:6]:
        found += [(everybodys.free_dates(wish), kept.free_dates(wish))]
        found += [(everybodys.against(wish, day), kept.against(wish, day))]

    assert [near for _whole, near in found] == [whole for whole, _near in found]
    assert len({whole.days for whole, _near in found[:10]}) > 6


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("share", [1, 4])
def test_the_nearest_are_the_same_looked_for_in_the_nearest_towns_or_in_all(
    busy: FreeWish, session, monkeypatch, share: int
):
    """Whether all have the topic, or every fourth; and wherever the school lies."""
    session.execute(delete(PresenterSkill).where(PresenterSkill.presenter_id % share > 0))
    for who in session.scalars(select(Presenter)).all():
        who.home_id = 1 + who.id % 7
    session.commit()
    programme, days = asked_place(busy).programme, (MONDAY.date(), MONDAY.date() + 100 * DAY)
    found: list[list[tuple[int, ...]]] = []
    for town in municipalities():
        errand = Errand(programme, busy.language, town, town.point, days, MONDAY)
        found.append([])
        for number in (0, 1, 2, 4, 30):
            monkeypatch.setattr(seekers, "NEAR_TOWNS", number)
            found[-1].append(tuple(one.presenter_id for one in seekers.nearest(errand).people))

    assert all(len(set(said)) == 1 and len(said[0]) == 12 for said in found)
    assert len({said[0] for said in found}) > 3


@pytest.mark.deep
@pytest.mark.both_databases
def test_others_are_asked_in_two_questions_at_most_and_only_of_what_the_nearest_leave_open(
    busy: FreeWish, session, monkeypatch
):
    # no more of a kind than the nearest; busy; all free
    for number, free, most in ((61, False, 5), (6, False, 7), (6, True, 5)):
        monkeypatch.setattr(seekers, "ASKED_OF_A_KIND", number)
        if free:
            session.execute(delete(Assignment))
            session.commit()
        wish = replace(busy, kept=(KeptSitting(dt.time(10), 45),)) if free else busy
        with statements() as made:
            found = near_calendar(wish, now=MONDAY).free_dates(wish)
        at_most(most, made)
        assert len(found.free) > 20

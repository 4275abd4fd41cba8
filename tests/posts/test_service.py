"""Posts: how long for their channel, planned, posted or dropped, pictures, and what came of them."""

import datetime as dt

import pytest

from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.imports.batches import HangsOnIt
from scheduler.imports.staging import Filing
from scheduler.policy import Role
from scheduler.posts import queries, service
from scheduler.posts.imports import read_reach
from scheduler.posts.rules import lacks_before_ready, lengths_of, letters_in, problems_with_picture, problems_with_post
from scheduler.posts.terms import (
    MOST_LETTERS,
    LeadsTo,
    PictureDraft,
    PictureLicence,
    PostChannel,
    PostDraft,
    PostState,
    ReachDraft,
)
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.posts import a_post_draft, planned
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_scan
from tests.refusals import conflict, rejection
from tests.visits.defences import by_sql, refusal_of
from tests.workbooks import a_workbook

DAY = MONDAY.date()
LATER = MONDAY + dt.timedelta(hours=2)


@pytest.fixture
def desk(session):
    return an_actor()


def posted(desk, **given) -> str:
    number = planned(desk, **given)
    for state in (PostState.READY, PostState.POSTED):
        service.move_post(desk, number, state, now=MONDAY)
    return number


def state_of(desk, number) -> PostState:
    db.session.rollback()
    return queries.post_of(desk, number).state


def test_a_post_is_planned_written_posted_and_what_came_of_it_is_typed(desk):
    number = posted(desk)
    service.say_reach(desk, number, ReachDraft(1200, 85), now=LATER)
    row = queries.post_of(desk, number)
    assert (row.state, row.reached, row.reacted) == (PostState.POSTED, 1200, 85)
    assert queries.sums_of([row]).reached == 1200
    assert [row.number for row in queries.posts_between(desk, DAY, DAY, queries.OF_HELPLINE)] == [number]


def test_a_post_is_ready_with_a_text_looked_at_again_and_stays_once_posted(desk):
    number = planned(desk, text_sr_cyrl="", poster_id=None)
    with rejection(text_sr_cyrl="missing", poster="missing"):
        service.move_post(desk, number, PostState.READY, now=MONDAY)
    number = planned(desk)
    service.move_post(desk, number, PostState.READY, now=MONDAY)
    service.change_post(desk, number, a_post_draft(desk, text_sr_cyrl="Друго"), now=MONDAY)
    assert state_of(desk, number) is PostState.PLANNED
    with conflict("post_stands"):
        service.change_post(desk, posted(desk), a_post_draft(desk, text_sr_cyrl="Друго"), now=MONDAY)


def test_posted_and_dropped_are_taken_back_within_the_hour(desk):
    number, other = posted(desk), planned(desk)
    service.move_post(desk, other, PostState.DROPPED, now=MONDAY)
    service.move_post(desk, other, PostState.DROPPED, now=MONDAY)  # twice is once
    service.take_post_back(desk, number, now=MONDAY)
    assert state_of(desk, number) is PostState.READY
    with conflict("post_stands"):
        service.take_post_back(desk, other, now=LATER)


def test_a_post_is_of_its_centre_for_who_reads_plans_and_posts_it(desk):
    stranger, foreign = make_user(), make_campaign()
    with rejection(campaign="unknown", poster="unknown"):
        planned(desk, campaign_id=foreign.id, poster_id=stranger.id)
    own = make_campaign(programme=make_programme(centre_id=desk.centre_id))
    number = planned(desk, campaign_id=own.id, leads_to=LeadsTo.CAMPAIGN)
    assert [one.number for one in queries.posts_between(desk, DAY, DAY, own.slug)] == [number]
    assert queries.place_behind(number) == (LeadsTo.CAMPAIGN, own.slug)

    number = planned(desk)
    with pytest.raises(NotFound):
        queries.post_of(an_actor(), number)
    with pytest.raises(NotFound):
        service.move_post(an_actor(), number, PostState.DROPPED, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.plan_post(an_actor(Role.EDUCATOR), a_post_draft(desk), now=MONDAY)


def test_a_picture_is_drawn_anew_and_says_whose_it_is(desk):
    number = planned(desk)
    said = PictureDraft(PictureLicence.FREE, "Ana Ilić, CC BY 4.0", agreed=True)
    service.give_picture(desk, number, a_scan("jpeg"), said, now=MONDAY)
    row = queries.post_of(desk, number)
    assert (row.picture.credit, row.picture.agreed_on) == ("Ana Ilić, CC BY 4.0", DAY)
    assert queries.picture_of(desk, number).startswith(b"\xff\xd8")
    with pytest.raises(Rejected):
        service.give_picture(desk, number, a_scan("pdf"), said, now=MONDAY)
    service.take_picture_away(desk, number, now=MONDAY)
    assert queries.post_of(desk, number).picture is None


HEAD = "објава;досег;реакције"


def taken_in(actor, *lines, **given):
    content = lines[0] if isinstance(lines[0], bytes) else "\n".join((HEAD, *lines)).encode()
    return service.import_reach(actor, read_reach(content), Filing(MONDAY, actor.centre_id, "a.csv", **given))


def reach(actor, number):
    row = queries.post_of(actor, number)
    return row.reached, row.reacted


@pytest.mark.both_databases
def test_reach_is_stored_whole_and_taken_back_to_what_stood_before(desk):
    one, other = posted(desk), posted(desk)
    service.say_reach(desk, other, ReachDraft(5, 1), now=MONDAY)
    lines = [f"{one};4.180;312", f"https://raspored.example/p/{other};9340;871"]
    assert taken_in(desk, *lines, dry_run=True).changed == 2
    assert reach(desk, one) == (None, None)
    outcome = taken_in(desk, *lines)
    assert (reach(desk, one), reach(desk, other)) == ((4180, 312), (9340, 871))
    assert (taken_in(desk, *lines).same, taken_in(desk, *lines).batch_id) == (2, None)
    service.take_back_reach(desk, outcome.batch_id, now=MONDAY)
    assert (reach(desk, one), reach(desk, other)) == ((None, None), (5, 1))


def test_what_somebody_typed_since_stays_and_an_open_page_is_asked_before_it_is_written_over(desk):
    number = posted(desk)
    outcome = taken_in(desk, f"{number};10;1")
    service.say_reach(desk, number, ReachDraft(11, 1), now=MONDAY)
    with pytest.raises(HangsOnIt):
        service.take_back_reach(desk, outcome.batch_id, now=MONDAY)
    assert reach(desk, number) == (11, 1)
    before = queries.post_of(desk, number).version
    taken_in(desk, f"{number};10;1")
    assert queries.post_of(desk, number).version == before + 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("abc;10;1", ("објава", "not_a_post")), ("zzzzzzz;10;1", ("објава", "unknown_post")),
        ("{planned};10;1", ("објава", "post_not_posted")), ("{posted};10;1", ("објава", "post_twice")),
        ("{other};many;1", ("досег", "not_a_number")), ("{other};;1", ("досег", "missing")),
        ("{other};10;-1", ("реакције", "not_a_number")), ("{other};999999999;1", ("досег", "not_a_number")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_stored(desk, line, problem):
    numbers = {"posted": posted(desk), "other": posted(desk), "planned": planned(desk)}
    outcome = taken_in(desk, f"{numbers['posted']};4180;312", line.format(**numbers))
    assert [(one.column, one.problem) for one in outcome.problems] == [problem]
    assert reach(desk, numbers["posted"]) == (None, None)


def test_posts_of_others_are_unknown_in_a_file_and_a_workbook_is_read_as_well(desk):
    number = posted(an_actor(Role.COORDINATOR))
    assert [one.problem for one in taken_in(desk, f"{number};10;1").problems] == ["unknown_post"]
    with pytest.raises(NotAllowed):
        taken_in(an_actor(Role.SAFEGUARDING), f"{number};10;1")
    number = posted(desk)
    assert taken_in(desk, a_workbook([HEAD.split(";"), [number, 4180, 312]])).changed == 1
    assert reach(desk, number) == (4180, 312)


@pytest.mark.postgres_decides
@pytest.mark.usefixtures("app")
def test_a_post_jumps_over_no_state_and_is_ready_with_a_text():
    desk = an_actor()
    number = planned(desk)
    assert refusal_of(lambda: by_sql("UPDATE post SET state = 'posted'")) == "state_follows"
    assert "says_something" in refusal_of(lambda: by_sql("UPDATE post SET state = 'ready', text_sr_cyrl = ''"))
    assert "reach_of_what_was_posted" in refusal_of(lambda: by_sql("UPDATE post SET reached = 1, reacted = 1"))
    db.session.rollback()
    assert queries.post_of(desk, number).state is PostState.PLANNED


LINK = "https://raspored.example/p/abcdefg"


def a_post(**given) -> PostDraft:
    fair = {"channel": PostChannel.X, "on_day": dt.date(2026, 10, 6), "at": dt.time(9), "text_sr_cyrl": "Реагуј!"}
    return PostDraft(**(fair | given))


@pytest.mark.parametrize(
    ("text", "channel", "link", "letters"),
    [
        ("Реагуј на мржњу", PostChannel.INSTAGRAM, "", 15),
        ("Реагуј", PostChannel.INSTAGRAM, LINK, 6 + 1 + len(LINK)),
        ("Реагуј", PostChannel.X, LINK, 6 + 1 + 23),  # whatever the address
        ("Реагуј 💚", PostChannel.X, "", 9),  # an emoji is two there
        ("", PostChannel.VIBER, "", 0),
    ],
)
def test_letters_are_counted_as_the_channel_counts_them(text, channel, link, letters):
    assert letters_in(text, channel, link) == letters


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"text_sr_cyrl": "а" * 280}, {}),
        ({"text_sr_cyrl": "а" * 281}, {"text_sr_cyrl": "longer_than_the_channel"}),
        ({"text_sr_cyrl": "љ" * 141}, {"text_sr_cyrl": "longer_than_the_channel"}),  # in Latin letters
        ({"text_sr_cyrl": "а" * 257, "leads_to": LeadsTo.BOOK}, {"text_sr_cyrl": "longer_than_the_channel"}),
        ({"text_en": "a" * 281}, {"text_en": "longer_than_the_channel"}),
        ({"leads_to": LeadsTo.CAMPAIGN}, {"leads_to": "link_without_a_campaign"}),
        ({"text_sr_cyrl": ""}, {}),  # only planned
    ],
)
def test_a_post_fits_its_channel_in_every_script(given, problems):
    assert problems_with_post(a_post(**given), LINK) == problems


def test_every_channel_has_its_length_for_each_script_and_a_ready_post_somebody_who_posts_it():
    assert set(MOST_LETTERS) == set(PostChannel)
    assert lengths_of(a_post(text_sr_cyrl="Љубав", text_en="Love"), LINK) == {"sr_Cyrl": 5, "sr_Latn": 6, "en": 4}
    assert lacks_before_ready(a_post(text_sr_cyrl="")) == {"text_sr_cyrl": "missing", "poster": "missing"}
    assert lacks_before_ready(a_post(poster_id=7)) == {}


@pytest.mark.parametrize(
    ("licence", "credit", "agreed", "problems"),
    [
        (PictureLicence.OWN, "", True, {}),
        (PictureLicence.FREE, "", True, {"credit": "missing"}),
        (PictureLicence.BOUGHT, "Agencija", False, {"agreed": "picture_not_agreed"}),
    ],
)
def test_a_picture_says_whose_it_is_and_that_no_child_is_recognised(licence, credit, agreed, problems):
    assert problems_with_picture(PictureDraft(licence, credit, agreed)) == problems

"""Posts: planned, ready, posted or dropped; pictures, openings, what came of them."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.policy import Role
from scheduler.posts import queries, service
from scheduler.posts.models import PostOpenings
from scheduler.posts.terms import LeadsTo, PictureDraft, PictureLicence, PostState, ReachDraft
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.posts import a_post_draft, planned
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_scan

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


def test_a_post_without_text_or_poster_is_not_ready_what_is_changed_is_looked_at_again_and_what_was_posted_stays(desk):
    number = planned(desk, text_sr_cyrl="", poster_id=None)

    with pytest.raises(Rejected) as refusal:
        service.move_post(desk, number, PostState.READY, now=MONDAY)
    assert refusal.value.problems == {"text_sr_cyrl": "missing", "poster": "missing"}

    number = planned(desk)
    service.move_post(desk, number, PostState.READY, now=MONDAY)

    service.change_post(desk, number, a_post_draft(desk, text_sr_cyrl="Друго"), now=MONDAY)
    assert state_of(desk, number) is PostState.PLANNED
    with pytest.raises(Conflict, match="post_stands"):
        service.change_post(desk, posted(desk), a_post_draft(desk, text_sr_cyrl="Друго"), now=MONDAY)


def test_posted_and_dropped_are_taken_back_within_the_hour(desk):
    number, other = posted(desk), planned(desk)
    service.move_post(desk, other, PostState.DROPPED, now=MONDAY)
    service.move_post(desk, other, PostState.DROPPED, now=MONDAY)  # twice is once

    service.take_post_back(desk, number, now=MONDAY)
    assert state_of(desk, number) is PostState.READY
    with pytest.raises(Conflict, match="post_stands"):
        service.take_post_back(desk, other, now=LATER)


def test_it_is_of_the_centres_campaign_and_posted_by_its_staff(desk):
    stranger, foreign = make_user(), make_campaign()

    with pytest.raises(Rejected) as refusal:
        planned(desk, campaign_id=foreign.id, poster_id=stranger.id)
    assert refusal.value.problems == {"campaign": "unknown", "poster": "unknown"}
    own = make_campaign(programme=make_programme(centre_id=desk.centre_id))
    number = planned(desk, campaign_id=own.id, leads_to=LeadsTo.CAMPAIGN)
    assert [one.number for one in queries.posts_between(desk, DAY, DAY, own.slug)] == [number]
    assert queries.place_behind(number)[1:] == (LeadsTo.CAMPAIGN, own.slug)


def test_another_centre_reads_none_and_a_presenter_plans_none(desk):
    number = planned(desk)

    with pytest.raises(NotFound):
        queries.post_of(an_actor(), number)
    with pytest.raises(NotFound):
        service.move_post(an_actor(), number, PostState.DROPPED, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.plan_post(an_actor(Role.EDUCATOR), a_post_draft(desk), now=MONDAY)


def test_openings_are_counted_by_day_and_hold_nothing_of_anybody(desk):
    number = posted(desk)
    post_id = queries.place_behind(number)[0]
    for day in (DAY, DAY, DAY + dt.timedelta(days=1)):
        service.count_opening(post_id, day)

    rows = db.session.execute(sa.select(PostOpenings.on_day, PostOpenings.times).order_by(PostOpenings.on_day)).all()
    assert [tuple(row) for row in rows] == [(DAY, 2), (DAY + dt.timedelta(days=1), 1)]
    assert {column.name for column in PostOpenings.__table__.columns} == {"id", "post_id", "on_day", "times"}
    assert queries.post_of(desk, number).opened == 3


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

"""The calendar of a campaign: its visits without names and its posts, right after whatever is done."""

import datetime as dt
import gzip
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.feeds import service, shared
from scheduler.feeds.terms import CAMPAIGN_CALENDAR_LASTS
from scheduler.people.models import User, UserDistrict
from scheduler.policy import Role
from scheduler.posts import service as posts
from scheduler.posts.queries import post_of
from scheduler.posts.terms import PostState
from scheduler.programmes.models import Campaign
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_district
from tests.factories.posts import a_post_draft, planned
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_planned_visit
from tests.factories.visits import make_assignment

DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def desk(programme):
    return an_actor(centre_id=programme.centre_id)


@pytest.fixture
def campaign(programme):
    return make_campaign(programme=programme, name_en="Show respect")


def events(token, now=MONDAY, language="en"):
    db.session.rollback()
    feed = shared.campaign_feed(token, language, now=now)
    return {one["uid"].split("@")[0]: one for one in by_icalendar(gzip.decompress(feed.packed))}


@pytest.mark.both_databases
def test_it_holds_the_visits_without_names_and_the_posts(desk, campaign, programme):
    visit = a_planned_visit(programme=programme, campaign_id=campaign.id)
    [sitting] = db.session.query(Presentation).filter_by(visit_id=visit.id).all()
    grown = a_cleared_educator(centre_id=programme.centre_id, given_name="Јелена")
    for person in (grown, a_cleared_minor(centre_id=programme.centre_id, given_name="Тара")):
        make_assignment(sitting, person.id)
    number = planned(desk, campaign_id=campaign.id)
    planned(desk)  # the helpline's
    token = service.make_campaign_feed(desk, campaign.slug, now=MONDAY)

    shown = events(token)

    assert set(shown) == {sitting.uid.split("@")[0], f"post-{number}"}
    assert shown[f"post-{number}"]["summary"] == "Instagram: Show respect"
    assert not re.search("Тара|Tara|Јелена|Jelena|/visits/|/p/", str(shown))


def test_a_new_address_ends_the_old_one_and_an_ended_one_gives_nothing(desk, campaign):
    old = service.make_campaign_feed(desk, campaign.slug, now=MONDAY)
    new = service.make_campaign_feed(desk, campaign.slug, now=MONDAY)

    assert events(new) == {}
    with pytest.raises(NotFound):
        events(old)
    with pytest.raises(NotFound):
        events(new, language="xx")
    with pytest.raises(NotFound):
        events(new, now=MONDAY + CAMPAIGN_CALENDAR_LASTS)
    service.end_campaign_feed(desk, campaign.slug, now=MONDAY)
    service.end_campaign_feed(desk, campaign.slug, now=MONDAY)
    with pytest.raises(NotFound):
        events(new)


def test_only_who_reaches_every_district_of_the_centre_makes_one(campaign, programme):
    limited = make_user(Role.COORDINATOR, centre_id=programme.centre_id)
    with transaction() as session:
        session.add(UserDistrict(user_id=limited.id, district_id=make_district().id))
    db.session.expire_all()
    for stranger in (an_actor(), db.session.get_one(User, limited.id).actor()):
        with pytest.raises(NotFound):
            service.make_campaign_feed(stranger, campaign.slug, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.make_campaign_feed(an_actor(Role.SAFEGUARDING), campaign.slug, now=MONDAY)


class World:
    """A campaign with a visit and a post, and what is done to them."""

    def __init__(self) -> None:
        self.programme = make_programme()
        self.desk = an_actor(centre_id=self.programme.centre_id)
        self.campaign = make_campaign(programme=self.programme)
        self.visit = a_planned_visit(programme=self.programme, campaign_id=self.campaign.id)
        self.post = planned(self.desk, campaign_id=self.campaign.id)
        self.token = service.make_campaign_feed(self.desk, self.campaign.slug, now=MONDAY)
        self.now, self.tag, self.told = MONDAY, "", {}

    def move_post(self, state: PostState) -> None:
        if post_of(self.desk, self.post).state is PostState.PLANNED or state is PostState.POSTED:
            posts.move_post(self.desk, self.post, state, now=self.now)

    def write_post(self, number: int) -> None:
        if post_of(self.desk, self.post).living:
            draft = a_post_draft(self.desk, campaign_id=self.campaign.id, text_sr_cyrl=f"Текст {number}")
            posts.change_post(self.desk, self.post, draft, now=self.now)

    def move(self, number: int) -> None:
        if self.stands():
            day = self.row().on_day + (7 if number % 2 else -7) * DAY
            times = {one: dt.time(10) for one in self.sittings()}
            if day > self.now.date() + 4 * DAY:
                move_visit(self.desk, self.visit.id, NewTimes(day, times, until=self.now + 3 * DAY), now=self.now)

    def cancel(self, _number: int) -> None:
        if self.stands():
            cancel_visit(self.desk, self.visit.id, reason="weather", now=self.now)

    def drop(self, _number: int) -> None:
        if post_of(self.desk, self.post).living:
            posts.move_post(self.desk, self.post, PostState.DROPPED, now=self.now)

    def wait(self, number: int) -> None:
        self.now += number * 9 * DAY

    def row(self) -> Visit:
        db.session.rollback()
        return db.session.get_one(Visit, self.visit.id)

    def stands(self) -> bool:
        return self.row().state in ("planned", "offered", "confirmed") and self.row().on_day > self.now.date()

    def sittings(self) -> list[int]:
        return [one.id for one in db.session.query(Presentation).filter_by(visit_id=self.visit.id)]

    def look(self) -> None:
        """What the address gives is what stands in the tables; the same tag is the same text."""
        db.session.rollback()
        feed = shared.campaign_feed(self.token, "en", now=self.now)
        body = gzip.decompress(feed.packed)
        assert self.told.setdefault(feed.etag, body) == body
        shown = {one["uid"].split("@")[0]: one for one in by_icalendar(body)}
        post, gone = post_of(self.desk, self.post), self.now - dt.timedelta(days=30)
        if post.state is PostState.DROPPED:
            assert (f"post-{self.post}" in shown) == (post.edited_at > gone)
        else:
            assert post.text("sr_Cyrl") in shown[f"post-{self.post}"]["description"]
        visit = self.row()
        for uid, one in shown.items():
            if not uid.startswith("post-"):
                assert (one["status"] == "CANCELLED") == (visit.state == "cancelled")
                assert one["dtstart_utc"].startswith(visit.on_day.isoformat())
        assert any(not uid.startswith("post-") for uid in shown) == (
            visit.state != "cancelled" or visit.state_since > gone
        )


ACTS = st.lists(
    st.tuples(st.sampled_from(["write_post", "move", "cancel", "drop", "wait"]), st.integers(0, 6)), max_size=7
)


@pytest.mark.deep
@pytest.mark.both_databases
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_the_body_is_right_after_any_act(app, walk):
    app.extensions["clean_tables"].empty()
    world = World()
    world.look()
    for act, number in walk:
        getattr(world, act)(number)
        world.look()
    assert db.session.get(Campaign, world.campaign.id)

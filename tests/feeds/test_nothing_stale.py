"""Whatever is done, and whenever she looks: each calendar gets what its address gives made anew, and others' stay."""

import datetime as dt
import zlib
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.feeds import queries, service
from scheduler.feeds.anew import version_of
from scheduler.feeds.models import FeedBody, FeedToken
from scheduler.feeds.terms import WholeFeed
from scheduler.people.models import Presenter, User
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Programme
from scheduler.visits.models.visits import CalendarEntry, Visit
from scheduler.visits.service.recompute import recompute_times
from tests.factories.feeds import make_entry_for, make_feed, whole_of
from tests.factories.staffing import with_entries
from tests.laws import whereabouts
from tests.standing_clock import StandingClock

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
Walk = list[tuple[str, int]]
# Who is who in an act: 0 to 2 educators, 3 the minor.
STAFFED = [*(("suggest", who) for who in (0, 1, 3)), ("offer", 9), ("accept", 0), ("accept", 3)]
LEFT = [*STAFFED, ("release", 0), ("rename", 1), ("suggest", 2), ("offer", 9), ("accept", 2), ("move", 1), ("wait", 4)]
CALLED_OFF = [*STAFFED, ("accept", 1), ("leave", 0), ("wait", 1), ("cancel", 0), ("wait", 4), ("recompute", 0)]
CLOSED = [*STAFFED, ("confirm", 0), ("name", 0), ("shut", 0), ("suspend", 1), ("come_back", 1), ("wait", 4)]
TAKEN_BACK = [*STAFFED, ("confirm", 0), ("replace", 0), ("join", 0), ("name", 3), ("take_back", 0), ("renew", 3)]
ENDED = [*STAFFED, ("programme", 1), ("recompute", 0), ("revoke", 0), ("suspend", 3), ("decline", 1), ("lapse", 0)]
ACTS = (
    *("suggest", "offer", "accept") * 3,
    *("decline", "lapse", "release", "leave", "replace", "confirm", "move", "join", "rename", "cancel", "shut"),
    *("take_back", "seek", "name", "suspend", "come_back", "programme", "recompute", "wait", "revoke", "renew"),
)
WALKS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=2, max_size=8).map(
    lambda more: [*STAFFED, *more]
)


class World(whereabouts.World):
    """The visit with everything that is done to it, and what else can change what a calendar shows."""

    def __post_init__(self) -> None:
        super().__post_init__()
        own = [(one, "phone", "en") for one in self.people] + [(self.people[0], "tablet", "sr_Cyrl")]
        self.phones = [Phone(make_feed(one, name=name, language=language), one.id) for one, name, language in own]
        days = [(self.stranger, 10, 13), (self.stranger, 10, 14), (self.educators[2], 10, 12)]
        days += [(person, month, 17) for person in (self.stranger, *self.educators[:2]) for month in (8, 11, 12)]
        for person, month, day in days:
            sitting = make_entry_for(person, on_day=dt.date(2026, month, day))
            with transaction() as session:
                session.execute(sa.delete(CalendarEntry).where(CalendarEntry.presentation_id == sitting.id))
            with_entries(sitting.visit_id)
        self.bystander = Phone(make_feed(self.stranger, language="sr_Latn"), self.stranger.id)

    def name(self, number: int) -> None:
        with transaction() as session:
            session.get_one(User, self.who(number).user_id).given_name = f"Ana {number}"

    def suspend(self, number: int) -> None:
        whom, number = (User, self.who(number).user_id) if number % 2 else (Presenter, self.who(number).id)
        with transaction() as session:
            session.get_one(whom, number).suspended_at = self.now

    def come_back(self, number: int) -> None:
        with transaction() as session:
            session.get_one(Presenter, self.who(number).id).suspended_at = None
            session.get_one(User, self.who(number).user_id).suspended_at = None

    def programme(self, number: int) -> None:
        with transaction() as session:
            visit = session.get_one(Visit, self.visit_id)
            session.get_one(Programme, visit.programme_id).name_en = f"Talk {number}"

    def recompute(self, _: int) -> None:
        recompute_times(SYSTEM, now=self.now)

    def wait(self, number: int) -> None:
        self.now += number * 9 * DAY

    def revoke(self, number: int) -> None:
        hers = [phone for phone in self.phones if phone.presenter_id == self.who(number).id]
        service.revoke_feed(SYSTEM, hers[number % len(hers)].feed_id(), now=self.now)

    def renew(self, number: int) -> None:
        person = self.who(number)
        self.phones.append(Phone(service.renew_feed(SYSTEM, person.id, "phone", now=self.now), person.id))


@dataclass
class Phone:
    """A calendar: its address, and what it holds since it asked last."""

    token: str
    presenter_id: int
    body: bytes | None = None
    etag: str = ""
    tag: str = ""
    moment: str = ""

    @property
    def address(self) -> str:
        return f"/feeds/{self.token}.ics"

    def feed_id(self) -> int:
        hashed = queries.token_hash(self.token)
        return db.session.scalars(sa.select(FeedToken.id).where(FeedToken.token_hash == hashed)).one()

    def look(self, client: FlaskClient, now: dt.datetime) -> None:
        """It asks in each way that calendars ask, and gets what is true now."""
        anew = made_anew(self.token, now)
        by_tag = client.get(self.address, headers={"If-None-Match": self.tag or '"none"'})
        by_moment = client.get(self.address, headers={"If-Modified-Since": self.moment} if self.moment else {})
        whole = client.get(self.address)
        packed = client.get(self.address, headers={"Accept-Encoding": "gzip, br"})
        if anew is None:
            assert [one.status_code for one in (by_tag, by_moment, whole, packed)] == [404] * 4
            self.body, self.etag, self.tag, self.moment = None, "", "", ""
            return
        assert whole.data == anew.body
        assert zlib.decompress(packed.data, 31) == anew.body
        assert (whole.headers["ETag"], packed.headers["ETag"]) == (f'"{anew.etag}"', f'"{anew.etag}-gzip"')
        assert by_tag.status_code == (304 if self.body == anew.body else 200)
        assert by_moment.status_code == 200 or (by_moment.status_code, self.body) == (304, anew.body)
        self.body, self.etag, self.moment = anew.body, anew.etag, whole.headers["Last-Modified"]
        self.tag = (whole if self.tag.endswith('-gzip"') else packed).headers["ETag"]  # by turns


def made_anew(token: str, now: dt.datetime) -> WholeFeed | None:
    db.session.rollback()
    try:
        return whole_of(token, now=now)
    except NotFound:
        return None
    finally:
        db.session.rollback()


def bodies_that_lie_there() -> list[int]:
    """Feeds whose text is stored although what it was made of has changed, or nobody may read it any more."""
    version = sa.select(version_of(FeedToken.presenter_id)).where(FeedToken.id == FeedBody.feed_id)
    hers = sa.select(FeedToken.id).join(Presenter).join(User).where(FeedToken.id == FeedBody.feed_id)
    alive = hers.where(
        FeedToken.revoked_at.is_(None), Presenter.suspended_at.is_(None), User.suspended_at.is_(None)
    ).exists()
    over = FeedBody.version != version.scalar_subquery()
    with db.engine.connect() as connection:
        return list(
            connection.scalars(sa.select(FeedBody.feed_id).where(FeedBody.packed.is_not(None), sa.or_(over, ~alive)))
        )


def walk_and_look(app: Flask, the_clock: StandingClock, walk: Walk) -> World:
    db.session.remove()
    app.extensions["clean_tables"].empty()
    world, client = World(0), app.test_client()
    world.bystander.look(client, world.now)
    seen = world.bystander.etag
    for act in walk:
        world.walk([act])
        assert bodies_that_lie_there() == [], act  # taken out in the transaction, before anybody asks
        assert queries.kept_feed(world.bystander.token, now=world.now) is not None, act
        for now in (world.now, world.now + 31 * DAY):  # and back again for the next act
            the_clock.stands_at(now)
            for phone in (*world.phones, world.bystander):
                phone.look(client, now)
            assert queries.wrong_bodies(now) == []
            assert world.bystander.etag == seen
    return world


@pytest.mark.deep
@pytest.mark.parametrize("walk", [LEFT, CALLED_OFF, CLOSED, TAKEN_BACK, ENDED], ids=lambda walk: walk[-1][0])
def test_after_each_act_the_next_answer_is_true_and_nothing_else_has_changed(app, the_clock, walk):
    assert {name for name, _number in STAFFED} <= walk_and_look(app, the_clock, walk).done


def test_no_walk_is_only_refusals(app: Flask) -> None:
    done: set[str] = set()
    for walk in (LEFT, CALLED_OFF, CLOSED, TAKEN_BACK, ENDED):
        db.session.remove()
        app.extensions["clean_tables"].empty()
        world = World(0)
        world.walk(walk)
        done |= world.done

    assert set(ACTS) - done <= {"seek"}


@pytest.mark.deep
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example(walk=TAKEN_BACK)
@given(walk=WALKS)
def test_whatever_is_done_the_next_answer_is_true(app: Flask, the_clock: StandingClock, walk: Walk) -> None:
    walk_and_look(app, the_clock, walk)

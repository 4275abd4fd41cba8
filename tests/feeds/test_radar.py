"""Who knows of a change: of visits to come, the soonest first, and what may be told of whom."""

import datetime as dt

import pytest
from sqlalchemy import update

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.feeds import service
from scheduler.feeds.models import FeedToken
from scheduler.feeds.queries import changes_to_tell
from scheduler.feeds.terms import FeedReader, SeatChange
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.service.told_notes import note_told_of_change
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import an_actor, limited_to, make_presenter, make_user, presenter_actor
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, make_consent, make_guardian, make_vetting
from tests.factories.staffing import a_confirmed_visit
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases

HOUR = dt.timedelta(hours=1)
LATER = MONDAY + HOUR


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def user(programme):
    return make_user(centre_id=programme.centre_id, given_name="Олга", family_name="Тасић")


@pytest.fixture
def adult(programme):
    return a_cleared_educator(centre_id=programme.centre_id, given_name="Јелена", family_name="Илић")


@pytest.fixture
def visit(programme, adult):
    return a_confirmed_visit(adult, programme=programme, on_day=dt.date(2026, 10, 6))


def radar(user, now=LATER):
    db.session.rollback()
    return changes_to_tell(user.actor(), now=now)


def test_nothing_that_stands_is_listed_and_a_called_off_visit_until_its_hour(user, visit, adult):
    assert radar(user) == []

    cancel_visit(user.actor(), visit.id, reason="snow", now=LATER)

    [row] = radar(user)
    assert (row.number, row.presenter_id, row.change, row.changed_at) == (visit.number, adult.id, SeatChange.OFF, LATER)
    assert (str(row.name), row.minor, row.subscribed, row.readers) == ("Јелена Илић", False, False, ())
    assert row.mail is MessageState.WAITING
    with transaction() as session:
        session.execute(update(OutboxMessage).values(state=MessageState.SENT))
    assert radar(user)[0].mail is MessageState.SENT
    assert radar(user, now=MONDAY + dt.timedelta(days=60)) == []


def test_a_calendar_counts_by_its_reader_once_it_was_read_after_the_change(user, visit, adult):
    for name in ("phone", "Outlook"):
        make_feed(adult, name=name)
    old, new = db.session.query(FeedToken).order_by(FeedToken.id).all()
    with transaction() as session:
        for feed, at, reader in ((old, MONDAY, FeedReader.GOOGLE), (new, LATER, FeedReader.APPLE)):
            session.execute(
                update(FeedToken).where(FeedToken.id == feed.id).values(last_read_at=at, last_read_by=reader)
            )
    cancel_visit(user.actor(), visit.id, reason="snow", now=MONDAY + HOUR / 2)

    [row] = radar(user)

    assert (row.subscribed, row.readers) == (True, (FeedReader.APPLE,))
    with transaction() as session:
        session.execute(update(FeedToken).values(last_read_at=LATER))
    assert set(radar(user)[0].readers) == {FeedReader.APPLE, FeedReader.GOOGLE}
    service.revoke_feed(presenter_actor(adult), new.id, now=LATER)
    service.revoke_feed(presenter_actor(adult), old.id, now=LATER)
    assert not radar(user)[0].subscribed


def test_the_soonest_visit_stands_first_and_a_moved_one_is_told_by_its_new_day(user, visit, adult, programme):
    other = a_cleared_educator(centre_id=programme.centre_id)
    soon = a_confirmed_visit(other, programme=programme, on_day=dt.date(2026, 9, 29))
    move_visit(user.actor(), visit.id, NewTimes(dt.date(2026, 10, 7), {}, LATER + 48 * HOUR), now=LATER)
    cancel_visit(user.actor(), soon.id, reason="snow", now=LATER)

    rows = radar(user)

    assert [(row.number, row.change, row.on_day.day) for row in rows] == [
        (soon.number, SeatChange.OFF, 29), (visit.number, SeatChange.MOVED, 7),
    ]  # fmt: skip


def test_who_left_by_herself_knows_it(user, visit, adult):
    report_absence(presenter_actor(adult), visit.on_day, visit.on_day, seen=[visit.number], now=LATER)

    assert radar(user) == []


def test_a_tick_says_who_called_and_when_and_holds_until_the_next_change(user, visit, adult):
    cancel_visit(user.actor(), visit.id, reason="snow", now=LATER)

    note_told_of_change(user.actor(), visit.number, adult.id, now=LATER + HOUR)

    [row] = radar(user, now=LATER + HOUR)
    assert (str(row.told_by), row.told_at) == ("Олга Тасић", LATER + HOUR)
    [note] = db.session.query(ToldNote).all()
    assert (note.what, note.how) == (ToldWhat.CHANGE, ToldHow.PHONE)


def test_of_a_minor_the_first_name_stands_and_the_guardian_is_called(user, adult, programme):
    named = {"centre_id": programme.centre_id, "given_name": "Тара", "family_name": "Вуковић"}
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), phone="+381642222222", **named)
    make_vetting(minor.id)
    make_guardian(minor.id, phone="+381641111111")
    make_consent(minor.id)
    visit = a_confirmed_visit(adult, minor, programme=programme)
    cancel_visit(user.actor(), visit.id, reason="snow", now=LATER)

    [row] = [one for one in radar(user) if one.minor]

    assert str(row.name) == "Тара"
    assert row.phone == "+381641111111"
    with rejection(whom="not_a_choice"):
        note_told_of_change(user.actor(), visit.number, minor.id, now=LATER)


def test_it_is_for_coordinators_of_the_centre_within_their_districts(user, visit, adult):
    cancel_visit(user.actor(), visit.id, reason="snow", now=LATER)
    for stranger in (an_actor(), limited_to(user.id, make_host())):
        assert changes_to_tell(stranger, now=LATER) == []
        with pytest.raises(NotFound):
            note_told_of_change(stranger, visit.number, adult.id, now=LATER)
    for nobody in (presenter_actor(adult), an_actor(Role.SAFEGUARDING)):
        with pytest.raises(NotAllowed):
            changes_to_tell(nobody, now=LATER)
    with pytest.raises(NotFound):
        note_told_of_change(an_actor(), visit.number, a_cleared_educator().id, now=LATER)
    assert db.session.query(Visit).count() == 1

"""A long calendar is kept in parts: which one a change takes out, that the others stay, and that all are one text."""

import datetime as dt
import gzip

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.core.db import db, transaction
from scheduler.core.tokens import token_hash
from scheduler.feeds import anew, queries, rules, service
from scheduler.feeds.models import FeedMonth, FeedPart, FeedToken
from scheduler.people.models import Presenter, User
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.feeds import keep_each_month_apart, make_entry_for, make_feed, whole_of
from tests.factories.safeguarding import a_cleared_educator

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
MONTHS = (9, 10, 11, 12)


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each month is one."""
    keep_each_month_apart(monkeypatch)


class Calendar:
    """Four presentations in four months, and the address under which they are read."""

    def __init__(self) -> None:
        self.presenter = a_cleared_educator()
        self.sittings = [make_entry_for(self.presenter, on_day=dt.date(2026, month, 15)) for month in MONTHS]
        self.token = make_feed(self.presenter)

    def read(self, client: FlaskClient, now: dt.datetime = MONDAY) -> bytes:
        """What it gives, which is what it is when all of it is made anew."""
        whole = client.get(f"/feeds/{self.token}.ics")
        packed = client.get(f"/feeds/{self.token}.ics", headers={"Accept-Encoding": "gzip"})
        db.session.rollback()
        anew = whole_of(self.token, now=now)
        assert whole.data == gzip.decompress(packed.data) == anew.body
        assert (whole.headers["ETag"], packed.headers["ETag"]) == (f'"{anew.etag}"', f'"{anew.etag}-gzip"')
        assert queries.violations() == []
        return whole.data


def first_months(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(sa.select(FeedPart.first_month).order_by(FeedPart.first_month)))


ALL = [0, 202610, 202611, 202612]


def test_each_part_is_followed_by_the_next_and_none_is_missing(client: FlaskClient, session: Session) -> None:
    Calendar().read(client)

    parts = session.execute(sa.select(FeedPart.first_month, FeedPart.end_month).order_by(FeedPart.first_month)).all()
    assert parts == [(0, 202610), (202610, 202611), (202611, 202612), (202612, rules.LAST_OF_MONTHS)]


@pytest.mark.parametrize("table", [Assignment, CalendarEntry, Presentation, Visit])
def test_a_change_takes_out_the_part_of_its_month_alone(table, client: FlaskClient, session: Session) -> None:
    calendar, other = Calendar(), Calendar()
    before, kept = calendar.read(client), other.read(client)
    sitting = calendar.sittings[2]
    changes = {
        Assignment: sa.update(Assignment)
        .where(Assignment.presentation_id == sitting.id)
        .values(state=AssignmentState.WITHDRAWN, state_since=MONDAY),
        CalendarEntry: sa.update(CalendarEntry)
        .where(CalendarEntry.presentation_id == sitting.id)
        .values(text=sa.func.replace(CalendarEntry.text, "LOCATION:", "LOCATION:Hall\\, ")),
        Presentation: sa.update(Presentation).where(Presentation.id == sitting.id).values(edited_at=MONDAY + DAY),
        Visit: sa.update(Visit).where(Visit.id == sitting.visit_id).values(moved_at=MONDAY),
    }

    with transaction() as writing:
        writing.execute(changes[table])

    hers = sa.select(FeedPart.first_month).join(FeedToken).where(FeedToken.presenter_id == calendar.presenter.id)
    session.rollback()
    assert sorted(session.scalars(hers)) == [0, 202610, 202612]
    assert (calendar.read(client) != before) == (table in (Assignment, CalendarEntry))
    assert sorted(session.scalars(hers)) == ALL
    assert other.read(client) == kept


def test_only_the_months_that_changed_are_read(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    calendar.read(client)
    make_entry_for(calendar.presenter, on_day=dt.date(2026, 11, 20))
    session.rollback()

    made = anew.packed_anew(token_hash(calendar.token), MONDAY)

    assert [one.first_month for one in made.stood] == [0, 202610, 202612]
    assert [(one.first_month, one.entries) for one in made.made] == [(202611, 2)]


def test_a_move_to_another_month_takes_out_both(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    calendar.read(client)
    moved = calendar.sittings[1]
    later = {
        name: getattr(moved, name) + 61 * DAY for name in ("on_day", "starts_at", "ends_at", "busy_from", "busy_until")
    }

    with transaction() as writing:
        row = writing.get_one(Presentation, moved.id)
        for name, value in later.items():
            setattr(row, name, value)

    assert first_months(session) == [0, 202611]
    assert calendar.read(client).count(b"BEGIN:VEVENT") == 4
    assert first_months(session) == ALL  # nothing is left in October, and that is told too


def test_a_move_between_two_questions_of_a_poll_is_told_by_the_next_one_alone(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = Calendar()
    calendar.read(client)
    make_entry_for(calendar.presenter, on_day=dt.date(2026, 11, 20))  # November is made anew, October stands
    session.rollback()
    before = whole_of(calendar.token, now=MONDAY).body
    session.rollback()
    moved, gaps, done = calendar.sittings[1], rules.gaps, []
    names = ("on_day", "starts_at", "ends_at", "busy_from", "busy_until")
    later = {name: getattr(moved, name) + 31 * DAY for name in names}

    def moved_meanwhile(standing):
        if not done:
            done.append(True)
            with db.engine.begin() as other:
                other.execute(sa.update(Presentation).where(Presentation.id == moved.id).values(**later))
        return gaps(standing)

    monkeypatch.setattr(rules, "gaps", moved_meanwhile)
    given = client.get(f"/feeds/{calendar.token}.ics").data

    assert done
    assert given == before  # of one moment: nothing is there twice, in the month it left and in the new one
    assert calendar.read(client).count(b"BEGIN:VEVENT") == 5


def test_what_was_struck_out_leaves_its_part_by_the_clock(client: FlaskClient, session: Session, the_clock) -> None:
    calendar = Calendar()
    with transaction() as writing:
        mine = writing.scalars(sa.select(Assignment).where(Assignment.presentation_id == calendar.sittings[2].id)).one()
        mine.state, mine.state_since = AssignmentState.WITHDRAWN, MONDAY
        mine.offered_until = MONDAY
    assert calendar.read(client).count(b"BEGIN:VEVENT") == 4
    of_november = sa.select(FeedPart.holds_until).where(FeedPart.first_month == 202611)
    assert session.scalars(of_november).one() == MONDAY + 30 * DAY

    for now, entries in ((MONDAY + 31 * DAY, 3), (MONDAY, 4), (MONDAY + 31 * DAY, 3)):
        the_clock.stands_at(now)
        assert calendar.read(client, now).count(b"BEGIN:VEVENT") == entries

    the_clock.stands_at(MONDAY)
    service.tidy_up(now=MONDAY)
    assert first_months(session) == [0, 202610, 202612]


@pytest.mark.parametrize("whom", [Presenter, User])
def test_who_is_suspended_has_no_part_left_and_gets_them_again(whom, client: FlaskClient, session: Session) -> None:
    calendar, other = Calendar(), Calendar()
    calendar.read(client)
    other.read(client)
    number = calendar.presenter.id if whom is Presenter else calendar.presenter.user_id

    for suspended_at, left in ((MONDAY, ALL), (None, sorted([*ALL, *ALL]))):
        with transaction() as writing:
            writing.execute(sa.update(whom).where(whom.id == number).values(suspended_at=suspended_at))  # past the ORM
        if suspended_at is None:
            calendar.read(client)
        assert first_months(session) == left


def test_an_address_that_ends_has_no_part_left(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    calendar.read(client)
    feed_id = session.scalars(sa.select(FeedToken.id)).one()

    service.revoke_feed(SYSTEM, feed_id, now=MONDAY)

    assert first_months(session) == []


def test_a_name_is_no_part_of_any_month(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    calendar.read(client)

    with transaction() as writing:
        writing.get_one(User, calendar.presenter.user_id).given_name = "Mira"

    assert first_months(session) == ALL
    assert b"Mira" in calendar.read(client)


def test_a_short_calendar_has_no_parts_and_one_that_became_short_loses_them(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    became_short, short = Calendar(), Calendar()
    became_short.read(client)
    assert first_months(session) == ALL
    monkeypatch.undo()
    make_entry_for(became_short.presenter, on_day=dt.date(2026, 12, 20))

    for calendar in (became_short, short):
        calendar.read(client)

    assert first_months(session) == []


def test_a_wrong_part_is_named_and_taken_out(client: FlaskClient, session: Session) -> None:
    calendar, right = Calendar(), Calendar()
    calendar.read(client)
    right.read(client)
    [wrong_id, right_id] = session.scalars(sa.select(FeedToken.id).order_by(FeedToken.id))
    with transaction() as writing:
        damaged = writing.get_one(FeedPart, (wrong_id, 202611))
        for name in ("packed", "length", "crc", "shift", "digest"):
            setattr(damaged, name, getattr(writing.get_one(FeedPart, (right_id, 202611)), name))

    assert queries.violations() == [f"feed {wrong_id}: a part of it is not what its address gives"]
    service.tidy_up(now=MONDAY)

    assert first_months(session) == ALL
    assert queries.violations() == []


def test_a_damaged_part_is_named_too(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    calendar.read(client)
    with transaction() as writing:
        writing.execute(sa.update(FeedPart).where(FeedPart.first_month == 202611).values(packed=b"\xff" * 40))

    [said] = queries.violations()
    assert said.endswith("a part of it is not what its address gives")


def test_a_new_release_uses_no_part_of_the_last(client: FlaskClient, session: Session, monkeypatch) -> None:
    calendar = Calendar()
    calendar.read(client)
    monkeypatch.setattr(anew, "release_of", lambda language: f"other words in {language}")
    session.rollback()

    made = anew.packed_anew(token_hash(calendar.token), MONDAY)

    assert (made.stood, len(made.made)) == ((), 4)


def test_months_are_added_up_and_parts_stay_true(client: FlaskClient, session: Session) -> None:
    calendar = Calendar()
    for day in (20, 21, 22):
        make_entry_for(calendar.presenter, on_day=dt.date(2026, 11, day))
    calendar.read(client)

    service.tidy_up(now=MONDAY)

    assert first_months(session) == ALL
    months = sa.select(FeedMonth.month).where(FeedMonth.presenter_id == calendar.presenter.id).order_by(FeedMonth.month)
    assert session.scalars(months).all() == [202609, 202610, 202611, 202612]
    calendar.read(client)


def test_the_database_and_the_rules_name_a_month_alike(session: Session) -> None:
    """Around midnight of a New Year, in UTC."""
    presenter = a_cleared_educator()
    days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 1, 2)]
    for day in days:
        make_entry_for(presenter, on_day=day, starts_local=dt.time(0, 30))
    session.rollback()

    told = set(session.scalars(sa.select(FeedMonth.month).where(FeedMonth.presenter_id == presenter.id)))
    busy_from = session.scalars(sa.select(Assignment.busy_from).where(Assignment.presenter_id == presenter.id))
    assert told == {rules.month_of(one) for one in busy_from} == {202612, 202701}

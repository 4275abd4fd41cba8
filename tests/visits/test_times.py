"""New time-zone data moves the moments, never the agreed wall clock."""

import datetime as dt

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import CalendarEntry, Presentation
from scheduler.visits.service.recompute import Recomputed, recompute_times
from scheduler.visits.terms.states import EntryStatus
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.both_databases


def rows(session: Session) -> list[Presentation]:
    session.rollback()
    found = select(Presentation).order_by(Presentation.id).execution_options(populate_existing=True)
    return list(session.scalars(found))


def wall_clocks(session: Session) -> list[str]:
    return [clock.moment_of(row.on_day, row.starts_local, row.zone).isoformat() for row in rows(session)]


def store_with_other_clocks(*ids: int, hours: int) -> None:
    """As if these had been computed when the country still meant to keep other hours."""
    order = sorted(ids, reverse=hours > 0)
    with transaction() as session:
        for row in (session.get_one(Presentation, one) for one in order):
            for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
                setattr(row, name, getattr(row, name) + hours * HOUR)
            session.flush()


@pytest.mark.parametrize("hours", [1, -1])
def test_moments_follow_new_clocks_also_where_one_visit_follows_the_other(session: Session, hours: int) -> None:
    presenter = a_cleared_educator()
    visit = make_visit()
    stored = [make_presentation(visit, dt.time(hour, 0)) for hour in (9, 10, 11)]
    for one in stored:
        make_assignment(one, presenter.id)
    wanted = wall_clocks(session)
    store_with_other_clocks(*(one.id for one in stored), hours=hours)

    done = recompute_times(SYSTEM, now=MONDAY)

    assert done == Recomputed(presentations=3, moved=3, visits=1)
    assert [row.starts_at.astimezone(dt.UTC).isoformat() for row in rows(session)] == wanted
    assert [(row.sequence, row.edited_at) for row in rows(session)] == [(1, MONDAY)] * 3
    assert [row.starts_local for row in rows(session)] == [dt.time(9), dt.time(10), dt.time(11)]
    copied = session.execute(text("SELECT count(*) FROM assignment a JOIN presentation p ON p.id = a.presentation_id"
                                  " WHERE a.busy_from = p.busy_from AND a.busy_until = p.busy_until"))  # fmt: skip
    assert copied.scalar_one() == 3
    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "presentation recomputed")).all()
    assert [entry.details for entry in audited] == [f'{{"minutes": {-60 * hours}}}'] * 3


def test_texts_are_written_anew_and_a_second_run_changes_nothing(session: Session) -> None:
    one = make_presentation(make_visit())
    wanted = wall_clocks(session)
    store_with_other_clocks(one.id, hours=1)
    recompute_times(SYSTEM, now=MONDAY)
    entries = select(CalendarEntry.text).order_by(CalendarEntry.status, CalendarEntry.language)
    first = session.scalars(entries).all()

    again = recompute_times(SYSTEM, now=MONDAY + HOUR)

    assert again == Recomputed(presentations=1, moved=0, visits=1)
    assert session.scalars(entries).all() == first
    assert len(first) == len(EntryStatus) * 3
    stamp = dt.datetime.fromisoformat(wanted[0]).strftime("DTSTART:%Y%m%dT%H%M%SZ")
    assert all(stamp in text for text in first)


def test_what_has_been_stays_as_it_was(session: Session) -> None:
    past = make_presentation(make_visit(on_day=MONDAY.date() - dt.timedelta(days=1)))
    store_with_other_clocks(past.id, hours=1)
    before = rows(session)[0].starts_at

    assert recompute_times(SYSTEM, now=MONDAY) == Recomputed(0, 0, 0)
    assert rows(session)[0].starts_at == before


def test_people_do_not_recompute_the_clocks(session: Session) -> None:
    for actor in (an_actor(), presenter_actor(make_presenter())):
        with pytest.raises(NotAllowed):
            recompute_times(actor, now=MONDAY)

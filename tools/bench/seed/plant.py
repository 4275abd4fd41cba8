"""Everything in its order, in one transaction: the defences of the database look at each row."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.attendance.service.figures import add_up_everything
from scheduler.config import settings
from scheduler.core.clock import local_day
from scheduler.core.db import transaction
from scheduler.places.models import Holiday, SchoolCalendarEntry
from scheduler.places.service.calendars import load_example_calendars
from scheduler.places.service.hosts import load_reference_data
from scheduler.requests.service.search_keys import write_search_keys
from scheduler.requests.service.tallies import put_together
from scheduler.visits.models.visits import Visit
from tools.bench.seed import base, counted, history, waiting, work
from tools.bench.seed.days import Calendar, birth_rows, calendar_of, day_rows, slot_rows
from tools.bench.seed.fates import fate_rows
from tools.bench.seed.scratch import (
    AUDIENCE,
    BIRTH,
    DAY,
    FATE,
    NAME,
    SLOT,
    TOWN,
    count_to,
    filled,
    scratch_tables,
)
from tools.bench.seed.sizes import A_VISITS_PRESENTATIONS, Size


class NotEmpty(Exception):
    """A database with visits in it is somebody's: nothing is planted beside them."""


@dataclass(frozen=True)
class Seed:
    """What was planted, for whoever measures it."""

    size: Size
    calendar: Calendar


def plant(size: Size, now: dt.datetime, *, password_hash: str = "") -> Seed:
    """Fill the database in force. Raises: NotEmpty."""
    with transaction() as session:
        if session.scalar(select(Visit.id).limit(1)) is not None:
            raise NotEmpty("there are visits in this database: a seed goes into an empty one")
    load_reference_data(now)
    with transaction() as session:
        load_example_calendars(session, local_day(now))
        calendar = calendar_of(now, closed_days(session))
        with scratch_tables(session):
            _fill_scratch(session, size, calendar)
            _plant_all(session, size, calendar, password_hash)
    history.look_through()  # what follows asks much of what was planted
    with transaction() as session:
        counted.settle_papers(session)
    add_up_everything()
    write_search_keys()
    put_together()
    history.look_through()
    return Seed(size, calendar)


def closed_days(session: Session) -> set[dt.date]:
    """Holidays and breaks, as the database knows them."""
    holidays = session.scalars(select(Holiday.day).where(Holiday.no_lessons, Holiday.removed_at.is_(None)))
    breaks = session.execute(
        select(SchoolCalendarEntry.first_day, SchoolCalendarEntry.last_day).where(
            SchoolCalendarEntry.kind.startswith("break")
        )
    )
    spans = (first + dt.timedelta(days=place) for first, last in breaks for place in range((last - first).days + 1))
    return {*holidays, *spans}


def _fill_scratch(session: Session, size: Size, calendar: Calendar) -> None:
    count_to(session, max(size.every_visit + 2 * size.asked + size.waiting, size.letters, size.hosts, size.people + 2))
    filled(session, DAY, day_rows(calendar))
    filled(session, SLOT, slot_rows(calendar))
    filled(session, BIRTH, birth_rows(local_day(calendar.now)))
    filled(session, NAME, base.names(settings().secret_key))
    filled(session, TOWN, base.towns(session))
    filled(session, FATE, fate_rows(certified=size.certified))
    filled(session, AUDIENCE, counted.audiences())


def _plant_all(session: Session, size: Size, calendar: Calendar, password_hash: str) -> None:
    base.plant_centres(session, calendar, password_hash)
    base.plant_hosts(session, size, calendar.now)
    base.plant_presenters(session, size, calendar, password_hash)
    work.plan_visits(session, size, calendar)
    work.plant_requests(session)
    work.plant_visits(session)
    work.plant_crews(session, size, calendar.now)
    work.plant_entries(session, size, calendar)
    counted.plant_attendance(session)
    counted.plant_counts(session)
    counted.correct_some(session)
    counted.plant_certificates(session, size, calendar)
    waiting.plant_asked(session, size, calendar)
    waiting.plant_open_dates(session, size, calendar)
    waiting.plant_letters(session, size, calendar)
    if size.feeds:
        history.give_addresses(session, size, calendar)
    history.tell_history(session)
    history.go_on_numbering(session, calendar, size.every_visit * A_VISITS_PRESENTATIONS + 2 * size.asked)

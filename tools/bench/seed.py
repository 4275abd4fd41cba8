"""A centre's ten years in an empty database: plant(Size(…), now). The database's own laws look at each row.

python -m tools.bench.seed DATABASE_URL [VISITS]     20,000 visits; the staff sign in with the password that is printed
"""

import argparse
import datetime as dt
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from scheduler.attendance.service.figures import add_up_everything
from scheduler.core.clock import local_day
from scheduler.core.db import Base, transaction
from scheduler.core.numbers import RunningNumber
from scheduler.places.models import Holiday, SchoolCalendarEntry
from scheduler.places.service.calendars import load_example_calendars
from scheduler.places.service.hosts import load_reference_data
from scheduler.requests.service.search_keys import write_search_keys
from scheduler.visits.models.visits import Visit
from tools.bench.days import Calendar, calendar_of
from tools.bench.seed_people import plant_centres, plant_hosts, plant_presenters
from tools.bench.seed_work import plant_work
from tools.bench.sizes import COORDINATOR, PRESENTATIONS, Size, add, size_of


class NotEmpty(Exception):
    """The database has visits already: a seed goes into an empty one."""


@dataclass(frozen=True)
class Seed:
    """What was planted."""

    size: Size
    calendar: Calendar


def plant(size: Size, now: dt.datetime, *, password_hash: str = "") -> Seed:
    """Fill the database in force. Raises: NotEmpty."""
    with transaction() as session:
        if session.scalar(select(Visit.id).limit(1)) is not None:
            raise NotEmpty("there are visits in this database")
    load_reference_data(now)
    with transaction() as session:
        load_example_calendars(session, local_day(now))
        calendar = calendar_of(now, closed_days(session))
        plant_centres(session, calendar, password_hash)
        plant_hosts(session, size, now)
        plant_presenters(session, size, calendar, password_hash)
        plant_work(session, size, calendar)
        _go_on_numbering(session, calendar, 2 * size.every_visit * PRESENTATIONS + 4 * (size.asked + size.waiting))
    _count_rows()
    add_up_everything()
    write_search_keys()
    _count_rows()
    return Seed(size, calendar)


def closed_days(session: Session) -> set[dt.date]:
    """Holidays and breaks, as the database knows them."""
    holidays = session.scalars(select(Holiday.day).where(Holiday.no_lessons, Holiday.removed_at.is_(None)))
    entry = SchoolCalendarEntry
    breaks = session.execute(select(entry.first_day, entry.last_day).where(entry.kind.startswith("break")))
    spans = (first + dt.timedelta(days=n) for first, last in breaks for n in range((last - first).days + 1))
    return {*holidays, *spans}


def _go_on_numbering(session: Session, calendar: Calendar, last: int) -> None:
    """The next number of each series lies after all that were given out here."""
    years = sorted({day.day.year for day in calendar.days})
    add(session, RunningNumber, [{"series": one, "year": year, "last": last} for one in "RPU" for year in years])
    if session.get_bind().dialect.name == "postgresql":
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and inspect(table.c.id).autoincrement:
                highest = select(func.max(table.c.id)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(table.name, "id")
                session.execute(select(func.setval(sequence, func.coalesce(highest, 1))))


def _count_rows() -> None:
    """Let the database count what it holds, so that it plans its questions as in a living installation."""
    with transaction() as session:
        session.execute(text("ANALYZE"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.seed", description=__doc__.partition("\n")[0])
    parser.add_argument("database_url", metavar="DATABASE_URL", help="sqlite:////path or postgresql+psycopg://…; empty")
    parser.add_argument("visits", type=int, nargs="?", default=Size.visits, help="all else is a share of them")
    given = parser.parse_args()
    place = Path(tempfile.gettempdir()) / f"raspored-bench-{os.getuid()}"  # only a key and a lock of a throwaway
    os.environ["DATABASE_URL"] = given.database_url
    os.environ.setdefault("INSTANCE", str(place))
    from flask_migrate import upgrade
    from sqlalchemy import event

    from scheduler.app import create_app
    from scheduler.bare_app import open_migrations
    from scheduler.core import clock
    from scheduler.core.db import db
    from scheduler.credentials.passwords import hash_password

    app, password = create_app(), secrets.token_urlsafe(12)
    with app.app_context():
        if given.database_url.startswith("sqlite"):  # planted anew after a power failure: nothing waits for the disk
            event.listen(db.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
        open_migrations(app)
        upgrade()
        plant(size_of(given.visits), clock.now(), password_hash=hash_password(password))
    print(f"staff-{COORDINATOR}@bench.example signs in with {password}")


if __name__ == "__main__":
    main()

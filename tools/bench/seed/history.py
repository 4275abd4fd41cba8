"""What a living installation has written beside the rows themselves: audit, running numbers, sequences."""

from typing import Any

from sqlalchemy import String, cast, func, insert, inspect, select, text
from sqlalchemy.orm import Session

from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, transaction
from scheduler.core.numbers import RunningNumber
from scheduler.core.tokens import token_hash
from scheduler.feeds.models import FeedToken
from scheduler.reports.queries.attendance import STATEFUL
from scheduler.safeguarding.models import Guardian, GuardianConsent, Vetting
from tools.bench.seed.base import COORDINATOR
from tools.bench.seed.days import Calendar
from tools.bench.seed.scratch import planted
from tools.bench.seed.sizes import FEED_EVENTS, Size

SERIES = ("R", "P", "U")
PROOFS: tuple[tuple[Any, str, Any], ...] = (
    (Vetting, "vetting recorded", Vetting.recorded_at),
    (Guardian, "guardian named", Guardian.named_at),
    (GuardianConsent, "consent recorded", GuardianConsent.recorded_at),
)


def tell_history(session: Session) -> None:
    """One audit row for the present state of each thing that has states, as the machine's own service would write."""
    for model, machine in STATEFUL:
        thing: Any = model
        state = cast(thing.state, String)
        planted(
            session,
            AuditEntry,
            thing.__table__,
            {
                "at": thing.state_since,
                "actor": f"user:{COORDINATOR}",
                "action": f"{machine.name} " + state,
                "thing": thing.__tablename__,
                "thing_id": thing.id,
                "details": '{"to": "' + state + '"}',
            },
        )
    for proof, action, at in PROOFS:
        told = {"actor": f"user:{COORDINATOR}", "action": action, "thing": proof.__tablename__, "details": "{}"}
        planted(session, AuditEntry, proof.__table__, told | {"at": at, "thing_id": proof.id})


def go_on_numbering(session: Session, calendar: Calendar, last: int) -> None:
    """The next number of each series lies after all that were given out here."""
    years = sorted({day.year for day in calendar.days})
    rows = [{"series": series, "year": year, "last": 2 * last} for series in SERIES for year in years]
    session.execute(insert(RunningNumber), rows)
    if session.get_bind().dialect.name == "postgresql":
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and inspect(table.c.id).autoincrement:
                highest = select(func.max(table.c.id)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(table.name, "id")
                session.execute(select(func.setval(sequence, func.coalesce(highest, 1))))


def feed_token_of(events: int) -> str:
    """The address of a measured calendar: a database of measurements is open to nobody else."""
    return f"bench-calendar-of-{events}-events"


def give_addresses(session: Session, size: Size, calendar: Calendar) -> None:
    """An address for each calendar that is measured."""
    for place, events in enumerate(FEED_EVENTS, 1):
        session.add(
            FeedToken(
                token_hash=token_hash(feed_token_of(events)),
                presenter_id=size.people + place,
                name="phone",
                language="sr_Latn",
                created_at=calendar.now,
            )
        )
    session.flush()


def look_through() -> None:
    """Let the database count what it holds, so that it plans its questions as in a living installation."""
    with transaction() as session:
        session.execute(text("ANALYZE"))

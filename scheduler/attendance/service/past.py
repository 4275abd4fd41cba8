"""Past years of visits with their counts, from a file: compared outside the lock, stored whole in one transaction."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import AttendanceState, CountSource, PastSheet, PastSitting
from scheduler.config import settings
from scheduler.core import audit, batches
from scheduler.core.clock import moment_of
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.core.numbers import next_numbers
from scheduler.core.sheets import Imported, LineProblem, in_order
from scheduler.core.text import fold
from scheduler.core.tokens import new_token
from scheduler.places.models import Host
from scheduler.places.service import HostNames
from scheduler.planning.models import Presentation, Visit
from scheduler.planning.terms import PresentationState, VisitState
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel

log = logging.getLogger(__name__)
Named = TypeVar("Named", Programme, Campaign)

KIND = "visits"
UNTOLD = dt.time(9, 0)  # when a file does not say when it began: the first at nine, the next an hour later


@dataclass
class _Outing:
    """A visit to be: a host, a programme, a day, and its presentations."""

    host: Host
    programme: Programme
    campaign_id: int | None
    on_day: dt.date
    sittings: list[PastSitting] = field(default_factory=list)


@dataclass
class _Comparison:
    problems: list[LineProblem]
    new: list[_Outing] = field(default_factory=list)
    same: int = 0

    @property
    def new_lines(self) -> int:
        return sum(len(outing.sittings) for outing in self.new)


def import_past_visits(
    actor: Actor, sheet: PastSheet, *, centre_id: int, now: dt.datetime, dry_run: bool = False, file_name: str = ""
) -> Imported:
    """Store visits that were held: delivered, their counts locked, without crews, mails and certificates.

    A visit that is stored already (host, programme, day, as many presentations and people) is the same. All or
    nothing: with any problem nothing is stored. Raises: NotAllowed, NotFound.
    """
    policy.require(actor, "import", "visit", centre=centre_id)
    if dry_run:
        found = _compared(db.session(), sheet, centre_id)
        return Imported(sheet.lines, found.new_lines, 0, found.same, in_order(found.problems))
    batch_id = None
    with transaction() as session:
        batches.in_turn(session)
        found = _compared(session, sheet, centre_id)
        if not found.problems and found.new:
            stored = batches.Stored(KIND, found.new_lines, file_name, centre_id)
            batch = batches.open_batch(session, actor, stored, now)
            _store(session, actor, batch, found.new, now)
            batches.close_batch(session, actor, batch, now)
            batch_id = batch.id
    log.info("past visits imported", extra={"rows": sheet.lines, "new": found.new_lines})
    return Imported(sheet.lines, found.new_lines, 0, found.same, in_order(found.problems), batch_id)


def _compared(session: Session, sheet: PastSheet, centre_id: int) -> _Comparison:
    found = _Comparison(list(sheet.problems))
    names = _Names(session, centre_id)
    outings: dict[tuple[int, int, dt.date], _Outing] = {}
    for sitting in sheet.sittings:
        host = names.hosts.named(sitting.register_id, sitting.host, sitting.municipality)
        programme = names.programme(sitting.programme)
        campaign = names.campaign(sitting.campaign)
        wrong = {"host": host, "programme": programme, "campaign": campaign}
        named = {column: reason for column, reason in wrong.items() if isinstance(reason, str)}
        found.problems += [LineProblem(sitting.line, column, reason) for column, reason in named.items()]
        if named or not isinstance(host, Host) or not isinstance(programme, Programme):
            continue
        campaign_id = campaign.id if isinstance(campaign, Campaign) else None
        fresh = _Outing(host, programme, campaign_id, sitting.on_day)
        outings.setdefault((host.id, programme.id, sitting.on_day), fresh).sittings.append(sitting)
    stored = _stored(session, centre_id)
    for key, outing in outings.items():
        said = (len(outing.sittings), sum(sitting.counts.total for sitting in outing.sittings))
        if key not in stored:
            found.new.append(outing)
        elif stored[key] == said:
            found.same += len(outing.sittings)
        else:
            found.problems.append(LineProblem(outing.sittings[0].line, "", "visit_stored_otherwise"))
    return found


class _Names:
    """Hosts, programmes and campaigns by the many ways to write them."""

    def __init__(self, session: Session, centre_id: int) -> None:
        self.hosts = HostNames(session)
        own = select(Programme).where(Programme.centre_id == centre_id).order_by(Programme.id)
        self.programmes = list(session.scalars(own))
        campaigns = select(Campaign).where(Campaign.centre_id == centre_id).order_by(Campaign.id)
        self.campaigns = list(session.scalars(campaigns))

    def programme(self, name: str) -> Programme | str:
        if not name:
            return self.programmes[0] if len(self.programmes) == 1 else "programme_missing"
        return _called(self.programmes, name) or "unknown_programme"

    def campaign(self, name: str) -> Campaign | str | None:
        return (_called(self.campaigns, name) or "unknown_campaign") if name else None


def _called(known: Iterable[Named], name: str) -> Named | None:
    key = fold(name)
    return next((one for one in known if key in (fold(one.slug), fold(one.name_sr_cyrl), fold(one.name_en))), None)


def _stored(session: Session, centre_id: int) -> dict[tuple[int, int, dt.date], tuple[int, int]]:
    """Presentations and people of each visit that was not called off, by host, programme and day."""
    counted = (HeadCount.presentation_id == Presentation.id) & HeadCount.counts.is_(True)
    wanted = (
        select(
            Visit.host_id,
            Visit.programme_id,
            Visit.on_day,
            func.count(Presentation.id.distinct()),
            func.coalesce(func.sum(HeadCount.people), 0),
        )
        .outerjoin(Presentation, Presentation.visit_id == Visit.id)
        .outerjoin(HeadCount, counted)
        .where(Visit.centre_id == centre_id, Visit.state.not_in((VisitState.CANCELLED, VisitState.REPLANNED)))
        .group_by(Visit.host_id, Visit.programme_id, Visit.on_day)
    )
    return {(host, programme, day): (held, people) for host, programme, day, held, people in session.execute(wanted)}


def _store(
    session: Session, actor: Actor, batch: batches.ImportBatch, outings: list[_Outing], now: dt.datetime
) -> None:
    """A table at a time, all its rows at once."""
    numbers = _numbers(outings)
    rows = [_visit(batch, one, next(numbers[one.on_day.year]), now) for one in outings]
    visits = batches.add_rows(session, batch, Visit, rows)
    pairs = [
        (visit_id, outing, sitting, place)
        for visit_id, outing in zip(visits, outings, strict=True)
        for place, sitting in enumerate(outing.sittings, 1)
    ]
    held = batches.add_rows(session, batch, Presentation, [_presentation(*pair, now=now) for pair in pairs])
    of = [(ident, outing, sitting) for ident, (_, outing, sitting, _) in zip(held, pairs, strict=True)]
    counted = batches.add_rows(session, batch, Attendance, [_attendance(*one, now=now) for one in of])
    heads = [
        _count(ident, audience, people, now)
        for ident, _, sitting in of
        for audience, people in sitting.counts.by_audience().items()
    ]
    batches.add_rows(session, batch, HeadCount, heads)
    told = {"imported": batch.id}
    audit.record_all(actor, "visit delivered", Visit, visits, at=now, details=told)
    audit.record_all(actor, "presentation delivered", Presentation, held, at=now, details=told)
    audit.record_all(actor, "attendance locked", Attendance, counted, at=now, details=told)


def _numbers(outings: list[_Outing]) -> Mapping[int, Any]:
    years = Counter(outing.on_day.year for outing in outings)
    return {year: iter(next_numbers("P", year, count)) for year, count in sorted(years.items())}


def _visit(batch: batches.ImportBatch, outing: _Outing, number: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "number": number,
        "centre_id": batch.centre_id,
        "host_id": outing.host.id,
        "programme_id": outing.programme.id,
        "campaign_id": outing.campaign_id,
        "on_day": outing.on_day,
        "zone": outing.host.zone,
        "state": VisitState.DELIVERED,
        "state_since": now,
        "kilometres": max(sitting.kilometres for sitting in outing.sittings),
    }


def _presentation(
    visit_id: int, outing: _Outing, sitting: PastSitting, ordinal: int, *, now: dt.datetime
) -> dict[str, Any]:
    starts = sitting.starts or dt.time(min(UNTOLD.hour + ordinal - 1, 22), 0)
    starts_at = moment_of(sitting.on_day, starts, outing.host.zone)
    minutes = sitting.minutes or outing.programme.minutes
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    return {
        "visit_id": visit_id,
        "ordinal": ordinal,
        "uid": f"{new_token()[:22]}@{settings().uid_domain}",
        "edited_at": now,
        "on_day": sitting.on_day,
        "starts_local": starts,
        "minutes": minutes,
        "zone": outing.host.zone,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "busy_from": starts_at,
        "busy_until": ends_at,
        "audience": _audience(sitting),
        "level": _level(outing.host, sitting),
        "classes": sitting.classes,
        "expected_pupils": sitting.counts.pupils,
        "expected_parents": sitting.counts.parents,
        "expected_teachers": sitting.counts.teachers,
        "state": PresentationState.DELIVERED,
        "state_since": now,
    }


def _audience(sitting: PastSitting) -> Audience:
    """For whom it was: pupils if any came, else those of whom most came."""
    people = sitting.counts.by_audience()
    return Audience.PUPILS if sitting.counts.pupils else max(people, key=lambda audience: people[audience])


def _level(host: Host, sitting: PastSitting) -> SchoolLevel:
    if not sitting.counts.pupils or not (host.teaches_primary or host.teaches_secondary):
        return SchoolLevel.NONE
    return SchoolLevel.PRIMARY if host.teaches_primary else SchoolLevel.SECONDARY


def _attendance(presentation_id: int, outing: _Outing, sitting: PastSitting, *, now: dt.datetime) -> dict[str, Any]:
    return {
        "presentation_id": presentation_id,
        "state": AttendanceState.LOCKED,
        "state_since": now,
        "minutes_given": sitting.minutes or outing.programme.minutes,
        "submitted_at": now,
        "locked_at": now,
    }


def _count(presentation_id: int, audience: Audience, people: int, now: dt.datetime) -> dict[str, Any]:
    return {
        "presentation_id": presentation_id,
        "audience": audience,
        "source": CountSource.COORDINATOR,
        "version": 1,
        "people": people,
        "counts": True,
        "entered_at": now,
    }


def take_back_visits(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of past visits stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        batches.in_turn(session)
        batch = session.get(batches.ImportBatch, batch_id, with_for_update=True)
        policy.require(actor, "import", "visit", centre=batch.centre_id if batch else None)
        if batch is None or batch.kind != KIND:
            raise NotFound("import")
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})

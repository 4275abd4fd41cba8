"""Past years of visits with their counts, from a file: compared outside the lock, stored in pieces of whole visits."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.service.past_crews import CREW_COLUMN as CREW
from scheduler.attendance.service.past_crews import USUAL_START, Crews, Span
from scheduler.attendance.terms import AttendanceState, CountSource, PastSheet, PastSitting
from scheduler.config import settings
from scheduler.core.clock import moment_of
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.core.numbers import next_numbers
from scheduler.core.text import fold
from scheduler.core.tokens import new_token
from scheduler.imports import batches
from scheduler.imports.places import Placed, Places
from scheduler.imports.sheets import Imported, LineProblem, in_order
from scheduler.imports.staging import Filing, Importer, Stage, Stale, in_pieces, stored_since, take_in
from scheduler.people.rules import is_minor
from scheduler.people.service.presenter_names import NamedPresenter
from scheduler.places.models import Host
from scheduler.places.service.host_names import HostNames
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState

log = logging.getLogger(__name__)
Named = TypeVar("Named", Programme, Campaign)

VISIT_IMPORT = "visits"
ALIVE = [state for state in VisitState if state not in (VisitState.CANCELLED, VisitState.REPLANNED)]


@dataclass(slots=True)
class _Sat:
    """A presentation to be: its line of the file, who presented, and when it began."""

    sitting: PastSitting
    crew: Sequence[NamedPresenter]
    starts: dt.time = USUAL_START


@dataclass(slots=True)
class _Outing:
    """A visit to be: a host, a programme, a day, and its presentations."""

    host: Host
    programme: Programme
    campaign_id: int | None
    on_day: dt.date
    held: list[_Sat] = field(default_factory=list)

    def minutes(self, one: _Sat) -> int:
        """How long a presentation took: as the file says, else as its programme does."""
        return one.sitting.minutes or self.programme.minutes

    def span(self, one: _Sat) -> Span:
        """From when until when it was."""
        begins = moment_of(self.on_day, one.starts, self.host.zone)
        return begins, begins + dt.timedelta(minutes=self.minutes(one))


@dataclass
class _VisitComparison:
    sheet: PastSheet
    problems: list[LineProblem]
    new: list[_Outing] = field(default_factory=list)
    same: int = 0

    @property
    def to_store(self) -> int:
        return sum(len(outing.held) for outing in self.new)

    @property
    def to_stage(self) -> int:
        crews = sum(len(one.crew) for outing in self.new for one in outing.held)
        return len(self.new) + 6 * self.to_store + crews

    def outcome(self, batch_id: int | None = None) -> Imported:
        return Imported(self.sheet.lines, self.to_store, 0, self.same, in_order(self.problems), batch_id)


def import_past_visits(actor: Actor, sheet: PastSheet, filing: Filing) -> Imported:
    """Store visits that were held: delivered, counts locked, presenters present, without mails and certificates.

    A visit that is stored already (host, programme, day, as many presentations and people) is the same. All or
    nothing: with any problem nothing is stored. Raises: NotAllowed, NotFound; Stale.
    """
    centre_id = filing.centre_id
    policy.require(actor, "import", "visit", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")

    def compare(session: Session) -> _VisitComparison:
        return _compared(session, sheet, centre_id)

    outcome: Imported = take_in(actor, filing, Importer(VISIT_IMPORT, compare, _stage, _still_new, _pieces))
    add_up_marked()
    log.info("past visits imported", extra={"rows": sheet.lines, "new": outcome.new})
    return outcome


def _pieces(found: _VisitComparison) -> Iterator[_VisitComparison]:
    """Some visits with all that belongs to them; the latest first, as in each piece (`_stage`)."""
    latest_first = sorted(found.new, key=lambda outing: outing.on_day, reverse=True)
    for piece in in_pieces(latest_first, lambda outing: len(outing.held)):
        yield replace(found, new=piece[::-1])


def _compared(session: Session, sheet: PastSheet, centre_id: int) -> _VisitComparison:
    found = _VisitComparison(sheet, list(sheet.problems))
    names = _Names(session, centre_id)
    crews = Crews(session, centre_id, sheet.sittings)
    outings: dict[tuple[int, int, dt.date], _Outing] = {}
    for sitting in sheet.sittings:
        host = names.hosts.named(sitting.register_id, sitting.host, sitting.municipality)
        programme = names.programme(sitting.programme)
        campaign = names.campaign(sitting.campaign)
        wrong = {"host": host, "programme": programme, "campaign": campaign}
        named = {column: reason for column, reason in wrong.items() if isinstance(reason, str)}
        crew, unknown = crews.of(sitting)
        found.problems += [LineProblem(sitting.line, column, reason) for column, reason in named.items()] + unknown
        if named or not isinstance(host, Host) or not isinstance(programme, Programme):
            continue
        campaign_id = campaign.id if isinstance(campaign, Campaign) else None
        fresh = _Outing(host, programme, campaign_id, sitting.on_day)
        outing = outings.setdefault((host.id, programme.id, sitting.on_day), fresh)
        outing.held.append(_Sat(sitting, tuple(crew)))
    stored = _stored(session, centre_id)
    for key, outing in outings.items():
        said = (len(outing.held), sum(one.sitting.counts.total for one in outing.held))
        if key not in stored:
            found.new.append(outing)
        elif stored[key] == said:
            found.same += len(outing.held)
        else:
            found.problems.append(LineProblem(outing.held[0].sitting.line, "", "visit_stored_otherwise"))
    _settle_starts(found, crews)
    return found


def _settle_starts(found: _VisitComparison, crews: Crews) -> None:
    """Note when each presentation began; what is wrong with that is a problem of its line."""
    pairs = [(outing, one, place) for outing in found.new for place, one in enumerate(outing.held)]
    for outing, one, place in sorted(pairs, key=lambda pair: pair[1].sitting.starts is None):
        minutes = outing.minutes(one)
        one.starts, reason = crews.begin(one.sitting, one.crew, place, zone=outing.host.zone, minutes=minutes)
        if reason:
            column = "starts" if reason in ("no_such_time", "hour_twice") else CREW
            found.problems.append(LineProblem(one.sitting.line, column, reason))


class _Names:
    """Hosts, programmes and campaigns by the many ways to write them."""

    def __init__(self, session: Session, centre_id: int) -> None:
        self.hosts = HostNames(session)
        own = select(Programme).where(Programme.centre_id == centre_id).order_by(Programme.id)
        self.programmes = list(session.scalars(own))
        campaigns = select(Campaign).where(Campaign.centre_id == centre_id).order_by(Campaign.id)
        self.campaigns = list(session.scalars(campaigns))
        self.programme = cache(self._programme)  # thousands of lines name the same few
        self.campaign = cache(self._campaign)

    def _programme(self, name: str) -> Programme | str:
        if not name:
            return self.programmes[0] if len(self.programmes) == 1 else "programme_missing"
        return _called(self.programmes, name) or "unknown_programme"

    def _campaign(self, name: str) -> Campaign | str | None:
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
        .where(Visit.centre_id == centre_id, Visit.state.in_(ALIVE))
        .group_by(Visit.host_id, Visit.programme_id, Visit.on_day)
    )
    return {(host, programme, day): (held, people) for host, programme, day, held, people in session.execute(wanted)}


def _still_new(session: Session, stage: Stage) -> None:
    """Imports are stored in turn: of two files with the same visits the second one is compared again. Raises: Stale."""
    if stored_since(session, stage, Visit, ("centre_id", "host_id", "programme_id", "on_day"), Visit.state.in_(ALIVE)):
        raise Stale


def _stage(stage: Stage, found: _VisitComparison) -> None:
    """A table at a time, and of each a line at a time: only what is laid aside is ever whole."""
    now = stage.filing.now
    numbers = _numbers(found.new)
    rows = (_visit(stage.filing, one, next(numbers[one.on_day.year])) for one in found.new)
    visits = stage.add(Visit, rows, "visit delivered")
    rows = (
        _presentation(visit, outing, one, ordinal, now=now)
        for visit, outing in zip(visits, found.new, strict=True)
        for ordinal, one in enumerate(outing.held, 1)
    )
    held = stage.add(Presentation, rows, "presentation delivered")
    stage.add(Attendance, (_attendance(*one, now=now) for one in _in_turn(held, found.new)), "attendance locked")
    heads = (
        _count(placed, audience, people, now)
        for placed, _, one in _in_turn(held, found.new)
        for audience, people in one.sitting.counts.by_audience().items()
    )
    stage.add(HeadCount, heads)
    went = (
        (placed, outing.on_day, outing.span(one), who.presenter_id)
        for placed, outing, one in _in_turn(held, found.new)
        for who in sorted(one.crew, key=lambda who: is_minor(who.adult_on, outing.on_day))
    )
    # The latest first: SQLite's defence against two places then has nothing to look through.
    latest = sorted(went, key=lambda one: one[2][0], reverse=True)
    stage.add(Assignment, (_assignment(*one, now=now) for one in latest), "assignment present")


def _in_turn(held: Places, outings: Iterable[_Outing]) -> Iterator[tuple[Placed, _Outing, _Sat]]:
    """The presentations that are laid aside, each with what the file said of it."""
    of = ((outing, one) for outing in outings for one in outing.held)
    return ((placed, *pair) for placed, pair in zip(held, of, strict=True))


def _numbers(outings: list[_Outing]) -> Mapping[int, Any]:
    """Numbers are given out while rows are laid aside: an import that is broken off leaves a gap."""
    years = Counter(outing.on_day.year for outing in outings)
    with transaction():
        return {year: iter(next_numbers("P", year, count)) for year, count in sorted(years.items())}


def _visit(filing: Filing, outing: _Outing, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "centre_id": filing.centre_id,
        "host_id": outing.host.id,
        "programme_id": outing.programme.id,
        "campaign_id": outing.campaign_id,
        "on_day": outing.on_day,
        "zone": outing.host.zone,
        "state": VisitState.DELIVERED,
        "state_since": filing.now,
        "kilometres": max(one.sitting.kilometres for one in outing.held),
        "papers_settled": True,  # their schools have what they were given then
    }


def _presentation(visit: Placed, outing: _Outing, one: _Sat, ordinal: int, *, now: dt.datetime) -> dict[str, Any]:
    sitting = one.sitting
    starts_at, ends_at = outing.span(one)
    return {
        "visit_id": visit,
        "ordinal": ordinal,
        "uid": f"{new_token()[:22]}@{settings().uid_domain}",
        "edited_at": now,
        "on_day": outing.on_day,
        "starts_local": one.starts,
        "minutes": outing.minutes(one),
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


def _attendance(presentation: Placed, outing: _Outing, one: _Sat, *, now: dt.datetime) -> dict[str, Any]:
    return {
        "presentation_id": presentation,
        "state": AttendanceState.LOCKED,
        "state_since": now,
        "minutes_given": outing.minutes(one),
        "submitted_at": now,
        "locked_at": now,
    }


def _count(presentation: Placed, audience: Audience, people: int, now: dt.datetime) -> dict[str, Any]:
    return {
        "presentation_id": presentation,
        "audience": audience,
        "source": CountSource.COORDINATOR,
        "version": 1,
        "people": people,
        "counts": True,
        "entered_at": now,
    }


def _assignment(
    presentation: Placed, on_day: dt.date, span: Span, presenter_id: int, *, now: dt.datetime
) -> dict[str, Any]:
    return {
        "on_day": on_day,
        "busy_from": span[0],
        "busy_until": span[1],
        "presentation_id": presentation,
        "presenter_id": presenter_id,
        "state": AssignmentState.PRESENT,
        "state_since": now,
    }


def take_back_visits(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of past visits stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, VISIT_IMPORT)
        policy.require(actor, "import", "visit", centre=centre_id)
        batches.take_back(session, actor, batch, now)
    add_up_marked()
    log.info("import taken back", extra={"batch_id": batch_id})

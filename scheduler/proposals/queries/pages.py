"""Proposals as pages show them. Who is limited to districts sees her own, and of them the rows in her reach."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import page_of
from scheduler.people import queries as people_queries
from scheduler.people.models import User
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterRow
from scheduler.places.models import Host
from scheduler.places.queries import closure_of
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.proposals.models import FIGURES, PlanGround, PlanProposal, ProposedVisit
from scheduler.proposals.queries.to_mend import unbound_visits
from scheduler.proposals.queries.to_plan import later_requests
from scheduler.proposals.rules.comparing import change_of, gathered, presenter_days
from scheduler.proposals.terms.pages import (
    AskedName,
    CrewName,
    ProposalLine,
    ProposalPage,
    RowView,
    SeatView,
    WayOutView,
)
from scheduler.proposals.terms.plan import (
    LeftAlone,
    Mending,
    PlanScope,
    ProposalDraft,
    ProposalSums,
    ProposedSeat,
    Remark,
    RowChange,
    Waiting,
    seat_from,
)
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LIVING, AssignmentState, VisitState
from scheduler.work import service as work_service

NOT_STANDING = (VisitState.CANCELLED, VisitState.REPLANNED)
Seats = Mapping[int, ProposedSeat]
NAME_COLUMNS = (  # in the order of an AskedName
    *(SchoolRequest.id, SchoolRequest.number),
    *(Host.name_sr_cyrl, Host.name_sr_latn, Host.place_sr_cyrl, Host.place_sr_latn),
    *(Programme.name_sr_cyrl, Programme.name_en, Programme.topic),
    *(SchoolRequest.teaching_language, SchoolRequest.campaign_id),
)


def _in_sight(actor: Actor) -> Select[PlanProposal]:
    wanted = select(PlanProposal).where(PlanProposal.centre_id == actor.centre_id)
    return wanted.where(PlanProposal.user_id == actor.user_id) if actor.districts else wanted


def proposal_of(actor: Actor, proposal_id: int, *, lock: bool = False) -> PlanProposal:
    """One proposal. Raises: NotAllowed; NotFound outside of the actor's centre, or for limited staff of others."""
    policy.require(actor, "read", "plan", centre=actor.centre_id)
    wanted = (
        _in_sight(actor)
        .where(PlanProposal.id == proposal_id)
        .options(joinedload(PlanProposal.ground), joinedload(PlanProposal.journey))
    )
    wanted = wanted.execution_options(populate_existing=True)
    row = db.session().scalar(wanted.with_for_update(of=PlanProposal) if lock else wanted)
    if row is None:
        raise NotFound("plan")
    return row


def visits_to_offer(actor: Actor, proposal_id: int, limit: int) -> list[str]:
    """The numbers of the visits of a proposal with somebody who is suggested and not asked, by day.

    Raises: NotAllowed; NotFound.
    """
    row = proposal_of(actor, proposal_id)
    not_asked = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.state == AssignmentState.SUGGESTED)
    )
    wanted = (
        select(Visit.number)
        .join(ProposedVisit, ProposedVisit.visit_id == Visit.id)
        .where(ProposedVisit.proposal_id == row.id, Visit.id.in_(not_asked), in_reach(actor, Visit))
        .order_by(Visit.on_day, Visit.id)
        .limit(limit)
    )
    return list(db.session().scalars(wanted))


def draft_of(row: PlanProposal) -> ProposalDraft:
    """What a proposal was asked for with."""
    scope = PlanScope(row.first_day, row.last_day, ids_in(row.districts), ids_in(row.programmes), ids_in(row.people))
    nights, rides = (row.journey.most_nights, row.journey.rides) if row.journey else (0, False)
    return ProposalDraft(scope, row.based_on_id, _mending_of(row.ground), nights, rides)


def _mending_of(row: PlanGround | None) -> Mending | None:
    if row is None:
        return None
    return Mending(row.trouble, row.presenter_id, row.away_from, row.away_until, row.closure_id, row.late_id)


def ids_in(text: str) -> tuple[int, ...]:
    """Ids as they are stored, with commas between."""
    return tuple(int(one) for one in text.split(",") if one)


def proposals(actor: Actor, *, limit: int = 30) -> list[ProposalLine]:
    """The newest proposals that the actor may see. Raises: NotAllowed."""
    policy.require(actor, "read", "plan", centre=actor.centre_id)
    return _lines(actor, _in_sight(actor).order_by(PlanProposal.id.desc()).limit(limit))


def _lines(actor: Actor, wanted: Select[PlanProposal]) -> list[ProposalLine]:
    named = wanted.options(joinedload(PlanProposal.ground)).add_columns(User)
    rows = list(db.session().execute(named.join(User, User.id == PlanProposal.user_id)))
    placed, applied = (func.sum(case((one.is_not(None), 1), else_=0)) for one in (_V.on_day, _V.visit_id))
    counted = db.session().execute(
        select(_V.proposal_id, func.count(), placed, applied)
        .join(SchoolRequest, SchoolRequest.id == _V.request_id)
        .where(_V.proposal_id.in_([row.id for row, _user in rows]), in_reach(actor, SchoolRequest))
        .group_by(_V.proposal_id)
    )
    counts = {one: numbers for one, *numbers in counted}
    return [_line(row, user, counts.get(row.id, [0, 0, 0])) for row, user in rows]


_V = ProposedVisit


def _line(row: PlanProposal, user: User, counts: Sequence[int]) -> ProposalLine:
    asked, placed, applied = counts
    days, ground = (row.first_day, row.last_day), row.ground
    finished = row.finished_at is not None
    trouble = ground.trouble if ground else None
    return ProposalLine(row.id, row.created_at, user.full_name, *days, finished, placed, asked, applied, trouble)


def seats_of(proposal_id: int, *, pinned: bool = False) -> dict[int, ProposedSeat]:
    """Where a proposal has each request, or where it has those that are pinned."""
    wanted = select(_V).where(_V.proposal_id == proposal_id, _V.on_day.is_not(None))
    rows = db.session().scalars(wanted.where(_V.pinned.is_(True)) if pinned else wanted)
    return {row.request_id: seat for row in rows if (seat := seat_in(row))}


def seat_in(row: ProposedVisit) -> ProposedSeat | None:
    """Where a row has its seat; None of one that waits."""
    if row.on_day is None or row.starts_local is None or row.educator_id is None:
        return None
    return ProposedSeat(row.request_id, row.on_day, row.starts_local, row.educator_id, row.influencer_id)


def visits_of(proposal_id: int) -> list[int]:
    """The visits that came of a proposal, whoever reaches them, by their ids."""
    wanted = select(_V.visit_id).where(_V.proposal_id == proposal_id, _V.visit_id.is_not(None)).order_by(_V.visit_id)
    return [one for one in db.session().scalars(wanted) if one is not None]


def may_take_back(actor: Actor, row: PlanProposal) -> bool:
    """Whether visits came of a plan for requests, all in the actor's reach, and nobody was offered one of them.

    A repair changes visits that stood before: it is not taken back.
    """
    if row.ground is not None:
        return False
    offered = (
        select(Assignment.id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == Visit.id, Assignment.state != AssignmentState.SUGGESTED)
    )
    fair = and_(Visit.state == VisitState.PLANNED, ~offered.exists(), in_reach(actor, Visit))
    applied = select(func.count(), func.sum(case((fair, 1), else_=0))).join(_V, _V.visit_id == Visit.id)
    visits, untouched = db.session().execute(applied.select_from(Visit).where(_V.proposal_id == row.id)).one()
    return bool(visits) and visits == untouched


def standing_seats(request_ids: Collection[int]) -> dict[int, ProposedSeat]:
    """Where the visits stand that these requests have by now, with the first of each kind of their crews."""
    visits = db.session().scalars(
        select(Visit)
        .where(Visit.school_request_id.in_(request_ids), Visit.state.not_in(NOT_STANDING))
        .options(selectinload(Visit.presentations).selectinload(Presentation.assignments))
    )
    found = {}
    for visit in visits:
        first = min(visit.presentations, key=lambda one: one.starts_local, default=None)
        crew = [one.presenter_id for one in first.assignments if one.state in LIVING] if first else []
        if first and visit.school_request_id:
            educator, youth = (*crew, None, None)[:2]
            found[visit.school_request_id] = ProposedSeat(
                visit.school_request_id, visit.on_day, first.starts_local, educator or 0, youth
            )
    return found


def proposal_page(actor: Actor, proposal_id: int, *, now: dt.datetime, page: int = 1) -> ProposalPage:
    """One proposal beside the plan that it was drawn from, else beside what stands. Raises: NotAllowed; NotFound."""
    row = proposal_of(actor, proposal_id)
    draft = draft_of(row)
    mends = draft.mends
    views = _views(actor, row, None if mends else row.based_on_id) if row.finished_at else []
    placed = [one for one in views if one.seat and _is_told(one, draft)]
    waiting = tuple(one for one in views if not one.seat)
    [line] = _lines(actor, select(PlanProposal).where(PlanProposal.id == row.id))
    return ProposalPage(
        line=line,
        draft=draft,
        sums=_sums(row),
        work=work_service.work_page(actor, row.work_id, now=now) if row.work_id and not row.finished_at else None,
        rows=page_of(placed, page),
        waiting=waiting,
        gathered=gathered(one for one in waiting if not one.left),
        changes=Counter(one.change for one in views if not one.left),
        presenters=presenter_days(views),
        may_take_back=bool(line.applied) and may_take_back(actor, row),
        to_offer=bool(line.applied and visits_to_offer(actor, row.id, 1)),
        later=0 if mends else later_requests(actor, draft.scope, now=now).number,
        about=_about(row),
        closure=closure_of(mends.closure_id) if mends and mends.closure_id else None,
        late=asked_names(actor, [mends.late_id]).get(mends.late_id) if mends and mends.late_id else None,
        unbound=unbound_visits(actor, mends) if mends else (),
    )


def _is_told(view: RowView, draft: ProposalDraft) -> bool:
    """A repair shows what it changes: what stays as it is was told long ago."""
    return not draft.mends or view.change is not RowChange.SAME or view.pinned or bool(view.visit_number)


def _about(row: PlanProposal) -> CrewName | None:
    who = row.ground.presenter_id if row.ground else None
    if who is None or (person := people_queries.presenters_by_id([who]).get(who)) is None:
        return None
    day = (row.ground.away_from if row.ground else None) or row.first_day
    return crew_name(person, day)


def _sums(row: PlanProposal) -> ProposalSums | None:
    if row.finished_at is None:
        return None
    saved = row.journey.km_saved if row.journey else None
    return ProposalSums(**{name: getattr(row, name) for name in (*FIGURES, "bound_weight")}, km_saved=saved or 0)


def _views(actor: Actor, row: PlanProposal, plan_before: int | None) -> list[RowView]:
    wanted = (
        select(_V, Visit.number)
        .join(SchoolRequest, SchoolRequest.id == _V.request_id)
        .outerjoin(Visit, Visit.id == _V.visit_id)
        .where(_V.proposal_id == row.id, in_reach(actor, SchoolRequest))
        .order_by(_V.on_day, _V.starts_local, _V.id)
    )
    rows = [(one, number or "") for one, number in db.session().execute(wanted)]
    ids = [one.request_id for one, _number in rows]
    before = seats_of(plan_before) if plan_before is not None else standing_seats(ids)
    told = {one.request_id: json.loads(one.told) for one, _number in rows}
    moving = {way["moves"] for one in told.values() for way in one.get("ways_out", [])}
    names = asked_names(actor, {*ids, *moving})
    shown = _Shown.of([seat for one, _number in rows if (seat := seat_in(one))], before.values(), told.values())
    return [_view(one, number, before, names, shown) for one, number in rows]


def asked_names(actor: Actor, request_ids: Collection[int]) -> dict[int, AskedName]:
    """These requests as rows name them, as far as the actor reaches."""
    found = db.session().execute(
        select(*NAME_COLUMNS)
        .join(SchoolRequest.host)
        .join(SchoolRequest.programme)
        .where(SchoolRequest.id.in_(request_ids), in_reach(actor, SchoolRequest))
    )
    return {one[0]: AskedName(*one) for one in found}


def crew_name(person: PresenterRow, day: dt.date) -> CrewName:
    """Somebody as staff reads her on a day."""
    minor = is_minor(person.adult_on, day)
    return CrewName(person.presenter_id, person.given_name if minor else person.full_name, minor)


@dataclass(frozen=True)
class _Shown:
    """Everybody whom a page names."""

    people: Mapping[int, PresenterRow]

    @classmethod
    def of(
        cls, seats: Iterable[ProposedSeat], before: Iterable[ProposedSeat], told: Iterable[Mapping[str, Any]]
    ) -> "_Shown":
        named = [*seats, *before]
        for one in told:
            named += [seat_from(other) for other in one.get("others", [])]
            for way in one.get("ways_out", []):
                named += [seat_from(seat) for seat in (way["then"], way["moved"]) if seat]
        ids = {who for seat in named for who in seat.crew if who}
        return cls(people_queries.presenters_by_id(ids) if ids else {})

    def seat(self, seat: ProposedSeat | None, effort: Mapping[str, Any] | None = None) -> SeatView | None:
        if seat is None:
            return None
        crew = tuple(crew_name(self.people[who], seat.on_day) for who in seat.crew if who in self.people)
        km, others = (effort or {}).get("km"), (effort or {}).get("others", 0)
        return SeatView(seat.on_day, seat.starts_local, crew, km, others)


def _view(row: ProposedVisit, number: str, before: Seats, names: Mapping[int, AskedName], shown: _Shown) -> RowView:
    told, seat, stood = json.loads(row.told), seat_in(row), before.get(row.request_id)
    ways = [(names.get(way["moves"]), way) for way in told.get("ways_out", [])]
    others = [shown.seat(seat_from(one), one) for one in told.get("others", [])]
    return RowView(
        asked=names[row.request_id],
        seat=shown.seat(seat, told.get("effort")),
        waiting=Waiting(row.cause, row.lacking) if row.cause else None,
        pinned=row.pinned,
        visit_number=number,
        remarks=tuple(Remark(one) for one in told.get("remarks", [])),
        others=tuple(one for one in others if one),
        ways_out=tuple(
            WayOutView(name, then, shown.seat(seat_from(way["moved"])) if way["moved"] else None)
            for name, way in ways
            if name and (then := shown.seat(seat_from(way["then"])))
        ),
        change=change_of(seat, stood),
        before=shown.seat(stood),
        left=LeftAlone(told["left"]) if "left" in told else None,
        what_if=tuple(told.get("what_if", ())),
    )


def way_out(actor: Actor, proposal_id: int, request_id: int, place: int) -> list[ProposedSeat]:
    """The seats that one way out of a waiting request means: its own, and that of who moves. Raises: NotFound."""
    proposal_of(actor, proposal_id)
    row = db.session().scalar(select(_V).where(_V.proposal_id == proposal_id, _V.request_id == request_id))
    ways = json.loads(row.told).get("ways_out", []) if row else []
    if not 0 <= place < len(ways) or not asked_names(actor, [request_id]):
        raise NotFound("plan")
    return [seat_from(one) for one in (ways[place]["then"], ways[place]["moved"]) if one]


def stood_seats(actor: Actor, proposal_id: int, request_ids: Collection[int]) -> list[ProposedSeat]:
    """Where a repair found the visits of these rows, as far as somebody was to go there."""
    proposal_of(actor, proposal_id)
    told = db.session().scalars(select(_V.told).where(_V.proposal_id == proposal_id, _V.request_id.in_(request_ids)))
    stood = (json.loads(one).get("stood") for one in told)
    return [seat for one in stood if one and (seat := seat_from(one)).educator_id]

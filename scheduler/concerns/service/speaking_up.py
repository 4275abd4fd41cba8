"""Somebody speaks up about a presenter: with a proof new visits stop at once, without one an officer decides.

Nobody chooses a presenter from a list: a concern is about everybody who went to that visit, until an officer
knows more.
"""

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.concerns.models import Concern, ConcernAbout
from scheduler.concerns.queries.crews import crews_at, went_to
from scheduler.concerns.rules import MOST_ALARMS_A_DAY, problems_with_concern
from scheduler.concerns.service.stops import stop_new_visits
from scheduler.concerns.terms import OpenConcern, SpokenUpBy
from scheduler.core import clock
from scheduler.core.db import advisory_lock
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import Presenter
from scheduler.people.queries import centres, staff_with
from scheduler.people.rules import phone_of
from scheduler.places.models import Host
from scheduler.policy import Actor, Role
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import GONE_VISITS

log = logging.getLogger(__name__)
CONCERN_LOCK = 78  # kind of lock: what is said to one centre comes one after the other
A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class _Said:
    """One concern about to be kept: of which centre, by whom, about which visit or day, and who may be meant."""

    centre_id: int
    by: SpokenUpBy
    people: frozenset[int]
    visit_id: int | None = None
    host_id: int | None = None
    on_day: dt.date | None = None
    phone: str = ""


def speak_up_for_school(actor: Actor, *, now: dt.datetime) -> int:
    """Behind its own link a school is worried about who came; the concern's id.

    Raises: NotAllowed; NotFound while nobody has agreed to come.
    """
    rows = visits_where(Visit.school_request_id == actor.request_id, Visit.state.not_in(GONE_VISITS))
    centre_id = rows[-1].centre_id if rows else None
    policy.require(actor, "create", "concern", centre=centre_id, request=actor.request_id)
    people = frozenset(went_to(rows[-1])) if rows else frozenset()
    if not people:
        raise NotFound("visit")
    return _keep(actor, _of_visit(rows[-1], SpokenUpBy.SCHOOL, people), now)


def speak_up_about_crew(actor: Actor, number: str, *, now: dt.datetime) -> int:
    """Who went to a visit, or staff, is worried about the others of its crew; the concern's id.

    Raises: NotAllowed; NotFound where nobody else goes.
    """
    row = visit_for(actor, number)
    policy.require(actor, "create", "concern", centre=row.centre_id, presenters=[one.presenter_id for one in row.crew])
    people = went_to(row) - {actor.presenter_id}
    if not people:
        raise NotFound("visit")
    return _keep(actor, _of_visit(row, SpokenUpBy.COLLEAGUE, frozenset(people)), now)


def speak_up_about(actor: Actor, presenter_id: int, *, now: dt.datetime) -> int:
    """Staff is worried about one presenter; the concern's id. Raises: NotAllowed; NotFound, also for her own."""
    with change(actor, now) as act:
        person = act.session.get(Presenter, presenter_id)
        if person is None or person.id == actor.presenter_id:
            raise NotFound("presenter")
        policy.require(actor, "create", "concern", centre=person.centre_id)
        return _keep(actor, _Said(person.centre_id, SpokenUpBy.COLLEAGUE, frozenset({person.id})), now)


def speak_up_openly(actor: Actor, draft: OpenConcern, *, now: dt.datetime) -> None:
    """Anybody says where and when; the centres whose presenters went there look into it, or all where nobody knows.

    Of who is signed in at that centre the word is enough to stop new visits. Nobody learns whether there was a visit.
    Raises: Rejected with {field: reason}.
    """
    if problems := problems_with_concern(draft, clock.local_day(now)):
        raise Rejected(problems)
    with change(actor, now) as act:
        if act.session.get(Host, draft.host_id) is None:
            raise Rejected({"host_id": GroundReason.UNKNOWN})
        found = crews_at(draft.host_id, draft.on_day)
        phone = phone_of(draft.phone) or ""
        for row in found:
            own = actor.user_id is not None and actor.centre_id == row.centre_id
            by = SpokenUpBy.COLLEAGUE if own else SpokenUpBy.ANYBODY
            people = frozenset(went_to(row) - {actor.presenter_id})
            _keep(actor, _of_visit(row, by, people, phone), now)
        for centre in () if found else centres():
            said = _Said(centre.id, SpokenUpBy.ANYBODY, frozenset(), None, draft.host_id, draft.on_day, phone)
            _keep(actor, said, now)


def _of_visit(row: VisitRow, by: SpokenUpBy, people: frozenset[int], phone: str = "") -> _Said:
    return _Said(row.centre_id, by, people, row.id, row.host_id, row.on_day, phone)


def _keep(actor: Actor, said: _Said, now: dt.datetime) -> int:
    """Store it, or add to what was said already of the same by the same; stop who is to be stopped, tell an officer."""
    with change(actor, now) as act:
        advisory_lock(act.session, CONCERN_LOCK, [said.centre_id])
        concern = _said_before(act, said)
        known = _people_of(act, concern.id) if concern else frozenset()
        if concern is not None and said.people <= known:
            concern.phone = said.phone or concern.phone
            return concern.id
        if concern is None:
            concern = _added(act, said)
        _name_crew(act, concern, said.people - known)
        _tell(act, concern, said.people | known)
        concern_id = concern.id
    log.warning("concern reported", extra={"concern_id": concern_id, "by": said.by.value})
    return concern_id


def _said_before(act: Act, said: _Said) -> Concern | None:
    """The same said by the same, and nobody has ended it yet: a second press, or a second thought."""
    same: list[ColumnElement[bool]] = [
        Concern.centre_id == said.centre_id,
        Concern.ended_at.is_(None),
        Concern.spoken_up_by == said.by,
        Concern.visit_id.is_not_distinct_from(said.visit_id),
        Concern.host_id.is_not_distinct_from(said.host_id),
        Concern.on_day.is_not_distinct_from(said.on_day),
        Concern.reported_by_id.is_not_distinct_from(act.actor.user_id),
    ]
    if said.visit_id is None and said.people:  # staff about one presenter
        hers = select(ConcernAbout.concern_id).where(ConcernAbout.presenter_id.in_(said.people))
        same.append(Concern.id.in_(hers))
    return act.session.scalar(select(Concern).where(*same).order_by(Concern.id).limit(1).with_for_update())


def _people_of(act: Act, concern_id: int) -> frozenset[int]:
    rows = select(ConcernAbout.presenter_id).where(ConcernAbout.concern_id == concern_id)
    return frozenset(act.session.scalars(rows.order_by(ConcernAbout.presenter_id)))


def _added(act: Act, said: _Said) -> Concern:
    concern = Concern(
        centre_id=said.centre_id,
        spoken_up_by=said.by,
        visit_id=said.visit_id,
        host_id=said.host_id,
        on_day=said.on_day,
        phone=said.phone,
        reported_at=act.now,
        reported_by_id=act.actor.user_id,
    )
    act.session.add(concern)
    act.session.flush()
    act.record("concern reported", concern, {"by": said.by.value})
    return concern


def _name_crew(act: Act, concern: Concern, people: Collection[int]) -> None:
    proven = concern.spoken_up_by is not SpokenUpBy.ANYBODY
    stops = stop_new_visits(act, people) if proven else {}
    for presenter_id in sorted(people):
        act.session.add(ConcernAbout(concern_id=concern.id, presenter_id=presenter_id, stop_id=stops.get(presenter_id)))
    act.session.flush()


def _tell(act: Act, concern: Concern, people: Collection[int]) -> None:
    """The safeguarding officers but the one concerned; where there is none, administrators, so that they name one.

    No mail names anybody, and none stands in the outbox that the centre's staff reads.
    """
    if concern.spoken_up_by is SpokenUpBy.ANYBODY and _said_today(act, concern) > MOST_ALARMS_A_DAY:
        return
    concerned = set(act.session.scalars(select(Presenter.user_id).where(Presenter.id.in_(people))))
    here = [
        {one.user_id: one for centre_id, one in staff_with(role) if centre_id == concern.centre_id}
        for role in (Role.SAFEGUARDING, Role.ADMINISTRATOR)
    ]
    officers, administrators = ([one for who, one in sorted(of.items()) if who not in concerned] for of in here)
    for reader in officers or administrators:
        queue_message(
            MessageDraft(
                kind="concern_reported" if officers else "concern_without_officer",
                address=reader.address,
                language=reader.language,
                values={
                    "stopped": concern.spoken_up_by is not SpokenUpBy.ANYBODY,
                    "path": "/concerns" if officers else "/people/users",
                },
            ),
            now=act.now,
        )


def _said_today(act: Act, concern: Concern) -> int:
    within = Concern.reported_at > act.now - A_DAY, Concern.reported_at < act.now + A_DAY  # clocks are set back, too
    lately = Concern.centre_id == concern.centre_id, *within
    openly = Concern.spoken_up_by == SpokenUpBy.ANYBODY
    return act.session.scalar(select(func.count(Concern.id)).where(*lately, openly)) or 0

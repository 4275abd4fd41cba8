"""What speaks against a visit's new place on the board, said before it is dropped: the same rules that the act asks."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.board.terms import Answer, BoardReason, Doubt, Leg, Placing
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import GroundReason, NotFound
from scheduler.people import queries as people_queries
from scheduler.people.models import Presenter
from scheduler.people.rules import is_available, is_minor
from scheduler.people.terms import ExceptionRow, Hours, PresenterRow
from scheduler.places import queries as place_queries
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.school_time import SchoolClock
from scheduler.policy import Actor
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.lineage import contacts_of
from scheduler.requests.terms.reasons import RequestReason
from scheduler.staffing.queries.availability import availability_of
from scheduler.staffing.queries.by_name import presenter_names
from scheduler.staffing.queries.young_load import promises_of_months, too_much_beside
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import point_of
from scheduler.visits.queries.clearance import clearances, town_of
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.crew import why_not
from scheduler.visits.rules.limits import load_on, too_far, too_much
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.rules.timetable import shifted, visit_schedule, wall_end
from scheduler.visits.terms.plans import PresentationPlan, Span, Stop, VisitDraft, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import LIVING, OPEN_VISITS, PROMISED, STAFFED, AssignmentState

Cells = dict[tuple[int | None, dt.date], Answer]  # None: the crew stays, only the day changes


@dataclass(frozen=True)
class _Scene:
    """A visit with everything that decides where it may go."""

    visit: Visit
    presentations: Sequence[Presentation]
    crew: Mapping[int, AssignmentState]  # the weakest living state of each
    people: Mapping[int, PresenterRow]
    hours: Mapping[int, Sequence[Hours]]
    exceptions: Mapping[int, Sequence[ExceptionRow]]
    promised: Mapping[int, Sequence[Stop]]
    load: Mapping[int, Mapping[dt.date, int]]  # presentations promised by local day
    school_days: Collection[dt.date]
    shut: Collection[dt.date]  # by a closure
    bells: SchoolClock | None  # what the school told of its shifts and bells
    cleared: Mapping[dt.date, Mapping[int, Sequence[Why]]]
    too_much_young: Mapping[dt.date, Mapping[int, Sequence[Why]]]  # of everybody, were she a minor that day

    def name(self, who: int, day: dt.date) -> str:
        """Of a minor the first name only: what the board shows is also printed and hung up."""
        person = self.people[who]
        return person.given_name if is_minor(person.adult_on, day) else person.full_name

    def minor(self, who: int, day: dt.date) -> bool:
        return is_minor(self.people[who].adult_on, day)

    def without_room(self, who: int, day: dt.date) -> Sequence[Why]:
        """Why it would be too much for a minor; nothing against anybody else."""
        return self.too_much_young[day].get(who, ()) if self.minor(who, day) else ()


def answer(actor: Actor, visit_id: int, wish: Placing, *, now: dt.datetime) -> Answer:
    """What the board says to one wish. Raises: NotAllowed, NotFound."""
    visit = _visit(actor, visit_id)
    crew = _crew(visit)
    who = set(crew)
    if wish.comes is not None and (wish.changes_crew or wish.comes not in who):  # left the crew meanwhile, perhaps
        found = people_queries.presenters_by_id([wish.comes]).get(wish.comes)
        if found is None or found.centre_id != visit.centre_id:
            return Answer((Doubt(Why(GroundReason.UNKNOWN), hard=True),))
        who.add(wish.comes)
    scene = _scene(visit, crew, who, (wish.on_day,), (wish.starts_local,), now)
    return _answer(scene, wish, now)


def answers_in_cells(
    actor: Actor,
    visit_id: int,
    leaves: int | None,
    days: Sequence[dt.date],
    *,
    now: dt.datetime,
    among: Collection[int] | None = None,
) -> Cells:
    """For every presenter of the centre, or `among` these, and each day, what dropping the visit there at its own hour
    would mean.

    As many queries for a hundred presenters as for one. Raises: NotAllowed, NotFound.
    """
    visit = _visit(actor, visit_id)
    crew = _crew(visit)
    everybody = {
        row.presenter_id
        for row in presenter_names(visit.centre_id)
        if not row.suspended and (among is None or row.presenter_id in among)
    }
    first = min((row.starts_local for row in _staffed(visit)), default=dt.time(10))
    scene = _scene(visit, crew, everybody | set(crew), days, (first,), now)
    cells: Cells = {(None, day): _answer(scene, Placing(day, first, now), now) for day in days}
    for who in sorted(everybody):
        cells |= {(who, day): _answer(scene, Placing(day, first, now, leaves, who), now) for day in days}
    return cells


def _visit(actor: Actor, visit_id: int) -> Visit:
    found = db.session().scalars(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.host).joinedload(Host.municipality).joinedload(Municipality.district),
            joinedload(Visit.programme),
            joinedload(Visit.school_request),
            joinedload(Visit.presentations)
            .joinedload(Presentation.assignments)
            .joinedload(Assignment.presenter)
            .joinedload(Presenter.user),
        )
        .execution_options(populate_existing=True)
    )
    visit = found.unique().one_or_none()
    if visit is None:
        raise NotFound("visit")
    policy.require(actor, "update", "visit", centre=policy.spot(visit))
    return visit


def _staffed(visit: Visit) -> list[Presentation]:
    return [row for row in visit.presentations if row.state in STAFFED]


def _crew(visit: Visit) -> dict[int, AssignmentState]:
    order = list(AssignmentState)
    states: dict[int, AssignmentState] = {}
    for presentation in _staffed(visit):
        for row in presentation.assignments:
            if row.state in LIVING:
                states[row.presenter_id] = min(row.state, states.get(row.presenter_id, row.state), key=order.index)
    return states


def _scene(
    visit: Visit,
    crew: Mapping[int, AssignmentState],
    who: Collection[int],
    days: Sequence[dt.date],
    starts: Sequence[dt.time],
    now: dt.datetime,
) -> _Scene:
    ids, rows = sorted(who), _staffed(visit)
    around = [stop for day in days for stop in _stops(visit, rows, _spans(visit, rows, day, starts[0]) or ())]
    host = place_queries.host_row(visit.host)
    first, last = min(days), max(days)
    hours, exceptions = availability_of(ids, first, last)
    school = OpenSchool(host)
    bells, lessons = school.clock(first, last), school.lessons(first, last)  # in this order: the first reads more
    promises = promises_of_months(ids, around, days, except_visit=visit.id, now=now)
    people = people_queries.presenters_by_id(ids)
    adult_on = {row.presenter_id: row.adult_on for row in people.values()}
    minutes = {one: _minutes_of(one, rows) for one in ids}
    return _Scene(
        visit=visit,
        presentations=rows,
        crew=crew,
        people=people,
        hours=hours,
        exceptions=exceptions,
        promised=promises.stops,
        load=promises.load,
        bells=bells,
        school_days=set(lessons.with_pupils(host.municipality, school.levels, first, last)),
        shut=place_queries.closed_days(host, first, last) if lessons.closures else {},
        cleared=clearances(ids, days, town_of(visit)),
        too_much_young=too_much_beside(promises.taken, adult_on, minutes, days, visit_id=visit.id),
    )


def _minutes_of(who: int, rows: Sequence[Presentation]) -> list[int]:
    """Of her own presentations; of all, where she would be new in the crew."""
    own = [
        row.minutes for row in rows if any(one.presenter_id == who and one.state in LIVING for one in row.assignments)
    ]
    return own or [row.minutes for row in rows]


def _spans(visit: Visit, rows: Sequence[Presentation], day: dt.date, first: dt.time) -> list[Span] | None:
    """When the presentations would be; None when the day or the clocks have no such time."""
    starts = shifted({row.id: row.starts_local for row in rows}, first) if rows else None
    if starts is None:
        return None
    plans = tuple(PresentationPlan(starts[row.id], row.minutes, row.audience, row.level) for row in rows)
    draft = VisitDraft(visit.programme_id, visit.host_id, day, plans)
    try:
        return visit_schedule(draft, visit.zone, visit.programme.set_up_minutes, clock.moment_of)
    except ValueError:
        return None


def _stops(visit: Visit, rows: Sequence[Presentation], spans: Sequence[Span]) -> list[Stop]:
    point = point_of(visit.host)
    return [
        Stop(visit.id, row.id, span.busy_from, span.busy_until, point) for row, span in zip(rows, spans, strict=False)
    ]


def _answer(scene: _Scene, wish: Placing, now: dt.datetime) -> Answer:
    visit, rows = scene.visit, scene.presentations
    if not rows or visit.state not in OPEN_VISITS:
        return Answer((Doubt(Why(GroundReason.WRONG_STATE), hard=True),))
    first = min(row.starts_local for row in rows)
    moved = (wish.on_day, wish.starts_local) != (visit.on_day, first)
    spans = _spans(visit, rows, wish.on_day, wish.starts_local)
    if spans is None:
        return Answer((Doubt(Why(BoardReason.NO_SUCH_TIME), hard=True),))
    doubts = _of_the_day(scene, wish, moved, now) + _of_the_crew(scene, wish)
    stays = _staying(scene, wish)
    left = [who for who in stays if moved and scene.without_room(who, wish.on_day)]
    doubts += [Doubt(scene.without_room(who, wish.on_day)[0], scene.name(who, wish.on_day)) for who in left]
    stays = {who: state for who, state in stays.items() if who not in left}
    asked = [who for who, state in stays.items() if moved and state in PROMISED]
    if wish.comes is not None and wish.changes_crew and wish.offer:
        asked += [wish.comes, *(who for who, state in stays.items() if state not in PROMISED)]
    judged = {*(stays if moved else ()), *asked, *({wish.comes} if wish.comes is not None else ())}
    stops = _stops(visit, rows, spans)
    for who in sorted(judged, key=lambda one: (one != wish.comes, one)):
        doubts += _of_one(scene, wish, who, stops, firm=who in asked)
    school = visit.school_request
    return Answer(
        doubts=tuple(dict.fromkeys(doubts)),
        leg=_leg(scene, wish.comes),
        changed=moved or wish.changes_crew,
        asked_again=tuple(dict.fromkeys(scene.name(who, wish.on_day) for who in asked)),
        left_behind=tuple(dict.fromkeys(scene.name(who, wish.on_day) for who in left)),
        school_told=moved and school is not None and bool(school.contact_email or contacts_of(school)),
    )


def _staying(scene: _Scene, wish: Placing) -> dict[int, AssignmentState]:
    """The crew without who leaves; when nobody comes for the last adult, her young people are released with her."""
    if not wish.changes_crew:
        return dict(scene.crew)
    stays = {who: state for who, state in scene.crew.items() if who != wish.leaves}
    if wish.comes is None and all(scene.minor(who, scene.visit.on_day) for who in stays):
        return {}
    return stays


def _of_the_day(scene: _Scene, wish: Placing, moved: bool, now: dt.datetime) -> list[Doubt]:
    doubts = []
    if moved and wish.on_day < clock.local_day(now, scene.visit.zone):
        doubts.append(Doubt(Why(GroundReason.IN_THE_PAST), hard=True))
    if moved and wish.on_day in scene.shut:
        doubts.append(Doubt(Why(BoardReason.SHUT)))
    elif moved and wish.on_day not in scene.school_days:
        doubts.append(Doubt(Why(BoardReason.CLOSED)))
    elif moved and _class_is_away(scene, wish):
        doubts.append(Doubt(Why(RequestReason.CLASS_NOT_THERE)))
    return doubts


def _class_is_away(scene: _Scene, wish: Placing) -> bool:
    """Whether a class of the visit would not be in the building at its new hour, by the school's own words."""
    starts = shifted({row.id: row.starts_local for row in scene.presentations}, wish.starts_local)
    if scene.bells is None or starts is None:
        return False
    plans = [
        PresentationPlan(starts[row.id], row.minutes, row.audience, row.level, row.classes)
        for row in scene.presentations
    ]
    return bool(outside_shifts(scene.bells, wish.on_day, plans))


def _of_the_crew(scene: _Scene, wish: Placing) -> list[Doubt]:
    """Who would go together: nobody twice, and a young person never alone."""
    if not wish.changes_crew:
        return []
    if wish.comes in scene.crew:
        return [Doubt(Why(BoardReason.ALREADY_IN_THE_CREW), hard=True)]
    crew = {*scene.crew, *({wish.comes} if wish.comes is not None else ())} - {wish.leaves}
    minors = [who for who in crew if scene.minor(who, wish.on_day)]
    if minors and len(minors) == len(crew):
        return [Doubt(Why(WhyNot.MINOR_WITHOUT_ADULT), hard=wish.comes in minors)]
    return []


def _of_one(scene: _Scene, wish: Placing, who: int, stops: Sequence[Stop], *, firm: bool) -> list[Doubt]:
    """Law and road are hard for whoever is promised; the rest, limits too, is for people to weigh."""
    visit, person = scene.visit, scene.people[who]
    name = "" if who == wish.comes else scene.name(who, wish.on_day)
    doubts = [Doubt(why, name, hard=True) for why in scene.cleared[wish.on_day][who]]
    if who == wish.comes and wish.changes_crew:
        doubts += [Doubt(why, hard=True) for why in scene.without_room(who, wish.on_day)]
    doubts += [Doubt(why, name, hard=firm) for why in clash_of(list(stops), list(scene.promised.get(who, ())))]
    school = visit.school_request
    language = school.teaching_language if school else None
    starts = shifted({row.id: row.starts_local for row in scene.presentations}, wish.starts_local) or {}
    free = all(
        is_available(
            scene.hours[who],
            scene.exceptions[who],
            wish.on_day,
            starts[row.id],
            wall_end(starts[row.id], row.minutes),
        )
        for row in scene.presentations
    )
    weighed = why_not(person, visit.programme.topic, language, free)
    weighed += too_far(person.home, point_of(visit.host), person.reach_km)
    weighed += too_much(*load_on(scene.load.get(who, {}), wish.on_day), more=len(scene.presentations))
    return doubts + [Doubt(why, name) for why in weighed]


def _leg(scene: _Scene, who: int | None) -> Leg | None:
    point = point_of(scene.visit.host)
    if who is None or point is None or who not in scene.people:
        return None
    home = scene.people[who].home
    return Leg(round(road_km(home, point)), road_minutes(home, point))

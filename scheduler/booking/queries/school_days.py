"""The days that suit one school: of a request, of a visit that is to be on another day, of one that a closure stopped.

One calendar says them everywhere: within what the school asked for, with lessons of its classes, with notice enough,
and somebody who can come.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.booking.queries.free_dates import AskedPlace, NearCalendar, OpenCalendar, near_calendar
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, class_is_held
from scheduler.booking.rules.starts import classes_of_sittings
from scheduler.booking.terms.free_dates import Bounds, FreeDates, FreeDay, FreeWish, KeptSitting, Lack
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, Municipality
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_row
from scheduler.programmes.terms import Audience
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.rows import blackouts_of_each
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import Preference
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.rules.starts import is_bound_to_shifts
from scheduler.visits.terms.plans import PresentationPlan
from scheduler.visits.terms.states import STAFFED, PresentationState, VisitState

TO_BE_HELD = (*STAFFED, PresentationState.DISRUPTED)
DAYS_OTHERWISE = 3
TIME_TO_ANSWER = dt.timedelta(days=3)  # a crew is asked again, and the school reads it


@dataclass(frozen=True)
class SchoolDays:
    """The days of one school's wish, and what speaks against any other."""

    calendar: OpenCalendar | NearCalendar
    wish: FreeWish
    held: Mapping[dt.date, Sequence[KeptSitting]] = field(default_factory=dict)  # other presentations of its classes

    @property
    def school(self) -> OpenSchool:
        """The school itself, of which all that was read is known."""
        assert self.calendar.place.school is not None
        return self.calendar.place.school

    @cached_property
    def found(self) -> FreeDates:
        """Each of the next days with its times, or why it has none."""
        found = self.calendar.free_dates(self.wish)
        return replace(found, days=tuple(self._without_held(one) for one in found.days)) if self.held else found

    def _without_held(self, one: FreeDay) -> FreeDay:
        held = self.held.get(one.day, ())
        starts = tuple(time for time in one.starts if not class_is_held(self.wish.kept, time, held))
        return replace(one, starts=starts) if starts or not one.starts else FreeDay(one.day, lack=Lack.CLASS_HELD)

    @cached_property
    def at_other_hours(self) -> tuple[FreeDay, ...]:
        """The next days with other hours than a visit's own, by the shift and the bells of its classes."""
        wish = replace(self.wish, kept=(), sittings=len(self.wish.kept))
        found = [self._without_held(one) for one in self.calendar.free_dates(wish).free]
        return tuple(one for one in found if one.starts)

    @property
    def otherwise(self) -> tuple[FreeDay, ...]:
        """The first days that would be free beside those that the school asked for."""
        wish = replace(self.wish, bounds=replace(self.wish.bounds, first_day=None, last_day=None))
        return self.calendar.free_dates(wish).free[:DAYS_OTHERWISE]

    def against(self, day: dt.date, plans: Iterable[PresentationPlan]) -> list[FreeDay]:
        """Every rule that speaks against a day and hours that somebody types; nothing when they are free, or over."""
        if day < self.calendar.today:
            return []
        kept = kept_sittings(plans)
        found = self.calendar.against(replace(self.wish, kept=kept), day)
        is_held = kept and class_is_held(kept, kept[0].starts_local, self.held.get(day, ()))
        return [*found, FreeDay(day, lack=Lack.CLASS_HELD)] if is_held else found


def kept_sittings(plans: Iterable[PresentationPlan]) -> tuple[KeptSitting, ...]:
    """Presentations that keep their hours, with the classes of those that are held within a shift; in order of time."""
    kept = [
        KeptSitting(
            one.starts_local, one.minutes, one.classes if is_bound_to_shifts(one) and not one.outside_shift else ""
        )
        for one in plans
    ]
    return tuple(sorted(kept, key=lambda one: one.starts_local))


def wish_of_request(asked: SchoolRequest) -> FreeWish:
    """What a request asks of the calendar, its presentations loaded: days within its span on which it can."""
    return wishes_of_requests([asked])[asked.id]


def wishes_of_requests(rows: Sequence[SchoolRequest]) -> dict[int, FreeWish]:
    """The same of many, in one question more."""
    cannot = blackouts_of_each([row.id for row in rows])
    bounds = {row.id: Bounds(row.first_day, row.last_day, tuple(cannot[row.id])) for row in rows}
    return {row.id: _request_wish(row.programme_id, row.host_id, row, bounds[row.id]) for row in rows}


def _request_wish(programme_id: int, host_id: int, asked: SchoolRequest | RequestPage, bounds: Bounds) -> FreeWish:
    audience = asked.presentations[0].audience
    return FreeWish(
        programme_id,
        asked.teaching_language,
        audience,
        host_id,
        classes=classes_of_sittings(asked.presentations, audience),
        sittings=len(asked.presentations),
        bounds=bounds,
    )


def usual_wish(page: RequestPage) -> Preference:
    """The hour and the part of the day that a school wishes on whatever day."""
    first = page.presentations[0]
    return Preference(page.row.first_day, first.starts_local, first.day_part)


def days_of_request(page: RequestPage, *, now: dt.datetime, school: OpenSchool | None = None) -> SchoolDays:
    """The days on which a visit could be planned for a request. What is known of the school is not asked again."""
    row = page.row
    wish = _request_wish(row.programme.id, row.host.id, page, Bounds(row.first_day, row.last_day, page.blackouts))
    place = AskedPlace(row.programme, school or OpenSchool(row.host), row.host.municipality)
    return SchoolDays(near_calendar(wish, now=now, place=place), wish)


def days_of_visit(visit_id: int, *, now: dt.datetime, school: OpenSchool | None = None) -> SchoolDays:
    """The other days on which a visit could be held at its own hours, by whoever can come; after the day that fell out
    where a closure stopped it. Raises: NotFound.
    """
    visit = visits_to_place([visit_id]).get(visit_id)
    if visit is None:
        raise NotFound("visit")
    wish = wish_of_visit(visit, clock.local_day(now, visit.zone))
    school = school or OpenSchool(place_queries.host_row(visit.host))
    place = AskedPlace(programme_row(visit.programme), school, school.host.municipality)
    return SchoolDays(near_calendar(wish, now=now, place=place), wish, held_beside(visit))


def held_beside(visit: Visit) -> dict[dt.date, list[KeptSitting]]:
    """Presentations that classes of the same school have in other visits, by day."""
    columns = Presentation.on_day, Presentation.starts_local, Presentation.minutes, Presentation.classes
    rows = select(*columns).join(Visit, Visit.id == Presentation.visit_id).where(Presentation.state.in_(STAFFED))
    found = defaultdict[dt.date, list[KeptSitting]](list)
    others = rows.where(Visit.host_id == visit.host_id, Visit.id != visit.id, Presentation.classes != "")
    for day, starts_local, minutes, classes in db.session().execute(others):
        found[day].append(KeptSitting(starts_local, minutes, classes))
    return found


def days_of_crews(visits: Sequence[tuple[Visit, Collection[int]]], *, now: dt.datetime) -> list[SchoolDays]:
    """The same of stopped visits (see `visits_to_place`), with the very crews that were to go; nobody: whoever can.

    The calendar of lessons is read once for all, and the shifts of all schools.
    """
    today = clock.local_day(now)
    lessons = lesson_calendar(today, today + dt.timedelta(days=HORIZON_DAYS))
    told = place_queries.school_times_of({visit.host_id for visit, _crew in visits})
    found = []
    for visit, crew in visits:
        wish = wish_of_visit(visit, today, crew)
        school = OpenSchool.known(place_queries.host_row(visit.host), told.get(visit.host_id), lessons)
        place = AskedPlace(programme_row(visit.programme), school, school.host.municipality)
        found.append(SchoolDays(near_calendar(wish, now=now, place=place), wish))
    return found


def wish_of_visit(visit: Visit, today: dt.date, crew: Collection[int] = ()) -> FreeWish:
    """What a visit that is to be on another day asks of the calendar; a crew is given time to answer."""
    rows = [row for row in visit.presentations if row.state in TO_BE_HELD]
    plans = kept_sittings(plan_of_sitting(row) for row in rows)
    stopped, day = visit.state is VisitState.DISRUPTED, dt.timedelta(days=1)
    after = max(visit.on_day, today + TIME_TO_ANSWER) - day if stopped else today
    asked = visit.school_request
    return FreeWish(
        visit.programme_id,
        asked.teaching_language if asked else TeachingLanguage.SERBIAN,
        Audience.PUPILS if any(row.audience is Audience.PUPILS for row in rows) else Audience.PARENTS,
        visit.host_id,
        classes=tuple(dict.fromkeys(one.classes for one in plans if one.classes)),
        own_visit=visit.id,
        kept=plans,
        crew=tuple(sorted(crew)),
        bounds=Bounds(after=after),
    )


def plan_of_sitting(row: Presentation) -> PresentationPlan:
    """A presentation as it was planned, as far as its hours and its classes go."""
    return PresentationPlan(
        row.starts_local, row.minutes, row.audience, row.level, row.classes, outside_shift=row.outside_shift
    )


def visits_to_place(ids: Collection[int]) -> dict[int, Visit]:
    """Visits with all that the calendar asks of them, and everybody who was to go."""
    rows = db.session().scalars(
        select(Visit)
        .where(Visit.id.in_(ids))
        .options(
            joinedload(Visit.host).joinedload(Host.municipality).joinedload(Municipality.district),
            joinedload(Visit.programme).options(joinedload(Programme.centre), joinedload(Programme.audiences)),
            joinedload(Visit.school_request),
            selectinload(Visit.presentations).joinedload(Presentation.assignments),
        )
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows.unique()}

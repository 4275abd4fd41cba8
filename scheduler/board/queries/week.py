"""The board: who is where on which day, with drives and clashes. More visits or presenters never mean more queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, func, select

from scheduler import policy
from scheduler.board.queries.holds import Held, HeldShown, held_shown
from scheduler.board.queries.near_homes import lives_near
from scheduler.board.queries.shifts import shifts_shown
from scheduler.board.terms import AbsenceOfDay, Block, Board, BoardCell, BoardDay, BoardRow, BoardWish, Leg, ShiftsShown
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import pick
from scheduler.core.paging import PER_PAGE, first_row
from scheduler.people import queries as people_queries
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.people.terms import ExceptionRow, Hours, PresenterName
from scheduler.places import queries as place_queries
from scheduler.places.models import District, Host, Municipality
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import ClosureRow, Extent, HolidayRow, Point, SchoolCalendar
from scheduler.policy import Actor, in_reach
from scheduler.staffing.queries.availability import availability_of
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.queries.pages import visits_between
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.terms.plans import ArrivalProblem, Stop, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import CrewRow, VisitRow
from scheduler.visits.terms.states import GONE_VISITS, LIVING, OPEN_VISITS, AssignmentState, VisitState

BLOCK_STATES = (*LIVING, AssignmentState.ABSENT)
NEAREST = 24  # rows of a board that is drawn around a place
SHORTEST_LEG_KM = 1.0  # km: nobody writes down a drive that is shorter


@dataclass(frozen=True)
class _Ground:
    """Where a visit is, and under which school calendar."""

    programme_id: int
    point: Point | None
    district: tuple[int, str, str] | None  # id and both names; None abroad
    calendar: SchoolCalendar | None


@dataclass(frozen=True)
class _Facts:
    """All that was read for a board."""

    wish: BoardWish
    visits: Sequence[VisitRow]  # those to be shown, not cancelled
    grounds: Mapping[int, _Ground]
    stops: Mapping[int, Sequence[Stop]]  # by visit, also of those that a filter hides
    crews: Mapping[int, Sequence[VisitRow]]  # all visits of a presenter, also hidden ones
    days: Mapping[dt.date, BoardDay]
    edited_at: dt.datetime | None
    shifts: Mapping[int, ShiftsShown]  # by visit
    held: HeldShown


def board(actor: Actor, wish: BoardWish, *, by: str = "presenters", now: dt.datetime | None = None) -> Board:
    """The centre's board of some days, its rows presenters or districts; with the dates that are held at a moment.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "board", centre=actor.centre_id)
    facts = _facts(actor, wish, now)
    alone = [visit for visit in facts.visits if _waits(visit)]
    rows, total = _district_page(facts) if by == "districts" else _presenter_page(actor, facts)
    return Board(
        days=tuple(facts.days.values()),
        unassigned=BoardRow("none", _cells(facts, alone)),
        rows=tuple(rows),
        total=total,
        edited_at=facts.edited_at,
    )


def next_visit_day(actor: Actor, day: dt.date) -> dt.date | None:
    """The first day from this one on with a visit of the centre. Raises: NotAllowed."""
    policy.require(actor, "read", "board", centre=actor.centre_id)
    living = (in_reach(actor, Visit), Visit.on_day >= day, Visit.state.not_in(GONE_VISITS))
    return db.session.scalar(select(func.min(Visit.on_day)).where(*living))


def _waits(visit: VisitRow) -> bool:
    """Whether nobody goes to an open visit yet."""
    return visit.state is not VisitState.DELIVERED and not any(_part(visit, one) for one in visit.crew)


def _part(visit: VisitRow, member: CrewRow) -> bool:
    return any(state in BLOCK_STATES for state in member.states.values())


def _facts(actor: Actor, wish: BoardWish, now: dt.datetime | None) -> _Facts:
    living = [visit for visit in visits_between(actor, wish.first_day, wish.last_day) if visit.state not in GONE_VISITS]
    ids = [visit.id for visit in living]
    grounds, stops, edited_at = _sittings_of(ids)
    shown = [v for v in living if wish.programme_id is None or grounds[v.id].programme_id == wish.programme_id]
    crews: dict[int, list[VisitRow]] = defaultdict(list)
    for visit in living:
        for member in visit.crew:
            if _part(visit, member):
                crews[member.presenter_id].append(visit)
    held = held_shown(actor, wish, now)
    days = _days(wish, shown, held.days)
    return _Facts(wish, shown, grounds, stops, crews, days, edited_at, shifts_shown(shown), held)


def _sittings_of(
    visit_ids: Sequence[int],
) -> tuple[dict[int, _Ground], dict[int, list[Stop]], dt.datetime | None]:
    """Where visits are, when their crews are busy, and when anything of it changed last: the version of the board."""
    rows = (
        db.session()
        .execute(
            select(
                *(Visit.id, Visit.programme_id, Presentation.id.label("presentation_id"), Presentation.edited_at),
                *(Presentation.busy_from, Presentation.busy_until),
                *(Host.lat, Host.lon, Municipality.lat.label("town_lat"), Municipality.lon.label("town_lon")),
                *(District.id.label("district_id"), District.name_sr_cyrl, District.name_sr_latn),
                District.school_calendar,
            )
            .join(Visit.host)
            .outerjoin(Host.municipality)
            .outerjoin(Municipality.district)
            .outerjoin(Presentation, Presentation.visit_id == Visit.id)
            .where(Visit.id.in_(visit_ids))
            .order_by(Presentation.busy_from, Presentation.id)
        )
        .all()
    )
    grounds: dict[int, _Ground] = {}
    stops: dict[int, list[Stop]] = {number: [] for number in visit_ids}
    for row in rows:
        ground = grounds[row.id] = grounds.get(row.id) or _ground(row)
        if row.presentation_id is not None:
            stops[row.id].append(Stop(row.id, row.presentation_id, row.busy_from, row.busy_until, ground.point))
    return grounds, stops, max((row.edited_at for row in rows if row.edited_at), default=None)


def _ground(row: Any) -> _Ground:
    """Of one row of the same question: a host abroad has no district, and may have no point."""
    own, town = (row.lat, row.lon), (row.town_lat, row.town_lon)
    place = own if None not in own else town
    named = (row.district_id, row.name_sr_cyrl, row.name_sr_latn) if row.district_id else None
    return _Ground(row.programme_id, Point(*place) if None not in place else None, named, row.school_calendar)


def _days(
    wish: BoardWish, visits: Iterable[VisitRow], held: frozenset[dt.date] = frozenset()
) -> dict[dt.date, BoardDay]:
    """The columns: working days always, a weekend's day only when something is on, in a month all of them."""
    counts: dict[dt.date, int] = {}
    for visit in visits:
        counts[visit.on_day] = counts.get(visit.on_day, 0) + len(visit.presentations)
    lessons = place_queries.lesson_calendar(wish.first_day, wish.last_day)
    named = place_queries.holidays_between(wish.first_day, wish.last_day) if lessons.holidays else []
    closures = place_queries.closures_between(wish.first_day, wish.last_day) if lessons.closures else []
    holidays = {row.day: row for row in named}
    whole = len(wish.days) > 7
    days = {}
    for day in wish.days:
        if day.weekday() < 5 or whole or day in counts or day in held:
            breaks = frozenset(
                one
                for one in SchoolCalendar
                if day.weekday() < 5 and day not in lessons.holidays and not lessons.has_lessons(one, day)
            )
            shut = tuple(row for row in closures if row.covers(day))
            days[day] = replace(_day(day, counts.get(day, 0), holidays.get(day), breaks), closures=shut)
    return days


def _day(day: dt.date, count: int, holiday: HolidayRow | None, breaks: frozenset[SchoolCalendar]) -> BoardDay:
    if holiday is None or not holiday.no_lessons:
        return BoardDay(day, count, breaks=breaks)
    return BoardDay(day, count, holiday.name_sr_cyrl, holiday.name_sr_latn, holiday.name_en)


def _cells(
    facts: _Facts,
    visits: Iterable[VisitRow],
    calendar: SchoolCalendar | None = None,
    district: int | None = None,
    held: Held | None = None,
) -> tuple[BoardCell, ...]:
    """Cells of a row of visits as such: a district's, or of those without a crew."""
    on: dict[dt.date, list[Block]] = defaultdict(list)
    for visit in sorted(visits, key=_begins):
        on[visit.on_day].append(Block(visit, shifts=facts.shifts.get(visit.id)))
    return tuple(
        BoardCell(day, tuple(on[day]), held=(held or {}).get(day, ()), closed=_closed(head, calendar, district))
        for day, head in facts.days.items()
    )


def _begins(visit: VisitRow) -> tuple[dt.date, dt.time, int]:
    starts = min((row.starts_local for row in visit.presentations), default=dt.time.min)
    return visit.on_day, starts, visit.id


def _closed(head: BoardDay, calendar: SchoolCalendar | None, district: int | None = None) -> str:
    """Why a row has no lessons that day: everybody, the row's calendar, or a closure in the row's district."""
    if head.closed:
        return "holiday"
    if any(_reaches(row, calendar, district) for row in head.closures):
        return "closure"
    wanted = set(SchoolCalendar) if calendar is None else {calendar}
    return "break" if wanted <= head.breaks else ""


def _reaches(closure: ClosureRow, calendar: SchoolCalendar | None, district: int | None) -> bool:
    """Whether a closure shuts some host of a district's row; for other rows, whether it shuts every host."""
    extent = closure.extent
    if extent == Extent():
        return True
    if district is None:
        return False
    return extent.calendar is calendar if extent.calendar else closure.district_id == district


def _district_page(facts: _Facts) -> tuple[list[BoardRow], int]:
    """The districts of a page, and how many there are: never many."""
    rows = _district_rows(facts)
    if facts.wish.busy_only:
        rows = [row for row in rows if _is_busy(row)]
    begin = first_row(facts.wish.page)
    return rows[begin : begin + PER_PAGE], len(rows)


def _is_busy(row: BoardRow) -> bool:
    return bool(row.visits) or any(cell.held for cell in row.cells)


def _district_rows(facts: _Facts) -> list[BoardRow]:
    """Districts with visits, by name; hosts abroad come last, in a row without a name."""
    found: dict[tuple[int, str, str] | None, list[VisitRow]] = defaultdict(list)
    for visit in facts.visits:
        if not _waits(visit):
            found[facts.grounds[visit.id].district].append(visit)
    for district in facts.held.by_district:
        found.setdefault(district, [])
    rows = []
    for district, visits in sorted(
        found.items(), key=lambda pair: (pair[0] is None, alphabet_key(_named(pair[0], facts)))
    ):
        number, cyrl, latn = district or (0, "", "")
        calendar = facts.grounds[visits[0].id].calendar if district and visits else None
        held = facts.held.by_district.get(district)
        rows.append(
            BoardRow(
                key=f"d{number}",
                cells=_cells(facts, visits, calendar, number or None, held),
                name_sr_cyrl=cyrl,
                name_sr_latn=latn,
                minutes=sum(row.minutes for visit in visits for row in visit.presentations),
                kilometres=sum(visit.kilometres for visit in visits),
            )
        )
    return rows


def _named(district: tuple[int, str, str] | None, facts: _Facts) -> str:
    """What the page calls a district."""
    return pick(facts.wish.language, *district[1:]) if district else ""


def _presenter_page(actor: Actor, facts: _Facts) -> tuple[list[BoardRow], int]:
    """The presenters of a page, and how many there are: all are known by name, of these alone the hours."""
    going = facts.crews.keys() | facts.held.by_presenter.keys()
    centre_id, near = actor.centre_id or 0, list[ColumnElement[bool]]()
    if facts.wish.near is not None and not facts.wish.busy_only:
        near = [lives_near(centre_id, facts.wish.near, NEAREST) | Presenter.id.in_(facts.wish.keep)]
    names = [
        one
        for one in people_queries.presenter_names(centre_id, *near)
        if (not one.suspended or one.presenter_id in facts.crews)
        and (not facts.wish.busy_only or one.presenter_id in going)
    ]
    if facts.wish.near is not None:
        names = _nearest(names, facts.wish.near, facts.wish.keep)
    begin = first_row(facts.wish.page)
    if facts.wish.busy_only:  # whoever goes, to what a filter hides too: as many as the days hold
        rows = [row for row in _presenter_rows(facts, names) if _is_busy(row)]
        return rows[begin : begin + PER_PAGE], len(rows)
    return _presenter_rows(facts, names[begin : begin + PER_PAGE]), len(names)


def _nearest(names: Sequence[PresenterName], near: Point, keep: Collection[int]) -> list[PresenterName]:
    """Who lives nearest to a place, and who is kept, the nearest first."""
    by_road = sorted(names, key=lambda one: (road_km(one.home, near), one.presenter_id))
    return [one for place, one in enumerate(by_road) if place < NEAREST or one.presenter_id in keep]


def _presenter_rows(facts: _Facts, people: Sequence[PresenterName]) -> list[BoardRow]:
    ids = [one.presenter_id for one in people]
    hours, exceptions = availability_of(ids, facts.wish.first_day, facts.wish.last_day)
    return [_presenter_row(facts, one, hours[one.presenter_id], exceptions[one.presenter_id]) for one in people]


def _presenter_row(
    facts: _Facts,
    person: PresenterName,
    hours: Sequence[Hours],
    exceptions: Sequence[ExceptionRow],
) -> BoardRow:
    who = person.presenter_id
    clashes = _clashes(facts, who)
    on: dict[dt.date, list[VisitRow]] = defaultdict(list)
    for visit in sorted(facts.crews.get(who, ()), key=_begins):
        on[visit.on_day].append(visit)
    cells = []
    for day, head in facts.days.items():
        blocks, before = [], None
        for visit in on[day]:
            block = _block(facts, visit, who, _leg(facts, before, visit, person.home), clashes.get(visit.id))
            before = visit
            if facts.wish.programme_id in (None, facts.grounds[visit.id].programme_id):
                blocks.append(block)
        held = facts.held.by_presenter.get(who, {}).get(day, ())
        cells.append(BoardCell(day, tuple(blocks), _away(day, hours, exceptions), held, _closed(head, None)))
    shown = [block for cell in cells for block in cell.blocks]
    minor = is_minor(person.adult_on, facts.wish.last_day)
    name = person.given_name if minor else person.full_name
    return BoardRow(
        key=f"p{who}",
        cells=tuple(cells),
        presenter_id=who,
        name_sr_cyrl=name,
        name_sr_latn=name,
        home_sr_cyrl=person.home_sr_cyrl,
        home_sr_latn=person.home_sr_latn,
        minor=minor,
        minutes=sum(row.minutes for block in shown for row in block.visit.presentations),
        kilometres=sum(block.visit.kilometres for block in shown),
    )


def _block(facts: _Facts, visit: VisitRow, who: int, leg: Leg | None, clash: Why | None) -> Block:
    mine = next(one for one in visit.crew if one.presenter_id == who)
    others = [one for one in visit.crew if one.presenter_id != who and _part(visit, one)]
    beside = tuple(one for one in others if one.minor or mine.minor)
    return Block(visit, mine, leg, clash, beside, facts.shifts.get(visit.id))


def _clashes(facts: _Facts, who: int) -> dict[int, Why]:
    """By visit, the later one of a pair: why a presenter cannot be there in time. What is over is not judged."""
    going = [visit for visit in facts.crews.get(who, ()) if visit.state in OPEN_VISITS]
    order = {visit.id: place for place, visit in enumerate(sorted(going, key=_begins))}
    pairs: dict[tuple[int, int], list[ArrivalProblem]] = defaultdict(list)
    for problem in arrival_problems([stop for visit in going for stop in facts.stops[visit.id]]):
        earlier, later = sorted((problem.earlier.visit_id, problem.later.visit_id), key=order.__getitem__)
        if earlier != later:
            pairs[earlier, later].append(problem)
    found: dict[int, Why] = {}
    for (_, later), problems in pairs.items():
        worst = max(problems, key=lambda problem: problem.late_by_minutes)
        code = WhyNot.TAKEN if any(problem.overlaps for problem in problems) else WhyNot.CANNOT_ARRIVE
        found.setdefault(later, Why(code, worst.needed_minutes, worst.available_minutes))
    return found


def _leg(facts: _Facts, before: VisitRow | None, visit: VisitRow, home: Point) -> Leg | None:
    """The drive to a visit from the one before it on that day, else from home."""
    here = facts.grounds[visit.id].point
    start = facts.grounds[before.id].point if before else home
    if here is None or start is None or road_km(start, here) < SHORTEST_LEG_KM:
        return None
    available = None
    if before and facts.stops[before.id] and facts.stops[visit.id]:
        free = facts.stops[visit.id][0].busy_from - max(stop.busy_until for stop in facts.stops[before.id])
        available = max(0, int(free.total_seconds() // 60))
    return Leg(round(road_km(start, here)), road_minutes(start, here), available)


def _away(day: dt.date, hours: Sequence[Hours], exceptions: Sequence[ExceptionRow]) -> AbsenceOfDay | None:
    """Absent that day, or not one of her days, or only some hours of it; None: nothing to say."""
    said = [row.available for row in exceptions if row.first_day <= day <= row.last_day]
    if said:
        return None if all(said) else AbsenceOfDay(absent=True)
    if not hours or day.weekday() > 4:
        return None
    free = tuple((row.from_local, row.until_local) for row in hours if row.weekday == day.weekday())
    whole = any(begins <= dt.time(8) and ends >= dt.time(18) for begins, ends in free)
    return None if whole else AbsenceOfDay(absent=False, free=free)

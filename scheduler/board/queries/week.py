"""The board: who is where on which day, with drives and clashes. More visits or presenters never mean more queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import ColumnElement, func, select

from scheduler import policy
from scheduler.board.queries.holds import Held, HeldShown, held_shown
from scheduler.board.queries.near_homes import lives_near
from scheduler.board.queries.shifts import shifts_shown
from scheduler.board.queries.sittings import Ground, everything, goes, has_part, of_people, sittings_of
from scheduler.board.terms import AbsenceOfDay, Block, Board, BoardCell, BoardDay, BoardRow, BoardWish, Leg, ShiftsShown
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.paging import PER_PAGE, first_row
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.people.terms import ExceptionRow, Hours, PresenterName
from scheduler.places.lessons import lessons_and_closures
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import ClosureRow, DistrictRow, Extent, HolidayRow, Point, SchoolCalendar
from scheduler.policy import Actor, in_reach
from scheduler.staffing.queries.availability import Availability, availability_of, names_and_availability
from scheduler.staffing.queries.by_name import presenter_ids_page, presenter_names
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.pages import visits_between
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.terms.plans import ArrivalProblem, Stop, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import GONE_VISITS, OPEN_VISITS, VisitState

NEAREST = 24  # rows of a board that is drawn around a place
SHORTEST_LEG_KM = 1.0  # km: nobody writes down a drive that is shorter


@dataclass(frozen=True)
class _Facts:
    """All that was read for a board."""

    wish: BoardWish
    visits: Sequence[VisitRow]  # those to be shown, not cancelled
    grounds: Mapping[int, Ground]
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
    if by == "districts" or wish.busy_only:  # what stands on the rows says which rows there are
        facts = _facts(actor, wish, now, everything())
        rows, total = _district_page(facts) if by == "districts" else _busy_page(actor, facts)
    else:
        ids, total = _ids_of_page(actor, wish)
        facts = _facts(actor, wish, now, of_people(ids, wish))
        rows = _presenter_rows(facts, *names_and_availability(ids, wish.first_day, wish.last_day))
    alone = [visit for visit in facts.visits if _waits(visit)]
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
    return visit.state is not VisitState.DELIVERED and not any(has_part(visit, one) for one in visit.crew)


def _facts(actor: Actor, wish: BoardWish, now: dt.datetime | None, concerned: ColumnElement[bool]) -> _Facts:
    """`concerned`: which visits the rows show; days are counted, and the version is told, of all of them."""
    living = visits_between(actor, wish.first_day, wish.last_day, Visit.state.not_in(GONE_VISITS), concerned)
    grounds, stops, counted = sittings_of(actor, wish, [visit.id for visit in living])
    shown = [v for v in living if wish.programme_id is None or grounds[v.id].programme_id == wish.programme_id]
    crews: dict[int, list[VisitRow]] = defaultdict(list)
    for visit in living:
        for member in visit.crew:
            if has_part(visit, member):
                crews[member.presenter_id].append(visit)
    held = held_shown(actor, wish, now)
    days = _days(wish, counted.presentations, held.days)
    return _Facts(wish, shown, grounds, stops, crews, days, counted.edited_at, shifts_shown(shown), held)


def _days(wish: BoardWish, counts: Mapping[dt.date, int], held: frozenset[dt.date]) -> dict[dt.date, BoardDay]:
    """The columns: working days always, a weekend's day only when something is on, in a month all of them."""
    lessons, closures = lessons_and_closures(wish.first_day, wish.last_day)
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
            days[day] = replace(_day(day, counts.get(day, 0), lessons.holidays.get(day), breaks), closures=shut)
    return days


def _day(day: dt.date, count: int, holiday: HolidayRow | None, breaks: frozenset[SchoolCalendar]) -> BoardDay:
    if holiday is None:
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
    if Extent() in closure.extents:
        return True
    return district is not None and any(
        place.extent.calendar is calendar if place.extent.calendar else place.district_id == district
        for place in closure.places
    )


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
    found: dict[DistrictRow | None, list[VisitRow]] = defaultdict(list)
    for visit in facts.visits:
        if not _waits(visit):
            found[facts.grounds[visit.id].district].append(visit)
    for district in facts.held.by_district:
        found.setdefault(district, [])
    rows = []
    language = facts.wish.language
    for district, visits in sorted(
        found.items(), key=lambda pair: (pair[0] is None, alphabet_key(pair[0].name(language) if pair[0] else ""))
    ):
        number = district.id if district else 0
        calendar = facts.grounds[visits[0].id].calendar if district and visits else None
        held = facts.held.by_district.get(district)
        rows.append(
            BoardRow(
                key=f"d{number}",
                cells=_cells(facts, visits, calendar, number or None, held),
                district=district,
                minutes=sum(row.minutes for visit in visits for row in visit.presentations),
                kilometres=sum(visit.kilometres for visit in visits),
            )
        )
    return rows


def _ids_of_page(actor: Actor, wish: BoardWish) -> tuple[list[int], int]:
    """The presenters of a page, and how many there are. Who is suspended is shown as long as she has something."""
    centre_id = actor.centre_id or 0
    known = Presenter.suspended_at.is_(None) | goes(actor, wish)
    if wish.near is not None:
        near = lives_near(centre_id, wish.near, NEAREST) | Presenter.id.in_(wish.keep)
        found = _nearest(presenter_names(centre_id, known, near), wish.near, wish.keep)
        return [one.presenter_id for one in found[_rows_of(wish)]], len(found)
    return presenter_ids_page(centre_id, known, rows=_rows_of(wish))


def _rows_of(wish: BoardWish) -> slice:
    begin = first_row(wish.page)
    return slice(begin, begin + PER_PAGE)


def _busy_page(actor: Actor, facts: _Facts) -> tuple[list[BoardRow], int]:
    """Whoever goes, to what a filter hides too: as many as the days hold."""
    going = facts.crews.keys() | facts.held.by_presenter.keys()
    names = [
        one
        for one in presenter_names(actor.centre_id or 0, Presenter.id.in_(going))
        if not one.suspended or one.presenter_id in facts.crews
    ]
    if facts.wish.near is not None:
        names = _nearest(names, facts.wish.near, facts.wish.keep)
    days = availability_of([one.presenter_id for one in names], facts.wish.first_day, facts.wish.last_day)
    rows = [row for row in _presenter_rows(facts, names, days) if _is_busy(row)]
    return rows[_rows_of(facts.wish)], len(rows)


def _nearest(names: Sequence[PresenterName], near: Point, keep: Collection[int]) -> list[PresenterName]:
    """Who lives nearest to a place, and who is kept, the nearest first."""
    by_road = sorted(names, key=lambda one: (road_km(one.home, near), one.presenter_id))
    return [one for place, one in enumerate(by_road) if place < NEAREST or one.presenter_id in keep]


def _presenter_rows(facts: _Facts, people: Sequence[PresenterName], availability: Availability) -> list[BoardRow]:
    hours, exceptions = availability
    closed = {day: _closed(head, None) for day, head in facts.days.items()}  # the same in every row
    usual = cache(_usual)
    return [
        _presenter_row(facts, closed, one, usual(hours[one.presenter_id]), exceptions[one.presenter_id])
        for one in people
    ]


def _presenter_row(
    facts: _Facts,
    closed: Mapping[dt.date, str],
    person: PresenterName,
    usual: Mapping[int, AbsenceOfDay],
    exceptions: Sequence[ExceptionRow],
) -> BoardRow:
    who = person.presenter_id
    clashes = _clashes(facts, who)
    on: dict[dt.date, list[VisitRow]] = defaultdict(list)
    for visit in sorted(facts.crews.get(who, ()), key=_begins):
        on[visit.on_day].append(visit)
    cells = []
    held_by_day = facts.held.by_presenter.get(who, {})
    for day, why in closed.items():
        blocks, before = [], None
        for visit in on.get(day, ()):
            block = _block(facts, visit, who, _leg(facts, before, visit, person.home), clashes.get(visit.id))
            before = visit
            if facts.wish.programme_id in (None, facts.grounds[visit.id].programme_id):
                blocks.append(block)
        cells.append(BoardCell(day, tuple(blocks), _away(day, usual, exceptions), held_by_day.get(day, ()), why))
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
    others = [one for one in visit.crew if one.presenter_id != who and has_part(visit, one)]
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


def _away(day: dt.date, usual: Mapping[int, AbsenceOfDay], exceptions: Sequence[ExceptionRow]) -> AbsenceOfDay | None:
    """Absent that day, or not one of her days, or only some hours of it; None: nothing to say."""
    said = [row.available for row in exceptions if row.first_day <= day <= row.last_day]
    if said:
        return None if all(said) else AbsenceOfDay(absent=True)
    return usual.get(day.weekday())


def _usual(hours: Sequence[Hours]) -> dict[int, AbsenceOfDay]:
    """By working day what her usual hours leave open: nothing of it, or only some hours; of whole days nothing."""
    found = {}
    for weekday in range(5) if hours else ():
        free = tuple((row.from_local, row.until_local) for row in hours if row.weekday == weekday)
        if not any(begins <= dt.time(8) and ends >= dt.time(18) for begins, ends in free):
            found[weekday] = AbsenceOfDay(absent=False, free=free)
    return found

"""The published year 2023: a made-up distribution whose totals are exactly the published figures. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.clock import moment_of
from scheduler.demo.plans import CrewPart, DemoHost, DemoSitting, Diary, Guide, VisitPlan
from scheduler.demo.spread import evenly, spread, wobble
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_km
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState

DEMO_YEAR = 2023
PUPILS, PARENTS, TEACHERS = 7803, 1097, 302
CAMPAIGN_PUPILS = 2940
CAMPAIGN_CITIES = (
    "Београд",
    "Нови Сад",
    "Ниш",
    "Јагодина",
    "Врање",
    "Сомбор",
    "Шабац",
    "Чачак",
    "Панчево",
    "Смедерево",
    "Пирот",
)
MONTHS = {1: 4, 2: 16, 3: 9, 4: 6, 5: 6, 6: 3, 9: 6, 10: 7, 11: 6, 12: 2}  # visits, the campaign's apart
CAMPAIGN_MONTHS = {10: 4, 11: 5, 12: 2}
BREAKS = (
    (dt.date(2023, 1, 1), dt.date(2023, 1, 20)),
    (dt.date(2023, 4, 7), dt.date(2023, 4, 17)),
    (dt.date(2023, 6, 7), dt.date(2023, 9, 3)),
    (dt.date(2023, 11, 10), dt.date(2023, 11, 13)),
    (dt.date(2023, 12, 22), dt.date(2023, 12, 31)),
)


@dataclass(frozen=True)
class Shape:
    """One kind of visit: what is held, when it begins, whom it needs."""

    programme: str
    audience: Audience
    level: SchoolLevel
    starts: tuple[dt.time, ...]
    minutes: int
    teachers: float  # weight of a presentation in the number of teachers
    influencers: int = 0
    centre: str = "ncc"
    campaign: str | None = None


_MORNING = (dt.time(9, 40), dt.time(10, 45))
TALKS = Shape("safe-internet", Audience.PUPILS, SchoolLevel.PRIMARY, _MORNING, 45, 1.3)
TALK = Shape("safe-internet", Audience.PUPILS, SchoolLevel.PRIMARY, (dt.time(11, 35),), 45, 1.3)
SECONDARY = Shape("privacy-online", Audience.PUPILS, SchoolLevel.SECONDARY, (dt.time(10, 0), dt.time(11, 10)), 45, 1.3)
EVENING = Shape("parents-evening", Audience.PARENTS, SchoolLevel.NONE, (dt.time(18, 0),), 60, 0.8)
GATHERING = Shape("teachers-gathering", Audience.TEACHERS, SchoolLevel.NONE, (dt.time(13, 30),), 90, 20.5)
CAMPAIGN = Shape(
    "show-respect-talk",
    Audience.PUPILS,
    SchoolLevel.SECONDARY,
    (dt.time(10, 30), dt.time(12, 15)),
    60,
    2.0,
    influencers=2,
    campaign="show-respect",
)
DETECTIVES = Shape(
    "web-detectives", Audience.PUPILS, SchoolLevel.PRIMARY, (dt.time(10, 0), dt.time(11, 45)), 90, 1.0, centre="cnzd"
)
CNZD_EVENING = replace(EVENING, programme="web-detectives-parents", centre="cnzd")

ALL = ((TALKS, 26), (TALK, 6), (SECONDARY, 7), (EVENING, 20), (GATHERING, 6))  # 65 visits, 98 presentations


@dataclass(frozen=True)
class World:
    """What the demo can choose from."""

    spots: Sequence[DemoHost]
    guides: Sequence[Guide]
    holidays: Collection[dt.date]


@dataclass(frozen=True)
class DatedVisit:
    """A visit that has a day and a host, but nobody yet who goes."""

    shape: Shape
    on_day: dt.date
    spot: DemoHost


def published_year(world: World) -> list[VisitPlan]:
    """All visits of 2023, of both centres, by day."""
    diary = Diary()
    ncc = _counted(_everyday(world) + _campaign(world), CAMPAIGN_PUPILS, PUPILS, PARENTS, TEACHERS)
    cnzd = _counted(_cnzd(world), 0, 612, 181, 37)
    dated = sorted(ncc + cnzd, key=lambda pair: (pair[0].on_day, pair[0].shape.starts))
    return [_staffed(visit, sittings, world, diary) for visit, sittings in dated]


def school_days(month: int, holidays: Collection[dt.date]) -> list[dt.date]:
    """Days of a month of 2023 with lessons."""
    first = dt.date(DEMO_YEAR, month, 1)
    days = (first + dt.timedelta(days=number) for number in range(31))
    return [
        day
        for day in days
        if day.month == month
        and day.weekday() < 5
        and day not in holidays
        and not any(start <= day <= end for start, end in BREAKS)
    ]


def _everyday(world: World) -> list[DatedVisit]:
    shapes = _interleaved([shape for shape, number in ALL for _ in range(number)])
    return _on_days(shapes, MONTHS, world, stride=7)


def _cnzd(world: World) -> list[DatedVisit]:
    north = [spot for spot in world.spots if spot.point.latitude > 45.1]
    shapes = _interleaved([DETECTIVES] * 12 + [CNZD_EVENING] * 4)
    months = {2: 3, 3: 3, 4: 2, 5: 2, 10: 3, 11: 3}
    return _on_days(shapes, months, replace(world, spots=north), stride=3)


def _campaign(world: World) -> list[DatedVisit]:
    by_city: dict[str, DemoHost] = {}
    for spot in world.spots:
        if spot.secondary:
            by_city.setdefault(spot.city, spot)
    cities = [by_city[city] for city in CAMPAIGN_CITIES]
    dated: list[DatedVisit] = []
    for month, number in CAMPAIGN_MONTHS.items():
        days = school_days(month, world.holidays)
        for place in evenly(number, len(days)):
            dated.append(DatedVisit(CAMPAIGN, days[place], cities[len(dated)]))
    return dated


def _on_days(shapes: Sequence[Shape], months: dict[int, int], world: World, *, stride: int) -> list[DatedVisit]:
    hosts = {
        secondary: [spot for spot in world.spots if (spot.secondary if secondary else spot.primary)]
        for secondary in (False, True)
    }
    waiting = iter(enumerate(shapes))
    dated: list[DatedVisit] = []
    for month, number in months.items():
        days = school_days(month, world.holidays)
        for day_place in evenly(number, len(days)):
            place, shape = next(waiting)
            choice = hosts[shape.level is SchoolLevel.SECONDARY]
            dated.append(DatedVisit(shape, days[day_place], choice[(place * stride) % len(choice)]))
    return dated


def _interleaved(shapes: Sequence[Shape]) -> list[Shape]:
    """The same shapes, well mixed."""
    return [shapes[place] for place in sorted(range(len(shapes)), key=lambda place: wobble(place, 0, 1))]


def _counted(
    visits: Sequence[DatedVisit], campaign_pupils: int, pupils: int, parents: int, teachers: int
) -> list[tuple[DatedVisit, tuple[DemoSitting, ...]]]:
    """Give every presentation its head counts, so that the sums are exact."""
    slots = [(visit, start) for visit in visits for start in visit.shape.starts]
    in_campaign = [visit.shape.campaign is not None for visit, _ in slots]
    of_pupils = [visit.shape.audience is Audience.PUPILS for visit, _ in slots]
    came_pupils = [0] * len(slots)
    for total, which in (
        (campaign_pupils, [place for place, yes in enumerate(in_campaign) if yes]),
        (pupils - campaign_pupils, [p for p, yes in enumerate(in_campaign) if not yes and of_pupils[p]]),
    ):
        for place, number in zip(which, spread(total, [wobble(place) for place in which]), strict=False):
            came_pupils[place] = number
    evening = [v.shape.audience is Audience.PARENTS for v, _ in slots]
    came_parents = spread(parents, [wobble(place, 0.6, 1.4) * is_evening for place, is_evening in enumerate(evening)])
    came_teachers = spread(teachers, [v.shape.teachers * wobble(place) for place, (v, _) in enumerate(slots)])
    counted: dict[int, list[DemoSitting]] = {}
    for place, (visit, start) in enumerate(slots):
        counts = HeadCounts(came_pupils[place], came_parents[place], came_teachers[place], int(place % 9 == 0))
        counted.setdefault(id(visit), []).append(sitting(visit.shape, start, counts, AttendanceState.LOCKED, place))
    return [(visit, tuple(counted[id(visit)])) for visit in visits]


def sitting(shape: Shape, start: dt.time, came: HeadCounts, state: AttendanceState | None, number: int) -> DemoSitting:
    """A presentation of a shape; what was expected is a round number near what came."""
    grade = (5 + number % 4) if shape.level is SchoolLevel.PRIMARY else (1 + number % 3)
    classes = f"{grade}-1, {grade}-2" if shape.audience is Audience.PUPILS else ""
    expected = HeadCounts(_round(came.pupils), _round(came.parents), max(1, came.teachers))
    return DemoSitting(start, shape.minutes, shape.audience, shape.level, classes, expected, came, state)


def _round(number: int) -> int:
    return -(-number // 10) * 10


def _staffed(visit: DatedVisit, sittings: tuple[DemoSitting, ...], world: World, diary: Diary) -> VisitPlan:
    shape, day = visit.shape, visit.on_day
    crew = crew_of(visit, world.guides, diary)
    for guide in crew:
        diary.take(guide.email, day)
    over = moment_of(day, sittings[-1].starts_local) + dt.timedelta(minutes=sittings[-1].minutes)
    return VisitPlan(
        centre=shape.centre,
        programme=shape.programme,
        host_id=visit.spot.host_id,
        on_day=day,
        kilometres=there_and_back_km(crew[0], visit.spot),
        sittings=sittings,
        crew=tuple(CrewPart(guide.email, AssignmentState.PRESENT) for guide in crew),
        state=VisitState.DELIVERED,
        presentation_state=PresentationState.DELIVERED,
        planned_at=moment_of(day, dt.time(9, 0)) - dt.timedelta(days=24),
        state_since=over,
        campaign=shape.campaign,
    )


def crew_of(visit: DatedVisit, guides: Iterable[Guide], diary: Diary) -> list[Guide]:
    """The nearest free educator of the centre, then as many influencers as the visit wants, each once a day.

    Educators come first, so the first is always an adult; those who drove less so far are preferred.
    """
    free = [guide for guide in guides if guide.centre == visit.shape.centre and diary.is_free(guide, visit.on_day)]
    driven = {guide.email: sum(1 for email, _ in diary.taken if email == guide.email) for guide in free}

    def burden(guide: Guide) -> float:
        return road_km(guide.home, visit.spot.point) + 25 * driven[guide.email]

    educators = sorted((guide for guide in free if guide.kind is PresenterKind.EDUCATOR), key=burden)
    influencers = sorted((guide for guide in free if guide.kind is PresenterKind.INFLUENCER), key=burden)
    return educators[:1] + influencers[: visit.shape.influencers]


def there_and_back_km(guide: Guide, spot: DemoHost) -> int:
    """Kilometres that a crew drives in one car from the first one's town."""
    return round(2 * road_km(guide.home, spot.point))

"""Free dates: the fast rule against brute force over every candidate crew, and each reason by itself."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.clock import moment_of
from scheduler.people.rules import is_available
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.rules import road_minutes
from scheduler.places.terms import Bells, Grouping, Point, Rotation, SchoolTime, Shift
from scheduler.planning import rules
from scheduler.planning.rules.free_dates import times_of_day
from scheduler.planning.terms import (
    AssignmentState,
    CrewMember,
    CrewRule,
    Days,
    FreeDates,
    FreeFacts,
    Lack,
    Seeker,
    Stop,
    UnderLaw,
)
from scheduler.programmes.terms import Audience

TODAY = dt.date(2026, 10, 5)  # a Monday
ALWAYS = (Days(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),)
NIS, PIROT, BEOGRAD = Point(43.3209, 21.8958), Point(43.1531, 22.5861), Point(44.8125, 20.4612)
EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
WORKING = tuple(Hours(weekday, dt.time(8), dt.time(16)) for weekday in range(5))
DAY = dt.timedelta(days=1)


def a_seeker(presenter_id: int = 1, kind: PresenterKind = EDUCATOR, **given: Any) -> Seeker:
    """Somebody from Niš whom every rule lets go, on working days from 8 to 16."""
    fair: dict[str, Any] = {
        "law": UnderLaw(None, None, suspended=False),
        "home": NIS,
        "topics": (Topic.SAFE_INTERNET,),
        "languages": (TeachingLanguage.SERBIAN,),
        "hours": WORKING,
        "vetted": ALWAYS,
        "agreed": (),
    }
    return Seeker(presenter_id, kind, **(fair | given))


def facts(*people: Seeker, **given: Any) -> FreeFacts:
    """A school in Niš with lessons on each working day asks for a talk in Serbian with one educator."""
    days = [TODAY + number * DAY for number in range(rules.HORIZON_DAYS)]
    fair: dict[str, Any] = {
        "today": TODAY,
        "zone": "Europe/Belgrade",
        "point": NIS,
        "open_days": frozenset(day for day in days if day.weekday() < 5),
        "shut_days": frozenset(),
        "told": None,
        "topic": Topic.SAFE_INTERNET,
        "language": TeachingLanguage.SERBIAN,
        "audience": Audience.PUPILS,
        "rule": CrewRule(1, 0),
        "notice_days": 0,
        "minutes": 45,
        "set_up_minutes": 15,
        "classes": "",
        "people": people,
    }
    return FreeFacts(**(fair | given))


def on(answer: FreeDates, day: dt.date) -> tuple[dt.time, ...]:
    return next(one.starts for one in answer.days if one.day == day)


def lack_on(answer: FreeDates, day: dt.date) -> tuple[Lack | None, PresenterKind | None]:
    return next((one.lack, one.kind) for one in answer.days if one.day == day)


def a_stop(visit_id: int, day: dt.date, starts: dt.time, minutes: int = 45, point: Point | None = NIS) -> Stop:
    span = rules.span_of(moment_of(day, starts), minutes, 15)
    return Stop(visit_id, visit_id, span.busy_from, span.busy_until, point)


# --- Brute force: every crew, every time, by the rules that a plan is confirmed with ---


def can_go(one: Seeker, wish: FreeFacts, day: dt.date, starts: dt.time) -> bool:
    """What the planner's own rules say of one presenter at one time."""
    ends = rules.wall_end(starts, wish.minutes)
    covered = [any(span.first_day <= day <= span.last_day for span in spans) for spans in (one.vetted, one.agreed)]
    free = is_available(one.hours, one.exceptions, day, starts, ends)
    span = rules.span_of(moment_of(day, starts, wish.zone), wish.minutes, wish.set_up_minutes)
    here = Stop(-1, -1, span.busy_from, span.busy_until, wish.point)
    monday = day - day.weekday() * DAY
    of_week = sum(count for when, count in one.presentations.items() if monday <= when < monday + 7 * DAY)
    return (
        not rules.why_not(one, wish.topic, wish.language, free)
        and not rules.uncleared(one.law, day, vetted=covered[0], agreed=covered[1])
        and not rules.clash_of([here], one.promised)
        and one.presentations.get(day, 0) + 1 <= rules.MOST_A_DAY
        and of_week + 1 <= rules.MOST_A_WEEK
        and (wish.point is None or road_minutes(one.home, wish.point) <= rules.FURTHEST_MINUTES)
    )


def some_crew_can(wish: FreeFacts, day: dt.date, starts: dt.time) -> bool:
    """Whether any crew at all, of those who can go, would be confirmed."""
    able = [
        CrewMember(one.presenter_id, one.kind, "", "", one.law.adult_on, AssignmentState.ACCEPTED)
        for one in wish.people
        if can_go(one, wish, day, starts)
    ]
    crews = (crew for size in range(1, len(able) + 1) for crew in combinations(able, size))
    return any(not rules.crew_problems(crew, wish.rule, day) for crew in crews)


def by_brute_force(wish: FreeFacts, days: list[dt.date]) -> dict[dt.date, tuple[dt.time, ...]]:
    found = {}
    for day in days:
        asked = day in wish.open_days and day not in wish.shut_days and (day - TODAY).days >= wish.notice_days
        times = times_of_day(wish, day) if asked else []
        found[day] = tuple(time for time in times if some_crew_can(wish, day, time))
    return found


NEAR = [TODAY + number * DAY for number in range(5)]  # the random people have all their days here
DAYS = st.sampled_from(NEAR)
POINTS = st.sampled_from([NIS, PIROT, BEOGRAD, Point(42.5513, 21.9003), Point(46.1005, 19.6651)])
PERIODS = st.tuples(DAYS, DAYS).map(lambda pair: Days(min(pair), max(pair)))


@st.composite
def promises(draw: st.DrawFn) -> tuple[Stop, ...]:
    """Visits of one or two presentations, in any order, also such as nobody could drive between."""
    stops = []
    for visit_id in range(1, draw(st.integers(0, 4)) + 1):
        day, hour = draw(DAYS), draw(st.integers(7, 19))
        point = draw(st.one_of(POINTS, POINTS, POINTS, st.none()))
        for number in range(draw(st.integers(1, 2))):
            stop = a_stop(visit_id, day, dt.time(hour + number, draw(st.sampled_from([0, 20]))), point=point)
            stops.append(replace(stop, presentation_id=visit_id * 10 + number))
    return tuple(stops)


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """What lets her go, four times in five: where every second one is out for three reasons nothing is compared."""
    return st.integers(0, 4).flatmap(lambda one: st.sampled_from(others) if one == 4 else st.just(usual))


WEEKS = st.lists(
    st.builds(
        lambda weekday, begins, lasts: Hours(weekday, dt.time(begins), dt.time(min(begins + lasts, 22))),
        st.integers(0, 5),
        st.integers(7, 18),
        st.integers(1, 9),
    ),
    max_size=6,
).map(tuple)


@st.composite
def seekers(draw: st.DrawFn, presenter_id: int) -> Seeker:
    kind = draw(st.sampled_from([EDUCATOR, INFLUENCER]))
    adult_on = draw(mostly(None, NEAR[2], dt.date(2027, 9, 1))) if kind is INFLUENCER else None
    promised = draw(promises())
    counted = Counter(stop.busy_until.date() for stop in promised)
    more = draw(mostly(0, 2, 5))
    papers = mostly(ALWAYS, (), (Days(NEAR[0], NEAR[3]),), (Days(NEAR[0], NEAR[1]), Days(NEAR[3], NEAR[4])))
    away = draw(mostly((), (Days(NEAR[1], NEAR[1]),), (Days(NEAR[2], NEAR[4]), Days(NEAR[4], NEAR[4]))))
    return Seeker(
        presenter_id,
        kind,
        UnderLaw(adult_on, draw(mostly(None, NEAR[1])), suspended=draw(mostly(False, False, True))),
        draw(mostly(NIS, PIROT, BEOGRAD, Point(46.1005, 19.6651))),
        draw(mostly((Topic.SAFE_INTERNET, Topic.PRIVACY), (Topic.PRIVACY,))),
        draw(mostly((TeachingLanguage.SERBIAN,), (TeachingLanguage.HUNGARIAN,))),
        draw(st.one_of(st.just(WORKING), WEEKS)),
        tuple(ExceptionRow(0, span.first_day, span.last_day, draw(st.booleans())) for span in away),
        draw(papers),
        draw(papers),
        promised,
        {day: count + more for day, count in counted.items()},
    )


@st.composite
def wishes(draw: st.DrawFn) -> FreeFacts:
    people = [draw(seekers(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    able = st.builds(a_seeker, st.integers(10, 99), st.sampled_from([EDUCATOR, INFLUENCER]), promised=promises())
    people += draw(st.lists(able, max_size=2, unique_by=lambda one: one.presenter_id))
    return facts(
        *people,
        point=draw(mostly(NIS, PIROT, Point(42.5513, 21.9003), None)),
        zone=draw(mostly("Europe/Belgrade", "Asia/Tokyo", "America/New_York")),
        shut_days=frozenset(draw(st.lists(DAYS, max_size=1))),
        audience=draw(st.sampled_from([Audience.PUPILS, Audience.PARENTS, Audience.TEACHERS])),
        rule=draw(st.sampled_from([CrewRule(1, 0), CrewRule(2, 0), CrewRule(1, 1), CrewRule(1, 2)])),
        notice_days=draw(st.integers(0, 2)),
        minutes=draw(st.sampled_from([30, 45, 90])),
        set_up_minutes=draw(st.sampled_from([0, 15])),
        told=draw(st.sampled_from([None, None, TWO_SHIFTS])),
    )


TWO_SHIFTS = SchoolTime(
    bells={(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
    grouping=Grouping.GRADES,
    rotation=Rotation.WEEK,
    first_grades=frozenset({1, 3, 5, 7}),
    anchor_day=TODAY,
)


@given(wishes())
@settings(max_examples=50, deadline=None)
def test_free_dates_are_those_that_brute_force_over_every_crew_finds(wish: FreeFacts):
    answer = rules.free_dates(wish, moment_of)

    assert {one.day: one.starts for one in answer.days if one.day in NEAR} == by_brute_force(wish, NEAR)


@given(wishes())
@settings(max_examples=50, deadline=None)
def test_a_day_has_times_or_one_reason(wish: FreeFacts):
    answer = rules.free_dates(wish, moment_of)

    assert [bool(one.starts) for one in answer.days] == [one.lack is None for one in answer.days]
    assert [one.day for one in answer.days] == [TODAY + number * DAY for number in range(rules.HORIZON_DAYS)]


@given(promises(), st.sampled_from([NIS, PIROT, None]), st.sampled_from([30, 90]))
@settings(max_examples=50, deadline=None)
def test_what_she_has_promised_takes_the_times_that_the_rule_of_arrival_says(
    promised: tuple[Stop, ...], point: Point | None, minutes: int
):
    wish = facts(a_seeker(promised=promised), point=point, minutes=minutes)
    answer = rules.free_dates(wish, moment_of)

    assert {one.day: one.starts for one in answer.days if one.day in NEAR} == by_brute_force(wish, NEAR)


def test_most_random_wishes_have_free_times_and_taken_ones():
    """The comparison above compares something."""
    seen: Counter[str] = Counter()

    @given(wishes())
    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    def look(wish: FreeFacts) -> None:
        answer = rules.free_dates(wish, moment_of)
        near = [one for one in answer.days if one.day in NEAR]
        seen["free"] += any(one.starts for one in near)
        seen["taken in part"] += any(0 < len(one.starts) < len(times_of_day(wish, one.day)) for one in near)

    look()

    assert seen["free"] >= 10
    assert seen["taken in part"] >= 5

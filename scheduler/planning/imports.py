"""The neutral planning format, read and written: a wrong field is named, nothing is guessed."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

from scheduler.planning.rules.roads import plan_km
from scheduler.planning.terms import (
    DAYS_OF_WEEK,
    MOST_TOUR_CITIES,
    NightAway,
    OwnSchool,
    Placement,
    Plan,
    PlanCity,
    PlanPerson,
    PlanProblem,
    PlanRequest,
    PlanWeights,
    SharedRide,
    TourCity,
    TourProblem,
    Unplaced,
    WhyUnplaced,
)

INSTANCE_FORMAT, PLAN_FORMAT, TOUR_FORMAT = "sic-plan-instance/1", "sic-plan/1", "sic-tour/1"
LONGEST_PLAN_DAYS = 3660  # ten years
MOST = 1_000_000  # of any other number: a typing error, not a plan
MOST_NIGHTS = 30  # in a row
A_DAY_OF_MINUTES = 24 * 60
T = TypeVar("T")


class UnreadablePlan(Exception):
    """What was given is no instance or no plan; the text names the field."""


@dataclass(frozen=True)
class _Field:
    """A value of the file, and the way to it."""

    at: str
    value: Any

    def refuse(self, wants: str) -> NoReturn:
        raise UnreadablePlan(f"{self.at or 'the file'}: {wants}")

    def __getitem__(self, name: str) -> "_Field":
        if not isinstance(self.value, dict):
            self.refuse("an object is needed")
        at = f"{self.at}.{name}" if self.at else name
        if name not in self.value:
            raise UnreadablePlan(f"{at}: missing")
        return _Field(at, self.value[name])

    def given(self, name: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def number(self, least: int = 0, most: int = MOST) -> int:
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(f"a whole number from {least} to {most} is needed")
        return value

    def degrees(self, most: int) -> float:
        value = self.value
        if not isinstance(value, int | float) or isinstance(value, bool) or not -most <= value <= most:
            self.refuse(f"degrees from {-most} to {most} are needed")
        return float(value)

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            self.refuse("a text is needed")
        return str(self.value)

    def one_of(self, choices: Iterable[T]) -> T:
        known = list(choices)
        if isinstance(self.value, bool) or not isinstance(self.value, str | int) or self.value not in known:
            self.refuse(f"{json.dumps(self.value, ensure_ascii=False)[:60]} is not known")
        return known[known.index(self.value)]

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("true or false is needed")
        return bool(self.value)

    def every(self, read: Callable[["_Field"], T]) -> tuple[T, ...]:
        if not isinstance(self.value, list):
            self.refuse("a list is needed")
        return tuple(read(_Field(f"{self.at}[{place}]", one)) for place, one in enumerate(self.value))

    def numbers(self, least: int = 0, most: int = MOST) -> frozenset[int]:
        return frozenset(self.every(lambda one: one.number(least, most)))

    def texts(self) -> frozenset[str]:
        return frozenset(self.every(_Field.text))

    def span(self, least: int, most: int) -> tuple[int, int]:
        both = self.every(lambda one: one.number(least, most))
        if len(both) != 2 or both[0] > both[1]:
            self.refuse("two numbers in order are needed")
        return both[0], both[1]


def read_problem(content: bytes) -> PlanProblem:
    """An instance from its file. Raises: UnreadablePlan."""
    root = _document(content, INSTANCE_FORMAT)
    slots = root["slots"].every(lambda one: one.number(0, A_DAY_OF_MINUTES))
    if not slots or any(one >= other for one, other in pairwise(slots)):
        root["slots"].refuse("start minutes in ascending order are needed")
    cities = _all_different(root["cities"], _city)
    fixed_team = dict(root["campaigns"].every(lambda one: (one["id"].text(), one["team_mode"])))
    homes = {one.id for one in cities}
    people = _all_different(root["people"], lambda one: _person(one, homes))
    named = set(fixed_team) if fixed_team else set()
    requests = _all_different(root["requests"], lambda one: _request(one, homes, len(slots), named))
    baseline = root["baseline"].every(_placement) if root.given("baseline") else ()
    locked = root["locked"].texts() if root.given("locked") else frozenset[str]()
    ids = {one.id for one in requests}
    _must_name(root, "baseline", [one.request for one in baseline], ids)
    _must_name(root, "locked", sorted(locked), {one.request for one in baseline})
    return PlanProblem(
        days=root["days"].number(1, LONGEST_PLAN_DAYS),
        closed_days=root["closed_days"].numbers(),
        today=root["today"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        min_notice=root["min_notice"].number(0, LONGEST_PLAN_DAYS),
        slots=slots,
        buffer=root["buffer"].number(0, A_DAY_OF_MINUTES),
        cities=cities,
        people=people,
        requests=requests,
        fixed_team={name: mode.one_of(("fixed", "rotating")) == "fixed" for name, mode in fixed_team.items()},
        weights=_weights(root["weights"]),
        baseline=baseline,
        locked=locked,
        named_by_event=frozenset(_texts_in(root.value.get("event"))) & ids,
    )


def read_plan(content: bytes) -> Plan:
    """A plan from its file. Raises: UnreadablePlan."""
    root = _document(content, PLAN_FORMAT)
    unplaced = root["unplaced"].every(_unplaced) if root.given("unplaced") else ()
    nights = root["nights"].every(_night) if root.given("nights") else ()
    rides = root["rides"].every(_ride) if root.given("rides") else ()
    return Plan(root["assignments"].every(_placement), unplaced, nights, rides)


def written_plan(plan: Plan) -> dict[str, Any]:
    """The plan as its file says it; nights and rides are named where there are some."""
    more = {
        name: [asdict(one) for one in those]
        for name, those in (("nights", plan.nights), ("rides", plan.rides))
        if those
    }
    return {
        "format": PLAN_FORMAT,
        "assignments": [
            {
                "request": one.request,
                "day": one.day,
                "slot": one.slot,
                "educator": one.educator,
                "influencer": one.influencer,
            }
            for one in plan.placements
        ],
        "unplaced": [
            {"request": one.request, "reason": one.reason.value, "counts": dict(one.counts)} for one in plan.unplaced
        ],
        **more,
    }


def read_tour(content: bytes) -> TourProblem:
    """A tour that is wanted, from its file; who could go is not asked. Raises: UnreadablePlan."""
    root = _document(content, TOUR_FORMAT)
    home, every = _place(root["home"], -1), root["cities"]
    towns = every.every(lambda one: _place(one, 0))
    if not 0 < len(towns) <= MOST_TOUR_CITIES:
        every.refuse(f"1 to {MOST_TOUR_CITIES} cities are needed")
    towns = tuple(replace(town, id=number) for number, town in enumerate(towns))
    if len({town.name for town in towns}) < len(towns):
        every.refuse("a city is there twice")
    days = every.every(lambda one: one["days"].numbers(0, LONGEST_PLAN_DAYS))
    nights = root.given("night_cost")
    return TourProblem(
        tuple(TourCity(town.name, open_days) for town, open_days in zip(towns, days, strict=True)),
        tuple(plan_km(home, town) for town in towns),
        tuple(tuple(plan_km(one, other) for other in towns) for one in towns),
        nights=nights,
        night_cost=root["night_cost"].number() if nights else 0,
    )


def _place(field: _Field, number: int) -> PlanCity:
    name = field["name"].text() if number >= 0 else ""
    return PlanCity(number, name, field["lat"].degrees(90), field["lon"].degrees(180))


def _document(content: bytes, wants: str) -> _Field:
    try:
        root = _Field("", json.loads(content))
    except (ValueError, RecursionError) as error:
        raise UnreadablePlan(f"the file: no JSON ({str(error).splitlines()[0][:80]})") from error
    if not isinstance(root.value, dict):
        root.refuse("an object is needed")
    if root.given("format") and root["format"].value != wants:
        root["format"].refuse(f'"{wants}" is needed')
    return root


def _all_different(field: _Field, read: Callable[[_Field], T]) -> tuple[T, ...]:
    found, ids = field.every(read), set[object]()
    for place, one in enumerate(found):
        name = getattr(one, "id", None)
        if name in ids:
            raise UnreadablePlan(f"{field.at}[{place}].id: {json.dumps(name)} is there twice")
        ids.add(name)
    return found


def _must_name(root: _Field, field: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise UnreadablePlan(f"{field}: {json.dumps(name, ensure_ascii=False)[:60]} is not known")
    if field == "baseline" and root.given(field):
        _all_different_requests(root[field], list(names))


def _all_different_requests(field: _Field, names: list[str]) -> None:
    if len(set(names)) < len(names):
        field.refuse("a request is there twice")


def _city(field: _Field) -> PlanCity:
    name = field["name"].text() if field.given("name") else ""
    return PlanCity(field["id"].number(), name, field["lat"].degrees(90), field["lon"].degrees(180))


def _person(field: _Field, homes: set[int]) -> PlanPerson:
    return PlanPerson(
        id=field["id"].text(),
        educator=field["role"].one_of(("educator", "influencer")) == "educator",
        home=field["home"].one_of(homes),
        topics=field["topics"].texts(),
        languages=field["languages"].texts(),
        audiences=field["audiences"].texts(),
        weekdays=field["weekdays"].numbers(0, DAYS_OF_WEEK - 1),
        unavailable=field["unavailable"].numbers(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        max_per_day=field["max_per_day"].number(),
        max_per_week=field["max_per_week"].number(),
        max_total=field["max_total"].number(),
        max_km_day=field["max_km_day"].number(),
        day_start=field["day_start"].number(0, A_DAY_OF_MINUTES),
        day_end=field["day_end"].number(0, 2 * A_DAY_OF_MINUTES),
        own_school=_own_school(field) if field["minor"].truth() else None,
        nights_max=_nights(field),
        takes_along=_takes_along(field),
    )


def _nights(field: _Field) -> int:
    """Of an extended instance: how many nights in a row she may stay away."""
    if not field.given("nights_max"):
        return 0
    return field["nights_max"].number(0, 0 if field["minor"].truth() else MOST_NIGHTS)


def _takes_along(field: _Field) -> bool:
    """Of an extended instance: an educator who is vetted to drive young presenters."""
    if not field.given("takes_along"):
        return False
    says = field["takes_along"].truth()
    if says and (field["role"].value != "educator" or field["minor"].truth()):
        field["takes_along"].refuse("an adult educator is needed")
    return says


def _own_school(field: _Field) -> OwnSchool:
    return OwnSchool(
        field["school_even"].span(0, A_DAY_OF_MINUTES),
        field["school_odd"].span(0, A_DAY_OF_MINUTES),
        field["excused_max"].number(),
        _days_agreed(field, "consent"),
        _days_agreed(field, "may_ride") if field.given("may_ride") else (1, 0),
    )


def _days_agreed(field: _Field, name: str) -> tuple[int, int]:
    """The days of a guardian's consent; an empty list is none."""
    return field[name].span(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS) if field[name].value else (1, 0)


def _request(field: _Field, homes: set[int], slots: int, campaigns: set[str]) -> PlanRequest:
    return PlanRequest(
        id=field["id"].text(),
        city=field["city"].one_of(homes),
        topic=field["topic"].text(),
        language=field["language"].text(),
        audience=field["audience"].text(),
        weight=field["weight"].number(),
        duration=field["duration"].number(1, A_DAY_OF_MINUTES),
        influencers=field["influencers"].number(0, 1),
        day_from=field["day_from"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        day_to=field["day_to"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        preferred_days=field["preferred_days"].numbers(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        weekdays=field["weekdays"].numbers(0, DAYS_OF_WEEK - 1),
        slots_even=field["slots_even"].numbers(0, slots - 1),
        slots_odd=field["slots_odd"].numbers(0, slots - 1),
        blocked_days=field["blocked_days"].numbers(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        campaign=field["campaign"].one_of(campaigns) if field.given("campaign") else None,
    )


def _placement(field: _Field) -> Placement:
    return Placement(
        request=field["request"].text(),
        day=field["day"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS),
        slot=field["slot"].number(0, A_DAY_OF_MINUTES),
        educator=field["educator"].text(),
        influencer=field["influencer"].text() if field.given("influencer") else None,
    )


def _night(field: _Field) -> NightAway:
    day = field["day"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS)
    return NightAway(field["person"].text(), day, field["city"].number())


def _ride(field: _Field) -> SharedRide:
    day = field["day"].number(-LONGEST_PLAN_DAYS, LONGEST_PLAN_DAYS)
    return SharedRide(field["influencer"].text(), field["educator"].text(), day)


def _unplaced(field: _Field) -> Unplaced:
    reason = WhyUnplaced(field["reason"].one_of(one.value for one in WhyUnplaced))
    counts: Mapping[str, int] = field["counts"].value if field.given("counts") else {}
    return Unplaced(field["request"].text(), reason, dict(counts))


def _weights(field: _Field) -> PlanWeights:
    names = ("unplaced", "pref_miss", "km", "load_sq", "change_date", "change_team")
    more = [name for name in ("night",) if field.given(name)]
    return PlanWeights(**{name: field[name].number() for name in (*names, *more)})


def _texts_in(value: object) -> Iterable[str]:
    """Every text of the free event, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(one)

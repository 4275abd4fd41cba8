"""Small planning problems: one city beside another, one educator, one request, and random ones of a seed."""

from dataclasses import replace
from random import Random
from typing import Any

from scheduler.planning.terms import ANY_ROAD, OwnSchool, PlanCity, PlanPerson, PlanProblem, PlanRequest

WORKDAYS = frozenset(range(5))
BELGRADE, PANCEVO, NIS = (
    PlanCity(0, "Beograd", 44.804, 20.4651),
    PlanCity(1, "Pančevo", 44.8708, 20.6403),
    PlanCity(2, "Niš", 43.3247, 21.9033),
)
ANYTIME = frozenset(range(6))


def a_plan_person(person_id: str = "E1", **given: Any) -> PlanPerson:
    """An educator of Belgrade who may give everything on every workday."""
    fair: dict[str, Any] = {
        "educator": True, "home": 0, "topics": frozenset({"privacy"}), "languages": frozenset({"sr"}),
        "audiences": frozenset({"students"}), "weekdays": WORKDAYS, "unavailable": frozenset(), "max_per_day": 2,
        "max_per_week": 5, "max_total": 20, "max_km_day": 600, "day_start": 300, "day_end": 1320,
    }  # fmt: skip
    return PlanPerson(id=person_id, **(fair | given))


def a_youth(person_id: str = "Y1", **given: Any) -> PlanPerson:
    """A minor of Belgrade, at school in the morning of every week, excused on one day."""
    own_school = OwnSchool((480, 795), (480, 795), 1, (0, 13))
    return a_plan_person(person_id, **({"educator": False, "max_per_day": 1, "own_school": own_school} | given))


def a_plan_request(request_id: str = "R1", **given: Any) -> PlanRequest:
    """Ninety minutes in Belgrade on any workday of two weeks, Wednesday preferred."""
    fair: dict[str, Any] = {
        "city": 0, "topic": "privacy", "language": "sr", "audience": "students", "weight": 10, "duration": 90,
        "influencers": 0, "day_from": 0, "day_to": 13, "preferred_days": frozenset({2}), "weekdays": WORKDAYS,
        "slots_even": ANYTIME, "slots_odd": ANYTIME, "blocked_days": frozenset(),
    }  # fmt: skip
    return PlanRequest(id=request_id, **(fair | given))


def a_problem(**given: Any) -> PlanProblem:
    """Two weeks, three cities, one educator, one request."""
    fair: dict[str, Any] = {
        "days": 14, "closed_days": frozenset({5, 6, 12, 13}), "today": -30, "min_notice": 10,
        "slots": (480, 600, 720, 840, 960, 1080), "buffer": 15, "cities": (BELGRADE, PANCEVO, NIS),
        "people": (a_plan_person(),), "requests": (a_plan_request(),), "fixed_team": {},
    }  # fmt: skip
    return PlanProblem(**(fair | given))


def a_random_problem(seed: int, requests: int = 4) -> PlanProblem:
    """Few days, few people, tight limits: small enough to try every plan."""
    rng = Random(seed)
    home = [rng.randrange(3) for _ in range(4)]
    people = (
        *(
            a_plan_person(
                f"E{one}",
                home=home[one],
                weekdays=frozenset(rng.sample(range(5), 2)),
                max_per_day=rng.randint(1, 2),
                max_per_week=rng.randint(1, 3),
                max_total=rng.randint(1, 3),
                max_km_day=rng.choice((100, 600)),
                day_start=rng.choice((300, 420)),
            )
            for one in range(2)
        ),
        a_youth("Y0", home=home[2], max_per_week=1),
        a_youth("Y1", home=home[3], own_school=None, max_total=1),
    )
    asked = tuple(
        a_plan_request(
            f"R{one}",
            city=rng.randrange(3),
            weight=rng.randint(8, 20),
            influencers=int(rng.random() < 0.4),
            day_to=rng.choice((4, 9)),
            preferred_days=frozenset(rng.sample(range(10), 2)),
            slots_even=frozenset(rng.sample(range(6), 2)),
            slots_odd=frozenset(rng.sample(range(6), 2)),
            campaign=rng.choice((None, None, "fixed", "rotating")),
        )
        for one in range(requests)
    )
    return a_problem(people=people, requests=asked, fixed_team={"fixed": True, "rotating": False})


def as_file(problem: PlanProblem) -> dict[str, Any]:
    """The problem in the neutral format."""
    return {
        "format": "sic-plan-instance/1",
        "start": "2026-09-07",
        "days": problem.days,
        "closed_days": sorted(problem.closed_days),
        "today": problem.today,
        "min_notice": problem.min_notice,
        "slots": list(problem.slots),
        "buffer": problem.buffer,
        "cities": [{"id": one.id, "name": one.name, "lat": one.lat, "lon": one.lon} for one in problem.cities],
        "people": [_person(one) for one in problem.people],
        "requests": [_request(one) for one in problem.requests],
        "campaigns": [
            {"id": name, "team_mode": "fixed" if fixed else "rotating"} for name, fixed in problem.fixed_team.items()
        ],
        "weights": {name: getattr(problem.weights, name) for name in problem.weights.__slots__},
        "baseline": [{name: getattr(one, name) for name in one.__slots__} for one in problem.baseline],
        "locked": sorted(problem.locked),
    }


def _plain(one: Any, *left_out: str) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__slots__ if name not in left_out}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}


def _person(one: PlanPerson) -> dict[str, Any]:
    told = _plain(one, "educator", "own_school")
    told |= {"role": "educator" if one.educator else "influencer", "minor": one.own_school is not None}
    if one.own_school:
        told["nights_max"] = 0  # the format refuses more of a minor
    if school := one.own_school:
        told |= {"school_even": list(school.even), "school_odd": list(school.odd)}
        rides = list(school.may_ride) if school.may_ride[0] <= school.may_ride[1] else []
        told |= {"excused_max": school.excused_max, "consent": list(school.consent), "may_ride": rides}
    return told


def _request(one: PlanRequest) -> dict[str, Any]:
    return _plain(one) | {"headcount": 60, "underserved": 0}


VRANJE = PlanCity(3, "Vranje", 42.5514, 21.9003)


def a_touring_problem(seed: int, requests: int = 3, last_day: int = 3, furthest: int = ANY_ROAD) -> PlanProblem:
    """A random problem of few days where somebody far away may be reached by a night, and youths may ride along."""
    rng = Random(seed)
    may_ride = rng.choice(((0, 13), (0, 13), (0, 1), (1, 0)))
    people = (
        *(
            a_plan_person(
                f"E{one}",
                home=rng.randrange(2),
                weekdays=frozenset(rng.sample(range(5), 4)),
                max_per_day=2,
                max_per_week=rng.randint(2, 4),
                max_km_day=rng.choice((300, 450, 700)),
                day_start=rng.choice((360, 420)),
                day_end=rng.choice((1200, 1320)),
                nights_max=rng.randint(0, 3),
                takes_along=rng.random() < 0.9,
                given={rng.randrange(5): 1} if rng.random() < 0.3 else {},
            )
            for one in range(2)
        ),
        a_youth(
            "Y0",
            home=rng.randrange(2),
            nights_max=3,
            own_school=OwnSchool((480, 795), (480, 795), 1, (0, 13), may_ride),
        ),
        a_youth("Y1", home=rng.randrange(2), own_school=None, max_per_day=2),
    )
    asked = tuple(
        a_plan_request(
            f"R{one}",
            city=rng.choice((0, 1, 2, 3, 3)),
            weight=rng.randint(8, 20),
            influencers=int(rng.random() < 0.6),
            day_to=last_day,
            preferred_days=frozenset(rng.sample(range(4), 2)),
            slots_even=frozenset(rng.sample((0, 1, 2, 4), rng.randint(1, 2))),
        )
        for one in range(requests)
    )
    people = tuple(replace(one, furthest=furthest) for one in people)
    return a_problem(people=people, requests=asked, cities=(BELGRADE, PANCEVO, NIS, VRANJE))

"""Random tours for the engine, and a campaign whose tour can be planned."""

import datetime as dt
from dataclasses import dataclass
from math import hypot
from random import Random

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.places.models import Closure, ClosurePlace, Municipality
from scheduler.places.terms.hosts import ClosureReason
from scheduler.planning.terms import TourCity, TourProblem
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Campaign, Programme
from scheduler.tours.terms import CrewMode, TourDraft
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user, works
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_programme
from tests.factories.safeguarding import a_cleared_educator

FIRST, LAST = dt.date(2026, 10, 12), dt.date(2026, 10, 23)
PLACES = (("Ниш", 43.32, 21.90), ("Лесковац", 43.00, 21.95), ("Крагујевац", 44.01, 20.92), ("Чачак", 43.89, 20.35))


def a_random_tour(seed: int, cities: int, days: int = 7, nights: bool = True) -> TourProblem:
    """Cities on a plane of 300 km, home in its middle; some days of some cities are shut, and who can go differs."""
    random = Random(seed)
    places = [(random.randint(0, 300), random.randint(0, 300)) for _city in range(cities)]
    crew, people = random.randint(1, 2), 3
    towns = []
    for city in range(cities):
        who = {day: random.getrandbits(people) for day in range(days) if random.random() < 0.7}
        enough = {day: bits for day, bits in who.items() if bits.bit_count() >= crew}
        towns.append(TourCity(f"city {city}", frozenset(enough), enough if random.random() < 0.6 else None))
    return TourProblem(
        tuple(towns),
        tuple(_km((150, 150), place) for place in places),
        tuple(tuple(_km(one, other) for other in places) for one in places),
        crew=crew,
        nights=nights,
        night_cost=random.choice((0, 40, 100, 300)),
    )


def a_round(seed: int, cities: int) -> TourProblem:
    """Cities that are open every day, and nights that cost nothing: the tour is one way around all of them."""
    random = Random(seed)
    places = [(random.randint(0, 300), random.randint(0, 300)) for _city in range(cities)]
    days = frozenset(range(cities))
    return TourProblem(
        tuple(TourCity(f"city {city}", days) for city in range(cities)),
        tuple(_km((150, 150), place) for place in places),
        tuple(tuple(_km(one, other) for other in places) for one in places),
        nights=True,
    )


def _km(one: tuple[int, int], other: tuple[int, int]) -> int:
    return round(hypot(one[0] - other[0], one[1] - other[1]))


@dataclass
class Touring:
    """A campaign with its cities, its coordinator, and educators of the first city who are free on working days."""

    coordinator: Actor
    programme: Programme
    campaign: Campaign
    towns: list[Municipality]
    educators: list[Presenter]

    def draft(self, **given: object) -> TourDraft:
        fair = {
            "first_day": FIRST, "last_day": LAST, "cities": tuple(town.id for town in self.towns),
            "start": self.towns[0].id, "mode": CrewMode.ROTATING,
        }  # fmt: skip
        return TourDraft(**(fair | given))  # type: ignore[arg-type]


def make_snow(town: Municipality, first: dt.date, last: dt.date) -> None:
    """The schools of a municipality are closed."""
    with transaction() as session:
        session.add(
            Closure(
                places=[ClosurePlace(municipality_id=town.id)],
                first_day=first,
                last_day=last,
                reason=ClosureReason.SNOW,
                closed_at=MONDAY,
            )
        )


def a_campaign_on_tour(educators: int = 2, **programme: object) -> Touring:
    with transaction():
        centre = make_centre()
        coordinator = make_user(Role.COORDINATOR, centre_id=centre.id).actor()
        given = make_programme(centre_id=centre.id, **({"notice_days": 0} | programme))
        campaign = make_campaign(programme=given)
        towns = [
            make_municipality(name, lat=lat, lon=lon, seat_population=1000 * n)
            for n, (name, lat, lon) in enumerate(PLACES, 1)
        ]
        for town in towns:
            make_campaign_city(campaign, town)
        people = [works(a_cleared_educator(centre_id=centre.id, home_id=towns[0].id)) for _ in range(educators)]
    return Touring(coordinator, given, campaign, towns, people)

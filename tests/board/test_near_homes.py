"""A board around a place shows who lives nearest by road, though it loads the names of some dozens only."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.board.queries import week
from scheduler.board.queries.near_homes import lives_near
from scheduler.board.terms import BoardWish
from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.staffing.queries.by_name import presenter_names
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter
from tests.factories.places import make_municipality

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]
DAY = clock.local_day(MONDAY)
PLACES = ((44.8, 20.5), (45.26, 19.83), (43.32, 21.9), (44.0, 20.9), (44.79, 20.47), (46.1, 19.67), (43.9, 22.28))


@pytest.mark.parametrize("nearest", [1, 4, 9, 24])
@pytest.mark.parametrize("place", [Point(44.8, 20.5), Point(43.6, 21.0), Point(46.0, 19.0)], ids=str)
def test_the_nearest_by_road_are_those_of_all(monkeypatch, nearest: int, place: Point) -> None:
    monkeypatch.setattr(week, "NEAREST", nearest)
    centre_id = make_centre().id
    towns = [make_municipality(lat=latitude, lon=longitude).id for latitude, longitude in PLACES]
    people = [make_presenter(centre_id=centre_id, home_id=one).id for one in towns for _ in range(2)]
    make_presenter(home_id=towns[0])  # another centre's
    with transaction() as session:
        session.get_one(Presenter, people[0]).suspended_at = MONDAY
    every = [one for one in presenter_names(centre_id) if not one.suspended]
    by_road = [one.presenter_id for one in sorted(every, key=lambda one: (road_km(one.home, place), one.presenter_id))]
    kept = by_road[-1]

    wish = BoardWish(DAY, DAY + dt.timedelta(days=6), near=place, keep=frozenset({kept}))
    found = week.board(an_actor(centre_id=centre_id), wish, now=MONDAY)

    assert [row.presenter_id for row in found.rows] == by_road[:nearest] + [kept] * (nearest < len(by_road))


def test_few_names_are_loaded_of_a_large_centre() -> None:
    centre_id, far = make_centre().id, make_municipality("Суботица", lat=46.1, lon=19.67).id
    near = make_municipality("Ниш", lat=43.32, lon=21.9).id
    for home_id in (far, near):
        for _ in range(5):
            make_presenter(centre_id=centre_id, home_id=home_id)

    loaded = presenter_names(centre_id, lives_near(centre_id, Point(43.4, 21.8), 5))

    homes = db.session.scalars(select(Presenter.home_id).where(Presenter.id.in_([one.presenter_id for one in loaded])))
    assert homes.all() == [near] * 5

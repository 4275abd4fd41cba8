"""Who lives near a place, as a condition: a board around it loads some dozens of names and not a centre's thousands."""

from math import cos, radians

from sqlalchemy import ColumnElement, func, literal, select

from scheduler.people.models import Presenter
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import Point

CLOSE_ENOUGH = 1.1  # of a squared distance on a plane, which over a country is hardly wrong
ANYWHERE = 1e9


def lives_near(centre_id: int, place: Point, people: int) -> ColumnElement[bool]:
    """That the home (`Municipality`) of a presenter lies no further than those of the nearest `people` who may be sent.

    Some more than these: the caller puts them in order by road.
    """
    homes = (
        select(_apart(place).label("apart"), func.count().label("here"))
        .join_from(Presenter, Municipality, Municipality.id == Presenter.home_id)
        .where(Presenter.centre_id == centre_id, Presenter.suspended_at.is_(None))
        .group_by(Municipality.id)
        .subquery()
    )
    counted = select(homes.c.apart, func.sum(homes.c.here).over(order_by=homes.c.apart).label("up_to")).subquery()
    furthest = select(func.min(counted.c.apart)).where(counted.c.up_to >= people).scalar_subquery()
    return _apart(place) <= func.coalesce(furthest * CLOSE_ENOUGH, literal(ANYWHERE))


def _apart(place: Point) -> ColumnElement[float]:
    north = Municipality.lat - place.latitude
    east = (Municipality.lon - place.longitude) * cos(radians(place.latitude))
    return north * north + east * east

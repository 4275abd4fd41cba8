"""What pages, services and the invariants check read about visits: one function for each need."""

from scheduler.planning.queries.clearance import clearance, not_cleared
from scheduler.planning.queries.stops import (
    asked_presenters,
    home_point,
    point_of,
    promise_of,
    promised_stops,
    stops_of_visit,
    visits_with_lapsed_offers,
)

__all__ = [
    "asked_presenters",
    "clearance",
    "home_point",
    "not_cleared",
    "point_of",
    "promise_of",
    "promised_stops",
    "stops_of_visit",
    "visits_with_lapsed_offers",
]

"""A campaign's tour: up to fifteen cities the best there is, of more a good one and how far it can be from the best."""

from collections.abc import Callable
from importlib.util import find_spec

from scheduler.planning.rules.tours import cost_of_tour
from scheduler.planning.solver.tour_days import TourCalendar, with_whole_crews
from scheduler.planning.solver.tour_order import SHAKES, good_order
from scheduler.planning.terms import Tour, TourProblem

EXACT_CITIES = 15
ToldTour = Callable[[int, int, int | None], None]  # how much is done, of how much, and the least cost so far


def plan_tour(problem: TourProblem, told: ToldTour = lambda _done, _of, _cost: None, seed: int = 0) -> Tour:
    """The tour that visits as many cities as find a day, at the least cost. The same problem, the same tour."""
    if not problem.cities:
        return Tour(())
    proves = find_spec("numpy") is not None
    if proves and len(problem.cities) <= EXACT_CITIES:
        from scheduler.planning.solver.tour_exact import best_stops  # loads a library that the web never needs

        told(0, 1, None)
        bound, stops = best_stops(problem)
        return Tour(with_whole_crews(problem, stops), bound)
    order = good_order(problem, lambda done, cost: told(done, SHAKES, cost or None), seed)
    stops = with_whole_crews(problem, TourCalendar(problem).laid_out(order))
    if not proves or len(stops) < len(problem.cities):
        return Tour(stops)
    from scheduler.planning.solver.tour_bound import bound_of_tour  # loads a library that the web never needs

    return Tour(stops, bound_of_tour(problem, cost_of_tour(problem, stops).total))

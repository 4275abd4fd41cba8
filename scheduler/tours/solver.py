"""From what is known of cities to a tour: data in, data out, no database and no clock."""

from collections.abc import Callable

from scheduler.booking.rules.time_grid import MomentOf
from scheduler.planning.solver.tour import ToldTour, plan_tour
from scheduler.tours.rules import found_tour, open_days, problem_of
from scheduler.tours.terms import FoundTour, TourAsk


def draw(
    ask: TourAsk,
    moment_of: MomentOf,
    asked: Callable[[int], None] = lambda _done: None,
    told: ToldTour = lambda _done, _of, _cost: None,
) -> FoundTour:
    """What the engine says of a tour. `asked` hears how many cities were looked at, `told` how far the search is."""
    opened = []
    for number, town in enumerate(ask.towns, 1):
        opened.append(open_days(town, moment_of))
        asked(number)
    problem, crew = problem_of(ask, opened)
    return found_tour(ask, opened, problem, crew, plan_tour(problem, told))

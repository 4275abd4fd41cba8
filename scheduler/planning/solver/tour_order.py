"""A good order of many cities: the nearest put in where it costs least, then cities moved and ways turned around."""

from collections.abc import Callable, Iterator
from random import Random

from scheduler.planning.solver.tour_days import TourCalendar
from scheduler.planning.terms import TourProblem

SHAKES = 6  # times that a good order is shaken and made good again
LONGEST_MOVE = 3  # cities that move together
MOST_STEPS = 20_000_000  # of a city on a day: some ten seconds
TOLD_AFTER = 500  # orders
Order = tuple[int, ...]


class _Costs:
    """What orders cost, each asked once; after enough of them nobody asks on."""

    def __init__(self, problem: TourProblem, told: Callable[[], None]) -> None:
        self._told = told
        self._calendar, self._known = TourCalendar(problem), dict[Order, int]()
        self._most = MOST_STEPS // max(1, len(problem.cities) * len(self._calendar.days))

    def __call__(self, order: Order) -> int:
        if order not in self._known:
            self._known[order] = self._calendar.cost_of(order)
            if len(self._known) % TOLD_AFTER == 0:
                self._told()
        return self._known[order]

    @property
    def spent(self) -> bool:
        return len(self._known) >= self._most


def good_order(problem: TourProblem, told: Callable[[int, int], None], seed: int = 0) -> Order:
    """The same problem and seed, the same order. `told` hears again and again how many shakes are done, and the least
    cost so far.
    """
    so_far = [0, 0]
    random = Random(seed)  # nosec B311 - a search, no secret
    cost_of = _Costs(problem, lambda: told(so_far[0], so_far[1]))
    best = _improved(_first(problem, cost_of), cost_of)
    for shake in range(SHAKES):
        so_far[:] = [shake, cost_of(best)]
        other = _improved(_shaken(best, random), cost_of)
        if cost_of(other) < cost_of(best):
            best = other
    return best


def _first(problem: TourProblem, cost_of: _Costs) -> Order:
    """The furthest first, each where it costs least."""
    order: Order = ()
    for city in sorted(range(len(problem.cities)), key=lambda one: (-problem.home_km[one], one)):
        ways = [(*order[:place], city, *order[place:]) for place in range(len(order) + 1)]
        order = min(ways, key=lambda one: (cost_of(one), one))
    return order


def _improved(order: Order, cost_of: _Costs) -> Order:
    """Until no single move makes it cheaper, or enough was asked."""
    while not cost_of.spent:
        better = next((one for one in _moves(order) if cost_of.spent or cost_of(one) < cost_of(order)), None)
        if better is None or cost_of.spent:
            return order
        order = better
    return order


def _moves(order: Order) -> Iterator[Order]:
    number = len(order)
    for begun in range(number):
        for length in range(1, min(LONGEST_MOVE, number - begun) + 1):
            taken, rest = order[begun : begun + length], order[:begun] + order[begun + length :]
            for place in range(len(rest) + 1):
                if place != begun:
                    yield rest[:place] + taken + rest[place:]
    for begun in range(number - 1):
        for end in range(begun + 2, number + 1):
            yield order[:begun] + order[begun:end][::-1] + order[end:]


def _shaken(order: Order, random: Random) -> Order:
    """Four parts of it in another order."""
    cuts = sorted(random.sample(range(1, len(order)), 3)) if len(order) > 3 else [0, 0, 0]  # nosec B311
    one, two, three = cuts
    return order[:one] + order[two:three] + order[one:two] + order[three:]

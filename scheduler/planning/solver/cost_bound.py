"""No plan costs less: every way to serve every request is a column, halves of a way are allowed.

What two presentations of a day save of the road is given back where their hours allow both; that half a way may share
with half another makes the limit a little too low, and never too high.
"""

from collections import defaultdict
from itertools import combinations
from math import ceil

from scheduler.planning.rules.roads import SAME_CITY_MINUTES
from scheduler.planning.solver.columns import Columns, Unproven
from scheduler.planning.solver.grounds import Grounds, days_in
from scheduler.planning.terms import DAYS_OF_WEEK

TOLERANCE_OF_COST = 0.5
Group = tuple[int, int, int]  # slot, minutes, city
Dated = dict[tuple[int, int], dict[Group, list[int]]]  # of a person and day


def least_cost(grounds: Grounds) -> int | None:
    """The proven least cost of a small problem; None when HiGHS proves none."""
    columns, dated = Columns(), defaultdict[tuple[int, int], dict[Group, list[int]]](lambda: defaultdict(list))
    problem, by = grounds.problem, grounds.problem.weights
    for request, one in enumerate(problem.requests):
        for person, slot, mask, km in grounds.options[request]:
            for day in days_in(mask):
                liked = grounds.preferred[request] >> day & 1
                gain = by.unplaced * one.weight - by.km * km - (0 if liked else by.pref_miss)
                column = columns.add(gain)
                columns.at_most(("once", request), 1, column)
                _limit_dates(columns, grounds, (person, day, slot), column)
                columns.at_most(("load", person), 0, column)
                dated[person, day][slot, one.duration, grounds.city_of[request]].append(column)
                if one.influencers:
                    columns.at_most(("both", request, day, slot), 0, column)
        for person, slot, mask, km in grounds.youth_options[request]:
            for day in days_in(mask):
                column = columns.add(-by.km * km)
                columns.at_most(("both", request, day, slot), 0, column, -1)
                _limit_dates(columns, grounds, (person, day, slot), column)
                dated[person, day][slot, one.duration, grounds.city_of[request]].append(column)
    _add_loads(columns, grounds)
    _add_shared_roads(columns, grounds, dated)
    all_left_out = by.unplaced * sum(one.weight for one in problem.requests)
    try:
        return ceil(all_left_out - columns.most() - TOLERANCE_OF_COST)
    except Unproven:
        return None


def _limit_dates(columns: Columns, grounds: Grounds, when: tuple[int, int, int], column: int) -> None:
    person, day, slot = when
    who = grounds.problem.people[person]
    for earlier in _too_near(grounds)[slot]:
        columns.at_most(("hours", person, day, earlier), 1, column)
    columns.at_most(("day", person, day), who.max_per_day, column)
    columns.at_most(("week", person, day // DAYS_OF_WEEK), who.max_per_week, column)
    columns.at_most(("year", person), who.max_total, column)


def _add_loads(columns: Columns, grounds: Grounds) -> None:
    """Each one more of an educator is dearer than the one before."""
    for name in [name for name in columns.rows if isinstance(name, tuple) and name[0] == "load"]:
        for number in range(grounds.problem.people[name[1]].max_total):
            columns.at_most(name, 0, columns.add(-grounds.problem.weights.load_sq * (2 * number + 1)), -1)


def _too_near(grounds: Grounds) -> list[list[int]]:
    """For each slot, those from which nobody gets to it in time, the slot itself among them."""
    problem = grounds.problem
    between = SAME_CITY_MINUTES if problem.road is None else 0
    shortest = min((one.duration for one in problem.requests), default=0) + between + problem.buffer
    return [[e for e, start in enumerate(problem.slots) if 0 <= at - start < shortest] for at in problem.slots]


def _add_shared_roads(columns: Columns, grounds: Grounds, dated: Dated) -> None:
    for (person, day), groups in dated.items():
        most = grounds.problem.people[person].max_per_day
        for first, later in combinations(sorted(groups), 2) if most > 1 else ():
            if (saved := _saved(grounds, person, first, later)) > 0:
                shared = columns.add(grounds.problem.weights.km * saved)
                columns.at_most(("shared", person, day), most - 1, shared)
                for group in (first, later):
                    columns.at_most(("road", person, day, group), 0, shared)
        for group, those in groups.items():
            if ("road", person, day, group) in columns.rows:
                for column in those:
                    columns.at_most(("road", person, day, group), 0, column, -1.0 if most == 2 else -2.0)


def _saved(grounds: Grounds, person: int, first: Group, later: Group) -> int:
    """Kilometres that two presentations of one day save; 0 where she cannot give both."""
    (slot, length, a), (next_slot, _, b) = first, later
    problem, home = grounds.problem, grounds.km[grounds.home_of[person]]
    if problem.slots[slot] + length + grounds.minutes[a][b] + problem.buffer > problem.slots[next_slot]:
        return 0
    if home[a] + grounds.km[a][b] + home[b] > problem.people[person].max_km_day:
        return 0
    return home[a] + home[b] - grounds.km[a][b]

"""Who of a day's young presenters goes in the educator's car, and what that saves."""

from collections.abc import Iterator
from typing import NamedTuple

from scheduler.planning.rules.rides import LONGEST_DETOUR_KM
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.nights import Held


class DrivenDay(NamedTuple):
    """An educator's day from home to home."""

    person: int
    day: int
    stops: list[Held]
    km: int


class Passenger(NamedTuple):
    """A youth who could ride along, and her own day if she went alone."""

    youth: int
    leaves: int
    back: int
    km: int


def best_ride(grounds: Grounds, driven: DrivenDay, passengers: list[Passenger]) -> tuple[int, list[int]]:
    """Kilometres saved, and who rides: all from the educator's city, or one from a door on the way."""
    home = grounds.home_of[driven.person]
    near = [one for one in passengers if grounds.home_of[one.youth] == home and _fits(grounds, driven, one)]
    best = sum(one.km for one in near), [one.youth for one in near]
    for one in passengers:
        if grounds.home_of[one.youth] != home and _fits(grounds, driven, one):
            saved = one.km - sum(_detours(grounds, driven, grounds.home_of[one.youth]))
            if saved > best[0]:
                best = saved, [one.youth]
    return best if best[0] > 0 else (0, [])


def _ends(driven: DrivenDay) -> Iterator[int]:
    yield driven.stops[0][2]
    yield driven.stops[-1][2]


def _detours(grounds: Grounds, driven: DrivenDay, pick_up: int) -> list[int]:
    """Kilometres more by way of a door, out and home."""
    km, home = grounds.km, grounds.home_of[driven.person]
    return [
        0 if pick_up in (home, end) else km[home][pick_up] + km[pick_up][end] - km[home][end] for end in _ends(driven)
    ]


def _fits(grounds: Grounds, driven: DrivenDay, one: Passenger) -> bool:
    """Whether the day as driven keeps the hours and limits of both, and costs the youth no lesson."""
    home, door = grounds.home_of[driven.person], grounds.home_of[one.youth]
    driver, rider = grounds.problem.people[driven.person], grounds.problem.people[one.youth]
    detours, km, minutes = _detours(grounds, driven, door), grounds.km, grounds.minutes
    out, back = (
        minutes[home][end] if door in (home, end) else minutes[home][door] + minutes[door][end] for end in _ends(driven)
    )
    leaves, returns = driven.stops[0][0] - grounds.problem.buffer - out, driven.stops[-1][1] + back
    to_door, minutes_to_door = (0, 0) if door == home else (km[home][door], minutes[home][door])
    if max(detours) > LONGEST_DETOUR_KM or driven.km + sum(detours) > driver.max_km_day:
        return False
    if leaves < driver.day_start or returns > driver.day_end:
        return False
    leaves, returns = leaves + minutes_to_door, returns - minutes_to_door
    return (
        leaves >= rider.day_start
        and returns <= rider.day_end
        and driven.km + sum(detours) - 2 * to_door <= rider.max_km_day
        and (
            not grounds.misses(one.youth, driven.day, leaves, returns)
            or grounds.misses(one.youth, driven.day, one.leaves, one.back)
        )
    )

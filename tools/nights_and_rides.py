"""Extend a planning instance to measure what nights away and shared rides gain (docs/planner.md).

    python -m tools.nights_and_rides INSTANCE EXTENDED --nights 2 --rides

Every adult may then stay so many nights in a row; with `--rides` every educator is vetted to drive, and every guardian
who consents agrees to the ride. An assumption to measure with: the product asks for both.
"""

import argparse
import json
from pathlib import Path
from typing import Any


def extended(instance: dict[str, Any], nights: int, night_cost: int, rides: bool) -> dict[str, Any]:
    """The same instance with the optional fields."""
    people = [one | _more(one, nights, rides) for one in instance["people"]]
    return instance | {"people": people, "weights": instance["weights"] | {"night": night_cost}}


def _more(person: dict[str, Any], nights: int, rides: bool) -> dict[str, Any]:
    more: dict[str, Any] = {} if person["minor"] else {"nights_max": nights}
    if rides and person["role"] == "educator" and not person["minor"]:
        more["takes_along"] = True
    if rides and person["minor"]:
        more["may_ride"] = person["consent"]
    return more


def main() -> None:
    parser = argparse.ArgumentParser(description="Extend a planning instance by nights away and shared rides.")
    parser.add_argument("instance", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--nights", type=int, default=0, help="in a row, of every adult")
    parser.add_argument("--night-cost", type=int, default=150)
    parser.add_argument("--rides", action="store_true", help="every educator drives, every guardian consents")
    told = parser.parse_args()
    instance = json.loads(told.instance.read_bytes())
    told.out.write_text(json.dumps(extended(instance, told.nights, told.night_cost, told.rides)))


if __name__ == "__main__":
    main()

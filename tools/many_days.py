"""The demo on many days: `python -m tools.many_days 60` loads it afresh on each and asks every invariant.

The days lie evenly over two years from September 2026, with those added that something is odd about:
New Year's Eve, the leap day, a Sunday in July, both changes of the clocks. One line a day; code 1 when one is bad.
"""

import datetime as dt
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from scheduler import config
from scheduler.app import create_app
from scheduler.core import clock
from scheduler.core.db import Base, db
from scheduler.demo import load as demo
from scheduler.jobs.invariants import violations

FIRST = dt.date(2026, 9, 14)
TWO_YEARS = 730
ODD = tuple(
    dt.date.fromisoformat(day)
    for day in (
        "2026-12-31", "2027-01-01", "2027-03-28", "2027-07-11", "2027-10-31", "2028-02-29", "2028-03-25", "2028-03-27",
    )
)  # fmt: skip
HOURS = (dt.time(0, 30), dt.time(9), dt.time(22, 30))  # in UTC, in turn: near midnight Belgrade writes another day


def days_of_two_years(number: int) -> list[dt.date]:
    """So many different days, in order; at least the odd ones."""
    even = [FIRST + dt.timedelta(days=step * TWO_YEARS // number) for step in range(number)]
    usual = [day for day in even if day not in ODD]
    return sorted([*ODD, *usual[: max(0, number - len(ODD))]])


def moments(days: list[dt.date]) -> list[dt.datetime]:
    """Each of the days at one of the hours."""
    return [dt.datetime.combine(day, HOURS[turn % len(HOURS)], tzinfo=dt.UTC) for turn, day in enumerate(days)]


def troubles_at(moment: dt.datetime) -> list[str]:
    """What is wrong with a demo that is loaded at that moment: a sentence each."""
    with tempfile.TemporaryDirectory(prefix="raspored-") as folder:
        read = config.read_settings(instance=Path(folder))
        settings = replace(read, mode="demo", database_url=f"sqlite:///{folder}/raspored.sqlite3", redis_url="")
        app = create_app(settings)
        config.use(settings)
        clock.now = lambda: moment
        with app.app_context():
            Base.metadata.create_all(db.engine)
            try:
                demo.load(clock.now())
                return violations()
            except Exception as error:  # a demo that cannot be loaded is what we look for; the next day has its turn
                return [repr(error)]
            finally:
                db.session.remove()
                db.engine.dispose()


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        print("usage: python -m tools.many_days NUMBER", file=sys.stderr)
        return 2
    tried, bad = moments(days_of_two_years(int(sys.argv[1]))), 0
    for moment in tried:
        troubles = troubles_at(moment)
        bad += bool(troubles)
        print(f"{moment:%a %Y-%m-%d %H:%M}  {'; '.join(troubles) or 'good'}", flush=True)
    print(f"{len(tried) - bad} of {len(tried)} days are good", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

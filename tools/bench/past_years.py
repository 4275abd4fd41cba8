"""A centre's own spreadsheet of past years, of any length, and its import as by a command or the worker.

python -m tools.bench.past_years ROWS    tells how many rows came in, processor time and the most memory, as JSON
"""

import datetime as dt
import json
import sys
import time

from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.service.past_visits import import_past_visits
from scheduler.bare_app import create_bare_app
from scheduler.core import clock
from scheduler.core.imports.staging import Filing
from scheduler.core.priority import give_way
from scheduler.policy import SYSTEM
from tools.bench.counting import peak_mib

HEAD = "date;school id;programme;start;pupils;teachers"
A_DAY = 60  # presentations, each at another school
FIRST_DAY = dt.date(2006, 1, 9)


def sheet(rows: int) -> bytes:
    """One presentation a line, none at a school on a day on which it has one already."""
    lines = [HEAD]
    for number in range(rows):
        on_day = FIRST_DAY + dt.timedelta(days=number // A_DAY)
        host = number % A_DAY + 1
        lines.append(f"{on_day};bench-{host};bench-safe-internet;10:00;{number % 50 + 10};2")
    return "\n".join(lines).encode()


def imported(rows: int) -> int:
    """How many lines came in. Raises: AssertionError with the first of what was wrong."""
    now = clock.now()
    read = read_past_visits(sheet(rows), None, today=clock.local_day(now))
    done = import_past_visits(SYSTEM, read, Filing(now, 1, "past.csv"))
    if done.problems:
        raise AssertionError(done.problems[:3])
    return done.new


def main() -> int:
    app = create_bare_app()
    give_way()
    began = time.process_time()
    with app.app_context():
        rows = imported(int(sys.argv[1]))
    print(json.dumps({"rows": rows, "seconds": time.process_time() - began, "mib": peak_mib()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

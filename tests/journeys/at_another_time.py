"""Runs a program of the product at another time: `python -m tests.journeys.at_another_time FILE waitress|flask …`.

FILE holds how many seconds the product's clock is ahead of the machine's; it is read each time somebody asks, so time
passes in running programs as soon as the file changes.
"""

import datetime as dt
import sys
from importlib import import_module
from pathlib import Path

from scheduler.core import clock

PROGRAMS = {"waitress": ("waitress.runner", "run"), "flask": ("flask.cli", "main")}


def main() -> None:
    ahead, program = Path(sys.argv[1]), sys.argv[2]
    sys.argv[:] = [program, *sys.argv[3:]]
    clock.now = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(ahead.read_text()))
    module, function = PROGRAMS[program]
    sys.exit(getattr(import_module(module), function)())


if __name__ == "__main__":
    main()

"""Runs a program of the product at another time: `moved_clock.py FILE flask|gunicorn …`.

FILE holds how many seconds the product's clock is ahead of the machine's; it is read each time somebody asks. A
school asks weeks before a visit, and nobody wants to rehearse for weeks. Run by its path, so that an installed wheel
can be walked too: nothing of this checkout is imported.
"""

import datetime as dt
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

PROGRAMS = {"gunicorn": ("gunicorn.app.wsgiapp", "run"), "flask": ("flask.cli", "main")}


def main() -> None:
    ahead, program = Path(sys.argv[1]), sys.argv[2]
    sys.path[0] = str(Path.cwd())  # as `python -m` does; Python has put the folder of this file there
    sys.argv[:] = [program, *sys.argv[3:]]
    clock: Any = import_module("scheduler.core.clock")
    clock.now = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(ahead.read_text()))
    module, function = PROGRAMS[program]
    sys.exit(getattr(import_module(module), function)())


if __name__ == "__main__":
    main()

"""What the front page costs at M scale (timed, so no test): `python -m tests.web.public.bench_front`."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from scheduler import config
from scheduler.app import create_app
from scheduler.core.db import db
from scheduler.web import near_dates
from tests.conftest import settings_for
from tests.counting import statements
from tests.visits import m_scale

ROUNDS = 15


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(Path(folder)))
        config.use(app.config["SETTINGS"])
        with app.app_context():
            db.create_all()
            m_scale.write()
            client = app.test_client()
            client.get("/")  # templates and styles are read once
            kept = app.extensions["near"]

            def forget() -> None:
                kept.clear()

            def grow_old() -> None:
                for key, (at, what) in list(kept.items()):
                    if key[0] != "cities":  # three rows; the dates are what costs
                        kept[key] = (at - near_dates.DATES_KEPT_FOR - dt.timedelta(minutes=1), what)

            for name, before in (
                ("nothing known", forget),
                ("all known", lambda: None),
                ("all old, one asked anew", grow_old),
            ):
                print(f"{name}: {_measured(client.get, before)}")


def _measured(get: Callable[[str], object], before: Callable[[], object]) -> str:
    taken, asked = [], []
    for _ in range(ROUNDS):
        before()
        with statements() as made:
            began = time.process_time()
            get("/")
            taken.append((time.process_time() - began) * 1000)
        asked.append(len(made))
    return f"{max(asked)} queries, CPU ms: median {median(taken):.0f}, at most {max(taken):.0f}"


if __name__ == "__main__":
    main()

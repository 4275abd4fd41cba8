"""What an answer about free dates costs at M scale (timed, so no test): `python -m tests.booking.bench_free_dates`."""

import gc
import tempfile
import time
from pathlib import Path
from statistics import median

from scheduler import config
from scheduler.app import create_app
from scheduler.booking.queries.free_dates import free_dates
from scheduler.core.db import db
from tests.conftest import settings_for
from tests.counting import statements
from tests.factories import MONDAY
from tests.visits import m_scale

ROUNDS = 15


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(Path(folder)))
        config.use(app.config["SETTINGS"])
        with app.app_context():
            db.create_all()
            wish = m_scale.write()
            db.session.remove()
            gc.collect()
            gc.freeze()  # as wsgi.py does once everything is loaded
            taken = []
            for _ in range(ROUNDS):
                with statements() as asked:
                    began = time.process_time()
                    answer = free_dates(wish, now=MONDAY)
                    taken.append((time.process_time() - began) * 1000)
            first = answer.first.day if answer.first else None
            print(f"{len(asked)} queries, {len(answer.free)} free days, the first {first}")
            print(f"CPU ms: first {taken[0]:.0f}, median {median(taken[1:]):.0f}, then at most {max(taken[1:]):.0f}")


if __name__ == "__main__":
    main()

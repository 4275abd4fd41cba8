"""python -m tools.bench.seed DATABASE_URL 1|10|100 [--feeds] [--uncertified] [--unchecked]: fill an empty database.

The staff sign in as staff-1@bench.example (coordinator), -2 (administrator), -3 (safeguarding) with the password told.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

PLACE = Path(tempfile.gettempdir()) / f"raspored-bench-{os.getuid()}"  # only a key and a lock of a throwaway


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tools.bench.seed", description=__doc__.partition("\n")[0])
    asked.add_argument("database_url", metavar="DATABASE_URL", help="sqlite:////path or postgresql+psycopg://…; empty")
    asked.add_argument("times", type=int, help="1, 10 or 100: so many thousand visits")
    asked.add_argument("--feeds", action="store_true", help="two educators more, with 500 and 5,000 presentations")
    asked.add_argument("--uncertified", action="store_true", help="no certificates are issued yet")
    asked.add_argument("--unchecked", action="store_true", help="the invariants are not asked")
    given = asked.parse_args()
    os.environ["DATABASE_URL"] = given.database_url
    os.environ.setdefault("INSTANCE", str(PLACE))
    from flask_migrate import upgrade
    from sqlalchemy import event

    from scheduler.app import create_app
    from scheduler.bare_app import open_migrations
    from scheduler.core import clock
    from scheduler.core.db import db
    from scheduler.core.passwords import hash_password
    from scheduler.jobs.invariants import violations
    from tools.bench.seed.plant import NotEmpty, plant
    from tools.bench.seed.sizes import size_of

    app, password = create_app(), secrets.token_urlsafe(12)
    size = replace(size_of(given.times), feeds=given.feeds, certified=not given.uncertified)
    if given.uncertified:
        size = replace(size, visits=size.visits * 6 // 5)  # so that a thousand are due
    with app.app_context():
        if given.database_url.startswith("sqlite"):  # begun anew after a power failure: nothing waits for the disk
            for pragma in ("synchronous=OFF", "temp_store=MEMORY"):
                event.listen(db.engine, "connect", lambda raw, _record, said=pragma: raw.execute(f"PRAGMA {said}"))
        open_migrations(app)
        upgrade()
        started = time.monotonic()
        try:
            plant(size, clock.now(), password_hash=hash_password(password))
        except NotEmpty as problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"planted in {time.monotonic() - started:.0f} s; staff-1@bench.example signs in with {password}")
        broken = [] if given.unchecked else violations()
    print(*broken[:20], sep="\n")
    if not given.unchecked:
        print("All invariants hold." if not broken else f"{len(broken)} violations")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

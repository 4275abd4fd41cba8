"""kill -9 of the worker, and of its parent, in the midst of certificates in bulk: each is made once (TRUST R2, R15).

The size is what `make test` has time for; RASPORED_KILLED_VISITS=200 and RASPORED_KILLED_ADULTS=9 make it 2,000.
"""

import datetime as dt
import hashlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import func, select

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.models import Certificate
from scheduler.core.db import db
from scheduler.jobs import long_work, queue
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.work.models import LongWork
from scheduler.work.service import files_of
from scheduler.work.terms import OPEN_WORK, WorkState
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.web.browser import sign_in_as

pytestmark = [pytest.mark.postgres_decides, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
VISITS = int(os.environ.get("RASPORED_KILLED_VISITS", "24"))
ADULTS = int(os.environ.get("RASPORED_KILLED_ADULTS", "4"))
ALL = VISITS * (ADULTS + 1)
KILLS = 5
PATIENCE_S = 580
WORKER = """
import datetime as dt
import sys
import time

from scheduler.core import clock

start, begun = dt.datetime.fromisoformat(sys.argv[1]), time.monotonic()
clock.now = lambda: start + dt.timedelta(seconds=time.monotonic() - begun)

from scheduler.app import create_app
from scheduler.certificates.service import issuing
from scheduler.jobs import paper_work

issuing.AT_ONCE, paper_work.DRAWN_AT_ONCE = 2, 5  # many small steps: a kill meets one of them
create_app().cli.main(["worker"], prog_name="raspored")
"""
PARENT = """
import sys

from tools.supervisor import Part, keep_together

sys.exit(keep_together([Part("worker", [sys.executable, "-c", *sys.argv[1:]])]))
"""
LASTS = {"mail", "queue.sqlite3", "audit-heads.txt", "ledger.txt"}  # what a worker's jobs keep beside the database
BAR = re.compile(r'<progress[^>]* max="(\d+)" value="(\d+)"')


@dataclass
class House:
    """Who keeps a worker under a parent, as `make run` and the units do, and starts both again when one is gone."""

    env: dict[str, str]
    parent: subprocess.Popen[bytes] | None = None
    kills: list[str] = field(default_factory=list)

    def starts(self, moment: dt.datetime) -> None:
        long_work.do_long_work()  # as each minute does: a wake-up that was taken by a dead worker is lost
        told = [sys.executable, "-c", PARENT, WORKER, moment.isoformat()]
        self.parent = subprocess.Popen(
            told, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kills_one(self, whom: str) -> None:
        """kill -9; the other one goes too: a worker with its parent, a parent because its worker is gone."""
        assert self.parent is not None
        pid = self.parent.pid if whom == "parent" else self.worker()
        os.kill(pid, signal.SIGKILL)
        self.parent.wait(30)
        self.kills.append(whom)

    def worker(self) -> int:
        assert self.parent is not None
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text(encoding="ascii")
        return int(children.split()[0])

    def ends(self) -> None:
        if self.parent is not None and self.parent.poll() is None:
            self.parent.terminate()
            self.parent.wait(30)


@pytest.fixture
def house(app, tmp_path) -> Iterator[House]:
    settings = app.config["SETTINGS"]
    (tmp_path / "tmp").mkdir()
    env = os.environ | {
        "INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url, "MODE": "demo",
        "SECRET_KEY": settings.secret_key, "REDIS_URL": "", "RASPORED_ENV": "", "TMPDIR": str(tmp_path / "tmp"),
    }  # fmt: skip
    queue.huey.flush()
    kept = House(env)
    yield kept
    kept.ends()
    queue.huey.flush()


def work_of(work_id: int) -> LongWork:
    db.session.rollback()
    return db.session.get_one(LongWork, work_id, populate_existing=True)


def does(house: House, desk, path: str, moments: list[float], chance: random.Random) -> list[float]:
    """Watch the page of one work until it has ended; at each of these parts of the whole, kill one of the two."""
    work_id, seen, killed = int(path.rpartition("/")[2]), [0.0], 0
    house.starts(LEAVING)
    deadline = time.monotonic() + PATIENCE_S
    while (row := work_of(work_id)).state in OPEN_WORK:
        assert time.monotonic() < deadline, (row.done, row.total, row.attempts, house.kills)
        if bar := BAR.search(desk.get(path).text):
            seen.append(int(bar[2]) / int(bar[1]))
        if moments and seen[-1] >= moments[0] and row.attempts > killed:  # the next worker has taken it up
            moments.pop(0)
            killed = row.attempts
            time.sleep(chance.random() / 10)
            left = sorted({"worker", "parent"} - set(house.kills))
            house.kills_one(chance.choice(left or ["worker", "parent"]))
            house.starts(work_of(work_id).leased_until or LEAVING)
        time.sleep(0.05)
    house.ends()
    assert row.state is WorkState.DONE, row.result
    return seen


def a_backlog() -> int:
    """Visits whose numbers are locked and whose adults are named; the centre's id."""
    programme = make_programme()
    names = tuple(f"Ана {'КЛМНОПРСТУ'[adult % 10]}{'аеиоу'[adult // 10]}рић" for adult in range(ADULTS))
    for _visit in range(VISITS):
        a_locked_visit(programme=programme, counts=HeadCounts(pupils=20, teachers=ADULTS), names=names)
    return programme.centre_id


@pytest.mark.deep
def test_trust_r02_killed_five_times_each_is_made_once_and_matches_its_hash(session, client, house, the_clock):
    the_clock.stands_at(LEAVING)
    centre_id = a_backlog()
    desk = sign_in_as(client, make_user(Role.COORDINATOR, centre_id=centre_id).id)
    chance = random.Random(os.environ.get("RASPORED_KILLED_SEED", "2"))
    before = {file.name for file in Path(house.env["INSTANCE"]).iterdir()}

    issued = desk.post("/certificates/issued").location
    bars = [does(house, desk, issued, sorted(chance.uniform(0.0, 0.9) for _kill in range(2)), chance)]
    drawn = desk.post("/certificates/files", data={"kind": "zip_certificates"}).location
    bars += [does(house, desk, drawn, sorted(chance.uniform(0.0, 0.9) for _kill in range(KILLS - 2)), chance)]

    assert (len(house.kills), set(house.kills)) == (KILLS, {"worker", "parent"})
    assert bars == [sorted(bar) for bar in bars]  # no page ever went backwards
    db.session.rollback()
    rows = db.session.execute(
        select(Certificate.number, Certificate.visit_id, Certificate.kind, Certificate.holder_key)
    ).all()
    assert len(rows) == len({row.number for row in rows}) == len({tuple(row[1:]) for row in rows}) == ALL
    told = select(OutboxMessage.about_id, func.count()).where(OutboxMessage.kind == "certificates_ready")
    assert [count for _visit, count in db.session.execute(told.group_by(OutboxMessage.about_id))] == [1] * VISITS
    made = list(files_of(int(drawn.rpartition("/")[2])))
    assert sorted(one.name for one in made) == sorted(f"{row.number}.pdf" for row in rows)
    assert [one.name for one in made if hashlib.sha256(one.content).hexdigest() != one.sha256] == []
    assert {len(pypdf.PdfReader(io.BytesIO(one.content)).pages) for one in made} == {1}
    take = f"/certificates/files/{drawn.rpartition('/')[2]}.zip"
    with zipfile.ZipFile(io.BytesIO(desk.get(take).data)) as archive:
        assert {one.name: archive.read(one.name) for one in made} == {one.name: one.content for one in made}
    assert list((Path(house.env["TMPDIR"])).iterdir()) == []
    assert {file.name for file in Path(house.env["INSTANCE"]).iterdir()} - before <= LASTS

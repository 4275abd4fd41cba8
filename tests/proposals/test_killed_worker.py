"""kill -9 of a true worker in the midst of a search: nothing has changed, the next one ends it, once (TRUST R13)."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.jobs import long_work, queue
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.proposals.queries.pages import proposal_page
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.visits.models.visits import Visit
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase, WorkState
from tests.factories import MONDAY
from tests.factories.proposals import a_region

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
WORKER = """
import datetime as dt
import sys
import time

from scheduler.core import clock

start, begun = dt.datetime.fromisoformat(sys.argv[1]), time.monotonic()
clock.now = lambda: start + dt.timedelta(seconds=time.monotonic() - begun)

from scheduler.app import create_app
from scheduler.jobs import proposals

proposals.A_LITTLE = float(sys.argv[2])
create_app().cli.main(["worker"], prog_name="raspored")
"""
Start = Callable[[dt.datetime, float], subprocess.Popen[bytes]]


@pytest.fixture
def start(app) -> Iterator[Start]:
    """Starts a worker whose clock shows that moment and who searches that long; whatever is left is killed."""
    settings, started = app.config["SETTINGS"], list[subprocess.Popen[bytes]]()
    env = os.environ | {
        "INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url, "MODE": "demo",
        "SECRET_KEY": settings.secret_key, "REDIS_URL": "", "RASPORED_ENV": "",
    }  # fmt: skip

    def begin(moment: dt.datetime, seconds: float) -> subprocess.Popen[bytes]:
        told = [sys.executable, "-c", WORKER, moment.isoformat(), str(seconds)]
        started.append(subprocess.Popen(told, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return started[-1]

    queue.huey.flush()
    yield begin
    for worker in started:
        worker.kill()
        worker.wait()
    queue.huey.flush()


def work() -> LongWork:
    db.session.rollback()
    return db.session.scalars(select(LongWork).execution_options(populate_existing=True)).one()


def waits_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, work().__dict__
        time.sleep(0.1)


def number_of(column) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(column))) or 0


@pytest.mark.deep
def test_a_killed_search_has_changed_nothing_and_ends_exactly_once(session, start):
    region = a_region()
    proposal_id = long_work.start_plan(region.coordinator, region.draft(), now=MONDAY)
    ids = [one.id for one in region.asked]

    killed = start(MONDAY, 60.0)
    waits_until(lambda: work().phase is Phase.SEARCHING and json.loads(work().result).get("steps"))
    seen = [proposal_page(region.coordinator, proposal_id, now=MONDAY).work for _load in range(2)]
    killed.kill()
    killed.wait()

    assert all(one.state is WorkState.RUNNING and one.result["steps"] for one in seen)  # survives loading again
    assert (number_of(ProposedVisit.id), number_of(Visit.id)) == (0, 0)
    with pytest.raises(Conflict) as refused:
        apply_rows(region.coordinator, proposal_id, ids, now=MONDAY)
    assert refused.value.reason is ProposalReason.NOT_FINISHED
    missed = work().leased_until
    assert missed is not None
    assert proposal_page(region.coordinator, proposal_id, now=missed).work.interrupted
    assert missed - MONDAY < dt.timedelta(seconds=45 + PATIENCE_S)

    long_work.do_long_work()  # as each minute does
    start(missed, 1.0)
    waits_until(lambda: work().state is WorkState.DONE)

    finished = session.get_one(PlanProposal, proposal_id).finished_at
    assert (work().attempts, number_of(ProposedVisit.id), number_of(Visit.id)) == (2, 3, 0)
    long_work.do_long_work.call_local()
    db.session.rollback()
    assert session.get_one(PlanProposal, proposal_id).finished_at == finished
    asked_for = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "plan asked for")
    assert (db.session.scalar(asked_for), len(apply_rows(region.coordinator, proposal_id, ids, now=MONDAY))) == (1, 3)

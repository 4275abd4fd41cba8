"""What the worker does for people: registers checked and imported, certificates issued, each with its result."""

import errno
import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from scheduler.certificates.models import Certificate
from scheduler.core.db import db, transaction
from scheduler.jobs import file_work, long_work, queue
from scheduler.people.models import User
from scheduler.places.models import Host
from scheduler.work import service
from scheduler.work.models import JobRun, LongWork
from scheduler.work.terms import WorkKind, WorkState
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.places import make_municipality
from tests.factories.work import make_work
from tests.full_disk import a_full_database, raising_of

GOOD = "id;naziv;vrsta;opština\n7;Вук Караџић;osnovna škola;Ниш\n".encode()
BAD = "id;naziv;vrsta;opština\n7;Вук Караџић;osnovna škola;Атлантида\n".encode()


@pytest.fixture(autouse=True)
def after_the_visits(attached, the_clock):
    the_clock.stands_at(LEAVING)


def done(work_id: int) -> tuple[WorkState, dict]:
    long_work.do_long_work.call_local()
    db.session.rollback()
    row = db.session.get_one(LongWork, work_id)
    return row.state, json.loads(row.result)


def hosts() -> int:
    return db.session.scalar(select(func.count()).select_from(Host)) or 0


def test_a_check_says_what_would_change_and_stores_nothing(session):
    make_municipality()
    row = make_work(make_user(), content=GOOD)
    state, result = done(row.id)
    assert (state, result["new"], result["problems"], hosts()) == (WorkState.DONE, 1, 0, 0)


def test_an_import_stores_all_of_it_and_a_second_run_changes_nothing(session):
    make_municipality()
    user = make_user()
    first = done(make_work(user, WorkKind.IMPORT_HOSTS, content=GOOD).id)
    again = done(make_work(user, WorkKind.IMPORT_HOSTS, content=GOOD).id)
    assert (first[1]["new"], again[1]["new"], again[1]["same"], hosts()) == (1, 0, 1, 1)


@pytest.mark.parametrize("kind", [WorkKind.CHECK_HOSTS, WorkKind.IMPORT_HOSTS])
def test_with_a_problem_nothing_is_stored_and_its_line_is_named(session, kind):
    make_municipality()
    state, result = done(make_work(make_user(), kind, content=BAD).id)
    assert (state, hosts()) == (WorkState.DONE, 0)
    assert result["problem_lines"] == [{"line": 2, "column": "municipality", "problem": "unknown_municipality"}]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00\xff", b'"', b"a;a\n1;2\n"])
def test_no_file_breaks_the_worker(session, content):
    state, result = done(make_work(make_user(), content=content).id)
    assert (state, result["problems"] > 0) == (WorkState.DONE, True)


def test_certificates_are_issued_visit_by_visit(session):
    begun = a_locked_visit(names=("Ана", "Мира"))
    row = make_work(make_user(centre_id=begun.visit.centre_id), WorkKind.ISSUE_CERTIFICATES)
    state, result = done(row.id)
    count = db.session.scalar(select(func.count()).select_from(Certificate))
    assert (state, result["issued"], count) == (WorkState.DONE, 3, 3)
    assert (row.done, row.total) == (1, 1)


def test_who_was_suspended_meanwhile_gets_nothing_done(session):
    make_municipality()
    user = make_user()
    row = make_work(user, WorkKind.IMPORT_HOSTS, content=GOOD)
    with transaction() as writing:
        writing.get_one(User, user.id).suspended_at = MONDAY
    assert (done(row.id), hosts()) == ((WorkState.FAILED, {"failure": "suspended"}), 0)


def test_what_breaks_is_called_failed_and_not_left_running(session, monkeypatch):
    def breaks(*_given: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(file_work, "read_hosts", breaks)

    assert done(make_work(make_user(), content=GOOD).id) == (WorkState.FAILED, {"failure": "broken"})


@pytest.mark.parametrize(
    "full", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("INSERT", {}, a_full_database())]
)
def test_trust_r20_on_a_full_disk_work_waits_however_long_and_is_done_when_there_is_room(session, monkeypatch, full):
    make_municipality()
    row = make_work(make_user(), WorkKind.IMPORT_HOSTS, content=GOOD)
    with monkeypatch.context() as disk:
        disk.setattr(file_work, "read_hosts", raising_of(full))
        assert [done(row.id)[0] for _minute in range(5)] == [WorkState.WAITING] * 5
    state, result = done(row.id)
    assert (state, result["new"], hosts()) == (WorkState.DONE, 1, 1)


def test_trust_r20_a_worker_whose_disk_is_too_full_to_begin_begins_when_there_is_room(session, monkeypatch):
    make_municipality()
    row = make_work(make_user(), content=GOOD)
    with monkeypatch.context() as disk:
        disk.setattr(service, "lease", raising_of(OperationalError("UPDATE", {}, a_full_database())))
        with pytest.raises(OperationalError):
            done(row.id)
    assert done(row.id)[0] is WorkState.DONE


def test_each_run_of_a_job_is_noted_once_by_name(session):
    for failed in (True, False):
        queue.write_run("jobs.test", LEAVING, failed=failed)
    rows = [(row.name, row.ended_at, row.failed) for row in session.scalars(select(JobRun))]
    assert rows == [("jobs.test", LEAVING, False)]


@pytest.mark.both_databases
def test_first_runs_of_a_job_that_end_at_once_leave_one_row(app):
    raised = all_at_once(app, [lambda: queue.write_run("jobs.test", LEAVING, failed=False)] * 8)
    assert [one for one in raised if one] == []
    assert db.session.scalars(select(JobRun.name)).all() == ["jobs.test"]


def test_the_worker_notes_a_job_that_runs_by_itself(session):
    queue.huey.flush()
    long_work.do_long_work()
    queue.huey.execute(queue.huey.dequeue())
    db.session.rollback()
    assert session.scalars(select(JobRun.name)).all() == ["jobs.do_long_work"]

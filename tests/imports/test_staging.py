"""A file's rows are laid aside in pieces and stored in one short step; what changes meanwhile is compared again.

All of it or nothing (TRUST S24).
"""

import datetime as dt
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select, update

from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.past_visits import import_past_visits, take_back_visits
from scheduler.core.audit import AuditEntry, record
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason
from scheduler.imports import laid_aside, staging
from scheduler.imports.batches import ColumnName, HangsOnIt, ImportBatch, ImportedRow, ImportStopped
from scheduler.imports.laid_aside import StagedRow
from scheduler.imports.staging import LEFT_AFTER, Filing, Stale
from scheduler.jobs.long_work import forget_uploads
from scheduler.people.imports import read_people
from scheduler.people.models import User
from scheduler.people.service.importing import import_people
from scheduler.places.imports.bells import read_bells
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import Host, HostSchoolTime
from scheduler.places.service.bells import import_bells
from scheduler.places.service.hosts import import_hosts, take_back_hosts
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Presentation, Visit
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme

REGISTER = "register_id,name,kind,municipality,phone\n"


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def register_of(count: int, phone: str = "018 123", first: int = 1):
    lines = (f"{number},Школа {number},primary,Ниш,{phone}" for number in range(first, first + count))
    return read_hosts((REGISTER + "\n".join(lines)).encode())


class Meanwhile:
    """Something that another person does while a file is laid aside: by another connection, at the first pieces."""

    def __init__(self, app, act, times: int = 1) -> None:
        self.app, self.act, self.left, self.told = app, act, times, []

    def __call__(self, done: int, total: int) -> None:
        self.told.append((done, total))
        if self.left:
            self.left -= 1
            other = threading.Thread(target=self._other)
            other.start()
            other.join(20)
            assert not other.is_alive()  # it did not wait for the import to end

    def _other(self) -> None:
        with self.app.app_context():
            self.act()


@contextmanager
def sent() -> Iterator[list[str]]:
    """What is sent to the database inside the block; of many rows in one call two."""
    made: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, many):
        made.extend([statement] * (1 + many))

    event.listen(db.engine, "before_cursor_execute", note)
    yield made
    event.remove(db.engine, "before_cursor_execute", note)


def change_phones(phone) -> None:
    with transaction() as writing:
        writing.execute(update(Host).where(Host.register_id.in_(["1", "2"])).values(phone=phone))


@pytest.fixture
def actor(session):
    make_municipality("Ниш")
    return an_actor(Role.ADMINISTRATOR)


@pytest.mark.both_databases
def test_another_writer_gets_through_between_two_pieces_and_the_bar_only_rises(app, actor, monkeypatch):
    monkeypatch.setattr(staging, "PIECE_ROWS", 10)

    def write():
        with transaction() as session:
            session.add(ColumnName(centre_id=1, kind="hosts", heading=f"naziv{rows(ColumnName)}", field="name"))

    watched = Meanwhile(app, write, times=4)
    outcome = import_hosts(actor, register_of(45), Filing(MONDAY, tell=watched))

    assert (outcome.new, rows(Host), rows(ColumnName)) == (45, 45, 4)
    assert watched.told == [(10, 45), (20, 45), (30, 45), (40, 45), (45, 45)]


@pytest.mark.both_databases
def test_many_new_rows_are_laid_aside_as_one_text_and_stored_by_as_many_statements_as_few(app, actor, session):
    def statements_under_the_lock(first: int, count: int) -> int:
        with sent() as made:
            import_hosts(actor, register_of(count, first=first), Filing(MONDAY))
        [laid] = [place for place, told in enumerate(made) if told.startswith("INSERT INTO staged_row")]
        swept = min(place for place, told in enumerate(made) if told.startswith("DELETE FROM staged_row"))
        return swept - laid

    assert statements_under_the_lock(1, 3) == statements_under_the_lock(4, staging.PIECE_LINES)
    assert rows(Host) == 3 + staging.PIECE_LINES


@pytest.mark.both_databases
def test_what_rows_shared_until_a_later_piece_is_stored_as_each_line_says(actor, session, monkeypatch):
    monkeypatch.setattr(staging, "PIECE_ROWS", 2)
    phones = ["018 123", "018 123", "018 123", "018 123", "018 456", "", "018 123"]
    lines = (f"{number},Школа {number},primary,Ниш,{phone}" for number, phone in enumerate(phones, 1))

    import_hosts(actor, read_hosts((REGISTER + "\n".join(lines)).encode()), Filing(MONDAY))

    stored = db.session.execute(select(Host.register_id, Host.phone, Host.listed).order_by(Host.id)).all()
    assert [(row.register_id, row.phone) for row in stored] == [(str(n), one) for n, one in enumerate(phones, 1)]
    assert {row.listed for row in stored} == {True}


@pytest.mark.both_databases
def test_nothing_stays_laid_aside_and_every_row_is_noted_and_audited_once(actor, session):
    outcome = import_hosts(actor, register_of(25), Filing(MONDAY, file_name="skole.csv"))

    assert (rows(StagedRow), rows(ImportedRow)) == (0, 25)
    hosts = set(session.scalars(select(Host.id)))
    noted = set(session.scalars(select(ImportedRow.thing_id).where(ImportedRow.batch_id == outcome.batch_id)))
    told = select(AuditEntry.thing_id).where(AuditEntry.action == "host imported", AuditEntry.thing == "host")
    assert hosts == noted == set(session.scalars(told))
    assert session.scalars(select(Host.created_at).distinct()).all() == [MONDAY]


@pytest.mark.both_databases
def test_changes_are_stored_and_put_back_in_one_step_each(actor, session):
    import_hosts(actor, register_of(25), Filing(MONDAY, actor.centre_id))
    changed = import_hosts(actor, register_of(26, phone="032 123"), Filing(MONDAY, actor.centre_id))
    assert (changed.new, changed.changed) == (1, 25)
    assert session.scalars(select(Host.phone).distinct()).all() == ["032 123"]

    take_back_hosts(actor, changed.batch_id, now=MONDAY)

    assert rows(Host) == 25
    assert session.scalars(select(Host.phone).distinct()).all() == ["018 123"]


def test_what_was_empty_is_empty_again_and_flags_and_numbers_come_back(actor, session):
    head = "register_id,name,kind,municipality,email,lat,lon,classes,example\n"
    import_hosts(actor, read_hosts(f"{head}1,Вук,primary,Ниш,,,,,\n".encode()), Filing(MONDAY))
    values = (Host.email, Host.lat, Host.classes, Host.example)
    before = session.execute(select(*values)).one()
    told = read_hosts(f"{head}1,Вук,primary,Ниш,a@b.example,43.3,21.9,24,da\n".encode())
    batch_id = import_hosts(actor, told, Filing(MONDAY, actor.centre_id)).batch_id
    session.rollback()
    assert session.execute(select(*values)).one() == ("a@b.example", 43.3, 24, True)

    take_back_hosts(actor, batch_id, now=MONDAY)

    session.rollback()
    assert session.execute(select(*values)).one() == before


@pytest.mark.both_databases
def test_a_host_changed_while_a_file_is_laid_aside_is_compared_again(app, actor, session):
    import_hosts(actor, register_of(3), Filing(MONDAY))
    watched = Meanwhile(app, lambda: change_phones("032 123"))
    outcome = import_hosts(actor, register_of(3, phone="032 123"), Filing(MONDAY, tell=watched))
    assert (outcome.changed, outcome.same) == (1, 2)
    assert rows(StagedRow) == 0


@pytest.mark.both_databases
def test_the_same_register_stored_by_somebody_else_meanwhile_is_the_same(app, actor, session):
    watched = Meanwhile(app, lambda: import_hosts(actor, register_of(3), Filing(MONDAY)))
    outcome = import_hosts(actor, register_of(3), Filing(MONDAY, tell=watched))
    assert (outcome.new, outcome.same, outcome.batch_id, rows(Host)) == (0, 3, None, 3)
    assert (rows(ImportBatch), rows(StagedRow)) == (1, 0)


@pytest.mark.both_databases
def test_the_same_past_visits_stored_by_somebody_else_meanwhile_are_stored_once(app, actor, session):
    make_programme(centre_id=actor.centre_id)
    make_host("Чегар", register_id="1")
    text = "datum;šifra škole;učenika\n12.3.2024.;1;28\n13.3.2024.;1;30\n".encode()
    sheet = read_past_visits(text, today=MONDAY.date())

    def store(filing):
        return import_past_visits(actor, sheet, filing)

    watched = Meanwhile(app, lambda: store(Filing(MONDAY, actor.centre_id)))
    outcome = store(Filing(MONDAY, actor.centre_id, tell=watched))

    assert (outcome.new, outcome.same, rows(Visit), rows(HeadCount)) == (0, 2, 2, 8)


@pytest.mark.both_databases
def test_who_got_an_account_meanwhile_is_a_problem_of_its_line(app, actor, session):
    text = "Име и презиме;Имејл;Улога\nАна Кос;ana@c.example;koordinator\n".encode()
    watched = Meanwhile(app, lambda: make_user(email="ana@c.example"))
    outcome = import_people(actor, read_people(text), Filing(MONDAY, actor.centre_id, tell=watched))
    assert [(one.line, one.problem) for one in outcome.problems] == [(2, "has_account")]
    assert session.scalars(select(User.email).where(User.email == "ana@c.example")).all() == ["ana@c.example"]


@pytest.mark.both_databases
def test_bells_that_a_school_told_meanwhile_stay(app, actor, session):
    make_host("Чегар", register_id="1")
    sheet = read_bells("šifra škole;prva smena\n1;8:00\n".encode())
    other = read_bells("šifra škole;prva smena\n1;7:30\n".encode())
    watched = Meanwhile(app, lambda: import_bells(actor, other, Filing(MONDAY)))

    outcome = import_bells(actor, sheet, Filing(MONDAY, tell=watched))

    assert [(one.line, one.problem) for one in outcome.problems] == [(2, "told_otherwise")]
    assert rows(HostSchoolTime) == 1


def test_what_never_stands_still_is_given_up_and_nothing_is_stored(app, actor, session):
    import_hosts(actor, register_of(1), Filing(MONDAY))
    watched = Meanwhile(app, lambda: change_phones(Host.phone + "1"), times=staging.TRIES)
    with pytest.raises(Stale):
        import_hosts(actor, register_of(1, phone="032 123"), Filing(MONDAY, tell=watched))
    assert (rows(ImportBatch), rows(StagedRow)) == (1, 0)


def test_what_a_killed_worker_laid_aside_is_swept_later(session, monkeypatch):
    monkeypatch.setattr(laid_aside, "PIECES_FORGOTTEN", 2)
    monkeypatch.setattr(laid_aside, "CHANGES_FORGOTTEN", 2)
    with transaction() as writing:
        for hours in (1, 7, 8, 9, 10, 11):
            at = MONDAY - dt.timedelta(hours=hours)
            writing.add(StagedRow(stage="x", thing="host", place=hours, told="[{}]", staged_at=at))
            writing.add(StagedRow(stage="x", thing="host", place=hours, told="{}", before="{}", staged_at=at))

    assert laid_aside.forget_old(MONDAY) == 10

    session.rollback()
    assert session.scalars(select(StagedRow.place)).all() == [1, 1]


def test_inside_a_transaction_an_import_sees_and_shares_it(session):
    with pytest.raises(RuntimeError), transaction():
        make_municipality("Ниш")
        assert import_hosts(an_actor(Role.COORDINATOR), register_of(3), Filing(MONDAY)).new == 3
        raise RuntimeError("the outer one fails")
    assert (rows(Host), rows(StagedRow), rows(ImportBatch)) == (0, 0, 0)


# --- In pieces: each is stored whole, a kill loses at most one, and all are taken back together ---


@pytest.fixture
def pieces_of_ten(monkeypatch):
    monkeypatch.setattr(staging, "PIECE_LINES", 10)
    monkeypatch.setattr(staging, "PIECE_ROWS", 5)


def killed_after(done: int, act) -> None:
    """Do something in a process of its own, which is killed when so many rows are laid aside."""
    db.session.rollback()
    if (child := os.fork()) == 0:
        db.session.remove()
        db.engine.dispose(close=False)

        def die(told: int, _total: int) -> None:
            if told >= done:
                os.kill(os.getpid(), signal.SIGKILL)

        act(die)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def by_another(app, act) -> None:
    """Let another person do something, by another connection, and wait until it is done."""

    def do() -> None:
        with app.app_context():
            act()

    other = threading.Thread(target=do)
    other.start()
    other.join(20)
    assert not other.is_alive()


def the_batch() -> ImportBatch:
    db.session.rollback()
    return db.session.scalars(select(ImportBatch)).one()


@pytest.mark.postgres_decides
@pytest.mark.usefixtures("pieces_of_ten")
def test_a_killed_import_goes_on_with_the_same_file_and_is_taken_back_as_one(actor, session):
    def store(tell, count=45):
        return import_hosts(actor, register_of(count), Filing(MONDAY, actor.centre_id, "skole.csv", False, tell, "abc"))

    killed_after(25, store)
    batch = the_batch()
    assert (rows(Host), batch.stored_rows, batch.rows, batch.is_being_stored) == (20, 20, 45, True)

    outcome = store(staging._nobody)

    assert (outcome.new, outcome.same, outcome.batch_id) == (45, 0, the_batch().id)
    assert (rows(Host), rows(ImportedRow), the_batch().is_being_stored) == (45, 45, False)
    told = select(func.count()).where(AuditEntry.action == "host imported")
    assert session.scalar(told) == 45
    take_back_hosts(actor, outcome.batch_id, now=MONDAY)
    assert (rows(Host), rows(ImportedRow)) == (0, 45)


@pytest.mark.postgres_decides
@pytest.mark.usefixtures("pieces_of_ten")
def test_past_visits_are_stored_in_pieces_of_whole_visits(actor, session):
    make_programme(centre_id=actor.centre_id)
    make_host("Чегар", register_id="1")
    days = [MONDAY.date() - dt.timedelta(days=7 * week) for week in range(1, 9)]
    lines = "\n".join(f"{day};1;{pupils}" for day in days for pupils in (20, 21, 22))
    sheet = read_past_visits(f"datum;šifra škole;učenika\n{lines}\n".encode(), today=MONDAY.date())

    def store(tell):
        filing = Filing(MONDAY, actor.centre_id, "prosle.csv", False, tell, "abc")
        return import_past_visits(actor, sheet, filing)

    killed_after(90, store)  # of the second piece: four visits of three lines are a piece
    assert (the_batch().stored_rows, the_batch().rows, rows(Visit)) == (12, 24, 4)
    held = select(Visit.on_day, func.count(Presentation.id), func.count(Attendance.id))
    whole = held.join(Presentation, Presentation.visit_id == Visit.id).outerjoin(Attendance).group_by(Visit.on_day)
    stored = session.execute(whole.order_by(Visit.on_day)).all()
    assert [tuple(row) for row in stored] == [(day, 3, 3) for day in sorted(days[:4])]

    outcome = store(staging._nobody)

    assert (outcome.new, outcome.same, rows(Visit), rows(HeadCount)) == (24, 0, 8, 96)
    assert len(set(session.scalars(select(Visit.number)))) == 8
    take_back_visits(actor, outcome.batch_id, now=MONDAY)
    assert (rows(Visit), rows(Presentation), rows(HeadCount)) == (0, 0, 0)


@pytest.mark.both_databases
@pytest.mark.usefixtures("pieces_of_ten")
def test_while_a_file_is_stored_another_one_is_refused(app, actor, session):
    refused = []

    def another():
        with pytest.raises(ImportStopped) as stopped:
            import_hosts(actor, register_of(2, first=900), Filing(MONDAY, file_digest="other"))
        refused.append(stopped.value.reason)

    stored = []

    def watch(done, _total):
        if done == 30:  # two pieces are stored
            stored.append(rows(Host))
            by_another(app, another)

    import_hosts(actor, register_of(45), Filing(MONDAY, tell=watch, file_digest="this"))

    assert (refused, stored, rows(Host)) == ([GroundReason.IMPORT_RUNS], [20], 45)


@pytest.mark.both_databases
@pytest.mark.usefixtures("pieces_of_ten")
def test_what_breaks_halfway_is_taken_back_at_once(actor, session):
    def breaks(done, _total):
        if done > 20:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        import_hosts(actor, register_of(45), Filing(MONDAY, tell=breaks))

    assert (rows(Host), the_batch().undone_at, the_batch().is_being_stored) == (0, MONDAY, False)


@pytest.mark.both_databases
@pytest.mark.usefixtures("pieces_of_ten")
def test_an_import_taken_back_while_it_is_stored_stops(app, actor, session):
    def undo():
        take_back_hosts(SYSTEM, the_batch().id, now=MONDAY)

    def tell(done, _total):
        if done == 30:
            by_another(app, undo)

    with pytest.raises(ImportStopped) as stopped:
        import_hosts(actor, register_of(45), Filing(MONDAY, tell=tell))

    assert (stopped.value.reason, rows(Host)) == (GroundReason.UNDONE_ALREADY, 0)


@pytest.mark.usefixtures("pieces_of_ten")
def test_a_row_changed_between_two_pieces_keeps_the_import_from_being_taken_back(app, actor, session):
    def change():
        with transaction() as writing:
            host = writing.scalars(select(Host).where(Host.register_id == "1")).one()
            host.phone = "032 123"
            record(actor, "host changed", host, at=MONDAY)

    def tell(done, _total):
        if done == 30:
            by_another(app, change)

    outcome = import_hosts(actor, register_of(45), Filing(MONDAY, actor.centre_id, tell=tell))

    with pytest.raises(HangsOnIt):
        take_back_hosts(actor, outcome.batch_id, now=MONDAY)
    assert rows(Host) == 45


@pytest.mark.usefixtures("pieces_of_ten")
def test_a_killed_command_that_nobody_repeats_is_taken_back_after_an_hour(actor, session, the_clock):
    killed_after(25, lambda tell: import_hosts(SYSTEM, register_of(45), Filing(MONDAY, tell=tell, file_digest="abc")))

    the_clock.stands_at(MONDAY + LEFT_AFTER - dt.timedelta(minutes=1))
    forget_uploads.call_local()
    assert rows(Host) == 20
    the_clock.stands_at(MONDAY + LEFT_AFTER)
    forget_uploads.call_local()

    assert (rows(Host), the_batch().undone_at) == (0, MONDAY + LEFT_AFTER)


@pytest.mark.usefixtures("pieces_of_ten")
def test_trust_r27_an_import_in_part_by_a_clock_that_was_ahead_keeps_no_other_file_waiting(actor, session, the_clock):
    ahead = Filing(MONDAY + dt.timedelta(days=300), file_digest="abc")
    killed_after(25, lambda tell: import_hosts(SYSTEM, register_of(45), replace(ahead, tell=tell)))
    with pytest.raises(ImportStopped):
        import_hosts(actor, register_of(3), Filing(MONDAY, actor.centre_id))

    the_clock.stands_at(MONDAY)
    forget_uploads.call_local()

    assert rows(Host) == 0
    assert import_hosts(actor, register_of(3), Filing(MONDAY, actor.centre_id)).new == 3


@pytest.mark.usefixtures("pieces_of_ten")
def test_an_import_in_part_on_which_something_hangs_stays_as_it_is_and_keeps_no_other_file_waiting(
    actor, session, the_clock
):
    killed_after(25, lambda tell: import_hosts(SYSTEM, register_of(45), Filing(MONDAY, tell=tell, file_digest="abc")))
    with transaction() as writing:
        host = writing.scalars(select(Host).where(Host.register_id == "1")).one()
        host.phone = "032 123"
        record(actor, "host changed", host, at=MONDAY)

    the_clock.stands_at(MONDAY + LEFT_AFTER)
    for _hour in range(2):
        forget_uploads.call_local()

    batch = the_batch()
    assert (rows(Host), batch.rows, batch.stored_rows, batch.undone_at) == (20, 20, 20, None)
    assert import_hosts(actor, register_of(45), Filing(MONDAY, actor.centre_id)).new == 25

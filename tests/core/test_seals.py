"""The audit's seals: which change is noticed, and which record is named (TRUST S34).

An attacker with SQL is played: the triggers that refuse such statements are dropped first.
"""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from scheduler.core import audit, seals
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.seals import Broken, Fault, Head
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.visits.defences import take_defences_away

MINUTE = dt.timedelta(minutes=1)
HOUR = 60 * MINUTE
CONTENT = "actor, action, thing, thing_id, details"


def write(count: int) -> list[int]:
    """So many records, a minute apart, of one centre."""
    with transaction() as session:
        centre = session.query(Centre).first() or make_centre()
        begins = session.query(AuditEntry).count()
        for number in range(count):
            audit.record(SYSTEM, "changed", centre, at=MONDAY + (begins + number) * MINUTE, details={"n": number})
        session.flush()
        return [row.id for row in session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.fixture
def ids(app) -> list[int]:
    """Ten sealed records."""
    make_centre()
    numbers = write(10)
    seals.seal_records()
    return numbers


@pytest.fixture
def as_attacker(app):
    """What runs SQL past every trigger. Those of SQLite come back with the empty file of the next test."""
    postgresql = db.engine.dialect.name == "postgresql"
    with db.engine.begin() as connection:
        if postgresql:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            take_defences_away(Session(connection), "audit_entry")

    def run(statement: str, **given: object) -> None:
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text(statement), given)

    yield run
    if postgresql:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))


def verified(heads: tuple[Head, ...] = ()) -> seals.Verified:
    db.session.rollback()
    return seals.verify(now=MONDAY + HOUR, heads=heads)


@pytest.mark.postgres_decides
def test_what_nobody_touched_is_well_twice_sealed_is_once_and_later_records_go_on(ids):
    found = verified()

    assert (found.well, found.sealed, found.unsealed) == (True, 10, 0)
    assert found.head is not None
    assert found.head.record_id == ids[-1]
    assert seals.seal_records() == seals.Sealed()
    numbers = write(3)
    seals.seal_records()
    assert (verified().well, verified().sealed) == (True, 13)
    assert verified().head.record_id == numbers[-1]


DELETE_4, DELETE_9 = ("DELETE FROM audit_entry WHERE id = " + place for place in (":r4", ":r9"))
INSERT = f"INSERT INTO audit_entry (id, at, {CONTENT}) SELECT %s, at, {CONTENT} FROM audit_entry WHERE id = :r3"
OF_ANOTHER = f"({CONTENT}) = (SELECT {CONTENT} FROM audit_entry WHERE id = :r7)"
SEALED = "the records are sealed meanwhile"
ATTACKS = {  # what runs, the first broken record, by how much its number is larger, and its fault
    "altered": (["UPDATE audit_entry SET action = 'nothing' WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "another actor": (["UPDATE audit_entry SET actor = 'user:99' WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "other details": (["""UPDATE audit_entry SET details = '{"n": 7}' WHERE id = :r4"""], 4, 0, Fault.ALTERED),
    "another record with the old seal": ([f"UPDATE audit_entry SET {OF_ANOTHER} WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "deleted": ([DELETE_4], 5, 0, Fault.CUT),
    "the first deleted": (["DELETE FROM audit_entry WHERE id = :r0"], 1, 0, Fault.CUT),
    # as INSERT OR REPLACE does: the new record brings no seal
    "written over": ([DELETE_4, INSERT % ":r4"], 4, 0, Fault.INSERTED),
    # a gap between two numbers, as PostgreSQL leaves them, is filled later
    "put in between": ([DELETE_9, INSERT % ":r9 + 5", SEALED, INSERT % ":r9 + 2", SEALED], 9, 2, Fault.INSERTED),
    "two exchanged": (
        [
            f"UPDATE audit_entry SET id = {n} WHERE id = {m}"
            for n, m in ((999_999, ":r4"), (":r4", ":r5"), (":r5", 999_999))
        ],
        4,
        0,
        Fault.ALTERED,
    ),
}


@pytest.mark.postgres_decides
@pytest.mark.parametrize("attack", ATTACKS)
def test_trust_s34_the_first_broken_record_is_named(ids, as_attacker, attack):
    statements, place, further, fault = ATTACKS[attack]
    for statement in statements:
        if statement == SEALED:
            seals.seal_records()
        else:
            as_attacker(statement, **{f"r{place}": number for place, number in enumerate(ids)})

    broken = verified().broken

    record_id = ids[place] + further
    assert broken is not None
    assert (broken.record_id, broken.fault) == (record_id, fault)
    present = {row.id for row in db.session.query(AuditEntry)}
    assert broken.after_id == max((number for number in present if number < record_id), default=0)


@pytest.mark.parametrize(
    "how",
    [
        "at = 'no moment'",
        "details = CAST(X'FF' AS TEXT)",
        "actor = CAST(X'C328' AS TEXT), at = 'no moment'",
        "action = X'FF'",
    ],
)
def test_trust_s34_a_record_that_cannot_be_read_is_named_instead_of_ending_the_walk(ids, as_attacker, how):
    """PostgreSQL takes no such value; SQLite takes any."""
    as_attacker(f"UPDATE audit_entry SET {how} WHERE id = :id", id=ids[4])

    assert verified().broken == Broken(ids[4], Fault.UNREADABLE, ids[3])


def test_trust_s34_what_was_altered_before_a_record_that_cannot_be_read_is_named_first(ids, as_attacker):
    as_attacker("UPDATE audit_entry SET at = 'no moment' WHERE id = :id", id=ids[7])
    as_attacker("UPDATE audit_entry SET action = 'nothing' WHERE id = :id", id=ids[2])

    assert verified().broken == Broken(ids[2], Fault.ALTERED, ids[1])


def head_of(record_id: int) -> Head:
    row = db.session.get_one(AuditEntry, record_id)
    return Head(record_id, row.seal.partition(".")[0])


@pytest.mark.postgres_decides
def test_trust_s34_a_cut_tail_is_noticed_by_a_head_that_was_kept_elsewhere_only(ids, as_attacker):
    kept = head_of(ids[-1])
    as_attacker("DELETE FROM audit_entry WHERE id > :id", id=ids[6])

    assert verified().well  # the chain alone cannot know what followed
    assert verified((kept,)).broken == Broken(ids[-1], Fault.GONE, ids[6])


@pytest.mark.postgres_decides
def test_trust_s34_a_chain_that_was_computed_anew_is_noticed_by_a_kept_head(ids, as_attacker):
    early, late = head_of(ids[2]), head_of(ids[-1])
    as_attacker("UPDATE audit_entry SET action = 'nothing' WHERE id = :id", id=ids[4])
    as_attacker("UPDATE audit_entry SET seal = NULL")
    seals.seal_records()

    assert verified().well
    assert verified((early, late)).broken == Broken(ids[-1], Fault.RESEALED, ids[8])


@pytest.mark.postgres_decides
def test_an_erasure_that_blanks_actor_or_details_breaks_nothing_and_is_counted(ids):
    with transaction() as session, opened_way(session, NamedWay.ERASURE):
        session.execute(
            text("UPDATE audit_entry SET actor = 'erased:1', details = '{}' WHERE id = :id"), {"id": ids[4]}
        )

    found = verified()

    assert (found.well, found.sealed, found.blanked) == (True, 10, 1)


def test_records_without_a_seal_for_five_minutes_are_told(app):
    make_centre()
    numbers = write(1)

    assert numbers
    assert seals.verify(now=MONDAY + 5 * MINUTE).well
    late = seals.verify(now=MONDAY + 6 * MINUTE)
    assert (late.well, late.broken, late.late_since) == (False, None, MONDAY)


def test_the_file_of_heads_has_one_line_a_day_and_is_laid_aside_by_a_restore(tmp_path: Path):
    for hours, number in ((0, 1), (1, 2), (30, 3)):
        seals.write_head(tmp_path, Head(number, "ab" * 32), now=MONDAY + hours * HOUR)

    assert seals.heads_in(tmp_path) == [Head(2, "ab" * 32), Head(3, "ab" * 32)]
    aside = seals.lay_heads_aside(tmp_path, now=MONDAY)
    assert aside is not None
    assert (aside.exists(), seals.heads_in(tmp_path)) == (True, [])
    assert seals.lay_heads_aside(tmp_path, now=MONDAY) is None

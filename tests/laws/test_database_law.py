"""The database holds its law whole against direct SQL: each statement on one row, tried on both databases.

A statement is refused if and only if the oracle (`law_world.py`) calls what it leaves unlawful; a proof that ends is
never refused, and frees exactly the visits to come that the oracle calls unlawful then.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from scheduler.acts import DEFENCE_REASONS
from scheduler.core.db import db
from scheduler.visits.terms.states import ENDED_IN_DATABASE, AssignmentState
from tests.laws import law_world
from tests.laws.law_world import LawWorld, Row, State, a_law_world, changed, crew_is_lawful, inserted, read_state
from tests.laws.statements import a_deletion, an_insertion, an_update, tried

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
THEN = "2026-10-05 08:00:00+00:00"
LAST_DAY = "the last day that the row covers"
OTHERS = {"row_is_not_replaced"}


@pytest.fixture
def world(session: Session) -> LawWorld:
    made = a_law_world()
    session.rollback()
    return made


Case = tuple[tuple[str, Row], bool]  # a statement, and whether what it leaves is lawful


def wrongly_judged(connection: Connection, cases: Iterator[Case]) -> tuple[int, list[str]]:
    found, count = [], 0
    for (statement, values), lawful in cases:
        count += 1
        name, _ = tried(connection, statement, values)
        if bool(name) is lawful:
            found.append(f"{statement} {values}: {name or 'taken'}, lawful: {lawful}")
    return count, found


def _seat(state: State, presentation_id: int, presenter_id: int) -> Row:
    rows = state["assignment"]
    return next(one for one in rows if (one["presentation_id"], one["presenter_id"]) == (presentation_id, presenter_id))


def statements_about_crews(world: LawWorld, state: State) -> Iterator[Case]:
    everybody = world.people.values()
    for seat in state["assignment"]:
        ident = seat["id"]
        without = changed(state, "assignment", ident, None)
        yield a_deletion("assignment", ident), crew_is_lawful(without)
        for values in _states():
            yield (
                an_update("assignment", ident, values),
                crew_is_lawful(changed(state, "assignment", ident, values), ident),
            )
        for who in everybody:
            if who == seat["presenter_id"]:
                continue
            after = changed(state, "assignment", ident, {"presenter_id": who})
            lawful = crew_is_lawful(without) and crew_is_lawful(after, ident)  # one leaves, another comes
            yield an_update("assignment", ident, {"presenter_id": who}), lawful
    for like in (
        _seat(state, world.ahead, world.people["adult"]),
        _seat(state, world.over.first, world.people["there"]),
    ):
        for who in everybody:
            for one in AssignmentState:
                values = {"presenter_id": who, "state": one.value}
                after = inserted(state, "assignment", like | values | {"id": 10**6})
                yield an_insertion("assignment", like["id"], values), crew_is_lawful(after, 10**6)


def _states() -> Iterator[Row]:
    """Every state; and present since a moment that comes after any presentation."""
    yield from ({"state": one.value} for one in AssignmentState)
    yield {"state": "present", "state_since": "2099-01-01 08:00:00.000000"}


def test_no_statement_about_a_crew_leaves_what_is_unlawful(world: LawWorld) -> None:
    with db.engine.connect() as connection:
        state = read_state(connection)
        connection.rollback()
        assert crew_is_lawful(state)
        count, wrong = wrongly_judged(connection, statements_about_crews(world, state))

    assert wrong == []
    assert count > 250


# --- what is never refused ---


def endings(world: LawWorld, state: State) -> Iterator[tuple[tuple[str, Row], State]]:
    """Each statement that ends a proof, and the rows it would leave if nobody were freed."""
    ways: dict[str, list[Row | None]] = {
        "guardian_consent": [{"withdrawn_at": THEN}],  # its facts are never another: test_facts_stay.py
        "vetting": [{"result": "refused"}, {"valid_until": "2030-01-01"}, {"checked_on": LAST_DAY}, None],
        "presenter": [{"suspended_at": THEN}, *_births()],
    }
    for table, all_values in ways.items():
        for row in state[table]:
            for given in all_values:
                values = given and {name: row["valid_until"] if day is LAST_DAY else day for name, day in given.items()}
                if table == "presenter" and "birth_date" in (values or {}) and row["birth_date"] is None:
                    continue
                statement = a_deletion(table, row["id"]) if values is None else an_update(table, row["id"], values)
                yield statement, changed(state, table, row["id"], values)
    for row in state["vetting"]:
        refusal = {"result": "refused", "checked_on": "2026-11-01", "valid_until": "2026-11-01", "recorded_at": THEN}
        yield an_insertion("vetting", row["id"], refusal), inserted(state, "vetting", row | refusal)


def _births() -> list[Row]:
    """A birth date is corrected, and the days that follow from it: to a child's, a young person's, an adult's."""
    return [
        {"birth_date": f"{year}-03-01", "may_present_from": f"{year + 15}-03-01", "adult_on": f"{year + 18}-03-01"}
        for year in (1990, 2074, 2080)
    ]


def _corrected(values: Row) -> list[tuple[str, Row]]:
    """A birth date comes from a correction by two people."""
    if "birth_date" not in values:
        return []
    proposed = """INSERT INTO birth_date_correction
      (presenter_id, birth_date, proposed_by_id, proposed_at, on_the_host)
      SELECT :which, :birth_date, min(id), '2026-10-05 08:00:00+00:00', false FROM user_account"""
    confirmed = """UPDATE birth_date_correction SET confirmed_at = proposed_at,
      confirmed_by_id = (SELECT max(id) FROM user_account)"""
    if _on_postgresql():
        proposed = proposed.replace(":which", "CAST(:which AS INTEGER)").replace(
            ":birth_date", "CAST(:birth_date AS DATE)"
        )
    return [(proposed, {name: values[name] for name in ("which", "birth_date")}), (confirmed, {})]


def freed(state: State, presentation_id: int) -> State:
    """The rows once everybody has left a presentation to come who may not be there: until all is lawful."""
    after = deepcopy(state)
    for _each in range(3):
        for seat in after["assignment"]:
            if seat["presentation_id"] == presentation_id and not law_world.seat_is_lawful(after, seat):
                seat["state"] = "withdrawn"
    return after


def test_a_proof_that_ends_is_never_refused_and_frees_the_visits_to_come_alone(world: LawWorld) -> None:
    def states(one: State) -> dict[int, str]:
        return {seat["id"]: seat["state"] for seat in one["assignment"]}

    wrong, count, let_go = [], 0, 0
    with db.engine.connect() as connection:
        state = read_state(connection)
        connection.rollback()
        for (statement, values), naive in endings(world, state):
            count += 1
            name, left = tried(connection, statement, values, _corrected(values))
            wanted = states(freed(naive, world.ahead))
            let_go += wanted != states(state)
            if name or left is None or states(left) != wanted:
                wrong.append(f"{statement} {values}: {name or states(left or {'assignment': []})}, not {wanted}")

    assert wrong == []
    assert (count > 80, let_go > 10) == (True, True)


def test_who_is_freed_by_the_database_has_the_audits_row(world: LawWorld) -> None:
    with db.engine.connect() as connection, connection.begin() as doing:
        connection.execute(sa.text("UPDATE presenter SET suspended_at = :at WHERE id = :who"),
                           {"at": THEN, "who": world.people["adult"]})  # fmt: skip
        freed_rows = connection.execute(
            sa.text("SELECT a.reason, e.action, e.actor, e.details FROM assignment a JOIN audit_entry e"
                    " ON e.thing = 'assignment' AND e.thing_id = a.id WHERE a.state = 'withdrawn'")
        ).all()  # fmt: skip
        doing.rollback()

    details = '{"from": "accepted", "reason": "ended_in_database", "to": "withdrawn"}'
    assert freed_rows == [(ENDED_IN_DATABASE, "assignment withdrawn", "system", details)] * 2


def statements_about_people(state: State) -> Iterator[Case]:
    nothing_known = {"birth_date": None, "adult_on": None, "may_present_from": None}
    days: list[Row] = [
        {"adult_on": "2020-01-01"}, {"adult_on": None}, {"may_present_from": "2020-01-01"},
        {"birth_date": "1990-01-01"}, {"kind": "educator"}, nothing_known | {"kind": "educator"}, *_births(),
    ]  # fmt: skip
    for person in state["presenter"]:
        if person["birth_date"] is None:
            continue
        for values in days:
            after = person | values
            known = after["birth_date"] is not None and after["kind"] == "influencer"
            same = after["birth_date"] == person["birth_date"]  # another one comes from a correction
            yield an_update("presenter", person["id"], values), known and same and law_world.days_follow(after)
    for consent in state["guardian_consent"]:
        yield an_update("guardian_consent", consent["id"], {"photo": True}), False
        yield an_update("guardian_consent", consent["id"], {"id": 10**6}), False
        yield an_update("guardian_consent", consent["id"], {"warned_days": 7}), True


def statements_about_numbers(state: State) -> Iterator[Case]:
    changes: list[Row] = [
        {"state": "open"}, {"state": "submitted"}, {"state": "corrected"}, {"locked_at": None}, {"version": 2},
        {"minutes_given": 5}, {"same_pupils": True}, {"turned_away": 7}, {"teacher_present": None}, {"reason": "x"},
        {"submitted_by_id": None}, {"state": "corrected", "version": 2, "reason": "The school called."},
        {"state": "corrected", "version": 3, "reason": "The school called."},
    ]  # fmt: skip
    for row in state["attendance"]:
        for values in changes:
            after = changed(state, "attendance", row["id"], values)["attendance"]
            lawful = law_world.attendance_is_lawful(row, next(one for one in after if one["id"] == row["id"]))
            yield an_update("attendance", row["id"], values), lawful
    locked = {row["presentation_id"] for row in state["attendance"] if row["locked_at"]}
    assert len(locked) == 1
    for count in state["head_count"]:
        free = count["presentation_id"] not in locked
        for values in ({"people": 1}, {"version": 5}, {"counts": False}, {"source": "coordinator"}):
            same = all(count[name] == value for name, value in values.items())
            yield an_update("head_count", count["id"], values), free or same
        yield a_deletion("head_count", count["id"]), free
        for version in (1, 2):
            yield (
                an_insertion("head_count", count["id"], {"source": "coordinator", "version": version, "counts": False}),
                free,
            )


def statements_about_papers(world: LawWorld, state: State) -> Iterator[Case]:
    [paper] = state["certificate"]
    changes: list[Row] = [
        {"number": "Z" * 16}, {"running_number": "U-1"}, {"printed": "{}"}, {"issued_at": THEN}, {"language": "en"},
        {"visit_id": world.counted.visit.id}, {"holder_name": "Somebody"}, {"holder_name": None}, {"holder_key": "x"},
        {"state": "revoked", "reason": "Wrong."}, {"kind": "school", "holder_name": None}, {"state": "reissued"},
        {"state": "eligible"},
    ]  # fmt: skip
    for values in changes:
        whole = values.get("state") != "reissued"  # nothing replaces it
        yield an_update("certificate", paper["id"], values), whole and law_world.paper_is_lawful(paper, paper | values)
    yield a_deletion("certificate", paper["id"]), law_world.paper_is_lawful(paper, None)
    of_presentation = sa.text("SELECT visit_id FROM presentation WHERE id = :id")
    ahead = db.session.execute(of_presentation, {"id": world.ahead}).scalar_one()
    for visit_id, issued_at, lawful in (
        (world.over.visit.id, "2026-10-20 08:00:00+00:00", True),
        (world.over.visit.id, THEN, False),  # before it was held
        (world.counted.visit.id, "2026-10-20 08:00:00+00:00", False),
        (ahead, "2026-10-20 08:00:00+00:00", False),
        (ahead, "2095-01-01 08:00:00+00:00", False),
    ):
        values = {"visit_id": visit_id, "number": "9" * 16, "running_number": "U-9", "holder_key": "9"}
        moment = {"issued_at": issued_at}
        statement, told = an_insertion("certificate", paper["id"], values | moment)
        yield (statement.replace(":issued_at", "CAST(:issued_at AS TIMESTAMP WITH TIME ZONE)") if _on_postgresql()
               else statement, told), lawful  # fmt: skip


def _on_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def statements_about_the_audit(state: State) -> Iterator[Case]:
    wanted = sa.text("SELECT id FROM audit_entry WHERE details <> '{}' ORDER BY id LIMIT 1")
    ident = db.session.execute(wanted).scalar_one()
    for values, lawful in (
        ({"seal": "abc"}, True),
        ({"action": "nothing happened"}, False),
        ({"actor": "user:9"}, False),
        ({"actor": "erased:9"}, False),
        ({"details": "{}"}, False),
        ({"id": 99999}, False),
        ({"thing_id": 99999}, False),
    ):
        yield an_update("audit_entry", ident, values), lawful
    yield a_deletion("audit_entry", ident), False
    yield an_insertion("audit_entry", ident, {"action": "something happened"}), True
    yield an_insertion("audit_entry", ident, {"id": 2}), False


@pytest.mark.parametrize("of", ["people", "numbers", "papers", "audit"])
def test_no_statement_about_numbers_papers_and_days_leaves_what_is_unlawful(world: LawWorld, of: str) -> None:
    made: dict[str, Callable[[State], Iterator[Case]]] = {
        "people": statements_about_people,
        "numbers": statements_about_numbers,
        "papers": lambda state: statements_about_papers(world, state),
        "audit": statements_about_the_audit,
    }
    with db.engine.connect() as connection:
        state = read_state(connection)
        connection.rollback()
        count, wrong = wrongly_judged(connection, made[of](state))

    assert wrong == []
    assert count >= 10


TABLES = (*law_world.TABLES, "audit_entry")


@pytest.mark.parametrize("table", TABLES)
def test_no_row_takes_the_place_of_another_and_no_table_is_swept_away(world: LawWorld, table: str) -> None:
    statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    if _on_postgresql():
        statement = f"TRUNCATE {table} CASCADE"
    with db.engine.connect() as connection:
        name, _ = tried(connection, statement, {})

    assert name in ("row_is_not_replaced", "rows_are_not_swept_away")
    assert name in {*DEFENCE_REASONS, *OTHERS}


def test_the_first_second_of_time_is_no_way_round(world: LawWorld) -> None:
    """A withdrawal dated far ahead frees all the same: the database's own clock counts beside what is typed."""
    late = dt.date(2999, 1, 1).isoformat()
    with db.engine.connect() as connection:
        who = {"which": world.people["young"], "late": f"{late} 00:00:00+00:00"}
        _, left = tried(connection, "UPDATE guardian_consent SET withdrawn_at = :late WHERE presenter_id = :which", who)

    assert left is not None
    assert [one["state"] for one in left["assignment"] if one["presenter_id"] == world.people["young"]] == ["withdrawn"]

"""What was written down once stays written, against direct SQL: each column of each row, tried on both databases.

The oracle is a list: what of a row may still change, and which state may follow which. All else is refused by a name.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from scheduler.acts import DEFENCE_REASONS
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, db, transaction
from scheduler.core.machines import Machine
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import HostMerger
from scheduler.safeguarding.models import BirthDateCorrection, Guardian, GuardianConsent
from scheduler.safeguarding.queries import consents_of
from scheduler.staffing.queries import consent_law, invariants
from scheduler.staffing.service.birth_dates import confirm_birth_date, propose_birth_date
from scheduler.visits.terms.states import (
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)
from tests.factories import MONDAY
from tests.factories.counting import a_counted_visit, a_locked_visit
from tests.factories.people import an_officer_of, known_staff, make_centre, make_presenter, make_user
from tests.factories.places import make_host
from tests.factories.safeguarding import a_cleared_minor, make_guardian, make_vetting
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.laws.statements import a_deletion, an_update, another, in_words, tried
from tests.visits.defences import by_sql, refusal_of

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
A_DAY = dt.timedelta(days=1)
BORN, RIGHT = dt.date(2008, 3, 1), dt.date(2010, 3, 1)

# --- the oracle: columns that may change in a row that says something for good ---

MAY_CHANGE = {
    "presentation": {  # of one whose numbers are locked
        "uid", "ordinal", "sequence", "edited_at", "classes", "room", "outside_shift", "expected_pupils",
        "expected_parents", "expected_teachers", "state_since", "reason", "notice_hours",
    },
    "visit": {
        "number", "school_request_id", "campaign_id", "state_since", "reason", "confirmed_at", "moved_at",
        "moved_from_day", "moved_from_times", "clock_wrong", "teacher_stays", "safeguarding_contact", "goes_short",
        "online_link", "kilometres", "papers_settled", "version",
    },
}  # fmt: skip
PLAIN = {"id", "state", "merged_into_id", "cancelled_by", "level"}  # tried elsewhere, or other constraints speak first


def a_confirmed_correction(presenter_id: int, born: dt.date = RIGHT) -> int:
    """As somebody with SQL writes it, row by row: proposed, then confirmed."""
    first, second = (known_staff(make_centre().id).id for _ in range(2))
    with transaction() as session:
        row = BirthDateCorrection(
            presenter_id=presenter_id, birth_date=born, proposed_by_id=first, proposed_at=MONDAY, on_the_host=False
        )
        session.add(row)
        session.flush()
        row.confirmed_by_id, row.confirmed_at = second, MONDAY
    return row.id


@pytest.fixture
def rows(session: Session) -> dict[str, int]:
    """One row of each table that says something for good."""
    minor = a_cleared_minor()
    held = a_locked_visit()
    found = {
        "guardian_consent": session.scalars(sa.select(GuardianConsent.id)).one(),
        "guardian": session.scalars(sa.select(Guardian.id)).one(),
        "birth_date_correction": a_confirmed_correction(minor.id),
        "presentation": held.first,
        "visit": held.visit.id,
    }
    make_visit()  # another host, another centre, another programme
    session.rollback()
    return found


def changes(connection: Connection, table: Table, ident: int) -> Iterator[tuple[str, dict[str, Any]]]:
    row = connection.execute(sa.select(table).where(table.c.id == ident)).mappings().one()
    for column in table.columns:
        if column.name not in PLAIN:
            yield column.name, {column.name: in_words(another(table, column.name, row[column.name]))}


@pytest.mark.parametrize("table", sorted(MAY_CHANGE))
def test_each_column_of_what_was_written_once_stays_but_for_those_of_the_list(rows: dict[str, int], table: str) -> None:
    wrong, refused = [], set()
    with db.engine.connect() as connection:
        every = list(changes(connection, Base.metadata.tables[table], rows[table]))
        connection.rollback()
        for column, values in every:
            name, _ = tried(connection, *an_update(table, rows[table], values))
            free = column in MAY_CHANGE[table]
            if (free and name in DEFENCE_REASONS) or (not free and name not in DEFENCE_REASONS):
                wrong.append(f"{table}.{column}: {name or 'taken'}")
            refused |= {name} - {""}

    assert wrong == []
    assert refused


@pytest.mark.parametrize("table", ["guardian_consent", "birth_date_correction"])
def test_a_proof_is_not_deleted_but_on_a_way_that_forgets(rows: dict[str, int], session: Session, table: str) -> None:
    with db.engine.connect() as connection:
        name, _ = tried(connection, *a_deletion(table, rows[table]))
    assert name in ("consent_is_written_once", "correction_is_written_once")
    with transaction() as inside, opened_way(inside, NamedWay.ERASURE):
        inside.execute(sa.text(f"DELETE FROM {table}"))
    assert session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("table", ["guardian", "birth_date_correction", "presentation", "visit", "open_way"])
def test_none_of_these_rows_is_replaced_and_none_of_these_tables_is_swept_away(
    rows: dict[str, int], table: str
) -> None:
    statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    if db.engine.dialect.name == "postgresql":
        statement = f"TRUNCATE {table} CASCADE"
    with db.engine.connect() as connection, connection.begin() as doing:
        connection.execute(sa.text("INSERT INTO open_way (way) VALUES ('release')"))
        with pytest.raises(sa.exc.IntegrityError, match=r"row_is_not_replaced|rows_are_not_swept_away"):
            connection.execute(sa.text(statement))
        doing.rollback()


def test_a_consent_still_ends_and_is_warned_of(rows: dict[str, int], session: Session) -> None:
    by_sql("UPDATE guardian_consent SET warned_days = 7")
    by_sql("UPDATE guardian_consent SET withdrawn_at = :at, withdrawn_by = 'minor'", at=in_words(MONDAY))
    who = session.scalars(sa.select(GuardianConsent.presenter_id)).one()
    [consent] = consents_of([who])[who]
    assert consent.withdrawn_at == MONDAY


# --- states ---


@pytest.mark.parametrize(
    ("table", "machine", "states"),
    [("visit", VISIT_MACHINE, VisitState), ("presentation", PRESENTATION_MACHINE, PresentationState)],
)
def test_no_state_comes_but_the_one_that_may_follow(
    session: Session, table: str, machine: Machine, states: type[VisitState] | type[PresentationState]
) -> None:
    idents: dict[Any, int] = {}
    for one in states:
        if table == "visit":
            given = {"cancelled_by": "school"} if one is VisitState.CANCELLED else {}
            idents[one] = make_visit(VisitState(one), **given).id
        else:
            given = {"merged_into_id": min(idents.values())} if one is PresentationState.MERGED_INTO else {}
            idents[one] = make_presentation(make_visit(), state=PresentationState(one), **given).id
    wrong, count = [], 0
    with db.engine.connect() as connection:
        for now, ident in idents.items():
            for to in states:
                values: dict[str, Any] = {"state": to.value}
                if table == "visit":
                    values["cancelled_by"] = "school" if to is VisitState.CANCELLED else None
                else:
                    values["merged_into_id"] = min(idents.values()) if to is PresentationState.MERGED_INTO else None
                name, _ = tried(connection, *an_update(table, ident, values))
                count += 1
                if name != (
                    "" if to is now or machine.may(now, to) or machine.may_take_back(now, to) else "state_follows"
                ):
                    wrong.append(f"{now} > {to}: {name or 'taken'}")

    assert wrong == []
    assert count == len(states) ** 2


def test_a_visit_whose_numbers_are_not_locked_is_moved_and_changed(session: Session) -> None:
    """Only the lock holds a presentation fast; the centre never changes, the host when it was merged alone."""
    counted = a_counted_visit()
    other, third = make_visit(), make_host().id
    with transaction() as inside:
        inside.add(HostMerger(host_id=other.host_id, into_id=third, merged_at=MONDAY))
    with db.engine.connect() as connection:
        taken = [
            tried(connection, *an_update("presentation", counted.first, {"audience": "parents"}))[0],
            tried(connection, *an_update("visit", counted.visit.id, {"programme_id": other.programme_id}))[0],
        ]
        refused = [
            tried(connection, *an_update("visit", other.id, {name: getattr(counted.visit, name)}))[0]
            for name in ("host_id", "centre_id")
        ]

        followed = tried(connection, *an_update("visit", other.id, {"host_id": third}))[0]

    assert taken == ["", ""]
    assert refused == ["visit_keeps_its_host"] * 2
    assert followed == ""


# --- birth dates ---


def whole_dates(born: dt.date) -> dict[str, Any]:
    """A birth date and the days that follow from it, in one statement."""
    days = {"birth_date": born, "adult_on": born.replace(year=born.year + 18)}
    return {
        name: in_words(day) for name, day in (days | {"may_present_from": born.replace(year=born.year + 15)}).items()
    }


def test_a_birth_date_moves_with_its_days_by_the_last_confirmed_correction_only(session: Session) -> None:
    person, other = (make_presenter(PresenterKind.INFLUENCER, birth_date=BORN) for _ in range(2))
    moved = an_update("presenter", person.id, whole_dates(RIGHT))
    assert refusal_of(lambda: by_sql(moved[0], **moved[1])) == "birth_date_is_corrected_by_two"
    a_confirmed_correction(other.id)
    assert refusal_of(lambda: by_sql(moved[0], **moved[1])) == "birth_date_is_corrected_by_two"

    a_confirmed_correction(person.id)
    by_sql(moved[0], **moved[1])
    a_confirmed_correction(person.id, BORN)
    back = an_update("presenter", person.id, whole_dates(BORN))
    by_sql(back[0], **back[1])

    assert refusal_of(lambda: by_sql(moved[0], **moved[1])) == "birth_date_is_corrected_by_two", "that one is history"
    assert session.scalars(sa.select(Presenter.birth_date).where(Presenter.id == person.id)).one() == BORN


def test_a_correction_is_proposed_before_it_is_confirmed(session: Session) -> None:
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=BORN)
    users = {"one": make_user().id, "other": make_user().id, "who": person.id}
    at_once = """INSERT INTO birth_date_correction
      (presenter_id, birth_date, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at, on_the_host)
      VALUES (:who, '2010-03-01', :one, '2026-10-05 08:00:00', :other, '2026-10-05 08:00:00', false)"""
    assert refusal_of(lambda: by_sql(at_once, **users)) == "correction_is_written_once"


def test_a_birth_date_that_its_correction_does_not_say_is_named(session: Session) -> None:
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=BORN)
    number = a_confirmed_correction(person.id)
    assert consent_law.violations() == [
        f"presenter {person.id} has another birth date than correction {number} says",
        f"correction {number} of a birth date has no audit row",
    ]


def test_what_two_people_corrected_behind_the_pages_is_lawful(session: Session) -> None:
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=BORN)
    first, second = an_officer_of(person), an_officer_of(person)
    number = propose_birth_date(first, person.id, RIGHT, now=MONDAY)
    confirm_birth_date(second, person.id, number, now=MONDAY + A_DAY)
    assert consent_law.violations() == []
    assert session.scalars(sa.select(Presenter.birth_date)).one() == RIGHT


# --- guardians ---


@pytest.mark.parametrize(
    "written", ["ana@family.example", "Ana@Family.example", "ana+mama@family.example", "other young", "the other way"]
)
def test_a_guardian_has_no_minors_address(session: Session, written: str) -> None:
    hers = "ana+me@family.example" if written == "the other way" else "ana@family.example"
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT, email=hers)
    other = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT)
    named = {"other young": (other.id, hers), "the other way": (minor.id, "ana@family.example")}
    who, email = named.get(written, (minor.id, written))
    assert refusal_of(lambda: make_guardian(who, email=email)) == "guardian_is_no_minor"


def test_a_guardian_has_her_own_address_or_that_of_a_grown_up_colleague(session: Session) -> None:
    """Who works here and is a guardian consents on paper, which two others see."""
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT, email="a_a@family.example")
    grown = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2000, 1, 1), email="grown@family.example")

    make_guardian(minor.id, email="aba+x@family.example", replaced_at=MONDAY)
    make_guardian(minor.id, email="grown@family.example", in_force_at=MONDAY)

    assert grown.id
    assert consent_law.violations() == []

    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT, email="%!_@family.example")

    assert make_guardian(minor.id, email="vesna+x@family.example").id


def test_a_minors_address_that_only_looks_another_is_named(session: Session) -> None:
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT, email="minor@family.example")
    other = make_presenter(PresenterKind.INFLUENCER, birth_date=RIGHT)
    first = make_guardian(minor.id, email="rninor@family.example").id
    second = make_guardian(other.id, email="rninor@family.example").id

    assert consent_law.violations() == [
        f"guardian {first} has the address of the minor herself",
        f"guardian {second} has the address of another minor",
    ]


# --- presence ---


def test_nobody_is_present_before_it_began_and_a_moment_to_come_is_named(session: Session) -> None:
    presentation = make_presentation(make_visit(on_day=dt.date(2090, 10, 6)))
    person = make_presenter()
    make_vetting(person.id, valid_until=dt.date(2099, 12, 31))
    seat = make_assignment(presentation, person.id)
    there = an_update("assignment", seat.id, {"state": AssignmentState.PRESENT.value})
    assert refusal_of(lambda: by_sql(there[0], **there[1])) == "presence_comes_afterwards"

    later = in_words(presentation.busy_until)
    told = an_update("assignment", seat.id, {"state": AssignmentState.PRESENT.value, "state_since": later})
    by_sql(told[0], **told[1])

    assert invariants.violations() == [
        f"presenter {person.id} is present at presentation {presentation.id} before it began"
    ]


# --- ways ---


def told_ways(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    wanted = sa.select(AuditEntry.actor, AuditEntry.details).where(AuditEntry.action == "way opened")
    return [(actor, details) for actor, details in session.execute(wanted.order_by(AuditEntry.id))]


@pytest.mark.parametrize("way", list(NamedWay))
def test_a_way_that_is_opened_and_closed_in_one_transaction_leaves_the_audits_row(
    session: Session, way: NamedWay
) -> None:
    with transaction() as inside:
        inside.execute(sa.text("INSERT INTO open_way (way) VALUES (:way)"), {"way": way.value})
        inside.execute(sa.text("DELETE FROM open_way"))
    wanted = [] if way is NamedWay.RELEASE else [("system", f'{{"way": "{way.value}"}}')]
    assert told_ways(session) == wanted


def test_a_way_is_not_turned_into_another_one(session: Session) -> None:
    with transaction() as inside, pytest.raises(sa.exc.IntegrityError, match="way_stays"), inside.begin_nested():
        inside.execute(sa.text("INSERT INTO open_way (way) VALUES ('release')"))
        inside.execute(sa.text("UPDATE open_way SET way = 'erasure'"))
    assert told_ways(session) == []

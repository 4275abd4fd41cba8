"""Each statement on one row that protects minors is refused, or named by `invariants check`, or listed as harmless.

Statements are made from the models: each column to other values, a deletion, an insertion of a copy with one thing
changed. A new column, or a new table of these rooms, fails until it is refused, named or listed with its reason.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Enum, Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.concerns.models import Concern, ConcernAbout
from scheduler.concerns.queries import unrecorded as unrecorded_concerns
from scheduler.concerns.service.hand_offs import note_hand_off
from scheduler.concerns.service.speaking_up import speak_up_about, speak_up_about_crew, speak_up_openly
from scheduler.concerns.service.stops import end_concern, lift_stop
from scheduler.concerns.terms import HandedTo, HandOffDraft, OpenConcern
from scheduler.core.db import Base, db, transaction
from scheduler.core.refusals import refused_by
from scheduler.jobs.invariants import ROOMS
from scheduler.people.models import Presenter
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, guardian
from scheduler.safeguarding.service import (
    confirm_guardian,
    name_guardian,
    record_driving_check,
    record_vetting,
    withdraw_consent,
)
from scheduler.safeguarding.terms import GuardianDraft, LiftedBecause, VettingDraft, VettingResult
from scheduler.staffing.queries import consent_law, invariants, pick_ups, unrecorded
from scheduler.staffing.service.birth_dates import confirm_birth_date, propose_birth_date
from scheduler.staffing.service.consents import confirm_paper, give_consent, record_paper
from scheduler.staffing.service.pick_ups import arrange_ride, say_who_fetches
from scheduler.staffing.service.rides import tell_of_rides
from scheduler.visits.models.visits import Assignment, Visit
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_officer_of, make_presenter, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import TICKED, a_cleared_educator, a_cleared_minor, a_paper_draft
from tests.factories.staffing import THE_DAY, a_confirmed_visit
from tests.factories.visits import VISIT_DAY, make_assignment, make_visit
from tests.laws.statements import another
from tests.visits.defences import a_presentation

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
A_DAY = dt.timedelta(days=1)
NAMING: tuple[Callable[[], list[str]], ...] = (  # those that find most come first
    unrecorded.violations, unrecorded_concerns.violations, consent_law.violations, pick_ups.violations,
    invariants.violations,
)  # fmt: skip
ROOMS_OF_MINORS = ("safeguarding", "concerns", "staffing", "privacy")

NOT_ABOUT_MINORS = {
    "open_call": "an open call asks; a seat that comes of it is defended in the table of seats",
    "raised_hand": "somebody offers to come; a seat that comes of it is defended in the table of seats",
    "presenter_training": "which trainings somebody had decides about nobody",
}

WARNING = "at worst nobody is warned that it ends, and it ends all the same"
HARMLESS = {
    "birth_date_correction": {
        "ended_at": "turns a proposal down, as one person may: nothing follows it",
        "on_the_host": "nothing follows a proposal; once confirmed it is named, for the audit lacks the line",
    },
    "car_ride": {"told_start": "the minute's job writes to guardian and driver again, with how it stands"},
    "concern": {"phone": "by which an officer calls back: whoever speaks up again may give another, or none"},
    "consent_paper": dict.fromkeys(
        ("told_by_phone", "told_on", "told_by_id"), "only the moment of a notice counts, and the audit has its line"
    ),
    "driving_check": {"warned_days": WARNING},
    "guardian": {"asked_text": "without a consent to today's text her child takes no new visit, asked or not"},
    "guardian_consent": {"warned_days": WARNING},
    "pick_up": {"DELETE": "nobody is named, as before anything was typed"},
    "vetting": {
        "DELETE": "of one that cleared somebody: it ends, and her visits to come are free",
        "warned_days": WARNING,
    },
}


def test_each_table_of_these_rooms_is_tried_or_listed() -> None:
    assert tables() == set(WORLD_ROWS) | set(NOT_ABOUT_MINORS)
    assert set(NAMING) <= set(ROOMS)


def tables() -> set[str]:
    mappers = Base.registry.mappers
    return {one.local_table.name for one in mappers if one.class_.__module__.split(".")[1] in ROOMS_OF_MINORS}


WORLD_ROWS = (
    "assignment_stop", "birth_date_correction", "car_ride", "concern", "concern_about", "consent_paper",
    "driving_check", "guardian", "guardian_consent", "hand_off", "pick_up", "vetting",
)  # fmt: skip


@pytest.fixture
def world(session: Session) -> None:
    """Rows of each table, each as its service wrote it: one that stands, and one that is over where there is such."""
    programme = make_programme(educators=2, influencers=1)
    centre = programme.centre_id
    ana, boris = (make_presenter(centre_id=centre, given_name=name) for name in ("Ana", "Boris"))
    tara, other = (a_minor(centre_id=centre) for _ in range(2))
    officer, second = an_officer_of(ana), an_officer_of(ana)
    for person in (ana, boris, tara, other):
        checked(officer, person)
    record_driving_check(officer, ana.id, a_check(), now=MONDAY)
    record_driving_check(officer, boris.id, a_check(VettingResult.REFUSED), now=MONDAY)
    of_tara(officer, second, tara)
    of_other(officer, second, other)
    visit = a_confirmed_visit(ana, boris, tara, programme=programme)
    with change(SYSTEM, MONDAY) as act:
        arrange_ride(act, visit.id, tara.id, ana.id, VISIT_DAY)
    tell_of_rides(now=MONDAY)
    say_who_fetches(guardian(guardian_of(tara), tara.id), visit.number, "Tetka Ljubica", now=MONDAY)
    concerns(officer, visit, ana)
    make_visit()  # another visit, host and centre to which a row could be turned
    db.session.rollback()


def a_check(result: VettingResult = VettingResult.CLEARED) -> VettingDraft:
    return VettingDraft(result, MONDAY.date(), MONDAY.date() + 700 * A_DAY)


def checked(officer: Actor, person: Presenter) -> None:
    record_vetting(officer, person.id, a_check(), now=MONDAY)


def guardian_of(minor: Presenter) -> int:
    said = sa.text("SELECT id FROM guardian WHERE presenter_id = :who ORDER BY id LIMIT 1")
    return int(db.session.execute(said, {"who": minor.id}).scalar_one())


def of_tara(officer: Actor, second: Actor, tara: Presenter) -> None:
    """By link; her next guardian waits; her birth date was corrected by two."""
    number = name_guardian(officer, tara.id, GuardianDraft("Vesna", "vesna@family.example"), now=MONDAY)
    confirm_guardian(second, tara.id, number, now=MONDAY)
    ticked = TICKED.__class__(**(vars(TICKED) | {"travels": True, "rides": True}))
    give_consent(guardian(number, tara.id), "Vesna", ticked, now=MONDAY)


def of_other(officer: Actor, second: Actor, other: Presenter) -> None:
    """On paper, withdrawn; another paper waits; another guardian was named after a week."""
    name_guardian(officer, other.id, GuardianDraft("Mila", "mila@family.example"), now=MONDAY)
    paper = record_paper(officer, other.id, a_paper_draft(), now=MONDAY)
    consent = confirm_paper(second, paper, now=MONDAY)
    withdraw_consent(officer, consent, now=MONDAY)
    name_guardian(officer, other.id, GuardianDraft("Petar", "petar@family.example"), now=MONDAY)
    right, wrong = dt.date(2010, 4, 1), dt.date(2010, 5, 1)
    number = propose_birth_date(officer, other.id, right, now=MONDAY)
    confirm_birth_date(second, other.id, number, now=MONDAY)
    propose_birth_date(officer, other.id, wrong, now=MONDAY)


def concerns(officer: Actor, visit: Visit, ana: Presenter) -> None:
    """One concern stands, with a stop; another has ended, its stop lifted; and a hand-off."""
    note_hand_off(presenter_actor(ana), visit.number, HandOffDraft(HandedTo.SCHOOL, dt.time(11, 40)), now=THE_DAY)
    vera, zora = (make_presenter(centre_id=ana.centre_id).id for _ in range(2))
    speak_up_about(officer, vera, now=THE_DAY)
    number = speak_up_about(officer, zora, now=THE_DAY)
    lift_stop(officer, zora, LiftedBecause.SETTLED, now=THE_DAY)
    end_concern(officer, number, now=THE_DAY)


# --- statements ---

Statement = tuple[str, Any]  # what it does (the column, DELETE, "INSERT column"), and the statement


def statements(session: Session, table: Table, *which: Any) -> Iterator[Statement]:
    for row in session.execute(sa.select(table).where(*which).order_by(table.c.id)).mappings().all():
        here = table.c.id == row["id"]
        yield "DELETE", sa.delete(table).where(here)
        for column in table.columns:
            for value in values_of(session, column, row[column.name]):
                changed = {column.name: value}
                if column.name != "id":
                    yield column.name, sa.update(table).where(here).values(changed)
                    yield f"INSERT {column.name}", sa.insert(table).values({**without_id(row), **changed})
        yield "id", sa.update(table).where(here).values(id=10**6)
        yield "INSERT", sa.insert(table).values(without_id(row))


def without_id(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def values_of(session: Session, column: sa.Column[Any], before: Any) -> list[Any]:
    """Plausible other values of a column."""
    found: list[Any] = [None] if column.nullable and before is not None else []
    if column.foreign_keys:
        [key] = column.foreign_keys
        others = sa.select(key.column).where(key.column != before if before is not None else sa.true())
        return found + list(session.scalars(others.order_by(key.column.desc()).limit(2)))
    if isinstance(column.type, Enum) and column.type.enum_class:
        return found + [one for one in column.type.enum_class if one is not before]
    value = another(column.table, column.name, before)
    found.append(value)
    if isinstance(before, dt.date):
        found.append(before - (value - before))
    return found


def named() -> str:
    """The first sentence of the nightly check; empty when all is well."""
    return next((sentence for naming in NAMING for sentence in naming()), "")


def tried(session: Session, statement: Any) -> str:
    """By which law a statement is refused, or in which words it is named; empty where nothing holds it."""
    nested = session.begin_nested()
    try:
        session.execute(statement)
        return named()
    except IntegrityError as refusal:
        return refused_by(refusal)
    finally:
        nested.rollback()
        session.expire_all()


@pytest.mark.slow
def test_nothing_about_a_minor_is_changed_by_one_statement_unseen(world: None) -> None:
    free: dict[str, set[str]] = {}
    with transaction() as session:
        assert named() == ""
        for name in WORLD_ROWS:
            table, done = Base.metadata.tables[name], set()
            for what, statement in [*statements(session, table)]:
                done.add(what)
                if not tried(session, statement):
                    free.setdefault(name, set()).add(what)
            assert {one.name for one in table.columns} <= done

    assert free == {name: set(reasons) for name, reasons in HARMLESS.items()}


@pytest.mark.parametrize("about", ["a visit", "one presenter", "a day without a visit"])
def test_a_presenter_who_is_added_to_a_standing_concern_is_named(session: Session, about: str) -> None:
    crew, stranger = a_cleared_educator(), a_cleared_educator()
    officer = an_officer_of(crew)
    visit = a_confirmed_visit(crew, programme=make_programme(centre_id=crew.centre_id, educators=1, influencers=0))
    draft = OpenConcern(visit.host_id, MONDAY.date() - 300 * A_DAY)
    if about == "a visit":
        speak_up_about_crew(officer, visit.number, now=THE_DAY)
    elif about == "one presenter":
        speak_up_about(officer, crew.id, now=THE_DAY)
    else:
        speak_up_openly(ANONYMOUS, draft, now=THE_DAY)
    assert unrecorded_concerns.violations() == []

    with transaction() as inside:
        concern_id = inside.scalars(sa.select(Concern.id).order_by(Concern.id)).first()
        inside.add(ConcernAbout(concern_id=concern_id, presenter_id=stranger.id))

    assert unrecorded_concerns.violations() == [f"presenter {stranger.id} was never named in concern {concern_id}"]


@pytest.mark.slow
def test_none_of_these_rows_is_replaced_and_none_of_these_tables_is_swept_away(world: None) -> None:
    said = "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"
    if db.engine.dialect.name == "postgresql":
        said = "TRUNCATE {0} CASCADE"
    with transaction() as session:
        for name in WORLD_ROWS:
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(sa.text(said.format(name)))


ALONE = """SELECT 1 FROM assignment a WHERE a.presenter_id = :who AND a.state IN ('offered', 'accepted')
  AND NOT EXISTS (SELECT 1 FROM assignment o JOIN presenter p ON p.id = o.presenter_id
    JOIN user_account u ON u.id = p.user_id
    WHERE o.presentation_id = a.presentation_id AND o.presenter_id <> a.presenter_id
      AND o.state IN ('offered', 'accepted') AND (p.adult_on IS NULL OR p.adult_on <= a.on_day)
      AND p.suspended_at IS NULL AND u.suspended_at IS NULL AND u.erased_at IS NULL)"""


@pytest.mark.slow
def test_no_statement_about_her_only_adult_leaves_a_minor_alone_unseen(session: Session) -> None:
    """She is erased, suspended, made a minor, taken out: refused, named, or the minor is free of that visit, too."""
    presentation, adult, minor = a_presentation(), a_cleared_educator(), a_cleared_minor()
    for person in (adult, minor):
        make_assignment(presentation, person.id)
    hers = {"user_account": adult.user_id, "presenter": adult.id}
    wrong, taken = [], 0
    with transaction() as inside:
        [seat] = inside.scalars(sa.select(Assignment.id).where(Assignment.presenter_id == adult.id))
        for name, number in (hers | {"assignment": seat}).items():
            table = Base.metadata.tables[name]
            for what, statement in [*statements(inside, table, table.c.id == number)]:
                with suppress(IntegrityError), inside.begin_nested() as nested:
                    inside.execute(statement)
                    taken += 1
                    alone = inside.execute(sa.text(ALONE), {"who": minor.id}).first()
                    if alone and not invariants.violations():
                        wrong.append(f"{name}: {what}")
                    nested.rollback()
                inside.expire_all()

    assert wrong == []
    assert taken > 30

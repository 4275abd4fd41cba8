"""What one person may not do to what is about herself, nor anybody past the product: tried by SQL on both databases."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from scheduler.concerns.models import Concern, ConcernAbout, HandOff
from scheduler.concerns.queries import unrecorded as concerns
from scheduler.concerns.terms import HandedTo, SpokenUpBy
from scheduler.core.db import transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.safeguarding.models import AssignmentStop
from scheduler.safeguarding.service import record_vetting
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.models.pick_ups import PickUp
from scheduler.staffing.queries import consent_law, unrecorded
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_officer_of, make_presenter, make_user
from tests.factories.safeguarding import make_consent, make_driving_check, make_guardian, make_vetting, note_proofs
from tests.factories.visits import make_assignment, make_visit
from tests.refusals import database_refusal
from tests.visits.defences import a_presentation, put

pytestmark = pytest.mark.postgres_decides


@pytest.mark.parametrize("method", ["link", "paper"])
def test_no_consent_comes_as_one_of_earlier_times(session, method):
    minor = a_minor()
    with database_refusal("consent_is_written_once"):
        make_consent(minor.id, earlier=True, method=method)


@pytest.mark.parametrize("make", [make_vetting, make_driving_check])
def test_nobody_records_a_check_of_her_own(session, make):
    presenter, other = make_presenter(), make_presenter()
    with database_refusal("check_is_recorded_by_another"):
        make(presenter.id, recorded_by_id=presenter.user_id)
    row = make(presenter.id, recorded_by_id=other.user_id)
    with database_refusal("check_is_recorded_by_another") as inside:
        inside.merge(row).recorded_by_id = presenter.user_id
        inside.flush()


def a_concern(about: int, centre_id: int) -> int:
    with transaction() as session:
        concern = Concern(centre_id=centre_id, spoken_up_by=next(iter(SpokenUpBy)), reported_at=MONDAY)
        session.add(concern)
        session.flush()
        session.add(ConcernAbout(concern_id=concern.id, presenter_id=about))
    return concern.id


def end_by(concern: int, user_id: int | None) -> None:
    with transaction() as session:
        row = session.get_one(Concern, concern)
        row.ended_at, row.ended_by_id = MONDAY, user_id


def test_a_concern_stays_about_whom_it_was_and_is_ended_by_somebody_else(session):
    presenter, other = make_presenter(), make_presenter()
    concern = a_concern(presenter.id, presenter.centre_id)

    for statement in (
        "DELETE FROM concern",
        "DELETE FROM concern_about",
        f"UPDATE concern_about SET presenter_id = {other.id}",
    ):
        with database_refusal("concern_stays") as inside:
            inside.execute(text(statement))
    with database_refusal("concern_is_ended_by_another"):
        end_by(concern, presenter.user_id)
    end_by(concern, other.user_id)
    with transaction() as inside, opened_way(inside, NamedWay.RETENTION):
        inside.execute(text("DELETE FROM concern"))

    assert session.scalars(select(ConcernAbout)).all() == []


def test_nobody_lifts_her_own_stop_and_a_hand_off_goes_only_as_the_audit_says(session):
    presenter = make_presenter()
    with transaction() as inside:
        inside.add(AssignmentStop(presenter_id=presenter.id, stopped_at=MONDAY))

    with database_refusal("stop_is_lifted_by_another") as inside:
        stop = inside.scalars(select(AssignmentStop)).one()
        stop.lifted_at, stop.lifted_because, stop.lifted_by_id = MONDAY, "settled", presenter.user_id
        inside.flush()

    with transaction() as inside:
        told = {"told": next(iter(HandedTo)), "told_at": MONDAY, "noted_at": MONDAY + dt.timedelta(minutes=1)}
        inside.add(HandOff(centre_id=presenter.centre_id, **told))

    with database_refusal("hand_off_is_noted_for_good") as inside:
        inside.execute(text("DELETE FROM hand_off"))


def test_nobody_outside_the_crew_is_fetched_and_an_adult_is_not_erased_in_her_seat_of_a_visit_to_come(session):
    minor, visit = a_minor(), make_visit()

    with database_refusal("pick_up_is_of_the_crew") as inside:
        inside.add(PickUp(visit_id=visit.id, presenter_id=minor.id, who="Ana", typed_at=MONDAY))
        inside.flush()

    adult = make_presenter()
    make_vetting(adult.id)
    seat = make_assignment(a_presentation(), adult.id)
    gone = text("UPDATE user_account SET erased_at = :at WHERE id = :who")
    values = {"at": "2026-10-05 08:00:00.000000", "who": adult.user_id}

    with database_refusal("erased_goes_nowhere") as inside:
        inside.execute(gone, values)
    put(seat, AssignmentState.WITHDRAWN)
    with transaction() as inside:
        inside.execute(gone, values)


def test_the_next_guardian_speaks_after_a_day_at_least(session):
    minor = a_minor()
    first = make_guardian(minor.id, replaced_at=MONDAY)
    at_once = {"email": "petar@family.example", "in_force_at": MONDAY, "named_at": MONDAY - dt.timedelta(hours=23)}
    with database_refusal("guardian_waits"):
        make_guardian(minor.id, **at_once)
    make_guardian(minor.id, **at_once | {"named_at": MONDAY - dt.timedelta(hours=24)})
    assert first.id


@pytest.mark.parametrize("address", ["vesna@family.example", "VESNA@family.example", "vesna+home@family.example"])
def test_no_link_gives_the_consent_of_who_has_an_account(session, address):
    """Who works here and is a guardian consents on paper, which two others see."""
    minor = a_minor()
    make_guardian(minor.id, email=address)
    make_user(email="vesna@family.example")
    with database_refusal("account_consents_on_paper"):
        make_consent(minor.id, guardian_email=address)


@pytest.mark.parametrize("make", [make_vetting, make_driving_check])
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("valid_until = '2031-01-01'", True), ("checked_on = '2019-12-31'", True), ("result = 'cleared'", True),
        ("valid_until = '2030-01-01'", False), ("checked_on = '2020-01-02'", False),
    ],
)  # fmt: skip
def test_a_check_is_never_lengthened_and_a_refusal_stays(session, make, change, refused):
    result = {"result": "refused"} if "result" in change else {}
    row = make(make_presenter().id, **result)
    said = text(f"UPDATE {row.__tablename__} SET {change}")
    if not refused:
        with transaction() as inside:
            inside.execute(said)
        return
    with database_refusal("check_is_written_once") as inside:
        inside.execute(said)


def test_a_refusal_is_deleted_on_a_way_that_forgets_only(session):
    make_vetting(make_presenter().id, result="refused")
    gone = text("DELETE FROM vetting")
    with database_refusal("check_is_written_once") as inside:
        inside.execute(gone)
    with transaction() as inside, opened_way(inside, NamedWay.RETENTION):
        inside.execute(gone)


def test_checks_without_an_act_or_other_than_recorded_are_named_and_those_of_services_are_not(session):
    minor = a_minor()
    vetting, guardian = make_vetting(minor.id), make_guardian(minor.id, email="mila@family.example")
    consent = make_consent(minor.id, guardian_email="mila@family.example")
    assert unrecorded.violations() == [
        f"vetting {vetting.id} has no audit row",
        f"guardian {guardian.id} has no audit row",
        f"confirmation of guardian {guardian.id} has no audit row",
        f"consent {consent.id} has no audit row",
    ]

    note_proofs()
    assert unrecorded.violations() == []

    person = make_presenter()
    today = MONDAY.date()
    draft = VettingDraft(VettingResult.CLEARED, today, today + dt.timedelta(days=365))
    number = record_vetting(an_officer_of(person), person.id, draft, now=MONDAY)
    assert unrecorded.violations() == []

    with transaction() as inside:
        inside.execute(text("UPDATE vetting SET checked_on = '2026-10-06'"))

    assert unrecorded.violations() == [f"vetting {number} differs from its audit row"]


def test_a_guardian_replaced_by_nobody_and_a_seat_in_a_visit_of_another_centre_are_named(session):
    guardian = make_guardian(a_minor().id)
    note_proofs()
    with transaction() as inside:
        inside.execute(text("UPDATE guardian SET replaced_at = in_force_at"))
    assert unrecorded.violations() == []  # called off before she spoke

    with transaction() as inside:
        inside.merge(guardian).replaced_at = MONDAY

    assert unrecorded.violations() == [f"guardian {guardian.id} is replaced by nobody"]

    # A visit is staffed by its own centre, whose staff read where a minor will be.
    presentation, elsewhere = a_presentation(), make_presenter()
    make_vetting(elsewhere.id)
    assert consent_law.violations() == []

    seat = make_assignment(presentation, elsewhere.id)
    assert consent_law.violations() == [f"assignment {seat.id} is of a visit of another centre"]


def test_a_concern_that_nobody_reported_or_ended_is_named(session):
    presenter, other = make_presenter(), make_presenter()
    concern = a_concern(presenter.id, presenter.centre_id)
    end_by(concern, other.user_id)
    assert concerns.violations() == [
        f"concern {concern} has no audit row",
        f"end of concern {concern} has no audit row",
    ]


@pytest.mark.parametrize(
    "change",
    ["ended_at = NULL, ended_by_id = NULL", "ended_by_id = NULL", "host_id = 1", "reported_at = '2026-10-01 08:00:00'"],
)
def test_a_concern_that_ended_stays_as_it_was_reported(session, change):
    presenter, other = make_presenter(), make_presenter()
    concern = a_concern(presenter.id, presenter.centre_id)
    end_by(concern, other.user_id)
    with database_refusal("concern_stays") as inside:
        inside.execute(text(f"UPDATE concern SET {change}"))

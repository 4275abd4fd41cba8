"""What one person may not do to what is about herself, nor anybody past the product: tried by SQL on both databases."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from scheduler.concerns.models import Concern, ConcernAbout, HandOff
from scheduler.concerns.terms import HandedTo, SpokenUpBy
from scheduler.core.db import transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.safeguarding.models import AssignmentStop
from scheduler.staffing.models.pick_ups import PickUp
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import a_minor, make_presenter
from tests.factories.safeguarding import make_consent, make_driving_check, make_vetting
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
    with database_refusal("concern_is_ended_by_another") as inside:
        row = inside.get_one(Concern, concern)
        row.ended_at, row.ended_by_id = MONDAY, presenter.user_id
        inside.flush()
    with transaction() as inside:
        row = inside.get_one(Concern, concern)
        row.ended_at, row.ended_by_id = MONDAY, other.user_id
    with transaction() as inside, opened_way(inside, NamedWay.RETENTION):
        inside.execute(text("DELETE FROM concern"))

    assert session.scalars(select(ConcernAbout)).all() == []


def test_nobody_lifts_her_own_stop(session):
    presenter = make_presenter()
    with transaction() as inside:
        inside.add(AssignmentStop(presenter_id=presenter.id, stopped_at=MONDAY))

    with database_refusal("stop_is_lifted_by_another") as inside:
        stop = inside.scalars(select(AssignmentStop)).one()
        stop.lifted_at, stop.lifted_because, stop.lifted_by_id = MONDAY, "settled", presenter.user_id
        inside.flush()


def test_a_hand_off_goes_only_as_the_audit_says(session):
    presenter = make_presenter()
    with transaction() as inside:
        told = {"told": next(iter(HandedTo)), "told_at": MONDAY, "noted_at": MONDAY + dt.timedelta(minutes=1)}
        inside.add(HandOff(centre_id=presenter.centre_id, **told))

    with database_refusal("hand_off_is_noted_for_good") as inside:
        inside.execute(text("DELETE FROM hand_off"))


def test_nobody_outside_the_crew_is_fetched_from_a_visit(session):
    minor, visit = a_minor(), make_visit()

    with database_refusal("pick_up_is_of_the_crew") as inside:
        inside.add(PickUp(visit_id=visit.id, presenter_id=minor.id, who="Ana", typed_at=MONDAY))
        inside.flush()


def test_an_adult_is_not_erased_in_her_seat_of_a_visit_to_come(session):
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

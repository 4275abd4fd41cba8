"""Who may take young presenters along in her car, and who may ride: each stored as a fact of its own, on its days."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.safeguarding import service
from scheduler.safeguarding.models import DrivingCheck, GuardianConsent
from scheduler.safeguarding.queries import page_of
from scheduler.safeguarding.terms import ProofStanding, SafeguardingReason, VettingDraft, VettingResult
from scheduler.staffing.queries.driving import driving_checks_of, ride_facts
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter
from tests.factories.safeguarding import make_consent, make_driving_check, make_vetting
from tests.visits.defences import by_sql, refusal_of

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)
CLEARED = VettingDraft(VettingResult.CLEARED, TODAY - 9 * DAY, TODAY + 300 * DAY)


@pytest.fixture
def officer(app) -> Actor:
    return an_actor(Role.SAFEGUARDING, centre_id=make_centre().id)


def test_a_check_as_a_driver_is_kept_with_its_days_once_and_apart_from_the_other(officer):
    adult = make_presenter(centre_id=officer.centre_id)

    first = service.record_driving_check(officer, adult.id, CLEARED, now=MONDAY)
    again = service.record_driving_check(officer, adult.id, CLEARED, now=MONDAY)

    assert first == again
    found = driving_checks_of(adult.id, TODAY)
    assert (found.standing.standing, len(found.checks)) == (ProofStanding.VALID, 1)
    assert driving_checks_of(adult.id, TODAY + 301 * DAY).standing.standing is ProofStanding.ENDED
    assert page_of(adult.id, TODAY).clearance.vetting.standing is ProofStanding.MISSING
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["driving check recorded"]


def test_nobody_is_checked_who_is_a_minor_a_stranger_or_herself(officer):
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), centre_id=officer.centre_id)
    stranger = make_presenter()

    with pytest.raises(Rejected) as refused:
        service.record_driving_check(officer, minor.id, CLEARED, now=MONDAY)
    assert refused.value.problems == {"driving": SafeguardingReason.DRIVER_IS_AN_ADULT}
    with pytest.raises(NotFound):
        service.record_driving_check(officer, stranger.id, CLEARED, now=MONDAY)
    herself = make_presenter(centre_id=officer.centre_id)
    with pytest.raises(NotAllowed):
        own = replace(officer, user_id=herself.user_id)
        service.record_driving_check(own, herself.id, CLEARED, now=MONDAY)
    late = replace(CLEARED, checked_on=TODAY + DAY)
    with pytest.raises(Rejected):
        service.record_driving_check(officer, herself.id, late, now=MONDAY)
    assert db.session.scalars(select(DrivingCheck)).all() == []


def test_the_last_check_decides_and_ends_what_was_cleared(officer):
    adult = make_presenter(centre_id=officer.centre_id)
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))
    make_consent(minor.id, rides=True)
    service.record_driving_check(officer, adult.id, CLEARED, now=MONDAY)
    before = ride_facts([adult.id, minor.id])

    service.record_driving_check(officer, adult.id, VettingDraft(VettingResult.REFUSED, TODAY, TODAY), now=MONDAY)

    assert before.may_ride(adult.id, minor.id, TODAY)
    assert not before.may_ride(adult.id, minor.id, TODAY - 10 * DAY)
    assert not before.may_ride(adult.id, minor.id, TODAY + 301 * DAY)
    assert not before.may_ride(minor.id, adult.id, TODAY)
    assert not ride_facts([adult.id, minor.id]).may_ride(adult.id, minor.id, TODAY)
    assert driving_checks_of(adult.id, TODAY).standing.standing is ProofStanding.REFUSED


@pytest.mark.parametrize(
    "given",
    [
        {"rides": False},
        {"rides": True, "takes_part": False},
        {"rides": True, "withdrawn_at": MONDAY},
        {"rides": True, "valid_until": TODAY - DAY},
        {"rides": True, "given_on": TODAY + DAY},
    ],
)
def test_nobody_rides_without_a_consent_to_that_very_thing_on_that_day(app, given):
    """Leave to travel to other towns is none to ride, and neither the check for schools lets anybody drive."""
    adult, minor = make_presenter(), make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))
    make_driving_check(adult.id)
    make_consent(minor.id, travels=True, **given)
    other = make_presenter()
    make_vetting(other.id)

    facts = ride_facts([adult.id, minor.id, other.id])

    assert not facts.may_ride(adult.id, minor.id, TODAY)
    assert not facts.may_ride(other.id, minor.id, TODAY)


@pytest.mark.postgres_decides
def test_the_database_takes_no_minor_as_a_driver_and_lets_nobody_write_a_consent_to_rides_anew(app, session):
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))
    make_consent(minor.id)
    session.rollback()

    with pytest.raises(IntegrityError, match="driver_is_an_adult"), transaction() as own:
        fair = {"result": VettingResult.CLEARED, "checked_on": TODAY, "valid_until": TODAY, "recorded_at": MONDAY}
        own.add(DrivingCheck(presenter_id=minor.id, **fair))
    db.session.rollback()
    assert refusal_of(lambda: by_sql("UPDATE guardian_consent SET rides = true")) == "ride_is_agreed_once"
    db.session.rollback()
    assert db.session.scalars(select(GuardianConsent.rides)).all() == [False]

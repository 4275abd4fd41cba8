"""Checks for schools and as a driver: recorded with their days, once, never of oneself; who may go, drive and ride."""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scheduler import policy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.safeguarding import service
from scheduler.safeguarding.models import DrivingCheck, Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.queries import page_of
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    ConsentDraft,
    GuardianDraft,
    PaperDraft,
    ProofStanding,
    SafeguardingReason,
    VettingDraft,
    VettingResult,
)
from scheduler.staffing.queries.driving import driving_checks_of, ride_facts
from scheduler.staffing.service.consents import confirm_paper, give_consent, record_paper
from scheduler.visits.queries.clearance import ONLINE, clearance
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_actor, an_officer_of, make_centre, make_presenter, presenter_actor
from tests.factories.safeguarding import (
    a_cleared_educator,
    a_scan,
    make_consent,
    make_driving_check,
    make_guardian,
    make_vetting,
)
from tests.refusals import rejection
from tests.visits.defences import by_sql, refusal_of

TODAY = MONDAY.date()
CLEARED = VettingDraft(VettingResult.CLEARED, TODAY, TODAY + dt.timedelta(days=365))


def cleared_presenters(day: dt.date) -> set[int]:
    """Who may enter a school on a day, as crews are judged."""
    people = db.session.scalars(select(Presenter.id)).all()
    return {one for one, reasons in clearance(people, day, ONLINE).items() if not reasons}


@pytest.mark.postgres_decides
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR])
def test_a_result_is_recorded_with_its_days_and_who_recorded_it(app, role):
    presenter = make_presenter()
    actor = an_officer_of(presenter, role)
    assert cleared_presenters(TODAY) == frozenset()
    service.record_vetting(actor, presenter.id, CLEARED, now=MONDAY)
    row = db.session.scalars(select(Vetting)).one()
    assert (row.result, row.recorded_by_id, row.recorded_at) == (VettingResult.CLEARED, actor.user_id, MONDAY)
    assert cleared_presenters(TODAY) == {presenter.id}
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["vetting recorded"]


def test_nobody_records_her_own_result_or_one_of_another_centre(app):
    presenter = make_presenter()
    both = Actor(frozenset({Role.EDUCATOR, Role.COORDINATOR}), presenter.user_id, presenter.centre_id, presenter.id)

    for actor in (both, presenter_actor(presenter)):
        with pytest.raises(NotAllowed):
            service.record_vetting(actor, presenter.id, CLEARED, now=MONDAY)
    assert db.session.scalars(select(Vetting)).all() == []

    for call in (
        lambda: service.record_vetting(an_actor(Role.SAFEGUARDING), presenter.id, CLEARED, now=MONDAY),
        lambda: service.record_vetting(an_actor(Role.SAFEGUARDING), 4711, CLEARED, now=MONDAY),
    ):
        with pytest.raises(NotFound):
            call()


def test_who_is_cleared_depends_on_the_day_and_nobody_is_below_fifteen(app):
    educator = make_presenter()
    make_vetting(educator.id, checked_on=TODAY, valid_until=TODAY + dt.timedelta(days=10))
    suspended = a_cleared_educator()
    with transaction() as session:
        session.get(Presenter, suspended.id).suspended_at = MONDAY

    assert cleared_presenters(TODAY - dt.timedelta(days=1)) == frozenset()
    assert cleared_presenters(TODAY + dt.timedelta(days=10)) == {educator.id}
    assert cleared_presenters(TODAY + dt.timedelta(days=11)) == frozenset()

    young = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2011, 10, 1))
    make_vetting(young.id)
    make_consent(young.id)

    assert cleared_presenters(dt.date(2026, 9, 30)) == frozenset()
    assert cleared_presenters(dt.date(2026, 10, 1)) == {young.id}


DAY = dt.timedelta(days=1)
CHECKED = VettingDraft(VettingResult.CLEARED, TODAY - 9 * DAY, TODAY + 300 * DAY)


@pytest.fixture
def officer(app) -> Actor:
    return an_actor(Role.SAFEGUARDING, centre_id=make_centre().id)


def test_a_check_as_a_driver_is_kept_with_its_days_once_and_apart_from_the_other(officer):
    adult = make_presenter(centre_id=officer.centre_id)
    first = service.record_driving_check(officer, adult.id, CHECKED, now=MONDAY)
    again = service.record_driving_check(officer, adult.id, CHECKED, now=MONDAY)
    assert first == again
    found = driving_checks_of(adult.id, TODAY)
    assert (found.standing.standing, len(found.checks)) == (ProofStanding.VALID, 1)
    assert driving_checks_of(adult.id, TODAY + 301 * DAY).standing.standing is ProofStanding.ENDED
    assert page_of(adult.id, TODAY).clearance.vetting.standing is ProofStanding.MISSING
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["driving check recorded"]


def test_nobody_is_checked_who_is_a_minor_a_stranger_or_herself(officer):
    minor = a_minor(centre_id=officer.centre_id)
    stranger = make_presenter()

    with rejection(driving=SafeguardingReason.DRIVER_IS_AN_ADULT):
        service.record_driving_check(officer, minor.id, CHECKED, now=MONDAY)
    with pytest.raises(NotFound):
        service.record_driving_check(officer, stranger.id, CHECKED, now=MONDAY)
    herself = make_presenter(centre_id=officer.centre_id)
    with pytest.raises(NotAllowed):
        own = replace(officer, user_id=herself.user_id)
        service.record_driving_check(own, herself.id, CHECKED, now=MONDAY)
    late = replace(CHECKED, checked_on=TODAY + DAY)
    with pytest.raises(Rejected):
        service.record_driving_check(officer, herself.id, late, now=MONDAY)
    assert db.session.scalars(select(DrivingCheck)).all() == []


def test_the_last_check_decides_and_ends_what_was_cleared(officer):
    adult = make_presenter(centre_id=officer.centre_id)
    minor = a_minor()
    make_consent(minor.id, rides=True)
    service.record_driving_check(officer, adult.id, CHECKED, now=MONDAY)
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
        {"rides": False}, {"rides": True, "takes_part": False}, {"rides": True, "withdrawn_at": MONDAY},
        {"rides": True, "valid_until": TODAY - DAY}, {"rides": True, "given_on": TODAY + DAY},
    ],
)  # fmt: skip
def test_nobody_rides_without_a_consent_to_that_very_thing_on_that_day(app, given):
    """Leave to travel to other towns is none to ride, and neither the check for schools lets anybody drive."""
    adult, minor = make_presenter(), a_minor()
    make_driving_check(adult.id)
    make_consent(minor.id, travels=True, **given)
    other = make_presenter()
    make_vetting(other.id)
    facts = ride_facts([adult.id, minor.id, other.id])
    assert not facts.may_ride(adult.id, minor.id, TODAY)
    assert not facts.may_ride(other.id, minor.id, TODAY)


@pytest.mark.postgres_decides
def test_the_database_takes_no_minor_as_a_driver_and_lets_nobody_write_a_consent_to_rides_anew(app, session):
    minor = a_minor()
    make_consent(minor.id)
    session.rollback()
    with pytest.raises(IntegrityError, match="driver_is_an_adult"), transaction() as own:
        fair = {"result": VettingResult.CLEARED, "checked_on": TODAY, "valid_until": TODAY, "recorded_at": MONDAY}
        own.add(DrivingCheck(presenter_id=minor.id, **fair))
    db.session.rollback()
    assert refusal_of(lambda: by_sql("UPDATE guardian_consent SET rides = true")) == "ride_is_agreed_once"
    db.session.rollback()
    assert db.session.scalars(select(GuardianConsent.rides)).all() == [False]


IN_A_YEAR = TODAY + dt.timedelta(days=365)
GOOD, REFUSED = (VettingDraft(result, TODAY, IN_A_YEAR) for result in VettingResult)
VESNA = GuardianDraft("Vesna Ilić", "Vesna@Family.Example")
TICKED = ConsentDraft(CONSENT_TEXT, takes_part=True)
EIGHT = 8


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.postgres_decides
def test_a_guardian_is_named_and_told_once(app):
    minor = a_minor()
    officer, minor_id = an_actor(Role.SAFEGUARDING, centre_id=minor.centre_id), minor.id
    raised = all_at_once(app, [lambda: service.name_guardian(officer, minor_id, VESNA, now=MONDAY)] * EIGHT)
    assert raised == [None] * EIGHT
    assert (how_many(Guardian), how_many(OutboxMessage)) == (1, 0)
    number, second = db.session.scalars(select(Guardian.id)).one(), an_officer_of(minor)
    raised = all_at_once(app, [lambda: service.confirm_guardian(second, minor_id, number, now=MONDAY)] * EIGHT)
    assert (raised.count(None), how_many(OutboxMessage)) == (1, 1)


@pytest.mark.postgres_decides
def test_a_guardian_consents_once(app):
    minor = a_minor()
    her = policy.guardian(make_guardian(minor.id).id, minor.id)
    raised = all_at_once(app, [lambda: give_consent(her, "Vesna Ilić", TICKED, now=MONDAY)] * EIGHT)
    assert raised == [None] * EIGHT
    assert (how_many(GuardianConsent), how_many(OutboxMessage)) == (1, 1)


@pytest.mark.postgres_decides
def test_of_eight_who_see_a_paper_at_once_one_is_the_second(app):
    minor = a_minor()
    make_guardian(minor.id)
    officers = [an_officer_of(minor) for _ in range(EIGHT + 1)]
    draft = PaperDraft(TICKED, TODAY, IN_A_YEAR, a_scan(), seen=True)
    paper = record_paper(officers[0], minor.id, draft, now=MONDAY)
    raised = all_at_once(app, [partial(confirm_paper, who, paper, now=MONDAY) for who in officers[1:]])
    assert raised.count(None) == 1
    assert (how_many(GuardianConsent), how_many(OutboxMessage)) == (1, 1)


@pytest.mark.postgres_decides
def test_a_result_is_recorded_once(app):
    educator = make_presenter()
    officer, educator_id = an_actor(Role.SAFEGUARDING, centre_id=educator.centre_id), educator.id
    raised = all_at_once(app, [lambda: service.record_vetting(officer, educator_id, GOOD, now=MONDAY)] * EIGHT)
    assert (raised, how_many(Vetting)) == ([None] * EIGHT, 1)


def test_a_result_that_another_one_has_overtaken_counts_again(app):
    educator = make_presenter()
    officer = an_actor(Role.SAFEGUARDING, centre_id=educator.centre_id)
    for result in (GOOD, REFUSED, GOOD):
        service.record_vetting(officer, educator.id, result, now=MONDAY)
    assert how_many(Vetting) == 3

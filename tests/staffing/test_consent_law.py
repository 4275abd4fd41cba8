"""The law of a consent: what a row can hold, what `invariants check` names, and random acts that all keep it."""

import datetime as dt

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.terms import CONSENT_TEXT, ConsentDraft, ConsentMethod, PaperDraft, WithdrawnBy
from scheduler.staffing.queries.consent_law import violations
from scheduler.staffing.service.consents import confirm_paper, record_paper
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, make_user
from tests.factories.safeguarding import LONG_AGO, a_scan, make_consent, make_guardian, make_vetting

TODAY = MONDAY.date()
TICKED = ConsentDraft(CONSENT_TEXT, takes_part=True)
PAPER = PaperDraft(TICKED, TODAY, TODAY + dt.timedelta(days=300), a_scan(), seen=True)


def a_minor() -> Presenter:
    return make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))


def an_officer_of(minor: Presenter) -> Actor:
    return an_actor(Role.SAFEGUARDING, centre_id=minor.centre_id)


def change(model, **given) -> None:
    with transaction() as session:
        session.execute(update(model).values(**given))


def test_consents_that_keep_the_law_are_no_violation(session):
    minor, other = a_minor(), a_minor()
    make_consent(minor.id)
    make_guardian(other.id)
    paper = record_paper(an_officer_of(other), other.id, PAPER, now=MONDAY)
    confirm_paper(an_officer_of(other), paper, now=MONDAY)

    assert violations() == []


def test_each_consent_that_breaks_the_law_is_named(session):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    paper = record_paper(an_officer_of(minor), minor.id, PAPER, now=MONDAY)
    consent = confirm_paper(an_officer_of(minor), paper, now=MONDAY)

    change(ConsentPaper, second_seen_by_id=None, second_seen_at=None)
    assert violations() == [f"consent {consent} rests on a paper that two have not seen"]
    change(GuardianConsent, method=ConsentMethod.LINK)
    make_user(email="vesna@family.example", created_at=LONG_AGO)
    assert violations() == [f"consent {consent} came by a link to an account"]
    change(GuardianConsent, earlier=True)
    assert violations() == [], "what was recorded before is held to nothing more"
    change(GuardianConsent, earlier=False, guardian_email="other@family.example")
    change(Guardian, in_force_at=MONDAY + dt.timedelta(days=1))
    assert violations() == [f"consent {consent} came from a guardian who did not speak then"]
    change(Guardian, in_force_at=LONG_AGO, replaced_at=MONDAY + dt.timedelta(days=9))
    late = make_guardian(minor.id, email="late@family.example", in_force_at=MONDAY).id
    assert violations() == [f"guardians {guardian.id} and {late} speak for presenter {minor.id} at once"]


def test_a_link_after_a_withdrawal_from_somebody_new_is_named(session):
    minor = a_minor()
    make_consent(minor.id, withdrawn_at=MONDAY, withdrawn_by=WithdrawnBy.MINOR)
    change(Guardian, replaced_at=MONDAY)
    new = make_guardian(minor.id, email="petar@family.example", in_force_at=MONDAY)
    given = {"guardian_id": new.id, "guardian_email": new.email, "recorded_at": MONDAY}
    consent = make_consent(minor.id, **given).id

    assert violations() == [f"consent {consent} came by a link after a withdrawal, from who had not consented before"]


def test_days_that_do_not_follow_from_the_birth_date_are_named(session):
    minor = a_minor()
    change(Presenter, adult_on=TODAY)

    assert violations() == [f"presenter {minor.id} has days that do not follow from the birth date"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"method": "paper"}, "paper_is_seen_by_two"),
        ({"method": "link", "guardian_id": None}, "link_is_of_a_guardian"),
        ({"withdrawn_by": WithdrawnBy.STAFF}, "withdrawn_at_a_moment"),
    ],
)
def test_the_database_refuses_a_consent_that_nobody_gave(session, given, name):
    minor = a_minor()
    make_vetting(minor.id)

    with pytest.raises(IntegrityError, match=name):
        make_consent(minor.id, **given)


@pytest.mark.both_databases
def test_the_database_refuses_one_pair_of_eyes_twice(session):
    minor = a_minor()
    make_guardian(minor.id)
    officer = an_officer_of(minor)
    record_paper(officer, minor.id, PAPER, now=MONDAY)

    with pytest.raises(IntegrityError, match="seen_by_two_people"), transaction() as open_session:
        open_session.execute(update(ConsentPaper).values(second_seen_by_id=officer.user_id, second_seen_at=MONDAY))

"""A form of safeguarding sent eight times at once: one row, and one mail to the guardian, on both databases."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.safeguarding import service
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import ConsentDraft, VettingDraft, VettingResult
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter

TODAY = MONDAY.date()
IN_A_YEAR = TODAY + dt.timedelta(days=365)
CLEARED, REFUSED = (VettingDraft(result, TODAY, IN_A_YEAR) for result in VettingResult)
PAPER = ConsentDraft("Vesna Ilić", "Vesna@Family.Example", TODAY, IN_A_YEAR, "2026-01", takes_part=True)
EIGHT = 8


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.both_databases
def test_a_consent_is_recorded_and_told_once(app):
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))
    officer, minor_id = an_actor(Role.SAFEGUARDING, centre_id=minor.centre_id), minor.id

    raised = all_at_once(app, [lambda: service.record_paper_consent(officer, minor_id, PAPER, now=MONDAY)] * EIGHT)

    assert raised == [None] * EIGHT
    assert (how_many(GuardianConsent), how_many(OutboxMessage)) == (1, 1)


def test_a_consent_that_was_withdrawn_is_not_the_same_as_a_new_one(app):
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1))
    officer = an_actor(Role.SAFEGUARDING, centre_id=minor.centre_id)
    service.withdraw_consent(officer, service.record_paper_consent(officer, minor.id, PAPER, now=MONDAY), now=MONDAY)

    service.record_paper_consent(officer, minor.id, PAPER, now=MONDAY)

    assert (how_many(GuardianConsent), how_many(OutboxMessage)) == (2, 2)


@pytest.mark.both_databases
def test_a_result_is_recorded_once(app):
    educator = make_presenter()
    officer, educator_id = an_actor(Role.SAFEGUARDING, centre_id=educator.centre_id), educator.id

    raised = all_at_once(app, [lambda: service.record_vetting(officer, educator_id, CLEARED, now=MONDAY)] * EIGHT)

    assert (raised, how_many(Vetting)) == ([None] * EIGHT, 1)


def test_a_result_that_another_one_has_overtaken_counts_again(app):
    educator = make_presenter()
    officer = an_actor(Role.SAFEGUARDING, centre_id=educator.centre_id)

    for result in (CLEARED, REFUSED, CLEARED):
        service.record_vetting(officer, educator.id, result, now=MONDAY)

    assert how_many(Vetting) == 3

"""A form of safeguarding sent eight times at once: one row, and one mail to the guardian, on both databases."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import func, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.safeguarding import service
from scheduler.safeguarding.models import Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    ConsentDraft,
    GuardianDraft,
    PaperDraft,
    VettingDraft,
    VettingResult,
)
from scheduler.staffing.service.consents import confirm_paper, give_consent, record_paper
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import a_minor, an_actor, an_officer_of, make_presenter
from tests.factories.safeguarding import a_scan, make_guardian

TODAY = MONDAY.date()
IN_A_YEAR = TODAY + dt.timedelta(days=365)
CLEARED, REFUSED = (VettingDraft(result, TODAY, IN_A_YEAR) for result in VettingResult)
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
    assert (how_many(Guardian), how_many(OutboxMessage)) == (1, 1)


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

    raised = all_at_once(app, [lambda: service.record_vetting(officer, educator_id, CLEARED, now=MONDAY)] * EIGHT)

    assert (raised, how_many(Vetting)) == ([None] * EIGHT, 1)


def test_a_result_that_another_one_has_overtaken_counts_again(app):
    educator = make_presenter()
    officer = an_actor(Role.SAFEGUARDING, centre_id=educator.centre_id)

    for result in (CLEARED, REFUSED, CLEARED):
        service.record_vetting(officer, educator.id, result, now=MONDAY)

    assert how_many(Vetting) == 3

"""Vetting and consent."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import ConsentMethod, VettingResult
from tests.factories import MONDAY
from tests.factories.people import make_presenter


def make_vetting(presenter_id: int, **given: Any) -> Vetting:
    """A clear result that covers 2020 to 2030."""
    fair = {
        "result": VettingResult.CLEARED,
        "checked_on": dt.date(2020, 1, 1),
        "valid_until": dt.date(2030, 12, 31),
        "recorded_at": MONDAY,
    }
    with transaction() as session:
        vetting = Vetting(presenter_id=presenter_id, **(fair | given))
        session.add(vetting)
        session.flush()
    return vetting


def make_consent(presenter_id: int, **given: Any) -> GuardianConsent:
    """A guardian's consent to take part that covers 2020 to 2030."""
    fair = {
        "guardian_name": "Vesna Ilić",
        "guardian_email": "vesna@family.example",
        "takes_part": True,
        "method": ConsentMethod.PAPER,
        "text_version": "2026-01",
        "given_on": dt.date(2020, 1, 1),
        "valid_until": dt.date(2030, 12, 31),
        "recorded_at": MONDAY,
    }
    with transaction() as session:
        consent = GuardianConsent(presenter_id=presenter_id, **(fair | given))
        session.add(consent)
        session.flush()
    return consent


def a_cleared_educator(**given: Any) -> Presenter:
    """An educator whom every rule lets go anywhere."""
    with transaction():
        presenter = make_presenter(**given)
        make_vetting(presenter.id)
    return presenter


def a_cleared_minor(**given: Any) -> Presenter:
    """A 16-year-old influencer (on MONDAY), vetted, with a guardian's consent."""
    with transaction():
        presenter = make_presenter(PresenterKind.INFLUENCER, **({"birth_date": dt.date(2010, 3, 1)} | given))
        make_vetting(presenter.id)
        make_consent(presenter.id)
    return presenter

"""School requests: drafts as a form gives them, and stored rows in any state."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.people.terms import TeachingLanguage
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.pages import RequestedPresentationRow
from scheduler.requests.terms.school_request import (
    DayPart,
    PresentationDraft,
    RequestChannel,
    RequestDraft,
    RequestState,
)
from tests.factories import MONDAY, a_number, stored
from tests.factories.places import make_host
from tests.factories.programmes import make_programme

FIRST_DAY = dt.date(2026, 10, 5)
LAST_DAY = dt.date(2026, 10, 9)


def a_presentation(**given: Any) -> PresentationDraft:
    """90 pupils of a primary school in the morning."""
    fair: dict[str, Any] = {
        "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "classes": "7b, 7c", "pupils": 90, "parents": 0,
        "teachers": 2, "day_part": DayPart.MORNING,
    }  # fmt: skip
    return PresentationDraft(**(fair | given))


def a_draft(**given: Any) -> RequestDraft:
    """A draft that every rule accepts on MONDAY; name only what your test is about (host and programme must exist)."""
    fair: dict[str, Any] = {
        "programme_id": 1, "host_id": 1, "language": "sr_Cyrl", "teaching_language": TeachingLanguage.SERBIAN,
        "first_day": FIRST_DAY, "last_day": LAST_DAY, "contact_name": "Ana Petrović",
        "contact_email": "ana@school.example", "contact_phone": "+381 24 555 123", "presentations": (a_presentation(),),
        "teacher_stays": True, "safeguarding_contact": "Mira Savić, psychologist",
    }  # fmt: skip
    return RequestDraft(**(fair | given))


def a_wish(**given: Any) -> RequestedPresentationRow:
    """One presentation of a request as it is read: a class of the seventh grade at any hour."""
    fair: dict[str, Any] = {
        "ordinal": 1, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "classes": "7b", "pupils": 25,
        "parents": 0, "teachers": 1, "day_part": DayPart.ANY, "starts_local": None,
    }  # fmt: skip
    return RequestedPresentationRow(**(fair | given))


def make_school_request(state: RequestState = RequestState.NEW, **given: Any) -> SchoolRequest:
    """A stored request in any state, with one presentation for 90 pupils. `programme`, `host_id` as needed."""
    with transaction():
        programme = given.pop("programme", None) or make_programme()
        fair: dict[str, Any] = {
            "number": f"R-2026-{a_number():04d}", "centre_id": programme.centre_id, "programme_id": programme.id,
            "channel": RequestChannel.WEB, "language": "sr_Cyrl", "teaching_language": TeachingLanguage.SERBIAN,
            "first_day": FIRST_DAY, "last_day": LAST_DAY, "contact_name": "Ana Petrović",
            "contact_email": "ana@school.example", "contact_phone": "+381 24 555 123", "teacher_stays": True,
            "safeguarding_contact": "Mira Savić", "state": state, "state_since": MONDAY, "submitted_at": MONDAY,
        }  # fmt: skip
        if "host_id" not in given:
            fair["host_id"] = make_host().id
        school_request = SchoolRequest(**(fair | given))
        school_request.presentations = [
            RequestedPresentation(
                ordinal=1, audience=Audience.PUPILS, level=SchoolLevel.PRIMARY, classes="7b, 7c", pupils=90, teachers=2
            )
        ]
        return stored(school_request)

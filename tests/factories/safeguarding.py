"""Vetting and consent."""

import datetime as dt
import io
from typing import Any

from PIL import Image
from sqlalchemy import select

from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.scans import ScanKind
from scheduler.people.models import AvailableHours, Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM
from scheduler.safeguarding.models import ConsentPaper, DrivingCheck, Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.terms import CONSENT_TEXT, ConsentDraft, ConsentMethod, PaperDraft, VettingResult
from tests.factories import MONDAY, stored
from tests.factories.people import make_presenter

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def make_vetting(presenter_id: int, **given: Any) -> Vetting:
    """A clear result that covers 2020 to 2030."""
    fair = {
        "result": VettingResult.CLEARED,
        "checked_on": dt.date(2020, 1, 1),
        "valid_until": dt.date(2030, 12, 31),
        "recorded_at": MONDAY,
    }
    return stored(Vetting(presenter_id=presenter_id, **(fair | given)))


def make_driving_check(presenter_id: int, **given: Any) -> DrivingCheck:
    """A clear result as a driver that covers 2020 to 2030."""
    fair = {
        "result": VettingResult.CLEARED,
        "checked_on": dt.date(2020, 1, 1),
        "valid_until": dt.date(2030, 12, 31),
        "recorded_at": MONDAY,
    }
    return stored(DrivingCheck(presenter_id=presenter_id, **(fair | given)))


def make_guardian(presenter_id: int, **given: Any) -> Guardian:
    """Who speaks for a minor since 2020, confirmed by a second person; `in_force_at` and `replaced_at` as needed."""
    fair = {
        "name": "Vesna Ilić", "email": "vesna@family.example", "named_at": LONG_AGO, "in_force_at": LONG_AGO,
        "confirmed_at": LONG_AGO, "asked_text": CONSENT_TEXT,
    }  # fmt: skip
    return stored(Guardian(presenter_id=presenter_id, **(fair | given)))


def make_consent(presenter_id: int, **given: Any) -> GuardianConsent:
    """A guardian's consent to take part and travel, by her link, that covers 2020 to 2030; one is named if none is."""
    fair: dict[str, Any] = {
        "guardian_name": "Vesna Ilić", "guardian_email": "vesna@family.example", "takes_part": True, "travels": True,
        "method": ConsentMethod.LINK, "text_version": CONSENT_TEXT, "given_on": dt.date(2020, 1, 1),
        "valid_until": dt.date(2030, 12, 31), "recorded_at": LONG_AGO,
    }  # fmt: skip
    with transaction() as session:
        if "guardian_id" not in given:
            last = select(Guardian.id).where(Guardian.presenter_id == presenter_id, Guardian.replaced_at.is_(None))
            email = given.get("guardian_email", fair["guardian_email"])
            fair["guardian_id"] = session.scalar(last) or make_guardian(presenter_id, email=email).id
        return stored(GuardianConsent(presenter_id=presenter_id, **(fair | given)))


def a_scan(kind: str = "png", width: int = 800, height: int = 1100) -> bytes:
    """A white sheet; each size is another paper."""
    if kind == "pdf":
        return b"%PDF-1.7\n1 0 obj<</Type/Page /W " + str(width).encode() + b">>\n%%EOF\n"
    drawn = io.BytesIO()
    Image.new("L", (width, height), "white").save(drawn, format=kind, quality=90)
    return drawn.getvalue()


def make_paper(presenter_id: int, seen_by_id: int | None, **given: Any) -> ConsentPaper:
    """A signed paper that one of the staff has seen and that waits for a second; a guardian must be named already."""
    scan = a_scan()
    fair = dict.fromkeys(("travels", "photo", "name_on_the_web"), False) | {
        "takes_part": True, "text_version": CONSENT_TEXT, "given_on": MONDAY.date(),
        "valid_until": dt.date(2027, 12, 31), "scan": scan, "scan_kind": ScanKind.PNG, "first_seen_at": MONDAY,
    }  # fmt: skip
    with transaction() as session:
        guardian_id = session.scalars(select(Guardian.id).where(Guardian.presenter_id == presenter_id)).one()
        return stored(
            ConsentPaper(
                presenter_id=presenter_id, guardian_id=guardian_id, first_seen_by_id=seen_by_id, **(fair | given)
            )
        )


def a_cleared_educator(**given: Any) -> Presenter:
    """An educator whom every rule lets go anywhere."""
    with transaction():
        presenter = make_presenter(**given)
        make_vetting(presenter.id)
    return presenter


def an_educator_on_working_days(**given: Any) -> Presenter:
    """The same, who comes from Monday to Friday from 8 to 16."""
    with transaction() as session:
        presenter = a_cleared_educator(**given)
        session.add_all(
            AvailableHours(presenter_id=presenter.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            for day in range(5)
        )
    return presenter


def a_cleared_minor(**given: Any) -> Presenter:
    """A 16-year-old influencer (on MONDAY), vetted, with a guardian's consent."""
    with transaction():
        presenter = make_presenter(PresenterKind.INFLUENCER, **({"birth_date": dt.date(2010, 3, 1)} | given))
        make_vetting(presenter.id)
        make_consent(presenter.id)
    return presenter


TICKED = ConsentDraft(CONSENT_TEXT, takes_part=True)


def a_paper_draft(**given: Any) -> PaperDraft:
    """A paper to take part, signed on MONDAY for 300 days, that whoever records it has seen."""
    today = MONDAY.date()
    days = {"given_on": today, "valid_until": today + dt.timedelta(days=300)}
    return PaperDraft(**({"ticked": TICKED, "scan": a_scan(), "seen": True} | days | given))


PROOFS: tuple[tuple[type[Any], str, str], ...] = (
    (Vetting, "vetting recorded", "recorded_at"),
    (DrivingCheck, "driving check recorded", "recorded_at"),
    (Guardian, "guardian named", "named_at"),
    (Guardian, "guardian confirmed", "confirmed_at"),
    (GuardianConsent, "consent recorded", "recorded_at"),
)


def note_proofs() -> None:
    """Write the lines that services leave in the audit beside proofs: the factories above leave none."""
    with transaction() as session:
        for model, action, at in PROOFS:
            for row in session.scalars(select(model).order_by(model.id)).all():
                audit.record(SYSTEM, action, row, at=getattr(row, at))

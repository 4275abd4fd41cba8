"""How something is forgotten, table by table, inside the caller's transaction and on a way that it has opened.

What hangs on a row, or is counted, stays: the row loses whose it is. What is only about a person is deleted.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, delete, func, literal, select, update
from sqlalchemy.orm import Session

from scheduler.attendance.models import NamedAdult
from scheduler.attendance.sheet_models import SheetScan
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import FORGOTTEN_KEY
from scheduler.concerns.models import HandOff
from scheduler.config import settings
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base
from scheduler.core.seals import BLANKED_ACTOR
from scheduler.core.tokens import SecretLink
from scheduler.imports.batches import ImportedRow
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import keep_back
from scheduler.people.models import Presenter, User
from scheduler.people.rules import adult_on, may_present_from
from scheduler.privacy.queries.retention import CONTACT, WORDS
from scheduler.privacy.terms import FORGOTTEN_BIRTH, FORGOTTEN_NAME
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.queries import GUARDIAN_LINK
from scheduler.visits.models.visits import Visit

# About a person, and counted or kept as proof all the same: these hold numbers of rows, and the names are blanked.
STAYS = frozenset(
    {
        "presenter",
        "guardian",
        "guardian_consent",
        "consent_paper",
        "drive",
        "late_notice",
        "relief_ask",
        "told_note",
        "finding",
    }
)
LETTERS = (("mail", "eml"), ("sms", "txt"))  # folders where messages lie that no server was there for

Ids = Collection[int]


def mark_of(purpose: str, value: str) -> str:
    """What stays of an address: a keyed hash, which recognises it without telling it."""
    key = settings().secret_key.encode()
    return hmac.new(key, f"{purpose}: {value.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def blank_contacts(session: Session, ids: Ids) -> None:
    """Who asked, and whom the school named: the request is nobody's, its numbers and days stay."""
    nobody = dict.fromkeys(CONTACT, "")
    session.execute(
        update(SchoolRequest).where(SchoolRequest.id.in_(ids)).values(**nobody, version=SchoolRequest.version + 1)
    )
    session.execute(update(Visit).where(Visit.school_request_id.in_(ids)).values(safeguarding_contact=""))
    end_links_to(session, ("prove", "status", "read"), ids)


def blank_words(session: Session, ids: Ids) -> None:
    """What was written to and fro about a request."""
    session.execute(update(SchoolRequest).where(SchoolRequest.id.in_(ids)).values(**dict.fromkeys(WORDS, "")))


def blank_unproven(session: Session, ids: Ids) -> None:
    blank_contacts(session, ids)
    blank_words(session, ids)


def end_links_to(session: Session, purposes: Collection[str], ids: Ids) -> None:
    """The rows of these links are gone: their pages answer as for a link that never was."""
    session.execute(delete(SecretLink).where(SecretLink.purpose.in_(purposes), SecretLink.subject_id.in_(ids)))


def blank_messages(session: Session, ids: Ids) -> None:
    """Address and text; that a message of its kind left, and when, stays. One that waits does not leave any more."""
    keep_back(OutboxMessage.id.in_(ids))
    blank = {"address": "", "subject": "", "text": "", "html": "", "calendar": None, "reason": None}
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(blank))
    drop_letters(settings().instance, ids)


def blank_bodies(session: Session, ids: Ids) -> None:
    """The text only; to whom it went, and about what, is shown until the message is blanked."""
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(text="", html=""))
    drop_letters(settings().instance, ids)


def drop_letters(instance: Path, ids: Ids) -> None:
    """The files of these messages, where no mail server was there for them."""
    for folder, ending in LETTERS:
        for path in (instance / folder).glob(f"*.{ending}"):
            number = path.stem.rpartition("-")[2]
            if number.isdigit() and int(number) in ids:
                path.unlink(missing_ok=True)


def blank_holders(session: Session, ids: Ids) -> None:
    session.execute(update(Certificate).where(Certificate.id.in_(ids)).values(holder_name=None))


def blank_holder_keys(session: Session, ids: Ids) -> None:
    """Name and hash: the page says that it was issued, and to nobody."""
    mark = literal(FORGOTTEN_KEY) + cast(Certificate.id, String)
    session.execute(update(Certificate).where(Certificate.id.in_(ids)).values(holder_name=None, holder_key=mark))


def forget_named_adults(session: Session, ids: Ids) -> None:
    session.execute(delete(NamedAdult).where(NamedAdult.id.in_(ids)))


def forget_sheets(session: Session, ids: Ids) -> None:
    """The scans alone: the numbers that were read off them stay."""
    session.execute(delete(SheetScan).where(SheetScan.id.in_(ids)))


def blank_hand_offs(session: Session, ids: Ids) -> None:
    """Where a child told something, and who noted it: the count stays."""
    session.execute(update(HandOff).where(HandOff.id.in_(ids)).values(visit_id=None, noted_by_id=None))


def blank_guardians(session: Session, ids: Ids) -> None:
    session.execute(update(Guardian).where(Guardian.id.in_(ids)).values(name="", email="", phone=""))
    end_links_to(session, (GUARDIAN_LINK,), ids)


def blank_consents(session: Session, ids: Ids) -> None:
    """The proof stays: purposes, days, text and way, and a keyed hash of the address that it came from."""
    rows = session.execute(
        select(GuardianConsent.id, GuardianConsent.guardian_email).where(GuardianConsent.id.in_(ids))
    ).all()
    for consent_id, email in rows:
        mark = email if email.startswith(FORGOTTEN_KEY) or not email else FORGOTTEN_KEY + mark_of("guardian", email)
        session.execute(
            update(GuardianConsent)
            .where(GuardianConsent.id == consent_id)
            .values(guardian_name="", guardian_phone="", guardian_email=mark)
        )


def blank_papers(session: Session, ids: Ids) -> None:
    session.execute(update(ConsentPaper).where(ConsentPaper.id.in_(ids)).values(scan=b""))


def blank_actors(session: Session, ids: Ids) -> None:
    """Whoever did it has one pseudonym in all records: a keyed hash, which tells no number of an account."""
    actors = session.scalars(select(AuditEntry.actor).where(AuditEntry.id.in_(ids)).distinct()).all()
    for actor in actors:
        pseudonym = BLANKED_ACTOR + mark_of("actor", actor)[:16]
        session.execute(
            update(AuditEntry).where(AuditEntry.id.in_(ids), AuditEntry.actor == actor).values(actor=pseudonym)
        )


def erase_presenters(session: Session, ids: Ids, now: dt.datetime) -> None:
    """Profile, proofs, feeds and account; where she was stays counted, without her name."""
    blank_guardians(session, _all(session, Guardian.id, Guardian.presenter_id.in_(ids)))
    blank_consents(session, _all(session, GuardianConsent.id, GuardianConsent.presenter_id.in_(ids)))
    blank_papers(session, _all(session, ConsentPaper.id, ConsentPaper.presenter_id.in_(ids)))
    blank_holder_keys(session, _all(session, Certificate.id, Certificate.presenter_id.in_(ids)))
    _delete_belongings(session, Presenter.__table__, ids)
    born = Presenter.id.in_(ids), Presenter.birth_date.is_not(None)
    days = {
        "birth_date": FORGOTTEN_BIRTH,
        "adult_on": adult_on(FORGOTTEN_BIRTH),
        "may_present_from": may_present_from(FORGOTTEN_BIRTH),
    }
    session.execute(update(Presenter).where(*born).values(days))
    session.execute(
        update(Presenter)
        .where(Presenter.id.in_(ids))
        .values(phone="", suspended_at=func.coalesce(Presenter.suspended_at, now))
    )
    _forget_imports(session, Presenter.__tablename__, ids)
    erase_accounts(session, _all(session, Presenter.user_id, Presenter.id.in_(ids)), now)


def erase_accounts(session: Session, ids: Ids, now: dt.datetime) -> None:
    """The row stays for what hangs on it: nobody can sign in with it, and it names nobody."""
    end_links_to(session, ("reset", "invitation"), ids)
    _delete_belongings(session, User.__table__, ids)
    session.execute(
        update(User)
        .where(User.id.in_(ids))
        .values(
            given_name=FORGOTTEN_NAME,
            family_name="",
            other_given_name=None,
            other_family_name=None,
            email=literal("erased-") + cast(User.id, String) + "@erased.invalid",
            password_hash=None,
            suspended_at=func.coalesce(User.suspended_at, now),
            erased_at=now,
        )
    )
    _forget_imports(session, User.__tablename__, ids)


def _all(session: Session, column: Any, condition: ColumnElement[bool]) -> Ids:
    return list(session.scalars(select(column).where(condition)))


def belongings_of(table: object) -> list[tuple[Table, str]]:
    """(table, column) of all that goes with a row of this one, whichever room has it; a new table goes by itself."""
    return [
        (other, constraint.elements[0].parent.name)
        for other in Base.metadata.sorted_tables
        for constraint in other.foreign_key_constraints
        if constraint.elements[0].column.table is table and constraint.ondelete == "CASCADE" and other.name not in STAYS
    ]


def _delete_belongings(session: Session, table: object, ids: Ids) -> None:
    for other, column in reversed(belongings_of(table)):
        session.execute(delete(other).where(other.c[column].in_(ids)))


def _forget_imports(session: Session, thing: str, ids: Ids) -> None:
    """What an import noted of the values before it."""
    session.execute(delete(ImportedRow).where(ImportedRow.thing == thing, ImportedRow.thing_id.in_(ids)))

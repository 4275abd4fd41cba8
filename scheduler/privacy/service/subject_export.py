"""Everything about one person in a ZIP: a page to read and JSON for programs, and nothing of anybody else."""

import datetime as dt
import json
import logging
import zipfile
from collections.abc import Collection, Mapping
from html import escape
from typing import IO, Any

from sqlalchemy import LargeBinary, func, or_, select

from scheduler import policy
from scheduler.acts import change
from scheduler.attendance.models import NamedAdult
from scheduler.certificates.models import Certificate
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, db
from scheduler.core.language import DEFAULT, html_lang
from scheduler.imports.batches import ImportedRow
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.policy import Actor
from scheduler.privacy.queries import subjects
from scheduler.privacy.queries.mentions import FREE_TEXTS, mentions_of
from scheduler.privacy.service.erasure import note
from scheduler.privacy.service.everything import NO_CENTRE
from scheduler.privacy.terms import SECRET, Hindrance, NotErased, PrivacyReason, Subject
from scheduler.privacy.wording import titles
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import CalendarEntry

log = logging.getLogger(__name__)

# Other persons in rows about her: a minor's guardian, the person whom a school names beside her.
OTHERS = {
    "guardian": frozenset({"name", "email", "phone"}),
    "guardian_consent": frozenset({"guardian_name", "guardian_phone", "guardian_email"}),
    "pick_up": frozenset({"who"}),
    "school_request": frozenset({"safeguarding_contact"}),
    "visit": frozenset({"safeguarding_contact"}),
}
NOT_TOLD = ("assignment_stop", "concern_about")  # who is concerned reads nothing of it (TRUST S53)
ROOTS = ("user_account", "presenter", "school_request")  # each is looked for by itself
OF_MESSAGES = ("id", "kind", "channel", "address", "language", "subject", "state", "created_at", "sent_at")
Parts = dict[str, list[dict[str, Any]]]


def export_subject(
    actor: Actor, email: str, stream: IO[bytes], *, centre_id: int | None, now: dt.datetime
) -> dict[str, int]:
    """Write the ZIP; how many rows of each part. Raises: NotAllowed; NotErased when nobody has this address."""
    policy.require(actor, "export", "subject", centre=NO_CENTRE if centre_id is None else centre_id)
    with change(actor, now) as act:
        subject = subjects.subject_of(email, centre_id)
        if not subject.known:
            raise NotErased((Hindrance(PrivacyReason.NOBODY_KNOWN),))
        note(act, "person exported", subject)
        act.session.flush()
        parts, language = everything_about(subject), _language_of(subject)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps({"email": subject.email, **parts}, ensure_ascii=False, indent=1))
        archive.writestr("index.html", page_of(parts, subject.email, language))
    log.info("person exported", extra={"parts": len(parts)})
    return {name: len(rows) for name, rows in parts.items()}


def everything_about(subject: Subject) -> Parts:
    """Her rows, by table: also of tables that rooms yet to come will hang on her."""
    parts: Parts = {}
    _own(parts, "user_account", [subject.user_id])
    _own(parts, "presenter", [subject.presenter_id])
    _own(parts, "guardian", subject.guardian_ids)
    _own(parts, "school_request", subject.request_ids)
    parts["outbox_message"] = [
        {name: row[name] for name in OF_MESSAGES}
        for row in _rows(OutboxMessage.__table__, subjects.message_ids(subject))
    ]
    parts["audit_entry"] = _rows(AuditEntry.__table__, subjects.audit_ids(subject), without={"actor"})
    for model, column in ((NamedAdult, NamedAdult.name_key), (Certificate, Certificate.holder_key)):
        found = subjects.of_her_visits(subject, model, column)
        parts[model.__tablename__] = _rows(model.__table__, found, without={"printed"})
    parts["imported_row"] = _imported(subject)
    parts["named"] = _named_elsewhere(subject)
    return {name: rows for name, rows in parts.items() if rows}


def _own(parts: Parts, name: str, ids: Collection[int | None]) -> None:
    """A row of hers, and all that refers to it; of what she only did to others, just the number of the row."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return
    own = Base.metadata.tables[name]
    parts.setdefault(name, []).extend(_rows(own, wanted, without=_others(name, name)))
    for other, column in subjects.links_to(name):
        if other.name in (*ROOTS, *NOT_TOLD):
            continue
        bare = None if name != "user_account" or _goes_along(column) else column.name
        rows = _rows(other, wanted, by=column, without=_others(other.name, name), bare=bare)
        parts.setdefault(other.name, []).extend(rows)


def _others(table: str, seen_by: str) -> frozenset[str]:
    """Columns of a table that are about somebody else, for who is seen as this: what a guardian gave is her own."""
    if seen_by == "guardian":
        return frozenset({"presenter_id"})
    return OTHERS.get(table, frozenset())


def _goes_along(column: Any) -> bool:
    return any(key.ondelete == "CASCADE" for key in column.foreign_keys)


def _rows(
    table: Any, ids: Collection[int], *, by: Any = None, without: Collection[str] = (), bare: str | None = None
) -> list[dict[str, Any]]:
    """Rows as JSON has them, without secrets, files and other persons; `bare`: only the key, and in which role."""
    keys = [column.name for column in table.primary_key.columns]
    names = [*keys, bare] if bare else [column.name for column in table.columns if _leaves(column, without)]
    wanted = select(*(table.c[name] for name in names)).where((by if by is not None else table.c.id).in_(ids))
    rows = db.session().execute(wanted.order_by(*table.primary_key.columns)).all()
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _leaves(column: Any, without: Collection[str]) -> bool:
    return column.name not in without and not SECRET.search(column.name) and not isinstance(column.type, LargeBinary)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date | dt.time) else value


def _imported(subject: Subject) -> list[dict[str, Any]]:
    """What an import noted of the values before it."""
    hers = or_(
        (ImportedRow.thing == "user_account") & (ImportedRow.thing_id == subject.user_id),
        (ImportedRow.thing == "presenter") & (ImportedRow.thing_id == subject.presenter_id),
    )
    return _rows(ImportedRow.__table__, list(db.session().scalars(select(ImportedRow.id).where(hers))))


def _named_elsewhere(subject: Subject) -> list[dict[str, Any]]:
    """Texts of others that hold her name or address: where they stand, not what they say of others."""
    texts: list[tuple[Any, Any]] = [(model, getattr(model, name)) for model, names in FREE_TEXTS for name in names]
    texts += [(OutboxMessage, OutboxMessage.text), (CalendarEntry, CalendarEntry.text)]
    found = []
    for model, column in texts:
        holds = or_(*(one.within(model) & column.contains(one.said, autoescape=True) for one in mentions_of(subject)))
        for one in db.session().scalars(select(model.id).where(holds).order_by(model.id)):
            found.append({"table": model.__tablename__, "id": one, "column": column.key})
    return found


def _language_of(subject: Subject) -> str:
    """Her own, or that in which she asked last."""
    if subject.user_id is not None:
        return db.session().scalar(select(User.language).where(User.id == subject.user_id)) or DEFAULT
    newest = select(func.max(SchoolRequest.id)).where(SchoolRequest.id.in_(subject.request_ids)).scalar_subquery()
    return db.session().scalar(select(SchoolRequest.language).where(SchoolRequest.id == newest)) or DEFAULT


def page_of(parts: Mapping[str, list[dict[str, Any]]], email: str, language: str) -> str:
    """All of it on one page that any browser reads."""
    known = titles(language)
    body = [f"<h1>{escape(known['title'])}</h1><p>{escape(email)}</p>"]
    for name, rows in parts.items():
        body.append(f"<h2>{escape(known.get(name, name.replace('_', ' ')))}</h2>")
        for row in rows:
            told = (
                f"<dt>{escape(column.replace('_', ' '))}</dt><dd>{escape(str(value))}</dd>"
                for column, value in row.items()
                if value not in (None, "")
            )
            body.append(f"<dl>{''.join(told)}</dl>")
    title = escape(known["title"])
    head = f'<!doctype html><html lang="{html_lang(language)}"><meta charset="utf-8"><title>{title}</title>'
    style = "<style>dl{border-top:1px solid #999;padding:.5em 0}dt{font-weight:bold}dd{margin:0 0 .3em 1em}</style>"
    return head + style + "".join(body) + "</html>"

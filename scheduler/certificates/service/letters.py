"""Schools learn that their certificates are ready: by themselves as these are issued, or when somebody says so."""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance.service.locked_numbers import drafts_to_schools, write_to_schools
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CertificateState
from scheduler.core.db import db
from scheduler.messages import mail
from scheduler.messages.queries import own_text
from scheduler.messages.terms import Channel, TextKind
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import lock_visits

log = logging.getLogger(__name__)
SchoolOfVisit = tuple[SchoolRequest, Visit, Host]


@dataclass(frozen=True)
class WrittenLetters:
    """What one act of writing to schools did."""

    schools: int
    mails: int


def tell(act: Act, schools: Sequence[SchoolOfVisit]) -> WrittenLetters:
    """Write to these schools, and note of their living papers that it was done: both in the caller's transaction."""
    mails = write_to_schools(schools, "certificates_ready", now=act.now)
    act.session.execute(
        update(Certificate)
        .where(Certificate.visit_id.in_(mails), *_untold())
        .values(told_at=act.now)
        .execution_options(synchronize_session=False)
    )
    return WrittenLetters(schools=len(mails), mails=mails.total())


def write_letters(actor: Actor, visit_ids: Sequence[int], *, now: dt.datetime) -> WrittenLetters:
    """Write to the schools of these visits about papers of which they have not heard: each once, however often asked.

    Raises: NotAllowed.
    """
    with change(actor, now) as act:
        visits = {row.id: row for row in lock_visits(act.session, visit_ids)}  # one writer after the other
        for visit in visits.values():
            policy.require(actor, "issue", "certificate", centre=policy.spot(visit))
        written = tell(act, _waiting(act.session, visits))
    log.info("schools told of certificates", extra={"schools": written.schools, "mails": written.mails})
    return written


def sample(actor: Actor, visit_id: int) -> list[tuple[str, str]]:
    """What the contacts of one school would read: language and text of each mail, no link. Raises: NotAllowed."""
    schools = _waiting(db.session(), [visit_id])
    for _asked, visit, _host in schools:
        policy.require(actor, "issue", "certificate", centre=policy.spot(visit))
    drafts = drafts_to_schools(schools, "certificates_ready")
    own = {one.language: own_text(one.centre_id, TextKind(Channel.MAIL, one.kind), one.language) for one in drafts}
    return [(one.language, mail.spoken(one.kind, one.language, one.values, own[one.language])) for one in drafts]


def _waiting(session: Session, visit_ids: Collection[int]) -> list[SchoolOfVisit]:
    """Of these visits, those with papers of which their school has not heard."""
    untold = select(Certificate.visit_id).where(Certificate.visit_id.in_(visit_ids), *_untold())
    rows = session.execute(
        select(SchoolRequest, Visit, Host)
        .join(Visit, Visit.school_request_id == SchoolRequest.id)
        .join(Host, Host.id == Visit.host_id)
        .where(Visit.id.in_(untold))
        .order_by(Visit.id)
    )
    return [(asked, visit, host) for asked, visit, host in rows]


def _untold() -> tuple[ColumnElement[bool], ...]:
    """Papers that hold, and of which their school has not been told."""
    return (
        Certificate.state == CertificateState.ISSUED,
        Certificate.told_at.is_(None),
        Certificate.presenter_id.is_(None),
    )

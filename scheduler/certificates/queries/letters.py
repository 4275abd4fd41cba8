"""Whom a letter about certificates would reach, before it is written: schools, languages, and who has no address."""

from typing import Any

from sqlalchemy import func, select

from scheduler import policy
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.lists import valid_ones
from scheduler.certificates.terms import CertificateFilters, LetterPreview, SchoolToTell
from scheduler.core.db import db
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import contacts_of_each
from scheduler.visits.models.visits import Visit


def preview(actor: Actor, filters: CertificateFilters, *, campaign_slug: str = "") -> LetterPreview:
    """Of the valid certificates that meet the filters: schools to write to, those told already, and those without an
    address, by the day of their visit. Raises: NotAllowed.
    """
    policy.require(actor, "issue", "certificate", centre=policy.own_part(actor))
    of_visits = (
        valid_ones(actor, filters)
        .with_only_columns(
            Certificate.visit_id, func.count().label("papers"), func.count(Certificate.told_at).label("told")
        )
        .group_by(Certificate.visit_id)
        .subquery()
    )
    wanted: Any = (
        select(Visit, Host, SchoolRequest, of_visits.c.papers, of_visits.c.told)
        .join(of_visits, of_visits.c.visit_id == Visit.id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
        .order_by(Visit.on_day, Visit.id)
    )
    if campaign_slug:
        wanted = wanted.join(Campaign, Campaign.id == Visit.campaign_id).where(Campaign.slug == campaign_slug)
    rows = db.session.execute(wanted).all()
    untold = [row for row in rows if row.told < row.papers]
    contacts = contacts_of_each([row.SchoolRequest for row in untold if row.SchoolRequest is not None])
    schools = [
        SchoolToTell(
            visit_id=visit.id,
            visit_number=visit.number,
            on_day=visit.on_day,
            host_id=host.id,
            host_sr_cyrl=host.name_sr_cyrl,
            host_sr_latn=host.name_sr_latn,
            papers=papers - told,
            mails=tuple((one.address, one.language) for one in (contacts[asked.id] if asked is not None else ())),
        )
        for visit, host, asked, papers, told in untold
    ]
    return LetterPreview(
        to_write=tuple(one for one in schools if one.mails),
        silent=tuple(one for one in schools if not one.mails),
        told=len(rows) - len(untold),
    )

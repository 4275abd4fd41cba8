"""Whom a letter about certificates would reach, before it is written: schools, languages, and who has no address."""

from operator import attrgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Subquery, func, literal_column, select, true
from sqlalchemy.orm import aliased

from scheduler import policy
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.lists import narrowed
from scheduler.certificates.terms import CertificateFilters, LetterPreview, SchoolToTell
from scheduler.core.counting import count_of, within
from scheduler.core.db import db
from scheduler.core.paging import COUNTED_BEYOND
from scheduler.core.query_hints import no_row, some_row
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import Contact, has_an_address, with_those_of_merged
from scheduler.visits.models.visits import Visit

SCHOOLS_AT_ONCE = 500  # schools that one press writes to: each is read and shown before
WAITING_LOOKED_AT = 2_000  # visits, among which those without an address are looked for
_ISSUED: ColumnElement[str] = literal_column("'issued'")  # a constant: by it the database finds its indexes of letters


def preview(
    actor: Actor, filters: CertificateFilters, *, campaign_slug: str = "", most: int | None = None
) -> LetterPreview:
    """Of the valid certificates that meet the filters: schools to write to, those told already, and those without an
    address, by the day of their visit. With `most`: the schools of one press, of the visits that were planned first,
    and numbers that are counted only so far; without, all of it. Raises: NotAllowed.
    """
    policy.require(actor, "list", "certificate", centre=policy.own_part(actor))
    policy.require(actor, "issue", "certificate", centre=policy.own_part(actor))
    asked = _Asked(actor, filters, campaign_slug)
    found = _visits(asked.untold(has_an_address()), None if most is None else most + 1)
    more = most is not None and len(found) > most
    mails = with_those_of_merged([Contact(one.request_id, one.contact_email, one.language) for one in found[:most]])
    looked_at = None if most is None else WAITING_LOOKED_AT
    counted_to = None if most is None else COUNTED_BEYOND
    waiting = asked.untold().limit(looked_at).subquery()
    reached = select(SchoolRequest.id).where(SchoolRequest.id == Visit.school_request_id, has_an_address())
    silent = _visits_of(waiting, no_row(reached.correlate(Visit)))
    counts = select(count_of(asked.told(), counted_to), count_of(asked.untold(), looked_at))
    told, waits = db.session().execute(counts).one()
    return LetterPreview(
        to_write=tuple(_by_day([_school(one, mails[one.request_id]) for one in found[:most]])),
        silent=tuple(_by_day([_school(one, []) for one in silent])),
        told=within(told, counted_to)[0],
        more=more,
        more_told=within(told, counted_to)[1],
        more_silent=within(waits, looked_at)[1],
    )


class _Asked:
    """What the address of a list asks for, as questions for visits: those with papers that wait, and those told."""

    def __init__(self, actor: Actor, filters: CertificateFilters, campaign_slug: str) -> None:
        self.actor, self.filters, self.campaign_slug = actor, filters, campaign_slug

    def untold(self, also: ColumnElement[bool] | None = None) -> Select[Any]:
        """Visits with papers of which their school has not heard, and how many, in the order of the index."""
        wanted: Any = (
            select(Certificate.visit_id, func.count().label("papers"))
            .where(Certificate.state == _ISSUED, Certificate.told_at.is_(None), Certificate.presenter_id.is_(None))
            .where(self._fits(Certificate, true() if also is None else also))
            .group_by(Certificate.visit_id)
            .order_by(Certificate.visit_id)
        )
        return cast(Select[Any], wanted)

    def told(self) -> Select[Any]:
        """Visits whose school has heard of all that fits."""
        paper = aliased(Certificate)
        waits = select(Certificate.id).where(
            Certificate.visit_id == paper.visit_id,
            Certificate.state == _ISSUED,
            Certificate.told_at.is_(None),
            Certificate.presenter_id.is_(None),
            self._fits(Certificate, true()),
        )
        return (
            select(paper.visit_id)
            .where(paper.state == _ISSUED, paper.told_at.is_not(None), paper.presenter_id.is_(None))
            .where(self._fits(paper, true()), ~waits.correlate(paper).exists())
            .group_by(paper.visit_id)
        )

    def _fits(self, paper: Any, also: ColumnElement[bool]) -> ColumnElement[bool]:
        """Of a paper: its visit is of the list. Looked up paper by paper: papers are walked as their index lies."""
        visit = (
            select(Visit.id)
            .join(Host, Host.id == Visit.host_id)
            .outerjoin(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
            .where(Visit.id == paper.visit_id, policy.in_reach(self.actor, Visit), also)
            .where(*narrowed(self.filters, paper))
        )
        if self.campaign_slug:
            visit = visit.join(Campaign, Campaign.id == Visit.campaign_id).where(Campaign.slug == self.campaign_slug)
        return some_row(visit.correlate(paper))


def _visits(wanted: Select[Any], limit: int | None) -> list[Row[Any]]:
    """What a preview tells of each visit, in the order of their planning."""
    return _visits_of(wanted.limit(limit).subquery())


def _visits_of(waiting: Subquery, *which: ColumnElement[bool]) -> list[Row[Any]]:
    told = (
        select(
            Visit.id,
            Visit.number,
            Visit.on_day,
            waiting.c.papers,
            Host.id.label("host_id"),
            Host.name_sr_cyrl,
            Host.name_sr_latn,
            SchoolRequest.id.label("request_id"),
            SchoolRequest.contact_email,
            SchoolRequest.language,
        )
        .join(waiting, waiting.c.visit_id == Visit.id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
    )
    return list(db.session().execute(told.where(*which).order_by(Visit.id)))


def _school(one: Row[Any], mails: list[Contact]) -> SchoolToTell:
    return SchoolToTell(
        visit_id=one.id,
        visit_number=one.number,
        on_day=one.on_day,
        host_id=one.host_id,
        host_sr_cyrl=one.name_sr_cyrl,
        host_sr_latn=one.name_sr_latn,
        papers=one.papers,
        mails=tuple((contact.address, contact.language) for contact in mails),
    )


def _by_day(schools: list[SchoolToTell]) -> list[SchoolToTell]:
    return sorted(schools, key=attrgetter("on_day", "visit_id"))

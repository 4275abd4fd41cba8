"""Facts of papers about more than a visit, or less: each rests on its last visit, and on locked numbers only."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import unlocked, visit_facts
from scheduler.certificates.terms import CampaignPapers, CertificateReason, CertificateState, SubjectPaper, VisitFacts
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotFound
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach, own_part, require
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES


def facts_again(old: Certificate) -> VisitFacts:
    """The same with the numbers that count now.

    Raises: Conflict("attendance_not_locked", "no_pupils_left") when a correction took all of a group away.
    """
    if old.campaign_id is not None:
        host_id = db.session().scalars(select(Visit.host_id).where(Visit.id == old.visit_id)).one()
        visits = _held_visits(Visit.campaign_id == old.campaign_id, Visit.host_id == host_id)
        return replace(_in_campaign(visits, old.campaign_id), visit_id=old.visit_id, about=old.about)
    if old.presentation_id is not None:
        for one in group_facts(old.visit_id):
            if one.subject_id == old.presentation_id:
                return one
        raise Conflict(CertificateReason.NO_PUPILS_LEFT)
    if old.cohort_id is None:
        raise NotFound("subject")
    return cohort_facts(db.session().get_one(Cohort, old.cohort_id), visit_id=old.visit_id, about=old.about)


def cohort_facts(row: Cohort, *, visit_id: int = 0, about: str = "") -> VisitFacts:
    """What a cohort's paper prints: of the level that it has reached, or of the one that an older paper is about.

    Raises: Conflict("attendance_not_locked"), also before anything was held.
    """
    parts = select(CohortPart.school_request_id).where(CohortPart.cohort_id == row.id)
    visits = _held_visits(Visit.school_request_id.in_(parts))
    if not visits or row.level == 0:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    level = int(about.rpartition(" ")[2]) if about else row.level
    last = visit_facts([visit_id or visits[-1].id])[visit_id or visits[-1].id]
    return replace(
        last,
        campaign_title="",
        campaign_text="",
        about=about or f"cohort {row.id} {level}",
        subject_id=row.id,
        since=visits[0].on_day,
        counts=replace(last.counts, pupils=row.size, parents=0, teachers=0, others=0),
        presentations=len(visits),
        group=row.code,
        grade=row.grade,
        level=level,
    )


def group_facts(visit_id: int) -> list[VisitFacts]:
    """What the papers print of the groups of pupils at a visit, one for each presentation that was held for pupils.

    Raises: Conflict("attendance_not_locked"), also where nothing was held.
    """
    if not _held_visits(Visit.id == visit_id):
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    of_visit = visit_facts([visit_id])[visit_id]
    counts = HeadCount.audience == Audience.PUPILS, HeadCount.counts.is_(True)
    wanted = (
        select(Presentation.id, Presentation.classes, func.sum(HeadCount.people).label("pupils"))
        .add_columns(func.coalesce(Attendance.minutes_given, Presentation.minutes).label("minutes"))
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(HeadCount, HeadCount.presentation_id == Presentation.id)
        .where(Presentation.visit_id == visit_id, Presentation.state.in_(HELD_STATES), *counts)
        .where(Presentation.audience == Audience.PUPILS)
        .group_by(Presentation.id, Attendance.id)
        .having(func.sum(HeadCount.people) > 0)
        .order_by(Presentation.ordinal)
    )
    return [
        replace(
            of_visit,
            campaign_title="",
            campaign_text="",
            about=f"presentation {row.id}",
            subject_id=row.id,
            counts=HeadCounts(pupils=int(row.pupils)),
            presentations=1,
            minutes=row.minutes,
            group=row.classes,
        )
        for row in db.session().execute(wanted)
    ]


def campaign_facts(campaign: Campaign) -> list[VisitFacts]:
    """What the papers of a campaign's schools print that have all their numbers locked and had no paper of it yet."""
    return [_in_campaign(visits, campaign.id) for visits in _schools_of(campaign)]


def campaign_papers(actor: Actor, slug: str, today: dt.date) -> CampaignPapers:
    """The papers of a campaign's schools, and how many more there could be. Raises: NotAllowed, NotFound."""
    require(actor, "list", "certificate", centre=own_part(actor))
    campaign = db.session().scalar(select(Campaign).where(Campaign.slug == slug))
    if campaign is None or campaign.centre_id != actor.centre_id:
        raise NotFound("campaign")
    reach = in_reach(actor, Visit)
    held = _without_paper(campaign, reach).with_only_columns(
        func.count(Visit.host_id.distinct()), func.count(case((unlocked(), Visit.host_id)).distinct())
    )
    schools, waiting = db.session().execute(held.order_by(None)).one()
    papers = _papers(Certificate.campaign_id == campaign.id, reach)
    names = campaign.name_sr_cyrl, campaign.name_en
    return CampaignPapers(*names, tuple(papers), schools - waiting, waiting, campaign.last_day < today)


def _schools_of(campaign: Campaign) -> list[list[Visit]]:
    """The visits of each school that is due a paper, in order of their days."""
    wanted = _without_paper(campaign)
    open_ones = set(db.session().scalars(wanted.with_only_columns(Visit.host_id).where(unlocked()).order_by(None)))
    schools: dict[int, list[Visit]] = {}
    for visit in db.session().scalars(wanted):
        schools.setdefault(visit.host_id, []).append(visit)
    return [visits for host_id, visits in schools.items() if host_id not in open_ones]


def _without_paper(campaign: Campaign, *reach: ColumnElement[bool]) -> Select[Visit]:
    """What was held in a campaign at schools that had no paper of it yet."""
    had = select(Visit.host_id).join(Certificate, Certificate.visit_id == Visit.id)
    of_it = had.where(Certificate.campaign_id == campaign.id)
    return _held().where(Visit.campaign_id == campaign.id, *reach, Visit.host_id.not_in(of_it))


def _in_campaign(visits: Sequence[Visit], campaign_id: int) -> VisitFacts:
    """A school's part in the whole campaign."""
    last, each = visits[-1], visit_facts([one.id for one in visits])
    counts = [each[one.id].counts for one in visits]
    return replace(
        each[last.id],
        about=f"campaign {campaign_id} {last.host_id}",
        subject_id=campaign_id,
        since=visits[0].on_day,
        counts=HeadCounts(
            sum(one.pupils for one in counts),
            sum(one.parents for one in counts),
            sum(one.teachers for one in counts),
            sum(one.others for one in counts),
        ),
        presentations=sum(one.presentations for one in each.values()),
    )


def _held() -> Select[Visit]:
    """Visits at which something was held, in order of their days."""
    held = select(Presentation.id).where(Presentation.visit_id == Visit.id, Presentation.state.in_(HELD_STATES))
    return select(Visit).where(held.exists()).order_by(Visit.on_day, Visit.id)


def _held_visits(*which: ColumnElement[bool]) -> list[Visit]:
    """The same, narrowed. Raises: Conflict while numbers of one wait."""
    wanted = _held().where(*which)
    if db.session().scalar(wanted.where(unlocked()).limit(1)) is not None:
        raise Conflict(CertificateReason.ATTENDANCE_NOT_LOCKED)
    return list(db.session().scalars(wanted))


def numbers_of_cohort(actor: Actor, cohort_id: int) -> list[SubjectPaper]:
    """A cohort's certificates, the first first. Raises: NotAllowed."""
    require(actor, "read", "cohort", centre=own_part(actor))
    return _papers(Certificate.cohort_id == cohort_id, in_reach(actor, Visit))


def _papers(*which: ColumnElement[bool]) -> list[SubjectPaper]:
    wanted = (
        select(Certificate.about, Certificate.number, Certificate.running_number, Certificate.state)
        .add_columns(Host.name_sr_cyrl, Host.name_sr_latn)
        .join(Visit, Visit.id == Certificate.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .where(*which)
        .order_by(Certificate.id)
    )
    return [SubjectPaper(*tuple[Any, ...](row)) for row in db.session().execute(wanted)]


def numbers_of_campaign(campaign_id: int) -> list[str]:
    """Of the papers of its schools that hold."""
    hold = Certificate.campaign_id == campaign_id, Certificate.state == CertificateState.ISSUED
    return list(db.session().scalars(select(Certificate.number).where(*hold).order_by(Certificate.id)))


def papers_about(about: Collection[str]) -> dict[str, str]:
    """Which of these ever had a certificate: the number of the one that holds, "" where it was revoked."""
    of = select(Certificate.about, Certificate.number, Certificate.state).where(Certificate.about.in_(about))
    found: dict[str, str] = {}
    for row in db.session().execute(of.order_by(Certificate.id)):
        found[row.about] = row.number if row.state is CertificateState.ISSUED else found.get(row.about, "")
    return found

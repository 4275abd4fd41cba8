"""Issue papers about more than a visit: a press issues what is earned, each once, however often it is pressed."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.certificates.queries import presenters, subjects
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateKind, CertificateReason, Issued, VisitFacts
from scheduler.cohorts.models import Cohort
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.people.models import Presenter
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import lock_visit, lock_visits

log = logging.getLogger(__name__)


def issue_for_cohort(actor: Actor, code: str, *, now: dt.datetime) -> Issued:
    """The certificate of the level that a cohort has reached.

    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked", "certificate_revoked").
    """
    with change(actor, now) as act:
        row = act.session.scalar(select(Cohort).where(Cohort.code == code).with_for_update())
        policy.require(actor, "issue", "certificate", centre=policy.spot(row))
        if row is None:
            raise NotFound("cohort")
        issued = _issued(act, CertificateKind.COHORT, subjects.cohort_facts(row))
    log.info("certificate of a cohort issued", extra={"cohort_id": row.id, "issued": issued.issued})
    return issued


def issue_for_campaign(actor: Actor, slug: str, *, now: dt.datetime) -> Issued:
    """A paper for each school of a campaign that is over, for its whole part in it, once its numbers are locked.

    Schools whose numbers wait get theirs by a later press. Raises: NotAllowed, NotFound; Conflict("campaign_runs").
    """
    with change(actor, now) as act:
        row = act.session.scalar(select(Campaign).where(Campaign.slug == slug).with_for_update())
        policy.require(actor, "issue", "certificate", centre=row.centre_id if row else None)
        if row is None:
            raise NotFound("campaign")
        if row.last_day >= clock.local_day(now):
            raise Conflict(CertificateReason.CAMPAIGN_RUNS)
        lock_visits(act.session, list(act.session.scalars(select(Visit.id).where(Visit.campaign_id == row.id))))
        due, before = subjects.campaign_facts(row), subjects.numbers_of_campaign(row.id)
        fresh = issuing.store_papers(act, [(facts, CertificateKind.CAMPAIGN, "") for facts in due])
        if due:
            last = select(Visit).where(Visit.id.in_([facts.visit_id for facts in due])).order_by(Visit.id)
            issuing.tell_schools(act, list(act.session.scalars(last)))
    log.info("certificates of a campaign issued", extra={"campaign_id": row.id, "issued": len(fresh)})
    return Issued(len(fresh), len(before), (*before, *fresh))


def issue_for_groups(actor: Actor, visit_number: str, *, now: dt.datetime) -> Issued:
    """A paper for the pupils of each presentation of a visit; one that was revoked does not come back.

    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked").
    """
    with change(actor, now) as act:
        visit_id = act.session.scalar(select(Visit.id).where(Visit.number == visit_number))
        if visit_id is None:
            raise NotFound("visit")
        visit = lock_visit(act.session, visit_id)
        policy.require(actor, "issue", "certificate", centre=policy.spot(visit))
        earned = subjects.group_facts(visit_id)
        before = subjects.papers_about([facts.about for facts in earned])
        due = [(facts, CertificateKind.GROUP, "") for facts in earned if facts.about not in before]
        fresh = issuing.store_papers(act, due)
        if fresh:
            issuing.tell_schools(act, [visit])
    log.info("certificates of groups issued", extra={"visit_id": visit_id, "issued": len(fresh)})
    held = [number for number in before.values() if number]
    return Issued(len(fresh), len(held), (*held, *fresh))


def issue_for_presenter(actor: Actor, presenter_id: int, first_year: int, *, now: dt.datetime) -> Issued:
    """Her certificate of the school year that began in that autumn, from what is locked of it by now.

    Asked again it is the same one, or, where the numbers have changed, a new one in its place. A minor's is stored
    without her name. Nobody is written to.
    Raises: NotAllowed, NotFound; Conflict("attendance_not_locked", "certificate_revoked", "same_name_there").
    """
    with change(actor, now) as act:
        row = act.session.get(Presenter, presenter_id)
        policy.require(actor, "issue", "certificate", centre=row.centre_id if row else None)
        about = presenters.about_year(presenter_id, first_year)
        facts = presenters.facts_of_year(presenter_id, first_year, now=now)
        before, _had = presenters.living_paper(about)
        rests_on = facts.visit_id if before is None else before.visit_id
        for visit in lock_visits(act.session, [rests_on]):
            policy.require(actor, "issue", "certificate", centre=policy.spot(visit))
        act.session.expire_all()
        facts = presenters.facts_of_year(presenter_id, first_year, now=now, visit_id=rests_on)
        issued = _issued_of_year(act, facts)
    log.info("certificate of a presenter issued", extra={"presenter_id": presenter_id, "issued": issued.issued})
    return issued


def _issued_of_year(act: Act, facts: VisitFacts) -> Issued:
    before, had = presenters.living_paper(facts.about)
    holder = issuing.holder_in(facts, CertificateKind.PRESENTER)
    if before is None and had:
        raise Conflict(CertificateReason.CERTIFICATE_REVOKED)
    if before is None:
        return Issued(1, 0, tuple(issuing.store_papers(act, [(facts, CertificateKind.PRESENTER, holder)])))
    if presenters.says_otherwise(before, facts.presentations, facts.minutes):
        return Issued(1, 0, (issuing.put_anew(act, before, facts, holder),))
    return Issued(0, 1, (before.number,))


def _issued(act: Act, kind: CertificateKind, facts: VisitFacts) -> Issued:
    """The one that holds, or a new one, of which the school learns."""
    visit = lock_visit(act.session, facts.visit_id)
    policy.require(act.actor, "issue", "certificate", centre=policy.spot(visit))
    before = subjects.papers_about([facts.about]).get(facts.about)
    if before == "":
        raise Conflict(CertificateReason.CERTIFICATE_REVOKED)
    if before is not None:
        return Issued(0, 1, (before,))
    [number] = issuing.store_papers(act, [(facts, kind, "")])
    issuing.tell_schools(act, [visit])
    return Issued(1, 0, (number,))

"""A guardian consents: by her link, or on a paper that two of the staff have seen. Nobody else does (TRUST S48)."""

import datetime as dt
import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound, Reason, Rejected
from scheduler.core.scans import BadScan, Scan, ScanKind, read_scan
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Presenter, User
from scheduler.people.rules import address_of, is_minor
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding import queries, rules
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.service import living_consents, open_presenter, tell_guardian, waiting_papers
from scheduler.safeguarding.terms import (
    ConsentDraft,
    ConsentMethod,
    GuardianRow,
    NoticeDraft,
    PaperDraft,
    SafeguardingReason,
    WithdrawnBy,
)
from scheduler.staffing.queries.guardian_page import guardian_page
from scheduler.staffing.service.clearance import hold_visits, release_where_not_cleared

log = logging.getLogger(__name__)


def give_consent(actor: Actor, name: str, ticked: ConsentDraft, *, now: dt.datetime) -> int:
    """Store what a guardian agreed to behind her link, instead of all that stood before; the row's id.

    Raises: NotAllowed, NotFound for who does not speak for the minor; Conflict where a link is not enough;
    Rejected with {field: reason}.
    """
    presenter_id, today = actor.presenter_id or 0, clock.local_day(now)
    with change(actor, now) as act:
        policy.require(actor, "give", "consent", presenters=[actor.presenter_id])
        hold_visits(act, presenter_id)
        presenter, user = open_presenter(act.session, actor, "give", "consent", presenter_id)
        page = guardian_page(actor, now)
        if not page.minor or presenter.adult_on is None:
            raise Conflict(SafeguardingReason.IS_AN_ADULT)
        if page.barred is not None:
            raise Conflict(page.barred)
        problems = ({} if name else {"name": GroundReason.MISSING}) | rules.problems_with_ticks(ticked)
        if problems:
            raise Rejected(problems)
        consent = _consent(page.guardian, presenter_id, ticked)
        consent.guardian_name, consent.method, consent.given_on = name, ConsentMethod.LINK, today
        consent.valid_until = rules.last_day_of_consent(presenter.adult_on, today)
        before = _same_as_before(act, consent)
        return before if before else _store(act, consent, user, "consent_given")


def _consent(guardian: GuardianRow, presenter_id: int, ticked: ConsentDraft | ConsentPaper) -> GuardianConsent:
    return GuardianConsent(
        presenter_id=presenter_id,
        guardian_id=guardian.id,
        guardian_name=guardian.name,
        guardian_email=address_of(guardian.email),
        guardian_phone=guardian.phone,
        **_said(ticked),
    )


def _said(ticked: ConsentDraft | ConsentPaper) -> dict[str, Any]:
    """To which text and to what somebody agreed, as columns of a consent and of a paper."""
    return {name: getattr(ticked, name) for name in ("text_version", *queries.PURPOSES)}


def _same_as_before(act: Act, consent: GuardianConsent) -> int | None:
    """The consent of the same guardian that says the very same already: a button pressed twice."""
    names = ("guardian_id", "guardian_name", "method", "given_on", "valid_until", "text_version", *queries.PURPOSES)
    for row in living_consents(act.session, consent.presenter_id):
        if all(getattr(row, name) == getattr(consent, name) for name in names):
            return row.id
    return None


def _store(act: Act, consent: GuardianConsent, user: User, kind: str) -> int:
    """A consent begins to count; what stood before ends with it, and visits that it does not cover are free."""
    before = living_consents(act.session, consent.presenter_id)
    consent.recorded_at = act.now
    act.session.add(consent)
    act.session.flush()  # first the new one: the minor is never without
    with opened_way(act.session, NamedWay.RELEASE):
        for row in before:
            row.withdrawn_at, row.withdrawn_by = act.now, WithdrawnBy.REPLACED
            act.record("consent replaced", row, details={"presenter_id": consent.presenter_id, "by": consent.id})
        release_where_not_cleared(act, consent.presenter_id)
    details = {"presenter_id": consent.presenter_id, "method": consent.method, "text": consent.text_version}
    act.record("consent recorded", consent, details=details)
    guardian = act.session.get_one(Guardian, consent.guardian_id)
    tell_guardian(act.session, kind, guardian, user, now=act.now, until=consent.valid_until)
    log.info("consent recorded", extra={"consent_id": consent.id, "presenter_id": consent.presenter_id})
    return consent.id


def record_paper(actor: Actor, presenter_id: int, draft: PaperDraft, *, now: dt.datetime) -> int:
    """Store the scan of a signed paper, seen by whoever records it; the paper's id. It allows nothing yet.

    A picture is drawn anew, before anything is locked. The same scan once more, while it waits, is stored once.
    Raises: NotAllowed for the minor's own; NotFound; Conflict for the guardian herself, or when none is named;
    Rejected with {field: reason}.
    """
    scan, unread = _scan_of(draft)
    with change(actor, now) as act:
        presenter, user = open_presenter(act.session, actor, "record", "consent", presenter_id)
        guardian = _guardian_for_paper(act, presenter, user, first_seen_by_id=None)
        if queries.whole_page_of(presenter_id, now).link_only:
            raise Conflict(SafeguardingReason.LINK_ONLY)
        if problems := _problems(draft, presenter, now) | unread:
            raise Rejected(problems)
        for waiting in waiting_papers(act.session, presenter_id):
            if waiting.scan == scan.content:
                return waiting.id
        paper = ConsentPaper(
            presenter_id=presenter_id,
            guardian_id=guardian.id,
            **_said(draft.ticked),
            given_on=draft.given_on,
            valid_until=draft.valid_until,
            scan=scan.content,
            scan_kind=scan.kind,
            first_seen_by_id=actor.user_id,
            first_seen_at=now,
        )
        act.session.add(paper)
        act.session.flush()
        act.record("consent paper recorded", paper, details={"presenter_id": presenter_id})
        return paper.id


def _scan_of(draft: PaperDraft) -> tuple[Scan, dict[str, Reason]]:
    try:
        return read_scan(draft.scan), {}
    except BadScan as bad:
        return Scan(ScanKind.PDF, b""), {"scan": bad.reason}


def _problems(draft: PaperDraft, presenter: Presenter, now: dt.datetime) -> dict[str, Reason]:
    today = clock.local_day(now)
    withdrawn_on = queries.last_withdrawal(queries.consents_of([presenter.id])[presenter.id])
    minor = is_minor(presenter.adult_on, today)
    return rules.problems_with_paper(draft, today=today, minor=minor, withdrawn_on=withdrawn_on)


def _guardian_for_paper(act: Act, presenter: Presenter, user: User, *, first_seen_by_id: int | None) -> GuardianRow:
    """The guardian whose paper this is, if the actor may be one of the two who see it."""
    if act.actor.user_id is None or user.id == act.actor.user_id:
        raise NotAllowed("own consent")
    guardian = queries.guardian_of(presenter.id, act.now)
    if guardian is None:
        raise Conflict(SafeguardingReason.GUARDIAN_MISSING)
    viewer = act.session.get_one(User, act.actor.user_id)
    if reason := rules.who_may_see(
        viewer.id, viewer.email, first_seen_by_id=first_seen_by_id, guardian_email=guardian.email
    ):
        raise Conflict(reason)
    return guardian


def confirm_paper(actor: Actor, paper_id: int, *, now: dt.datetime) -> int:
    """A second of the staff has seen the paper: from now on it counts, and the guardian is told; the consent's id.

    Confirmed already by the same person (a double click), nothing changes.
    Raises: NotAllowed; NotFound; Conflict with the reason why this person, or this paper, does not count.
    """
    with change(actor, now) as act:
        paper, presenter, user = _opened_paper(act, paper_id)
        if paper.second_seen_by_id is not None and paper.second_seen_by_id == actor.user_id:
            return act.session.scalars(select(GuardianConsent.id).where(GuardianConsent.paper_id == paper_id)).one()
        guardian = _guardian_for_paper(act, presenter, user, first_seen_by_id=paper.first_seen_by_id)
        if reason := queries.second_person_problem(paper.first_seen_by_id, actor.user_id or 0, paper.first_seen_at):
            raise Conflict(reason)
        consent = _consent_on_paper(act, paper, presenter, guardian)
        paper.second_seen_by_id, paper.second_seen_at = actor.user_id, now
        consent.second_seen_by_id = actor.user_id
        return _store(act, consent, user, "consent_recorded")


def confirm_paper_on_the_host(paper_id: int, *, now: dt.datetime) -> int:
    """The same by whoever runs the machine, where no other administrator of the centre can be the second person.

    Raises: NotFound; Conflict where one could confirm, or with the reason why this paper does not count.
    """
    with change(SYSTEM, now) as act:
        paper, presenter, user = _opened_paper(act, paper_id)
        guardian = queries.guardian_of(presenter.id, now)
        if guardian is None:
            raise Conflict(SafeguardingReason.GUARDIAN_MISSING)
        if queries.another_administrator(presenter.centre_id, paper.first_seen_by_id, paper.first_seen_at):
            raise Conflict(SafeguardingReason.HOST_NOT_NEEDED)
        consent = _consent_on_paper(act, paper, presenter, guardian)
        paper.host_seen_at = now
        return _store(act, consent, user, "consent_recorded")


def _opened_paper(act: Act, paper_id: int) -> tuple[ConsentPaper, Presenter, User]:
    """A paper that somebody settles, under the lock of its minor's visits. Raises: NotAllowed; NotFound."""
    whose = act.session.scalar(select(ConsentPaper.presenter_id).where(ConsentPaper.id == paper_id))
    if whose is None:
        raise NotFound("paper")
    hold_visits(act, whose)
    presenter, user = open_presenter(act.session, act.actor, "record", "consent", whose)
    return _locked_paper(act.session, paper_id), presenter, user


def _consent_on_paper(act: Act, paper: ConsentPaper, presenter: Presenter, guardian: GuardianRow) -> GuardianConsent:
    """What the paper says, if it waits and may count now. Raises: Conflict."""
    if paper.is_over or paper.guardian_id != guardian.id:
        raise Conflict(SafeguardingReason.PAPER_IS_OVER)
    page = queries.whole_page_of(presenter.id, act.now)
    if page.link_only:
        raise Conflict(SafeguardingReason.LINK_ONLY)
    if page.taken_back and (reason := rules.notice_problem(paper.told_at, act.now)):
        raise Conflict(reason)
    draft = PaperDraft(ConsentDraft(**_said(paper)), paper.given_on, paper.valid_until, paper.scan, seen=True)
    if problems := _problems(draft, presenter, act.now):
        raise Conflict(next(iter(problems.values())))
    consent = _consent(guardian, presenter.id, paper)
    consent.method, consent.paper_id = ConsentMethod.PAPER, paper.id
    consent.given_on, consent.valid_until = paper.given_on, paper.valid_until
    consent.first_seen_by_id = paper.first_seen_by_id
    return consent


def note_notice(actor: Actor, paper_id: int, draft: NoticeDraft, *, now: dt.datetime) -> None:
    """Note that the guardian, who had withdrawn, was told of this paper by post or phone; a week later it may count.

    Raises: NotAllowed; NotFound; Conflict when it is noted already, or the paper no longer waits;
    Rejected({"told_on": …}).
    """
    with change(actor, now) as act:
        paper, presenter, user = _opened_paper(act, paper_id)
        _guardian_for_paper(act, presenter, user, first_seen_by_id=None)
        if paper.is_over:
            raise Conflict(SafeguardingReason.PAPER_IS_OVER)
        if paper.told_at is not None:
            raise Conflict(SafeguardingReason.NOTICE_NOTED)
        if reason := rules.day_of_notice_problem(draft.told_on, *map(clock.local_day, (paper.first_seen_at, now))):
            raise Rejected({"told_on": reason})
        paper.told_by_phone, paper.told_on = draft.by_phone, draft.told_on
        paper.told_by_id, paper.told_at = actor.user_id, now
        how = {"by_phone": draft.by_phone, "on": draft.told_on}
        act.record("guardian told of a paper", paper, details={"presenter_id": presenter.id} | how)


def _locked_paper(session: Session, paper_id: int) -> ConsentPaper:
    return session.get_one(
        ConsentPaper, paper_id, with_for_update=True, populate_existing=True, options=[undefer(ConsentPaper.scan)]
    )


def turn_down_paper(actor: Actor, paper_id: int, *, now: dt.datetime) -> int:
    """Say that a paper that waits is not right; the presenter's id. Raises: NotAllowed; NotFound; Conflict."""
    with change(actor, now) as act:
        paper = act.session.get(ConsentPaper, paper_id)
        if paper is None:
            raise NotFound("paper")
        open_presenter(act.session, actor, "record", "consent", paper.presenter_id)
        paper = _locked_paper(act.session, paper_id)
        if paper.is_confirmed:
            raise Conflict(SafeguardingReason.PAPER_IS_OVER)
        if paper.ended_at is None:
            paper.ended_at = now
            act.record("consent paper ended", paper, details={"presenter_id": paper.presenter_id})
        return paper.presenter_id


def open_scan(actor: Actor, paper_id: int, *, now: dt.datetime) -> tuple[bytes, str]:
    """The scan and its kind, for who may see it; that she saw it is kept. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        paper = act.session.get(ConsentPaper, paper_id, options=[undefer(ConsentPaper.scan)])
        if paper is None or not paper.scan:  # its time was over: that two have seen it is what stays
            raise NotFound("paper")
        open_presenter(act.session, actor, "record", "consent", paper.presenter_id)
        act.record("consent paper opened", paper, details={"presenter_id": paper.presenter_id})
        return paper.scan, paper.scan_kind.value

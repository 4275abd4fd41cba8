"""Consents that break their own law: for `invariants check` and the nightly job. Ids and numbers only, no names."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import and_, select

from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.mailboxes import mailbox_key
from scheduler.people.models import Presenter, User
from scheduler.people.rules import adult_on, is_minor, may_present_from
from scheduler.safeguarding.models import BirthDateCorrection, ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.terms import ConsentMethod, WithdrawnBy
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LIVING


def violations() -> list[str]:
    """One plain sentence for each breach. What was recorded before two had to see a paper is held to nothing more."""
    return [
        *_papers_unseen(),
        *_links_astray(),
        *_back_after_a_withdrawal(),
        *_two_who_speak(),
        *_wrong_days(),
        *_corrected_by_hand(),
        *_astray(),
        *_seats_elsewhere(),
    ]


def _papers_unseen() -> Iterator[str]:
    """A consent on paper rests on a scan that the same two people have seen, and the guardian is neither."""
    rows = db.session().execute(
        select(GuardianConsent, ConsentPaper)
        .outerjoin(ConsentPaper, ConsentPaper.id == GuardianConsent.paper_id)
        .where(GuardianConsent.method == ConsentMethod.PAPER, GuardianConsent.earlier.is_(False))
        .order_by(GuardianConsent.id)
    )
    emails = {user.id: user.email for user in db.session().execute(select(User.id, User.email))}
    for consent, paper in rows:
        seen = (consent.first_seen_by_id, consent.second_seen_by_id)
        on_the_host = paper is not None and paper.host_seen_at is not None
        lacking = len({*seen, None}) < (2 if on_the_host else 3)
        if paper is None or seen != (paper.first_seen_by_id, paper.second_seen_by_id) or lacking:
            yield f"consent {consent.id} rests on a paper that two have not seen"
        if mailbox_key(consent.guardian_email) in {mailbox_key(emails.get(who or 0, "")) for who in seen}:
            yield f"consent {consent.id} was seen by the guardian herself"


def _links_astray() -> Iterator[str]:
    """A consent by link came from the guardian who spoke then, and not from an account that was there before."""
    rows = (
        db.session()
        .execute(
            select(GuardianConsent, Guardian)
            .join(Guardian, Guardian.id == GuardianConsent.guardian_id)
            .where(GuardianConsent.method == ConsentMethod.LINK, GuardianConsent.earlier.is_(False))
            .order_by(GuardianConsent.id)
        )
        .all()
    )
    made = {mailbox_key(email): at for email, at in db.session().execute(select(User.email, User.created_at))}
    for consent, guardian in rows:
        since = made.get(mailbox_key(consent.guardian_email))
        if since is not None and since < consent.recorded_at:
            yield f"consent {consent.id} came by a link to an account"
        if guardian.presenter_id != consent.presenter_id:
            yield f"consent {consent.id} came from another minor's guardian"
        over = guardian.replaced_at is not None and guardian.replaced_at <= consent.recorded_at
        if over or consent.recorded_at < guardian.in_force_at:
            yield f"consent {consent.id} came from a guardian who did not speak then"


def _back_after_a_withdrawal() -> Iterator[str]:
    """After a withdrawal: by link only from who had consented before, or on paper, signed since."""
    history: dict[int, list[GuardianConsent]] = defaultdict(list)
    for row in db.session().scalars(select(GuardianConsent).order_by(GuardianConsent.recorded_at, GuardianConsent.id)):
        history[row.presenter_id].append(row)
    for rows in history.values():
        for place, row in enumerate(rows):
            before = [
                one
                for one in rows[:place]
                if one.withdrawn_at is not None
                and one.withdrawn_at <= row.recorded_at
                and one.withdrawn_by is not WithdrawnBy.REPLACED
            ]
            hers = any(one.guardian_id == row.guardian_id for one in rows[:place])
            if before and row.method is ConsentMethod.LINK and not hers and not row.earlier:
                yield f"consent {row.id} came by a link after a withdrawal, from who had not consented before"


def _two_who_speak() -> Iterator[str]:
    """One guardian after the other: their times do not overlap."""
    last: dict[int, Guardian] = {}
    for row in db.session().scalars(select(Guardian).order_by(Guardian.in_force_at, Guardian.id)):
        if row.replaced_at == row.in_force_at:
            continue  # called off before she spoke
        before = last.get(row.presenter_id)
        if before is not None and (before.replaced_at is None or before.replaced_at > row.in_force_at):
            yield f"guardians {before.id} and {row.id} speak for presenter {row.presenter_id} at once"
        last[row.presenter_id] = row


def _wrong_days() -> Iterator[str]:
    """What protects a minor follows from her birth date, and that one from its last correction by two people."""
    confirmed = select(BirthDateCorrection).where(BirthDateCorrection.confirmed_at.is_not(None))
    last = {row.presenter_id: row for row in db.session().scalars(confirmed.order_by(BirthDateCorrection.id))}
    for row in db.session().scalars(select(Presenter).where(Presenter.birth_date.is_not(None)).order_by(Presenter.id)):
        born = row.birth_date
        if row.id in last and last[row.id].birth_date != born:
            yield f"presenter {row.id} has another birth date than correction {last[row.id].id} says"
        if born and (row.adult_on, row.may_present_from) != (adult_on(born), may_present_from(born)):
            yield f"presenter {row.id} has days that do not follow from the birth date"


def _corrected_by_hand() -> Iterator[str]:
    """Two people correct a birth date behind pages that write it down: a row without that was made by SQL."""
    ours = (AuditEntry.thing == BirthDateCorrection.__tablename__, AuditEntry.action == "birth date proposed")
    proposed = select(AuditEntry.id).where(*ours, AuditEntry.thing_id == BirthDateCorrection.id)
    hers = (AuditEntry.thing == Presenter.__tablename__, AuditEntry.thing_id == BirthDateCorrection.presenter_id)
    done = select(AuditEntry.id).where(*hers, AuditEntry.action == "birth date corrected")
    told = and_(proposed.exists(), done.where(AuditEntry.at == BirthDateCorrection.confirmed_at).exists())
    by_hand = select(BirthDateCorrection.id).where(BirthDateCorrection.confirmed_at.is_not(None), ~told)
    for number in db.session().scalars(by_hand.order_by(BirthDateCorrection.id)):
        yield f"correction {number} of a birth date has no audit row"


def _astray() -> Iterator[str]:
    """A guardian is written to at her own address; a presenter and her account are of one centre, whose staff read."""
    people = db.session().execute(
        select(Presenter.id, Presenter.centre_id, User.centre_id, User.email, Presenter.adult_on)
        .join(User, User.id == Presenter.user_id)
        .order_by(Presenter.id)
    )
    emails: dict[int, str] = {}
    young: dict[str, dt.date] = {}  # whose mailbox is a minor's, and until when
    for who, centre, centre_of_account, email, adult in people:
        emails[who] = mailbox_key(email)
        if adult is not None:
            young[emails[who]] = adult
        if centre != centre_of_account:
            yield f"presenter {who} is of another centre than her account"
    guardians = select(Guardian.id, Guardian.presenter_id, Guardian.email, Guardian.named_at).order_by(Guardian.id)
    for guardian, who, email, named_at in db.session().execute(guardians):
        key = mailbox_key(email)
        if key == emails[who]:
            yield f"guardian {guardian} has the address of the minor herself"
        elif key in young and is_minor(young[key], clock.local_day(named_at)):
            yield f"guardian {guardian} has the address of another minor"


def _seats_elsewhere() -> Iterator[str]:
    """A visit is staffed by its own centre, whose staff read where a minor will be."""
    seats = (
        select(Assignment.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Assignment.state.in_(LIVING), Visit.centre_id != Presenter.centre_id)
    )
    for seat in db.session().scalars(seats.order_by(Assignment.id)):
        yield f"assignment {seat} is of a visit of another centre"

"""A birth date is corrected by two people, and every protection of a minor follows the new one at once."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotAllowed, Reason, Rejected
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.queries import staff_with
from scheduler.people.terms import STAFF_ROLES, PresenterKind
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding import rules
from scheduler.safeguarding.models import BirthDateCorrection
from scheduler.safeguarding.queries import (
    CORRECTION_WAITS,
    another_administrator,
    has_consent,
    second_person_problem,
)
from scheduler.safeguarding.service import open_presenter
from scheduler.safeguarding.terms import SafeguardingReason
from scheduler.staffing.service.clearance import hold_visits, take_out
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.states import PROMISED, TO_COME, AssignmentState

log = logging.getLogger(__name__)


def propose_birth_date(actor: Actor, presenter_id: int, born: dt.date, *, now: dt.datetime) -> int:
    """Say which birth date is the right one; nothing follows it before somebody else confirms it. The row's id.

    Raises: NotAllowed for one's own; NotFound; Rejected({"birth_date": …}).
    """
    with change(actor, now) as act:
        presenter, user = open_presenter(act.session, actor, "correct", "birth_date", presenter_id)
        if user.id == actor.user_id or actor.user_id is None:
            raise NotAllowed("own birth date")
        waiting = _open(act.session, presenter_id)
        if waiting is not None and waiting.birth_date == born and waiting.proposed_by_id == actor.user_id:
            return waiting.id
        if reason := _problem(presenter, born, waiting, now):
            raise Rejected({"birth_date": reason})
        row = BirthDateCorrection(
            presenter_id=presenter_id, birth_date=born, proposed_by_id=actor.user_id, proposed_at=now
        )
        act.session.add(row)
        act.session.flush()
        act.record("birth date proposed", row, details={"presenter_id": presenter_id})
        return row.id


def _problem(
    presenter: Presenter, born: dt.date, waiting: BirthDateCorrection | None, now: dt.datetime
) -> Reason | None:
    if waiting is not None:
        return SafeguardingReason.CORRECTION_WAITS
    educator = presenter.kind is PresenterKind.EDUCATOR
    return rules.problem_with_correction(born, presenter.birth_date, educator=educator, today=clock.local_day(now))


def _open(session: Session, presenter_id: int) -> BirthDateCorrection | None:
    hers = (BirthDateCorrection.presenter_id == presenter_id, *CORRECTION_WAITS)
    return session.scalar(select(BirthDateCorrection).where(*hers))


def turn_down_birth_date(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """Say that a proposed birth date is not right: the old one stays. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        open_presenter(act.session, actor, "correct", "birth_date", presenter_id)
        row = _open(act.session, presenter_id)
        if row is not None:
            row.ended_at = now
            act.record("birth date turned down", row, details={"presenter_id": presenter_id})


def confirm_birth_date(actor: Actor, presenter_id: int, correction_id: int, *, now: dt.datetime) -> None:
    """Let a proposed birth date count, if it is still this one: visits to come that it forbids are free at once.

    Raises: NotAllowed for one's own; NotFound; Conflict for whoever proposed it, or when nothing waits.
    """
    with change(actor, now) as act:
        hold_visits(act, presenter_id)
        presenter, user = open_presenter(act.session, actor, "correct", "birth_date", presenter_id)
        row = _open(act.session, presenter_id)
        if user.id == actor.user_id:
            raise NotAllowed("own birth date")
        if row is None or row.id != correction_id:
            raise Conflict(SafeguardingReason.CORRECTION_IS_OVER)
        if row.proposed_by_id == actor.user_id:
            raise Conflict(SafeguardingReason.CORRECTED_BY_YOU)
        if reason := second_person_problem(row.proposed_by_id, actor.user_id or 0, row.proposed_at):
            raise Conflict(reason)
        row.confirmed_by_id = actor.user_id
        _correct(act, presenter, user, row)


def confirm_on_the_host(presenter_id: int, born: dt.date, *, now: dt.datetime) -> None:
    """The same by whoever runs the machine, where no other administrator of the centre can be the second person.

    Raises: NotFound; Conflict where one could confirm, or when nothing waits.
    """
    with change(SYSTEM, now) as act:
        hold_visits(act, presenter_id)
        presenter, user = open_presenter(act.session, SYSTEM, "correct", "birth_date", presenter_id)
        row = _open(act.session, presenter_id)
        if row is None or row.birth_date != born:
            raise Conflict(SafeguardingReason.CORRECTION_IS_OVER)
        could = another_administrator(presenter.centre_id, row.proposed_by_id, row.proposed_at)
        if could or row.proposed_by_id == user.id:
            raise Conflict(SafeguardingReason.HOST_NOT_NEEDED)
        row.on_the_host = True
        _correct(act, presenter, user, row)


def _correct(act: Act, presenter: Presenter, user: User, row: BirthDateCorrection) -> None:
    """First whom the new date forbids to go leaves; then it is written: the database never sees the one without."""
    row.confirmed_at = act.now
    act.session.flush()  # the database takes a new date from a confirmed correction only
    adult_on, first_day = people_rules.adult_on(row.birth_date), people_rules.may_present_from(row.birth_date)
    visits = hold_visits(act, presenter.id)
    for opened in visits:
        _release(act, opened, presenter.id, adult_on, first_day)
    presenter.birth_date, presenter.adult_on, presenter.may_present_from = row.birth_date, adult_on, first_day
    act.session.flush()
    for opened in visits:  # where she stays, calendars name her by the new date
        stays = {one.presentation_id for one in opened.of(presenter.id, *TO_COME)}
        touch(act, opened, [one for one in opened.presentations if one.id in stays])
    act.record("birth date corrected", presenter, details={"correction": row.id, "on_the_host": row.on_the_host})
    _tell_staff(act, presenter, user, row)
    log.info("birth date corrected", extra={"presenter_id": presenter.id, "correction_id": row.id})


def _release(act: Act, opened: OpenVisit, presenter_id: int, adult_on: dt.date, first_day: dt.date) -> None:
    """Take her out where the new date forbids it: too young, without consent, or without an adult beside her."""
    day, rows = opened.visit.on_day, opened.of(presenter_id, *TO_COME)
    minor = people_rules.is_minor(adult_on, day)
    if day >= first_day and not (minor and not has_consent([presenter_id], day)):
        rows = [row for row in rows if minor and _alone(opened, row)]
    if rows:
        take_out(act, opened, rows)


def _alone(opened: OpenVisit, mine: Assignment) -> bool:
    """Whether she would stand in her presentation without another adult as firm as she is."""
    firm = TO_COME if mine.state is AssignmentState.SUGGESTED else PROMISED
    return not any(
        row.presentation_id == mine.presentation_id
        and row.presenter_id != mine.presenter_id
        and row.state in firm
        and not opened.minor(row)
        for row in opened.assignments
    )


def _tell_staff(act: Act, presenter: Presenter, user: User, row: BirthDateCorrection) -> None:
    """One mail to each of the staff of the centre: whose date it is stands behind the button, not in the mail."""
    centre = act.session.get_one(Centre, presenter.centre_id)
    staff = [reader for centre_id, reader in staff_with(*STAFF_ROLES) if centre_id == centre.id]
    for reader in staff:
        if reader.user_id == user.id:
            continue
        queue_message(
            MessageDraft(
                kind="birth_date_corrected",
                address=reader.address,
                language=reader.language,
                values={
                    "centre": centre.name(reader.language),
                    "on_the_host": row.on_the_host,
                    "path": f"/safeguarding/{presenter.id}",
                },
                about=("presenter", presenter.id),
                centre_id=presenter.centre_id,
            ),
            now=act.now,
        )

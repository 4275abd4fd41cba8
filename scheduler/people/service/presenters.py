"""Presenters: who they are, what they speak about, when they can come."""

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.people import rules
from scheduler.people.models import (
    AvailabilityException,
    AvailableHours,
    Presenter,
    PresenterLanguage,
    PresenterSkill,
    User,
)
from scheduler.people.service.invitations import account_of, mail_invitation, new_account
from scheduler.people.terms import ExceptionDraft, Hours, InvitationDraft, PersonReason, PresenterDraft, SkillsDraft
from scheduler.places.models import Municipality
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def create_presenter(actor: Actor, draft: PresenterDraft, *, now: dt.datetime, centre_id: int | None = None) -> int:
    """A presenter of the centre and, if the address is new, an invited account for her; the presenter's id.

    A user of the centre who was only invited gets her profile. Raises: NotAllowed, NotFound; Rejected with
    {field: reason}.
    """
    where = actor.centre_id if centre_id is None else centre_id
    policy.require(actor, "create", "presenter", centre=where)
    problems = rules.problems_with_presenter(draft, today=clock.local_day(now))
    problems |= rules.problems_with_hours(draft.hours)
    if where is None:
        problems["centre"] = GroundReason.MISSING
    if problems or where is None:
        raise Rejected(problems)
    with transaction() as session:
        _require_home(session, draft.home_id)
        user = _account(session, actor, draft, where, now)
        presenter = Presenter(
            user_id=user.id,
            centre_id=where,
            kind=draft.kind,
            home_id=draft.home_id,
            birth_date=draft.birth_date,
            adult_on=rules.adult_on(draft.birth_date) if draft.birth_date else None,
            may_present_from=rules.may_present_from(draft.birth_date) if draft.birth_date else None,
            phone=rules.phone_of(draft.phone) or "",
            reach_km=draft.reach_km,
            has_car=draft.has_car,
        )
        presenter.skills = [PresenterSkill(topic=topic) for topic in sorted(set(draft.topics))]
        presenter.languages = [PresenterLanguage(language=language) for language in sorted(set(draft.languages))]
        session.add(presenter)
        session.flush()
        session.add_all(_hours_rows(presenter.id, draft.hours))
        audit.record(actor, "presenter created", presenter, at=now, details={"kind": draft.kind})
        presenter_id = presenter.id
    log.info("presenter created", extra={"presenter_id": presenter_id})
    return presenter_id


def _account(session: Session, actor: Actor, draft: PresenterDraft, centre_id: int, now: dt.datetime) -> User:
    user = account_of(session, rules.address_of(draft.email))
    if user is None:
        invited = InvitationDraft(draft.email, (draft.kind.role,), draft.given_name, draft.family_name, draft.language)
        user = new_account(session, actor, invited, centre_id, now)
        mail_invitation(session, user, now)
        return user
    has_profile = session.scalar(select(Presenter.id).where(Presenter.user_id == user.id)) is not None
    if has_profile or user.centre_id != centre_id or [row.role for row in user.roles] != [draft.kind.role]:
        raise Rejected({"email": PersonReason.HAS_ACCOUNT})
    if (user.given_name, user.family_name) != (draft.given_name, draft.family_name):
        user.given_name, user.family_name = draft.given_name, draft.family_name
        user.other_given_name = user.other_family_name = None  # it spelled another name
    return user


def _require_home(session: Session, home_id: int) -> None:
    if session.get(Municipality, home_id) is None:
        raise Rejected({"home": GroundReason.UNKNOWN})


def _hours_rows(presenter_id: int, hours: Sequence[Hours]) -> list[AvailableHours]:
    return [AvailableHours(presenter_id=presenter_id, **row.__dict__) for row in hours]


def _presenter(session: Session, actor: Actor, presenter_id: int) -> Presenter:
    """The presenter, if the actor may change her: her own profile, or one of the actor's centre.

    Whoever changes her at the same moment waits until this transaction ends.
    """
    presenter = session.scalar(
        select(Presenter)
        .where(Presenter.id == presenter_id)
        .options(selectinload(Presenter.skills), selectinload(Presenter.languages))
        .with_for_update(of=Presenter, key_share=True)
    )
    if presenter is None:
        raise NotFound("presenter")
    policy.require(actor, "update", "presenter", centre=presenter.centre_id, presenters=[presenter.id])
    return presenter


def change_skills(actor: Actor, presenter_id: int, draft: SkillsDraft, *, now: dt.datetime) -> None:
    """Home town, reach, topics and languages of a presenter. A minor does not move by herself: beyond her town she
    needs her guardian's consent to travel. Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    if problems := rules.problems_with_skills(draft):
        raise Rejected(problems)
    with transaction() as session:
        presenter = _presenter(session, actor, presenter_id)
        _require_home(session, draft.home_id)
        moves = draft.home_id != presenter.home_id
        if moves and actor.user_id == presenter.user_id and rules.is_minor(presenter.adult_on, clock.local_day(now)):
            raise Rejected({"home": PersonReason.HOME_OF_A_MINOR})
        presenter.home_id = draft.home_id
        if draft.phone is not None:
            presenter.phone = rules.phone_of(draft.phone) or ""
        presenter.reach_km, presenter.has_car = draft.reach_km, draft.has_car
        kept = [row for row in presenter.skills if row.topic in draft.topics]
        new = sorted(set(draft.topics) - {row.topic for row in kept})
        presenter.skills = kept + [PresenterSkill(topic=topic) for topic in new]
        spoken = [row for row in presenter.languages if row.language in draft.languages]
        learnt = sorted(set(draft.languages) - {row.language for row in spoken})
        presenter.languages = spoken + [PresenterLanguage(language=language) for language in learnt]
        details = {"topics": sorted(draft.topics), "languages": sorted(draft.languages), "moves": moves}
        details |= {"reach_km": draft.reach_km, "has_car": draft.has_car}
        audit.record(actor, "skills changed", presenter, at=now, details=details)


def set_phone(actor: Actor, presenter_id: int, typed: str, *, now: dt.datetime) -> None:
    """The number that short messages go to; empty takes it away. The audit says that it changed, not the number.

    Raises: NotAllowed, NotFound; Rejected({"phone": "not_a_phone"}).
    """
    phone = rules.phone_of(typed)
    if phone is None:
        raise Rejected({"phone": GroundReason.NOT_A_PHONE})
    with transaction() as session:
        presenter = _presenter(session, actor, presenter_id)
        if presenter.phone != phone:
            presenter.phone = phone
            audit.record(actor, "phone changed", presenter, at=now)


def set_hours(actor: Actor, presenter_id: int, hours: Sequence[Hours], *, now: dt.datetime) -> None:
    """The whole week of a presenter, in place of the one before.

    Raises: NotAllowed, NotFound; Rejected with {"day_0": reason} for Monday, and so on.
    """
    if problems := rules.problems_with_hours(hours):
        raise Rejected(problems)
    with transaction() as session:
        presenter = _presenter(session, actor, presenter_id)
        session.execute(delete(AvailableHours).where(AvailableHours.presenter_id == presenter.id))
        session.add_all(_hours_rows(presenter.id, hours))
        audit.record(actor, "hours changed", presenter, at=now, details={"rows": len(hours)})


def add_exception(actor: Actor, presenter_id: int, draft: ExceptionDraft, *, now: dt.datetime) -> None:
    """Days on which a presenter cannot come, or can although her week says no; said twice is said once.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    if problems := rules.problems_with_exception(draft, today=clock.local_day(now)):
        raise Rejected(problems)
    with transaction() as session:
        presenter = _presenter(session, actor, presenter_id)
        said = select(AvailabilityException.id).filter_by(presenter_id=presenter.id, **draft.__dict__)
        if session.scalar(said.limit(1)) is not None:
            return
        session.add(AvailabilityException(presenter_id=presenter.id, **draft.__dict__))
        details = {"from": draft.first_day, "to": draft.last_day, "available": draft.available}
        audit.record(actor, "exception added", presenter, at=now, details=details)


def remove_exception(actor: Actor, presenter_id: int, exception_id: int, *, now: dt.datetime) -> None:
    """Those days follow the week again. Raises: NotAllowed, NotFound."""
    with transaction() as session:
        presenter = _presenter(session, actor, presenter_id)
        row = session.get(AvailabilityException, exception_id)
        if row is None or row.presenter_id != presenter.id:
            raise NotFound("exception")
        session.delete(row)
        details = {"from": row.first_day, "to": row.last_day, "available": row.available}
        audit.record(actor, "exception removed", presenter, at=now, details=details)

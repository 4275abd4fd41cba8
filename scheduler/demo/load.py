"""Loading the demo once, whole or not at all, and taking it away again."""

import datetime as dt
import json
import logging
import os
import secrets
from collections.abc import Container
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.service.figures import add_up_marked
from scheduler.certificates.models import Certificate
from scheduler.certificates.service.issuing import issue_certificates
from scheduler.closures.models import Disruption
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.concerns.models import Concern, HandOff
from scheduler.config import name_secret, settings
from scheduler.core.clock import local_day
from scheduler.core.db import transaction
from scheduler.core.encryption import encrypt
from scheduler.core.errors import NotFound
from scheduler.core.text import name_key
from scheduler.core.tokens import SecretLink
from scheduler.core.ways import NamedWay, opened_way
from scheduler.credentials import one_time_codes
from scheduler.demo import (
    centres,
    cohorts,
    concerns,
    crowd,
    drives,
    helpline,
    plan,
    posts,
    present,
    profiles,
    questions,
    rows,
    running,
    year,
)
from scheduler.demo.plans import DemoHost
from scheduler.demo.school_time import tell_school_times
from scheduler.helpline.models import HelplineCode, HelplineList, HelplinePeriod, HelplinePublication
from scheduler.keys.models import CodeApp
from scheduler.keys.service.passing import secret_of
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.terms import STAFF_ROLES, PresenterKind
from scheduler.places.models import Closure, ClosurePlace, Holiday, Host, Municipality
from scheduler.places.service.calendars import load_example_calendars, remove_example_calendars
from scheduler.places.service.hosts import load_example_hosts, load_reference_data
from scheduler.places.terms.hosts import ClosureReason, Point
from scheduler.policy import SYSTEM, Actor, Role
from scheduler.posts.models import Post
from scheduler.profiles.models import ProfileText, SignedProfile
from scheduler.programmes.models import Campaign, Programme
from scheduler.questions.models import QuestionSet, SetQuestion
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import loaded_visit
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)
TEACHER = "Биљана Матић"  # invented, as everybody here
SIGN_INS = "demo_sign_ins.json"
SLUGS = tuple(str(centre["slug"]) for centre in centres.CENTRES)
SECOND_LOOKERS = {Role.ADMINISTRATOR, Role.SAFEGUARDING}  # their second look wants a second step, asked or not


def load(now: dt.datetime) -> bool:
    """Make the demo in one transaction; False when it is there already. A killed load leaves nothing.

    The passwords are random and stand only in `sign_ins()`'s file, written before the commit: a load that dies in
    between leaves a file that the next load replaces.
    """
    if is_loaded():
        return False
    passwords = {person.email: secrets.token_urlsafe(12) for person in crowd.who_signs_in()}
    hashes = {email: crowd.HASHER.hash(password) for email, password in passwords.items()}  # slow: outside
    with transaction() as session:
        if is_loaded():  # somebody else was quicker
            return False
        load_reference_data(now)
        load_example_calendars(session, local_day(now))
        load_example_hosts(now)
        with opened_way(session, NamedWay.DEMO):
            _write(session, hashes, now)
        asks = settings().asks_second_step
        apps = _write_apps(session, STAFF_ROLES if asks else SECOND_LOOKERS, now)
        _write_sign_ins(passwords, apps if asks else {})
    add_up_marked()
    log.info("demo loaded")
    return True


def is_loaded() -> bool:
    """Whether the demo's centres are there."""
    with transaction() as session:
        return session.scalar(select(Centre.id).where(Centre.slug.in_(SLUGS)).limit(1)) is not None


def sign_ins() -> list[dict[str, str]]:
    """One sign-in for each role: [{"role", "email", "password", …}]. Raises: NotFound before a load."""
    path = settings().instance / SIGN_INS
    if not path.exists() or not is_loaded():
        raise NotFound("demo")
    stored: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def _write(session: Session, hashes: dict[str, str], now: dt.datetime) -> None:
    centre_ids = centres.write_centres(session, now)
    programmes = centres.write_programmes(session, centre_ids)
    campaign_id = centres.write_campaign(session, centre_ids, programmes)
    users, presenters = crowd.write_people(session, centre_ids, hashes, now)
    guides = crowd.guides(session)
    owners = {
        slug: users[next(p.email for p in crowd.people() if p.role is Role.COORDINATOR and p.row["centre"] == slug)]
        for slug in SLUGS
    }
    ids = rows.Ids(
        centres=centre_ids,
        programmes={slug: programme.id for slug, programme in programmes.items()},
        campaigns={"show-respect": campaign_id},
        users=users,
        presenters=presenters,
        young=frozenset(guide.email for guide in guides if guide.kind is PresenterKind.INFLUENCER),
        owners=owners,
        uid_domain=settings().uid_domain,
        now=now,
    )
    spots = _spots(session)
    closed = frozenset(session.scalars(select(Holiday.day).where(Holiday.no_lessons, Holiday.removed_at.is_(None))))
    world = year.World(spots, guides, closed)
    rows.write_visits(session, year.published_year(world), ids)
    visits = present.write_present(session, world, ids)
    running.write_campaign_that_runs(session, centre_ids, programmes, now)
    cohorts.write_cohorts(session, visits, ids)
    questions.write_questions(session, ids)
    for visit_id in visits:
        write_entries(session, loaded_visit(session, visit_id), now=now)  # what the presenters' feeds show
    drives.write_drives(session, world, now)
    chief = Actor(frozenset({Role.ADMINISTRATOR}), owners["ncc"], centre_ids["ncc"])
    helpline.write_helpline(chief, now)
    concerns.write_concerns(session, now)
    posts.write_posts(chief, campaign_id, now)
    chiefs = {slug: replace(chief, user_id=owners[slug], centre_id=centre_ids[slug]) for slug in SLUGS}
    profiles.write_profiles(chiefs, now)
    running.write_trainings(session, chief, now)
    _close_days(session, now)
    tell_school_times(session, now)
    _issue_certificates(session, now)
    plan.write_plan(chief, now)
    plan.write_tour(chief, now)


def _close_days(session: Session, now: dt.datetime) -> None:
    """The snow that stopped the visits which the demo shows as stopped."""
    stopped = session.execute(
        select(Visit.id, Visit.on_day, Host.municipality_id)
        .join(Host, Host.id == Visit.host_id)
        .where(Visit.state == VisitState.DISRUPTED)
        .order_by(Visit.id)
    )
    for visit_id, day, town in stopped.all():
        closure = Closure(
            places=[ClosurePlace(municipality_id=town)],
            first_day=day,
            last_day=day,
            reason=ClosureReason.SNOW,
            closed_at=now,
        )
        session.add(closure)
        session.flush()
        session.add(Disruption(closure_id=closure.id, visit_id=visit_id, at=now))


def _issue_certificates(session: Session, now: dt.datetime) -> None:
    """Of visits whose request says that it has them: the school's, and one teacher's."""
    certified = (
        select(Visit.id)
        .join(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
        .where(SchoolRequest.state == RequestState.CERTIFIED)
        .order_by(Visit.id)
    )
    for visit_id in list(session.scalars(certified)):
        session.add(
            NamedAdult(visit_id=visit_id, name=TEACHER, name_key=name_key(TEACHER, name_secret()), entered_at=now)
        )
        session.flush()
        issue_certificates(SYSTEM, visit_id, now=now)


def _spots(session: Session) -> list[DemoHost]:
    """Schools of the example register, by their register id."""
    found = session.execute(
        select(Host, Municipality)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .where(Host.example, Host.listed, or_(Host.teaches_primary, Host.teaches_secondary))
        .order_by(Host.register_id)
    )
    return [
        DemoHost(
            host_id=host.id,
            city=town.city_sr_cyrl,
            point=Point(host.lat or town.lat, host.lon or town.lon),
            primary=host.teaches_primary,
            secondary=host.teaches_secondary,
        )
        for host, town in found
    ]


def _write_apps(session: Session, roles: Container[Role], now: dt.datetime) -> dict[str, str]:
    """An app of codes for each of those roles who sign in: {address: its secret}."""
    emails = [person.email for person in crowd.who_signs_in() if person.role in roles]
    made = {email: one_time_codes.new_secret() for email in emails}
    for user_id, email in session.execute(select(User.id, User.email).where(User.email.in_(emails))).all():
        hidden = encrypt(made[email], key=settings().secret_key, about=secret_of(user_id))
        session.add(CodeApp(user_id=user_id, secret=hidden, last_counter=0, added_at=now))
    return made


def _write_sign_ins(passwords: dict[str, str], secrets_of_apps: dict[str, str]) -> None:
    listed = [
        {
            "role": person.role.value,
            "email": person.email,
            "password": passwords[person.email],
            "centre": person.row["centre"],
            "minor": "yes" if person.row["age"] and int(person.row["age"]) < 18 else "no",
        }
        | ({"otp_secret": secrets_of_apps[person.email]} if person.email in secrets_of_apps else {})
        for person in crowd.who_signs_in()
    ]
    path = settings().instance / SIGN_INS
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(listed, stream, ensure_ascii=False, indent=1)
    fresh.replace(path)


def remove() -> bool:
    """Take all demo data away; False when there is none. Reference data stays, and so does what was audited.

    An example host that somebody else's visit or request needs stays too.
    """
    with transaction() as session:
        ours = list(session.scalars(select(Centre.id).where(Centre.slug.in_(SLUGS))))
        if not ours:
            return False
        with opened_way(session, NamedWay.DEMO):
            _remove_work(session, ours)
            _remove_people(session, ours)
        in_use = select(Visit.host_id).union(select(SchoolRequest.host_id))
        session.execute(delete(Host).where(Host.example, Host.id.not_in(in_use)))
        remove_example_calendars(session)
    add_up_marked()
    (settings().instance / SIGN_INS).unlink(missing_ok=True)
    log.info("demo removed")
    return True


def _remove_work(session: Session, ours: list[int]) -> None:
    visits = select(Visit.id).where(Visit.centre_id.in_(ours))
    presentations = select(Presentation.id).where(Presentation.visit_id.in_(visits))
    requests = select(SchoolRequest.id).where(SchoolRequest.centre_id.in_(ours))
    _remove_chain(session, Certificate, "replaced_by_id", Certificate.visit_id.in_(visits))
    cohorts_of_ours = select(Cohort.id).where(Cohort.centre_id.in_(ours))
    session.execute(delete(CohortPart).where(CohortPart.cohort_id.in_(cohorts_of_ours)))
    session.execute(delete(Cohort).where(Cohort.centre_id.in_(ours)))
    session.execute(delete(HeadCount).where(HeadCount.presentation_id.in_(presentations)))
    session.execute(delete(Attendance).where(Attendance.presentation_id.in_(presentations)))
    session.execute(delete(NamedAdult).where(NamedAdult.visit_id.in_(visits)))
    influencers = select(Presenter.id).where(Presenter.kind == PresenterKind.INFLUENCER)
    at_ours = Assignment.presentation_id.in_(presentations)
    session.execute(delete(Assignment).where(at_ours, Assignment.presenter_id.in_(influencers)))  # minors first
    session.execute(delete(Assignment).where(at_ours))
    closures = list(session.scalars(select(Disruption.closure_id).where(Disruption.visit_id.in_(visits))))
    session.execute(delete(Disruption).where(Disruption.visit_id.in_(visits)))
    still = select(Disruption.closure_id)
    session.execute(delete(Closure).where(Closure.id.in_(closures), Closure.id.not_in(still)))
    _remove_chain(session, Presentation, "merged_into_id", Presentation.visit_id.in_(visits))
    session.execute(delete(Visit).where(Visit.centre_id.in_(ours)))
    session.execute(
        delete(SecretLink).where(SecretLink.purpose.in_(("status", "prove")), SecretLink.subject_id.in_(requests))
    )
    _remove_chain(session, SchoolRequest, "merged_into_id", SchoolRequest.centre_id.in_(ours))
    session.execute(delete(OutboxMessage).where(OutboxMessage.centre_id.in_(ours)))
    of_staff = select(User.email).where(User.centre_id.in_(ours))
    session.execute(delete(OutboxMessage).where(OutboxMessage.centre_id.is_(None), OutboxMessage.address.in_(of_staff)))
    for model in (HandOff, Concern, Post, ProfileText, SignedProfile):
        session.execute(delete(model).where(model.centre_id.in_(ours)))
    session.execute(delete(HelplinePeriod).where(HelplinePeriod.centre_id.in_(ours)))
    session.execute(delete(HelplinePublication).where(HelplinePublication.centre_id.in_(ours)))
    own_lists = select(HelplineList.code_list).where(HelplineList.centre_id.in_(ours))
    session.execute(delete(HelplineCode).where(HelplineCode.code_list.in_(own_lists)))
    session.execute(delete(HelplineList).where(HelplineList.centre_id.in_(ours)))
    session.execute(delete(Campaign).where(Campaign.centre_id.in_(ours)))
    _remove_questions(session, ours)
    session.execute(delete(Programme).where(Programme.centre_id.in_(ours)))


def _remove_questions(session: Session, ours: list[int]) -> None:
    """Their rounds went with the presentations."""
    programmes = select(Programme.id).where(Programme.centre_id.in_(ours))
    sets = select(QuestionSet.id).where(QuestionSet.programme_id.in_(programmes))
    session.execute(delete(SetQuestion).where(SetQuestion.set_id.in_(sets)))
    session.execute(delete(QuestionSet).where(QuestionSet.programme_id.in_(programmes)))


def _remove_chain(session: Session, model: Any, link: str, ours: Any) -> None:
    """Rows that point to each other go from the end of the chain: first those to which none points."""
    pointer = getattr(model, link)
    while True:
        pointed_at = select(pointer).where(pointer.is_not(None))
        ends = list(session.scalars(select(model.id).where(ours, model.id.not_in(pointed_at))))
        if not ends:
            return
        session.execute(delete(model).where(model.id.in_(ends)))


def _remove_people(session: Session, ours: list[int]) -> None:
    users = select(User.id).where(User.centre_id.in_(ours))
    session.execute(
        delete(SecretLink).where(SecretLink.purpose.in_(("invitation", "reset")), SecretLink.subject_id.in_(users))
    )
    session.execute(delete(Presenter).where(Presenter.centre_id.in_(ours)))
    session.execute(delete(User).where(User.centre_id.in_(ours)))
    session.execute(delete(Centre).where(Centre.id.in_(ours)))

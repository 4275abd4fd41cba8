"""Everybody who opens pages of the demo: their cookies, and the addresses to which no link leads or not every kind.

A page that nothing leads to is found by the law in tests/a11y/test_every_page.py: it needs an address here, or a link
in the product, and must open (200).
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from scheduler.attendance.queries.tally import tallies_of
from scheduler.attendance.rules import TALLY_AUDIENCES
from scheduler.certificates.models import Certificate
from scheduler.certificates.service.awards import issue_for_cohort
from scheduler.cohorts.models import Cohort
from scheduler.cohorts.terms import CohortSkill
from scheduler.config import settings
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.demo import load as demo
from scheduler.messages.mail import letters_in
from scheduler.messages.rules import LETTERS_PURPOSE
from scheduler.people.models import Presenter, User, UserRole
from scheduler.places.models import HostSchoolTime
from scheduler.policy import Role
from scheduler.programmes.terms import Audience
from scheduler.questions.rules.sets import code_of
from scheduler.questions.terms import RoundMoment
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.rules.states import WITH_DATE
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import AssignmentStop, Guardian
from scheduler.tours.models import CampaignTour
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.work.terms import WorkKind, WorkState
from tests.a11y.answered import a_booking
from tests.factories import MONDAY
from tests.factories.attendance import make_sheet
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.handovers import make_handover
from tests.factories.people import an_actor
from tests.factories.questions import make_asked_visit
from tests.factories.reports import make_signed_period, make_signed_profile
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import make_paper
from tests.factories.work import make_work
from tests.web.browser import sign_in_as

SCHOOL = "school"
ROLES = ["", SCHOOL, "coordinator", "administrator", "safeguarding", "educator", "influencer"]
LONG = dt.timedelta(days=90)


@dataclass(frozen=True)
class Traveller:
    """A role with its cookies (empty for the public) and the addresses where its walk begins."""

    role: str
    cookies: dict[str, str]
    begins: list[str]
    email: str = ""

    def client(self, app: Flask) -> FlaskClient:
        """A client with its cookies."""
        client = app.test_client()
        for name, value in self.cookies.items():
            client.set_cookie(name, value)
        return client


def travellers(app: Flask) -> list[Traveller]:
    """Everybody who opens pages, ready to walk."""
    letters = [f"/mail/{letter.name}" for letter in letters_in(settings().instance / "mail")]
    signed_in = [
        Traveller(role, _cookies(_signed_in(app, email)), ["/desk", *letters, *_begins(role, email)], email)
        for role, email in _one_of_each(demo.sign_ins())
    ]
    by_code = [*_certificates(), *_invitations(), *_tallies(), *_guardians(), *_asked_class()]
    public = Traveller("", {}, ["/", "/styleguide", "/reset/asked", *letters, "/concern/heard", *by_code])
    booked = [*(f"/book/{page}" for page in ("day", "check", "sent")), *letters, *_school_links(), *_names_page()]
    return [public, Traveller(SCHOOL, _cookies(a_booking(app)), booked), *signed_in]


def _one_of_each(sign_ins: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Role to email."""
    firsts = {row["role"]: (row["role"], row["email"]) for row in reversed(sign_ins)}
    return [firsts[role] for role in ROLES if role in firsts]


def _signed_in(app: Flask, email: str) -> FlaskClient:
    user_id = db.session.scalars(select(User.id).where(User.email == email)).one()
    return sign_in_as(app.test_client(), user_id)


def _cookies(client: FlaskClient) -> dict[str, str]:
    cookie = client.get_cookie("session") or next(iter(client._cookies.values()))  # the name differs by mode
    return {cookie.key: cookie.value}


def _begins(role: str, email: str) -> list[str]:
    """What one example of a link would not reach: one visit and one request in each state, a young presenter."""
    if role == "coordinator":
        visits = [f"/visits/{number}" for number in _one_each_state(Visit, Visit.number, _centre_of(email)).values()]
        asked = _one_each_state(SchoolRequest, SchoolRequest.number, _centre_of(email)).values()
        host_id = db.session.scalars(select(HostSchoolTime.host_id).order_by(HostSchoolTime.id)).first() or 1
        hosts = [f"/hosts/{host_id}", f"/hosts/{host_id}/school-time"]
        wished = db.session.scalars(select(Visit.number).join(DateWish, DateWish.visit_id == Visit.id).limit(1))
        visits += [f"/visits/{number}" for number in wished]
        year = "first=2023-01-01&last=2023-12-31"
        more = [*_handed_over(email), *_cohort(email), *_sums_of_sheets(email), f"/reports/youth/visits?{year}"]
        more += [f"/reports/signed/new?{year}", f"/reports/profile/sign?{year}", "/campaigns/show-respect/room/coming"]
        more += [f"/tours/{one}" for one in db.session.scalars(select(CampaignTour.id).limit(1))]
        return ["/search?q=beograd", *visits, *(f"/requests/{number}" for number in asked), *hosts, *more]
    if role == "administrator":
        return [*_works(email), *_signed(email), _mailbox(email)]
    if role == "safeguarding":
        young = db.session.scalars(
            select(Presenter.id).where(Presenter.birth_date.is_not(None)).order_by(Presenter.birth_date.desc()).limit(1)
        )
        return [f"/safeguarding/{number}" for number in young] + _waiting_papers(email) + _stopped(email)
    held = db.session.scalars(_held_by(email)).unique().all() if role == "educator" else ()
    return [page for number in held for page in (f"/visits/{number}/count", make_sheet(number))]


def _waiting_papers(email: str) -> list[str]:
    """A guardian's paper that a colleague has seen, and its scan."""
    of_centre = select(Guardian.presenter_id).join(Presenter).where(Presenter.centre_id == _centre_of(email))
    colleague = select(UserRole.user_id).where(UserRole.role == Role.COORDINATOR).join(User)
    seen_by = db.session.scalars(colleague.where(User.centre_id == _centre_of(email)).limit(1)).one()
    paper = make_paper(db.session.scalars(of_centre.limit(1)).one(), seen_by)
    return [f"/safeguarding/papers/{paper.id}", f"/safeguarding/papers/{paper.id}/scan"]


def _stopped(email: str) -> list[str]:
    """Somebody who takes no new visit, to be freed."""
    her = db.session.scalars(select(Presenter.id).where(Presenter.centre_id == _centre_of(email)).limit(1)).one()
    with transaction() as session:
        session.add(AssignmentStop(presenter_id=her, stopped_at=MONDAY))
    return [f"/safeguarding/{her}/stop"]


def _guardians() -> list[str]:
    """What a guardian's mail opens, and what stands before a withdrawal."""
    of_minors = select(Guardian.id).join(Presenter).where(Presenter.adult_on > MONDAY.date())
    guardian_id = db.session.scalars(of_minors.order_by(Guardian.id).limit(1)).one()
    with transaction():
        page = "/consent/" + tokens.mint("guardian", guardian_id, lasts=LONG, now=MONDAY)
    return [page, f"{page}/withdraw"]


def _cohort(email: str) -> list[str]:
    """A cohort whose part of reporting is asked for, and a training that belongs to none."""
    training = make_training(_centre_of(email), open=False)
    host_id = db.session.scalars(select(SchoolRequest.host_id).order_by(SchoolRequest.id).limit(1)).one()
    asked, loose = (
        make_school_request(programme=training, host_id=host_id, number=f"R-2026-900{place}") for place in (1, 2)
    )
    row = make_cohort(training, host_id, (CohortSkill.REPORT, asked), code="D-2026-9001", ends_on=MONDAY.date() + LONG)
    return [f"/cohorts/{row.code}", f"/cohorts/of/{loose.number}"]


def _handed_over(email: str) -> list[str]:
    """A handover that is on, from somebody to a colleague."""
    away = db.session.scalars(select(User).where(User.email == email)).one()
    stand_in = db.session.scalars(select(User).where(User.centre_id == away.centre_id, User.id != away.id)).first()
    today = MONDAY.date()
    row = make_handover(away, stand_in, first_day=today, last_day=today + dt.timedelta(days=6))
    return [f"/handovers/{row.id}"]


def _signed(email: str) -> list[str]:
    """A signed-off period of the centre: its list and the form that opens it again."""
    user = db.session.scalars(select(User).where(User.email == email)).one()
    row, told = make_signed_period(user), make_signed_profile(user)
    profile = f"/reports/profile/{told.id}/take-back"
    return ["/reports/signed", f"/reports/signed/{row.id}/take-back", profile, f"/profiles/{told.id}"]


def _tallies() -> list[str]:
    """The page that a poster's code opens, of the latest presentation for adults."""
    for_adults = select(Presentation.visit_id).where(Presentation.audience.in_(TALLY_AUDIENCES))
    found = tallies_of(db.session.scalars(for_adults.order_by(Presentation.on_day.desc()).limit(1)).first() or 0)
    return [f"/tally/{one.visit_number}/{one.ordinal}/{one.code}" for one in found]


def _asked_class() -> list[str]:
    """The page that a class opens before a presentation which begins this very minute."""
    visit, one = make_asked_visit(db.session.scalars(select(User.centre_id).order_by(User.id)).first() or 0)
    return [f"/q/{visit.number}/1/{code_of(one.uid, RoundMoment.BEFORE, settings().secret_key)}"]


def _sums_of_sheets(email: str) -> list[str]:
    """What a visit asks, and where the sums of its papers are typed."""
    number = make_asked_visit(_centre_of(email))[0].number
    return [f"/visits/{number}/questions", f"/visits/{number}/questions/1/before"]


def _works(email: str) -> list[str]:
    """Long work that waits, runs, found problems, would change something, issued certificates, and failed."""
    user = db.session.scalars(select(User).where(User.email == email)).one()
    now, later = MONDAY, MONDAY + dt.timedelta(hours=1)
    line = {"line": 6, "column": "kind", "problem": "unknown_kind"}
    change = {"register_id": "7", "name": "Vuk", "field": "phone", "before": "", "after": "018 123"}
    numbers = {"rows": 2, "new": 0, "changed": 1, "same": 0, "problems": 0, "problem_lines": [], "changes": [change]}
    issued = {"issued": 2, "problem_visits": [[1, "attendance_not_locked"]]}
    done = {"state": WorkState.DONE, "ended_at": now}
    given: list[tuple[WorkKind, dict[str, Any]]] = [
        (WorkKind.CHECK_HOSTS, {"state": WorkState.FAILED, "result": '{"failure": "interrupted"}', "ended_at": now}),
        (WorkKind.CHECK_HOSTS, {"state": WorkState.RUNNING, "done": 1, "total": 2, "leased_until": later}),
        (WorkKind.CHECK_HOSTS, done | {"result": json.dumps(numbers)}),
        (WorkKind.CHECK_HOSTS, done | {"result": json.dumps(numbers | {"problems": 1, "problem_lines": [line]})}),
        (WorkKind.ISSUE_CERTIFICATES, done | {"result": json.dumps(issued), "done": 3, "total": 3}),
        (WorkKind.ISSUE_CERTIFICATES, {"created_at": now}),
        (WorkKind.ZIP_CERTIFICATES, done | {"result": '{"drawn": 2, "left_out": 1}', "done": 3, "total": 3}),
    ]
    return [f"/work/{make_work(user, kind, **columns).id}" for kind, columns in given]


def _held_by(email: str) -> Select[str]:
    """Numbers of the visits this educator has just given."""
    crew = select(Presentation.visit_id).join(Assignment).join(Presenter).join(User)
    recent = Visit.on_day.between(MONDAY.date() - dt.timedelta(days=14), MONDAY.date())
    return select(Visit.number).where(Visit.id.in_(crew.where(User.email == email)), recent).order_by(Visit.number)


def _centre_of(email: str) -> int:
    return db.session.scalars(select(User.centre_id).where(User.email == email)).one()


def _one_each_state(model: Any, value: Any, centre_id: int | None = None) -> dict[Any, Any]:
    """State to one value: that of the newest row, of a centre or of all."""
    rows = select(model.state, value).order_by(model.id)
    return {
        row[0]: row[1] for row in db.session.execute(rows.where(model.centre_id == centre_id) if centre_id else rows)
    }


def _school_links() -> list[str]:
    """The status page of one request in each state, and what opens from a mail only."""
    one_each = _one_each_state(SchoolRequest, SchoolRequest.id)
    mailed = [RequestState.UNVERIFIED, RequestState.CONFIRMED]  # not pressed yet, pressed
    now = MONDAY
    with transaction():
        status = [tokens.mint("status", number, lasts=LONG, now=now) for number in one_each.values()]
        prove = [tokens.mint("prove", one_each[state], lasts=LONG, now=now) for state in mailed]
        confirmed = one_each[RequestState.CONFIRMED]
        own, lost, read = (tokens.mint(kind, confirmed, lasts=LONG, now=now) for kind in ("status", "visits", "read"))
        letters = tokens.mint(LETTERS_PURPOSE, one_each[RequestState.CONFIRMED], lasts=LONG, now=now)
        evening = [tokens.mint("status", number, lasts=LONG, now=now) for number in db.session.scalars(_evenings())]
    counted = [f"/status/{secret}/attendance" for secret in status]
    counted += [f"/status/{secret}/invitation" for secret in evening]
    more = [f"/book/mine/{lost}", f"/read/{read}", f"/status/{own}/share/{read}"]
    mailed_pages = [*more, f"/letters/{letters}", *(f"/book/prove/{secret}" for secret in prove)]
    return [*mailed_pages, *(f"/status/{secret}" for secret in status), *counted]


def _evenings() -> Select[int]:
    """A request whose day is agreed and for which parents are invited."""
    asked = select(SchoolRequest.id).join(RequestedPresentation)
    return asked.where(RequestedPresentation.audience == Audience.PARENTS, SchoolRequest.state.in_(WITH_DATE)).limit(1)


def _invitations() -> list[str]:
    user_id = db.session.scalars(select(User.id).order_by(User.id)).first() or 0
    with transaction():
        minted = {kind: tokens.mint(kind, user_id, lasts=LONG, now=MONDAY) for kind in ("invitation", "reset")}
    return [f"/{kind}/{token}" for kind, token in minted.items()]


def _mailbox(email: str) -> str:
    """What the mail of a second step opens."""
    user_id = db.session.scalars(select(User.id).where(User.email == email)).one()
    with transaction():
        return "/second-step/mailbox/" + tokens.mint("mailbox", user_id, lasts=LONG, now=MONDAY)


def _certificates() -> list[str]:
    found = db.session.scalars(select(Certificate.number).order_by(Certificate.id).limit(1))
    return [f"/certificates/{number}" for number in found]


def _names_page() -> list[str]:
    """Where a school's browser writes names on the certificate of its Web Detectives."""
    cohort = db.session.scalars(select(Cohort).where(Cohort.level > 0).order_by(Cohort.id).limit(1)).one()
    [number] = issue_for_cohort(an_actor(centre_id=cohort.centre_id), cohort.code, now=MONDAY).numbers
    of_it = select(Visit.school_request_id).join(Certificate, Certificate.visit_id == Visit.id)
    with transaction() as session:
        asked = session.scalars(of_it.where(Certificate.number == number)).one()
        secret = tokens.mint("status", asked, lasts=LONG, now=MONDAY)
    return [f"/status/{secret}/certificates/{number}/names"]

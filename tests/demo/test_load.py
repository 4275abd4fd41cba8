import datetime as dt
import json
import stat

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.figures import add_up_everything
from scheduler.booking.queries.school_days import days_of_request
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CertificateKind
from scheduler.cli.invariants import violations
from scheduler.config import settings
from scheduler.core.audit import AuditEntry
from scheduler.core.clock import local_day
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.demo import load as demo
from scheduler.demo import rows
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host, HostSchoolTime, Municipality
from scheduler.places.queries import holidays_between
from scheduler.places.rules.hosts import is_school_day
from scheduler.places.terms.hosts import Level
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.attendance import attendance_report, centre_id_of
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters, Group, ReportCounts
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.pages import request_to_plan
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import Vetting
from scheduler.turns.queries.desk import rows_told_to
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LIVING, PROMISED, AssignmentState, VisitState
from tests.factories import MONDAY
from tests.visits.defences import take_defences_away
from tools.many_days import ODD, moments

YEAR = year_of(2023)
MOMENTS = moments([*ODD, *(dt.date(2027, month, 3) for month in (4, 5, 6, 8, 9, 11))])


def published(**given):
    return attendance_report(Filters(YEAR, centre_id_of("ncc"), **given)).totals


@pytest.mark.both_databases
def test_the_year_2023_shows_exactly_the_published_figures_and_its_campaign_secondary_schools_only(loaded):
    year, campaign = published(), published(campaign="show-respect")

    assert (year.presentations, year.pupils, year.parents, year.teachers) == (120, 7803, 1097, 302)
    assert (campaign.cities, campaign.pupils) == (11, 2940)
    filters = Filters(YEAR, centre_id_of("ncc"), campaign="show-respect")
    (row,) = attendance_report(filters, [Group.AUDIENCE]).rows
    assert (row.keys[0].label, row.keys[0].level, row.counts.pupils) == ("pupils", "secondary", 2940)


def test_changing_one_head_count_moves_the_totals(loaded):
    before = published()
    with transaction() as session:
        take_defences_away(session, "head_count")
        count = session.scalars(
            select(HeadCount)
            .join(Presentation, Presentation.id == HeadCount.presentation_id)
            .where(HeadCount.audience == Audience.PUPILS, HeadCount.people > 0, Presentation.on_day <= YEAR.last)
            .order_by(HeadCount.id)
        ).first()
        count.people += 5
    add_up_everything()  # past the triggers nobody left a mark

    assert published() == ReportCounts(**(before.__dict__ | {"pupils": before.pupils + 5}))


def test_nothing_in_the_demo_breaks_an_invariant(loaded):
    assert violations() == []


def test_no_presentation_of_2023_falls_on_a_day_without_lessons(loaded):
    held = loaded.execute(select(Presentation.on_day).where(Presentation.on_day <= YEAR.last)).scalars().all()
    closed = {row.day for row in holidays_between(YEAR.first, YEAR.last) if row.no_lessons}

    assert held
    assert [day for day in held if not is_school_day(day, [], closed, Level.PRIMARY)] == []


def test_the_demo_holds_one_of_each_that_waits_for_a_coordinator(loaded):
    waits = {row.matter for row in rows_told_to(Actor(frozenset(), centre_id=centre_id_of("ncc")), MONDAY)}

    assert waits >= {
        Matter.SUBSTITUTE_SOUGHT,
        Matter.CREW_LOST,
        Matter.CLASH,
        Matter.CLOSED_DAY,
        Matter.DATE_WISH,
        Matter.NUMBERS_ASKED,
        Matter.OFFER_GONE,
        Matter.TO_CONFIRM,
        Matter.NOT_OFFERED,
        Matter.NOT_COUNTED,
        Matter.DISPUTED,
        Matter.FAR_COUNT,
        Matter.SILENT,
        Matter.REQUEST_NEW,
        Matter.REQUEST_TRIAGE,
        Matter.REQUEST_AGREED,
        Matter.HOST_TYPED,
        Matter.STANDS_STILL,
        Matter.DAY_NAMED,
        Matter.CONFIRM_ANEW,
    }


def test_for_each_request_that_waits_the_days_that_it_asked_for_have_some_on_which_somebody_can_come(loaded):
    waiting = (RequestState.NEW, RequestState.TRIAGE, RequestState.WAITLISTED, RequestState.AGREED)
    numbers = loaded.execute(
        select(SchoolRequest.number, SchoolRequest.centre_id).where(SchoolRequest.state.in_(waiting))
    ).all()

    found = {}
    for number, centre_id in numbers:
        staff = Actor(frozenset({Role.COORDINATOR}), user_id=1, centre_id=centre_id)
        days = days_of_request(request_to_plan(staff, number, now=MONDAY), now=MONDAY)
        found[number] = len(days.found.free)
    assert found
    assert [number for number, free in found.items() if not free] == []


def test_what_a_school_did_is_told_of_no_coordinator(loaded):
    by = dict(
        loaded.execute(
            select(AuditEntry.action, func.max(AuditEntry.actor))
            .where(AuditEntry.thing == SchoolRequest.__tablename__, AuditEntry.action.startswith("school request "))
            .group_by(AuditEntry.action)
        ).all()
    )

    assert by["school request unverified"] == "anonymous"
    assert by["school request new"].startswith("link:request:")
    assert by["school request withdrawn"].startswith("link:request:")
    assert by["school request agreed"].startswith("user:")


def test_nobody_is_at_two_hosts_on_one_day_but_where_a_clash_waits_to_be_solved(loaded):
    promised = loaded.execute(
        select(Assignment.presenter_id, Assignment.on_day, Presentation.visit_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Assignment.state.in_(PROMISED))
        .distinct()
    ).all()
    living = loaded.execute(
        select(Assignment.presenter_id, Assignment.on_day, Presentation.visit_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Assignment.state.in_(LIVING))
        .distinct()
    ).all()

    assert len({(who, day) for who, day, _ in promised}) == len(promised)
    assert len(living) - len({(who, day) for who, day, _ in living}) == 1  # the suggested one


def test_a_minor_is_never_without_an_adult(loaded):
    crews = loaded.execute(
        select(Assignment.presentation_id, Assignment.on_day, Presenter.adult_on)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(Assignment.state.in_(LIVING))
    ).all()
    with_minor = {one for one, day, adult_on in crews if is_minor(adult_on, day)}
    with_adult = {one for one, day, adult_on in crews if not is_minor(adult_on, day)}

    assert with_minor
    assert with_minor <= with_adult


def test_the_present_holds_requests_in_every_state_certificates_and_everybody_who_presents(loaded):
    states = set(loaded.scalars(select(SchoolRequest.state)))
    certificates = loaded.scalars(select(Certificate.kind).order_by(Certificate.kind)).all()
    presenters = dict(loaded.execute(select(Presenter.kind, func.count()).group_by(Presenter.kind)).all())

    assert states == set(RequestState)
    assert certificates == [CertificateKind.SCHOOL, CertificateKind.TEACHER]
    assert presenters == {PresenterKind.EDUCATOR: 12, PresenterKind.INFLUENCER: 6}


def test_the_present_lies_around_the_day_of_loading(loaded):
    today = local_day(MONDAY)
    days = loaded.scalars(select(Visit.on_day).where(Visit.on_day > YEAR.last)).all()
    behind, ahead = [day for day in days if day <= today], [day for day in days if day > today]

    assert min(days) >= today - dt.timedelta(weeks=6)
    assert max(days) <= today + dt.timedelta(weeks=10)
    assert behind
    assert ahead


def test_the_demo_comes_in_every_month():
    assert {moment.month for moment in MOMENTS} == set(range(1, 13))


@pytest.mark.deep
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_demo_keeps_every_invariant_on_a_day_with_something_odd_and_in_every_month(session, the_clock, moment):
    the_clock.stands_at(moment)

    assert demo.load(moment)
    assert violations() == []
    assert published().pupils == 7803


def test_the_educator_who_signs_in_has_offers_counting_and_a_clash(loaded):
    email = next(row["email"] for row in demo.sign_ins() if row["role"] == "educator")
    mine = (
        select(Assignment.state, Visit.state, Attendance.state)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(User.email == email)
    )
    work = set(loaded.execute(mine))

    assert (AssignmentState.OFFERED, VisitState.OFFERED, None) in work
    assert (AssignmentState.ACCEPTED, VisitState.READY, None) in work  # held yesterday, to be counted
    assert (AssignmentState.SUGGESTED, VisitState.PLANNED, None) in work


def test_one_vetting_ends_within_a_month(loaded):
    soon = local_day(MONDAY) + dt.timedelta(days=30)

    assert loaded.scalar(select(func.count()).select_from(Vetting).where(Vetting.valid_until <= soon)) == 1


def test_every_role_signs_in_with_the_listed_password_and_nobody_else_can(loaded):
    listed = demo.sign_ins()
    stored = dict(loaded.execute(select(User.email, User.password_hash)).all())

    assert {row["role"] for row in listed} >= {
        "coordinator", "administrator", "safeguarding", "educator", "influencer",
    }  # fmt: skip
    assert [row["minor"] for row in listed if row["role"] == "influencer"] == ["no", "yes"]
    for row in listed:
        assert PasswordHasher().verify(stored[row["email"]], row["password"])
    assert {email for email, hashed in stored.items() if hashed} == {row["email"] for row in listed}


def test_passwords_lie_in_a_file_that_only_its_owner_reads(loaded):
    path = settings().instance / demo.SIGN_INS

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == demo.sign_ins()


def test_loading_twice_is_loading_once(loaded):
    before = loaded.scalar(select(func.count()).select_from(AuditEntry))
    listed = demo.sign_ins()

    assert demo.load(MONDAY) is False
    assert loaded.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert demo.sign_ins() == listed


def test_a_load_that_dies_leaves_nothing_and_can_be_repeated(session, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(rows, "_write_attendance", die)
        with pytest.raises(KeyboardInterrupt):
            demo.load(MONDAY)
    assert [session.scalar(select(func.count()).select_from(kind)) for kind in (User, Host, Municipality)] == [0, 0, 0]

    assert demo.load(MONDAY)
    assert published().presentations == 120


@pytest.mark.both_databases
def test_removing_takes_all_demo_rows_and_leaves_the_reference_data(loaded):
    assert demo.remove()

    kinds = (User, Presenter, SchoolRequest, Visit, Assignment, HeadCount, Campaign, Host)
    assert [db.session.scalar(select(func.count()).select_from(kind)) for kind in kinds] == [0] * len(kinds)
    assert db.session.scalar(select(func.count()).select_from(Municipality)) == 182
    assert demo.remove() is False
    with pytest.raises(NotFound):
        demo.sign_ins()


def test_three_schools_have_told_their_shifts_and_none_of_them_has_a_visit_to_come(loaded):
    told = select(HostSchoolTime.host_id)

    assert db.session.scalar(select(func.count()).select_from(HostSchoolTime)) == 3
    assert (
        db.session.scalars(select(Visit.id).where(Visit.host_id.in_(told), Visit.on_day >= MONDAY.date())).all() == []
    )
    asking = select(SchoolRequest.id).where(SchoolRequest.host_id.in_(told))
    assert db.session.scalars(asking).all()

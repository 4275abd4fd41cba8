"""The helpline figures that the centre published, from rows; recounted in plain SQL and by the command.

The yearly profile prints every figure that the centre published, from rows, in words, in each language and form.
The tour of the demo's campaign is planned anew in a few presses, whatever its days were.
Where a demo asks for a second step, its staff have apps whose secrets `demo sign-ins` prints.
"""

import datetime as dt
import json
import re
import stat
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from scheduler import config
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
from scheduler.demo import crowd, load, rows
from scheduler.demo import load as demo
from scheduler.demo.crowd import who_signs_in
from scheduler.demo.spread import evenly, spread, wobble
from scheduler.helpline.models import HelplineCount, HelplinePeriod, HelplinePublicCell
from scheduler.helpline.queries import publications
from scheduler.jobs import long_work, queue
from scheduler.keys.service import passing
from scheduler.people.models import Presenter, User
from scheduler.people.queries import signed_in_user
from scheduler.people.rules import is_minor
from scheduler.people.terms import STAFF_ROLES, PresenterKind
from scheduler.places.models import Host, HostSchoolTime, Municipality
from scheduler.places.queries import holidays_between
from scheduler.places.rules.hosts import is_school_day
from scheduler.places.terms.hosts import Level
from scheduler.policy import Actor, Role
from scheduler.profiles.models import ProfileText
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
from tests.factories.keys import a_browser, code_at
from tests.factories.people import make_user
from tests.loaded_demo import load_demo
from tests.visits.defences import take_defences_away
from tests.web.browser import browser_of
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


def test_nothing_in_the_demo_breaks_a_rule_of_days_crews_or_hosts(loaded):
    assert violations() == []

    held = loaded.execute(select(Presentation.on_day).where(Presentation.on_day <= YEAR.last)).scalars().all()
    closed = {row.day for row in holidays_between(YEAR.first, YEAR.last) if row.no_lessons}
    assert held
    assert [day for day in held if not is_school_day(day, [], closed, Level.PRIMARY)] == []

    promised, living = (
        loaded.execute(
            select(Assignment.presenter_id, Assignment.on_day, Presentation.visit_id)
            .join(Presentation, Presentation.id == Assignment.presentation_id)
            .where(Assignment.state.in_(states))
            .distinct()
        ).all()
        for states in (PROMISED, LIVING)
    )

    assert len({(who, day) for who, day, _ in promised}) == len(promised)
    assert len(living) - len({(who, day) for who, day, _ in living}) == 1  # the suggested one

    told = select(HostSchoolTime.host_id)

    assert db.session.scalar(select(func.count()).select_from(HostSchoolTime)) == 3
    assert (
        db.session.scalars(select(Visit.id).where(Visit.host_id.in_(told), Visit.on_day >= MONDAY.date())).all() == []
    )
    asking = select(SchoolRequest.id).where(SchoolRequest.host_id.in_(told))
    assert db.session.scalars(asking).all()


def test_the_demo_holds_one_of_each_that_waits_for_a_coordinator(loaded):
    waits = {row.matter for row in rows_told_to(Actor(frozenset(), centre_id=centre_id_of("ncc")), MONDAY)}

    assert waits >= {
        Matter.SUBSTITUTE_SOUGHT, Matter.CREW_LOST, Matter.CLASH, Matter.CLOSED_DAY, Matter.DATE_WISH,
        Matter.NUMBERS_ASKED, Matter.OFFER_GONE, Matter.TO_CONFIRM, Matter.NOT_OFFERED, Matter.NOT_COUNTED,
        Matter.DISPUTED, Matter.FAR_COUNT, Matter.SILENT, Matter.REQUEST_NEW, Matter.REQUEST_TRIAGE,
        Matter.REQUEST_AGREED, Matter.HOST_TYPED, Matter.STANDS_STILL, Matter.DAY_NAMED, Matter.CONFIRM_ANEW,
    }  # fmt: skip

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


def test_the_present_lies_around_the_day_of_loading_and_holds_requests_in_every_state(loaded):
    today = local_day(MONDAY)
    days = loaded.scalars(select(Visit.on_day).where(Visit.on_day > YEAR.last)).all()
    behind, ahead = [day for day in days if day <= today], [day for day in days if day > today]

    assert min(days) >= today - dt.timedelta(weeks=6)
    assert max(days) <= today + dt.timedelta(weeks=10)
    assert behind
    assert ahead

    states = set(loaded.scalars(select(SchoolRequest.state)))
    certificates = loaded.scalars(select(Certificate.kind).order_by(Certificate.kind)).all()
    presenters = dict(loaded.execute(select(Presenter.kind, func.count()).group_by(Presenter.kind)).all())
    assert states == set(RequestState)
    assert certificates == [CertificateKind.SCHOOL, CertificateKind.TEACHER]
    assert presenters == {PresenterKind.EDUCATOR: 12, PresenterKind.INFLUENCER: 6}

    soon = local_day(MONDAY) + dt.timedelta(days=30)
    assert loaded.scalar(select(func.count()).select_from(Vetting).where(Vetting.valid_until <= soon)) == 1

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


def test_the_demo_comes_in_every_month():
    assert {moment.month for moment in MOMENTS} == set(range(1, 13))


@pytest.mark.deep
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_demo_keeps_every_invariant_on_a_day_with_something_odd_and_in_every_month(session, the_clock, moment):
    the_clock.stands_at(moment)
    assert demo.load(moment)
    assert violations() == []
    assert published().pupils == 7803


def test_every_role_signs_in_with_the_listed_password_and_loading_twice_is_loading_once(loaded):
    listed = demo.sign_ins()
    stored = dict(loaded.execute(select(User.email, User.password_hash)).all())

    assert {row["role"] for row in listed} >= {
        "coordinator", "administrator", "safeguarding", "educator", "influencer",
    }  # fmt: skip
    assert [row["minor"] for row in listed if row["role"] == "influencer"] == ["no", "yes"]
    for row in listed:
        assert PasswordHasher().verify(stored[row["email"]], row["password"])
    assert {email for email, hashed in stored.items() if hashed} == {row["email"] for row in listed}

    path = settings().instance / demo.SIGN_INS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == demo.sign_ins()

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


RECOUNT = """
SELECT SUM(communications), SUM(calls), SUM(mails), SUM(cases), SUM(advisory), SUM(forwarded), SUM(to_police),
  SUM(to_prosecutor), MIN(first_day), MAX(last_day)
FROM helpline_period WHERE first_day >= '2024-01-01' AND last_day <= '2024-04-26'
"""
TOPICS = """
SELECT code FROM helpline_count WHERE margin = 'topic' GROUP BY code ORDER BY SUM(number) DESC, code LIMIT 2
"""


def test_plain_sql_and_the_public_page_say_what_was_published(loaded):
    told = loaded.execute(text(RECOUNT)).one()
    assert tuple(told)[:8] == (2079, 1683, 396, 361, 344, 17, 15, 2)
    assert [str(day) for day in told[8:]] == ["2024-01-01", "2024-04-26"]
    assert list(loaded.scalars(text(TOPICS))) == ["sextortion", "grooming"]

    (public,) = publications()
    told = {(one.margin, one.code): one.number for one in public.numbers}

    assert (public.first_day, public.last_day) == (dt.date(2024, 1, 1), dt.date(2024, 4, 26))
    assert (told["total", "communications"], told["total", "cases"]) == (2079, 361)
    assert (told["channel", "calls"], told["channel", "mails"]) == (1683, 396)
    assert (told["outcome", "advisory"], told["outcome", "forwarded"]) == (344, 17)
    assert (told["forwarded_to", "to_police"], told["forwarded_to", "to_prosecutor"]) == (None, None)


def test_the_command_says_the_same(loaded, app):
    asked = ["helpline", "totals", "--from", "2024-01-01", "--to", "2024-04-26", "--centre", "ncc"]

    told = json.loads(app.test_cli_runner().invoke(args=[*asked, "--json"]).stdout)

    wanted = {"communications": 2079, "cases": 361, "advisory": 344, "forwarded": 17}
    assert wanted == {name: told[name] for name in wanted}
    assert told["by_channel"] == {"calls": 1683, "mails": 396, "chats": 0, "forms": 0}
    assert {name: number for name, number in told["forwarded_to"].items() if number} == {
        "to_police": 15,
        "to_prosecutor": 2,
    }
    assert sum(told["forwarded_to"].values()) == told["forwarded"]
    assert (told["from"], told["to"]) == ("2024-01-01", "2024-04-26")

    words = app.test_cli_runner().invoke(args=asked).stdout.splitlines()
    assert {"communications: 2079", "cases: 361"} < set(words)

    cut = app.test_cli_runner().invoke(args=[*asked[:5], "2024-04-20", *asked[6:], "--json"])
    assert (cut.exit_code, cut.stdout) == (2, "")


def test_the_demo_takes_its_figures_with_it(loaded):
    assert demo.remove()
    for model in (HelplinePeriod, HelplineCount, HelplinePublicCell):
        assert loaded.scalar(select(func.count(model.id))) == 0


SAID = {
    (2023, "en"): [
        "120 presentations were held in", "7,803 pupils, 1,097 parents and 302 teachers", "Campaign “Show respect",
        "2,940 high-school pupils", "in 11 cities", "children learn best from their peers",
    ],
    (2023, "sr_Cyrl"): [
        "Одржано је 120 презентација",
        "7.803 ученика, 1.097 родитеља и 302 наставника",
        "2.940 средњошколаца",
    ],
    (2023, "sr_Latn"): [
        "Održano je 120 prezentacija",
        "7.803 učenika, 1.097 roditelja i 302 nastavnika",
        "u 11 gradova",
    ],
    (2024, "en"): [
        "2,079 communications reached the helpline (1 January – 26 April 2024): 1,683 calls and 396 e-mails.",
        "361 cases were formed from them: 344 advisory and 17 forwarded.",
        "High-Tech Crime Department of the police – 15, High-Tech Crime Prosecutor's Office – 2.",
        "Mostly about: Sextortion – ",
        ", Grooming – ",
    ],
    (2024, "sr_Cyrl"): ["2.079 комуникација", "1.683 позива и 396 имејлова", "Сексуална уцена – ", "Врбовање деце – "],
    (2024, "sr_Latn"): ["2.079 komunikacija", "1.683 poziva i 396 imejlova", "344 savetodavna i 17 prosleđenih"],
}  # fmt: skip


def told(app, *args):
    answer = app.test_cli_runner().invoke(args=["reports", "profile", *args])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_every_published_figure_stands_in_words(loaded, app):
    for (year, lang), sentences in SAID.items():
        text = told(app, "--year", str(year), "--centre", "ncc", "--lang", lang)
        assert [one for one in sentences if one not in text] == [], (year, lang, text)
        assert " 0 " not in text

    text = told(app, "--from", "2024-01-01", "--to", "2024-04-26", "--centre", "ncc")
    assert all(one in text for one in SAID[2024, "en"])


def test_the_demo_takes_its_texts_with_it(loaded):
    assert loaded.query(ProfileText).count() == 4
    loaded.rollback()
    assert demo.remove()
    assert loaded.query(ProfileText).count() == 0


FIELD = re.compile(r"<input\b[^>]*>|<select\b.*?</select>", re.DOTALL)


@pytest.fixture
def coordinator(app: Flask, session, the_clock):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    load_demo()
    address = next(one.email for one in who_signs_in() if one.role is Role.COORDINATOR)
    return browser_of(app, session.scalars(select(User).where(User.email == address)).one())


def as_it_stands(page: str) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody has changed."""
    sent: dict[str, list[str]] = {}
    for field in FIELD.findall(page[page.index("<main") :]):
        if not (name := re.search(r' name="([^"]+)"', field)):
            continue
        if field.startswith("<select"):
            value = re.search(r'<option selected value="([^"]*)"', field)
        elif 'type="checkbox"' in field and " checked" not in field:
            continue
        else:
            value = re.search(r' value="([^"]*)"', field)
        sent.setdefault(name[1], []).append(value[1] if value else "")
    return sent


def test_the_campaigns_tour_is_planned_anew_in_three_presses(coordinator):
    menu = coordinator.get("/desk?lang=en").text
    assert 'href="/campaigns/own"' in menu  # the first press
    own = coordinator.get("/campaigns/own").text
    assert 'href="/campaigns/show-respect/tours"' in own  # the second
    form = coordinator.get("/campaigns/show-respect/tours").text

    answer = coordinator.post("/campaigns/show-respect/tours", data=as_it_stands(form))  # the third
    long_work.do_long_work.call_local()

    assert answer.status_code == 302, answer.text
    read = coordinator.get(answer.location).text
    assert read.count('name="rows"') == 11
    assert "Proven: no order of these cities and days is cheaper." in read
    assert 'class="map__road"' in read


def test_the_demo_holds_a_tour_that_is_finished(coordinator):
    read = coordinator.get("/tours/1").text
    assert read.count('name="rows"') == 11


def test_the_secret_of_each_of_the_staff_gives_codes_that_open(app):
    staff = [person for person in crowd.who_signs_in() if person.role in STAFF_ROLES]
    users = {person.email: make_user(person.role, email=person.email).id for person in staff}
    with transaction() as session:
        made = load._write_apps(session, STAFF_ROLES, MONDAY)

    config.use(replace(app.config["SETTINGS"], second_factor="required"))
    assert set(made) == set(users)
    for email, secret in made.items():
        browser = a_browser(db.session.get_one(User, users[email]))
        token = passing.pass_code(browser, code_at(secret, MONDAY), network="x", now=MONDAY)
        assert signed_in_user(token, MONDAY).user_id == users[email]
    config.use(app.config["SETTINGS"])


weights = st.lists(st.floats(0.1, 100), min_size=1, max_size=60)


@given(st.integers(0, 20_000), weights)
def test_the_parts_sum_exactly_to_the_whole_and_follow_their_weights(total, given_weights):
    parts = spread(total, given_weights)
    assert sum(parts) == total
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - total * weight / sum(given_weights)) < 1.000001


def test_what_weighs_nothing_gets_nothing():
    assert spread(10, [0, 1, 0, 1]) == [0, 5, 0, 5]


@given(st.integers(0, 10_000))
def test_a_wobble_stays_in_its_bounds(number):
    assert 0.75 <= wobble(number) < 1.25


@given(st.integers(1, 40), st.integers(1, 40))
def test_places_are_in_order_and_twice_only_when_there_are_too_few(wanted, available):
    places = evenly(wanted, available)
    assert places == sorted(places)
    assert all(0 <= place < available for place in places)
    if wanted <= available:
        assert len(set(places)) == wanted

"""The presenter's own pages: first page, calendar, day sheet, absence, account."""

import datetime as dt

import pytest

from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.browser import browser_of

PHONE = "064 555 0000"


def _tomorrow() -> dt.date:
    return MONDAY.date() + dt.timedelta(days=1)


def _visit(*crew, day: dt.date | None = None):
    asked = make_school_request(RequestState.CONFIRMED, contact_phone=PHONE)
    host = make_host(phone="011 555 0100")
    programme = make_programme(centre_id=crew[0].centre_id)
    visit = make_visit(
        VisitState.CONFIRMED,
        programme=programme,
        on_day=day or _tomorrow(),
        host_id=host.id,
        school_request_id=asked.id,
    )
    presentation = make_presentation(visit, state=PresentationState.CONFIRMED)
    for one in crew:
        make_assignment(presentation, one.id, AssignmentState.ACCEPTED)
    return visit


@pytest.mark.parametrize("path", ["/desk", "/calendar", "/account", "/offers", "/absence", "/day/2026-10-06"])
def test_who_has_nothing_to_do_is_told_what_comes_and_where(app, path):
    answer = browser_of(app, a_cleared_educator()).get(f"{path}?lang=en")

    assert answer.status_code == 200
    assert "19833" in answer.text


def test_a_minor_reads_what_waits_for_her_answer_before_what_she_knows(app):
    minor = a_cleared_minor()
    visit = make_visit(programme=make_programme(centre_id=minor.centre_id), on_day=_tomorrow() + dt.timedelta(days=7))
    sitting = make_presentation(visit)
    for one in (a_cleared_educator(centre_id=minor.centre_id), minor):
        make_assignment(sitting, one.id, AssignmentState.OFFERED)

    shown = browser_of(app, minor).get("/desk?lang=en").text

    assert shown.index("1 offer waits for your answer") < shown.index("You never go alone")


def test_the_first_page_leads_to_the_day_sheet_the_map_the_phone_and_the_absence(app):
    educator = a_cleared_educator()
    _visit(educator)

    shown = browser_of(app, educator).get("/desk?lang=en").text

    day = _tomorrow().isoformat()
    assert f'href="/day/{day}"' in shown
    assert f'href="/absence?from={day}&amp;to={day}"' in shown
    assert 'href="tel:0645550000"' in shown
    assert 'href="https://www.openstreetmap.org/' in shown
    assert 'src="https://' not in shown


def test_the_day_sheet_holds_what_a_bag_needs(app):
    educator = a_cleared_educator(given_name="Jelena", family_name="Ristić")
    minor = a_cleared_minor(centre_id=educator.centre_id, given_name="Tara", family_name="Prezimić")
    _visit(educator, minor)

    shown = browser_of(app, educator).get(f"/day/{_tomorrow().isoformat()}?lang=en").text

    for words in ("Home at about", "Take along", PHONE, "Tara", "If a child tells you something", "19833"):
        assert words in shown
    assert "Prezimi" not in shown


def test_the_sheet_of_a_minor_holds_no_phone_of_the_school_and_no_surname(app):
    educator = a_cleared_educator()
    minor = a_cleared_minor(centre_id=educator.centre_id, given_name="Tara", family_name="Prezimić")
    other = a_cleared_minor(centre_id=educator.centre_id, given_name="Vanja", family_name="Drugić")
    _visit(educator, minor, other)
    browser = browser_of(app, minor)

    sheet, first = browser.get(f"/day/{_tomorrow().isoformat()}?lang=en").text, browser.get("/desk?lang=en").text

    for shown in (sheet, first):
        assert PHONE not in shown
        assert "Drugi" not in shown
        assert "Vanja" in shown
    assert "Your guardian" in first
    assert "Prezimi" not in sheet


def test_what_is_no_day_is_not_found(app):
    browser = browser_of(app, a_cleared_educator())

    assert [browser.get(f"/day/{day}").status_code for day in ("2026-02-30", "tomorrow", "0")] == [404, 404, 404]


@pytest.mark.parametrize("path", ["/calendar", "/day/2026-10-06", "/absence"])
def test_staff_have_no_such_pages(app, path):
    assert browser_of(app, make_user(Role.COORDINATOR)).get(path).status_code == 403


def test_a_visit_leads_back_to_where_its_reader_came_from(app):
    educator = a_cleared_educator()
    visit = _visit(educator)
    officer = make_user(Role.SAFEGUARDING, centre_id=visit.centre_id)

    hers = browser_of(app, educator).get(f"/visits/{visit.number}").text
    officers = browser_of(app, officer).get(f"/visits/{visit.number}").text

    assert '<p class="back"><a href="/calendar">' in hers
    assert f'<p class="back"><a href="/visits?from={visit.on_day.isoformat()}">' in officers


def test_one_press_on_the_page_of_a_day_frees_its_visit(app):
    educator = a_cleared_educator()
    visit = _visit(educator)
    browser = browser_of(app, educator)
    day = _tomorrow().isoformat()
    page = browser.get(f"/absence?from={day}&to={day}&lang=en").text

    answer = browser.post("/absence", data={"first_day": day, "last_day": day, "seen": visit.number})

    assert "tell the coordinators" in page
    assert (answer.status_code, answer.location) == (302, "/desk")
    assert db.session.query(Assignment.state).all() == [(AssignmentState.WITHDRAWN,)]
    assert "You have left 1 visit" in browser.get("/desk?lang=en").text


def test_other_days_show_their_visits_before_anything_happens(app):
    educator = a_cleared_educator()
    visit = _visit(educator)
    day = _tomorrow().isoformat()

    answer = browser_of(app, educator).post("/absence?lang=en", data={"first_day": day, "last_day": day, "seen": ""})

    assert answer.status_code == 409
    assert f'value="{visit.number}"' in answer.text
    assert db.session.query(Assignment.state).all() == [(AssignmentState.ACCEPTED,)]


@pytest.mark.parametrize("first_day", ["", "yesterday", "1.1.2020.", "2026-02-30"])
def test_wrong_days_are_said_beside_the_field_and_kept(app, first_day):
    data = {"first_day": first_day, "last_day": "1.1.2020."}

    answer = browser_of(app, a_cleared_educator()).post("/absence?lang=en", data=data)

    assert answer.status_code == 422
    assert 'value="1.1.2020."' in answer.text


def test_a_coordinator_reads_that_the_crew_is_not_complete_and_why(app):
    educator = a_cleared_educator()
    visit = _visit(educator)
    day = _tomorrow().isoformat()
    browser_of(app, educator).post("/absence", data={"first_day": day, "last_day": day, "seen": visit.number})
    coordinator = browser_of(app, make_user(Role.COORDINATOR, centre_id=educator.centre_id))

    shown = coordinator.get(f"/visits/{visit.number}?lang=en").text

    assert "Crew not complete" in shown
    assert "cannot come" in shown

"""The presenter's own pages: first page, calendar, day sheet, absence, account."""

import datetime as dt

import pytest

from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import an_offered_visit
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of

PHONE = "064 555 0000"


TOMORROW = MONDAY.date() + dt.timedelta(days=1)
DAY = f"{TOMORROW}"
ABSENT = {"first_day": DAY, "last_day": DAY}


@pytest.fixture
def educator(app):
    return a_cleared_educator(given_name="Jelena", family_name="Ristić")


@pytest.fixture
def browser(app, educator):
    return browser_of(app, educator)


@pytest.fixture
def minor(educator):
    return a_cleared_minor(centre_id=educator.centre_id, given_name="Tara", family_name="Prezimić")


@pytest.fixture
def visit(educator):
    """Tomorrow, with the educator alone."""
    return _visit(educator)


def _visit(*crew):
    asked = make_school_request(RequestState.CONFIRMED, contact_phone=PHONE)
    visit = make_visit(
        VisitState.CONFIRMED,
        programme=make_programme(centre_id=crew[0].centre_id),
        on_day=TOMORROW,
        host_id=make_host(phone="011 555 0100").id,
        school_request_id=asked.id,
    )
    presentation = make_presentation(visit, state=PresentationState.CONFIRMED)
    for one in crew:
        make_assignment(presentation, one.id)
    return visit


@pytest.mark.parametrize("path", ["/desk", "/calendar", "/account", "/offers", "/absence", "/day/2026-10-06"])
def test_who_has_nothing_to_do_is_told_what_comes_and_where(browser, path):
    answer = browser.get(f"{path}?lang=en")

    assert answer.status_code == 200
    assert "19833" in answer.text


def test_a_minor_reads_what_waits_for_an_answer_before_what_is_known(app, educator, minor):
    an_offered_visit(educator, minor, programme=make_programme(centre_id=minor.centre_id))

    shown = browser_of(app, minor).get("/desk?lang=en").text

    assert shown.index("1 offer waits for your answer") < shown.index("You never go alone")


def test_the_first_page_leads_to_the_day_sheet_the_map_the_phone_and_the_absence(browser, visit):
    shown = browser.get("/desk?lang=en").text

    absence = f"/absence?from={DAY}&amp;to={DAY}"
    for link in (f'"/day/{DAY}"', f'"{absence}"', '"tel:0645550000"', '"https://www.openstreetmap.org/'):
        assert f"href={link}" in shown
    assert 'src="https://' not in shown


def test_the_day_sheet_holds_what_a_bag_needs(browser, educator, minor):
    _visit(educator, minor)

    shown = browser.get(f"/day/{DAY}?lang=en").text

    for words in ("Home at about", "Take along", PHONE, "Tara", "If a child tells you something", "19833"):
        assert words in shown
    assert "Prezimi" not in shown


def test_the_sheet_of_a_minor_holds_no_phone_of_the_school_and_no_surname(app, educator, minor):
    _visit(educator, minor, a_cleared_minor(centre_id=educator.centre_id, given_name="Vanja", family_name="Drugić"))
    of_minor = browser_of(app, minor)

    sheet, first = (of_minor.get(f"{path}?lang=en").text for path in (f"/day/{DAY}", "/desk"))

    for shown in (sheet, first):
        assert PHONE not in shown
        assert "Drugi" not in shown
        assert "Vanja" in shown
    assert "Your guardian" in first
    assert "Prezimi" not in sheet


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "0"])
def test_what_is_no_day_is_not_found(browser, day):
    assert browser.get(f"/day/{day}").status_code == 404


def test_a_visit_leads_back_to_where_its_reader_came_from(app, browser, visit):
    of_presenter, of_officer = (
        reader.get(f"/visits/{visit.number}").text for reader in (browser, staff_of(app, visit, Role.SAFEGUARDING))
    )

    assert '<p class="back"><a href="/calendar">' in of_presenter
    assert f'<p class="back"><a href="/visits?from={DAY}">' in of_officer


def test_one_press_on_the_page_of_a_day_frees_its_visit_and_the_coordinator_reads_why(app, browser, visit):
    page = browser.get(f"/absence?from={DAY}&to={DAY}&lang=en").text

    answer = browser.post("/absence", data=ABSENT | {"seen": visit.number})

    assert "tell the coordinators" in page
    assert (answer.status_code, answer.location) == (302, "/desk")
    assert rows_of(Assignment.state) == [AssignmentState.WITHDRAWN]
    assert "You have left 1 visit" in browser.get("/desk?lang=en").text
    shown = staff_of(app, visit).get(f"/visits/{visit.number}?lang=en").text
    assert "Crew not complete" in shown
    assert "cannot come" in shown


def test_other_days_show_their_visits_before_anything_happens(browser, visit):
    answer = browser.post("/absence?lang=en", data=ABSENT | {"seen": ""})

    assert answer.status_code == 409
    assert f'value="{visit.number}"' in answer.text
    assert rows_of(Assignment.state) == [AssignmentState.ACCEPTED]


@pytest.mark.parametrize("first_day", ["", "yesterday", "1.1.2020.", "2026-02-30"])
def test_wrong_days_are_said_beside_the_field_and_kept(browser, first_day):
    answer = browser.post("/absence?lang=en", data={"first_day": first_day, "last_day": "1.1.2020."})

    assert answer.status_code == 422
    assert 'value="1.1.2020."' in answer.text

"""The page that a poster's code opens, and the papers of the evening."""

import datetime as dt

import pytest

from scheduler.attendance.queries.tally import tallies_of
from scheduler.attendance.service.tally import count_in
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.states import PresentationState
from tests.attendance.evenings import BEGINS, EVENING, an_evening, marks
from tests.factories.counting import a_begun_visit
from tests.factories.visits import make_assignment, make_presentation
from tests.web.browser import browser_of, staff_of


@pytest.fixture(autouse=True)
def that_evening(the_clock):
    the_clock.stands_at(BEGINS)


def at(tally, paper: str = "") -> str:
    return f"/tally/{tally.visit_number}/{tally.ordinal}/{tally.code}{paper}?lang=en"


def test_a_parent_presses_once_and_is_thanked(client):
    tally = an_evening()
    page = client.get(at(tally)).text
    assert "No name is asked. Only the number counts." in page
    assert "19833" in page
    assert marks() == 0

    answer = client.post(at(tally), data={"people": "2"}, follow_redirects=True).text

    assert "Counted: 2 people." in answer
    assert "You are counted. Thank you for coming." in answer
    assert "Is somebody else with this phone?" in answer
    assert marks() == 2


@pytest.mark.parametrize("typed", ["", "0", "11", "many", "-2", "9" * 40, "\0"])
def test_what_is_no_number_of_people_is_said_and_not_counted(client, typed):
    answer = client.post(at(an_evening()), data={"people": typed})

    assert answer.status_code == 422
    assert marks() == 0


def test_before_and_after_the_page_says_so(client, the_clock):
    tally = an_evening()
    for moment, words in (
        (BEGINS - dt.timedelta(hours=5), "Counting opens an hour before the beginning."),
        (BEGINS + dt.timedelta(hours=9), "This evening is over; nobody is counted any more."),
    ):
        the_clock.stands_at(moment)
        assert words in client.get(at(tally)).text
        assert client.post(at(tally), data={"people": "1"}).status_code == 422
    assert marks() == 0


def test_a_wrong_code_is_an_address_that_is_not_there(client):
    tally = an_evening()
    for path in ("/1/aaaaaaaaaaaaaaaa", "/x/abc", "/²/abc", "/1/abc/poster.pdf", "/1/abc/home.pdf"):
        assert client.get(f"/tally/{tally.visit_number}{path}").status_code == 404


def test_poster_and_sheet_are_papers(client):
    tally = an_evening()

    papers = [client.get(at(tally, paper)) for paper in ("/poster.pdf", "/home.pdf")]

    assert [(one.mimetype, one.data[:5]) for one in papers] == [("application/pdf", b"%PDF-")] * 2


def test_crew_and_coordinator_find_the_papers_and_the_count(app):
    begun = a_begun_visit()
    evening = make_presentation(
        begun.visit, EVENING, PresentationState.CONFIRMED, ordinal=2, audience=Audience.PARENTS, level=SchoolLevel.NONE
    )
    make_assignment(evening, begun.educator.id)
    tally = tallies_of(begun.visit.id)[0]
    count_in(tally, 7, now=BEGINS)
    educator, visit = browser_of(app, begun.educator), f"/visits/{begun.visit.number}"

    assert f"{tally.code}/poster.pdf" in staff_of(app, begun.visit).get(visit).text
    assert "By the poster 7 people have counted themselves." in educator.get(f"{visit}/count/2?lang=en").text
    assert "counted themselves" not in educator.get(f"{visit}/count/1?lang=en").text

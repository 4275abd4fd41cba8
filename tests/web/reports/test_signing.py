import re

import pytest

from scheduler.policy import Role
from scheduler.reports.models import SignedPeriod
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.signing import document_of
from scheduler.reports.terms.counting import Filters
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.papers import saved, words_of
from tests.reports.held_visits import held, recount
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, text_of
from tests.web.reports.pages import REPORT, SIGN, hidden_of, signs_off

YEAR = {"first": "2023-01-01", "last": "2023-12-31", "lang": "en"}
NEXT = {"first": "2024-01-01", "last": "2024-12-31", "lang": "en"}


@pytest.fixture
def desk(app, programme):
    return staff_of(app, programme, given_name="Mira", family_name="Mirić")


def test_the_report_of_days_that_are_over_offers_the_sign_off_and_says_then_who_signed(desk, programme):
    held(programme, 2023, 30)
    assert "/reports/signed/new?first=2023-01-01" in desk.get(REPORT, query_string=YEAR).text

    answer = signs_off(desk, YEAR)

    assert (answer.status_code, answer.location.partition("?")[0]) == (302, REPORT)
    page = desk.get(REPORT, query_string=YEAR)
    assert "Signed off by Mira Mirić: " in text_of(page)
    assert SIGN not in page.text


def test_what_was_signed_stays_at_the_head_and_the_difference_stands_beside_it_and_in_the_next(desk, programme):
    visit = held(programme, 2023, 30)
    signs_off(desk, YEAR)
    recount(visit, 28)

    for path in (REPORT, f"{REPORT}/print"):
        page = text_of(desk.get(path, query_string=YEAR))
        assert "30 pupils" in page or re.search(r"pupils? 30", page)
        assert "Signed off 1 1 30 0 0 0 30 0 Counted today 1 1 28 0 0 0 28 0 Difference 0 0 −2 0 0 0 −2 0" in page
        following = text_of(desk.get(path, query_string=NEXT))
        assert "Corrections of earlier, signed-off periods" in following
        assert "0 0 −2 0 0 0 −2 0" in following


def test_paper_and_command_say_it_too(desk, programme, tmp_path):
    visit = held(programme, 2023, 30)
    signs_off(desk, YEAR)
    recount(visit, 33)

    document, following = (
        document_of(with_books(attendance_report(Filters(year_of(year), programme.centre_id)))) for year in (2023, 2024)
    )
    papers = [desk.get(f"{REPORT}.pdf", query_string=days).data for days in (YEAR, NEXT)]
    texts = [words_of(saved(paper, tmp_path)) for paper in papers]

    assert (document["totals"]["pupils"], document["signed"]["totals"]["pupils"]) == (30, 30)
    assert (document["signed"]["changed_since"]["pupils"], document["signed"]["by"]) == (3, "Mira Mirić")
    assert [one["pupils"] for one in following["corrections"]] == [3]
    assert "Signed off by Mira Mirić" in texts[0]
    assert "Corrections of earlier, signed-off periods" in texts[1]
    assert "+3" in texts[1]


def test_numbers_that_moved_between_reading_and_pressing_are_shown_again_and_not_signed(desk, programme):
    held(programme, 2023, 30)

    answer = signs_off(desk, YEAR, seen="1,1,29,0,0,0,1,0")

    assert answer.status_code == 422
    assert rows_of(SignedPeriod) == []
    assert signs_off(desk, YEAR).status_code == 302


def test_pressed_twice_it_is_signed_once_and_signing_those_days_anew_says_so(desk):
    hidden = hidden_of(desk.get(SIGN, query_string=YEAR))

    answers = [desk.post(SIGN, query_string={"lang": "en"}, data=hidden) for _press in range(2)]
    anew = desk.post(SIGN, query_string={"lang": "en"}, data=hidden | {"form_key": "of another page"})

    assert [(one.status_code, one.location) for one in answers] == [(302, answers[0].location)] * 2
    assert (anew.status_code, "some of these are signed off already" in text_of(anew)) == (422, True)
    assert len(rows_of(SignedPeriod)) == 1


@pytest.mark.parametrize(
    "days",
    [{}, {"first": "2023-12-31", "last": "2023-01-01"}, {"first": "x", "last": "2023-01-01"}, {"first": "2023-01-01"}],
)
def test_days_that_are_no_period_have_no_page(desk, days):
    assert desk.get(SIGN, query_string=days).status_code == 404
    assert desk.post(SIGN, data=days).status_code == 404


def test_a_running_period_is_not_offered_and_not_taken(desk):
    today = MONDAY.date()
    days = {"first": today.isoformat(), "last": today.isoformat(), "lang": "en"}

    assert SIGN not in desk.get(REPORT, query_string=days).text
    assert signs_off(desk, days).status_code == 422


def test_an_administrator_takes_it_back_with_a_reason_and_the_list_keeps_it(desk, chief, programme):
    signs_off(desk, YEAR)
    [number] = rows_of(SignedPeriod.id)
    path = f"/reports/signed/{number}/take-back"

    assert "Take back" not in text_of(desk.get("/reports/signed?lang=en"))
    assert path in chief.get("/reports/signed?lang=en").text
    assert chief.post(path, data={"why": ""}).status_code == 422
    assert chief.post(path, data={"why": "Two sheets came late"}).status_code == 302

    assert "Two sheets came late" in text_of(desk.get("/reports/signed?lang=en"))
    assert "Signed off by" not in text_of(desk.get(REPORT, query_string=YEAR))
    assert chief.post(path, data={"why": "Again"}).status_code == 422


def test_a_coordinator_takes_nothing_back_and_another_centre_finds_nothing(app, desk):
    signs_off(desk, YEAR)
    [number] = rows_of(SignedPeriod.id)
    path = f"/reports/signed/{number}/take-back"

    assert desk.get(path).status_code == 403
    stranger = browser_of(app, make_user(Role.ADMINISTRATOR))
    assert stranger.get(path).status_code == 404
    assert "2023" not in text_of(stranger.get("/reports/signed?lang=en"))


@pytest.mark.parametrize("number", ["999999999", "99999999999999999999"])
def test_a_sign_off_that_is_none_has_no_page(chief, number):
    assert chief.get(f"/reports/signed/{number}/take-back").status_code == 404
    assert chief.post(f"/reports/signed/{number}/take-back", data={"why": "x"}).status_code == 404

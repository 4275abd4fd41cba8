"""The search: hosts, people, requests and visits in either script, as far as its reader reaches."""

import re

import pytest

from scheduler.policy import Role
from tests.counting import statements
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.visits import make_visit
from tests.web.browser import browser_of


@pytest.fixture
def programme(app):
    return make_programme()


@pytest.fixture
def desk(app, programme):
    return browser_of(app, make_user(centre_id=programme.centre_id))


@pytest.mark.parametrize("typed", ["Ниш", "niš", "NIS", "nis"])
def test_both_scripts_find_hosts_people_requests_and_visits(desk, programme, typed):
    host = make_host("Основна школа Ниш")
    asked = make_school_request(programme=programme, host_id=host.id)
    visit = make_visit(programme=programme, host_id=host.id)
    person = make_presenter(centre_id=programme.centre_id, given_name="Нишка", family_name="Перић")

    page = desk.get("/search", query_string={"q": typed}).text

    for link in (f"/requests/{asked.number}", f"/visits/{visit.number}", f"/people/{person.id}", f"?host={host.id}"):
        assert link in page
    about = desk.get(f"/search?host={host.id}").text
    assert f"/requests/{asked.number}" in about
    assert f"/visits/{visit.number}" in about


def test_a_number_finds_its_thing(desk, programme):
    asked, visit = make_school_request(programme=programme), make_visit(programme=programme)

    assert f"/requests/{asked.number}" in desk.get(f"/search?q={asked.number.lower()}").text
    assert f"/visits/{visit.number}" in desk.get(f"/search?q={visit.number}").text


def test_nothing_of_another_centre_is_found(desk):
    host = make_host("Основна школа Ниш")
    make_school_request(host_id=host.id)
    make_visit(host_id=host.id)
    make_presenter(given_name="Нишка")

    page = desk.get("/search?q=nis").text

    assert not re.search(r'href="/(requests/R|visits/P|people/\d)', page)


def test_a_presenter_finds_her_own_visits_and_nobodys_name(app, programme):
    a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Нишић")
    host = make_host("Основна школа Ниш")
    make_visit(programme=programme, host_id=host.id)
    make_school_request(programme=programme, host_id=host.id)
    educator = browser_of(app, make_presenter(centre_id=programme.centre_id))

    page = educator.get("/search?q=nis").text

    assert "Нишић" not in page
    assert not re.search(r'href="/(requests/R|visits/P|people/\d)', page)


def test_safeguarding_finds_people_and_visits_but_no_requests(app, programme):
    officer = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=programme.centre_id))
    host = make_host("Основна школа Ниш")
    visit = make_visit(programme=programme, host_id=host.id)
    make_school_request(programme=programme, host_id=host.id)

    page = officer.get("/search?q=nis").text

    assert f"/visits/{visit.number}" in page
    assert 'href="/requests/R' not in page


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%25", "q=%27%3B", "q=zzz", "q=R-", "q=P-" + "9" * 300, "q=" + "a+" * 90]
)
def test_whatever_is_typed_has_an_answer(desk, programme, query):
    make_school_request(programme=programme)

    assert desk.get(f"/search?{query}").status_code == 200


@pytest.mark.parametrize("host", ["x", "0", "9" * 30])
def test_a_host_that_is_not_there(desk, host):
    assert desk.get(f"/search?host={host}").status_code == 404


def test_more_that_is_found_makes_no_more_questions(desk, programme):
    asked = []
    for _ in range(2):
        for _each in range(3):
            host = make_host("Основна школа Ниш")
            make_school_request(programme=programme, host_id=host.id)
            make_visit(programme=programme, host_id=host.id)
            make_presenter(centre_id=programme.centre_id, given_name="Нишка")
        with statements() as found:
            desk.get("/search?q=nis")
        asked.append(len(found))

    assert asked[0] == asked[1]


def test_every_page_of_the_desk_offers_the_search(desk):
    assert 'action="/search"' in desk.get("/requests").text

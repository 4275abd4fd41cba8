"""The search: hosts, people, requests and visits in either script, as far as its reader reaches."""

import datetime as dt
import re

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_minor, make_guardian
from tests.factories.visits import make_visit
from tests.web.browser import browser_of


@pytest.fixture
def programme(app):
    return make_programme()


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
    at_most(12, asked[0])


def test_every_page_of_the_desk_offers_the_search(desk):
    assert 'action="/search"' in desk.get("/requests").text


def test_who_asked_is_found_by_name_in_either_script_and_by_number(desk, programme):
    asked = make_school_request(programme=programme, contact_name="Мира Савић", contact_phone="064 / 555-777")

    for typed in ("mira savic", "Мира", "064555777", "+381 64 555 777", "64555"):
        page = desk.get("/search", query_string={"q": typed}).text
        assert "Мира Савић" in page, typed
        assert f"/requests/{asked.number}" in page
        assert 'href="tel:064/555-777"' in page


def test_a_school_and_an_adult_are_found_by_number_a_minor_and_a_guardian_are_not(desk, programme):
    host = make_host(phone="018 123 456")
    adult = make_presenter(centre_id=programme.centre_id, phone="+381641234567")
    born, young = dt.date(2010, 3, 1), PresenterKind.INFLUENCER
    minor = make_presenter(young, birth_date=born, centre_id=programme.centre_id, phone="+381601112223")
    make_guardian(minor.id, phone="+381609998887")

    assert f"host={host.id}" in desk.get("/search?q=018123456").text
    assert f"/people/{adult.id}" in desk.get("/search?q=0641234567").text
    for number in ("0601112223", "0609998887"):
        for path in ("/search", "/search/suggest"):
            assert f"/people/{minor.id}" not in desk.get(f"{path}?q={number}").text


def test_who_asked_is_found_by_no_one_who_answers_no_requests(app, programme):
    make_school_request(programme=programme, contact_name="Мира Савић", contact_phone="064555777")
    make_school_request(contact_name="Мира Савић", contact_phone="064555777")
    centre = programme.centre_id
    others = (make_presenter(centre_id=centre), make_user(Role.SAFEGUARDING, centre_id=centre))

    for reader in (*others, make_user(centre_id=make_programme().centre_id)):
        for typed in ("mira", "064555777"):
            for path in ("/search", "/search/suggest"):
                assert "Мира Савић" not in browser_of(app, reader).get(f"{path}?q={typed}").text


def test_while_somebody_types_the_first_five_of_a_kind_are_links(desk, programme):
    people = [make_presenter(centre_id=programme.centre_id, given_name="Нишка") for _ in range(7)]

    page = desk.get("/search/suggest?q=nis").text

    assert page.count('href="/people/') == 5
    assert "/search?q=nis" in page
    assert "<html" not in page
    assert people
    assert desk.get("/search/suggest?q=n").text.strip() == ""


def test_the_field_says_where_suggestions_come_from_and_works_without_them(desk):
    page = desk.get("/desk").text

    assert 'action="/search"' in page
    assert 'data-suggest="/search/suggest"' in page


def test_suggestions_ask_equally_often_for_one_and_for_many(desk, programme):
    counts = []
    for _ in range(2):
        make_school_request(programme=programme, contact_name="Нишка Савић", host_id=make_host("Школа Ниш").id)
        make_presenter(centre_id=programme.centre_id, given_name="Нишка")
        with statements() as asked:
            desk.get("/search/suggest?q=nis")
        counts.append(len(asked))

    assert counts[0] == counts[1]

"""The search: hosts, people, requests and visits in either script, as far as its reader reaches."""

import datetime as dt
import re

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from tests.ceilings import at_most
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_minor, make_guardian
from tests.factories.visits import make_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import selects_of

THINGS = re.compile(r'href="/(requests/R|visits/P|people/\d)')
WAYS = ("/search", "/search/suggest")
NIS = "/search?q=nis"


def of_a_school_in_nis(programme, **asked) -> list[str]:
    """A request and a visit of a school, and the ways to school, request and visit."""
    host = make_host("Основна школа Ниш")
    row = make_school_request(programme=programme, host_id=host.id, **asked)
    visit = make_visit(programme=programme, host_id=host.id)
    return [f"?host={host.id}", f"/requests/{row.number}", f"/visits/{visit.number}"]


@pytest.mark.parametrize("typed", ["Ниш", "niš", "NIS", "nis"])
def test_both_scripts_find_hosts_people_requests_and_visits(desk, programme, typed):
    ways = of_a_school_in_nis(programme)
    person = make_presenter(centre_id=programme.centre_id, given_name="Нишка", family_name="Перић")

    page = desk.get("/search", query_string={"q": typed}).text

    assert [way for way in (*ways, f"/people/{person.id}") if way not in page] == []
    about = desk.get(f"/search{ways[0]}").text
    assert [way for way in ways[1:] if way not in about] == []


def test_a_number_finds_its_thing(desk, programme):
    _school, *ways = of_a_school_in_nis(programme)

    for way in ways:
        number = way.rpartition("/")[2]
        for typed in (number, number.lower()):
            assert way in desk.get(f"/search?q={typed}").text


def test_nothing_of_another_centre_is_found(desk, programme):
    of_a_school_in_nis(make_programme())
    make_presenter(given_name="Нишка")

    assert not THINGS.search(desk.get(NIS).text)


def test_a_presenter_finds_her_own_visits_and_nobodys_name(app, programme):
    a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Нишић")
    of_a_school_in_nis(programme)

    page = browser_of(app, make_presenter(centre_id=programme.centre_id)).get(NIS).text

    assert "Нишић" not in page
    assert not THINGS.search(page)


def test_safeguarding_finds_people_and_visits_but_no_requests(app, programme):
    _school, _request, visit = of_a_school_in_nis(programme)

    page = staff_of(app, programme, Role.SAFEGUARDING).get(NIS).text

    assert (visit in page, 'href="/requests/R' in page) == (True, False)


@pytest.mark.parametrize("typed", ["", "%", "';", "zzz", "R-", "P-" + "9" * 300, "a+" * 90])
def test_whatever_is_typed_has_an_answer(desk, programme, typed):
    make_school_request(programme=programme)

    assert desk.get("/search", query_string={"q": typed}).status_code == 200


@pytest.mark.parametrize("host", ["x", "0", "9" * 30])
def test_a_host_that_is_not_there(desk, host):
    assert desk.get(f"/search?host={host}").status_code == 404


@pytest.mark.parametrize(("path", "contact"), [("/search", "Ана Петровић"), ("/search/suggest", "Нишка Савић")])
def test_more_that_is_found_makes_no_more_questions(desk, programme, path, contact):
    counts = []
    for _more in range(2):
        for _each in range(3):
            of_a_school_in_nis(programme, contact_name=contact)
            make_presenter(centre_id=programme.centre_id, given_name="Нишка")
        counts.append(selects_of(desk, f"{path}?q=nis"))

    assert counts[0] == counts[1], "something of every kind is found"
    at_most(12 if path == "/search" else 13, counts[0])


@pytest.mark.parametrize("typed", ["mira savic", "Мира", "064555777", "+381 64 555 777", "64555"])
def test_who_asked_is_found_by_name_in_either_script_and_by_number(desk, programme, typed):
    asked = make_school_request(programme=programme, contact_name="Мира Савић", contact_phone="064 / 555-777")

    page = desk.get("/search", query_string={"q": typed}).text

    for words in ("Мира Савић", f"/requests/{asked.number}", 'href="tel:064555777"'):
        assert words in page


def test_a_school_and_an_adult_are_found_by_number_a_minor_and_a_guardian_are_not(desk, programme):
    host = make_host(phone="018 123 456")
    adult = make_presenter(centre_id=programme.centre_id, phone="+381641234567")
    born, young = dt.date(2010, 3, 1), PresenterKind.INFLUENCER
    minor = make_presenter(young, birth_date=born, centre_id=programme.centre_id, phone="+381601112223")
    make_guardian(minor.id, phone="+381609998887")

    assert f"host={host.id}" in desk.get("/search?q=018123456").text
    assert f"/people/{adult.id}" in desk.get("/search?q=0641234567").text
    for number in ("0601112223", "0609998887"):
        for path in WAYS:
            assert f"/people/{minor.id}" not in desk.get(f"{path}?q={number}").text


def test_who_asked_is_found_by_no_one_who_answers_no_requests(app, programme):
    of_ana = {"contact_name": "Мира Савић", "contact_phone": "064555777"}
    for centre in ({"programme": programme}, {}):
        make_school_request(**centre, **of_ana)
    centre_id = programme.centre_id

    for reader in (make_presenter(centre_id=centre_id), make_user(Role.SAFEGUARDING, centre_id=centre_id), make_user()):
        browser = browser_of(app, reader)
        for path in WAYS:
            for typed in ("mira", "064555777"):
                assert "Мира Савић" not in browser.get(f"{path}?q={typed}").text


def test_while_somebody_types_the_first_five_of_a_kind_are_links(desk, programme):
    for _person in range(7):
        make_presenter(centre_id=programme.centre_id, given_name="Нишка")

    page = desk.get("/search/suggest?q=nis").text

    assert page.count('href="/people/') == 5
    assert ("/search?q=nis" in page, "<html" in page) == (True, False)
    assert desk.get("/search/suggest?q=n").text.strip() == ""


@pytest.mark.parametrize("page", ["/desk", "/requests"])
def test_the_field_says_where_suggestions_come_from_and_works_without_them(desk, page):
    shown = desk.get(page).text

    assert ('action="/search"' in shown, 'data-suggest="/search/suggest"' in shown) == (True, True)

"""The host of a booking: found while somebody types, typed where it is not on the list, merged at the desk."""

import re

import pytest

from scheduler.core.text import to_latin
from scheduler.places.models import Host
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.policy import ANONYMOUS
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.requests import make_school_request
from tests.web.reading import rows_of


def found(client, typed: str) -> dict:
    return client.get("/book/hosts.json", query_string={"q": typed, "lang": "en"}).json


@pytest.mark.parametrize("typed", ["nis", "Niš", "ниш", "НИШ"])
def test_plain_letters_and_both_scripts_find_the_same_hosts(client, typed):
    nis = make_host("Вук Караџић", place="Ниш")
    make_host("Десанка Максимовић", place="Чачак", municipality_id=make_municipality("Чачак").id)

    assert [host["id"] for host in found(client, typed)["hosts"]] == [nis.id]


def test_what_was_typed_is_marked_and_place_district_and_kind_are_shown(client, host):
    html = found(client, "karadzic nis")["hosts"][0]["html"]

    assert "<mark>Karadžić</mark>" in html
    assert "<mark>Niš</mark>" in html
    assert "Primary school" in html


def test_names_come_in_the_script_of_the_page(client, host):
    answer = client.get("/book/hosts.json?q=vuk&lang=sr_Cyrl").json

    assert answer["hosts"][0]["name"] == "Вук Караџић"
    assert "<mark>Вук</mark>" in answer["hosts"][0]["html"]


def test_where_a_word_begins_comes_before_where_it_lies_inside(client):
    make_host("Бранислав Нушић", place="Чачак", municipality_id=make_municipality("Чачак").id)
    nis = make_host("Вук Караџић", place="Ниш")

    assert found(client, "nis")["hosts"][0]["id"] == nis.id


def test_the_count_is_told_and_that_there_are_more_than_fit(client):
    for number in range(9):
        make_host(f"Школа {number}")

    answer = found(client, "skola")

    assert len(answer["hosts"]) == 8
    assert answer["said"] == f"9 results. Choose yours. {answer['note']}"
    assert answer["note"] == "Here are the first 8: type on, or press the button for all."


def test_nothing_found_says_what_to_do(client, host):
    assert found(client, "zzzz")["note"].startswith("Nothing is found")


def test_markup_in_a_name_stays_text(client):
    make_host('<img src=x onerror="x">')

    assert "<img" not in found(client, "img")["hosts"][0]["html"]


def test_a_network_that_asks_without_end_is_told_to_wait(client, host):
    statuses = {client.get("/book/hosts.json?q=vuk").status_code for _ in range(301)}

    assert statuses == {200, 429}


def test_a_booking_goes_on_where_it_stopped_also_after_the_browser_was_closed(client, booking):
    sent = client.post("/book", data={"host_id": booking.host.id})
    booking.answer("what")

    assert "Expires=" in sent.headers["Set-Cookie"]
    assert 'href="/book/when"' in client.get("/book").text


def test_a_cookie_of_who_booked_nothing_ends_with_the_browser(client, host):
    assert "Expires=" not in client.get("/book").headers.get("Set-Cookie", "")


@pytest.fixture
def a_city_of_38(client):
    """As many schools as Belgrade has in the register of the demo, in two of its municipalities."""
    towns = [make_municipality(name, city_sr_cyrl="Београд") for name in ("Палилула", "Земун")]
    for number in range(38):
        make_host(f"Школа {number:02d}", place="Београд", municipality_id=towns[number % 3 == 0].id)
    return towns


def test_all_schools_of_a_city_are_reached_page_by_page(client, a_city_of_38):
    first, second = (client.get(f"/book?q=beograd&lang=en&page={page}").text for page in (1, 2))

    assert "38 results. Choose yours." in first
    assert "Page 1 of 2" in first
    assert (first.count("<span>This one<"), second.count("<span>This one<")) == (20, 18)
    assert client.get("/book?q=beograd&page=9").status_code == 200


def test_they_are_reached_by_their_municipality_which_says_how_many_it_has(client, a_city_of_38):
    zemun = a_city_of_38[1]
    shown = client.get("/book?q=beograd&lang=en").text
    assert re.search(rf'href="/book\?q=beograd[^"]*town={zemun.id}"[^>]*>\s*Zemun\s*<b>13</b>', shown)

    there = client.get(f"/book?q=beograd&town={zemun.id}&lang=en").text
    assert "13 results. Choose yours." in there
    assert there.count("<span>This one<") == 13
    for none in ("999999", "x", "-1"):
        assert client.get(f"/book?q=beograd&town={none}").status_code == 200


@pytest.mark.parametrize("typed", ["vuk karadzci", "Вук Караџч", "vuk kardzic", "osnvna skloa karadzic"])
def test_a_small_slip_finds_what_is_meant_and_says_so(client, host, typed):
    answer = found(client, typed)

    assert [one["id"] for one in answer["hosts"]] == [host.id]
    assert answer["note"] == "None is written quite so; these are the nearest."
    assert "the nearest" in client.get("/book", query_string={"q": typed, "lang": "en"}).text


def test_what_is_written_so_comes_without_what_is_only_near(client, host):
    make_host("Вук Караџин")

    assert [one["name"] for one in found(client, "karadzic")["hosts"]] == ["Vuk Karadžić"]


# --- a host that is not on the list ---


@pytest.fixture
def typed(app) -> int:
    return propose_host(ANONYMOUS, HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица"), now=MONDAY).id


def test_a_request_of_a_typed_school_leads_to_where_it_is_merged(desk, programme, typed):
    listed = make_host(
        name_sr_cyrl="Градска библиотека", name_sr_latn="Gradska biblioteka", search_key="gradska biblioteka"
    )
    row = make_school_request(RequestState.TRIAGE, programme=programme, host_id=typed)
    assert f'href="/hosts/{typed}"' in desk.get(f"/requests/{row.number}").text
    merge = f"/hosts/{typed}/merge/{listed.id}"
    assert merge in desk.get(f"/hosts/{typed}?q=biblioteka").text

    assert desk.post(merge).location == f"/hosts/{listed.id}"

    assert row.host_id == listed.id
    assert "Merged with" in desk.get(f"/hosts/{typed}?lang=en").text
    assert "not on the list" not in desk.get(f"/requests/{row.number}?lang=en").text


def test_a_new_one_is_put_on_the_list_by_one_press(desk, typed):
    assert "Not on the list" in desk.get(f"/hosts/{typed}?lang=en").text
    assert desk.post(f"/hosts/{typed}/confirm").location == f"/hosts/{typed}"
    assert "Not on the list" not in desk.get(f"/hosts/{typed}?lang=en").text


def test_merging_with_what_is_no_choice_says_so(desk, typed):
    assert desk.post(f"/hosts/{typed}/merge/{typed}").location == f"/hosts/{typed}"
    assert desk.post(f"/hosts/{typed}/merge/999999").status_code == 404


def test_a_school_that_is_not_on_the_list_is_taken_on_the_phone(desk):
    town = make_municipality()
    page = "/requests/phone/new-school"
    assert page in desk.get("/requests/phone?q=lipa").text
    assert 'value="Липа"' in desk.get(f"{page}?name=Липа").text
    assert desk.post(page, data={"name": "", "place": "Суботица"}).status_code == 422

    said = {"name": "ОШ Липа", "kind": "primary", "place": "Суботица", "municipality": str(town.id)}
    answer = desk.post(page, data=said)

    host = rows_of(Host)[-1]
    assert (host.name_sr_cyrl, host.listed) == ("ОШ Липа", True)
    assert answer.location == f"/requests/phone?host={host.id}"
    assert "ОШ Липа" in desk.get(answer.location).text


def abroad(**more) -> dict[str, str]:
    return {"country": "SI", "name": "Srpska škola", "kind": "primary", "place": "Ljubljana", "address": "Trg 1"} | more


def a_host_typed(booking, said) -> Host:
    assert booking.post("new-host", said) == "/book/what"
    booking.answer(*booking.usual)
    booking.send()
    return rows_of(Host)[-1]


def test_abroad_the_country_gives_the_clock_and_no_municipality_is_asked_for(booking):
    host = a_host_typed(booking, abroad(municipality=str(make_municipality().id)))

    assert (host.zone, host.municipality_id) == ("Europe/Ljubljana", None)
    assert (host.address_sr_cyrl, host.address_sr_latn) == ("Trg 1, Словенија", "Trg 1, Slovenija")


def test_a_school_abroad_reads_by_whose_clock_the_hours_are(booking):
    booking.post("new-host", abroad(country="AT", place="Wien", municipality=""))
    booking.answer("what")

    assert "All hours are by the clock of Vienna." in booking.read("when")
    booking.answer("when", "who", "where", "you")
    assert "By the clock of Vienna" in booking.read("check")

    booking.post("new-host", abroad(country="RS", municipality=str(make_municipality().id)))
    assert "By the clock of" not in booking.read("check")


def test_a_country_of_several_clocks_is_asked_which_and_nothing_typed_is_lost(booking):
    said = abroad(country="ES", place="Madrid", municipality="")
    assert booking.post("new-host", said) == "/book/new-host"

    shown = booking.get("new-host").text
    spain = '<option selected value="ES">Spain</option>'
    for words in ("Choose the town whose clock the school has", 'value="Srpska škola"', spain):
        assert words in shown
    assert a_host_typed(booking, said | {"zone": "Atlantic/Canary"}).zone == "Atlantic/Canary"


def test_the_country_comes_first_and_municipalities_stand_under_their_districts_by_the_alphabet(client):
    for town, name in (("Земун", "Град Београд"), ("Жабари", "Браничевски"), ("Апатин", "Западнобачки")):
        district = make_district(name_sr_cyrl=name, name_sr_latn=to_latin(name))
        make_municipality(town, district_id=district.id)
    shown = client.get("/book/new-host?lang=sr_Latn").text

    assert shown.index('name="country"') < shown.index('name="name"') < shown.index('name="municipality"')
    assert re.findall(r'<optgroup label="([^"]+)"', shown) == ["Braničevski", "Grad Beograd", "Zapadnobački"]
    assert '<option selected value="RS">Srbija</option>' in shown
    assert 'value="XK"' not in shown


def test_a_country_that_is_none_is_no_choice(client):
    assert client.post("/book/new-host", data=abroad(country="QQ")).location == "/book/new-host"
    assert client.get("/book/new-host").status_code == 422

"""A typed host on its page, on the request's, and on the phone."""

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

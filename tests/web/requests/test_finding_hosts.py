"""The host is found while somebody types, in either script; the chosen one is sent as from the list of the page."""

import pytest

from tests.factories.places import make_host, make_municipality


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

    assert (len(answer["hosts"]), answer["said"]) == (8, "8 results. Choose yours.")
    assert "type the place too" in answer["note"]


def test_nothing_found_says_what_to_do(client, host):
    assert found(client, "zzzz")["note"].startswith("Nothing is found")


def test_markup_in_a_name_stays_text(client):
    make_host('<img src=x onerror="x">')

    assert "<img" not in found(client, "img")["hosts"][0]["html"]


def test_a_network_that_asks_without_end_is_told_to_wait(client, host):
    statuses = {client.get("/book/hosts.json?q=vuk").status_code for _ in range(301)}

    assert statuses == {200, 429}


def test_a_booking_goes_on_where_it_stopped_also_after_the_browser_was_closed(client, host, programme):
    sent = client.post("/book", data={"host_id": host.id})
    client.post("/book/what", data={"programme": str(programme.id), "teaching_language": "sr"})

    assert "Expires=" in sent.headers["Set-Cookie"]
    assert 'href="/book/when"' in client.get("/book").text


def test_a_cookie_of_who_booked_nothing_ends_with_the_browser(client, host):
    assert "Expires=" not in client.get("/book").headers.get("Set-Cookie", "")

"""What is kept of addresses is what `url_for` says, wherever the house stands."""

from itertools import pairwise

import pytest
from flask import Flask, request, url_for
from werkzeug.routing import BuildError

from scheduler.web.addresses import ADDRESSES, MOST_ADDRESSES, address_of


def test_every_page_and_file_has_its_address_the_second_time_too(app: Flask) -> None:
    plain = [rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    with app.test_request_context("/book"):
        for endpoint in plain:
            assert address_of(endpoint) == address_of(endpoint) == url_for(endpoint)
        for file in ("img/icons.svg", "img/favicon.svg"):
            told = {address_of("static", filename=file) for _ in range(2)}
            assert told == {url_for("static", filename=file)}
    assert len(plain) > 50


def test_a_house_under_a_prefix_has_other_addresses(app: Flask) -> None:
    with app.test_request_context("/book"):
        assert address_of("requests.book") == "/book"
    with app.test_request_context("/book", base_url="http://localhost/desk"):
        assert address_of("requests.book") == "/desk/book"


def test_what_names_a_row_or_a_choice_says_it_each_time(app: Flask) -> None:
    with app.test_request_context("/book"):
        told = [address_of("public.manifest", lang=language) for language in ("en", "sr_Latn")]
        assert told == [url_for("public.manifest", lang=language) for language in ("en", "sr_Latn")]
        assert address_of("requests.book", _anchor="main", programme="x") == "/book?programme=x#main"
        assert address_of("requests.book") == "/book"
        assert address_of("requests.book", _external=True).startswith("http://")


def test_a_page_of_the_same_room_is_named_from_where_one_stands(app: Flask) -> None:
    for path, home in (("/book", "/book"), ("/feeds", "/feeds")):
        with app.test_request_context(path):
            assert request.endpoint is not None
            assert address_of("." + request.endpoint.partition(".")[2]) == home


def test_a_page_that_is_not_there_is_told_as_before(app: Flask) -> None:
    with app.test_request_context("/book"):
        for _ in range(2):
            with pytest.raises(BuildError):
                address_of("nowhere.at_all")


def test_no_more_addresses_are_kept_than_there_is_room_for_whatever_readers_choose(app: Flask) -> None:
    with app.test_request_context("/book"):
        for number in range(MOST_ADDRESSES + 9):
            assert address_of("requests.book", **{f"filter{number}": "x"}) == f"/book?filter{number}=x"

    assert 0 < len(app.extensions[ADDRESSES]) <= MOST_ADDRESSES


NUMBERS = (1, 7, 2_147_483_647)
WORDS = ("P-2026-000017", "sr_Latn", "0", "a", "{0}", "a b", "č/ć", "~~", "")


def address_or_none(how, endpoint: str, **values: object) -> str | None:
    try:
        return how(endpoint, **values)
    except (BuildError, ValueError):
        return None


def test_every_page_of_a_row_has_its_own_address_whatever_names_the_row(app: Flask) -> None:
    asked = 0
    with app.test_request_context("/book"):
        for rule in app.url_map.iter_rules():
            for value, other in pairwise((*NUMBERS, *WORDS, 0, True, None, *NUMBERS, *WORDS)):
                values = dict.fromkeys(sorted(rule.arguments), value) | {"page": other}
                told = address_or_none(address_of, rule.endpoint, **values)
                assert told == address_or_none(url_for, rule.endpoint, **values), (rule, values)
                asked += told is not None
    assert asked > 5_000

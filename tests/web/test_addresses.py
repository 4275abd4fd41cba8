"""What is kept of addresses is what `url_for` says, wherever the house stands."""

from itertools import pairwise

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError

from scheduler.web.addresses import ADDRESSES, MOST_ADDRESSES, address_of

NUMBERS = (1, 7, 2_147_483_647)
WORDS = ("P-2026-000017", "sr_Latn", "0", "a", "{0}", "a b", "č/ć", "~~", "")


@pytest.mark.parametrize(
    ("endpoint", "values", "address"),
    [
        ("requests.book", {}, "/book"),
        (".book", {}, "/book"),
        ("requests.book", {"_anchor": "main", "programme": "x"}, "/book?programme=x#main"),
        ("requests.book", {"_external": True}, "http://localhost/book"),
        ("public.manifest", {"lang": "en"}, "/manifest.webmanifest?lang=en"),
        ("public.manifest", {"lang": "sr_Latn"}, "/manifest.webmanifest?lang=sr_Latn"),
        ("static", {"filename": "img/icons.svg"}, "/static/img/icons.svg"),
        ("static", {"filename": "img/favicon.svg"}, "/static/img/favicon.svg"),
    ],
)
def test_an_address_is_that_of_flask_the_second_time_too_also_below_a_prefix(app: Flask, endpoint, values, address):
    for below in ("", "/desk", ""):
        with app.test_request_context("/book", base_url=f"http://localhost{below}"):
            told = [address_of(endpoint, **values) for _time in range(2)]
            assert told == [url_for(endpoint, **values)] * 2
        assert below or told[0] == address


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


def address_or_none(how, endpoint: str, **values: object) -> str | None:
    try:
        return how(endpoint, **values)
    except (BuildError, ValueError):
        return None


def test_every_page_has_its_own_address_whatever_names_its_row(app: Flask) -> None:
    asked = 0
    with app.test_request_context("/book"):
        for rule in app.url_map.iter_rules():
            if not rule.arguments:
                assert address_of(rule.endpoint) == address_of(rule.endpoint) == url_for(rule.endpoint)
            for value, other in pairwise((*NUMBERS, *WORDS, 0, True, None, *NUMBERS, *WORDS)):
                values = dict.fromkeys(sorted(rule.arguments), value) | {"page": other}
                told = address_or_none(address_of, rule.endpoint, **values)
                assert told == address_or_none(url_for, rule.endpoint, **values), (rule, values)
                asked += told is not None
    assert asked > 5_000

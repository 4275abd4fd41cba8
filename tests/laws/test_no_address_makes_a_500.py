"""Whatever stands in an address or a filter: a plain answer, never a broken page (TRUST S17, S26, S33)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.laws.crawl import Crawl
from tests.laws.reach import broken_by_all_names, broken_by_one_name, names_by_page
from tests.laws.routes import PART

PATHS = ("0", "9" * 300, "9223372036854775808", "%00", "a%00b", "'--", "%F0%9F%98%80", "%ff%fe", "..%2f", "²", "1")
QUERIES = ("9" * 5000, "\x00", "9999-12-31", "2026-W99", "9999-W53", "²", "9223372036854775808")
EACH_READER = pytest.mark.parametrize("reader", ["coordinator", ""])
ONE_VALUE_AND_ALL = pytest.mark.parametrize(
    "deep", [pytest.param(False, id="one value"), pytest.param(True, id="all values", marks=pytest.mark.deep)]
)


def addresses(app: Flask, *, deep: bool) -> Iterator[tuple[str, str]]:
    """(method, address) of each rule with one of PATHS in its places, in turn, or `deep` with all of them."""
    for number, rule in enumerate(app.url_map.iter_rules()):
        turn = [PATHS[number % len(PATHS)]]
        for typed in ("",) if "<" not in rule.rule else PATHS if deep else turn:
            for method in (rule.methods or set()) & {"GET", "POST", "HEAD", "PUT", "DELETE"}:
                yield method, PART.sub(lambda _part, typed=typed: typed, rule.rule)


@ONE_VALUE_AND_ALL
@EACH_READER
def test_no_address_breaks_over_what_stands_in_it(house: Flask, crawl: Crawl, reader: str, deep: bool):
    client, tried = crawl.client(house, reader), list(addresses(house, deep=deep))

    assert [asked for asked in tried if client.open(asked[1], method=asked[0]).status_code >= 500] == []
    assert len(tried) > len(list(house.url_map.iter_rules()))


@ONE_VALUE_AND_ALL
@EACH_READER
def test_no_filter_breaks_over_what_stands_in_it(house: Flask, crawl: Crawl, reader: str, deep: bool):
    """All names of the product at once; then each name that a page reads, alone."""
    client, names = crawl.client(house, reader), names_by_page(crawl, house, reader)

    assert broken_by_all_names(client, names, QUERIES, deep=deep) == []
    assert broken_by_one_name(client, names, QUERIES, deep=deep) == []
    assert {"next", "lang", "theme"} | ({"page", "week", "state", "q", "by"} if reader else set()) <= set().union(
        *names.values()
    )

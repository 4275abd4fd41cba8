"""Whatever stands in an address or a filter: a plain answer, never a broken page (TRUST S17, S26, S33)."""

import pytest
from flask import Flask

from scheduler.policy import Role
from tests.laws.reach import asked_in_addresses, broken_by_one_name, browser
from tests.laws.routes import PART

PATHS = ("0", "9" * 300, "9223372036854775808", "%00", "a%00b", "'--", "%F0%9F%98%80", "%ff%fe", "..%2f", "²", "1")
QUERIES = ("9" * 5000, "\x00", "9999-12-31", "2026-W99", "9999-W53", "²", "9223372036854775808")


@pytest.mark.parametrize("role", [Role.COORDINATOR, None])
def test_no_address_breaks_over_what_stands_in_it(house: Flask, role: Role | None):
    client = browser(house, role)
    broken = []
    for rule in house.url_map.iter_rules():
        whole = "<" not in rule.rule
        for typed in ("",) if whole else PATHS:
            path = PART.sub(lambda _part, typed=typed: typed, rule.rule)
            for method in (rule.methods or set()) & {"GET", "POST", "HEAD", "PUT", "DELETE"}:
                if client.open(path, method=method).status_code >= 500:
                    broken.append((method, path))
    assert broken == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, None])
def test_no_filter_breaks_over_what_stands_in_it(house: Flask, role: Role | None):
    """All names of the product at once; then each name that a page reads, alone."""
    client = browser(house, role)
    read = asked_in_addresses(house, client, QUERIES)

    assert broken_by_one_name(client, read, QUERIES) == []
    assert {"next", "lang", "theme"} | ({"page", "week", "state", "q", "by"} if role else set()) <= set().union(
        *read.values()
    )

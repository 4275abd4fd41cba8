"""A number that no row can have is "not found" or a word beside its field, on SQLite and PostgreSQL (TRUST S2, S26).

SQLite ends at eight bytes, a whole number of PostgreSQL at four: one step beyond either must break nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, MapAdapter, Rule

from scheduler.core.db import LARGEST_ID
from scheduler.web.forms import number_of
from tests.laws.crawl import Crawl
from tests.laws.nasty import beyond, kind_of, status_with
from tests.laws.page_reader import FormSeen
from tests.laws.reach import broken_by_all_names, broken_by_one_name, names_by_page
from tests.laws.routes import PART
from tests.laws.travellers import ROLES

BEYOND = (str(LARGEST_ID), str(LARGEST_ID + 1), str(2**31), str(2**63))
ODDLY_WRITTEN = ("\u0663", "²", "007", "00", "1_0", "+1", " 1", "1\n")  # another text for a number that is there
A_DAY_OR_TIME = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\.?|\d{4}-\d\d-\d\d|\d{1,2}:\d\d")
READERS = ("administrator", "safeguarding", "educator", "")
ON_POSTGRESQL = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def rules_with_a_number(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if any(isinstance(one, IntegerConverter) for one in rule._converters.values())
    ]


def addresses(rule: Rule) -> Iterator[str]:
    """The address with a number beyond in each of its places, 1 in the others."""
    numbers = [name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)]
    for name in numbers:
        for typed in BEYOND:
            told = {**dict.fromkeys(numbers, "1"), name: typed}
            any_of = {key: min(one.items) for key, one in rule._converters.items() if hasattr(one, "items")}
            yield PART.sub(lambda part, told=told, any_of=any_of: {**any_of, **told}.get(part[1], "nothing"), rule.rule)


def wrong_answers(app: Flask, readers: Callable[[int], Sequence[FlaskClient]]) -> dict[tuple[str, str], set[int]]:
    """What is answered otherwise than as if there were no such thing; `readers`: who opens an address, by its place."""
    asked = [
        (method, address)
        for rule in rules_with_a_number(app)
        for address in addresses(rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]
    answers = {
        (method, address): {client.open(address, method=method).status_code for client in readers(place)}
        for place, (method, address) in enumerate(asked)
    }
    assert len(asked) > 400
    return {
        (method, address): said
        for (method, address), said in answers.items()
        if not said <= ({404} if BEYOND[1] in address else {302, 403, 404, 410})
    }


@pytest.mark.postgres_decides
def test_an_address_with_a_number_that_no_row_can_have_is_not_found(house: Flask, crawl: Crawl):
    """One reader after the other opens one."""
    clients = [crawl.client(house, reader) for reader in READERS]

    assert wrong_answers(house, lambda place: [clients[(place + place // 4) % 4]]) == {}
    assert len(rules_with_a_number(house)) > 40


@pytest.mark.deep
@pytest.mark.both_databases
def test_an_address_with_a_number_that_no_row_can_have_is_found_by_nobody(house: Flask, crawl: Crawl):
    clients = [crawl.client(house, reader) for reader in READERS]

    assert wrong_answers(house, lambda _place: clients) == {}


@ON_POSTGRESQL
@pytest.mark.parametrize("reader", ["administrator", ""])
@pytest.mark.parametrize("deep", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_a_query_with_a_number_that_no_row_can_have_breaks_nothing(house: Flask, crawl: Crawl, reader: str, deep: bool):
    """On SQLite test_no_address_makes_a_500.py types one that is larger still, beside all else."""
    client, names = crawl.client(house, reader), names_by_page(crawl, house, reader)

    assert broken_by_all_names(client, names, BEYOND, deep=deep) == []
    assert not deep or broken_by_one_name(client, names, [BEYOND[3]], deep=True) == []
    if reader:
        assert {"page", "host", "owner", "presenter", "from", "programme"} <= set().union(*names.values())


def beyond_or_nul(form: FormSeen, name: str) -> str:
    """A number beyond in the place of its own, or NUL where the field holds none."""
    value = next(value for field, value in form.fields if field == name)
    return "a\x00b" if not re.search(r"\d", value) or A_DAY_OR_TIME.fullmatch(value) else beyond(value, BEYOND[3])


def broken(client: FlaskClient, fields: Iterable[tuple[FormSeen, str]]) -> list[tuple[str, str]]:
    return [
        (form.action, name)
        for form, name in fields
        if name != "form_key" and status_with(client, form, name, beyond_or_nul(form, name)) >= 500
    ]


@ON_POSTGRESQL
@pytest.mark.parametrize("reader", ["", "school", "coordinator", "educator"])
def test_a_field_with_what_no_row_can_hold_breaks_nothing(house: Flask, crawl: Crawl, reader: str):
    """Each form once, each field once. On SQLite the same is typed by test_nothing_typed_makes_a_500.py."""
    fields = list(crawl.fields_of(reader))

    assert broken(crawl.client(house, reader), fields) == []
    assert len(fields) > (50 if reader == "coordinator" else 2)


@pytest.mark.deep
@ON_POSTGRESQL
@pytest.mark.parametrize("reader", ROLES)
def test_no_field_of_any_form_breaks_over_what_no_row_can_hold(house: Flask, crawl: Crawl, reader: str):
    """Of fields of one table the first two."""
    fields = []
    for form in crawl.forms_of(reader):
        met = Counter[str]()
        for name in form.names:
            met[kind_of(name)] += 1
            fields += [(form, name)] if met[kind_of(name)] <= 2 else []

    assert broken(crawl.client(house, reader), fields) == []
    assert len(fields) > 50


def test_an_address_has_one_way_to_write_a_number(house: Flask):
    """Another one would be a second address of the same page, which no log, limit or cache knows as the first."""
    addresses = house.url_map.bind("localhost")

    for rule in rules_with_a_number(house):
        parts = {name: min(getattr(one, "items", ["1"])) for name, one in rule._converters.items()}
        for name in (name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)):
            odd = [
                PART.sub(lambda part, told=parts | {name: typed}: told[part[1]], rule.rule) for typed in ODDLY_WRITTEN
            ]
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                matched = [address for address in odd if rule_of(addresses, address, method) == rule]
                assert matched == []


def rule_of(addresses: MapAdapter, address: str, method: str) -> Rule | None:
    """Which rule answers an address, if one does."""
    try:
        return addresses.match(address, method, return_rule=True)[0]
    except HTTPException:
        return None


def test_a_number_in_a_hidden_field_reaches_as_far_as_a_row():
    assert [number_of(typed) for typed in ("0", "7", *BEYOND[:2], BEYOND[3], "-1", *ODDLY_WRITTEN, "", None)] == [
        0, 7, LARGEST_ID, *[None] * (5 + len(ODDLY_WRITTEN)),
    ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("typed", [*BEYOND[1:], "9" * 400])
def test_a_command_is_told_that_there_is_no_such_number(app: Flask, typed: str):
    for command in (["imports", "undo", typed], ["certificates", "issue", "--visit", typed, "--out", "x.pdf"]):
        ended = app.test_cli_runner().invoke(args=command)

        assert (ended.exit_code, ended.exception.__class__) == (2, SystemExit), ended.output
        assert len(ended.stderr.splitlines()) == 1

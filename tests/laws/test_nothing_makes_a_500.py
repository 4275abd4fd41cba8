"""Whatever stands in an address or a filter: a plain answer, never a broken page (TRUST S17, S26, S33).

Whatever is typed into a field: a plain answer (TRUST S17, S26, S33), and no refusal stores anything (TRUST R12).
SQLite's `data_version` changes with every commit of another connection that wrote a page, so the watch sees inserts,
updates and deletes of any table alike. What PostgreSQL alone refuses stands below.
A number that no row can have is "not found" or a word beside its field, on SQLite and PostgreSQL (TRUST S2, S26).
SQLite ends at eight bytes, a whole number of PostgreSQL at four: one step beyond either must break nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, MapAdapter, Rule

from scheduler.core.db import LARGEST_ID, transaction
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.web.forms import number_of
from tests.factories.people import make_user
from tests.laws.crawl import Crawl, Shape
from tests.laws.nasty import LONG, VALUES, beyond, kind_of, status_with
from tests.laws.page_reader import FormSeen
from tests.laws.routes import PART, pages, plain_pages
from tests.laws.travellers import ROLES
from tests.laws.watch import Watch
from tests.web.browser import browser_of

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


FEW = ("", "a\x00b", "9" * 5000, "nobody-knows-this")  # a school has many pages of the same forms, one a state
COUNTED = {"/sign-in"}  # a try that fails is counted, or there would be no limit (TRUST S7)
Typed = tuple[FormSeen, str, str]  # a form, the name of one of its fields, and what is typed into it


def values_for(form: FormSeen, name: str, usual: Iterable[str] = VALUES) -> list[str]:
    was = [value for field, value in form.fields if field == name]
    long = [LONG] if form.method == "POST" else []
    return [*usual, *long, *(beyond(value, str(LARGEST_ID + 1)) for value in was if re.search(r"\d", value))]


def all_values(forms: Iterable[FormSeen]) -> Iterator[Typed]:
    """A name is typed half of the values in the first form where it stands, the other half in the second, a fifth in
    each further one; names of an even number of letters begin with one half, the others with the other.
    """
    met = Counter[tuple[str, str]]()
    for form in forms:
        for name in form.names:
            kind = (form.method, kind_of(name))
            values, turn = list(FEW if form.action.startswith("/status/") else VALUES), met[kind]
            met[kind] += 1
            if turn < 2:
                values = values[(len(name) + turn) % 2 :: 2]
            else:
                some = len(values) // 5
                values = [values[(turn * some + more) % len(values)] for more in range(some)]
            yield from ((form, name, value) for value in values_for(form, name, values))


def refusals(client: FlaskClient, watch: Watch, all_typed: Iterable[Typed]) -> int:
    """How many values were refused: none broke anything, no refusal stored anything."""
    broken, stored, refused = [], [], 0
    for form, name, value in all_typed:
        watch.anything_stored()
        status = status_with(client, form, name, value)
        if status >= 500:
            broken.append((form.action, name, value[:40]))
        if status >= 400 and form.action.partition("?")[0] not in COUNTED:
            refused += 1
            stored += [(status, form.action, name, value[:40])] if watch.anything_stored() else []
    assert broken == []
    assert stored == []
    return refused


@pytest.mark.parametrize("reader", ROLES)
def test_no_form_breaks_over_what_is_typed_and_no_refusal_stores_anything(
    house: Flask, crawl: Crawl, watch: Watch, reader: str
):
    """Each form of the product once, each field once, with one value after the other."""
    fields = enumerate(crawl.fields_of(reader))
    typed = [(form, name, (values := values_for(form, name))[turn % len(values)]) for turn, (form, name) in fields]
    assert typed or reader == "influencer"  # she has no form that others have not
    assert bool(refusals(crawl.client(house, reader), watch, typed)) == bool(typed)


@pytest.mark.deep
@pytest.mark.parametrize("reader", ROLES)
def test_no_form_breaks_over_any_value(house: Flask, crawl: Crawl, watch: Watch, reader: str):
    """An administrator's forms that a coordinator has too are tried as hers."""
    met: dict[Shape, FormSeen] = {}
    if reader == "administrator":
        assert list(crawl.forms_of("coordinator", met=met))
    typed = list(all_values(crawl.forms_of(reader, met=met)))

    assert refusals(crawl.client(house, reader), watch, typed) > 50
    assert len(typed) > 100


def test_every_form_of_the_product_is_among_them(crawl: Crawl):
    fields = [one for reader in ROLES for one in crawl.fields_of(reader)]
    assert len({id(form) for form, _name in fields}) > 240
    assert len(fields) > 470


def test_an_address_that_leads_nowhere_stores_nothing(house: Flask, watch: Watch):
    client = browser_of(house, make_user(*[role for role in Role if role is not Role.SYSTEM]))
    stored, refused = [], 0
    for endpoint, method, path in pages(house, "POST"):
        watch.anything_stored()
        if client.open(path, method=method).status_code >= 400:
            refused += 1
            stored += [endpoint] if watch.anything_stored() else []

    assert stored == []
    assert refused > 10


def test_the_watch_sees_one_changed_row(house: Flask, watch: Watch):
    watch.anything_stored()
    assert not watch.anything_stored()
    with transaction() as session:
        session.execute(sa.update(SchoolRequest).values(room="1"))
    assert watch.anything_stored()


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


def addresses_beyond(rule: Rule) -> Iterator[str]:
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
        for address in addresses_beyond(rule)
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
    """On SQLite test_nothing_makes_a_500.py types one that is larger still, beside all else."""
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
    """Each form once, each field once. On SQLite the same is typed by test_nothing_makes_a_500.py."""
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


def names_by_page(crawl: Crawl, app: Flask, reader: str) -> dict[str, set[str]]:
    """The names that each plain page looks for in its address, by any link to it."""
    names: dict[str, set[str]] = {address: set() for address in plain_pages(app)}
    for page in crawl.pages_of(reader):
        if page.path in names:
            names[page.path] |= page.query_names
    return names


def broken_by_all_names(
    client: FlaskClient, names: dict[str, set[str]], typed: Sequence[str], *, deep: bool
) -> list[tuple[str, str]]:
    """(page, what was typed) that make a 500, under all names of the product at once: one each, or `deep` all."""
    every = sorted(set().union(*names.values()))
    return [
        (page, value[:40])
        for number, page in enumerate(names)
        for value in (typed if deep else [typed[number % len(typed)]])
        if client.get(page, query_string=dict.fromkeys(every, value[:300])).status_code >= 500  # alone it may be longer
    ]


def broken_by_one_name(
    client: FlaskClient, names: dict[str, set[str]], typed: Sequence[str], *, deep: bool
) -> list[tuple[str, str, str]]:
    """(page, name, what was typed) that make a 500, the name alone; what every page reads is tried at the first.

    One value at each page; `deep` all at the first page of a name, and a third at each further one, in turn.
    """
    everywhere, first = set.intersection(*names.values()), next(iter(names))
    met, tried, broken = Counter[str](), 0, []
    for page, own in names.items():
        for name in sorted(own if page == first else own - everywhere):
            each = max(1, len(typed) // 3) if met[name] else len(typed)
            begin, many = (met[name] * each, each) if deep else (tried, 1)
            met[name] += 1
            for value in (typed[(begin + more) % len(typed)] for more in range(many)):
                tried += 1
                if client.get(page, query_string={name: value}).status_code >= 500:
                    broken.append((page, name, value[:40]))
    return broken

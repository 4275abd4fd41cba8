"""A number that no row can have is "not found" or a word beside its field, on SQLite and PostgreSQL (TRUST S2, S26).

SQLite ends at eight bytes, a whole number of PostgreSQL at four: one step beyond either must break nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from scheduler.core.db import LARGEST_ID
from scheduler.policy import Role
from scheduler.web.forms import number_of
from tests.laws.nasty import FormSeen, beyond, kind_of
from tests.laws.reach import asked_in_addresses, broken_by_one_name, browser, forms_within_reach
from tests.laws.routes import PART

BEYOND = (str(LARGEST_ID), str(LARGEST_ID + 1), str(2**31), str(2**63))
A_DAY_OR_TIME = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\.?|\d{4}-\d\d-\d\d|\d{1,2}:\d\d")
ROLES = (Role.ADMINISTRATOR, Role.SAFEGUARDING, Role.EDUCATOR)
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


@pytest.mark.both_databases
def test_an_address_with_a_number_that_no_row_can_have_is_not_found(house: Flask):
    clients = [browser(house, role) for role in (*ROLES, None)]
    rules = rules_with_a_number(house)
    answers = {
        (method, address): {client.open(address, method=method).status_code for client in clients}
        for rule in rules
        for address in addresses(rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    }

    assert len(rules) > 40
    assert {asked: said for asked, said in answers.items() if not said <= {302, 403, 404, 410}} == {}
    assert all({404} >= said for (_method, address), said in answers.items() if BEYOND[1] in address)


@ON_POSTGRESQL
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, None])
def test_a_query_with_a_number_that_no_row_can_have_breaks_nothing(house: Flask, role: Role | None):
    """On SQLite test_no_address_makes_a_500.py types one that is larger still, beside all else."""
    client = browser(house, role)
    read = asked_in_addresses(house, client, [BEYOND[1]])

    assert broken_by_one_name(client, read, [BEYOND[3]]) == []
    if role:
        assert {"page", "host", "owner", "presenter", "from", "programme"} <= set().union(*read.values())


def sent(client: FlaskClient, form: FormSeen) -> Iterator[tuple[str, int]]:
    """Each field sent with a number beyond, or with NUL where it holds none, the others as the page filled them.

    Of fields of one table the first two.
    """
    met = Counter[str]()
    for at, (name, value) in enumerate(form.fields):
        met[kind_of(name)] += 1
        if name in ("csrf_token", "form_key") or met[kind_of(name)] > 2:
            continue
        typed = "a\x00b" if not re.search(r"\d", value) or A_DAY_OR_TIME.fullmatch(value) else beyond(value, BEYOND[3])
        given: dict[str, list[str]] = {}
        for place, (field, was) in enumerate(form.fields):
            given.setdefault(field, []).append(typed if place == at else was)
        where = {"data": given} if form.method == "POST" else {"query_string": given}
        yield name, client.open(form.action, method=form.method, **where).status_code


@ON_POSTGRESQL
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EDUCATOR, None])
def test_a_field_with_what_no_row_can_hold_breaks_nothing(house: Flask, role: Role | None):
    """On SQLite the same is typed by test_nothing_typed_makes_a_500.py, beside all else."""
    client = browser(house, role)
    tried = [
        (form.action, name, status)
        for form in forms_within_reach(house, client)
        if "sign-out" not in form.action
        for name, status in sent(client, form)
    ]

    assert [one for one in tried if one[-1] >= 500] == []
    assert len(tried) > (50 if role is Role.COORDINATOR else 2)


def test_a_number_in_a_hidden_field_reaches_as_far_as_a_row():
    assert [number_of(typed) for typed in ("0", "7", *BEYOND[:2], BEYOND[3], "-1", "²", "", None)] == [
        0, 7, LARGEST_ID, None, None, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("typed", [*BEYOND[1:], "9" * 400])
def test_a_command_is_told_that_there_is_no_such_number(app: Flask, typed: str):
    for command in (["imports", "undo", typed], ["certificates", "issue", "--visit", typed, "--out", "x.pdf"]):
        ended = app.test_cli_runner().invoke(args=command)

        assert (ended.exit_code, ended.exception.__class__) == (2, SystemExit), ended.output
        assert len(ended.stderr.splitlines()) == 1

"""Whatever is typed into a field: a plain answer (TRUST S17, S26, S33), and no refusal stores anything (TRUST R12).

SQLite's `data_version` changes with every commit of another connection that wrote a page, so the watch sees inserts,
updates and deletes of any table alike. What PostgreSQL alone refuses: test_ids_beyond_the_database.py.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import LARGEST_ID, transaction
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from tests.factories.people import make_user
from tests.laws.crawl import Crawl, Shape
from tests.laws.nasty import LONG, VALUES, beyond, kind_of, status_with
from tests.laws.page_reader import FormSeen
from tests.laws.routes import pages
from tests.laws.travellers import ROLES
from tests.laws.watch import Watch, nobody_notes_looks
from tests.web.browser import browser_of

FEW = ("", "a\x00b", "9" * 5000, "nobody-knows-this")  # a school has many pages of the same forms, one a state
COUNTED = {"/sign-in"}  # a try that fails is counted, or there would be no limit (TRUST S7)
Typed = tuple[FormSeen, str, str]  # a form, the name of one of its fields, and what is typed into it


@pytest.fixture
def watch(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    nobody_notes_looks(monkeypatch)
    watching = Watch()
    yield watching
    watching.close()


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

    assert refusals(crawl.client(house, reader), watch, typed) > 0


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

    assert len({id(form) for form, _name in fields}) > 250
    assert len(fields) > 480


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

"""Whatever is typed into a field: a plain answer (TRUST S17, S26, S33), and no refusal stores anything (TRUST R12).

SQLite's `data_version` changes with every commit of another connection that wrote a page, so the watch sees inserts,
updates and deletes of any table alike. What PostgreSQL alone refuses: test_ids_beyond_the_database.py.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core import tokens
from scheduler.core.db import LARGEST_ID, transaction
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.laws.nasty import LONG, VALUES, FormSeen, beyond, kind_of
from tests.laws.reach import Shape, browser, forms_within_reach
from tests.laws.routes import pages
from tests.laws.watch import Watch, nobody_notes_looks
from tests.web.browser import browser_of

FEW = ("", "a\x00b", "9" * 5000, "nobody-knows-this")  # a school has many pages of the same forms, one a state
COUNTED = {"/sign-in"}  # a try that fails is counted, or there would be no limit (TRUST S7)


@pytest.fixture
def watch(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    nobody_notes_looks(monkeypatch)
    watching = Watch()
    yield watching
    watching.close()


def school_pages() -> list[str]:
    """What the secret links of one request in each state open."""
    wanted = sa.select(sa.func.min(SchoolRequest.id)).group_by(SchoolRequest.state)
    lasts, now = dt.timedelta(hours=1), MONDAY
    with transaction() as session:
        secrets = [tokens.mint("status", one, lasts=lasts, now=now) for one in session.scalars(wanted)]
    return [f"/status/{secret}{page}" for secret in secrets for page in ("", "/attendance", "/cancel")]


@cache
def met_by_a_coordinator(app: Flask) -> dict[Shape, FormSeen]:
    """In the demo as every test of this file finds it: the same rows, the same forms."""
    met: dict[Shape, FormSeen] = {}
    assert list(forms_within_reach(app, browser(app, Role.COORDINATOR), met=met)) == list(met.values())
    return met


def forms_of(app: Flask, client: FlaskClient, role: Role | None) -> list[FormSeen]:
    """What the role alone reaches: an administrator's forms that a coordinator has too are walked as hers."""
    reached: Iterable[FormSeen]
    if role is Role.COORDINATOR:
        reached = met_by_a_coordinator(app).values()
    elif role is Role.ADMINISTRATOR:
        reached = forms_within_reach(app, client, met=dict(met_by_a_coordinator(app)))
    else:
        reached = forms_within_reach(app, client, school_pages() if role is None else ())
    return [form for form in reached if "sign-out" not in form.action]


def typed_into(form: FormSeen, name: str, turn: int) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The form as its page filled it but for one field, with each value in turn.

    A name is typed half of the values in the first form where it stands, the other half in the second, a fifth in each
    further one; names of an even number of letters begin with one half, the others with the other.
    """
    was = [value for field, value in form.fields if field == name]
    values = list(FEW if form.action.startswith("/status/") else VALUES)
    values += [LONG] if form.method == "POST" else []
    if turn < 2:
        values = values[(len(name) + turn) % 2 :: 2]
    else:
        some = len(values) // 5
        values = [values[(turn * some + more) % len(values)] for more in range(some)]
    values += [beyond(value, str(LARGEST_ID + 1)) for value in was if re.search(r"\d", value)]
    for value in values:
        given: dict[str, list[str]] = {}
        for field, typed in [*((field, one) for field, one in form.fields if field != name), (name, value)]:
            given.setdefault(field, []).append(typed)
        yield value, given


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.EDUCATOR, None])
def test_no_form_breaks_over_what_is_typed_and_no_refusal_stores_anything(
    house: Flask, watch: Watch, role: Role | None
):
    client = browser(house, role)
    broken, stored, sent, refused = [], [], 0, 0
    met = Counter[tuple[str, str]]()
    for form in forms_of(house, client, role):
        for name in form.names:
            kind = (form.method, kind_of(name))
            met[kind] += 1
            for value, given in typed_into(form, name, met[kind] - 1):
                place = {"data": given} if form.method == "POST" else {"query_string": given}
                watch.anything_stored()
                status, sent = client.open(form.action, method=form.method, **place).status_code, sent + 1
                if status >= 500:
                    broken.append((form.action, name, value[:40]))
                if status >= 400 and form.action.partition("?")[0] not in COUNTED:
                    refused += 1
                    stored += [(status, form.action, name, value[:40])] if watch.anything_stored() else []

    assert broken == []
    assert stored == []
    assert sent > 100
    assert refused > 50


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

"""Who is refused leaves nothing behind: no half row, no audit row of what did not happen (TRUST R12).

SQLite's `data_version` changes with every commit of another connection that wrote a page, so it sees inserts, updates
and deletes of any table alike.
"""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.laws.reach import browser, forms_within_reach
from tests.laws.routes import pages
from tests.laws.watch import Watch, nobody_notes_looks
from tests.web.browser import browser_of

TYPED = ("", "a\x00b", "9" * 5000, "nobody-knows-this")
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


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.EDUCATOR, None])
def test_a_form_that_is_refused_stores_nothing(house: Flask, watch: Watch, role: Role | None):
    client = browser(house, role)
    forms = [
        form
        for form in forms_within_reach(house, client, school_pages() if role is None else ())
        if form.method == "POST" and form.action.partition("?")[0] not in {*COUNTED, "/sign-out"}
    ]
    refused, stored = 0, []
    for form in forms:
        for name in form.names:
            rest = [(field, value) for field, value in form.fields if field != name]
            for typed in TYPED:
                given: dict[str, list[str]] = {}
                for field, value in [*rest, (name, typed)]:
                    given.setdefault(field, []).append(value)
                watch.anything_stored()
                status = client.post(form.action, data=given).status_code
                if status >= 400:
                    refused += 1
                    if watch.anything_stored():
                        stored.append((status, form.action, name, typed[:20]))

    assert stored == []
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

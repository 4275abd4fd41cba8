"""Whatever is typed into a field: a plain answer, never a broken page (TRUST S17, S26, S33)."""

import pytest
from flask import Flask

from scheduler.policy import Role
from tests.laws.nasty import LONG, VALUES
from tests.laws.reach import browser, forms_within_reach

ROLES = (Role.COORDINATOR, Role.EDUCATOR, None)


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_over_what_is_typed(house: Flask, role: Role | None):
    client = browser(house, role)
    broken, sent = [], 0
    for form in [form for form in forms_within_reach(house, client) if "sign-out" not in form.action]:
        for name in form.names:
            rest = [(field, value) for field, value in form.fields if field != name]
            for value in (*VALUES, *([LONG] if form.method == "POST" else [])):
                given: dict[str, list[str]] = {}
                for field, typed in [*rest, (name, value)]:
                    given.setdefault(field, []).append(typed)
                place = {"data": given} if form.method == "POST" else {"query_string": given}
                sent += 1
                if client.open(form.action, method=form.method, **place).status_code >= 500:
                    broken.append((form.action, name, value[:40]))

    assert broken == []
    assert sent > 100


@pytest.mark.both_databases
@pytest.mark.parametrize("role", [Role.COORDINATOR, None])
def test_every_page_and_form_within_reach_works_on_either_database(house: Flask, role: Role | None):
    """What PostgreSQL refuses and SQLite takes: NUL in a text, numbers too large, decimal sums."""
    client = browser(house, role)
    broken = []
    for form in [form for form in forms_within_reach(house, client) if "sign-out" not in form.action]:
        for typed in ("a\x00b", "9223372036854775808"):
            given = {name: value if name == "csrf_token" else typed for name, value in form.fields}
            place = {"data": given} if form.method == "POST" else {"query_string": given}
            for action in (form.action, f"{form.action}%00" if "?" not in form.action else form.action):
                if client.open(action, method=form.method, **place).status_code >= 500:
                    broken.append((action, typed, form.names))

    assert broken == []

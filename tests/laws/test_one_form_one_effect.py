"""A form that creates something does so once, however often it is sent; one key with other content says so (R11)."""

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from scheduler.core.db import Base, db
from scheduler.policy import Role
from tests.laws.nasty import FormSeen
from tests.laws.reach import browser, forms_within_reach

# Rows that tell of an act, serve a page, or hold a key: no effect of their own.
BESIDE = {"audit_entry", "form_key", "secret_link", "sign_in", "sign_in_attempt", "unproved_mail", "booking_answers"}
TYPED = {
    "email": "nova@centre.example",
    "given_name": "Nova",
    "family_name": "Novak",
    "day": "8.3.2027.",
    "first_day": "8.3.2027.",
    "last_day": "9.3.2027.",
    "on_day": "9.3.2027.",
    "starts": "10:00",
    "starts_local": "10:00",
    "checked_on": "1.10.2026.",
    "valid_until": "1.10.2027.",
    "birth_date": "1.3.1990.",
    "roles": "coordinator",
    "topics": "privacy",
    "languages": "sr",
}
OTHER = " i jos nesto"


def rows() -> dict[str, int]:
    """How many rows each table has, but those beside an act."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in BESIDE]
    counts = [sa.select(sa.func.count()).select_from(one).scalar_subquery().label(one.name) for one in tables]
    return dict(db.session.execute(sa.select(*counts)).mappings().one())


def filled(form: FormSeen) -> dict[str, list[str]]:
    """The form as its page filled it; what the page left empty is typed."""
    given: dict[str, list[str]] = {}
    for name, value in form.fields:
        given.setdefault(name, []).append(value or TYPED.get(name, "" if name == "undo" else "Proba"))
    return given


def sent_thrice(client: FlaskClient, form: FormSeen) -> tuple[set[str], set[str], int, set[str]]:
    """The tables that the first sending filled, that the same one filled again, and what other content was answered."""
    given, before = filled(form), rows()
    client.post(form.action, data=given)
    once = rows()
    client.post(form.action, data=given)
    twice = rows()
    typed = next((name for name, value in form.fields if not value and name not in TYPED), None)
    other = given | ({typed: [given[typed][0] + OTHER]} if typed else {"else": ["1"]})
    answer = client.post(form.action, data=other)
    thrice = rows()
    return _more(before, once), _more(once, twice), answer.status_code, _more(twice, thrice)


def _more(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name in before if after[name] > before[name]}


def counts_once(app: Flask, form: FormSeen) -> bool:
    """Whether the page that takes the form holds its key unique."""
    with app.test_request_context(form.action, method="POST"):
        return hasattr(app.view_functions[str(request.endpoint)], "once")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EDUCATOR])
def test_what_a_form_creates_it_creates_once(house: Flask, role: Role):
    client = browser(house, role)
    made, again, untold = {}, {}, {}
    for form in forms_within_reach(house, client):
        if form.method != "POST" or form.action.startswith(("/sign-out", "/sign-in")):
            continue
        first, second, status, third = sent_thrice(client, form)
        made |= {form.action: first} if first else {}
        again |= {form.action: second | third} if second or third else {}
        if first and counts_once(house, form) and status not in (409, 422):
            untold[form.action] = status

    assert again == {}
    assert untold == {}
    assert len(made) > (5 if role is Role.COORDINATOR else 0)

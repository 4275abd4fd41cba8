"""A form that creates something does so once, however often it is sent; one key with other content says so (R11)."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from scheduler.core import tokens
from scheduler.core.db import Base, db, transaction
from scheduler.people.models import Presenter
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import Guardian
from tests.factories import MONDAY
from tests.laws.page_reader import FormSeen
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
DAY = dt.timedelta(days=1)


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


def school_pages() -> list[str]:
    """What the secret links of one request in each state open."""
    wanted = sa.select(sa.func.min(SchoolRequest.id)).group_by(SchoolRequest.state)
    with transaction() as session:
        secrets = [tokens.mint("status", one, lasts=DAY, now=MONDAY) for one in session.scalars(wanted)]
    return [f"/status/{secret}" for secret in secrets]


def guardian_pages() -> list[str]:
    """What the link of a guardian opens whose child is no adult yet."""
    with transaction() as session:
        minors = sa.select(Presenter.id).where(Presenter.adult_on > MONDAY.date())
        guardian_id = session.scalar(sa.select(sa.func.min(Guardian.id)).where(Guardian.presenter_id.in_(minors)))
        return [f"/consent/{tokens.mint('guardian', guardian_id, lasts=DAY, now=MONDAY)}"]


# In this order: who comes later may suspend who came before. What an earlier one has met is not sent again.
VISITORS: tuple[tuple[Role | None, Callable[[], list[str]]], ...] = (
    (None, school_pages),
    (None, guardian_pages),
    (Role.EDUCATOR, list),
    (Role.COORDINATOR, list),
    (Role.SAFEGUARDING, list),
    (Role.ADMINISTRATOR, list),
)


def test_what_a_form_creates_it_creates_once(house: Flask):
    """Schools and guardians behind their links, anybody, and every role, in one house: each form is sent by one."""
    made, again, untold, met = {}, {}, {}, {}
    makers: Counter[str] = Counter()
    for number, (role, links) in enumerate(VISITORS):
        client = browser(house, role)
        for form in forms_within_reach(house, client, links(), met):
            if form.method != "POST" or form.action.startswith(("/sign-out", "/sign-in")):
                continue
            first, second, status, third = sent_thrice(client, form)
            made |= {form.action: first} if first else {}
            makers[f"{number} {role}"] += bool(first)
            again |= {form.action: second | third} if second or third else {}
            if first and counts_once(house, form) and status not in (409, 422):
                untold[form.action] = status

    assert again == {}
    assert untold == {}
    assert len(makers) == len(VISITORS)
    assert len(made) > 10, makers

"""A form that creates something does so once, however often it is sent; one key with other content says so (R11).

What is sent beside the fields of a form has no effect (S4).
"""

from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from scheduler.core.db import Base, db
from scheduler.people.models import UserRole
from tests.laws.crawl import NUMBERS_AND_LINKS, Crawl, Shape
from tests.laws.page_reader import FormSeen

# Rows that tell of an act, serve a page, or hold a key: no effect of their own.
BESIDE = {"audit_entry", "form_key", "secret_link", "sign_in", "sign_in_attempt", "unproved_mail", "booking_answers"}
TYPED = {
    "password": "tri zelene kruške", "email": "nova@centre.example", "given_name": "Nova", "family_name": "Novak",
    "day": "8.3.2027.", "first_day": "8.3.2027.", "last_day": "9.3.2027.", "on_day": "9.3.2027.", "starts": "10:00",
    "starts_local": "10:00", "checked_on": "1.10.2026.", "valid_until": "1.10.2027.", "birth_date": "1.3.1990.",
    "roles": "coordinator", "topics": "privacy", "languages": "sr", "language": "sr_Cyrl",
}  # fmt: skip
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


@dataclass
class Sendings:
    """What a form did, sent once, the same again, and with other content under the same key."""

    first: set[str]  # the tables that it filled
    second: set[str] = field(default_factory=set)
    third: set[str] = field(default_factory=set)
    status: int = 0  # of what was answered to other content


class Sender:
    """One who sends forms, and sees which tables are filled meanwhile."""

    def __init__(self, client: FlaskClient) -> None:
        self.client, self._known = client, rows()

    def _send(self, form: FormSeen, given: dict[str, list[str]]) -> tuple[int, set[str]]:
        before, status = self._known, self.client.post(form.action, data=given).status_code
        self._known = rows()
        return status, {name for name, many in self._known.items() if many > before[name]}

    def send(self, form: FormSeen, *, thrice: bool) -> Sendings:
        """Send it, and again where it filled a table or `thrice` is asked for."""
        given = filled(form)
        done = Sendings(self._send(form, given)[1])
        if done.first or thrice:
            typed = next((name for name, value in form.fields if not value and name not in TYPED), None)
            other = given | ({typed: [given[typed][0] + OTHER]} if typed else {"else": ["1"]})
            done.second = self._send(form, given)[1]
            done.status, done.third = self._send(form, other)
        return done


READERS = ("school", "", "influencer", "educator", "coordinator", "safeguarding", "administrator")


def counts_once(app: Flask, form: FormSeen) -> bool:
    """Whether the page that takes the form holds its key unique."""
    with app.test_request_context(form.action, method="POST"):
        return hasattr(app.view_functions[str(request.endpoint)], "once")


@pytest.mark.parametrize("deep", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_what_a_form_creates_it_creates_once(house: Flask, crawl: Crawl, deep: bool):
    """Schools and guardians behind their links, anybody, and every role, in one house: each form is sent by one.

    Only `deep` sends those again that created nothing.
    """
    made, again, untold, makers = {}, {}, {}, set()
    met: dict[Shape, FormSeen] = {}
    seen = [(reader, form) for reader in READERS for form in crawl.forms_of(reader, NUMBERS_AND_LINKS, met)]
    sent = [each for each in seen if each[1].method == "POST" and not each[1].action.startswith("/sign-in")]
    sent.sort(key=lambda each: "/reset" in each[1].action)  # a new password, or keys taken away, sign somebody out
    for reader, forms in groupby(sent, key=itemgetter(0)):
        sender = Sender(crawl.client(house, reader))
        for _reader, form in forms:
            done = sender.send(form, thrice=deep)
            if done.first:
                made[form.action] = done.first
                makers.add(reader)
            if done.second or done.third:
                again[form.action] = done.second | done.third
            if done.first and counts_once(house, form) and done.status not in (409, 422):
                untold[form.action] = done.status

    assert again == {}
    assert untold == {}
    assert makers == set(READERS)
    assert len(made) > 10, made


SURPLUS = "prekobrojno9137"
COLUMNS = sorted({column.name for table in Base.metadata.sorted_tables for column in table.columns})


def stored_texts() -> list[str]:
    """Each table that holds the surplus; half a booking holds what its own fields were sent, also those not shown."""
    db.session.rollback()
    found = []
    for table in (table for table in Base.metadata.sorted_tables if table.name != "booking_answers"):
        texts = sa.func.concat_ws(" ", *(sa.cast(column, sa.Text) for column in table.columns))
        if db.session.scalar(sa.select(sa.func.count()).select_from(table).where(texts.contains(SURPLUS))):
            found.append(table.name)
    return found


def roles() -> set[tuple[int, str]]:
    db.session.rollback()
    return {(row.user_id, row.role) for row in db.session.execute(sa.select(UserRole.user_id, UserRole.role))}


def test_trust_s04_what_is_sent_beside_the_fields_of_a_form_has_no_effect(house: Flask, crawl: Crawl):
    """Every column of the database as a field of every form, as each reader; and a role that nobody offered."""
    before, met = roles(), {}
    seen = [(reader, form) for reader in READERS for form in crawl.forms_of(reader, NUMBERS_AND_LINKS, met)]
    sent = [each for each in seen if each[1].method == "POST" and not each[1].action.startswith(("/sign-", "/reset"))]
    assert len(sent) > 100
    broken = []
    for reader, forms in groupby(sent, key=itemgetter(0)):
        client = crawl.client(house, reader)
        for _reader, form in forms:
            own = filled(form)
            surplus = {name: [SURPLUS] for name in COLUMNS} | {"roles": ["administrator"], "role": ["administrator"]}
            if client.post(form.action, data=surplus | own).status_code >= 500:
                broken.append(form.action)

    assert (broken, stored_texts()) == ([], [])
    assert roles() - before == set()

"""No page asks the database more often because more rows lie behind it: a list shows a page, a count is one question.
None asks more than twelve times.

Every page that the URL map knows is opened in a centre of a hundred of everything, and in one of a thousand; also the
pages of one visit, request, school, campaign or person.

No form is larger because a centre has ten times as many people and schools: what is many is found by typing.
"""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.programmes.models import Programme
from scheduler.web.limits import limiter
from tests.factories import MONDAY
from tools.bench.counting import effort
from tools.bench.pages import BenchPage, browsers, pages_of
from tools.bench.seed import plant
from tools.bench.sizes import CAMPAIGN, Size

HUNDRED = Size(visits=100, people=100, hosts=100, asked=100, waiting=100, letters=100)
THOUSAND = Size(visits=1_000, people=1_000, hosts=1_000, asked=1_000, waiting=1_000, letters=1_000)

# Whoever reads a minor's name is written down, once a day: whether one stands among the rows of a page is chance.
MINOR_READ = "FROM audit_entry"
MOST_STATEMENTS = 12
NUMBERED = ("/visits/… to come", "/visits/… that was", "/requests/… new", "/requests/…/plan", "/requests/…/dates")


def asked_by(client: FlaskClient, page: BenchPage) -> int:
    """How many statements a page takes; opened once before, so that what is remembered is there."""
    client.get(page.address)
    limiter.reset()
    with effort(db.engine) as made:
        answer = client.get(page.address)
    assert answer.status_code == 200, (page, answer.status)
    return len([statement for statement in made.statements if MINOR_READ not in statement])


def statements_of_pages(app: Flask, size: Size) -> dict[str, int]:
    calendar = plant(size, MONDAY).calendar
    clients = browsers(app)
    pages = pages_of(app, calendar, clients)
    pages += pages_of_one(app, clients, {page.name: page.address for page in pages})
    return {page.name: asked_by(clients[page.reader], page) for page in pages}


def pages_of_one(app: Flask, clients: dict[str, FlaskClient], known: dict[str, str]) -> list[BenchPage]:
    """Whatever the URL map has below a visit, a request, a campaign and so on, by the first reader whom it lets in."""
    with app.app_context():
        programme, message = (
            db.session.scalars(sa.select(sa.func.min(table.id)).where(table.centre_id == 1)).one()
            for table in (Programme, OutboxMessage)
        )
    of = {name: known[name].split("/")[2] for name in NUMBERED}
    fixed = {"slug": CAMPAIGN, "presenter_id": "2", "host_id": "8", "user_id": "5", "ordinal": "1", "language": "en"}
    named = fixed | {"programme_id": str(programme), "message_id": str(message)}
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and "GET" in (rule.methods or ())]
    return [
        page
        for rule in sorted(map(str, rules))
        if "." not in rule.rpartition("/")[2]  # a file
        for name, number in (of.items() if "<number>" in rule else [("", "")])
        if name.startswith(rule[:6]) or not name
        for page in _first(app, clients, f"{rule} {name}", filled(rule, named | {"number": number}))
    ]


def filled(rule: str, named: dict[str, str]) -> str:
    """An address with what is known of its parts; what is not known finds no page."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: named.get(part[1], "unknown"), rule)


def _first(app: Flask, clients: dict[str, FlaskClient], name: str, address: str) -> Iterator[BenchPage]:
    for reader, client in clients.items():
        with app.app_context():  # of its own, as in pages_of
            answer = client.get(address)
        if answer.status_code == 200:
            yield BenchPage(name, reader, address)
            return


@pytest.mark.both_databases
def test_no_page_asks_more_for_rows_that_it_does_not_show_nor_much_at_all(app: Flask):
    few = statements_of_pages(app, HUNDRED)
    app.extensions["clean_tables"].empty()
    app.extensions.pop("near", None)
    many = statements_of_pages(app, THOUSAND)

    assert few.keys() == many.keys()
    assert len(few) > 180
    assert {name: (few[name], many[name]) for name in few if many[name] != few[name]} == {}
    assert {name: asked for name, asked in many.items() if asked > MOST_STATEMENTS} == {}


THOUSAND_PEOPLE = Size(visits=100, people=1_000, hosts=1_000, asked=100, waiting=100, letters=100)
FORMS = {"/campaigns/new": "coordinator", "/plans/new": "coordinator", "/plans/mend": "coordinator"}
DIGITS = 64  # bytes by which a longer number somewhere may make a page longer


def sizes_of_forms(app: Flask, size: Size) -> dict[str, int]:
    plant(size, MONDAY)
    clients, found = browsers(app), {}
    for address, reader in FORMS.items():
        limiter.reset()
        answer = clients[reader].get(address)
        assert answer.status_code == 200, (address, answer.status)
        found[address] = len(answer.data)
    return found


def test_no_form_is_larger_where_there_are_ten_times_as_many_to_choose_from(app: Flask):
    few = sizes_of_forms(app, HUNDRED)
    app.extensions["clean_tables"].empty()
    app.extensions.pop("near", None)
    many = sizes_of_forms(app, THOUSAND_PEOPLE)
    assert {name: (few[name], many[name]) for name in few if abs(many[name] - few[name]) > DIGITS} == {}

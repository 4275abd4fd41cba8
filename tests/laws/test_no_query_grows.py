"""No page asks the database more often because more rows lie behind it: a list shows a page, a count is one question.
None asks more than twelve times.

Every page that the URL map knows is opened in a centre of a hundred of everything, and in one of a thousand.
"""

from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import db
from scheduler.web.limits import limiter
from tests.factories import MONDAY
from tools.bench.counting import effort
from tools.bench.pages import BenchPage, browsers, pages_of
from tools.bench.seed.plant import plant
from tools.bench.seed.sizes import Size

HUNDRED = Size(visits=100, people=100, hosts=100, asked=100, waiting=100, letters=100)
THOUSAND = Size(visits=1_000, people=1_000, hosts=1_000, asked=1_000, waiting=1_000, letters=1_000)

# Whoever reads a minor's name is written down, once a day: whether one stands among the rows of a page is chance.
MINOR_READ = "FROM audit_entry"
MOST_STATEMENTS = 12


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
    return {page.name: asked_by(clients[page.reader], page) for page in pages_of(app, calendar, clients)}


def test_no_page_asks_more_for_rows_that_it_does_not_show_nor_much_at_all(app: Flask):
    few = statements_of_pages(app, HUNDRED)
    app.extensions["clean_tables"].empty()
    app.extensions.pop("near", None)
    many = statements_of_pages(app, THOUSAND)

    assert few.keys() == many.keys()
    assert {name: (few[name], many[name]) for name in few if many[name] != few[name]} == {}
    assert {name: asked for name, asked in many.items() if asked > MOST_STATEMENTS} == {}

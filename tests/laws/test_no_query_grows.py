"""No page asks the database more often because more rows lie behind it: a list shows a page, a count is one question.

Every page that the URL map knows is opened in a centre of a hundred of everything, and in one of a thousand.
"""

import pytest
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
# What is to be mended, page: (statements at a hundred, at a thousand). A page that no longer grows leaves this list.
GROWS_YET: dict[str, tuple[int, int]] = {
    # every presenter is loaded, in pieces of 500, to show a page of them or to say who could go
    "/board": (20, 22),
    "/board/month": (20, 22),
    "/board of a week": (20, 22),
    "/board/month of a month": (20, 22),
    "/people": (9, 11),
    "/safeguarding": (10, 12),
    "/visits/… to come": (39, 41),
    "/visits/…/place": (28, 30),
    # the whole list is ranked and shown
    "/waiting-list": (15, 16),
}


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


@pytest.fixture(scope="module")
def numbers() -> dict[str, dict[str, int]]:
    """Filled by the first test of the module that needs it: {page: {size: statements}}."""
    return {}


@pytest.fixture
def grown(app: Flask, numbers: dict[str, dict[str, int]]) -> dict[str, tuple[int, int]]:
    """The pages whose numbers differ."""
    if not numbers:
        few = statements_of_pages(app, HUNDRED)
        app.extensions["clean_tables"].empty()
        app.extensions.pop("near", None)
        many = statements_of_pages(app, THOUSAND)
        numbers |= {"few": few, "many": many}
    few, many = numbers["few"], numbers["many"]
    assert few.keys() == many.keys()
    return {name: (few[name], many[name]) for name in few if many[name] != few[name]}


def test_no_page_asks_more_for_rows_that_it_does_not_show(grown):
    new = [f'    "{name}": {told},' for name, told in grown.items() if name not in GROWS_YET]
    assert not new, "\n".join(["at a hundred and at a thousand:", *new])


def test_a_page_that_is_mended_leaves_the_list(grown):
    assert set(GROWS_YET) - set(grown) == set()

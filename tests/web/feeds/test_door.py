"""Calendars that poll are answered before the pages, in the same words as by the page (TRUST R28)."""

import logging
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request_started
from flask.testing import FlaskClient

from scheduler.core.db import db, transaction
from scheduler.feeds import queries
from scheduler.feeds.models import FeedBody
from scheduler.people.models import Presenter, User
from scheduler.policy import Role
from scheduler.web import headers
from tests.ceilings import at_most
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.feeds import make_entry_for, make_feed, whole_of
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of

PACKED = {"Accept-Encoding": "gzip, deflate"}
DRAWN_ANEW = ("X-Request-Id", "Date")


@pytest.fixture
def presenter(app: Flask) -> Presenter:
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    return presenter


@pytest.fixture
def address(client: FlaskClient, presenter: Presenter) -> str:
    """Of a feed that has been read once: what it gives is kept."""
    address = f"/feeds/{make_feed(presenter)}.ics"
    assert client.get(address).status_code == 200
    return address


@contextmanager
def pages(app: Flask) -> Iterator[list[str]]:
    """What reaches the pages meanwhile."""
    reached: list[str] = []

    def note(_app: Flask, **_: Any) -> None:
        reached.append("page")

    with request_started.connected_to(note, app):
        yield reached


def said(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in DRAWN_ANEW}


def test_who_polls_reaches_no_page_or_session_and_asks_one_row(app, client, address, presenter):
    tag = client.get(address, headers=PACKED).headers["ETag"]

    with pages(app) as reached, asked_and_written() as unchanged:
        answer = client.get(address, headers={"If-None-Match": tag} | PACKED)
    with pages(app) as reached_by_whole, asked_and_written() as whole:
        client.get(address, headers=PACKED)

    assert (answer.status_code, answer.data, reached, reached_by_whole) == (304, b"", [], [])
    for made in (unchanged, whole):
        assert made.writes == []
        at_most(1, made.selects)

    staff = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=presenter.centre_id))

    with asked_and_written() as asked:
        answer = staff.get(address)

    assert asked.writes == []
    at_most(1, asked.selects)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("given", [{}, PACKED, {"If-None-Match": "*"}, {"If-None-Match": '"other"'}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_door_says_what_the_page_says(app, client, address, given, method):
    with pages(app) as reached:
        at_door = client.open(address, method=method, headers=given)
        assert reached == []
        at_page = client.open(f"{address}?x=1", method=method, headers=given)
        assert reached == ["page"]

    assert (at_door.status_code, at_door.data) == (at_page.status_code, at_page.data)
    if method == "HEAD":
        whole = client.get(address, headers=given)
        assert (at_door.status_code, at_door.data) == (whole.status_code, b"")
        assert at_door.headers["ETag"] == whole.headers["ETag"]
    unlike = set(said(at_door).items()) ^ set(said(at_page).items())
    spared = {*headers.SAFETY, "X-Robots-Tag"} if at_door.status_code == 304 else set()  # the reader has them already
    assert {name for name, _value in unlike} <= spared
    assert at_door.headers["Vary"] == at_page.headers["Vary"] == "Accept-Encoding"


def test_a_first_answer_is_made_at_the_door_and_in_the_same_words(app, client, presenter):
    address = f"/feeds/{make_feed(presenter)}.ics"

    with pages(app) as reached:
        first, second = client.get(address), client.get(address)
    at_page = client.get(f"/feeds/{make_feed(presenter)}.ics?x=1")

    assert reached == []
    assert (first.data, said(first)) == (second.data, said(second))
    assert (first.data, first.headers["ETag"]) == (at_page.data, at_page.headers["ETag"])


def test_an_address_that_is_nobodys_is_left_to_the_page_with_three_questions(app, client, presenter):
    with pages(app) as reached:
        assert client.get("/feeds/nobodys.ics").status_code == 404
    assert reached == ["page"]

    with asked_and_written() as asked:
        answer = client.get("/feeds/nobodys.ics", headers={"raspored.feed_is_nobodys": "1"})
    made_up = client.get(f"/feeds/{make_feed(presenter)}.ics?x=1", headers={"raspored.feed_is_nobodys": "1"})

    assert (answer.status_code, asked.writes) == (404, [])
    at_most(3, asked.selects)  # whether it is kept, and whether a presenter, a host or one of the staff has it
    assert made_up.status_code == 200  # what a visitor says is not what the door says


def test_gzip_is_for_whom_it_says_and_has_a_tag_of_its_own(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    packed = client.get(address, headers=PACKED)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert zlib.decompress(packed.data, 31) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    for refused in ("", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzipped"):
        assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": refused}).headers
    for wanted in ("gzip", "br, GZIP;q=0.5", "deflate,gzip"):
        assert client.get(address, headers={"Accept-Encoding": wanted}).headers["Content-Encoding"] == "gzip"


def test_the_tag_is_known_packed_or_not_weakened_or_among_others(client: FlaskClient, address: str) -> None:
    plain = client.get(address).headers["ETag"]
    packed = client.get(address, headers=PACKED).headers["ETag"]

    for held in (plain, packed, f"W/{plain}", f'"old", {packed}', f'"old",W/{plain}', "*"):
        answer = client.get(address, headers={"If-None-Match": held} | PACKED)
        assert (answer.status_code, answer.headers["ETag"] in (plain, packed)) == (304, True), held
    for other in (plain.strip('"'), '"old"', f'"{packed}"', plain[:-2] + '"'):
        assert client.get(address, headers={"If-None-Match": other}).status_code == 200, other


def test_what_is_not_plainly_a_poll_is_left_to_the_page(app: Flask, client: FlaskClient, address: str) -> None:
    for method, path, host, status in (
        ("GET", f"{address}?lang=en", "localhost", 200),
        ("POST", address, "localhost", 405),
        ("GET", address.replace(".ics", "x.ics"), "localhost", 404),
        ("GET", address, "evil.example", 400),
    ):
        with pages(app) as reached:
            answer = client.open(path, method=method, headers={"Host": host})
        assert answer.status_code == status
        assert reached == ["page"] or host == "evil.example"


def test_a_poll_is_counted_and_logged_by_its_pattern_with_its_number(client, address, caplog):
    caplog.set_level(logging.INFO)
    answer = client.get(address)
    (line,) = [record for record in caplog.records if record.message == "request answered"]
    assert (line.method, line.route, line.status) == ("GET", "/feeds/<token>.ics", 200)
    assert line.http_id == answer.headers["X-Request-Id"]
    assert 'route="/feeds/<token>.ics",status="200"' in client.get("/metrics").text.replace('method="GET",', "")


@pytest.mark.parametrize(("times", "by"), [(1, []), (2, ["page"])])
@pytest.mark.both_databases
def test_a_database_that_fails_is_asked_again_and_then_by_the_page(app, client, address, monkeypatch, times, by):
    engine, asked = db.engine, db.engine.raw_connection
    failures = [engine.dialect.loaded_dbapi.OperationalError("gone")] * times

    def fails_once() -> Any:
        if failures:
            raise failures.pop()
        return asked()

    engine.dispose()  # what stood ready: it is opened anew
    monkeypatch.setattr(engine, "raw_connection", fails_once)
    with pages(app) as reached:
        answer = client.get(address)

    assert (answer.status_code, reached, failures) == (200, by, [])


def test_what_is_damaged_is_made_anew(app: Flask, client: FlaskClient, address: str) -> None:
    whole = client.get(address).data
    with transaction() as writing:
        writing.execute(sa.update(FeedBody).values(packed=b"torn"))

    with pages(app) as reached:
        answers = [client.get(address) for _ in range(2)]

    assert [answer.data for answer in answers] == [whole, whole]
    assert reached == ["page"]


@pytest.mark.both_databases
def test_readers_in_threads_get_only_what_was_true_and_in_the_end_what_is(app, session, client, presenter, address):
    """A server with threads: nothing of one request is another's, and nothing is kept of a change half made."""
    token, user_id = address.removeprefix("/feeds/").removesuffix(".ics"), presenter.user_id
    true = {whole_of(token, now=MONDAY).body}
    got: list[bytes] = []
    over = threading.Event()
    session.rollback()

    def read() -> None:
        browser = app.test_client()
        with app.app_context():
            while not over.is_set():
                got.append(zlib.decompress(browser.get(address, headers=PACKED).data, 31))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()
    for number in range(8):
        with transaction() as writing:
            writing.get_one(User, user_id).given_name = f"Ana {number}"
        true.add(whole_of(token, now=MONDAY).body)
        session.rollback()
        assert client.get(address).data == whole_of(token, now=MONDAY).body
        session.rollback()
    over.set()
    for one in readers:
        one.join()

    assert len(true) == 9
    assert set(got) <= true
    assert queries.wrong_bodies(MONDAY) == []

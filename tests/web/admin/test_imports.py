"""A register is uploaded, checked, and stored; long work is watched with and without JavaScript."""

import pytest
from sqlalchemy import func, select

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.jobs import work
from scheduler.jobs.long_work import do_long_work
from scheduler.jobs.models import LongWork
from scheduler.jobs.terms import Phase, WorkKind
from scheduler.places.models import Host
from scheduler.policy import Role
from tests.factories.people import make_user
from tests.factories.places import make_municipality
from tests.factories.work import make_work
from tests.web.browser import browser_of

HEAD = "id;naziv;vrsta;opština\n"
GOOD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n".encode()
BAD = f"{HEAD}7;Вук Караџић;osnovna škola;Ниш\n8;Бранко;osnovna škola;Атлантида\n".encode()


@pytest.fixture
def coordinator(session):
    make_municipality()
    return make_user(Role.COORDINATOR)


@pytest.fixture
def browser(app, coordinator):
    return browser_of(app, coordinator)


def upload(browser, content: bytes, name: str = "skole.csv"):
    """As a browser sends a file; made by hand, because the client of the tests leaves files of large bodies open."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    return browser.post("/imports?lang=en", data=body, content_type="multipart/form-data; boundary=edge")


def hosts() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Host)) or 0


def test_a_register_is_checked_first_and_stored_on_the_second_press(browser):
    checked = upload(browser, GOOD).location
    assert "Waits for the worker" in browser.get(f"{checked}?lang=en").text
    do_long_work.call_local()
    page = browser.get(f"{checked}?lang=en").text
    assert ("This would change" in page, hosts()) == (True, 0)

    stored = browser.post(f"/imports/{checked.rpartition('/')[2]}/apply").location
    do_long_work.call_local()

    assert ("Stored, all of it." in browser.get(f"{stored}?lang=en").text, hosts()) == (True, 1)
    assert "skole.csv" in browser.get("/imports").text


def test_a_problem_is_named_with_its_line_and_nothing_can_be_stored(browser):
    checked = upload(browser, BAD).location
    do_long_work.call_local()

    page = browser.get(f"{checked}?lang=en").text

    assert "1 problem: nothing is stored" in page
    assert "This municipality is not known." in page
    assert "Store all of it" not in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "skole.csv", "this one is empty"),
        (GOOD, "", "Choose a file."),
        (b"PK\x03\x04 rest", "skole.xlsx", "Save the spreadsheet as CSV first"),
        (GOOD, "skole.exe", "ends in .csv"),
        (b"x" * 900_001, "skole.csv", "Choose a smaller file"),
    ],
)
def test_what_is_no_register_is_refused_at_the_door(browser, session, content, name, words):
    answer = upload(browser, content, name)

    assert (answer.status_code, words in answer.text) == (422, True)
    assert session.scalars(select(LongWork)).all() == []


def test_a_body_that_is_far_too_large_is_not_read_at_all(browser):
    assert upload(browser, b"x" * 1_100_000).status_code == 413


def test_running_work_shows_its_bar_and_moves_by_itself_or_by_a_link(browser, coordinator):
    row = make_work(coordinator, content=GOOD, created_at=clock.now())
    taken = work.take(row.id, now=clock.now())
    work.tell(taken, Phase.COMPARING, 1, 2, now=clock.now())

    page = browser.get(f"/work/{row.id}?lang=en").text

    assert '<progress class="batch__bar" max="2" value="1"' in page
    assert "Comparing with what is stored" in page
    assert 'data-hx-trigger="every 2s"' in page
    assert "look again" in page


def test_ended_work_asks_no_more(browser, coordinator):
    row = make_work(coordinator, content=GOOD)
    do_long_work.call_local()

    assert "data-hx-trigger" not in browser.get(f"/work/{row.id}").text


def test_work_is_shown_to_its_centre_only(app, coordinator):
    row = make_work(coordinator)

    for role, status in ((Role.COORDINATOR, 404), (Role.SAFEGUARDING, 403)):
        assert browser_of(app, make_user(role)).get(f"/work/{row.id}").status_code == status


def test_an_issue_of_certificates_is_not_applied_as_an_import(browser, coordinator):
    row = make_work(coordinator, WorkKind.ISSUE_CERTIFICATES)

    assert browser.post(f"/imports/{row.id}/apply").status_code == 404

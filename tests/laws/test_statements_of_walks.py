"""How many statements each walk makes at most: a ceiling is raised only with a reason.

A walk that asks more has begun to open a row twice; one that writes more, to store what has not changed.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.attendance.service.counting import assume_silent
from scheduler.certificates.service.issuing import issue_certificates
from scheduler.certificates.signature import renew_key
from scheduler.policy import SYSTEM, Role
from scheduler.requests.service.desk import agree_request
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from tests.ceilings import at_most
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.calendar import make_entries
from tests.factories.counting import LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.feeds import make_entry_for, make_feed
from tests.factories.people import make_user, presenter_actor
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL
from tests.requests.shorthand import ask, coordinator_of
from tests.standing_clock import StandingClock
from tests.visits.scene import Scene, visit_of
from tests.web.browser import browser_of

#                              SELECTs, writes; in each that writes a mail one asks for the centre's own texts
WALKS = {
    "a school asks": (6, 7),
    "a coordinator accepts": (6, 3),
    "plan": (10, 17),
    "suggest": (5, 3),
    "offer": (10, 7),
    "answer": (12, 6),
    # one for the centre that the mail says to call; the last two writes: an earlier plan of who drives goes, this comes
    "confirm": (14, 11),
    "a phone polls: 200": (1, 0),  # the same row with its bytes
    "a phone polls: 304": (1, 0),  # one row by its index
    "head count": (18, 28),  # ready and delivered are two UPDATEs; one each: whether it came before, and that it came
    "lock": (12, 7),  # the last takes the mark of old figures: they are added up in the same transaction
    "issue certificates": (15, 8),  # one for the key that signs; the last two: programme, centre, hours of the mail
    "download a certificate": (3, 0),  # the paper, its visit, the key that signs its code
    "check a certificate": (1, 0),
    "attendance report": (9, 0),  # the last asks for the centre's minors: whether the page named one (TRUST S34)
    "free dates": (6, 0),
    # two read the visit, with its request, and for who could go; five those: who stands first, who they are, their
    # papers, promises and hours; one asks what there is beside a visit; the last as above
    "a visit's page": (13, 0),
}


@contextmanager
def walk(name: str) -> Iterator[None]:
    """What happens inside the block stays within the ceilings of its name."""
    with asked_and_written() as made:
        yield
    selects, writes = WALKS[name]
    at_most(selects, made.selects, f"SELECTs of: {name}")
    at_most(writes, made.writes, f"writes of: {name}")


@pytest.fixture
def scene(session: Session) -> Scene:
    """A visit that was planned as people plan it, with its calendar texts."""
    scene = Scene(planned=False)
    scene.visit_id = scene.plan()
    return scene


@pytest.fixture
def at(the_clock: StandingClock) -> None:
    """The clock of the pages stands where the factories of counting begin."""
    the_clock.stands_at(LEAVING)


def coordinator_in(app: Flask, centre_id: int) -> FlaskClient:
    """A coordinator's browser that has opened a page before: what the application keeps it has."""
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=centre_id))
    browser.get("/desk")
    return browser


def test_a_school_asks_and_a_coordinator_accepts(session):
    named = {"programme_id": make_programme().id, "host_id": make_host().id}
    with walk("a school asks"):
        ask(**named)
    new = make_school_request(RequestState.TRIAGE)
    coordinator, request_id = coordinator_of(new), new.id
    with walk("a coordinator accepts"):
        agree_request(coordinator, request_id, now=MONDAY)


def test_a_visit_is_planned(session):
    scene = Scene(planned=False)
    draft = scene.draft()
    with walk("plan"):
        plan_visit(scene.coordinator, draft, now=MONDAY)


def test_a_crew_is_found(scene):
    educator = scene.educator()
    teacher, presenter_id = presenter_actor(educator), educator.id
    with walk("suggest"):
        suggest_presenter(scene.coordinator, scene.visit_id, presenter_id, now=MONDAY)
    with walk("offer"):
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    with walk("answer"):
        answer_offer(teacher, scene.visit_id, accepts=True, now=MONDAY)
    with walk("confirm"):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)


def test_a_phone_polls_its_calendar(client):
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    address = f"/feeds/{make_feed(presenter)}.ics"
    tag = client.get(address).headers["ETag"]

    with walk("a phone polls: 200"):
        whole = client.get(address)
    with walk("a phone polls: 304"):
        unchanged = client.get(address, headers={"If-None-Match": tag})

    assert (whole.status_code, unchanged.status_code) == (200, 304)


@pytest.mark.usefixtures("at")
def test_heads_are_counted_on_a_phone(app):
    begun = a_begun_visit()
    make_entries(begun.presentations[0])
    phone, path = browser_of(app, begun.educator), f"/visits/{begun.visit.number}/count"
    phone.get(path)
    typed = {"pupils": "88", "parents": "0", "teachers": "2", "others": "0", "minutes_given": "45", "turned_away": "0"}

    with walk("head count"):
        answer = phone.post(f"{path}/1", data=typed | {"teacher_present": "y"})

    assert answer.location == path


@pytest.mark.usefixtures("at")
def test_a_count_is_locked_at_the_desk(app):
    begun = a_counted_visit()
    assume_silent(now=LEAVING + dt.timedelta(days=7))
    desk, path = coordinator_in(app, begun.visit.centre_id), f"/attendance/{begun.visit.number}/lock"
    seen = {"ordinal": "1", "mark": "assumed-1", "source": "educator"}
    with walk("lock"):
        answer = desk.post(path, data={f"presentations-0-{name}": said for name, said in seen.items()})
    assert answer.status_code == 302


@pytest.mark.usefixtures("at")
def test_a_certificate_is_issued_downloaded_and_checked(app):
    begun = a_locked_visit(names=("Ана Петровић",))
    desk, visit_id = coordinator_in(app, begun.visit.centre_id), begun.visit.id
    renew_key(now=LEAVING)  # every paper but the first finds one
    with walk("issue certificates"):
        [number, *_rest] = issue_certificates(SYSTEM, visit_id, now=LEAVING).numbers
    with walk("download a certificate"):
        paper = desk.get(f"/certificates/{number}.pdf")
    with walk("check a certificate"):
        page = app.test_client().get(f"/certificates/{number}")
    assert (paper.mimetype, page.status_code) == ("application/pdf", 200)


@pytest.mark.usefixtures("at")
def test_the_attendance_report_is_read(app):
    desk = coordinator_in(app, a_locked_visit().visit.centre_id)
    with walk("attendance report"):
        page = desk.get("/reports/attendance", query_string={"first": "2026-01-01", "last": "2026-12-31"})
    assert page.status_code == 200


def test_anybody_looks_for_a_free_date(client):
    programme, town = make_programme(), make_municipality("Пирот", lat=43.15, lon=22.58)
    a_cleared_educator(centre_id=programme.centre_id)
    asked = {"municipality": town.id, "programme": programme.slug}
    client.get("/free")
    with walk("free dates"):
        page = client.get("/free", query_string=asked)
    assert page.status_code == 200


def test_a_visits_page_is_read(app, session, scene):
    scene.confirmed_by(scene.educator())
    scene.educator()  # who could go as well
    number = visit_of(session, scene).number
    desk = coordinator_in(app, scene.centre_id)
    with walk("a visit's page"):
        page = desk.get(f"/visits/{number}")
    assert page.status_code == 200

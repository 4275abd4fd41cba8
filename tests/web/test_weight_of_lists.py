"""A list is light on a bad line: at 100 rows its page weighs at most 60 KB as it is sent, and more rows make a pager.

`pytest -s` shows the table.
"""

import datetime as dt

import pytest

from scheduler.attendance.terms import AttendanceState
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.certificates import make_certificate
from tests.factories.messages import make_message
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit
from tests.web.browser import sign_in_as

ROWS, MOST_BYTES = 120, 60_000
NAMES = ("Вук Караџић", "Десанка Максимовић", "Јован Јовановић Змај", "Милош Црњански", "Исидора Секулић")


@pytest.fixture
def hosts(app):
    town = make_municipality()
    return [make_host(f"{NAMES[n % 5]} {n}", municipality_id=town.id).id for n in range(ROWS)]


@pytest.fixture
def light(app, client, programme):
    """The page at an address as a coordinator who is also of other roles gets it; it is light and leads to more."""
    everybody = (Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR)
    sign_in_as(client, make_user(*everybody, centre_id=programme.centre_id).id)

    def page_of(path: str, *pagers: str) -> str:
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.status_code == 200, path
        page = client.get(path).text
        print(f"{path:60} {rows_in(page):4} rows {len(packed.data) / 1000:6.1f} KB of {len(page.encode()) / 1000:7.1f}")
        assert len(packed.data) <= MOST_BYTES
        assert [one for one in pagers or ("page=2",) if one not in page] == []
        return page

    return page_of


def rows_in(page: str) -> int:
    return page.count("<tr")


def test_the_inbox(light, programme, hosts):
    for host_id in hosts:
        make_school_request(RequestState.NEW, programme=programme, host_id=host_id)

    for path in ("/requests", "/requests?show=open"):
        light(path)


def test_the_mails(light, programme):
    for number in range(ROWS):
        make_message(f"teacher{number}@school.example", centre_id=programme.centre_id)

    light("/messages")


@pytest.mark.deep
def test_people_and_their_proofs(light, programme):
    for number in range(ROWS):
        a_cleared_educator(centre_id=programme.centre_id, given_name=f"Ана {number}", family_name="Петровић")
        make_user(centre_id=programme.centre_id)

    for path in ("/people", "/people/users", "/safeguarding"):
        light(path)


MONTHS = "<h2>Презентације по граду и месецу"  # a table beside, of all cities


@pytest.mark.deep
def test_the_report_of_a_centre_that_has_been_everywhere(light, programme):
    today, district = MONDAY.date(), make_district().id
    for number in range(ROWS):
        town = make_municipality(f"Бела Паланка {number}", district_id=district)
        host = make_host(f"{NAMES[number % 5]} {number}", municipality_id=town.id)
        visit = make_visit(VisitState.DELIVERED, programme=programme, host_id=host.id, on_day=today)
        make_attendance(make_presentation(visit, state=PresentationState.DELIVERED))

    report = f"/reports/attendance?by=city&by=month&first={today - dt.timedelta(days=60)}&last={today}"
    first, second = light(report), light(f"{report}&page=2")
    rows = [rows_in(page.partition(MONTHS)[0]) for page in (first, second)]
    assert rows == [100 + len(("head", "total")), ROWS - 100 + len(("head", "total"))]


@pytest.mark.deep
def test_the_certificates_and_the_visits_that_they_are_of(light, programme, hosts):
    for host_id in hosts:
        visit = make_visit(VisitState.DELIVERED, programme=programme, host_id=host_id)
        talk = make_presentation(visit, state=PresentationState.DELIVERED)
        make_attendance(talk)
        make_certificate(visit, issued_at=talk.ends_at)

    for path in ("/certificates/issued", f"/reports/visits?first={VISIT_DAY}&last={VISIT_DAY}"):
        light(path)


@pytest.mark.deep
def test_numbers_that_wait_and_numbers_that_are_missing(light, programme, hosts):
    day = MONDAY.date() - dt.timedelta(days=9)
    for number, host_id in enumerate(hosts):
        for state in (AttendanceState.ASSUMED, None)[: 2 - number % 2]:
            visit = make_visit(VisitState.CONFIRMED, programme=programme, host_id=host_id, on_day=day)
            for hour in (9, 10):
                talk = make_presentation(visit, dt.time(hour), PresentationState.CONFIRMED)
                if state:
                    make_attendance(talk, state=state)

    page = light("/attendance", "page=2", "late=2")  # both lists are full
    assert rows_in(page) == len(("head", *range(100))) + len(("head", *range(100)))  # a visit of two talks is a line
    assert rows_in(light("/attendance?late=2")) == len(("head", *range(100))) + len(("head", *range(20)))
    light("/attendance/assumed")
    assert light("/attendance/assumed?page=3").count('name="chosen"') == 40


def test_proofs_that_wait(light, programme):
    for number in range(ROWS):
        make_presenter(centre_id=programme.centre_id, given_name=f"Ана {number}", family_name="Петровић")

    light("/safeguarding", "waits=2")
    assert rows_in(light("/safeguarding?waits=2", "waits=")) == len(("head", *range(20)))


def test_a_week_of_more_visits_than_any_centre_has(light, programme, hosts):
    monday = MONDAY.date() + dt.timedelta(days=14)
    monday -= dt.timedelta(days=monday.weekday())
    for number, host_id in enumerate(hosts):
        day = monday + dt.timedelta(days=number % 5)
        visit = make_visit(VisitState.PLANNED, programme=programme, host_id=host_id, on_day=day)
        make_presentation(visit, ordinal=1)

    light(f"/visits?from={monday}")
    assert rows_in(light(f"/visits?from={monday}&page=2", "page=")) == len(("head", *range(20)))

"""A lost link is found again: one mail lists all visits of an address, and its page opens each of them."""

from scheduler.booking.service.addresses import send_own_visits
from scheduler.messages.models import OutboxMessage
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit
from tests.web.reading import a_link, rows_of

ADDRESS = "has@school.example"


def two_schools() -> list:
    """Two visits of one address at one school and one at another, made in another order."""
    programme = make_programme()
    hosts = make_host("Змај"), make_host("Авала")
    given = {"programme": programme, "contact_email": ADDRESS}
    rows = [make_school_request(RequestState.CONFIRMED, host_id=hosts[n].id, **given) for n in (0, 1)]
    rows.append(make_school_request(RequestState.NEW, host_id=hosts[0].id, **given))
    for row in rows[:2]:
        of_it = {"host_id": row.host_id, "school_request_id": row.id, "on_day": row.first_day}
        make_presentation(make_visit(VisitState.CONFIRMED, programme=programme, **of_it))
    return rows


def test_one_mail_lists_all_visits_by_school_and_day(session):
    rows = two_schools()
    make_school_request(RequestState.NEW, contact_email="other@school.example")

    send_own_visits(ADDRESS, language="en", network="10.0.0.0/24", now=MONDAY)

    [mail] = rows_of(OutboxMessage)
    places = [mail.text.index(row.number) for row in (rows[1], rows[0], rows[2])]
    assert places == sorted(places)
    assert (mail.text.count("Confirmed."), mail.text.count("Not confirmed yet.")) == (2, 1)
    assert (mail.link_purpose, mail.address) == ("visits", ADDRESS)


def test_the_page_of_the_mail_opens_each_visit_and_no_other(client, session):
    rows = two_schools()
    other = make_school_request(RequestState.NEW, contact_email="other@school.example")
    token = a_link(rows[2].id, "visits")

    page = client.get(f"/book/mine/{token}?lang=en").text

    assert all(row.number in page for row in rows)
    assert other.number not in page
    opened = client.post(f"/book/mine/{token}/{rows[0].number}")
    assert rows[0].number in client.get(opened.location).text
    assert client.post(f"/book/mine/{token}/{other.number}").status_code == 404
    assert client.get(f"/status/{token}").status_code == 404
    assert client.get("/book/mine/invented").status_code == 404


def test_whoever_looks_for_her_booking_finds_the_way(client):
    assert all("/book/link" in client.get(page).text for page in ("/", "/sign-in"))

"""What a school hands on: a page to read, a text, an invitation, a calendar file; and whom it calls about its visit."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.core.language import long_day, short_day
from scheduler.people.models import Centre
from scheduler.programmes.terms import Audience
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.requests.answered import text_of

MONTH = dt.timedelta(days=30)


@dataclass
class HandedOn:
    """A visit with an adult and a minor in its crew, and what its school holds of it."""

    secret: str
    number: str
    uid: str
    day: dt.date


def told(state: RequestState = RequestState.CONFIRMED, visit_state: VisitState = VisitState.CONFIRMED) -> HandedOn:
    adult = a_cleared_educator(given_name="Jelena", family_name="Ristić")
    minor = a_cleared_minor(centre_id=adult.centre_id, given_name="Qtara", family_name="Qnedodirljivić")
    programme = make_programme(Audience.PARENTS, centre_id=adult.centre_id)
    asked = make_school_request(state, programme=programme)
    day = asked.first_day + dt.timedelta(days=1)
    facts = {"programme": programme, "host_id": asked.host_id, "school_request_id": asked.id, "on_day": day}
    presentation = make_presentation(make_visit(visit_state, **facts), dt.time(9, 55))
    make_assignment(presentation, adult.id)
    make_assignment(presentation, minor.id)
    with transaction() as session:
        session.get_one(Centre, adult.centre_id).phone = "021 555 000"
        of_it = RequestedPresentation.school_request_id == asked.id
        session.execute(update(RequestedPresentation).where(of_it).values(audience=Audience.PARENTS, parents=40))
        secret = tokens.mint("status", asked.id, lasts=MONTH, now=MONDAY)
    uid = db.session.get_one(Presentation, presentation.id).uid
    return HandedOn(secret, asked.number, uid, day)


def shared(client: FlaskClient, secret: str) -> tuple[str, str]:
    """The page with the text, and the address of the page to read."""
    share = str(client.post(f"/status/{secret}/share").location)
    return share, f"/read/{share.rpartition('/')[2]}"


def test_colleagues_read_what_when_and_where_and_can_do_nothing(app, client):
    visit = told()
    share, page = shared(client, visit.secret)

    said, read = client.get(f"{share}?lang=en"), app.test_client().get(f"{page}?lang=en")

    assert page in said.text
    assert "viber://forward?text=" in said.text
    assert page in unquote(said.text.partition("viber://forward?text=")[2].partition('"')[0])
    assert {"09:55", "Jelena Ristić", "A young presenter comes along"} <= {
        word for word in ("09:55", "Jelena Ristić", "A young presenter comes along") if word in read.text
    }
    assert "<form" not in read.text.partition("<main")[2].partition("</main>")[0]
    assert visit.secret not in read.text
    assert app.test_client().post(page).status_code == 405


@pytest.mark.parametrize("lang", ["en", "sr_Cyrl", "sr_Latn"])
def test_nothing_that_is_handed_on_names_a_young_presenter(client, lang):
    visit = told()
    share, page = shared(client, visit.secret)
    ways = [share, page, f"{page}/visit.ics", f"/status/{visit.secret}/visit.ics", f"/status/{visit.secret}/invitation"]

    answers = {way: client.get(f"{way}?lang={lang}") for way in ways}

    assert {way: answer.status_code for way, answer in answers.items()} == dict.fromkeys(ways, 200)
    assert [way for way, answer in answers.items() if "Qtara" in answer.text or "Qnedod" in answer.text] == []


def test_the_calendar_file_is_the_same_event_as_everywhere_and_leads_to_no_sign_in(client):
    visit = told()

    answer = client.get(f"/status/{visit.secret}/visit.ics?lang=en")

    assert answer.mimetype == "text/calendar"
    assert f"UID:{visit.uid}" in answer.text.replace("\r\n ", "")
    assert "STATUS:CONFIRMED" in answer.text
    assert "/visits/" not in answer.text.replace("\r\n ", "")


def test_what_is_not_confirmed_stands_in_no_calendar(client):
    visit = told(RequestState.STAFFING, VisitState.OFFERED)
    _share, page = shared(client, visit.secret)

    assert client.get(f"/status/{visit.secret}/visit.ics").status_code == 404
    assert "not confirmed yet" in client.get(f"{page}?lang=en").text
    assert "visit.ics" not in client.get(f"/status/{visit.secret}").text


def test_the_invitation_says_what_when_and_whom_a_parent_calls(client):
    visit = told()

    words = text_of(client.get(f"/status/{visit.secret}/invitation?lang=en"))

    assert "Invitation for parents" in words
    assert "09:55" in words
    assert "19833" in words


def test_a_link_to_read_opens_no_page_of_the_school_and_no_other_request(client):
    visit, other = told(), told()
    _share, page = shared(client, visit.secret)
    token = page.rpartition("/")[2]

    assert client.get(f"/status/{token}").status_code == 404
    assert client.get(f"/read/{visit.secret}").status_code == 404
    assert client.get(f"/status/{other.secret}/share/{token}").status_code == 404


def test_the_page_of_a_school_says_whom_to_call_and_it_is_its_centre(client):
    visit = told()

    for way in ("", "/date"):
        words = text_of(client.get(f"/status/{visit.secret}{way}?lang=en"))
        assert "Call the centre: 021 555 000" in words, way
        assert "Call the centre: 19833" not in words


def test_the_childrens_line_is_nobodys_number_for_a_visit(client):
    visit = told()
    with transaction() as session:
        session.execute(update(Centre).values(phone="198 33", email="desk@centre.example"))

    words = text_of(client.get(f"/status/{visit.secret}?lang=en"))

    assert "Call the centre" not in words
    assert "Write to the centre: desk@centre.example" in words


def test_after_cancelling_the_page_says_so_and_offers_to_book_again(client):
    visit = told()

    said = client.post(f"/status/{visit.secret}/cancel?lang=en", data={"cause": "other", "reason": "Exams"})
    after = client.get(f"/status/{visit.secret}?lang=en")
    again = client.post(f"/status/{visit.secret}/again")

    assert "The visit is cancelled" in said.text
    assert f"/status/{visit.secret}/again" in said.text
    assert "You cancelled the visit" in after.text
    assert again.location.startswith("/book/")


def test_a_school_books_one_more_visit_with_what_it_said_last_time(client):
    visit = told()

    assert "Book one more visit" in client.get(f"/status/{visit.secret}?lang=en").text
    assert client.post(f"/status/{visit.secret}/again").location == "/book/when"
    assert 'value="40"' in client.get("/book/who").text


def test_colleagues_read_the_whole_day_under_one_link(app, client):
    """Text and page name the other parts that stand, each behind the same link; of a withdrawn one nothing is said."""
    visit = told()
    first = db.session.scalars(select(SchoolRequest).where(SchoolRequest.number == visit.number)).one()
    of_it = {"host_id": first.host_id, "contact_email": first.contact_email, "booking": first.booking}
    gathering = make_programme(Audience.TEACHERS, centre_id=first.centre_id, name_en="Gathering of teachers")
    second = make_school_request(RequestState.CONFIRMED, programme=gathering, **of_it)
    facts = {"programme": gathering, "host_id": first.host_id, "school_request_id": second.id, "on_day": visit.day}
    make_presentation(make_visit(VisitState.CONFIRMED, **facts), dt.time(13, 30))
    over = make_school_request(RequestState.WITHDRAWN, programme=gathering, **of_it)
    share, page = shared(client, visit.secret)

    text = client.get(f"{share}?lang=en").text
    read = app.test_client().get(f"{page}?lang=en")
    other = app.test_client().get(f"{page}~{second.number}?lang=en")

    assert "Gathering of teachers" in text
    assert text.count("13:30") == 1
    assert f'href="{page}~{second.number}"' in read.text
    assert "13:30" in text_of(read)
    assert over.number not in read.text
    assert f'href="{page}~{visit.number}"' in other.text


@pytest.mark.parametrize("days", [0, 3])
def test_before_anything_is_agreed_colleagues_read_the_wished_days_and_hours(app, client, days):
    row = make_school_request(RequestState.NEW)
    last = row.first_day + dt.timedelta(days=days)
    with transaction() as session:
        session.get_one(SchoolRequest, row.id).last_day = last
        of_it = RequestedPresentation.school_request_id == row.id
        session.execute(update(RequestedPresentation).where(of_it).values(starts_local=dt.time(18)))
        secret = tokens.mint("status", row.id, lasts=MONTH, now=MONDAY)
    asked = long_day(row.first_day, "en") if not days else f"{short_day(row.first_day, 'en')} – {short_day(last, 'en')}"

    share, page = shared(client, secret)

    assert f"We asked for: {asked}, 18:00.\nThe day is not agreed yet." in client.get(f"{share}?lang=en").text
    assert "18:00" in text_of(app.test_client().get(f"{page}?lang=en"))


@pytest.mark.parametrize(("audience", "stays"), [(Audience.PUPILS, True), (Audience.TEACHERS, False)])
def test_a_teacher_who_stays_and_a_note_to_parents_are_for_talks_with_pupils(client, audience, stays):
    visit = told()
    with transaction() as session:
        session.execute(update(RequestedPresentation).values(audience=audience, pupils=20, parents=0, teachers=5))
    _share, page = shared(client, visit.secret)

    own, read = client.get(f"/status/{visit.secret}?lang=en").text, client.get(f"{page}?lang=en").text

    assert [("A teacher stays in the classroom" in shown) for shown in (own, read)] == [stays, stays]
    assert "check their identity at the door" in read
    assert ("/parents.pdf" in own) is stays

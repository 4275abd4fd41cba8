"""What a school hands on of its visit: the page to read, its calendar file, the invitation; and booking once more."""

import datetime as dt
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from scheduler.core.db import transaction
from scheduler.core.language import long_day, short_day
from scheduler.people.models import Centre
from scheduler.programmes.terms import Audience
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit
from tests.web.reading import text_of
from tests.web.requests.schools import School, asked


def a_visit_for_parents(state=RequestState.CONFIRMED, visit_state=VisitState.CONFIRMED) -> School:
    """An adult and a minor go to an evening for forty parents."""
    centre = make_centre(phone="021 555 000")
    school = School(state, visit_state, audiences=(Audience.PARENTS,), centre_id=centre.id).with_crew()
    with transaction() as session:
        of_it = RequestedPresentation.school_request_id == school.row.id
        session.execute(update(RequestedPresentation).where(of_it).values(audience=Audience.PARENTS, parents=40))
    return school


@pytest.fixture
def school(session) -> School:
    return a_visit_for_parents()


def shared(client, school: School) -> tuple[str, str]:
    """The page with the text, and the address of the page to read."""
    share = str(client.post(f"{school.status}/share").location)
    return share, f"/read/{share.rpartition('/')[2]}"


def test_colleagues_read_what_when_and_where_and_can_do_nothing(app, client, school):
    share, page = shared(client, school)
    colleague = app.test_client()

    text, read = client.get(f"{share}?lang=en").text, colleague.get(f"{page}?lang=en").text

    forward = text.partition("viber://forward?text=")[2].partition('"')[0]
    assert (page in text, page in unquote(forward)) == (True, True)
    for word in ("09:55", "Jelena Ristić", "A young presenter comes along"):
        assert word in read
    assert "<form" not in read.partition("<main")[2].partition("</main>")[0]
    assert school.secret not in read
    assert colleague.post(page).status_code == 405


@pytest.mark.parametrize("lang", ["en", "sr_Cyrl", "sr_Latn"])
def test_nothing_that_is_handed_on_names_a_young_presenter(client, school, lang):
    share, page = shared(client, school)
    ways = [share, page, f"{page}/visit.ics", f"{school.status}/visit.ics", f"{school.status}/invitation"]

    answers = {way: client.get(f"{way}?lang={lang}") for way in ways}

    assert {way: answer.status_code for way, answer in answers.items()} == dict.fromkeys(ways, 200)
    names = ("Tara", "Тара", "Nedodir", "Недодир")
    assert [way for way, answer in answers.items() if any(name in answer.text for name in names)] == []


def test_the_calendar_file_is_the_same_event_as_everywhere_and_leads_to_no_sign_in(client, school):
    answer = client.get(school.at("/visit.ics"))

    unfolded = answer.text.replace("\r\n ", "")
    assert answer.mimetype == "text/calendar"
    for line in (f"UID:{school.presentation.uid}", "STATUS:CONFIRMED"):
        assert line in unfolded
    assert "/visits/" not in unfolded


def test_what_is_not_confirmed_stands_in_no_calendar(client, session):
    school = a_visit_for_parents(RequestState.STAFFING, VisitState.OFFERED)
    _share, page = shared(client, school)

    assert client.get(f"{school.status}/visit.ics").status_code == 404
    assert "We confirm the visit as soon as" in client.get(f"{page}?lang=en").text
    assert "visit.ics" not in client.get(school.status).text


def test_the_invitation_says_what_when_and_whom_a_parent_calls(client, school):
    words = text_of(client.get(school.at("/invitation")))

    for word in ("Invitation for parents", "09:55", "19833"):
        assert word in words


def test_a_link_to_read_opens_no_page_of_the_school_and_no_other_request(client, school):
    token = shared(client, school)[1].rpartition("/")[2]
    other = a_visit_for_parents()

    for page in (f"/status/{token}", f"/read/{school.secret}", f"{other.status}/share/{token}"):
        assert client.get(page).status_code == 404


@pytest.mark.parametrize("page", ["", "/date"])
def test_the_page_of_a_school_says_whom_to_call_and_it_is_its_centre(client, school, page):
    words = text_of(client.get(school.at(page)))

    assert ["Call the centre: 021 555 000" in words, "Call the centre: 19833" in words] == [True, False]


def test_the_childrens_line_is_nobodys_number_for_a_visit(client, school):
    with transaction() as session:
        session.execute(update(Centre).values(phone="198 33", email="desk@centre.example"))

    words = text_of(client.get(school.at()))

    assert ["Call the centre" in words, "Write to the centre: desk@centre.example" in words] == [False, True]


def test_a_school_books_one_more_visit_or_after_cancelling_another_with_what_it_said_last_time(client, school):
    assert "Book one more visit" in client.get(school.at()).text
    assert client.post(f"{school.status}/again").location == "/book/when"
    assert 'value="40"' in client.get("/book/who").text

    cancelled = client.post(school.at("/cancel"), data={"cause": "other", "reason": "Exams"}).text
    for words in ("The visit is cancelled", f"{school.status}/again"):
        assert words in cancelled
    assert "You cancelled the visit" in client.get(school.at()).text
    assert client.post(f"{school.status}/again").location.startswith("/book/")


def test_colleagues_read_the_whole_day_under_one_link(app, client, school):
    """Text and page name the other parts that stand, each behind the same link; of a withdrawn one nothing is said."""
    first = school.row
    gathering = make_programme(Audience.TEACHERS, centre_id=first.centre_id, name_en="Gathering of teachers")
    of_it = {"host_id": first.host_id, "contact_email": first.contact_email, "booking": first.booking}
    second, over = (
        make_school_request(state, programme=gathering, **of_it)
        for state in (RequestState.CONFIRMED, RequestState.WITHDRAWN)
    )
    facts = {"programme": gathering, "host_id": first.host_id, "school_request_id": second.id}
    visit = make_visit(VisitState.CONFIRMED, on_day=school.visit.on_day, **facts)
    make_presentation(visit, dt.time(13, 30))
    share, page = shared(client, school)
    colleague = app.test_client()

    text = client.get(f"{share}?lang=en").text
    read, other = (colleague.get(f"{one}?lang=en") for one in (page, f"{page}~{second.number}"))

    assert ("Gathering of teachers" in text, text.count("13:30")) == (True, 1)
    assert f'href="{page}~{second.number}"' in read.text
    assert ("13:30" in text_of(read), over.number in read.text) == (True, False)
    assert f'href="{page}~{first.number}"' in other.text


@pytest.mark.parametrize("days", [0, 3])
def test_before_anything_is_agreed_colleagues_read_the_wished_days_and_hours(app, client, days):
    school = asked()
    first, last = school.row.first_day, school.row.first_day + dt.timedelta(days=days)
    with transaction() as session:
        school.row.last_day = last
        session.execute(update(RequestedPresentation).values(starts_local=dt.time(18)))
    wished = f"{short_day(first, 'en')} – {short_day(last, 'en')}" if days else long_day(first, "en")

    share, page = shared(client, school)

    assert f"We asked for: {wished}, 18:00.\nThe day is not agreed yet." in client.get(f"{share}?lang=en").text
    assert "18:00" in text_of(app.test_client().get(f"{page}?lang=en"))


@pytest.mark.parametrize(("audience", "stays"), [(Audience.PUPILS, True), (Audience.TEACHERS, False)])
def test_a_teacher_who_stays_and_a_note_to_parents_are_for_talks_with_pupils(client, school, audience, stays):
    with transaction() as session:
        session.execute(update(RequestedPresentation).values(audience=audience, pupils=20, parents=0, teachers=5))
    _share, page = shared(client, school)

    own, read = client.get(school.at()).text, client.get(f"{page}?lang=en").text

    assert ["A teacher stays in the " in shown for shown in (own, read)] == [stays, stays]
    assert "check their identity at the door" in read
    assert ("/parents.pdf" in own) is stays

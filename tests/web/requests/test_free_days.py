"""The calendar of free days: in the booking's question about days, and on the open page."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.core.language import long_day
from scheduler.people.models import AvailabilityException, AvailableHours, PresenterLanguage
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.requests.models import SchoolRequest
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.requests.answered import answers, text_of

pytestmark = pytest.mark.usefixtures("hands")
DAY_BUTTON = re.compile(r'<button class="free-month__day"[^>]* type="submit" name="day" value="([\d-]+)">')
DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')


@pytest.fixture
def educator(programme):
    """Comes on every weekday from 8 to 16."""
    person = a_cleared_educator(centre_id=programme.centre_id, given_name="Наташа", family_name="Бојић")
    _hours(person.id)
    return person


def _hours(presenter_id: int) -> None:
    with transaction() as session:
        for day in range(7):
            session.add(
                AvailableHours(presenter_id=presenter_id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            )


def begin(client, programme, host) -> None:
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"])


def test_a_day_of_the_calendar_is_pressed_and_becomes_the_wish(client, programme, host, educator):
    begin(client, programme, host)
    days = DAY_BUTTON.findall(client.get("/book/when?lang=en").text)
    earliest = MONDAY.date() + dt.timedelta(days=programme.notice_days)

    response = client.post("/book/when", data={"day": days[0]})

    assert response.location == "/book/who"
    assert dt.date.fromisoformat(days[0]) >= earliest
    first = dt.date.fromisoformat(days[0])
    assert client.get("/book/when").text.count(f'value="{first.day}.{first.month}.{first.year}."') == 2


def test_a_day_that_is_no_answer_is_told_and_nothing_is_kept(client, programme, host, educator):
    begin(client, programme, host)

    for typed in ("2020-01-01", "x", ""):
        assert client.post("/book/when", data={"day": typed}).location == "/book/when"
        assert client.get("/book/when").status_code == 422

    assert client.get("/book/check").location == "/book/when"


def test_without_anybody_free_the_page_says_why_and_days_can_still_be_named(client, programme, host):
    begin(client, programme, host)

    page = text_of(client.get("/book/when?lang=en"))

    assert "No educator of the centre speaks about this yet." in page
    assert "First day that suits you" in page


def test_the_open_page_leads_to_the_booking_with_the_day(client, programme, educator, host):
    town = make_municipality("Пирот", lat=43.15, lon=22.58)
    asked = {"municipality": town.id, "programme": programme.slug, "language": "sr", "lang": "en"}
    links = DAY_LINK.findall(client.get("/free", query_string=asked).text)

    page = client.get(links[0].replace("&amp;", "&") + "&q=karadzic").text

    day = links[0].rpartition("day=")[2]
    assert f'<input type="hidden" name="day" value="{day}">' in page
    client.post("/book", data={"host_id": str(host.id), "programme": programme.slug, "day": day})
    client.post("/book/what", data=answers(programme)["what"])
    wished = dt.date.fromisoformat(day)
    assert f'value="{wished.day}.{wished.month}.{wished.year}."' in client.get("/book/when").text


@pytest.mark.parametrize(
    "typed", [{}, {"municipality": "x"}, {"programme": "x"}, {"language": "x"}, {"municipality": "9" * 30}]
)
def test_the_open_page_stands_whatever_its_address_says(client, programme, typed):
    assert client.get("/free", query_string=typed).status_code == 200


def test_the_open_page_chooses_no_municipality_for_anybody_and_says_that_one_is_missing(client, programme, host):
    first = client.get("/free?lang=en")
    without = client.get("/free", query_string={"municipality": "", "programme": programme.slug, "lang": "en"})

    assert '<option value="">Choose</option>' in first.text
    assert "Choose your municipality" not in first.text
    assert "Choose your municipality: free dates depend on the way." in text_of(without)


def test_nobody_learns_who_is_free(client, programme, host, educator):
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Илић")
    _hours(minor.id)
    with transaction() as session:
        session.merge(programme).influencers = 1
    begin(client, programme, host)
    asked = {"municipality": host.municipality_id, "programme": programme.slug, "lang": "sr_Cyrl"}

    pages = [client.get("/book/when").text, client.get("/free", query_string=asked).text]

    assert minor.kind is PresenterKind.INFLUENCER
    for page in pages:
        assert "free-month__day" in page
        assert not [name for name in ("Тара", "Илић", "Наташа", "Бојић", "Tara", "Ilić", "Nataša") if name in page]


# --- the waiting list by a press ---


def test_where_nothing_is_free_the_booking_goes_on_for_the_waiting_list(client, programme, host):
    begin(client, programme, host)
    assert 'name="waiting" value="yes"' in client.get("/book/when").text

    assert client.post("/book/when", data={"waiting": "yes"}).location == "/book/who"
    for page in ("who", "where", "you"):
        client.post(f"/book/{page}", data=answers(programme)[page])

    assert "for the waiting list" in text_of(client.get("/book/check?lang=en"))
    assert client.post("/book/check").location == "/book/sent"
    [row] = db.session.scalars(select(SchoolRequest)).all()
    assert row.for_waiting_list is True
    assert (row.last_day - row.first_day).days == 119


def test_who_names_days_after_all_is_not_on_the_waiting_list(client, programme, host):
    begin(client, programme, host)
    client.post("/book/when", data={"waiting": "yes"})

    client.post("/book/when", data=answers(programme)["when"])
    for page in ("who", "where", "you"):
        client.post(f"/book/{page}", data=answers(programme)[page])
    client.post("/book/check")

    assert [row.for_waiting_list for row in db.session.scalars(select(SchoolRequest))] == [False]


def test_a_day_pressed_after_the_waiting_list_takes_its_place(client, programme, host, educator):
    begin(client, programme, host)
    client.post("/book/when", data={"waiting": "yes"})
    days = DAY_BUTTON.findall(client.get("/book/when").text)

    client.post("/book/when", data={"day": days[0]})
    for page in ("who", "where", "you"):
        client.post(f"/book/{page}", data=answers(programme)[page])
    client.post("/book/check")

    assert [row.for_waiting_list for row in db.session.scalars(select(SchoolRequest))] == [False]


def test_the_open_page_leads_to_the_waiting_list_with_its_choices(client, programme, host):
    asked = {"municipality": host.municipality_id, "programme": programme.slug, "language": "hu", "lang": "en"}
    page = client.get("/free", query_string=asked).text
    [href] = re.findall(r'href="(/book\?[^"]*day=waiting[^"]*)"', page)
    assert "language=hu" in href

    carried = {"programme": programme.slug, "language": "hu", "day": "waiting"}
    client.post("/book", data={"host_id": str(host.id), **carried})

    assert re.search(r'<option selected value="hu">', client.get("/book/what").text)
    assert client.post("/book/what", data=answers(programme)["what"]).location == "/book/who"


# --- the reason carries its day ---


def test_the_sentence_about_language_says_until_when_and_from_when(client, programme, host, educator):
    first = MONDAY.date() + dt.timedelta(days=40)
    with transaction() as session:
        session.add(PresenterLanguage(presenter_id=educator.id, language=TeachingLanguage.HUNGARIAN))
        session.add(
            AvailabilityException(presenter_id=educator.id, first_day=MONDAY.date(), last_day=first, available=False)
        )
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"] | {"teaching_language": "hu"})

    response = client.get("/book/when?lang=en")

    free = dt.date.fromisoformat(DAY_BUTTON.findall(response.text)[0])
    assert free > first
    sentence = "No educator who teaches in Hungarian can come to you before this day: "
    assert sentence + long_day(free, "en") in text_of(response)
    assert "Join the waiting list" in response.text


def test_a_language_that_nobody_teaches_in_says_how_far_we_looked(client, programme, host, educator):
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"] | {"teaching_language": "sk"})
    last = MONDAY.date() + dt.timedelta(days=119)

    page = text_of(client.get("/book/when?lang=en"))

    assert "No educator who teaches in Slovak can come to you. We looked ahead until this day: " in page
    assert long_day(last, "en") in page


def test_what_would_help_is_said_with_its_number_of_free_dates(client, programme, host, educator):
    """Another language; and where no language helps, another programme for the same people."""
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"] | {"teaching_language": "sk"})

    page = client.get("/book/when?lang=en")

    assert re.search(r"In Serbian there are \d+ free dates", text_of(page))
    assert "Change programme or language" in page.text

    other = make_programme(centre_id=make_centre(name="Far").id, name_en="Web Detectives")
    client.post("/book/what", data={"programme": str(other.id), "teaching_language": "sr"})
    page = client.get("/book/when?lang=en")
    assert re.search(rf"Another programme has \d+ free dates: {programme.name_en}\.", text_of(page))
    assert f"{other.name_en}." not in text_of(page)


# --- the shifts of the very classes ---


def tell_shifts(host) -> None:
    """Odd grades always in the morning, even ones always in the afternoon, when nobody of ours comes."""
    bells = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(15))}
    told = SchoolTime(bells, Grouping.GRADES, Rotation.NONE, first_grades=frozenset({1, 3, 5, 7}))
    tell_school_time(SYSTEM, host.id, told, version=0, now=MONDAY)


def test_classes_said_beside_the_calendar_show_their_own_times_and_are_not_typed_twice(
    client, programme, host, educator
):
    tell_shifts(host)
    begin(client, programme, host)
    assert "begin at 08:00" in text_of(client.get("/book/when?lang=en"))

    assert client.post("/book/when", data={"classes": "VI-1"}).location == "/book/when"

    page = client.get("/book/when?lang=en")
    assert "begin at 15:00" in text_of(page)
    assert "begin at 08:00" not in text_of(page)
    client.post("/book/when", data={"day": DAY_BUTTON.findall(page.text)[0]})
    assert 'value="VI-1"' in client.get("/book/who").text


def test_classes_are_asked_only_where_the_shifts_are_known(client, programme, host, educator):
    begin(client, programme, host)

    assert 'name="classes"' not in client.get("/book/when").text


def test_a_day_that_does_not_fit_the_classes_is_asked_again_once(client, programme, host, educator):
    tell_shifts(host)
    with transaction() as session:  # she comes in the morning only
        for row in session.scalars(select(AvailableHours).where(AvailableHours.presenter_id == educator.id)):
            row.until_local = dt.time(13)
    begin(client, programme, host)
    days = DAY_BUTTON.findall(client.get("/book/when").text)
    client.post("/book/when", data={"day": days[0]})
    who = answers(programme)["who"] | {"presentations-0-classes": "VI-1"}

    assert client.post("/book/who", data=who).location == "/book/when"

    page = text_of(client.get("/book/when?lang=en"))
    assert "On the day you chose, nobody can come while the classes are in school." in page
    day = dt.date.fromisoformat(days[0])
    named = {"first_day": f"{day.day}.{day.month}.{day.year}.", "last_day": f"{day.day}.{day.month}.{day.year}."}
    assert client.post("/book/when", data=named | {"day_part": "any"}).location == "/book/where"  # kept on purpose


def test_a_day_that_fits_the_classes_is_not_asked_again(client, programme, host, educator):
    tell_shifts(host)
    begin(client, programme, host)
    client.post("/book/when", data={"day": DAY_BUTTON.findall(client.get("/book/when").text)[0]})

    assert client.post("/book/who", data=answers(programme)["who"]).location == "/book/where"


def test_the_open_page_takes_a_school_with_its_classes(client, programme, host, educator):
    tell_shifts(host)
    asked = {"municipality": host.municipality_id, "programme": programme.slug, "lang": "en"}
    assert f'<option value="{host.id}">' in client.get("/free", query_string=asked).text

    pages = [
        text_of(client.get("/free", query_string=asked | {"host": host.id, "classes": classes}))
        for classes in ("VII-1", "6", "choir")
    ]

    assert ["begin at 08:00" in page for page in pages] == [True, False, True]
    assert ["begin at 15:00" in page for page in pages] == [False, True, False]
    [first, *_rest] = DAY_LINK.findall(client.get("/free", query_string=asked | {"host": host.id, "classes": "6"}).text)
    assert f"host={host.id}" in first
    assert "classes=6" in first


def test_a_date_taken_along_counts_although_the_booking_was_begun_with_another(client, programme, host, educator):
    begin(client, programme, host)
    client.post("/book/when", data=answers(programme)["when"])
    day = dt.date.fromisoformat(DAY_BUTTON.findall(client.get("/book/when").text)[3])

    went = client.post("/book", data={"host_id": str(host.id), "programme": "talk", "day": day.isoformat()})

    assert went.location == "/book/when"  # the programme is the same, so it is not asked again
    assert client.get("/book/when").text.count(f'value="{day.day}.{day.month}.{day.year}."') == 2


@pytest.mark.parametrize("typed", [{"day": "x"}, {"language": "x"}, {"classes": "?" * 200}, {"programme": "x"}])
def test_what_is_taken_along_may_be_nonsense(client, programme, host, typed):
    assert client.get("/book", query_string=typed).status_code == 200
    assert client.post("/book", data={"host_id": str(host.id)} | typed).status_code == 302
    assert client.get("/book/what").status_code == 200


def test_the_pressed_day_is_marked_and_its_parts_of_the_day_are_drawn(client, programme, host, educator):
    begin(client, programme, host)
    page = client.get("/book/when?lang=en").text
    assert 'aria-current="date"' not in page
    day = DAY_BUTTON.findall(page)[0]
    drawn = r'<button class="free-month__day" title="begin at 08:00[^"]*"'
    assert re.search(rf'{drawn}[^>]*value="{day}">\d+<small aria-hidden="true">●</small>', page)

    client.post("/book/when", data={"day": day})
    chosen = client.get("/book/when?lang=en").text
    assert re.search(rf'aria-current="date" type="submit" name="day" value="{day}"', chosen)
    assert chosen.count('aria-current="date"') == 1
    assert "; your choice</span>" in chosen


def test_grey_days_say_why_to_everybody(client, programme, host, educator):
    begin(client, programme, host)
    page = client.get("/book/when?lang=en").text

    grey = re.findall(
        r'<span class="free-month__none" title="([^"]+)">\d+<span class="visually-hidden">: ([^<]+)<', page
    )
    assert grey
    assert all(title == said.strip() for title, said in grey)
    told = dict(re.findall(r"<li><b>([^<]+)</b> ([^<]+)</li>", page))
    assert "too soon for us to prepare" in told.values()
    assert "no lessons" in told.values()


def test_the_free_dates_of_a_town_that_was_named_come_without_being_asked_for(client, programme, host, educator):
    assert "free-month__day" not in client.get("/free").text
    client.post("/book", data={"host_id": str(host.id)})

    page = client.get("/free?lang=en").text
    assert "free-month__day" in page
    assert re.search(rf'<option value="{host.municipality_id}" selected>', page)

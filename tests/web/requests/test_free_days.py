"""The calendar of free days: in the booking's question about days, and on the open page."""

import datetime as dt
import re

import pytest
from sqlalchemy import update

from scheduler.core.db import transaction
from scheduler.core.language import long_day
from scheduler.people.models import AvailabilityException, AvailableHours, PresenterLanguage
from scheduler.people.terms import TeachingLanguage
from tests.factories import MONDAY
from tests.factories.people import make_centre, works
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.school_time import bells, tell_shifts
from tests.visitor import day as written
from tests.web.reading import text_of
from tests.web.requests.booking import Booking, sent

DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')
TODAY = MONDAY.date()
WAITING = {"waiting": "yes"}


@pytest.fixture
def free(booking, educator):
    """A programme that is asked for first, and somebody who has time: as far as the calendar."""
    return booking.begin()


def open_page(client, **query):
    """The free dates of a municipality, for everybody."""
    return client.get("/free", query_string={"lang": "en"} | query)


def of_the_school(free: Booking) -> dict[str, object]:
    """What the open page is asked for dates of the same school's town."""
    return {"municipality": free.host.municipality_id, "programme": free.programmes[0].slug}


def named(one: str) -> dict[str, str]:
    """The same day, typed as the first and the last one."""
    typed = written(dt.date.fromisoformat(one))
    return {"first_day": typed, "last_day": typed, "day_part": "any"}


def test_a_day_of_the_calendar_is_pressed_and_becomes_the_wish(free, programme):
    first = free.days()[0]

    assert free.post("when", {"day": first}) == "/book/who"

    assert dt.date.fromisoformat(first) >= TODAY + dt.timedelta(days=programme.notice_days)
    assert free.get("when").text.count(f'value="{named(first)["first_day"]}"') == 2


def test_a_day_that_is_no_answer_is_told_and_nothing_is_kept(free):
    for typed in ("2020-01-01", "x", ""):
        assert free.post("when", {"day": typed}) == "/book/when"
        assert free.get("when").status_code == 422

    assert free.get("check").location == "/book/when"


def test_without_anybody_free_the_page_says_why_and_days_can_still_be_named(booking):
    page = booking.begin().read("when")

    for words in ("No educator of the centre speaks about this yet.", "First day that suits you"):
        assert words in page


def test_the_open_page_leads_to_the_booking_with_the_day(client, booking, educator):
    town = make_municipality("Пирот", lat=43.15, lon=22.58)
    links = DAY_LINK.findall(open_page(client, municipality=town.id, programme="talk", language="sr").text)

    page = client.get(links[0].replace("&amp;", "&") + "&q=karadzic").text

    one = links[0].rpartition("day=")[2]
    assert f'<input type="hidden" name="day" value="{one}">' in page
    booking.begin(programme="talk", day=one)
    assert f'value="{named(one)["first_day"]}"' in booking.get("when").text


def test_the_open_page_chooses_no_municipality_for_anybody_and_says_that_one_is_missing(client, programme, host):
    first, without = open_page(client), open_page(client, municipality="", programme=programme.slug)

    assert '<option value="">Choose</option>' in first.text
    assert "Choose your municipality" not in first.text
    assert "Choose your municipality: free dates depend on the way." in text_of(without)
    for town in ("x", "9" * 30):
        assert open_page(client, municipality=town, programme="x", language="x").status_code == 200


def test_nobody_learns_who_is_free(client, free, programme):
    works(a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Илић"))
    with transaction():
        programme.influencers = 1

    pages = [client.get("/book/when?lang=sr_Cyrl").text, open_page(client, **of_the_school(free), lang="sr_Cyrl").text]

    names = ("Тара", "Илић", "Наташа", "Бојић", "Tara", "Ilić", "Nataša")
    for page in pages:
        assert "free-month__day" in page
        assert [name for name in names if name in page] == []


# --- the waiting list by a press ---


def test_where_nothing_is_free_the_booking_goes_on_for_the_waiting_list(booking):
    assert 'name="waiting" value="yes"' in booking.begin().get("when").text

    assert booking.post("when", WAITING) == "/book/who"
    booking.finish()

    assert "for the waiting list" in booking.read("check")
    assert booking.send().location == "/book/sent"
    [row] = sent()
    assert (row.for_waiting_list, (row.last_day - row.first_day).days) == (True, 119)


@pytest.mark.parametrize("instead", ["names days", "presses a day"])
def test_who_names_or_presses_a_day_after_all_is_not_on_the_waiting_list(free, instead):
    first = free.days()[0]
    free.post("when", WAITING)

    free.post("when", {"day": first} if instead == "presses a day" else free.usual["when"])
    free.finish()
    free.send()

    assert [row.for_waiting_list for row in sent()] == [False]


def test_the_open_page_leads_to_the_waiting_list_with_its_choices(client, booking):
    page = open_page(client, **of_the_school(booking), language="hu").text
    [href] = re.findall(r'href="(/book\?[^"]*day=waiting[^"]*)"', page)
    assert "language=hu" in href

    carried = {"programme": "talk", "language": "hu", "day": "waiting"}
    client.post("/book", data={"host_id": str(booking.host.id)} | carried)

    assert '<option selected value="hu">' in booking.get("what").text
    assert booking.answer("what") == "/book/who"


# --- the reason carries its day ---


def test_the_sentence_about_language_says_until_when_and_from_when(free, educator):
    away_until = TODAY + dt.timedelta(days=40)
    away = {"presenter_id": educator.id, "first_day": TODAY, "last_day": away_until, "available": False}
    with transaction() as session:
        session.add(PresenterLanguage(presenter_id=educator.id, language=TeachingLanguage.HUNGARIAN))
        session.add(AvailabilityException(**away))
    free.post("what", free.usual["what"] | {"teaching_language": "hu"})

    page = free.get("when")

    first = dt.date.fromisoformat(free.days()[0])
    assert first > away_until
    sentence = "No educator who teaches in Hungarian can come to you before this day: "
    assert sentence + long_day(first, "en") in text_of(page)
    assert "Join the waiting list" in page.text


def test_a_language_that_nobody_teaches_in_says_how_far_we_looked_and_what_would_help(free, programme):
    """Another language; and where no language helps, another programme for the same people."""
    free.post("what", free.usual["what"] | {"teaching_language": "sk"})

    page, last = free.read("when"), TODAY + dt.timedelta(days=119)

    sentence = "No educator who teaches in Slovak can come to you. We looked ahead until this day: "
    for words in (sentence, long_day(last, "en"), "Change programme or language"):
        assert words in page
    assert re.search(r"In Serbian there are \d+ free dates", page)

    other = make_programme(centre_id=make_centre(name="Far").id, name_en="Web Detectives")
    free.post("what", {"programme": str(other.id), "teaching_language": "sr"})
    page = free.read("when")
    assert re.search(rf"Another programme has \d+ free dates: {programme.name_en}\.", page)
    assert f"{other.name_en}." not in page


# --- the shifts of the very classes ---


@pytest.fixture
def shifts(host):
    """Even grades come in the afternoon, when nobody of ours does."""
    tell_shifts(host.id, bells=bells(afternoon=15))


def test_classes_said_beside_the_calendar_show_their_own_times_and_are_not_typed_twice(shifts, free):
    assert "begin at 08:00" in free.read("when")

    assert free.post("when", {"classes": "VI-1"}) == "/book/when"

    page = free.read("when")
    assert ("begin at 15:00" in page, "begin at 08:00" in page) == (True, False)
    free.post("when", {"day": free.days()[0]})
    assert 'value="VI-1"' in free.get("who").text


def test_classes_are_asked_only_where_the_shifts_are_known(free):
    assert 'name="classes"' not in free.get("when").text


def test_a_day_that_does_not_fit_the_classes_is_asked_again_once(shifts, free):
    with transaction() as session:  # she comes in the morning only
        session.execute(update(AvailableHours).values(until_local=dt.time(13)))
    one = free.days()[0]
    free.post("when", {"day": one})

    assert free.post("who", free.usual["who"] | {"presentations-0-classes": "VI-1"}) == "/book/when"

    assert "On the day you chose, nobody can come while the classes are in school." in free.read("when")
    assert free.post("when", named(one)) == "/book/where"  # kept on purpose


def test_a_day_that_fits_the_classes_is_not_asked_again(shifts, free):
    free.post("when", {"day": free.days()[0]})

    assert free.answer("who") == "/book/where"


def test_the_open_page_takes_a_school_with_its_classes(client, shifts, free):
    school, host = of_the_school(free), free.host.id
    assert f'<option value="{host}">' in open_page(client, **school).text

    pages = [open_page(client, **school, host=host, classes=classes) for classes in ("VII-1", "6", "choir")]

    assert ["begin at 08:00" in text_of(page) for page in pages] == [True, False, True]
    assert ["begin at 15:00" in text_of(page) for page in pages] == [False, True, False]
    link = DAY_LINK.findall(pages[1].text)[0]
    assert (f"host={host}" in link, "classes=6" in link) == (True, True)


def test_a_date_taken_along_counts_although_the_booking_was_begun_with_another(client, free):
    free.answer("when")
    one = free.days()[3]

    went = client.post("/book", data={"host_id": str(free.host.id), "programme": "talk", "day": one})

    assert went.location == "/book/when"  # the programme is the same, so it is not asked again
    assert free.get("when").text.count(f'value="{named(one)["first_day"]}"') == 2
    odd = {"day": "x", "language": "x", "classes": "?" * 200, "programme": "x"}
    assert client.get("/book", query_string=odd).status_code == 200
    assert client.post("/book", data={"host_id": str(free.host.id)} | odd).location == went.location
    assert free.get("what").status_code == 200


def test_the_pressed_day_is_marked_and_its_parts_of_the_day_are_drawn(free):
    page, one = free.get("when").text, free.days()[0]
    assert 'aria-current="date"' not in page
    drawn = r'<button class="free-month__day" title="begin at 08:00[^"]*"'
    assert re.search(rf'{drawn}[^>]*value="{one}">\d+<small aria-hidden="true">●</small>', page)

    free.post("when", {"day": one})

    chosen = free.get("when").text
    assert f'aria-current="date" type="submit" name="day" value="{one}"' in chosen
    assert chosen.count('aria-current="date"') == 1
    assert "; your choice</span>" in chosen


def test_grey_days_say_why_to_everybody(free):
    page = free.get("when").text

    said = r'<span class="free-month__none" title="([^"]+)">\d+<span class="visually-hidden">: ([^<]+)<'
    grey = re.findall(said, page)
    assert grey
    assert all(title == words.strip() for title, words in grey)
    reasons = dict(re.findall(r"<li><b>([^<]+)</b> ([^<]+)</li>", page)).values()
    assert {"too soon for us to prepare", "no lessons"} <= set(reasons)


def test_the_free_dates_of_a_town_that_was_named_come_without_being_asked_for(app, client, free):
    assert "free-month__day" not in app.test_client().get("/free").text

    page = open_page(client).text

    assert "free-month__day" in page
    assert f'<option value="{free.host.municipality_id}" selected>' in page

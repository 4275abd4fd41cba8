"""Ways into a booking: the first page, the host that is found or typed, and the calendar of free days."""

import datetime as dt
import re

import pytest
from sqlalchemy import update

from scheduler.booking.queries.free_dates import near_calendar
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core.db import transaction
from scheduler.core.language import long_day
from scheduler.core.text import to_latin
from scheduler.people.models import AvailabilityException, AvailableHours, PresenterLanguage
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Host, SchoolCalendarEntry
from scheduler.places.rules.hosts import school_year
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind, SchoolCalendar
from scheduler.policy import ANONYMOUS, Role
from scheduler.programmes.terms import Audience
from scheduler.reports.terms.counting import ReportCounts
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import make_centre, works
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.school_time import bells, tell_shifts
from tests.visitor import day as written
from tests.web.browser import staff_of
from tests.web.reading import rows_of, text_of
from tests.web.requests.booking import Booking, sent

TODAY = MONDAY.date()


def test_open_programmes_and_campaigns_that_run_or_come_stand_on_the_first_page(client):
    assert "Web Detectives" in client.get("/?lang=en").text

    make_programme(slug="talk", name_sr_cyrl="Љубав и мреже", name_en="Love and networks")
    make_programme(slug="closed", open=False)
    shown = client.get("/?lang=sr_Latn").text
    assert "Ljubav i mreže" in shown
    assert "/book?programme=talk" in shown
    assert "programme=closed" not in shown

    days = {"over": (-90, -1), "running": (-10, 10), "coming": (20, 60)}
    for name, (first, last) in days.items():
        span = {"first_day": TODAY + dt.timedelta(days=first), "last_day": TODAY + dt.timedelta(days=last)}
        make_campaign(slug=name, name_en=f"Campaign {name}", **span)
    shown = client.get("/?lang=en").text
    assert "Campaign over" not in shown
    assert shown.index("Campaign running") < shown.index("Campaign coming")
    assert (shown.count("Campaign is running"), shown.count("Campaign is coming")) == (1, 1)


def test_the_running_school_year_is_told_and_its_people_in_whole_hundreds(client, monkeypatch):
    assert "so far" not in client.get("/?lang=en").text
    told = ReportCounts(presentations=12, pupils=1234, parents=3, teachers=40, cities=2)
    monkeypatch.setattr("scheduler.web.public.views.school_year_counts", lambda _today, _names: told)

    shown = text_of(client.get("/?lang=en"))
    assert "School year 2026/27 so far" in shown
    assert "1,200+" in shown
    assert "1,277" not in shown


def test_a_programme_tells_who_comes_and_what_schools_ask(app, client, programme):
    admin = staff_of(app, programme, Role.ADMINISTRATOR)
    page = f"/settings/programmes/{programme.id}?lang=en"
    fields = dict.fromkeys(("about_en", "for_whom_en", "needs_en"), "") | {
        "name_sr_cyrl": "Разговор", "summary_sr_cyrl": "Кратко", "kind": "talk", "topic": "safe_internet",
        "audiences": "pupils", "level": "secondary", "booking": "ask_first", "minutes": "45", "group_size": "60",
        "educators": "1", "influencers": "0", "set_up_minutes": "15", "notice_days": "14",
        "who_comes_sr_cyrl": "Психолог", "who_comes_en": "A psychologist",
        "questions_sr_cyrl": "Да ли се плаћа?\nНе.", "questions_en": "Does it cost?\nNo.\n\nHow long?",
    }  # fmt: skip
    refused = admin.post(page, data=fields)
    assert "Write the answer in the line below each question." in text_of(refused)

    assert admin.post(page, data=fields | {"questions_en": "Does it cost?\nNo."}).status_code == 302
    shown = client.get("/programmes/talk?lang=en").text
    assert "A psychologist" in shown
    assert re.search(r"<summary>Does it cost\?</summary><p>No\.</p>", shown)
    assert "Secondary schools only" in shown


def found(client, typed: str) -> dict:
    return client.get("/book/hosts.json", query_string={"q": typed, "lang": "en"}).json


@pytest.mark.parametrize("typed", ["nis", "Niš", "ниш", "НИШ"])
def test_plain_letters_and_both_scripts_find_the_same_hosts(client, typed):
    nis = make_host("Вук Караџић", place="Ниш")
    make_host("Десанка Максимовић", place="Чачак", municipality_id=make_municipality("Чачак").id)

    assert [host["id"] for host in found(client, typed)["hosts"]] == [nis.id]


def test_what_was_typed_is_marked_in_the_script_of_the_page_and_what_is_only_near_stays_away(client, host):
    html = found(client, "karadzic nis")["hosts"][0]["html"]
    assert "<mark>Karadžić</mark>" in html
    assert "<mark>Niš</mark>" in html
    assert "Primary school" in html

    answer = client.get("/book/hosts.json?q=vuk&lang=sr_Cyrl").json
    assert answer["hosts"][0]["name"] == "Вук Караџић"
    assert "<mark>Вук</mark>" in answer["hosts"][0]["html"]

    assert found(client, "zzzz")["note"].startswith("Nothing is found")

    make_host("Вук Караџин")
    assert [one["name"] for one in found(client, "karadzic")["hosts"]] == ["Vuk Karadžić"]


def test_where_a_word_begins_comes_before_where_it_lies_inside(client):
    make_host("Бранислав Нушић", place="Чачак", municipality_id=make_municipality("Чачак").id)
    nis = make_host("Вук Караџић", place="Ниш")

    assert found(client, "nis")["hosts"][0]["id"] == nis.id


def test_the_count_is_told_and_that_there_are_more_than_fit_and_markup_in_a_name_stays_text(client):
    for number in range(9):
        make_host(f"Школа {number}")
    answer = found(client, "skola")
    assert len(answer["hosts"]) == 8
    assert answer["said"] == f"9 results. Choose yours. {answer['note']}"
    assert answer["note"] == "Here are the first 8: type on, or press the button for all."

    make_host('<img src=x onerror="x">')
    assert "<img" not in found(client, "img")["hosts"][0]["html"]


def test_a_network_that_asks_without_end_is_told_to_wait(client, host):
    statuses = {client.get("/book/hosts.json?q=vuk").status_code for _ in range(301)}

    assert statuses == {200, 429}


def test_a_booking_goes_on_where_it_stopped_also_after_the_browser_was_closed(client, booking):
    sent = client.post("/book", data={"host_id": booking.host.id})
    booking.answer("what")

    assert "Expires=" in sent.headers["Set-Cookie"]
    assert 'href="/book/when"' in client.get("/book").text


def test_a_cookie_of_who_booked_nothing_ends_with_the_browser(client, host):
    assert "Expires=" not in client.get("/book").headers.get("Set-Cookie", "")


@pytest.fixture
def a_city_of_38(client):
    """As many schools as Belgrade has in the register of the demo, in two of its municipalities."""
    towns = [make_municipality(name, city_sr_cyrl="Београд") for name in ("Палилула", "Земун")]
    for number in range(38):
        make_host(f"Школа {number:02d}", place="Београд", municipality_id=towns[number % 3 == 0].id)
    return towns


def test_all_schools_of_a_city_are_reached_page_by_page_or_by_their_municipality(client, a_city_of_38):
    first, second = (client.get(f"/book?q=beograd&lang=en&page={page}").text for page in (1, 2))
    assert "38 results. Choose yours." in first
    assert "Page 1 of 2" in first
    assert (first.count("<span>This one<"), second.count("<span>This one<")) == (20, 18)
    assert client.get("/book?q=beograd&page=9").status_code == 200

    zemun = a_city_of_38[1]
    shown = client.get("/book?q=beograd&lang=en").text
    assert re.search(rf'href="/book\?q=beograd[^"]*town={zemun.id}"[^>]*>\s*Zemun\s*<b>13</b>', shown)
    there = client.get(f"/book?q=beograd&town={zemun.id}&lang=en").text
    assert "13 results. Choose yours." in there
    assert there.count("<span>This one<") == 13
    for none in ("999999", "x", "-1"):
        assert client.get(f"/book?q=beograd&town={none}").status_code == 200


@pytest.mark.parametrize("typed", ["vuk karadzci", "Вук Караџч", "vuk kardzic", "osnvna skloa karadzic"])
def test_a_small_slip_finds_what_is_meant_and_says_so(client, host, typed):
    answer = found(client, typed)

    assert [one["id"] for one in answer["hosts"]] == [host.id]
    assert answer["note"] == "None is written quite so; these are the nearest."
    assert "the nearest" in client.get("/book", query_string={"q": typed, "lang": "en"}).text


# --- a host that is not on the list ---


@pytest.fixture
def typed(app) -> int:
    return propose_host(ANONYMOUS, HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица"), now=MONDAY).id


def test_a_request_of_a_typed_school_leads_to_where_it_is_merged(desk, programme, typed):
    listed = make_host(
        name_sr_cyrl="Градска библиотека", name_sr_latn="Gradska biblioteka", search_key="gradska biblioteka"
    )
    row = make_school_request(RequestState.TRIAGE, programme=programme, host_id=typed)
    assert f'href="/hosts/{typed}"' in desk.get(f"/requests/{row.number}").text
    merge = f"/hosts/{typed}/merge/{listed.id}"
    assert merge in desk.get(f"/hosts/{typed}?q=biblioteka").text

    assert desk.post(merge).location == f"/hosts/{listed.id}"

    assert row.host_id == listed.id
    assert "Merged with" in desk.get(f"/hosts/{typed}?lang=en").text
    assert "not on the list" not in desk.get(f"/requests/{row.number}?lang=en").text


def test_a_new_host_is_put_on_the_list_by_one_press_and_merged_with_what_is_a_choice(desk, typed):
    assert desk.post(f"/hosts/{typed}/merge/{typed}").location == f"/hosts/{typed}"
    assert desk.post(f"/hosts/{typed}/merge/999999").status_code == 404

    assert "Not on the list" in desk.get(f"/hosts/{typed}?lang=en").text
    assert desk.post(f"/hosts/{typed}/confirm").location == f"/hosts/{typed}"
    assert "Not on the list" not in desk.get(f"/hosts/{typed}?lang=en").text


def test_a_school_that_is_not_on_the_list_is_taken_on_the_phone(desk):
    town = make_municipality()
    page = "/requests/phone/new-school"
    assert page in desk.get("/requests/phone?q=lipa").text
    assert 'value="Липа"' in desk.get(f"{page}?name=Липа").text
    assert desk.post(page, data={"name": "", "place": "Суботица"}).status_code == 422

    said = {"name": "ОШ Липа", "kind": "primary", "place": "Суботица", "municipality": str(town.id)}
    answer = desk.post(page, data=said)

    host = rows_of(Host)[-1]
    assert (host.name_sr_cyrl, host.listed) == ("ОШ Липа", True)
    assert answer.location == f"/requests/phone?host={host.id}"
    assert "ОШ Липа" in desk.get(answer.location).text


def abroad(**more) -> dict[str, str]:
    return {"country": "SI", "name": "Srpska škola", "kind": "primary", "place": "Ljubljana", "address": "Trg 1"} | more


def a_host_typed(booking, said) -> Host:
    assert booking.post("new-host", said) == "/book/what"
    booking.answer(*booking.usual)
    booking.send()
    return rows_of(Host)[-1]


def test_abroad_the_country_gives_the_clock_and_no_municipality_is_asked_for(booking):
    host = a_host_typed(booking, abroad(municipality=str(make_municipality().id)))

    assert (host.zone, host.municipality_id) == ("Europe/Ljubljana", None)
    assert (host.address_sr_cyrl, host.address_sr_latn) == ("Trg 1, Словенија", "Trg 1, Slovenija")


def test_a_school_abroad_reads_by_whose_clock_the_hours_are(booking):
    booking.post("new-host", abroad(country="AT", place="Wien", municipality=""))
    booking.answer("what")

    assert "All hours are by the clock of Vienna." in booking.read("when")
    booking.answer("when", "who", "where", "you")
    assert "By the clock of Vienna" in booking.read("check")

    booking.post("new-host", abroad(country="RS", municipality=str(make_municipality().id)))
    assert "By the clock of" not in booking.read("check")


def test_a_country_of_several_clocks_is_asked_which_and_nothing_typed_is_lost(booking):
    said = abroad(country="ES", place="Madrid", municipality="")
    assert booking.post("new-host", said) == "/book/new-host"

    shown = booking.get("new-host").text
    spain = '<option selected value="ES">Spain</option>'
    for words in ("Choose the town whose clock the school has", 'value="Srpska škola"', spain):
        assert words in shown
    assert a_host_typed(booking, said | {"zone": "Atlantic/Canary"}).zone == "Atlantic/Canary"


def test_the_country_comes_first_and_municipalities_stand_under_their_districts_by_the_alphabet(client):
    for town, name in (("Земун", "Београд"), ("Жабари", "Браничево"), ("Апатин", "Западна Бачка")):
        district = make_district(name_sr_cyrl=name, name_sr_latn=to_latin(name))
        make_municipality(town, district_id=district.id)
    shown = client.get("/book/new-host?lang=sr_Latn").text

    assert shown.index('name="country"') < shown.index('name="name"') < shown.index('name="municipality"')
    assert re.findall(r'<optgroup label="([^"]+)"', shown) == ["Beograd", "Braničevo", "Zapadna Bačka"]
    assert '<option selected value="RS">Srbija</option>' in shown
    assert 'value="XK"' not in shown


@pytest.mark.parametrize("country", ["QQ", "AQ"], ids=["none", "one that the centre does not name"])
def test_a_country_that_is_none_or_not_named_is_no_choice(client, country):
    assert client.post("/book/new-host", data=abroad(country=country)).location == "/book/new-host"
    assert client.get("/book/new-host").status_code == 422


DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')
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


def test_a_day_of_the_calendar_is_pressed_and_becomes_the_wish_and_one_that_is_no_answer_is_told(free, programme):
    for typed in ("2020-01-01", "x", ""):
        assert free.post("when", {"day": typed}) == "/book/when"
        assert free.get("when").status_code == 422
    assert free.get("check").location == "/book/when"

    first = free.days()[0]
    assert free.post("when", {"day": first}) == "/book/who"
    assert dt.date.fromisoformat(first) >= TODAY + dt.timedelta(days=programme.notice_days)
    assert free.get("when").text.count(f'value="{named(first)["first_day"]}"') == 2


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
    assert "start: 08:00" in free.read("when")

    assert free.post("when", {"classes": "VI-1"}) == "/book/when"

    page = free.read("when")
    assert ("start: 15:00" in page, "start: 08:00" in page) == (True, False)
    free.post("when", {"day": free.days()[0]})
    assert 'value="VI-1"' in free.get("who").text


def test_classes_are_asked_only_where_the_shifts_are_known_and_grey_days_say_why_to_everybody(free):
    assert 'name="classes"' not in free.get("when").text

    page = free.get("when").text
    said = r'<span class="free-month__none" title="([^"]+)">\d+<span class="visually-hidden">: ([^<]+)<'
    grey = re.findall(said, page)
    assert grey
    assert all(title == words.strip() for title, words in grey)
    reasons = dict(re.findall(r"<li><b>([^<]+)</b> ([^<]+)</li>", page)).values()
    assert {"too soon for us to prepare", "no lessons"} <= set(reasons)


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

    assert ["start: 08:00" in text_of(page) for page in pages] == [True, False, True]
    assert ["start: 15:00" in text_of(page) for page in pages] == [False, True, False]
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
    drawn = r'<button class="free-month__day" title="start: 08:00[^"]*"'
    assert re.search(rf'{drawn}[^>]*value="{one}">\d+<small aria-hidden="true">●</small>', page)

    free.post("when", {"day": one})

    chosen = free.get("when").text
    assert f'aria-current="date" type="submit" name="day" value="{one}"' in chosen
    assert chosen.count('aria-current="date"') == 1
    assert "; your choice</span>" in chosen


def test_booking_says_until_when_school_breaks_are_known(client, free):
    """Of the last day that is shown, too: dates reach into a year whose calendar is published in summer."""
    wish = FreeWish(free.programmes[0].id, TeachingLanguage.SERBIAN, Audience.PUPILS, host_id=free.host.id)
    said = []
    for entered in (False, True):
        if entered:
            with transaction() as session:
                term = {"kind": "term1", "school_year": school_year(TODAY), "first_day": TODAY, "last_day": TODAY}
                session.add_all(SchoolCalendarEntry(calendar=one, **term) for one in SchoolCalendar)
        for page in (open_page(client, **of_the_school(free)).text, free.get("when").text):
            said += re.findall(r"known until 31 August (\d+): the calendar (\S+) is", page)
        said.append(near_calendar(wish, now=MONDAY + dt.timedelta(days=300)).missing)

    assert said == [("2026", "2026/27"), ("2026", "2026/27"), "2026/27", "2027/28"]


def test_the_free_dates_of_a_town_that_was_named_come_without_being_asked_for(app, client, free):
    assert "free-month__day" not in app.test_client().get("/free").text

    page = open_page(client).text

    assert "free-month__day" in page
    assert f'<option value="{free.host.municipality_id}" selected>' in page

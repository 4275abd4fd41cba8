"""A school's day: several programmes chosen together, laid on the line of that day, sent as one booking."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailableHours
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, Booking
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.terms.states import HoldState, VisitState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_presentation, make_visit
from tests.requests.shorthand import prove_link
from tests.web.requests.answered import FIRST, answers, text_of
from tests.web.requests.whole_day import as_far_as_the_check, choose, one_day, parts, stored

pytestmark = pytest.mark.usefixtures("hands")


@pytest.fixture
def bells(host):
    told = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))}
    tell_school_time(SYSTEM, host.id, SchoolTime(told, Grouping.GRADES, Rotation.NONE, first_grades=frozenset({7})),
                     version=0, now=MONDAY)  # fmt: skip


def works_all_week(talk) -> None:
    with transaction() as session:
        person = a_cleared_educator(centre_id=talk.centre_id)
        session.add_all(
            AvailableHours(presenter_id=person.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            for day in range(7)
        )


def test_who_chooses_one_programme_never_sees_the_page_of_the_day(client, talk, host):
    choose(client, host, talk)

    assert "of 7" in text_of(client.get("/book?lang=en"))
    assert client.get("/book/day").location == "/book/when"


def test_a_day_is_laid_beside_shifts_and_bells_with_hours_that_fit(client, talk, evening, gathering, host, bells):
    choose(client, host, talk, evening, gathering)
    one_day(client, talk)

    page = client.get("/book/day?lang=en")
    shown = text_of(page)
    assert "10:00–10:45 Talk with pupils: VII-1, VII-2" in shown
    assert "18:00–19:00 Evening for parents" in shown
    assert re.search(r"1[34]:\d\d–1[45]:\d\d Gathering of teachers", shown)
    assert re.search(r"morning shift 0?8:00–14:00 · afternoon shift 14:00–20:00", shown)
    assert page.text.count('class="day-line__part"') == 3
    assert page.text.count('class="day-line__lesson"') == 14


def test_each_part_asks_only_what_it_needs(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    one_day(client, talk)

    page = client.get("/book/day").text
    asked = set(re.findall(r'name="parts-(\d-\w+)"', page))
    assert {"0-parents", "0-starts_local", "1-teachers", "1-starts_local"} <= asked
    assert asked.isdisjoint({"0-pupils", "0-teachers", "0-classes", "0-lesson", "1-pupils", "1-parents", "1-classes"})


def test_the_whole_day_is_sent_as_one_booking_with_one_mail(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    as_far_as_the_check(client, talk, evening, gathering)
    shown = text_of(client.get("/book/check?lang=en"))
    for words in ("Evening for parents", "60 parents, 18:00", "20 teachers, 13:30", "10:00–10:45"):
        assert words in shown

    assert client.post("/book/check", data={"form_key": "one"}).location == "/book/sent"

    rows = stored()
    assert [(row.programme_id, row.booking) for row in rows] == [
        (one.id, rows[0].number) for one in (talk, evening, gathering)
    ]
    assert {(row.first_day, row.last_day, row.state) for row in rows} == {(FIRST, FIRST, RequestState.UNVERIFIED)}
    assert db.session.scalars(sa.select(OutboxMessage.kind)).all() == ["prove_address"]


def test_a_number_that_is_missing_is_told_beside_its_own_field_and_nothing_is_lost(
    client, talk, evening, gathering, host
):
    choose(client, host, talk, evening, gathering)
    one_day(client, talk)

    wrong = parts(evening, gathering, **{"parts-0-parents": "", "parts-1-starts_local": "13.45"})
    assert client.post("/book/day", data=wrong).location == "/book/day"
    page = client.get("/book/day?lang=en")

    assert page.status_code == 422
    assert re.search(r'id="parts-0-parents-error"', page.text)
    assert 'value="13:45"' in page.text or 'value="13.45"' in page.text
    assert stored() == []


def test_a_programme_added_later_is_asked_before_the_sending(client, talk, evening, gathering, host):
    choose(client, host, talk, evening)
    one_day(client, talk)
    only = {name: value for name, value in parts(evening, gathering).items() if name.startswith("parts-0")}
    client.post("/book/day", data=only | {"parts-0-parents": "41"})
    for page in ("where", "you"):
        client.post(f"/book/{page}", data=answers(talk)[page])
    choose(client, host, talk, evening, gathering)

    assert client.get("/book/check").location == "/book/day"
    page = client.get("/book/day").text
    assert 'value="41"' in page
    assert 'name="parts-1-teachers"' in page


def test_no_teacher_stays_with_parents_alone(client, evening, gathering, host):
    choose(client, host, evening, gathering)
    day = f"{FIRST.day}.{FIRST.month}.{FIRST.year}."
    client.post("/book/when", data={"first_day": day, "last_day": day})
    sitting = {"audience": "parents", "level": "primary", "parents": "60", "starts_local": "18:00"}
    client.post("/book/who", data={f"presentations-0-{name}": value for name, value in sitting.items()})
    part = {name.replace("-1-", "-0-"): value for name, value in parts(evening, gathering).items() if "-1-" in name}
    assert client.post("/book/day", data=part).location == "/book/where"

    assert 'name="teacher_stays"' not in client.get("/book/where").text
    assert client.post("/book/where", data={"safeguarding_contact": "Весна Илић"}).location == "/book/you"


def test_the_held_date_of_the_talk_is_the_day_of_all(client, talk, evening, gathering, host):
    with transaction() as session:
        session.get_one(Programme, talk.id).booking = Booking.NOW
    works_all_week(talk)
    choose(client, host, evening, talk, gathering)
    client.post("/book/when", data={"slot": f"{FIRST}T10:00"})
    client.post("/book/who", data=answers(talk)["who"])
    client.post("/book/day", data=parts(evening, gathering))
    for page in ("where", "you"):
        client.post(f"/book/{page}", data=answers(talk)[page])

    assert client.post("/book/check", data={"form_key": "one"}).location == "/book/sent"

    assert [row.programme_id for row in stored()] == [talk.id, evening.id, gathering.id]
    assert {row.first_day for row in stored()} == {FIRST}
    assert db.session.scalars(sa.select(DateHold.state)).all() == [HoldState.KEPT]


def test_days_too_near_for_the_slowest_programme_are_not_offered(client, talk, evening, host):
    with transaction() as session:
        session.get_one(Programme, evening.id).notice_days = 40
    choose(client, host, talk, evening)
    near = f"{FIRST.day}.{FIRST.month}.{FIRST.year}."  # 30 days ahead

    assert client.post("/book/when", data={"first_day": near, "last_day": near}).location == "/book/when"
    page = client.get("/book/when?lang=en")
    assert page.status_code == 422
    works_all_week(talk)
    shown = text_of(client.get("/book/when?lang=en"))
    assert "too soon for us to prepare" in shown
    assert "fell out" not in shown  # said to who looks for another date: nothing fell out here


@pytest.mark.parametrize("held", [True, False])
def test_a_slower_programme_chosen_later_asks_for_the_day_again_and_says_why(client, talk, evening, host, held):
    with transaction() as session:
        session.get_one(Programme, talk.id).booking = Booking.NOW if held else Booking.ASK
        session.get_one(Programme, evening.id).notice_days = 40
    works_all_week(talk)
    choose(client, host, talk)
    near = f"{FIRST.day}.{FIRST.month}.{FIRST.year}."
    pressed = {"slot": f"{FIRST}T10:00"} if held else {"first_day": near, "last_day": near}
    assert client.post("/book/when", data=pressed).location == "/book/who"

    both = {"programme": [str(talk.id), str(evening.id)], "teaching_language": "sr"}
    assert client.post("/book/what", data=both).location == "/book/when"

    page = client.get("/book/when?lang=en")
    assert page.status_code == 422
    assert "The earliest day: " in text_of(page)
    assert "held for you until" not in text_of(page)
    assert client.get("/book/check").location == "/book/when"


def test_one_link_proves_all_and_opens_all(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    as_far_as_the_check(client, talk, evening, gathering)
    client.post("/book/check", data={"form_key": "one"})
    first, second, third = stored()

    page = client.post(f"/book/prove/{prove_link(first.id)}").location
    shown = text_of(client.get(f"{page}?lang=en"))

    assert {row.state for row in stored()} == {RequestState.NEW}
    for words in ("Talk with pupils", "Evening for parents", "Gathering of teachers", "18:00–19:00", "13:30–15:00"):
        assert words in shown
    secret = page.removeprefix("/status/")
    hours = [shown.rindex(one) for one in ("Talk with pupils", "Gathering of teachers", "Evening for parents")]
    assert hours == sorted(hours)  # the parts stand as the day runs
    assert shown.count("Talk with pupils") == 2  # once in the line of the day, once as a part: nothing is said twice
    assert shown.count("Where the request is") == 0
    own = client.get(f"/status/{secret}~{first.number}?lang=en")
    assert "Where the request is" in text_of(own)
    assert f'href="{page}"' in own.text  # back to the day
    other = client.get(f"/status/{secret}~{second.number}?lang=en")
    assert f"Request {second.number}" in text_of(other)
    client.post(f"/status/{secret}~{third.number}/withdraw", data={"reason": ""})
    assert [row.state for row in stored()] == [RequestState.NEW, RequestState.NEW, RequestState.WITHDRAWN]


def test_a_link_opens_no_request_of_another_booking(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    as_far_as_the_check(client, talk, evening, gathering)
    client.post("/book/check", data={"form_key": "one"})
    secret = client.post(f"/book/prove/{prove_link(stored()[0].id)}").location.removeprefix("/status/")

    for number in ("R-2026-9999", "x", "", "~"):
        assert client.get(f"/status/{secret}~{number}").status_code in ((200,) if number == "" else (404,))


def test_what_waits_for_the_school_is_said_on_the_page_of_the_day(client, talk, evening, gathering, host):
    """A question of the centre, and a visit that was held: each is one press away."""
    first = make_school_request(RequestState.NEEDS_INFO, programme=talk, host_id=host.id, question="Hall?")
    second = make_school_request(RequestState.REPORTED, programme=evening, host_id=host.id, booking=first.number)
    with transaction():
        secret = tokens.mint("status", first.id, lasts=dt.timedelta(days=1), now=MONDAY)

    page = client.get(f"/status/{secret}?lang=en").text

    assert re.search(rf'href="/status/{secret}~{first.number}">Answer the question', page)
    assert re.search(rf'href="/status/{secret}~{second.number}/feedback">How was it\?', page)
    assert client.post(f"/status/{secret}~{first.number}", data={"answer": "Yes", "version": "1"}).status_code == 302
    assert {row.state for row in stored()} == {RequestState.TRIAGE, RequestState.REPORTED}


def test_each_page_on_which_a_part_is_changed_names_its_programme(client, talk, evening, host):
    first = make_school_request(RequestState.PROPOSED, programme=talk, host_id=host.id)
    second = make_school_request(RequestState.CONFIRMED, programme=evening, host_id=host.id, booking=first.number)
    visit = make_visit(VisitState.CONFIRMED, programme=evening, host_id=host.id, school_request_id=second.id)
    make_presentation(visit)
    with transaction():
        secret = tokens.mint("status", first.id, lasts=dt.timedelta(days=1), now=MONDAY)
    of_first, of_second = f"/status/{secret}~{first.number}", f"/status/{secret}~{second.number}"

    pages = {f"{of_first}/{page}": "Talk with pupils" for page in ("dates", "withdraw", "counts")}
    pages |= {f"{of_second}/{page}": "Evening for parents" for page in ("cancel", "date", "counts")}

    assert {page: name in text_of(client.get(f"{page}?lang=en")) for page, name in pages.items()} == dict.fromkeys(
        pages, True
    )


def test_one_calendar_file_holds_the_confirmed_visits_of_the_booking(client, talk, host):
    """Under one link, without anybody's name; a booking without a confirmed visit has none."""
    first = make_school_request(RequestState.CONFIRMED, programme=talk, host_id=host.id)
    second = make_school_request(RequestState.CONFIRMED, programme=talk, host_id=host.id, booking=first.number)
    alone = make_school_request(RequestState.NEW, programme=talk, host_id=host.id, booking=first.number)
    for row in (first, second):
        visit = make_visit(VisitState.CONFIRMED, programme=talk, host_id=host.id, school_request_id=row.id)
        make_presentation(visit)
    with transaction():
        secret = tokens.mint("status", second.id, lasts=dt.timedelta(days=1), now=MONDAY)

    shown = client.get(f"/status/{secret}?lang=en").text
    file = client.get(f"/status/{secret}/day.ics")

    assert f"/status/{secret}/day.ics" in shown
    assert alone.number in shown
    assert (file.mimetype, file.text.count("BEGIN:VEVENT"), file.text.count("BEGIN:VCALENDAR")) == (
        "text/calendar",
        2,
        1,
    )
    assert f"/status/{secret}~{first.number}" in shown


def test_more_programmes_than_a_day_holds_are_refused_and_none_is_dropped(client, talk, host):
    many = [talk, *(make_programme(Audience.PARENTS, centre_id=talk.centre_id) for _ in range(8))]
    choose(client, host, *many)

    page = client.get("/book/what?lang=en")

    assert page.status_code == 422
    assert "At most 8 programmes fit into one day." in page.text
    assert len(re.findall(r"<input[^>]*checked[^>]*name=\"programme\"", page.text)) == len(many)


def test_no_teacher_has_to_stay_for_pupils_who_were_chosen_away(client, talk, evening, host):
    with transaction() as session:
        session.get_one(Programme, evening.id).booking = Booking.NOW  # so that it leads, and the talk follows
    choose(client, host, talk, evening)
    pupils = {name.replace("presentations", "parts"): typed for name, typed in answers(talk)["who"].items()}
    assert client.post("/book/day", data=pupils | {"parts-0-programme": str(talk.id)}).location != "/book/day"
    parents = {"audience": "parents", "level": "primary", "parents": "60"}
    client.post("/book/who", data={f"presentations-0-{name}": typed for name, typed in parents.items()})
    assert 'name="teacher_stays"' in client.get("/book/where").text

    choose(client, host, evening)

    assert 'name="teacher_stays"' not in client.get("/book/where").text


def test_a_picture_in_a_class_of_a_further_part_is_asked_about(client, talk, host):
    other = make_programme(Audience.PUPILS, centre_id=talk.centre_id)
    choose(client, host, talk, other)
    one_day(client, talk)
    pupils = {name.replace("presentations", "parts"): typed for name, typed in answers(talk)["who"].items()}
    client.post("/book/day", data=pupils | {"parts-0-programme": str(other.id), "parts-0-classes": "VII-1 🐸"})
    for page in ("where", "you"):
        client.post(f"/book/{page}", data=answers(talk)[page])

    assert "There is a picture among the letters of a class." in client.get("/book/check?lang=en").text
    assert client.post("/book/check", data={"form_key": "one"}).status_code == 422
    assert stored() == []


def test_of_what_was_merged_a_link_shows_the_kept_one_and_nothing_that_was_sent_with_that(client, talk, evening, host):
    """Its own parts stay on its page; those of the other booking are nobody's business who holds this link."""
    own = make_school_request(programme=talk, host_id=host.id)
    second = make_school_request(programme=evening, host_id=host.id, booking=own.number)
    kept = make_school_request(RequestState.CONFIRMED, programme=talk, host_id=host.id, contact_email="b@s.example")
    beside = make_school_request(programme=evening, host_id=host.id, booking=kept.number, contact_email="b@s.example")
    make_presentation(make_visit(VisitState.CONFIRMED, programme=talk, host_id=host.id, school_request_id=kept.id))
    with transaction() as session:
        merged = session.get_one(SchoolRequest, own.id)
        merged.merged_into_id, merged.state = kept.id, RequestState.MERGED_INTO
        secret = tokens.mint("status", own.id, lasts=dt.timedelta(days=1), now=MONDAY)

    page = client.get(f"/status/{secret}?lang=en").text
    links = set(re.findall(r'href="(/status/[^"#?]+)"', page))

    assert {f"/status/{secret}~{second.number}", f"/status/{secret}/day.ics"} <= links
    assert {link: code for link in links if (code := client.get(link).status_code) != 200} == {}
    assert beside.number not in page
    assert client.get(f"/status/{secret}/day.ics").text.count("BEGIN:VEVENT") == 1
    assert client.get(f"/status/{secret}~{beside.number}").status_code == 404

"""A school's day: several programmes chosen together, laid on the line of that day, sent as one booking."""

import re

import pytest

from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.programmes.terms import Audience
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import HoldState, VisitState
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.school_time import tell_shifts
from tests.factories.visits import make_presentation, make_visit
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import FIRST, ON_FIRST, Booking, booked_now, holds, parts, renamed, sent


@pytest.fixture
def sent_day(day):
    """The whole day, sent."""
    day.whole_day().send()
    return day


def asked(state: RequestState, host, programme, **given):
    return make_school_request(state, programme=programme, host_id=host.id, **given)


def confirmed_visit(row) -> None:
    given = {"centre_id": row.centre_id, "programme_id": row.programme_id, "host_id": row.host_id}
    make_presentation(make_visit(VisitState.CONFIRMED, school_request_id=row.id, **given))


def test_who_chooses_one_programme_never_sees_the_page_of_the_day(booking):
    booking.begin()

    assert "of 7" in text_of(booking.client.get("/book?lang=en"))
    assert booking.get("day").location == "/book/when"


def test_a_day_is_laid_beside_shifts_and_bells_with_hours_that_fit(day, host):
    tell_shifts(host.id, first_grades=frozenset({7}))
    page = day.begin().one_day().get("day")

    for words in (
        "10:00–10:45 Talk with pupils: VII-1, VII-2",
        "18:00–19:00 Evening for parents",
        r"1[34]:\d\d–1[45]:\d\d Gathering of teachers",
        r"morning shift 0?8:00–14:00 · afternoon shift 14:00–20:00",
    ):
        assert re.search(words, text_of(page))
    assert [page.text.count(f'class="day-line__{kind}"') for kind in ("part day-line__part--wished", "lesson")] == [
        3,
        14,
    ]


def test_each_part_asks_only_what_it_needs(day):
    page = day.begin().one_day().get("day").text

    fields = set(re.findall(r'name="parts-(\d-\w+)"', page))
    assert {"0-parents", "0-starts_local", "1-teachers", "1-starts_local"} <= fields
    assert fields.isdisjoint({"0-pupils", "0-teachers", "0-classes", "0-lesson", "1-pupils", "1-parents", "1-classes"})


def test_a_number_that_is_missing_is_told_beside_its_own_field_and_nothing_is_lost(day):
    day.begin().one_day()

    wrong = parts(*day.programmes[1:], **{"parts-0-parents": "", "parts-1-starts_local": "13.45"})
    assert day.post("day", wrong) == "/book/day"

    page = day.get("day")
    assert (page.status_code, 'id="parts-0-parents-error"' in page.text) == (422, True)
    assert re.search(r'value="13[:.]45"', page.text)
    assert sent() == []


def test_the_whole_day_is_sent_as_one_booking_with_one_mail(day):
    shown = day.whole_day().read("check")
    for words in ("Evening for parents", "60 parents, 18:00", "20 teachers, 13:30", "10:00–10:45"):
        assert words in shown

    assert day.send().location == "/book/sent"

    rows = sent()
    assert [row.programme_id for row in rows] == [one.id for one in day.programmes]
    assert {row.booking for row in rows} == {rows[0].number}
    assert {(row.first_day, row.last_day, row.state) for row in rows} == {(FIRST, FIRST, RequestState.UNVERIFIED)}
    assert rows_of(OutboxMessage.kind) == ["prove_address"]


def test_a_programme_added_later_is_asked_before_the_sending(day, client, host, programme, evening, gathering):
    two = Booking(client, host, programme, evening)
    two.begin().one_day()
    only = {name: value for name, value in parts(evening, gathering).items() if name.startswith("parts-0")}
    two.post("day", only | {"parts-0-parents": "41"})
    two.answer("where", "you")

    day.begin()

    assert day.get("check").location == "/book/day"
    page = day.get("day").text
    assert ('value="41"' in page, 'name="parts-1-teachers"' in page) == (True, True)


def test_no_teacher_stays_with_parents_alone(client, host, evening, gathering):
    adults = Booking(client, host, evening, gathering)
    adults.begin().post("when", ON_FIRST)
    sitting = {"audience": "parents", "level": "primary", "parents": "60", "starts_local": "18:00"}
    adults.post("who", {f"presentations-0-{name}": value for name, value in sitting.items()})
    part = {name: value for name, value in parts(evening, gathering).items() if "-1-" in name}
    assert adults.post("day", renamed(part, "-1-", "-0-")) == "/book/where"

    assert 'name="teacher_stays"' not in adults.get("where").text
    assert adults.post("where", {"safeguarding_contact": "Весна Илић"}) == "/book/you"


def test_the_held_date_of_the_talk_is_the_day_of_all(client, host, programme, educator, evening, gathering):
    booked_now(programme)
    day = Booking(client, host, evening, programme, gathering)
    day.begin().post("when", {"slot": f"{FIRST}T10:00"})
    talk = Booking(client, host, programme)
    talk.answer("who")
    day.post("day", parts(evening, gathering))
    talk.answer("where", "you")

    assert day.send().location == "/book/sent"

    assert [(row.programme_id, row.first_day) for row in sent()] == [
        (one.id, FIRST) for one in (programme, evening, gathering)
    ]
    assert holds() == [HoldState.KEPT]


def test_days_too_near_for_the_slowest_programme_are_not_offered(day, evening, educator):
    with transaction():
        evening.notice_days = 40
    day.begin()

    assert day.post("when", ON_FIRST) == "/book/when"  # 30 days ahead

    page = day.get("when")
    assert (page.status_code, "too soon for us to prepare" in text_of(page)) == (422, True)
    assert "fell out" not in text_of(page)  # said to who looks for another date: nothing fell out here


@pytest.mark.parametrize("held", [True, False])
def test_a_slower_programme_chosen_later_asks_for_the_day_again_and_says_why(booking, educator, evening, held):
    if held:
        booked_now(booking.programmes[0])
    with transaction():
        evening.notice_days = 40
    pressed = {"slot": f"{FIRST}T10:00"} if held else ON_FIRST
    assert booking.begin().post("when", pressed) == "/book/who"

    both = {"programme": [str(booking.programmes[0].id), str(evening.id)], "teaching_language": "sr"}
    assert booking.post("what", both) == "/book/when"

    page = booking.get("when")
    assert page.status_code == 422
    assert ("The earliest day: " in text_of(page), "held for you until" in text_of(page)) == (True, False)
    assert booking.get("check").location == "/book/when"


def test_one_link_proves_all_and_opens_all(client, sent_day):
    first, second, third = sent()

    page = sent_day.post(f"prove/{a_link(first.id, 'prove')}")
    shown = text_of(client.get(f"{page}?lang=en"))

    assert {row.state for row in sent()} == {RequestState.NEW}
    for words in ("Talk with pupils", "Evening for parents", "Gathering of teachers", "18:00–19:00", "13:30–15:00"):
        assert words in shown
    hours = [shown.rindex(one) for one in ("Talk with pupils", "Gathering of teachers", "Evening for parents")]
    assert hours == sorted(hours)  # the parts stand as the day runs
    assert shown.count("Talk with pupils") == 2  # once in the line of the day, once as a part: nothing is said twice
    assert "Where the request is" not in shown
    own, other = (client.get(f"{page}~{row.number}?lang=en") for row in (first, second))
    assert "Where the request is" in text_of(own)
    assert f'href="{page}"' in own.text  # back to the day
    assert f"Request {second.number}" in text_of(other)
    client.post(f"{page}~{third.number}/withdraw", data={"reason": ""})
    assert [row.state for row in sent()] == [RequestState.NEW, RequestState.NEW, RequestState.WITHDRAWN]
    for number in ("R-2026-9999", "x", "~"):
        assert client.get(f"{page}~{number}").status_code == 404


def test_what_waits_for_the_school_is_said_on_the_page_of_the_day(client, host, programme, evening):
    """A question of the centre, and a visit that was held: each is one press away."""
    first = asked(RequestState.NEEDS_INFO, host, programme, question="Hall?")
    second = asked(RequestState.REPORTED, host, evening, booking=first.number)
    status = f"/status/{a_link(first.id)}"

    page = client.get(f"{status}?lang=en").text

    assert f'href="{status}~{first.number}">Answer the question' in page
    assert f'href="{status}~{second.number}/feedback">How was it?' in page
    assert client.post(f"{status}~{first.number}", data={"answer": "Yes", "version": "1"}).status_code == 302
    assert {row.state for row in sent()} == {RequestState.TRIAGE, RequestState.REPORTED}


def test_each_page_on_which_a_part_is_changed_names_its_programme(client, host, programme, evening):
    first = asked(RequestState.PROPOSED, host, programme)
    second = asked(RequestState.CONFIRMED, host, evening, booking=first.number)
    confirmed_visit(second)
    status = f"/status/{a_link(first.id)}"

    pages = {f"{status}~{first.number}/{page}": "Talk with pupils" for page in ("dates", "withdraw", "counts")}
    pages |= {f"{status}~{second.number}/{page}": "Evening for parents" for page in ("cancel", "date", "counts")}

    assert [page for page, name in pages.items() if name not in text_of(client.get(f"{page}?lang=en"))] == []


def test_one_calendar_file_holds_the_confirmed_visits_of_the_booking(client, host, programme):
    """Under one link, without anybody's name; a booking without a confirmed visit has none."""
    first = asked(RequestState.CONFIRMED, host, programme)
    second = asked(RequestState.CONFIRMED, host, programme, booking=first.number)
    alone = asked(RequestState.NEW, host, programme, booking=first.number)
    for row in (first, second):
        confirmed_visit(row)
    status = f"/status/{a_link(second.id)}"

    shown, file = client.get(f"{status}?lang=en").text, client.get(f"{status}/day.ics")

    for words in (f"{status}/day.ics", alone.number, f"{status}~{first.number}"):
        assert words in shown
    assert file.mimetype == "text/calendar"
    assert [file.text.count(f"BEGIN:{kind}") for kind in ("VEVENT", "VCALENDAR")] == [2, 1]


def test_more_programmes_than_a_day_holds_are_refused_and_none_is_dropped(client, host, programme):
    many = [programme, *(make_programme(Audience.PARENTS, centre_id=programme.centre_id) for _ in range(8))]

    page = Booking(client, host, *many).begin().get("what")

    assert (page.status_code, "At most 8 programmes fit into one day." in page.text) == (422, True)
    assert len(re.findall(r'<input[^>]*checked[^>]*name="programme"', page.text)) == len(many)


def pupils_of(day: Booking, programme) -> dict[str, str]:
    """The usual pupils, as a further part."""
    return renamed(day.usual["who"], "presentations", "parts") | {"parts-0-programme": str(programme.id)}


def test_no_teacher_has_to_stay_for_pupils_who_were_chosen_away(client, host, programme, evening):
    booked_now(evening)  # so that it leads, and the talk follows
    day = Booking(client, host, programme, evening).begin()
    assert day.post("day", pupils_of(day, programme)) != "/book/day"
    parents = {"audience": "parents", "level": "primary", "parents": "60"}
    day.post("who", {f"presentations-0-{name}": typed for name, typed in parents.items()})
    assert 'name="teacher_stays"' in day.get("where").text

    Booking(client, host, evening).begin()

    assert 'name="teacher_stays"' not in day.get("where").text


def test_a_picture_in_a_class_of_a_further_part_is_asked_about(client, host, programme):
    other = make_programme(Audience.PUPILS, centre_id=programme.centre_id)
    day = Booking(client, host, programme, other).begin().one_day()
    day.post("day", pupils_of(day, other) | {"parts-0-classes": "VII-1 🐸"})
    day.answer("where", "you")

    assert "There is a picture among the letters of a class." in day.get("check").text
    assert (day.send().status_code, sent()) == (422, [])


def test_of_what_was_merged_a_link_shows_the_kept_one_and_nothing_that_was_sent_with_that(
    client, host, programme, evening
):
    """Its own parts stay on its page; those of the other booking are nobody's business who holds this link."""
    own = asked(RequestState.NEW, host, programme)
    second = asked(RequestState.NEW, host, evening, booking=own.number)
    kept = asked(RequestState.CONFIRMED, host, programme, contact_email="b@s.example")
    beside = asked(RequestState.NEW, host, evening, booking=kept.number, contact_email="b@s.example")
    confirmed_visit(kept)
    with transaction():
        own.merged_into_id, own.state = kept.id, RequestState.MERGED_INTO
    status = f"/status/{a_link(own.id)}"

    page = client.get(f"{status}?lang=en").text
    links = set(re.findall(r'href="(/status/[^"#?]+)"', page))

    assert {f"{status}~{second.number}", f"{status}/day.ics"} <= links
    assert {link: code for link in links if (code := client.get(link).status_code) != 200} == {}
    assert beside.number not in page
    assert client.get(f"{status}/day.ics").text.count("BEGIN:VEVENT") == 1
    assert client.get(f"{status}~{beside.number}").status_code == 404


# --- somebody wants more than their own: nothing of others moves ---


BEYOND = ("0", "-1", "9" * 40, "99999999", "1e3", "٣", "", "x", "1 OR 1=1")


@pytest.fixture
def two(client, host, programme, evening):
    """A talk and an evening for parents: the day and the classes are said."""
    return Booking(client, host, programme, evening).begin().one_day()


@pytest.mark.parametrize("number", BEYOND)
def test_a_programme_that_is_none_is_no_part_and_breaks_nothing(two, programme, number):
    part = {"audience": "parents", "level": "primary", "parents": "60", "starts_local": "18:00", "programme": number}

    assert two.post("day", {f"parts-0-{name}": value for name, value in part.items()}) != "None"
    two.post("what", {"programme": [str(programme.id), number], "teaching_language": "sr"})

    assert two.get("check").status_code == 302
    assert sent() == []


def test_a_part_of_a_programme_that_was_not_chosen_is_not_sent(two, evening, gathering):
    two.post("day", parts(evening, gathering) | {"parts-0-pupils": "400", "parts-0-classes": "VIII-1"})
    two.answer("where", "you")

    two.send()

    programme_of = {row.id: row.programme_id for row in sent()}
    assert gathering.id not in programme_of.values()
    of_parents = [row for row in rows_of(RequestedPresentation) if programme_of[row.school_request_id] == evening.id]
    assert {row.pupils for row in of_parents} <= {0}  # no pupils slip into an evening of parents


def test_the_last_page_sent_twice_and_in_two_tabs_is_one_booking(day):
    day.whole_day()

    for key in ("one", "one", "two"):
        assert day.send(key).status_code in (302, 429)

    assert len(sent()) == 3


@pytest.mark.parametrize(
    "act", ["withdraw", "counts", "dates", "cancel", "date", "share", "again", "parents.pdf", "day.ics"]
)
def test_a_link_reaches_no_page_of_another_booking(client, programme, evening, host, act):
    """Neither by the number of its request, nor by two numbers, nor with a link that was made for reading."""
    own = make_school_request(RequestState.NEW, programme=programme, host_id=host.id)
    foreign = make_school_request(RequestState.PROPOSED, programme=evening, host_id=host.id)
    secret, read = a_link(own.id), a_link(own.id, "read")
    before = [(row.id, row.state, row.version) for row in sent()]

    numbers = (foreign.number, f"{own.number}~{foreign.number}", "9" * 4000)
    for link in (*(f"{secret}~{number}" for number in numbers), read):
        for answer in (client.get(f"/status/{link}/{act}"), client.post(f"/status/{link}/{act}", data={"reason": "x"})):
            assert answer.status_code in (404, 405, 414), (link, answer.status_code)

    assert [(row.id, row.state, row.version) for row in sent()] == before


@pytest.mark.parametrize("state", [RequestState.WITHDRAWN, RequestState.CANCELLED_BY_SCHOOL])
def test_a_part_that_is_over_is_used_for_nothing_more(client, programme, evening, host, state):
    first = make_school_request(RequestState.NEW, programme=programme, host_id=host.id)
    over = make_school_request(state, programme=evening, host_id=host.id, booking=first.number)
    link = f"/status/{a_link(first.id)}~{over.number}"

    acts = {
        "dates": {"date": "1"},
        "counts": {"presentations-0-pupils": "9"},
        "withdraw": {},
        "cancel": {"reason": "x"},
        "date": {"first_choice": "1.12.2026."},
        "dates/other": {"slot": "2026-12-01T10:00"},
    }
    for act, typed in acts.items():
        assert client.post(f"{link}/{act}", data=typed | {"version": "1"}).status_code < 500, act

    assert [row.state for row in sent()] == [RequestState.NEW, state]
    assert "Withdraw the request" not in text_of(client.get(f"{link}?lang=en"))


def test_a_proof_is_used_once_and_is_no_link_to_the_page(client, day):
    day.whole_day().send()
    first, second, _third = sent()
    token = a_link(first.id, "prove")

    assert day.post(f"prove/{token}").startswith("/status/")
    assert day.post(f"prove/{token}") == f"/book/prove/{token}"
    for page in (f"/status/{token}", f"/book/prove/{token}~{second.number}"):
        assert client.get(page).status_code == 404


def test_a_day_too_large_is_refused_and_what_was_typed_before_stays(client, day, evening, gathering):
    day.begin().one_day()

    huge = parts(evening, gathering) | {"parts-0-classes": "V" * 20_000_000}
    assert client.post("/book/day", data=huge).status_code == 413
    many = {f"parts-{place}-programme": str(evening.id) for place in range(3000)}
    assert client.post("/book/day", data=many).status_code in (302, 413, 422)

    assert day.post("day", parts(evening, gathering)) == "/book/where"

"""What a booking asks before it is sent: wishes and days off, lessons, and whether a likely slip is meant."""

import datetime as dt

import pytest

from scheduler.core.db import transaction
from scheduler.places.terms.school_time import Rotation
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import BlackoutDays, PreferredDate, RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import DayPart, RequestState
from tests.factories import MONDAY as NOW
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.school_time import tell_shifts
from tests.visitor import day
from tests.visitor import day as written
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import FIRST, LAST, answers, sent

# --- ranked dates and days off ---


DAY = dt.timedelta(days=1)
CANNOT = "Days on which the school cannot"


def typed(**more: str) -> dict[str, str]:
    fair = {
        "preferred-0-on_day": written(FIRST + 3 * DAY),
        "preferred-0-starts_local": "10:00",
        "preferred-1-on_day": written(FIRST + DAY),
        "preferred-1-day_part": "afternoon",
        "blackouts": f"{written(FIRST)}, {written(FIRST + 5 * DAY)} – {written(FIRST + 6 * DAY)}",
    }
    return fair | more


def test_wishes_and_days_off_are_checked_sent_and_read_by_the_school(booking):
    booking.answer_all(when=typed())
    check = booking.read("check")
    for words in ("1. ", " at 10:00", "2. ", "We cannot:"):
        assert words in check

    booking.send()

    assert [(one.on_day, one.starts_local, one.day_part) for one in rows_of(PreferredDate)] == [
        (FIRST + 3 * DAY, dt.time(10), DayPart.ANY),
        (FIRST + DAY, None, DayPart.AFTERNOON),
    ]
    off = [(FIRST, FIRST), (FIRST + 5 * DAY, FIRST + 6 * DAY)]
    assert [(one.first_day, one.last_day) for one in rows_of(BlackoutDays)] == off
    status = text_of(booking.client.get(f"/status/{a_link(sent()[0].id)}?lang=en"))
    assert ("Wished dates" in status, CANNOT in status) == (True, True)


LIKE_THIS = "Enter days like this: 24.12.2026, 4.1.2027 – 8.1.2027."


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("blackouts", "next week", LIKE_THIS),
        ("blackouts", "1.2.2027 – 2.2.2027 – 3.2.2027", LIKE_THIS),
        ("preferred-0-on_day", "1.1.2020.", "Choose a day between the first and the last day that suit you."),
        ("preferred-0-on_day", "x", "Enter a day"),
        ("preferred-0-on_day", written(FIRST), "Choose another day: the school cannot on this one."),
        ("preferred-0-day_part", "never", "Choose"),
    ],
)
def test_a_wrong_wish_is_told_beside_it_and_everything_typed_stays(booking, field, wrong, told):
    assert booking.begin().post("when", booking.usual["when"] | typed(**{field: wrong})) == "/book/when"

    page = booking.get("when")
    assert (page.status_code, told in text_of(page)) == (422, True)
    for kept in (f'value="{written(FIRST + DAY)}"', '<details class="free-month__list" open>'):
        assert kept in page.text


def with_wishes(programme, state: RequestState) -> SchoolRequest:
    row = make_school_request(state, programme=programme, first_day=FIRST, last_day=LAST)
    first = {"rank": 1, "on_day": FIRST + 3 * DAY, "starts_local": dt.time(9, 30)}
    second = {"rank": 2, "on_day": FIRST + DAY, "day_part": DayPart.AFTERNOON}
    with transaction() as session:
        session.add_all(PreferredDate(school_request_id=row.id, **wish) for wish in (first, second))
        session.add(BlackoutDays(school_request_id=row.id, first_day=FIRST, last_day=FIRST))
    return row


@pytest.fixture
def plan(programme) -> str:
    """The page on which an agreed request with wishes is planned."""
    return f"/requests/{with_wishes(programme, RequestState.AGREED).number}/plan?lang=en"


def test_the_desk_reads_the_wishes_in_the_request_and_takes_the_same_by_phone(desk, programme, host):
    page = text_of(desk.get(f"/requests/{with_wishes(programme, RequestState.NEW).number}?lang=en"))
    assert ("at 09:30" in page, CANNOT in page) == (True, True)

    page = desk.get(f"/requests/phone?host={host.id}&lang=en").text
    assert ("preferred-4-on_day" in page, 'name="blackouts"' in page) == (True, True)


def test_each_wished_date_is_one_press_away_in_the_plan(desk, plan):
    first, second = (desk.get(f"{plan}&wish={rank}").text for rank in (1, 2))

    for value in (written(FIRST + 3 * DAY), "09:30"):
        assert f'value="{value}"' in first
    assert f'href="{plan.removesuffix("?lang=en")}?wish=2"' in first
    for value in (written(FIRST + DAY), "14:00"):
        assert f'value="{value}"' in second


@pytest.mark.parametrize("wish", ["0", "9", "x", "-1", "9" * 30])
def test_a_wish_that_is_none_plans_as_without(desk, plan, wish):
    assert desk.get(f"{plan}&wish={wish}").status_code == 200


def test_a_plan_on_a_day_off_is_warned_of(desk, plan):
    form = {"on_day": written(FIRST), "presentations-0-starts_local": "10:00", "presentations-0-minutes": "45"}

    assert "the school said that it cannot on this day" in text_of(desk.post(plan, data=form | {"look": "1"}))


# --- an hour at which the class is away is refused with the nearest right ones ---


MONDAY = NOW.date() + dt.timedelta(weeks=5)
ONE_DAY = {"first_day": day(MONDAY), "last_day": day(MONDAY)}
WEEKS = {"first_day": day(MONDAY), "last_day": day(MONDAY + dt.timedelta(days=13))}
AWAY = "Choose a time at which the class is in the building"


def tell(host, **given) -> None:
    """7th grades in the morning in the week of MONDAY, the others in the afternoon."""
    fair = {"rotation": Rotation.WEEK, "first_grades": frozenset({7}), "anchor_day": MONDAY}
    tell_shifts(host.id, **(fair | given))


def who(booking, **typed: str):
    """The page of the classes after an answer, and where it led."""
    named = {f"presentations-0-{name}": value for name, value in typed.items()}
    went = booking.post("who", booking.usual["who"] | named)
    return booking.get("who"), went


@pytest.fixture
def one_day(booking):
    """As far as the question who comes, on a single day."""
    booking.begin().answer("when", when=ONE_DAY)
    return booking


@pytest.fixture
def weeks(booking):
    """The same, within two weeks."""
    booking.begin().answer("when", when=WEEKS)
    return booking


def test_the_lesson_is_asked_only_where_the_bells_are_known_and_refused_where_the_shift_has_none(one_day, host):
    assert 'name="presentations-0-lesson"' not in one_day.get("who").text
    tell(host)
    assert 'name="presentations-0-lesson"' in one_day.get("who").text

    tell(host)
    assert "has no lesson of that number" in text_of(who(one_day, lesson="9")[0])
    assert who(one_day, lesson="3")[1] == "/book/where"


def test_a_time_in_the_other_shift_is_refused_with_the_nearest_right_ones(one_day, host):
    tell(host)

    refused, _went = who(one_day, starts_local="15:00")

    assert refused.status_code == 422
    for words in (AWAY, "7-1, 7-2 is not in the building then (morning shift)", "Nearest right times:"):
        assert words in text_of(refused)
    assert 'value="15:00"' in refused.text
    assert one_day.get("check").location == "/book/who"


def test_the_same_time_is_right_when_one_of_the_asked_days_suits_it(weeks, host):
    tell(host)

    assert who(weeks, starts_local="15:00")[1] == "/book/where"


def test_the_school_may_say_that_the_class_comes_for_it(weeks, host):
    tell(host, rotation=Rotation.NONE)

    refused, _went = who(weeks, starts_local="15:00")
    assert 'name="presentations-0-outside_shift"' in refused.text
    assert who(weeks, starts_local="15:00", outside_shift="y")[1] == "/book/where"


def test_lesson_and_hour_are_stored_read_again_and_shown_before_the_sending(booking, host):
    tell(host)
    booking.answer_all(when=ONE_DAY, who={"presentations-0-lesson": "3"})
    assert "lesson 3" in booking.read("check")
    booking.send()

    assert [(row.lesson, row.starts_local, row.outside_shift) for row in rows_of(RequestedPresentation)] == [
        (3, None, False)
    ]


def test_the_rules_refuse_it_also_when_the_shifts_are_told_before_the_last_press(booking, host):
    booking.answer_all(when=ONE_DAY, who={"presentations-0-starts_local": "15:00"})
    tell(host)

    refused = booking.send()

    assert (refused.status_code, AWAY in text_of(refused), sent()) == (422, True, [])


def test_morning_afternoon_and_a_parents_evening_are_asked_for_in_one_request(booking, host):
    pupils = {"audience": "pupils", "level": "primary", "classes": "VI-1", "pupils": "25", "day_part": "afternoon"}
    parents = {"audience": "parents", "parents": "40", "starts_local": "18:00"}
    more = {f"presentations-{n}-{name}": value for n in (1, 2) for name, value in (pupils, parents)[n - 1].items()}
    tell(host)
    booking.answer_all(when=ONE_DAY, who=more)
    booking.send()

    rows = rows_of(RequestedPresentation)
    assert [row.day_part for row in rows] == [DayPart.MORNING, DayPart.AFTERNOON, DayPart.MORNING]
    assert rows[2].starts_local == dt.time(18)


# --- a weekend, a programme for other schools, a picture in a class: asked about once, then sent ---


WEEKEND = {"first_day": "17. октобар", "last_day": "18.10."}
PICTURE = {"presentations-0-classes": "VII-1 🐸"}
SURE = "tick that it is meant so"


@pytest.fixture
def secondary_talk(programme):
    given = {"slug": "seniors", "name_en": "For seniors", "level": SchoolLevel.SECONDARY}
    return make_programme(Audience.PUPILS, centre_id=programme.centre_id, **given)


@pytest.mark.parametrize(
    ("page", "typed", "asked"),
    [
        ("when", WEEKEND, "The only days you named are a weekend."),
        ("who", PICTURE, "There is a picture among the letters of a class."),
    ],
)
def test_a_likely_slip_is_asked_about_and_sent_when_it_is_meant_so(booking, page, typed, asked):
    booking.answer_all(**{page: typed})
    assert asked in booking.read("check")

    again = booking.send("one")

    assert (again.status_code, [words in text_of(again) for words in (asked, SURE)]) == (422, [True, True])
    assert sent() == []
    assert booking.send("two", sure="y").location == "/book/sent"
    assert len(sent()) == 1


def test_a_fair_booking_is_asked_nothing_more(booking):
    booking.answer_all()

    assert 'name="sure"' not in booking.get("check").text
    assert booking.send().location == "/book/sent"


def test_a_programme_for_other_schools_is_not_offered(booking, programme, secondary_talk):
    shown = booking.begin().get("what").text

    assert (f'value="{programme.id}"' in shown, "For seniors" in shown) == (True, False)
    assert booking.post("what", answers(secondary_talk)["what"]) == "/book/what"


def test_chosen_on_its_own_page_it_is_kept_and_asked_about(booking, secondary_talk):
    booking.client.post("/book?lang=en", data={"host_id": booking.host.id, "programme": "seniors"})
    assert "For seniors" in booking.get("what").text
    for page, typed in answers(secondary_talk).items():
        booking.post(page, typed)

    assert "made for another level of school" in booking.read("check")
    assert booking.send(sure="y").location == "/book/sent"


def test_on_the_phone_the_same_is_asked(desk, booking):
    typed = {name: value for page in booking.usual.values() for name, value in page.items()} | WEEKEND | PICTURE
    path, typed = f"/requests/phone?host={booking.host.id}&lang=en", typed | {"form_key": "one"}

    asked = desk.post(path, data=typed)

    assert (asked.status_code, sent()) == (422, [])
    for words in ("The only days you named are a weekend.", 'value="VII-1 🐸"'):
        assert words in text_of(asked) + asked.text
    assert desk.post(path, data=typed | {"sure": "y"}).status_code == 302
    assert len(sent()) == 1

"""Ranked dates and days off: typed in the booking, read on the check page, by the school and at the desk."""

import datetime as dt

import pytest

from scheduler.core.db import transaction
from scheduler.requests.models import BlackoutDays, PreferredDate, SchoolRequest
from scheduler.requests.terms.school_request import DayPart, RequestState
from tests.factories.requests import make_school_request
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import FIRST, LAST, sent
from tools.bench.visitor import day as written

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


def test_the_desk_reads_the_wishes_in_the_request(desk, programme):
    page = text_of(desk.get(f"/requests/{with_wishes(programme, RequestState.NEW).number}?lang=en"))

    assert ("at 09:30" in page, CANNOT in page) == (True, True)


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


def test_by_phone_the_same_wishes_are_taken(desk, host):
    page = desk.get(f"/requests/phone?host={host.id}&lang=en").text

    assert ("preferred-4-on_day" in page, 'name="blackouts"' in page) == (True, True)

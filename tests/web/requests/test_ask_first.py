"""Ranked dates and days off: typed in the booking, read on the check page, by the school and at the desk."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.requests.models import BlackoutDays, PreferredDate, SchoolRequest
from scheduler.requests.terms.school_request import DayPart, RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request
from tests.web.requests.answered import FIRST, answer_all, text_of
from tools.bench.visitor import day

pytestmark = pytest.mark.usefixtures("hands")
DAY = dt.timedelta(days=1)


def typed(**more: str) -> dict[str, str]:
    fair = {
        "preferred-0-on_day": day(FIRST + 3 * DAY),
        "preferred-0-starts_local": "10:00",
        "preferred-1-on_day": day(FIRST + DAY),
        "preferred-1-day_part": "afternoon",
        "blackouts": f"{day(FIRST)}, {day(FIRST + 5 * DAY)} – {day(FIRST + 6 * DAY)}",
    }
    return fair | more


def test_wishes_and_days_off_are_checked_sent_and_read_by_the_school(client, programme, host):
    answer_all(client, programme, host, when=typed())
    check = text_of(client.get("/book/check?lang=en"))

    client.post("/book/check")

    for said in ("1. ", " at 10:00", "2. ", "We cannot:"):
        assert said in check
    (row,) = db.session.scalars(sa.select(SchoolRequest))
    liked = db.session.scalars(sa.select(PreferredDate).order_by(PreferredDate.rank)).all()
    assert [(one.on_day, one.starts_local, one.day_part) for one in liked] == [
        (FIRST + 3 * DAY, dt.time(10), DayPart.ANY),
        (FIRST + DAY, None, DayPart.AFTERNOON),
    ]
    off = db.session.scalars(sa.select(BlackoutDays).order_by(BlackoutDays.first_day)).all()
    assert [(one.first_day, one.last_day) for one in off] == [
        (FIRST, FIRST),
        (FIRST + 5 * DAY, FIRST + 6 * DAY),
    ]
    with transaction():
        secret = tokens.mint("status", row.id, lasts=DAY, now=MONDAY)
    status = text_of(client.get(f"/status/{secret}?lang=en"))
    assert "Wished dates" in status
    assert "Days on which the school cannot" in status


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"blackouts": "next week"}, "Enter days like this: 24.12.2026, 4.1.2027 – 8.1.2027."),
        ({"blackouts": "1.2.2027 – 2.2.2027 – 3.2.2027"}, "Enter days like this: 24.12.2026, 4.1.2027 – 8.1.2027."),
        ({"preferred-0-on_day": "1.1.2020."}, "Choose a day between the first and the last day that suit you."),
        ({"preferred-0-on_day": "x"}, "Enter a day"),
        ({"preferred-0-on_day": day(FIRST)}, "Choose another day: the school cannot on this one."),
        ({"preferred-0-day_part": "never"}, "Choose"),
    ],
)
def test_a_wrong_wish_is_told_beside_it_and_everything_typed_stays(client, programme, host, wrong, told):
    client.post("/book", data={"host_id": host.id})
    client.post("/book/what", data={"programme": str(programme.id), "teaching_language": "sr"})
    days = {"first_day": day(FIRST), "last_day": day(FIRST + 10 * DAY), "day_part": "morning"}

    assert client.post("/book/when", data=days | typed(**wrong)).location == "/book/when"

    page = client.get("/book/when?lang=en")
    assert page.status_code == 422
    assert told in text_of(page)
    assert f'value="{day(FIRST + DAY)}"' in page.text
    assert '<details class="free-month__list" open>' in page.text


def with_wishes(programme, state: RequestState) -> SchoolRequest:
    row = make_school_request(state, programme=programme, first_day=FIRST, last_day=FIRST + 10 * DAY)
    with transaction() as session:
        session.add(
            PreferredDate(school_request_id=row.id, rank=1, on_day=FIRST + 3 * DAY, starts_local=dt.time(9, 30))
        )
        session.add(PreferredDate(school_request_id=row.id, rank=2, on_day=FIRST + DAY, day_part=DayPart.AFTERNOON))
        session.add(BlackoutDays(school_request_id=row.id, first_day=FIRST, last_day=FIRST))
    return row


def test_the_desk_reads_the_wishes_in_the_request(sign_in, programme):
    row = with_wishes(programme, RequestState.NEW)

    page = text_of(sign_in(centre_id=programme.centre_id).get(f"/requests/{row.number}?lang=en"))

    assert "at 09:30" in page
    assert "Days on which the school cannot" in page


def test_each_wished_date_is_one_press_away_in_the_plan(sign_in, programme):
    row = with_wishes(programme, RequestState.AGREED)
    desk = sign_in(centre_id=programme.centre_id)

    first, second = (desk.get(f"/requests/{row.number}/plan?lang=en{more}").text for more in ("&wish=1", "&wish=2"))

    assert f'value="{day(FIRST + 3 * DAY)}"' in first
    assert 'value="09:30"' in first
    assert f'href="/requests/{row.number}/plan?wish=2"' in first
    assert f'value="{day(FIRST + DAY)}"' in second
    assert 'value="14:00"' in second


@pytest.mark.parametrize("wish", ["0", "9", "x", "-1", "9" * 30])
def test_a_wish_that_is_none_plans_as_without(sign_in, programme, wish):
    row = with_wishes(programme, RequestState.AGREED)

    assert sign_in(centre_id=programme.centre_id).get(f"/requests/{row.number}/plan?wish={wish}").status_code == 200


def test_a_plan_on_a_day_off_is_warned_of(sign_in, programme):
    row = with_wishes(programme, RequestState.AGREED)
    form = {"on_day": day(FIRST), "presentations-0-starts_local": "10:00", "presentations-0-minutes": "45", "look": "1"}

    page = sign_in(centre_id=programme.centre_id).post(f"/requests/{row.number}/plan?lang=en", data=form)

    assert "the school said that it cannot on this day" in text_of(page)


def test_by_phone_the_same_wishes_are_taken(sign_in, programme, host):
    desk = sign_in(centre_id=programme.centre_id)
    page = desk.get(f"/requests/phone?host={host.id}&lang=en")

    assert (page.status_code, "preferred-4-on_day" in page.text, 'name="blackouts"' in page.text) == (200, True, True)

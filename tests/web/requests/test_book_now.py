"""Book now in the browser: press a day and a time, finish the form, send it (TRUST R1)."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.service import holds as hold_service
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Booking
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.service import unproved
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import HoldState
from tests.factories import MONDAY
from tests.web.requests.answered import answers, text_of
from tests.web.requests.booking_now import QUARTER, SLOT_BUTTON, asked, begin, finish, holds, times_of

pytestmark = pytest.mark.usefixtures("hands")


def test_a_day_then_a_time_then_the_form_and_the_date_is_held_all_the_while(client, now_programme, host, educator):
    day = begin(client, now_programme, host)

    pressed = client.post("/book/when", data={"day": day})
    page = client.get("/book/when?lang=en")
    slots = sorted(SLOT_BUTTON.findall(page.text))
    held = client.post("/book/when", data={"slot": slots[4]})

    assert (pressed.location, held.location) == ("/book/when#times", "/book/who")
    assert slots[0] == f"{day}T08:00"
    assert "it is held for you for 15 minutes" in text_of(page)
    assert holds() == [HoldState.HELD]
    for path in ("/book/who", "/book/where", "/book/you"):
        said = text_of(client.get(f"{path}?lang=en"))
        assert "at 09:00. It is held for you until" in said


def test_nobody_waits_at_the_lock_while_its_mail_is_rendered(client, now_programme, host, educator, monkeypatch):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    finish(client, now_programme)
    seen, render = [], unproved.rendered_by_pattern
    monkeypatch.setattr(
        unproved,
        "rendered_by_pattern",
        lambda draft: seen.append(db.session().info.get("open", False)) or render(draft),
    )

    client.post("/book/check")

    assert (seen, holds()) == ([False], [HoldState.KEPT])


def test_the_sent_booking_is_for_the_held_date_and_its_proof_plans_the_visit(client, now_programme, host, educator):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    assert finish(client, now_programme).location == "/book/check"
    check = text_of(client.get("/book/check?lang=en"))

    sent = client.post("/book/check")

    (row,) = asked()
    day = dt.date.fromisoformat(slot[:10])
    assert (sent.location, row.first_day, row.last_day) == ("/book/sent", day, day)
    assert "at 09:00" in check
    assert "It is kept for you. Open the link before:" in text_of(client.get("/book/sent?lang=en"))
    mail = db.session.scalar(sa.select(OutboxMessage).where(OutboxMessage.kind == "prove_address"))
    assert "Hour: 09:00." in mail.text
    assert "The date is kept until: " in mail.text
    with transaction():
        token = tokens.mint("prove", row.id, lasts=dt.timedelta(days=7), now=MONDAY)
    assert "at 09:00. It is kept until: " in text_of(client.get(f"/book/prove/{token}?lang=en"))
    client.post(f"/book/prove/{token}")
    (visit,) = db.session.scalars(sa.select(Visit)).all()
    assert (visit.on_day, asked()[0].state, holds()) == (day, RequestState.STAFFING, [HoldState.TAKEN])


def test_trust_r01_the_loser_reads_three_other_dates_and_loses_nothing_typed(
    app, client, now_programme, host, educator
):
    other = app.test_client()
    slot = times_of(client, begin(client, now_programme, host))[4]
    begin(other, now_programme, host)
    finish(other, now_programme)
    client.post("/book/when", data={"slot": slot})

    lost = other.post("/book/when", data={"slot": slot})

    assert lost.location == "/book/when#times"
    page = other.get("/book/when?lang=en")
    said = text_of(page)
    assert "This date has just been taken:" in said
    assert "Everything else that you typed is kept." in said
    three = SLOT_BUTTON.findall(page.text)
    assert (len(three), slot in three) == (3, False)
    assert other.post("/book/when", data={"slot": three[1]}).location == "/book/check"
    assert "Оливера Матић" in other.get("/book/you").text
    assert holds() == [HoldState.HELD, HoldState.HELD]


def test_a_hold_that_is_over_is_told_and_taken_anew_with_the_sending(client, now_programme, host, educator, later):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[4]})
    finish(client, now_programme)
    later(QUARTER)

    said = text_of(client.get("/book/check?lang=en"))
    assert "The quarter of an hour is over." in said
    assert client.post("/book/check").location == "/book/sent"
    assert holds() == [HoldState.LAPSED, HoldState.KEPT]


def test_a_hold_that_is_over_and_gone_offers_three_dates_and_the_answers_stay(
    app, client, now_programme, host, educator, later
):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    finish(client, now_programme)
    later(QUARTER)
    other = app.test_client()
    begin(other, now_programme, host)
    other.post("/book/when", data={"slot": slot})

    refused = client.post("/book/check")

    assert (refused.location, asked()) == ("/book/when", [])
    page = client.get("/book/when?lang=en")
    three = SLOT_BUTTON.findall(page.text)
    assert ("This date has just been taken:" in text_of(page), len(three)) == (True, 3)
    assert client.post("/book/when", data={"slot": three[0]}).location == "/book/check"
    assert client.post("/book/check").location == "/book/sent"
    assert [row.contact_name for row in asked()] == ["Оливера Матић"]


def test_two_presentations_make_the_held_date_longer(client, now_programme, host, educator):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    second = {name.replace("-0-", "-1-"): value for name, value in answers(now_programme)["who"].items()}

    finish(client, now_programme, who=second)

    db.session.rollback()
    minutes = db.session.scalars(sa.select(DateHold.minutes).order_by(DateHold.id)).all()
    assert (minutes, holds()) == ([45, 105], [HoldState.RELEASED, HoldState.HELD])
    client.post("/book/check")
    db.session.rollback()
    starts = [one.starts_local for one in db.session.scalars(sa.select(RequestedPresentation).order_by("ordinal"))]
    assert starts == [dt.time(9), dt.time(10)]


def test_who_names_days_instead_holds_nothing_any_more(client, now_programme, host, educator):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[4]})

    client.post("/book/when", data=answers(now_programme)["when"])
    finish(client, now_programme)

    assert holds() == [HoldState.RELEASED]
    assert client.post("/book/check").location == "/book/sent"
    assert asked()[0].first_day < asked()[0].last_day


def test_who_goes_back_and_on_keeps_the_held_date(client, now_programme, host, educator):
    day = begin(client, now_programme, host)
    client.post("/book/when", data={"slot": times_of(client, day)[4]})
    page = client.get("/book/when?lang=en")

    wished = dt.date.fromisoformat(day)
    typed = dict.fromkeys(("first_day", "last_day"), f"{wished.day}.{wished.month}.{wished.year}.")
    client.post("/book/when", data=typed | {"day_part": "any"})

    assert 'href="/book/who"' in page.text
    assert SLOT_BUTTON.findall(page.text) == []
    assert holds() == [HoldState.HELD]
    assert "It is held for you until" in text_of(client.get("/book/who?lang=en"))


def test_deleted_answers_free_the_date(client, now_programme, host, educator):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[4]})

    client.post("/book/forget")

    assert holds() == [HoldState.RELEASED]


@pytest.mark.parametrize("typed", ["x", "2026-13-40T99:99", "9" * 40, "", "2020-01-01T10:00", "9999-12-31T23:59", "\0"])
def test_a_slot_that_is_no_date_is_told_and_holds_nothing(client, now_programme, host, educator, typed):
    begin(client, now_programme, host)

    assert client.post("/book/when", data={"slot": typed}).status_code == 302
    assert client.get("/book/when").status_code in (200, 422)
    assert holds() == []


def test_a_flood_of_presses_is_told_and_names_a_way_out(client, now_programme, host, educator, monkeypatch):
    monkeypatch.setattr(hold_service, "MOST_FROM_NETWORK", 0)
    slot = times_of(client, begin(client, now_programme, host))[4]

    client.post("/book/when", data={"slot": slot})

    assert "Too many dates are held from your network." in text_of(client.get("/book/when?lang=en"))
    assert holds() == []


def test_another_programme_that_is_asked_first_keeps_the_day_and_holds_nothing(client, now_programme, host, educator):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[4]})
    with transaction() as session:
        session.get_one(Programme, now_programme.id).booking = Booking.ASK

    client.post("/book/what", data=answers(now_programme)["what"])

    assert holds() == [HoldState.RELEASED]
    assert "held for you" not in text_of(client.get("/book/who?lang=en"))


def test_a_programme_that_is_asked_first_shows_no_times(client, programme, host):
    begin_at = client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"])

    assert begin_at.status_code == 302
    assert SLOT_BUTTON.findall(client.get("/book/when").text) == []
    assert client.post("/book/when", data={"slot": "2026-12-01T10:00"}).location == "/book/when"
    assert holds() == []


def test_the_first_hour_is_not_asked_again_and_the_second_may_be_named(client, now_programme, host, educator):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[4]})
    client.post("/book/who", data=answers(now_programme)["who"] | {"more": "1"})

    page = client.get("/book/who").text

    names = ("presentations-0-starts_local", "presentations-1-starts_local", "presentations-0-day_part")
    assert [f'name="{name}"' in page for name in names] == [False, True, False]


# --- beside the shifts of the classes and the waiting list ---


def tell_shifts(host) -> None:
    """Odd grades always in the morning, even ones always in the afternoon."""
    bells = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))}
    told = SchoolTime(bells, Grouping.GRADES, Rotation.NONE, first_grades=frozenset({1, 3, 5, 7}))
    tell_school_time(SYSTEM, host.id, told, version=0, now=MONDAY)


def test_classes_said_beside_the_calendar_show_their_own_times_to_press(client, now_programme, host, educator):
    tell_shifts(host)
    day = begin(client, now_programme, host)
    assert [slot[11:] for slot in times_of(client, day)][:1] == ["08:00"]

    client.post("/book/when", data={"classes": "VI-1"})
    slots = times_of(client, day)

    assert [slot[11:] for slot in slots] == ["14:00", "14:50"]
    assert client.post("/book/when", data={"slot": f"{day}T08:00"}).location == "/book/when#times"  # not theirs
    assert client.post("/book/when", data={"slot": slots[0]}).location == "/book/who"
    assert holds() == [HoldState.HELD]


def test_a_held_date_is_judged_by_its_own_time_when_the_classes_are_named(client, now_programme, host, educator):
    tell_shifts(host)
    client.post("/book/when", data={"slot": f"{begin(client, now_programme, host)}T08:00"})
    who = answers(now_programme)["who"]

    assert client.post("/book/who", data=who | {"presentations-0-classes": "VI-1"}).location == "/book/who"
    assert client.post("/book/who", data=who | {"presentations-0-classes": "VII-1"}).location == "/book/where"
    assert "nobody can come while the classes are in school" not in text_of(client.get("/book/when?lang=en"))
    assert holds() == [HoldState.HELD]


def test_who_joins_the_waiting_list_instead_holds_nothing_any_more(client, now_programme, host, educator):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})

    assert client.post("/book/when", data={"waiting": "yes"}).location == "/book/who"

    assert holds() == [HoldState.RELEASED]
    finish(client, now_programme)
    check = text_of(client.get("/book/check?lang=en"))
    assert "for the waiting list" in check
    assert "at 09:00" not in check
    client.post("/book/check")
    (row,) = asked()
    assert (row.for_waiting_list, holds()) == (True, [HoldState.RELEASED])


def test_a_date_held_after_the_waiting_list_takes_its_place(client, now_programme, host, educator):
    day = begin(client, now_programme, host)
    client.post("/book/when", data={"waiting": "yes"})
    client.post("/book/when", data={"slot": f"{day}T09:00"})
    finish(client, now_programme)

    client.post("/book/check")

    (row,) = asked()
    assert (row.for_waiting_list, row.first_day.isoformat(), holds()) == (False, day, [HoldState.KEPT])


@pytest.mark.parametrize("taken", ["day", "waiting"])
def test_what_is_taken_along_from_another_page_frees_the_held_date(client, now_programme, host, educator, taken):
    day = begin(client, now_programme, host)
    client.post("/book/when", data={"slot": f"{day}T09:00"})
    carried = {"programme": now_programme.slug, "day": day if taken == "day" else "waiting"}

    went = client.post("/book", data={"host_id": str(host.id)} | carried)

    assert went.location == ("/book/when" if taken == "day" else "/book/who")
    assert holds() == [HoldState.RELEASED]
    assert f"{day}T09:00" in client.get("/book/when").text or taken == "waiting"

"""Book now in the browser: press a day and a time, finish the form, send it; a date that is gone (TRUST R1, R6)."""

import datetime as dt
import re

import pytest

from scheduler.booking.rules.holds import HELD_FOR, KEPT_FOR
from scheduler.booking.service import holds as hold_service
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.programmes.terms import Booking as HowBooked
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.service import unproved
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import HoldState
from tests.factories.school_time import tell_shifts
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import SLOT_BUTTON, Booking, holds, renamed, sent

HELD, RELEASED, LAPSED, KEPT = HoldState.HELD, HoldState.RELEASED, HoldState.LAPSED, HoldState.KEPT
TAKEN_BY_ANOTHER = "This date has just been taken:"


def test_nobody_waits_at_the_lock_while_its_mail_is_rendered(now, monkeypatch):
    now.hold()
    now.finish()
    seen, render = [], unproved.rendered_by_pattern

    def watched(draft):
        seen.append(db.session().info.get("open", False))
        return render(draft)

    monkeypatch.setattr(unproved, "rendered_by_pattern", watched)

    now.send()

    assert (seen, holds()) == ([False], [KEPT])


def test_the_sent_booking_is_for_the_held_date_and_its_proof_plans_the_visit(now):
    day = dt.date.fromisoformat(now.hold()[:10])
    assert now.finish() == "/book/check"
    assert "at 09:00" in now.read("check")

    assert now.send().location == "/book/sent"

    [row] = sent()
    assert (row.first_day, row.last_day) == (day, day)
    assert "It is kept for you. Open the link before " in now.read("sent")
    [mail] = rows_of(OutboxMessage)
    for words in ("Hour: 09:00.", "We hold the date until "):
        assert words in mail.text
    proof = f"prove/{a_link(row.id, 'prove')}"
    assert "at 09:00. We hold the date until " in now.read(proof)
    now.post(proof)
    assert rows_of(Visit.on_day) == [day]
    assert (row.state, holds()) == (RequestState.STAFFING, [HoldState.TAKEN])


def test_trust_r01_the_loser_reads_three_other_dates_and_loses_nothing_typed(now, rival):
    rival.begin().finish()
    slot = now.hold()

    assert rival.post("when", {"slot": slot}) == "/book/when#times"

    page = rival.get("when")
    for words in (TAKEN_BY_ANOTHER, "Everything else that you typed is kept."):
        assert words in text_of(page)
    three = SLOT_BUTTON.findall(page.text)
    assert (len(three), slot in three) == (3, False)
    assert rival.post("when", {"slot": three[1]}) == "/book/check"
    assert "Оливера Матић" in rival.get("you").text
    assert holds() == [HELD, HELD]


def test_a_hold_that_is_over_is_told_held_again_with_one_press_or_taken_anew_with_the_sending(now, later):
    slot = now.hold()
    now.finish()
    later(HELD_FOR)
    page = now.get("when")
    assert SLOT_BUTTON.findall(page.text) == [slot]
    assert "Hold it again for 15 minutes" in text_of(page)
    assert now.post("when", {"slot": slot}) == "/book/check"
    assert "It is held for you until" in now.read("check")
    assert holds() == [LAPSED, HELD]

    later(HELD_FOR)
    assert "The quarter of an hour is over." in now.read("check")
    assert now.send().location == "/book/sent"
    assert holds() == [LAPSED, LAPSED, KEPT]


def test_a_hold_that_is_over_and_gone_offers_three_dates_and_the_answers_stay(now, rival, later):
    slot = now.hold()
    now.finish()
    later(HELD_FOR)
    rival.hold(slot)

    assert (now.send().location, sent()) == ("/book/when", [])

    page = now.get("when")
    three = SLOT_BUTTON.findall(page.text)
    assert (TAKEN_BY_ANOTHER in text_of(page), len(three)) == (True, 3)
    assert "The quarter of an hour is over." not in text_of(page)
    assert now.post("when", {"slot": three[0]}) == "/book/check"
    assert now.send().location == "/book/sent"
    assert [row.contact_name for row in sent()] == ["Оливера Матић"]


def test_two_presentations_make_the_held_date_longer(now):
    now.hold()

    now.finish(who=renamed(now.usual["who"], "-0-", "-1-"))

    assert rows_of(DateHold.minutes) == [45, 105]
    assert holds() == [RELEASED, HELD]
    now.send()
    assert rows_of(RequestedPresentation.starts_local) == [dt.time(9), dt.time(10)]


def test_who_names_days_instead_holds_nothing_any_more(now):
    now.hold()

    now.answer("when", "who", "where", "you")

    assert holds() == [RELEASED]
    assert now.send().location == "/book/sent"
    assert sent()[0].first_day < sent()[0].last_day


def test_who_goes_back_and_on_keeps_the_held_date(now):
    held = dt.date.fromisoformat(now.hold()[:10])
    page = now.get("when").text

    typed = f"{held.day}.{held.month}.{held.year}."
    now.post("when", {"first_day": typed, "last_day": typed, "day_part": "any"})

    assert ('href="/book/who"' in page, SLOT_BUTTON.findall(page)) == (True, [])
    assert holds() == [HELD]
    assert "It is held for you until" in now.read("who")


@pytest.mark.parametrize("typed", ["x", "2026-13-40T99:99", "9" * 40, "", "2020-01-01T10:00", "9999-12-31T23:59", "\0"])
def test_a_slot_that_is_no_date_is_told_and_holds_nothing(now, typed):
    now.begin()

    assert now.client.post("/book/when", data={"slot": typed}).status_code == 302
    assert now.get("when").status_code in (200, 422)
    assert holds() == []


def test_a_day_then_a_time_then_the_form_hold_the_date_all_the_while_and_pressed_alone_fill_no_field(now):
    now.begin()
    now.times_on(now.days()[0])
    page = now.get("when").text
    assert now.post("when", {"first_day": "", "last_day": "", "day_part": "any"}) == "/book/when"
    assert re.findall(r'name="(?:first|last)_day"[^>]*value="([^"]*)"', page) in ([], ["", ""])
    assert now.get("when").status_code == 422
    assert holds() == []

    one = now.begin().days()[0]
    pressed = now.post("when", {"day": one})
    page = now.get("when")
    slots = sorted(SLOT_BUTTON.findall(page.text))
    held = now.post("when", {"slot": slots[4]})
    assert (pressed, held) == ("/book/when#times", "/book/who")
    assert slots[0] == f"{one}T08:00"
    assert "We hold it for you for 15 minutes" in text_of(page)
    assert holds() == [HELD]
    for name in ("who", "where", "you"):
        assert "at 09:00. It is held for you until" in now.read(name)
    now.client.post("/book/forget")
    assert holds() == [RELEASED], "deleted answers free it"


def test_a_flood_of_presses_is_told_and_names_a_way_out(now, monkeypatch):
    monkeypatch.setattr(hold_service, "MOST_FROM_NETWORK", 0)
    now.begin()

    now.post("when", {"slot": now.times_on(now.days()[0])[4]})

    assert "Too many dates are held from your network." in now.read("when")
    assert holds() == []


def test_a_programme_that_is_asked_first_shows_no_times_keeps_the_day_and_holds_nothing(now, programme):
    now.hold()
    with transaction():
        programme.booking = HowBooked.ASK

    now.post("what", now.usual["what"])

    assert holds() == [RELEASED]
    assert "held for you" not in now.read("who")
    assert now.slots() == []
    assert now.post("when", {"slot": "2026-12-01T10:00"}) == "/book/when"
    assert holds() == [RELEASED]


def test_the_first_hour_is_not_asked_again_and_the_second_may_be_named(now):
    now.hold()
    now.post("who", now.usual["who"] | {"more": "1"})

    page = now.get("who").text

    names = ("presentations-0-starts_local", "presentations-1-starts_local", "presentations-0-day_part")
    assert [f'name="{name}"' in page for name in names] == [False, True, False]


# --- beside the shifts of the classes and the waiting list ---


def test_classes_said_beside_the_calendar_show_their_own_times_to_press(now, host):
    tell_shifts(host.id)
    one = now.begin().days()[0]
    assert now.times_on(one)[0] == f"{one}T08:00"

    now.post("when", {"classes": "VI-1"})
    slots = now.times_on(one)

    assert slots == [f"{one}T14:00", f"{one}T14:50"]
    assert now.post("when", {"slot": f"{one}T08:00"}) == "/book/when#times"  # not theirs
    assert now.post("when", {"slot": slots[0]}) == "/book/who"
    assert holds() == [HELD]


def test_a_held_date_is_judged_by_its_own_time_when_the_classes_are_named(now, host):
    tell_shifts(host.id)
    now.hold(f"{now.begin().days()[0]}T08:00")
    who = now.usual["who"]

    assert now.post("who", who | {"presentations-0-classes": "VI-1"}) == "/book/who"
    assert now.post("who", who | {"presentations-0-classes": "VII-1"}) == "/book/where"
    assert "nobody can come while the classes are in school" not in now.read("when")
    assert holds() == [HELD]


@pytest.mark.parametrize("back", [False, True])
def test_who_joins_the_waiting_list_instead_holds_nothing_and_a_date_held_after_it_takes_its_place(now, back):
    slot = now.hold()
    assert now.post("when", {"waiting": "yes"}) == "/book/who"
    assert holds() == [RELEASED]
    if back:
        now.post("when", {"slot": slot})
    now.finish()

    check = now.read("check")
    assert ("for the waiting list" in check, "at 09:00" in check) == (not back, back)
    now.send()
    [row] = sent()
    assert (row.for_waiting_list, holds()) == (not back, [RELEASED, KEPT] if back else [RELEASED])
    assert not back or row.first_day.isoformat() == slot[:10]


@pytest.mark.parametrize(("taken", "leads_to"), [("day", "/book/when"), ("waiting", "/book/who")])
def test_what_is_taken_along_from_another_page_frees_the_held_date(now, taken, leads_to):
    slot = now.hold()
    carried = {"programme": "talk", "day": slot[:10] if taken == "day" else "waiting"}

    went = now.client.post("/book", data={"host_id": str(now.host.id)} | carried)

    assert went.location == leads_to
    assert holds() == [RELEASED]
    assert taken == "waiting" or slot in now.get("when").text


# --- the date was gone before the address was proven ---


@pytest.fixture
def status(now, rival, later) -> str:
    """The page of a booking whose date another visitor got before its address was proven."""
    slot = now.hold()
    now.finish()
    now.send()
    later(2 * KEPT_FOR)
    rival.hold(slot)
    return now.post(f"prove/{a_link(sent()[0].id, 'prove')}")


def test_a_late_proof_reads_three_dates_on_its_page_and_presses_one(client, status):
    page = client.get(f"{status}?lang=en")
    three = SLOT_BUTTON.findall(page.text)

    pressed = client.post(f"{status}/dates/other", data={"slot": three[1]})

    assert "went to another school before you opened our mail" in text_of(page)
    assert (len(three), pressed.location) == (3, status)
    after = client.get(f"{status}?lang=en")
    assert ("Your date is reserved" in text_of(after), SLOT_BUTTON.findall(after.text)) == (True, [])
    ahead = text_of(after).rsplit("Your date is reserved", 1)[1]  # one state, one sentence: on its line of stops, too
    assert ("Confirmation of the visit" in ahead, "settled" in ahead, "is confirmed" in ahead) == (True, False, False)
    assert [str(day) for day in rows_of(Visit.on_day)] == [three[1][:10]]


@pytest.mark.parametrize("typed", ["", "x", "2026-13-40T99:99", "2020-01-01T10:00", "\0", "9" * 400])
def test_another_date_that_is_no_date_plans_nothing(client, status, typed):
    assert client.post(f"{status}/dates/other", data={"slot": typed}).location == status
    assert rows_of(Visit) == []


def test_another_date_that_was_taken_meanwhile_is_told_with_new_ones(app, now, client, status):
    three = SLOT_BUTTON.findall(client.get(status).text)
    Booking(app.test_client(), now.host, *now.programmes).hold(three[0])

    client.post(f"{status}/dates/other", data={"slot": three[0]})

    page = client.get(f"{status}?lang=en")
    assert "that date was taken meanwhile" in text_of(page)
    assert three[0] not in SLOT_BUTTON.findall(page.text)

"""A mail about a visit as calendars read it (iTIP over mail): one entry for its reader, put in, changed, taken out."""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest
import recurring_ical_events
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.orm import Session

from scheduler.closures.queries import affected_by
from scheduler.closures.service.close import close_hosts
from scheduler.core import mailer
from scheduler.core.db import transaction
from scheduler.core.language import LANGUAGES
from scheduler.core.text import tidy
from scheduler.messages.ics import scheduling_message
from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import CHANGE, PUT_IN, TAKE_OUT, method_of
from scheduler.messages.terms import MessageState, Method
from scheduler.people.models import Presenter, User
from scheduler.privacy.service.blanking import blank_messages
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.crew import Seat, withdraw_from, withdraw_presenter
from scheduler.staffing.service.merge import join_presentations
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, lapse_offers
from scheduler.visits.ics import vevent
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import EntryStatus
from tests.calendar_readers import Reader, by_icalendar, ical_js, names_by_lines
from tests.closures.closed_days import draft_for
from tests.factories import MONDAY
from tests.factories.calendar import the_facts
from tests.factories.messages import make_message
from tests.factories.people import presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, another_visit, presentations, visit_of

CENTRE, SCHOOL = ("Центар", "centar@ncc.example"), "ana@school.example"
A_MINUTE, NEXT_DAY = dt.timedelta(minutes=1), VISIT_DAY + dt.timedelta(days=1)
LATER = MONDAY + dt.timedelta(hours=1)
CONTROLS = ["\r\n", "\n", "\r", "\0", "\x85", "\u2028", "\u2029", "\v"]


def sent(row: OutboxMessage) -> email.message.EmailMessage:
    """A mail as it arrives."""
    outgoing = mailer.Outgoing(
        sender="raspored@ncc.example", sender_name="Raspored", to=row.address, subject=row.subject, text=row.text,
        html=row.html, message_id=row.message_id, date="Mon, 14 Sep 2026 09:00:00 +0000", calendar=row.calendar or "",
    )  # fmt: skip
    return email.message_from_bytes(mailer.compose(outgoing).as_bytes(), policy=email.policy.default)


def body_of(row: OutboxMessage) -> bytes:
    """The calendar part that arrived; its method is the one that its type says."""
    *_texts, part = sent(row).iter_parts()
    assert (part.get_content_type(), part.get_content_charset()) == ("text/calendar", "utf-8")
    body = part.get_payload(decode=True)
    calendar = Calendar.from_ical(body)
    assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
    return body


def told(session: Session, address: str) -> list[OutboxMessage]:
    session.rollback()
    mine = sa.select(OutboxMessage).where(OutboxMessage.address == address).order_by(OutboxMessage.id)
    return list(session.scalars(mine))


def story(session: Session, address: str) -> list[tuple[str, str, str]]:
    """What each mail with a calendar part did in that reader's calendar: kind, method, status."""
    rows = [row for row in told(session, address) if row.calendar]
    found = [(row.kind, Calendar.from_ical(body_of(row)), by_icalendar(body_of(row))[0]) for row in rows]
    numbers = [int(event["sequence"]) for _kind, _calendar, event in found]
    assert numbers == sorted(numbers)
    assert len({event["uid"] for _kind, _calendar, event in found}) <= 1
    return [(kind, str(calendar["METHOD"]), event["status"]) for kind, calendar, event in found]


def address_of(session: Session, person: Presenter) -> str:
    return session.get_one(User, person.user_id).email


def moved(scene: Scene, day: dt.date = NEXT_DAY) -> None:
    move_visit(scene.coordinator, scene.visit_id, NewTimes(day, {}, UNTIL), now=LATER)


def answers(scene: Scene, person: Presenter, *, yes: bool) -> None:
    answer_offer(presenter_actor(person), scene.visit_id, accepts=yes, reason="" if yes else "ill", now=LATER)


def called_off(scene: Scene) -> None:
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATER + A_MINUTE)


PUT, TENTATIVE, OUT = ("REQUEST", "CONFIRMED"), ("REQUEST", "TENTATIVE"), ("CANCEL", "CANCELLED")


@pytest.mark.both_databases
def test_presenter_and_school_get_one_entry_that_moves_with_the_visit_and_ends_with_it(session):
    scene = Scene()
    ana = scene.educator()
    scene.confirm(ana)
    moved(scene)
    answers(scene, ana, yes=True)
    confirm_visit(scene.coordinator, scene.visit_id, now=LATER)
    called_off(scene)

    assert story(session, address_of(session, ana)) == [
        ("offer_accepted", *PUT), ("crew_confirmed", *PUT), ("visit_offered", *TENTATIVE), ("offer_accepted", *PUT),
        ("crew_confirmed", *PUT), ("crew_visit_cancelled", *OUT),
    ]  # fmt: skip
    assert story(session, SCHOOL) == [
        ("visit_confirmed", *PUT), ("visit_moved", *TENTATIVE), ("visit_confirmed", *PUT), ("visit_cancelled", *OUT),
    ]  # fmt: skip
    [row] = presentations(session, scene)
    for address in (SCHOOL, address_of(session, ana)):
        before, *_between, last = [by_icalendar(body_of(one))[0] for one in told(session, address) if one.calendar]
        assert before["uid"] == last["uid"] == row.uid  # as in the feed
        assert last["sequence"] == str(row.sequence) > before["sequence"]
        assert (before["dtstart_utc"][:10], last["dtstart_utc"][:10]) == (str(VISIT_DAY), str(NEXT_DAY))


def test_who_is_only_asked_has_no_entry_to_change_or_to_lose(session):
    scene = Scene()
    ana, mara = scene.educator(), scene.educator()
    scene.offer(ana, mara)
    moved(scene)
    answers(scene, ana, yes=False)
    called_off(scene)
    assert [row.kind for row in told(session, address_of(session, mara))] == [
        "visit_offered", "visit_offered", "crew_visit_cancelled",
    ]  # fmt: skip
    for address in (address_of(session, ana), address_of(session, mara), SCHOOL):
        assert story(session, address) == []


@pytest.mark.parametrize("how", ["by a coordinator", "by herself", "with her absence", "after a move", "by time"])
def test_who_leaves_loses_the_entry_and_nothing_more_follows(session, how):
    scene = Scene()
    ana = scene.educator()
    scene.accept(ana)
    if how in ("after a move", "by time"):
        moved(scene)
    if how == "by a coordinator":
        withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="other", now=LATER)
    elif how == "by herself":
        withdraw_presenter(presenter_actor(ana), scene.visit_id, ana.id, reason="ill", now=LATER)
    elif how == "with her absence":
        number = visit_of(session, scene).number
        report_absence(presenter_actor(ana), VISIT_DAY, VISIT_DAY, seen=[number], now=LATER)
    elif how == "after a move":
        answers(scene, ana, yes=False)
    else:
        assert lapse_offers(now=UNTIL) == 1
    assert story(session, address_of(session, ana))[-1] == ("visit_released", *OUT)
    before = len(told(session, address_of(session, ana)))
    called_off(scene)
    assert len(told(session, address_of(session, ana))) == before


def test_who_gave_up_what_no_mail_put_into_her_calendar_is_not_told_what_she_did(session):
    scene = Scene()
    ana = scene.educator()
    scene.accepted_by(ana)
    withdraw_presenter(presenter_actor(ana), scene.visit_id, ana.id, reason="ill", now=LATER)
    assert told(session, address_of(session, ana)) == []


@pytest.mark.both_databases
def test_an_entry_is_changed_and_taken_out_after_its_mail_was_blanked_and_at_a_new_address(session):
    scene = Scene()
    ana = scene.educator()
    scene.confirm(ana)
    with transaction() as writing:
        writing.execute(sa.update(OutboxMessage).values(state=MessageState.SENT))
        blank_messages(writing, list(writing.scalars(sa.select(OutboxMessage.id))))
        writing.get_one(User, ana.user_id).email = "nova@centre.example"
    assert session.scalars(sa.select(OutboxMessage.calendar).where(OutboxMessage.calendar.is_not(None))).all() == []
    moved(scene)
    called_off(scene)
    assert story(session, "nova@centre.example") == [("visit_offered", *TENTATIVE), ("crew_visit_cancelled", *OUT)]
    assert story(session, SCHOOL) == [("visit_moved", *TENTATIVE), ("visit_cancelled", *OUT)]


def test_what_was_stopped_before_it_left_has_put_nothing_in(session):
    scene = Scene()
    scene.confirm(scene.educator())
    with transaction() as writing:
        writing.execute(sa.update(OutboxMessage).values(state=MessageState.STOPPED))
    called_off(scene)
    kinds = {row.kind for row in session.scalars(sa.select(OutboxMessage)) if row.calendar}
    assert kinds == {"offer_accepted", "visit_confirmed", "crew_confirmed"}


def test_the_database_keeps_no_calendar_part_of_nobody(session):
    make_message()
    with pytest.raises(sa.exc.IntegrityError, match="calendar_is_somebodys"):
        session.execute(sa.update(OutboxMessage).values(calendar="BEGIN:VCALENDAR"))


def test_of_a_visit_with_several_presentations_each_reader_has_one_entry_from_her_first_to_her_last(session):
    scene = Scene(
        a_plan(room="сала", expected_pupils=30),
        a_plan(dt.time(11), room="сала", expected_pupils=30),
        a_plan(dt.time(12), room="12"),
    )
    ana, mara = scene.educator(), scene.educator()
    scene.confirm(ana, mara)
    first, second, third = presentations(session, scene)

    def entry(address: str) -> dict[str, str]:
        return [by_icalendar(body_of(row))[0] for row in told(session, address) if row.calendar][-1]

    hers = address_of(session, mara)
    for address in (hers, SCHOOL):
        event = entry(address)
        assert event["uid"] == first.uid
        assert event["sequence"] == str(first.sequence + second.sequence + third.sequence)
        assert (event["dtstart_utc"][11:], event["dtend_utc"][11:]) == ("08:00", "10:45")
        assert event["description"].splitlines()[0] == "10:00–10:45, 11:00–11:45, 12:00–12:45"
        assert "сала" not in event["description"]  # not of all three

    withdraw_from(scene.coordinator, scene.visit_id, Seat(mara.id, first.id), reason="other", now=LATER)
    assert entry(hers)["dtstart_utc"][11:] == "09:00"
    withdraw_from(scene.coordinator, scene.visit_id, Seat(mara.id, third.id), reason="other", now=LATER)
    assert entry(hers)["dtend_utc"][11:] == "09:45"
    assert "сала" in entry(hers)["description"]
    join_presentations(scene.coordinator, scene.visit_id, second.ordinal, first.ordinal, now=LATER)
    assert [kind for kind, *_ in story(session, hers)][-3:] == ["seat_released", "seat_released", "visit_released"]
    assert story(session, hers)[-1][1:] == OUT
    assert story(session, address_of(session, ana))[-1] == ("presentations_joined", *PUT)
    assert story(session, SCHOOL)[-1] == ("school_joined", *PUT)
    assert entry(SCHOOL)["uid"] == first.uid


def test_a_closure_takes_out_each_entry_in_a_mail_of_its_own_and_tells_the_others_once(session):
    scene = Scene(educators=1, influencers=1)
    second = another_visit(scene, host=scene.host, on_day=NEXT_DAY)
    ana, tara = scene.educator(), scene.minor(email="tara@home.example")
    for one in (scene, second):
        one.confirm(ana, tara)
    mara = scene.educator()
    for one in (scene, second):
        one.offer(mara)
    closure = draft_for(scene)
    close_hosts(scene.coordinator, closure, seen=affected_by(scene.coordinator, closure).visit_ids, now=MONDAY)
    stopped = {row.uid for one in (scene, second) for row in presentations(session, one)}
    for address in (address_of(session, ana), "tara@home.example", SCHOOL):
        rows = [row for row in told(session, address) if row.kind.endswith("_closure")]
        assert [by_icalendar(body_of(row))[0]["status"] for row in rows] == ["CANCELLED"] * 2
        assert {by_icalendar(body_of(row))[0]["uid"] for row in rows} == stopped
    for address in (address_of(session, mara), "vesna@family.example"):
        [row] = [row for row in told(session, address) if row.kind == "crew_closure"]
        assert row.calendar is None


# --- what a part says ---


@pytest.fixture(scope="module")
def thunderbird() -> Iterator[Reader]:
    with ical_js() as reader:
        yield reader


def message(method: Method = Method.REQUEST, language: str = "en", **facts: Any) -> str:
    status = EntryStatus.CANCELLED if method is Method.CANCEL else EntryStatus.CONFIRMED
    return scheduling_message(vevent(the_facts(**facts), status, language), method, CENTRE, "ana+b@школа.срб")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_from_the_centre_to_one_reader_who_need_not_answer(language):
    calendar = Calendar.from_ical(message(language=language))
    [event] = calendar.events
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "REQUEST")
    assert str(event["ORGANIZER"]) == "mailto:centar@ncc.example"
    assert event["ORGANIZER"].params == {"CN": "Центар"}
    assert str(event["ATTENDEE"]) == "mailto:ana+b@xn--80atdl2c.xn--90a3ac"
    assert event["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    same = Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{vevent(the_facts(), EntryStatus.CONFIRMED, language)}END:VCALENDAR")
    rest = {name: value for name, value in event.items() if name not in ("ORGANIZER", "ATTENDEE")}
    assert rest == dict(same.events[0].items())


def test_every_reader_understands_request_update_and_cancel(thunderbird):
    later = {"sequence": 2, "on_day": dt.date(2026, 10, 8)}
    for method, facts in ((Method.REQUEST, {}), (Method.REQUEST, later), (Method.CANCEL, later | {"sequence": 3})):
        body = message(method, **facts).encode()
        ours, theirs = by_icalendar(body), thunderbird(body)
        names = ("uid", "sequence", "status", "summary", "description", "dtstart_utc", "dtend_utc")
        assert [{name: one[name] for name in names} for one in ours] == [
            {name: one[name] for name in names} for one in theirs
        ]
        assert len(list(recurring_ical_events.of(Calendar.from_ical(body)).all())) == 1
        assert names_by_lines(body).count("METHOD") == 1
        for line in body.split(b"\r\n"):
            line.decode()
            assert len(line) <= 75


@pytest.mark.parametrize("who", ["adult", "minor"])
def test_no_part_names_anybody_and_a_guardians_copy_has_none(session, who):
    scene = Scene(educators=1, influencers=1)
    adult = scene.educator(given_name="Јелена", family_name="Ристић")
    minor = scene.minor(email="tara@home.example")
    scene.confirm(adult, minor)
    called_off(scene)
    address = "tara@home.example" if who == "minor" else address_of(session, adult)
    parts = [body_of(row).decode().replace("\r\n ", "") for row in told(session, address) if row.calendar]
    assert len(parts) == 3
    for name in ("Tara", "Тара", "Ilić", "Илић", "Јелена", "Ристић", "Jelena", "Ristić", "CN=Јел"):
        assert [part for part in parts if name in part] == []
    assert all(part.count("mailto:") == 2 and f"mailto:{address}" in part for part in parts)
    school = [body_of(row).decode().replace("\r\n ", "") for row in told(session, SCHOOL) if row.calendar]
    assert [part for part in school if "/visits/" in part or "Tara" in part] == []
    assert [row.calendar for row in told(session, "vesna@family.example")] == [None] * 4


TYPED = st.lists(st.text(max_size=6) | st.sampled_from(CONTROLS), max_size=6).map("".join)
HEADS = st.sampled_from(
    ["END:VEVENT", "METHOD:CANCEL", "ATTENDEE:mailto:x@y.example", ";RSVP=TRUE:", '"', "BEGIN:VALARM"]
)


@given(cn=st.tuples(TYPED, HEADS, TYPED), title=st.tuples(TYPED, HEADS, TYPED), control=st.sampled_from(CONTROLS))
def test_trust_s20_nothing_typed_adds_a_property_or_a_header(cn, title, control):
    hostile = control.join(title)
    entry = vevent(
        the_facts(programme_sr_cyrl=hostile, host_sr_cyrl=hostile, room=hostile), EntryStatus.CONFIRMED, "en"
    )
    text = scheduling_message(entry, Method.REQUEST, (control.join(cn), "centar@ncc.example"), "ana@school.example")
    row = OutboxMessage(
        address="ana@school.example", subject="x", text="x", html="x", message_id="<x@y.example>", calendar=text
    )
    body = body_of(row)
    assert body.decode() == text
    names = names_by_lines(body)
    assert sorted(names) == sorted(
        ["BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE",
         "ATTENDEE", "DESCRIPTION", "LAST-MODIFIED", "LOCATION", "ORGANIZER", "STATUS", "END", "END"]
    )  # fmt: skip
    [event] = Calendar.from_ical(body).events
    assert event["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    assert set(event["ORGANIZER"].params) <= {"CN"}
    named = tidy(control.join(cn), limit=10_000).replace('"', "")
    assert event["ORGANIZER"].params.get("CN", "") == named


@pytest.mark.parametrize(("kind", "fresh", "held"), [
    *((kind, Method.REQUEST, Method.REQUEST) for kind in sorted(PUT_IN)),
    *((kind, None, Method.REQUEST) for kind in sorted(CHANGE)),
    *((kind, None, Method.CANCEL) for kind in sorted(TAKE_OUT)), ("numbers_changed", None, None),
])  # fmt: skip
def test_a_kind_of_mail_does_one_thing_in_a_calendar(kind, fresh, held):
    assert (method_of(kind, held=False), method_of(kind, held=True)) == (fresh, held)

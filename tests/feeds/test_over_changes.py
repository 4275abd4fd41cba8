"""A feed over the life of a visit: two parsers that share no code read the same, and the UID stays."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.people.models import Presenter
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits import ics
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import EntryStatus
from tests.calendar_readers import Reader, by_icalendar, ical_js, names_by_lines
from tests.factories import MONDAY
from tests.factories.calendar import the_facts
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import presenter_actor
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene

pytestmark = pytest.mark.journey
HOUR = dt.timedelta(hours=1)
SAID = ("uid", "sequence", "status", "summary", "location", "description", "dtstart_utc", "dtend_utc", "transp")


@pytest.fixture(scope="module")
def thunderbird() -> Iterator[Reader]:
    with ical_js() as reader:
        yield reader


class Phone:
    """A presenter's phone that reads her feed, by both parsers at once."""

    def __init__(self, presenter: Presenter, thunderbird: Reader, language: str = "en") -> None:
        self.token = make_feed(presenter, language=language)
        self.thunderbird = thunderbird

    def events(self, now: dt.datetime = MONDAY) -> list[dict[str, str]]:
        body = whole_of(self.token, now=now).body
        ours, theirs = (
            [{name: event.get(name, "") for name in SAID} for event in read(body)]
            for read in (by_icalendar, self.thunderbird)
        )
        assert ours == theirs
        assert b"METHOD" not in body
        return ours

    def said(self, *names: str, now: dt.datetime = MONDAY) -> list[tuple[str, ...]]:
        return [tuple(event[name] for name in names) for event in self.events(now)]


def uids(session: Session, scene: Scene) -> list[str]:
    session.rollback()
    rows = session.scalars(
        select(Presentation.uid).where(Presentation.visit_id == scene.visit_id).order_by(Presentation.ordinal)
    )
    return list(rows)


def test_offer_answer_move_and_cancel_keep_the_uid_and_raise_the_sequence(session, thunderbird):
    scene = Scene()
    educator = scene.educator()
    phone = Phone(educator, thunderbird)
    (uid,) = uids(session, scene)
    seen: list[tuple[str, ...]] = []

    def look(now: dt.datetime = MONDAY) -> None:
        seen.extend(phone.said("uid", "status", "dtstart_utc", "sequence", now=now) or [("nothing",)])

    look()
    scene.suggest(educator)
    look()
    offer_visit(scene.coordinator, scene.visit_id, until=MONDAY + 48 * HOUR, now=MONDAY)
    look()
    answer_offer(presenter_actor(educator), scene.visit_id, accepts=True, now=MONDAY + HOUR)
    look()
    wish = NewTimes(dt.date(2026, 10, 8), {}, MONDAY + 72 * HOUR)
    move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY + 2 * HOUR)
    look()
    answer_offer(presenter_actor(educator), scene.visit_id, accepts=True, now=MONDAY + 3 * HOUR)
    look()
    cancel_visit(scene.coordinator, scene.visit_id, reason="snow", now=MONDAY + 4 * HOUR)
    look(MONDAY + 4 * HOUR)
    look(MONDAY + 31 * 24 * HOUR)

    assert [one[:3] for one in seen] == [
        ("nothing",), ("nothing",), (uid, "TENTATIVE", "2026-10-06T08:00"), (uid, "CONFIRMED", "2026-10-06T08:00"),
        (uid, "TENTATIVE", "2026-10-08T08:00"), (uid, "CONFIRMED", "2026-10-08T08:00"),
        (uid, "CANCELLED", "2026-10-08T08:00"), ("nothing",),
    ]  # fmt: skip
    numbers = [int(one[3]) for one in seen if len(one) > 1]
    assert numbers == sorted(set(numbers))


def test_whoever_is_withdrawn_sees_it_struck_out_and_the_others_keep_theirs(session, thunderbird):
    scene = Scene()
    stays, goes = scene.educator(given_name="Jelena", family_name="Ristić"), scene.educator()
    scene.accept(stays, goes)
    phones = Phone(stays, thunderbird), Phone(goes, thunderbird)

    withdraw_presenter(scene.coordinator, scene.visit_id, goes.id, reason="ill", now=MONDAY)

    (uid,) = uids(session, scene)
    assert [phone.said("uid", "status") for phone in phones] == [[(uid, "CONFIRMED")], [(uid, "CANCELLED")]]
    assert phones[1].said("summary")[0][0].startswith("Cancelled: ")
    assert "Jelena Ristić" in phones[0].said("description")[0][0]
    assert "Jelena" not in phones[1].said("description")[0][0]


def test_who_declines_loses_the_entry_at_once_and_two_presentations_are_two(session, thunderbird):
    scene = Scene()
    educator = scene.educator()
    scene.offer(educator)
    phone = Phone(educator, thunderbird)
    assert len(phone.events()) == 1

    answer_offer(presenter_actor(educator), scene.visit_id, accepts=False, reason="away", now=MONDAY)

    assert phone.events() == []

    scene = Scene(a_plan(), a_plan(dt.time(13, 0)))
    educator = scene.educator()
    scene.accept(educator)

    said = Phone(educator, thunderbird).said("uid", "dtstart_utc")

    assert said == list(zip(uids(session, scene), ["2026-10-06T08:00", "2026-10-06T11:00"], strict=True))
    assert len(set(uids(session, scene))) == 2


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_no_feed_of_the_crew_holds_a_minors_surname_a_note_or_a_contact(session, thunderbird, language):
    scene = Scene()
    adult, minor = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    scene.confirm(adult, minor)
    withdraw_presenter(scene.coordinator, scene.visit_id, minor.id, reason="dentist, Ilić", now=MONDAY + HOUR)
    suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY + HOUR)
    offer_visit(scene.coordinator, scene.visit_id, until=MONDAY + 48 * HOUR, now=MONDAY + HOUR)
    answer_offer(presenter_actor(minor), scene.visit_id, accepts=True, now=MONDAY + HOUR)

    for person in (adult, minor):
        phone = Phone(person, thunderbird, language)
        whole = whole_of(phone.token, now=MONDAY).body.decode().replace("\r\n ", "")
        assert [status for (status,) in phone.said("status")] == ["CONFIRMED"]
        assert "Jelena Ristić\\, Tara" in whole
        for secret in ("Ilić", "Илић", "dentist", "@centre.example", "@school.example", "/status/", "+381"):
            assert secret not in whole, secret


@pytest.mark.parametrize(("before", "after"), [((2027, 3, 26), (2027, 3, 29)), ((2027, 10, 29), (2027, 11, 1))])
def test_ten_o_clock_stays_ten_o_clock_when_a_visit_moves_across_a_clock_change(session, thunderbird, before, after):
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(on_day=dt.date(*before))
    educator = scene.educator()
    scene.accept(educator)
    phone = Phone(educator, thunderbird)
    first = phone.said("dtstart_utc", "description")[0]

    move_visit(scene.coordinator, scene.visit_id, NewTimes(dt.date(*after), {}, MONDAY + HOUR), now=MONDAY)
    second = phone.said("dtstart_utc", "description")[0]

    assert {first[0][-5:], second[0][-5:]} == {"08:00", "09:00"}
    assert "10:00–10:45" in first[1]
    assert "10:00–10:45" in second[1]


@pytest.mark.parametrize("day", [dt.date(2027, 3, 28), dt.date(2027, 10, 31)])
def test_on_the_day_of_the_change_itself_both_parsers_say_ten(thunderbird: Reader, day: dt.date) -> None:
    body = ics.calendar([ics.vevent(the_facts(day), EntryStatus.CONFIRMED, "en")], "Raspored")
    starts = {event["dtstart_utc"] for event in by_icalendar(body) + thunderbird(body)}
    assert starts == {"2027-03-28T08:00" if day.month == 3 else "2027-10-31T09:00"}


@pytest.mark.parametrize("control", ["\r\n", "\r", "\n", "\v", "\f", "\0", "\x85", "\u2028"])
def test_hostile_texts_open_no_line_in_any_of_three_readers(thunderbird: Reader, control: str) -> None:
    hostile = f"x{control}END:VEVENT{control}BEGIN:VEVENT{control}UID:evil{control} y"
    facts = the_facts(uid=hostile, room=hostile, host_sr_cyrl=hostile, address_sr_cyrl=hostile, crew=(hostile,))
    fair = ics.calendar([ics.vevent(the_facts(), EntryStatus.CONFIRMED, "sr_Cyrl")], "Raspored")

    body = ics.calendar([ics.vevent(facts, EntryStatus.CONFIRMED, "sr_Cyrl")], hostile)

    assert names_by_lines(body) == names_by_lines(fair)
    for read in (by_icalendar, thunderbird):
        assert [sorted(event) for event in read(body)] == [sorted(event) for event in read(fair)]


def test_long_cyrillic_lines_are_read_whole_by_both(thunderbird: Reader) -> None:
    name = "Љубичица Џиновић, „Ђачка“; \\ " * 9
    body = ics.calendar([ics.vevent(the_facts(host_sr_cyrl=name), EntryStatus.CONFIRMED, "sr_Cyrl")], "Распоред: Ђорђе")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert by_icalendar(body)[0]["summary"] == thunderbird(body)[0]["summary"]
    assert thunderbird(body)[0]["summary"].count("Љубичица Џиновић, „Ђачка“; \\") == 9

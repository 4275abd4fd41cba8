"""A presentation as a calendar entry: what it says, what it never says, and how it is written down."""

import datetime as dt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from icalendar import Event

from scheduler.core.language import LANGUAGES
from scheduler.core.text import tidy
from scheduler.visits.ics import calendar, vevent
from scheduler.visits.terms.states import EntryStatus
from tests.calendar_readers import by_icalendar, names_by_lines
from tests.factories import MONDAY
from tests.factories.calendar import the_facts

CONFIRMED, TENTATIVE, CANCELLED = EntryStatus.CONFIRMED, EntryStatus.TENTATIVE, EntryStatus.CANCELLED
PROPERTIES = ["BEGIN", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "SUMMARY",
              "LOCATION", "DESCRIPTION", "END"]  # fmt: skip
CONTROLS = ["\r\n", "\n", "\r", "\v", "\f", "\0", "\x1c", "\x85", "\u2028", "\u2029", "\u202e", "\u200b"]


def said(text: str) -> dict[str, str]:
    (event,) = by_icalendar(calendar([text], "Raspored"))
    return event


def test_an_entry_says_what_when_and_where() -> None:
    event = said(vevent(the_facts(sequence=3), CONFIRMED, "sr_Latn"))
    assert event == {
        "kind": "vevent", "uid": "6f1c2b7e4d904c55@raspored.example", "sequence": "3",
        "summary": "Razgovor sa učenicima, OŠ „Vuk Karadžić“", "location": "Lipova 7, 18000 Niš",
        "description": event["description"], "status": "CONFIRMED",
    } | {name: event[name] for name in ("dtstart", "dtend", "dtstamp", "last-modified")} | {
        "dtstart_utc": "2026-10-06T08:00",
        "dtend_utc": "2026-10-06T08:45",
    }  # fmt: skip
    assert event["description"].splitlines() == [
        "10:00–10:45", "Prostorija: sala", "2 odeljenja", "Dolaze: Jelena Ristić, Tara",
        "Karta: https://osm.org/?mlat=43.3209&mlon=21.8958&zoom=17", "http://localhost/visits/P-2026-0417",
        "Ako se dete poveri: lice za zaštitu učenika, pa 19833.",
    ]  # fmt: skip


def test_an_entry_says_each_thing_once_and_searches_for_what_is_not_known() -> None:
    """A phone takes five hundred of them: title, place, moments and text repeat nothing of each other."""
    whole = vevent(the_facts(), CONFIRMED, "en").replace("\r\n ", "")
    words = ("Vuk", "Lipova", "43.3209", "P-2026-0417", "Jelena", "19833")
    assert [word for word in words if whole.count(word) != 1] == []
    assert len(whole.encode()) < 600
    nowhere = said(vevent(the_facts(address_sr_cyrl="", point=None), CONFIRMED, "sr_Cyrl"))
    assert nowhere["location"] == "ОШ „Вук Караџић“"
    for language in LANGUAGES:  # a link in Cyrillic is thrice as long
        event = said(vevent(the_facts(point=None), CONFIRMED, language))
        assert "https://osm.org/search?query=Lipova%207%2C%2018000%20Ni%C5%A1" in event["description"]
    assert "child" not in vevent(the_facts(helpline=""), CONFIRMED, "en")


def test_it_is_stamped_with_the_last_edit_in_utc_and_otherwise_equal_byte_for_byte() -> None:
    text = vevent(the_facts(), CONFIRMED, "en")
    later = the_facts(edited_at=MONDAY + dt.timedelta(seconds=1))
    assert {"DTSTAMP:20260914T090000Z", "LAST-MODIFIED:20260914T090000Z", "SEQUENCE:0"} <= set(text.split("\r\n"))
    assert {"DTSTART:20261006T080000Z", "DTEND:20261006T084500Z"} <= set(text.split("\r\n"))
    assert vevent(the_facts(), CONFIRMED, "en") == text
    assert vevent(later, CONFIRMED, "en") == text.replace("T090000Z", "T090001Z")


@pytest.mark.parametrize(("status", "language", "title", "transp"), [
    (CANCELLED, "sr_Cyrl", "Отказано: Разговор са ученицима, ОШ „Вук Караџић“", "TRANSPARENT"),
    (CANCELLED, "en", "Cancelled: Talk with pupils, OŠ „Vuk Karadžić“", "TRANSPARENT"),
    (TENTATIVE, "sr_Latn", "Ponuda: Razgovor sa učenicima, OŠ „Vuk Karadžić“", None),
    (CONFIRMED, "en", "Talk with pupils, OŠ „Vuk Karadžić“", None),
])  # fmt: skip
def test_status_is_said_by_the_field_and_by_the_title(
    status: EntryStatus, language: str, title: str, transp: str | None
) -> None:
    event = said(vevent(the_facts(), status, language))
    assert (event["status"], event["summary"], event.get("transp")) == (status.value, title, transp)


def test_whoever_no_longer_goes_reads_no_crew_and_abroad_the_clock_is_named() -> None:
    text = said(vevent(the_facts(), CANCELLED, "en"))["description"]
    assert "Tara" not in text
    assert "Jelena" not in text
    assert "сала" not in text
    assert "10:00–10:45" in text
    assert "19833" in text
    event = said(vevent(the_facts(zone="America/New_York"), CONFIRMED, "en"))
    assert event["dtstart_utc"] == "2026-10-06T14:00"
    assert "10:00–10:45 (America/New_York)" in event["description"]


@pytest.mark.parametrize(("day", "utc"), [
    (dt.date(2027, 3, 27), "2027-03-27T09:00"),
    (dt.date(2027, 3, 28), "2027-03-28T08:00"),
    (dt.date(2027, 10, 30), "2027-10-30T08:00"),
    (dt.date(2027, 10, 31), "2027-10-31T09:00"),
])  # fmt: skip
def test_ten_o_clock_stays_ten_o_clock_across_both_clock_changes(day: dt.date, utc: str) -> None:
    event = said(vevent(the_facts(day), CONFIRMED, "en"))
    assert event["dtstart_utc"] == utc
    assert "10:00–10:45" in event["description"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shift", range(0, 8))
def test_lines_are_at_most_75_octets_and_never_cut_a_letter(language: str, shift: int) -> None:
    facts = the_facts(host_sr_cyrl="x" * shift + "Љубичица Џиновић" * 12, room="ж" * 190)
    raw = vevent(facts, CONFIRMED, language).encode()
    for line in raw.split(b"\r\n"):
        line.decode()
        assert len(line) <= 75
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert said(raw.decode())["description"].count("ж" if language == "sr_Cyrl" else "ž") >= 190


@pytest.mark.parametrize("control", CONTROLS, ids=[f"U+{ord(control[0]):04X}" for control in CONTROLS])
@pytest.mark.parametrize("field", ["room", "host_sr_cyrl", "address_sr_cyrl", "programme_sr_cyrl", "uid", "page_url"])
def test_trust_s19_no_typed_text_opens_a_line_of_its_own(control: str, field: str) -> None:
    hostile = f"a{control}END:VEVENT{control}BEGIN:VALARM{control}ATTENDEE:mailto{control} b"
    text = vevent(the_facts(**{field: hostile}), CONFIRMED, "sr_Cyrl")
    assert names_by_lines(text.encode()) == PROPERTIES
    assert control.strip("\r\n") == "" or control not in text
    assert set(said(text)) - {"kind", "dtstart_utc", "dtend_utc"} == {name.lower() for name in PROPERTIES[1:-1]}


def test_trust_s19_names_of_the_crew_of_classes_and_of_a_calendar_open_no_line_either() -> None:
    facts = the_facts(crew=("Ana\r\nATTACH:x", "B\x85UID:y"), classes="7a\r\nX:1, 7b\vY:2")
    body = names_by_lines(calendar([], "a\r\nEND:VCALENDAR\r\nMETHOD:CANCEL"))
    assert names_by_lines(vevent(facts, CONFIRMED, "en").encode()) == PROPERTIES
    assert ("METHOD" in body, body.count("END")) == (False, 1)


@pytest.mark.parametrize(
    "contact",
    ["064/123-456", "+381 64 123 45 67", "018 555-333", "0641234567", "555-333", "ana@skola.example", "www.x.example/a",
     "https://x.example/status/abcdef", "(064) 123 45 67"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["room", "host_sr_latn"])
def test_typed_telephone_numbers_and_addresses_stay_out(contact: str, field: str) -> None:
    text = vevent(the_facts(**{field: f"Sala, zovite {contact} pa uđite"}), CONFIRMED, "sr_Latn")
    for piece in (contact, "123", "555", "@", "x.example", "abcdef"):
        assert piece not in text.replace("\r\n ", "").replace("6f1c2b7e4d904c55@raspored.example", "")


@pytest.mark.parametrize(("address", "written"), [
    ("Липова 7, 064/123-456, 18000 Ниш", "Липова 7, , 18000 Ниш"),
    ("Булевар ослобођења 123-125/3, 11000 Београд", "Булевар ослобођења 123-125/3, 11000 Београд"),
    ("27. марта 4б", "27. марта 4б"),
    ("Липова 7 18000 Ниш", "Липова 7 18000 Ниш"),
])  # fmt: skip
def test_an_address_loses_a_telephone_number_and_keeps_house_numbers_and_postcodes(address: str, written: str) -> None:
    assert said(vevent(the_facts(address_sr_cyrl=address), CONFIRMED, "sr_Cyrl"))["location"] == written


def test_a_calendar_is_a_join_of_texts_without_method_and_read_each_hour() -> None:
    body = calendar([vevent(the_facts(), CONFIRMED, "en")], "Raspored: Јелена")
    lines = body.decode().split("\r\n")
    assert lines[:7] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Raspored//Outreach desk//SR", "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Raspored: Јелена", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert b"METHOD" not in body
    texts = [vevent(the_facts(uid=f"{n}@x"), CONFIRMED, "en") for n in range(3)]
    joined = calendar(texts, "Raspored")
    assert "".join(texts) in joined.decode()
    assert [event["uid"] for event in by_icalendar(joined)] == ["0@x", "1@x", "2@x"]
    assert isinstance(Event.from_ical(texts[0]), Event)


@given(words=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=120))
@example(words="a;b,c\\d \\n \\;")
@example(words="Ђ" * 75)
def test_what_is_written_is_read_back_to_the_letter(words: str) -> None:
    """Three properties of text, in any letters: another program reads each as it was said, from lines that fit."""
    assume(r"\N" not in words)  # which the library takes for a new line
    said_so = tidy(words, limit=400)
    assume(said_so)  # of blanks alone nothing is written
    text = vevent(
        the_facts(uid=words, programme_en=words, page_url=words, classes="", crew=(), young=()), CONFIRMED, "en"
    )
    event = said(text)
    assert event["uid"] == said_so
    assert event["summary"].startswith(f"{said_so}, ")
    assert said_so in event["description"].splitlines()
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75

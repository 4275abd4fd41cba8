"""How a presentation looks in a calendar: facts in, text out. Mails and feeds use these texts.

One VEVENT has one text for each status a reader can see it in and each language. Texts are made when a presentation
changes and stored; a feed only joins them, so its bytes stay the same until the next change. A phone that polls takes
hundreds of them, so an entry says each thing once: the school in its title, the address as its place, the day by its
moments, the page of the visit by one link (which holds its number).
"""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from scheduler.core.language import clock_time, pick, translator, worded
from scheduler.core.names import spelled
from scheduler.core.text import to_latin
from scheduler.messages.ics import PRODID, one_line
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.states import EntryStatus

ASK_AGAIN = dt.timedelta(hours=1)
USUAL_ZONE = "Europe/Belgrade"  # said only where the clocks are others
MAP = "https://osm.org"  # the short name of openstreetmap.org
END = "END:VCALENDAR\r\n"
MOST_OCTETS = 75  # of a line (RFC 5545, 3.1)

# What a typed text must not carry into a calendar: addresses of mail and web, and telephone numbers. A street's house
# numbers ("123-125") look like a short telephone number, so of an address only those that begin with 0 or + are taken.
_REACHES = r"\S+@\S+|(?:https?://|www\.)\S+|(?<!\d)(?:\+|0)\d(?:[\s/().–-]*\d){5,}|\d{7,}"
_CONTACT_IN_ADDRESS = re.compile(_REACHES, re.IGNORECASE)
_CONTACT = re.compile(_REACHES + r"|(?<!\d)\d{3}[/-]\d{2,4}(?:[/-]\d{2,4})?(?!\d)", re.IGNORECASE)


def vevent(facts: EntryFacts, status: EntryStatus, language: str) -> str:
    """One VEVENT with CRLF, folded at 75 octets and never inside a character; equal facts give equal bytes.

    Typed texts lose control characters, mail and web addresses and telephone numbers before the library sees them.
    Raises: ValueError for a language we do not speak.
    """
    from icalendar import vDatetime, vInt, vText  # slow to load: only who makes a text waits for it

    edited_at = vDatetime(_utc(facts.edited_at))
    values: dict[str, Any] = {
        "UID": vText(one_line(facts.uid)),
        "DTSTAMP": edited_at,
        "LAST-MODIFIED": edited_at,
        "SEQUENCE": vInt(facts.sequence),
        "DTSTART": vDatetime(_utc(facts.starts_at)),
        "DTEND": vDatetime(_utc(facts.ends_at)),
        "STATUS": vText(status.value),
        # every other one takes time, which is what a calendar believes unasked
        **({"TRANSP": vText("TRANSPARENT")} if status is EntryStatus.CANCELLED else {}),
        "SUMMARY": vText(_summary(facts, status, language)),
        "LOCATION": vText(_place(facts, language)),
        "DESCRIPTION": vText(_description(facts, status, language)),
    }
    said = (f"{name}:{value.to_ical().decode()}" for name, value in values.items())
    return "".join(f"{_folded(line)}\r\n" for line in ("BEGIN:VEVENT", *said, "END:VEVENT"))


def calendar(texts: Iterable[str], name: str) -> bytes:
    """A subscription that holds these VEVENTs: no METHOD (strict readers refuse it in a feed), asked for each hour."""
    return "".join([_head(name), *texts, END]).encode()


@lru_cache(maxsize=100)
def _head(name: str) -> str:
    from icalendar import Calendar, vDuration  # slow to load: only who makes a calendar waits for it

    empty = Calendar()
    empty.add("prodid", PRODID)
    empty.add("version", "2.0")
    empty.add("calscale", "GREGORIAN")
    empty.add("x-wr-calname", one_line(name))
    empty.add("refresh-interval", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
    empty.add("x-published-ttl", vDuration(ASK_AGAIN))
    folded: bytes = empty.to_ical()
    return folded.decode().removesuffix(END)


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, each line of its text begun anew: equal texts of two entries are
    then equal bytes, which gzip writes once.
    """
    if len(line.encode()) <= MOST_OCTETS:
        return line
    pieces, size = [""], 0
    for part in re.split(r"(?=\\n)", line):
        fits = len(part.encode()) < MOST_OCTETS
        for piece in (part,) if fits else part:  # what is longer than a line is cut between two letters
            width = len(piece.encode())
            if size + width > MOST_OCTETS:
                pieces, size = [*pieces, ""], 1  # the blank that goes on
            pieces[-1] += piece
            size += width
    return "\r\n ".join(pieces)


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)


def _typed(text: str, contact: re.Pattern[str] = _CONTACT) -> str:
    """What somebody typed into a form, as a calendar may show it."""
    return one_line(contact.sub(" ", one_line(text))).strip(" ,;:-–")


def _host(facts: EntryFacts, language: str) -> str:
    return _typed(pick(language, facts.host_sr_cyrl, facts.host_sr_latn))


def _address(facts: EntryFacts, language: str) -> str:
    return _typed(pick(language, facts.address_sr_cyrl, facts.address_sr_latn), _CONTACT_IN_ADDRESS)


def _summary(facts: EntryFacts, status: EntryStatus, language: str) -> str:
    _ = translator(language).gettext
    cyrl = facts.programme_sr_cyrl
    programme = worded(language, cyrl, to_latin(cyrl), facts.programme_en)
    title = f"{one_line(programme)}, {_host(facts, language)}"
    heads = {
        EntryStatus.TENTATIVE: _("Offered: %(title)s"),
        EntryStatus.CONFIRMED: "%(title)s",
        EntryStatus.CANCELLED: _("Cancelled: %(title)s"),
    }
    return heads[status] % {"title": title}


def _place(facts: EntryFacts, language: str) -> str:
    if facts.online:
        return translator(language).gettext("Online")
    return _address(facts, language) or _host(facts, language)


def _description(facts: EntryFacts, status: EntryStatus, language: str) -> str:
    """What an entry says beside title and place; who no longer goes reads neither the crew nor the room."""
    _ = translator(language).gettext
    lines = [_wall_time(facts, language)]
    if status is not EntryStatus.CANCELLED:
        lines += [
            *(f"{label}: {typed}" for label, value in facts.venue.facts(language) if (typed := _typed(value))),
            _classes(facts.classes, language),
            *_crew(facts, status, language),
            _("Held online: the address stands on the page of the visit.")
            if facts.online
            else _("Map: %(link)s") % {"link": _map_link(facts)},
        ]
    lines.append(one_line(facts.page_url))
    if facts.helpline:
        lines.append(
            _("If a child tells you something: the school's named person, then %(helpline)s.")
            % {"helpline": one_line(facts.helpline)}
        )
    return "\n".join(line for line in lines if line)


def _crew(facts: EntryFacts, status: EntryStatus, language: str) -> list[str]:
    """Who comes: of minors the first name, and to who is only asked not even that (TRUST S54)."""
    _ = translator(language).gettext
    asked = status is EntryStatus.TENTATIVE
    names = facts.crew if asked else (*facts.crew, *facts.young)
    coming = ", ".join(one_line(spelled(name, language)) for name in names)
    lines = [_("Coming: %(names)s") % {"names": coming}] if coming else []
    return [*lines, _("A young presenter comes along")] if asked and facts.young else lines


def _wall_time(facts: EntryFacts, language: str) -> str:
    zone = ZoneInfo(facts.zone)
    where = "" if facts.zone == USUAL_ZONE else f" ({one_line(facts.zone)})"
    sittings = facts.hours or ((facts.starts_at, facts.ends_at),)
    hours = ["–".join(clock_time(at.astimezone(zone).time(), language) for at in sitting) for sitting in sittings]
    return f"{', '.join(hours)}{where}"


def _classes(classes: str, language: str) -> str:
    """How many classes; which ones is typed text and stays on the page behind the sign-in."""
    count = sum(1 for part in re.split("[,;\n]", classes) if part.strip())
    said = translator(language).ngettext("%(num)d class", "%(num)d classes", count) % {"num": count}
    return str(said) if count else ""


def _map_link(facts: EntryFacts) -> str:
    """The host's own point, or a search for its address when nobody knows the point; in one script for all."""
    if facts.point is None:
        latin = _address(facts, "sr_Latn") or _host(facts, "sr_Latn")  # in Cyrillic a link is thrice as long
        return f"{MAP}/search?query={quote(latin, safe='')}"
    return f"{MAP}/?mlat={facts.point.latitude}&mlon={facts.point.longitude}&zoom=17"

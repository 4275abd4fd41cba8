"""How a presentation looks in a calendar: one VEVENT as text. Facts in, text out (PRODUCT.md, section 6)."""

import datetime as dt
from zoneinfo import ZoneInfo

from icalendar import Event

from scheduler.core.language import clock_time, pick, short_day, translator
from scheduler.core.text import to_latin
from scheduler.planning.terms import EntryFacts, EntryStatus


def vevent(facts: EntryFacts, status: EntryStatus, language: str) -> str:
    """One VEVENT, folded, with CRLF; the same facts give the same bytes."""
    event = Event()
    event.add("uid", facts.uid)
    event.add("dtstamp", facts.edited_at.astimezone(dt.UTC))
    event.add("last-modified", facts.edited_at.astimezone(dt.UTC))
    event.add("sequence", facts.sequence)
    event.add("dtstart", facts.starts_at.astimezone(dt.UTC))
    event.add("dtend", facts.ends_at.astimezone(dt.UTC))
    event.add("status", status.value)
    event.add("summary", _summary(facts, status, language))
    event.add("location", _place(facts, language))
    event.add("description", _description(facts, language))
    event.add("url", facts.page_url)
    if facts.point is not None:
        event.add("geo", (facts.point.latitude, facts.point.longitude))
    return bytes(event.to_ical()).decode()


def _summary(facts: EntryFacts, status: EntryStatus, language: str) -> str:
    _ = translator(language).gettext
    programme = facts.programme_en if language == "en" else facts.programme_sr_cyrl
    if language == "sr_Latn":
        programme = to_latin(programme)
    title = f"{programme}: {pick(language, facts.host_sr_cyrl, facts.host_sr_latn)}"
    heads = {
        EntryStatus.TENTATIVE: _("Offered: %(title)s"),
        EntryStatus.CONFIRMED: "%(title)s",
        EntryStatus.CANCELLED: _("Cancelled: %(title)s"),
    }
    return heads[status] % {"title": title}


def _place(facts: EntryFacts, language: str) -> str:
    host = pick(language, facts.host_sr_cyrl, facts.host_sr_latn)
    address = pick(language, facts.address_sr_cyrl, facts.address_sr_latn)
    return ", ".join(part for part in (host, address, facts.room) if part)


def _description(facts: EntryFacts, language: str) -> str:
    _ = translator(language).gettext
    zone = ZoneInfo(facts.zone)
    start, end = (moment.astimezone(zone) for moment in (facts.starts_at, facts.ends_at))
    lines = [
        f"{short_day(start.date(), language)} {clock_time(start.time(), language)}–{clock_time(end.time(), language)}",
        facts.classes,
        ", ".join(facts.crew),
        facts.visit_number,
        facts.page_url,
        _("If a child tells you something: %(helpline)s") % {"helpline": facts.helpline},
    ]
    return "\n".join(line for line in lines if line)

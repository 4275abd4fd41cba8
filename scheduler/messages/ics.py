"""The calendar part of a mail: an entry that it puts into its reader's calendar, changes there, or takes out."""

from urllib.parse import quote

from scheduler.core.text import tidy
from scheduler.messages.terms import Method

PRODID = "-//Raspored//Outreach desk//SR"
_AS_IT_IS = "@!$&'*+-._~=/"  # in the address of a mailto URI


def scheduling_message(entry: str, method: Method, centre: tuple[str, str], reader: str) -> str:
    """A VEVENT as a mail tells a calendar of it (iTIP, RFC 5546).

    `centre` is the name and address of who invites; `reader` is the only one invited, and need not answer.
    Raises: icalendar's ValueError for what is no VEVENT.
    """
    from icalendar import Calendar, Event, vCalAddress, vText  # slow to load: only who writes such a mail waits for it

    name, address = centre
    organizer, attendee = vCalAddress(_mailto(address)), vCalAddress(_mailto(reader))
    organizer.params["CN"] = vText(one_line(name).replace('"', ""))  # RFC 5545, 3.1: no quotation mark in a parameter
    attendee.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    event = Event.from_ical(entry)
    event.add("organizer", organizer)
    event.add("attendee", attendee)
    message = Calendar()
    message.add("prodid", PRODID)
    message.add("version", "2.0")
    message.add("method", method.value)
    message.add_component(event)
    written: bytes = message.to_ical()
    return written.decode()


def one_line(text: str) -> str:
    """One line of visible letters. NFC may lengthen a text, at most threefold (UAX 15)."""
    return tidy(text, limit=3 * len(text) + 1)


def _mailto(address: str) -> str:
    """An address as the URI that mail programs compare with the account of their reader (RFC 6068)."""
    from scheduler.core.mailer import in_ascii_domain  # mail and its libraries: only who writes such a mail

    return f"mailto:{quote(in_ascii_domain(one_line(address)), safe=_AS_IT_IS)}"

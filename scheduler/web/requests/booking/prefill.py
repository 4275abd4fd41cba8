"""What somebody chose on another page and takes along into the booking: programme, language, classes, a day."""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress

from scheduler.core.errors import NotFound
from scheduler.people.terms import TeachingLanguage
from scheduler.programmes import queries as programme_queries
from scheduler.web.requests.booking import hold
from scheduler.web.requests.booking.calendar import for_the_waiting_list, only_classes, only_day
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.forms import FEW_LETTERS

PREFILL_FIELDS = ("programme", "language", "classes", "day")
WAITING_LIST = "waiting"  # instead of a day: the waiting list


def carried_in(sent: Mapping[str, str]) -> dict[str, str]:
    """What an address or a form carries, as far as it says something."""
    found = {name: sent.get(name, "").replace("\0", "")[:FEW_LETTERS].strip() for name in PREFILL_FIELDS}
    return {name: value for name, value in found.items() if value}


def day_carried(carried: Mapping[str, str]) -> dt.date | None:
    """The day that was pressed in a calendar, so that the first question can say it."""
    with suppress(ValueError):
        return dt.date.fromisoformat(carried.get("day", ""))
    return None


def take_along(booking: BookingDraft, carried: dict[str, str]) -> None:
    """The choice is made already when its question comes, also where it was answered otherwise before.

    The caller keeps the answers.
    """
    with suppress(NotFound):
        if "programme" in carried:
            programme = programme_queries.programme_page(carried["programme"])
            booking.answers["wish"] = {"programme": [str(programme.id)]}
            if booking.answers.get("what", {}).get("programme") != [str(programme.id)]:
                booking.answers.pop("what", None)
            if carried.get("language") in set(TeachingLanguage):
                booking.answers["wish"] |= {"teaching_language": [carried["language"]]}
    if "classes" in carried:
        booking.answers["classes"] = only_classes(carried["classes"])
    if "day" in carried and booking.slot():
        hold.release_hold(booking)
    if carried.get("day") == WAITING_LIST:
        booking.answers["when"] = for_the_waiting_list(booking.with_page("what", booking.answers.get("wish", {})))
    elif "day" in carried:
        booking.answers.pop("when", None)
        booking.set_aside("when", only_day(carried["day"]), wrong=False)

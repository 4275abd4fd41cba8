"""How a page writes days, times, numbers, names and states; and what is said after an act."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import LazyProxy
from flask import Flask, current_app, flash, get_flashed_messages, url_for
from markupsafe import Markup, escape

from scheduler.attendance.terms import HeadCounts
from scheduler.config import Settings
from scheduler.core import clock as clocks
from scheduler.core import language as words
from scheduler.core.phones import dialled
from scheduler.core.text import marked
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import NotHeldReason
from scheduler.requests.wording import state_words
from scheduler.web.forms import error_title, new_form_key
from scheduler.web.i18n import _, _l, _n, in_page_letters, page_language

NOTES_KEY = "said"
YEAR_DAYS = 365


@dataclass(frozen=True)
class Face:
    """How a state looks: a tone, a picture and, first of all, a word."""

    tone: str
    icon: str
    word: str | LazyProxy


PROGRAMME_KINDS = {
    "talk": Face("good", "megaphone", _l("Talk with pupils")),
    "parents_evening": Face("wait", "home", _l("Parents' evening")),
    "teachers_gathering": Face("move", "clip", _l("Teachers' gathering")),
    "cohort_training": Face("youth", "search", _l("Training of a group of pupils")),
}
REQUEST = {
    "draft": Face("quiet", "pencil", _l("Draft")),
    "unverified": Face("wait", "mail", _l("Waits for mail proof")),
    "new": Face("move", "inbox", _l("New request")),
    "triage": Face("move", "search", _l("Being looked at")),
    "needs_info": Face("wait", "question", _l("More details wanted")),
    "declined": Face("stop", "ban", _l("Declined")),
    "merged_into": Face("quiet", "merge", _l("Joined with another request")),
    "waitlisted": Face("wait", "queue", _l("On the waiting list")),
    "proposed": Face("wait", "hourglass", _l("Dates offered")),
    "agreed": Face("move", "calendar", _l("Accepted by the centre")),
    "staffing": Face("move", "people", _l("Looking for a crew")),
    "confirmed": Face("good", "check", _l("Confirmed")),
    "ready": Face("good", "checks", _l("Ready")),
    "delivered": Face("good", "flag", _l("Delivered")),
    "reported": Face("good", "clip", _l("Report handed in")),
    "certified": Face("good", "cert", _l("Certificates issued")),
    "closed": Face("quiet", "lock", _l("Closed")),
    "withdrawn": Face("quiet", "undo", _l("Withdrawn")),
    "expired": Face("quiet", "clock", _l("Expired")),
    "cancelled_by_school": Face("stop", "x", _l("Cancelled by the school")),
    "cancelled_by_centre": Face("stop", "x", _l("Cancelled by the centre")),
    "disrupted": Face("stop", "snow", _l("Stopped by a closure")),
}
# Serbian states of a visit and a presentation are feminine: other English words than a request's keep them apart.
VISIT = {
    "planned": Face("quiet", "calendar", _l("Planned")),
    "offered": Face("wait", "hourglass", _l("Offered to the crew")),
    "confirmed": Face("good", "check", _l("Confirmed by all")),
    "ready": Face("good", "checks", _l("All prepared")),
    "delivered": Face("good", "flag", _l("Held")),
    "disrupted": Face("stop", "snow", _l("Prevented by a closure")),
    "replanned": Face("quiet", "swap", _l("Planned again")),
    "cancelled": Face("stop", "x", _l("Cancelled")),
}
PRESENTATION = {
    "planned": VISIT["planned"],
    "confirmed": VISIT["confirmed"],
    "delivered": VISIT["delivered"],
    "part_delivered": Face("wait", "half", _l("Held in part")),
    "moved": Face("move", "swap", _l("Moved")),
    "merged_into": Face("quiet", "merge", _l("Joined with another")),
    "cancelled": VISIT["cancelled"],
    "no_show_host": Face("stop", "door", _l("The host was not there")),
    "no_show_presenter": Face("stop", "person", _l("The presenter was not there")),
    "disrupted": VISIT["disrupted"],
}
ASSIGNMENT = {
    "suggested": Face("quiet", "spark", _l("Suggested")),
    "offered": Face("wait", "hourglass", _l("Offered")),
    "accepted": Face("good", "check", _l("Accepted")),
    "declined": Face("stop", "x", _l("Turned down")),
    "lapsed": Face("quiet", "clock", _l("The offer ended")),
    "withdrawn": Face("stop", "undo", _l("Taken back")),
    "replaced": Face("quiet", "swap", _l("Replaced")),
    "present": Face("good", "flag", _l("Presence confirmed")),
    "absent": Face("stop", "ban", _l("Absent")),
}
ATTENDANCE = {
    "open": Face("wait", "pencil", _l("Open")),
    "submitted": Face("move", "upload", _l("Handed in")),
    "countersigned": Face("good", "checks", _l("Confirmed by the school")),
    "assumed": Face("wait", "clock", _l("Confirmed by silence")),
    "locked": Face("good", "lock", _l("Locked")),
    "corrected": Face("move", "pencil", _l("Corrected")),
}
CERTIFICATE = {
    "eligible": Face("wait", "cert", _l("Ready to be issued")),
    "issued": Face("good", "cert", _l("Issued")),
    "reissued": Face("quiet", "swap", _l("Replaced by a new one")),
    "revoked": Face("stop", "ban", _l("Revoked")),
}
POST = {
    "planned": Face("quiet", "calendar", _l("In the plan")),
    "ready": Face("move", "check", _l("Ready to post")),
    "posted": Face("good", "checks", _l("Posted")),
    "dropped": Face("quiet", "x", _l("Dropped")),
}
NOT_HELD = {str(reason): PRESENTATION[reason] for reason in NotHeldReason}


def _for_school(state: str) -> LazyProxy:
    return LazyProxy(lambda: state_words(state, page_language()).sentence, enable_cache=False)


FACES = {
    "request": REQUEST,
    "school": {state: replace(face, word=_for_school(state)) for state, face in (REQUEST | NOT_HELD).items()},
    "visit": VISIT,
    "presentation": PRESENTATION,
    "assignment": ASSIGNMENT,
    "attendance": ATTENDANCE,
    "certificate": CERTIFICATE,
    "post": POST,
}
TO_BE_HELD = (VISIT["confirmed"], VISIT["ready"])
FLAGS = {
    "not_counted": Face("wait", "clip", _l("Held, not counted")),
    "clock_wrong": Face("stop", "alert", _l("The clock time is not right")),
    "short_crew": Face("wait", "people", _l("Crew not complete")),
    "mail_bounced": Face("stop", "mail", _l("The mail did not arrive")),
    "calendar_stale": Face("wait", "sync", _l("Calendar not refreshed")),
    "valid": Face("good", "shield", _l("Valid")),
    "ended": Face("stop", "ban", _l("Ended")),
}


def state_face(
    kind: str,
    state: str,
    *,
    until: dt.datetime | None = None,
    minutes: int | None = None,
    version: int = 1,
    on_day: dt.date | None = None,
) -> Face:
    """The face of a state of a request, visit, presentation, assignment, attendance or certificate.

    `until` words an offer's end, `minutes` how long a part of a presentation was, `version` a correction's number.
    `on_day` is a visit's: one whose day went by is prepared no more, it waits to be counted.
    Raises: KeyError for a kind or state that is not in the tables.
    """
    face = FACES[kind][str(state)]
    if on_day is not None and face in TO_BE_HELD and on_day < clocks.local_day(clocks.now(), _zone()):
        return FLAGS["not_counted"]
    if until is not None and (kind, state) == ("assignment", "offered"):
        ends = _local(until)
        if ends.date() != clocks.local_day(clocks.now(), _zone()):
            day = f"{short_weekday(ends.date())} {day_and_month(ends.date())}"
            return Face(face.tone, face.icon, _("Offered until %(day)s, %(time)s", day=day, time=clock(until)))
        return Face(face.tone, face.icon, _("Offered until %(time)s", time=clock(until)))
    if minutes is not None and (kind, state) == ("presentation", "part_delivered"):
        return Face(face.tone, face.icon, _n("In part, %(num)s min", "In part, %(num)s min", minutes))
    if version > 1 and (kind, state) == ("attendance", "corrected"):
        return Face(face.tone, face.icon, _("Corrected, v%(number)s", number=version))
    return face


def flag_face(flag: str) -> Face:
    """The face of a flag beside a state. Raises: KeyError for one that is not in the table."""
    return FLAGS[flag]


def ends_face(days: int) -> Face:
    """Of a check or a consent that still holds, but only for so many days."""
    return Face("wait", "clock", _n("Ends in %(num)s day", "Ends in %(num)s days", days))


def _zone() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.centre_timezone


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(ZoneInfo(_zone()))


def long_day(day: dt.date) -> str:
    """уторак, 24. новембар 2026."""
    return words.long_day(day, page_language())


def genitive_day(day: dt.date) -> str:
    """уторка, 24. новембра 2026., after од, до and после"""
    return words.genitive_day(day, page_language())


def short_day(day: dt.date) -> str:
    """24. 11. 2026."""
    return words.short_day(day, page_language())


def day_and_month(day: dt.date) -> str:
    """24. 11."""
    return words.day_and_month(day, page_language())


def short_month(day: dt.date) -> str:
    """нов"""
    return str(format_date(day, "LLL", locale=words.locale_of(page_language()))).rstrip(".")


def short_weekday(day: dt.date) -> str:
    """уто"""
    return str(format_date(day, "ccc", locale=words.locale_of(page_language()))).rstrip(".")


def clock(time: dt.time | dt.datetime) -> str:
    """09:55; a moment is shown as the centre's clocks show it."""
    wall = _local(time).time() if isinstance(time, dt.datetime) else time
    return words.clock_time(wall, page_language())


def moment(at: dt.datetime) -> str:
    """уторак, 24. новембар 2026. у 09:55"""
    return words.moment(at, page_language(), _zone())


def genitive_moment(at: dt.datetime) -> str:
    """уторка, 24. новембра 2026. у 09:55, after од, до and после"""
    return words.genitive_moment(at, page_language(), _zone())


def short_moment(at: dt.datetime) -> str:
    """24. 11. 2026. · 09:55"""
    return f"{short_day(_local(at).date())} · {clock(at)}"


def moment_in_zone(at: dt.datetime) -> str:
    """уторак, 24. новембар 2026. у 09:55, Београд (UTC+1): whose clocks these are."""
    return f"{moment(at)}, {words.zone_city(_zone(), page_language())} ({words.offset(at, _zone())})"


def ago(at: dt.datetime) -> str:
    """How long something has been so: "20 min", "3 h", "6 days". Show it with the `moment` itself."""
    minutes = max(0, int((clocks.now() - at).total_seconds() // 60))
    if minutes < 60:
        return _n("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 24 * 60:
        return _n("%(num)s hour", "%(num)s hours", minutes // 60)
    return _n("%(num)s day", "%(num)s days", minutes // (24 * 60))


def from_now(day: dt.date) -> str:
    """How far a day is: "today", "tomorrow", "in 14 days", "3 days ago"."""
    days = (day - clocks.local_day(clocks.now(), _zone())).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days <= -2 * YEAR_DAYS:
        return _n("%(num)s year ago", "%(num)s years ago", -days // YEAR_DAYS)
    if days < 0:
        return _n("%(num)s day ago", "%(num)s days ago", -days)
    return _n("in %(num)s day", "in %(num)s days", days)


def number(n: float) -> str:
    """7.803"""
    return words.number(n, page_language())


def percent(part: float) -> str:
    """62 %, of a part between 0 and 1."""
    return words.percent(part, page_language())


def name(thing: object) -> str:
    """The stored name of a place, programme or campaign in the page's language and script."""
    cyrl, latn = thing.name_sr_cyrl, thing.name_sr_latn  # type: ignore[attr-defined]
    return words.worded(page_language(), cyrl, latn, getattr(thing, "name_en", "") or latn)


def letters(full_name: str) -> str:
    """The first letters of a person's first two names, of the spelling that the page shows."""
    return "".join(part[:1] for part in str(in_page_letters(full_name)).split()[:2]).upper()


def dashed(attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes as HTML names them: aria_label → aria-label."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def say(text: str, *, undo: str = "", undo_words: str = "") -> None:
    """Tell in a note on the next page what was done; `undo` is the address a POST to which takes it back."""
    flash({"text": str(text), "undo": undo, "undo_words": str(undo_words)}, NOTES_KEY)  # type: ignore[arg-type]


def done_notes() -> list[object]:
    """What `say` left for this page."""
    return [one if isinstance(one, dict) else {"text": one} for one in get_flashed_messages()]


def under_heading(page: Markup, notes: Markup) -> Markup:
    """A page with notes under its heading, or on top where the heading stands elsewhere."""
    head, heading_ends, rest = page.partition("</h1>")
    return head + heading_ends + notes + rest if heading_ends else notes + page


def kind_face(kind: str) -> Face:
    """How a kind of programme looks."""
    return PROGRAMME_KINDS[kind]


def url_if(endpoint: str, **values: Any) -> str:
    """The address of a page, or nothing while the house has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def in_hours(minutes: int) -> str:
    """3 h 15 min"""
    return words.in_hours(minutes, page_language())


def four_numbers(counts: HeadCounts) -> Markup:
    """pupils 12 · parents 3 · teachers 2 · others 0: each number beside its word at the end of a line too."""
    said = _("pupils %(pupils)s · parents %(parents)s · teachers %(teachers)s · others %(others)s")
    return Markup(_apart(said) % {who: number(getattr(counts, who)) for who in Audience})  # nosec B704  # numbers


@cache
def _apart(said: str) -> str:
    """Words of a catalogue, in which the numbers are not yet."""
    return " · ".join(f'<span class="nowrap">{escape(pair)}</span>' for pair in said.split(" · "))


def tel(number: str) -> str:
    """The address that a telephone dials (RFC 3966)."""
    return f"tel:{dialled(number)}"


FILTERS = (
    in_hours,
    long_day,
    genitive_day,
    short_day,
    day_and_month,
    short_month,
    short_weekday,
    clock,
    moment,
    genitive_moment,
    short_moment,
    moment_in_zone,
    ago,
    from_now,
    number,
    percent,
    name,
    letters,
    dashed,
    marked,
    under_heading,
    tel,
)
GLOBALS = (four_numbers, state_face, flag_face, ends_face, kind_face, done_notes, url_if, error_title, new_form_key)


def register(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")  # a list that a page fills: {% do pills.append(…) %}
    app.jinja_env.filters.update({one.__name__: one for one in FILTERS})
    app.jinja_env.filters["clock_time"] = clock
    app.jinja_env.globals.update({one.__name__: one for one in GLOBALS})
    app.jinja_env.globals.update(
        face=Face,
        helpline_number=settings.helpline_number,
        demo=settings.demo,
    )

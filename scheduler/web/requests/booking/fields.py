"""What the fields of forms say, as the domain's own types; and what is said beside the hours of presentations."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from scheduler.core.errors import NotFound, Reason
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.rules.presence import SaidBeside, is_anyone_away
from scheduler.places.rules.school_time import said_together
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import ClassStanding
from scheduler.requests.rules.school_request import (
    MOST_PREFERRED,
    problems_with_contact,
    problems_with_room,
    where_classes_are,
)
from scheduler.requests.terms.school_request import DayPart, PresentationDraft, RequestDraft, RequestFacts
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.i18n import page_language
from scheduler.web.requests.address_forms import YouForm
from scheduler.web.requests.booking.day_form import DayForm
from scheduler.web.requests.booking.new_host import NewHostForm
from scheduler.web.requests.forms import HostForm, WhatForm, WhenForm, WhenWithoutWishesForm, WhereForm, WhoForm

Typed = dict[str, list[str]]
FORMS: dict[str, type[BaseForm]] = {
    "host": HostForm,
    "new_host": NewHostForm,
    "what": WhatForm,
    "when": WhenForm,
    "who": WhoForm,
    "day": DayForm,
    "where": WhereForm,
    "you": YouForm,
}
PAGES = ("what", "when", "who", "where", "you")  # after the first, which finds the host
DAY_PAGE = "day"  # between them where several programmes were chosen: what the others ask, beside the line of that day
WITH_DAY = (*PAGES[:3], DAY_PAGE, *PAGES[3:])
EQUIPMENT = ("has_projector", "has_sound", "has_internet", "step_free", "special_needs")
TICKS = (*EQUIPMENT, "teacher_stays", "recent_incident")
TEXTS = {
    "where": ("safeguarding_contact",),
    "you": ("contact_name", "contact_email", "contact_phone", "file_number"),
}
WISHES = "preferred-"
EMPTY_WISHES: Typed = {  # as a browser sends them
    f"{WISHES}{number}-{name}": [blank]
    for number in range(MOST_PREFERRED)
    for name, blank in (("on_day", ""), ("starts_local", ""), ("day_part", DayPart.ANY.value))
}
SLOT_KEY = "gone"  # beside what is set aside: the slot that somebody else has
DAY_KEY = "pressed"  # beside what is set aside: the day whose times are shown; it is no wish yet, and fills no field
NOTES = ("slot", "wrong", SLOT_KEY, DAY_KEY)  # kept with what was typed, and no field of a form
# Pages of which no programme, host or day says what is wrong: the rule that does, and the answers that it reads.
JUDGED_ALONE: dict[str, tuple[Callable[[RequestDraft], dict[str, Reason]], tuple[str, ...]]] = {
    "where": (problems_with_room, ("who", "where")),
    "you": (problems_with_contact, ("where", "you")),
}
MOST_TYPED = 2500  # letters of one field that are kept: more than any field takes


def host_asked() -> HostRow | None:
    """The host whose number stands in the address: chosen in the list that opens while somebody types."""
    chosen = number_of(request.args.get("host"))
    try:
        return None if chosen is None else place_queries.host_of(chosen)
    except NotFound:
        return None


def typed_in(form: BaseForm) -> Typed:
    """What this request holds for the form's own fields."""
    heads = {field.name for field in form} - {"csrf_token", "form_key"}
    return {
        name: [value[:MOST_TYPED] for value in request.form.getlist(name)]
        for name in request.form
        if name.split("-")[0] in heads
    }


@cache
def blank_form(page: str) -> BaseForm:
    """The form of a page that nobody has answered: the same for all visitors, to be read only."""
    return FORMS[page](formdata=MultiDict(), meta={"csrf": False})


def known_by(page: str, typed: Typed) -> tuple[str, ...]:
    """What a form is known by: its page, and what its fields hold."""
    return page, repr(sorted((name, values) for name, values in typed.items() if name not in NOTES))


def aside_of(page: str) -> str:
    """Under which name lies what was typed for a page and is no answer yet."""
    return f"aside {page}"


def answered_form(page: str, typed: Typed, sent: Mapping[tuple[str, ...], BaseForm] | None = None) -> BaseForm:
    """The form of a page with its answer, to be read only: where no wish is named, none of their rows is built.

    What was sent just now, or is shown, has its form already.
    """
    if sent and (found := sent.get(known_by(page, typed))):
        return found
    kind: Any = FORMS[page]
    if page == "when":
        said = {name: values for name, values in typed.items() if EMPTY_WISHES.get(name) != values}
        if not any(name.startswith(WISHES) for name in said):
            kind, typed = WhenWithoutWishesForm, said
    form: BaseForm = kind(formdata=MultiDict[str, str](typed), meta={"csrf": False})
    return form


def page_of(field: str) -> str:
    """The page on which a field is asked for; the first one when it is on none."""
    head = field.split("-")[0]
    return head if head in FORMS else next((page for page in WITH_DAY if hasattr(FORMS[page], head)), "host")


def presentations_of(form: BaseForm, day_part: DayPart = DayPart.ANY) -> tuple[PresentationDraft, ...]:
    """The presentations that the form says, if all of them can be read: what is no answer has no hour either."""
    try:
        return form.drafts(day_part) if isinstance(form, WhoForm) else ()
    except ValueError:
        return ()


def draft_of(forms: dict[str, BaseForm], host: HostRow | None, today: dt.date) -> RequestDraft:
    """One draft out of the forms of all pages (or the one form that has all fields under each name)."""
    what, when, who, where, _you = (forms[page] for page in PAGES)
    ticks: dict[str, Any] = {name: where[name].data for name in TICKS}
    texts: dict[str, Any] = {name: forms[page][name].data or "" for page, names in TEXTS.items() for name in names}
    chosen = what.programme.data if isinstance(what.programme.data, list) else [what.programme.data]
    return RequestDraft(
        programme_id=int((chosen or [0])[0] or 0),
        host_id=host.id if host else 0,
        language=page_language(),
        teaching_language=TeachingLanguage(what.teaching_language.data or TeachingLanguage.SERBIAN),
        first_day=when.first_day.data or today,
        last_day=when.last_day.data or today,
        preferred=when.wishes() if isinstance(when, WhenForm) else (),
        blackouts=when.cannot() if isinstance(when, WhenForm) else (),
        presentations=presentations_of(who, DayPart(when.day_part.data or DayPart.ANY)),
        for_waiting_list=bool(when.waiting.data),
        venue=where.venue(),
        **texts,
        **ticks,
    )


def judged_alone(page: str, form_of: Callable[[str], BaseForm], today: dt.date) -> dict[str, Reason]:
    """What is wrong with a page of JUDGED_ALONE; no other answer is read than its rule reads."""
    rule, read = JUDGED_ALONE[page]
    forms = {one: form_of(one) if one in read else blank_form(one) for one in PAGES}
    return rule(draft_of(forms, None, today))


def draft_on_day(draft: RequestDraft, day: dt.date, starts: Sequence[dt.time]) -> RequestDraft:
    """The draft on one day, its presentations at these times."""
    asked = tuple(
        replace(one, starts_local=start, lesson=None) for one, start in zip(draft.presentations, starts, strict=True)
    )
    return replace(
        draft, first_day=day, last_day=day, presentations=asked, preferred=(), blackouts=(), for_waiting_list=False
    )


@dataclass(frozen=True)
class BookingLessons(SaidBeside):
    """Beside each presentation: where its classes are at the asked hour, or why they are not there."""

    known: bool  # somebody has told the shifts and bells of the host
    beside: Sequence[Sequence[tuple[str, ClassStanding]]]


def lessons_beside(draft: RequestDraft, facts: RequestFacts) -> BookingLessons:
    """What is said beside each presentation: over several days only a refusal, for the clock follows from the day."""
    found = [said_together(where_classes_are(one, draft, facts)) for one in draft.presentations]
    if draft.first_day != draft.last_day:
        found = [said if is_anyone_away([one for _names, one in said]) else [] for said in found]
    return BookingLessons(facts.clock is not None, found)

"""The draft of a booking: what was answered on which page, and the request that comes of it all.

Answers are kept as they were typed (requests/service/answers.py) and read again by the same forms, so that going back
shows what was typed and nothing is read in two ways.
"""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from flask import g, request, session
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from scheduler.booking.queries.free_dates import AskedPlace, NearCalendar, OpenCalendar, near_calendar, open_calendar
from scheduler.booking.queries.holds import held_by, pressed_booking
from scheduler.booking.rules import holds
from scheduler.booking.rules.holds import main_audience, minutes_in_all
from scheduler.booking.rules.starts import classes_of_sittings
from scheduler.booking.service.holds import release_date
from scheduler.booking.terms.free_dates import Bounds, FreeWish
from scheduler.booking.terms.holds import HeldDate, HoldWish, Slot
from scheduler.core import clock
from scheduler.core.errors import Reason
from scheduler.people.terms import TeachingLanguage
from scheduler.places.rules.hosts import teaches
from scheduler.places.terms.hosts import HostDraft, HostRow
from scheduler.programmes.queries import open_programmes
from scheduler.programmes.terms import ProgrammeRow, SchoolLevel
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.rules.school_request import levels_at, problems_with
from scheduler.requests.service.answers import forget_answers, keep_answers
from scheduler.requests.terms.school_request import PresentationDraft, RequestDraft, RequestFacts
from scheduler.web.day_slots import slot_of
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.requests.booking import choices
from scheduler.web.requests.booking.day_form import DayForm
from scheduler.web.requests.booking.fields import (
    DAY_PAGE,
    FORMS,
    JUDGED_ALONE,
    PAGES,
    BookingLessons,
    Typed,
    answered_form,
    aside_of,
    blank_form,
    draft_of,
    draft_on_day,
    judged_alone,
    known_by,
    lessons_beside,
    page_of,
    presentations_of,
    typed_in,
)
from scheduler.web.requests.booking.new_host import NewHostForm
from scheduler.web.requests.booking.parts import (
    chosen_programmes,
    day_answer,
    day_before,
    furnish_day,
    is_answered,
    open_school,
    pages_of,
    parts_of,
    problems_of_parts,
    pupils_listen,
)
from scheduler.web.requests.forms import WhatForm, WhenForm, WhereForm, WhoForm

T = TypeVar("T")
QUICKEST_S = 2  # programs are quicker than any hand


@dataclass
class BookingDraft:
    """What one visitor has answered so far.

    A request reads the answers once, builds the form of a page once and asks for a row once: `read` holds them by what
    they were asked with, so that nothing in it grows old when an answer changes.
    """

    answers: dict[str, Typed]
    now: dt.datetime
    read: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    is_sent: bool = False  # the form that was pressed has made its request before
    sent: dict[tuple[str, ...], BaseForm] = field(default_factory=dict, repr=False)  # or shown by this request

    @classmethod
    def of_visitor(cls, form_key: str = "") -> "BookingDraft":
        """The one whose token lies in the visitor's cookie; empty for who has none. Of a press: with its form's key."""
        answers, held, is_sent = pressed_booking(session.get("booking"), form_key, now=(now := clock.now()))
        return cls(answers, now, {"held": held} if answers else {}, is_sent)

    def once(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` finds; it is not asked again in this request."""
        if key not in self.read:
            self.read[key] = ask()
        found: T = self.read[key]
        return found

    def keep(self, page: str, typed: Typed) -> None:
        """Remember a page's answers. A listed host and a typed one take each other's place."""
        self.answers.setdefault("began", {"at": [self.now.isoformat()]})
        self.answers.pop({"host": "new_host", "new_host": "host"}.get(page, ""), None)
        self.answers.pop(aside_of(page), None)
        self.answers[page] = typed
        self._store()

    def set_aside(self, page: str, typed: Typed, *, wrong: bool) -> None:
        """Remember what is not an answer yet, so that its page opens by a plain address, also with the back button."""
        self.answers[aside_of(page)] = typed | ({"wrong": ["yes"]} if wrong else {})
        self._store()

    def _store(self) -> None:
        """On the server, under a cookie that outlives the closing of a visitor's browser; staff's ends with it."""
        session["booking"] = keep_answers(session.get("booking"), self.answers, now=self.now)
        session.permanent = "_user_id" not in session
        g.writes_nobody = True  # only the last press queues mail

    def forget(self) -> None:
        """Delete all answers, and the cookie's token with them."""
        forget_answers(session.pop("booking", None), now=self.now)
        session.permanent = False

    def leave(self) -> None:
        """Its answers have become a request, and were deleted with that; the cookie's token goes, too."""
        session.pop("booking", None)
        session.permanent = False

    def said(self, page: str, name: str) -> str:
        """One field of a page as it was typed; empty when it was not."""
        return self.answers.get(page, {}).get(name, [""])[0]

    def too_quick(self) -> bool:
        """Whether no hand could have answered all pages since the first."""
        began = self.said("began", "at")
        return not began or (self.now - dt.datetime.fromisoformat(began)).total_seconds() < QUICKEST_S

    def next_page(self, after: str) -> str:
        """The first page without an answer, or "check" when all have one."""
        return next((page for page in self.pages() if page != after and not is_answered(self, page)), "check")

    def pages(self) -> tuple[str, ...]:
        """The pages that it asks after the first, in their order."""
        return pages_of(self)

    def aside(self, page: str) -> Typed:
        """What was typed for a page and is no answer yet."""
        return self.answers.get(aside_of(page), {})

    def has_host(self) -> bool:
        return "host" in self.answers or "new_host" in self.answers

    def with_page(self, page: str, typed: Typed) -> "BookingDraft":
        """This draft, had the page been answered so."""
        return replace(self, answers=self.answers | {page: typed})

    def form(self, page: str, answer: str = "") -> BaseForm:
        """The page's form with its answer (or what is kept under another name), to be read; not a sent one."""
        typed = self.answers.get(answer or page)
        if typed is None:
            return blank_form(page)
        _same, form = self.once(("read", page, id(typed)), lambda: (typed, answered_form(page, typed, self.sent)))
        return form

    def sent_form(self, page: str) -> BaseForm:
        """The page's form as this request sends it, or with the earlier answers when it only asks for the page."""
        if request.method == "POST":
            form = FORMS[page]()
            self.sent[known_by(page, typed_in(form))] = form
            return self.furnish(form)
        aside, before = self.aside(page), self.typed_before(page)
        if page == DAY_PAGE:
            before = day_answer(self, before or {}) | ({"wrong": ["yes"]} if "wrong" in aside else {})
        if not before:
            return self.furnish(FORMS[page](formdata=None))
        form = self.sent[known_by(page, before)] = FORMS[page](formdata=MultiDict(before))
        self.furnish(form)
        if "wrong" in aside:
            self._tell_again(page, form, aside)
        return form

    def typed_before(self, page: str) -> Typed | None:
        """What a page opens with: what was set aside, or answered, or said on the way here."""
        said = {"what": "wish", "who": "classes"}.get(page, "")
        return self.aside(page) or self.answers.get(page) or self.answers.get(said)

    def fill(self, page: str, form: BaseForm, typed: Typed) -> None:
        """Let the sent form hold this instead: a button said it for several fields."""
        safe: dict[str, Any] = typed | {"csrf_token": request.form.getlist("csrf_token")}
        form.process(MultiDict(safe))
        self.sent[known_by(page, typed)] = form

    def _tell_again(self, page: str, form: BaseForm, typed: Typed) -> None:
        """Say beside the fields what is wrong with what was set aside. Hidden fields belong to the next sending."""
        judged = [field.validate(form) for field in form if not isinstance(field, HiddenField)]
        if all(judged):  # all have been asked, also after the first wrong one
            form.show(self.with_page(page, typed).problems_at(page))

    def furnish(self, form: BaseForm) -> BaseForm:
        """Give lists of choices what the database holds."""
        if isinstance(form, NewHostForm):
            form.furnish(self.once("municipalities", choices.municipality_choices))
        if isinstance(form, WhatForm):
            choices.furnish_programmes(form, self.programmes())
        if isinstance(form, WhoForm) and (programme := self.programme()):
            choices.furnish_presentations(form, programme, self.levels())
        if isinstance(form, DayForm):
            furnish_day(self, form)
        if isinstance(form, WhereForm) and not pupils_listen(self):
            form.teacher_stays.validators = ()  # without children nobody is asked
        return form

    def stands(self, page: str) -> bool:
        """Whether the answer of a page, kept or sent just now, has its shape and names what is still offered."""
        return bool(self.furnish(self.form(page)).validate())

    def programmes(self) -> list[ProgrammeRow]:
        """Those that the school can ask for now, and the one that it has chosen."""
        chosen = {self.said(page, "programme") for page in ("what", "wish")}
        return choices.programmes_for(self.once("programmes", open_programmes), self.levels(), chosen)

    def programme(self) -> ProgrammeRow | None:
        """What was chosen; of several the one that leads: its date is looked for, the others follow on that day."""
        return next(iter(chosen_programmes(self)), None)

    def host_row(self, host_id: int) -> HostRow:
        """A host of the register. Raises: NotFound."""
        return self.school(host_id).host

    def host(self) -> HostRow | None:
        """The host of the register that was chosen."""
        chosen = number_of(self.said("host", "host_id"))
        return self.host_row(chosen) if chosen else None

    def new_host(self) -> HostDraft | None:
        """The host that was typed."""
        form = self.form("new_host") if "new_host" in self.answers else None
        return form.draft() if isinstance(form, NewHostForm) and self.stands("new_host") else None

    def levels(self) -> frozenset[SchoolLevel]:
        """What the host teaches; nothing for a library, a camp, a municipality."""
        new = self.new_host()
        return levels_at(*teaches(new.kind)) if new else choices.levels_of(self.host())

    def slot(self) -> Slot | None:
        """The date that the visitor took: held, or held once."""
        return slot_of(self.said("when", "slot"))

    def held(self) -> HeldDate | None:
        """The date that is held for this visitor now."""
        return self.once("held", lambda: held_by(session.get("booking"), now=self.now))

    def release(self) -> None:
        """The date is held no more."""
        release_date(session.get("booking"), now=self.now)
        self.read["held"] = None

    def hold_wish(self, slot: Slot, *, by_the_bell: bool) -> HoldWish | None:
        """What is asked of the calendar for that date: as long as all presentations last, if they are known.

        Whose hold stands in its own way, the service that holds the date finds out by itself.
        """
        wish, programme = self._wish(), self.programme()
        if wish is None or programme is None:
            return None
        starts = [one.starts_local for one in self.sittings()] or [None]
        minutes = minutes_in_all(holds.sitting_times(slot.starts_local, starts, programme.minutes), programme.minutes)
        return HoldWish(replace(wish, minutes=minutes), slot, by_the_bell)

    def free_wish(self) -> FreeWish | None:
        """What is asked of the calendar; None until host and programme are known, and for a new host abroad."""
        wish = self._wish()
        held = self.held() if wish else None
        return replace(wish, own_hold=held.id) if wish and held else wish

    def _wish(self) -> FreeWish | None:
        host, new, programme = self.host(), self.new_host(), self.programme()
        town = new.municipality_id if new else None
        if programme is None or (host is None and town is None):
            return None
        typed = self.said("what", "teaching_language")
        language = TeachingLanguage(typed) if typed in set(TeachingLanguage) else TeachingLanguage.SERBIAN
        asked = self.asked()
        main = main_audience({one.audience for one in asked} & programme.audiences or programme.audiences)
        classes = classes_of_sittings(asked, main)
        where, bounds = (host.id if host else None, town), Bounds(after=day_before(self))
        return FreeWish(programme.id, language, main, *where, classes=classes, bounds=bounds)

    def sittings(self) -> tuple[PresentationDraft, ...]:
        """The presentations as the visitor typed them; none before the question."""
        return presentations_of(self.form("who")) if self.knows_classes() and self.stands("who") else ()

    def asked(self) -> tuple[PresentationDraft, ...]:
        """The presentations as far as they are known: answered, or only which classes, said beside the calendar."""
        answer = "who" if self.knows_classes() else "classes"
        return presentations_of(self.form("who", answer)) if answer in self.answers else ()

    def knows_classes(self) -> bool:
        """Whether it was answered who listens."""
        return "who" in self.answers

    def only_day(self) -> dt.date | None:
        """The day that was chosen, where it is a single one."""
        when = self.form("when") if "when" in self.answers else None
        if not isinstance(when, WhenForm) or when.first_day.data != when.last_day.data:
            return None
        day: dt.date | None = when.first_day.data
        return day

    def unfinished(self) -> str | None:
        """The first page that is missing or no longer right."""
        if self.host() is None and self.new_host() is None:
            return "host"
        return next((page for page in self.pages() if not is_answered(self, page) or not self.stands(page)), None)

    def problems_at(self, page: str) -> dict[str, Reason]:
        """What the rules say of this page's answers, as far as the pages before let them judge."""
        if page in JUDGED_ALONE:
            return judged_alone(page, self.form, clock.local_day(self.now))
        programme, draft = self.programme(), self.request_draft()
        if programme is None:
            return {}
        facts = self.facts(programme, draft) if page == "who" else RequestFacts(programme, self.levels())
        problems = problems_with(draft, clock.local_day(self.now), facts)
        if page in ("when", DAY_PAGE):
            problems = problems_of_parts(self, draft) | problems
        return {field: reason for field, reason in problems.items() if page_of(field) == page}

    def school(self, host_id: int) -> OpenSchool:
        """A host with its shifts and days, read once for all that is asked of it. Raises: NotFound."""
        return self.once(("school", host_id), lambda: open_school(host_id, clock.local_day(self.now)))

    def where(self) -> HostDraft | OpenSchool | None:
        """The host that was typed, or the one of the register with all that this request has read of it."""
        host = self.host()
        return self.school(host.id) if host else self.new_host()

    def calendar(self, wish: FreeWish) -> OpenCalendar | NearCalendar:
        """What the next days offer; opened once, whatever is asked of it. Raises: NotFound."""
        asked, place = self._asked_of(wish)
        return self.once(("calendar", asked), lambda: near_calendar(wish, now=self.now, place=place))

    def calendar_of(self, wish: FreeWish, day: dt.date) -> OpenCalendar:
        """Of one day alone what free dates are made of, with who could go; opened once. Raises: NotFound."""
        asked, place = self._asked_of(wish)
        return self.once(("calendar", asked, day), lambda: open_calendar(wish, now=self.now, only=day, place=place))

    def _asked_of(self, wish: FreeWish) -> tuple[tuple[object, ...], AskedPlace | None]:
        """By what a calendar is known again, and the place, where this booking has read it."""
        asked = wish.programme_id, wish.language, wish.audience, wish.host_id, wish.municipality_id
        host, programme = self.host(), self.programme()
        if programme and programme.id != wish.programme_id:  # another one, that might help
            programme = next((one for one in self.programmes() if one.id == wish.programme_id), programme)
        return asked, AskedPlace(programme, self.school(host.id), host.municipality) if host and programme else None

    def facts(self, programme: ProgrammeRow, draft: RequestDraft) -> RequestFacts:
        """What the rules must know of the chosen programme and host, where they judge who listens and at what hour."""
        host, (first, last) = self.host(), (draft.first_day, draft.last_day)
        if host is None:
            return RequestFacts(programme, self.levels())
        today = clock.local_day(self.now)
        school = self.school(host.id)
        hours = self.once(("hours", host.id, first, last), lambda: school.hours(first, last, today=today))
        return RequestFacts(programme, self.levels(), False, *hours)

    def beside(self, form: BaseForm) -> BookingLessons:
        """What is said beside the asked hours of each presentation, as the form holds them now."""
        if not isinstance(form, WhoForm) or (programme := self.programme()) is None:
            return BookingLessons(False, ())
        if not self.typed_before("who"):  # no class is named: nothing stands beside any hour
            host = self.host()
            return BookingLessons(host is not None and self.school(host.id).told() is not None, ())
        draft = self.request_draft(form)
        return lessons_beside(draft, self.facts(programme, draft))

    def request_draft(self, who: WhoForm | None = None) -> RequestDraft:
        """What was answered (and who listens, as a shown form says it), as the domain's own type.

        Pages without an answer leave harmless blanks.
        """
        forms = {page: who if who and page == "who" else self.form(page) for page in PAGES}
        draft = draft_of(forms, self.host(), clock.local_day(self.now))
        programme = self.programme()
        draft = self.on_its_date(replace(draft, programme_id=programme.id if programme else 0))
        parent = self.said("again", "parent")  # the request on whose page the school began, to ask for more
        return replace(draft, parts=parts_of(self, draft), parent_id=number_of(parent))

    def on_its_date(self, draft: RequestDraft) -> RequestDraft:
        """The draft on the date that the visitor took, its presentations one after the other; else as it is."""
        slot, programme = self.slot(), self.programme()
        if slot is None or programme is None or not programme.book_now:
            return draft
        typed = [one.starts_local for one in draft.presentations]
        starts = holds.sitting_times(slot.starts_local, typed, programme.minutes) if typed else []
        return draft_on_day(draft, slot.on_day, starts)

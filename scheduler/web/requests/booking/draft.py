"""A booking as a conversation: what was answered on which page, and the draft that comes of it all.

Answers are kept as they were typed (requests/service/answers.py) and read again by the same forms, so that going back
shows what was typed and nothing is read in two ways.
"""

import datetime as dt
from dataclasses import dataclass, replace

from flask import request, session
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.fields import SelectChoice

from scheduler.booking.queries.holds import held_by
from scheduler.booking.rules import holds
from scheduler.booking.rules.holds import lasts, main_audience
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core import clock
from scheduler.core.errors import NotFound, Reason
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.rules import presence
from scheduler.places.rules.hosts import teaches
from scheduler.places.rules.school_time import said_together
from scheduler.places.terms.hosts import HostDraft, HostRow
from scheduler.places.terms.school_time import Standing
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import ProgrammeRow, SchoolLevel
from scheduler.requests.queries.hours import lessons_of_span, school_clock
from scheduler.requests.rules.asked import levels_at, problems_with, where_classes_are
from scheduler.requests.service.answers import answers_of, forget_answers, keep_answers
from scheduler.requests.terms.asked import DayPart, Facts, PresentationDraft, RequestDraft
from scheduler.visits.rules.starts import classes_of_sittings
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.i18n import page_language
from scheduler.web.requests.booking.choices import furnish_presentations, levels_of, municipality_choices
from scheduler.web.requests.forms import HostForm, NewHostForm, WhatForm, WhenForm, WhereForm, WhoForm, YouForm

Typed = dict[str, list[str]]
FORMS: dict[str, type[BaseForm]] = {
    "host": HostForm,
    "new_host": NewHostForm,
    "what": WhatForm,
    "when": WhenForm,
    "who": WhoForm,
    "where": WhereForm,
    "you": YouForm,
}
PAGES = ("what", "when", "who", "where", "you")  # after the first, which finds the host
TOTAL = len(PAGES) + 2
QUICKEST_S = 2  # programs are quicker than any hand
FIELDS = {
    "what": ("programme", "teaching_language"),
    "when": ("first_day", "last_day", "day_part", "preferred", "blackouts"),
    "who": ("presentations",),
    "where": ("room", "safeguarding_contact", "teacher_stays"),
    "you": ("contact_name", "contact_email", "contact_phone", "file_number"),
    "new_host": ("new_host",),
}


def page_of(field: str) -> str:
    """The page on which a field is asked for; the first one when it is on none."""
    heads = (page for page, fields in FIELDS.items() if field.split("-")[0] in fields)
    return next(heads, "host")


def host_asked() -> HostRow | None:
    """The host whose number stands in the address: chosen in the list that opens while somebody types."""
    chosen = number_of(request.args.get("host"))
    try:
        return None if chosen is None else place_queries.host_of(chosen)
    except NotFound:
        return None


@dataclass(frozen=True)
class Lessons:
    """Beside each presentation: where its classes are at the asked hour, or why they are not there."""

    known: bool  # somebody has told the shifts and bells of the host
    beside: list[list[tuple[str, Standing]]]

    def away(self, place: int) -> bool:
        """Whether a class is not in the building at the asked time of one presentation."""
        return place < len(self.beside) and presence.away([one for _names, one in self.beside[place]])


@dataclass
class Conversation:
    """What one visitor has answered so far."""

    answers: dict[str, Typed]
    now: dt.datetime

    @classmethod
    def of_visitor(cls) -> "Conversation":
        """The one whose token lies in the visitor's cookie; an empty one for who has none."""
        now = clock.now()
        return cls(answers_of(session.get("booking"), now=now), now)

    def keep(self, page: str, typed: Typed) -> None:
        """Remember a page's answers. A listed host and a typed one take each other's place."""
        self.answers.setdefault("began", {"at": [self.now.isoformat()]})
        self.answers.pop({"host": "new_host", "new_host": "host"}.get(page, ""), None)
        self.answers.pop(_aside(page), None)
        self.answers[page] = typed
        self._store()

    def set_aside(self, page: str, typed: Typed, *, wrong: bool) -> None:
        """Remember what is not an answer yet, so that its page opens by a plain address, also with the back button."""
        self.answers[_aside(page)] = typed | ({"wrong": ["yes"]} if wrong else {})
        self._store()

    def _store(self) -> None:
        """On the server, under a cookie that outlives the closing of a visitor's browser; staff's ends with it."""
        session["booking"] = keep_answers(session.get("booking"), self.answers, now=self.now)
        session.permanent = "_user_id" not in session

    def forget(self) -> None:
        """Nothing was said."""
        forget_answers(session.pop("booking", None), now=self.now)
        session.permanent = False

    def too_quick(self) -> bool:
        """Whether no hand could have answered all pages since the first."""
        began = self.answers.get("began", {}).get("at", [])
        return not began or (self.now - dt.datetime.fromisoformat(began[0])).total_seconds() < QUICKEST_S

    def next_page(self, after: str) -> str:
        """The first page without an answer, or "check" when all have one."""
        return next((page for page in PAGES if page not in self.answers and page != after), "check")

    def aside(self, page: str) -> Typed:
        """What was typed for a page and is no answer yet."""
        return self.answers.get(_aside(page), {})

    def slot(self) -> Slot | None:
        """The date that the visitor took: held, or held once."""
        typed = self.answers.get("when", {}).get("slot", [""])[0]
        try:
            moment = dt.datetime.fromisoformat(typed)
        except ValueError:
            return None
        return Slot(moment.date(), moment.time())

    def hold_wish(self, slot: Slot, *, by_the_bell: bool) -> HoldWish | None:
        """What is asked of the calendar for that date: as long as all presentations last, if they are known."""
        wish, programme = self.free_wish(), self.programme()
        if wish is None or programme is None:
            return None
        starts = [one.starts_local for one in self.sittings()] or [None]
        minutes = lasts(holds.sittings(slot.starts_local, starts, programme.minutes), programme.minutes)
        return HoldWish(replace(wish, minutes=minutes), slot, by_the_bell)

    def sittings(self) -> tuple[PresentationDraft, ...]:
        """The presentations as the visitor typed them; none before the question."""
        form = self.form("who") if "who" in self.answers else None
        return form.drafts(DayPart.ANY) if isinstance(form, WhoForm) and form.validate() else ()

    def has_host(self) -> bool:
        return "host" in self.answers or "new_host" in self.answers

    def form(self, page: str) -> BaseForm:
        """The page's form as it was answered: shown, or read again; not a sent one."""
        return self.furnish(FORMS[page](formdata=MultiDict(self.answers.get(page, {})), meta={"csrf": False}))

    def sent_form(self, page: str) -> BaseForm:
        """The page's form as this request sends it, or with the earlier answers when it only asks for the page."""
        if request.method == "POST":
            return self.furnish(FORMS[page]())
        aside = self.answers.get(_aside(page))
        before = aside or self.answers.get(page) or self.answers.get({"what": "wish", "who": "classes"}.get(page, ""))
        form = self.furnish(FORMS[page](formdata=MultiDict(before) if before else None))
        if aside and "wrong" in aside:
            self._tell_again(page, form, aside)
        return form

    def _tell_again(self, page: str, form: BaseForm, typed: Typed) -> None:
        """Say beside the fields what is wrong with what was set aside. Hidden fields belong to the next sending."""
        visible = [field for field in form if not isinstance(field, HiddenField)]
        judged = [field.validate(form) for field in visible]  # all of them, also after the first wrong one
        if all(judged):
            form.show(self.with_page(page, typed).problems_at(page))

    def with_page(self, page: str, typed: Typed) -> "Conversation":
        """This conversation, had the page been answered so."""
        return Conversation(self.answers | {page: typed}, self.now)

    def furnish(self, form: BaseForm) -> BaseForm:
        """Give lists of choices what the database holds."""
        if isinstance(form, NewHostForm):
            form.municipality.choices = municipality_choices()
        if isinstance(form, WhatForm):
            rows = programme_queries.open_programmes()
            form.programme.choices = [SelectChoice(str(row.id), row.name(page_language())) for row in rows]
        if isinstance(form, WhoForm) and (programme := self.programme()):
            furnish_presentations(form, programme, self.levels())
        return form

    def host(self) -> HostRow | None:
        """The host of the register that was chosen."""
        form = self.form("host")
        chosen = form.chosen() if isinstance(form, HostForm) else None
        return place_queries.host_of(chosen) if chosen else None

    def new_host(self) -> HostDraft | None:
        """The host that was typed."""
        form = self.form("new_host") if "new_host" in self.answers else None
        return form.draft() if isinstance(form, NewHostForm) and form.validate() else None

    def levels(self) -> frozenset[SchoolLevel]:
        """What the host teaches; nothing for a library, a camp, a municipality."""
        new = self.new_host()
        if new is None:
            return levels_of(self.host())
        return levels_at(*teaches(new.kind))

    def programme(self) -> ProgrammeRow | None:
        """What was chosen."""
        chosen = number_of(self.answers.get("what", {}).get("programme", [""])[0])
        try:
            return None if chosen is None else programme_queries.programme_of(chosen)
        except NotFound:
            return None

    def free_wish(self) -> FreeWish | None:
        """What is asked of the calendar; None until host and programme are known, and for a new host abroad."""
        host, new, programme = self.host(), self.new_host(), self.programme()
        town = new.municipality_id if new else None
        if programme is None or (host is None and town is None):
            return None
        typed = self.answers["what"].get("teaching_language", [""])[0]
        language = TeachingLanguage(typed) if typed in set(TeachingLanguage) else TeachingLanguage.SERBIAN
        held = held_by(session.get("booking"), now=self.now)
        asked = self.asked()
        whom = {one.audience for one in asked} & programme.audiences or programme.audiences
        main = main_audience(whom)
        return FreeWish(
            programme.id,
            language,
            main,
            host.id if host else None,
            town,
            own_hold=held.id if held else 0,
            classes=classes_of_sittings(asked, main),
        )

    def asked(self) -> tuple[PresentationDraft, ...]:
        """The presentations as far as they are known: answered, or only which classes, said beside the calendar."""
        page = "who" if self.knows_classes() else "classes"
        form = self.furnish(WhoForm(formdata=MultiDict(self.answers.get(page, {})), meta={"csrf": False}))
        try:
            return form.drafts(DayPart.ANY) if isinstance(form, WhoForm) and page in self.answers else ()
        except ValueError:
            return ()

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

    def earliest_day(self) -> dt.date | None:
        """The first day that leaves the programme its notice."""
        programme = self.programme()
        return clock.local_day(self.now) + dt.timedelta(days=programme.notice_days) if programme else None

    def unfinished(self) -> str | None:
        """The first page that is missing or no longer right."""
        if self.host() is None and self.new_host() is None:
            return "host"
        return next((page for page in PAGES if page not in self.answers or not self.form(page).validate()), None)

    def problems_at(self, page: str) -> dict[str, Reason]:
        """What the rules say of this page's answers, as far as the pages before let them judge."""
        programme = self.programme()
        if programme is None:
            return {}
        problems = problems_with(self.draft(), clock.local_day(self.now), self.facts(programme))
        return {field: reason for field, reason in problems.items() if page_of(field) == page}

    def facts(self, programme: ProgrammeRow) -> Facts:
        """What the rules must know of the chosen programme and host."""
        host, draft = self.host(), self.draft()
        hours = lessons = None
        if host is not None:
            hours = school_clock(host, draft.first_day, draft.last_day, today=clock.local_day(self.now))
            lessons = lessons_of_span(host, draft.first_day, draft.last_day)
        return Facts(programme, self.levels(), clock=hours, lessons=lessons)

    def beside(self, form: BaseForm) -> Lessons:
        """What is said beside the asked hours of each presentation, as the form holds them now."""
        programme = self.programme()
        if programme is None or not isinstance(form, WhoForm):
            return Lessons(False, [])
        facts, draft = self.facts(programme), self.draft()
        try:
            asked = form.drafts(DayPart.ANY)
        except ValueError:  # what is no answer has no hour either; the field says so
            asked = ()
        return lessons_beside(self.on_its_date(replace(draft, presentations=asked)), facts)

    def draft(self) -> RequestDraft:
        """What was answered, as the domain's own type; pages without an answer leave harmless blanks."""
        forms = {page: self.form(page) for page in PAGES}
        for form in forms.values():
            form.validate()
        draft = draft_of(forms, self.host(), clock.local_day(self.now))
        return replace(self.on_its_date(draft), parent_id=self.parent())

    def parent(self) -> int | None:
        """The request of which this booking asks for more, when the school began on its page."""
        return number_of(self.answers.get("again", {}).get("parent", [""])[0])

    def on_its_date(self, draft: RequestDraft) -> RequestDraft:
        """The draft on the date that the visitor took, its presentations one after the other; else as it is."""
        slot, programme = self.slot(), self.programme()
        if slot is None or programme is None or not programme.book_now:
            return draft
        typed = [one.starts_local for one in draft.presentations]
        starts = holds.sittings(slot.starts_local, typed, programme.minutes) if typed else []
        asked = tuple(
            replace(one, starts_local=start, lesson=None)
            for one, start in zip(draft.presentations, starts, strict=True)
        )
        day = slot.on_day
        return replace(
            draft, first_day=day, last_day=day, presentations=asked, preferred=(), blackouts=(), for_waiting_list=False
        )


def lessons_beside(draft: RequestDraft, facts: Facts) -> Lessons:
    """What is said beside each presentation: over several days only a refusal, for the clock follows from the day."""
    found = [said_together(where_classes_are(one, draft, facts)) for one in draft.presentations]
    if draft.first_day != draft.last_day:
        found = [said if presence.away([one for _names, one in said]) else [] for said in found]
    return Lessons(facts.clock is not None, found)


def _aside(page: str) -> str:
    return f"aside {page}"


def draft_of(forms: dict[str, BaseForm], host: HostRow | None, today: dt.date) -> RequestDraft:
    """One draft out of the forms of all pages (or the one form that has all fields under each name)."""
    what, when, who, where, you = (forms[page] for page in PAGES)
    day_part = DayPart(when.day_part.data or DayPart.ANY)
    return RequestDraft(
        programme_id=int(what.programme.data or 0),
        host_id=host.id if host else 0,
        language=page_language(),
        teaching_language=TeachingLanguage(what.teaching_language.data or TeachingLanguage.SERBIAN),
        first_day=when.first_day.data or today,
        last_day=when.last_day.data or today,
        contact_name=you.contact_name.data or "",
        contact_email=you.contact_email.data or "",
        contact_phone=you.contact_phone.data or "",
        preferred=when.wishes() if isinstance(when, WhenForm) else (),
        blackouts=when.cannot() if isinstance(when, WhenForm) else (),
        presentations=who.drafts(day_part) if isinstance(who, WhoForm) else (),
        room=where.room.data or "",
        has_projector=where.has_projector.data,
        has_sound=where.has_sound.data,
        has_internet=where.has_internet.data,
        step_free=where.step_free.data,
        teacher_stays=where.teacher_stays.data,
        safeguarding_contact=where.safeguarding_contact.data or "",
        recent_incident=where.recent_incident.data,
        special_needs=where.special_needs.data,
        file_number=you.file_number.data or "",
        for_waiting_list=bool(when.waiting.data),
    )

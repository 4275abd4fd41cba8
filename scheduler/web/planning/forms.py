"""Forms of planning: the plan of a visit, an offer's end, a move, a reason."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.support import LazyProxy
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, SelectField, SubmitField
from wtforms.fields import SelectChoice

from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.planning.terms import (
    MOST_KILOMETRES,
    CrewRow,
    HistoryLine,
    NewTimes,
    Placing,
    PresentationPlan,
    PresenterChoice,
    ToldDraft,
    ToldHow,
    ToldWhat,
    VisitDraft,
    VisitPage,
    VisitRow,
)
from scheduler.requests.terms import RequestPage
from scheduler.web.forms import (
    MESSAGES,
    BaseForm,
    CountField,
    DayField,
    LinesField,
    Needed,
    TextField,
    TimeField,
    number_of,
)
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.listed import ListedForm

ANSWER_WITHIN = dt.timedelta(days=2)
OUTSIDE = _l("The school says that the class comes for it at that time, or stays")
REASON = 300
CONTACT = 120
LINK = 300
HOW: dict[ToldHow, LazyProxy] = {
    ToldHow.PHONE: _l("by phone"),
    ToldHow.VIBER: _l("on Viber"),
    ToldHow.IN_PERSON: _l("in person"),
}


class PresentationFields(Form):  # type: ignore[misc]
    """One sitting of the plan: when, how long, where in the school."""

    starts_local = TimeField(_l("Start"), [Needed()])
    minutes = CountField(_l("Minutes"), [Needed()], most=480)
    room = TextField(_l("Room"), limit=100)
    outside_shift = BooleanField(OUTSIDE)


class PlanForm(ListedForm):
    """The plan of a visit for an agreed request: a day, and the hours of what the school asked for."""

    on_day = DayField(_l("Day"), [Needed()])
    presentations = FieldList(FormField(PresentationFields))
    look = SubmitField(_l("Look at the lessons"))

    @classmethod
    def for_request(cls, asked: RequestPage, day: dt.date, starts: Sequence[dt.time]) -> "PlanForm":
        """Prefilled with what the school wishes, one presentation after the other."""
        minutes = asked.row.programme.minutes
        rows = [
            {"starts_local": start, "minutes": minutes, "room": asked.room, "outside_shift": wish.outside_shift}
            for wish, start in zip(asked.presentations, starts, strict=True)
        ]
        return cls(data={"on_day": day, "presentations": rows})

    def draft(self, asked: RequestPage) -> VisitDraft:
        """What the form says, with audiences and numbers from the request; call after `accepted()`."""
        plans = [
            PresentationPlan(
                starts_local=fields.starts_local.data,
                minutes=fields.minutes.data,
                audience=wish.audience,
                level=wish.level,
                classes=wish.classes,
                room=fields.room.data or "",
                expected_pupils=wish.pupils,
                expected_parents=wish.parents,
                expected_teachers=wish.teachers,
                outside_shift=bool(fields.outside_shift.data),
            )
            for fields, wish in zip(self.presentations, asked.presentations, strict=False)
        ]
        return VisitDraft(
            programme_id=asked.row.programme.id,
            host_id=asked.row.host.id,
            on_day=cast(dt.date, self.on_day.data),
            presentations=tuple(plans),
            school_request_id=asked.row.id,
            campaign_id=asked.campaign_id,
        )


def _until(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=ZoneInfo(centre_timezone())).astimezone(dt.UTC)


class SeenForm(BaseForm):
    """A form about a visit that remembers which visit its reader saw: its version, and how much of its history."""

    version = HiddenField()
    seen_lines = HiddenField()

    def show_visit(self, page: VisitPage) -> None:
        """The page that is shown now is what its reader will have seen."""
        self.version.data, self.seen_lines.data = str(page.visit.version), str(len(page.history))

    def seen(self) -> int | None:
        """The version that the reader saw; None when the form does not say."""
        return number_of(self.version.data)

    def since(self, page: VisitPage) -> tuple[HistoryLine, ...]:
        """What has happened to the visit since the reader opened the form."""
        lines = number_of(self.seen_lines.data)
        return page.history[lines:] if lines is not None else ()


class UntilForm(SeenForm):
    """By when presenters shall answer."""

    until_day = DayField(
        _l("Answer by (day)"), [Needed()], default=lambda: clock.local_day(clock.now() + ANSWER_WITHIN)
    )
    until_time = TimeField(_l("Answer by (time)"), [Needed()], default=dt.time(14, 0))

    def show_visit(self, page: VisitPage) -> None:
        """Answers are wanted an hour before the visit begins at the latest, if there is that much time."""
        super().show_visit(page)
        starts_at = page.visit.starts_at
        if self.until_day.raw_data is None and starts_at is not None and self.until() > starts_at:
            latest = max(starts_at - dt.timedelta(hours=1), clock.now()).astimezone(ZoneInfo(centre_timezone()))
            self.until_day.data, self.until_time.data = latest.date(), latest.time().replace(second=0, microsecond=0)

    def until(self) -> dt.datetime:
        """The moment that the form names, by the clocks of the centre."""
        return _until(cast(dt.date, self.until_day.data), cast(dt.time, self.until_time.data))


class ReplanForm(SeenForm, ListedForm):
    """A new day for a visit that a closure stopped, and the hours of its presentations."""

    on_day = DayField(_l("New day"), [Needed()])
    presentations = FieldList(FormField(PresentationFields))

    @classmethod
    def for_visit(cls, visit: VisitRow) -> "ReplanForm":
        """Prefilled with the hours and rooms of the old visit; the day is to be found."""
        rows = [
            {
                "starts_local": row.starts_local,
                "minutes": row.minutes,
                "room": row.room,
                "outside_shift": row.outside_shift,
            }
            for row in visit.presentations
        ]
        return cls(data={"presentations": rows})

    def plans(self, visit: VisitRow) -> tuple[PresentationPlan, ...]:
        """What the form says, with audiences and numbers from the old visit; call after `accepted()`."""
        return tuple(
            PresentationPlan(
                starts_local=fields.starts_local.data,
                minutes=fields.minutes.data,
                audience=row.audience,
                level=row.level,
                classes=row.classes,
                room=fields.room.data or "",
                expected_pupils=row.expected_pupils,
                expected_parents=row.expected_parents,
                expected_teachers=row.expected_teachers,
                outside_shift=bool(fields.outside_shift.data),
            )
            for fields, row in zip(self.presentations, visit.presentations, strict=False)
        )


class StartFields(Form):  # type: ignore[misc]
    starts_local = TimeField(_l("Start"), [Needed()])
    outside_shift = BooleanField(OUTSIDE)


class MoveForm(UntilForm, ListedForm):
    """Another day or other hours for a visit."""

    on_day = DayField(_l("New day"), [Needed()])
    starts = FieldList(FormField(StartFields))
    reason = TextField(_l("Reason, told to nobody outside the centre"), limit=REASON)
    look = SubmitField(_l("Look at the lessons"))

    @classmethod
    def for_visit(cls, visit: VisitRow) -> "MoveForm":
        """Prefilled with the present times."""
        rows = [{"starts_local": one.starts_local, "outside_shift": one.outside_shift} for one in visit.presentations]
        return cls(data={"on_day": visit.on_day, "starts": rows})

    def times(self, presentation_ids: Sequence[int]) -> NewTimes:
        """What the form says; call after `accepted()`."""
        starts = [fields.starts_local.data for fields in self.starts]
        ticked = [one for one, fields in zip(presentation_ids, self.starts, strict=False) if fields.outside_shift.data]
        return NewTimes(
            cast(dt.date, self.on_day.data),
            dict(zip(presentation_ids, starts, strict=False)),
            self.until(),
            frozenset(ticked),
        )


class PlaceForm(UntilForm):
    """The move panel of the board: day, presenter and start of a visit; `leaves` is whose block was taken up."""

    on_day = DayField(_l("Day"), [Needed()])
    presenter = SelectField(_l("Presenter"), validate_choice=True)
    starts_local = TimeField(_l("Start"), [Needed()])
    offer = BooleanField(_l("Ask the new presenter at once"), default=True)
    reason = TextField(_l("Reason, told to nobody outside the centre"), limit=REASON)
    leaves = HiddenField(filters=[lambda typed: str(typed or "")[:12]])

    def furnish(self, people: Sequence[PresenterChoice], leaves: int | None) -> None:
        """Who can be chosen; nobody is a choice too."""
        nobody = _("The crew stays as it is") if leaves is None else _("Nobody, back to the visits without a crew")
        rows = [SelectChoice(str(one.presenter_id), one.label(page_language())) for one in people]
        self.presenter.choices = [SelectChoice("", nobody), *rows]

    @property
    def from_whom(self) -> int | None:
        """Whose block was taken up; None: the visit's as such."""
        return number_of(self.leaves.data)

    def placing(self) -> Placing | None:
        """What the form says as far as it has its shape; None without a day or a start."""
        day, start = self.on_day.data, self.starts_local.data
        if day is None or start is None:
            return None
        named = self.until_day.data and self.until_time.data
        return Placing(
            on_day=day,
            starts_local=start,
            until=self.until() if named else clock.now() + ANSWER_WITHIN,
            leaves=self.from_whom,
            comes=number_of(self.presenter.data),
            offer=bool(self.offer.data),
        )


class JoinForm(SeenForm):
    """Which presentation takes the classes of another one along."""

    into = RadioField(_l("Which presentation is held?"), [Needed(MESSAGES["not_a_choice"])], validate_choice=True)

    @classmethod
    def among(cls, others: Sequence[tuple[int, str]]) -> "JoinForm":
        """The other presentations of the visit, by their ordinals."""
        form = cls()
        form.into.choices = [SelectChoice(str(ordinal), label) for ordinal, label in others]
        return form


class ReasonForm(BaseForm):
    """Why something is cancelled, declined or taken back."""

    reason = LinesField(_l("Reason"), [Needed()], limit=REASON)


class StaffReasonForm(SeenForm):
    """The same, from a coordinator, who sees the visit."""

    reason = LinesField(_l("Reason"), [Needed()], limit=REASON)


class LeaveForm(StaffReasonForm):
    """Out of the whole visit, or of one of its presentations."""

    part = RadioField(_l("Out of what?"), default="0")

    @classmethod
    def of(cls, parts: Sequence[tuple[int, str]]) -> "LeaveForm":
        """With the presentations that can be left by themselves."""
        form = cls()
        only = [SelectChoice(str(which), _("only %(time)s", time=said)) for which, said in parts]
        form.part.choices = [SelectChoice("0", _("the whole visit")), *only]
        return form


class PromiseForm(SeenForm):
    """What a school without a request promised on the phone, before pupils meet anybody."""

    safeguarding_contact = TextField(
        _l("Who guards the children at the school (name and role)"), [Needed()], limit=CONTACT
    )
    teacher_stays = BooleanField(
        _l("A teacher stays in the classroom from beginning to end"), [Needed(MESSAGES["teacher_stays"])]
    )


class ToldForm(BaseForm):
    """Who was told about a visit by word, and how."""

    what = HiddenField()
    whom = SelectField(_l("Who was told"))
    how = SelectField(_l("How"), choices=[SelectChoice(how.value, word) for how, word in HOW.items()])

    @classmethod
    def of(cls, what: ToldWhat, adults: Sequence[CrewRow], **given: Any) -> "ToldForm":
        """An offer is told to presenters only, everything else to the school too."""
        form = cls(**given)
        form.whom.choices = [SelectChoice(str(one.presenter_id), one.full_name) for one in adults]
        if what is not ToldWhat.OFFER:
            form.whom.choices.insert(0, SelectChoice("school", str(_l("The school"))))
        return form

    def draft(self, what: ToldWhat) -> ToldDraft:
        """What the form says; call after `accepted()`."""
        whom = str(self.whom.data)
        return ToldDraft(what, ToldHow(self.how.data), int(whom) if whom.isdigit() else None)


class AbsenceForm(BaseForm):
    """On which days a presenter cannot come; it remembers which visits she saw there."""

    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    seen = HiddenField()

    def show_visits(self, visits: Sequence[VisitRow]) -> None:
        """The visits that are on the page now are what its reader will have seen."""
        self.seen.data = " ".join(visit.number for visit in visits)

    def seen_visits(self) -> list[str]:
        """Numbers of the visits that the reader saw."""
        return str(self.seen.data or "").split()


class OnlineForm(SeenForm):
    """Under which address a visit is held."""

    link = TextField(_l("Address of the online meeting"), [Needed()], limit=LINK)


class SubstituteForm(SeenForm):
    """Who is asked to stand in; the service judges who can."""

    presenter = SelectField(_l("Substitute"), validate_choice=False)

    def furnish(self, people: Sequence[tuple[int, str]]) -> None:
        """Who can be chosen, the best first."""
        self.presenter.choices = [SelectChoice(str(who), label) for who, label in people]


class PressForm(SeenForm):
    """A button alone."""


class DrivenForm(BaseForm):
    """What was driven already for a visit that was called off late; empty: nothing is said."""

    kilometres = CountField(_l("Kilometres driven, there and back"), most=MOST_KILOMETRES)

    @classmethod
    def of(cls, kilometres: int | None, mark: object) -> "DrivenForm":
        """The form of one presenter or visit among several on a page."""
        return cls(formdata=None, data={"kilometres": kilometres}, mark=mark)

"""Forms of visits: the plan of a visit, an offer's end, a move, a reason."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from babel.support import LazyProxy
from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, SelectField, SubmitField
from wtforms.fields import SelectChoice

from scheduler.booking.queries.school_days import SchoolDays
from scheduler.booking.terms.free_dates import Lack
from scheduler.core.errors import GroundReason
from scheduler.core.language import span_of_days
from scheduler.programmes.queries import campaigns_for
from scheduler.programmes.terms import CampaignChoice
from scheduler.readiness.terms import ToldDraft, ToldHow, ToldWhat
from scheduler.requests.terms.pages import RequestedPresentationRow, RequestPage
from scheduler.requests.terms.reasons import RequestReason
from scheduler.visits.rules.timetable import shifted
from scheduler.visits.terms.plans import NewTimes, PresentationPlan, VisitDraft
from scheduler.visits.terms.rows import CrewRow, PresentationRow, VisitRow
from scheduler.web.day_slots import MeantDateForm
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, Needed, TextField, TimeField, number_of
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.list_forms import ListedForm, RowsField
from scheduler.web.reasons import sentence_of
from scheduler.web.seen_forms import REASON_LENGTH, SeenForm, StaffReasonForm, UntilForm
from scheduler.web.venue_fields import VenueFields

OUTSIDE = _l("The school says that the class comes for it at that time, or stays")


CONTACT = 120


LINK_LENGTH = 300


HOW: dict[ToldHow, LazyProxy] = {
    ToldHow.PHONE: _l("by phone"),
    ToldHow.VIBER: _l("on Viber"),
    ToldHow.IN_PERSON: _l("in person"),
}


class PresentationFields(VenueFields, Form):  # type: ignore[misc]
    """One sitting of the plan: when, how long, where in the school."""

    starts_local = TimeField(_l("Start"), [Needed()])
    minutes = CountField(_l("Minutes"), [Needed()], most=480)
    outside_shift = BooleanField(OUTSIDE)


def campaign_choices(campaigns: Sequence[CampaignChoice]) -> list[SelectChoice]:
    """None of them, and each by its name and days."""
    language = page_language()
    named = [(one, span_of_days(one.first_day, one.last_day, language)) for one in campaigns]
    return [
        SelectChoice("", _("no campaign")),
        *(SelectChoice(str(one.id), f"{one.name(language)} ({days})") for one, days in named),
    ]


class CampaignOfVisitForm(SeenForm):
    """The campaign that a visit counts for."""

    campaign = SelectField(_l("Campaign"))


def starts_from(visit: VisitRow, first: dt.time | None) -> dict[int, dt.time]:
    """When the presentations of a visit begin: as now, or all moved together so that the first begins then."""
    starts = {one.id: one.starts_local for one in visit.presentations}
    return (shifted(starts, first) if first and starts else None) or starts


class PlacedForm(MeantDateForm, ListedForm):
    """Presentations on a day: what speaks against a date that is typed beside those to press is told, and confirmed."""

    def plans(self, rows: Sequence[RequestedPresentationRow | PresentationRow]) -> tuple[PresentationPlan, ...]:
        """What the form says, with audiences and numbers from the request or the visit; nothing while hours lack."""
        typed = [(entry.form, row) for entry, row in zip(self.lists[0], rows, strict=False)]
        lengths = [_in(fields, "minutes", row) for fields, row in typed]
        if not all(lengths) or not all(fields.starts_local.data for fields, _row in typed):
            return ()
        return tuple(
            PresentationPlan(
                starts_local=fields.starts_local.data,
                minutes=minutes,
                audience=row.audience,
                level=row.level,
                classes=row.classes,
                venue=fields.venue() if isinstance(fields, VenueFields) else _in(fields, "venue", row),
                expected_pupils=people[0],
                expected_parents=people[1],
                expected_teachers=people[2],
                outside_shift=bool(fields.outside_shift.data),
            )
            for (fields, row), minutes in zip(typed, lengths, strict=True)
            for people in [_expected(row)]
        )

    def settle(self, days: SchoolDays, plans: Sequence[PresentationPlan], *, sent: bool) -> bool:
        """Whether nothing speaks against the date that is not confirmed; where classes are is said beside hours."""
        day = self.on_day.data
        if day is None or not plans:
            return True
        found = [one for one in days.against(day, plans) if one.lack is not Lack.NOT_IN_THE_BUILDING]
        times = [one.starts_local for one in plans]
        return self.means(day, times, found) if sent else self.tell(day, times, found)


def _in(fields: Form, name: str, row: object) -> Any:
    """What is typed, or stays as it is where the form does not ask for it."""
    return fields[name].data if name in fields else getattr(row, name)


def _expected(row: RequestedPresentationRow | PresentationRow) -> tuple[int, int, int]:
    if isinstance(row, PresentationRow):
        return row.expected_pupils, row.expected_parents, row.expected_teachers
    return row.pupils, row.parents, row.teachers


class PlanForm(PlacedForm):
    """The plan of a visit for a request: a day, and the hours of what the school asked for."""

    version = HiddenField()

    on_day = DayField(_l("Day"), [Needed()])
    campaign = SelectField(_l("Campaign"))
    presentations = RowsField(FormField(PresentationFields))
    look = SubmitField(_l("Look at the lessons"))

    @classmethod
    def for_request(cls, asked: RequestPage, day: dt.date, starts: Sequence[dt.time | None]) -> "PlanForm":
        """Prefilled with what the school wishes, one presentation after the other."""
        minutes = asked.row.programme.minutes
        rows = [
            {"starts_local": start, "minutes": minutes, "outside_shift": wish.outside_shift} | asdict(asked.venue)
            for wish, start in zip(asked.presentations, starts, strict=True)
        ]
        given = {"on_day": day, "presentations": rows, "campaign": str(asked.campaign_id or "")}
        return cls(data=given | {"version": asked.version})

    def offer_campaigns(self, programme_id: int) -> "PlanForm":
        """Those of the programme; the field is left out where there is none."""
        self.campaign.choices = campaign_choices(campaigns_for(programme_id))
        if len(self.campaign.choices) == 1:
            del self.campaign
        return self

    def draft(self, asked: RequestPage) -> VisitDraft:
        """The visit that the form plans; call after `accepted()`."""
        return VisitDraft(
            programme_id=asked.row.programme.id,
            host_id=asked.row.host.id,
            on_day=cast(dt.date, self.on_day.data),
            presentations=self.plans(asked.presentations),
            school_request_id=asked.row.id,
            campaign_id=number_of(self.campaign.data) if self.campaign else None,
        )


class ReplanForm(SeenForm, PlacedForm):
    """A new day for a visit that a closure stopped, and the hours of its presentations."""

    on_day = DayField(_l("New day"), [Needed()])
    presentations = RowsField(FormField(PresentationFields))

    @classmethod
    def for_visit(cls, visit: VisitRow, day: dt.date | None = None, first: dt.time | None = None) -> "ReplanForm":
        """Prefilled with the hours and rooms of the old visit; the day is to be found, or one that the school named."""
        starts = starts_from(visit, first)
        rows = [
            {
                "starts_local": starts[row.id],
                "minutes": row.minutes,
                "outside_shift": row.outside_shift,
            }
            | asdict(row.venue)
            for row in visit.presentations
        ]
        return cls(data={"presentations": rows, "on_day": day})


class StartFields(Form):  # type: ignore[misc]
    starts_local = TimeField(_l("Start"), [Needed()])
    outside_shift = BooleanField(OUTSIDE)


class MoveForm(UntilForm, PlacedForm):
    """Another day or other hours for a visit."""

    on_day = DayField(_l("New day"), [Needed()])
    starts = RowsField(FormField(StartFields))
    reason = TextField(_l("Reason, told to nobody outside the centre"), limit=REASON_LENGTH)
    look = SubmitField(_l("Look at the lessons"))

    @classmethod
    def for_visit(cls, visit: VisitRow, day: dt.date | None = None, first: dt.time | None = None) -> "MoveForm":
        """Prefilled with the present day and hours, or with a day that was pressed, and where the first begins then."""
        starts = starts_from(visit, first)
        rows = [{"starts_local": starts[one.id], "outside_shift": one.outside_shift} for one in visit.presentations]
        return cls(data={"on_day": day or visit.on_day, "starts": rows})

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


class JoinForm(SeenForm):
    """Which presentation takes the classes of another one along."""

    into = RadioField(
        _l("Which presentation is held?"), [Needed(sentence_of(GroundReason.NOT_A_CHOICE))], validate_choice=True
    )

    @classmethod
    def among(cls, others: Sequence[tuple[int, str]]) -> "JoinForm":
        """The other presentations of the visit, by their ordinals."""
        form = cls()
        form.into.choices = [SelectChoice(str(ordinal), label) for ordinal, label in others]
        return form


class LeaveForm(StaffReasonForm):
    """Out of the whole visit, or of one of its presentations."""

    part = RadioField(_l("Out of what?"), default="0")
    reason = LinesField(_l("Reason"), [Needed()], limit=REASON_LENGTH)  # last, as on the page

    @classmethod
    def of(cls, parts: Sequence[tuple[int, str]]) -> "LeaveForm":
        """With the presentations that can be left by themselves."""
        form = cls()
        only = [SelectChoice(str(which), _("Suggest for %(time)s only", time=said)) for which, said in parts]
        form.part.choices = [SelectChoice("0", _("the whole visit")), *only]
        return form


class PromiseForm(SeenForm):
    """What a school without a request promised on the phone, before pupils meet anybody."""

    safeguarding_contact = TextField(
        _l("Child-protection contact at the school (name and role)"), [Needed()], limit=CONTACT
    )
    teacher_stays = BooleanField(
        _l("A teacher stays in the classroom from beginning to end"), [Needed(sentence_of(RequestReason.TEACHER_STAYS))]
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
        form.whom.choices = [SelectChoice(str(one.presenter_id), spelled_here(one.full_name)) for one in adults]
        if what is not ToldWhat.OFFER:
            form.whom.choices.insert(0, SelectChoice("school", str(_l("The school"))))
        return form

    def draft(self, what: ToldWhat) -> ToldDraft:
        """What the form says; call after `accepted()`."""
        return ToldDraft(what, ToldHow(self.how.data), number_of(self.whom.data))


class OnlineForm(SeenForm):
    """Under which address a visit is held."""

    link = TextField(_l("Address of the online meeting"), [Needed()], limit=LINK_LENGTH)


class SubstituteForm(SeenForm):
    """Who is asked to stand in; the service judges who can."""

    presenter = SelectField(_l("Substitute"), validate_choice=False)
    meant = BooleanField(_l("I mean it, even further than this presenter said to go"))

    def furnish(self, people: Sequence[tuple[int, str]]) -> None:
        """Who can be chosen, the best first."""
        self.presenter.choices = [SelectChoice(str(who), label) for who, label in people]


class KeepDateForm(BaseForm):
    """The centre cannot come on another day."""

    reason = LinesField(_l("Why the agreed date stays, as the school will read it"), [Needed()], limit=REASON_LENGTH)


class NumbersForm(SeenForm):
    """Other numbers that the school asked for: taken, or the agreed ones stay, with a reason."""

    answer = RadioField(
        _l("Your answer"),
        [Needed()],
        choices=[
            SelectChoice("accept", _l("Accept the new numbers")),
            SelectChoice("decline", _l("The agreed numbers stay")),
        ],
    )
    reason = LinesField(_l("Reason"), limit=REASON_LENGTH)

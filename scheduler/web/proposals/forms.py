"""What a plan is for: days, places, programmes, people; and what broke the one that is repaired."""

import datetime as dt
from typing import cast

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core.errors import GroundReason, Reason
from scheduler.places.queries import districts
from scheduler.programmes.queries import open_programmes
from scheduler.proposals.terms.plan import (
    OF_SOMEBODY,
    Mending,
    PlanScope,
    ProposalDraft,
    Trouble,
)
from scheduler.web.forms import BaseForm, DayField, ManyField, Needed, number_of
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _l, page_language
from scheduler.web.people_choice import ChoosesPeople
from scheduler.web.plan_words import NIGHTS
from scheduler.web.proposals.words import TROUBLES

PLAN_WEEKS = 6


class ProposalForm(ChoosesPeople, BaseForm):
    """A plan that is wanted."""

    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    districts = ManyField(_l("Districts"))
    programmes = ManyField(_l("Programmes"))
    people = ManyField(_l("Presenters"))
    nights = SelectField(_l("Nights away"), default="0")
    rides = BooleanField(_l("Young people may ride along"))

    def __init__(self, *args: object, **given: object) -> None:
        super().__init__(*args, **given)
        language, actor = page_language(), current_actor()
        self.districts.choices = [
            SelectChoice(str(one.id), one.name(language))
            for one in districts(language)
            if not actor.districts or one.id in actor.districts
        ]
        self.programmes.choices = [
            SelectChoice(str(one.id), one.name(language)) for one in open_programmes(actor.centre_id)
        ]
        self.offer_people(self.people)
        self.nights.choices = [SelectChoice(str(nights), words) for nights, words in NIGHTS.items()]

    @classmethod
    def usual(cls, today: dt.date) -> "ProposalForm":
        """The next six weeks."""
        return cls(first_day=today, last_day=today + min(PLAN_WEEKS * 7, HORIZON_DAYS) * dt.timedelta(days=1))

    def draft(self) -> ProposalDraft:
        """What the form says; call after `accepted()`."""
        scope = PlanScope(
            cast(dt.date, self.first_day.data),
            cast(dt.date, self.last_day.data),
            *(tuple(_numbers(self[name].data)) for name in ("districts", "programmes", "people")),
        )
        return ProposalDraft(scope, nights=int(self.nights.data), rides=self.rides.data)


class MendForm(ChoosesPeople, BaseForm):
    """What broke: somebody is away, or what the page was opened from (a closure, a late request)."""

    trouble = SelectField(
        _l("What broke the plan"),
        choices=[SelectChoice(one.value, TROUBLES[one]) for one in OF_SOMEBODY],
        default=Trouble.ABSENCE.value,
        validate_choice=True,
    )
    presenter = SelectField(_l("Who"), validate_choice=False)
    first_day = DayField(_l("First day"))
    last_day = DayField(_l("Last day"))
    closure = HiddenField()
    late = HiddenField()

    def __init__(self, *args: object, **given: object) -> None:
        super().__init__(*args, **given)
        self.offer_people(self.presenter)

    @property
    def of_somebody(self) -> bool:
        return not number_of(self.closure.data) and not number_of(self.late.data)

    def problems(self) -> dict[str, Reason]:
        """What is missing; call after `accepted()`."""
        if not self.of_somebody:
            return {}
        missing = {"presenter": number_of(self.presenter.data), "first_day": self.first_day.data}
        return {name: GroundReason.MISSING for name, said in missing.items() if not said}

    def mending(self) -> Mending:
        """What the form says; call where there are no problems."""
        if closure_id := number_of(self.closure.data):
            return Mending(Trouble.CLOSURE, closure_id=closure_id)
        if late_id := number_of(self.late.data):
            return Mending(Trouble.LATE, late_id=late_id)
        trouble, first = Trouble(self.trouble.data), cast(dt.date, self.first_day.data)
        until = (self.last_day.data or first) if trouble is Trouble.ABSENCE else None
        return Mending(trouble, number_of(self.presenter.data), first, until)


def _numbers(ticked: list[str] | None) -> list[int]:
    return [number for one in ticked or () if (number := number_of(one)) is not None]

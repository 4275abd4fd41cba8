"""What a plan is for: days, places, programmes, people; and what it pulls at, in words."""

import datetime as dt
from typing import cast

from wtforms import SelectField
from wtforms.fields import SelectChoice

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.people.queries import presenter_names
from scheduler.places.queries import districts
from scheduler.programmes.queries import open_programmes
from scheduler.proposals.terms import USUAL, Levers, PlanScope, ProposalDraft
from scheduler.web.forms import BaseForm, DayField, ManyField, Needed, number_of
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _l, page_language, spelled_here
from scheduler.web.proposals.words import STRENGTHS

PLAN_WEEKS = 6
LEVERS = ("reach", "kilometres", "fairness", "calm")


class ProposalForm(BaseForm):
    """A plan that is wanted."""

    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    districts = ManyField(_l("Districts"))
    programmes = ManyField(_l("Programmes"))
    people = ManyField(_l("Presenters"))
    reach = SelectField(_l("Serve as many as can be"), default=str(USUAL))
    kilometres = SelectField(_l("Save kilometres"), default=str(USUAL))
    fairness = SelectField(_l("Spread the work evenly"), default=str(USUAL))
    calm = SelectField(_l("Keep what the plan before said"), default=str(USUAL))

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
        self.people.choices = [
            SelectChoice(str(one.presenter_id), spelled_here(one.full_name))
            for one in presenter_names(actor.centre_id or 0)
            if not one.suspended
        ]
        for name in LEVERS:
            self[name].choices = [SelectChoice(str(strength), words) for strength, words in STRENGTHS.items()]

    @classmethod
    def usual(cls, today: dt.date) -> "ProposalForm":
        """The next six weeks, everything as usual."""
        return cls(first_day=today, last_day=today + min(PLAN_WEEKS * 7, HORIZON_DAYS) * dt.timedelta(days=1))

    def draft(self) -> ProposalDraft:
        """What the form says; call after `accepted()`."""
        scope = PlanScope(
            cast(dt.date, self.first_day.data),
            cast(dt.date, self.last_day.data),
            *(tuple(_numbers(self[name].data)) for name in ("districts", "programmes", "people")),
        )
        return ProposalDraft(scope, Levers(*(int(self[name].data) for name in LEVERS)))


def _numbers(ticked: list[str] | None) -> list[int]:
    return [number for one in ticked or () if (number := number_of(one)) is not None]

"""Forms of cohorts: numbers and choices only."""

from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice

from scheduler.cohorts.terms import LARGEST_COHORT, SMALLEST_COHORT, CohortCause, CohortDraft, CohortRow
from scheduler.cohorts.wording import level_names
from scheduler.programmes.terms import SchoolLevel
from scheduler.web.cohorts.words import SCHOOL_LEVELS
from scheduler.web.forms import BaseForm, CountField, Needed, choices_of, number_of
from scheduler.web.history import COHORT_CAUSES
from scheduler.web.i18n import _l, page_language
from scheduler.web.option_lists import SelectField


class BeginForm(BaseForm):
    """What the request does not say of the group."""

    size = CountField(_l("How many pupils"), [Needed()], least=SMALLEST_COHORT, most=LARGEST_COHORT)
    school_level = RadioField(_l("School"), [Needed()], choices=choices_of(SCHOOL_LEVELS))
    grade = CountField(_l("Grade"), [Needed()], least=1, most=8)

    def draft(self) -> CohortDraft:
        """What the form says; call after `accepted()`."""
        return CohortDraft(self.size.data or 0, SchoolLevel(self.school_level.data), self.grade.data or 0)


class JoinCohortForm(BaseForm):
    """Which cohort of the school a request is a part of."""

    cohort = RadioField(_l("Cohort"), [Needed()], coerce=str)

    @classmethod
    def of(cls, living: list[CohortRow]) -> "JoinCohortForm":
        form, levels = cls(), level_names(page_language())
        form.cohort.choices = [SelectChoice(str(one.id), f"{one.code} · {levels[one.level]}") for one in living]
        if living and not form.is_submitted():
            form.cohort.data = str(living[0].id)
        return form


class SizeForm(BaseForm):
    """How many are in it now, and why that changed."""

    size = CountField(_l("How many pupils"), [Needed()], least=SMALLEST_COHORT, most=LARGEST_COHORT)
    why = SelectField(_l("Why it changes"), choices=[SelectChoice("", _l("Choose")), *choices_of(COHORT_CAUSES)])
    version = HiddenField()

    def seen(self) -> int:
        """The version of the cohort that the page showed."""
        return number_of(self.version.data) or 0

    def cause(self) -> CohortCause | None:
        said = str(self.why.data or "")
        return CohortCause(said) if said in tuple(CohortCause) else None


class CohortPressForm(BaseForm):
    """A button that does one thing with a cohort."""

    version = HiddenField()

    def seen(self) -> int:
        """The version of the cohort that the page showed."""
        return number_of(self.version.data) or 0

"""Forms of vetting and consent; the document itself is never asked for."""

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice

from scheduler.core.phones import PHONE_LIMIT
from scheduler.people.rules import NAME_LIMIT
from scheduler.safeguarding.terms import ConsentDraft, VettingDraft, VettingResult
from scheduler.web.forms import BaseForm, DayField, EmailField, NameField, Needed, TextField
from scheduler.web.i18n import _l

CONSENT_TEXT = "2026-01"  # version of the paper that centres print; a new text asks for a new consent
RESULTS = {VettingResult.CLEARED: _l("Nothing stands against it"), VettingResult.REFUSED: _l("May not enter a school")}


class VettingForm(BaseForm):
    result = RadioField(
        _l("Result"),
        [Needed()],
        coerce=VettingResult,
        choices=[SelectChoice(result.value, word) for result, word in RESULTS.items()],
    )
    checked_on = DayField(_l("Day of the check"), [Needed()])
    valid_until = DayField(_l("Valid until"), [Needed()])

    def draft(self) -> VettingDraft:
        """What the form says; call after `accepted()`."""
        return VettingDraft(self.result.data, self.checked_on.data, self.valid_until.data)


class ConsentForm(BaseForm):
    guardian_name = NameField(_l("Guardian's name"), [Needed()], limit=NAME_LIMIT)
    guardian_email = EmailField(_l("Guardian's e-mail address"), [Needed()])
    guardian_phone = TextField(_l("Guardian's phone number"), limit=PHONE_LIMIT, render_kw={"type": "tel"})
    given_on = DayField(_l("Signed on"), [Needed()])
    valid_until = DayField(_l("Valid until"), [Needed()])
    takes_part = BooleanField(_l("May take part in visits"))
    travels = BooleanField(_l("May travel to other towns"))
    photo = BooleanField(_l("May be photographed"))
    name_on_the_web = BooleanField(_l("First name may stand on public pages"))

    def draft(self) -> ConsentDraft:
        """What the form says; call after `accepted()`."""
        return ConsentDraft(
            guardian_name=self.guardian_name.data,
            guardian_email=self.guardian_email.data,
            given_on=self.given_on.data,
            valid_until=self.valid_until.data,
            text_version=CONSENT_TEXT,
            takes_part=self.takes_part.data,
            travels=self.travels.data,
            photo=self.photo.data,
            name_on_the_web=self.name_on_the_web.data,
            guardian_phone=self.guardian_phone.data or "",
        )

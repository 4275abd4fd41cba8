"""Forms that ask a school for its mail address: what looks mistyped is asked about."""

from typing import Any

from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from scheduler.core.mailboxes import likely_meant
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import BaseForm, EmailField, NameField, Needed, PhoneField, TextField
from scheduler.web.i18n import _l
from scheduler.web.reasons import worded
from scheduler.web.requests.forms import FEW_LETTERS


def asked_about(form: "MeantAddressForm", field: EmailField) -> None:
    """A validator: what looks mistyped is right only once it was chosen. Raises: ValidationError."""
    likely = likely_meant(field.data or "")
    if likely and form.meant.data != field.data:
        form.meant.choices = [SelectChoice(likely, likely), SelectChoice(field.data, field.data)]
        raise ValidationError(worded(FormReason.ADDRESS_MISTYPED))


class MeantAddressForm(BaseForm):
    """A form with an address: one that looks mistyped is asked about, never refused; a choice says which is meant."""

    address = "email"  # the name of its field
    meant = RadioField(_l("Which address is right?"), choices=(), validate_choice=False)

    def process(self, *args: Any, **given: Any) -> None:
        """What was chosen of both is the address from then on, also in answers that are kept."""
        super().process(*args, **given)
        typed, chosen = self[self.address].data, self.meant.data
        if typed and chosen and chosen == likely_meant(typed):
            self[self.address].data = self.meant.data = chosen


class YouForm(MeantAddressForm):
    """Whom we write to."""

    address = "contact_email"

    contact_name = NameField(_l("Your name and surname"), [Needed()], limit=FEW_LETTERS)
    contact_email = EmailField(_l("Your e-mail address"), [Needed(), asked_about])
    contact_phone = PhoneField(_l("Your phone"))
    file_number = TextField(_l("File number of the school"), limit=40)


class AddressForm(BaseForm):
    """An address that we know already, or not."""

    email = EmailField(_l("Your e-mail address"), [Needed()])


class CorrectAddressForm(MeantAddressForm):
    """The right address, of somebody who has mistyped one before."""

    email = EmailField(_l("Your e-mail address"), [Needed(), asked_about])

"""Forms of certificates: a number to look up, a name to compare, a new name, a reason."""

from scheduler.attendance.rules import LONGEST_NAME
from scheduler.web.forms import BaseForm, NameField, Needed, TextField
from scheduler.web.i18n import _l


class FindForm(BaseForm):
    number = TextField(_l("Number of the certificate"), [Needed()], limit=64)


class CompareForm(BaseForm):
    name = TextField(_l("Name on the paper"), [Needed()], limit=LONGEST_NAME)


class ReissueForm(BaseForm):
    name = NameField(_l("The right name"), limit=LONGEST_NAME)


class RevokeForm(BaseForm):
    reason = TextField(_l("Reason"), [Needed()], limit=300)


class CertificatePressForm(BaseForm):
    """Nothing to type: one button."""

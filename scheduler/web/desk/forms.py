"""A row of the first page that is put off."""

from wtforms import HiddenField
from wtforms.validators import AnyOf

from scheduler.turns.terms import PutOffReason
from scheduler.web.forms import BaseForm


class PutOffForm(BaseForm):
    """Which visit or request, and why it can wait."""

    number = HiddenField()
    why = HiddenField(validators=[AnyOf([one.value for one in PutOffReason])])

"""Forms of the second step."""

from wtforms import HiddenField

from scheduler.keys.rules import PASSKEY_NAME_LIMIT
from scheduler.web.forms import BaseForm, Needed, TextField
from scheduler.web.i18n import _l

OF_AN_APP = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}


class CodeForm(BaseForm):
    """The second step: a code of the app, or one of the recovery codes."""

    code = TextField(_l("Code"), [Needed()], limit=40, render_kw=OF_AN_APP)


class FirstCodeForm(BaseForm):
    """The first code of an app that has just taken our secret."""

    code = TextField(
        _l("The code that the app shows"),
        [Needed()],
        limit=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(BaseForm):
    """A passkey that the browser has made; the script fills in the answer."""

    name = TextField(_l("What you call it"), [Needed()], limit=PASSKEY_NAME_LIMIT)
    answer = HiddenField()


class PasskeyAnswerForm(BaseForm):
    """The answer of a passkey; the script fills it in."""

    answer = HiddenField()

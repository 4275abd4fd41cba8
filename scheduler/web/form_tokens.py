"""The token against forgery in every form: signed when it is shown, for nobody reads it of a form that was sent.

Flask-WTF signs one for each form that is made, and makes its field anew for each; here the field is as any other.
"""

from typing import Any

from flask import current_app, g, session
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import HiddenField
from wtforms.csrf.core import CSRF
from wtforms.fields.core import UnboundField

from scheduler.web.signing import signer_of_forms


class TokenField(HiddenField):  # type: ignore[misc]
    """Shows the token of this request's session, whatever was sent; what was sent is compared with that."""

    def _value(self) -> str:
        raw = session.get("csrf_token")
        if "csrf_token" not in g and isinstance(raw, str):
            g.csrf_token = signer_of_forms(str(current_app.secret_key)).dumps(raw)
        token: str = generate_csrf()  # the same for all forms of a page; for a new session it makes one
        return token

    def pre_validate(self, form: Any) -> None:
        """Raises: ValidationError, unless it was asked before the page was (`CSRFProtect`)."""
        if not g.get("csrf_valid"):
            validate_csrf(self.data)


TOKEN = TokenField("CSRF Token")


class FormTokens(CSRF):  # type: ignore[misc]
    """How a form of ours gets its token, in place of Flask-WTF's."""

    def setup_form(self, form: Any) -> list[tuple[str, UnboundField]]:
        return [(form.meta.csrf_field_name, TOKEN)]

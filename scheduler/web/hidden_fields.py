"""Hidden fields of forms are written as they stand: a page of presses has a hundred, and WTForms sorts, cleans and
joins the attributes of each anew.
"""

from typing import Any

from markupsafe import Markup, escape
from wtforms import Field
from wtforms.widgets import HiddenInput

WITHOUT_ID = {"id": False}  # all that a form of ours says of one
OWN_FLAG = {"hidden": True}


class PlainHidden:
    """Of a form's Meta: a hidden field of which nothing more is said is written without its widget."""

    def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
        plain = not render_kw and field.render_kw == WITHOUT_ID and type(field.widget) is HiddenInput
        value = field._value() if plain and vars(field.flags) == OWN_FLAG else None
        if type(value) is not str:
            return super().render_field(field, render_kw)  # type: ignore[misc, no-any-return]
        text = f'<input name="{escape(field.name)}" type="hidden" value="{escape(value)}">'
        return Markup(text)  # nosec B704  # both are escaped

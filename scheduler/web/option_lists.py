"""Lists of choices in forms, whose lines are written once and not for every page."""

from functools import lru_cache
from typing import Any

import wtforms
from markupsafe import Markup
from wtforms.fields import SelectChoice
from wtforms.widgets import Select


@lru_cache(maxsize=4096)
def _option(value: str, label: str, selected: bool) -> Markup:
    """One choice of a list; the same few stand on every page, in each language."""
    mark = Markup(" selected") if selected else ""
    return Markup('<option{} value="{}">{}</option>').format(mark, value, label)


class OptionList(Select):  # type: ignore[misc]
    """A list of choices whose lines are written once."""

    @classmethod
    def render_option(cls, choice: SelectChoice, **given: Any) -> Markup:
        label = choice.label or choice.value
        if given or choice.render_kw or isinstance(label, Markup):
            written: Markup = super().render_option(choice, **given)
            return written
        return _option(str(choice.value), str(label), bool(choice.selected))


class SelectField(wtforms.SelectField):  # type: ignore[misc]
    """One of a list of choices."""

    widget = OptionList()

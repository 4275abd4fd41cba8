"""Forms with several presentations or dates, one under the other."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form
from wtforms.utils import unset_value

from scheduler.core.errors import Reason
from scheduler.web.forms import BaseForm, OurWords, Problem, number_of
from scheduler.web.reasons import worded


class RowsField(FieldList):  # type: ignore[misc]
    """Several of the same, one under the other. A name that no page of ours sends, like "parts-²-pupils", is no row."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata and self._rows_alone(formdata), data, extra_filters)

    def _rows_alone(self, formdata: Any) -> MultiDict[str, Any]:
        """What was sent for these rows; WTForms takes "²" for the number of one."""
        prefix = f"{self.name}-"
        names = (name for name in formdata if name.startswith(prefix))
        rows = (name for name in names if number_of(name.removeprefix(prefix).split("-")[0]) is not None)
        return MultiDict((name, value) for name in rows for value in formdata.getlist(name))


class RowForm(Form):  # type: ignore[misc]
    """Fields that stand inside another form, one line under the other."""

    class Meta(Form.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> OurWords:
            return OurWords()


class ListedForm(BaseForm):
    """Reasons like "presentations-0-pupils" stand beside their field, in each list of such that the form has."""

    @property
    def lists(self) -> list[FieldList]:
        """The lists themselves."""
        return [field for field in self if isinstance(field, FieldList)]

    def _inner(self) -> list[Any]:
        return [field for one in self.lists for entry in one for field in entry.form]

    def show(self, problems: Mapping[str, Reason]) -> None:
        """As on every form, also for the fields of each presentation."""
        inner = {field.name: field for field in self._inner()}
        for name in problems.keys() & inner.keys():
            inner[name].errors = [*inner[name].errors, worded(problems[name])]
        super().show({name: reason for name, reason in problems.items() if name not in inner})

    def problems_shown(self) -> list[Problem]:
        """As on every form, but each line leads to the inner field and, of several, says of which one it is."""
        found = [
            Problem(field.id, str(text), f"{number}. {field.label.text}" if len(one) > 1 else str(field.label.text))
            for one in self.lists
            for number, entry in enumerate(one, start=1)
            for field in entry.form
            for text in field.errors
        ]
        ids = {one.id for one in self.lists}
        return [*(problem for problem in super().problems_shown() if problem.field_id not in ids), *found]

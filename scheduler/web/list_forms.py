"""Forms with several presentations or dates, one under the other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wtforms import FieldList, Form, FormField
from wtforms.utils import unset_value

from scheduler.core.errors import Reason
from scheduler.web.field_copies import CopiedFields, LeanForm
from scheduler.web.forms import BaseForm, OurWords, Problem, number_of
from scheduler.web.reasons import worded


class RowsField(FieldList):  # type: ignore[misc]
    """Several of the same, one under the other. A name that no page of ours sends, like "parts-²-pupils", is no row."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-") and (place := number_of(name.split("-")[1])) is not None:
                yield place


class RowForm(LeanForm, Form):  # type: ignore[misc]
    """Fields that stand inside another form, one line under the other."""

    class Meta(CopiedFields, Form.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> OurWords:
            return OurWords()


class RowField(FormField):  # type: ignore[misc]
    """One of these lines; it is only read where its form is."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        if not self._form.is_only_read:
            super().process(formdata, data, extra_filters)
            return
        self.object_data = self._obj = None
        self.form = self.form_class.read_of(formdata, self.name + self.separator, self._form)


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

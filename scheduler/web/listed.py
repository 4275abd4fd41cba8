"""Forms with several presentations, one under the other."""

from collections.abc import Mapping

from wtforms import FieldList

from scheduler.web.forms import BaseForm, Problem, worded


class ListedForm(BaseForm):
    """Reasons like "presentations-0-pupils" stand beside their field. `listed` names the list where it is another."""

    listed = "presentations"

    @property
    def entries(self) -> FieldList:
        """The list itself."""
        return self._fields[self.listed]

    def show(self, problems: Mapping[str, str]) -> None:
        """As on every form, also for the fields of each presentation."""
        inner = {field.name: field for entry in self.entries for field in entry.form}
        for name in problems.keys() & inner.keys():
            inner[name].errors = [*inner[name].errors, worded(problems[name])]
        super().show({name: reason for name, reason in problems.items() if name not in inner})

    def problems_shown(self) -> list[Problem]:
        """As on every form, but each line leads to the inner field."""
        found = [
            Problem(field.id, str(text), str(field.label.text))
            for entry in self.entries
            for field in entry.form
            for text in field.errors
        ]
        others = [problem for problem in super().problems_shown() if problem.field_id != self.entries.id]
        return [*others, *found]

"""Fields of forms are made once and copied: most of a form's cost is making the same fields anew for each request.

WTForms makes each field by its constructor, which looks through labels, validators and flags that stand in the class.
Here the first form makes a pattern of the field, which lies beside its definition and has seen no request: no form, no
name of a row, nothing typed. Every form has copies of its own, which it may change.
"""

from typing import Any

from wtforms import Field, Form
from wtforms.fields.core import Flags, Label, UnboundField

PATTERN = "pattern"  # beside the definition of a field, so that it is forgotten with that
NOT_OF_PATTERN = ("meta", "_form", "_translations", "name", "short_name", "id", "label", "flags")


class CopiedFields:
    """Of a form's Meta: a field is copied from its pattern, bound to this form under its name."""

    def bind_field(self, form: Form, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
        pattern = unbound_field.__dict__.get(PATTERN)
        if pattern is None:
            made = unbound_field.bind(form=form, **options)
            pattern = unbound_field.__dict__[PATTERN] = _Pattern(made, unbound_field.kwargs.get("id"))
            return made
        return pattern.copy(form, options)


class _Pattern:
    """A field as its constructor leaves it, without the form that it was made for."""

    def __init__(self, field: Field, field_id: str | None) -> None:
        self.kind, self.id = type(field), field_id
        self.held = {name: value for name, value in vars(field).items() if name not in NOT_OF_PATTERN}
        self.changed = [name for name, value in self.held.items() if type(value) in (list, dict, set)]
        for one in self.changed:  # what it was made of is the first form's own
            self.held[one] = self.held[one].copy()
        self.text, self.flags = field.label.text, dict(vars(field.flags))
        self.is_labelled = field.label.field_id == field.id  # not so of radios, which are a group

    def copy(self, form: Form, options: dict[str, Any]) -> Field:
        """What a form can change of a field is its own: lists of choices, attributes, the label."""
        made: Field = object.__new__(self.kind)
        name = options["name"]
        full = options.get("prefix", "") + name
        held = made.__dict__
        held.update(self.held)
        for one in self.changed:
            held[one] = held[one].copy()
        flags = held["flags"] = Flags()
        if self.flags:
            flags.__dict__.update(self.flags)
        held["_form"], held["meta"] = form, options.get("_meta") or form.meta
        held["_translations"] = options["translations"]
        held["name"], held["short_name"] = full, name
        field_id = held["id"] = options.get("id") or self.id or full
        held["label"] = Label(field_id if self.is_labelled else False, self.text)
        return made

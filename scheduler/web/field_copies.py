"""Fields of forms are made once and copied: most of a form's cost is making the same fields anew for each request.

WTForms makes each field by its constructor, which looks through labels, validators and flags that stand in the class.
Here the first form makes a pattern of the field, which lies beside its definition and has seen no request: no form, no
name of a row, nothing typed. Every form has copies of its own, which it may change.

What a field holds of which nothing was sent is found out once, too: it follows from its definition alone.

WTForms asks each field five times whether it is right, and most have nothing to say to it: those are not asked.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from wtforms import Field, Form
from wtforms import SelectField as AnySelectField
from wtforms.fields import SelectChoice
from wtforms.fields.core import Flags, Label, UnboundField

PATTERN = "pattern"  # beside the definition of a field, so that it is forgotten with that
OWN_PATTERN = "_pattern"  # of a field: which one it was copied from
SETTLED = (str, int, dt.date, dt.time, type(None))  # what no form can change in place
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
        plain = type(field).process is Field.process and not field.filters and not callable(field.default)
        # What it holds where nothing is sent at all, and where only others are: None until asked, nothing if unknown.
        self.begins: Mapping[str, Any] | None = None if plain else {}
        self.left_out: Mapping[str, Any] | None = None

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
        held[OWN_PATTERN] = self
        return made

    def fill(self, field: Field, sent: Any) -> bool:
        """Let it hold what was sent for it, as WTForms does; False where only WTForms can."""
        begins = self._learned(field, None) if self.begins is None else self.begins
        self.begins = begins
        if not begins:
            return False
        held, errors = field.__dict__, list[Any]()
        if sent is None:
            held.update(begins, process_errors=errors)
            return True
        if field.name not in sent:
            left_out = self._learned(field, sent) if self.left_out is None else self.left_out
            self.left_out = left_out
            held.update(left_out, process_errors=errors, raw_data=[])
            return bool(left_out)
        typed = sent.getlist(field.name)
        held.update(begins, process_errors=errors, raw_data=typed)
        try:
            field.process_formdata(typed)
        except ValueError as error:
            errors.append(error.args[0])
        return True

    def _learned(self, field: Field, sent: Any) -> dict[str, Any]:
        """What WTForms lets it hold of which nothing was sent; nothing where that is more than a value."""
        before = dict(vars(field))
        field.process(sent)
        fresh = {name: value for name, value in vars(field).items() if before.get(name, self) is not value}
        errors, raw = fresh.pop("process_errors"), fresh.pop("raw_data", [])
        found = {"data": field.data, "object_data": field.object_data}
        is_value = errors == raw == [] and fresh.keys() <= found.keys()
        return found if is_value and all(isinstance(one, SETTLED) for one in found.values()) else {}


class LeanForm:
    """Of a form: only a field is judged, and told that all are read, that has something of its own to do then."""

    _fields: dict[str, Field]
    _parent_form: Any
    meta: Any
    judges_by_name: bool  # methods of the form judge a field by its name; told by the class, which may not live long
    filters_by_name: bool  # or change what was sent for it

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        names = [name for name in dir(cls) if name != "validate_on_submit"]
        cls.judges_by_name = any(name.startswith("validate_") for name in names)
        cls.filters_by_name = any(name.startswith("filter_") for name in names)

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **given: Any
    ) -> None:
        """As WTForms does it; what a field holds of which nothing was sent is known from the first time."""
        if obj is not None or data is not None or extra_filters or given or self.filters_by_name:
            super().process(formdata, obj, data, extra_filters, **given)  # type: ignore[misc]
            return
        sent = self.meta.wrap_formdata(self, formdata)
        for field in self._fields.values():
            pattern: _Pattern | None = field.__dict__.get(OWN_PATTERN)
            if pattern is None or not pattern.fill(field, sent):
                field.process(sent)
        if self._parent_form is None:
            self.post_process(sent)

    def validate(self, extra_validators: Any = None) -> bool:
        """As WTForms does it; whose kind and definition judge nothing has no error but that of its reading."""
        if extra_validators is not None or self.judges_by_name:
            return bool(super().validate(extra_validators))  # type: ignore[misc]
        stands = True
        for field in self._fields.values():
            kind: Any = type(field)
            if field.validators or field.process_errors or not _judges_nothing(kind):
                stands = bool(field.validate(self)) and stands
            else:
                field.errors = []
        return stands

    def post_process(self, formdata: Any = None) -> None:
        """As WTForms does it."""
        for field in self._fields.values():
            kind: Any = type(field)
            waits = field._datalist is not None or getattr(field, "_choices_callable", None) is not None
            if waits or not _ends_plainly(kind):
                field.post_process(formdata)


@cache
def _judges_nothing(kind: Any) -> bool:
    return all(getattr(kind, one) is getattr(Field, one) for one in ("validate", "pre_validate", "post_validate"))


@cache
def _ends_plainly(kind: Any) -> bool:
    return kind.post_process in (Field.post_process, AnySelectField.post_process)


class _Offered:
    """What is chosen is looked for among the choices as they stand: WTForms makes each anew, with its words, to ask.

    It alone reads choices that are said in another way.
    """

    coerce: Any
    choices: Any
    data: Any

    def _values(self) -> set[str]:
        """As texts; none where choices are no such list."""
        stands = self.coerce is str and isinstance(self.choices, list)
        return {one.value for one in self.choices if isinstance(one, SelectChoice)} if stands else set()


class OneOffered(_Offered):
    """Of a field: one of the choices."""

    def pre_validate(self, form: Any) -> None:
        """What WTForms would let pass passes; of the rest it says what is wrong."""
        if self.data not in self._values():
            super().pre_validate(form)  # type: ignore[misc]


class ManyOffered(_Offered):
    """Of a field: several of the choices."""

    def pre_validate(self, form: Any) -> None:
        """As of one."""
        if not self._values().issuperset(self.data or ()):
            super().pre_validate(form)  # type: ignore[misc]

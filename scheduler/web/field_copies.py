"""Fields of forms are made once and copied: most of a form's cost is making the same fields anew for each request.

WTForms makes each field by its constructor, which looks through labels, validators and flags that stand in the class.
Here the first form makes a pattern of the field, which lies beside its definition and has seen no request: no form, no
name of a row, nothing typed. Every form has copies of its own, which it may change.

WTForms asks each field five times whether it is right, and most have nothing to say to it: those are not asked.
What is kept of an answer makes a form that nobody is shown (`read_of`): it needs no words and no ids of its own.
"""

from functools import cache
from itertools import repeat
from typing import Any, Self

from wtforms import Field, Form
from wtforms import SelectField as AnySelectField
from wtforms.fields import SelectChoice
from wtforms.fields.core import Flags, Label, UnboundField

PATTERN = "pattern"  # beside the definition of a field, so that it is forgotten with that
READ_PARTS = "_read_parts"  # of a form's class, in the same way
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


class LeanForm:
    """Of a form: only a field is judged, and told that all are read, that has something of its own to do then."""

    _fields: dict[str, Field]
    _parent_form: Any
    meta: Any
    judges_by_name: bool  # methods of the form judge a field by its name; told by the class, which may not live long
    filters_by_name: bool  # the same of those that change what was read
    is_only_read = False

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        names = [name for name in dir(cls) if name != "validate_on_submit"]
        cls.judges_by_name = any(name.startswith("validate_") for name in names)
        cls.filters_by_name = any(name.startswith("filter_") for name in names)

    @classmethod
    def read_of(cls, typed: Any, prefix: str = "", parent: Any = None) -> Self:
        """The form with what is kept of an answer, to be read and judged; it is not shown, and nobody sends it.

        Labels, flags and choices are those of all such forms: who offers others gives the field a list of its own.
        """
        parts = cls.__dict__.get(READ_PARTS) or cls._parts_to_read()
        form = object.__new__(cls)
        fields: dict[str, Field] = {}
        own = form.__dict__
        own.update(is_only_read=True, meta=parts[0], _parent_form=parent, _prefix=prefix, _fields=fields)
        own["_form_error_key"], own["form_errors"] = "", []
        for name, kind, said in parts[1]:
            field = own[name] = fields[name] = object.__new__(kind)
            held = field.__dict__
            held.update(said)
            held["_form"] = form
            if prefix:
                held["name"] = held["id"] = prefix + name
        form.process(typed)
        return form

    @classmethod
    def _parts_to_read(cls) -> tuple[Any, list[tuple[str, Any, dict[str, Any]]]]:
        """The Meta of such forms, and of each field its name, its kind and what it holds before anything is read."""
        blank: Any = cls(None, meta={"csrf": False})  # type: ignore[call-arg]
        parts = []
        for name, unbound in blank._unbound_fields:
            options = {"name": blank[name].short_name, "translations": blank[name]._translations}
            held = vars(unbound.__dict__[PATTERN].copy(blank, options))
            if not callable(held["default"]):  # WTForms calls it, and finds out by an error that it is none
                held["default"] = repeat(held["default"]).__next__
            parts.append((name, type(blank[name]), {one: value for one, value in held.items() if one != "_form"}))
        setattr(cls, READ_PARTS, (blank.meta, parts))
        return blank.meta, parts

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **given: Any
    ) -> None:
        """As WTForms does it, which asks for a filter of each name."""
        if self.filters_by_name or obj is not None or data or extra_filters or given:
            super().process(formdata, obj, data, extra_filters, **given)  # type: ignore[misc]
            return
        sent = self.meta.wrap_formdata(self, formdata)
        for field in self._fields.values():
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

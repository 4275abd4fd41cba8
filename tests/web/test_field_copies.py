"""A copied field is the one that its constructor makes, each form has its own, and is judged as by WTForms."""

import gc
import weakref

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import DataList, Form, StringField
from wtforms import SelectField as TheirSelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from scheduler.core.errors import GroundReason
from scheduler.programmes.terms import SchoolLevel
from scheduler.web.field_copies import CopiedFields, LeanForm, ManyOffered, OneOffered
from scheduler.web.list_forms import RowForm
from scheduler.web.option_lists import SelectField
from scheduler.web.requests.booking.fields import FORMS
from scheduler.web.requests.forms import PhoneForm, PresentationForm, WhatForm, WhenForm, WhoForm

NOT_COMPARED = ("meta", "_form", "_translations", "form", "entries", "data", "object_data", "raw_data")


@pytest.fixture(autouse=True)
def page(app):
    with app.test_request_context("/"):
        yield


def seen_of(field):
    """All that a field knows of itself."""
    held = {name: value for name, value in vars(field).items() if name not in NOT_COMPARED}
    held["flags"] = vars(field.flags)
    held["label"] = field.label.field_id, str(field.label.text)
    return held


def fields_of(form):
    for field in form:
        yield field
        for entry in getattr(field, "entries", ()):
            yield entry
            yield from fields_of(entry.form)


@pytest.mark.parametrize("kind", [*FORMS.values(), PhoneForm])
def test_a_copied_field_is_as_its_constructor_makes_it(kind, monkeypatch):
    typed = MultiDict({"presentations-3-classes": "VI-1", "preferred-1-on_day": "8.12.", "programme": "1"})
    kind(formdata=None)  # the patterns stand
    copied = [seen_of(field) for field in fields_of(kind(formdata=typed))]
    with monkeypatch.context() as patch:
        patch.delattr(CopiedFields, "bind_field")
        made = [seen_of(field) for field in fields_of(kind(formdata=typed))]

    for one in (*copied, *made):
        one.pop("csrf_impl", None)
        one.pop("current_token", None)
        if one["name"] == "form_key":
            one.pop("render_kw")
    assert copied == made


def test_what_one_form_changes_of_its_fields_no_other_form_has():
    first = WhatForm(formdata=None)
    first.programme.choices = [SelectChoice("1", "Safe")]
    first.teaching_language.choices.clear()
    first.teaching_language.errors = ["wrong"]
    first.teaching_language.label.text = "other"
    first.teaching_language.flags.required = True
    second = WhatForm(formdata=None)

    assert second.programme.choices is None
    assert second.teaching_language.choices
    assert not second.teaching_language.errors
    assert str(second.teaching_language.label.text) != "other"
    assert not second.teaching_language.flags.required


def test_what_the_first_of_all_forms_changes_no_other_form_has():
    """Of its fields the patterns are made."""

    class AskedForm(Form):
        class Meta(CopiedFields, Form.Meta):
            pass

        colleague = SelectField("Colleague", choices=[SelectChoice("", "a colleague")])
        word = StringField("Word", render_kw={"type": "text"})

    first = AskedForm()
    first.colleague.choices.append(SelectChoice("1", "Ana"))
    first.word.render_kw["value"] = "typed"

    for later in (AskedForm(), AskedForm()):
        assert [choice.value for choice in later.colleague.choices] == [""]
        assert later.word.render_kw == {"type": "text"}


def test_rows_have_their_own_names_also_where_a_stranger_numbers_them():
    form = WhoForm(formdata=MultiDict({"presentations-40-pupils": "7", "presentations-900-pupils": "8"}))

    pupils = [entry.form.pupils for entry in form.presentations]
    assert [(one.name, one.label.field_id, one.data) for one in pupils] == [
        ("presentations-0-pupils", "presentations-0-pupils", 7),
        ("presentations-1-pupils", "presentations-1-pupils", 8),
    ]


@pytest.mark.parametrize("kind", [WhenForm, WhoForm, PresentationForm])
def test_a_pattern_has_seen_no_form_and_nothing_typed(kind):
    kind(formdata=MultiDict({"blackouts": "24.12.2026", "classes": "VII-1", "presentations-0-classes": "VII-1"}))

    for _name, unbound in kind._unbound_fields:
        held = unbound.pattern.held
        assert not held.keys() & {"_form", "meta", "name", "data", "raw_data", "object_data", "form", "entries"}
        assert "VII-1" not in str(held)
        assert "24.12.2026" not in str(held)


TYPED = [  # right, left empty, and wrong in each of its fields
    {
        "programme": ["1", "2"], "teaching_language": ["sr"], "first_day": ["8.12."], "last_day": ["9.12."],
        "day_part": ["morning"], "preferred-0-on_day": ["8.12."], "presentations-0-pupils": ["51"],
        "presentations-0-audience": ["pupils"], "presentations-0-level": ["primary"], "teacher_stays": ["y"],
        "safeguarding_contact": ["Vesna"], "contact_name": ["Olivera"], "contact_email": ["o@skola.example"],
    },
    {},
    {
        "programme": ["1", "nobody"], "teaching_language": ["xx"], "first_day": ["soon"], "day_part": ["night"],
        "preferred-0-on_day": ["soon"], "preferred-1-day_part": ["night"], "blackouts": ["often"],
        "presentations-0-pupils": ["many"], "presentations-0-audience": ["cats"], "presentations-0-lesson": ["77"],
        "presentations-1-pupils": ["1000"], "room": ["x" * 500], "contact_name": ["1234"], "contact_email": ["@"],
        "parts-0-programme": ["x"], "parts-0-pupils": ["many"], "parts-0-starts_local": ["late"],
    },
]  # fmt: skip


def judged(form):
    """Whether the form stands, what is wrong in each of its fields, and what it has read."""
    for field in form:
        if getattr(field, "choices", ()) is None:
            field.choices = [SelectChoice("1", "Safe"), SelectChoice("2", "Wise")]
    stands = form.validate()
    errors = [(field.name, [str(text) for text in field.errors]) for field in fields_of(form)]
    return stands, errors, form.data | {"form_key": ""}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("kind", [*FORMS.values(), PhoneForm])
def test_a_form_is_judged_as_wtforms_judges_it_also_when_it_is_only_read(kind, typed, monkeypatch):
    lean = judged(kind(formdata=MultiDict(typed), meta={"csrf": False}))
    if kind in FORMS.values():
        assert judged(kind.read_of(MultiDict(typed))) == lean
    with monkeypatch.context() as patch:
        for one, name in ((LeanForm, "validate"), (LeanForm, "post_process"), (OneOffered, "pre_validate")):
            patch.delattr(one, name)
        patch.delattr(ManyOffered, "pre_validate")
        whole = judged(kind(formdata=MultiDict(typed), meta={"csrf": False}))

    assert lean == whole


def test_nothing_of_a_form_that_is_only_read_is_found_in_the_next():
    wrong = MultiDict({"presentations-0-pupils": "many", "presentations-7-classes": "VI-1"})
    one, first = WhatForm.read_of(MultiDict({"programme": "9"})), WhoForm.read_of(wrong)
    one.programme.choices = [SelectChoice("1", "Safe")]
    one.programme.validators = ()
    sitting = first.presentations[0].form
    sitting.level.choices = [SelectChoice("1", "Safe")]
    assert not one.validate()
    assert not first.validate()
    first.show({"presentations-1-classes": GroundReason.MISSING, "nowhere": GroundReason.MISSING})
    other, second = WhatForm.read_of(MultiDict()), WhoForm.read_of(MultiDict())

    assert (other.programme.choices, other.programme.data, other.programme.errors) == (None, [], ())
    assert other.programme.validators
    assert second.validate()
    assert not second.form_errors
    assert [entry.form.classes.name for entry in first.presentations] == [f"presentations-{n}-classes" for n in (0, 1)]
    (entry,) = second.presentations
    assert len(entry.form.level.choices) == len(SchoolLevel)
    assert entry.form.pupils.data is None
    assert not any(field.errors for field in fields_of(second))


def an_odd_form(base, select):
    """A form that filters and judges by name, and whose choices are a function, or said in other ways."""

    class OddForm(base):
        word = StringField("Word")
        district = StringField("District")
        town = select("Town", choices=lambda form, _field: [SelectChoice(form.district.data or "", "")])
        street = StringField("Street", datalist=DataList(choices=lambda form, _field: [form.district.data]))
        who = select("Who", choices=[SelectChoice("1", "Ana")])

        def filter_word(self, typed):
            return (typed or "").strip()

        def validate_word(self, field):
            if field.data == "wrong":
                raise ValidationError("no such word pleases us")

    return OddForm


@pytest.mark.parametrize("choices", [[("1", "Ana")], ["1"], {"1": "Ana"}, [SelectChoice("1", "Ana")]])
@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ({"word": " x ", "district": "Ниш", "town": "Ниш", "who": "1"}, True),
        ({"district": "Бор", "town": "Бор", "who": "1"}, True),
        ({"district": "Бор", "town": "Ниш", "who": "1"}, False),
        ({"word": " wrong ", "district": "Бор", "town": "Бор", "who": "1"}, False),
        ({"district": "Бор", "town": "Бор", "who": "2"}, False),
        ({"district": "Бор", "town": "Бор"}, False),
    ],
)
def test_what_a_form_filters_judges_and_offers_in_its_own_way_is_as_by_wtforms(typed, stands, choices):
    ours, theirs = an_odd_form(RowForm, SelectField), an_odd_form(Form, TheirSelectField)
    forms = ours(MultiDict(typed)), ours.read_of(MultiDict(typed)), theirs(MultiDict(typed))

    for form in forms:
        form.who.choices = choices
        assert form.validate() is stands
    seen = [
        (form.data | {"form_key": ""}, [field.name for field in form if field.errors], list(form.word.errors))
        for form in forms
    ]
    assert seen[0] == seen[1]
    assert seen[0] == (seen[2][0] | {"form_key": ""}, *seen[2][1:])
    assert [typed["district"] in str(form.street.datalist()) for form in forms] == [True] * 3


def test_a_form_that_is_made_for_a_while_is_forgotten_with_its_class():
    kind = type("FormOfASet", (RowForm,), {"word": StringField("Word")})
    assert kind(MultiDict({"word": "x"})).validate()
    seen = weakref.ref(kind)

    del kind
    gc.collect()

    assert seen() is None

"""Attributes, hidden fields and choices of lists are written to the letter as WTForms writes them."""

from importlib.util import find_spec, module_from_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from wtforms import Form, HiddenField, StringField, TextAreaField, widgets
from wtforms import SelectField as TheirSelectField
from wtforms.fields import SelectChoice
from wtforms.widgets import core

from scheduler.web.attributes import html_params
from scheduler.web.forms import BaseForm
from scheduler.web.hidden_fields import PlainHidden
from scheduler.web.i18n import _l
from scheduler.web.option_lists import SelectField
from scheduler.web.seen_forms import PressForm

SOURCE = find_spec(core.__name__)
OF_WTFORMS = module_from_spec(SOURCE)  # once more beside the one in use, whose `html_params` the product replaces
SOURCE.loader.exec_module(OF_WTFORMS)
NAMES = st.sampled_from(["class_", "for_", "id", "data_day", "aria_label", "value", "data-x", "x<y", 'a"b'])
VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.none(),
    st.text(alphabet="ab&<>\"' Љ", max_size=9),
    st.text(alphabet="ab&;<>\"'", max_size=9).map(Markup),
)
CHOICES = [
    SelectChoice("", "none"),
    SelectChoice('"1"', "Ана & Лав <b>"),
    SelectChoice("2", Markup("<i>a</i>")),
    SelectChoice("<i>a</i>", "<i>a</i>"),
    SelectChoice("3", "off", render_kw={"disabled": True}),
    SelectChoice("4", "in a group", optgroup="A & B"),
]


@pytest.fixture
def page(app):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_attributes_are_those_of_wtforms(said):
    assert html_params(**said) == OF_WTFORMS.html_params(**said)
    assert type(html_params(**said)) is Markup


def test_a_word_that_is_looked_up_when_it_is_shown_is_one_of_the_language(page):
    assert html_params(title=_l("Serbian")) == OF_WTFORMS.html_params(title=_l("Serbian"))


def test_every_widget_asks_for_them(app):
    class Three(Form):
        name = StringField("Name", default='"<&')
        text = TextAreaField("Text", render_kw={"rows": 3})
        town = TheirSelectField("Town", choices=[SelectChoice("1", "Ниш"), SelectChoice('"', "<Бор>")], default="1")

    now = [f"{field.label}{field()}" for field in Three()]

    assert core.html_params is widgets.html_params is html_params
    assert [one for one in vars(core).values() if getattr(one, "html_params", html_params) is not html_params] == []
    assert now == [
        '<label for="name">Name</label><input id="name" name="name" type="text" value="&#34;&lt;&amp;">',
        '<label for="text">Text</label><textarea id="text" name="text" rows="3">\r\n</textarea>',
        '<label for="town">Town</label><select id="town" name="town"><option selected value="1">Ниш</option>'
        '<option value="&#34;">&lt;Бор&gt;</option></select>',
    ]


class Wordy(BaseForm):
    """A form whose hidden fields say more than that they are hidden."""

    version = HiddenField()
    off = HiddenField(render_kw={"disabled": True})
    named = HiddenField(render_kw={"data_about": 'a "b"'})


@pytest.mark.parametrize("value", [None, "", "17", "a&b", '"><script>', "Ђ'š", 5, True])
@pytest.mark.parametrize("asked", [{}, {"class_": "x", "id": "y"}])
def test_a_hidden_field_is_what_its_widget_writes(page, value, asked):
    form = Wordy(formdata=None, data=dict.fromkeys(("version", "off", "named"), value))
    for field in form:
        assert str(field(**asked)) == str(super(PlainHidden, form.meta).render_field(field, asked)), field.name


def test_a_press_says_what_its_reader_saw_and_nothing_else(page):
    form = PressForm(formdata=None, data={"version": "3", "seen_lines": "0"})

    assert form.version() == '<input name="version" type="hidden" value="3">'
    assert str(form.form_key()).startswith('<input name="form_key" type="hidden" value="')


def test_a_form_of_another_house_keeps_its_ids(app):
    class Plain(Form):
        version = HiddenField()

    assert Plain(data={"version": "3"}).version() == '<input id="version" name="version" type="hidden" value="3">'


class ListForm(Form):
    ours = SelectField("One", id="one", name="one", choices=CHOICES)
    theirs = TheirSelectField("One", id="one", name="one", choices=CHOICES)


@pytest.mark.parametrize("chosen", ["", '"1"', "2", "<i>a</i>", "4", "nothing of it"])
def test_a_list_of_choices_is_written_as_wtforms_writes_it_however_often(chosen):
    for _time in range(2):
        form = ListForm(data={"ours": chosen, "theirs": chosen})
        assert form.ours() == form.theirs()

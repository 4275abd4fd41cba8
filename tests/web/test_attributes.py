"""Attributes of fields are written to the letter as WTForms writes them."""

from importlib.util import find_spec, module_from_spec

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from wtforms import Form, SelectField, StringField, TextAreaField, widgets
from wtforms.fields import SelectChoice
from wtforms.widgets import core

from scheduler.web.attributes import html_params
from scheduler.web.i18n import _l

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


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_attributes_are_those_of_wtforms(said):
    assert html_params(**said) == OF_WTFORMS.html_params(**said)
    assert type(html_params(**said)) is Markup


def test_a_word_that_is_looked_up_when_it_is_shown_is_one_of_the_language(app):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert html_params(title=_l("Serbian")) == OF_WTFORMS.html_params(title=_l("Serbian"))


def test_every_widget_asks_for_them(app):
    class Three(Form):
        name = StringField("Name", default='"<&')
        text = TextAreaField("Text", render_kw={"rows": 3})
        town = SelectField("Town", choices=[SelectChoice("1", "Ниш"), SelectChoice('"', "<Бор>")], default="1")

    now = [f"{field.label}{field()}" for field in Three()]

    assert core.html_params is widgets.html_params is html_params
    assert [one for one in vars(core).values() if getattr(one, "html_params", html_params) is not html_params] == []
    assert now == [
        '<label for="name">Name</label><input id="name" name="name" type="text" value="&#34;&lt;&amp;">',
        '<label for="text">Text</label><textarea id="text" name="text" rows="3">\r\n</textarea>',
        '<label for="town">Town</label><select id="town" name="town"><option selected value="1">Ниш</option>'
        '<option value="&#34;">&lt;Бор&gt;</option></select>',
    ]

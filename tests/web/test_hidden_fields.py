"""A hidden field is written to the letter as WTForms writes it, whatever stands in it."""

import pytest
from wtforms import Form, HiddenField

from scheduler.web.forms import BaseForm
from scheduler.web.hidden_fields import PlainHidden
from scheduler.web.seen_forms import PressForm


@pytest.fixture(autouse=True)
def page(app):
    with app.test_request_context("/"):
        yield


class Wordy(BaseForm):
    """A form whose hidden fields say more than that they are hidden."""

    version = HiddenField()
    off = HiddenField(render_kw={"disabled": True})
    named = HiddenField(render_kw={"data_about": 'a "b"'})


VALUES = (None, "", "17", "a&b", '"><script>', "Ђ'š", 5, True)


@pytest.mark.parametrize("value", VALUES)
def test_it_is_what_its_widget_writes(value):
    form = Wordy(formdata=None, data=dict.fromkeys(("version", "off", "named"), value))
    for field in form:
        assert str(field()) == str(super(PlainHidden, form.meta).render_field(field, {})), field.name
        asked = {"class_": "x", "id": "y"}
        assert str(field(**asked)) == str(super(PlainHidden, form.meta).render_field(field, asked)), field.name


def test_a_press_says_what_its_reader_saw_and_nothing_else():
    form = PressForm(formdata=None, data={"version": "3", "seen_lines": "0"})
    assert form.version() == '<input name="version" type="hidden" value="3">'
    assert str(form.form_key()).startswith('<input name="form_key" type="hidden" value="')


def test_a_form_of_another_house_keeps_its_ids():
    class Plain(Form):
        version = HiddenField()

    assert Plain(data={"version": "3"}).version() == '<input id="version" name="version" type="hidden" value="3">'

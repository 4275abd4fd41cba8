"""Choices of lists are written to the letter as WTForms writes them; a hidden field of ours has no id."""

import pytest
from markupsafe import Markup
from wtforms import Form
from wtforms import SelectField as TheirSelectField
from wtforms.fields import SelectChoice

from scheduler.web.option_lists import SelectField
from scheduler.web.seen_forms import PressForm

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


def test_a_press_says_what_its_reader_saw_and_nothing_else(page):
    form = PressForm(formdata=None, data={"version": "3", "seen_lines": "0"})

    assert form.version() == '<input name="version" type="hidden" value="3">'
    assert str(form.form_key()).startswith('<input name="form_key" type="hidden" value="')


class ListForm(Form):
    ours = SelectField("One", id="one", name="one", choices=CHOICES)
    theirs = TheirSelectField("One", id="one", name="one", choices=CHOICES)


@pytest.mark.parametrize("chosen", ["", '"1"', "2", "<i>a</i>", "4", "nothing of it"])
def test_a_list_of_choices_is_written_as_wtforms_writes_it_however_often(chosen):
    for _time in range(2):
        form = ListForm(data={"ours": chosen, "theirs": chosen})
        assert form.ours() == form.theirs()

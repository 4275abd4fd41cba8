"""Choices of lists are written once, and as WTForms writes them."""

import pytest
from markupsafe import Markup
from wtforms import Form
from wtforms import SelectField as TheirField
from wtforms.fields import SelectChoice

from scheduler.web.option_lists import SelectField

CHOICES = [
    SelectChoice("", "none"),
    SelectChoice('"1"', "Ана & Лав <b>"),
    SelectChoice("2", Markup("<i>a</i>")),
    SelectChoice("<i>a</i>", "<i>a</i>"),
    SelectChoice("3", "off", render_kw={"disabled": True}),
    SelectChoice("4", "in a group", optgroup="A & B"),
]


class OurForm(Form):
    one = SelectField("One", choices=CHOICES)


class TheirForm(Form):
    one = TheirField("One", choices=CHOICES)


@pytest.mark.parametrize("chosen", ["", '"1"', "2", "<i>a</i>", "4", "nothing of it"])
def test_a_list_is_written_as_wtforms_writes_it_however_often(chosen):
    theirs = TheirForm(data={"one": chosen}).one()

    assert [OurForm(data={"one": chosen}).one() for _again in range(2)] == [theirs, theirs]

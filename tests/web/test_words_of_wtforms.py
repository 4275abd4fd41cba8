"""WTForms' sentences are found again by their English text: a release that words one otherwise fails here.

Without this it would only be seen on a page, where the reader of "Enter a whole number" would be told to
open the page again.
"""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Email, InputRequired, Length, NumberRange, Regexp

from scheduler.core.errors import GroundReason
from scheduler.web import forms
from scheduler.web.form_reasons import FormReason
from scheduler.web.reasons import worded

ONE = [SelectChoice("1", "One")]
# What WTForms finds wrong, typed by somebody, and the code of our sentence.
FAULTS = [
    (StringField("x", [DataRequired()]), "", "missing"),
    (StringField("x", [InputRequired()]), "", "missing"),
    (StringField("x", [Email()]), "ana", "not_an_email"),
    (StringField("x", [Length(max=1)]), "long", "too_long"),
    (StringField("x", [Length(min=9)]), "short", "too_short"),
    (StringField("x", [Regexp("[0-9]+")]), "letters", None),
    (StringField("x", [AnyOf(["a"])]), "b", "not_a_choice"),
    (IntegerField("x"), "many", "not_a_number"),
    (IntegerField("x", [NumberRange(min=5)]), "1", "too_few"),
    (IntegerField("x", [NumberRange(max=5)]), "9", "too_many"),
    (IntegerField("x", [NumberRange(min=2, max=5)]), "9", "Enter a number between 2 and 5."),
    (DateField("x"), "tomorrow", "not_a_day"),
    (TimeField("x"), "noon", "not_a_time"),
    (SelectField("x", choices=ONE), "2", "not_a_choice"),
    (RadioField("x", choices=ONE), "2", "not_a_choice"),
    (SelectField("x", choices=ONE, coerce=int), "two", "not_a_choice"),
    (SelectMultipleField("x", choices=ONE), "2", "not_a_choice"),
    (SelectMultipleField("x", choices=ONE, coerce=int), "two", "not_a_choice"),
]


class Listening(forms.OurWords):
    """Our words, and which sentences were looked up."""

    heard: set[str]

    def __init__(self):
        self.heard = set()

    def gettext(self, text):
        self.heard.add(text)
        return super().gettext(text)


def told_of(field, typed, words):
    """What a form with this one field says of what was typed."""

    class OneField(Form):
        class Meta(Form.Meta):
            def get_translations(self, form):
                return words

        x = field

    form = OneField(MultiDict({"x": typed}))
    assert not form.validate()
    return form.x.errors


@pytest.mark.parametrize(("field", "typed", "code"), FAULTS)
def test_what_wtforms_finds_wrong_is_said_in_our_words(app, field, typed, code):
    with app.test_request_context("/?lang=en"):
        sentences = {reason.value: worded(reason) for reason in (*GroundReason, *FormReason)}
        expected = sentences.get(code, code or str(forms.GENERAL))

        assert told_of(field, typed, forms.OurWords()) == [expected]


def test_the_table_holds_the_sentences_that_wtforms_has_and_no_others(app):
    words = Listening()
    with app.test_request_context("/?lang=en"):
        for field, typed, _code in FAULTS:
            told_of(field, typed, words)

    assert words.heard == set(forms.OF_WTFORMS)

import datetime as dt
import re
import sys
from pathlib import Path

import pytest
from flask import g, session
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, SelectField
from wtforms.fields.choices import SelectChoice

from scheduler.attendance.terms import AttendanceReason
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core.errors import GroundReason
from scheduler.people.terms import PersonReason
from scheduler.places.terms.reasons import PlaceReason
from scheduler.reports.terms.reasons import ReportReason
from scheduler.requests.terms.reasons import RequestReason
from scheduler.web import forms
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import (
    BaseForm,
    CountField,
    DayField,
    EmailField,
    LinesField,
    Needed,
    PhoneField,
    TextField,
    TimeField,
)
from scheduler.web.reasons import worded

HUGE = "9" * 5000


class Sample(BaseForm):
    name = TextField("Name", [Needed()], limit=20)
    words = LinesField("Words", limit=50)
    email = EmailField("Mail")
    day = DayField("Day")
    time = TimeField("Time")
    pupils = CountField("Pupils")
    kind = SelectField("Kind", choices=[SelectChoice("a", "A")], default="a")
    agreed = BooleanField("Agreed")


@pytest.fixture
def sent(app):
    """A form as if it had been sent with these values; every sentence in English."""

    def send(**values):
        context = app.test_request_context("/?lang=en", method="POST", data=MultiDict({"name": "Ana"} | values))
        context.push()
        pushed.append(context)
        return Sample()

    pushed = []
    yield send
    for context in reversed(pushed):
        context.pop()


def errors_of(form):
    return {problem.field_id: problem.text for problem in form.problems_shown()}


DECEMBER_8 = (
    "8.12.2026",
    "8.12.2026.",
    "08. 12. 2026.",
    "2026-12-08",
    "8/12/2026",
    " 8.12.2026 ",
    "8.12.26.",
    "8/12/26",
)
NO_DAYS = (
    "31.2.2026",
    "0.0.0000",
    "8.12.026",
    "8.12.0000",
    "8.12.0000.",
    "8. decembar 0000",
    "31.2.26",
    "tomorrow",
    "8.12.99999",
    HUGE,
    "٨.١٢.٢٠٢٦",
    "1.1.1500",
)
NO_NUMBERS = ("1-1", "2,5", "1e3", "٣", "3 0", "1 0", "12 34", "1 2000", HUGE)
MAILS = ("ime@skola.example.org", "име@школа.срб", "a+b@b.co.rs")
NO_MAILS = ("ana", "ana@", "a@b", "a b@c.rs", "a@b.rs\nBcc: x@y.rs", "<a@b.rs>")
WHOLE_ADDRESS = "Enter the whole address, for example ime@skola.example.org."


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        *(("day", typed, dt.date(2026, 12, 8)) for typed in (*DECEMBER_8, "8/12/26")),
        ("time", "9:55", dt.time(9, 55)),
        ("time", "09.55", dt.time(9, 55)),
        ("time", "17ч30", dt.time(17, 30)),
        ("time", "0:00", dt.time(0, 0)),
        ("pupils", "0", 0),
        ("pupils", "999", 999),
        ("pupils", " 25 ", 25),
        *(("email", typed, typed) for typed in MAILS),
        ("name", "  Ana\u202e \u200b Marija\x00 ", "Ana Marija"),
        ("words", "one\r\n\r\n\r\n\r\ntwo  ", "one\n\ntwo"),
    ],
)
def test_what_people_type_is_read_and_cleaned_once_at_the_edge(sent, field, typed, value):
    form = sent(**{field: typed})

    assert form.accepted()
    assert form[field].data == value


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        *(("day", typed, "Enter a day like this: 8.12.2026.") for typed in NO_DAYS),
        *(("time", typed, "Enter a time like this: 9:55.") for typed in ("25:00", "9:60", "noon", HUGE)),
        *(("pupils", typed, "Enter a number between 0 and 999.") for typed in ("1000", "1 200", "-1")),
        *(("pupils", typed, "Enter a whole number, for example 25.") for typed in NO_NUMBERS),
        *(("email", typed, WHOLE_ADDRESS) for typed in NO_MAILS),
        ("email", "x" * 300 + "@b.rs", "Shorten this text."),
        ("name", "a" * 5000, "Shorten this text."),
        ("name", "   ", "Fill in this field."),
        ("kind", "zzz", "Choose one of the answers."),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence_and_shown_again_cut(sent, field, typed, sentence):
    form = sent(**{field: typed})

    assert not form.accepted()
    assert errors_of(form) == {field: sentence}
    assert form[field].errors == [sentence]
    assert len(form[field]()) < 500
    assert field != "day" or typed[:40] in form.day().replace("&#34;", '"')


def test_reasons_of_a_service_stand_beside_their_fields_and_those_of_no_field_on_top(sent):
    form = sent()

    form.show({"day": RequestReason.TOO_SOON, "no_such_field": BookingReason.DATE_TAKEN})

    assert errors_of(form) == {
        "day": "Choose a later day: we need time to find a crew.",
        "": "Choose another date: this one has just been taken.",
    }


def test_a_form_keeps_its_key_when_it_is_sent_again(app, sent):
    with app.test_request_context("/"):
        first = Sample().form_key.data
    assert len(first) >= 20
    assert sent(form_key=first).form_key.data == first
    assert len(sent(form_key="x" * 9000).form_key.data) == 64


def test_every_message_begins_with_a_verb_and_ends_with_a_full_stop(sent):
    sent()  # a page in English
    verbs = """Add Ask Call Change Check Choose Come Confirm Count End Enter Fill Leave Lock Look Name Open Press Remove
        Save Send Shorten Sign Take Tick Try Use Wait Write"""
    kinds = (GroundReason, FormReason, PlaceReason, PersonReason, AttendanceReason, ReportReason)
    texts = [worded(reason) for kind in kinds for reason in kind] + [str(text) for text in forms.OF_WTFORMS.values()]

    assert len(texts) > 60
    assert {text.split()[0] for text in texts} <= set(verbs.split())
    assert [text for text in texts if not text.endswith(".")] == []


def test_a_title_says_that_something_must_be_mended(sent):
    form = sent(day="x")
    assert forms.error_title(form, "Book") == "Book"

    form.accepted()

    assert forms.error_title(form, "Book") == "Error: Book"


@pytest.mark.parametrize(("typed", "year"), [("16.12.", 2026), ("16. децембар", 2026), ("1 May", 2027)])
def test_a_day_without_its_year_is_the_next_one_and_is_shown_as_it_was_typed(sent, typed, year):
    form = sent(day=typed)

    assert form.accepted()
    assert form.day.data.year == year
    assert f'value="{typed}"' in form.day()


def test_a_forged_token_is_refused_by_the_form_itself_where_nobody_asked_before(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.test_request_context("/", method="POST", data={"csrf_token": "forged"}):
        form = BaseForm()
        assert form.unsafe()
        assert not form.validate()
        g.pop("csrf_token")  # the tests' application context outlives the request
    with app.test_request_context("/"):
        token, raw = BaseForm().csrf_token._value(), session["csrf_token"]
    with app.test_request_context("/", method="POST", data={"csrf_token": token}):
        session["csrf_token"] = raw
        assert not BaseForm().unsafe()


def test_a_phone_number_is_typed_into_the_same_field_in_every_form(app):
    modules = [module for name, module in sys.modules.items() if re.fullmatch(r"scheduler\.web\.\w+\.\w*forms", name)]
    fields = {
        f"{form.__name__}.{name}": field.field_class
        for module in modules
        for form in vars(module).values()
        if isinstance(form, type) and issubclass(form, Form)
        for name, field in vars(form).items()
        if name.endswith("phone")
    }

    assert len(fields) == 7
    assert set(fields.values()) == {PhoneField}


def test_that_a_typed_field_may_stay_empty_is_said_by_the_page_alone():
    doubled = [
        line
        for path in Path("scheduler/web").rglob("forms.py")
        for line in path.read_text().splitlines()
        if "(may stay empty)" in line and "Optional()" in line and "RadioField" not in line
    ]
    assert doubled == []

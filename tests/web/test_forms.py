import datetime as dt

import pytest
from flask import session
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from scheduler.attendance.terms import AttendanceReason
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core.errors import GroundReason
from scheduler.people.terms import PersonReason
from scheduler.places.terms.reasons import PlaceReason
from scheduler.reports.terms.reasons import ReportReason
from scheduler.requests.terms.reasons import RequestReason
from scheduler.web import form_tokens, forms
from scheduler.web.form_words import FormReason
from scheduler.web.forms import BaseForm, CountField, DayField, EmailField, LinesField, Needed, TextField, TimeField
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


@pytest.mark.parametrize(
    "typed",
    ["8.12.2026", "8.12.2026.", "08. 12. 2026.", "2026-12-08", "8/12/2026", " 8.12.2026 ", "8.12.26.", "8/12/26"],
)
def test_a_day_is_read_as_people_write_it(sent, typed):
    form = sent(day=typed)

    assert form.accepted()
    assert form.day.data == dt.date(2026, 12, 8)


@pytest.mark.parametrize(
    "typed", ["31.2.2026", "0.0.0000", "8.12.026", "31.2.26", "tomorrow", "8.12.99999", HUGE, "٨.١٢.٢٠٢٦", "1.1.1500"]
)
def test_what_is_no_day_gets_a_sentence_that_begins_with_the_verb(sent, typed):
    form = sent(day=typed)

    assert not form.accepted()
    assert errors_of(form) == {"day": "Enter a day like this: 8.12.2026."}
    assert typed[:40] in form.day().replace("&#34;", '"')


@pytest.mark.parametrize(
    ("typed", "time"),
    [("9:55", dt.time(9, 55)), ("09.55", dt.time(9, 55)), ("17ч30", dt.time(17, 30)), ("0:00", dt.time(0, 0))],
)
def test_a_time_is_read_as_people_write_it(sent, typed, time):
    form = sent(time=typed)

    assert form.accepted()
    assert form.time.data == time


@pytest.mark.parametrize("typed", ["25:00", "9:60", "noon", HUGE])
def test_what_is_no_time_is_told(sent, typed):
    form = sent(time=typed)

    assert not form.accepted()
    assert errors_of(form) == {"time": "Enter a time like this: 9:55."}


@pytest.mark.parametrize(("typed", "number"), [("0", 0), ("999", 999), (" 25 ", 25), ("1 0", 10)])
def test_a_count_is_a_number_from_nought_to_999(sent, typed, number):
    form = sent(pupils=typed)

    assert form.accepted()
    assert form.pupils.data == number


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1000", "Enter a number between 0 and 999."),
        ("-1", "Enter a number between 0 and 999."),
        ("1-1", "Enter a whole number, for example 25."),
        ("2,5", "Enter a whole number, for example 25."),
        ("1e3", "Enter a whole number, for example 25."),
        ("٣", "Enter a whole number, for example 25."),
        (HUGE, "Enter a whole number, for example 25."),
    ],
)
def test_another_number_is_told_and_never_an_error_of_ours(sent, typed, sentence):
    form = sent(pupils=typed)

    assert not form.accepted()
    assert errors_of(form) == {"pupils": sentence}


@pytest.mark.parametrize(
    "typed", ["ana", "ana@", "a@b", "a b@c.rs", "a@b.rs\nBcc: x@y.rs", "<a@b.rs>", "x" * 300 + "@b.rs"]
)
def test_what_cannot_be_a_mail_address_is_refused(sent, typed):
    assert not sent(email=typed).accepted()


@pytest.mark.parametrize("typed", ["ime@skola.example.org", "име@школа.срб", "a+b@b.co.rs"])
def test_a_mail_address_in_either_script_is_taken(sent, typed):
    form = sent(email=typed)

    assert form.accepted()
    assert form.email.data == typed


def test_text_is_cleaned_once_at_the_edge(sent):
    form = sent(name="  Ana\u202e \u200b Marija\x00 ", words="one\r\n\r\n\r\n\r\ntwo  ")

    assert form.accepted()
    assert form.name.data == "Ana Marija"
    assert form.words.data == "one\n\ntwo"


def test_a_text_that_is_too_long_is_told_and_cut_before_it_is_shown_again(sent):
    form = sent(name="a" * 5000)

    assert not form.accepted()
    assert errors_of(form) == {"name": "Shorten this text."}
    assert len(form.name()) < 500


def test_what_is_needed_is_asked_for(sent):
    form = sent(name="   ")

    assert not form.accepted()
    assert errors_of(form) == {"name": "Fill in this field."}
    assert form.name.errors == ["Fill in this field."]


def test_a_choice_that_is_not_offered_is_told_in_our_words(sent):
    form = sent(kind="zzz")

    assert not form.accepted()
    assert errors_of(form) == {"kind": "Choose one of the answers."}


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
    verbs = {
        "Fill",
        "Press",
        "Shorten",
        "Write",
        "Choose",
        "Enter",
        "Confirm",
        "Open",
        "Check",
        "End",
        "Ask",
        "Wait",
        "Change",
        "Come",
        "Call",
        "Add",
        "Use",
        "Remove",
        "Name",
        "Lock",
        "Look",
        "Leave",
        "Save",
        "Tick",
        "Count",
        "Sign",
        "Take",
        "Try",
    }
    kinds = (GroundReason, FormReason, PlaceReason, PersonReason, AttendanceReason, ReportReason)
    texts = [worded(reason) for kind in kinds for reason in kind] + [str(text) for text in forms.OF_WTFORMS.values()]

    assert len(texts) > 60
    assert {text.split()[0] for text in texts} <= verbs
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


def test_a_token_is_signed_when_a_form_is_shown_and_not_for_one_that_is_only_read(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    signed = []
    monkeypatch.setattr(form_tokens, "generate_csrf", lambda: signed.append("token") or "token")
    with app.test_request_context("/", method="POST", data={"csrf_token": "sent"}):
        form = BaseForm()
        assert (form.csrf_token.data, signed) == ("sent", [])
        assert 'value="token"' in str(form.csrf_token)
    assert signed == ["token"]


def test_a_forged_token_is_refused_by_the_form_itself_where_nobody_asked_before(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.test_request_context("/", method="POST", data={"csrf_token": "forged"}):
        form = BaseForm()
        assert form.unsafe()
        assert not form.validate()
    with app.test_request_context("/"):
        token, raw = BaseForm().csrf_token._value(), session["csrf_token"]
    with app.test_request_context("/", method="POST", data={"csrf_token": token}):
        session["csrf_token"] = raw
        assert not BaseForm().unsafe()

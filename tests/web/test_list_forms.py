"""Forms with a list of presentations or dates: the summary of what is wrong says which one is meant."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, FormField, StringField
from wtforms.fields import SelectChoice

from scheduler.core.errors import GroundReason
from scheduler.web.list_forms import ListedForm, RowsField
from scheduler.web.requests.forms import WhatForm, WhoForm


class SittingFields(Form):
    start = StringField("Start")


class SittingsForm(ListedForm):
    sittings = RowsField(FormField(SittingFields))


@pytest.mark.parametrize(("many", "wrong", "label"), [(1, 0, "Start"), (2, 1, "2. Start")])
def test_the_summary_names_the_one_of_several(app, many, wrong, label):
    with app.test_request_context():
        form = SittingsForm(formdata=None, data={"sittings": [{}] * many})
        form.show({f"sittings-{wrong}-start": GroundReason.MISSING})

        [problem] = form.problems_shown()

    assert (problem.label, problem.field_id) == (label, f"sittings-{wrong}-start")


@pytest.mark.parametrize("place", ["²", "٣", "-1", "", "x", "9" * 30, "9" * 5000])
def test_a_name_that_no_page_sends_is_no_row_and_no_error(app, place):
    with app.test_request_context():
        form = SittingsForm(formdata=MultiDict({f"sittings-{place}-start": "9:00", "sittings-0-start": "10:00"}))

        assert form.sittings.data == [{"start": "10:00"}]


def test_rows_have_their_own_names_also_where_a_stranger_numbers_them(app):
    with app.test_request_context():
        form = WhoForm(formdata=MultiDict({"presentations-40-pupils": "7", "presentations-900-pupils": "8"}))

    pupils = [entry.form.pupils for entry in form.presentations]
    assert [(one.name, one.label.field_id, one.data) for one in pupils] == [
        ("presentations-0-pupils", "presentations-0-pupils", 7),
        ("presentations-1-pupils", "presentations-1-pupils", 8),
    ]


def test_what_one_form_changes_of_its_fields_no_other_form_has(app):
    with app.test_request_context():
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

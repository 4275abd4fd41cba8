"""Forms with a list of presentations or dates: the summary of what is wrong says which one is meant."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, FormField, StringField

from scheduler.core.errors import GroundReason
from scheduler.web.list_forms import ListedForm, RowsField


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

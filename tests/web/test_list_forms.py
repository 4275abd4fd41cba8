"""Forms with a list of presentations or dates: the summary of what is wrong says which one is meant."""

import pytest
from wtforms import FieldList, Form, FormField, StringField

from scheduler.core.errors import GroundReason
from scheduler.web.list_forms import ListedForm


class SittingFields(Form):
    start = StringField("Start")


class SittingsForm(ListedForm):
    sittings = FieldList(FormField(SittingFields))


@pytest.mark.parametrize(("many", "wrong", "label"), [(1, 0, "Start"), (2, 1, "2. Start")])
def test_the_summary_names_the_one_of_several(app, many, wrong, label):
    with app.test_request_context():
        form = SittingsForm(formdata=None, data={"sittings": [{}] * many})
        form.show({f"sittings-{wrong}-start": GroundReason.MISSING})

        [problem] = form.problems_shown()

    assert (problem.label, problem.field_id) == (label, f"sittings-{wrong}-start")

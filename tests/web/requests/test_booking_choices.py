"""What a booking offers to choose from: of each form its own, and of one that nobody is shown what was chosen."""

import pytest
from werkzeug.datastructures import MultiDict

from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.web.requests.booking.choices import furnish_presentations, furnish_programmes
from scheduler.web.requests.forms import WhatForm, WhoForm
from tests.requests.drafts import a_programme

PRIMARY = frozenset({SchoolLevel.PRIMARY})


@pytest.fixture(autouse=True)
def page(app):
    with app.test_request_context("/"):
        yield


def values(field):
    return [choice.value for choice in field.choices]


@pytest.mark.parametrize("made", [lambda: WhoForm(formdata=None), lambda: WhoForm.read_of(MultiDict())])
def test_what_one_form_offers_is_not_changed_by_another(made):
    one, other = made(), made()
    for form in (one, other):
        furnish_presentations(form, a_programme(), PRIMARY)
    one.presentations[0].form.audience.choices.clear()
    one.presentations[0].form.level.choices.clear()
    third = made()
    furnish_presentations(third, a_programme(audiences=frozenset({Audience.PARENTS})), frozenset())

    sitting, last = other.presentations[0].form, third.presentations[0].form
    assert (values(sitting.audience), values(sitting.level)) == (["pupils", "parents"], ["primary"])
    assert (values(last.audience), values(last.level)) == (["parents"], ["primary", "secondary"])


@pytest.mark.parametrize(
    ("chosen", "stands"), [(["2"], True), (["2", "3"], True), (["2", "9"], False), (["02"], False), ([], False)]
)
def test_a_choice_is_judged_alike_whether_its_form_is_shown_or_not(chosen, stands):
    rows = [a_programme(id=number) for number in (1, 2, 3)]
    typed = MultiDict({"programme": chosen, "teaching_language": ["sr"]})
    shown, read = WhatForm(formdata=typed, meta={"csrf": False}), WhatForm.read_of(typed)
    for form in (shown, read):
        furnish_programmes(form, rows)

    assert (shown.validate(), read.validate()) == (stands, stands)
    assert values(shown.programme) == ["1", "2", "3"]
    assert values(read.programme) == [one for one in chosen if one in ("1", "2", "3")]

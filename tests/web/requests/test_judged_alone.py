"""Pages of a booking in whose answers no programme, host or day has a say."""

from dataclasses import replace

import pytest

from scheduler.programmes.terms import Audience
from scheduler.web.requests.booking.fields import JUDGED_ALONE, page_of
from tests.factories.requests import a_draft, a_presentation
from tests.requests.drafts import problems


@pytest.mark.parametrize("page", JUDGED_ALONE)
def test_a_page_that_is_judged_alone_is_judged_as_among_all_answers(app, page):
    rule, _read = JUDGED_ALONE[page]
    fair, parents = a_draft(), a_draft(presentations=(a_presentation(audience=Audience.PARENTS, parents=20),))
    drafts = [
        replace(draft, teacher_stays=stays, safeguarding_contact=guard, contact_name=name, contact_email=address)
        for draft in (fair, parents, replace(fair, presentations=()))
        for stays, guard in ((True, "Весна Илић"), (False, ""), (True, ""), (False, "Весна Илић"))
        for name, address in (("Оливера Матић", "o.matic@skola.example.org"), ("", ""), ("Оливера", "none"))
    ]
    for draft in drafts:
        whole = problems(draft)
        assert rule(draft) == {field: reason for field, reason in whole.items() if page_of(field) == page}

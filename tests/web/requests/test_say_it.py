"""What a coordinator does with a request in words: note a phone call, take a yes back, cancel for either side."""

import re

import pytest

from scheduler.requests.terms.school_request import RequestState
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request

S = RequestState


@pytest.fixture
def programme(app):
    return make_programme()


def test_an_answer_by_phone_is_noted_on_the_page_and_said_to_be_one(desk, programme):
    row = make_school_request(S.NEEDS_INFO, programme=programme, question="Is there a projector?")
    assert "You asked: Is there a projector?" in desk.get(f"/requests/{row.number}?lang=en").text

    assert desk.post(f"/requests/{row.number}/told", data={"answer": "Two of them."}).status_code == 302
    shown = desk.get(f"/requests/{row.number}?lang=en").text

    assert row.state is S.TRIAGE
    assert "The school said on the phone:" in shown


@pytest.mark.parametrize(
    ("act", "said", "ended"),
    [
        ("reopen", {"reason": "The crew is ill"}, S.TRIAGE),
        ("decline", {"reason": "No crew"}, S.DECLINED),
        ("end", {"reason": "They rang: a trip", "by": "school"}, S.CANCELLED_BY_SCHOOL),
        ("end", {"reason": "Nobody can go", "by": "centre"}, S.CANCELLED_BY_CENTRE),
    ],
)
def test_what_was_agreed_goes_back_is_declined_or_cancelled(desk, programme, act, said, ended):
    row = make_school_request(S.AGREED, programme=programme)
    assert f"/requests/{row.number}/{act}" in desk.get(f"/requests/{row.number}").text

    assert desk.post(f"/requests/{row.number}/{act}", data=said).status_code == 302
    assert row.state is ended


@pytest.mark.parametrize("act", ["told", "reopen", "end"])
def test_without_words_nothing_happens_and_the_field_says_so(desk, programme, act):
    row = make_school_request(S.NEEDS_INFO if act == "told" else S.AGREED, programme=programme)
    before = row.state

    assert desk.post(f"/requests/{row.number}/{act}", data={}).status_code == 422
    assert row.state is before


@pytest.mark.parametrize(
    ("act", "said"), [("decline", {"reason": "No crew"}), ("end", {"reason": "Rang", "by": "school"})]
)
def test_an_end_is_taken_back_from_what_was_said_and_from_the_page(desk, programme, act, said):
    row = make_school_request(S.TRIAGE, programme=programme)

    page = desk.post(f"/requests/{row.number}/{act}?lang=en", data=said, follow_redirects=True).text
    assert "It is over. The school is told in 10 minutes." in page
    undo = re.findall(r'action="(/requests/undo/[^"]+)"', page)
    assert undo
    back = desk.post(undo[0].replace("&amp;", "&") + "&lang=en", follow_redirects=True).text

    assert "1 request is as before." in back
    assert row.state is S.TRIAGE

"""Signed out while a form was open: the text is kept, and the way in leads back to where one was."""

import re

import pytest

from scheduler.policy import Role
from tests.factories.people import make_user
from tests.web.browser import browser_of

WRITTEN = "We cannot come in December, <b>all</b> our people are ill."
FORM = {"csrf_token": "x", "version": "3", "reason": WRITTEN, "password": "hunter22222222222222222"}


@pytest.fixture(params=["its sign-in has ended", "its browser was closed"])
def signed_out(app, session, request):
    """A browser that does not know any more who it is; of a closed one even the form's token is unknown."""
    browser = browser_of(app, make_user(Role.COORDINATOR))
    if request.param == "its sign-in has ended":
        with browser.session_transaction() as cookies:
            cookies["_user_id"] = "over"
        yield browser
    else:
        app.config["WTF_CSRF_ENABLED"] = True
        yield app.test_client()
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_text_is_kept_and_the_way_in_leads_back(signed_out):
    came = {"Referer": "http://localhost/visits?from=2026-11-30"}

    answer = signed_out.post("/visits/V-1/cancel?lang=en", data=FORM, headers=came)

    assert answer.status_code == 403
    assert "We cannot come in December, &lt;b&gt;all&lt;/b&gt; our people are ill.</blockquote>" in answer.text
    assert "hunter" not in answer.text
    assert re.search(r'href="/sign-in\?next=(/|%2F)visits(\?|%3F)from(=|%3D)2026-11-30"', answer.text)
    assert 'data-kept="/visits?from=2026-11-30" data-sent-to="/visits/V-1/cancel"' in answer.text


@pytest.mark.parametrize("came", ["", "https://elsewhere.example/visits", "http://localhost//elsewhere.example"])
def test_without_a_page_of_ours_it_leads_to_the_nearest_that_opens(signed_out, came):
    answer = signed_out.post("/requests/R-1/decline?lang=en", data=FORM, headers={"Referer": came} if came else {})

    assert re.search(r'data-kept="/requests/R-1"', answer.text)
    assert "elsewhere" not in answer.text


def test_a_mere_press_goes_on_to_signing_in(signed_out):
    answer = signed_out.post("/requests/R-1/take", headers={"Referer": "http://localhost/requests/R-1"})

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/requests/R-1")


def test_what_a_school_wrote_on_a_page_that_is_too_old_is_not_lost_either(app, session):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post("/reset?lang=en", data={"email": "ana.petrovic@skola.example"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert answer.status_code == 400
    assert ("ana.petrovic@skola.example</blockquote>" in answer.text, 'href="/reset"' in answer.text) == (True, True)

"""Bytes that are no letters are refused with words, and never stored as "%8A" or as empty boxes (TRUST S22)."""

import pytest
from flask import Flask

from scheduler.policy import Role
from scheduler.programmes.models import Programme
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.web.browser import browser_of

URLENCODED = "application/x-www-form-urlencoded"
CP1250 = b"name_sr_cyrl=%8Akola&name_en=x"


@pytest.fixture
def browser(app: Flask):
    return browser_of(app, make_user(Role.ADMINISTRATOR))


def stored_names(session) -> set[str]:
    session.rollback()
    return {row.name_sr_cyrl for row in session.query(Programme)} | {row.name_en for row in session.query(Programme)}


@pytest.mark.parametrize("body", [CP1250, CP1250.replace(b"%8A", b"\x8a"), CP1250 + b"&%8A=x"])
def test_trust_s22_a_form_in_another_encoding_is_refused_with_words_and_stores_nothing(browser, session, body):
    programme_id = make_programme().id
    before = stored_names(session)

    answer = browser.post(f"/settings/programmes/{programme_id}?lang=en", data=body, content_type=URLENCODED)

    assert answer.status_code == 422
    assert "arrived broken" in answer.text
    assert stored_names(session) == before


def test_a_broken_letter_in_an_address_is_refused_too(browser):
    assert browser.get("/requests?q=%8A&lang=en").status_code == 422
    assert browser.get("/requests?q=%C5%A0kola&lang=en").status_code == 200


def test_a_form_of_parts_in_another_encoding_is_refused_beside_its_field(browser):
    body = b'--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\n\x8akola\r\n--edge--\r\n'
    kind = "multipart/form-data; boundary=edge"
    answer = browser.post("/school-calendar/import?lang=en", data=body, content_type=kind)

    assert "arrived broken" in answer.text


def test_serbian_letters_in_utf_8_still_arrive(browser, session):
    make_programme()
    answer = browser.post("/sign-in?lang=en", data="email=%D0%B0%D0%BD%D0%B0&password=x", content_type=URLENCODED)

    assert 'value="ана"' in answer.text

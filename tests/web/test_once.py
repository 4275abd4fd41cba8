"""One form, one effect: pressed twice, at once, or with other content under the same key (TRUST R11)."""

from io import BytesIO

import pytest
from sqlalchemy import select

from scheduler.attendance.models import VisitFeedback
from scheduler.core.db import db
from scheduler.core.form_keys import FormKey
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.places.models import CallNote
from scheduler.policy import Role
from tests.at_once import all_at_once
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.web.browser import browser_of
from tests.web.reading import a_link, rows_of

OTHER_CONTENT = "this form was already sent, with other content"
CALENDAR = "calendar;school_year;kind;date_from;date_to\nrepublika;2026/27;term1;1.9.2026;29.12.2026\n"
NOTE = {"text": "They have no projector.", "form_key": "one"}


def test_a_call_note_is_written_once_and_other_content_under_its_key_is_told(app):
    browser, path = browser_of(app, make_user(Role.COORDINATOR)), f"/hosts/{make_host().id}"

    twice = [browser.post(path, data=NOTE) for _press in range(2)]
    other = browser.post(f"{path}?lang=en", data=NOTE | {"text": "They have one."})

    assert [one.location for one in twice] == [path, path]
    assert (other.status_code, OTHER_CONTENT in other.text) == (409, True)
    assert db.session.scalars(select(CallNote.text)).all() == ["They have no projector."]
    assert browser.post(path, data=NOTE | {"form_key": "two"}).status_code == 302
    assert len(rows_of(CallNote)) == 2
    assert browser_of(app, make_user(Role.COORDINATOR)).post(path, data=NOTE).status_code == 302
    assert len(rows_of(CallNote)) == 3  # a key is its reader's own


def test_what_was_refused_is_sent_again_mended_with_the_same_key(app):
    browser, path = browser_of(app, make_user(Role.COORDINATOR)), f"/hosts/{make_host().id}"

    assert browser.post(path, data=NOTE | {"text": ""}).status_code == 422
    assert rows_of(FormKey) == []
    assert browser.post(path, data=NOTE).status_code == 302
    assert len(rows_of(CallNote)) == 1


def test_two_files_of_one_name_are_not_the_same_content(app):
    """Who chooses the mended file on the page that the browser kept is told, and not answered as if it were stored."""
    browser = browser_of(app, make_user(Role.ADMINISTRATOR))

    def sent(content: str):
        form = {"file": (BytesIO(content.encode()), "calendar.csv"), "store": "1", "form_key": "one"}
        return browser.post("/school-calendar/import?lang=en", data=form)

    answers = [sent(one) for one in (CALENDAR, CALENDAR, CALENDAR.replace("29.12.", "28.12."))]

    assert [one.status_code for one in answers] == [302, 302, 409]
    assert OTHER_CONTENT in answers[2].text


def test_an_invitation_is_mailed_once_and_nobody_else_is_invited_by_its_key(app):
    browser = browser_of(app, make_user(Role.ADMINISTRATOR))
    form = {"email": "nova@centre.example", "roles": ["coordinator"], "language": "sr_Latn", "form_key": "one"}

    answers = [browser.post("/people/users/new", data=form) for _press in range(2)]
    other = browser.post("/people/users/new?lang=en", data=form | {"email": "druga@centre.example"})

    assert [one.location for one in answers] == ["/people/users", "/people/users"]
    assert (other.status_code, OTHER_CONTENT in other.text) == (409, True)
    assert len(rows_of(OutboxMessage)) == 1
    assert set(db.session.scalars(select(User.email))) & {"nova@centre.example", "druga@centre.example"} == {
        "nova@centre.example"
    }


@pytest.mark.postgres_decides
def test_trust_r11_ten_presses_at_once_write_one_note_and_lead_to_one_page(app):
    user, path, answers = make_user(Role.COORDINATOR), f"/hosts/{make_host().id}", []
    browsers = [browser_of(app, user) for _press in range(10)]

    raised = all_at_once(app, [lambda one=one: answers.append(one.post(path, data=NOTE)) for one in browsers])

    assert raised == [None] * 10
    assert {(one.status_code, one.location) for one in answers} == {(302, path)}
    assert len(rows_of(CallNote)) == 1


def test_the_key_of_a_school_holds_no_secret(app, client, the_clock):
    the_clock.stands_at(LEAVING)
    link = f"/status/{a_link(a_locked_visit().request.id)}"
    form = {"useful": "5", "clear": "4", "again": "yes", "words": "", "form_key": "one"}

    answers = [client.post(f"{link}/feedback", data=form) for _press in range(2)]

    assert {one.status_code for one in answers} == {302}
    assert len(rows_of(VisitFeedback)) == 1
    kept = db.session.execute(select(FormKey.key, FormKey.said, FormKey.answer)).one()
    assert link.removeprefix("/status/") not in "".join(kept)
    assert link in answers[1].location

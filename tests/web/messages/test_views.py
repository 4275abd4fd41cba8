from dataclasses import replace

import pytest
from flask import has_request_context

from scheduler import config
from scheduler.core.db import transaction
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import LinkWish, MessageState
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.web.messages import views
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_presenter, make_user
from tests.web.browser import browser_of

WISH = LinkWish("status", 7, "/status/{token}", 24)


@pytest.fixture
def centre_id(app) -> int:
    return make_centre().id


@pytest.fixture
def coordinator(app, centre_id):
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=centre_id))


def test_what_is_no_letter_breaks_nobodys_page(client):
    folder = config.settings().instance / "mail"
    folder.mkdir(exist_ok=True)
    (folder / "1.eml").write_text("a stranger's file")

    assert client.get("/mail").status_code == 200
    assert client.get("/mail/1").status_code == 404


def test_a_demo_user_reads_her_mail_and_follows_its_link(client):
    older = make_message("ana@school.example")
    newer = make_message("mira@school.example", kind="password_reset", values={}, link=WISH)
    for message in (older, newer):
        service.deliver(message.id, MONDAY)

    page = client.get("/mail").text
    assert page.index("mira@school.example") < page.index("ana@school.example")
    name = page.split('href="/mail/')[1].split('"')[0]
    letter = client.get(f"/mail/{name}").text
    assert 'href="/status/' in letter
    assert "\r" not in letter
    assert client.get("/mail/..%2Fsecret_key").status_code == 404
    assert client.get("/mail/none").status_code == 404


def test_an_empty_mailbox_says_so(client):
    assert client.get("/mail").status_code == 200


@pytest.mark.parametrize("change", [{"mode": "production"}, {"smtp_url": "smtp://127.0.0.1:25"}])
def test_only_a_demo_that_writes_files_shows_letters(app, client, monkeypatch, change):
    make_message()
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **change))

    assert client.get("/mail").status_code == 404
    assert client.get("/mail/x").status_code == 404


def test_the_outbox_shows_the_centres_mails_and_why_one_did_not_arrive(coordinator, centre_id):
    make_message("gone@school.example", centre_id=centre_id)
    make_message("theirs@school.example", centre_id=make_centre().id)
    with transaction() as session:
        row = session.query(OutboxMessage).filter_by(address="gone@school.example").one()
        row.state, row.failure = MessageState.FAILED, "refused"

    page = coordinator.get("/messages?lang=en").text
    assert "gone@school.example" in page
    assert "does not know this address" in page
    assert "theirs@school.example" not in page
    assert "gone@school.example" in coordinator.get("/messages?state=failed").text
    assert "gone@school.example" not in coordinator.get("/messages?state=waiting").text
    assert coordinator.get("/messages?state=x&page=zero").status_code == 200


def test_a_message_is_shown_without_a_usable_link(coordinator, centre_id):
    message = make_message(kind="password_reset", values={}, link=WISH, centre_id=centre_id)
    service.deliver(message.id, MONDAY)

    page = coordinator.get(f"/messages/{message.id}?lang=en").text

    assert "[link]" in page
    assert "/status/" not in page


def test_a_message_of_another_centre_does_not_exist(coordinator):
    assert coordinator.get(f"/messages/{make_message(centre_id=make_centre().id).id}").status_code == 404


def test_the_outbox_asks_the_database_equally_often_for_one_and_for_three(coordinator, centre_id):
    counts = []
    for _ in range(2):
        make_message(centre_id=centre_id)
        with statements() as asked:
            assert coordinator.get("/messages").status_code == 200
        counts.append(len(asked))
        make_message(centre_id=centre_id)

    assert counts[0] == counts[1]


def test_an_act_wakes_the_worker_and_a_queue_that_is_away_does_not_undo_it(app, monkeypatch):
    presenter = make_presenter(PresenterKind.EDUCATOR)
    me = browser_of(app, presenter)
    woken = []
    monkeypatch.setattr(views, "send_waiting", lambda: woken.append(has_request_context()))
    me.get("/account")
    assert woken == []
    me.post("/account", data={"language": "en"}).close()
    assert woken == [False]  # whoever has pressed has her answer by then

    monkeypatch.setattr(views, "send_waiting", lambda: (_ for _ in ()).throw(ConnectionError("no queue")))
    answer = me.post("/account", data={"language": "en"})
    answer.close()
    assert answer.status_code == 302

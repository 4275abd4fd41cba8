from dataclasses import replace

import pytest
from flask import has_request_context

from scheduler import config
from scheduler.core.db import transaction
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import LinkWish, MessageState
from scheduler.people.terms import PresenterKind
from scheduler.web.messages import views
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_presenter
from tests.web.browser import browser_of

WISH = LinkWish("status", 7, "/status/{token}", 24)


def delivered(**given) -> OutboxMessage:
    """A mail with a link in it, as a demo writes it into a file."""
    message = make_message(kind="password_reset", values={}, link=WISH, **given)
    service.deliver(message.id, MONDAY)
    return message


def test_what_is_no_letter_breaks_nobodys_page(client):
    folder = config.settings().instance / "mail"
    folder.mkdir(exist_ok=True)
    (folder / "1.eml").write_text("a stranger's file")
    assert (client.get("/mail").status_code, client.get("/mail/1").status_code) == (200, 404)


def test_a_demo_user_reads_mail_and_follows_its_link(client):
    assert client.get("/mail").status_code == 200
    delivered(address="ana@school.example")
    delivered(address="mira@school.example")

    page = client.get("/mail").text

    assert page.index("mira@school.example") < page.index("ana@school.example")
    name = page.split('href="/mail/')[1].split('"')[0]
    letter = client.get(f"/mail/{name}").text
    assert 'href="/status/' in letter
    assert "\r" not in letter
    for other in ("..%2Fsecret_key", "none"):
        assert client.get(f"/mail/{other}").status_code == 404


ELSEWHERE = [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["another machine", "behind a proxy"])
def test_a_guardians_link_is_read_on_the_demos_own_machine_only(client, elsewhere):
    delivered(address="ana@school.example")
    message = make_message(
        kind="password_reset", values={}, link=replace(WISH, path="/consent/{token}"), address="g@p.example"
    )
    service.deliver(message.id, MONDAY)
    page = client.get("/mail").text
    name = page.split('href="/mail/')[1].split('"')[0]
    assert 'href="/consent/' in client.get(f"/mail/{name}").text

    there = client.get("/mail", environ_overrides=elsewhere)

    assert "ana@school.example" in there.text
    assert "g@p.example" not in there.text
    assert client.get(f"/mail/{name}", environ_overrides=elsewhere).status_code == 404


@pytest.mark.parametrize("change", [{"mode": "production"}, {"smtp_url": "smtp://127.0.0.1:25"}])
def test_only_a_demo_that_writes_files_shows_letters(app, client, monkeypatch, change):
    make_message()
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **change))
    assert (client.get("/mail").status_code, client.get("/mail/x").status_code) == (404, 404)


def test_the_outbox_shows_the_centres_mails_and_why_one_did_not_arrive(desk, programme):
    gone = make_message("gone@school.example", centre_id=programme.centre_id)
    make_message("theirs@school.example", centre_id=make_centre().id)
    with transaction() as session:
        row = session.get_one(OutboxMessage, gone.id)
        row.state, row.failure = MessageState.FAILED, "refused"

    page = desk.get("/messages?lang=en").text

    assert "gone@school.example" in page
    assert "does not know this address" in page
    assert "theirs@school.example" not in page
    for query, shown in (("state=failed", True), ("state=waiting", False), ("state=x&page=zero", True)):
        assert ("gone@school.example" in desk.get(f"/messages?{query}").text) is shown


def test_a_message_is_shown_without_a_usable_link_and_of_another_centre_not_at_all(desk, programme):
    page = desk.get(f"/messages/{delivered(centre_id=programme.centre_id).id}?lang=en").text
    assert "[link]" in page
    assert "/status/" not in page

    assert desk.get(f"/messages/{make_message(centre_id=make_centre().id).id}").status_code == 404


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

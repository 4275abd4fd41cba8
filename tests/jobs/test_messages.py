from types import SimpleNamespace

import pytest

from scheduler.core import mailer
from scheduler.core.db import db
from scheduler.jobs import messages as jobs
from scheduler.jobs.messages import send_waiting
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from tests.factories import MONDAY
from tests.factories.messages import make_message

pytestmark = pytest.mark.usefixtures("attached")


def states() -> list[MessageState]:
    db.session.rollback()
    return [row.state for row in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def test_a_sweep_sends_everything_also_several_mails_to_one_address(app):
    for _ in range(3):
        make_message("ana@school.example", now=MONDAY)
    make_message("mira@school.example", now=MONDAY)

    send_waiting.call_local()

    assert states() == [MessageState.SENT] * 4


def test_a_bug_with_one_mail_keeps_no_other_one(app, monkeypatch):
    make_message("bug@school.example", now=MONDAY)
    make_message("ana@school.example", now=MONDAY)
    compose = mailer.compose

    def compose_with_a_bug(outgoing):
        if outgoing.to.startswith("bug@"):
            raise RuntimeError("a bug")
        return compose(outgoing)

    monkeypatch.setattr(mailer, "compose", compose_with_a_bug)

    send_waiting.call_local()

    assert states() == [MessageState.SENDING, MessageState.SENT]


def test_a_slow_mail_server_does_not_hold_a_worker_longer_than_a_sweep(app, monkeypatch):
    for name in ("ana", "mira", "vera"):
        make_message(f"{name}@school.example", now=MONDAY)
    clock_hands = iter((0.0, 1.0, 49.0, 51.0))
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: next(clock_hands)))

    send_waiting.call_local()

    assert states() == [MessageState.SENT, MessageState.SENT, MessageState.WAITING]


def test_a_sweep_goes_on_after_a_mail_that_fails_and_comes_to_an_end(app):
    make_message("bad\naddress@school.example", now=MONDAY)
    make_message("ana@school.example", now=MONDAY)

    send_waiting.call_local()
    send_waiting.call_local()

    assert states() == [MessageState.FAILED, MessageState.SENT]
    assert service.unsent_ids(10, MONDAY) == []

import pytest
from flask import Flask

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.jobs import queue
from scheduler.jobs.messages import send_waiting
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from tests.factories.messages import make_message


@pytest.fixture(autouse=True)
def jobs_of_this_application(app: Flask):
    queue.attach(app)


def states() -> list[MessageState]:
    db.session.rollback()
    return [row.state for row in db.session.query(OutboxMessage).order_by(OutboxMessage.id)]


def test_a_sweep_sends_everything_also_several_mails_to_one_address(app):
    for _ in range(3):
        make_message("ana@school.example", now=clock.now())
    make_message("mira@school.example", now=clock.now())

    send_waiting.call_local()

    assert states() == [MessageState.SENT] * 4


def test_a_sweep_goes_on_after_a_mail_that_fails_and_comes_to_an_end(app):
    make_message("bad\naddress@school.example", now=clock.now())
    make_message("ana@school.example", now=clock.now())

    send_waiting.call_local()
    send_waiting.call_local()

    assert states() == [MessageState.FAILED, MessageState.SENT]
    assert service.unsent_ids(10, clock.now()) == []

"""The page of health warns before the disk is full (TRUST R20), and of mails that are late."""

import datetime as dt
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scheduler.core.db import transaction
from scheduler.jobs.health import health, outbox
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import an_actor


@pytest.mark.parametrize(("free", "full"), [(100, False), (99, True)])
def test_trust_r20_a_disk_is_told_of_when_nine_tenths_are_used(app, session, monkeypatch, free, full):
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=free, total=1000))
    found = health(an_actor(Role.ADMINISTRATOR), now=MONDAY)
    assert (found.disk_free, found.disk_full) == (free, full)
    assert replace(found, worker_silent=False).well is not full


def test_a_mail_that_its_centre_lets_wait_is_late_only_once_it_should_have_left(app):
    waits, tried = make_message(), make_message()
    with transaction() as session:
        session.get_one(OutboxMessage, waits.id).not_before = MONDAY + dt.timedelta(hours=1)
        session.get_one(OutboxMessage, tried.id).attempts = 1
        session.get_one(OutboxMessage, tried.id).not_before = MONDAY + dt.timedelta(hours=1)

    late = [outbox(MONDAY + dt.timedelta(minutes=minutes))[:2] for minutes in (14, 15, 74, 75)]

    assert late == [(2, 0), (2, 1), (2, 1), (2, 2)]

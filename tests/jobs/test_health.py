"""The page of health warns before the disk is full (TRUST R20)."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scheduler.jobs.health import health
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor


@pytest.mark.parametrize(("free", "full"), [(100, False), (99, True)])
def test_trust_r20_a_disk_is_told_of_when_nine_tenths_are_used(app, session, monkeypatch, free, full):
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=free, total=1000))
    found = health(an_actor(Role.ADMINISTRATOR), now=MONDAY)
    assert (found.disk_free, found.disk_full) == (free, full)
    assert replace(found, worker_silent=False).well is not full

"""What schools and files say at the same moment: one of them counts, nobody sees an error. On both databases."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.imports import batches
from scheduler.core.imports.batches import ColumnName, HangsOnIt
from scheduler.core.imports.staging import Filing
from scheduler.places.imports.bells import read_bells
from scheduler.places.models import BellSchedule, Host, HostSchoolTime
from scheduler.places.service.bells import import_bells
from scheduler.places.service.hosts import import_hosts, take_back_hosts
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, SchoolTime, Shift
from scheduler.policy import Role
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host, make_municipality
from tests.places.files import GOOD, sheet_of

EIGHT = 8
pytestmark = pytest.mark.postgres_decides


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def told(hour: int) -> SchoolTime:
    return SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(7, hour))})


def test_school_time_sent_eight_times_at_once_is_told_once_and_of_eight_tellings_one_counts(app: Flask):
    host_id, actor = make_host().id, an_actor()

    raised = all_at_once(
        app,
        [lambda n=n: tell_school_time(actor, host_id, told(n), version=0, now=MONDAY) for n in range(EIGHT)],
    )

    refused = {error.reason for error in raised if isinstance(error, Conflict)}
    assert (raised.count(None), refused, how_many(HostSchoolTime)) == (1, {"changed_meanwhile"}, 1)

    host_id, actor = make_host().id, an_actor()

    raised = all_at_once(app, [lambda: tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)] * EIGHT)

    assert (raised, how_many(HostSchoolTime), how_many(BellSchedule)) == ([None] * EIGHT, 2, 2)


def test_columns_named_by_eight_at_once_are_remembered_once(app: Flask):
    def name() -> None:
        with transaction() as session:
            batches.remember(session, 1, "hosts", {"Школа": "name", "Место": "place"})

    raised = all_at_once(app, [name] * EIGHT)

    assert (raised, how_many(ColumnName)) == ([None] * EIGHT, 2)


def test_bells_imported_by_eight_at_once_are_stored_once(app: Flask):
    make_host("Вук Караџић", place="Ниш")
    make_host("Чегар", place="Врање")
    actor = an_actor()

    raised = all_at_once(
        app,
        [lambda: import_bells(actor, read_bells(GOOD.encode()), Filing(MONDAY, actor.centre_id))] * EIGHT,
    )

    assert (raised, how_many(HostSchoolTime), how_many(BellSchedule)) == ([None] * EIGHT, 2, 3)


def test_what_is_told_while_an_import_is_taken_back_is_never_lost_with_it(app: Flask, monkeypatch):
    """Bells told for an imported school between the look at what hangs on it and its end would go with it unseen."""
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(actor, sheet_of("1,Вук,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)).batch_id
    host_id = db.session.scalars(select(Host.id)).one()
    looked, used = threading.Event(), threading.Event()
    look = batches._refuse_what_hangs

    def looks_and_waits(*given) -> None:
        look(*given)
        looked.set()
        used.wait(timeout=1)  # who is kept out by our locks never gets that far

    def tell() -> None:
        looked.wait(timeout=20)
        tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)
        used.set()

    monkeypatch.setattr(batches, "_refuse_what_hangs", looks_and_waits)

    undone, told_it = all_at_once(app, [lambda: take_back_hosts(actor, batch_id, now=MONDAY), tell])

    assert (undone, type(told_it)) == (None, NotFound)
    assert (how_many(Host), how_many(HostSchoolTime)) == (0, 0)


def test_an_import_that_was_used_a_moment_before_stays(app: Flask):
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(actor, sheet_of("1,Вук,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)).batch_id
    host_id = db.session.scalars(select(Host.id)).one()
    tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)

    with pytest.raises(HangsOnIt):
        take_back_hosts(actor, batch_id, now=MONDAY)

    assert (how_many(Host), how_many(HostSchoolTime)) == (1, 1)


def test_an_import_taken_back_eight_times_at_once_is_taken_back_once(app: Flask):
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(
        actor, sheet_of("1,Вук,primary,Ниш,018 123", "2,Сава,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)
    ).batch_id

    raised = all_at_once(app, [lambda: take_back_hosts(actor, batch_id, now=MONDAY)] * EIGHT)

    assert raised.count(None) == 1
    assert {error.reason for error in raised if isinstance(error, Conflict)} == {"undone_already"}
    assert how_many(Host) == 0

"""Long work: leased, told, ended; a worker that dies does not leave it running for ever."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, TooMany
from scheduler.policy import Role
from scheduler.work import service
from scheduler.work.models import LongWork
from scheduler.work.terms import OF_A_LIST, Phase, WorkKind, WorkReason, WorkState
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.work import later, make_work

BOTH = pytest.mark.postgres_decides


def stored(work_id: int) -> LongWork:
    db.session.rollback()
    return db.session.get_one(LongWork, work_id)


def test_the_same_work_is_not_begun_twice_while_it_is_open(session):
    actor = make_user().actor()
    ids = [service.begin(actor, WorkKind.CHECK_HOSTS, now=MONDAY, content=content) for content in (b"a", b"a", b"b")]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


@BOTH
def test_one_person_has_three_lists_under_way_and_the_next_when_one_is_done(app):
    actor = make_user(Role.COORDINATOR).actor()
    colleague = make_user(Role.COORDINATOR, centre_id=actor.centre_id).actor()

    def begin(number, who=actor):
        return service.begin(who, OF_A_LIST[number % 3], now=MONDAY, content=b"[%d]" % number)

    raised = all_at_once(app, [partial(begin, number) for number in range(6)])

    begun = [number for number, error in enumerate(raised) if error is None]
    left = [number for number, error in enumerate(raised) if error is not None]
    assert [getattr(raised[number], "reason", None) for number in left] == [WorkReason.TOO_MANY_LISTS] * 3
    db.session.rollback()
    ids = db.session.scalars(select(LongWork.id).order_by(LongWork.id)).all()
    assert (len(ids), begin(begun[0]) in ids) == (3, True)  # what is under way is told, not refused
    assert begin(left[0], colleague) not in ids
    assert service.begin(actor, WorkKind.ISSUE_CERTIFICATES, now=MONDAY) not in ids
    service.end(service.take(ids[0], now=MONDAY), {}, now=MONDAY)
    assert begin(left[1]) not in ids
    with pytest.raises(TooMany):
        begin(left[2])


@pytest.mark.parametrize("role", [Role.SAFEGUARDING, Role.EDUCATOR])
def test_who_may_not_import_may_not_begin_it(session, role):
    with pytest.raises(NotAllowed):
        service.begin(make_user(role).actor(), WorkKind.CHECK_HOSTS, now=MONDAY, content=b"a")


@BOTH
def test_one_worker_holds_it_and_what_it_tells_is_shown(session):
    user = make_user()
    row = make_work(user)

    taken = service.take(row.id, now=later(seconds=1))
    service.tell(taken, Phase.READING, 1, 2, now=later(seconds=2))
    shown = service.work_page(user.actor(), row.id, now=later(seconds=3))

    assert service.take(row.id, now=later(seconds=3)) is None
    assert (shown.state, shown.phase, shown.done, shown.total) == (WorkState.RUNNING, Phase.READING, 1, 2)
    assert not shown.interrupted


@BOTH
def test_what_a_dead_worker_left_is_taken_up_again_and_its_late_word_counts_no_more(session):
    user = make_user()
    row = make_work(user)
    dead = service.take(row.id, now=MONDAY)

    shown = service.work_page(user.actor(), row.id, now=later(minutes=3))
    assert (shown.interrupted, service.waiting_ids(later(minutes=3))) == (True, [row.id])
    second = service.take(row.id, now=later(minutes=3))
    service.end(dead, {"new": 1}, now=later(minutes=4))
    service.end(second, {"new": 2}, now=later(minutes=5))

    assert (stored(row.id).state, stored(row.id).result) == (WorkState.DONE, '{"new": 2}')


@BOTH
@pytest.mark.parametrize(("back", "free"), [({"seconds": 5}, False), ({"minutes": 2}, False), ({"days": 2}, True)])
def test_trust_r27_what_a_dead_worker_left_waits_for_no_end_in_the_future_when_the_clock_is_set_back(
    session, back, free
):
    user = make_user()
    row = make_work(user)
    service.take(row.id, now=MONDAY)
    now = MONDAY - dt.timedelta(**back)

    assert service.work_page(user.actor(), row.id, now=now).interrupted is free
    assert service.waiting_ids(now) == [row.id] * free
    assert (service.take(row.id, now=now) is not None) is free
    assert service.waiting_ids(now) == []


def test_another_centres_work_looks_as_if_it_were_not_there(session):
    row = make_work(make_user())
    with pytest.raises(NotFound):
        service.work_page(make_user().actor(), row.id, now=MONDAY)
    with pytest.raises(NotFound):
        service.content_of(make_user().actor(), row.id)


def test_an_uploaded_file_is_forgotten_a_day_after_the_end(session):
    ended = make_work(make_user(), content=b"a", state=WorkState.DONE, ended_at=MONDAY)
    open_still = make_work(make_user(), content=b"a")
    assert [service.forget_contents(later(hours=hours)) for hours in (23, 24, 25)] == [0, 1, 0]
    assert (stored(ended.id).content, stored(open_still.id).content) == (None, b"a")


def test_work_that_nobody_begins_is_said_to_be_slow(session):
    user = make_user()
    row = make_work(user)
    shown = [service.work_page(user.actor(), row.id, now=later(minutes=minutes)).slow_to_begin for minutes in (1, 3)]
    assert shown == [False, True]


def test_work_that_three_workers_died_of_is_called_failed(session):
    row = make_work(make_user())
    taken = [service.take(row.id, now=later(minutes=3 * number)) for number in range(4)]
    assert [one is not None for one in taken] == [True, True, True, False]
    assert (stored(row.id).state, service.waiting_ids(later(days=1))) == (WorkState.FAILED, [])


@pytest.mark.postgres_decides
def test_work_begun_by_eight_at_once_is_begun_once(app):
    actor = make_user(Role.ADMINISTRATOR).actor()
    raised = all_at_once(app, [lambda: service.begin(actor, WorkKind.CHECK_HOSTS, now=MONDAY, content=b"x")] * 8)
    db.session.rollback()
    assert (raised, db.session.scalar(select(func.count()).select_from(LongWork))) == ([None] * 8, 1)

"""A visit is copied: rules without a database, then rows."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from scheduler.booking.rules.copies import copies_of, days_of_copies
from scheduler.booking.service.copies import copy_visit
from scheduler.booking.terms.copies import CopiesAway, CopyPlan
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.places.service.school_time import tell_school_time
from scheduler.policy import Role
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.booking.dice import TWO_SHIFTS
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.visits import make_presentation, make_visit
from tests.refusals import rejection

DAY = dt.date(2026, 10, 12)  # a Monday
A_DAY = dt.timedelta(days=1)
WORKDAYS = [day for number in range(90) if (day := DAY + number * A_DAY).weekday() < 5]


def test_a_series_over_classes_or_hosts_keeps_its_step_and_passes_over_days_without_pupils():
    plan = CopyPlan(DAY, (1,), ("7a", "7b", "7c"))
    without, both = [day for day in WORKDAYS if day != DAY + 7 * A_DAY], {1: WORKDAYS, 2: WORKDAYS}
    friday = DAY + 4 * A_DAY

    assert copies_of(plan) == [(1, "7a"), (1, "7b"), (1, "7c")]
    assert days_of_copies(plan, {1: without}) == [DAY, DAY + 8 * A_DAY, DAY + 15 * A_DAY]
    assert days_of_copies(CopyPlan(DAY, (1, 2), every_days=0), both) == [DAY, DAY]
    assert days_of_copies(CopyPlan(friday, (1, 2), every_days=1), both) == [friday, friday + 3 * A_DAY]
    assert days_of_copies(CopyPlan(DAY, (1, 2)), {1: WORKDAYS, 2: []}) is None
    assert copies_of(CopyPlan(DAY, (1, 1))) == [(1, "")]  # a host named twice is one


@pytest.fixture
def source(session) -> Visit:
    visit = make_visit(VisitState.DELIVERED, safeguarding_contact="Мира Савић", teacher_stays=True)
    make_presentation(visit, dt.time(10, 0), room="Сала")
    make_presentation(visit, dt.time(11, 0), classes="8a")
    make_presentation(visit, dt.time(12, 0), PresentationState.CANCELLED)
    return visit


def copy(visit, *, key="key", actor=None, **given) -> tuple[str, ...]:
    fair = {"on_day": DAY, "host_ids": (visit.host_id,)}
    actor = actor or an_actor(centre_id=visit.centre_id)
    return copy_visit(actor, visit.id, CopyPlan(**(fair | given)), form_key=key, now=MONDAY)


def copies(numbers) -> list[Visit]:
    db.session.expire_all()
    return list(db.session.scalars(select(Visit).where(Visit.number.in_(numbers)).order_by(Visit.id)))


def sittings(visit) -> list[tuple[dt.time, str, str, int]]:
    rows = db.session.scalars(select(Presentation).where(Presentation.visit_id == visit.id).order_by(Presentation.id))
    return [(row.starts_local, row.classes, row.room, row.expected_pupils) for row in rows]


@pytest.mark.both_databases
def test_a_copy_is_a_planned_visit_with_the_same_presentations_and_nobody_is_told(source):
    [visit] = copies(copy(source))

    assert (visit.state, visit.on_day, visit.school_request_id) == (VisitState.PLANNED, DAY, None)
    assert (visit.teacher_stays, visit.safeguarding_contact) == (True, "Мира Савић")
    assert sittings(visit) == [(dt.time(10), "7b, 7c", "Сала", 90), (dt.time(11), "8a", "", 90)]
    assert db.session.scalars(select(OutboxMessage)).all() == []
    uids = db.session.scalars(select(Presentation.uid)).all()
    assert len(set(uids)) == len(uids) == 5


@pytest.mark.both_databases
def test_a_series_has_one_visit_a_line_of_classes_also_when_the_form_is_sent_twice(source):
    numbers = copy(source, classes=("7a", "7b"))
    assert copy(source, classes=("7a", "7b")) == numbers
    assert len(db.session.scalars(select(Visit)).all()) == 3

    assert [(one.on_day, sittings(one)[0][1]) for one in copies(numbers)] == [(DAY, "7a"), (DAY + 7 * A_DAY, "7b")]


def test_several_hosts_at_once_and_no_promise_of_one_for_another(source):
    other = make_host()
    made = copies(copy(source, host_ids=(source.host_id, other.id), every_days=0))

    assert [(one.host_id, one.on_day, one.teacher_stays) for one in made] == [
        (source.host_id, DAY, True),
        (other.id, DAY, False),
    ]


def test_a_refusal_stores_nothing(source):
    with transaction() as session:
        before = len(session.scalars(select(Visit)).all())
    for given, problems in (
        ({"on_day": MONDAY.date()}, {"on_day": "in_the_past"}),
        ({"host_ids": ()}, {"hosts": "nothing_ticked"}),
        ({"classes": ("7a",) * 21}, {"classes": "too_many_copies"}),
    ):
        with rejection(**problems):
            copy(source, **given)
    with pytest.raises(NotFound):
        copy(source, host_ids=(source.host_id, 999_999))
    with pytest.raises(NotFound):
        copy(source, actor=an_actor())
    with pytest.raises(NotAllowed):
        copy(source, actor=an_actor(Role.SAFEGUARDING, centre_id=source.centre_id))
    assert len(db.session.scalars(select(Visit)).all()) == before


def tell_shifts(host_id: int) -> None:
    """Odd grades in the morning in the week of DAY, in the afternoon in the next; the others the other way round."""
    tell_school_time(an_actor(), host_id, replace(TWO_SHIFTS, anchor_day=DAY), version=0, now=MONDAY)


def a_visit_of(classes: str) -> Visit:
    visit = make_visit(VisitState.DELIVERED)
    make_presentation(visit, dt.time(9, 55), classes=classes)
    return visit


def test_a_copy_at_an_hour_at_which_the_class_is_away_is_refused_with_the_nearest_right_times(session):
    visit = a_visit_of("7b")
    tell_shifts(visit.host_id)

    with pytest.raises(CopiesAway) as refusal:
        copy(visit, classes=("7b", "8a", "8b", "7c"), every_days=1)

    assert refusal.value.problems == {"outside_shift": "copies_away"}
    assert [(one.host.id, one.on_day, one.starts_local) for one in refusal.value.copies] == [
        (visit.host_id, DAY + A_DAY, dt.time(9, 55)),
        (visit.host_id, DAY + 2 * A_DAY, dt.time(9, 55)),
    ]
    [(whose, standing)] = refusal.value.copies[0].said
    assert (whose, standing.reason) == ("8a", "too_early")
    assert standing.nearest
    assert db.session.scalars(select(Visit.id)).all() == [visit.id]


def test_the_week_in_which_the_shifts_have_turned_is_seen_and_what_the_schools_mean_is_stored_as_meant(session):
    visit = a_visit_of("7b")
    tell_shifts(visit.host_id)

    with pytest.raises(CopiesAway) as refusal:
        copy(visit, classes=("7b", "7b", "7b"))
    numbers = copy(visit, classes=("7b", "8a"), every_days=0, outside_shift=True)

    assert [one.on_day for one in refusal.value.copies] == [DAY + 7 * A_DAY]
    meant = [
        db.session.scalars(select(Presentation.outside_shift).where(Presentation.visit_id == one.id)).all()
        for one in copies(numbers)
    ]
    assert meant == [[False], [True]]


def test_each_host_is_judged_by_its_own_shifts_one_that_told_nothing_and_parents_never(session):
    visit, evening, other = a_visit_of("8b"), make_visit(VisitState.DELIVERED), make_host("Друга")
    make_presentation(evening, dt.time(19), classes="8b", audience=Audience.PARENTS)
    for host_id in (evening.host_id, other.id):
        tell_shifts(host_id)

    with pytest.raises(CopiesAway) as refusal:
        copy(visit, host_ids=(visit.host_id, other.id), every_days=0)

    assert [one.host.id for one in refusal.value.copies] == [other.id]
    assert (len(copy(visit)), len(copy(evening, key="evening"))) == (1, 1)

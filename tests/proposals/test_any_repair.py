"""Over random plans that people were told: what is locked stays, and whatever is applied the database takes."""

import datetime as dt
from random import Random

import pytest
from sqlalchemy import select, update

from scheduler.core.db import db, transaction
from scheduler.jobs import proposals, queue
from scheduler.jobs.invariants import violations
from scheduler.proposals.queries.pages import proposal_page, seats_of, stood_seats
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.plan import RowChange
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LIVING, AssignmentState
from tests.factories import MONDAY
from tests.factories.proposals import FIRST, LAST, Region, a_region
from tests.factories.repairs import away, mended, stands
from tests.factories.safeguarding import note_proofs
from tests.factories.staffing import UNTIL

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
HOURS = [dt.time(9), dt.time(11), dt.time(13)]


@pytest.fixture(autouse=True)
def attached(app, the_clock, monkeypatch):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    monkeypatch.setattr(proposals, "TO_MEND", 1.0)


def a_told_region(seed: int) -> tuple[Region, set[int]]:
    """Five visits of three educators in one week; which of them were arranged by hand, and never move."""
    rng = Random(seed)
    region = a_region(requests=5, educators=3)
    free = [(who, day, at) for who in range(3) for day in range(5) for at in HOURS]
    by_hand = set()
    for place, (who, day, at) in enumerate([(0, rng.randint(0, 4), HOURS[0]), *rng.sample(free[15:], 4)]):
        visit = stands(region, place, who, day=FIRST + day * DAY, at=at)
        if place and rng.random() < 0.3:
            by_hand.add(visit.id)
    with transaction() as session:
        session.execute(update(Visit).where(Visit.id.in_(by_hand)).values(online_link="https://meet.example"))
    return region, by_hand


def as_they_stand() -> dict[int, tuple[object, ...]]:
    """Of each visit its day, its hour and who goes."""
    db.session.rollback()
    seats = select(Presentation, Assignment).join(Assignment, Assignment.presentation_id == Presentation.id)
    found: dict[int, tuple[object, ...]] = {}
    for row, seat in db.session.execute(seats.where(Assignment.state.in_(LIVING)).order_by(Assignment.id)):
        found[row.visit_id] = (row.on_day, row.starts_local, *found.get(row.visit_id, ())[2:], seat.presenter_id)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_what_is_locked_stays_and_the_database_takes_whatever_is_applied(session, seed):
    region, by_hand = a_told_region(seed)
    trouble = away(region.educators[0], FIRST, LAST if seed % 2 else None)
    first = mended(region, trouble)
    neighbours = [one.id for one in region.asked[1:]]
    pinned = stood_seats(region.coordinator, first, neighbours)[:1]
    proposal_id, before = mended(region, trouble, pinned=pinned), as_they_stand()
    shown = proposal_page(region.coordinator, proposal_id, now=MONDAY)
    changed = {row.asked.id: row.change for row in (*shown.rows.rows, *shown.waiting)}

    applied = [one for one in changed if one in seats_of(proposal_id) and changed[one] is not RowChange.SAME]
    made = apply_rows(region.coordinator, proposal_id, applied, now=MONDAY)

    after = as_they_stand()
    assert len(made) == len(applied)
    assert {one: after[one] for one in by_hand} == {one: before[one] for one in by_hand}
    for seat in pinned:
        assert seats_of(proposal_id)[seat.request_id] == seat
        assert changed.get(seat.request_id, RowChange.SAME) is RowChange.SAME
    assert [one for one in neighbours if changed.get(one) is RowChange.DROPPED] == []
    for visit_id in made:
        if is_to_be_asked(visit_id):
            offer_visit(region.coordinator, visit_id, until=UNTIL, now=MONDAY)
    note_proofs()
    assert violations() == []


def is_to_be_asked(visit_id: int) -> bool:
    """Whether somebody of its crew is suggested and not asked yet."""
    db.session.rollback()
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    wanted = seats.where(Presentation.visit_id == visit_id, Assignment.state == AssignmentState.SUGGESTED)
    return db.session.scalar(wanted) is not None

"""What stands is mended: fewest changes, by the usual acts, refused where something changed since."""

import datetime as dt
from random import Random

import pytest
from sqlalchemy import select, update

from scheduler.closures.queries import affected_by
from scheduler.closures.service.close import close_hosts
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound, Rejected
from scheduler.jobs import proposals, queue
from scheduler.jobs.invariants import violations
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent
from scheduler.proposals.queries.grounds import repair_draft
from scheduler.proposals.queries.pages import proposal_page, seats_of, stood_seats
from scheduler.proposals.queries.to_mend import mend_ground
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.plan import (
    LeftAlone,
    Mending,
    PlanChanged,
    ProposalReason,
    RowChange,
    Trouble,
    WhyChanged,
)
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.terms.states import LIVING, AssignmentState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, presenter_actor, works
from tests.factories.proposals import FIRST, LAST, Region, a_region
from tests.factories.repairs import away, mended, stands
from tests.factories.safeguarding import a_cleared_educator, note_proofs
from tests.factories.staffing import UNTIL, a_confirmed_visit, a_plan
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def attached(app, the_clock, monkeypatch):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    monkeypatch.setattr(proposals, "TO_MEND", 1.0)
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)


def page(region, proposal_id: int):
    db.session.rollback()
    return proposal_page(region.coordinator, proposal_id, now=MONDAY)


def changes(region, proposal_id: int) -> dict[int, RowChange]:
    shown = page(region, proposal_id)
    return {row.asked.id: row.change for row in (*shown.rows.rows, *shown.waiting)}


def crew(visit_id: int) -> dict[int, AssignmentState]:
    db.session.rollback()
    seats = select(Assignment).join(Presentation, Presentation.id == Assignment.presentation_id)
    rows = db.session.scalars(seats.where(Presentation.visit_id == visit_id).order_by(Assignment.id))
    return {row.presenter_id: row.state for row in rows}


def visit_of(number_or_id: int) -> Visit:
    db.session.rollback()
    return db.session.get_one(Visit, number_or_id)


def test_a_sick_call_changes_the_crew_alone_though_she_left_already(session):
    region = a_region()
    hers, other = stands(region, 0), stands(region, 1, 1, day=FIRST + DAY)
    proposal_id = mended(region, away(region.educators[0]))
    assert changes(region, proposal_id) == {region.asked[0].id: RowChange.OTHER_CREW}
    assert seats_of(proposal_id)[region.asked[0].id] == region.seat(0, 1)
    assert apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY) == [hers.id]
    assert (visit_of(hers.id).on_day, visit_of(hers.id).state) == (FIRST, VisitState.PLANNED)
    assert crew(hers.id) == {
        region.educators[0].id: AssignmentState.WITHDRAWN,
        region.educators[1].id: AssignmentState.SUGGESTED,
    }
    assert visit_of(other.id).state is VisitState.CONFIRMED
    assert apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY) == []

    region = a_region()
    hers = stands(region, 0)
    report_absence(presenter_actor(region.educators[0]), FIRST, LAST, seen=[hers.number], now=MONDAY)
    proposal_id = mended(region, away(region.educators[0]))
    assert seats_of(proposal_id)[region.asked[0].id] == region.seat(0, 1)
    assert apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY) == [hers.id]
    assert crew(hers.id)[region.educators[1].id] is AssignmentState.SUGGESTED


def test_where_nobody_else_is_free_the_visit_moves_and_who_stays_is_asked_again(session):
    """She alone can go, and is away on Monday alone: the visit goes to another day of its week."""
    region = a_region(educators=1)
    hers = stands(region, 0)
    proposal_id = mended(region, away(region.educators[0], FIRST, FIRST))
    seat = seats_of(proposal_id)[region.asked[0].id]
    assert changes(region, proposal_id) == {region.asked[0].id: RowChange.MOVED}
    assert (seat.on_day > FIRST, seat.crew) == (True, (region.educators[0].id,))
    apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert (visit_of(hers.id).on_day, crew(hers.id)) == (seat.on_day, {region.educators[0].id: AssignmentState.OFFERED})
    assert {"visit_moved", "visit_offered"} <= set(db.session.scalars(select(OutboxMessage.kind)))


def test_a_neighbour_makes_room_and_both_are_applied_in_one_press(session):
    """The one who could go is elsewhere at that hour; a third takes what she leaves. Whichever comes first."""
    region = a_region(educators=3)
    hers, busy = stands(region, 0), stands(region, 1, 1)
    stands(region, 2, 2, at=dt.time(12))
    proposal_id = mended(region, away(region.educators[0]))
    told = changes(region, proposal_id)
    apply_rows(region.coordinator, proposal_id, list(told), now=MONDAY)
    assert RowChange.DROPPED not in told.values()
    assert {visit_of(one.id).on_day for one in (hers, busy)} == {FIRST}
    assert region.educators[0].id not in {who for who, state in crew(hers.id).items() if state in LIVING}


def test_what_changed_since_the_repair_was_drawn_is_refused(session):
    region = a_region()
    stands(region, 0)
    proposal_id = mended(region, away(region.educators[0]))
    visit_id = db.session.scalar(select(Visit.id).where(Visit.school_request_id == region.asked[0].id))
    withdraw_presenter(region.coordinator, visit_id, region.educators[0].id, reason="ill", now=MONDAY)
    with pytest.raises(PlanChanged) as refused:
        apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert refused.value.rows == {region.asked[0].id: WhyChanged.STANDS_OTHERWISE}
    assert region.educators[1].id not in crew(visit_id)

    region = a_region()
    hers = stands(region, 0)
    proposal_id = mended(region, away(region.educators[0]))
    stands(region, 1, 1)
    with pytest.raises(PlanChanged) as refused:
        apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert refused.value.rows == {region.asked[0].id: WhyChanged.NOT_FREE}
    assert crew(hers.id) == {region.educators[0].id: AssignmentState.ACCEPTED}


def test_what_is_within_the_notice_or_arranged_by_hand_is_left_alone(session):
    region = a_region(notice_days=40)
    stands(region, 0)
    shown = page(region, mended(region, away(region.educators[0])))
    assert ([row.left for row in shown.waiting], shown.rows.rows) == ([LeftAlone.WITHIN_NOTICE], [])
    region = a_region()
    visit = stands(region, 0)
    with transaction():
        db.session.execute(update(Visit).where(Visit.id == visit.id).values(online_link="https://meet.example"))
    shown = page(region, mended(region, away(region.educators[0])))
    assert [row.left for row in shown.waiting] == [LeftAlone.BY_HAND]


def test_hours_of_its_own_go_along_to_another_day(session):
    """Two presentations as the school's bells lie, not as the planner lays them."""
    region = a_region(educators=1)
    hours = [dt.time(10), dt.time(11, 40)]
    visit = a_confirmed_visit(
        region.educators[0], asked=region.asked[0], on_day=FIRST, plans=tuple(a_plan(one) for one in hours)
    )
    proposal_id = mended(region, away(region.educators[0], FIRST, FIRST))
    assert seats_of(proposal_id)[region.asked[0].id].starts_local == hours[0]
    apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    moved = db.session.scalars(select(Presentation).where(Presentation.visit_id == visit.id)).all()
    assert sorted(one.starts_local for one in moved) == hours
    assert FIRST not in {one.on_day for one in moved}


def test_stopped_visits_are_planned_again_on_the_day_that_the_school_named(session):
    region = a_region()
    visit = stands(region, 0)
    town = db.session.get_one(Host, region.asked[0].host_id).municipality_id
    draft = ClosureDraft((Extent(municipality_id=town),), FIRST, FIRST + DAY, ClosureReason.SNOW, "")
    seen = affected_by(region.coordinator, draft).visit_ids
    closure_id = close_hosts(region.coordinator, draft, seen=seen, now=MONDAY)

    proposal_id = mended(region, Mending(Trouble.CLOSURE, closure_id=closure_id))

    seat = seats_of(proposal_id)[region.asked[0].id]
    assert (seat.on_day > FIRST + DAY, seat.educator_id) == (True, region.educators[0].id)
    made = apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert visit_of(visit.id).state is VisitState.REPLANNED
    assert (visit_of(made[0]).on_day, crew(made[0])) == (
        seat.on_day,
        {region.educators[0].id: AssignmentState.SUGGESTED},
    )

    region = a_region()
    visit = stands(region, 0)
    town = db.session.get_one(Host, region.asked[0].host_id).municipality_id
    draft = ClosureDraft((Extent(municipality_id=town),), FIRST, FIRST, ClosureReason.SNOW, "")
    seen = affected_by(region.coordinator, draft).visit_ids
    closure_id = close_hosts(region.coordinator, draft, seen=seen, now=MONDAY)
    named = FIRST + 9 * DAY
    with transaction():
        session.add(DateWish(visit_id=visit.id, first_choice=named, reason="", asked_at=MONDAY))
    proposal_id = mended(region, Mending(Trouble.CLOSURE, closure_id=closure_id))
    assert seats_of(proposal_id)[region.asked[0].id].on_day == named


def test_a_young_presenter_whose_consent_ends_is_replaced(session):
    region = a_region(influencers=1)
    centre_id, home = region.coordinator.centre_id, region.educators[0].home_id
    young = [
        works(a_cleared_educator(kind=PresenterKind.INFLUENCER, centre_id=centre_id, home_id=home)) for _ in range(2)
    ]
    region.educators[1:] = young
    visit = a_confirmed_visit(
        region.educators[0], young[0], asked=region.asked[0], on_day=FIRST, plans=(a_plan(dt.time(10)),)
    )
    proposal_id = mended(region, Mending(Trouble.CONSENT, young[0].id, FIRST - DAY))
    assert seats_of(proposal_id)[region.asked[0].id].crew == (region.educators[0].id, young[1].id)
    apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert crew(visit.id)[region.educators[0].id] is AssignmentState.ACCEPTED


def test_a_pinned_neighbour_stays_and_room_is_made_for_a_late_request(session):
    region = a_region(educators=2)
    stands(region, 0)
    neighbour = stands(region, 1, 1, day=FIRST + DAY)
    pinned = stood_seats(region.coordinator, mended(region, away(region.educators[0])), [region.asked[1].id])
    second = mended(region, away(region.educators[0]), pinned=pinned)
    assert seats_of(second, pinned=True) == {region.asked[1].id: region.seat(1, 1)}
    assert visit_of(neighbour.id).on_day == FIRST + DAY
    region = a_region(educators=1)
    late = region.asked[2]
    with transaction():
        late.first_day = late.last_day = FIRST
        session.add(late)
    stands(region, 0)
    proposal_id = mended(region, Mending(Trouble.LATE, late_id=late.id))
    assert changes(region, proposal_id)[late.id] is RowChange.NEW
    assert visit_of(apply_rows(region.coordinator, proposal_id, [late.id], now=MONDAY)[0]).on_day == FIRST


def test_nothing_is_drawn_where_nothing_is_broken_or_for_another_centre(session):
    region = a_region()
    stands(region, 0, 1)
    with rejection(**{"": ProposalReason.NOTHING_BROKEN}):
        mended(region, away(region.educators[0]))
    for first, last in ((LAST, FIRST), (dt.date(2026, 9, 1), dt.date(2026, 9, 2))):
        with pytest.raises(Rejected) as refused:
            mended(region, away(region.educators[0], first, last))
        assert list(refused.value.problems) == ["last_day"]
    stranger = make_presenter(centre_id=make_centre().id)
    with pytest.raises(NotFound):
        mended(region, away(stranger))


def test_a_repair_asks_two_questions_a_visit_and_the_rest_once(session):
    asked = []
    for requests in (2, 4):
        region = a_region(requests=requests)
        for place in range(requests):
            stands(region, place, day=FIRST + place * DAY)
        mends = away(region.educators[0])
        draft = repair_draft(region.coordinator, mends, now=MONDAY)
        with statements() as made:
            mend_ground(region.coordinator, draft, mends, now=MONDAY)
        asked.append(len(made))
    at_most(2 * (4 - 2), asked[1] - asked[0], "SELECTs of two more visits")
    at_most(16 + 2 * 2, asked[0])


def test_the_page_of_a_repair_asks_as_much_for_two_visits_as_for_four(session):
    region = a_region(requests=6)
    for place in range(2):
        stands(region, place, day=FIRST + place * DAY)
    proposal_id = mended(region, away(region.educators[0]))
    with statements() as few:
        page(region, proposal_id)
    for place in (2, 3):
        stands(region, place, day=FIRST + place * DAY)
    proposal_id = mended(region, away(region.educators[0]))
    with statements() as many:
        page(region, proposal_id)
    assert len(few) == len(many)
    at_most(11, few)


HOURS = [dt.time(9), dt.time(11), dt.time(13)]


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
    assert (len(made), {one: after[one] for one in by_hand}) == (len(applied), {one: before[one] for one in by_hand})
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

"""A plan is asked for, drawn by the worker, pinned and carried out; what changed since is refused (TRUST R13, R14)."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select, update

from scheduler.attendance.models import TallyMark
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.jobs import long_work, proposals, queue
from scheduler.jobs.telling import Telling
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailableHours
from scheduler.people.queries import presenters_by_id
from scheduler.people.terms import TeachingLanguage
from scheduler.policy import Role
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.proposals.queries.pages import proposal_page, seats_of, way_out
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.service.propose import begin_proposal, finish_proposal, forget_old, pin_rows
from scheduler.proposals.service.take_back import take_back_plan
from scheduler.proposals.terms.plan import (
    PlanChanged,
    ProposalReason,
    RowChange,
    WaitCause,
    WhyChanged,
    told_seat,
)
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState
from scheduler.work import service as work_service
from scheduler.work.models import LongWork
from scheduler.work.terms import Phase, WorkState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import limited_to, make_centre, make_user, works
from tests.factories.places import make_host
from tests.factories.proposals import FAIR, FIRST, LAST, a_region
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.staffing import UNTIL, make_busy

pytestmark = pytest.mark.both_databases

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def attached(app, the_clock, monkeypatch):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    monkeypatch.setattr(proposals, "A_LITTLE", 0.3)


def drawn(region, **given) -> int:
    """A proposal that the worker has drawn."""
    proposal_id = begin_proposal(region.coordinator, region.draft(**given), now=MONDAY).id
    long_work.do_long_work.call_local()
    db.session.rollback()
    return proposal_id


def page(region, proposal_id: int):
    db.session.rollback()
    return proposal_page(region.coordinator, proposal_id, now=MONDAY)


def visits() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Visit)) or 0


def test_the_worker_places_every_school_that_somebody_can_reach(session):
    region = a_region()
    shown = page(region, drawn(region))
    assert (shown.line.placed, shown.line.asked, shown.waiting) == (3, 3, ())
    assert shown.sums.served_weight == shown.sums.asked_weight == shown.sums.bound_weight
    assert {row.change for row in shown.rows.rows} == {RowChange.NEW}
    assert all(FIRST <= row.seat.on_day <= LAST and len(row.seat.crew) == 1 for row in shown.rows.rows)
    assert all(row.others for row in shown.rows.rows)
    assert visits() == 0


def test_what_the_worker_proposes_the_database_takes_and_offers_can_follow(session):
    region = a_region(requests=4)
    proposal_id = drawn(region)
    made = apply_rows(region.coordinator, proposal_id, [one.id for one in region.asked], now=MONDAY)
    for visit_id in made:
        assert page(region, proposal_id).to_offer
        offer_visit(region.coordinator, visit_id, until=UNTIL, now=MONDAY)
    states = db.session.scalars(select(Assignment.state)).all()
    shown = page(region, proposal_id)
    assert (len(made), states, shown.line.applied) == (4, [AssignmentState.OFFERED] * 4, 4)
    assert not shown.to_offer


def test_nobody_speaks_the_language_is_said_of_a_school_and_of_all(session):
    region = a_region()
    with transaction():
        session.execute(update(SchoolRequest).values(teaching_language=TeachingLanguage.SLOVAK))
    shown = page(region, drawn(region))
    assert {row.waiting.cause for row in shown.waiting} == {WaitCause.LANGUAGE}
    assert [(one.number, one.language, one.waiting.kind) for one in shown.gathered] == [(3, "sk", "educator")]


def test_days_of_waiting_count_from_the_place_in_line_that_a_request_kept(session):
    region = a_region()
    with transaction():
        first, second = (session.get_one(SchoolRequest, one.id) for one in region.asked[:2])
        first.submitted_at = second.submitted_at = MONDAY - 20 * DAY
        second.in_line_since = MONDAY - 70 * DAY
    found = asked_visits(region.coordinator, region.draft().scope, now=MONDAY)
    assert [one.waits_days for one in found] == [20, 70, 0]


def test_days_by_presenter_name_the_requests_in_the_reach_of_who_reads_and_no_others(session):
    region = a_region(influencers=1, notice_days=0)
    tara = works(a_cleared_minor(centre_id=region.coordinator.centre_id, given_name="Tara"))
    proposal_id = region.proposed(region.seat(0, influencer_id=tara.id), region.seat(1, 1))
    shown = page(region, proposal_id)
    whole = {
        (who.who.name, day): [one.id for one in asked] for who in shown.presenters for day, asked in who.days.items()
    }
    ids = [one.id for one in region.educators]
    ana, boris = (presenters_by_id(ids)[one].full_name for one in ids)
    assert whole == {
        (ana, FIRST): [region.asked[0].id], ("Tara", FIRST): [region.asked[0].id],
        (boris, FIRST + DAY): [region.asked[1].id],
    }  # fmt: skip
    elsewhere = limited_to(region.coordinator.user_id, make_host())
    assert proposal_page(elsewhere, proposal_id, now=MONDAY).presenters == ()


def test_a_pinned_seat_stays_in_the_next_plan_unless_it_may_no_longer_be(session):
    region = a_region()
    first = region.proposed(region.seat(0, starts_local=dt.time(13, 30)), region.seat(1))
    pin_rows(region.coordinator, first, [region.asked[0].id], now=MONDAY)
    second = drawn(region, based_on=first)
    assert seats_of(second)[region.asked[0].id] == region.seat(0, starts_local=dt.time(13, 30))
    assert [row.asked.id for row in page(region, second).rows.rows if row.pinned] == [region.asked[0].id]
    assert page(region, second).changes[RowChange.NEW] == 1
    region = a_region(educators=1)
    first = region.proposed(region.seat(0))
    pin_rows(region.coordinator, first, [region.asked[0].id], now=MONDAY)
    make_busy(region.educators[0], FIRST, minutes=400)
    seat = seats_of(drawn(region, based_on=first))[region.asked[0].id]
    assert (seat.on_day, seat.starts_local) != (FIRST, dt.time(10))


def test_applying_plans_visit_and_crew_by_the_usual_acts_and_no_two_rows_at_once(session):
    region = a_region()
    proposal_id = region.proposed(region.seat(0), region.seat(1))
    made = apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    db.session.rollback()
    visit = session.get_one(Visit, made[0])
    crew = session.scalars(select(Assignment.presenter_id)).all()
    of_proposal = AuditEntry.thing == "plan_proposal"
    said = session.scalars(select(AuditEntry.action).where(of_proposal).order_by(AuditEntry.id)).all()
    assert (visit.on_day, visit.school_request_id, crew) == (FIRST, region.asked[0].id, [region.educators[0].id])
    assert session.get_one(SchoolRequest, region.asked[0].id).state is RequestState.STAFFING
    assert said == ["plan asked for", "plan applied"]
    assert (apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY), visits()) == ([], 1)

    region = a_region()
    together = region.proposed(region.seat(0), region.seat(1, on_day=FIRST))
    apply_rows(region.coordinator, together, [region.asked[0].id], now=MONDAY)
    with pytest.raises(PlanChanged):
        apply_rows(region.coordinator, together, [region.asked[1].id], now=MONDAY)


def test_what_changed_since_is_refused_and_the_rest_only_if_somebody_says_so(session):
    region = a_region()
    proposal_id = region.proposed(*(region.seat(place) for place in range(3)))
    ids = [one.id for one in region.asked]
    make_busy(region.educators[0], FIRST, minutes=400)
    with transaction():
        session.execute(update(SchoolRequest).where(SchoolRequest.id == ids[1]).values(state=RequestState.DECLINED))
    before = visits()
    with pytest.raises(PlanChanged) as refused:
        apply_rows(region.coordinator, proposal_id, ids, now=MONDAY)
    assert (refused.value.rows, visits()) == ({ids[0]: WhyChanged.NOT_FREE, ids[1]: WhyChanged.ANSWERED}, before)
    assert len(apply_rows(region.coordinator, proposal_id, ids, now=MONDAY, without_changed=True)) == 1
    assert visits() == before + 1


def test_half_a_result_tells_its_work_and_cannot_be_applied(session):
    region = a_region()
    proposal_id = begin_proposal(region.coordinator, region.draft(), now=MONDAY, pinned=[region.seat(0)]).id
    with pytest.raises(Conflict) as refused:
        apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert refused.value.reason is ProposalReason.NOT_FINISHED
    with pytest.raises(Rejected):
        apply_rows(region.coordinator, proposal_id, [], now=MONDAY)
    proposal_id = begin_proposal(region.coordinator, region.draft(), now=MONDAY).id
    shown = page(region, proposal_id)
    assert (shown.work.state, shown.sums, shown.rows.rows) == (WorkState.WAITING, None, [])
    assert json.loads(session.get_one(LongWork, session.get_one(PlanProposal, proposal_id).work_id).result) == {}


def test_a_worker_that_died_leaves_nothing_and_is_missed_within_a_minute(session):
    region = a_region()
    proposal_id = begin_proposal(region.coordinator, region.draft(), now=MONDAY).id
    taken = work_service.take(session.scalars(select(LongWork.id)).one(), now=MONDAY)
    Telling(taken, proposal=proposal_id).now(Phase.SEARCHING, 3, 15)
    db.session.rollback()
    later = proposal_page(region.coordinator, proposal_id, now=MONDAY + dt.timedelta(seconds=59))
    assert (later.work.interrupted, later.line.finished, visits()) == (True, False, 0)
    assert begin_proposal(region.coordinator, region.draft(), now=MONDAY).id != proposal_id


def test_the_first_worker_to_end_is_right_and_another_centre_sees_nothing(session):
    region = a_region()
    proposal_id = region.proposed(region.seat(0))
    assert finish_proposal(region.coordinator, proposal_id, [], FAIR, now=MONDAY) is False
    assert list(seats_of(proposal_id)) == [region.asked[0].id]
    stranger = make_user(Role.COORDINATOR, centre_id=make_centre().id).actor()
    for act in (lambda: proposal_page(stranger, proposal_id, now=MONDAY), lambda: seats_if(stranger, proposal_id)):
        with pytest.raises(NotFound):
            act()


def test_a_way_out_names_both_seats(session):
    region = a_region()
    then, moved = region.seat(2), region.seat(0, on_day=LAST)
    told = {"ways_out": [{"moves": region.asked[0].id, "then": told_seat(then), "moved": told_seat(moved)}]}
    proposal_id = region.proposed(region.seat(0), told=told)
    assert way_out(region.coordinator, proposal_id, region.asked[2].id, 0) == [then, moved]
    with pytest.raises(NotFound):
        way_out(region.coordinator, proposal_id, region.asked[2].id, 1)


def seats_if(actor, proposal_id: int) -> None:
    pin_rows(actor, proposal_id, [], now=MONDAY)


def test_old_proposals_are_forgotten_and_their_visits_stay(session):
    region = a_region()
    apply_rows(region.coordinator, region.proposed(region.seat(0)), [region.asked[0].id], now=MONDAY)
    assert (forget_old(MONDAY + 59 * DAY), forget_old(MONDAY + 60 * DAY)) == (0, 1)
    db.session.rollback()
    assert (session.scalars(select(ProposedVisit.id)).all(), visits()) == ([], 1)


def test_what_a_plan_is_drawn_from_and_its_page_ask_a_set_number_of_questions(session):
    asked = []
    for requests in (2, 6):
        region = a_region(requests=requests)
        with statements() as made:
            asked_visits(region.coordinator, region.draft().scope, now=MONDAY)
        asked.append(len(made))
    at_most(2 * (6 - 2), asked[1] - asked[0], "SELECTs of four more schools")
    at_most(12 + 2 * 2, asked[0])

    asked = []
    for requests in (2, 6):
        region = a_region(requests=requests)
        proposal_id = region.proposed(
            *(region.seat(place, on_day=FIRST + place % 5 * DAY) for place in range(requests))
        )
        with statements() as made:
            page(region, proposal_id)
        asked.append(len(made))
    assert asked[0] == asked[1]
    at_most(8, asked[0])  # one of them counts the requests that begin later


def test_days_out_of_order_and_beyond_what_is_known_are_refused(session):
    region = a_region()
    for given in ({"last_day": FIRST - DAY}, {"first_day": FIRST + 130 * DAY, "last_day": FIRST + 140 * DAY}):
        with pytest.raises(Rejected):
            begin_proposal(region.coordinator, region.draft(**given), now=MONDAY)
    assert session.scalars(select(AvailableHours.id)).all()


def test_a_request_for_which_everybody_has_enough_fits_if_somebody_gave_more(session):
    region = a_region(requests=13, educators=1)
    shown = page(region, drawn(region))
    [row] = shown.waiting
    assert (shown.line.placed, row.waiting.cause, row.what_if) == (12, WaitCause.FULL, ("one more a week",))
    region = a_region(requests=5, educators=1)
    with transaction():
        asked = SchoolRequest.id.in_([one.id for one in region.asked])
        session.execute(update(SchoolRequest).where(asked).values(first_day=FIRST, last_day=FIRST))
    [row] = page(region, drawn(region)).waiting
    assert (row.waiting.cause, row.what_if) == (WaitCause.ELSEWHERE, ("one more a day",))


def applied(region, *places: int) -> tuple[int, list[int]]:
    """A proposal and the visits of these requests that came of it."""
    proposal_id = region.proposed(*(region.seat(place) for place in places))
    return proposal_id, apply_rows(
        region.coordinator, proposal_id, [region.asked[place].id for place in places], now=MONDAY
    )


def test_a_plan_is_taken_back_until_its_first_offer_and_may_be_applied_again(session):
    region = a_region()
    proposal_id, made = applied(region, 0, 1)
    shown = page(region, proposal_id)
    assert (shown.may_take_back, shown.to_offer) == (True, True)

    assert take_back_plan(region.coordinator, proposal_id, now=MONDAY) == 2

    session.expire_all()
    assert visits() == 0
    states = {session.get_one(SchoolRequest, one.id).state for one in region.asked}
    assert states == {RequestState.AGREED}
    assert violations() == []
    assert session.scalars(select(OutboxMessage)).all() == []
    shown = page(region, proposal_id)
    assert (shown.may_take_back, shown.to_offer, shown.line.applied, shown.line.placed) == (False, False, 0, 2)
    [anew] = apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    assert anew not in made, "history and mails of a removed visit would be those of the new one"
    said = select(AuditEntry.details).where(AuditEntry.action == "plan taken back")
    assert json.loads(session.scalars(said).one()) == {"visits": made}


@pytest.mark.parametrize(
    "since", ["offered", "taken out", "noted", "counted", "written about", "nothing applied", "elsewhere"]
)
def test_a_plan_stays_whole_once_somebody_was_asked_or_a_visit_was_worked_on(session, since):
    region = a_region()
    proposal_id, made = applied(region, 0, 1) if since != "nothing applied" else (region.proposed(region.seat(0)), [])
    actor = region.coordinator
    if since == "offered":
        offer_visit(actor, made[1], until=UNTIL, now=MONDAY)
    elif since == "taken out":
        withdraw_presenter(actor, made[1], region.educators[0].id, reason="ill", now=MONDAY)
    elif since == "noted":
        with transaction() as writing:
            writing.add(DateWish(visit_id=made[1], first_choice=LAST, reason="Излет.", asked_at=MONDAY))
    elif since == "counted":
        sitting = session.scalars(select(Presentation.id).where(Presentation.visit_id == made[1])).one()
        with transaction() as writing:
            writing.add(TallyMark(presentation_id=sitting, people=2, marked_at=MONDAY))
    elif since == "written about":
        make_message(about=("visit", made[1]))
    elif since == "elsewhere":
        actor = limited_to(make_user(centre_id=actor.centre_id).id, make_host(place="Бор"))
    before = visits()

    with pytest.raises(NotFound if since == "elsewhere" else Conflict):
        take_back_plan(actor, proposal_id, now=MONDAY)

    session.rollback()
    assert visits() == before == len(made)

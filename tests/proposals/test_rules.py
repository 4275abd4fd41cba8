"""What a trouble breaks and where a broken visit may go; what waiting requests have in common; who gets visits."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.booking.terms.free_dates import Bounds, FreeWish
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import Host
from scheduler.policy import Role
from scheduler.programmes.terms import Audience
from scheduler.proposals.queries.fairness import fairness_of
from scheduler.proposals.rules.comparing import gathered
from scheduler.proposals.rules.mending import StandingFacts, may_move, standing_in, wish_to_mend
from scheduler.proposals.rules.shares import AskedOfYear, group_shares
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.pages import AskedName, GroupShare, HostGroup, RowView
from scheduler.proposals.terms.plan import LeftAlone, Mending, RowChange, Trouble, WaitCause, Waiting
from scheduler.requests.terms.school_request import RequestState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user
from tests.factories.proposals import FIRST, a_region
from tests.factories.requests import make_school_request
from tests.factories.staffing import make_busy

TODAY, DAY = dt.date(2026, 9, 14), dt.timedelta(days=1)
THEN = TODAY + 28 * DAY
HERS = StandingFacts(7, 3, THEN, dt.time(10), False, (1,), (), frozenset(), 14, (1, 0), one_crew=True)
AWAY = Mending(Trouble.ABSENCE, 1, THEN, THEN + DAY)
WISH = FreeWish(1, TeachingLanguage.SERBIAN, Audience.PUPILS, 5, bounds=Bounds(THEN + DAY, THEN + 3 * DAY))


@pytest.mark.parametrize(("found", "mends", "broken"), [
    (HERS, AWAY, True),
    (replace(HERS, on_day=THEN + 2 * DAY), AWAY, False),
    (replace(HERS, on_day=THEN + 50 * DAY), Mending(Trouble.LEAVES, 1, THEN), True),
    (replace(HERS, educators=(2,)), AWAY, False),
    (replace(HERS, educators=(2,), youths=(1,), needed=(1, 1)), AWAY, True),
    (replace(HERS, educators=(), gone=frozenset({1})), AWAY, True),  # she said so herself
    (replace(HERS, educators=(2,), gone=frozenset({1})), AWAY, False),  # somebody took her place
    (replace(HERS, stopped=True), Mending(Trouble.CLOSURE, closure_id=4), True),
    (HERS, Mending(Trouble.LATE, late_id=9), False),
])  # fmt: skip
def test_what_a_trouble_breaks(found: StandingFacts, mends: Mending, broken: bool):
    assert standing_in(found, mends, TODAY).broken is broken


@pytest.mark.parametrize(("found", "left"), [
    (HERS, None),
    (replace(HERS, notice_days=29), LeftAlone.WITHIN_NOTICE),
    (replace(HERS, on_day=TODAY, notice_days=0), LeftAlone.WITHIN_NOTICE),
    (replace(HERS, one_crew=False), LeftAlone.BY_HAND),
    (replace(HERS, needed=(2, 0)), LeftAlone.BY_HAND),
    (replace(HERS, educators=(1, 2)), LeftAlone.BY_HAND),
    (replace(HERS, stopped=True, on_day=TODAY), None),
])  # fmt: skip
def test_what_is_left_alone(found: StandingFacts, left: LeftAlone | None):
    assert standing_in(found, Mending(Trouble.LEAVES, 1, TODAY), TODAY).left is left


def test_only_whole_crews_make_room_and_within_bounds():
    nobody = Mending(Trouble.LATE, late_id=9)
    assert may_move(standing_in(HERS, nobody, TODAY))
    assert not may_move(standing_in(replace(HERS, educators=()), nobody, TODAY))
    assert not may_move(standing_in(HERS, AWAY, TODAY))
    last, answered = THEN + 20 * DAY, TODAY + 3 * DAY
    broken, free = (standing_in(HERS, one, TODAY) for one in (AWAY, Mending(Trouble.LATE, late_id=9)))
    stopped = standing_in(replace(HERS, stopped=True), AWAY, TODAY)
    spans = [wish_to_mend(WISH, one, last, answered).bounds for one in (broken, free, stopped)]
    assert [(one.first_day, one.last_day) for one in spans] == [(THEN, last), (THEN, THEN + 3 * DAY), (None, None)]
    assert spans[2].after == THEN - DAY
    today = replace(stopped, seat=replace(stopped.seat, on_day=TODAY))
    assert wish_to_mend(WISH, today, last, answered).bounds.after == answered - DAY


EDUCATOR, YOUTH = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER


def a_row(cause: WaitCause, kind: PresenterKind | None, topic: Topic = Topic.SAFE_INTERNET) -> RowView:
    asked = AskedName(1, "R-1", "", "", "", "", "", "", topic, TeachingLanguage.SERBIAN, None)
    return RowView(asked, None, Waiting(cause, kind), False, "", (), (), (), RowChange.WAITS)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [((None, EDUCATOR, EDUCATOR), [(3, EDUCATOR)]), ((None, YOUTH, YOUTH), [(2, YOUTH), (1, EDUCATOR)])],
)
def test_too_far_for_every_educator_is_one_cause_whoever_found_it(kinds, told):
    found = gathered(a_row(WaitCause.REACH, kind) for kind in kinds)
    assert [(one.number, one.waiting.kind) for one in found] == told


def test_who_waits_for_nothing_is_counted_nowhere():
    placed, waits = replace(a_row(WaitCause.FULL, None), waiting=None), a_row(WaitCause.FULL, None)
    assert [(one.number, one.waiting.cause) for one in gathered([placed, waits])] == [(1, WaitCause.FULL)]


def test_another_topic_is_another_cause():
    found = gathered(a_row(WaitCause.TOPIC, YOUTH, topic) for topic in (Topic.SAFE_INTERNET, Topic.PEER_VIOLENCE))
    assert [(one.number, one.topic) for one in found] == [(1, Topic.PEER_VIOLENCE), (1, Topic.SAFE_INTERNET)]


TOWN = ("Ниш", "Ниш")


def test_a_school_outside_of_its_towns_is_of_the_villages_and_special_needs_are_told_beside() -> None:
    asked = [
        AskedOfYear("Ниш", TOWN, special_needs=False, visited=True, planned=False),
        AskedOfYear("Матејевац", TOWN, special_needs=True, visited=False, planned=True),
        AskedOfYear("Матејевац", TOWN, special_needs=False, visited=True, planned=True),
        AskedOfYear("Беч", (), special_needs=False, visited=False, planned=False),
    ]
    assert group_shares(asked) == (
        GroupShare(HostGroup.TOWN, asked=2, before=1, after=1),
        GroupShare(HostGroup.VILLAGE, asked=2, before=1, after=2),
        GroupShare(HostGroup.SPECIAL_NEEDS, asked=1, before=0, after=1),
    )
    assert group_shares([]) == ()


@pytest.mark.both_databases
def test_shares_count_the_requests_of_the_school_year_without_the_plan_and_with_it(session) -> None:
    region = a_region()
    with transaction() as here:
        here.get_one(Host, region.asked[1].host_id).place_sr_cyrl = "Матејевац"
        for state in (RequestState.WITHDRAWN, RequestState.NEW):  # one was taken back, one is of the next school year
            late = dt.timedelta(days=365) if state is RequestState.NEW else dt.timedelta()
            make_school_request(
                state,
                programme=region.programme,
                host_id=region.asked[0].host_id,
                first_day=FIRST + late,
                last_day=FIRST + late,
            )
    proposal_id = region.proposed(region.seat(0), region.seat(1))

    assert fairness_of(region.coordinator, proposal_id).groups == (
        GroupShare(HostGroup.TOWN, asked=2, before=0, after=1),
        GroupShare(HostGroup.VILLAGE, asked=1, before=0, after=1),
    )

    apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)

    assert fairness_of(region.coordinator, proposal_id).groups == (
        GroupShare(HostGroup.TOWN, asked=2, before=1, after=1),
        GroupShare(HostGroup.VILLAGE, asked=1, before=0, after=1),
    )


@pytest.mark.both_databases
def test_work_is_what_is_promised_in_these_days_and_the_plan_of_the_hours_that_she_offers(session) -> None:
    region = a_region()
    first, second = region.educators
    with transaction() as here:
        make_busy(first, FIRST + dt.timedelta(days=4))
        make_busy(second, FIRST + dt.timedelta(days=30))  # outside of these days
        away = {"first_day": FIRST, "last_day": FIRST, "available": False}
        here.add(AvailabilityException(presenter_id=second.id, **away))
    proposal_id = region.proposed(region.seat(0), region.seat(1, who=1), region.seat(2))
    told = {one.who.presenter_id: one for one in fairness_of(region.coordinator, proposal_id).loads}
    minutes = region.programme.minutes
    assert sorted(told) == sorted([first.id, second.id])
    assert told[first.id].after - told[first.id].before == 2 * minutes
    assert told[first.id].before > 0
    assert (told[second.id].before, told[second.id].after) == (0, minutes)
    assert told[first.id].offered > told[second.id].offered > 0


@pytest.mark.both_databases
def test_what_came_of_the_plan_itself_is_no_work_from_before_and_the_questions_do_not_grow(session) -> None:
    region = a_region(requests=5)
    proposal_id = region.proposed(*(region.seat(place) for place in range(2)))
    before = fairness_of(region.coordinator, proposal_id).loads
    apply_rows(region.coordinator, proposal_id, [region.asked[0].id], now=MONDAY)
    db.session.rollback()
    with statements() as few:
        after = fairness_of(region.coordinator, proposal_id).loads
    assert before == after
    more = region.proposed(*(region.seat(place) for place in range(5)))
    db.session.rollback()
    with statements() as many:
        fairness_of(region.coordinator, more)
    assert len(few) == len(many)
    at_most(7, few)


@pytest.mark.both_databases
def test_another_centre_reads_nothing_of_it(session) -> None:
    region = a_region()
    proposal_id = region.proposed(region.seat(0))
    with transaction():
        stranger = make_user(Role.COORDINATOR, centre_id=make_centre().id).actor()
    with pytest.raises(NotFound):
        fairness_of(stranger, proposal_id)

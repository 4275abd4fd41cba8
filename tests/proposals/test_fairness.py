"""Who gets visits and who gives them, without a plan and with it."""

import datetime as dt

import pytest

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException
from scheduler.places.models import Host
from scheduler.policy import Role
from scheduler.proposals.queries.fairness import fairness_of
from scheduler.proposals.rules.shares import AskedOfYear, group_shares
from scheduler.proposals.service.carry_out import apply_rows
from scheduler.proposals.terms.pages import GroupShare, HostGroup
from scheduler.requests.terms.school_request import RequestState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user
from tests.factories.proposals import FIRST, a_region
from tests.factories.requests import make_school_request
from tests.factories.staffing import make_busy

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

"""What a host may ask for, and who must move next."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.rules.school_request import levels_at, problems_with_counts
from scheduler.requests.rules.states import HIDDEN, OVER, age_days, is_late, may_change_counts, turn_of, way_out
from scheduler.requests.terms.pages import NextStep, Turn
from scheduler.requests.terms.school_request import REQUEST_MACHINE, ExpectedCounts, RequestState
from tests.factories import MONDAY
from tests.factories.requests import FIRST_DAY, LAST_DAY, a_draft, a_presentation
from tests.places.one_school import a_clock
from tests.requests.drafts import TODAY, a_programme, problems


def test_a_fair_draft_has_no_problem():
    assert problems(a_draft()) == {}


def test_a_coordinator_may_take_a_request_for_tomorrow():
    tomorrow = TODAY + dt.timedelta(days=1)

    assert problems(a_draft(first_day=tomorrow, last_day=tomorrow), by_staff=True) == {}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"teacher_stays": False}, {"teacher_stays": "teacher_stays"}),
        ({"safeguarding_contact": ""}, {"safeguarding_contact": "missing"}),
        ({"contact_name": ""}, {"contact_name": "missing"}),
        ({"contact_email": ""}, {"contact_email": "missing"}),
        ({"contact_email": "ana"}, {"contact_email": "not_an_email"}),
        ({"presentations": ()}, {"presentations": "missing"}),
    ],
)
def test_what_a_draft_must_hold(given, found):
    assert problems(a_draft(**given)) == found


def test_on_the_phone_a_number_is_enough_to_be_reached():
    assert problems(a_draft(contact_email=""), by_staff=True) == {}
    assert problems(a_draft(contact_email="", contact_phone=""), by_staff=True) == {"contact_email": "missing"}


def test_a_closed_programme_cannot_be_asked_for():
    assert problems(a_draft(), programme=a_programme(open=False)) == {"programme": "not_open"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"audience": Audience.TEACHERS, "teachers": 20}, {"audience": "not_for_them"}),
        ({"level": SchoolLevel.NONE}, {"level": "missing"}),
        ({"level": SchoolLevel.SECONDARY}, {"level": "not_at_this_host"}),
        ({"pupils": 0}, {"pupils": "nobody_comes"}),
        ({"audience": Audience.PARENTS, "level": SchoolLevel.NONE}, {"parents": "nobody_comes"}),
    ],
)
def test_each_presentation_is_judged_and_its_number_named(given, found):
    draft = a_draft(presentations=(a_presentation(), a_presentation(**given)))

    assert problems(draft) == {f"presentations-1-{field}": reason for field, reason in found.items()}


def asked_for_the_eighth(**given):
    """Grade 8 is in the building in the afternoons of the week that is asked for, in the mornings of the next."""
    return a_draft(presentations=(a_presentation(classes="8b", **given),))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"starts_local": dt.time(9, 55)}, {"presentations-0-starts_local": "class_not_there"}),
        ({"lesson": 8}, {"presentations-0-lesson": "class_not_there"}),
        ({"starts_local": dt.time(9, 55), "outside_shift": True}, {}),
        ({"starts_local": dt.time(15, 55)}, {}),
        ({"lesson": 3}, {}),
        ({}, {}),
    ],
)
def test_an_hour_at_which_the_class_is_not_in_the_building_is_refused_unless_it_comes_for_it(given, found):
    assert problems(asked_for_the_eighth(**given), clock=a_clock(FIRST_DAY)) == found


def test_one_day_on_which_the_class_is_there_is_enough():
    fortnight = replace(asked_for_the_eighth(starts_local=dt.time(9, 55)), last_day=LAST_DAY + dt.timedelta(days=7))

    assert problems(fortnight, clock=a_clock(FIRST_DAY)) == {}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"classes": "8a, 8b"}, {"presentations-0-classes": "year_ended"}),
        ({"classes": "8a", "outside_shift": True}, {}),
        ({"classes": "7a"}, {}),
    ],
)
def test_a_class_with_lessons_on_none_of_the_asked_days_is_refused(given, found):
    lessons = {None: frozenset({FIRST_DAY, LAST_DAY}), 8: frozenset({FIRST_DAY - dt.timedelta(days=3)})}

    assert problems(a_draft(presentations=(a_presentation(**given),)), lessons=lessons) == found


def test_where_the_whole_school_has_no_lessons_no_class_is_blamed():
    assert problems(a_draft(), lessons={None: frozenset[dt.date]()}) == {}


def test_a_library_has_pupils_of_any_level():
    draft = a_draft(presentations=(a_presentation(level=SchoolLevel.SECONDARY),))

    assert problems(draft, levels=frozenset()) == {}


def test_others_are_somebody():
    assert problems_with_counts(ExpectedCounts(1, 0, 0, 0), Audience.OTHERS, 50) == {"pupils": "nobody_comes"}
    assert problems_with_counts(ExpectedCounts(1, 0, 3, 0), Audience.OTHERS, 50) == {}


@given(st.sampled_from(Audience), *(st.integers(-5, 2000) for _ in range(3)), st.integers(1, 1000))
def test_numbers_without_a_problem_are_what_the_database_takes(audience, pupils, parents, teachers, group_size):
    if problems_with_counts(ExpectedCounts(1, pupils, parents, teachers), audience, group_size) == {}:
        assert all(0 <= number <= 1000 for number in (pupils, parents, teachers))
        assert pupils + parents + teachers >= 1


@pytest.mark.parametrize("state", RequestState)
def test_every_state_has_one_whose_turn_it_is(state):
    turn, step = turn_of(state, attention=False)

    assert (turn is Turn.OVER) == (state in OVER | HIDDEN)
    assert (turn is Turn.YOURS) == (step is not NextStep.LOOK)


def test_changed_counts_bring_a_settled_request_back_to_the_centre():
    assert turn_of(RequestState.CONFIRMED, attention=True) == (Turn.YOURS, NextStep.CHECK_COUNTS)
    assert turn_of(RequestState.CONFIRMED, attention=False) == (Turn.ITSELF, NextStep.LOOK)


def test_a_clock_that_was_set_back_makes_nobody_early_and_others_keep_no_promise():
    assert age_days(MONDAY + dt.timedelta(hours=1), MONDAY) == 0
    assert not is_late(Turn.OTHERS, 60)


def test_a_school_withdraws_until_a_visit_is_planned():
    out = {state: way_out(state) for state in RequestState}

    assert out[RequestState.WAITLISTED] is RequestState.WITHDRAWN
    assert out[RequestState.AGREED] is RequestState.CANCELLED_BY_SCHOOL
    assert out[RequestState.STAFFING] is None
    assert all(to is None or REQUEST_MACHINE.may(state, to) for state, to in out.items())


def test_counts_can_change_until_the_presentation_is_held():
    changeable = {state for state in RequestState if may_change_counts(state)}

    assert RequestState.READY in changeable
    assert changeable & ({RequestState.DELIVERED, RequestState.UNVERIFIED} | OVER) == set()


def test_every_move_of_the_machine_leads_to_a_state_it_knows():
    named = set(itertools.chain.from_iterable(REQUEST_MACHINE.moves.values()))

    assert named | REQUEST_MACHINE.starts <= set(REQUEST_MACHINE.moves) == set(RequestState)


@pytest.mark.parametrize(
    ("primary", "secondary", "levels"),
    [
        (True, False, {SchoolLevel.PRIMARY}),
        (False, True, {SchoolLevel.SECONDARY}),
        (True, True, {SchoolLevel.PRIMARY, SchoolLevel.SECONDARY}),
        (False, False, set()),
    ],
)
def test_a_host_is_asked_for_the_levels_that_it_teaches(primary, secondary, levels):
    assert levels_at(primary, secondary) == levels

"""Whose turn it is, said of plain facts."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.requests.rules.states import PROMISED_DAYS
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.rules import (
    in_order,
    school_knows,
    turn_of_request,
    turn_of_typed_host,
    turn_of_visit,
    turns_of_visit,
)
from scheduler.turns.terms import (
    Matter,
    TurnRow,
    Verdict,
    VisitStanding,
    Whose,
)
from scheduler.visits.terms.plans import CrewRule
from scheduler.visits.terms.states import (
    AssignmentState,
    ClockWrong,
    SubstituteSearchState,
    VisitState,
)
from tests.factories import MONDAY
from tests.turns.standings import DAY, FAR, TODAY, a_request, a_visit, seat

_A, _V = AssignmentState, VisitState


def the_matter(visit: VisitStanding, now: dt.datetime = MONDAY) -> Matter:
    turn = turn_of_visit(visit, now, now.date())
    assert turn.ours
    return turn.matter


@pytest.mark.parametrize(
    ("seats", "matter"),
    [
        ((), Matter.NO_CREW),
        ((_A.SUGGESTED,), Matter.NOT_OFFERED),
        ((_A.DECLINED,), Matter.OFFER_GONE),
        ((_A.LAPSED,), Matter.OFFER_GONE),
        ((_A.DECLINED, _A.SUGGESTED), Matter.NOT_OFFERED),
        ((_A.ACCEPTED,), Matter.TO_CONFIRM),
        ((_A.DECLINED, _A.ACCEPTED), Matter.TO_CONFIRM),
    ],
)
def test_a_crew_that_nobody_is_asked_for_any_more_is_the_coordinators_turn(seats, matter):
    state = _V.OFFERED if seats else _V.PLANNED

    assert the_matter(a_visit(state, *(seat(one, who=n) for n, one in enumerate(seats)))) is matter


def test_half_a_crew_is_no_crew_and_a_school_that_promised_nothing_is_asked():
    both = CrewRule(2, 0)

    assert the_matter(a_visit(_V.OFFERED, seat(_A.ACCEPTED))) is Matter.TO_CONFIRM
    half = a_visit(_V.OFFERED, seat(_A.ACCEPTED))
    assert the_matter(VisitStanding(**(vars(half) | {"rule": both}))) is Matter.CREW_SHORT
    assert the_matter(a_visit(_V.OFFERED, seat(_A.ACCEPTED), safeguarding_contact="")) is Matter.NO_PROMISE


def test_a_place_that_nobody_is_asked_for_is_ours_while_others_are_asked_still():
    def crew(*states: AssignmentState, educators: int = 2) -> VisitStanding:
        one = a_visit(_V.OFFERED, *(seat(state, who=n) for n, state in enumerate(states)))
        return replace(one, rule=CrewRule(educators, 0))

    assert the_matter(crew(_A.OFFERED, _A.WITHDRAWN)) is Matter.PLACE_OPEN
    assert the_matter(crew(_A.OFFERED, _A.WITHDRAWN, _A.SUGGESTED)) is Matter.NOT_OFFERED
    for others in (
        crew(_A.OFFERED, _A.WITHDRAWN, _A.OFFERED),
        crew(_A.OFFERED, _A.WITHDRAWN, educators=1),
        crew(_A.OFFERED),  # so few were asked on purpose
    ):
        assert turn_of_visit(others, MONDAY, TODAY).whose is Whose.PRESENTER


@pytest.mark.parametrize(
    ("given", "matter"),
    [
        ({"search": SubstituteSearchState.SEARCHING}, Matter.SUBSTITUTE_SOUGHT),
        ({"search": SubstituteSearchState.STOPPED}, Matter.DECIDE_NOW),
        ({"search": SubstituteSearchState.CHOOSING}, Matter.DECIDE_NOW),
        ({"clash": True}, Matter.CLASH),
        ({"clock_wrong": ClockWrong.TOO_EARLY}, Matter.CLOCK_WRONG),
        ({"crew_away": True}, Matter.CREW_AWAY),
        ({"wished_day": FAR + DAY, "wished_at": MONDAY}, Matter.DATE_WISH),
    ],
)
def test_what_speaks_against_a_confirmed_visit_is_the_coordinators_turn(given, matter):
    assert the_matter(a_visit(_V.CONFIRMED, seat(_A.ACCEPTED), confirmed_at=MONDAY, **given)) is matter


def test_a_confirmed_visit_whose_crew_is_not_whole_is_lost_whatever_its_state_says():
    gone = seat(_A.WITHDRAWN, since=MONDAY + DAY)

    assert the_matter(a_visit(_V.CONFIRMED, gone, confirmed_at=MONDAY)) is Matter.CREW_LOST
    assert the_matter(a_visit(_V.PLANNED, gone, confirmed_at=MONDAY)) is Matter.CREW_LOST


def test_a_school_that_expects_somebody_who_left_is_told_and_then_knows():
    left = seat(_A.WITHDRAWN, who=2, since=MONDAY + DAY)
    visit = a_visit(_V.CONFIRMED, seat(_A.ACCEPTED), left, confirmed_at=MONDAY)
    told = a_visit(_V.CONFIRMED, seat(_A.ACCEPTED), left, confirmed_at=MONDAY, told_at=MONDAY + 2 * DAY)
    before = a_visit(_V.CONFIRMED, seat(_A.ACCEPTED), left, confirmed_at=MONDAY + 2 * DAY)

    assert the_matter(visit) is Matter.SCHOOL_TO_TELL
    assert not school_knows(visit)
    assert school_knows(told)
    assert school_knows(before)
    assert not turn_of_visit(told, MONDAY, TODAY).ours


def test_the_most_pressing_of_several_is_told():
    visit = a_visit(
        _V.OFFERED, seat(_A.DECLINED), day=TODAY + DAY, confirmed_at=MONDAY, search=SubstituteSearchState.SEARCHING,
        clock_wrong=ClockWrong.TOO_LATE, wished_day=FAR,
    )  # fmt: skip

    assert the_matter(visit) is Matter.SUBSTITUTE_SOUGHT
    assert len(turns_of_visit(visit, MONDAY, TODAY)) == 4


@pytest.mark.parametrize("state", [_V.PLANNED, _V.OFFERED])
def test_a_day_that_went_by_unconfirmed_is_the_coordinators_turn(state):
    assert the_matter(a_visit(state, seat(_A.OFFERED), day=TODAY - DAY)) is Matter.PASSED


@pytest.mark.parametrize("state", [_V.CONFIRMED, _V.READY, _V.DELIVERED])
def test_what_was_held_is_counted_by_the_presenter_and_asked_for_from_the_next_day_on(state):
    today, before = (a_visit(state, seat(_A.ACCEPTED), day=TODAY - days * DAY) for days in (0, 1))
    evening = MONDAY + dt.timedelta(hours=9)

    assert turn_of_visit(today, evening, TODAY).whose is Whose.PRESENTER
    assert the_matter(before) is Matter.NOT_COUNTED
    assert Verdict(Whose.PRESENTER, Matter.TO_COUNT) in turns_of_visit(before, MONDAY, TODAY)


@pytest.mark.parametrize(
    ("count", "whose", "matter"),
    [
        ("submitted", Whose.SCHOOL, Matter.TO_SIGN),
        ("countersigned", Whose.COORDINATOR, Matter.DISPUTED),
        ("assumed", Whose.COORDINATOR, Matter.SILENT),
        ("locked", Whose.PRODUCT, Matter.PAPERS),
    ],
)
def test_numbers_are_the_schools_then_the_coordinators_then_the_products(count, whose, matter):
    turn = turn_of_visit(a_visit(_V.DELIVERED, seat(_A.PRESENT), day=TODAY - DAY, count=count), MONDAY, TODAY)

    assert (turn.whose, turn.matter) == (whose, matter)


def test_a_request_is_answered_by_the_promised_day_and_hands_over_to_its_visit():
    new = turn_of_request(a_request(RequestState.NEW), TODAY)

    assert (new.matter, new.due_on) == (Matter.REQUEST_NEW, TODAY + 4 * DAY)
    assert turn_of_request(a_request(RequestState.STAFFING, has_visit=True), TODAY).whose is Whose.PRODUCT
    assert turn_of_request(a_request(RequestState.STAFFING), TODAY).matter is Matter.REQUEST_AGREED
    changed = a_request(RequestState.CONFIRMED, has_visit=True, attention=True)
    assert turn_of_request(changed, TODAY).matter is Matter.COUNTS_CHANGED


def test_rows_stand_once_and_what_is_due_first_stands_first():
    def row(matter: Matter, due: dt.date | None, number: str, request_id: int | None = None) -> TurnRow:
        return TurnRow(Verdict(Whose.COORDINATOR, matter, due), number=number, request_id=request_id)

    short = row(Matter.DECIDE_NOW, None, "P-0")
    sought = row(Matter.SUBSTITUTE_SOUGHT, TODAY + 3 * DAY, "P-1", 7)
    same = row(Matter.COUNTS_CHANGED, TODAY, "R-1", 7)
    long_ago = row(Matter.SILENT, TODAY - 9 * DAY, "P-2")
    yesterday = row(Matter.NOT_COUNTED, TODAY - DAY, "P-3")
    due, less = row(Matter.TO_CONFIRM, TODAY, "P-4"), row(Matter.REQUEST_NEW, TODAY, "R-5", 9)
    later = row(Matter.REQUEST_NEW, TODAY + DAY, "R-6", 8)

    in_turn = (short, long_ago, yesterday, due, less, later, sought)
    assert in_order([later, same, less, yesterday, due, long_ago, sought, short], TODAY) == in_turn


def test_a_school_a_mail_and_a_request_of_one_id_hide_each_other_nowhere():
    one = TurnRow(Verdict(Whose.COORDINATOR, Matter.MAIL_FAILED))
    rows = [replace(one, **{name: 5}) for name in ("request_id", "host_id", "mail_id")]

    assert set(in_order([*rows, *rows], TODAY)) == set(rows)


def test_a_crew_that_fell_short_is_due_now_and_a_search_by_the_day_of_the_visit():
    def due_on(search: SubstituteSearchState) -> dt.date | None:
        return turn_of_visit(a_visit(_V.PLANNED, seat(_A.WITHDRAWN), search=search), MONDAY, TODAY).due_on

    assert (due_on(SubstituteSearchState.STOPPED), due_on(SubstituteSearchState.SEARCHING)) == (None, FAR)


def test_a_request_that_stands_still_for_weeks_is_the_coordinators_turn():
    assert turn_of_request(a_request(RequestState.NEEDS_INFO), TODAY).whose is Whose.SCHOOL
    for state in (RequestState.NEEDS_INFO, RequestState.AGREED):
        assert turn_of_request(a_request(state, too_long=True), TODAY).matter is Matter.STANDS_STILL
    planned = a_request(RequestState.AGREED, too_long=True, has_visit=True)
    assert not turn_of_request(planned, TODAY).ours


def test_a_stopped_visit_whose_school_proposes_a_day_says_so():
    assert the_matter(a_visit(_V.DISRUPTED, seat(_A.WITHDRAWN))) is Matter.CLOSED_DAY
    assert the_matter(a_visit(_V.DISRUPTED, seat(_A.WITHDRAWN), wished_day=FAR)) is Matter.DAY_NAMED


def test_a_crew_that_is_whole_without_who_left_is_confirmed_anew():
    left = seat(_A.WITHDRAWN, who=2)

    assert the_matter(a_visit(_V.OFFERED, left, confirmed_at=MONDAY)) is Matter.CREW_LOST
    assert the_matter(a_visit(_V.OFFERED, seat(_A.ACCEPTED), left, confirmed_at=MONDAY)) is Matter.CONFIRM_ANEW


def test_a_school_that_is_not_on_the_list_is_the_coordinators_within_the_promised_days():
    assert turn_of_typed_host(MONDAY) == Verdict(Whose.COORDINATOR, Matter.HOST_TYPED, TODAY + PROMISED_DAYS * DAY)

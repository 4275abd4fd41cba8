"""Whose turn it is, said of plain facts.

Bounds of whose turn it is: seconds, days and weeks around a visit, a request, a mail and a post.
"""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.posts.terms import PostState
from scheduler.requests.rules.states import PROMISED_DAYS
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.rules import (
    in_order,
    is_hole,
    school_knows,
    turn_of_post,
    turn_of_request,
    turn_of_typed_host,
    turn_of_visit,
    turns_of_visit,
    why_stale,
)
from scheduler.turns.terms import (
    MailSince,
    Matter,
    RequestSince,
    StaleReason,
    TurnRow,
    Verdict,
    VisitSince,
    VisitStanding,
    Whose,
)
from scheduler.visits.terms.plans import CrewRule
from scheduler.visits.terms.states import AssignmentState, ClockWrong, SubstituteSearchState, VisitState
from tests.bounds import at_each_bound
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
        ((), Matter.NO_CREW), ((_A.SUGGESTED,), Matter.NOT_OFFERED), ((_A.DECLINED,), Matter.OFFER_GONE),
        ((_A.LAPSED,), Matter.OFFER_GONE), ((_A.DECLINED, _A.SUGGESTED), Matter.NOT_OFFERED),
        ((_A.ACCEPTED,), Matter.TO_CONFIRM), ((_A.DECLINED, _A.ACCEPTED), Matter.TO_CONFIRM),
    ],
)  # fmt: skip
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
        ({"numbers_asked_at": MONDAY}, Matter.NUMBERS_ASKED),
    ],
)
def test_what_speaks_against_a_confirmed_visit_is_the_coordinators_turn(given, matter):
    assert the_matter(a_visit(_V.CONFIRMED, seat(_A.ACCEPTED), confirmed_at=MONDAY, **given)) is matter


def test_a_crew_that_lost_somebody_is_lost_until_it_is_whole_and_confirmed_anew():
    gone = seat(_A.WITHDRAWN, since=MONDAY + DAY)
    assert the_matter(a_visit(_V.CONFIRMED, gone, confirmed_at=MONDAY)) is Matter.CREW_LOST
    assert the_matter(a_visit(_V.PLANNED, gone, confirmed_at=MONDAY)) is Matter.CREW_LOST

    left = seat(_A.WITHDRAWN, who=2)
    assert the_matter(a_visit(_V.OFFERED, left, confirmed_at=MONDAY)) is Matter.CREW_LOST
    assert the_matter(a_visit(_V.OFFERED, seat(_A.ACCEPTED), left, confirmed_at=MONDAY)) is Matter.CONFIRM_ANEW

    assert the_matter(a_visit(_V.DISRUPTED, seat(_A.WITHDRAWN))) is Matter.CLOSED_DAY
    assert the_matter(a_visit(_V.DISRUPTED, seat(_A.WITHDRAWN), wished_day=FAR)) is Matter.DAY_NAMED


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

    def due_on(search: SubstituteSearchState) -> dt.date | None:
        return turn_of_visit(a_visit(_V.PLANNED, seat(_A.WITHDRAWN), search=search), MONDAY, TODAY).due_on

    assert (due_on(SubstituteSearchState.STOPPED), due_on(SubstituteSearchState.SEARCHING)) == (None, FAR - 7 * DAY)


def test_a_visit_is_due_days_before_it_and_an_answer_the_next_day_but_never_on_the_visits_own_day():
    def due_on(state: VisitState, *seats, **given: object) -> dt.date | None:
        return turn_of_visit(a_visit(state, *seats, **given), MONDAY, TODAY).due_on

    answered = MONDAY - 2 * DAY
    assert due_on(_V.PLANNED) == due_on(_V.OFFERED, seat(_A.SUGGESTED)) == due_on(_V.DISRUPTED) == FAR - 7 * DAY
    assert due_on(_V.PLANNED, due_days_before=3) == FAR - 3 * DAY
    for state in (_A.ACCEPTED, _A.DECLINED, _A.LAPSED):
        assert due_on(_V.OFFERED, seat(state, since=answered)) == TODAY - DAY
    assert due_on(_V.DISRUPTED, wished_day=FAR, wished_at=answered) == TODAY - DAY
    assert due_on(_V.CONFIRMED, seat(_A.WITHDRAWN, since=answered), confirmed_at=answered) == TODAY - DAY
    for near in (TODAY + DAY, TODAY + 2 * DAY):
        assert due_on(_V.OFFERED, seat(_A.ACCEPTED), day=near) == near - DAY
        assert due_on(_V.OFFERED, seat(_A.OFFERED, until=MONDAY + DAY), day=near) == near - DAY
        wished = {"wished_day": FAR, "wished_at": MONDAY, "confirmed_at": MONDAY}
        assert due_on(_V.CONFIRMED, seat(_A.ACCEPTED), day=near, **wished) == near - DAY
    assert due_on(_V.PLANNED, day=TODAY - DAY) == TODAY


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


def test_what_is_over_waits_for_nobody_and_a_post_for_its_day():
    nothing = Verdict(Whose.NOBODY, Matter.NOTHING)
    assert turn_of_request(a_request(RequestState.WITHDRAWN, attention=True), TODAY) == nothing
    assert turn_of_visit(a_visit(_V.CANCELLED, clash=True), MONDAY, TODAY) == nothing
    assert turn_of_post(PostState.POSTED, FAR, TODAY) == nothing
    assert turn_of_post(PostState.PLANNED, FAR, TODAY) == Verdict(Whose.COORDINATOR, Matter.POST_UNREADY, FAR)


def test_a_request_is_answered_by_the_promised_day_and_hands_over_to_its_visit():
    new = turn_of_request(a_request(RequestState.NEW), TODAY)
    assert (new.matter, new.due_on) == (Matter.REQUEST_NEW, TODAY + 4 * DAY)
    assert turn_of_request(a_request(RequestState.STAFFING, has_visit=True), TODAY).whose is Whose.PRODUCT
    assert turn_of_request(a_request(RequestState.STAFFING), TODAY).matter is Matter.REQUEST_AGREED
    changed = a_request(RequestState.CONFIRMED, has_visit=True, attention=True)
    assert turn_of_request(changed, TODAY).matter is Matter.COUNTS_CHANGED

    assert turn_of_request(a_request(RequestState.NEEDS_INFO), TODAY).whose is Whose.SCHOOL
    for state in (RequestState.NEEDS_INFO, RequestState.AGREED):
        still = Verdict(Whose.COORDINATOR, Matter.STANDS_STILL, TODAY + 9 * DAY)  # the same day, whenever it is read
        for day in (TODAY + 9 * DAY, TODAY + 40 * DAY):
            assert turn_of_request(a_request(state, too_long=True, silent_days=10), day) == still
    planned = a_request(RequestState.AGREED, too_long=True, has_visit=True)
    assert not turn_of_request(planned, TODAY).ours

    assert turn_of_typed_host(MONDAY) == Verdict(Whose.COORDINATOR, Matter.HOST_TYPED, TODAY + PROMISED_DAYS * DAY)


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

    hole = replace(row(Matter.NO_CREW, TODAY + 9 * DAY, "P-7"), on_day=TODAY + DAY)
    sooner = replace(row(Matter.TO_CONFIRM, TODAY + 9 * DAY, "P-8"), on_day=TODAY)
    assert in_order([short, long_ago, hole, sooner], TODAY) == (sooner, hole, short, long_ago)
    typed, asked = (
        replace(row(matter, TODAY, "R-9"), request_number="R-9") for matter in (Matter.HOST_TYPED, Matter.REQUEST_NEW)
    )
    assert in_order([asked, replace(typed, host_id=3)], TODAY) == (replace(typed, host_id=3),)

    one = TurnRow(Verdict(Whose.COORDINATOR, Matter.MAIL_FAILED))
    rows = [replace(one, **{name: 5}) for name in ("request_id", "host_id", "mail_id")]
    assert set(in_order([*rows, *rows], TODAY)) == set(rows)


DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
ACCEPTED, OFFERED, WITHDRAWN = AssignmentState.ACCEPTED, AssignmentState.OFFERED, AssignmentState.WITHDRAWN
STARTS = dt.datetime.combine(FAR, dt.time(8), tzinfo=dt.UTC)
ENDS = STARTS + dt.timedelta(minutes=45)
HELD = a_visit(VisitState.CONFIRMED, seat(ACCEPTED), confirmed_at=MONDAY)


def matter(one: VisitStanding, now: dt.datetime) -> Matter:
    return turn_of_visit(one, now, now.date()).matter


def waits(one: VisitStanding, now: dt.datetime, some: Matter) -> bool:
    return any(turn.matter is some for turn in turns_of_visit(one, now, now.date()))


def unanswered(starts_in: dt.timedelta, ends_in: dt.timedelta) -> bool:
    """Somebody is asked for a visit, until some time before it."""
    now = STARTS - starts_in
    return matter(a_visit(VisitState.OFFERED, seat(OFFERED, until=now + ends_in)), now) is Matter.UNANSWERED


def knows(seconds: int) -> bool:
    """Whether a school knows who comes, if somebody left so many seconds after it was told."""
    gone = seat(WITHDRAWN, since=MONDAY + seconds * SECOND)
    return school_knows(a_visit(VisitState.CONFIRMED, gone, confirmed_at=MONDAY))


def checked(days: int) -> bool:
    """Whether the school's checklist waits so many days before the visit."""
    return waits(HELD, STARTS - days * DAY, Matter.CHECKLIST)


def not_counted(day: dt.date, ends_at: dt.datetime | None = None) -> bool:
    """Whether a coordinator asks for the numbers of a visit at noon of its day, or of a day after it."""
    one = a_visit(VisitState.DELIVERED, seat(ACCEPTED), day=day)
    if ends_at:
        one = replace(one, sittings=tuple(replace(sitting, ends_at=ends_at) for sitting in one.sittings))
    return waits(one, MONDAY + 3 * DAY / 24, Matter.NOT_COUNTED)


def stale(written: int = 0, today: dt.date = TODAY, **given: object) -> StaleReason | None:
    """A mail about who comes to a visit, written so many days after its day."""
    fair = {"number": "P-1", "on_day": TODAY, "state": VisitState.CONFIRMED, "state_since": MONDAY, "moved_at": None}
    visit = VisitSince(**(fair | {"left_at": None, "asked": False} | given))
    return why_stale(MailSince("visit_confirmed", MONDAY + written * DAY, visit=visit), today)


def off(seconds: int) -> StaleReason | None:
    return stale(state=VisitState.CANCELLED, state_since=MONDAY + seconds * SECOND)


def went_on(seconds: int) -> StaleReason | None:
    request = RequestSince("Z-1", RequestState.TRIAGE, MONDAY + seconds * SECOND)
    return why_stale(MailSince("request_question", MONDAY, request=request), TODAY)


def posted(days: int) -> Matter:
    return turn_of_post(PostState.READY, TODAY + days * DAY, TODAY).matter


def hole(days: int) -> bool:
    """Whether a visit so many days ahead, for which nobody is asked, stands before all else."""
    row = TurnRow(Verdict(Whose.COORDINATOR, Matter.NO_CREW), on_day=TODAY + days * DAY)
    return is_hole(row, TODAY)


def due_after(days: int) -> dt.date | None:
    """When a crew that accepted is to be confirmed, if it did so many days before its visit."""
    one = a_visit(VisitState.OFFERED, seat(ACCEPTED, since=STARTS + days * DAY))
    return turn_of_visit(one, MONDAY, TODAY).due_on


def numbers_due(days: int) -> dt.date | None:
    """When a school's question of numbers is to be answered, if it came so many days before its visit."""
    return turn_of_visit(replace(HELD, numbers_asked_at=STARTS + days * DAY), MONDAY, TODAY).due_on


WAITLISTED = a_request(RequestState.WAITLISTED)  # until five days after FAR
BOUNDS = (
    ("two weeks of a request are left", lambda n: turn_of_request(WAITLISTED, FAR - (n - 5) * DAY).ours, (13, 14, 15),
     (True, True, False)),
    ("a visit is over", lambda n: matter(a_visit(VisitState.PLANNED), ENDS + n * SECOND), AROUND,
     (Matter.NO_CREW, Matter.PASSED, Matter.PASSED)),
    ("a week before its day", lambda n: unanswered(7 * DAY + n * SECOND, 3 * DAY), AROUND, (True, True, False)),
    ("a day before an offer ends", lambda n: unanswered(9 * DAY, DAY + n * SECOND), AROUND, (True, True, False)),
    ("a presentation begins", lambda n: waits(HELD, STARTS + n * SECOND, Matter.TO_COUNT), AROUND, (False, True, True)),
    ("a week before a visit", checked, (6, 7, 8), (True, True, False)),
    ("left as the school was told", knows, AROUND, (True, True, False)),
    ("the day after a visit", lambda n: not_counted(TODAY + n * DAY), AROUND, (True, False, False)),
    ("its end", lambda n: not_counted(TODAY - DAY, MONDAY + 3 * DAY / 24 + n * SECOND), AROUND, (True, True, False)),
    ("moved as a mail was written", lambda n: stale(moved_at=MONDAY + n * SECOND), AROUND,
     (None, None, StaleReason.VISIT_MOVED)),
    ("off as a mail was written", off, AROUND, (None, None, StaleReason.VISIT_OFF)),
    ("written on its day", lambda n: stale(n, TODAY + 9 * DAY), AROUND,
     (StaleReason.VISIT_OVER, StaleReason.VISIT_OVER, None)),
    ("the day after it", lambda n: stale(today=TODAY + n * DAY), (0, 1, 2),
     (None, StaleReason.VISIT_OVER, StaleReason.VISIT_OVER)),
    ("left as a mail was written", lambda n: stale(left_at=MONDAY + n * SECOND), AROUND,
     (None, None, StaleReason.CREW_CHANGED)),
    ("went on as a mail was written", went_on, AROUND, (None, None, StaleReason.REQUEST_WENT_ON)),
    ("numbers asked six days before it", numbers_due, (-7, -6, -5), (FAR - 2 * DAY, FAR - DAY, FAR - DAY)),
    ("answered two days before it", due_after, (-3, -2, -1), (FAR - 2 * DAY, FAR - DAY, FAR - DAY)),
    ("a visit of today", hole, AROUND, (False, True, True)),
    ("a visit of tomorrow", hole, (0, 1, 2), (True, True, False)),
    ("a post of today", posted, AROUND, (Matter.POST_DUE, Matter.POST_DUE, Matter.ITS_DAY)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer

"""Every state that is not final is somebody's turn, and there is a page, or a job, by which that person ends it."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from flask import Flask

from scheduler.attendance.terms import ATTENDANCE_MACHINE, AttendanceState
from scheduler.certificates.terms import CERTIFICATE_MACHINE, CertificateState
from scheduler.jobs import queue
from scheduler.messages.terms import IN_THE_HOUSE, MessageState
from scheduler.people.terms import PresenterKind
from scheduler.policy import TABLE, Role
from scheduler.posts.terms import POST_MACHINE, PostState
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.turns import rules
from scheduler.turns.terms import Matter, RequestStanding, SeatStanding, SittingStanding, Verdict, VisitStanding, Whose
from scheduler.turns.wording import why_of
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    OPEN_SEARCHES,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)
from scheduler.web.desk.views import KINDS
from scheduler.web.turn_words import OF_REQUESTS, PAGES, WORDS
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.laws.routes import address_of
from tests.web.browser import browser_of

TODAY = MONDAY.date()
OURS = tuple(WORDS)
PRESSED = {  # ended by one press in its row
    Matter.REQUEST_NEW: "requests.press_undoable", Matter.TO_CONFIRM: "visits.confirm",
    Matter.NOT_OFFERED: "visits.offer", Matter.CONFIRM_ANEW: "visits.confirm", Matter.HOST_TYPED: "places.host",
    Matter.MAIL_FAILED: "messages.message", Matter.MAIL_HELD: "messages.message",
}  # fmt: skip
OTHERS = {  # matter → whose, verb and thing of the table of rights (None: a secret link), the page
    Matter.OFFER_OPEN: (Whose.PRESENTER, ("answer", "offer"), "own.my_offers"),
    Matter.TO_COUNT: (Whose.PRESENTER, ("create", "attendance"), "attendance.count_heads"),
    Matter.QUESTION_ASKED: (Whose.SCHOOL, ("update", "request"), "requests.status"),
    Matter.DATES_PROPOSED: (Whose.SCHOOL, ("update", "request"), "requests.choose_date"),
    Matter.ADDRESS_UNPROVEN: (Whose.SCHOOL, None, "requests.prove"),
    Matter.CHECKLIST: (Whose.SCHOOL, ("answer", "visit"), "readiness.checklist"),
    Matter.TO_SIGN: (Whose.SCHOOL, ("countersign", "attendance"), "attendance.sign"),
}
PROTECTS = {  # what lists of their own show, by tests/staffing/test_pages_of_presenters.py and tests/web/concerns
    "consent wanted": (Role.GUARDIAN, ("give", "consent"), "safeguarding.guardian_page"),
    "concern": (Role.SAFEGUARDING, ("update", "concern"), "concerns.concern"),
    "check wanted": (Role.SAFEGUARDING, ("create", "vetting"), "safeguarding.new_vetting"),
}
JOBS = {  # what the product ends by itself
    Matter.ITS_DAY: ("planning.recheck_visits", "messages.send_waiting"),
    Matter.ITS_PLACE_IN_LINE: ("planning.pass_dates_on",),
    Matter.PAPERS: ("certificates.issue_for_locked_attendance",),
}
ROLES = {Whose.PRESENTER: Role.EDUCATOR, Whose.SCHOOL: Role.SCHOOL_CONTACT}
BEHIND_A_LINK = (Role.SCHOOL_CONTACT, Role.GUARDIAN)


def a_visit(
    state: VisitState,
    seat: AssignmentState,
    count: AttendanceState,
    days: int,
    sitting: PresentationState | None = None,
    **given,
) -> VisitStanding:
    day = TODAY + dt.timedelta(days=days)
    starts = dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)
    held = {VisitState.DELIVERED: "delivered", VisitState.CONFIRMED: "confirmed", VisitState.READY: "confirmed"}
    member = CrewMember(1, PresenterKind.EDUCATOR, "Ana", "Ilić", None, seat)
    one = SittingStanding(
        1,
        sitting or PresentationState(held.get(state, "planned")),
        starts,
        starts + dt.timedelta(minutes=45),
        Audience.PUPILS,
        count,
        (SeatStanding(member, MONDAY, MONDAY + dt.timedelta(days=3)),),
    )
    return VisitStanding(state, day, CrewRule(1, 0), (one,), **given)


def visits() -> list[VisitStanding]:
    """Each state of a visit with each state of its crew, numbers and search, and of its presentation; on four days."""
    open_ones = [state for state in VisitState if VISIT_MACHINE.moves[state] or state is VisitState.DELIVERED]
    searches, four_days = (None, *OPEN_SEARCHES), (-9, 0, 3, 30)
    accepted, open_count = AssignmentState.ACCEPTED, AttendanceState.OPEN
    return [
        a_visit(state, seat, count, days, search=search)
        for state, seat, count, days, search in product(
            open_ones, AssignmentState, AttendanceState, four_days, searches
        )
    ] + [
        a_visit(state, accepted, open_count, days, sitting)
        for state, days, sitting in product(open_ones, four_days, PresentationState)
    ]


def requests() -> list[RequestStanding]:
    every = product(REQUEST_MACHINE.moves, (False, True), (False, True), (3, 40), (False, True))
    return [
        RequestStanding(state, MONDAY, TODAY, TODAY + dt.timedelta(days=days), attention, has_visit, too_long)
        for state, attention, has_visit, days, too_long in every
        if state not in REQUEST_MACHINE.ends()
    ]


def verdicts() -> list[tuple[object, Verdict]]:
    """(state, whose turn) of every state that the product asks the rule about, of everything that is not over."""
    found: list[tuple[object, Verdict]] = []
    found += [(one, turn) for one in visits() for turn in rules.turns_of_visit(one, MONDAY, TODAY)[:1]]
    found += [(one, rules.turn_of_request(one, TODAY)) for one in requests()]
    found += [(one, rules.COUNTS[one]) for one in ATTENDANCE_MACHINE.moves]
    found += [(one, rules.turn_of_mail(one)) for one in (*IN_THE_HOUSE, MessageState.FAILED)]
    found += [(one, rules.turn_of_post(one, TODAY, TODAY)) for one, then in POST_MACHINE.moves.items() if then]
    return found


def test_every_state_that_is_not_final_is_the_turn_of_whom_the_page_names():
    nobodys = [state for state, turn in verdicts() if turn.whose is Whose.NOBODY]

    assert nobodys == []

    # A new state without a line in the rule fails here, or in the test above, and not on somebody's first page.
    sittings = [sitting for one in visits() for sitting in one.sittings]
    seats = [seat.member for sitting in sittings for seat in sitting.seats]
    asked = {one.state for one in (*visits(), *requests(), *sittings, *seats)} | {state for state, _turn in verdicts()}
    machines = (
        REQUEST_MACHINE, VISIT_MACHINE, PRESENTATION_MACHINE, ASSIGNMENT_MACHINE, ATTENDANCE_MACHINE, POST_MACHINE,
    )  # fmt: skip
    every = {state for machine in machines for state, then in machine.moves.items() if then}

    assert every - asked == set()

    named = {matter: whose for matter, (whose, _right, _page) in OTHERS.items()}
    named |= dict.fromkeys(JOBS, Whose.PRODUCT) | dict.fromkeys(OURS, Whose.COORDINATOR)

    for _state, turn in verdicts():
        if turn.whose is not Whose.NOBODY:
            assert named[turn.matter] is turn.whose


def test_what_is_over_is_nobodys_turn():
    over = RequestStanding(RequestState.CLOSED, MONDAY, TODAY, TODAY)
    gone = a_visit(VisitState.CANCELLED, AssignmentState.WITHDRAWN, AttendanceState.OPEN, 3)

    assert rules.turn_of_request(over, TODAY).whose is Whose.NOBODY
    assert rules.turn_of_visit(gone, MONDAY, TODAY).whose is Whose.NOBODY
    assert rules.turn_of_post(PostState.POSTED, TODAY, TODAY).whose is Whose.NOBODY

    due = a_visit(VisitState.DELIVERED, AssignmentState.PRESENT, AttendanceState.LOCKED, -9)

    assert CERTIFICATE_MACHINE.starts == {CertificateState.ISSUED}
    assert rules.turn_of_visit(due, MONDAY, TODAY) == Verdict(Whose.PRODUCT, Matter.PAPERS)
    assert rules.turn_of_visit(replace(due, papers_settled=True), MONDAY, TODAY).whose is Whose.NOBODY


def test_every_matter_is_somebodys_and_has_its_words_or_its_page_or_its_job():
    known = {*OURS, *OTHERS, *JOBS, Matter.NOTHING}

    assert known == set(Matter)
    assert {turn.matter for _state, turn in verdicts() if turn.ours} <= set(OURS)
    assert {matter for matters in KINDS.values() for matter in matters} == set(OURS)
    for matter in OURS:
        assert why_of(matter, "en")

    queue.load_jobs()
    running = {task.name for task in queue.huey._registry.periodic_tasks}

    for jobs in JOBS.values():
        assert set(jobs) <= running


def page_of(app: Flask, endpoint: str) -> tuple[str, str]:
    """(method, address) of a page, or of a press, with a number that nothing has."""
    rule = next(app.url_map.iter_rules(endpoint))
    return "GET" if "GET" in rule.methods else "POST", address_of(rule)


def answers(app: Flask, role: Role, endpoint: str) -> bool:
    """Whether a page lets a role in: it looks for the thing, and says that there is none."""
    method, address = page_of(app, endpoint)
    answer = browser_of(app, make_user(role)).open(address, method=method)
    return answer.status_code == 404 or (answer.status_code == 200 and "<" not in address)


@pytest.mark.parametrize("matter", OURS)
def test_a_coordinator_has_a_page_on_which_she_ends_it(app, matter):
    endpoint = PRESSED.get(matter) or PAGES.get(matter, ("visits.visit", ""))[0]
    assert answers(app, Role.COORDINATOR, endpoint)
    assert not answers(app, Role.INFLUENCER, endpoint) or endpoint == "visits.visit"
    assert (matter in OF_REQUESTS) == (endpoint.startswith("requests") or endpoint == "visits.plan_visit")


@pytest.mark.parametrize("matter", [*OTHERS, *PROTECTS])
def test_whoever_else_has_a_page_and_the_right_to_end_it(app, matter):
    role, right, endpoint = PROTECTS.get(matter) or (ROLES[OTHERS[matter][0]], *OTHERS[matter][1:])

    assert right is None or right[0] in TABLE[role][right[1]]
    if role in BEHIND_A_LINK:  # it opens to nobody without it
        method, address = page_of(app, endpoint)
        assert app.test_client().open(address, method=method).status_code in (404, 410)
    else:
        assert answers(app, role, endpoint)

"""A row of the first page is put off, is back on its day, and keeps its trace."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.core.audit import AuditEntry
from scheduler.core.errors import Conflict, NotFound
from scheduler.policy import NotAllowed, Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.desk import desk_of, rows_told_to
from scheduler.turns.rules import may_be_put_off, rests, rests_until
from scheduler.turns.service import put_off, show_again
from scheduler.turns.terms import Matter, PutOff, PutOffReason, TurnRow, Verdict, Whose
from scheduler.visits.terms.states import VisitState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit
from tests.web.browser import browser_of
from tests.web.reading import rows_of

TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)
RANG, ASKED, WAITS = PutOffReason
FRIDAY = TODAY + 4 * DAY


def a_row(matter: Matter = Matter.NO_CREW, days: int | None = None, **given: object) -> TurnRow:
    on_day = None if days is None else TODAY + days * DAY
    return TurnRow(Verdict(Whose.COORDINATOR, matter), number="P-1", on_day=on_day, **given)


@pytest.mark.parametrize(
    ("reason", "today", "back"),
    [
        (RANG, TODAY, TODAY + DAY), (RANG, FRIDAY, TODAY + 7 * DAY), (ASKED, TODAY, TODAY + 3 * DAY),
        (ASKED, TODAY + 2 * DAY, TODAY + 7 * DAY), (WAITS, TODAY, TODAY + 7 * DAY), (WAITS, FRIDAY, TODAY + 7 * DAY),
    ],
)  # fmt: skip
def test_a_row_that_is_put_off_is_back_on_a_working_day(reason, today, back):
    assert rests_until(a_row(), reason, today) == back


def near(days: int) -> bool:
    return may_be_put_off(a_row(days=days), TODAY)


def asleep(days: int) -> bool:
    return rests(a_row(put_off=(PutOff(WAITS, TODAY + days * DAY, MONDAY),)), TODAY)


@at_each_bound(
    ("the day before a visit", near, (0, 1, 2), (False, False, True)),
    ("the day on which it is back", asleep, (-1, 0, 1), (False, False, True)),
    ("a visit of next week", lambda n: rests_until(a_row(days=n), WAITS, TODAY), (7, 8, 9),
     (TODAY + 6 * DAY, TODAY + 7 * DAY, TODAY + 7 * DAY)),
    ("a visit to come", lambda n: rests_until(a_row(days=n), RANG, TODAY), (-1, 0, 1),
     (TODAY + DAY, TODAY + DAY, TODAY)),
    ("back on a Friday", lambda n: rests_until(a_row(), RANG, TODAY + n * DAY), (2, 3, 4),
     (TODAY + 3 * DAY, FRIDAY, TODAY + 7 * DAY)),
)  # fmt: skip
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_neither_what_nobody_is_found_for_nor_a_mail_or_a_post_rests():
    rows = (a_row(Matter.DECIDE_NOW), a_row(Matter.POST_DUE), a_row(Matter.MAIL_FAILED, mail_id=3))
    assert [may_be_put_off(row, TODAY) for row in rows] == [False] * 3
    resting = replace(a_row(days=5), put_off=(PutOff(WAITS, TODAY + 7 * DAY, MONDAY),))
    assert rests(resting, TODAY)
    assert not rests(resting, TODAY + 4 * DAY)  # tomorrow is the visit


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def coordinator(programme):
    return make_user(Role.COORDINATOR, centre_id=programme.centre_id)


@pytest.mark.both_databases
def test_a_row_rests_for_the_whole_centre_with_its_trace_until_its_day_or_another_matter(
    session, programme, coordinator
):
    actor = coordinator.actor()
    asked = make_school_request(RequestState.TRIAGE, programme=programme)
    visit = make_visit(VisitState.PLANNED, programme=programme, on_day=TODAY + 20 * DAY)
    make_presentation(visit)

    assert put_off(actor, asked.number, RANG, now=MONDAY) == TODAY + DAY
    put_off(actor, asked.number, RANG, now=MONDAY)
    put_off(actor, visit.number, WAITS, now=MONDAY)

    colleague = an_actor(centre_id=programme.centre_id)
    desk = desk_of(colleague, MONDAY)
    assert (desk.rows, desk.total, desk.resting) == ((), 0, 2)
    assert rows_told_to(colleague, MONDAY) == ()
    shown = desk_of(colleague, MONDAY, resting=True).rows
    assert {row.number for row in shown} == {asked.number, visit.number}
    [back] = desk_of(colleague, MONDAY + DAY).rows
    assert [(one.reason, one.until_on, bool(one.by)) for one in back.put_off] == [(RANG, TODAY + DAY, True)]
    assert rows_of(AuditEntry.action).count("put off") == 2
    later = [desk_of(colleague, MONDAY + days * DAY).rows for days in (90, 91)]
    assert [[bool(row.put_off) for row in rows if row.number == asked.number] for rows in later] == [[True], [False]]

    asked.state = RequestState.AGREED
    session.commit()
    assert [row.matter for row in desk_of(colleague, MONDAY).rows] == [Matter.REQUEST_AGREED]

    show_again(colleague, visit.number, now=MONDAY)
    assert desk_of(colleague, MONDAY).resting == 0


@pytest.mark.both_databases
def test_trust_r27_a_row_put_off_by_a_clock_that_was_ahead_is_back_and_can_be_put_off_again(session, programme):
    actor = an_actor(centre_id=programme.centre_id)
    asked = make_school_request(RequestState.TRIAGE, programme=programme)
    put_off(actor, asked.number, RANG, now=MONDAY + 300 * DAY)
    assert [row.number for row in desk_of(actor, MONDAY).rows] == [asked.number]

    put_off(actor, asked.number, WAITS, now=MONDAY)

    assert (desk_of(actor, MONDAY).resting, desk_of(actor, MONDAY + 7 * DAY).resting) == (1, 0)


def test_what_does_not_wait_or_is_of_another_centre_is_not_put_off(session, programme, coordinator):
    foreign, tomorrow = make_school_request(), make_visit(programme=programme, on_day=TODAY + DAY)
    make_presentation(tomorrow)
    for number in (foreign.number, "P-0"):
        with pytest.raises(NotFound):
            put_off(coordinator.actor(), number, RANG, now=MONDAY)
    with pytest.raises(Conflict):
        put_off(coordinator.actor(), tomorrow.number, RANG, now=MONDAY)
    with pytest.raises(NotAllowed):
        put_off(make_user(Role.EDUCATOR, centre_id=programme.centre_id).actor(), foreign.number, RANG, now=MONDAY)


def test_a_row_is_put_off_where_it_stands_and_found_under_its_filter(app, programme, coordinator):
    asked = make_school_request(RequestState.TRIAGE, programme=programme)
    browser = browser_of(app, coordinator)

    sent = {"number": asked.number, "why": "nobody_there", "from": "desk/new/"}
    assert browser.post("/desk/put-off", data=sent).location == "/desk?of=new"

    first = browser.get("/desk?lang=en").text
    assert f"/desk/show-again/{asked.number}" in first, "what was just done"
    assert (f'href="/requests/{asked.number}"' in first, "of=resting" in first) == (False, True)
    resting = browser.get("/desk?of=resting&lang=en").text
    assert f"nobody answered ({coordinator.full_name})" in " ".join(resting.split())
    browser.post(f"/desk/show-again/{asked.number}", data={"from": "desk//"})
    assert asked.number in browser.get("/desk?lang=en").text
    assert browser.post("/desk/put-off", data=sent | {"why": "never"}).location == "/desk?of=new"
    assert "of=resting" not in browser.get("/desk").text

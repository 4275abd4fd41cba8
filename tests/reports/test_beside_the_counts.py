"""What stands beside a report: what was not held and why, people and contacts, with a young presenter or without."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.closures.models import Disruption
from scheduler.core.db import transaction
from scheduler.places.models import Closure
from scheduler.places.terms.hosts import ClosureReason
from scheduler.readiness.models import Cancellation
from scheduler.readiness.terms import CancelCause
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.called_off import called_off
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.rules.attendance import as_document, year_of
from scheduler.reports.rules.called_off import by_cause
from scheduler.reports.terms.counting import Filters, Period
from scheduler.reports.terms.not_held import OffCause, WhoseDoing
from scheduler.reports.wording import called_off_table
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import selects_of
from tests.factories.attendance import make_attendance
from tests.factories.people import make_centre
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import saved, words_of

DAY = dt.date(2026, 10, 6)
YEAR = Filters(year_of(2026))
SCHOOL, CENTRE, PRESENTERS = WhoseDoing
P = AssignmentState
NOBODY = dict.fromkeys(
    ("stopped", "cancelled_by_school", "cancelled_by_centre", "turned_away", "kilometres_called_off"), 0
)


def stop(visit: Visit) -> Visit:
    """Snow closes its school on DAY."""
    with transaction() as session:
        closure = Closure(reason=ClosureReason.SNOW, first_day=DAY, last_day=DAY, closed_at=visit.state_since)
        session.add(closure)
        session.flush()
        session.add(Disruption(closure_id=closure.id, visit_id=visit.id, at=visit.state_since))
    return visit


def a_stopped_visit(state: VisitState = VisitState.DISRUPTED, **given) -> Visit:
    return stop(make_visit(state, **({"on_day": DAY} | given)))


def off(by: CancelledBy, cause: CancelCause | None = None, **given):
    visit = make_visit(VisitState.CANCELLED, on_day=DAY, cancelled_by=by, **given)
    if cause is not None:
        with transaction() as session:
            session.add(Cancellation(visit_id=visit.id, cause=cause, done_at=visit.state_since, before="{}"))
    return visit


def some_of_each() -> None:
    off(CancelledBy.SCHOOL, CancelCause.BUSY)
    off(CancelledBy.SCHOOL, CancelCause.BUSY)
    off(CancelledBy.SCHOOL, CancelCause.ILLNESS)
    off(CancelledBy.CENTRE, CancelCause.ILLNESS)
    off(CancelledBy.CENTRE, CancelCause.NO_CREW)
    off(CancelledBy.CENTRE, reason="no_show_presenter")
    off(CancelledBy.SCHOOL, reason="no_show_host")
    off(CancelledBy.SCHOOL, reason="Тог дана је такмичење.")


def held(*, again: bool = False, crew=(), visit=None, at=9):
    visit = visit or make_visit(VisitState.DELIVERED)
    presentation = make_presentation(visit, dt.time(at), PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=25, teachers=1), same_pupils=again)
    for presenter, state in crew:
        make_assignment(presentation, presenter.id, state)
    return visit


@pytest.mark.both_databases
def test_stopped_and_called_off_are_told_apart_and_each_visit_once(session):
    a_stopped_visit(VisitState.CONFIRMED)  # lifted in time: it stopped nothing
    assert not_held(YEAR) == NOBODY

    a_stopped_visit()
    a_stopped_visit(VisitState.REPLANNED)  # another visit stands for it: it was stopped all the same
    a_stopped_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.SCHOOL)  # stopped first
    off(CancelledBy.SCHOOL)
    off(CancelledBy.CENTRE)
    make_visit(VisitState.CONFIRMED, on_day=DAY)

    assert not_held(YEAR) == NOBODY | {"stopped": 3, "cancelled_by_school": 1, "cancelled_by_centre": 1}


@pytest.mark.both_databases
def test_turned_away_are_those_of_what_the_report_counts(session):
    visit = make_visit(VisitState.DELIVERED, on_day=DAY)
    states = (AttendanceState.LOCKED, AttendanceState.LOCKED, AttendanceState.SUBMITTED)
    for hour, (state, people) in enumerate(zip(states, (4, 3, 50), strict=True), 8):
        presentation = make_presentation(visit, dt.time(hour), PresentationState.DELIVERED, minutes=30)
        make_attendance(presentation, HeadCounts(pupils=30, teachers=1), state, turned_away=people)

    assert not_held(YEAR)["turned_away"] == 7


def test_what_stands_beside_is_narrowed_as_the_report_is(session):
    programme = make_programme(centre_id=make_centre().id, slug="talk")
    campaign = make_campaign(programme=programme, slug="respect")
    town = make_municipality("Пирот")
    a_stopped_visit(programme=programme, campaign_id=campaign.id, host_id=make_host(municipality_id=town.id).id)
    a_stopped_visit(on_day=dt.date(2026, 11, 3))
    visit = held()

    def stopped(**given) -> int:
        return not_held(replace(YEAR, **given))["stopped"]

    def once(**given) -> int:
        return indicators(replace(YEAR, **given))["pupils_once"]

    assert stopped() == 2
    assert stopped(period=Period(DAY, DAY)) == stopped(month="2026-10") == 1
    assert stopped(programme="talk") == stopped(campaign="respect") == stopped(city="Пирот") == 1
    assert stopped(centre_id=programme.centre_id) == 1
    assert stopped(campaign="none") == stopped(month="2026-12") == 0
    assert (once(centre_id=visit.centre_id), once(centre_id=visit.centre_id + 1), once(month="2026-01")) == (25, 0, 0)


def test_one_visit_or_three_ask_as_often(session):
    asked = []
    for _round in range(3):
        a_stopped_visit()
        off(CancelledBy.CENTRE)
        held()
        asked.append((selects_of(lambda: not_held(YEAR)), selects_of(lambda: indicators(YEAR))))

    assert len(set(asked)) == 1
    at_most(2, asked[0][0])
    at_most(1, asked[0][1])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Visits cancelled by schools: 1", "Visits called off, by cause", "Pupils, each counted once: 25"]),
        ("sr_Cyrl", ["отказале школе: 1", "Отказане посете по узроку", "сваки једном: 25"]),
        ("sr_Latn", ["otkazale škole: 1", "Otkazane posete po uzroku", "svaki jednom: 25"]),
    ],
)
def test_paper_and_document_say_what_stands_beside_the_counts_in_every_script(session, tmp_path, language, words):
    off(CancelledBy.SCHOOL)
    off(CancelledBy.CENTRE, CancelCause.NO_CREW)
    held()
    beside = {"not_held": not_held(YEAR), "called_off": called_off(YEAR), "indicators": indicators(YEAR)}
    report = replace(attendance_report(YEAR), **beside)
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

    paper = " ".join(
        words_of(saved(pdf.draw(pdf.paper_of(report, "Центар", (), language, now), language), tmp_path)).split()
    )

    assert [one for one in words if one not in paper] == []
    document = as_document(report)
    assert document["not_held"]["cancelled_by_school"] == 1
    assert document["indicators"]["pupils_once"] == 25
    assert {"by": "presenters", "cause": "no_crew", "visits": 1} in document["called_off"]


@pytest.mark.both_databases
def test_each_cause_says_whom_and_all_together_are_the_cancellations_beside_the_counts(session):
    some_of_each()

    causes = by_cause(called_off(YEAR))
    assert causes == [
        (OffCause.BUSY, {SCHOOL: 2, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.ILLNESS, {SCHOOL: 1, CENTRE: 1, PRESENTERS: 0}),
        (OffCause.NO_CREW, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NO_SHOW_HOST, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.NO_SHOW_PRESENTER, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NOT_SAID, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
    ]
    stop(off(CancelledBy.SCHOOL, CancelCause.SHUT))
    assert by_cause(called_off(YEAR)) == causes, "it was stopped first"
    beside = not_held(YEAR)
    assert sum(counts[SCHOOL] for _cause, counts in causes) == beside["cancelled_by_school"] == 5
    assert sum(counts[CENTRE] + counts[PRESENTERS] for _cause, counts in causes) == beside["cancelled_by_centre"] == 3


def test_every_cause_has_words_and_a_place(session):
    assert {cause.value for cause in CancelCause} <= {cause.value for cause in OffCause}
    some_of_each()
    heads, lines = called_off_table(called_off(YEAR), "en")
    assert heads == ["Cause", "The school", "The centre", "Its presenters", "Total"]
    assert lines[0] == ["The school has something else that day", 2, 0, 0, 2]
    assert lines[-1] == ["Total", 5, 1, 2, 8]
    assert called_off_table((), "en") is None


@pytest.mark.both_databases
def test_same_pupils_twice_are_two_contacts_and_one_person(session):
    visit = held()
    held(again=True, visit=visit, at=11)

    assert attendance_report(YEAR).totals.pupils == 50
    assert indicators(YEAR)["pupils_once"] == 25


@pytest.mark.both_databases
def test_what_was_held_without_its_young_presenter_does_not_count_as_with_one(session):
    centre = make_visit().centre_id
    adult, young, other = (make(centre_id=centre) for make in (a_cleared_educator, a_cleared_minor, a_cleared_minor))
    held(crew=[(adult, P.PRESENT), (young, P.PRESENT)])
    held(crew=[(adult, P.PRESENT), (young, P.ABSENT)], at=13)
    held(crew=[(adult, P.PRESENT)], at=17)
    held(crew=[(adult, P.PRESENT), (young, P.PRESENT), (other, P.ABSENT)], at=18)  # one of two is enough

    found = indicators(YEAR)

    assert (found["with_influencer"], found["without_influencer"]) == (2, 1)
    assert attendance_report(YEAR).totals.presentations == 4

"""What stands beside a report: stopped is not cancelled, each visit once, and narrowed as the report is."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.closures.models import Disruption
from scheduler.core.db import transaction
from scheduler.places.models import Closure
from scheduler.places.terms.hosts import ClosureReason
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.rules.attendance import as_document, year_of
from scheduler.reports.terms.counting import Filters, Period
from scheduler.visits.terms.states import CancelledBy, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.attendance import make_attendance
from tests.factories.people import make_centre
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.visits import make_presentation, make_visit
from tests.papers import saved, words_of

DAY = dt.date(2026, 10, 6)
YEAR = Filters(year_of(2026))
NOBODY = {
    "stopped": 0,
    "cancelled_by_school": 0,
    "cancelled_by_centre": 0,
    "turned_away": 0,
    "kilometres_called_off": 0,
}


def a_stopped_visit(state: VisitState = VisitState.DISRUPTED, **given):
    visit = make_visit(state, on_day=given.pop("on_day", DAY), **given)
    with transaction() as session:
        closure = Closure(reason=ClosureReason.SNOW, first_day=DAY, last_day=DAY, closed_at=visit.state_since)
        session.add(closure)
        session.flush()
        session.add(Disruption(closure_id=closure.id, visit_id=visit.id, at=visit.state_since))
    return visit


def a_cancelled_visit(by: CancelledBy, **given):
    return make_visit(VisitState.CANCELLED, on_day=given.pop("on_day", DAY), cancelled_by=by, **given)


@pytest.mark.both_databases
def test_stopped_and_called_off_are_told_apart_and_each_visit_once(session):
    a_stopped_visit()
    a_stopped_visit(VisitState.REPLANNED)  # another visit stands for it: it was stopped all the same
    a_stopped_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.SCHOOL)  # stopped first
    a_cancelled_visit(CancelledBy.SCHOOL)
    a_cancelled_visit(CancelledBy.CENTRE)
    make_visit(VisitState.CONFIRMED, on_day=DAY)

    assert not_held(YEAR) == {
        "stopped": 3,
        "cancelled_by_school": 1,
        "cancelled_by_centre": 1,
        "turned_away": 0,
        "kilometres_called_off": 0,
    }


def test_a_closure_that_was_lifted_in_time_stopped_nothing(session):
    a_stopped_visit(VisitState.CONFIRMED)

    assert not_held(YEAR) == NOBODY


@pytest.mark.both_databases
def test_turned_away_are_those_of_what_the_report_counts(session):
    visit = make_visit(VisitState.DELIVERED, on_day=DAY)
    states = (AttendanceState.LOCKED, AttendanceState.LOCKED, AttendanceState.SUBMITTED)
    for hour, (state, people) in enumerate(zip(states, (4, 3, 50), strict=True), 8):
        presentation = make_presentation(visit, dt.time(hour), PresentationState.DELIVERED, minutes=30)
        make_attendance(presentation, HeadCounts(pupils=30, teachers=1), state, turned_away=people)

    assert not_held(YEAR)["turned_away"] == 7


def test_it_is_narrowed_as_the_report_is(session):
    programme = make_programme(centre_id=make_centre().id, slug="talk")
    campaign = make_campaign(programme=programme, slug="respect")
    town = make_municipality("Пирот")
    a_stopped_visit(programme=programme, campaign_id=campaign.id, host_id=make_host(municipality_id=town.id).id)
    a_stopped_visit(on_day=dt.date(2026, 11, 3))

    def stopped(**given) -> int:
        return not_held(replace(YEAR, **given))["stopped"]

    assert stopped() == 2
    assert stopped(period=Period(DAY, DAY)) == stopped(month="2026-10") == 1
    assert stopped(programme="talk") == stopped(campaign="respect") == stopped(city="Пирот") == 1
    assert stopped(centre_id=programme.centre_id) == 1
    assert stopped(campaign="none") == stopped(month="2026-12") == 0


def test_one_visit_or_three_two_questions(session):
    a_stopped_visit()
    with statements() as one:
        not_held(YEAR)
    a_stopped_visit()
    a_cancelled_visit(CancelledBy.CENTRE)
    with statements() as three:
        not_held(YEAR)

    assert len(one) == len(three)
    at_most(2, one)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Visits cancelled by schools: 1"), ("sr_Cyrl", "отказале школе: 1"), ("sr_Latn", "otkazale škole: 1")],
)
def test_the_paper_says_it_in_every_script(session, tmp_path, language, words):
    a_cancelled_visit(CancelledBy.SCHOOL)
    report = replace(attendance_report(YEAR), not_held=not_held(YEAR))
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

    paper = saved(pdf.draw(pdf.paper_of(report, "Центар", (), language, now), language), tmp_path)

    assert words in " ".join(words_of(paper).split())
    assert as_document(report)["not_held"]["cancelled_by_school"] == 1

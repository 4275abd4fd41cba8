"""Indicators say which they count: people or contacts, with a young presenter or without the one who was to come."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.attendance.terms import HeadCounts
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.rules.attendance import as_document, year_of
from scheduler.reports.terms.counting import Filters
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.attendance import make_attendance
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import saved, words_of

YEAR = Filters(year_of(2026))
P = AssignmentState


def held(*, again: bool = False, crew=(), visit=None, at=9):
    visit = visit or make_visit(VisitState.DELIVERED)
    presentation = make_presentation(visit, dt.time(at), PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=25, teachers=1), same_pupils=again)
    for presenter, state in crew:
        make_assignment(presentation, presenter.id, state)
    return visit


@pytest.mark.both_databases
def test_same_pupils_twice_are_two_contacts_and_one_person(session):
    visit = held()
    held(again=True, visit=visit, at=11)

    assert attendance_report(YEAR).totals.pupils == 50
    assert indicators(YEAR)["pupils_once"] == 25


@pytest.mark.both_databases
def test_what_was_held_without_its_young_presenter_does_not_count_as_with_one(session):
    centre = make_visit().centre_id
    adult, young = a_cleared_educator(centre_id=centre), a_cleared_minor(centre_id=centre)
    held(crew=[(adult, P.PRESENT), (young, P.PRESENT)])
    held(crew=[(adult, P.PRESENT), (young, P.ABSENT)], at=13)
    held(crew=[(adult, P.PRESENT)], at=17)

    found = indicators(YEAR)

    assert (found["with_influencer"], found["without_influencer"]) == (1, 1)
    assert attendance_report(YEAR).totals.presentations == 3


def test_one_of_two_young_presenters_is_enough(session):
    centre = make_visit().centre_id
    crew = [(a_cleared_minor(centre_id=centre), state) for state in (P.PRESENT, P.ABSENT)]
    held(crew=[(a_cleared_educator(centre_id=centre), P.PRESENT), *crew])

    assert indicators(YEAR) == {"pupils_once": 25, "with_influencer": 1, "without_influencer": 0}


def test_they_are_narrowed_as_the_report_is(session):
    visit = held()

    assert indicators(replace(YEAR, centre_id=visit.centre_id))["pupils_once"] == 25
    assert indicators(replace(YEAR, centre_id=visit.centre_id + 1))["pupils_once"] == 0
    assert indicators(replace(YEAR, month="2026-01"))["pupils_once"] == 0


def test_one_question_however_many_were_held(session):
    held()
    held()
    with statements() as asked:
        indicators(YEAR)

    at_most(1, asked)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Pupils, each counted once: 25"), ("sr_Cyrl", "сваки једном: 25"), ("sr_Latn", "svaki jednom: 25")],
)
def test_the_paper_says_which_it_counts(session, tmp_path, language, words):
    held()
    report = replace(attendance_report(YEAR), indicators=indicators(YEAR))
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

    paper = saved(pdf.draw(pdf.paper_of(report, "Центар", (), language, now), language), tmp_path)

    assert words in words_of(paper)
    assert as_document(report)["indicators"]["pupils_once"] == 25

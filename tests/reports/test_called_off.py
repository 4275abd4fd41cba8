"""Who called visits off, and why: by cause, with the school, the centre and its presenters told apart."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.closures.models import Disruption
from scheduler.core.db import transaction
from scheduler.places.models import Closure
from scheduler.places.terms.hosts import ClosureReason
from scheduler.readiness.models import Cancellation
from scheduler.readiness.terms import CancelCause
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.called_off import called_off
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.rules.attendance import as_document, year_of
from scheduler.reports.rules.called_off import by_cause
from scheduler.reports.terms.counting import Filters
from scheduler.reports.terms.not_held import OffCause, WhoseDoing
from scheduler.reports.wording import called_off_table
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.factories.visits import make_visit
from tests.papers import saved, words_of

DAY = dt.date(2026, 10, 6)
YEAR = Filters(year_of(2026))
SCHOOL, CENTRE, PRESENTERS = WhoseDoing


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


@pytest.mark.both_databases
def test_each_cause_says_how_many_the_school_the_centre_and_its_presenters_called_off(session):
    some_of_each()

    assert by_cause(called_off(YEAR)) == [
        (OffCause.BUSY, {SCHOOL: 2, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.ILLNESS, {SCHOOL: 1, CENTRE: 1, PRESENTERS: 0}),
        (OffCause.NO_CREW, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NO_SHOW_HOST, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.NO_SHOW_PRESENTER, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NOT_SAID, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
    ]


def test_all_causes_together_are_the_cancellations_that_stand_beside_the_counts(session):
    some_of_each()
    stopped = off(CancelledBy.SCHOOL, CancelCause.SHUT)
    with transaction() as inside:
        closure = Closure(reason=ClosureReason.SNOW, first_day=DAY, last_day=DAY, closed_at=stopped.state_since)
        inside.add(closure)
        inside.flush()
        inside.add(Disruption(closure_id=closure.id, visit_id=stopped.id, at=stopped.state_since))

    beside = not_held(YEAR)
    of_each = [counts for _cause, counts in by_cause(called_off(YEAR))]

    assert sum(counts[SCHOOL] for counts in of_each) == beside["cancelled_by_school"] == 5
    assert sum(counts[CENTRE] + counts[PRESENTERS] for counts in of_each) == beside["cancelled_by_centre"] == 3


def test_every_cause_has_words_and_a_place(session):
    assert {cause.value for cause in CancelCause} <= {cause.value for cause in OffCause}
    some_of_each()
    heads, lines = called_off_table(called_off(YEAR), "en")
    assert heads == ["Cause", "The school", "The centre", "Its presenters", "Total"]
    assert lines[0] == ["The school has something else that day", 2, 0, 0, 2]
    assert lines[-1] == ["Total", 5, 1, 2, 8]
    assert called_off_table((), "en") is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Visits called off, by cause"),
        ("sr_Cyrl", "Отказане посете по узроку"),
        ("sr_Latn", "Otkazane posete po uzroku"),
    ],
)
def test_the_paper_has_the_table_in_every_script(session, tmp_path, language, words):
    off(CancelledBy.CENTRE, CancelCause.NO_CREW)
    report = replace(attendance_report(YEAR), called_off=called_off(YEAR))
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

    paper = saved(pdf.draw(pdf.paper_of(report, "Центар", (), language, now), language), tmp_path)

    assert words in " ".join(words_of(paper).split())
    assert as_document(report)["called_off"] == [{"by": "presenters", "cause": "no_crew", "visits": 1}]

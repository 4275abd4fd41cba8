"""What is planted for measurements is lawful and believable, and the table says what was measured and what was not."""

import pytest
import sqlalchemy as sa

from scheduler.attendance.models import HeadCount
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import visits_missing_certificates
from scheduler.core.numbers import next_number
from scheduler.jobs.invariants import violations
from scheduler.people.models import Presenter
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.feeds import whole_of
from tests.factories.people import make_centre
from tools.bench import __main__ as bench
from tools.bench.days import calendar_of
from tools.bench.seed import NotEmpty, plant
from tools.bench.sizes import FEED_EVENTS, FEED_TOKEN, FIXED_WEEK, Size, size_of

SMALL = Size(visits=100, people=100, hosts=100, asked=60, waiting=20, letters=50, feed=True)


def count(session, *conditions):
    return session.scalar(sa.select(sa.func.count()).where(*conditions))


@pytest.mark.deep
@pytest.mark.both_databases
def test_what_is_planted_breaks_no_law_and_is_as_much_as_was_asked_for(session):
    plant(SMALL, MONDAY)

    assert violations() == []
    assert count(session, Visit.id > 0) == SMALL.every_visit == 100 + FIXED_WEEK + 167
    assert set(session.scalars(sa.select(Visit.state).distinct())) == set(VisitState) - {VisitState.REPLANNED}
    wanted = {RequestState.NEW, RequestState.WAITLISTED, RequestState.PROPOSED, RequestState.CLOSED}
    assert wanted <= set(session.scalars(sa.select(SchoolRequest.state).distinct()))
    minors = sa.select(Presenter.id).where(Presenter.adult_on > MONDAY.date())
    assert count(session, Assignment.presenter_id.in_(minors), Assignment.state == AssignmentState.PRESENT) > 0
    four = sa.select(sa.func.count()).where(HeadCount.counts).group_by(HeadCount.presentation_id)
    assert set(session.scalars(four)) == {4}
    assert count(session, Certificate.kind == "school") > 80
    assert visits_missing_certificates() == []
    assert FEED_EVENTS <= whole_of(FEED_TOKEN, now=MONDAY).body.count(b"BEGIN:VEVENT") < FEED_EVENTS + 3


@pytest.mark.both_databases
def test_new_rows_find_their_place_behind_what_is_planted_once(session):
    plant(Size(100, 100, 100, 60, 20, 50), MONDAY)

    assert make_centre().id == 3
    last = session.scalar(sa.select(sa.func.max(Visit.number)).where(Visit.number.like("P-2026-%")))
    assert next_number("P", MONDAY.date()) > last
    with pytest.raises(NotEmpty):
        plant(SMALL, MONDAY)


def test_the_fixed_week_is_five_school_days_after_all_others():
    calendar = calendar_of(MONDAY, ())
    days = [one.day for one in calendar.days]

    assert days == sorted(set(days))
    assert days[calendar.past - 1] < MONDAY.date() <= days[calendar.past]
    assert (calendar.fixed_week.weekday(), (days[-1] - calendar.fixed_week).days) == (0, 4)


def test_twenty_thousand_visits_are_ten_years_of_a_national_centre():
    size = size_of(20_000)

    assert (size.people, size.hosts, size.asked + size.waiting, size.letters) == (400, 10_000, 2_000, 300_000)


def test_a_row_says_what_was_missed_and_what_could_not_be_measured(monkeypatch, tmp_path, capsys):
    def broken(_bench):
        raise AssertionError("the import\nfailed")
        yield

    rows = {"G1": lambda _bench: iter([("a page", "≤ 40 ms", "50 ms", False)]), "G9": broken}
    monkeypatch.setattr(bench, "ROWS", rows)

    lines = bench.measure(bench.Bench(tmp_path), ["G1", "G9"])

    assert lines[2:] == [
        "| G1 | a page | ≤ 40 ms | 50 ms | **no** |",
        "| G9 | not measured: the import failed |  |  | **no** |",
    ]
    assert lines[2] in capsys.readouterr().out


def test_pages_are_judged_by_the_95th_percentile_and_by_the_one_that_asks_most(tmp_path):
    found = bench.Bench(tmp_path)
    found.pages = {f"/{n}": ("nobody", float(n), n, 100) for n in range(1, 21)} | {"/desk": ("coordinator", 99.0, 9, 1)}

    [what, _goal, measured, met] = bench._of_pages(found, "nobody".__eq__, bool, (19, 20))

    assert (what, measured, met) == ("20 pages, p95", "19 ms; /20 20 ms, /20 20 statements", True)

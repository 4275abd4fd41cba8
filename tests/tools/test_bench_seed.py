"""What is planted for measurements is lawful, believable, and of the size that was asked for."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

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
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.feeds import whole_of
from tests.factories.people import make_centre
from tools.bench.seed.days import calendar_of
from tools.bench.seed.history import feed_token_of
from tools.bench.seed.plant import NotEmpty, plant
from tools.bench.seed.sizes import FEED_EVENTS, FIXED_WEEK, Size, size_of

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"visits": 100, "people": 100, "hosts": 100, "asked": 60, "waiting": 20, "letters": 50}
SETTLED_IN_A_HUNDRED = 84  # 88 less three called off and one stopped


def count(session, *conditions):
    return session.scalar(sa.select(sa.func.count()).where(*conditions))


@pytest.mark.deep
@pytest.mark.both_databases
def test_what_is_planted_breaks_no_law(session):
    plant(Size(**SMALL), MONDAY)

    assert violations() == []
    assert count(session, Visit.id > 0) == 100 + FIXED_WEEK
    assert set(session.scalars(sa.select(Visit.state).distinct())) == set(VisitState) - {VisitState.REPLANNED}
    wanted = {RequestState.NEW, RequestState.WAITLISTED, RequestState.PROPOSED, RequestState.CLOSED}
    assert wanted <= set(session.scalars(sa.select(SchoolRequest.state).distinct()))
    minors = sa.select(Presenter.id).where(Presenter.adult_on > MONDAY.date())
    assert count(session, Assignment.presenter_id.in_(minors), Assignment.state == AssignmentState.PRESENT) > 0


@pytest.mark.both_databases
def test_new_rows_find_their_place_behind_what_is_planted(session):
    plant(Size(**SMALL), MONDAY)

    assert make_centre().id == 3
    last = session.scalar(sa.select(sa.func.max(Visit.number)).where(Visit.number.like("P-2026-%")))
    assert next_number("P", MONDAY.date()) > last


def test_each_presentation_held_has_four_counts_and_each_settled_visit_a_certificate(session):
    plant(Size(**SMALL), MONDAY)

    four = sa.select(HeadCount.presentation_id).where(HeadCount.counts).group_by(HeadCount.presentation_id)
    numbers = set(session.scalars(four.with_only_columns(sa.func.count())))
    assert numbers == {4}
    assert count(session, Certificate.kind == "school") == SETTLED_IN_A_HUNDRED
    assert visits_missing_certificates() == []


def test_a_seed_without_certificates_has_them_due(session):
    plant(Size(**SMALL, certified=False), MONDAY)

    assert violations() == []
    assert len(visits_missing_certificates()) == SETTLED_IN_A_HUNDRED


@pytest.mark.deep
def test_two_calendars_have_as_many_entries_as_they_are_called_by(session):
    size = Size(**SMALL, feeds=True)
    plant(size, MONDAY)

    assert violations() == []
    for place, events in enumerate(FEED_EVENTS, 1):
        entries = whole_of(feed_token_of(events), now=MONDAY).body.count(b"BEGIN:VEVENT")
        held = sa.select(Presentation.id).join(Assignment).where(Assignment.presenter_id == size.people + place)
        assert events <= entries < events + 3
        assert len(session.scalars(held).all()) == entries


def test_nothing_is_planted_beside_somebodys_visits(session):
    plant(Size(**SMALL), MONDAY)

    with pytest.raises(NotEmpty):
        plant(Size(**SMALL), MONDAY)


def test_the_fixed_week_is_five_school_days_after_all_others():
    calendar = calendar_of(MONDAY, {dt.date(2027, 3, 1)})

    assert calendar.days[-5:] == tuple(calendar.fixed_week + dt.timedelta(days=number) for number in range(5))
    assert calendar.fixed_week.weekday() == 0
    assert list(calendar.days) == sorted(set(calendar.days))
    assert calendar.days[calendar.past - 1] < MONDAY.date() <= calendar.days[calendar.past]


def test_a_hundred_times_is_a_country_in_ten_years():
    size = size_of(100)

    assert (size.visits, size.people, size.hosts, size.waiting) == (100_000, 10_000, 3_000, 10_000)


@pytest.mark.parametrize("wrong", [{"visits": 150}, {"people": 50}, {"hosts": 10}])
def test_a_size_that_would_break_the_pattern_is_refused(wrong):
    with pytest.raises(ValueError, match="whole hundreds"):
        Size(**(SMALL | wrong))


@pytest.mark.deep
def test_the_command_plants_into_an_empty_file(tmp_path):
    command = [sys.executable, "-m", "tools.bench.seed", f"sqlite:///{tmp_path / 'seed.sqlite3'}", "1", "--unchecked"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "staff-1@bench.example signs in with" in done.stdout

"""Youth participation: the same presentations as the attendance report, as far as a young presenter was there."""

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.attendance.service.figures import add_up_marked
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.youth import youth_numbers, youth_visits
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.youth import band_of, youth_report
from scheduler.reports.terms.counting import Filters, Period
from scheduler.reports.terms.youth import YoungPerson, YouthBand, YouthCounts
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.programmes import make_programme
from tests.reports.youth_held import YouthHeld

DAY = dt.date(2026, 10, 6)
YEAR = Filters(year_of(2026))


def people_of(*bands: int) -> list[YoungPerson]:
    """So many of 15, of 17 and of 20 years."""
    ages = [age for age, number in zip((15, 17, 20), bands, strict=True) for _ in range(number)]
    return [YoungPerson(n, DAY.replace(year=DAY.year - age), DAY, 2, 90) for n, age in enumerate(ages)]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (dt.date(2010, 10, 7), YouthBand.UNDER_16),
        (dt.date(2010, 10, 6), YouthBand.UNDER_18),
        (dt.date(2008, 10, 7), YouthBand.UNDER_18),
        (dt.date(2008, 10, 6), YouthBand.GROWN),
    ],
)
def test_an_age_is_that_of_the_day(born, band):
    assert band_of(born, DAY) is band


def test_everybody_stands_in_one_band():
    report = youth_report(YEAR, [("2026-10", YouthCounts(10, 4, 200, 300))], people_of(1, 2, 3))
    bands = [(one.people, one.presentations, one.minutes) for one in report.bands]
    assert bands == [(1, 2, 90), (2, 4, 180), (3, 6, 270)]
    assert (report.people, report.totals.share, YouthCounts().share) == (6, 0.4, 0)


@pytest.fixture
def held(session):
    return YouthHeld()


@pytest.mark.both_databases
def test_the_numbers_are_those_of_the_attendance_report_with_a_young_presenter(held):
    filters = held.filters
    counted = youth_numbers(filters)  # marks stand: what is kept is old
    add_up_marked()
    with statements() as asked:
        report = youth_numbers(filters)

    at_most(3, asked)  # the young by month; the report; trained
    assert report == counted
    assert [month for month, _counts in report.months] == ["2026-10", "2026-11"]
    assert report.totals == YouthCounts(presentations=4, with_young=3, minutes=4 * 30, listeners=61 + 41 + 31)
    assert report.totals.presentations == attendance_report(held.filters).totals.presentations
    assert [one.people for one in report.bands] == [1, 1, 0]
    assert youth_numbers(Filters(year_of(2026), make_programme().centre_id)).totals == YouthCounts()


@pytest.mark.both_databases
def test_whole_months_as_they_are_kept_and_days_beside_them_are_one_report(held):
    held.visit((50, held.ana, held.tara), on_day=dt.date(2026, 10, 20))
    filters = replace(held.filters, period=Period(dt.date(2026, 10, 1), dt.date(2026, 11, 5)))
    counted = youth_numbers(filters)
    add_up_marked()
    report = youth_numbers(filters)
    assert report == counted
    assert report.totals == YouthCounts(presentations=4, with_young=4, minutes=5 * 30, listeners=61 + 41 + 31 + 51)
    assert [(one.people, one.presentations) for one in report.bands] == [(1, 1), (1, 4), (0, 0)]


@pytest.mark.both_databases
def test_every_number_opens_to_its_visits(held):
    def numbers(**given):
        return [one.number for one in youth_visits(held.filters, **given).rows]

    assert numbers() == [held.first.number, held.second.number]
    assert numbers(band=YouthBand.UNDER_16) == [held.first.number]
    assert numbers(band=YouthBand.GROWN) == []
    rows, totals = youth_visits(held.filters).rows, youth_numbers(held.filters).totals
    assert (rows[0].presentations, rows[0].listeners) == (2, 102)
    assert sum(one.presentations for one in rows) == totals.with_young
    assert sum(one.listeners for one in rows) == totals.listeners

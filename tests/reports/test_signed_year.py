"""A signed-off year is contradicted by nothing: report, JSON, profile and the public page say the same."""

import datetime as dt

import pytest

from scheduler.core import clock
from scheduler.policy import Role
from scheduler.profiles.queries import profile_figures
from scheduler.reports import service
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.public import public_names, public_year
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.public import as_signed
from scheduler.reports.rules.signing import document_of, figures_of, seen_of
from scheduler.reports.terms.counting import CentreYear, Filters, PublicYear, ReportCounts
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.reports.held_visits import held, recount

YEAR, NOW = 2025, clock.moment_of(dt.date(2026, 2, 1), dt.time(12), clock.BELGRADE)


@pytest.fixture
def programme(session):
    return make_programme()


def said(centre_id: int) -> dict[str, tuple[int, int]]:
    """Presentations and pupils of the year, by who says so."""
    report = with_books(attendance_report(Filters(year_of(YEAR), centre_id)))
    profile = profile_figures(year_of(YEAR), centre_id).totals
    names = public_names(NOW.date(), "en")
    [public] = [one for one in public_year(YEAR, names).centres if one.centre_id == centre_id]
    totals = document_of(report)["totals"]
    return {
        "report": (figures_of(report).presentations, figures_of(report).pupils),
        "json": (totals["presentations"], totals["pupils"]),
        "profile": (profile.presentations, profile.pupils),
        "public": (public.presentations, public.pupils),
    }


@pytest.mark.both_databases
def test_after_a_correction_all_go_on_saying_what_was_signed_until_it_is_taken_back(session, programme):
    visit = held(programme, YEAR, 50)
    held(programme, YEAR, 30)
    signer = make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id).actor()
    report = with_books(attendance_report(Filters(year_of(YEAR), programme.centre_id)))
    row = service.sign_period(signer, year_of(YEAR), seen_of(report.totals, report.books.corrections), now=NOW)
    recount(visit, 60)

    assert set(said(programme.centre_id).values()) == {(2, 80)}
    document = document_of(with_books(attendance_report(Filters(year_of(YEAR), programme.centre_id))))
    assert document["signed"]["changed_since"]["pupils"] == 10

    service.take_back(signer, row.id, "Mended", now=NOW)
    assert set(said(programme.centre_id).values()) == {(2, 90)}


def test_what_is_hidden_from_the_public_stays_hidden_and_small_numbers_are_hidden():
    counted = PublicYear(
        YEAR, (CentreYear(7, "NCC", 2, 80, None, 12, 1), CentreYear(8, "CNED", 1, 9, 9, 9, 1)), (), 3, 110
    )
    told = as_signed(counted, {7: ReportCounts(2, 3, 78, 6, 3, cities=2)})

    mine, others = told.centres
    assert (mine.presentations, mine.pupils, mine.parents, mine.teachers, mine.cities) == (3, 78, None, None, 2)
    assert others == counted.centres[1]
    assert told.presentations == 4

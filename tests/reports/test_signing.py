"""Signed-off periods: frozen totals that nothing contradicts, differences that appear once, and the taking back."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import Role
from scheduler.profiles.queries import profile_figures
from scheduler.reports import service
from scheduler.reports.models import CarriedDifference, SignedPeriod
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.figures import counted_by_period
from scheduler.reports.queries.public import public_names, public_year
from scheduler.reports.queries.signing import books_of, carried_elsewhere, signed_periods, with_books
from scheduler.reports.rules import attendance, signing
from scheduler.reports.rules.attendance import read_period, year_of
from scheduler.reports.rules.public import as_signed
from scheduler.reports.rules.signing import document_of, figures_of, plus
from scheduler.reports.terms.counting import (
    CentreYear,
    DistrictLine,
    FigureCell,
    Filters,
    Period,
    PublicYear,
    ReportCounts,
)
from scheduler.visits.models.visits import Visit
from tests.at_once import all_at_once
from tests.conftest import _empty
from tests.counting import selects_of
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.refusals import conflict, database_refusal, rejection
from tests.reports.held_visits import held, recount

NOW = dt.datetime(2030, 1, 10, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def signer(programme):
    return make_user(Role.COORDINATOR, centre_id=programme.centre_id).actor()


@pytest.fixture
def chief(programme):
    return make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id).actor()


def report_of(centre_id, period):
    return with_books(attendance_report(Filters(period, centre_id)))


def seen_of(centre_id, period):
    report = report_of(centre_id, period)
    return signing.seen_of(report.totals, report.books.corrections)


def sign(actor, year):
    period = year_of(year)
    return service.sign_period(actor, period, seen_of(actor.centre_id, period), now=NOW)


def corrections_of(programme, year):
    books = report_of(programme.centre_id, year_of(year)).books
    return [(one.period.first.year, one.counts.pupils) for one in books.corrections]


@pytest.mark.both_databases
def test_a_signed_period_stays_and_a_signed_difference_appears_in_the_next(programme, signer):
    visit = held(programme, 2025, 30)
    held(programme, 2026, 70)
    sign(signer, 2025)

    recount(visit, 33)

    before = report_of(programme.centre_id, year_of(2025))
    assert (before.books.signed.totals.pupils, before.totals.pupils, before.books.since.pupils) == (30, 33, 3)
    assert corrections_of(programme, 2026) == [(2025, 3)]
    sign(signer, 2026)
    assert corrections_of(programme, 2026) == [(2025, 3)]
    assert corrections_of(programme, 2027) == []
    recount(visit, 28)
    assert corrections_of(programme, 2026) == [(2025, 3)]
    assert corrections_of(programme, 2027) == [(2025, -5)]


@pytest.mark.both_databases
def test_attendance_that_is_locked_after_the_sign_off_is_a_difference_too(programme, signer):
    held(programme, 2025, 30, kilometres=40)
    sign(signer, 2025)
    held(programme, 2025, 12, kilometres=15)
    (one,) = report_of(programme.centre_id, year_of(2026)).books.corrections
    assert one.counts == ReportCounts(visits=1, presentations=1, pupils=12, kilometres=15)


def test_differences_are_shown_of_their_own_centre_and_in_a_whole_report_of_it_alone(programme, signer):
    theirs = make_programme()
    visit = held(theirs, 2025)
    sign(make_user(Role.COORDINATOR, centre_id=theirs.centre_id).actor(), 2025)
    recount(visit, 5)
    assert corrections_of(programme, 2026) == []
    assert corrections_of(theirs, 2026) == [(2025, -25)]
    assert sign(signer, 2025).presentations == 0
    for filters in (Filters(year_of(2025)), Filters(year_of(2025), signer.centre_id, campaign="x")):
        assert books_of(attendance_report(filters)) is None


@pytest.mark.both_databases
def test_todays_numbers_of_several_periods_are_those_of_their_reports(programme):
    for year, pupils in ((2024, 10), (2025, 20), (2025, 5), (2026, 1)):
        held(programme, year, pupils, kilometres=pupils)
    held(make_programme(), 2025, 999)
    years = {year: year_of(year) for year in (2023, 2024, 2025)}
    counted = counted_by_period(programme.centre_id, years)
    each = {key: attendance_report(Filters(one, programme.centre_id)).totals for key, one in years.items()}
    assert counted == {key: counts for key, counts in each.items() if counts.presentations}
    assert set(counted) == {2024, 2025}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("first", "last"), [("2025-12-31", "2026-01-01"), ("2025-02-02", "2025-02-02"), ("2024-01-01", "2028-01-01")]
)
def test_no_day_is_signed_twice(programme, signer, first, last):
    sign(signer, 2025)
    period = read_period(first, last)
    with rejection(first="signed_already"):
        service.sign_period(signer, period, seen_of(signer.centre_id, period), now=NOW)
    assert len(db.session.scalars(sa.select(SignedPeriod)).all()) == 1


@pytest.mark.both_databases
def test_the_database_refuses_a_day_signed_twice_and_an_edited_number_whatever_writes_them(programme, signer):
    row = sign(signer, 2025)
    crossing = {"first_day": dt.date(2025, 12, 31), "last_day": dt.date(2026, 1, 1), "signed_at": NOW}
    twin = SignedPeriod(centre_id=signer.centre_id, **crossing, **dict.fromkeys(attendance.COUNT_FIELDS, 0))
    with database_refusal("no_day_signed_twice") as session:
        session.add(twin)
    with database_refusal("signed_period_stays") as session:
        session.execute(sa.update(SignedPeriod).where(SignedPeriod.id == row.id).values(pupils=1))


@pytest.mark.both_databases
def test_of_many_who_sign_at_once_one_signs_and_a_difference_is_carried_once(app, programme, signer):
    visit = held(programme, 2024)
    sign(signer, 2024)
    recount(visit, 40)
    days = [Period(dt.date(2025, 1, 1), dt.date(2025, 6, 20 + shift)) for shift in range(6)]
    seen = {one: seen_of(signer.centre_id, one) for one in days}
    raised = all_at_once(app, [lambda one=one: service.sign_period(signer, one, seen[one], now=NOW) for one in days])
    refused = [one.problems for one in raised if one is not None]
    assert (len(raised), refused) == (6, [{"first": "signed_already"}] * 5)
    assert db.session.scalars(sa.select(CarriedDifference.pupils)).all() == [10]


def test_what_is_not_over_or_has_moved_since_it_was_read_is_not_signed(programme, signer):
    with rejection(last="period_not_over"):
        sign(signer, 2030)
    visit, period = held(programme, 2025), year_of(2025)
    seen = seen_of(signer.centre_id, period)
    recount(visit, 31)
    with conflict("changed_meanwhile"):
        service.sign_period(signer, period, seen, now=NOW)
    assert db.session.scalars(sa.select(SignedPeriod)).all() == []


@pytest.mark.both_databases
def test_a_sign_off_that_is_taken_back_owes_again_what_it_carried_and_its_days_can_be_signed_again(
    programme, signer, chief
):
    visit = held(programme, 2024, 30)
    sign(signer, 2024)
    recount(visit, 32)
    row = sign(signer, 2025)
    assert corrections_of(programme, 2026) == []

    service.take_back(chief, row.id, "  Два листа су стигла касније ", now=NOW)

    assert corrections_of(programme, 2026) == [(2024, 2)]
    assert corrections_of(programme, 2025) == [(2024, 2)]
    again = sign(signer, 2025)
    assert corrections_of(programme, 2026) == []
    listed = signed_periods(programme.centre_id, with_taken_back=True)
    assert [(one.id, one.why) for one in listed if one.period.first.year == 2025] == [
        (row.id, "Два листа су стигла касније"),
        (again.id, ""),
    ]


def test_who_carries_a_difference_is_taken_back_before_the_period_it_is_of(programme, signer, chief):
    visit = held(programme, 2024)
    first = sign(signer, 2024)
    recount(visit, 9)
    second = sign(signer, 2025)
    with conflict("carried_already"):
        service.take_back(chief, first.id, "Разлог", now=NOW)
    for row in (second, first):
        service.take_back(chief, row.id, "Разлог", now=NOW)
    with conflict("taken_back_already"):
        service.take_back(chief, first.id, "Разлог", now=NOW)


def test_a_coordinator_signs_and_an_administrator_of_the_centre_takes_back_with_a_reason(programme, signer, chief):
    for role in (Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING):
        with pytest.raises(NotAllowed):
            sign(make_user(role, centre_id=programme.centre_id).actor(), 2025)
    row = sign(signer, 2025)
    stranger = make_user(Role.ADMINISTRATOR, centre_id=make_programme().centre_id).actor()

    for actor, number, refusal in (
        (signer, row.id, NotAllowed),
        (stranger, row.id, NotFound),
        (chief, 10**6, NotFound),
    ):
        with pytest.raises(refusal):
            service.take_back(actor, number, "Разлог", now=NOW)
    with rejection(why="missing"):
        service.take_back(chief, row.id, "  ", now=NOW)

    assert db.session.scalars(sa.select(SignedPeriod.taken_back_at)).all() == [None]


def test_signing_and_taking_back_leave_one_audit_row_each(signer, chief):
    row = sign(signer, 2025)
    service.take_back(chief, row.id, "Тајни разлог", now=NOW)
    of_periods = sa.select(AuditEntry).where(AuditEntry.thing == "signed_period").order_by(AuditEntry.id)
    signed, back = db.session.scalars(of_periods)
    assert (signed.action, signed.actor) == ("signed off", signer.label)
    assert (back.action, back.actor) == ("sign-off taken back", chief.label)
    assert '"pupils": 0' in signed.details
    assert "Тајни" not in back.details


def test_the_books_take_as_many_queries_for_three_periods_as_for_one(programme, signer):
    report = attendance_report(Filters(year_of(2028), programme.centre_id))
    asked = []
    for year in (2024, 2025, 2026):
        sign(signer, year)
        asked.append(selects_of(lambda: books_of(report)))
    assert len(set(asked)) == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("visit"), st.integers(2024, 2027), st.integers(1, 200)),
        st.tuples(st.just("recount"), st.integers(0, 9), st.integers(0, 200)),
        st.tuples(st.just("sign"), st.integers(2024, 2027), st.just(0)),
        st.tuples(st.just("back"), st.integers(0, 9), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


@pytest.mark.both_databases
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_signed_totals_carried_differences_and_what_is_owed_sum_to_todays_truth(session, plan):
    _empty()
    programme = make_programme()
    signer = make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id).actor()
    visits: list[Visit] = []
    for act, which, number in plan:
        _act(programme, signer, visits, (act, which, number))
        living = signed_periods(programme.centre_id)
        owed = report_of(programme.centre_id, year_of(2029)).books.corrections
        carried = [one for period in living for one in period.carried]
        told = plus(*(one.totals for one in living), *(one.counts for one in (*carried, *owed)))
        truth = plus(*(report_of(programme.centre_id, one.period).totals for one in living))
        assert told == truth
        assert len({(one.of_period, period.id) for period in living for one in period.carried}) == len(carried)


def _act(programme, signer, visits, step):
    act, which, number = step
    if act == "visit":
        visits.append(held(programme, which, number, kilometres=number))
    elif act == "recount" and visits:
        recount(visits[which % len(visits)], number)
    elif act == "sign":
        if all(one.period.first.year != which for one in signed_periods(programme.centre_id)):
            sign(signer, which)
    elif act == "back" and (living := signed_periods(programme.centre_id)):
        one = living[which % len(living)]
        if not carried_elsewhere(one.id):
            service.take_back(signer, one.id, "Разлог", now=NOW)


def said(centre_id: int) -> dict[str, tuple[int, int]]:
    """Presentations and pupils of 2025, by who says so."""
    report = report_of(centre_id, year_of(2025))
    [public] = [one for one in public_year(2025, public_names(NOW.date(), "en")).centres if one.centre_id == centre_id]
    totals = document_of(report)["totals"]
    counts = {
        "report": figures_of(report),
        "profile": profile_figures(year_of(2025), centre_id).totals,
        "public": public,
    }
    return {name: (one.presentations, one.pupils) for name, one in counts.items()} | {
        "json": (totals["presentations"], totals["pupils"])
    }


@pytest.mark.both_databases
def test_after_a_correction_report_profile_and_public_say_what_was_signed_until_it_is_taken_back(programme, chief):
    visit = held(programme, 2025, 50)
    held(programme, 2025, 30)
    row = sign(chief, 2025)
    recount(visit, 60)
    assert set(said(programme.centre_id).values()) == {(2, 80)}
    assert document_of(report_of(programme.centre_id, year_of(2025)))["signed"]["changed_since"]["pupils"] == 10
    service.take_back(chief, row.id, "Mended", now=NOW)
    assert set(said(programme.centre_id).values()) == {(2, 90)}


def test_what_is_hidden_from_the_public_stays_hidden_and_small_numbers_are_hidden():
    counted = PublicYear(
        2025, (CentreYear(7, "NCC", 2, 80, None, 12, 1), CentreYear(8, "CNED", 1, 9, 9, 9, 1)), (), 3, 110
    )
    told = as_signed(counted, {7: ReportCounts(2, 3, 73, 6, 3, cities=2)}, ())
    mine, others = told.centres
    assert (mine.presentations, mine.pupils, mine.parents, mine.teachers, mine.cities) == (3, 75, None, None, 2)
    assert others == counted.centres[1]
    assert told.presentations == 4


@pytest.mark.parametrize(
    ("signed", "in_campaign", "in_district", "told"),
    [
        (83, 0, 80, 80),  # three people more
        (86, 0, 80, 85),
        (75, 73, 80, 80),  # two would remain beside the campaign
        (75, 70, 80, 75),
        (70, 70, 80, 80),  # nobody: what the campaign hides would be told
        (75, 0, None, 80),  # less would remain of a hidden district
        (85, 0, None, 85),
    ],
)
def test_trust_s44_signed_totals_move_by_fives_and_leave_no_few_people_beside_others(
    signed, in_campaign, in_district, told
):
    year = PublicYear(
        2025, (CentreYear(7, "NCC", 2, 80, 0, 0, 1),), (DistrictLine("RS-20", "Nišava", 2, in_district),), 2, 80
    )
    cells = (
        FigureCell(7, "RS-20", "Ниш", 1, ReportCounts(presentations=1, pupils=in_campaign), 0),
        FigureCell(7, "RS-20", "Ниш", None, ReportCounts(presentations=1, pupils=80 - in_campaign), 0),
    )

    shown = as_signed(year, {7: ReportCounts(presentations=2, pupils=signed)}, cells)

    assert (shown.centres[0].pupils, shown.people) == (told, told)

"""Signed-off periods: frozen totals, differences that appear exactly once, and the taking back."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.policy import Role
from scheduler.reports import service
from scheduler.reports.models import CarriedDifference, SignedPeriod
from scheduler.reports.queries.attendance import attendance_report, counted_by_period
from scheduler.reports.queries.signing import books_of, carried_elsewhere, signed_periods, with_books
from scheduler.reports.rules import attendance, signing
from scheduler.reports.rules.attendance import read_period, year_of
from scheduler.reports.rules.signing import plus
from scheduler.reports.terms.counting import Filters, Period, ReportCounts
from scheduler.visits.models.visits import Visit
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
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


def test_the_difference_of_another_centre_is_not_shown(programme, signer):
    theirs = make_programme()
    visit = held(theirs, 2025)
    sign(make_user(Role.COORDINATOR, centre_id=theirs.centre_id).actor(), 2025)
    recount(visit, 5)

    assert corrections_of(programme, 2026) == []
    assert corrections_of(theirs, 2026) == [(2025, -25)]
    assert sign(signer, 2025).presentations == 0


def test_a_narrowed_report_and_one_of_all_centres_say_nothing_of_signed_periods(programme, signer):
    sign(signer, 2025)

    for filters in (Filters(year_of(2025)), Filters(year_of(2025), signer.centre_id, campaign="x")):
        assert books_of(attendance_report(filters)) is None


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("first", "last"), [("2025-12-31", "2026-01-01"), ("2025-02-02", "2025-02-02"), ("2024-01-01", "2028-01-01")]
)
def test_no_day_is_signed_twice(programme, signer, first, last):
    sign(signer, 2025)
    period = read_period(first, last)

    with pytest.raises(Rejected) as refusal:
        service.sign_period(signer, period, seen_of(signer.centre_id, period), now=NOW)

    assert refusal.value.problems == {"first": "signed_already"}
    assert len(db.session.scalars(sa.select(SignedPeriod)).all()) == 1


@pytest.mark.both_databases
def test_the_database_refuses_a_day_signed_twice_and_an_edited_number_whatever_writes_them(programme, signer):
    row = sign(signer, 2025)
    twin = dict.fromkeys(attendance.COUNT_FIELDS, 0)
    with pytest.raises(IntegrityError) as refusal, transaction() as session:
        session.add(
            SignedPeriod(
                centre_id=signer.centre_id, first_day=dt.date(2025, 12, 31), last_day=dt.date(2026, 1, 1),
                signed_at=NOW, **twin,
            )
        )  # fmt: skip
    with pytest.raises(IntegrityError) as edit, transaction() as session:
        session.execute(sa.update(SignedPeriod).where(SignedPeriod.id == row.id).values(pupils=1))

    assert (refused_by(refusal.value), refused_by(edit.value)) == ("no_day_signed_twice", "signed_period_stays")


@pytest.mark.both_databases
def test_of_many_who_sign_at_once_one_signs_and_a_difference_is_carried_once(app, programme, signer):
    visit = held(programme, 2024)
    sign(signer, 2024)
    recount(visit, 40)
    days = [Period(dt.date(2025, 1, 1), dt.date(2025, 6, 20 + shift)) for shift in range(6)]
    seen = {one: seen_of(signer.centre_id, one) for one in days}

    def attempt(period):
        with app.app_context():
            try:
                service.sign_period(signer, period, seen[period], now=NOW)
            except Rejected as refusal:
                return {field: str(reason) for field, reason in refusal.problems.items()}
            return "signed"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, days))

    db.session.rollback()
    assert sorted(map(str, outcomes)) == sorted(["signed"] + [str({"first": "signed_already"})] * 5)
    assert db.session.scalars(sa.select(CarriedDifference.pupils)).all() == [10]


def test_a_period_that_is_not_over_is_not_signed(signer):
    with pytest.raises(Rejected) as refusal:
        sign(signer, 2030)

    assert refusal.value.problems == {"last": "period_not_over"}


def test_numbers_that_moved_since_they_were_read_are_not_signed(programme, signer):
    visit = held(programme, 2025)
    period = year_of(2025)
    seen = seen_of(signer.centre_id, period)
    recount(visit, 31)

    with pytest.raises(Conflict, match="changed_meanwhile"):
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

    with pytest.raises(Conflict, match="carried_already"):
        service.take_back(chief, first.id, "Разлог", now=NOW)

    service.take_back(chief, second.id, "Разлог", now=NOW)
    service.take_back(chief, first.id, "Разлог", now=NOW)
    with pytest.raises(Conflict, match="taken_back_already"):
        service.take_back(chief, first.id, "Разлог", now=NOW)


def test_taking_back_needs_an_administrator_of_the_centre_and_a_reason(programme, signer, chief):
    row = sign(signer, 2025)
    stranger = make_user(Role.ADMINISTRATOR, centre_id=make_programme().centre_id).actor()

    with pytest.raises(NotAllowed):
        service.take_back(signer, row.id, "Разлог", now=NOW)
    with pytest.raises(NotFound):
        service.take_back(stranger, row.id, "Разлог", now=NOW)
    with pytest.raises(NotFound):
        service.take_back(chief, row.id + 1, "Разлог", now=NOW)
    with pytest.raises(Rejected) as refusal:
        service.take_back(chief, row.id, "  ", now=NOW)

    assert refusal.value.problems == {"why": "missing"}
    assert db.session.scalars(sa.select(SignedPeriod.taken_back_at)).all() == [None]


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
def test_other_roles_sign_nothing(programme, role):
    with pytest.raises(NotAllowed):
        sign(make_user(role, centre_id=programme.centre_id).actor(), 2025)


def test_signing_and_taking_back_leave_one_audit_row_each(signer, chief):
    row = sign(signer, 2025)
    service.take_back(chief, row.id, "Тајни разлог", now=NOW)

    told = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor, AuditEntry.details)
        .where(AuditEntry.thing == "signed_period")
        .order_by(AuditEntry.id)
    ).all()
    assert [(action, actor) for action, actor, _details in told] == [
        ("signed off", signer.label),
        ("sign-off taken back", chief.label),
    ]
    assert '"pupils": 0' in told[0].details
    assert "Тајни" not in told[1].details


def test_the_books_take_as_many_queries_for_three_periods_as_for_one(programme, signer):
    from tests.counting import statements

    sign(signer, 2024)
    report = attendance_report(Filters(year_of(2028), programme.centre_id))
    with statements() as one:
        books_of(report)
    for year in (2025, 2026):
        sign(signer, year)
    with statements() as three:
        books_of(report)

    assert len(three) == len(one)


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
    from tests.conftest import _empty

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

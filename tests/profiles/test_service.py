"""Texts are typed once, a profile is signed as it was seen and stays; who may, and what the database refuses."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotAllowed, NotFound, Rejected
from scheduler.policy import ANONYMOUS, Role
from scheduler.profiles import rules, service
from scheduler.profiles.models import SignedProfile
from scheduler.profiles.queries import papers_of, public_profile, signed_for, signed_profiles, standing_papers, texts_of
from scheduler.profiles.terms import ProfileReason, ProfileTexts
from scheduler.profiles.wording.paper import plain_text
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.signing import seen_of
from scheduler.reports.service import sign_period
from scheduler.reports.terms.counting import Filters, Period
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.refusals import conflict, rejection
from tests.reports.held_visits import a_held_visit, held, recount
from tests.visits.defences import by_sql, refusal_of

YEAR = year_of(2025)
TEXTS = ProfileTexts("Ко смо.", "Who we are.", "Даље.", "What is next.")


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def chief(programme):
    return make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id).actor()


def sign_counts(chief, period=YEAR):
    report = with_books(attendance_report(Filters(period, chief.centre_id)))
    sign_period(chief, period, seen_of(report.totals, report.books.corrections), now=MONDAY)


def sign(chief, period=YEAR):
    sign_counts(chief, period)
    return service.sign_profile(chief, period, rules.seen_of(papers_of(period, chief.centre_id)), now=MONDAY)


def text_of(chief):
    return plain_text(standing_papers(YEAR, chief.centre_id)["en"])


def test_texts_are_kept_and_a_second_writer_who_read_older_ones_is_told(chief):
    service.type_texts(chief, YEAR, TEXTS, 0, now=MONDAY)

    with conflict(GroundReason.CHANGED_MEANWHILE):
        service.type_texts(chief, YEAR, ProfileTexts("Друго."), 0, now=MONDAY)

    stored = texts_of(chief.centre_id, YEAR)
    assert stored.texts == TEXTS
    service.type_texts(chief, YEAR, ProfileTexts("Друго."), stored.version, now=MONDAY)
    assert texts_of(chief.centre_id, YEAR).texts == ProfileTexts("Друго.")


@pytest.mark.parametrize(
    ("text", "reason"), [("Зоран 0101990710008", GroundReason.IDENTITY_NUMBER), ("а" * 6001, GroundReason.TOO_LONG)]
)
def test_a_text_that_names_somebody_by_number_or_is_too_long_is_refused(chief, text, reason):
    with rejection(plans_sr_cyrl=reason):
        service.type_texts(chief, YEAR, ProfileTexts(plans_sr_cyrl=text), 0, now=MONDAY)


@pytest.mark.both_databases
def test_a_signed_profile_says_the_same_for_ever_and_the_difference_stands_in_the_books(session, chief, programme):
    visit = held(programme, 2025, 50)
    service.type_texts(chief, YEAR, TEXTS, 0, now=MONDAY)
    before = text_of(chief)
    assert "attended by 50 pupils" in before

    sign(chief)
    recount(visit, 60)
    held(programme, 2025, 30)

    assert text_of(chief) == before
    assert papers_of(YEAR, chief.centre_id) != standing_papers(YEAR, chief.centre_id)  # its picture at least
    since = with_books(attendance_report(Filters(YEAR, chief.centre_id))).books.since
    assert (since.pupils, since.presentations) == (40, 1)
    with conflict(ProfileReason.PROFILE_SIGNED_ALREADY):
        service.type_texts(chief, YEAR, ProfileTexts("Друго."), 1, now=MONDAY)


def test_the_counts_of_just_these_days_are_signed_first(chief, programme):
    held(programme, 2025, 50)
    sign_counts(chief, Period(YEAR.first, dt.date(2025, 6, 30)))
    with rejection(first=ProfileReason.COUNTS_NOT_SIGNED):
        service.sign_profile(chief, YEAR, rules.seen_of(papers_of(YEAR, chief.centre_id)), now=MONDAY)


def test_what_changed_meanwhile_is_not_signed(chief):
    sign_counts(chief)
    seen = rules.seen_of(papers_of(YEAR, chief.centre_id))
    service.type_texts(chief, YEAR, TEXTS, 0, now=MONDAY)
    with conflict(GroundReason.CHANGED_MEANWHILE):
        service.sign_profile(chief, YEAR, seen, now=MONDAY)


def test_a_profile_is_signed_once_and_again_when_it_was_taken_back(chief, programme):
    first = sign(chief)
    seen = rules.seen_of(papers_of(YEAR, chief.centre_id))
    with rejection(first=ProfileReason.PROFILE_SIGNED_ALREADY):
        service.sign_profile(chief, YEAR, seen, now=MONDAY)

    service.take_profile_back(chief, first, "A slip", now=MONDAY)
    second = service.sign_profile(chief, YEAR, seen, now=MONDAY)

    assert [one.id for one in signed_profiles(chief.centre_id)] == [second]
    kept = {one.id: one.why for one in signed_profiles(chief.centre_id, with_taken_back=True)}
    assert kept == {first: "A slip", second: ""}
    with conflict(ProfileReason.PROFILE_TAKEN_BACK_ALREADY):
        service.take_profile_back(chief, first, "Again", now=MONDAY)


def test_the_public_reads_a_calendar_year_and_never_after_it_was_taken_back(chief):
    year = sign(chief)
    part = sign(chief, Period(dt.date(2026, 1, 1), dt.date(2026, 4, 26)))

    assert public_profile(year).public_papers["en"].for_public
    with pytest.raises(NotFound):
        public_profile(part)
    service.take_profile_back(chief, year, "A slip", now=MONDAY)
    with pytest.raises(NotFound):
        public_profile(year)


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.SAFEGUARDING])
def test_neither_presenters_nor_safeguarding_type_or_sign(session, programme, role):
    other = make_user(role, centre_id=programme.centre_id).actor()
    for actor in (other, ANONYMOUS):
        with pytest.raises(NotAllowed):
            service.type_texts(actor, YEAR, TEXTS, 0, now=MONDAY)
        with pytest.raises(NotAllowed):
            service.sign_profile(actor, YEAR, "", now=MONDAY)


def test_a_coordinator_takes_nothing_back_and_another_centre_finds_nothing(chief, programme):
    signed = sign(chief)
    coordinator = make_user(Role.COORDINATOR, centre_id=programme.centre_id).actor()
    stranger = make_user(Role.ADMINISTRATOR, centre_id=make_programme().centre_id).actor()

    with pytest.raises(NotAllowed):
        service.take_profile_back(coordinator, signed, "No", now=MONDAY)
    with pytest.raises(NotFound):
        service.take_profile_back(stranger, signed, "No", now=MONDAY)
    with pytest.raises(Rejected):
        service.take_profile_back(chief, signed, " ", now=MONDAY)
    assert signed_for(chief.centre_id, YEAR) is not None


@pytest.mark.both_databases
@pytest.mark.parametrize(("statement", "law"), [
    ("UPDATE signed_profile SET papers = '{}'", "signed_profile_stays"),
    ("UPDATE signed_profile SET public_papers = ''", "signed_profile_stays"),
    ("UPDATE signed_profile SET first_day = '2024-01-01'", "signed_profile_stays"),
    ("DELETE FROM signed_profile", "signed_profile_stays"),
])  # fmt: skip
def test_the_database_keeps_what_was_signed(session, chief, statement, law):
    sign(chief)
    assert refusal_of(lambda: by_sql(statement)) == law


@pytest.mark.both_databases
def test_the_database_lets_no_two_stand_for_the_same_days(session, chief):
    sign(chief)
    with pytest.raises(IntegrityError), transaction() as other:
        row = other.scalars(sa.select(SignedProfile)).one()
        names = ("centre_id", "first_day", "last_day", "papers", "public_papers", "signed_at")
        other.add(SignedProfile(**{name: getattr(row, name) for name in names}))


def test_a_visit_of_another_centre_changes_nothing(chief, programme):
    held(programme, 2025, 50)
    before = text_of(chief)
    a_held_visit(HeadCounts(pupils=90), on_day=dt.date(2025, 5, 6))
    assert text_of(chief) == before

"""Texts are typed once, a profile is signed as it was seen and stays; who may, and what the database refuses."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.terms import HeadCounts
from scheduler.cohorts.terms import CohortSkill
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotAllowed, NotFound, Rejected
from scheduler.helpline.service.figures import enter_month, open_month, publish, sign_month
from scheduler.helpline.terms import CorrectionCause
from scheduler.policy import ANONYMOUS, Role
from scheduler.profiles import rules, service
from scheduler.profiles.models import SignedProfile
from scheduler.profiles.queries import (
    papers_of,
    profile_figures,
    public_papers_of,
    public_profile,
    published_helpline,
    signed_for,
    signed_profiles,
    standing_papers,
    texts_of,
)
from scheduler.profiles.service import type_texts
from scheduler.profiles.terms import ProfileReason, ProfileTexts
from scheduler.profiles.wording.paper import plain_text
from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.queries.attendance import attendance_report, visits_behind
from scheduler.reports.queries.figures import side_numbers
from scheduler.reports.queries.signing import with_books
from scheduler.reports.queries.youth import young_share
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.signing import seen_of
from scheduler.reports.service import sign_period
from scheduler.reports.terms.counting import Filters, Group, Period, YoungShare
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.cohorts import held_request, make_cohort, make_training
from tests.factories.helpline import helpline_draft
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
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


# A profile counts by the questions that reports, cohorts and the helpline ask, so that all say the same.

THIS_YEAR = year_of(2026)
P = AssignmentState


@pytest.fixture
def boss(session):
    return make_user(Role.ADMINISTRATOR, centre_id=make_centre().id).actor()


def with_young(centre_id, *states, minutes=45):
    """A presentation held with a young presenter in each of these states."""
    programme = make_programme(centre_id=centre_id)
    presentation = make_presentation(
        make_visit(VisitState.DELIVERED, programme=programme), dt.time(9), PresentationState.DELIVERED, minutes=minutes
    )
    make_attendance(presentation, HeadCounts(pupils=25, teachers=1))
    make_assignment(presentation, a_cleared_educator(centre_id=centre_id).id, P.PRESENT)
    for state in states:
        make_assignment(presentation, a_cleared_minor(centre_id=centre_id).id, state)


@pytest.mark.both_databases
def test_what_was_held_with_young_presenters_is_what_the_indicator_counts_once_each(session):
    centre = make_centre().id
    with_young(centre, P.PRESENT, P.PRESENT)
    with_young(centre, P.ABSENT)
    with_young(centre, P.ABSENT, P.PRESENT, minutes=90)

    filters = Filters(THIS_YEAR, centre)
    share = young_share(filters)

    assert share.counts.presentations == side_numbers(filters)["with_influencer"] == 2
    assert (share.minutes, share.presenters, share.counts.pupils) == (135, 3, 50)
    young = Filters(THIS_YEAR, centre, young=True)
    behind = visits_behind(young)
    assert sum(line.counts.presentations for line in behind.rows) == 2
    by_presenter = attendance_report(young, [Group.PRESENTER])
    assert by_presenter.totals.presentations == 2
    assert len(by_presenter.rows) == 5  # adults of the crews beside them
    assert young_share(Filters(year_of(2020), centre)) == YoungShare()


def test_a_campaign_is_told_with_its_cities_and_what_was_held_for_it(session):
    programme = make_programme(name_en="Talk")
    campaign = make_campaign(programme=programme, name_en="Show respect")
    make_campaign(programme=programme, first_day=dt.date(2020, 1, 1), last_day=dt.date(2020, 2, 1))
    given = {"programme": programme, "campaign_id": campaign.id}
    a_held_visit(HeadCounts(pupils=70), level=SchoolLevel.SECONDARY, **given)
    a_held_visit(HeadCounts(pupils=9), **given)

    figures = profile_figures(THIS_YEAR, programme.centre_id)

    (share,) = figures.campaigns
    add_up_marked()
    assert profile_figures(figures.period, figures.centre_id).campaigns == (share,), "kept as it is counted"
    assert (share.name.en, share.counts.pupils, share.high_school_pupils) == ("Show respect", 79, 70)
    assert len(share.cities) == share.counts.cities == 1
    assert (figures.totals.presentations, sum(number for _month, number in figures.presentations_by_month)) == (2, 2)


def test_cohorts_are_those_whose_school_year_ended_and_their_ages_add_up(session):
    training, host = make_training(make_centre().id), make_host()
    parts = [(skill, held_request(training, host.id)) for skill in CohortSkill]
    make_cohort(training, host.id, *parts, level=3, size=20, grade=4)
    make_cohort(training, host.id, size=12, ends_on=dt.date(2027, 8, 31))

    (share,) = profile_figures(THIS_YEAR, training.centre_id).cohorts

    assert (share.year, share.cohorts, share.pupils, share.trained, share.cities) == (2026, 1, 20, 20, 1)
    assert share.trained_by_age == {"from_7": 20}
    assert profile_figures(THIS_YEAR, None).cohorts == (share,)


def sign_helpline(boss, draft):
    period_id = enter_month(boss, draft, now=MONDAY)
    sign_month(boss, period_id, 1, now=MONDAY)
    return period_id


def test_only_signed_periods_that_lie_within_the_days_are_told_and_the_others_are_counted(boss):
    sign_helpline(boss, helpline_draft())
    sign_helpline(boss, helpline_draft(dt.date(2026, 2, 1), dt.date(2026, 2, 28)))
    enter_month(boss, helpline_draft(dt.date(2026, 3, 1), dt.date(2026, 3, 31)), now=MONDAY)

    figures = profile_figures(THIS_YEAR, boss.centre_id)

    assert figures.helpline.numbers["communications"] == 200
    assert figures.helpline.days == (Period(dt.date(2026, 1, 1), dt.date(2026, 2, 28)),)
    assert figures.helpline_left_out == 1
    cut = profile_figures(Period(dt.date(2026, 1, 1), dt.date(2026, 2, 20)), boss.centre_id)
    assert (cut.helpline.numbers["communications"], cut.helpline_left_out) == (100, 1)
    assert profile_figures(year_of(2025), boss.centre_id).helpline is None


def test_the_public_is_told_what_was_published_whatever_is_corrected_afterwards(boss):
    january = sign_helpline(boss, helpline_draft())
    publish(boss, dt.date(2026, 1, 1), dt.date(2026, 1, 31), now=MONDAY)
    open_month(boss, january, CorrectionCause.TYPING_SLIP, now=MONDAY)

    (told,) = published_helpline(THIS_YEAR, boss.centre_id)

    assert profile_figures(THIS_YEAR, boss.centre_id).helpline is None
    assert told.numbers["communications"] == 100
    text = plain_text(public_papers_of(THIS_YEAR, boss.centre_id, MONDAY.date())["en"])
    assert "100 communications reached the helpline (1–31 January 2026): 80 calls and 20 e-mails." in text
    assert public_papers_of(Period(THIS_YEAR.first, dt.date(2026, 6, 30)), boss.centre_id, MONDAY.date()) == {}


def test_words_about_the_centre_stand_until_others_are_typed_and_plans_belong_to_their_days(boss):
    type_texts(boss, year_of(2024), ProfileTexts("Ми.", "We.", "Даље.", "On."), 0, now=MONDAY)
    assert texts_of(boss.centre_id, year_of(2024)).texts.plans_en == "On."
    later = texts_of(boss.centre_id, THIS_YEAR)
    assert (later.texts, later.version) == (ProfileTexts("Ми.", "We."), 0)
    assert texts_of(boss.centre_id, year_of(2023)).texts == ProfileTexts()
    assert texts_of(make_centre().id, THIS_YEAR).texts == ProfileTexts()


def test_all_centres_together_are_told_without_typed_texts(boss):
    a_held_visit(HeadCounts(pupils=30))
    a_held_visit(HeadCounts(pupils=40))
    sign_helpline(boss, helpline_draft())
    type_texts(boss, THIS_YEAR, ProfileTexts("Ми.", "We."), 0, now=MONDAY)

    text = plain_text(papers_of(THIS_YEAR, None)["en"])

    assert text.startswith("All centres\nYearly profile for 2026\n")
    assert "2 presentations were held" in text
    assert "100 communications" in text
    assert "We." not in text


def test_more_visits_ask_no_more_questions(boss):
    programme = make_programme(centre_id=boss.centre_id)
    a_held_visit(HeadCounts(pupils=30), programme=programme)
    sign_helpline(boss, helpline_draft())

    def asked():
        with statements() as seen:
            profile_figures(THIS_YEAR, boss.centre_id)
        return len(seen)

    before = asked()
    for _each in range(5):
        a_held_visit(HeadCounts(pupils=30), programme=programme)
    assert asked() == before


def test_more_campaigns_and_school_years_ask_no_more_questions(boss):
    programme = make_programme(centre_id=boss.centre_id)
    seen = []
    for period in (THIS_YEAR, Period(dt.date(2020, 1, 1), THIS_YEAR.last)):
        a_held_visit(programme=programme, campaign_id=make_campaign(programme=programme).id)
        add_up_marked()
        with statements() as asked:
            papers_of(period, boss.centre_id)
        seen.append(len(asked))

    assert seen[0] == seen[1]
    at_most(8, seen[0])

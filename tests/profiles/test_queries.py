"""A profile counts by the questions that reports, cohorts and the helpline ask, so that all say the same."""

import datetime as dt

import pytest

from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.terms import HeadCounts
from scheduler.cohorts.terms import CohortSkill
from scheduler.helpline.service.figures import enter_month, open_month, publish, sign_month
from scheduler.helpline.terms import CorrectionCause
from scheduler.policy import Role
from scheduler.profiles.queries import papers_of, profile_figures, public_papers_of, published_helpline, texts_of
from scheduler.profiles.service import type_texts
from scheduler.profiles.terms import ProfileTexts
from scheduler.profiles.wording.paper import plain_text
from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.queries.attendance import attendance_report, visits_behind
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.queries.young import young_share
from scheduler.reports.rules.attendance import year_of
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
from tests.reports.held_visits import a_held_visit

YEAR = year_of(2026)
P = AssignmentState


@pytest.fixture
def chief(session):
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

    filters = Filters(YEAR, centre)
    share = young_share(filters)

    assert share.counts.presentations == indicators(filters)["with_influencer"] == 2
    assert (share.minutes, share.presenters, share.counts.pupils) == (135, 3, 50)
    young = Filters(YEAR, centre, young=True)
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

    figures = profile_figures(YEAR, programme.centre_id)

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

    (share,) = profile_figures(YEAR, training.centre_id).cohorts

    assert (share.year, share.cohorts, share.pupils, share.trained, share.cities) == (2026, 1, 20, 20, 1)
    assert share.trained_by_age == {"from_7": 20}
    assert profile_figures(YEAR, None).cohorts == (share,)


def sign_helpline(chief, draft):
    period_id = enter_month(chief, draft, now=MONDAY)
    sign_month(chief, period_id, 1, now=MONDAY)
    return period_id


def test_only_signed_periods_that_lie_within_the_days_are_told_and_the_others_are_counted(chief):
    sign_helpline(chief, helpline_draft())
    sign_helpline(chief, helpline_draft(dt.date(2026, 2, 1), dt.date(2026, 2, 28)))
    enter_month(chief, helpline_draft(dt.date(2026, 3, 1), dt.date(2026, 3, 31)), now=MONDAY)

    figures = profile_figures(YEAR, chief.centre_id)

    assert figures.helpline.numbers["communications"] == 200
    assert figures.helpline.days == (Period(dt.date(2026, 1, 1), dt.date(2026, 2, 28)),)
    assert figures.helpline_left_out == 1
    cut = profile_figures(Period(dt.date(2026, 1, 1), dt.date(2026, 2, 20)), chief.centre_id)
    assert (cut.helpline.numbers["communications"], cut.helpline_left_out) == (100, 1)
    assert profile_figures(year_of(2025), chief.centre_id).helpline is None


def test_the_public_is_told_what_was_published_whatever_is_corrected_afterwards(chief):
    january = sign_helpline(chief, helpline_draft())
    publish(chief, dt.date(2026, 1, 1), dt.date(2026, 1, 31), now=MONDAY)
    open_month(chief, january, CorrectionCause.TYPING_SLIP, now=MONDAY)

    (told,) = published_helpline(YEAR, chief.centre_id)

    assert profile_figures(YEAR, chief.centre_id).helpline is None
    assert told.numbers["communications"] == 100
    text = plain_text(public_papers_of(YEAR, chief.centre_id, MONDAY.date())["en"])
    assert "100 communications reached the helpline (1–31 January 2026): 80 calls and 20 e-mails." in text
    assert public_papers_of(Period(YEAR.first, dt.date(2026, 6, 30)), chief.centre_id, MONDAY.date()) == {}


def test_words_about_the_centre_stand_until_others_are_typed_and_plans_belong_to_their_days(chief):
    type_texts(chief, year_of(2024), ProfileTexts("Ми.", "We.", "Даље.", "On."), 0, now=MONDAY)

    assert texts_of(chief.centre_id, year_of(2024)).texts.plans_en == "On."
    later = texts_of(chief.centre_id, YEAR)
    assert (later.texts, later.version) == (ProfileTexts("Ми.", "We."), 0)
    assert texts_of(chief.centre_id, year_of(2023)).texts == ProfileTexts()
    assert texts_of(make_centre().id, YEAR).texts == ProfileTexts()


def test_all_centres_together_are_told_without_typed_texts(chief):
    a_held_visit(HeadCounts(pupils=30))
    a_held_visit(HeadCounts(pupils=40))
    sign_helpline(chief, helpline_draft())
    type_texts(chief, YEAR, ProfileTexts("Ми.", "We."), 0, now=MONDAY)

    text = plain_text(papers_of(YEAR, None)["en"])

    assert text.startswith("All centres\nYearly profile for 2026\n")
    assert "2 presentations were held" in text
    assert "100 communications" in text
    assert "We." not in text


def test_more_visits_ask_no_more_questions(chief):
    programme = make_programme(centre_id=chief.centre_id)
    a_held_visit(HeadCounts(pupils=30), programme=programme)
    sign_helpline(chief, helpline_draft())

    def asked():
        with statements() as seen:
            profile_figures(YEAR, chief.centre_id)
        return len(seen)

    before = asked()
    for _each in range(5):
        a_held_visit(HeadCounts(pupils=30), programme=programme)
    assert asked() == before


def test_more_campaigns_and_school_years_ask_no_more_questions(chief):
    programme = make_programme(centre_id=chief.centre_id)
    seen = []
    for period in (YEAR, Period(dt.date(2020, 1, 1), YEAR.last)):
        a_held_visit(programme=programme, campaign_id=make_campaign(programme=programme).id)
        add_up_marked()
        with statements() as asked:
            papers_of(period, chief.centre_id)
        seen.append(len(asked))

    assert seen[0] == seen[1]
    at_most(8, seen[0])

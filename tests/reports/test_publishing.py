"""The public figures of a year are made once, in March of the next one, and follow corrections by whole fives."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.models import StaleFigure
from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import OPEN_BLOCK, db, transaction
from scheduler.jobs.reports import make_public_figures
from scheduler.policy import Role
from scheduler.programmes.queries import campaign_page
from scheduler.programmes.terms import Audience
from scheduler.reports import service
from scheduler.reports.models import PublicFigure
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.public import campaign_outcome, public_names, public_year
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.jointly import corrected
from scheduler.reports.rules.signing import seen_of
from scheduler.reports.service import publish_figures, sign_period
from scheduler.reports.terms.counting import Filters
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories.attendance import make_attendance
from tests.factories.people import make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.visits import make_presentation, make_visit

FEBRUARY, MARCH, APRIL = (
    dt.datetime(2027, month, day, 4, 0, tzinfo=dt.UTC) for month, day in ((2, 28), (3, 1), (4, 1))
)


class PublishedCampaign:
    """A campaign that held presentations in one city in 2026, and what the public reads of it."""

    def __init__(self):
        self.programme = make_programme()
        self.campaign = make_campaign(programme=self.programme, slug="respect")
        district = make_district(iso="RS-20", name_en="Nišava")
        town = make_municipality("Ниш", city_sr_cyrl="Ниш", city_sr_latn="Niš", district_id=district.id)
        self.school = make_host(municipality_id=town.id)

    def held(self, pupils, on_day=dt.date(2026, 10, 6), **others):
        visit = make_visit(
            VisitState.DELIVERED,
            on_day=on_day,
            host_id=self.school.id,
            programme=self.programme,
            campaign_id=self.campaign.id,
        )
        presentation = make_presentation(visit, state=PresentationState.DELIVERED)
        make_attendance(presentation, HeadCounts(pupils=pupils, **others))
        add_up_marked()

    def reads(self):
        """Presentations, people and pupils of the year; pupils and the city of the campaign."""
        year = public_year(2026, public_names(MARCH.date(), "en"))
        outcome = campaign_outcome(campaign_page("respect"), MARCH.date())
        [city] = outcome.cities
        return (year.presentations, year.people, year.centres[0].pupils, outcome.reached[Audience.PUPILS], city.pupils)


@pytest.fixture
def reader(session):
    return PublishedCampaign()


@pytest.mark.postgres_decides
def test_trust_s44_a_published_year_follows_corrections_by_whole_fives_whoever_runs_the_job_how_often(reader):
    reader.held(63, teachers=6)
    assert publish_figures(now=FEBRUARY) == []
    assert publish_figures(now=MARCH) == [2026]
    assert reader.reads() == (1, 69, 63, 63, 63)

    reader.held(4)  # locked late
    assert reader.reads() == (1, 69, 63, 63, 63)
    assert publish_figures(now=APRIL) == [2026]
    assert reader.reads() == (2, 69, 63, 63, 63)
    reader.held(2)
    publish_figures(now=APRIL)
    assert reader.reads() == (3, 74, 68, 68, 68)
    assert publish_figures(now=APRIL) == []


def test_trust_s44_a_sign_off_changes_published_people_by_whole_fives_only(reader):
    reader.held(63)
    publish_figures(now=MARCH)
    reader.held(4)
    centre_id = reader.programme.centre_id
    signer = make_user(Role.COORDINATOR, centre_id=centre_id).actor()
    year = year_of(2026)
    report = with_books(attendance_report(Filters(year, centre_id)))

    sign_period(signer, year, seen_of(report.totals, report.books.corrections), now=MARCH)

    assert reader.reads() == (2, 63, 63, 63, 63)


def test_trust_s44_a_campaign_with_visits_outside_its_days_tells_people_in_tens(reader):
    """Then its rows are counted: corrections of a few people would be read off otherwise."""
    reader.held(40, on_day=dt.date(2026, 8, 31))
    reader.held(67)
    publish_figures(now=MARCH)
    outcome = campaign_outcome(campaign_page("respect"), MARCH.date())

    assert (outcome.in_tens, outcome.reached[Audience.PUPILS], outcome.cities[0].pupils) == (True, 60, 60)


@pytest.mark.both_databases
def test_a_published_year_is_read_also_while_its_figures_are_added_up_again(reader):
    reader.held(63)
    publish_figures(now=MARCH)
    with transaction() as session:
        session.add(StaleFigure(year=2026, centre_id=reader.campaign.centre_id, town=0))

    assert reader.reads() == (1, 63, 63, 63, 63)
    assert publish_figures(now=APRIL) == [], "it waits for the next night"


@pytest.mark.both_databases
def test_trust_r9_others_write_while_figures_are_judged_and_what_has_changed_waits_for_the_next_night(
    reader, monkeypatch
):
    reader.held(63)
    publish_figures(now=MARCH)
    reader.held(7)

    def judged_while_somebody_locks(*given):
        assert not db.session().info.get(OPEN_BLOCK), "nobody waits for it"
        reader.held(20)
        return corrected(*given)

    with monkeypatch.context() as slow:
        slow.setattr(service, "corrected", judged_while_somebody_locks)
        assert publish_figures(now=APRIL) == []

    assert reader.reads() == (1, 63, 63, 63, 63)
    assert publish_figures(now=APRIL) == [2026]
    assert reader.reads() == (3, 88, 88, 88, 88)


def test_a_year_that_nobody_has_published_yet_is_read_as_it_is_counted(reader):
    reader.held(63)

    assert reader.reads() == (1, 63, 63, 63, 63)


def test_each_night_the_years_that_are_counted_are_published(reader, the_clock, session):
    make_public_figures.call_local()  # nothing is held: nothing is made
    reader.held(63)
    the_clock.stands_at(MARCH)

    make_public_figures.call_local()

    rows = session.execute(sa.select(PublicFigure.year, PublicFigure.city_sr_latn, PublicFigure.made_on)).all()
    assert [tuple(row) for row in rows] == [(2026, "Niš", MARCH.date())]


@pytest.mark.postgres_decides
def test_the_database_keeps_no_more_pupils_of_secondary_schools_than_pupils(reader):
    reader.held(63)
    publish_figures(now=MARCH)

    with pytest.raises(IntegrityError, match="no_less_than_nobody"), transaction() as session:
        session.execute(sa.update(PublicFigure).values(high_school=64))

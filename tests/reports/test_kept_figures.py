"""Kept figures are what is counted, after any act: random acts are played, and each answer is counted by hand."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.attendance.queries import figures
from scheduler.attendance.service.figures import add_up_everything, add_up_marked
from scheduler.attendance.service.locking import correct_counts, lock_counts
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.db import transaction
from scheduler.core.paging import PER_PAGE
from scheduler.jobs.attendance import add_up_figures
from scheduler.jobs.invariants import violations
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import campaign_page
from scheduler.programmes.terms import Audience
from scheduler.reports.queries import attendance as reports
from scheduler.reports.queries.figures import side_numbers
from scheduler.reports.queries.public import campaign_outcome, crew_of, public_names, public_year, school_year_counts
from scheduler.reports.queries.youth import young_share, youth_numbers
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import asked_and_written, statements
from tests.factories.attendance import make_attendance
from tests.factories.counting import LEAVING, a_counted_visit, sign_all
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.reports.counted_by_hand import (
    beside_by_hand,
    by_hand,
    counts_of,
    crew_by_hand,
    sittings,
    young_by_hand,
    youth_by_hand,
)
from tests.reports.held_visits import a_held_visit
from tests.reports.random_acts import World

TODAY = dt.date(2026, 11, 24)
WHOLE = Filters(Period(dt.date(2024, 1, 1), dt.date(2025, 12, 31)))
Groups = tuple[Group, ...]


def rows_of(report):
    return {tuple(_said(key) for key in row.keys): row.counts for row in report.rows}


def _said(key):
    return f"{key.value}/{key.level.value}" if key.group is Group.AUDIENCE else key.value


def answers_are_right(session, asked: list[tuple[Filters, Groups]]) -> None:
    """Each report says what is counted by hand, and so does what stands beside it."""
    held = sittings(session)
    for filters, groups in asked:
        mine = [one for one in held if one.meets(filters)]
        report = reports.attendance_report(filters, groups)
        assert report.totals == counts_of(mine), filters
        assert rows_of(report) == (by_hand(mine, groups) if groups else {}), (filters, groups)
        beside = beside_by_hand(mine)
        assert side_numbers(filters) == beside, filters
        assert young_share(filters) == young_by_hand(mine), filters
        months, people = youth_by_hand(mine)
        youth = youth_numbers(filters)
        assert (dict(youth.months), youth.people) == (months, len(people)), filters
        bands = [(one.presentations, one.minutes) for one in youth.bands if one.people]
        assert [sum(part) for part in zip(*bands, strict=True)] == [sum(part) for part in zip(*people, strict=True)]
        visits = {one.visit.number for one in mine}
        assert [one.number for one in reports.visits_behind(filters).rows] == [
            one.number for one in sorted({one.visit for one in mine}, key=lambda one: (one.on_day, one.id))
        ][:PER_PAGE]
        assert reports.visits_behind(filters).total == len(visits)


def public_pages(campaign):
    names = public_names(TODAY, "en")
    years = [public_year(year, names) for year in (2024, 2025)]
    so_far = [school_year_counts(dt.date(year, 11, 24), names) for year in (2024, 2025)]
    return names.years, years, campaign_outcome(campaign_page(campaign.slug), TODAY), so_far


def the_public_reads_what_is_counted(world):
    from_figures = public_pages(world.campaign)
    with transaction() as marking:
        marking.add_all(StaleFigure(year=year, centre_id=1, town=0) for year in (2024, 2025))
    assert public_pages(world.campaign) == from_figures
    add_up_marked()


@pytest.mark.deep
@pytest.mark.postgres_decides
@pytest.mark.parametrize("seed", range(3))
def test_after_any_act_every_answer_is_what_is_counted(session, seed, monkeypatch):
    world = World(seed)
    played = []
    for _ in range(20):
        played.append(world.act())
        asked = [(world.filters(), world.groups()) for _ in range(3)]
        answers_are_right(session, [(WHOLE, (Group.MONTH,)), *asked])  # whatever is old is counted, not read
        add_up_marked()
        assert figures.violations() == [], played
        with statements() as read:
            reports.attendance_report(WHOLE, (Group.CITY,))
        assert "head_count" not in "".join(read), "nothing is old any more"
        answers_are_right(session, [(WHOLE, (Group.AUDIENCE,)), (WHOLE, (Group.PRESENTER,)), *asked])
        assert crew_of(world.campaign.id) == crew_by_hand(session, world.campaign.id), played
        the_public_reads_what_is_counted(world)


def change(model, where, **values):
    with transaction() as writing:
        writing.execute(sa.update(model).where(where).values(**values))


def a_visit_with_the_young():
    programme = make_programme(influencers=2)
    crew = [a_cleared_educator(centre_id=programme.centre_id)]
    crew += [a_cleared_minor(centre_id=programme.centre_id) for _ in range(2)]
    visit = make_visit(VisitState.DELIVERED, programme=programme, on_day=dt.date(2025, 4, 7))
    talk = make_presentation(visit, dt.time(8), PresentationState.DELIVERED, minutes=30)
    for one in crew:
        make_assignment(talk, one.id, AssignmentState.PRESENT)
    make_attendance(talk, HeadCounts(pupils=40), AttendanceState.LOCKED)
    add_up_marked()
    return crew


def held_in_nis(**given):
    town = make_municipality("Ниш")
    return a_held_visit(HeadCounts(pupils=60, teachers=2), host_id=make_host(municipality_id=town.id).id, **given)


@pytest.mark.parametrize(
    ("groups", "questions"),
    [((), 1), ((Group.MONTH,), 1), ((Group.CITY,), 1), ((Group.DISTRICT, Group.AUDIENCE), 1), ((Group.PROGRAMME,), 2)],
)
def test_totals_and_rows_are_one_pass_over_the_figures(session, groups, questions):
    """The names of municipalities come in it; the second question asks for those of programmes."""
    held_in_nis(on_day=dt.date(2025, 4, 7))
    add_up_marked()
    with statements() as asked:
        reports.attendance_report(WHOLE, groups)
    at_most(questions, asked)
    assert sum("kept_figure" in one for one in asked) == 1


@pytest.mark.postgres_decides
def test_a_lock_adds_up_in_its_own_transaction(session):
    signed, disputed = a_counted_visit(), a_counted_visit()
    sign_all(signed)  # the same numbers: locked by that
    assert [(row.pupils, row.first_visits) for row in kept_years(session)] == [(88, 1)]
    sign_all(disputed, HeadCounts(pupils=80))
    assert len(kept_years(session)) == 1
    lock_counts(disputed.coordinator, {disputed.first: CountSource.SCHOOL}, now=LEAVING)
    assert sorted(row.pupils for row in kept_years(session)) == [80, 88]
    correct_counts(disputed.coordinator, disputed.first, HeadCounts(pupils=81), "counted again", now=LEAVING)
    assert sorted(row.pupils for row in kept_years(session)) == [81, 88]


def kept_years(session):
    """Nothing is old, and this is what is kept."""
    session.expire_all()
    assert session.scalars(sa.select(StaleFigure)).all() == []
    return session.scalars(sa.select(KeptFigure).where(KeptFigure.month == 0)).all()


@pytest.mark.postgres_decides
def test_a_school_that_moves_leaves_marks_and_the_job_takes_them(session):
    visit = held_in_nis()
    by_city = Filters(Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    change(Host, Host.id == visit.host_id, municipality_id=make_municipality("Пирот").id)
    assert len(session.scalars(sa.select(StaleFigure)).all()) == 2, "where it was, and where it is"
    assert list(rows_of(reports.attendance_report(by_city, (Group.CITY,)))) == [("Пирот",)], "counted, not read"
    add_up_figures.call_local()
    session.rollback()
    assert session.scalars(sa.select(StaleFigure)).all() == []
    assert list(rows_of(reports.attendance_report(by_city, (Group.CITY,)))) == [("Пирот",)]


@pytest.mark.postgres_decides
def test_a_figure_that_is_wrong_is_named_and_is_added_up_again_once(app, session):
    visit = held_in_nis()
    centre, town = visit.centre_id, session.get_one(Host, visit.host_id).municipality_id
    change(KeptFigure, KeptFigure.month == 10, pupils=61)

    wrong = [f"figures of 2026-10, centre {centre}, municipality {town}: kept is not what is counted"]
    assert figures.violations() == wrong
    assert set(wrong) <= set(violations()), "the nightly check asks for them"

    with transaction() as marking:
        marking.add(StaleFigure(year=2026, centre_id=centre, town=town))
    with asked_and_written() as made:
        assert add_up_everything() == 1
    assert figures.violations() == []
    assert sum("DELETE FROM stale_figure" in one for one in made.writes) == 1, "each place is added up once"
    with transaction() as writing:
        writing.execute(sa.delete(KeptFigure))
    told = app.test_cli_runner().invoke(args=["reports", "add-up"])
    assert (told.exit_code, told.output) == (0, "1 municipalities and years added up anew.\n")
    assert figures.violations() == []


@pytest.mark.postgres_decides
def test_months_of_several_years_that_follow_each_other_are_read_from_figures(session):
    visit = held_in_nis()
    sister = make_visit(VisitState.DELIVERED, programme=session.get_one(Programme, visit.programme_id),
                        host=session.get_one(Host, visit.host_id), on_day=dt.date(2025, 12, 8))  # fmt: skip
    for audience, pupils in ((Audience.PUPILS, 30), (Audience.TEACHERS, 0)):
        talk = make_presentation(sister, dt.time(8 + pupils // 10), PresentationState.DELIVERED, audience=audience)
        make_attendance(talk, HeadCounts(pupils=pupils, teachers=5), AttendanceState.LOCKED)
    add_up_marked()
    months = Filters(Period(dt.date(2025, 11, 1), dt.date(2026, 10, 31)))
    programme = session.get_one(Programme, visit.programme_id).slug

    for filters, groups in (
        (months, (Group.MONTH,)),
        (months, (Group.CITY, Group.MONTH)),
        (months, ()),
        (months, (Group.PROGRAMME,)),
        (months, (Group.MONTH, Group.AUDIENCE)),
        (replace(months, programme=programme), (Group.MONTH,)),
    ):
        with statements() as asked:
            report = reports.attendance_report(filters, groups)
        assert ("kept_figure" in "".join(asked), "head_count" in "".join(asked)) == (True, False), groups
        assert report.totals.visits == 2, "one of two audiences is one visit"
        if groups == (Group.MONTH,):
            assert [(row.keys[0].value, row.counts.visits) for row in report.rows] == [("2025-12", 1), ("2026-10", 1)]


@pytest.mark.postgres_decides
def test_who_turns_out_not_to_have_come_is_not_counted(session):
    _chief, *young = a_visit_with_the_young()
    assert young_share(WHOLE).presenters == 2
    for one, left in zip(young, (1, 0), strict=True):
        change(Assignment, Assignment.presenter_id == one.id, state=AssignmentState.ABSENT)
        counted = young_share(WHOLE)
        assert (counted.presenters, counted.counts.presentations, counted.minutes) == (left, left, 30 * left)


def test_who_was_entered_as_an_educator_and_is_young_is_counted_as_young(session):
    chief, *young = a_visit_with_the_young()
    born = {name: getattr(young[0], name) for name in ("birth_date", "adult_on", "may_present_from")}
    change(Presenter, Presenter.id == chief.id, kind=PresenterKind.INFLUENCER, **born)
    counted = young_share(WHOLE)
    assert (counted.presenters, counted.counts.presentations) == (3, 1)


def test_a_report_by_presenter_takes_its_totals_from_figures_and_counts_its_rows(session):
    """One question each, the names come with the rows."""
    chief, *young = a_visit_with_the_young()
    with statements() as asked:
        report = reports.attendance_report(WHOLE, (Group.PRESENTER,))
    at_most(2, asked)
    assert [("kept_figure" in one, "head_count" in one) for one in asked] == [(True, False), (False, True)]
    assert {row.keys[0].value for row in report.rows} == {str(one.id) for one in (chief, *young)}


def test_the_crew_of_a_campaign_is_each_of_them_once_and_only_who_goes_or_went(session):
    campaign = make_campaign()
    programme = session.get_one(Programme, campaign.programme_id)
    visit = make_visit(programme=programme, campaign_id=campaign.id)
    first, second = make_presentation(visit, dt.time(8)), make_presentation(visit, dt.time(10))
    educator, other, another = (a_cleared_educator(centre_id=visit.centre_id) for _ in range(3))
    for talk in (first, second):
        make_assignment(talk, educator.id)
    make_assignment(second, other.id, AssignmentState.DECLINED)
    make_assignment(make_presentation(make_visit(programme=programme), dt.time(12)), another.id)
    assert crew_of(campaign.id) == {PresenterKind.EDUCATOR: 1}

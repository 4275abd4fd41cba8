"""Reports: what is counted, how it is split and narrowed, and what stands beside the counts."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.closures.models import Disruption
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.places.models import Closure
from scheduler.places.terms.hosts import ClosureReason
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.models import Cancellation
from scheduler.readiness.terms import CancelCause
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import (
    attendance_report,
    centre_id_of,
    unknown_names,
    violations,
    visits_behind,
)
from scheduler.reports.queries.figures import side_numbers
from scheduler.reports.queries.not_held import called_off, not_held
from scheduler.reports.rules.attendance import as_document, year_of
from scheduler.reports.rules.called_off import by_cause
from scheduler.reports.terms.counting import Filters, Group, Period, ReportCounts
from scheduler.reports.terms.not_held import OffCause, WhoseDoing
from scheduler.reports.wording import called_off_table
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState
from tests.ceilings import at_most
from tests.conftest import _empty
from tests.counting import selects_of
from tests.factories.attendance import make_attendance, make_correction
from tests.factories.people import make_centre, make_presenter
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import saved, words_of
from tests.reports.held_visits import DAY, a_held_visit

YEAR = Filters(year_of(2026))


def totals(filters=YEAR):
    return attendance_report(filters).totals


@pytest.mark.both_databases
def test_a_report_sums_what_was_counted_and_every_split_can_be_written_as_a_file(session):
    a_held_visit(HeadCounts(50, 0, 2, 1), HeadCounts(0, 30, 1, 0), kilometres=80)
    a_held_visit(HeadCounts(40, 0, 1, 0), kilometres=20)
    assert totals() == ReportCounts(2, 3, 90, 30, 4, 1, 1, 100)
    for group in Group:
        report = attendance_report(YEAR, [group])
        assert json.dumps(as_document(report))
        assert {type(number) for number in vars(report.totals).values()} == {int}


def test_only_locked_attendance_of_what_was_held_is_counted(session):
    counting = {AttendanceState.LOCKED, AttendanceState.CORRECTED}
    for state in set(AttendanceState) - counting:
        a_held_visit(state=state)
    visit, elsewhere = a_held_visit(), a_held_visit(on_day=dt.date(2025, 1, 1))
    into = make_presentation(elsewhere, dt.time(15, 0), minutes=30)
    make_attendance(make_presentation(visit, dt.time(17, 0), PresentationState.MERGED_INTO, merged_into_id=into.id))
    make_attendance(make_presentation(visit, dt.time(18, 0), PresentationState.CANCELLED))
    assert totals().presentations == 1


def test_of_two_versions_only_the_one_that_counts_is_read(session):
    a_held_visit(HeadCounts(pupils=60))
    make_correction(session.scalars(select(Attendance)).one(), pupils=57)
    assert totals().pupils == 57


def test_pupils_of_secondary_schools_are_a_row_of_their_own(session):
    a_held_visit(HeadCounts(pupils=90), level=SchoolLevel.SECONDARY)
    a_held_visit(HeadCounts(pupils=30), level=SchoolLevel.PRIMARY)
    rows = attendance_report(YEAR, [Group.AUDIENCE]).rows
    assert [(row.keys[0].level, row.counts.pupils) for row in rows] == [
        (SchoolLevel.PRIMARY, 30),
        (SchoolLevel.SECONDARY, 90),
    ]


@pytest.mark.parametrize(
    ("birth_date", "told"),
    [
        (dt.date(2010, 3, 1), "Luka"),
        (dt.date(2008, 10, 6), "Luka Tajni"),  # eighteen on the very day
        (dt.date(2008, 10, 7), "Luka"),  # the day after: the report is printed before December
        (dt.date(2008, 12, 31), "Luka"),
    ],
)
def test_by_presenter_each_of_the_crew_has_a_row_and_of_who_was_a_minor_only_the_first_name_is_told(
    session, birth_date, told
):
    presentation = make_presentation(make_visit(VisitState.DELIVERED, on_day=DAY), state=PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=60))
    adult, absent = make_presenter(given_name="Ana", family_name="Ilić"), make_presenter(given_name="Zoran")
    young = a_cleared_minor(given_name="Luka", family_name="Tajni", birth_date=birth_date)
    for person, state in ((adult, "present"), (young, "present"), (absent, "absent")):
        make_assignment(presentation, person.id, AssignmentState(state))
    report = attendance_report(YEAR, [Group.PRESENTER])
    assert [(row.keys[0].label, row.counts.pupils) for row in report.rows] == [("Ana Ilić", 60), (told, 60)]
    assert report.totals.pupils == 60


def test_by_presenter_a_month_outside_the_days_holds_nothing(session):
    presentation = make_presentation(make_visit(VisitState.DELIVERED, on_day=DAY), state=PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=60))
    make_assignment(presentation, make_presenter().id, AssignmentState.PRESENT)
    outside = replace(YEAR, month="2025-12")
    assert attendance_report(outside, [Group.PRESENTER]).rows == ()


@pytest.mark.both_databases
def test_filters_narrow_a_report_to_what_they_name(session):
    programme, presenter = make_programme(), make_presenter()
    campaign = make_campaign(programme=programme)
    nis = make_municipality("Ниш", district_id=make_district(iso="RS-20").id)
    wanted = a_held_visit(
        HeadCounts(pupils=7), programme=programme, campaign_id=campaign.id,
        host_id=make_host(municipality_id=nis.id).id, level=SchoolLevel.SECONDARY,
    )  # fmt: skip
    assert [line.visit_id for line in visits_behind(YEAR).rows] == [wanted.id]
    [held_there] = session.scalars(select(Presentation).where(Presentation.visit_id == wanted.id))
    make_assignment(held_there, presenter.id, AssignmentState.PRESENT)
    other = make_host(municipality_id=make_municipality("Пирот").id)
    a_held_visit(HeadCounts(pupils=100), host_id=other.id, on_day=dt.date(2026, 3, 2))

    for name, value in {
        "centre_id": programme.centre_id,
        "campaign": campaign.slug,
        "programme": programme.slug,
        "city": "Ниш",
        "district": "RS-20",
        "month": "2026-10",
        "level": SchoolLevel.SECONDARY,
        "presenter": presenter.id,
    }.items():
        assert totals(Filters(YEAR.period, **{name: value})).pupils == 7, name
    assert totals(Filters(YEAR.period, audience=Audience.PARENTS)).pupils == 0
    assert [line.counts.pupils for line in visits_behind(Filters(YEAR.period, centre_id=programme.centre_id)).rows] == [
        7
    ]


people = st.integers(0, 300)
held_then = st.tuples(
    st.lists(st.builds(HeadCounts, people, people, people, people), min_size=1, max_size=3),
    st.sampled_from(["Ниш", "Пирот", "Ужице"]),
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    st.integers(0, 500),
    st.sampled_from(SchoolLevel),
)


@pytest.mark.both_databases
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(held_then, min_size=1, max_size=4))
def test_the_rows_of_every_split_sum_to_the_totals(session, visits):
    _empty()
    programme = make_programme()
    towns = {name: make_host(municipality_id=make_municipality(name).id).id for name in ("Ниш", "Пирот", "Ужице")}
    for counts, town, day, kilometres, level in visits:
        a_held_visit(*counts, programme=programme, host_id=towns[town], on_day=day, kilometres=kilometres, level=level)
    expected = [one for counts, *_ in visits for one in counts]

    whole = totals()
    assert (whole.presentations, whole.pupils) == (len(expected), sum(one.pupils for one in expected))
    assert whole.kilometres == sum(kilometres for *_, kilometres, _level in visits)
    for by in ([Group.CITY], [Group.DISTRICT], [Group.MONTH], [Group.PROGRAMME], [Group.MONTH, Group.CITY]):
        rows = [row.counts for row in attendance_report(YEAR, by).rows]
        for name in ("visits", "presentations", "pupils", "parents", "teachers", "others", "kilometres"):
            assert sum(getattr(one, name) for one in rows) == getattr(whole, name), (by, name)
    by_audience = [row.counts for row in attendance_report(YEAR, [Group.AUDIENCE]).rows]
    assert sum(one.presentations for one in by_audience) == whole.presentations
    assert sum(one.people for one in by_audience) == whole.people


@pytest.mark.both_databases
def test_every_row_opens_to_visits_that_sum_to_it(session):
    for town in ("Ниш", "Пирот"):
        host = make_host(municipality_id=make_municipality(town).id)
        for month in (3, 4):
            a_held_visit(HeadCounts(10, 2, 1, 0), on_day=dt.date(2026, month, 3), host_id=host.id, kilometres=30)
    for by in Group:
        for row in attendance_report(YEAR, [by]).rows:
            narrowed = Filters(YEAR.period, **row.url())
            lines = visits_behind(narrowed).rows
            assert sum(line.counts.pupils for line in lines) == row.counts.pupils, by
            assert len(lines) == row.counts.visits


def test_a_report_asks_as_often_for_one_row_as_for_three(session):
    asked = []
    for _ in range(2):
        a_held_visit()
        asked.append(selects_of(lambda: visits_behind(YEAR, totals=attendance_report(YEAR, [Group.CITY]).totals)))
        a_held_visit()
    assert asked[0] == asked[1]
    at_most(3, asked[0])


def test_municipalities_of_one_town_are_one_city_and_an_unknown_name_is_no_empty_report(session):
    campaign = make_campaign()
    assert unknown_names(Filters(YEAR.period, campaign=campaign.slug)) == []
    assert unknown_names(Filters(YEAR.period, campaign="no", programme="never")) == ["campaign", "programme"]
    with pytest.raises(NotFound):
        centre_id_of("nobody")

    for name in ("Врачар", "Земун"):
        town = make_municipality(name, city_sr_cyrl="Београд", city_sr_latn="Beograd")
        a_held_visit(host_id=make_host(municipality_id=town.id).id)
    a_held_visit(host_id=make_host(municipality_id=None).id)
    report = attendance_report(YEAR, [Group.CITY], language="sr_Latn")
    assert report.totals.cities == 1
    assert [(row.keys[0].label, row.counts.visits) for row in report.rows] == [("Beograd", 2), ("", 1)]


def test_the_ends_of_a_period_belong_to_it_and_a_state_without_an_audit_row_is_a_violation(session):
    visit = make_visit(VisitState.CONFIRMED)
    assert violations() == [f"visit {visit.id}: no audit row for the state confirmed"]
    for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)):
        a_held_visit(on_day=day)
    assert totals().visits == 2


SCHOOL, CENTRE, PRESENTERS = WhoseDoing
P = AssignmentState
NOBODY = dict.fromkeys(("stopped", "cancelled_by_school", "cancelled_by_centre", "kilometres_called_off"), 0)


def stop(visit: Visit) -> Visit:
    """Snow closes its school on DAY."""
    with transaction() as session:
        closure = Closure(reason=ClosureReason.SNOW, first_day=DAY, last_day=DAY, closed_at=visit.state_since)
        session.add(closure)
        session.flush()
        session.add(Disruption(closure_id=closure.id, visit_id=visit.id, at=visit.state_since))
    return visit


def a_stopped_visit(state: VisitState = VisitState.DISRUPTED, **given) -> Visit:
    return stop(make_visit(state, **({"on_day": DAY} | given)))


def off(by: CancelledBy, cause: CancelCause | None = None, **given):
    visit = make_visit(VisitState.CANCELLED, on_day=DAY, cancelled_by=by, **given)
    if cause is not None:
        with transaction() as session:
            session.add(Cancellation(visit_id=visit.id, cause=cause, done_at=visit.state_since, before="{}"))
    return visit


def some_of_each() -> None:
    off(CancelledBy.SCHOOL, CancelCause.BUSY)
    off(CancelledBy.SCHOOL, CancelCause.BUSY)
    off(CancelledBy.SCHOOL, CancelCause.ILLNESS)
    off(CancelledBy.CENTRE, CancelCause.ILLNESS)
    off(CancelledBy.CENTRE, CancelCause.NO_CREW)
    off(CancelledBy.CENTRE, reason="no_show_presenter")
    off(CancelledBy.SCHOOL, reason="no_show_host")
    off(CancelledBy.SCHOOL, reason="Тог дана је такмичење.")


def held(*, again: bool = False, crew=(), visit=None, at=9):
    visit = visit or make_visit(VisitState.DELIVERED)
    presentation = make_presentation(visit, dt.time(at), PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=25, teachers=1), same_pupils=again)
    for presenter, state in crew:
        make_assignment(presentation, presenter.id, state)
    return visit


@pytest.mark.both_databases
def test_stopped_and_called_off_are_told_apart_and_each_visit_once(session):
    a_stopped_visit(VisitState.CONFIRMED)  # lifted in time: it stopped nothing
    assert not_held(YEAR) == NOBODY
    a_stopped_visit()
    a_stopped_visit(VisitState.REPLANNED)  # another visit stands for it: it was stopped all the same
    a_stopped_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.SCHOOL)  # stopped first
    off(CancelledBy.SCHOOL)
    off(CancelledBy.CENTRE)
    make_visit(VisitState.CONFIRMED, on_day=DAY)
    assert not_held(YEAR) == NOBODY | {"stopped": 3, "cancelled_by_school": 1, "cancelled_by_centre": 1}


@pytest.mark.both_databases
def test_turned_away_are_those_of_what_the_report_counts(session):
    visit = make_visit(VisitState.DELIVERED, on_day=DAY)
    states = (AttendanceState.LOCKED, AttendanceState.LOCKED, AttendanceState.SUBMITTED)
    for hour, (state, people) in enumerate(zip(states, (4, 3, 50), strict=True), 8):
        presentation = make_presentation(visit, dt.time(hour), PresentationState.DELIVERED, minutes=30)
        make_attendance(presentation, HeadCounts(pupils=30, teachers=1), state, turned_away=people)
    assert side_numbers(YEAR)["turned_away"] == 7


def test_what_stands_beside_is_narrowed_as_the_report_is(session):
    programme = make_programme(centre_id=make_centre().id, slug="talk")
    campaign = make_campaign(programme=programme, slug="respect")
    town = make_municipality("Пирот")
    a_stopped_visit(programme=programme, campaign_id=campaign.id, host_id=make_host(municipality_id=town.id).id)
    a_stopped_visit(on_day=dt.date(2026, 11, 3))
    visit = held()

    def stopped(**given) -> int:
        return not_held(replace(YEAR, **given))["stopped"]

    def once(**given) -> int:
        return side_numbers(replace(YEAR, **given))["pupils_once"]

    assert stopped() == 2
    assert stopped(period=Period(DAY, DAY)) == stopped(month="2026-10") == 1
    assert stopped(programme="talk") == stopped(campaign="respect") == stopped(city="Пирот") == 1
    assert stopped(centre_id=programme.centre_id) == 1
    assert stopped(campaign="none") == stopped(month="2026-12") == 0
    assert (once(centre_id=visit.centre_id), once(centre_id=visit.centre_id + 1), once(month="2026-01")) == (25, 0, 0)


def test_one_visit_or_three_ask_as_often(session):
    asked = []
    for _round in range(3):
        a_stopped_visit()
        off(CancelledBy.CENTRE)
        held()
        asked.append((selects_of(lambda: not_held(YEAR)), selects_of(lambda: side_numbers(YEAR))))
    assert len(set(asked)) == 1
    at_most(1, asked[0][0])
    at_most(1, asked[0][1])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Visits cancelled by schools: 1", "Visits called off, by cause", "Pupils, each counted once: 25"]),
        ("sr_Cyrl", ["отказале школе: 1", "Отказане посете по узроку", "сваки једном: 25"]),
        ("sr_Latn", ["otkazale škole: 1", "Otkazane posete po uzroku", "svaki jednom: 25"]),
    ],
)
def test_paper_and_document_say_what_stands_beside_the_counts_in_every_script(session, tmp_path, language, words):
    off(CancelledBy.SCHOOL)
    off(CancelledBy.CENTRE, CancelCause.NO_CREW)
    held()
    beside = {"not_held": not_held(YEAR), "called_off": called_off(YEAR), "indicators": side_numbers(YEAR)}
    report = replace(attendance_report(YEAR), **beside)
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

    paper = " ".join(
        words_of(saved(pdf.draw(pdf.paper_of(report, "Центар", (), language, now), language), tmp_path)).split()
    )

    assert [one for one in words if one not in paper] == []
    document = as_document(report)
    assert document["not_held"]["cancelled_by_school"] == 1
    assert document["indicators"]["pupils_once"] == 25
    assert {"by": "presenters", "cause": "no_crew", "visits": 1} in document["called_off"]


@pytest.mark.both_databases
def test_each_cause_says_whom_and_all_together_are_the_cancellations_beside_the_counts(session):
    some_of_each()

    causes = by_cause(called_off(YEAR))
    assert causes == [
        (OffCause.BUSY, {SCHOOL: 2, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.ILLNESS, {SCHOOL: 1, CENTRE: 1, PRESENTERS: 0}),
        (OffCause.NO_CREW, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NO_SHOW_HOST, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
        (OffCause.NO_SHOW_PRESENTER, {SCHOOL: 0, CENTRE: 0, PRESENTERS: 1}),
        (OffCause.NOT_SAID, {SCHOOL: 1, CENTRE: 0, PRESENTERS: 0}),
    ]
    stop(off(CancelledBy.SCHOOL, CancelCause.SHUT))
    assert by_cause(called_off(YEAR)) == causes, "it was stopped first"
    beside = not_held(YEAR)
    assert sum(counts[SCHOOL] for _cause, counts in causes) == beside["cancelled_by_school"] == 5
    assert sum(counts[CENTRE] + counts[PRESENTERS] for _cause, counts in causes) == beside["cancelled_by_centre"] == 3


def test_every_cause_has_words_and_a_place(session):
    assert {cause.value for cause in CancelCause} <= {cause.value for cause in OffCause}
    some_of_each()
    heads, lines = called_off_table(called_off(YEAR), "en")
    assert heads == ["Cause", "The school", "The centre", "Its presenters", "Total"]
    assert lines[0] == ["The school has something else that day", 2, 0, 0, 2]
    assert lines[-1] == ["Total", 5, 1, 2, 8]
    assert called_off_table((), "en") is None


@pytest.mark.both_databases
def test_same_pupils_twice_are_two_contacts_and_one_person(session):
    visit = held()
    held(again=True, visit=visit, at=11)
    assert attendance_report(YEAR).totals.pupils == 50
    assert side_numbers(YEAR)["pupils_once"] == 25


@pytest.mark.both_databases
def test_what_was_held_without_its_young_presenter_does_not_count_as_with_one(session):
    centre = make_visit().centre_id
    adult, young, other = (make(centre_id=centre) for make in (a_cleared_educator, a_cleared_minor, a_cleared_minor))
    held(crew=[(adult, P.PRESENT), (young, P.PRESENT)])
    held(crew=[(adult, P.PRESENT), (young, P.ABSENT)], at=13)
    held(crew=[(adult, P.PRESENT)], at=17)
    held(crew=[(adult, P.PRESENT), (young, P.PRESENT), (other, P.ABSENT)], at=18)  # one of two is enough
    found = side_numbers(YEAR)
    assert (found["with_influencer"], found["without_influencer"]) == (2, 1)
    assert attendance_report(YEAR).totals.presentations == 4

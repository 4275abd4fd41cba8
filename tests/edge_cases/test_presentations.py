"""Edge cases of docs/edge_cases.md, about several presentations in one visit: each test is named after its row.

Edge cases of docs/edge_cases.md, about what happens in the room: each test is named after its row.
The last grades end their school year weeks before the others: nobody is sent to a class that is at home.
"""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.service.counting import countersign, submit_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.terms.free_dates import FreeWish, Lack
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing as certificates
from scheduler.certificates.terms import CertificateKind
from scheduler.closures.queries import new_days
from scheduler.closures.service.close import close_hosts
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Rejected
from scheduler.people.models import AvailableHours
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import SchoolCalendarEntry
from scheduler.places.rules.hosts import days_by_grade
from scheduler.places.rules.presence import days_of_classes, left_on
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.hosts import CalendarSpan, ClosureDraft, ClosureReason, Extent, Level, SchoolCalendar
from scheduler.places.terms.school_time import Bells, ClassName, SchoolTime, Shift
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.service.recheck import recheck_visits
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.requests.service.submission import submit_request
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.merge import join_presentations
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.closures.incidents import tell
from tests.factories import MONDAY
from tests.factories.counting import a_count
from tests.factories.people import presenter_actor
from tests.factories.requests import a_draft, a_presentation
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, mails, presentations, states, visit_of
from tests.web.visits.pages import coordinator

EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)
SEVEN, EIGHT = a_plan(classes="7b", expected_pupils=28), a_plan(dt.time(11), classes="7c", expected_pupils=26)
AFTERNOON = a_plan(dt.time(15), classes="6a", expected_pupils=25)
PARENTS = a_plan(
    dt.time(18), audience=Audience.PARENTS, level=SchoolLevel.NONE, expected_pupils=0, expected_parents=40, minutes=60
)


def joined(scene: Scene, ordinal: int = 2, into: int = 1, **given) -> None:
    join_presentations(scene.coordinator, scene.visit_id, ordinal, into, now=MONDAY, **given)


def count(scene: Scene, person, *counts: HeadCounts) -> None:
    rows = [row for row in presentations(db.session(), scene) if row.state is PresentationState.CONFIRMED]
    for row, people in zip(rows, counts, strict=True):
        draft = a_count(people, minutes_given=row.minutes)
        submit_counts(presenter_actor(person), row.id, draft, now=EVENING)


# --- classes merged in one hall: one presentation, several classes; the other is merged into, not counted twice ---


@pytest.mark.both_databases
def test_classes_merged_in_one_hall_are_one_presentation_counted_once(session):
    scene = Scene(SEVEN, EIGHT)
    ana = scene.educator()
    scene.confirmed_by(ana)

    joined(scene)
    count(scene, ana, HeadCounts(pupils=54, teachers=2))

    stays, gone = presentations(session, scene)
    assert (stays.classes, stays.expected_pupils, stays.state) == ("7b, 7c", 54, PresentationState.DELIVERED)
    assert (gone.state, gone.merged_into_id) == (PresentationState.MERGED_INTO, stays.id)
    assert visit_of(session, scene).state is VisitState.DELIVERED
    counted = session.scalar(select(func.sum(HeadCount.people)).where(HeadCount.audience == Audience.PUPILS))
    assert counted == 54
    assert states(session, scene) == {ana.id: [AssignmentState.PRESENT, AssignmentState.WITHDRAWN]}


def test_joining_asks_nobody_again_and_both_calendar_entries_follow(session):
    scene = Scene(SEVEN, EIGHT)
    scene.confirm(scene.educator())
    before = {row.ordinal: (row.uid, row.sequence) for row in presentations(session, scene)}

    joined(scene)

    after = {row.ordinal: (row.uid, row.sequence) for row in presentations(session, scene)}
    assert {ordinal: uid for ordinal, (uid, _) in after.items()} == {
        ordinal: uid for ordinal, (uid, _) in before.items()
    }
    assert all(after[ordinal][1] > before[ordinal][1] for ordinal in after)
    assert visit_of(session, scene).state is VisitState.CONFIRMED
    assert len(mails(session, "visit_offered")) == 1  # the one of the offer
    assert mails(session, "visit_released") == []  # she still goes


def test_who_was_to_come_only_for_the_joined_presentation_is_released_and_told(session):
    scene = Scene(SEVEN, EIGHT)
    ana, mara = scene.educator(), scene.educator()
    first, second = presentations(session, scene)
    for person, row in ((ana, first), (mara, second)):
        suggest_presenter(scene.coordinator, scene.visit_id, person.id, now=MONDAY, presentation_ids=[row.id])
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    joined(scene)

    assert states(session, scene) == {ana.id: [AssignmentState.OFFERED], mara.id: [AssignmentState.WITHDRAWN]}
    assert len(mails(session, "visit_released")) == 1


def test_a_join_is_told_to_the_school_and_to_who_presents_there_and_to_who_goes_to_a_third_one(session):
    scene = Scene(SEVEN, EIGHT, AFTERNOON)
    ana, mara = scene.educator(), scene.educator()
    _first, second, third = presentations(session, scene)
    suggest_presenter(scene.coordinator, scene.visit_id, ana.id, now=MONDAY)
    for row in (second, third):
        suggest_presenter(scene.coordinator, scene.visit_id, mara.id, now=MONDAY, presentation_ids=[row.id])
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    joined(scene)

    [school], [to_ana], [to_mara] = (
        mails(session, kind) for kind in ("school_joined", "presentations_joined", "seat_released")
    )
    assert "7b, 7c" in school.text
    assert school.link_purpose == "status"
    assert ("11:00" in to_ana.text, "10:00" in to_ana.text) == (True, True)
    assert ("11:00" in to_mara.text, "15:00" in to_mara.text) == (True, True)
    assert mails(session, "visit_released") == []


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        ((SEVEN, PARENTS), "not_one_audience"),
        ((a_plan(expected_pupils=90), a_plan(dt.time(11), expected_pupils=90)), "over_group_size"),
        ((SEVEN,), "wrong_state"),
    ],
)
def test_what_cannot_sit_together_is_refused_and_nothing_changes(session, plans, reason):
    scene = Scene(*plans, group_size=120)
    with conflict(reason):
        joined(scene)
    assert {row.state for row in presentations(session, scene)} == {PresentationState.PLANNED}


def test_a_second_press_joins_nothing_more(session):
    scene = Scene(SEVEN, EIGHT, AFTERNOON)
    joined(scene)
    with pytest.raises(Conflict):
        joined(scene)
    assert [row.expected_pupils for row in presentations(session, scene)] == [54, 26, 25]


def test_the_page_joins_two_presentations_and_shows_where_the_other_went(app):
    scene = Scene(SEVEN, EIGHT)
    browser = coordinator(app, scene)
    number = db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))
    path = f"/visits/{number}/join/2"

    assert "7b" in browser.get(path).text
    assert browser.post(path, data={}).status_code == 422
    assert browser.post(path, data={"into": "2"}).status_code == 422
    assert browser.post(path, data={"into": "1"}).status_code == 302

    shown = browser.get(f"/visits/{number}").text
    assert "7b, 7c" in shown
    assert "Joined with another" in shown
    assert browser.get(path).status_code == 404


# --- two shifts in one visit: morning and afternoon presentations, gap shown, crew may differ ---


def test_two_shifts_in_one_visit_show_the_gap_and_their_own_crews(app):
    scene = Scene(SEVEN, AFTERNOON)
    browser = coordinator(app, scene)
    ana, mara = scene.educator(given_name="Ana"), scene.educator(given_name="Mara")
    number = db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))
    assert f"/visits/{number}/suggest/{ana.id}?only=2" in browser.get(f"/visits/{number}").text

    for person, ordinal in ((ana, 1), (mara, 2)):
        done = browser.post(f"/visits/{number}/suggest/{person.id}?only={ordinal}", data={})
        assert done.status_code == 302

    visit = visit_for(scene.coordinator, number)
    first, second = visit.presentations
    assert (visit.gap_before(first), visit.gap_before(second)) == (0, 4 * 60 + 15)
    assert [len(visit.crew_of(row.id)) for row in visit.presentations] == [1, 1]
    assert visit.crew_differs
    assert "4 h 15 min after the one before" in browser.get(f"/visits/{number}").text


# --- several presentations: one travel, N counts, one school certificate ---


@pytest.mark.both_databases
def test_morning_afternoon_and_parents_evening_are_one_travel_three_counts_and_one_school_certificate(session):
    scene = Scene(SEVEN, AFTERNOON, PARENTS)
    ana = scene.educator()
    scene.confirmed_by(ana)
    with transaction() as writing:
        writing.get_one(Visit, scene.visit_id).kilometres = 84

    counts = (HeadCounts(pupils=27, teachers=1), HeadCounts(pupils=24, teachers=1), HeadCounts(parents=38))
    count(scene, ana, *counts)
    said = {row.id: people for row, people in zip(presentations(session, scene), counts, strict=True)}
    school = policy.school_contact(scene.asked.id, scene.host.id)
    countersign(school, scene.visit_id, said, now=EVENING)
    certificates.issue_certificates(SYSTEM, scene.visit_id, now=EVENING)

    totals = attendance_report(Filters(year_of(VISIT_DAY.year))).totals
    assert (totals.visits, totals.presentations, totals.kilometres) == (1, 3, 84)
    assert (totals.pupils, totals.parents, totals.teachers) == (51, 38, 2)
    assert session.scalars(select(Certificate.kind)).all() == [CertificateKind.SCHOOL]


# --- parents' evening: outside shifts ---


def test_parents_evening_is_outside_shifts_and_inside_the_same_visit(session):
    scene = Scene(planned=False)
    tell(scene)
    scene.visit_id = scene.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"), PARENTS))
    assert [row.starts_local for row in presentations(session, scene)] == [dt.time(9, 55), dt.time(18)]
    assert session.scalar(select(func.count(Visit.id))) == 1
    assert session.scalar(select(func.count(Presentation.id))) == 2


OVER = dt.datetime(2026, 10, 6, 15, 0, tzinfo=dt.UTC)


def number_of(scene: Scene) -> str:
    return db.session.scalar(select(Visit.number).where(Visit.id == scene.visit_id))


def test_influencer_missing_educator_present_is_held_and_marked_short(session):
    scene = Scene(a_plan(), influencers=1)
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    (row,) = presentations(session, scene)

    draft = a_count(absent=frozenset({tara.id}))
    submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    assert visit_of(session, scene).state is VisitState.DELIVERED
    assert states(session, scene) == {ana.id: [AssignmentState.PRESENT], tara.id: [AssignmentState.ABSENT]}
    assert visit_for(scene.coordinator, number_of(scene)).short_crew


def test_a_visit_that_was_held_by_its_whole_crew_is_not_short(session):
    scene = Scene(a_plan(), influencers=1)
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    (row,) = presentations(session, scene)
    submit_counts(presenter_actor(ana), row.id, a_count(), now=OVER)
    assert not visit_for(scene.coordinator, number_of(scene)).short_crew


def test_turned_away_at_the_door_planned_present_and_turned_away_are_three_numbers(session):
    scene = Scene(a_plan(expected_pupils=90))
    ana = scene.educator()
    scene.confirmed_by(ana)
    (row,) = presentations(session, scene)

    draft = a_count(HeadCounts(pupils=70, teachers=2), turned_away=15)
    submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    (one,) = counted_visit(scene.coordinator, number_of(scene)).presentations
    assert (one.expected.pupils, one.said_by_educator.total, one.turned_away) == (90, 72, 15)


def test_same_pupils_twice_is_ticked_for_the_second_presentation_only(session):
    scene = Scene(a_plan(classes="7b"), a_plan(dt.time(11), classes="7b"))
    ana = scene.educator()
    scene.confirmed_by(ana)

    for row, again in zip(presentations(session, scene), (False, True), strict=True):
        draft = a_count(HeadCounts(pupils=25, teachers=1), same_pupils=again)
        submit_counts(presenter_actor(ana), row.id, draft, now=OVER)

    rows = session.scalars(select(Attendance.same_pupils).order_by(Attendance.presentation_id)).all()
    assert rows == [False, True]


DAY = dt.timedelta(days=1)
ENDS = VISIT_DAY - DAY  # of the eighth grade; the others go on
TERM = dt.date(2026, 9, 1), dt.date(2026, 12, 30)
TERMS = (("primary-1-7", TERM[1]), ("primary-8", ENDS))


class School(Scene):
    """A primary school whose eighth grade ends on the day before the visit."""

    def __init__(self, *plans, ends: bool = True, **given) -> None:
        super().__init__(*plans, planned=False, **given)
        with transaction() as session:
            session.merge(self.host).teaches_primary = True
        if ends:
            self.calendar()

    def calendar(self) -> None:
        with transaction() as session:
            session.add_all(
                SchoolCalendarEntry(
                    calendar=calendar,
                    school_year="2026/27",
                    kind="term1",
                    first_day=TERM[0],
                    last_day=last,
                    applies_to=applies_to,
                )
                for applies_to, last in TERMS
                for calendar in SchoolCalendar
            )

    def bells(self) -> None:
        told = SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(8))})
        tell_school_time(self.coordinator, self.host.id, told, version=0, now=MONDAY)


# --- the rule ---

SPANS = [CalendarSpan("term1", TERM[0], last, applies_to) for applies_to, last in TERMS]


@pytest.mark.parametrize(("grade", "days"), [(1, 2), (2, 2), (3, 2), (4, 1)])
def test_in_a_secondary_school_the_last_grade_leaves_first(grade, days):
    spans = [
        CalendarSpan("term1", TERM[0], TERM[1], "secondary-non-final"),
        CalendarSpan("term1", TERM[0], ENDS, "gymnasium-final"),
    ]
    found = days_by_grade([ENDS, VISIT_DAY], [Level.SECONDARY], (), spans)

    assert len(found[grade]) == days
    assert 8 not in found  # it has no such grade


def test_days_of_several_classes_are_those_on_which_all_are_there():
    found = days_by_grade([ENDS, VISIT_DAY], [Level.PRIMARY], (), SPANS)
    assert days_of_classes(found, ["7b", "8a"]) == {ENDS}
    assert days_of_classes(found, ["7b", "what is no class"]) == {ENDS, VISIT_DAY}
    assert left_on(found, "7b, VIII-1", VISIT_DAY) == [ClassName(8, "1")]

    assert found[None] == found[1] == found[7] == {ENDS, VISIT_DAY}
    assert found[8] == {ENDS}
    assert set(found) == {None, *range(1, 9)}

    not_entered = days_by_grade([ENDS, VISIT_DAY], [Level.PRIMARY], (), ())
    assert left_on(not_entered, "8a", VISIT_DAY) == []


# --- what it keeps from happening ---


@pytest.mark.parametrize("told", [True, False])
def test_a_class_whose_year_has_ended_is_not_planned_unless_it_comes_for_it(session, told):
    school, other = School(a_plan(classes="8a")), School(a_plan(classes="7b"), ends=False)
    if told:
        school.bells()
        other.bells()

    with rejection(**{"presentations-0-starts_local": "class_not_there"}):
        school.plan()
    school.plans = (a_plan(classes="8a", outside_shift=True),)
    assert school.plan()
    assert other.plan()


def test_a_visit_is_not_moved_past_the_end_of_the_year_of_its_class(session):
    school = School(a_plan(classes="8a"))
    school.visit_id = school.plan(on_day=ENDS)
    [row] = presentations(session, school)

    with pytest.raises(Rejected):
        wish = NewTimes(VISIT_DAY, {row.id: row.starts_local}, UNTIL)
        move_visit(school.coordinator, school.visit_id, wish, now=MONDAY)

    assert visit_of(session, school).on_day == ENDS


def ask(school: School, first: dt.date, last: dt.date, classes: str) -> int:
    draft = a_draft(
        programme_id=school.programme.id,
        host_id=school.host.id,
        first_day=first,
        last_day=last,
        presentations=(a_presentation(classes=classes),),
    )
    return submit_request(ANONYMOUS, draft, form_key=f"{first}{classes}", now=MONDAY)


def test_a_school_that_asks_for_days_after_its_class_has_left_reads_so(session):
    school = School(notice_days=0)
    with rejection(**{"presentations-0-classes": "year_ended"}):
        ask(school, VISIT_DAY, VISIT_DAY + DAY, "8a, 8b")
    assert ask(school, VISIT_DAY, VISIT_DAY + DAY, "7a")
    assert ask(school, ENDS, VISIT_DAY, "8a")  # on one of the days it is there


def test_free_dates_of_a_class_end_with_its_year(session):
    school = School(notice_days=0)
    educator = school.educator()
    with transaction() as open_session:
        hours = {"from_local": dt.time(8), "until_local": dt.time(16)}
        open_session.add_all(AvailableHours(presenter_id=educator.id, weekday=day, **hours) for day in range(5))

    def lack(classes: str, day: dt.date) -> Lack | None:
        wish = FreeWish(
            school.programme.id, TeachingLanguage.SERBIAN, Audience.PUPILS, school.host.id, classes=(classes,)
        )
        return next(one.lack for one in free_dates(wish, now=MONDAY).days if one.day == day)

    assert (lack("8a", ENDS), lack("8a", VISIT_DAY)) == (None, Lack.NO_LESSONS)
    assert (lack("7b", VISIT_DAY), lack("", VISIT_DAY)) == (None, None)


def test_a_year_that_was_shortened_after_booking_is_found_at_night_and_asked_about_once(session):
    school = School(a_plan(classes="8a"), ends=False)
    school.visit_id = school.plan()
    school.confirmed_by(school.educator())
    before = recheck_visits(now=MONDAY)
    school.calendar()

    assert (before, recheck_visits(now=MONDAY), recheck_visits(now=MONDAY)) == (0, 1, 0)
    assert visit_of(session, school).clock_wrong == "year_ended"
    [mail] = mails(session, "school_clock_wrong")
    assert "разред" in mail.text


@pytest.mark.parametrize(("classes", "days"), [("7b", 3), ("8a", 0)])
def test_after_a_closure_no_day_is_proposed_on_which_the_class_has_left(session, classes, days):
    school = School(a_plan(classes=classes))
    school.visit_id = school.plan(on_day=ENDS)
    school.confirmed_by(school.educator())
    draft = ClosureDraft(
        extents=(Extent(municipality_id=school.host.municipality_id),),
        first_day=ENDS,
        last_day=ENDS,
        reason=ClosureReason.SNOW,
    )
    seen = frozenset({school.visit_id})
    closure_id = close_hosts(school.coordinator, draft, seen=seen, now=MONDAY)

    that_day = dt.datetime.combine(ENDS, dt.time(9), tzinfo=dt.UTC)
    [proposed] = new_days(school.coordinator, closure_id, now=that_day)
    assert len(proposed.days) == days

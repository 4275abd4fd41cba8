"""The last grades end their school year weeks before the others: nobody is sent to a class that is at home."""

import datetime as dt

import pytest

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.terms.free_dates import FreeWish, Lack
from scheduler.closures.queries import new_days
from scheduler.closures.service.close import close_hosts
from scheduler.core.db import transaction
from scheduler.core.errors import Rejected
from scheduler.people.models import AvailableHours
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import SchoolCalendarEntry
from scheduler.places.rules.hosts import days_by_grade
from scheduler.places.rules.presence import days_of_classes, left_on
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.hosts import CalendarSpan, ClosureDraft, ClosureReason, Extent, Level, SchoolCalendar
from scheduler.places.terms.school_time import Bells, ClassName, SchoolTime, Shift
from scheduler.policy import ANONYMOUS
from scheduler.programmes.terms import Audience
from scheduler.readiness.service.recheck import recheck_visits
from scheduler.requests.service.submission import submit_request
from scheduler.staffing.service.move import move_visit
from scheduler.visits.terms.plans import NewTimes
from tests.factories import MONDAY
from tests.factories.requests import a_draft, a_presentation
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails, presentations, visit_of

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


def test_each_grade_has_its_own_days_and_the_school_all_of_them():
    found = days_by_grade([ENDS, VISIT_DAY], [Level.PRIMARY], (), SPANS)

    assert found[None] == found[1] == found[7] == {ENDS, VISIT_DAY}
    assert found[8] == {ENDS}
    assert set(found) == {None, *range(1, 9)}


@pytest.mark.parametrize(("grade", "days"), [(1, 2), (2, 2), (3, 2), (4, 1)])
def test_in_a_secondary_school_the_last_grade_leaves_first(grade, days):
    spans = [
        CalendarSpan("term1", TERM[0], TERM[1], "secondary-non-final"),
        CalendarSpan("term1", TERM[0], ENDS, "gymnasium-final"),
    ]
    found = days_by_grade([ENDS, VISIT_DAY], [Level.SECONDARY], (), spans)

    assert len(found[grade]) == days
    assert 8 not in found  # it has no such grade


def test_where_the_calendar_is_not_entered_nobody_has_left():
    found = days_by_grade([ENDS, VISIT_DAY], [Level.PRIMARY], (), ())

    assert left_on(found, "8a", VISIT_DAY) == []


def test_days_of_several_classes_are_those_on_which_all_are_there():
    found = days_by_grade([ENDS, VISIT_DAY], [Level.PRIMARY], (), SPANS)

    assert days_of_classes(found, ["7b", "8a"]) == {ENDS}
    assert days_of_classes(found, ["7b", "what is no class"]) == {ENDS, VISIT_DAY}
    assert left_on(found, "7b, VIII-1", VISIT_DAY) == [ClassName(8, "1")]


# --- what it keeps from happening ---


@pytest.mark.parametrize("told", [True, False])
def test_a_class_whose_year_has_ended_is_not_planned_unless_it_comes_for_it(session, told):
    school, other = School(a_plan(classes="8a")), School(a_plan(classes="7b"), ends=False)
    if told:
        school.bells()
        other.bells()

    with pytest.raises(Rejected) as refused:
        school.plan()

    assert refused.value.problems == {"presentations-0-starts_local": "class_not_there"}
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
    with pytest.raises(Rejected) as refused:
        ask(school, VISIT_DAY, VISIT_DAY + DAY, "8a, 8b")

    assert refused.value.problems == {"presentations-0-classes": "year_ended"}
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
        extent=Extent(municipality_id=school.host.municipality_id),
        first_day=ENDS,
        last_day=ENDS,
        reason=ClosureReason.SNOW,
    )
    seen = frozenset({school.visit_id})
    closure_id = close_hosts(school.coordinator, draft, seen=seen, now=MONDAY)

    that_day = dt.datetime.combine(ENDS, dt.time(9), tzinfo=dt.UTC)
    [proposed] = new_days(school.coordinator, closure_id, now=that_day)
    assert len(proposed.days) == days

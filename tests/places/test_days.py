"""Holidays and lines of school calendars, as people enter them: added, removed, put back."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.places import queries
from scheduler.places.models import Holiday
from scheduler.places.service.days import (
    add_calendar_entry,
    add_holiday,
    remove_calendar_entry,
    remove_holiday,
    restore_calendar_entry,
    restore_holiday,
)
from scheduler.places.service.hosts import load_reference_data
from scheduler.places.terms.hosts import CalendarDraft, HolidayDraft, SchoolCalendar
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor

DAY = dt.date(2026, 12, 25)
TODAY = MONDAY.date()


def admin():
    return an_actor(Role.ADMINISTRATOR)


def shown() -> list[str]:
    return [row.name("sr_Latn") for row in queries.holidays_between(DAY, DAY)]


def test_a_holiday_is_added_removed_and_put_back(session):
    actor = admin()
    holiday_id = add_holiday(actor, HolidayDraft(DAY, "Божић"), now=MONDAY)
    seen = [shown()]
    for act in (remove_holiday, remove_holiday, restore_holiday):
        act(actor, holiday_id, now=MONDAY)
        seen.append(shown())

    assert seen == [["Božić"], [], [], ["Božić"]]


def test_a_day_in_the_list_is_not_added_twice_removed_it_comes_back_and_one_that_nobody_entered_is_not_found(session):
    actor = admin()
    first = add_holiday(actor, HolidayDraft(DAY, "Божић"), now=MONDAY)

    with pytest.raises(Rejected) as refusal:
        add_holiday(actor, HolidayDraft(DAY, "Слава"), now=MONDAY)
    remove_holiday(actor, first, now=MONDAY)
    second = add_holiday(actor, HolidayDraft(DAY, "Слава"), now=MONDAY)

    assert (refusal.value.problems, first == second, shown()) == ({"day": "exists"}, True, ["Slava"])

    with pytest.raises(NotFound):
        remove_holiday(admin(), 999, now=MONDAY)


def test_loading_the_shipped_days_again_does_not_bring_a_removed_one_back(session):
    load_reference_data(MONDAY)
    new_year = session.scalars(select(Holiday).where(Holiday.day == dt.date(2027, 1, 1))).one().id

    remove_holiday(admin(), new_year, now=MONDAY)
    load_reference_data(MONDAY)

    assert queries.holidays_between(dt.date(2027, 1, 1), dt.date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (HolidayDraft(TODAY - dt.timedelta(days=1), "Божић"), {"day": "in_the_past"}),
        (HolidayDraft(DAY, "…"), {"name": "missing"}),
    ],
)
def test_what_cannot_be_a_holiday_is_refused(session, draft, problems):
    with pytest.raises(Rejected) as refusal:
        add_holiday(admin(), draft, now=MONDAY)

    assert refusal.value.problems == problems


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_only_an_administrator_changes_school_days(session, role):
    with pytest.raises(NotAllowed):
        add_holiday(an_actor(role), HolidayDraft(DAY, "Божић"), now=MONDAY)
    with pytest.raises(NotAllowed):
        remove_calendar_entry(an_actor(role), 1, now=MONDAY)


def a_line(**given) -> CalendarDraft:
    fair = {
        "calendar": SchoolCalendar.VOJVODINA,
        "kind": "term1",
        "first_day": dt.date(2026, 9, 1),
        "last_day": dt.date(2026, 12, 22),
        "applies_to": "all",
    }
    return CalendarDraft(**(fair | given))


def spans() -> list[dt.date]:
    return [span.last_day for span in queries.calendar_spans(SchoolCalendar.VOJVODINA, TODAY, TODAY)]


def test_a_line_of_a_school_calendar_is_added_removed_and_put_back(session):
    actor = admin()
    line_id = add_calendar_entry(actor, a_line(), now=MONDAY)
    seen = [spans()]
    for act in (remove_calendar_entry, restore_calendar_entry):
        act(actor, line_id, now=MONDAY)
        seen.append(spans())

    end = dt.date(2026, 12, 22)
    assert seen == [[end], [], [end]]
    assert queries.supplies(TODAY).calendars == {SchoolCalendar.VOJVODINA}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"last_day": dt.date(2026, 8, 31)}, {"last_day": "days_not_in_order"}),
        ({"last_day": dt.date(2027, 9, 1)}, {"last_day": "other_school_year"}),
        ({"kind": "holiday"}, {"kind": "not_a_choice"}),
        ({"applies_to": "teachers"}, {"applies_to": "not_a_choice"}),
    ],
)
def test_what_cannot_be_a_line_is_refused(session, given, problems):
    with pytest.raises(Rejected) as refusal:
        add_calendar_entry(admin(), a_line(**given), now=MONDAY)

    assert refusal.value.problems == problems

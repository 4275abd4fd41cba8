"""What a school may do with an agreed visit by its link, until when; and dates that are held for a booking."""

import datetime as dt

import pytest

from scheduler.booking.rules.free_dates import is_taken, others_than
from scheduler.booking.rules.holds import main_audience, minutes_in_all, other_dates, sitting_times
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.booking.terms.holds import Slot
from scheduler.programmes.terms import Audience
from scheduler.readiness.rules import asked_until, checklist_is_open, checklist_is_told, problems_with_wish
from scheduler.readiness.terms import WishDraft
from scheduler.visits.rules.cancelling import is_late_cancel, notice_hours
from tests.factories import MONDAY

TODAY = MONDAY.date()


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("first", "second", "reason", "found"),
    [
        (10, None, "a trip", {}),
        (10, 11, "a trip", {}),
        (10, None, "", {"reason": "missing"}),
        (0, None, "a trip", {"first_choice": "in_the_past"}),
        (366, None, "a trip", {"first_choice": "too_late"}),
        (5, None, "a trip", {"first_choice": "the_agreed_day"}),
        (10, 5, "a trip", {"second_choice": "the_agreed_day"}),
        (10, 10, "a trip", {"second_choice": "the_same_day"}),
    ],
)
def test_another_date_is_to_come_and_not_the_agreed_one(first, second, reason, found):
    draft = WishDraft(day(first), reason, None if second is None else day(second))

    assert problems_with_wish(draft, day(5), TODAY) == found


def test_less_than_two_days_before_is_late():
    edge = MONDAY + dt.timedelta(hours=48)

    assert not is_late_cancel(edge, MONDAY)
    assert is_late_cancel(edge - dt.timedelta(seconds=1), MONDAY)
    assert asked_until(edge) == MONDAY


@pytest.mark.parametrize(
    ("ahead", "is_open", "told"), [(8, False, False), (7, True, True), (0, True, False), (-1, False, False)]
)
def test_the_checklist_is_ticked_in_the_last_week_and_told_while_there_is_a_day_left(ahead, is_open, told):
    assert checklist_is_open(day(ahead), TODAY) is is_open
    assert checklist_is_told(day(ahead), TODAY) is told


def test_hours_of_notice_are_whole_and_never_below_none():
    assert notice_hours(MONDAY + dt.timedelta(minutes=119), MONDAY) == 1
    assert notice_hours(MONDAY - dt.timedelta(hours=3), MONDAY) == 0


def test_presentations_of_a_held_date_follow_each_other_with_a_break():
    ten, noon = dt.time(10), dt.time(12)

    assert sitting_times(ten, [None, None, noon], 45) == [ten, dt.time(11), noon]
    assert sitting_times(ten, [None, dt.time(10, 30)], 45) == [ten, dt.time(11)]


def test_a_date_lasts_from_the_first_start_to_the_last_end():
    assert minutes_in_all([dt.time(10), dt.time(11)], 45) == 105
    assert minutes_in_all([dt.time(23), dt.time(0, 30)], 45) == 24 * 60  # leaves the day


def test_a_crew_is_looked_for_for_pupils_before_others():
    assert main_audience([Audience.PARENTS, Audience.PUPILS]) is Audience.PUPILS
    assert main_audience([]) is Audience.PUPILS


def test_other_dates_are_the_nearest_each_on_a_day_of_its_own():
    times = (dt.time(8), dt.time(10), dt.time(14))
    free = FreeDates((*(FreeDay(day(number), times) for number in (1, 3, 6, 9)), FreeDay(day(4), lack=Lack.TAKEN)))

    assert other_dates(free, Slot(day(4), dt.time(9, 30))) == [
        Slot(day(1), dt.time(10)),
        Slot(day(3), dt.time(10)),
        Slot(day(6), dt.time(10)),
    ]


def test_dates_beside_the_taken_ones_keep_the_wished_hour_where_it_is_free():
    free = FreeDates((FreeDay(day(1), (dt.time(8),)), FreeDay(day(2), (dt.time(8), dt.time(10)))))

    assert others_than(free, [], TODAY, dt.time(10)) == [(day(1), dt.time(8)), (day(2), dt.time(10))]
    assert others_than(free, [day(1)], TODAY, dt.time(10)) == [(day(2), dt.time(10))]
    assert is_taken(FreeDates((FreeDay(day(1), lack=Lack.TAKEN),)), day(1))
    assert not is_taken(free, day(1))

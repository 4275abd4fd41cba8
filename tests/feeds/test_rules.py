"""What a calendar shows of each assignment, and for how long."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from scheduler.feeds import rules
from scheduler.feeds.terms import MOST_FEEDS, FeedReader, FeedSeat
from scheduler.visits.terms.states import AssignmentState, EntryStatus, PresentationState
from tests.factories import MONDAY

A, P, DAY = AssignmentState, PresentationState, dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


def a_seat(state: AssignmentState = A.ACCEPTED, **given: Any) -> FeedSeat:
    fair = {
        "presentation_id": 1, "state_since": MONDAY, "was_offered": True, "presentation_state": P.CONFIRMED,
        "presentation_since": MONDAY - DAY, "edited_at": MONDAY - DAY,
    }  # fmt: skip
    return FeedSeat(state=state, **(fair | given))


@pytest.mark.parametrize(("state", "shown"), [
    (A.SUGGESTED, None), (A.OFFERED, EntryStatus.TENTATIVE), (A.ACCEPTED, EntryStatus.CONFIRMED),
    (A.PRESENT, EntryStatus.CONFIRMED), (A.WITHDRAWN, EntryStatus.CANCELLED), (A.REPLACED, EntryStatus.CANCELLED),
    (A.ABSENT, EntryStatus.CANCELLED), (A.DECLINED, None), (A.LAPSED, None),
])  # fmt: skip
def test_each_state_of_an_assignment_is_shown_in_its_way(state: A, shown: EntryStatus | None) -> None:
    assert rules.shown_as(a_seat(state), MONDAY) == shown


def test_every_state_is_decided() -> None:
    assert {seat.state for seat in map(a_seat, A) if rules.shown_as(seat, MONDAY) is None} == {
        A.SUGGESTED,
        A.DECLINED,
        A.LAPSED,
    }


@pytest.mark.parametrize("state", [P.CANCELLED, P.DISRUPTED, P.MERGED_INTO])
@pytest.mark.parametrize("assignment", [A.OFFERED, A.ACCEPTED])
def test_a_presentation_that_does_not_take_place_is_struck_out(state: P, assignment: A) -> None:
    seat = a_seat(assignment, presentation_state=state, presentation_since=MONDAY + DAY)
    assert rules.shown_as(seat, MONDAY + 30 * DAY) is EntryStatus.CANCELLED
    assert rules.shown_as(seat, MONDAY + 31 * DAY) is None


def test_what_was_struck_out_goes_after_thirty_days_or_once_it_is_edited_again() -> None:
    seat = a_seat(A.WITHDRAWN)

    assert rules.shown_as(seat, MONDAY + 30 * DAY - SECOND) is EntryStatus.CANCELLED
    assert rules.shown_as(seat, MONDAY + 30 * DAY) is None

    # TRUST S54: a visit that its reader left takes a minor elsewhere, perhaps.
    assert rules.shown_as(a_seat(A.WITHDRAWN, edited_at=MONDAY), MONDAY) is EntryStatus.CANCELLED
    assert rules.shown_as(a_seat(A.WITHDRAWN, edited_at=MONDAY + SECOND), MONDAY + DAY) is None

    assert rules.shown_as(a_seat(A.WITHDRAWN, was_offered=False), MONDAY) is None
    assert rules.shown_as(a_seat(A.SUGGESTED, was_offered=False, presentation_state=P.CANCELLED), MONDAY) is None


def test_the_last_change_is_the_last_one_that_its_reader_hears_of() -> None:
    made, later = MONDAY - 9 * DAY, MONDAY + DAY
    left = [a_seat(state, edited_at=later, presentation_since=later) for state in (A.WITHDRAWN, A.DECLINED, A.LAPSED)]
    unasked = [a_seat(A.SUGGESTED, was_offered=False), a_seat(A.WITHDRAWN, was_offered=False)]

    assert rules.last_change(left, made, later) == MONDAY
    assert rules.last_change(unasked, made, later) == made

    made = MONDAY - 9 * DAY
    assert rules.last_change([], made, MONDAY) == made
    assert rules.last_change([a_seat(edited_at=MONDAY + DAY)], made, MONDAY + 2 * DAY) == MONDAY + DAY
    assert rules.last_change([a_seat(A.DECLINED, state_since=MONDAY + DAY)], made, MONDAY + 2 * DAY) == MONDAY + DAY
    assert rules.last_change([a_seat(A.WITHDRAWN)], made, MONDAY + 29 * DAY) == MONDAY
    assert rules.last_change([a_seat(A.WITHDRAWN)], made, MONDAY + 40 * DAY) == MONDAY + 30 * DAY


@pytest.mark.parametrize("order", [(A.WITHDRAWN, A.OFFERED), (A.OFFERED, A.WITHDRAWN)])
def test_asked_again_after_a_withdrawal_the_living_assignment_counts(order: tuple[A, A]) -> None:
    assert rules.entries([a_seat(state) for state in order], MONDAY) == {1: EntryStatus.TENTATIVE}


def test_entries_keep_their_order_and_a_reading_is_noted_once_in_fifteen_minutes() -> None:
    seats = [a_seat(presentation_id=3), a_seat(A.DECLINED, presentation_id=2), a_seat(A.OFFERED, presentation_id=1)]
    assert list(rules.entries(seats, MONDAY).items()) == [(3, EntryStatus.CONFIRMED), (1, EntryStatus.TENTATIVE)]
    minute = dt.timedelta(minutes=1)
    assert rules.read_is_due(None, MONDAY)
    assert not rules.read_is_due(MONDAY, MONDAY + 15 * minute - SECOND)
    assert rules.read_is_due(MONDAY, MONDAY + 15 * minute)


@pytest.mark.parametrize(("name", "living", "problems"), [
    ("phone", ["Outlook"], {}), ("", [], {"name": "missing"}), ("x" * 41, [], {"name": "too_long"}),
    ("phone", ["phone"], {"name": "exists"}), ("six", ["1", "2", "3", "4", "5"], {"name": "too_many_feeds"}),
])  # fmt: skip
def test_a_feed_has_a_name_of_its_own_and_there_are_five(name, living, problems):
    assert MOST_FEEDS == 5
    assert rules.problems_with(name, living) == problems


def test_the_clock_changes_nothing_between_two_ends_of_thirty_days() -> None:
    left = [a_seat(A.WITHDRAWN), a_seat(A.WITHDRAWN, state_since=MONDAY + 5 * DAY), a_seat()]
    first, last = rules.ALWAYS
    assert rules.holds([a_seat()], MONDAY) == rules.ALWAYS
    assert rules.holds(left, MONDAY) == (first, MONDAY + 30 * DAY)
    assert rules.holds(left, MONDAY + 30 * DAY) == (MONDAY + 30 * DAY, MONDAY + 35 * DAY)
    assert rules.holds(left, MONDAY + 40 * DAY) == (MONDAY + 35 * DAY, last)


@dataclass
class Told:
    etag: str = "a"
    latest_told_at: dt.datetime = MONDAY
    told_by_moment: bool = True


@pytest.mark.parametrize(("tag", "moment", "before", "was_read", "believed"), [
    ("b", MONDAY + SECOND, Told(), True, True), ("a", MONDAY, Told(), True, True),
    ("a", MONDAY, Told(told_by_moment=False), True, False),
    ("b", MONDAY + SECOND / 2, Told(), True, False),  # HTTP tells whole seconds
    ("b", MONDAY - DAY, Told(), True, False), ("a", MONDAY, None, False, True), ("a", MONDAY, None, True, False),
])  # fmt: skip
def test_a_moment_is_believed_where_nobody_holds_another_text_with_it(tag, moment, before, was_read, believed):
    assert rules.is_told_by_moment(tag, moment, before, was_read=was_read) is believed


@pytest.mark.parametrize(
    ("agent", "reader"),
    [
        ("Google-Calendar-Importer", FeedReader.GOOGLE),
        ("iOS/17.1 (21B74) dataaccessd/1.0", FeedReader.APPLE),
        ("macOS/14.1 (23B74) CalendarAgent/988", FeedReader.APPLE),
        ("Microsoft.Exchange/15.20", FeedReader.OUTLOOK),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5197; Pro)", FeedReader.OUTLOOK),
        ("Mozilla/5.0 Thunderbird/128.0", FeedReader.OTHER),
        ("", FeedReader.OTHER),
    ],
)
def test_the_program_that_reads_is_known_by_its_family(agent, reader):
    assert rules.reader_of(agent) is reader

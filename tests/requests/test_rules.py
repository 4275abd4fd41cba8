"""What a host may ask for, who must move next, who stands in for whom: rules without a database."""

import datetime as dt
import itertools
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.people.terms import Reader
from scheduler.places.rules.school_time import only_class
from scheduler.places.terms.hosts import DistrictRow
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.rules.doubts import doubts_about
from scheduler.requests.rules.handovers import handover_state, problems_with_handover, told_instead
from scheduler.requests.rules.school_request import (
    FURTHEST_DAYS,
    LONGEST_SPAN_DAYS,
    MOST_BLACKOUTS,
    MOST_PREFERRED,
    MOST_PRESENTATIONS,
    levels_at,
    problems_with_counts,
    problems_with_dates,
)
from scheduler.requests.rules.states import (
    AFTER_VISIT,
    HIDDEN,
    OPEN,
    OVER,
    age_days,
    is_late,
    keeps_place,
    may_ask_again,
    may_book_again,
    may_change_counts,
    may_move,
    may_together,
    turn_of,
    waits_too_long,
    way_out,
)
from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.handovers import HandoverDraft, HandoverRow, HandoverState
from scheduler.requests.terms.pages import NextStep, Turn
from scheduler.requests.terms.school_request import (
    REQUEST_MACHINE,
    Blackout,
    ExpectedCounts,
    Preference,
    RequestFacts,
    RequestState,
)
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.requests import FIRST_DAY, LAST_DAY, a_draft, a_presentation
from tests.places.one_school import a_clock
from tests.requests.drafts import TODAY, a_programme, problems

TOMORROW = TODAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("expected", "largest"),
    [((90, 0, 2), (90, 0, 0)), ((0, 3, 40), (0, 0, 40)), ((5, 5, 0), (5, 0, 0)), ((0, 0, 0), (0, 0, 0))],
)
def test_the_largest_audience_stands_for_all(expected: tuple[int, int, int], largest: tuple[int, int, int]):
    assert ExpectedCounts(2, *expected).largest() == ExpectedCounts(2, *largest)


@pytest.mark.parametrize(
    ("given", "known", "found"),
    [
        ({}, {}, {}),
        ({"teacher_stays": False}, {}, {"teacher_stays": "teacher_stays"}),
        ({"safeguarding_contact": ""}, {}, {"safeguarding_contact": "missing"}),
        ({"contact_name": ""}, {}, {"contact_name": "missing"}),
        ({"contact_email": ""}, {}, {"contact_email": "missing"}),
        ({"contact_email": "ana"}, {}, {"contact_email": "not_an_email"}),
        ({"presentations": ()}, {}, {"presentations": "missing"}),
        ({}, {"programme": a_programme(open=False)}, {"programme": "not_open"}),
        ({"first_day": TOMORROW, "last_day": TOMORROW}, {"by_staff": True}, {}),
        ({"contact_email": ""}, {"by_staff": True}, {}),  # on the phone a number is enough
        ({"contact_email": "", "contact_phone": ""}, {"by_staff": True}, {"contact_email": "missing"}),
        # a library has pupils of any level
        ({"presentations": (a_presentation(level=SchoolLevel.SECONDARY),)}, {"levels": frozenset()}, {}),
        # where the whole school has no lessons no class is blamed
        ({}, {"lessons": {None: frozenset[dt.date]()}}, {}),
    ],
)
def test_what_a_draft_must_hold(given, known, found):
    assert problems(a_draft(**given), **known) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"audience": Audience.TEACHERS, "teachers": 20}, {"audience": "not_for_them"}),
        ({"level": SchoolLevel.NONE}, {"level": "missing"}),
        ({"level": SchoolLevel.SECONDARY}, {"level": "not_at_this_host"}),
        ({"pupils": 0}, {"pupils": "nobody_comes"}),
        ({"audience": Audience.PARENTS, "level": SchoolLevel.NONE}, {"parents": "nobody_comes"}),
    ],
)
def test_each_presentation_is_judged_and_its_number_named(given, found):
    draft = a_draft(presentations=(a_presentation(), a_presentation(**given)))

    assert problems(draft) == {f"presentations-1-{field}": reason for field, reason in found.items()}


def asked_for_the_eighth(**given):
    """Grade 8 is in the building in the afternoons of the week that is asked for, in the mornings of the next."""
    return a_draft(presentations=(a_presentation(classes="8b", **given),))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"starts_local": dt.time(9, 55)}, {"presentations-0-starts_local": "class_not_there"}),
        ({"lesson": 8}, {"presentations-0-lesson": "class_not_there"}),
        ({"starts_local": dt.time(9, 55), "outside_shift": True}, {}),
        ({"starts_local": dt.time(15, 55)}, {}),
        ({"lesson": 3}, {}),
        ({}, {}),
    ],
)
def test_an_hour_at_which_the_class_is_not_in_the_building_is_refused_unless_it_comes_for_it(given, found):
    assert problems(asked_for_the_eighth(**given), clock=a_clock(FIRST_DAY)) == found


def test_one_day_on_which_the_class_is_there_is_enough():
    fortnight = replace(asked_for_the_eighth(starts_local=dt.time(9, 55)), last_day=LAST_DAY + dt.timedelta(days=7))

    assert problems(fortnight, clock=a_clock(FIRST_DAY)) == {}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"classes": "8a, 8b"}, {"presentations-0-classes": "year_ended"}),
        ({"classes": "8a", "outside_shift": True}, {}),
        ({"classes": "7a"}, {}),
    ],
)
def test_a_class_with_lessons_on_none_of_the_asked_days_is_refused(given, found):
    lessons = {None: frozenset({FIRST_DAY, LAST_DAY}), 8: frozenset({FIRST_DAY - dt.timedelta(days=3)})}

    assert problems(a_draft(presentations=(a_presentation(**given),)), lessons=lessons) == found


def test_others_are_somebody():
    assert problems_with_counts(ExpectedCounts(1, 0, 0, 0), Audience.OTHERS, 50) == {"pupils": "nobody_comes"}
    assert problems_with_counts(ExpectedCounts(1, 0, 3, 0), Audience.OTHERS, 50) == {}


@given(st.sampled_from(Audience), *(st.integers(-5, 2000) for _ in range(3)), st.integers(1, 1000))
def test_numbers_without_a_problem_are_what_the_database_takes(audience, pupils, parents, teachers, group_size):
    if problems_with_counts(ExpectedCounts(1, pupils, parents, teachers), audience, group_size) == {}:
        assert all(0 <= number <= 1000 for number in (pupils, parents, teachers))
        assert pupils + parents + teachers >= 1


@pytest.mark.parametrize("state", RequestState)
def test_every_state_has_one_whose_turn_it_is(state):
    turn, step = turn_of(state, attention=False)

    assert (turn is Turn.OVER) == (state in OVER | HIDDEN)
    assert (turn is Turn.YOURS) == (step is not NextStep.LOOK)


def test_changed_counts_bring_a_settled_request_back_to_the_centre_and_a_clock_set_back_makes_nobody_early():
    assert turn_of(RequestState.CONFIRMED, attention=True) == (Turn.YOURS, NextStep.CHECK_COUNTS)
    assert turn_of(RequestState.CONFIRMED, attention=False) == (Turn.ITSELF, NextStep.LOOK)

    assert age_days(MONDAY + dt.timedelta(hours=1), MONDAY) == 0
    assert not is_late(Turn.OTHERS, 60)


def test_a_school_withdraws_until_a_visit_is_planned_and_changes_counts_until_it_is_held():
    out = {state: way_out(state) for state in RequestState}
    assert out[RequestState.NEW] is out[RequestState.WAITLISTED] is RequestState.WITHDRAWN
    assert out[RequestState.AGREED] is RequestState.CANCELLED_BY_SCHOOL
    assert out[RequestState.STAFFING] is None
    assert all(to is None or REQUEST_MACHINE.may(state, to) for state, to in out.items())

    changeable = {state for state in RequestState if may_change_counts(state)}
    assert {RequestState.AGREED, RequestState.READY} <= changeable
    assert changeable & ({RequestState.UNVERIFIED} | AFTER_VISIT | OVER) == set()

    named = set(itertools.chain.from_iterable(REQUEST_MACHINE.moves.values()))
    assert named | REQUEST_MACHINE.starts <= set(REQUEST_MACHINE.moves) == set(RequestState)


@pytest.mark.parametrize(
    ("primary", "secondary", "levels"),
    [
        (True, False, {SchoolLevel.PRIMARY}),
        (False, True, {SchoolLevel.SECONDARY}),
        (True, True, {SchoolLevel.PRIMARY, SchoolLevel.SECONDARY}),
        (False, False, set()),
    ],
)
def test_a_host_is_asked_for_the_levels_that_it_teaches(primary, secondary, levels):
    assert levels_at(primary, secondary) == levels


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("VII-2", "VII-2"), ("7b", "7b"), ("7. разред", "7. разред"), ("IV3", "IV3"),
        ("7a, 7b", ""), ("7a i 7b", ""), ("7а и 7б", ""), ("7a/7b", ""), ("7a 7b", ""), ("сви осми", ""), ("", ""),
    ],
)  # fmt: skip
def test_one_class_alone_is_known(typed, one):
    assert only_class(typed) == one


# --- dates that are proposed, and what may be done in each state ---

S = RequestState


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def a_date(number: int) -> DateDraft:
    return DateDraft(on_day=day(number), starts_local=dt.time(10))


@pytest.mark.parametrize(
    ("dates", "held_until", "found"),
    [
        ([a_date(10), a_date(11)], 5, {}),
        ([], 5, {"dates-0-on_day": "missing"}),
        ([a_date(10), a_date(10)], 5, {"dates-1-on_day": "the_same_date"}),
        ([a_date(20)], 5, {"dates-0-on_day": "school_cannot"}),
    ],
)
def test_a_proposed_date_is_one_that_a_school_can_accept(dates: list[Any], held_until: int, found: dict[str, str]):
    cannot = [Blackout(day(20), day(21))]

    assert problems_with_dates(dates, day(held_until), TODAY, cannot) == found


def test_what_a_closure_stopped_is_put_on_no_waiting_list_and_an_answer_is_given_where_the_machine_has_a_way():
    listed = {state for state in S if may_together(BulkAct.WAITLIST, state)}
    assert S.TRIAGE in listed
    assert may_move(S.DISRUPTED, S.WAITLISTED)
    assert S.DISRUPTED not in listed
    accepted = {state for state in S if may_together(BulkAct.AGREE, state)}
    assert accepted == {S.NEW, S.TRIAGE, S.WAITLISTED}  # where dates are proposed the school chooses one
    for act in set(BulkAct) - {BulkAct.WAITLIST, BulkAct.AGREE}:
        assert {state for state in S if may_together(act, state)} == set(OPEN)

    assert may_move(S.TRIAGE, S.DECLINED)
    assert not may_move(S.CLOSED, S.NEW)


def test_the_same_is_asked_for_anew_once_the_old_request_is_over():
    assert may_book_again(S.DECLINED)
    assert not any(map(may_book_again, (S.NEW, S.MERGED_INTO, S.EXPIRED)))
    assert all(map(may_ask_again, (S.DECLINED, S.DELIVERED, S.CLOSED)))
    assert not may_ask_again(S.AGREED)
    assert {state for state in S if keeps_place(state)} == {
        S.CANCELLED_BY_CENTRE,
        S.CANCELLED_BY_SCHOOL,
        S.DECLINED,
        S.WITHDRAWN,
    }


# --- what is allowed and seldom meant is asked about ---

SATURDAY = dt.date(2026, 10, 17)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


def doubts(draft, level=SchoolLevel.NONE, levels=frozenset({SchoolLevel.PRIMARY}), school_days=()):
    return doubts_about(draft, RequestFacts(a_programme(level=level), levels), school_days)


def test_a_fair_draft_is_asked_nothing():
    assert doubts(a_draft()) == {}


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        (SATURDAY, SATURDAY + DAY, True),
        (SATURDAY, SATURDAY, True),
        (SATURDAY + DAY, SATURDAY + DAY, True),
        (SATURDAY - DAY, SATURDAY, False),
        (SATURDAY + DAY, SATURDAY + 2 * DAY, False),
        (SATURDAY, SATURDAY + 8 * DAY, False),
        (SATURDAY + DAY, SATURDAY, False),
    ],
)
def test_days_that_are_a_weekend_and_nothing_else_are_asked_about(first, last, asked):
    assert doubts(a_draft(first_day=first, last_day=last)) == ({"first_day": TypedSlip.WEEKEND} if asked else {})


@pytest.mark.parametrize(
    ("level", "levels", "asked"),
    [
        (SchoolLevel.SECONDARY, {SchoolLevel.PRIMARY}, True),
        (SchoolLevel.PRIMARY, {SchoolLevel.SECONDARY}, True),
        (SchoolLevel.SECONDARY, {SchoolLevel.PRIMARY, SchoolLevel.SECONDARY}, False),
        (SchoolLevel.SECONDARY, set(), False),
        (SchoolLevel.NONE, {SchoolLevel.PRIMARY}, False),
    ],
)
def test_a_programme_for_another_level_is_asked_about(level, levels, asked):
    found = doubts(a_draft(), level=level, levels=frozenset(levels))

    assert found == ({"programme": TypedSlip.OTHER_LEVEL} if asked else {})


@pytest.mark.parametrize(
    ("classes", "asked"),
    [("VII-1 🐸", True), ("🙂", True), ("VII №2", False), ("7+8, VIII/3", False), ("седмо „ц“", False)],
)
def test_a_picture_among_the_letters_of_a_class_is_asked_about(classes, asked):
    draft = a_draft(presentations=(a_presentation(), a_presentation(classes=classes)))

    assert doubts(draft) == ({"presentations-1-classes": TypedSlip.CLASS_WITH_PICTURE} if asked else {})


# --- who looks after what a colleague owns ---

ANA, EVA, MIRA = 1, 2, 3
NISAVA = 7


def a_handover_draft(**given: Any) -> HandoverDraft:
    fair = {"away_id": ANA, "stand_in_id": EVA, "first_day": TODAY, "last_day": day(7)}
    return HandoverDraft(**(fair | given))


def a_handover(away: int, stand_in: int, *districts: int, first: int = 0, last: int = 7, **given: Any) -> HandoverRow:
    rows = tuple(DistrictRow(one, "", "", "", "") for one in districts)
    fair = {"id": 1, "away": "", "stand_in": "", "stand_in_email": "eva@centre.example", "stand_in_language": "en"}
    fair |= {"first_day": day(first), "last_day": day(last), "ended_at": None, "districts": rows}
    return HandoverRow(away_id=away, stand_in_id=stand_in, **(fair | given))


def handover_problems(draft: HandoverDraft, *others: HandoverRow) -> dict[str, str]:
    return problems_with_handover(draft, {ANA, EVA, MIRA}, others, TODAY)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"away_id": 99}, {"away": "not_a_choice"}),
        ({"stand_in_id": 99}, {"stand_in": "not_a_choice"}),
        ({"stand_in_id": ANA}, {"stand_in": "not_oneself"}),
    ],
)
def test_a_handover_is_between_two_colleagues_for_days_to_come(given, found):
    assert handover_problems(a_handover_draft(**given)) == found


@pytest.mark.parametrize(
    ("districts", "other", "found"),
    [
        ((), a_handover(EVA, MIRA), {"stand_in": "stand_in_is_away"}),
        ((), a_handover(MIRA, ANA), {"away": "stands_in_then"}),
        ((), a_handover(ANA, MIRA), {"first_day": "handed_over_then"}),
        ((), a_handover(ANA, MIRA, NISAVA), {"first_day": "handed_over_then"}),
        ((NISAVA,), a_handover(ANA, MIRA), {"first_day": "handed_over_then"}),
        ((NISAVA,), a_handover(ANA, MIRA, NISAVA), {"first_day": "handed_over_then"}),
        ((NISAVA,), a_handover(ANA, MIRA, NISAVA + 1), {}),
        ((), a_handover(MIRA, EVA), {}),
        ((), a_handover(ANA, MIRA, ended_at=MONDAY), {}),
    ],
)
def test_what_is_handed_over_has_one_person_in_each_district_who_answers(districts, other, found):
    assert handover_problems(a_handover_draft(district_ids=districts), other) == found


def test_mails_of_the_district_go_to_the_stand_in_and_to_each_reader_once_until_it_is_taken_back():
    assert handover_state(a_handover(ANA, EVA, ended_at=MONDAY), TODAY) is HandoverState.TAKEN_BACK

    readers = [Reader(ANA, "ana@centre.example", "sr_Cyrl"), Reader(EVA, "eva@centre.example", "en")]
    readers += [Reader(MIRA, "mira@centre.example", "sr_Latn")]
    everybody = [(one.address, one.language) for one in readers]
    running = [a_handover(ANA, EVA, NISAVA)]
    assert told_instead(readers, NISAVA, running) == everybody[1:]
    assert told_instead(readers, NISAVA + 1, running) == told_instead(readers, None, running) == everybody
    assert told_instead(readers, None, [a_handover(ANA, EVA)]) == everybody[1:]


# --- bounds ---

AROUND = (-1, 0, 1)
ABOUT_SEVEN, ABOUT_NINE = ((dt.time(hour - 1, 59), dt.time(hour), dt.time(hour, 1)) for hour in (7, 21))


def first(ahead: int, **given: object) -> dict[str, str]:
    """One day that is asked for, so many days ahead."""
    return problems(a_draft(first_day=TODAY + ahead * DAY, last_day=TODAY + ahead * DAY), **given)


def last(days: int) -> dict[str, str]:
    return problems(a_draft(last_day=FIRST_DAY + days * DAY))


def starts(at: dt.time) -> str | None:
    asked = a_presentation(starts_local=at)
    return problems(a_draft(presentations=(asked,))).get("presentations-0-starts_local")


def preferred(*dates: Preference) -> dict[str, str]:
    return problems(a_draft(preferred=dates))


def many_preferred(number: int) -> dict[str, str]:
    return preferred(*(Preference(FIRST_DAY, dt.time(8 + place)) for place in range(number)))


def cannot(*days: Blackout, **given: object) -> dict[str, str]:
    return problems(a_draft(blackouts=days, **given))


def away(days: int) -> dict[str, str]:
    """A class that is in the other shift at that hour, on the first of so many days more."""
    asked = a_presentation(classes="8b", starts_local=dt.time(9, 55))
    draft = a_draft(presentations=(asked,), last_day=FIRST_DAY + days * DAY)
    return problems(draft, clock=a_clock(FIRST_DAY))


def lessons_on(day: dt.date) -> dict[str, str]:
    """The eighth grade has ended its year; the others have lessons on one day."""
    lessons = {None: frozenset({day}), 8: frozenset({FIRST_DAY - 9 * DAY})}
    return problems(a_draft(presentations=(a_presentation(classes="8a"),)), lessons=lessons)


def counted(pupils: int = 1, parents: int = 0, teachers: int = 0) -> dict[str, str]:
    return problems_with_counts(ExpectedCounts(1, pupils, parents, teachers), Audience.PUPILS, 120)


def proposed(ahead: int, at: dt.time = dt.time(10), held: int = 5) -> dict[str, str]:
    return problems_with_dates([DateDraft(TODAY + ahead * DAY, at)], TODAY + held * DAY, TODAY)


def weekend(day: dt.date) -> bool:
    """A weekend, while the school works on some day."""
    draft = a_draft(first_day=SATURDAY, last_day=SATURDAY + DAY)
    return doubts(draft, school_days=[day]) == {"first_day": TypedSlip.WEEKEND}


def handed(**given: int) -> dict[str, str]:
    """A handover of a week, beside another one by the same colleague."""
    return handover_problems(a_handover_draft(), a_handover(ANA, MIRA, **given))


def silent_for(seconds: int) -> bool:
    """Ten days and so many seconds."""
    return waits_too_long(RequestState.AGREED, MONDAY, MONDAY + 10 * DAY + seconds * SECOND, 10)


def stands(begins: int, ends: int) -> HandoverState:
    return handover_state(a_handover(ANA, EVA, first=begins, last=ends), TODAY)


PAST, SOON, LATE = ({"first_day": why} for why in ("in_the_past", "too_soon", "too_late"))
ORDER, LONG = {"last_day": "days_not_in_order"}, {"last_day": "span_too_long"}
NOT_THERE, ENDED = {"presentations-0-starts_local": "class_not_there"}, {"presentations-0-classes": "year_ended"}
OUTSIDE, NO_HOUR = {"preferred-0-on_day": "outside_the_days"}, {"preferred-0-starts_local": "not_in_the_day"}
TOO_MANY, NEGATIVE = "over_group_size", "negative"
THEN = {"first_day": "handed_over_then"}
BOUNDS = (
    ("two weeks of notice", first, (13, 14, 15), (SOON, {}, {})),
    ("today, by staff", partial(first, by_staff=True), AROUND, (PAST, {}, {})),
    ("a year that can be planned", lambda n: first(FURTHEST_DAYS + n), AROUND, ({}, {}, LATE)),
    ("a day", last, AROUND, (ORDER, {}, {})),
    ("120 days", lambda n: last(LONGEST_SPAN_DAYS - 1 + n), AROUND, ({}, {}, LONG)),
    ("eight presentations", lambda n: problems(a_draft(presentations=(a_presentation(),) * n)).get("presentations"),
     (MOST_PRESENTATIONS - 1, MOST_PRESENTATIONS, MOST_PRESENTATIONS + 1), (None, None, "too_many_presentations")),
    ("from seven", starts, ABOUT_SEVEN, ("not_in_the_day", None, None)),
    ("until nine", starts, ABOUT_NINE, (None, None, "not_in_the_day")),
    ("a day on which a class is away", away, AROUND, (ORDER, NOT_THERE, NOT_THERE)),
    ("lessons on the first day", lambda n: lessons_on(FIRST_DAY + n * DAY), AROUND, ({}, ENDED, ENDED)),
    ("lessons on the last day", lambda n: lessons_on(LAST_DAY + n * DAY), AROUND, (ENDED, ENDED, {})),
    ("the first day is preferred", lambda n: preferred(Preference(FIRST_DAY + n * DAY)), AROUND, (OUTSIDE, {}, {})),
    ("the last day is preferred", lambda n: preferred(Preference(LAST_DAY + n * DAY)), AROUND, ({}, {}, OUTSIDE)),
    ("seven is preferred", lambda at: preferred(Preference(FIRST_DAY, at)), ABOUT_SEVEN, (NO_HOUR, {}, {})),
    ("nine is preferred", lambda at: preferred(Preference(FIRST_DAY, at)), ABOUT_NINE, ({}, NO_HOUR, NO_HOUR)),
    ("five preferred dates", lambda n: many_preferred(MOST_PREFERRED + n), AROUND,
     ({}, {}, {"preferred": "too_many_preferred"})),
    ("a day on which it cannot", lambda n: cannot(Blackout(FIRST_DAY, FIRST_DAY + n * DAY)), AROUND,
     ({"blackouts": "days_not_in_order"}, {}, {})),
    ("twenty times it cannot", lambda n: cannot(*[Blackout(FIRST_DAY, FIRST_DAY)] * (MOST_BLACKOUTS + n)), AROUND,
     ({}, {}, {"blackouts": "too_many_blackouts"})),
    ("a day is left", lambda n: cannot(Blackout(FIRST_DAY, LAST_DAY + n * DAY)), (-1, 0, 1),
     ({}, {"blackouts": "no_day_left"}, {"blackouts": "no_day_left"})),
    ("no parents", lambda n: counted(parents=n), AROUND, ({"parents": NEGATIVE}, {}, {})),
    ("a full group of pupils", counted, (119, 120, 121), ({}, {}, {"pupils": TOO_MANY})),
    ("a full group of teachers", lambda n: counted(teachers=n), (119, 120, 121), ({}, {}, {"teachers": TOO_MANY})),
    ("a full group of both", lambda n: counted(100, n), (19, 20, 21), ({}, {}, {"pupils": TOO_MANY})),
    ("a date today", lambda n: proposed(n, held=-5), AROUND,
     ({"dates-0-on_day": "in_the_past", "held_until": "in_the_past"},
      {"dates-0-on_day": "in_the_past", "held_until": "in_the_past"}, {"held_until": "in_the_past"})),
    ("a date of a year that can be planned", lambda n: proposed(FURTHEST_DAYS + n), AROUND,
     ({}, {}, {"dates-0-on_day": "too_late"})),
    ("a date at seven", lambda at: proposed(9, at), ABOUT_SEVEN, ({"dates-0-starts_local": "not_in_the_day"}, {}, {})),
    ("a date at nine", lambda at: proposed(9, at), ABOUT_NINE, ({}, {}, {"dates-0-starts_local": "not_in_the_day"})),
    ("held until today", lambda n: proposed(9, held=n), AROUND,
     ({"held_until": "in_the_past"}, {"held_until": "in_the_past"}, {})),
    ("held until the date", lambda n: proposed(9, held=n), (8, 9, 10),
     ({}, {"held_until": "after_a_date"}, {"held_until": "after_a_date"})),
    ("lessons on its Saturday", lambda n: weekend(SATURDAY + n * DAY), AROUND, (True, False, False)),
    ("lessons on its Sunday", lambda n: weekend(SATURDAY + DAY + n * DAY), AROUND, (False, False, True)),
    ("handed over from today", lambda n: handover_problems(a_handover_draft(first_day=TODAY + n * DAY)), AROUND,
     (PAST, {}, {})),
    ("handed over for a day", lambda n: handover_problems(a_handover_draft(last_day=TODAY + n * DAY)), AROUND,
     (ORDER, {}, {})),
    ("handed over for a year", lambda n: handover_problems(a_handover_draft(last_day=TODAY + n * DAY)), (364, 365, 366),
     ({}, {}, {"last_day": "too_long_away"})),
    ("another handover begins on the last day", lambda n: handed(first=n, last=20), (6, 7, 8), (THEN, THEN, {})),
    ("another handover ends on the first day", lambda n: handed(first=-9, last=n), AROUND, ({}, THEN, THEN)),
    ("a handover begins", lambda n: stands(n, 9), AROUND,
     (HandoverState.RUNNING, HandoverState.RUNNING, HandoverState.COMING)),
    ("a handover ends", lambda n: stands(-9, n), AROUND,
     (HandoverState.OVER, HandoverState.RUNNING, HandoverState.RUNNING)),
    ("five days for an answer", partial(is_late, Turn.YOURS), (4, 5, 6), (False, False, True)),
    ("a day of waiting", lambda n: age_days(MONDAY, MONDAY + DAY + n * SECOND), AROUND, (0, 1, 1)),
    ("ten days without a word", silent_for, AROUND, (False, True, True)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer

"""What is stored of shifts and bells, on both databases: the same comes back, and nonsense is refused."""

import datetime as dt

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.places import queries
from scheduler.places.models import BellSchedule, HostSchoolTime
from scheduler.places.service.call_notes import write_call_note
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import ANONYMOUS, school_contact
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host

TOLD = SchoolTime(
    bells={
        (Shift.MORNING, False): Bells(dt.time(7, 30)),
        (Shift.AFTERNOON, False): Bells(dt.time(13, 30), lessons=6),
        (Shift.AFTERNOON, True): Bells(dt.time(11, 30), 30),
        (Shift.MIDDLE, False): Bells(dt.time(11), lessons=4),
    },
    grouping=Grouping.LETTERS,
    rotation=Rotation.PERIOD,
    first_sections=frozenset({"1", "b"}),
    middle_grades=frozenset({3}),
    anchor_day=dt.date(2026, 9, 1),
    turns=frozenset({dt.date(2027, 1, 19)}),
    short_days=frozenset({dt.date(2026, 12, 18), dt.date(2027, 1, 19)}),
    afternoon_weekday=4,
    afternoon_starts=dt.time(13),
)
PLAIN = SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(8))})


@pytest.mark.both_databases
def test_what_a_school_told_comes_back_as_it_was_told_also_when_told_anew(app):
    host, actor = make_host(), an_actor()

    for version, told in enumerate((TOLD, PLAIN, TOLD)):
        tell_school_time(actor, host.id, told, version=version, now=MONDAY)
        row = queries.school_time_of(host.id)
        assert (row.told, row.version) == (told, version + 1)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"rotation": Rotation.WEEK}, "rotation_begins_somewhere"),
        ({"grouping": Grouping.GRADES}, "first_grades_are_named"),
        ({"grouping": Grouping.LETTERS}, "first_letters_are_named"),
        ({"afternoon_weekday": 4}, "other_start_has_its_day"),
        ({"afternoon_weekday": 9, "afternoon_starts": dt.time(13)}, "weekday_exists"),
    ],
)
def test_the_database_refuses_an_impossible_rotation(app, given, name):
    fair = {"grouping": Grouping.TOGETHER, "rotation": Rotation.NONE, "changed_at": MONDAY}
    host = make_host()

    with pytest.raises(IntegrityError, match=name), transaction() as session:
        session.execute(insert(HostSchoolTime).values(host_id=host.id, **(fair | given)))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"lesson_minutes": 5}, "a_lesson_is_a_lesson"),
        ({"break_minutes": 31}, "breaks_end"),
        ({"lessons": 0}, "lessons_fit_a_shift"),
        ({"shift": Shift.MORNING}, "each_shift_once|bell_schedule.school_time_id"),
    ],
)
def test_the_database_refuses_impossible_bells(app, given, name):
    host = make_host()
    tell_school_time(an_actor(), host.id, PLAIN, version=0, now=MONDAY)
    fair = {
        "school_time_id": 1,
        "shift": Shift.AFTERNOON,
        "short": False,
        "starts_local": dt.time(14),
        "lesson_minutes": 45,
        "break_minutes": 5,
        "long_break_after": 2,
        "long_break_minutes": 20,
        "lessons": 7,
    }

    with pytest.raises(IntegrityError, match=name), transaction() as session:
        session.execute(insert(BellSchedule).values(**(fair | given)))


def test_who_may_tell(app):
    mine, other = make_host(), make_host("Свети Сава")
    contact = school_contact(7, mine.id)

    tell_school_time(contact, mine.id, PLAIN, version=0, now=MONDAY)

    with pytest.raises(NotFound):
        tell_school_time(contact, other.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotAllowed):
        tell_school_time(ANONYMOUS, mine.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotFound):
        tell_school_time(an_actor(), 999, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotAllowed):
        write_call_note(contact, mine.id, "…", now=MONDAY)


def test_what_is_incomplete_or_out_of_date_is_refused(app):
    host, actor = make_host(), an_actor()

    with pytest.raises(Rejected) as refusal:
        tell_school_time(actor, host.id, SchoolTime(bells={}), version=0, now=MONDAY)
    assert refusal.value.problems == {"morning_starts": "missing"}
    tell_school_time(actor, host.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(Conflict):
        tell_school_time(actor, host.id, TOLD, version=0, now=MONDAY)

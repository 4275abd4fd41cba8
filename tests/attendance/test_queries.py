"""What pages show of counting, to whom and in which order; what the database refuses; states as services leave them."""

import datetime as dt

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.queries.counting import adults_counted, counted_visit, counted_visit_of_request, rows_of
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.queries.to_lock import assumed_attendance, waiting_attendance
from scheduler.attendance.service.counting import assume_silent, countersign
from scheduler.attendance.terms import AttendanceState, CountedVisit, CountSource, HeadCounts
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.sorting import Sort
from scheduler.core.text import fold
from scheduler.places.models import Host
from scheduler.policy import ANONYMOUS
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import PresentationState
from tests.counting import statements
from tests.factories.counting import (
    FAIR,
    LEAVING,
    Begun,
    a_begun_visit,
    a_counted_visit,
    a_locked_visit,
    count_all,
    sign_all,
)
from tests.factories.people import an_actor, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.side_by_side import rows_of as stored_rows
from tests.side_by_side import sizes
from tests.visits.defences import refusal_of, take_defences_away


def test_a_visit_shows_what_was_announced_what_is_far_from_it_and_after_the_lock_what_counts(session):
    begun, far = a_begun_visit(talks=2), a_counted_visit(counts=HeadCounts(pupils=290))

    visit = counted_visit(begun.teacher, begun.visit.number)

    first = visit.presentations[0]
    assert [one.ordinal for one in visit.presentations] == [1, 2]
    assert (first.expected, first.state) == (HeadCounts(90, 0, 2), AttendanceState.OPEN)
    assert (first.said_by_educator, first.said_by_school, first.counted) == (None, None, None)
    assert (visit.host_name_sr_cyrl, visit.named_adults) == ("Вук Караџић", ())
    [marked] = counted_visit(far.teacher, far.visit.number).presentations
    assert (marked.odd, marked.said_by_educator) == (True, HeadCounts(pupils=290))

    begun = a_locked_visit(names=("Ана Петровић", "Mira Savić"))

    visit = counted_visit_of_request(begun.school, begun.request.id)

    assert visit.named_adults == ("Ана Петровић", "Mira Savić")
    assert [(one.counted, one.locked, one.disputed) for one in visit.presentations] == [(FAIR, True, False)]


def test_presentations_that_count_are_shown_with_the_most_adults_that_anybody_said(session):
    begun = a_begun_visit(talks=3)
    with transaction() as inside:
        merged, cancelled = (inside.get(Presentation, one.id) for one in begun.presentations[1:])
        merged.state, merged.merged_into_id = PresentationState.MERGED_INTO, begun.first
        cancelled.state = PresentationState.CANCELLED
    visit = counted_visit(begun.teacher, begun.visit.number)
    assert [one.presentation_id for one in visit.presentations] == [begun.first]

    begun = a_counted_visit(talks=2, counts=HeadCounts(pupils=30, teachers=2))
    assert adults_counted(a_begun_visit().visit.id) is None
    assert adults_counted(begun.visit.id) == 4
    said = {begun.first: HeadCounts(30, 0, 3, 1), begun.presentations[1].id: HeadCounts(30, 0, 1)}
    countersign(begun.school, begun.visit.id, said, now=LEAVING)
    assert adults_counted(begun.visit.id) == 6


def test_a_number_that_no_visit_has_is_not_found(session):
    reader = an_actor()
    for number in ("", "P-2026-9999999", "P-2026-0001\x00", "..", "9" * 5000):
        with pytest.raises(NotFound):
            counted_visit(reader, number)


def test_a_visit_is_shown_to_its_crew_its_school_and_its_centre_only_and_what_waits_to_staff(session):
    begun = a_counted_visit()
    number, request_id = begun.visit.number, begun.request.id
    stranger = presenter_actor(a_cleared_educator(centre_id=begun.visit.centre_id))

    assert counted_visit(begun.coordinator, number) == counted_visit(begun.teacher, number)
    assert counted_visit_of_request(begun.school, request_id).number == number
    for outside in (stranger, an_actor(), begun.school):
        with pytest.raises(NotFound):
            counted_visit(outside, number)
    with pytest.raises(NotAllowed):
        counted_visit(ANONYMOUS, number)
    with pytest.raises(NotFound):
        counted_visit_of_request(a_begun_visit().school, request_id)
    for actor in (begun.teacher, begun.school, ANONYMOUS):
        with pytest.raises(NotAllowed):
            waiting_attendance(actor)


def test_what_waits_is_ordered_by_urgency_and_asks_as_often_for_three_visits_as_for_one(session):
    programme = make_programme()
    coordinator = an_actor(centre_id=programme.centre_id)

    def waiting():
        return [visit.number for visit, _one in rows_of(waiting_attendance(coordinator)[0]).rows]

    submitted = a_counted_visit(programme=programme)
    with statements() as for_one:
        assert waiting() == [submitted.visit.number]
    silent = a_counted_visit(programme=programme)
    assume_silent(now=LEAVING + dt.timedelta(days=7))
    fresh = a_counted_visit(programme=programme)
    different = a_counted_visit(programme=programme)
    countersign(different.school, different.visit.id, {different.first: HeadCounts(pupils=1)}, now=LEAVING)
    a_locked_visit(programme=programme)
    a_counted_visit()  # of another centre

    with statements() as for_more:
        assert waiting() == [begun.visit.number for begun in (different, submitted, silent, fresh)]
    assert len(for_more) == len(for_one)


def test_violations_find_a_lock_without_counts_and_an_old_version_that_counts(session):
    begun, other = a_locked_visit(), a_locked_visit()
    assert violations() == []
    with transaction() as inside:
        take_defences_away(inside, "attendance", "head_count")
        inside.execute(update(HeadCount).where(HeadCount.presentation_id == begun.first).values(counts=False))
        inside.execute(update(Attendance).where(Attendance.presentation_id == other.first).values(version=9))
    assert violations() == [
        f"presentation {begun.first}: locked without exactly one count an audience",
        f"presentation {other.first}: an old version of the counts counts",
    ]


SILENT_AT = LEAVING + dt.timedelta(days=7)
NEAR_AND_FAR = (  # of 90 pupils and 2 teachers
    HeadCounts(46), HeadCounts(47), HeadCounts(), HeadCounts(183), HeadCounts(184), HeadCounts(80, teachers=400),
    HeadCounts(100, 10, 2, 71),
)  # fmt: skip


@pytest.fixture
def centre(session):
    """Visits in every state that waits: silent, counted otherwise by the school, new; and one that is over."""
    programme = make_programme()
    of_centre = {"programme": programme}
    begun = [a_counted_visit(2, **of_centre), a_counted_visit(3, **of_centre)]
    assume_silent(now=SILENT_AT)
    begun += [a_counted_visit(2, **of_centre), a_counted_visit(1, **of_centre), a_counted_visit(2, **of_centre)]
    countersign(
        begun[2].school, begun[2].visit.id, {row.id: HeadCounts(1) for row in begun[2].presentations}, now=LEAVING
    )
    with transaction() as inside:
        for number, one in enumerate(begun):
            inside.get(Host, one.visit.host_id).name_sr_latn = "čAsdc"[number] + " škola"
        last = Attendance.presentation_id == begun[4].presentations[1].id
        inside.scalars(select(Attendance).where(last)).one().state = AttendanceState.OPEN  # beside one that waits
    a_locked_visit(**of_centre)
    a_counted_visit()  # of another centre
    return an_actor(centre_id=programme.centre_id), [one.visit for one in begun]


def urgency_of(visit: CountedVisit) -> int:
    """The place of its most urgent presentation: differences, then silence, then what was just handed in."""
    order = [AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED, AttendanceState.SUBMITTED]
    return min((order.index(part.state) for part in visit.presentations if part.state in order), default=len(order))


def pages(asked, per_page: int):
    """All rows of a list, a page after the other, and one page beyond the last."""
    first = asked(1, per_page)
    rows = [row for number in range(1, first.pages + 2) for row in asked(number, per_page).rows]
    assert first.total == len(rows)
    return rows


@pytest.mark.both_databases
@pytest.mark.parametrize("sort", [None, *(Sort(name, down) for name in ("visit", "day", "state") for down in (0, 1))])
def test_visits_stand_by_urgency_or_as_asked_however_long_a_page_is(centre, sort):
    actor, visits = centre
    counted = [counted_visit(actor, one.number) for one in visits]
    urgency = {one.visit_id: urgency_of(one) for one in counted}
    hosts = {one.visit_id: fold(one.host_name_sr_latn) for one in counted}
    keys = {"visit": lambda one: hosts[one.visit_id], "day": lambda one: (one.on_day, one.visit_id)}
    ordered = sorted(counted, key=lambda one: (urgency[one.visit_id], one.on_day, one.visit_id))
    if sort:
        ordered.sort(key=keys.get(sort.name, lambda one: urgency[one.visit_id]), reverse=sort.down)

    for per_page in (1, 2, 3, 100):
        for number in range(1, -(-len(ordered) // per_page) + 2):
            page = waiting_attendance(actor, sort, number, per_page)[0]
            of_page = ordered[(number - 1) * per_page : number * per_page]  # whole visits: none stands on two pages
            assert page.rows == [(one.visit_id, part.presentation_id) for one in of_page for part in one.presentations]
            assert page.total == len(ordered)
    states = [part.state for one in counted for part in one.presentations]
    assert waiting_attendance(actor)[1] == states.count(AttendanceState.ASSUMED)


@pytest.mark.both_databases
def test_counts_far_from_the_announced_ones_stand_last_by_the_same_rule(session):
    programme = make_programme()
    with transaction() as inside:
        inside.get(Programme, programme.id).group_size = 182
    begun = [a_counted_visit(counts=counts, programme=programme) for counts in (*NEAR_AND_FAR, FAIR)]
    assume_silent(now=SILENT_AT)
    actor = an_actor(centre_id=programme.centre_id)
    counted = [counted_visit(actor, one.visit.number) for one in begun]
    odd = [one.presentations[0].odd for one in counted]
    assert odd == [True, False, True, True, True, True, False, False]

    ordered = sorted(counted, key=lambda one: (one.presentations[0].odd, one.on_day, one.visit_id))
    for per_page in (1, 3, 100):
        rows = pages(lambda page, many: assumed_attendance(actor, page, many), per_page)
        assert [visit.visit_id for visit, _one in rows] == [one.visit_id for one in ordered]


def run(statement):
    with transaction() as session:
        session.execute(statement)


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"counts": True}, ""), ({"people": -1}, "people_fit_a_hall"), ({"people": 2001}, "people_fit_a_hall"),
        ({"source": CountSource.EDUCATOR}, ""), ({"presentation_id": 10**6}, ""),
    ],
)  # fmt: skip
def test_a_count_that_cannot_be_is_refused(session, given, refusal):
    row = {"audience": Audience.PUPILS, "source": CountSource.SCHOOL, "version": 1, "people": 5, "counts": False}
    fair = row | {"presentation_id": a_counted_visit().first, "entered_at": LEAVING}
    assert refusal in refusal_of(lambda: run(insert(HeadCount).values(**(fair | given))))


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"state": AttendanceState.LOCKED}, "locked_at_some_time"),
        ({"minutes_given": 481}, "minutes_of_a_day"),
        ({"turned_away": -1}, "turned_away_not_negative"),
    ],
)
def test_an_attendance_that_cannot_be_is_refused(session, values, refusal):
    of_it = Attendance.presentation_id == a_counted_visit().first
    assert refusal in refusal_of(lambda: run(update(Attendance).where(of_it).values(**values)))


@pytest.mark.postgres_decides
def test_one_name_stands_once_in_a_visits_list(session):
    begun = a_counted_visit()
    row = {"visit_id": begun.visit.id, "name": "Ана", "name_key": "ana", "entered_at": LEAVING}
    with pytest.raises(IntegrityError), transaction() as inside:
        inside.execute(insert(NamedAdult).values(**row))
        inside.execute(insert(NamedAdult).values(**(row | {"name": "Ana"})))


LEFT_OUT = {"outbox_message", "calendar_entry"}  # letters and the texts of calendars: written by services alone
SAID = HeadCounts(pupils=51, teachers=3)


def locked_by_services() -> Begun:
    return sign_all(count_all(a_begun_visit(2), SAID), SAID)


STATES = {
    "counted": (lambda: count_all(a_begun_visit(2), SAID), lambda: a_counted_visit(2, SAID)),
    "locked": (locked_by_services, lambda: a_locked_visit(2, SAID)),
}


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("state", STATES)
def test_a_written_state_of_counting_is_the_played_one_in_every_column_and_every_table(state):
    play, write = STATES[state]
    empty = sizes()
    played = play()
    after = sizes()
    written = write()
    end = sizes()
    assert stored_rows(written.visit.id) == stored_rows(played.visit.id)
    grown = {table: after[table] - empty[table] for table in empty} | dict.fromkeys(LEFT_OUT, 0)
    assert {table: end[table] - after[table] for table in empty} == grown


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("make", [a_counted_visit, a_locked_visit])
def test_whoever_said_the_numbers_is_the_educator_of_the_visit(make):
    begun = make()
    db.session.rollback()
    rows = db.session.query(Assignment.presenter_id).all()
    said_by = db.session.execute(db.text("SELECT submitted_by_id FROM attendance")).scalars().all()
    assert rows == [(begun.educator.id,)]
    assert said_by == [begun.educator.user_id]

"""The board: each visit in its cell, drives and clashes in words, and as many queries for many rows as for one."""

import datetime as dt

import pytest

from scheduler.board.queries import week as board_week
from scheduler.board.terms import AbsenceOfDay, Board, BoardRow, BoardWish
from scheduler.core.errors import NotAllowed
from scheduler.people.models import AvailabilityException, AvailableHours
from scheduler.places.models import Holiday
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import VisitState
from scheduler.waitlist.service.dates import give_date
from scheduler.waitlist.terms import OpenDateDraft
from tests.booking.book_now import TEN, BookNow
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.requests import make_school_request
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY, make_visit
from tests.visits.scene import Scene, far_away_scene

MONDAY_OF_IT = VISIT_DAY - dt.timedelta(days=VISIT_DAY.weekday())
WEEK = BoardWish(MONDAY_OF_IT, MONDAY_OF_IT + dt.timedelta(days=6))


def row_of(board: Board, presenter_id: int) -> BoardRow:
    return next(row for row in board.rows if row.presenter_id == presenter_id)


def cell(row: BoardRow, day: dt.date = VISIT_DAY):
    return next(cell for cell in row.cells if cell.day == day)


def test_a_visit_without_a_crew_stands_in_its_own_row_and_then_in_her_row_who_is_suggested(session):
    scene = Scene()
    ana = scene.educator()
    before = board_week.board(scene.coordinator, WEEK)
    scene.suggested_to(ana)
    after = board_week.board(scene.coordinator, WEEK)
    assert [block.visit.id for block in cell(before.unassigned).blocks] == [scene.visit_id]
    assert (cell(row_of(before, ana.id)).blocks, after.unassigned.visits) == ((), 0)
    assert [block.visit.id for block in cell(row_of(after, ana.id)).blocks] == [scene.visit_id]


def test_columns_are_working_days_a_weekends_day_with_something_on_and_named_holidays(session):
    scene = Scene()
    saturday = MONDAY_OF_IT + dt.timedelta(days=5)
    assert [one.day.weekday() for one in board_week.board(scene.coordinator, WEEK).days] == [0, 1, 2, 3, 4]
    make_visit(VisitState.PLANNED, programme=scene.programme, host_id=scene.host.id, on_day=saturday)
    assert [one.day.weekday() for one in board_week.board(scene.coordinator, WEEK).days] == [0, 1, 2, 3, 4, 5]
    session.rollback()
    session.add(Holiday(day=VISIT_DAY, name_sr_cyrl="Празник", name_sr_latn="Praznik", name_en="Feast"))
    session.commit()
    head = next(one for one in board_week.board(scene.coordinator, WEEK).days if one.day == VISIT_DAY)
    assert (head.closed, head.holiday("sr_Cyrl"), head.holiday("en"), head.presentations) == (
        True, "Празник", "Feast", 1,
    )  # fmt: skip


def test_two_visits_too_far_apart_are_a_clash_and_a_filter_hides_no_meaning(session):
    scene = Scene(a_plan(dt.time(10, 0)))
    ana = scene.educator()
    scene.accepted_by(ana)
    far_away_scene(scene, dt.time(12, 0)).suggested_to(ana)
    found = board_week.board(scene.coordinator, WEEK)
    first, second = cell(row_of(found, ana.id)).blocks
    assert (found.clashes, first.clash, second.clash and second.clash.code) == (1, None, "cannot_arrive")
    assert second.leg is not None
    assert not second.leg.fits
    assert second.clash == Why("cannot_arrive", second.leg.minutes, second.leg.available or 0)
    other = BoardWish(WEEK.first_day, WEEK.last_day, programme_id=scene.programme.id + 999)
    assert row_of(board_week.board(scene.coordinator, other), ana.id).visits == 0
    assert board_week.board(scene.coordinator, BoardWish(WEEK.first_day, WEEK.last_day, busy_only=True)).total == 1


def test_two_visits_at_one_time_are_one_clash_and_a_minor_and_her_adult_name_each_other(session):
    scene = Scene(a_plan(dt.time(10, 0)), a_plan(dt.time(11, 0)))
    ana = scene.educator()
    scene.accepted_by(ana)
    far_away_scene(scene, dt.time(10, 30)).suggested_to(ana)
    blocks = cell(row_of(board_week.board(scene.coordinator, WEEK), ana.id)).blocks
    assert [block.clash and block.clash.code for block in blocks] == [None, "taken"]
    scene = Scene()
    ana, tara = scene.educator(), scene.minor()
    scene.offered_to(ana, tara)
    found = board_week.board(scene.coordinator, WEEK)
    (of_ana,), (of_tara,) = cell(row_of(found, ana.id)).blocks, cell(row_of(found, tara.id)).blocks
    assert [one.presenter_id for one in of_ana.beside] == [tara.id]
    assert [one.presenter_id for one in of_tara.beside] == [ana.id]
    assert (row_of(found, tara.id).minor, row_of(found, tara.id).name("en")) == (True, "Tara")


def test_absence_and_usual_hours_are_shown_to_staff_of_the_centre_alone(session):
    scene = Scene()
    ana = scene.educator()
    session.rollback()
    session.add(AvailableHours(presenter_id=ana.id, weekday=0, from_local=dt.time(8), until_local=dt.time(12)))
    session.add(AvailabilityException(presenter_id=ana.id, first_day=VISIT_DAY, last_day=VISIT_DAY, available=False))
    session.commit()
    row = row_of(board_week.board(scene.coordinator, WEEK), ana.id)
    assert cell(row).away == AbsenceOfDay(absent=True)
    assert cell(row, MONDAY_OF_IT).away == AbsenceOfDay(absent=False, free=((dt.time(8), dt.time(12)),))
    assert cell(row, VISIT_DAY + dt.timedelta(days=1)).away == AbsenceOfDay(absent=False)
    with pytest.raises(NotAllowed):
        board_week.board(presenter_actor(ana), WEEK)
    assert board_week.board(an_actor(Role.SAFEGUARDING, centre_id=scene.centre_id), WEEK).unassigned.visits == 1
    assert board_week.board(an_actor(), WEEK).unassigned.visits == 0


def test_districts_are_rows_too(session):
    scene = Scene()
    scene.suggested_to(scene.educator())
    (row,) = board_week.board(scene.coordinator, WEEK, by="districts").rows
    assert [block.visit.id for block in cell(row).blocks] == [scene.visit_id]
    assert cell(row).blocks[0].mine is None


@pytest.mark.parametrize("by", ["presenters", "districts"])
def test_more_visits_and_presenters_take_no_more_queries(session, by):
    scene = Scene(a_plan(dt.time(8, 0)))
    scene.offered_to(scene.educator())
    with statements() as one:
        board_week.board(scene.coordinator, WEEK, by=by)
    for hour in (10, 12):
        later = far_away_scene(scene, dt.time(hour, 0)) if hour == 10 else scene
        later.visit_id = later.plan(school_request_id=None, presentations=(a_plan(dt.time(hour, 0)),))
        later.suggested_to(scene.educator(), scene.educator())
    with statements() as three:
        board_week.board(scene.coordinator, WEEK, by=by)
    assert len(one) == len(three)


# --- dates that are held ---
def held_cell(board: Board, presenter_id: int):
    return cell(row_of(board, presenter_id), TEN.on_day).held


def a_waiting_school_offered(book: BookNow) -> str:
    """A school of the waiting list is offered ten o'clock on that Thursday; the number of its request."""
    row = make_school_request(
        RequestState.WAITLISTED, programme=book.programme, host_id=book.host.id, submitted_at=MONDAY
    )
    date = OpenDateDraft(book.programme.id, on_day=TEN.on_day, starts_local=TEN.starts_local, hold_hours=24)
    give_date(book.coordinator, date, now=MONDAY)
    return str(row.number)


def week_of(day: dt.date, **given) -> BoardWish:
    monday = day - dt.timedelta(days=day.weekday())
    return BoardWish(monday, monday + dt.timedelta(days=6), **given)


def test_a_date_that_a_visitor_holds_stands_in_the_row_of_who_is_held_until_it_ends(session):
    book = BookNow(educators=2)
    shown_until = book.hold().until
    held, free = book.people
    before = board_week.board(book.coordinator, week_of(TEN.on_day), now=MONDAY)
    after = board_week.board(book.coordinator, week_of(TEN.on_day), now=shown_until)
    (block,) = held_cell(before, held.id)
    assert (block.starts_local, block.ends_local, block.until) == (TEN.starts_local, dt.time(10, 45), shown_until)
    assert (block.host_sr_latn, block.request_number) == (book.host.name_sr_latn, "")
    assert (held_cell(before, free.id), held_cell(after, held.id), row_of(before, held.id).visits) == ((), (), 0)


def test_a_kept_date_names_no_request_before_its_proof_and_an_offered_one_does(session):
    book = BookNow()
    book.hold()
    request_id = book.send()
    (ana,) = book.people
    kept = held_cell(board_week.board(book.coordinator, week_of(TEN.on_day), now=MONDAY), ana.id)
    book.prove(request_id)
    after = cell(row_of(board_week.board(book.coordinator, week_of(TEN.on_day), now=MONDAY), ana.id), TEN.on_day)
    assert ([block.request_number for block in kept], after.held, len(after.blocks)) == ([""], (), 1)
    book = BookNow()
    (ana,) = book.people
    number = a_waiting_school_offered(book)
    (block,) = held_cell(board_week.board(book.coordinator, week_of(TEN.on_day), now=MONDAY), ana.id)
    assert block.request_number == number


def test_held_dates_stand_in_their_districts_row_and_obey_the_filters(session):
    book = BookNow(educators=2)
    book.hold()
    book.hold("yours")
    (row,) = board_week.board(book.coordinator, week_of(TEN.on_day), by="districts", now=MONDAY).rows
    other = board_week.board(book.coordinator, week_of(TEN.on_day, programme_id=book.programme.id + 999), now=MONDAY)
    busy = board_week.board(book.coordinator, week_of(TEN.on_day, busy_only=True), now=MONDAY)
    assert len(cell(row, TEN.on_day).held) == 2
    assert ([held_cell(other, person.id) for person in book.people], busy.total) == ([(), ()], 2)


def test_another_centre_sees_no_held_date(session):
    BookNow().hold()
    assert board_week.board(an_actor(), week_of(TEN.on_day), by="districts", now=MONDAY).rows == ()


@pytest.mark.parametrize("by", ["presenters", "districts"])
def test_more_held_dates_take_no_more_queries(session, by):
    book = BookNow(educators=3)
    book.hold()
    with statements() as one:
        board_week.board(book.coordinator, week_of(TEN.on_day), by=by, now=MONDAY)
    book.hold("second")
    book.hold("third")
    with statements() as three:
        board_week.board(book.coordinator, week_of(TEN.on_day), by=by, now=MONDAY)
    assert len(one) == len(three)


def test_a_board_loads_the_presenters_of_its_page_and_asks_as_often_for_a_hundred_as_for_ten(session):
    scene, asked = Scene(), []
    for more in (10, 100):
        for number in range(more):
            make_presenter(centre_id=scene.centre_id, family_name=f"Ž{number:03}")
        with statements() as made:
            board = board_week.board(scene.coordinator, week_of(VISIT_DAY))
        asked.append(len(made))
    last = board_week.board(scene.coordinator, week_of(VISIT_DAY, page=2))
    assert (asked[0], board.total, len(board.rows), len(last.rows)) == (asked[1], 110, 100, 10)
    names = [row.name_sr_latn for row in (*board.rows, *last.rows)]
    assert names == sorted(names, key=lambda name: name.rpartition(" ")[2])

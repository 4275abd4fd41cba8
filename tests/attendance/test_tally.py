"""Adults count themselves by the code on a poster: without a name, in its hours, and not beyond what a hall holds."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance import pdf, rules
from scheduler.attendance.models import TallyMark
from scheduler.attendance.queries.counting import rows_of
from scheduler.attendance.queries.tally import tallies_of, tally_behind, tally_codes, tally_of
from scheduler.attendance.queries.to_lock import waiting_attendance
from scheduler.attendance.service.counting import countersign, submit_counts
from scheduler.attendance.service.locking import lock_counts
from scheduler.attendance.service.tally import count_in
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.turns.queries.desk import turns_about
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Presentation
from scheduler.visits.queries.lists import one_visit
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.at_once import all_at_once
from tests.attendance.evenings import BEGINS, EVENING, an_evening, marks
from tests.attendance.stored_counts import state_of
from tests.factories.counting import LEAVING, Begun, a_begun_visit, a_count
from tests.factories.papers import a_poster
from tests.factories.visits import make_presentation, make_visit
from tests.papers import pages_of, qr_codes_of, saved, unembedded_fonts, words_of
from tests.refusals import conflict, rejection

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.both_databases
def test_parents_count_themselves_also_at_once_and_nothing_is_stored_of_who_they_were(session, app):
    tally = an_evening()
    counted = [count_in(tally, people, now=BEGINS) for people in (1, 2, 2)]
    assert counted == [1, 3, 5]
    assert tally_of(tally.presentation_id) == 5
    tally = an_evening()
    failed = all_at_once(app, [lambda: count_in(tally, 2, now=BEGINS)] * 8)
    assert failed == [None] * 8
    assert marks() == 5 + 16
    assert set(TallyMark.__table__.columns.keys()) == {"id", "presentation_id", "people", "marked_at"}


def test_the_tally_is_open_from_an_hour_before_until_two_hours_after(session):
    tally = an_evening(minutes=60)
    early, late = BEGINS - dt.timedelta(hours=1), BEGINS + dt.timedelta(hours=3)
    for now in (early, late):
        count_in(tally, 1, now=now)
    for now in (early - MINUTE, late + MINUTE):
        with conflict("tally_not_open"):
            count_in(tally, 1, now=now)
    assert marks() == 2


def test_a_poster_counts_one_to_ten_a_press_no_more_than_the_hall_or_twice_the_announced(session, monkeypatch):
    tally = an_evening(expected_parents=80, expected_teachers=0)

    assert tally.most == max(160, db.session.scalars(select(Programme.group_size)).one())
    for press in range(tally.most // 10):
        assert count_in(tally, 10, now=BEGINS) == 10 * (press + 1)
    with rejection(people="hall_is_full"):
        count_in(tally, 10, now=BEGINS)

    monkeypatch.setattr(rules, "MOST_IN_A_ROOM", 12)
    tally = an_evening()
    for people in (0, -1, 11, 2000):
        with rejection(people="one_press"):
            count_in(tally, people, now=BEGINS)

    count_in(tally, 10, now=BEGINS)
    with rejection(people="hall_is_full"):
        count_in(tally, 3, now=BEGINS)
    assert tally_of(tally.presentation_id) == 10


def an_evening_counted_as(people: int) -> tuple[Begun, HeadCounts]:
    """Thirty have pressed, at an evening for which so many were announced and counted."""
    begun = a_begun_visit()
    with transaction() as session:
        row = session.get_one(Presentation, begun.first)
        row.audience, row.level = Audience.PARENTS, SchoolLevel.NONE
        row.expected_pupils, row.expected_parents, row.expected_teachers = 0, people, 0
    [tally] = tallies_of(begun.visit.id)
    for _press in range(3):
        count_in(tally, 10, now=tally.opens_at)
    counts = HeadCounts(parents=people)
    submit_counts(begun.teacher, begun.first, a_count(counts), now=LEAVING)
    return begun, counts


@pytest.mark.both_databases
def test_clearly_more_by_the_poster_than_in_the_room_is_flagged_and_locked_by_no_signature_and_a_few_more_are(session):
    begun, counts = an_evening_counted_as(24)

    assert countersign(begun.school, begun.visit.id, {begun.first: counts}, now=LEAVING, sure_of={}) is False

    assert state_of(begun.first) is AttendanceState.COUNTERSIGNED
    [(_visit, one)] = rows_of(waiting_attendance(begun.coordinator)[0]).rows
    assert (one.tallied, one.tally_over, one.odd, one.differs) == (30, True, False, False)
    assert Matter.FAR_COUNT in {turn.matter for turn in turns_about(begun.visit.id, LEAVING)}
    lock_counts(begun.coordinator, {begun.first: CountSource.SCHOOL}, now=LEAVING)
    assert state_of(begun.first) is AttendanceState.LOCKED

    begun, counts = an_evening_counted_as(25)

    assert countersign(begun.school, begun.visit.id, {begun.first: counts}, now=LEAVING, sure_of={}) is True
    assert state_of(begun.first) is AttendanceState.LOCKED


def test_only_the_code_of_that_very_presentation_opens_it(session):
    one, other = an_evening(), an_evening()
    assert tally_behind(one.visit_number, one.ordinal, one.code).presentation_id == one.presentation_id
    wrong = [
        (one.visit_number, one.ordinal, other.code), (other.visit_number, one.ordinal, one.code),
        (one.visit_number, one.ordinal + 1, one.code), (one.visit_number, one.ordinal, ""),
        (one.visit_number, one.ordinal, "ћирилица"), ("\0", one.ordinal, one.code),
    ]  # fmt: skip
    for number, ordinal, code in wrong:
        with pytest.raises(NotFound):
            tally_behind(number, ordinal, code)


def test_pupils_and_what_is_cancelled_have_no_tally_and_the_page_knows_the_codes_of_the_others(session):
    visit = make_visit(VisitState.CONFIRMED)
    fair = {"audience": Audience.PARENTS, "level": SchoolLevel.NONE, "state": PresentationState.CONFIRMED}
    make_presentation(visit, EVENING, **(fair | {"audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY}))
    make_presentation(visit, EVENING, **(fair | {"state": PresentationState.CANCELLED}))
    assert tallies_of(visit.id) == tally_codes(one_visit(visit.number).row) == []
    parents = make_presentation(visit, EVENING, **fair)
    for posters in (tallies_of(visit.id), tally_codes(one_visit(visit.number).row)):
        [one] = [(one.visit_number, one.ordinal, one.code, one.starts_local) for one in posters]
        code = tallies_of(visit.id)[0].code
        assert one == (visit.number, parents.ordinal, code, EVENING)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_poster_is_one_page_whose_code_a_phone_reads(language, tmp_path):
    paper = saved(pdf.draw_poster(a_poster(), language), tmp_path)
    assert pages_of(paper) == 1
    assert qr_codes_of(paper) == [a_poster().address]
    assert unembedded_fonts(paper) == []
    assert "19833" in words_of(paper)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_sheet_to_take_home_is_one_page_with_the_helpline(language, tmp_path):
    paper = saved(pdf.draw_sheet(a_poster(), language), tmp_path)
    assert pages_of(paper) == 1
    assert unembedded_fonts(paper) == []
    assert words_of(paper).count("19833") >= 2
    assert all(head in words_of(paper) for head, _sentence in pdf.agreements(language))

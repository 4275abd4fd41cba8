"""What the tables of visits refuse by themselves, whatever the code path: each case by the ORM's or by plain SQL.

TRUST R8, S45, S47, S50. Every test runs on SQLite and on PostgreSQL.
"""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import a_minor, make_presenter
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_vetting
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import a_presentation, by_sql, give_seat, move, put, refusal_of

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]

S = AssignmentState

LEAVING = [S.DECLINED, S.LAPSED, S.WITHDRAWN, S.REPLACED, S.ABSENT]


# --- nobody in two places ---
@pytest.mark.parametrize("held", [S.OFFERED, S.ACCEPTED, S.PRESENT])
@pytest.mark.parametrize("wanted", [S.OFFERED, S.ACCEPTED, S.PRESENT])
def test_a_promised_presenter_cannot_be_promised_elsewhere(held, wanted):
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, held)
    other = a_presentation(at=dt.time(10, 30))
    assert refusal_of(lambda: make_assignment(other, ana.id, wanted)) == "nobody_in_two_places"


def test_a_suggestion_may_overlap_but_no_offer_and_no_seat_is_handed_to_the_busy():
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, S.ACCEPTED)
    wish = make_assignment(a_presentation(at=dt.time(10, 30)), ana.id, S.SUGGESTED)
    assert refusal_of(lambda: put(wish, S.OFFERED)) == "nobody_in_two_places"
    ana, boris = a_cleared_educator(), a_cleared_educator()
    make_assignment(a_presentation(), ana.id)
    seat = make_assignment(a_presentation(), boris.id)
    assert refusal_of(lambda: give_seat(seat, ana.id)) == "nobody_in_two_places"


@pytest.mark.parametrize(
    ("first", "second"),
    [((dt.time(11), 15), (dt.time(9), 240)), ((dt.time(10), 45), (dt.time(10, 59), 45))],
    ids=["a long one around a short one", "set up from 10:44, until 10:45 the other"],
)
def test_whatever_overlaps_is_refused(first, second):
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=first[0], minutes=first[1]), ana.id)
    later = a_presentation(at=second[0], minutes=second[1])
    assert refusal_of(lambda: make_assignment(later, ana.id)) == "nobody_in_two_places"


def test_spans_may_touch_and_no_move_lays_one_onto_another(session):
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=dt.time(10, 0)), ana.id)
    make_assignment(a_presentation(at=dt.time(11, 0)), ana.id)  # set up from 10:45, the moment the first one ends
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2
    presentation = a_presentation()
    seat = make_assignment(presentation, a_cleared_educator().id)
    before = presentation.busy_from
    move(presentation, days=1)
    moved = session.get_one(Assignment, seat.id)
    assert (moved.on_day, moved.busy_from) == (VISIT_DAY + dt.timedelta(days=1), before + dt.timedelta(days=1))
    ana = a_cleared_educator()
    make_assignment(a_presentation(at=dt.time(10, 0)), ana.id)
    later = a_presentation(at=dt.time(13, 0))
    make_assignment(later, ana.id)
    assert refusal_of(lambda: move(later, minutes=-180)) == "nobody_in_two_places"
    assert session.get_one(Presentation, later.id).starts_local == dt.time(13, 0)


@pytest.mark.parametrize("gone", LEAVING)
def test_time_given_back_can_be_promised_again(session, gone):
    ana = a_cleared_educator()
    make_assignment(a_presentation(), ana.id, gone)
    make_assignment(a_presentation(), ana.id, S.ACCEPTED)
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2


def test_an_assignment_keeps_its_hours_and_nobody_lives_twice_in_a_presentation():
    presentation = a_presentation()
    seat = make_assignment(presentation, a_cleared_educator().id)
    with pytest.raises(IntegrityError):
        by_sql("UPDATE assignment SET on_day = :day WHERE id = :id", day="2026-10-07", id=seat.id)
    ana = a_cleared_educator()
    make_assignment(presentation, ana.id, S.SUGGESTED)
    with pytest.raises(IntegrityError):
        make_assignment(presentation, ana.id, S.SUGGESTED)


# --- plain facts of the rows ---
@pytest.mark.parametrize(("table", "change", "name"), [
    ("visit", "state = 'cancelled'", "ck_visit_cancelled_by_somebody"),
    ("visit", "kilometres = -1", "ck_visit_kilometres_not_negative"),
    ("presentation", "minutes = 0", "ck_presentation_lasts_a_day_at_most"),
    ("presentation", "ends_at = starts_at", "ck_presentation_ends_after_it_starts"),
    ("presentation", "busy_from = ends_at", "ck_presentation_busy_while_it_lasts"),
    ("presentation", "expected_pupils = -1", "ck_presentation_nobody_negative"),
    ("presentation", "state = 'merged_into'", "ck_presentation_merged_into_another"),
    ("presentation", "sequence = -1", "ck_presentation_sequence_rises"),
])  # fmt: skip
def test_a_row_cannot_hold_nonsense(table, change, name):
    make_presentation(make_visit(VisitState.PLANNED), state=PresentationState.PLANNED)
    assert refusal_of(lambda: by_sql(f"UPDATE {table} SET {change}")) == name


def test_an_offer_has_an_end_and_a_request_one_living_visit_which_stays(session):
    ana = a_cleared_educator()
    refused = refusal_of(lambda: make_assignment(a_presentation(), ana.id, S.OFFERED, offered_until=None))
    assert refused == "ck_assignment_offer_has_an_end"
    asked = make_school_request()
    make_visit(school_request_id=asked.id)
    again = refusal_of(lambda: make_visit(school_request_id=asked.id))
    assert again in ("one_living_visit_a_request", "visit.school_request_id")  # SQLite names the column
    with_a_reason = {"state": VisitState.CANCELLED, "cancelled_by": CancelledBy.SCHOOL}
    assert make_visit(school_request_id=asked.id, **with_a_reason).id
    visit = make_visit()
    make_presentation(visit)
    with pytest.raises(IntegrityError):
        by_sql("DELETE FROM visit WHERE id = :id", id=visit.id)
    assert session.get(Visit, visit.id) is not None


SUGGESTED_TO_ACCEPTED = [S.SUGGESTED, S.OFFERED, S.ACCEPTED]


def a_minor_with_an_adult(
    state: AssignmentState = S.ACCEPTED, *, day: dt.date = VISIT_DAY
) -> tuple[Presentation, Assignment, Assignment]:
    presentation = a_presentation(day=day)
    adult = make_assignment(presentation, a_cleared_educator().id, state)
    return presentation, adult, make_assignment(presentation, a_cleared_minor().id, state)


# --- vetting (TRUST S50) ---
@pytest.mark.parametrize("state", SUGGESTED_TO_ACCEPTED)
def test_an_unvetted_presenter_cannot_even_be_suggested(state):
    unvetted = make_presenter()
    assert refusal_of(lambda: make_assignment(a_presentation(), unvetted.id, state)) == "presenter_is_vetted"


def test_an_unvetted_presenter_gets_no_seat_by_any_way():
    ana = make_presenter()
    make_vetting(ana.id, valid_until=VISIT_DAY)
    presentation = a_presentation()
    make_assignment(presentation, ana.id)
    assert refusal_of(lambda: move(presentation, days=1)) == "presenter_is_vetted"
    seat = make_assignment(a_presentation(), a_cleared_educator().id)
    unvetted = make_presenter()
    assert refusal_of(lambda: give_seat(seat, unvetted.id)) == "presenter_is_vetted"
    unvetted = make_presenter()
    ended = make_assignment(a_presentation(), unvetted.id, S.DECLINED)
    assert refusal_of(lambda: put(ended, S.ACCEPTED)) == "presenter_is_vetted"


# --- minors (TRUST S45) ---
@pytest.mark.parametrize("state", SUGGESTED_TO_ACCEPTED)
def test_a_minor_without_consent_is_refused(state):
    tara = a_minor()
    make_vetting(tara.id)
    presentation = a_presentation()
    make_assignment(presentation, a_cleared_educator().id)
    assert refusal_of(lambda: make_assignment(presentation, tara.id, state)) == "minor_has_consent"


@pytest.mark.parametrize(
    "consent",
    [{"withdrawn_at": MONDAY}, {"takes_part": False, "travels": True, "photo": True}],
    ids=["withdrawn", "for other purposes"],
)
def test_a_consent_withdrawn_or_to_something_else_is_none(consent):
    tara = a_minor()
    make_vetting(tara.id)
    make_consent(tara.id, **consent)
    presentation = a_presentation()
    make_assignment(presentation, a_cleared_educator().id)
    assert refusal_of(lambda: make_assignment(presentation, tara.id)) == "minor_has_consent"


# --- a minor is never without an adult (TRUST S47) ---
@pytest.mark.parametrize("state", SUGGESTED_TO_ACCEPTED)
def test_a_minor_alone_is_refused(state):
    presentation = a_presentation()
    assert refusal_of(lambda: make_assignment(presentation, a_cleared_minor().id, state)) == "minor_has_an_adult"


def test_two_minors_make_no_adult_and_an_adult_is_replaced_by_a_new_row(session):
    presentation, adult, _ = a_minor_with_an_adult()
    other = a_cleared_minor()
    assert make_assignment(presentation, other.id).id  # the adult covers both
    assert refusal_of(lambda: put(adult, S.WITHDRAWN)) == "minor_keeps_an_adult"
    visit = make_visit()
    make_assignment(make_presentation(visit, dt.time(9, 0)), a_cleared_educator().id)
    second = make_presentation(visit, dt.time(12, 0))
    assert refusal_of(lambda: make_assignment(second, a_cleared_minor().id)) == "minor_has_an_adult"
    presentation, adult, _ = a_minor_with_an_adult()
    other = a_cleared_educator()
    assert refusal_of(lambda: give_seat(adult, other.id)) == "minor_keeps_an_adult"
    make_assignment(presentation, other.id)
    put(adult, S.REPLACED)
    session.expire_all()
    assert session.get_one(Assignment, adult.id).state is S.REPLACED


@pytest.mark.parametrize(("adult", "minor", "allowed"), [
    (S.SUGGESTED, S.SUGGESTED, True), (S.SUGGESTED, S.OFFERED, False), (S.SUGGESTED, S.ACCEPTED, False),
    (S.OFFERED, S.OFFERED, True), (S.OFFERED, S.ACCEPTED, True), (S.DECLINED, S.OFFERED, False),
    (S.WITHDRAWN, S.SUGGESTED, False), (S.PRESENT, S.ACCEPTED, True),
])  # fmt: skip
def test_the_adult_must_be_as_firm_as_the_minor(adult, minor, allowed):
    presentation = a_presentation()
    make_assignment(presentation, a_cleared_educator().id, adult)
    tara = a_cleared_minor()
    if allowed:
        assert make_assignment(presentation, tara.id, minor).id
    else:
        assert refusal_of(lambda: make_assignment(presentation, tara.id, minor)) == "minor_has_an_adult"


@pytest.mark.parametrize("becomes", [*LEAVING, S.SUGGESTED])
def test_the_last_adult_cannot_leave_a_minor(becomes):
    _, adult, _ = a_minor_with_an_adult()
    assert refusal_of(lambda: put(adult, becomes)) == "minor_keeps_an_adult"


def test_the_last_adult_can_be_neither_deleted_nor_moved_nor_swapped():
    _, adult, _ = a_minor_with_an_adult()
    assert refusal_of(lambda: by_sql("DELETE FROM assignment WHERE id = :id", id=adult.id)) == "minor_keeps_an_adult"
    presentation, adult, _ = a_minor_with_an_adult()
    other = make_presentation(make_visit(), dt.time(10, 0))
    assert (other.busy_from, other.busy_until) == (presentation.busy_from, presentation.busy_until)
    change = "UPDATE assignment SET presentation_id = :other WHERE id = :id"
    assert refusal_of(lambda: by_sql(change, other=other.id, id=adult.id)) == "minor_keeps_an_adult"
    other = a_cleared_minor()
    assert refusal_of(lambda: give_seat(adult, other.id)) in ("minor_keeps_an_adult", "minor_has_an_adult")


def test_one_of_two_adults_may_leave_but_not_beside_a_mere_suggestion(session):
    presentation, adult, _ = a_minor_with_an_adult()
    make_assignment(presentation, a_cleared_educator().id, S.SUGGESTED)
    assert refusal_of(lambda: put(adult, S.WITHDRAWN)) == "minor_keeps_an_adult"
    make_assignment(presentation, a_cleared_educator().id)
    put(adult, S.WITHDRAWN)
    session.expire_all()
    assert session.get_one(Assignment, adult.id).state is S.WITHDRAWN


def test_who_releases_both_releases_the_minor_first(session):
    _, adult, minor = a_minor_with_an_adult()
    put(minor, S.WITHDRAWN)
    put(adult, S.WITHDRAWN)
    session.expire_all()
    assert set(session.scalars(sa.select(Assignment.state))) == {S.WITHDRAWN}


# --- birthdays: the local day decides ---
def a_young_person(birth_date: dt.date) -> Presenter:
    """Vetted, but with nobody's consent: allowed only as an adult."""
    person = make_presenter(PresenterKind.INFLUENCER, birth_date=birth_date)
    make_vetting(person.id)
    return person


def test_who_turned_eighteen_needs_nobody_and_can_be_the_adult_from_that_day_on():
    grown = a_young_person(VISIT_DAY.replace(year=2008))
    presentation = a_presentation()
    assert make_assignment(presentation, grown.id).id
    assert make_assignment(presentation, a_cleared_minor().id).id
    grown = a_cleared_minor(birth_date=VISIT_DAY.replace(year=2008))
    presentation = a_presentation()
    make_assignment(presentation, grown.id)
    make_assignment(presentation, a_cleared_minor().id)
    assert refusal_of(lambda: move(presentation, days=-1)) == "minor_has_an_adult"

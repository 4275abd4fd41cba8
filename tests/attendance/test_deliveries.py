"""Numbers that come twice, late or out of order, from two phones: each is stored once, and none is lost."""

from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.attendance import rules
from scheduler.attendance.queries.invariants import violations
from scheduler.attendance.service.counting import countersign, submit_counts
from scheduler.attendance.service.deliveries import deliver_counts
from scheduler.attendance.terms import (
    AttendanceReason,
    AttendanceState,
    CountSheet,
    DeliveryOutcome,
    EarlierDelivery,
    HeadCounts,
)
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import PresentationState
from tests.at_once import all_at_once
from tests.attendance.phones import Letter, Phones, deliveries, lines_of_audit, mark_standing, times_stored, two_phones
from tests.attendance.stored_counts import counting, state_of
from tests.factories.counting import LEAVING, a_begun_visit, a_count, sign_all
from tests.factories.people import presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.refusals import conflict, rejection

STORED, STANDS, LATE, ASIDE = DeliveryOutcome
PUPILS = (88, 89, 90)
SECRET = "a secret of the installation"  # nosec


def test_a_key_is_known_for_its_presentation_and_person_alone():
    key = rules.sheet_key(7, 3, "open-1", "n", SECRET)
    assert rules.mark_in(key, 7, 3, SECRET) == "open-1"
    for other in ((8, 3, SECRET), (7, 4, SECRET), (7, 3, "other")):
        assert rules.mark_in(key, *other) is None
    for bad in ("", ".", "open-1.n.", key.replace("1", "2", 1), "ж.ж.ж"):
        assert rules.mark_in(bad, 7, 3, SECRET) is None


@pytest.mark.parametrize(
    ("turn", "shown", "stands", "agrees", "outcome"),
    [
        (1, "open-1", "open-1", False, STORED),
        (1, "open-1", "submitted-1", False, ASIDE),
        (1, "open-1", "submitted-1", True, STANDS),
        (1, "", "open-1", False, ASIDE),  # a key that nobody knows
        (1, "submitted-1", "countersigned-1", False, ASIDE),
    ],
)
def test_a_first_delivery_counts_if_nothing_was_said_since_the_form_was_shown(turn, shown, stands, agrees, outcome):
    assert rules.outcome_of(turn, [], shown=shown, stands=stands, agrees=agrees) is outcome


@pytest.mark.parametrize(
    ("turn", "stands", "outcome"),
    [(1, "submitted-1", LATE), (3, "submitted-1", STORED), (3, "submitted-2", ASIDE), (2, "submitted-1", ASIDE)],
)
def test_a_form_may_say_other_numbers_after_its_own_and_never_after_somebody_elses(turn, stands, outcome):
    earlier = [EarlierDelivery(2, "88", STORED, "submitted-1")]
    assert rules.outcome_of(turn, earlier, shown="open-1", stands=stands, agrees=False) is outcome


def table() -> Iterator[tuple[str, tuple[int, ...], list[str], int, int]]:
    """Deliveries x order: two sheets of one presenter's phone, one of her colleague's, one sent twice."""
    for order in sorted(set(permutations((0, 0, 1, 2)))):
        phones = two_phones()
        letters = [phones.types(0, 88), phones.types(0, 89), phones.types(1, 90)]
        outcomes = [phones.deliver(letters[one]).value for one in order]
        yield "".join("ABC"[one] for one in order), order, outcomes, times_stored(phones.first), counting(phones.first)


@pytest.mark.both_databases
def test_deliveries_by_order_are_stored_once(session):
    """`pytest -s` prints the table: A, then B are typed on one phone, C on the colleague's; A is delivered twice."""
    print("\norder  outcome of each delivery           stored  pupils")
    for name, order, outcomes, stored, counted in table():
        print(f"{name}   {', '.join(outcomes):<33}  {stored:>6}  {counted.pupils:>6}")
        assert stored == (2 if order[0] == 0 else 1)  # B after A is another version of one sheet; else A comes too late
        assert counted.pupils == (90 if order[0] == 2 else 89)
        assert violations() == []


def test_a_key_of_another_talk_or_person_answers_for_no_other_numbers(session):
    """It is not told "stored" because the same letters came with the same numbers elsewhere."""
    phones = two_phones(talks=2)
    letter, (other,) = phones.types(0, 88), phones.begun.presentations[1:]
    assert phones.deliver(letter) is STORED

    def delivered(who: int, presentation_id: int) -> DeliveryOutcome:
        draft = a_count(HeadCounts(pupils=letter.pupils, teachers=2))
        return deliver_counts(phones.who[who], presentation_id, draft, letter.sheet, now=LEAVING)

    assert [delivered(0, other.id) for _time in range(2)] == [ASIDE, ASIDE]
    assert delivered(1, phones.first) is STANDS
    assert delivered(1, other.id) is ASIDE
    assert [len(deliveries(one)) for one in (phones.first, other.id)] == [2, 2]
    assert times_stored(other.id) == 0


def act_of() -> st.SearchStrategy[tuple[str, int, int]]:
    return st.tuples(
        st.sampled_from(["show", "type", "type", "send", "send", "send", "sign"]),
        st.integers(0, 5),
        st.sampled_from(PUPILS),
    )


@pytest.mark.both_databases
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(act_of(), min_size=4, max_size=14))
def test_whatever_is_delivered_in_whatever_order_is_stored_once(session, acts):
    phones = two_phones()
    waiting = [phones.types(0, 88), phones.types(1, 89)]
    for kind, number, pupils in acts:
        person = number % 2
        if kind == "show" and rules.may_be_counted(state_of(phones.first) or AttendanceState.OPEN):
            phones.show(person)
        elif kind == "type":
            waiting.append(phones.types(person, pupils))
        elif kind == "send":
            deliver_and_look(phones, waiting[number % len(waiting)])
        elif kind == "sign" and state_of(phones.first) is AttendanceState.SUBMITTED:
            sign_all(phones.begun, counting(phones.first))
    for letter in waiting:  # all networks return, and everything comes twice
        deliver_and_look(phones, letter)
        deliver_and_look(phones, letter)
    rows = deliveries(phones.first)
    assert {(one.key, one.turn) for one in rows} == {(one.sheet.key, one.sheet.turn) for one in waiting}
    assert len(rows) == len(waiting)
    assert violations() == []


def deliver_and_look(phones: Phones, letter: Letter) -> None:
    first = phones.first
    before, stood, stored = counting(first), mark_standing(first), times_stored(first)
    known = [(one.key, one.turn) for one in deliveries(first)]
    own = [one for one in deliveries(first) if one.key == letter.sheet.key and one.left_mark]

    outcome = phones.deliver(letter)

    again = (letter.sheet.key, letter.sheet.turn) in known
    if again or outcome is not STORED:  # nothing has changed, whatever it says
        assert (counting(first), mark_standing(first), times_stored(first)) == (before, stood, stored)
        return
    assert times_stored(first) == stored + 1
    assert counting(first) == HeadCounts(pupils=letter.pupils, teachers=2)
    assert stood == phones.shown[letter.sheet.key] or stood == own[-1].left_mark  # nobody else had said anything since
    assert stood.startswith(("open", "submitted"))


@pytest.mark.both_databases
def test_what_two_phones_deliver_at_once_is_stored_once_and_the_other_number_set_aside(app, session):
    phones = two_phones()
    letters = [phones.types(0, 88), phones.types(1, 90)]
    raised = all_at_once(app, [lambda one=one: phones.deliver(one) for one in letters * 5])
    assert raised == [None] * 10
    assert sorted(one.outcome for one in deliveries(phones.first)) == [ASIDE, STORED]
    assert times_stored(phones.first) == 1


@pytest.mark.both_databases
def test_numbers_that_come_after_the_lock_or_for_a_talk_that_was_called_off_are_set_aside(session):
    phones, called_off = two_phones(), two_phones(talks=2)
    late, vain = phones.types(1, 60), called_off.types(0, 88)
    phones.deliver(phones.types(0, 88))
    sign_all(phones.begun, HeadCounts(pupils=88, teachers=2))
    assert state_of(phones.first) is AttendanceState.LOCKED
    session.get(Presentation, called_off.first).state = PresentationState.CANCELLED
    session.commit()

    assert (phones.deliver(late), called_off.deliver(vain)) == (ASIDE, ASIDE)

    assert counting(phones.first) == HeadCounts(pupils=88, teachers=2)
    assert '"pupils": 60' in deliveries(phones.first)[-1].said
    assert state_of(called_off.first) is None


def test_who_looks_at_the_page_is_asked_instead(session):
    phones = two_phones()
    phones.deliver(phones.types(0, 88))
    with conflict(AttendanceReason.COUNTED_MEANWHILE):
        draft, page = a_count(HeadCounts(pupils=90)), CountSheet(phones.sheets[1])
        deliver_counts(phones.who[1], phones.first, draft, page, now=LEAVING)
    assert len(deliveries(phones.first)) == 1


def test_a_stranger_and_what_cannot_be_true_or_is_far_off_is_refused_by_the_phone_too(session):
    phones = two_phones()
    stranger = presenter_actor(a_cleared_educator(centre_id=phones.begun.visit.centre_id))

    with pytest.raises(NotFound):
        phones.deliver(Letter(stranger, CountSheet(phones.sheets[0], 1, asks=False), 88))

    far, sheet = a_count(HeadCounts(pupils=10), sure_of=None), CountSheet(phones.sheets[0], 1, asks=False)

    with rejection(pupils="count_out_of_range"):
        phones.deliver(phones.types(0, 2001))
    with rejection(sure=AttendanceReason.FAR_FROM_ANNOUNCED):
        deliver_counts(phones.who[0], phones.first, far, sheet, now=LEAVING)

    assert deliveries(phones.first) == []
    assert phones.deliver(phones.types(0, 88)) is STORED


def test_a_delivery_writes_what_saving_on_the_page_writes_and_a_row_of_its_own(session):
    begun, phones = a_begun_visit(), two_phones()
    written = lines_of_audit()
    submit_counts(begun.teacher, begun.first, a_count(HeadCounts(pupils=88, teachers=2)), now=LEAVING)
    by_page = lines_of_audit() - written
    phones.deliver(phones.types(0, 88))
    assert lines_of_audit() - written - by_page == by_page + 1  # two presenters were there
    db.session.rollback()
    countersign(phones.begun.school, phones.begun.visit.id, {phones.first: HeadCounts(88, 0, 2)}, now=LEAVING)
    assert state_of(phones.first) is AttendanceState.LOCKED

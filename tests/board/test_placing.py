"""A visit gets another place: what the board says before agrees with what the act does, and nobody is left alone."""

import datetime as dt

import pytest

from scheduler.board.queries import placing
from scheduler.board.queries.placing import answers_in_cells
from scheduler.board.service import place_visit
from scheduler.board.terms import Doubt, Placing
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotFound, Rejected, SchedulerError
from scheduler.people.models import AvailabilityException, User
from scheduler.staffing.queries.invariants import violations
from scheduler.visits.rules.limits import MOST_A_DAY
from scheduler.visits.terms.plans import PresenterTaken, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import always_free, an_actor
from tests.factories.places import make_municipality
from tests.factories.staffing import UNTIL, a_plan, make_busy
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.refusals import rejection
from tests.visits.scene import Scene, audit_of, far_away_scene, mails, presentations, states, visit_of

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]
A = AssignmentState
TEN = dt.time(10, 0)
NEXT_DAY = VISIT_DAY + dt.timedelta(days=1)


def a_placing(on_day: dt.date = VISIT_DAY, starts: dt.time = TEN, **given) -> Placing:
    return Placing(on_day, starts, UNTIL, **given)


def place(scene: Scene, wish: Placing, **given) -> None:
    place_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY, **given)


def answer(scene: Scene, wish: Placing):
    return placing.answer(scene.coordinator, scene.visit_id, wish, now=MONDAY)


def mail_of(session, person) -> str:
    return session.get_one(User, person.user_id).email


def a_free_educator(scene: Scene, **given):
    person = scene.educator(**given)
    always_free(person)
    return person


# --- the time ---
def test_another_day_keeps_uid_raises_sequence_and_asks_again_who_had_accepted(session):
    scene = Scene()
    ana = a_free_educator(scene)
    scene.confirmed_by(ana)
    (before,) = presentations(session, scene)
    uid, sequence = before.uid, before.sequence
    place(scene, a_placing(NEXT_DAY, leaves=ana.id, comes=ana.id))
    (after,) = presentations(session, scene)
    assert (after.uid, after.sequence, after.on_day) == (uid, sequence + 1, NEXT_DAY)
    assert states(session, scene)[ana.id] == [A.OFFERED]
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert len(mails(session, "visit_moved")) == 1


def test_presentations_move_together_and_none_past_the_end_of_the_day(session):
    scene = Scene(a_plan(TEN), a_plan(dt.time(11, 0)))
    place(scene, a_placing(starts=dt.time(8, 30)))
    assert [row.starts_local for row in presentations(session, scene)] == [dt.time(8, 30), dt.time(9, 30)]
    scene = Scene(a_plan(TEN), a_plan(dt.time(18, 0)))
    with rejection(starts_local="past_midnight"):
        place(scene, a_placing(starts=dt.time(17, 0)))
    assert answer(scene, a_placing(starts=dt.time(17, 0))).doubts == (Doubt(Why("no_such_time"), hard=True),)


def test_nothing_changed_is_not_done_and_the_answer_says_who_is_told(session):
    scene = Scene()
    ana = a_free_educator(scene)
    scene.offered_to(ana)
    with pytest.raises(Conflict) as refused:
        place(scene, a_placing(leaves=ana.id, comes=ana.id))
    assert refused.value.reason == "nothing_changes"
    assert not answer(scene, a_placing(leaves=ana.id, comes=ana.id)).changed

    scene = Scene()
    ana = a_free_educator(scene, given_name="Jelena", family_name="Ristić")
    scene.accepted_by(ana)
    said = answer(scene, a_placing(NEXT_DAY, leaves=ana.id, comes=ana.id))
    assert (said.fits, said.changed, said.asked_again, said.school_told) == (True, True, ("Jelena Ristić",), True)

    scene = Scene()
    stranger = an_actor()
    with pytest.raises(NotFound):
        place_visit(stranger, scene.visit_id, a_placing(NEXT_DAY), now=MONDAY)
    with pytest.raises(NotFound):
        placing.answer(stranger, scene.visit_id, a_placing(NEXT_DAY), now=MONDAY)


# --- the crew ---
def test_from_the_row_without_a_crew_to_a_presenter_with_or_without_asking(session):
    scene = Scene()
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    place(scene, a_placing(comes=ana.id, offer=False))
    assert (states(session, scene), mails(session, "visit_offered")) == ({ana.id: [A.SUGGESTED]}, [])
    place(scene, a_placing(leaves=ana.id, comes=eva.id))
    assert states(session, scene) == {ana.id: [A.REPLACED], eva.id: [A.OFFERED]}
    assert len(mails(session, "visit_offered")) == 1


def test_who_is_replaced_is_told_and_nobody_young_is_left_alone_nor_anybody_without_reason(session):
    scene = Scene()
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    scene.confirmed_by(ana)
    place(scene, a_placing(leaves=ana.id, comes=eva.id))
    assert states(session, scene) == {ana.id: [A.REPLACED], eva.id: [A.OFFERED]}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert [mail.address for mail in mails(session, "visit_released")] == [mail_of(session, ana)]
    assert mails(session, "visit_moved") == []

    scene = Scene()
    ana, tara = a_free_educator(scene), scene.minor()
    always_free(tara)
    scene.offered_to(ana)
    wish = a_placing(leaves=ana.id, comes=tara.id)
    assert answer(scene, wish).doubts[0] == Doubt(Why("minor_without_adult"), hard=True)
    with pytest.raises(Conflict):
        place(scene, wish)
    assert states(session, scene) == {ana.id: [A.OFFERED]}

    scene = Scene()
    ana = a_free_educator(scene)
    scene.accepted_by(ana)
    with pytest.raises(Rejected) as refused:
        place(scene, a_placing(leaves=ana.id))
    place(scene, a_placing(leaves=ana.id), reason="Ill")
    assert (refused.value.problems, states(session, scene)) == ({"reason": "reason_missing"}, {ana.id: [A.WITHDRAWN]})
    assert visit_of(session, scene).state is VisitState.PLANNED


def test_another_day_and_another_presenter_at_once_when_the_first_could_not_go_then(session):
    scene = Scene()
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    scene.accepted_by(ana)
    busy = Scene.__new__(Scene)
    busy.__dict__ |= scene.__dict__
    busy.visit_id = scene.plan(on_day=NEXT_DAY, school_request_id=None)
    busy.offered_to(ana)
    assert answer(scene, a_placing(NEXT_DAY, leaves=ana.id, comes=ana.id)).refused
    wish = a_placing(NEXT_DAY, leaves=ana.id, comes=eva.id)
    assert not answer(scene, wish).refused
    place(scene, wish)
    assert states(session, scene) == {ana.id: [A.REPLACED], eva.id: [A.OFFERED]}
    assert visit_of(session, scene).on_day == NEXT_DAY


@pytest.mark.parametrize("day", [VISIT_DAY, NEXT_DAY])
def test_a_young_person_stays_with_the_next_adult(session, day):
    scene = Scene()
    ana, eva, tara = a_free_educator(scene), a_free_educator(scene), scene.minor()
    always_free(tara)
    scene.accepted_by(ana, tara)
    place(scene, a_placing(day, leaves=ana.id, comes=eva.id))
    now = {who: rows[-1] for who, rows in states(session, scene).items()}
    assert now == {ana.id: A.REPLACED, eva.id: A.OFFERED, tara.id: A.ACCEPTED if day == VISIT_DAY else A.OFFERED}
    assert violations() == []


def test_a_young_person_whose_week_is_full_there_is_left_out_and_the_board_says_so_before(session):
    scene, there = Scene(), VISIT_DAY + dt.timedelta(days=7)
    ana, eva, tara = a_free_educator(scene), a_free_educator(scene), scene.minor()
    always_free(tara)
    scene.accepted_by(ana, tara)
    make_busy(tara, *(there + number * dt.timedelta(days=1) for number in (-1, 1, 2)))
    wish = a_placing(there, leaves=ana.id, comes=eva.id)
    said = answer(scene, wish)
    place(scene, wish)
    assert (said.refused, said.left_behind) == (False, ("Tara",))
    assert "Tara" not in said.asked_again
    assert Doubt(Why(WhyNot.YOUNG_WEEK_FULL, 4, 3), "Tara") in said.doubts
    assert states(session, scene) == {ana.id: [A.REPLACED], tara.id: [A.WITHDRAWN], eva.id: [A.OFFERED]}
    assert violations() == []


def test_she_cannot_be_dropped_where_it_is_too_much_for_her_and_the_cell_says_so(session):
    scene = Scene()
    ana, tara = a_free_educator(scene), scene.minor()
    always_free(tara)
    scene.accepted_by(ana)
    make_busy(tara, *(VISIT_DAY + number * dt.timedelta(days=1) for number in (-1, 1, 2)))
    cells = answers_in_cells(scene.coordinator, scene.visit_id, None, [VISIT_DAY, NEXT_DAY], now=MONDAY)
    assert Doubt(Why(WhyNot.YOUNG_WEEK_FULL, 4, 3), hard=True) in cells[tara.id, VISIT_DAY].doubts
    with pytest.raises(Conflict, match="young_week_full"):
        place(scene, a_placing(comes=tara.id))


def test_moved_back_stands_where_it_stood(session):
    scene = Scene()
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    scene.offered_to(ana)
    place(scene, a_placing(NEXT_DAY, leaves=ana.id, comes=eva.id))
    place(scene, a_placing(leaves=eva.id, comes=ana.id), reason="Moved back")
    assert {who: rows[-1] for who, rows in states(session, scene).items()} == {ana.id: A.OFFERED, eva.id: A.REPLACED}
    assert (visit_of(session, scene).on_day, audit_of(session, "visit").count("visit moved")) == (VISIT_DAY, 2)


# --- what the board says before ---


def test_the_road_says_no_before_and_after(session):
    scene = Scene(a_plan(TEN))
    ana = a_free_educator(scene)
    scene.accepted_by(ana)
    later = far_away_scene(scene, dt.time(12, 0))
    wish = a_placing(starts=dt.time(12, 0), comes=ana.id)
    said = answer(later, wish)
    assert [doubt.why.code for doubt in said.doubts] == ["cannot_arrive"]
    assert said.refused
    with pytest.raises(PresenterTaken):
        place(later, wish)
    assert states(session, later) == {}
    suggested = answer(later, a_placing(starts=dt.time(12, 0), comes=ana.id, offer=False))
    assert not suggested.refused  # nobody's time is taken yet: people may still mend it


def test_the_board_warns_of_who_lives_too_far_or_has_enough_that_day(session):
    scene = Scene()
    full, far = (
        a_free_educator(scene),
        a_free_educator(scene, home_id=make_municipality("Суботица", lat=46.1, lon=19.66).id),
    )
    visit = make_visit(programme=scene.programme, host_id=scene.host.id, on_day=NEXT_DAY)
    for ordinal in range(MOST_A_DAY):
        make_assignment(make_presentation(visit, dt.time(13 + ordinal), minutes=30), full.id)
    said = {
        who: [(doubt.why.code, doubt.hard) for doubt in answer(scene, a_placing(NEXT_DAY, comes=who)).doubts]
        for who in (full.id, far.id)
    }
    assert (said[full.id], said[far.id]) == ([("enough_of_day", False)], [("too_far", False)])


def test_absence_school_calendar_and_vetting_are_said(session):
    scene = Scene()
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    session.rollback()
    session.add(AvailabilityException(presenter_id=ana.id, first_day=NEXT_DAY, last_day=NEXT_DAY, available=False))
    session.commit()
    saturday = VISIT_DAY + dt.timedelta(days=4)

    def codes(wish: Placing) -> list[tuple[str, bool]]:
        return [(doubt.why.code, doubt.hard) for doubt in answer(scene, wish).doubts]

    assert codes(a_placing(NEXT_DAY, comes=ana.id)) == [("not_available", False)]
    assert codes(a_placing(saturday, comes=eva.id))[0] == ("closed", False)
    assert codes(a_placing(MONDAY.date() - dt.timedelta(days=7), comes=eva.id))[0] == ("in_the_past", True)
    assert ("unvetted", True) in codes(a_placing(VISIT_DAY + dt.timedelta(days=3000), comes=eva.id))
    assert codes(a_placing(comes=999_999)) == [("unknown", True)]


def test_every_cell_answers_and_more_presenters_take_no_more_queries(session):
    scene = Scene()
    ana = a_free_educator(scene)
    scene.offer(ana)
    days = [VISIT_DAY, NEXT_DAY]

    def ask():
        return answers_in_cells(scene.coordinator, scene.visit_id, ana.id, days, now=MONDAY)

    with statements() as one:
        found = ask()
    eva = a_free_educator(scene)
    a_free_educator(scene)
    with statements() as three:
        more = ask()
    assert not found[ana.id, VISIT_DAY].changed
    assert found[None, NEXT_DAY].changed
    assert more[eva.id, NEXT_DAY].fits
    assert len(one) == len(three)


class _TakenBack(Exception):
    """Ends a trial, so that nothing of it is stored."""


def would_be_refused(scene: Scene, wish: Placing) -> str:
    """What the act itself says; it is rolled back in any case."""
    try:
        with transaction():
            place(scene, wish, reason="trial")
            raise _TakenBack
    except _TakenBack:
        return ""
    except SchedulerError as refused:
        return f"{type(refused).__name__} {refused}"


@pytest.mark.deep
def test_what_the_board_says_before_is_what_the_act_says(session):
    scene = Scene(a_plan(TEN), a_plan(dt.time(11, 0)))
    ana, eva, tara = a_free_educator(scene), a_free_educator(scene), scene.minor()
    scene.accepted_by(ana, tara)
    far_away_scene(scene, dt.time(13, 0)).offered_to(eva)
    wrong = []
    for day in (VISIT_DAY, NEXT_DAY, MONDAY.date() - dt.timedelta(days=1), VISIT_DAY + dt.timedelta(days=3000)):
        for starts in (TEN, dt.time(12, 0), dt.time(15, 0), dt.time(23, 30)):
            for leaves, comes in (
                (ana.id, ana.id), (ana.id, eva.id), (ana.id, None), (None, eva.id), (tara.id, eva.id),
                (ana.id, tara.id), (None, None), (tara.id, None), (ana.id, 999_999),
            ):  # fmt: skip
                wish = a_placing(day, starts, leaves=leaves, comes=comes)
                said, done = answer(scene, wish), would_be_refused(scene, wish)
                if (said.refused or not said.changed) != bool(done):
                    wrong.append((day, starts, leaves, comes, said.doubts, done))
    assert wrong == []

"""Planning visits and crews: within shifts, by the wall clock (TRUST R26), at typed schools; and each act's traces."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.board.queries.placing import answer
from scheduler.board.queries.week import board
from scheduler.board.service import place_visit
from scheduler.board.terms import BoardWish, Placing, ShiftsShown
from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host
from scheduler.places.service.hosts import propose_host
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Role, school_contact
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import CalendarEntry, Presentation, Visit
from scheduler.visits.queries.pages import visits_of_week
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.service.recompute import Recomputed, recompute_times
from scheduler.visits.service.typed_hosts import merge_host
from scheduler.visits.terms.plans import NewTimes, PresentationPlan
from scheduler.visits.terms.states import AssignmentState, EntryStatus, PresentationState, VisitState
from tests.closures.incidents import tell
from tests.factories import MONDAY
from tests.factories.counting import a_counted_visit
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, audit_of, mails, presentations, request_state, states, visit_of

A = AssignmentState


def planned_by_the_service(*plans: PresentationPlan) -> Scene:
    scene = Scene(*plans, planned=False)
    scene.visit_id = scene.plan()
    return scene


@pytest.fixture
def scene(app: object) -> Scene:
    return planned_by_the_service()


# --- plan ---
def test_planning_an_agreed_request_makes_its_visit_and_moves_it_to_staffing(session, scene):
    visit = visit_of(session, scene)
    assert (visit.state, visit.host_id, visit.school_request_id) == (VisitState.PLANNED, scene.host.id, scene.asked.id)
    assert visit.number.startswith("P-2026-")
    assert request_state(session, scene) is RequestState.STAFFING
    (sitting,) = presentations(session, scene)
    assert sitting.starts_at == dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
    assert sitting.busy_from == sitting.starts_at - dt.timedelta(minutes=15)
    assert (sitting.sequence, sitting.state) == (0, PresentationState.PLANNED)
    assert audit_of(session, "visit") == ["visit planned"]


def test_a_free_visit_needs_no_request_and_each_talk_has_a_uid_of_its_own(session):
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(school_request_id=None)
    assert visit_of(session, scene).school_request_id is None
    assert request_state(session, scene) is RequestState.AGREED
    scene = planned_by_the_service(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))
    first, second = presentations(session, scene)
    assert first.uid != second.uid
    assert all(len(row.uid.partition("@")[0]) == 16 for row in (first, second))


@pytest.mark.parametrize("state", [RequestState.NEW, RequestState.TRIAGE, RequestState.STAFFING, RequestState.CLOSED])
def test_only_an_agreed_request_can_be_planned(session, state):
    scene = Scene(planned=False)
    scene.asked = make_school_request(state, programme=scene.programme, host_id=scene.host.id)
    with conflict("wrong_state"):
        scene.plan()
    assert session.scalars(sa.select(Visit)).all() == []


@pytest.mark.parametrize(("given", "problems"), [
    ({"on_day": dt.date(2026, 9, 13)}, {"on_day": "in_the_past"}),
    ({"presentations": ()}, {"presentations": "missing"}),
    ({"presentations": (a_plan(), a_plan(dt.time(10, 30)))}, {"presentations-1": "overlaps"}),
    ({"on_day": dt.date(2027, 3, 28), "presentations": (a_plan(dt.time(2, 30)),)}, {"on_day": "clocks_jump"}),
])  # fmt: skip
def test_a_wrong_draft_stores_nothing(session, given, problems):
    scene = Scene(planned=False)
    with rejection(**problems):
        scene.plan(**given)
    assert session.scalars(sa.select(Visit)).all() == []
    assert request_state(session, scene) is RequestState.AGREED


def test_whoever_may_not_plan_and_an_unknown_visit_find_nothing(session, scene):
    scene = Scene(planned=False)
    with pytest.raises(NotFound):
        plan_visit(an_actor(), scene.draft(), now=MONDAY)
    for actor in (an_actor(Role.SAFEGUARDING), presenter_actor(scene.educator()), school_contact(scene.asked.id, 1)):
        with pytest.raises(NotAllowed):
            plan_visit(actor, scene.draft(), now=MONDAY)
    with pytest.raises(NotFound):
        confirm_visit(Actor(frozenset({Role.COORDINATOR}), centre_id=scene.centre_id), 999, now=MONDAY)


# --- suggest ---


def test_who_may_not_go_is_not_suggested_and_who_may_is_once_and_nobody_told(scene, session):
    for person, reason in (
        (make_presenter(centre_id=scene.centre_id), "presenter_is_vetted"),
        (scene.minor(), "minor_has_an_adult"),
        (scene.educator(suspended_at=MONDAY), "suspended"),
    ):
        with conflict(reason):
            scene.suggest(person)
    with pytest.raises(NotFound):
        scene.suggest(a_cleared_educator())  # of another centre
    ana = scene.educator()
    suggested = [suggest_presenter(scene.coordinator, scene.visit_id, ana.id, now=MONDAY) for _press in range(2)]
    assert (suggested, states(session, scene)) == ([True, False], {ana.id: [A.SUGGESTED]})
    assert (session.scalars(sa.select(OutboxMessage)).all(), presentations(session, scene)[0].sequence) == ([], 0)


# --- traces ---
def test_every_change_of_state_has_one_audit_row(session, scene):
    scene.confirm(scene.educator())
    assert audit_of(session, "visit") == ["visit planned", "visit offered", "visit confirmed"]
    assert audit_of(session, "presentation") == ["presentation planned", "presentation confirmed"]
    assert audit_of(session, "assignment") == ["assignment suggested", "assignment offered", "assignment accepted"]


def test_calendar_texts_exist_for_each_status_and_language_and_change_with_the_edit(session, scene):
    def texts() -> dict[tuple[EntryStatus, str], str]:
        session.rollback()
        return {(row.status, row.language): row.text for row in session.scalars(sa.select(CalendarEntry))}

    planned = texts()
    assert len(planned) == 9
    assert all(f"STATUS:{status.value}" in text for (status, _), text in planned.items())
    scene.confirm(scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor())
    confirmed = texts()
    assert "Jelena Ristić" in confirmed[EntryStatus.CONFIRMED, "en"].replace("\r\n ", "")
    assert "Ilić" not in "".join(confirmed.values()).replace("\r\n ", "")
    assert "SEQUENCE:0" in planned[EntryStatus.CONFIRMED, "en"]
    assert "SEQUENCE:4" in confirmed[EntryStatus.CONFIRMED, "en"]


@pytest.mark.both_databases
def test_no_calendar_gets_two_texts_under_one_sequence_when_the_host_has_moved(session):
    scene = planned_by_the_service(a_plan(), a_plan(dt.time(11)))
    first, second = presentations(session, scene)
    suggest_presenter(scene.coordinator, scene.visit_id, scene.educator().id, now=MONDAY, presentation_ids=[first.id])
    with transaction() as inside:
        inside.get_one(Host, scene.host.id).address_sr_cyrl = "Нова 5"
    later = MONDAY + dt.timedelta(hours=5)
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=later)
    rows = presentations(session, scene)
    assert [(row.sequence, row.edited_at) for row in rows] == [(1, later), (1, later)]  # the second is not offered
    texts = session.scalars(sa.select(CalendarEntry.text).where(CalendarEntry.presentation_id == second.id)).all()
    assert len(texts) == 9
    assert all("SEQUENCE:1\r\n" in text for text in texts)
    assert sum("Нова 5" in text.replace("\r\n ", "") for text in texts) > 0


DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def unplanned(session) -> Scene:
    """Nothing is planned yet; the school has told its shifts."""
    unplanned = Scene(planned=False)
    tell(unplanned)
    return unplanned


def test_a_plan_outside_the_shift_is_refused_unless_it_is_meant(unplanned, session):
    plans = (a_plan(dt.time(9, 55), classes="7b"), a_plan(dt.time(11, 35), classes="8b"))
    with rejection(**{"presentations-1-starts_local": "class_not_there"}):
        unplanned.plan(presentations=plans)
    assert visits_of_week(unplanned.coordinator, VISIT_DAY - DAY, 1).rows == []
    meant = a_plan(dt.time(11, 35), classes="8b", outside_shift=True)
    evening = a_plan(dt.time(19), audience=Audience.PARENTS, level=SchoolLevel.NONE, classes="8b")
    unplanned.visit_id = unplanned.plan(presentations=(meant, evening, a_plan(dt.time(13), classes="the choir")))
    assert [row.outside_shift for row in presentations(session, unplanned)] == [True, False, False]


def test_a_move_out_of_the_shift_is_refused_and_leaves_the_visit_where_it_is(session, unplanned):
    unplanned.visit_id = unplanned.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"),))
    with rejection(**{"presentations-0-starts_local": "class_not_there"}):
        move_visit(unplanned.coordinator, unplanned.visit_id, NewTimes(VISIT_DAY + WEEK, {}, UNTIL), now=MONDAY)
    assert [row.on_day for row in presentations(session, unplanned)] == [VISIT_DAY]
    assert mails(session, "visit_moved") == []
    (row,) = presentations(session, unplanned)
    wish = NewTimes(VISIT_DAY + WEEK, {}, UNTIL, frozenset({row.id}))
    move_visit(unplanned.coordinator, unplanned.visit_id, wish, now=MONDAY)
    (row,) = presentations(session, unplanned)
    assert (row.on_day, row.outside_shift) == (VISIT_DAY + WEEK, True)
    move_visit(unplanned.coordinator, unplanned.visit_id, NewTimes(VISIT_DAY, {}, UNTIL), now=MONDAY)
    assert [row.outside_shift for row in presentations(session, unplanned)] == [False]


def test_the_board_says_before_the_drop_that_the_class_is_not_there_and_what_is_dropped_is_meant(session, unplanned):
    unplanned.visit_id = unplanned.plan(presentations=(a_plan(dt.time(9, 55), classes="7b"),))
    there = Placing(VISIT_DAY + WEEK, dt.time(9, 55), UNTIL)
    said = answer(unplanned.coordinator, unplanned.visit_id, there, now=MONDAY)
    assert [(doubt.why.code, doubt.hard) for doubt in said.doubts] == [("class_not_there", False)]
    place_visit(unplanned.coordinator, unplanned.visit_id, there, now=MONDAY)
    assert [row.outside_shift for row in presentations(session, unplanned)] == [True]
    back = Placing(VISIT_DAY + WEEK, dt.time(15, 55), UNTIL)
    assert answer(unplanned.coordinator, unplanned.visit_id, back, now=MONDAY).doubts == ()
    place_visit(unplanned.coordinator, unplanned.visit_id, back, now=MONDAY)
    assert [row.outside_shift for row in presentations(session, unplanned)] == [False]


def test_the_board_shows_the_shift_of_the_classes_and_says_when_they_are_away(unplanned):
    plans = (a_plan(dt.time(9, 55), classes="7b"), a_plan(dt.time(15), classes="8b"))
    unplanned.visit_id = unplanned.plan(presentations=plans)
    wish = BoardWish(VISIT_DAY, VISIT_DAY)

    def shown() -> list[ShiftsShown | None]:
        return [block.shifts for cell in board(unplanned.coordinator, wish).unassigned.cells for block in cell.blocks]

    assert shown() == [ShiftsShown((Shift.MORNING, Shift.AFTERNOON), away=False)]
    turned = SchoolTime(
        {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        Grouping.GRADES,
        Rotation.WEEK,
        first_grades=frozenset({2, 4, 6, 8}),
        anchor_day=VISIT_DAY,
    )
    tell_school_time(unplanned.coordinator, unplanned.host.id, turned, version=1, now=MONDAY)
    assert shown() == [ShiftsShown((Shift.MORNING, Shift.AFTERNOON), away=True)]


HOUR = dt.timedelta(hours=1)


def rows(session: Session) -> list[Presentation]:
    session.rollback()
    found = select(Presentation).order_by(Presentation.id).execution_options(populate_existing=True)
    return list(session.scalars(found))


def wall_clocks(session: Session) -> list[str]:
    return [clock.moment_of(row.on_day, row.starts_local, row.zone).isoformat() for row in rows(session)]


def store_with_other_clocks(*ids: int, hours: int) -> None:
    """As if these had been computed when the country still meant to keep other hours."""
    order = sorted(ids, reverse=hours > 0)
    with transaction() as session:
        for row in (session.get_one(Presentation, one) for one in order):
            for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
                setattr(row, name, getattr(row, name) + hours * HOUR)
            session.flush()


@pytest.mark.both_databases
@pytest.mark.parametrize("hours", [1, -1])
def test_moments_follow_new_clocks_also_where_one_visit_follows_the_other(session: Session, hours: int) -> None:
    presenter = a_cleared_educator()
    visit = make_visit()
    stored = [make_presentation(visit, dt.time(hour, 0)) for hour in (9, 10, 11)]
    for one in stored:
        make_assignment(one, presenter.id)
    wanted = wall_clocks(session)
    store_with_other_clocks(*(one.id for one in stored), hours=hours)
    assert recompute_times(SYSTEM, now=MONDAY) == Recomputed(presentations=3, moved=3, visits=1)
    assert [row.starts_at.astimezone(dt.UTC).isoformat() for row in rows(session)] == wanted
    assert [(row.sequence, row.edited_at) for row in rows(session)] == [(1, MONDAY)] * 3
    assert [row.starts_local for row in rows(session)] == [dt.time(9), dt.time(10), dt.time(11)]
    copied = session.execute(text("SELECT count(*) FROM assignment a JOIN presentation p ON p.id = a.presentation_id"
                                  " WHERE a.busy_from = p.busy_from AND a.busy_until = p.busy_until"))  # fmt: skip
    assert copied.scalar_one() == 3
    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "presentation recomputed")).all()
    assert [entry.details for entry in audited] == [f'{{"minutes": {-60 * hours}}}'] * 3


@pytest.mark.both_databases
def test_texts_are_written_anew_and_a_second_run_changes_nothing(session: Session) -> None:
    one = make_presentation(make_visit())
    wanted = wall_clocks(session)
    store_with_other_clocks(one.id, hours=1)
    recompute_times(SYSTEM, now=MONDAY)
    entries = select(CalendarEntry.text).order_by(CalendarEntry.status, CalendarEntry.language)
    first = session.scalars(entries).all()
    assert recompute_times(SYSTEM, now=MONDAY + HOUR) == Recomputed(presentations=1, moved=0, visits=1)
    assert (session.scalars(entries).all(), len(first)) == (first, len(EntryStatus) * 3)
    stamp = dt.datetime.fromisoformat(wanted[0]).strftime("DTSTART:%Y%m%dT%H%M%SZ")
    assert all(stamp in text for text in first)


@pytest.mark.both_databases
def test_what_has_been_stays_and_no_person_recomputes_the_clocks(session: Session) -> None:
    store_with_other_clocks(make_presentation(make_visit(on_day=MONDAY.date() - dt.timedelta(days=1))).id, hours=1)
    before = rows(session)[0].starts_at
    assert (recompute_times(SYSTEM, now=MONDAY), rows(session)[0].starts_at) == (Recomputed(0, 0, 0), before)
    for actor in (an_actor(), presenter_actor(make_presenter())):
        with pytest.raises(NotAllowed):
            recompute_times(actor, now=MONDAY)


TYPED = HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица")


def a_typed_host() -> int:
    return propose_host(ANONYMOUS, TYPED, now=MONDAY).id


def host_of(visit_id: int) -> int:
    return db.session.scalars(sa.select(Visit.host_id).where(Visit.id == visit_id)).one()


@pytest.mark.both_databases
def test_a_planned_visit_its_request_and_its_calendar_follow_the_typed_school(session):
    scene = Scene(planned=False)
    typed = a_typed_host()
    with transaction() as inside:
        inside.get_one(SchoolRequest, scene.asked.id).host_id = typed
    scene.visit_id = scene.plan(host_id=typed)
    assert [one for one in session.scalars(sa.select(CalendarEntry.text)) if "Lipa" in one or "Липа" in one]
    sequence = session.scalars(sa.select(Presentation.sequence)).one()
    listed = scene.host.id
    assert merge_host(scene.coordinator, typed, listed, now=MONDAY) == 1
    session.expire_all()
    assert visit_of(session, scene).host_id == session.get_one(SchoolRequest, scene.asked.id).host_id == listed
    texts = session.scalars(sa.select(CalendarEntry.text)).all()
    assert texts
    assert not [one for one in texts if "Lipa" in one or "Липа" in one]
    assert session.scalars(sa.select(Presentation.sequence)).one() > sequence
    assert merge_host(scene.coordinator, typed, listed, now=MONDAY) == 0, "twice is once"


@pytest.mark.parametrize("state", [VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY, VisitState.DISRUPTED])
def test_whatever_is_still_to_come_follows(session, state):
    scene, typed, listed = Scene(planned=False), a_typed_host(), make_host().id
    visit = make_visit(state, programme=scene.programme, host_id=typed)
    make_presentation(visit)
    merge_host(scene.coordinator, typed, listed, now=MONDAY)
    assert host_of(visit.id) == listed


def test_what_was_held_or_called_off_stays_where_it_was(session):
    scene, typed, listed = Scene(planned=False), a_typed_host(), make_host().id
    counted = a_counted_visit(host_id=typed).visit
    off = make_visit(VisitState.CANCELLED, programme=scene.programme, host_id=typed, cancelled_by="school")
    begun = make_visit(VisitState.CONFIRMED, programme=scene.programme, host_id=typed)
    make_presentation(begun, state=PresentationState.DELIVERED)
    merge_host(scene.coordinator, typed, listed, now=MONDAY)
    assert [host_of(one.id) for one in (counted, off, begun)] == [typed] * 3
    assert db.session.get_one(Host, typed).listed is False

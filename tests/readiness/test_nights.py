"""The night looks at each visit: what no longer fits is flagged and told once, as a checklist is to each school."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound
from scheduler.people.models import AvailabilityException
from scheduler.places.models import Closure, ClosurePlace, Holiday, Host
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.hosts import ClosureReason
from scheduler.places.terms.school_time import Bells, Grouping, SchoolTime, Shift
from scheduler.policy import Role, school_contact
from scheduler.readiness.queries.findings import findings_of
from scheduler.readiness.service import recheck
from scheduler.readiness.service.checklist import tell_checklists
from scheduler.readiness.service.recheck import confirm_clock, confirm_crew, recheck_visits
from scheduler.readiness.service.wishes import tick_checklist
from scheduler.readiness.terms import ReadyItem
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import Presentation, Readiness, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.ceilings import at_most
from tests.counting import asked_and_written, statements
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, audit_of, mails, presentations, states, visit_of

BELLS = {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))}


def shifts(first_section: str) -> SchoolTime:
    """One class letter is in the morning and the others in the afternoon, always."""
    return SchoolTime(bells=BELLS, grouping=Grouping.LETTERS, first_sections=frozenset({first_section}))


def a_confirmed_scene(**programme) -> Scene:
    """7b at ten o'clock, in the morning shift."""
    scene = Scene(a_plan(classes="7b"), **programme)
    with transaction() as session:
        session.merge(scene.host).teaches_primary = True
    tell_school_time(scene.coordinator, scene.host.id, shifts("b"), version=0, now=MONDAY)
    scene.confirmed_by(scene.educator())
    return scene


def turn_shifts(scene: Scene) -> None:
    tell_school_time(scene.coordinator, scene.host.id, shifts("a"), version=1, now=MONDAY)


def nightly() -> int:
    return recheck_visits(now=MONDAY)


def told(session) -> list[str]:
    return [mail.kind for kind in ("visit_rechecked", "school_clock_wrong") for mail in mails(session, kind)]


def test_a_visit_that_still_fits_is_not_told_and_nobody_confirms_its_hour(session):
    scene = a_confirmed_scene()

    assert nightly() == 0
    assert visit_of(session, scene).clock_wrong is None
    assert told(session) == []

    with pytest.raises(Conflict):
        confirm_clock(school_contact(scene.asked.id, scene.host.id), scene.visit_id, now=MONDAY)
    with pytest.raises(NotFound):
        confirm_clock(school_contact(scene.asked.id + 1, scene.host.id), scene.visit_id, now=MONDAY)


@pytest.mark.both_databases
def test_rotation_changed_after_booking_is_clock_wrong_and_each_is_told_once(session):
    scene = a_confirmed_scene()
    turn_shifts(scene)
    assert recheck_visits(now=dt.datetime.combine(VISIT_DAY, dt.time(12), tzinfo=dt.UTC)) == 0  # it has begun
    nights = [nightly(), nightly(), nightly()]

    visit = visit_of(session, scene)
    assert nights == [1, 0, 0]
    assert (visit.clock_wrong, visit.state) == ("too_early", VisitState.CONFIRMED)
    assert told(session) == ["school_clock_wrong"]  # this scene's centre has no coordinator with an address
    assert "7b: " in mails(session, "school_clock_wrong")[0].text


@pytest.mark.parametrize("meant", [RequestedPresentation, Presentation], ids=["asked for", "agreed"])
def test_an_hour_outside_the_shift_that_was_meant_is_never_in_question(session, meant):
    scene = a_confirmed_scene()
    with transaction() as writing:
        writing.execute(sa.update(meant).values(outside_shift=True))
    turn_shifts(scene)
    assert nightly() == 0
    assert visit_of(session, scene).clock_wrong is None


def test_the_flag_goes_when_the_school_turns_its_shifts_back(session):
    scene = a_confirmed_scene()
    turn_shifts(scene)
    nightly()
    tell_school_time(scene.coordinator, scene.host.id, shifts("b"), version=2, now=MONDAY)
    nightly()

    assert visit_of(session, scene).clock_wrong is None
    assert session.scalars(sa.select(Finding)).all() == []


def test_the_school_confirms_and_the_next_night_says_nothing(session):
    scene = a_confirmed_scene()
    turn_shifts(scene)
    nightly()
    confirm_clock(school_contact(scene.asked.id, scene.host.id), scene.visit_id, now=MONDAY)
    nightly()

    assert visit_of(session, scene).clock_wrong is None
    assert len(mails(session, "school_clock_wrong")) == 1
    of_clock = AuditEntry.action.like("visit clock%")
    actions = session.scalars(sa.select(AuditEntry.action).where(of_clock).order_by(AuditEntry.id)).all()
    assert actions == ["visit clock wrong", "visit clock confirmed"]


def test_a_moved_visit_begins_anew(session):
    scene = a_confirmed_scene()
    turn_shifts(scene)
    nightly()
    there = visit_of(session, scene)
    hours = dict.fromkeys([row.id for row in session.scalars(sa.select(Presentation))], dt.time(15))
    move_visit(scene.coordinator, there.id, NewTimes(VISIT_DAY, hours, UNTIL), now=MONDAY)

    assert visit_of(session, scene).clock_wrong is None
    assert nightly() == 0


@pytest.mark.parametrize("shut", ["holiday", "closure"])
def test_a_day_without_pupils_is_clock_wrong(session, shut):
    scene = a_confirmed_scene()
    with transaction() as open_session:
        if shut == "holiday":
            names = {"name_sr_cyrl": "Празник", "name_sr_latn": "Praznik", "name_en": "Holiday"}
            open_session.add(Holiday(day=VISIT_DAY, **names))
        else:
            open_session.add(
                Closure(
                    places=[ClosurePlace()],
                    first_day=VISIT_DAY,
                    last_day=VISIT_DAY,
                    reason=ClosureReason.SNOW,
                    closed_at=MONDAY,
                )
            )
    nightly()
    nightly()

    assert visit_of(session, scene).clock_wrong == "closed"
    assert told(session) == ["school_clock_wrong"]


def test_availability_changed_is_told_to_coordinators_once_nobody_is_taken_out_and_who_comes_stays(session):
    scene = a_confirmed_scene()
    make_user(Role.COORDINATOR, centre_id=scene.centre_id, email="desk@centre.example", password_hash="x")
    who = next(iter(states(session, scene)))
    with transaction() as open_session:
        day = {"first_day": VISIT_DAY, "last_day": VISIT_DAY, "available": False}
        open_session.add(AvailabilityException(presenter_id=who, **day))
    with pytest.raises(Conflict, match="wrong_state"):
        confirm_crew(scene.coordinator, scene.visit_id, now=MONDAY)
    nightly()
    nightly()

    assert states(session, scene)[who] == [AssignmentState.ACCEPTED]
    assert [mail.address for mail in mails(session, "visit_rechecked")] == ["desk@centre.example"]
    assert mails(session, "school_clock_wrong") == []
    assert visit_of(session, scene).clock_wrong is None

    with pytest.raises(NotAllowed):
        confirm_crew(school_contact(scene.asked.id, scene.host.id), scene.visit_id, now=MONDAY)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        confirm_crew(scene.coordinator, scene.visit_id, now=MONDAY, version=0)
    for _pressed in ("once", "twice"):
        confirm_crew(scene.coordinator, scene.visit_id, now=MONDAY)
    nightly()
    assert findings_of(scene.visit_id) == ()
    assert states(session, scene)[who] == [AssignmentState.ACCEPTED]
    assert audit_of(session, "visit").count("visit crew comes") == 1


def test_who_is_no_longer_cleared_leaves_the_crew_at_night_too(session):
    scene = a_confirmed_scene()
    with transaction() as open_session:
        open_session.execute(sa.text("UPDATE vetting SET valid_until = '2026-10-01'"))
    nightly()
    assert visit_of(session, scene).state is VisitState.PLANNED
    assert [row for rows in states(session, scene).values() for row in rows] == [AssignmentState.WITHDRAWN]


def _a_night() -> tuple[int, tuple[int, int]]:
    with asked_and_written() as made:
        changed = nightly()
    return changed, made.numbers


@pytest.mark.both_databases
def test_ten_visits_ask_as_often_as_two_and_nothing_is_locked_where_nothing_is_new(session):
    two = [a_confirmed_scene() for _ in range(2)]
    for_two = _a_night()
    ten = two + [a_confirmed_scene() for _ in range(8)]

    assert _a_night() == for_two
    changed, (selects, writes) = for_two
    assert (changed, writes) == (0, 0)
    at_most(14, selects)

    for scene in ten[:2]:
        turn_shifts(scene)
    two_changed, (asked_for_two, _) = _a_night()
    for scene in ten[2:7]:
        turn_shifts(scene)
    five_changed, (asked_for_five, _) = _a_night()
    # Who is on duty at the centre, who stands in, who reads at the school, whom it calls, what its mail says
    # and how long it waits.
    letters_of_one = 6
    assert (two_changed, five_changed) == (2, 5)
    at_most(3 * letters_of_one, asked_for_five - asked_for_two, "SELECTs of three more letters")


def test_one_visit_that_cannot_be_checked_keeps_no_other_from_it(session, monkeypatch):
    first, second = a_confirmed_scene(), a_confirmed_scene()
    for scene in (first, second):
        turn_shifts(scene)
    flag = recheck.notify.tell_school

    def refuses_the_first(kind, opened, **more):
        if opened.visit.id == first.visit_id:
            raise Conflict(GroundReason.WRONG_STATE)
        flag(kind, opened, **more)

    monkeypatch.setattr(recheck.notify, "tell_school", refuses_the_first)

    assert nightly() == 1
    assert visit_of(session, first).clock_wrong is None
    assert visit_of(session, second).clock_wrong == "too_early"


# T-7: each school reads once of its checklist, in time, and never of a visit that is not confirmed.

KIND = "checklist_opens"


def at(days_before: int, hour: int = 8) -> dt.datetime:
    return dt.datetime.combine(VISIT_DAY - dt.timedelta(days=days_before), dt.time(hour), tzinfo=dt.UTC)


def a_confirmed_visit() -> Scene:
    scene = Scene()
    scene.confirmed_by(scene.educator())
    return scene


@pytest.mark.both_databases
def test_a_school_is_told_once_two_weeks_before_when_and_where_to_answer(session):
    scene = a_confirmed_visit()

    told = [tell_checklists(now=at(15)), tell_checklists(now=at(14)), tell_checklists(now=at(13))]

    assert told == [0, 1, 0]
    [mail] = mails(session, KIND)
    school = session.get_one(SchoolRequest, scene.asked.id).contact_email
    assert (mail.address, mail.about_id, mail.link_purpose) == (school, scene.visit_id, "status")
    assert "Долазимо код Вас за 14 дана." in mail.text
    assert "6. октобар" in mail.subject


def test_a_visit_that_is_confirmed_late_is_told_of_when_it_is(session):
    scene = Scene()
    scene.accepted_by(scene.educator())
    before = tell_checklists(now=at(5))
    confirm_visit(scene.coordinator, scene.visit_id, now=at(3))
    assert (before, tell_checklists(now=at(3, 9)), tell_checklists(now=at(3, 10))) == (0, 1, 0)


@pytest.mark.parametrize("state", [VisitState.PLANNED, VisitState.OFFERED, VisitState.DISRUPTED])
def test_nobody_is_told_of_a_visit_that_is_not_confirmed(session, state):
    a_confirmed_visit()
    with transaction() as open_session:
        take_defences_away(open_session, "visit")
        open_session.execute(sa.update(Visit).values(state=state))
    assert (tell_checklists(now=at(7)), mails(session, KIND)) == (0, [])


def test_who_has_ticked_and_who_has_cancelled_are_not_told(session):
    scene = a_confirmed_visit()
    school = school_contact(scene.asked.id, scene.host.id)
    tick_checklist(school, scene.visit_id, [ReadyItem.ROOM], now=at(7))
    assert tell_checklists(now=at(6)) == 0

    scene = a_confirmed_visit()
    cancel_visit(scene.coordinator, scene.visit_id, reason="kvar", now=at(9))
    assert tell_checklists(now=at(7)) == 0


def test_what_was_told_stays_unticked_and_can_be_ticked(session):
    scene = a_confirmed_visit()
    tell_checklists(now=at(7))
    school = school_contact(scene.asked.id, scene.host.id)
    told = session.scalars(sa.select(Readiness)).one()
    assert {item: getattr(told, item.value) for item in ReadyItem} == dict.fromkeys(ReadyItem, False)
    assert tick_checklist(school, scene.visit_id, list(ReadyItem), now=at(6)) is True


def test_another_date_is_told_of_anew(session):
    scene = Scene()
    educator = scene.educator()
    scene.confirmed_by(educator)
    tell_checklists(now=at(7))
    later, [sitting] = VISIT_DAY + dt.timedelta(days=14), presentations(session, scene)
    wish = NewTimes(later, {sitting.id: sitting.starts_local}, until=at(0))
    move_visit(scene.coordinator, scene.visit_id, wish, reason="", now=at(4))
    moved = tell_checklists(now=at(-8))  # its crew is asked again
    answer_offer(presenter_actor(educator), scene.visit_id, accepts=True, now=at(4))
    confirm_visit(scene.coordinator, scene.visit_id, now=at(4))

    again = [tell_checklists(now=at(days)) for days in (4, 1, 0, -6)]
    assert (moved, again) == (0, [0, 0, 1, 0])
    assert len(mails(session, KIND)) == 2


def test_a_visit_without_a_request_has_no_school_to_tell(session):
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(school_request_id=None)
    with transaction() as open_session:
        take_defences_away(open_session, "visit")
        open_session.execute(sa.update(Visit).values(state=VisitState.CONFIRMED))
    assert tell_checklists(now=at(7)) == 0


def test_the_day_is_the_hosts_own(session):
    """In Sydney the morning of the day has begun already while it is late at night in Belgrade."""
    a_confirmed_visit()
    with transaction() as open_session:
        open_session.execute(sa.update(Host).values(zone="Australia/Sydney"))
        open_session.execute(sa.update(Visit).values(zone="Australia/Sydney"))
    assert [tell_checklists(now=at(15, hour)) for hour in (15, 21)] == [0, 1]


def test_looking_costs_one_question_however_many_visits_there_are(session):
    with statements() as none:
        tell_checklists(now=at(7))
    a_confirmed_visit()
    tell_checklists(now=at(7))
    with statements() as told:
        tell_checklists(now=at(7))

    assert len(told) == len(none)

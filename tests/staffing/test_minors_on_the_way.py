"""Minors on their way: beside which adult, how far, how often, and who is told with whom they ride."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler.acts import change
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host
from scheduler.policy import SYSTEM, Role
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.service import record_driving_check, withdraw_consent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.driving import drivers_page
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.queries.pick_ups import violations as rides_found
from scheduler.staffing.queries.young_load import violations as too_much_found
from scheduler.staffing.rules.pick_ups import adult_of
from scheduler.staffing.rules.young_load import too_much_for_a_minor
from scheduler.staffing.service.clearance import release_not_cleared
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.staffing.service.pick_ups import arrange_ride
from scheduler.staffing.service.rides import tell_of_rides
from scheduler.staffing.service.substitutes import ask_presenters
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.terms.plans import NewTimes, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import CrewRow
from scheduler.visits.terms.states import LIVING, AssignmentState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.people import an_actor, presenter_actor
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_driving_check
from tests.factories.staffing import a_confirmed_visit, make_busy
from tests.factories.visits import VISIT_DAY
from tests.visits.defences import by_sql, take_defences_away
from tests.visits.scene import UNTIL, Scene, mails, states, visit_of

EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
ACCEPTED, OFFERED, DECLINED = AssignmentState.ACCEPTED, AssignmentState.OFFERED, AssignmentState.DECLINED


def a_member(name: str, kind: PresenterKind = EDUCATOR, state=ACCEPTED, *, where=1, minor=False) -> CrewRow:
    return CrewRow(1, kind, name, "Ilić", minor, None, {where: state}, None, "")


TARA = a_member("Tara", INFLUENCER, minor=True)


@pytest.mark.parametrize(("crew", "adult"), [
    ([], None), ([TARA], None), ([TARA, a_member("Ema")], "Ema"), ([TARA, a_member("Ema", state=OFFERED)], None),
    ([TARA, a_member("Ema", where=2)], None), ([TARA, a_member("Uma", INFLUENCER, minor=True)], None),
    ([TARA, a_member("Ana", INFLUENCER), a_member("Ema")], "Ema"),
    ([TARA, a_member("Ema"), a_member("Dunja")], "Dunja"), ([TARA, a_member("Ana", INFLUENCER)], "Ana"),
])  # fmt: skip
def test_an_educator_who_has_accepted_where_the_minor_goes_comes_first(crew, adult):
    found = adult_of(crew, TARA)
    assert (found.given_name if found else None) == adult


def test_nobody_answers_for_a_minor_who_does_not_go_and_her_talks_at_one_visit_are_one():
    assert adult_of([a_member("Ema")], a_member("Tara", INFLUENCER, DECLINED, minor=True)) is None
    assert on_other_days(4, visit_id=1) == []


@pytest.fixture
def scene(app):
    return Scene()


def lies(scene: Scene, *, at_home_of: Presenter | None = None) -> None:
    """The school lies in the town of a presenter, or in a town where nobody lives."""
    with transaction() as session:
        town_id = at_home_of.home_id if at_home_of else make_municipality().id
        session.get_one(Host, session.get_one(Visit, scene.visit_id).host_id).municipality_id = town_id


def may_travel(minor: Presenter, travels: bool) -> None:
    """What she has agreed to is written once: the database stands aside, as for a guardian who never ticked that."""
    with transaction() as session:
        take_defences_away(session, "guardian_consent")
        session.execute(update(GuardianConsent).where(GuardianConsent.presenter_id == minor.id).values(travels=travels))


def crew_of(scene: Scene) -> set[int]:
    db.session.rollback()
    return {row.presenter_id for row in db.session.query(Assignment) if row.state in LIVING}


def asked(scene: Scene, minor: Presenter) -> str:
    """What her suggestion is answered."""
    try:
        suggest_presenter(scene.coordinator, scene.visit_id, minor.id, now=MONDAY)
    except Conflict as conflict:
        return conflict.reason.value
    return ""


@pytest.mark.both_databases
@pytest.mark.parametrize("travels", [True, False])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_minor_is_suggested_where_she_lives_or_where_she_may_travel(scene, travels, elsewhere):
    suggest_presenter(scene.coordinator, scene.visit_id, scene.educator().id, now=MONDAY)
    minor = scene.minor()
    may_travel(minor, travels)
    lies(scene, at_home_of=None if elsewhere else minor)
    stays = elsewhere and not travels
    [seen] = [one for one in candidates(scene.coordinator, scene.visit_id, now=MONDAY) if one.presenter_id == minor.id]
    assert (Why(WhyNot.NO_TRAVEL) in seen.reasons, seen.barred) == (stays, stays)
    assert asked(scene, minor) == ("no_travel" if stays else "")
    assert (minor.id in crew_of(scene)) is not stays


@pytest.mark.both_databases
def test_an_offer_after_the_guardian_took_back_to_travel_is_refused_and_the_job_frees_her(scene):
    teacher, minor = scene.educator(), scene.minor()
    lies(scene)
    for one in (teacher, minor):
        suggest_presenter(scene.coordinator, scene.visit_id, one.id, now=MONDAY)
    may_travel(minor, False)
    with pytest.raises(Conflict) as refused:
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert refused.value.reason is WhyNot.NO_TRAVEL
    may_travel(minor, True)
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert violations() == []
    may_travel(minor, False)
    assert [text for text in violations() if f"presenter {minor.id} " in text and "no_travel" in text]
    assert (release_not_cleared(now=MONDAY), crew_of(scene), violations()) == (1, {teacher.id}, [])


@pytest.mark.both_databases
def test_a_school_that_moves_to_another_town_loses_her_before_she_says_yes(scene):
    """A register's import, or somebody on the school's page: the job frees her, until then nothing of hers is taken."""
    teacher, minor = scene.educator(), scene.minor()
    may_travel(minor, False)
    lies(scene, at_home_of=minor)
    scene.offer(teacher, minor)
    lies(scene)
    assert [text for text in violations() if f"presenter {minor.id} " in text and "no_travel" in text]
    with pytest.raises(Conflict) as refused:
        answer_offer(presenter_actor(minor), scene.visit_id, accepts=True, now=MONDAY)
    assert refused.value.reason is WhyNot.NO_TRAVEL
    assert (release_not_cleared(now=MONDAY), crew_of(scene), violations()) == (1, {teacher.id}, [])


def test_an_adult_needs_nobodys_leave_to_travel_and_what_is_held_online_is_no_journey(scene):
    lies(scene)
    assert asked(scene, scene.educator()) == ""
    minor = scene.minor()
    may_travel(minor, False)
    with transaction() as session:
        session.get_one(Visit, scene.visit_id).online_link = "https://meet.example/1"
    assert asked(scene, minor) == ""


A_DAY = dt.timedelta(days=1)
LIMITS = YoungLimits(week_visits=3, week_hours=6, month_visits=8, month_hours=16)


def in_a_week(minutes: int) -> list[Why]:
    return too_much_for_a_minor([YoungVisit(1, VISIT_DAY, minutes)], VISIT_DAY, LIMITS)


def on_other_days(visits: int, minutes: int = 45, step: int = 1, visit_id: int | None = None) -> list[Why]:
    """So many visits from 1 October on, every so many days, or presentations of one; that week began in September."""
    days = [dt.date(2026, 10, 1) + step * number * A_DAY for number in range(visits)]
    some = [YoungVisit(visit_id or number, day, minutes) for number, day in enumerate(days)]
    return too_much_for_a_minor(some, days[0], LIMITS)


def in_month(day: int) -> list[Why]:
    """A ninth visit on a day of October, or of November, beside eight; none is in the same week as three others."""
    days = [dt.date(2026, 10, 3 * number) for number in range(1, 9)] + [dt.date(2026, 10, 30) + day * A_DAY]
    return too_much_for_a_minor([YoungVisit(n, one, 45) for n, one in enumerate(days)], days[0], LIMITS)


FULL_WEEK, FULL_MONTH = WhyNot.YOUNG_WEEK_FULL, WhyNot.YOUNG_MONTH_FULL
BOUNDS = (
    ("360 minutes a week", in_a_week, (359, 360, 361), ([], [], [Why(FULL_WEEK, 1, 3)])),
    ("960 minutes a month", lambda n: on_other_days(3, n, step=7), (319, 320, 321), ([], [], [Why(FULL_MONTH, 3, 8)])),
    ("three visits a week", on_other_days, (2, 3, 4), ([], [], [Why(FULL_WEEK, 4, 3)])),
    ("eight visits a month", lambda n: on_other_days(n, step=3), (7, 8, 9), ([], [], [Why(FULL_MONTH, 9, 8)])),
    ("the last day of a month", in_month, (0, 1, 2), ([Why(FULL_MONTH, 9, 8)], [Why(FULL_MONTH, 9, 8)], [])),
)


@at_each_bound(*BOUNDS)
def test_a_week_and_a_month_hold_so_many_visits_and_hours(rule, value, answer):
    assert rule(value) == answer


def test_a_minor_with_a_full_week_is_neither_offered_nor_may_she_accept(session):
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    days = [VISIT_DAY + number * A_DAY for number in (-1, 1)]
    make_busy(minor, *days)
    scene.offer(adult, minor)
    make_busy(minor, VISIT_DAY + 2 * A_DAY)
    answer_offer(presenter_actor(adult), scene.visit_id, accepts=True, now=MONDAY)
    with pytest.raises(Conflict) as refused:
        answer_offer(presenter_actor(minor), scene.visit_id, accepts=True, now=MONDAY)
    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL
    assert [line.split(":")[1].split()[0] for line in too_much_found()] == ["young_week_full"]

    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    scene.suggested_to(adult, minor)
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))
    with pytest.raises(Conflict) as refused:
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL


def test_a_full_week_bars_a_candidate_and_one_with_room_is_asked_again_after_a_move(session):
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))
    scene.suggested_to(adult)
    seen = next(one for one in candidates(scene.coordinator, scene.visit_id, now=MONDAY) if one.minor)
    assert (Why(WhyNot.YOUNG_WEEK_FULL, 4, 3) in seen.reasons, seen.barred) == (True, True)
    with pytest.raises(Conflict) as refused:
        scene.suggest(minor)
    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL
    assert too_much_found() == []

    scene = Scene(influencers=1)
    adult, minor = scene.educator(), scene.minor()
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 2)))
    scene.confirmed_by(adult, minor)
    move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY + A_DAY, {}, UNTIL), now=MONDAY)
    assert states(session, scene) == {who.id: [AssignmentState.OFFERED] for who in (adult, minor)}
    assert too_much_found() == []


def test_a_wave_that_had_chosen_her_before_her_week_was_full_asks_the_others_alone(session):
    scene = Scene(influencers=1)
    scene.accepted_by(scene.educator())
    full, free = scene.minor(), scene.minor()
    make_busy(full, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))
    with change(scene.coordinator, MONDAY) as act:
        asked = ask_presenters(act, open_visit(act, scene.visit_id), [full.id, free.id], until=UNTIL)
    assert asked == [free.id]
    assert full.id not in states(session, scene)
    assert (states(session, scene)[free.id], too_much_found()) == ([AssignmentState.OFFERED], [])


def test_a_move_into_her_full_week_asks_her_not_anew_and_her_place_is_the_coordinators_turn(session):
    scene = Scene(influencers=1)
    adult, minor = scene.educator(), scene.minor()
    scene.confirmed_by(adult, minor)
    there = VISIT_DAY + 7 * A_DAY
    make_busy(minor, *(there + number * A_DAY for number in (-1, 1, 2)))
    asked_before = len(mails(session, "visit_offered"))

    move_visit(scene.coordinator, scene.visit_id, NewTimes(there, {}, UNTIL), reason="Излет.", now=MONDAY)

    assert states(session, scene) == {adult.id: [AssignmentState.OFFERED], minor.id: [AssignmentState.WITHDRAWN]}
    left = session.scalars(select(Assignment.reason).where(Assignment.state == AssignmentState.WITHDRAWN)).all()
    assert left == [WhyNot.YOUNG_WEEK_FULL]
    assert session.get_one(User, minor.user_id).email in {mail.address for mail in mails(session, "visit_released")}
    assert [mail.address for mail in mails(session, "visit_offered")[asked_before:]] == [
        session.get_one(User, adult.user_id).email
    ]
    [row] = desk_of(scene.coordinator, MONDAY).rows
    assert (row.matter, row.number) == (Matter.PLACE_OPEN, visit_of(session, scene).number)
    assert too_much_found() == []


DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
KINDS = ("ride_told", "ride_driven", "ride_ended", "ride_driven_ended")


class Arranged:
    """A confirmed visit to which Tara rides with Ana; Boris goes there, too."""

    def __init__(self) -> None:
        programme = make_programme(educators=2, influencers=1)
        self.centre = programme.centre_id
        self.ana = a_cleared_educator(centre_id=self.centre, given_name="Ana", family_name="Marić")
        boris = a_cleared_educator(centre_id=self.centre, given_name="Boris", family_name="Petrić")
        self.tara = a_cleared_minor(centre_id=self.centre, given_name="Tara", family_name="Jović")
        make_driving_check(self.ana.id)
        self.consent_id = make_consent(self.tara.id, rides=True).id
        self.visit = a_confirmed_visit(self.ana, boris, self.tara, programme=programme)
        with change(SYSTEM, MONDAY) as act:
            arrange_ride(act, self.visit.id, self.tara.id, self.ana.id, VISIT_DAY)
        db.session.rollback()


@pytest.fixture
def arranged(app) -> Arranged:
    return Arranged()


def told() -> list[OutboxMessage]:
    db.session.rollback()
    of_rides = select(OutboxMessage).where(OutboxMessage.kind.in_(KINDS))
    return list(db.session.scalars(of_rides.order_by(OutboxMessage.id)))


def kinds() -> list[str]:
    return [one.kind for one in told()]


def answers(state: AssignmentState, who: int) -> None:
    with transaction() as session:
        session.execute(update(Assignment).where(Assignment.presenter_id == who).values(state=state))


@pytest.mark.both_databases
def test_both_are_told_once_each_what_she_may_know(arranged):
    assert [tell_of_rides(now=MONDAY + turn * MINUTE) for turn in range(3)] == [1, 0, 0]
    guardian, driver = told()
    assert [(one.kind, one.link_path) for one in (guardian, driver)] == [
        ("ride_told", "/consent/{token}"),
        ("ride_driven", f"/visits/{arranged.visit.number}"),
    ]
    assert [(one.about, one.about_id) for one in (guardian, driver)] == [("visit", arranged.visit.id)] * 2
    assert "Ana Mari" in guardian.text
    assert "Tara" in guardian.text
    assert "Jovi" not in guardian.text + driver.text
    assert "Tara" in driver.text
    assert "Boris" not in guardian.text + driver.text
    actions = [one.action for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions.count("ride told") == 1


def refuse_the_driver(scene: Arranged) -> None:
    day = MONDAY.date()
    officer = an_actor(Role.SAFEGUARDING, centre_id=scene.centre)
    record_driving_check(officer, scene.ana.id, VettingDraft(VettingResult.REFUSED, day, day), now=MONDAY)


def take_the_consent_back(scene: Arranged) -> None:
    withdraw_consent(an_actor(Role.SAFEGUARDING, centre_id=scene.centre), scene.consent_id, now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.parametrize("ends", [refuse_the_driver, take_the_consent_back])
def test_what_ends_is_told_once_and_the_driver_reads_no_name(arranged, ends):
    tell_of_rides(now=MONDAY)
    ends(arranged)
    assert ([tell_of_rides(now=MONDAY + turn * MINUTE) for turn in range(2)], kinds()) == ([1, 0], list(KINDS))
    assert "Tara" not in told()[-1].text + told()[-1].subject


@pytest.mark.both_databases
def test_a_ride_that_was_never_told_ends_without_a_word(arranged):
    refuse_the_driver(arranged)
    assert tell_of_rides(now=MONDAY) == 0


@pytest.mark.both_databases
def test_nobody_is_told_before_both_have_accepted(arranged):
    answers(AssignmentState.OFFERED, arranged.tara.id)
    assert tell_of_rides(now=MONDAY) == 0
    answers(AssignmentState.ACCEPTED, arranged.tara.id)
    assert tell_of_rides(now=MONDAY) == 1


@pytest.mark.both_databases
def test_after_the_visit_has_begun_nobody_is_told_anything(arranged):
    tell_of_rides(now=MONDAY)
    refuse_the_driver(arranged)
    assert tell_of_rides(now=dt.datetime.combine(VISIT_DAY, dt.time(22), dt.UTC)) == 0
    assert kinds() == ["ride_told", "ride_driven"]


@pytest.mark.both_databases
def test_staff_read_whose_check_as_a_driver_ends_first_and_nobody_who_was_refused(arranged):
    later, over = (a_cleared_educator(centre_id=arranged.centre, given_name=name) for name in ("Vera", "Zora"))
    today = MONDAY.date()
    make_driving_check(later.id, valid_until=today + 20 * DAY)
    make_driving_check(over.id, valid_until=today - DAY)
    page = drivers_page(arranged.centre, today, 1)
    assert [one.presenter_id for one in page.rows] == [later.id, arranged.ana.id, over.id]
    assert [one.standing.standing.value for one in page.rows] == ["ends_soon", "valid", "ended"]
    refuse_the_driver(arranged)
    assert [one.presenter_id for one in drivers_page(arranged.centre, today, 1).rows] == [later.id, over.id]


@pytest.mark.postgres_decides
@pytest.mark.parametrize("statement", [
    "DELETE FROM driving_check",
    "UPDATE driving_check SET valid_until = checked_on",
    "UPDATE guardian_consent SET withdrawn_at = '2026-10-05 08:00:00.000000' WHERE rides",
])  # fmt: skip
def test_a_ride_that_stays_after_its_check_or_consent_went_is_named_until_both_are_told(arranged, statement):
    tell_of_rides(now=MONDAY)
    assert rides_found() == []
    by_sql(statement)
    assert [one.partition(" no longer")[0] for one in rides_found()] == ["ride 1"]
    tell_of_rides(now=MONDAY)
    assert rides_found() == []

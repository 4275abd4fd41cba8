"""Concerns about a presenter (TRUST S53), and hand-offs of what a child told (TRUST S52)."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.concerns.models import Concern, ConcernAbout, HandOff
from scheduler.concerns.queries.hand_offs import hand_offs_of, months_of_concerns
from scheduler.concerns.queries.reported import concern_for, concerns_for
from scheduler.concerns.rules import LONGEST_AGO, NOTED_WITHIN, problem_with_hand_off, problems_with_concern
from scheduler.concerns.service.hand_offs import note_hand_off, take_back_hand_off
from scheduler.concerns.service.speaking_up import (
    speak_up_about,
    speak_up_about_crew,
    speak_up_for_school,
    speak_up_openly,
)
from scheduler.concerns.service.stops import end_concern, lift_stop, stop_all
from scheduler.concerns.terms import HandedTo, HandOffDraft, MonthOfConcerns, OpenConcern, SpokenUpBy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound, OutOfReach, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User, UserRole
from scheduler.policy import ANONYMOUS, Role
from scheduler.privacy.queries.subjects import subject_of
from scheduler.privacy.queries.tables import exported_tables
from scheduler.privacy.service.subject_export import everything_about
from scheduler.safeguarding.models import AssignmentStop
from scheduler.safeguarding.terms import LiftedBecause
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.plans import NewTimes
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.concerns import LATER, a_held_scene
from tests.factories.people import an_actor, make_user, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import THE_DAY, a_planned_visit, an_accepted_visit, an_offered_visit
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict, rejection

SOON = VISIT_DAY + dt.timedelta(days=7)


@pytest.fixture
def scene(session):
    return a_held_scene()


def stops() -> list[tuple[int, bool]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(AssignmentStop).order_by(AssignmentStop.presenter_id))
    return [(one.presenter_id, one.lifted_at is None) for one in rows]


def mails() -> list[tuple[str, str]]:
    wanted = sa.select(OutboxMessage.kind, OutboxMessage.address).where(OutboxMessage.kind.like("concern%"))
    return [tuple(row) for row in db.session.execute(wanted.order_by(OutboxMessage.id))]


def openly(scene, day=VISIT_DAY, **given) -> None:
    speak_up_openly(ANONYMOUS, OpenConcern(scene.visit.host_id, day, **given), now=THE_DAY)


def test_trust_s53_a_school_behind_its_link_stops_new_visits_of_who_came_and_an_officer_is_told(scene):
    speak_up_for_school(scene.school, now=THE_DAY)
    assert stops() == [(scene.ana.id, True), (scene.boris.id, True)]
    assert mails() == [("concern_reported", "officer@centre.example")]
    (row,) = concerns_for(scene.officer, THE_DAY)
    assert (row.by, row.number, row.unstopped) == (SpokenUpBy.SCHOOL, scene.visit.number, False)


def test_trust_s53_who_speaks_up_about_colleagues_is_not_stopped_and_reads_nothing_of_it(scene):
    speak_up_about_crew(scene.as_ana, scene.visit.number, now=THE_DAY)
    assert stops() == [(scene.boris.id, True)]
    for actor in (scene.as_ana, scene.as_boris, an_actor(Role.COORDINATOR, centre_id=scene.ana.centre_id)):
        with pytest.raises(NotAllowed):
            concerns_for(actor, THE_DAY)


def test_said_twice_it_is_one_concern_and_one_mail_and_nobody_but_an_officer_lifts_the_stop(scene):
    first = speak_up_for_school(scene.school, now=THE_DAY)
    assert speak_up_for_school(scene.school, now=THE_DAY) == first
    assert len(mails()) == 1
    assert speak_up_about(scene.officer, scene.ana.id, now=THE_DAY) != first
    assert len(stops()) == 2  # she was stopped already
    speak_up_for_school(scene.school, now=THE_DAY)
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            lift_stop(an_actor(role, centre_id=scene.ana.centre_id), scene.ana.id, LiftedBecause.SETTLED, now=THE_DAY)


def test_trust_s53_without_a_proof_nobody_is_stopped_until_an_officer_presses_once(scene):
    openly(scene, phone="064 123 456")
    (row,) = concerns_for(scene.officer, THE_DAY)
    assert (row.by, row.unstopped, row.phone) == (SpokenUpBy.ANYBODY, True, "+38164123456")
    assert (stops(), mails()) == ([], [("concern_reported", "officer@centre.example")])
    stop_all(scene.officer, row.id, now=THE_DAY)
    assert stops() == [(scene.ana.id, True), (scene.boris.id, True)]


def test_where_no_visit_is_known_every_centre_hears_of_it_and_nobody_learns_that_there_was_none(scene):
    openly(scene, day=VISIT_DAY - dt.timedelta(days=1))
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Concern.id))) > 0
    assert db.session.scalar(sa.select(sa.func.count(ConcernAbout.id))) == 0


@pytest.mark.parametrize(("days", "phone", "field"), [(1, "", "on_day"), (0, "abc", "phone")])
def test_what_cannot_be_so_is_refused(scene, days, phone, field):
    with pytest.raises(Rejected) as refusal:
        openly(scene, VISIT_DAY + dt.timedelta(days=days), phone=phone)
    assert list(refusal.value.problems) == [field]


def test_somebody_signed_in_at_the_centre_is_proof_enough(scene):
    desk = an_actor(Role.COORDINATOR, centre_id=scene.ana.centre_id)
    speak_up_openly(desk, OpenConcern(scene.visit.host_id, VISIT_DAY), now=THE_DAY)
    assert stops() == [(scene.ana.id, True), (scene.boris.id, True)]


def test_trust_s53_an_officer_who_presents_reads_no_concern_about_herself_and_lifts_no_stop_of_hers(scene):
    with transaction() as session:
        session.add(UserRole(user_id=scene.ana.user_id, role=Role.SAFEGUARDING))
        session.get_one(User, scene.ana.user_id).password_hash = "typed"
    her = db.session.get_one(User, scene.ana.user_id).actor()
    concern_id = speak_up_for_school(scene.school, now=THE_DAY)

    assert concerns_for(her, THE_DAY) == []
    for act in (
        lambda: concern_for(her, concern_id, THE_DAY),
        lambda: stop_all(her, concern_id, now=THE_DAY),
        lambda: end_concern(her, concern_id, now=THE_DAY),
        lambda: lift_stop(her, scene.ana.id, LiftedBecause.SETTLED, now=THE_DAY),
    ):
        with pytest.raises(NotFound):
            act()
    assert [address for _kind, address in mails()] == ["officer@centre.example"]


def test_where_the_only_officer_is_concerned_administrators_are_asked_to_name_another(scene):
    with transaction() as session:
        session.execute(sa.delete(UserRole).where(UserRole.role == Role.SAFEGUARDING))
    make_user(Role.ADMINISTRATOR, centre_id=scene.ana.centre_id, email="head@centre.example", password_hash="typed")
    speak_up_for_school(scene.school, now=THE_DAY)
    assert mails() == [("concern_without_officer", "head@centre.example")]


def test_who_is_stopped_is_no_candidate_and_cannot_be_suggested(scene):
    programme = make_programme(centre_id=scene.ana.centre_id)
    visit = a_planned_visit(programme=programme, on_day=SOON)
    desk = an_actor(Role.COORDINATOR, centre_id=scene.ana.centre_id)
    speak_up_about(desk, scene.ana.id, now=THE_DAY)
    against = {one.presenter_id: [why.code for why in one.reasons] for one in candidates(desk, visit.id, now=THE_DAY)}
    assert "takes_nothing_new" in against[scene.ana.id]
    assert "takes_nothing_new" not in against[scene.boris.id]
    with conflict("presenter_is_not_stopped"):
        suggest_presenter(desk, visit.id, scene.ana.id, now=THE_DAY)


def test_what_she_is_asked_for_is_taken_back_and_what_she_promised_stays_until_it_moves(scene):
    centre_id = scene.ana.centre_id
    desk = an_actor(Role.COORDINATOR, centre_id=centre_id)
    asked = an_offered_visit(scene.ana, programme=make_programme(centre_id=centre_id), on_day=SOON)
    later = SOON + dt.timedelta(days=1)
    promised = an_accepted_visit(scene.ana, programme=make_programme(centre_id=centre_id), on_day=later)
    speak_up_about(desk, scene.ana.id, now=THE_DAY)
    assert [state_in(asked.id), state_in(promised.id)] == ["withdrawn", "accepted"]
    wish = NewTimes(later + dt.timedelta(days=1), {}, THE_DAY + dt.timedelta(days=2))
    move_visit(desk, promised.id, wish, now=THE_DAY)
    assert state_in(promised.id) == "withdrawn"


def state_in(visit_id: int) -> str:
    db.session.rollback()
    wanted = sa.select(Assignment.state).join(Presentation).where(Presentation.visit_id == visit_id)
    return str(db.session.scalars(wanted.order_by(Assignment.id.desc())).first())


def test_an_officer_lifts_the_stop_with_a_reason_then_ends_the_concern_and_the_number_is_gone(scene):
    openly(scene, phone="064 123 456")
    (row,) = concerns_for(scene.officer, THE_DAY)
    stop_all(scene.officer, row.id, now=THE_DAY)
    with conflict("stop_stands"):
        end_concern(scene.officer, row.id, now=THE_DAY)

    for person in (scene.ana, scene.boris):
        lift_stop(scene.officer, person.id, LiftedBecause.NOTHING_FOUND, now=THE_DAY)
    end_concern(scene.officer, row.id, now=THE_DAY)

    assert stops() == [(scene.ana.id, False), (scene.boris.id, False)]
    ended = concern_for(scene.officer, row.id, THE_DAY)
    assert (ended.ended_at, ended.phone) == (THE_DAY, "")
    told = sa.select(AuditEntry.details).where(AuditEntry.action == "stop lifted")
    assert set(db.session.scalars(told)) == {'{"because": "nothing_found"}'}
    with pytest.raises(NotFound):
        lift_stop(scene.officer, scene.ana.id, LiftedBecause.SETTLED, now=THE_DAY)


def test_trust_s53_whoever_is_concerned_and_whoever_exports_a_centre_is_given_nothing_of_it(scene):
    speak_up_for_school(scene.school, now=THE_DAY)
    hers = everything_about(subject_of(db.session.get_one(User, scene.ana.user_id).email, scene.ana.centre_id))
    assert not {"assignment_stop", "concern_about", "concern"} & hers.keys()
    assert not {"assignment_stop", "concern_about", "concern"} & {one.table.name for one in exported_tables(None)}


TODAY = MONDAY.date()
# --- bounds of days on which a hand-off is noted and a concern is of ---

A_DAY, A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
FUTURE, OTHER_DAY = "in_the_future", "not_on_its_day"


def noted(days: int) -> str | None:
    """A hand-off noted so many days after the visit."""
    return problem_with_hand_off(MONDAY, TODAY - days * A_DAY, TODAY, MONDAY)


BOUNDS = (
    ("the visit's day", noted, AROUND, (OTHER_DAY, None, None)),
    ("seven days after it", lambda n: noted(NOTED_WITHIN.days + n), AROUND, (None, None, OTHER_DAY)),
    ("this moment", lambda n: problem_with_hand_off(MONDAY + n * A_SECOND, TODAY, TODAY, MONDAY), AROUND,
     (None, None, FUTURE)),
    ("a concern of today", lambda n: problems_with_concern(OpenConcern(1, TODAY + n * A_DAY), TODAY), AROUND,
     ({}, {}, {"on_day": FUTURE})),
    ("a concern of three years ago", lambda n: problems_with_concern(OpenConcern(1, TODAY - LONGEST_AGO - n * A_DAY),
     TODAY), AROUND, ({}, {}, {"on_day": "too_long"})),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


AT = dt.time(11, 40)
SCHOOL = HandOffDraft(HandedTo.SCHOOL, AT)


def rows() -> list[HandOff]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(HandOff).order_by(HandOff.id)))


def test_trust_s52_a_hand_off_holds_who_was_told_and_when_and_no_text_at_all(scene):
    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    (kept,) = rows()
    assert (kept.told, kept.told_at) == (HandedTo.SCHOOL, dt.datetime(2026, 10, 6, 9, 40, tzinfo=dt.UTC))
    texts = [one.name for one in HandOff.__table__.columns if isinstance(one.type, sa.String)]
    assert texts == ["told"]  # one of two words
    line = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.thing == "hand_off")).one()
    assert (line.action, line.details) == ("hand-off noted", "{}")


def test_pressed_twice_it_is_one_and_the_other_one_is_another(scene):
    first = note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    assert note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY) == first
    assert note_hand_off(scene.as_ana, scene.visit.number, HandOffDraft(HandedTo.HELPLINE, AT), now=THE_DAY) != first
    assert len(rows()) == 2


def test_hand_offs_are_counted_by_month_for_the_officer_of_the_centre_alone(scene):
    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    note_hand_off(scene.as_boris, scene.visit.number, HandOffDraft(HandedTo.HELPLINE, AT), now=THE_DAY)
    first = VISIT_DAY.replace(month=1, day=1)
    assert months_of_concerns(scene.officer, first) == [MonthOfConcerns(VISIT_DAY.replace(day=1), 1, 1, 0)]
    assert months_of_concerns(an_actor(Role.SAFEGUARDING), first) == []


def test_it_is_taken_back_within_the_hour_by_who_noted_it(scene):
    noted = note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    with pytest.raises(NotFound):
        take_back_hand_off(scene.as_boris, noted, now=THE_DAY)
    with conflict("hand_off_stays"):
        take_back_hand_off(scene.as_ana, noted, now=THE_DAY + LATER)
    assert take_back_hand_off(scene.as_ana, noted, now=THE_DAY) == scene.visit.number
    assert rows() == []


def test_who_was_there_notes_it_within_its_day_and_a_colleague_reads_none_of_hers(scene):
    ahead = HandOffDraft(HandedTo.SCHOOL, dt.time(14, 1))  # it is 14:00 there
    with rejection(at="in_the_future"):
        note_hand_off(scene.as_ana, scene.visit.number, ahead, now=THE_DAY)
    with rejection(at="not_on_its_day"):
        note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY - dt.timedelta(days=1))

    stranger = presenter_actor(a_cleared_educator(centre_id=scene.ana.centre_id))
    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    with pytest.raises(OutOfReach):
        note_hand_off(stranger, scene.visit.number, SCHOOL, now=THE_DAY)
    assert hand_offs_of(scene.as_boris, scene.visit.id, THE_DAY) == []
    assert [one.own for one in hand_offs_of(scene.officer, scene.visit.id, THE_DAY)] == [False]

"""T-7: each school reads once of its checklist, in time, and never of a visit that is not confirmed."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.places.models import Host
from scheduler.policy import school_contact
from scheduler.readiness.service.checklist import tell_checklists
from scheduler.readiness.service.wishes import tick_checklist
from scheduler.readiness.terms import ReadyItem
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.visits import Readiness, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import VisitState
from tests.counting import statements
from tests.factories.people import presenter_actor
from tests.factories.visits import VISIT_DAY
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, mails, presentations

KIND = "checklist_opens"


def at(days_before: int, hour: int = 8) -> dt.datetime:
    return dt.datetime.combine(VISIT_DAY - dt.timedelta(days=days_before), dt.time(hour), tzinfo=dt.UTC)


def a_confirmed_scene() -> Scene:
    scene = Scene()
    scene.confirmed_by(scene.educator())
    return scene


@pytest.mark.both_databases
def test_a_school_is_told_once_seven_days_before(session):
    scene = a_confirmed_scene()

    told = [tell_checklists(now=at(8)), tell_checklists(now=at(7)), tell_checklists(now=at(6))]

    assert told == [0, 1, 0]
    [mail] = mails(session, KIND)
    assert (mail.address, mail.about_id) == (
        session.get_one(SchoolRequest, scene.asked.id).contact_email,
        scene.visit_id,
    )


def test_the_mail_says_when_and_who_and_leads_to_the_schools_page(session):
    a_confirmed_scene()
    tell_checklists(now=at(7))

    [mail] = mails(session, KIND)
    assert "Долазимо код Вас за 7 дана." in mail.text
    assert "6. октобар" in mail.subject
    assert mail.link_purpose == "status"


def test_a_visit_that_is_confirmed_late_is_told_of_when_it_is(session):
    scene = Scene()
    scene.accepted_by(scene.educator())
    before = tell_checklists(now=at(5))
    confirm_visit(scene.coordinator, scene.visit_id, now=at(3))

    assert (before, tell_checklists(now=at(3, 9)), tell_checklists(now=at(3, 10))) == (0, 1, 0)


@pytest.mark.parametrize("state", [VisitState.PLANNED, VisitState.OFFERED, VisitState.DISRUPTED])
def test_nobody_is_told_of_a_visit_that_is_not_confirmed(session, state):
    a_confirmed_scene()
    with transaction() as open_session:
        take_defences_away(open_session, "visit")
        open_session.execute(sa.update(Visit).values(state=state))

    assert tell_checklists(now=at(7)) == 0
    assert mails(session, KIND) == []


def test_a_cancelled_visit_is_not_told_of(session):
    scene = a_confirmed_scene()
    cancel_visit(scene.coordinator, scene.visit_id, reason="kvar", now=at(9))

    assert tell_checklists(now=at(7)) == 0


def test_who_has_ticked_already_is_not_reminded(session):
    scene = a_confirmed_scene()
    school = school_contact(scene.asked.id, scene.host.id)
    tick_checklist(school, scene.visit_id, [ReadyItem.ROOM], now=at(7))

    assert tell_checklists(now=at(6)) == 0


def test_what_was_told_stays_unticked_and_can_be_ticked(session):
    scene = a_confirmed_scene()
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

    again = [tell_checklists(now=at(days)) for days in (4, -6, -7, -8)]
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
    """In Sydney it is the day before already while Belgrade is a week and a day ahead."""
    a_confirmed_scene()
    with transaction() as open_session:
        open_session.execute(sa.update(Host).values(zone="Australia/Sydney"))
        open_session.execute(sa.update(Visit).values(zone="Australia/Sydney"))

    assert tell_checklists(now=at(8, 15)) == 1


def test_looking_costs_one_question_however_many_visits_there_are(session):
    with statements() as none:
        tell_checklists(now=at(7))
    a_confirmed_scene()
    tell_checklists(now=at(7))
    with statements() as told:
        tell_checklists(now=at(7))

    assert len(told) == len(none)

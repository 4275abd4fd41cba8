"""What coordinators read in the morning, and when an offer is gone."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.core.db import db, transaction
from scheduler.messages.queries import outbox_of
from scheduler.people.models import User, UserDistrict
from scheduler.places.models import Host, Municipality
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.staffing.service.offers import answer_offer, lapse_offers
from scheduler.turns.queries.desk import crew_stands, desk_of, sittings_not_counted, turns_about
from scheduler.turns.rules import COUNTS
from scheduler.turns.service import tell_what_is_due
from scheduler.turns.terms import Matter
from scheduler.visits.models.finding import Finding
from scheduler.visits.queries.lists import one_visit
from scheduler.visits.queries.search import mails_in_reach
from scheduler.visits.terms.states import AssignmentState, ClockWrong, FindingKind, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_begun_visit
from tests.factories.people import make_user, presenter_actor
from tests.factories.places import make_host
from tests.factories.staffing import UNTIL
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.visits.scene import Scene, mails

DAY = dt.timedelta(days=1)


@pytest.fixture
def scene(session) -> Scene:
    scene = Scene()
    make_user(centre_id=scene.centre_id, email="desk@ncc.example", language="en", password_hash="set")
    return scene


def matters(scene: Scene, now: dt.datetime = MONDAY) -> list[Matter]:
    return [row.matter for row in desk_of(scene.coordinator, now).rows]


def test_a_visit_whose_day_went_by_is_told_each_morning_once_with_its_reason(session, scene):
    programme = scene.programme
    passed = make_visit(VisitState.PLANNED, programme=programme, on_day=MONDAY.date() - DAY)
    make_presentation(passed)

    tell_what_is_due(now=MONDAY)
    tell_what_is_due(now=MONDAY + dt.timedelta(hours=1))
    tell_what_is_due(now=MONDAY + DAY)

    first, second = mails(session, "turns_due")
    assert (first.address, first.subject) == ("desk@ncc.example", "1 thing is due today")
    assert "Its day went by, and it was never confirmed" in first.text
    assert second.created_at == MONDAY + DAY


def limited(scene: Scene, host_id: int, address: str) -> None:
    """A coordinator who has the district of this host, and no other."""
    town = sa.select(Municipality.district_id).join(Host, Host.municipality_id == Municipality.id)
    district_id = db.session.scalars(town.where(Host.id == host_id)).one()
    with transaction():
        her = make_user(centre_id=scene.centre_id, email=address, language="en", password_hash="set")
        db.session.add(UserDistrict(user_id=her.id, district_id=district_id))


def test_who_is_limited_to_districts_reads_in_the_morning_what_lies_there_and_nothing_else(session, scene):
    near, far, nowhere = (make_host(name) for name in ("Ближа школа", "Даља школа", "Празна школа"))
    for host in (near, far):
        visit = make_visit(programme=scene.programme, host_id=host.id, on_day=MONDAY.date() - DAY)
        make_presentation(visit)
    limited(scene, near.id, "near@ncc.example")
    limited(scene, nowhere.id, "nowhere@ncc.example")

    tell_what_is_due(now=MONDAY)

    told = {mail.address: mail for mail in mails(session, "turns_due")}
    assert sorted(told) == ["desk@ncc.example", "near@ncc.example"]
    assert told["near@ncc.example"].subject == "1 thing is due today"
    assert "Bliža škola" in told["near@ncc.example"].text
    assert "Dalja škola" not in told["near@ncc.example"].text
    assert told["desk@ncc.example"].subject == "2 things are due today"
    reader = db.session.scalars(sa.select(User).where(User.email == "near@ncc.example")).one()
    assert outbox_of(scene.centre_id, 1, within=mails_in_reach(reader.actor())).rows == []  # a colleague's names both


def test_the_list_of_numbers_holds_what_the_rule_says_is_not_counted(session):
    begun = a_begun_visit(talks=2)
    both = [(begun.visit.id, one.id) for one in begun.presentations]
    never_confirmed = make_visit(VisitState.PLANNED, centre_id=begun.visit.centre_id, on_day=begun.visit.on_day)
    make_presentation(never_confirmed)

    def listed(day: int, actor=begun.coordinator):
        return sittings_not_counted(actor, LEAVING + day * DAY).rows

    assert listed(0) == []  # until the next day it is the presenter's turn
    assert listed(1) == both
    assert listed(1, make_user().actor()) == []
    assert [row.matter for row in desk_of(begun.coordinator, LEAVING + DAY).rows] == [
        Matter.PASSED,
        Matter.NOT_COUNTED,
    ]


FOUND = {  # what the nightly check stores for each kind, and what the rule makes of it
    FindingKind.CLOCK: (
        {"ordinal": 1, "class_name": "5-1", "why": ClockWrong.TOO_EARLY},
        ClockWrong.TOO_EARLY,
        Matter.CLOCK_WRONG,
    ),
    FindingKind.CLOSED: ({"why": ClockWrong.CLOSED}, ClockWrong.CLOSED, Matter.CLOCK_WRONG),
    FindingKind.AWAY: ({}, None, Matter.CREW_AWAY),
}


@pytest.mark.parametrize("kind", FindingKind)
def test_whatever_the_nightly_check_tells_coordinators_is_their_turn(session, scene, kind):
    facts, flag, matter = FOUND[kind]
    visit = make_visit(VisitState.CONFIRMED, programme=scene.programme, confirmed_at=MONDAY, clock_wrong=flag)
    sitting = make_presentation(visit, state=PresentationState.CONFIRMED)
    people = [scene.educator(), scene.minor()]
    for person in people:
        make_assignment(sitting, person.id)
    if kind is FindingKind.AWAY:
        facts = {"presenter_id": people[0].id}
    assert not turns_about(visit.id, MONDAY)[0].ours or flag

    session.add(Finding(visit_id=visit.id, kind=kind, found_at=MONDAY, **facts))
    session.commit()

    assert turns_about(visit.id, MONDAY)[0].matter is matter


def test_what_waits_for_a_lock_is_what_the_rule_calls_a_coordinators_turn():
    assert {state for state, turn in COUNTS.items() if turn.ours} == set(TO_BE_LOCKED)


def test_nothing_due_is_no_mail(session, scene):
    assert matters(scene) == [Matter.NO_CREW]  # its day is far
    assert tell_what_is_due(now=MONDAY) == 0
    assert mails(session, "turns_due") == []


def test_an_offer_that_is_declined_before_the_visit_was_confirmed_is_told_and_stands_on_the_desk(session, scene):
    ana = scene.educator()
    scene.offered_to(ana)
    assert matters(scene) == []

    answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="На путу сам.", now=MONDAY)

    assert [mail.address for mail in mails(session, "offer_gone")] == ["desk@ncc.example"]
    assert matters(scene) == [Matter.OFFER_GONE]


def test_an_offer_that_lapses_is_told_too_but_not_while_somebody_else_is_asked(session, scene):
    ana, boris = scene.educator(), scene.educator()
    scene.offered_to(ana)
    scene.offered_to(boris, until=UNTIL + DAY)

    lapse_offers(now=UNTIL)
    assert mails(session, "offer_gone") == []
    lapse_offers(now=UNTIL + DAY)

    assert len(mails(session, "offer_gone")) == 1
    assert matters(scene, UNTIL + DAY) == [Matter.OFFER_GONE]


@pytest.mark.both_databases
@pytest.mark.parametrize("state", AssignmentState)
def test_where_a_page_sees_that_the_crew_stands_the_rule_has_nothing_to_tell_the_school(session, state):
    scene = Scene(educators=1, planned=False)
    visit = make_visit(VisitState.CONFIRMED, programme=scene.programme, confirmed_at=MONDAY - DAY)
    sitting = make_presentation(visit, state=PresentationState.CONFIRMED)
    make_assignment(sitting, scene.educator().id)
    make_assignment(sitting, scene.educator().id, state)

    stands = crew_stands(one_visit(visit.number).row)
    untold = {Matter.CREW_LOST, Matter.SCHOOL_TO_TELL} & {one.matter for one in turns_about(visit.id, MONDAY)}

    assert stands == (not untold)


def test_a_school_that_expects_somebody_who_left_is_told_by_word_and_that_ends_it(session):
    scene = Scene(educators=1, planned=False)
    visit = make_visit(VisitState.CONFIRMED, programme=scene.programme, confirmed_at=MONDAY - DAY)
    sitting = make_presentation(visit, state=PresentationState.CONFIRMED)
    make_assignment(sitting, scene.educator().id)
    make_assignment(sitting, scene.educator().id, AssignmentState.WITHDRAWN)

    assert Matter.SCHOOL_TO_TELL in matters(scene)
    assert turns_about(visit.id, MONDAY)[0].matter is Matter.SCHOOL_TO_TELL
    session.add(ToldNote(visit_id=visit.id, what=ToldWhat.CONFIRMATION, how=ToldHow.PHONE, told_at=MONDAY + DAY))
    session.commit()
    assert Matter.SCHOOL_TO_TELL not in matters(scene, MONDAY + DAY)

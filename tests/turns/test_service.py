"""What coordinators read in the morning, and when an offer is gone.

A mail that failed leaves once more only where what it says is so still; its page says what became of it.
"""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.messages.queries import outbox_of
from scheduler.messages.terms import MessageState
from scheduler.people.models import User, UserDistrict
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, lapse_offers
from scheduler.turns.queries.desk import crew_stands, desk_of, sittings_not_counted, turns_about
from scheduler.turns.queries.search import mails_in_reach
from scheduler.turns.rules import COUNTS, why_stale
from scheduler.turns.service import send_again, tell_what_is_due
from scheduler.turns.terms import MailSince, Matter, RequestSince, StaleReason
from scheduler.visits.models.finding import Finding
from scheduler.visits.queries.lists import one_visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, ClockWrong, FindingKind, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_begun_visit
from tests.factories.people import make_user, presenter_actor
from tests.factories.places import make_host
from tests.factories.staffing import UNTIL
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.scene import Scene, mails
from tests.web.browser import browser_of

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
    assert "The day went by unconfirmed" in first.text
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
    page, _counts = outbox_of(scene.centre_id, 1, within=mails_in_reach(reader.actor()))
    assert page.rows == []  # a colleague's names both


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
    assert [row.matter for row in desk_of(begun.coordinator, LEAVING + DAY).rows] == [Matter.PASSED, Matter.NOT_COUNTED]


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


def test_an_offer_that_is_declined_before_the_visit_was_confirmed_is_told_and_stands_on_the_desk(session, scene):
    assert matters(scene) == [Matter.NO_CREW]  # its day is far
    assert tell_what_is_due(now=MONDAY) == 0
    assert mails(session, "turns_due") == []

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


HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATER = MONDAY + HOUR


def failed(session, kind: str, address: str = "") -> int:
    """The newest mail of that kind, given up."""
    session.rollback()
    wanted = select(OutboxMessage.id).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id.desc())
    found = session.scalar(wanted.where(OutboxMessage.address == address) if address else wanted)
    with transaction() as changed:
        changed.get_one(OutboxMessage, found).state = MessageState.FAILED
    return found


def refusal(scene: Scene, mail: int) -> StaleReason | None:
    try:
        assert send_again(scene.coordinator, mail, now=LATER + HOUR)
    except Conflict as conflict:
        return StaleReason(conflict.reason)
    return None


def test_what_is_so_still_leaves_once_more(session):
    scene = Scene()
    scene.confirm(scene.educator())
    mail = failed(session, "visit_confirmed")
    assert refusal(scene, mail) is None
    session.rollback()
    assert session.get_one(OutboxMessage, mail).state is MessageState.WAITING


def test_an_offer_of_a_day_that_was_moved_or_called_off_or_answered_does_not(session):
    scene = Scene()
    ana, eva = scene.educator(), scene.educator()
    scene.offer(ana, eva)
    address = session.get_one(User, ana.user_id).email
    mail = failed(session, "visit_offered", address)
    answer_offer(presenter_actor(eva), scene.visit_id, accepts=True, now=LATER)
    assert refusal(scene, mail) is None
    mail = failed(session, "visit_offered", address)

    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=LATER)
    assert refusal(scene, mail) is StaleReason.NOT_ASKED_ANY_MORE
    withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Болест.", now=LATER)
    move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY + DAY, {}, UNTIL), now=LATER)
    assert refusal(scene, mail) is StaleReason.VISIT_MOVED


def test_who_comes_is_not_said_again_after_somebody_left_nor_of_a_visit_that_was_called_off(session):
    scene = Scene()
    ana, eva = scene.educator(), scene.educator()
    scene.confirm(ana, eva)
    mail = failed(session, "visit_confirmed")

    withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Болест.", now=LATER)
    assert refusal(scene, mail) is StaleReason.CREW_CHANGED
    cancel_visit(scene.coordinator, scene.visit_id, reason="Снег.", now=LATER)
    assert refusal(scene, mail) is StaleReason.VISIT_OFF


QUESTION = RequestSince("Z-2026-0001", RequestState.NEEDS_INFO, MONDAY)


@pytest.mark.parametrize(
    ("mail", "today", "why"),
    [
        (MailSince("turns_due", MONDAY, newer_id=7, anew=True), MONDAY.date(), StaleReason.WRITTEN_ANEW),
        (MailSince("turns_due", MONDAY, newer_id=7), MONDAY.date(), None),
        (MailSince("request_question", MONDAY, request=QUESTION), MONDAY.date(), None),
        (
            MailSince("request_question", MONDAY, request=RequestSince("Z", RequestState.TRIAGE, LATER)),
            MONDAY.date(),
            StaleReason.REQUEST_WENT_ON,
        ),
        (
            MailSince("request_received", MONDAY, request=RequestSince("Z", RequestState.TRIAGE, LATER)),
            MONDAY.date(),
            None,
        ),
        (
            MailSince("request_received", MONDAY, request=RequestSince("Z", RequestState.DECLINED, LATER)),
            MONDAY.date(),
            StaleReason.REQUEST_WENT_ON,
        ),
    ],
)
def test_what_a_mail_says_is_judged_by_what_its_rows_say_now(mail, today, why):
    assert why_stale(mail, today) is why


def test_its_page_says_why_it_does_not_leave_and_leads_to_what_is_so_now(app, session):
    scene = Scene()
    scene.confirm(scene.educator())
    desk = browser_of(app, make_user(Role.COORDINATOR, centre_id=scene.centre_id))
    mail = failed(session, "visit_confirmed")
    place = f"/messages/{mail}"
    assert f'action="{place}/again"' in desk.get(f"{place}?lang=en").text

    move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY + DAY, {}, UNTIL), now=LATER)
    desk.post(f"{place}/again")  # of a page that was opened before
    page = desk.get(f"{place}?lang=en").text

    session.rollback()
    newer = session.scalar(select(OutboxMessage.id).where(OutboxMessage.kind == "visit_moved"))
    assert session.get_one(OutboxMessage, mail).state is MessageState.FAILED
    for words in ("Not sent", "the visit was moved after this was written", f'href="/messages/{newer}"', "/settled"):
        assert words in page
    assert f'action="{place}/again"' not in page


def test_a_question_that_was_answered_by_phone_is_not_asked_again(app, session):
    scene = Scene(planned=False)
    with transaction() as changed:
        asked = changed.get_one(SchoolRequest, scene.asked.id)
        about = (SchoolRequest.__tablename__, asked.id)
        asked.state_since = LATER
    with transaction() as changed:
        changed.add(
            OutboxMessage(
                message_id="<1@x>", kind="request_question", address="ana@school.example", language="en", subject="?",
                text="When?", html="", about=about[0], about_id=about[1], centre_id=scene.centre_id, created_at=MONDAY,
                not_before=MONDAY,
            )
        )  # fmt: skip

    assert refusal(scene, failed(session, "request_question")) is StaleReason.REQUEST_WENT_ON

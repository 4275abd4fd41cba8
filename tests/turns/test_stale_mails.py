"""A mail that failed leaves once more only where what it says is so still; its page says what became of it."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.turns.rules import why_stale
from scheduler.turns.service import send_again
from scheduler.turns.terms import MailSince, RequestSince, StaleReason
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene
from tests.web.browser import browser_of

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

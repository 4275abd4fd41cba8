"""Mails about one request are one conversation for each reader, and answers go where its centre wishes."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import _lease
from scheduler.messages.terms import Conversation
from scheduler.people.models import Centre, User
from scheduler.people.terms import AnswersTo
from scheduler.requests.models import SchoolRequest
from scheduler.turns.queries.conversations import conversation_of
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import make_user
from tests.factories.requests import make_school_request
from tests.visits.scene import Scene


@pytest.fixture
def scene(session):
    return Scene()


def answered_by(scene: Scene, answers_to: AnswersTo, owner: User | None) -> None:
    with transaction() as session:
        session.get_one(Centre, scene.centre_id).answers_to = answers_to
        session.get_one(SchoolRequest, scene.asked.id).owner_id = owner.id if owner else None


@pytest.mark.both_databases
def test_every_mail_about_a_request_and_its_visit_refers_to_one_name_and_other_mails_to_none(session, scene):
    scene.confirm(scene.educator())
    name = f"<request-{scene.asked.id}@raspored.example.org>"
    ids = session.scalars(sa.select(OutboxMessage.id).order_by(OutboxMessage.id)).all()
    parcels = [_lease(number, MONDAY, {}, conversation_of) for number in ids]
    assert len(parcels) == 4  # the offer, its answer, and what presenter and school read of the confirmation
    assert {parcel.thread for parcel in parcels} == {name}
    assert conversation_of(None, None, MONDAY) is None
    assert conversation_of(("centre", scene.centre_id), None, MONDAY) is None


def test_a_visit_without_a_request_is_a_conversation_and_a_merged_contact_goes_on_in_her_own(session, scene):
    free = scene.plan(school_request_id=None, host_id=scene.host.id)
    assert conversation_of(("visit", free), None, MONDAY) == Conversation(f"visit-{free}")
    merged = make_school_request(programme=scene.programme)
    of_visit = ("visit", scene.visit_id)
    assert conversation_of(of_visit, ("status", merged.id), MONDAY) == Conversation(f"request-{merged.id}")
    assert conversation_of(of_visit, ("letters", 7), MONDAY) == Conversation(f"request-{scene.asked.id}")


@pytest.mark.parametrize("case", ["centre", "owner", "nobody", "suspended", "away"])
def test_answers_go_to_the_owner_where_the_centre_wishes_so_and_she_can(session, scene, case):
    owner, other = (make_user(centre_id=scene.centre_id) for _ in range(2))
    answered_by(scene, AnswersTo.CENTRE if case == "centre" else AnswersTo.OWNER, None if case == "nobody" else owner)
    with transaction() as writing:
        if case == "suspended":
            writing.get_one(User, owner.id).suspended_at = MONDAY
        if case == "away":
            make_handover(owner, other)
    told = conversation_of(("school_request", scene.asked.id), None, MONDAY)
    assert told.answers_to == {"owner": owner.email, "away": other.email}.get(case, "")
    later = conversation_of(("school_request", scene.asked.id), None, MONDAY + dt.timedelta(days=30))
    assert later.answers_to == (owner.email if case in ("owner", "away") else "")

"""A double click, and two colleagues with the same thought: one row, one mail, no error, on both databases."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.core.errors import Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries
from scheduler.people.models import AvailabilityException, Presenter, User
from scheduler.people.service.invitations import invite_user
from scheduler.people.service.presenters import add_exception, change_skills, create_presenter, set_hours
from scheduler.people.terms import (
    ExceptionDraft,
    Hours,
    InvitationDraft,
    PresenterDraft,
    PresenterKind,
    SkillsDraft,
    TeachingLanguage,
    Topic,
)
from scheduler.policy import Role
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter
from tests.factories.places import make_municipality

EIGHT = 8
pytestmark = pytest.mark.postgres_decides


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_one_address_invited_eight_times_at_once_is_one_account_and_one_mail(app):
    administrator = an_actor(Role.ADMINISTRATOR)
    draft = InvitationDraft("jelena@centre.example", (Role.COORDINATOR,))

    raised = all_at_once(app, [lambda: invite_user(administrator, draft, now=MONDAY)] * EIGHT)

    assert raised == [None] * EIGHT
    assert (how_many(User), how_many(OutboxMessage)) == (2, 1)


def test_one_presenter_made_eight_times_at_once_is_one_and_the_others_are_told(app):
    coordinator = an_actor()
    draft = PresenterDraft(
        "Јелена", "Ђурић", "jelena@centre.example", PresenterKind.EDUCATOR, make_municipality().id,
        (Topic.PRIVACY,), (TeachingLanguage.SERBIAN,),
    )  # fmt: skip

    raised = all_at_once(app, [lambda: create_presenter(coordinator, draft, now=MONDAY)] * EIGHT)

    refused = [error.problems for error in raised if isinstance(error, Rejected)]
    assert (raised.count(None), refused) == (1, [{"email": "has_account"}] * (EIGHT - 1))
    assert (how_many(Presenter), how_many(OutboxMessage)) == (1, 1)


def test_a_week_saved_eight_times_at_once_is_that_week(app):
    centre = make_centre()
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    week = [Hours(day, dt.time(8), dt.time(15)) for day in range(5)]

    raised = all_at_once(app, [lambda: set_hours(coordinator, jelena, week, now=MONDAY)] * EIGHT)

    assert raised == [None] * EIGHT
    assert queries.hours_of([jelena])[jelena] == tuple(week)


def test_skills_saved_eight_times_at_once_are_those_skills(app):
    centre, home = make_centre(), make_municipality().id
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    draft = SkillsDraft(home, (Topic.PRIVACY,), (TeachingLanguage.SLOVAK, TeachingLanguage.HUNGARIAN))

    raised = all_at_once(app, [lambda: change_skills(coordinator, jelena, draft, now=MONDAY)] * EIGHT)

    assert raised == [None] * EIGHT
    row = queries.presenters_by_id([jelena])[jelena]
    assert (row.topics, set(row.languages)) == (draft.topics, set(draft.languages))


def test_days_away_said_eight_times_at_once_are_said_once(app):
    centre = make_centre()
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    draft = ExceptionDraft(MONDAY.date(), MONDAY.date() + dt.timedelta(days=4), available=False)

    raised = all_at_once(app, [lambda: add_exception(coordinator, jelena, draft, now=MONDAY)] * EIGHT)

    assert (raised, how_many(AvailabilityException)) == ([None] * EIGHT, 1)

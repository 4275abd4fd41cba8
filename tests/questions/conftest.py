"""A presentation of a programme that begins this very minute, and who looks after it."""

import datetime as dt

import pytest

from scheduler.policy import Role
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme
from tests.factories.visits import make_presentation, make_visit


@pytest.fixture
def ana(session):
    return an_actor(Role.COORDINATOR)


@pytest.fixture
def programme(ana):
    return make_programme(centre_id=ana.centre_id)


@pytest.fixture
def visit(programme):
    return make_visit(VisitState.CONFIRMED, programme=programme, on_day=MONDAY.date())


@pytest.fixture
def presentation(visit):
    return make_presentation(
        visit, dt.time(11), PresentationState.CONFIRMED, ordinal=1, expected_pupils=20
    )  # it begins this very minute

"""A centre makes a list of topics of its own: what is counted stays as it was, what comes later is counted by it."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound, Rejected
from scheduler.helpline import queries
from scheduler.helpline.models import HelplineCode
from scheduler.helpline.service.figures import enter_month
from scheduler.helpline.service.lists import add_list, take_list_back
from scheduler.helpline.terms import SHIPPED_LISTS, HelplineMargin, HelplineReason
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.helpline import a_list, helpline_draft
from tests.factories.people import an_actor, make_centre

DAY = dt.date
pytestmark = pytest.mark.both_databases
JULY, AUGUST = (DAY(2026, 7, 1), DAY(2026, 7, 31)), (DAY(2026, 8, 1), DAY(2026, 8, 31))


@pytest.fixture
def desk(session):
    return an_actor(Role.COORDINATOR)


def test_a_month_is_counted_by_the_list_of_its_first_day_and_stays_so(desk):
    enter_month(desk, helpline_draft(*JULY, topic={"grooming": 3}), now=MONDAY)
    version = add_list(desk, a_list(), now=MONDAY)

    with pytest.raises(Rejected) as unknown:
        enter_month(desk, helpline_draft(*AUGUST, topic={"grooming": 3}), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST, topic={"ai_pictures": 3}), now=MONDAY)

    months = queries.months_of(desk.centre_id, JULY[0], AUGUST[1])
    assert unknown.value.problems == {"topic": GroundReason.UNKNOWN}
    assert (version, [one.code_list for one in months]) == (SHIPPED_LISTS + 1, [1, version])
    assert [one.version for one in queries.lists_up_to(version)] == [1, version]
    assert queries.code_list(version).of(HelplineMargin.TOPIC) == ("sextortion", "ai_pictures")
    assert [(one.own, one.periods) for one in queries.stored_lists(desk.centre_id)] == [(True, 1), (False, 1)]


def test_it_is_the_centres_own(desk):
    add_list(desk, a_list(), now=MONDAY)
    others = make_centre().id

    assert [one.version for one in queries.code_lists(others)] == [1]
    with pytest.raises(NotFound):
        take_list_back(an_actor(Role.COORDINATOR, centre_id=others), SHIPPED_LISTS + 1, now=MONDAY)
    with pytest.raises(NotAllowed):
        add_list(an_actor(Role.EDUCATOR, centre_id=desk.centre_id), a_list(), now=MONDAY)
    assert add_list(an_actor(Role.ADMINISTRATOR, centre_id=others), a_list(), now=MONDAY) == SHIPPED_LISTS + 2


def test_it_is_taken_back_while_nothing_is_counted_by_it(desk):
    first = add_list(desk, a_list(), now=MONDAY)
    take_list_back(desk, first, now=MONDAY)
    assert db.session.scalar(select(func.count(HelplineCode.id)).where(HelplineCode.code_list == first)) == 0

    again = add_list(desk, a_list(), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST), now=MONDAY)
    with pytest.raises(Conflict, match=HelplineReason.LIST_IS_COUNTED_BY):
        take_list_back(desk, again, now=MONDAY)
    with pytest.raises(Rejected):
        add_list(desk, a_list(), now=MONDAY)


@pytest.mark.parametrize("act", ["DELETE FROM helpline_list", "UPDATE helpline_list SET first_day = '2026-01-01'"])
def test_the_database_keeps_a_list_that_is_counted_by(desk, act):
    add_list(desk, a_list(), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST), now=MONDAY)

    with pytest.raises(IntegrityError, match="list_stays"):
        db.session.execute(text(act))
    db.session.rollback()

"""A request that a coordinator ended is as before within ten minutes, until its school was told."""

import datetime as dt

import pytest

from scheduler.core.errors import NotFound
from scheduler.messages.queries import due_ids
from scheduler.messages.terms import MessageState
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.requests.service.bulk_acts import take_back
from scheduler.requests.service.desk import decline_request, end_request
from scheduler.requests.service.lineage import book_again
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request
from tests.requests.shorthand import coordinator_of, mails, stored

S = RequestState
BEFORE = MONDAY - dt.timedelta(days=3)
SOON = MONDAY + MAIL_WAITS - dt.timedelta(seconds=1)
ACTS = {
    "declined": lambda who, row: decline_request(who, row.id, "Нема превоза.", now=MONDAY),
    "for the school": lambda who, row: end_request(who, row.id, "Звали су.", by_school=True, now=MONDAY),
    "for the centre": lambda who, row: end_request(who, row.id, "Нема превоза.", by_school=False, now=MONDAY),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [S.TRIAGE, S.NEEDS_INFO, S.WAITLISTED, S.AGREED])
def test_it_is_taken_back_whole_and_no_mail_leaves(session, act, state):
    row = make_school_request(state, state_since=BEFORE, attention=True)
    coordinator = coordinator_of(row)

    batch = ACTS[act](coordinator, row)
    assert stored(row.id).state not in (state, None)
    assert due_ids(10, SOON) == []
    assert take_back(coordinator, batch, now=SOON).requests == 1

    now = stored(row.id)
    assert (now.state, now.state_since, now.reason, now.attention) == (state, BEFORE, "", True)
    assert [mail.state for mail in mails()] == [MessageState.STOPPED]
    with pytest.raises(NotFound):
        take_back(coordinator, batch, now=SOON)


def test_once_the_school_is_told_it_stays_over(session):
    row = make_school_request(S.TRIAGE)
    coordinator = coordinator_of(row)
    batch = decline_request(coordinator, row.id, "Нема превоза.", now=MONDAY)
    [mail] = mails("request_declined")
    assert due_ids(10, MONDAY + MAIL_WAITS) == [mail.id]
    mail.state = MessageState.SENT
    session.commit()

    assert take_back(coordinator, batch, now=MONDAY + MAIL_WAITS).kept == (row.number,)
    assert stored(row.id).state is S.DECLINED


def test_dates_that_were_proposed_are_free_at_once_so_that_end_stays(session):
    row = make_school_request(S.PROPOSED)

    assert end_request(coordinator_of(row), row.id, "Звали су.", by_school=True, now=MONDAY) == ""
    assert stored(row.id).state is S.WITHDRAWN


@pytest.mark.parametrize("act", ACTS)
def test_what_was_asked_for_anew_meanwhile_does_not_come_back_beside_it(session, act):
    row = make_school_request(S.TRIAGE)
    coordinator = coordinator_of(row)
    batch = ACTS[act](coordinator, row)
    ended = stored(row.id).state
    book_again(coordinator, row.id, row.first_day, row.last_day, form_key="anew", now=MONDAY)

    assert take_back(coordinator, batch, now=SOON).kept == (row.number,)
    assert stored(row.id).state is ended

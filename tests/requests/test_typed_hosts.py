"""A host that a school typed is confirmed, merged with a listed one, and found again the next time."""

import pytest

from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.places.models import Host
from scheduler.places.queries import find_hosts
from scheduler.places.service.hosts import confirm_host, propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.policy import ANONYMOUS, Role
from scheduler.requests.queries.typed_hosts import merged_into
from scheduler.requests.service.typed_hosts import merge_host
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.requests.shorthand import audit_of, stored

TYPED = HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица")


@pytest.fixture
def coordinator(session):
    return an_actor()


def ids(typed: str) -> list[int]:
    return [row.id for row in find_hosts(typed)]


def a_typed_host() -> int:
    return propose_host(ANONYMOUS, TYPED, now=MONDAY).id


def test_what_a_school_typed_is_found_once_it_is_confirmed(session, coordinator):
    typed = a_typed_host()
    assert ids("lipa") == []

    for _press in range(2):
        confirm_host(coordinator, typed, now=MONDAY)
    assert ids("lipa") == [typed]


def test_typed_again_it_is_the_same_host(session, coordinator):
    typed = a_typed_host()

    assert a_typed_host() == typed
    assert propose_host(coordinator, TYPED, now=MONDAY).id == typed
    assert db.session.get_one(Host, typed).listed, "a coordinator on the phone has confirmed it"


def test_merged_its_requests_move_and_its_name_finds_the_listed_one(session, coordinator):
    typed, listed = a_typed_host(), make_host().id
    asked = make_school_request(RequestState.TRIAGE, host_id=typed)
    visited = make_school_request(RequestState.CONFIRMED, host_id=typed)

    assert merge_host(coordinator, typed, listed, now=MONDAY) == 1
    assert (stored(asked.id).host_id, stored(visited.id).host_id) == (listed, typed)
    assert audit_of(asked.id) == ["host merged"]
    assert ids("citaonica lipa") == [listed]
    assert merged_into(typed).id == listed
    assert a_typed_host() == listed, "typed once more, it is asked for at the listed one"
    assert merge_host(coordinator, typed, listed, now=MONDAY) == 0, "twice is once"


def test_only_a_typed_host_is_merged_and_only_with_a_listed_one(session, coordinator):
    typed, listed, other = a_typed_host(), make_host().id, make_host().id

    for one, into, error in ((listed, other, Conflict), (typed, typed, Rejected), (typed, 999_999, NotFound)):
        with pytest.raises(error):
            merge_host(coordinator, one, into, now=MONDAY)
    merge_host(coordinator, typed, listed, now=MONDAY)
    with pytest.raises(Conflict):
        merge_host(coordinator, typed, other, now=MONDAY)
    with pytest.raises(Conflict):
        confirm_host(coordinator, typed, now=MONDAY)


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.SAFEGUARDING])
def test_who_may_not_is_refused(session, role):
    typed, listed = a_typed_host(), make_host().id
    actor = an_actor(role)

    with pytest.raises(NotAllowed):
        confirm_host(actor, typed, now=MONDAY)
    with pytest.raises(NotAllowed):
        merge_host(actor, typed, listed, now=MONDAY)

"""Several programmes in one booking, as somebody sends them who wants more than her own: nothing of others moves."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request
from tests.requests.shorthand import prove_link
from tests.web.requests.answered import answers, text_of
from tests.web.requests.whole_day import as_far_as_the_check, choose, one_day, parts, stored

pytestmark = pytest.mark.usefixtures("hands")
BEYOND = ("0", "-1", "9" * 40, "99999999", "1e3", "٣", "", "x", "1 OR 1=1")


def a_link(request_id: int, purpose: str = "status") -> str:
    with transaction():
        return tokens.mint(purpose, request_id, lasts=dt.timedelta(days=1), now=MONDAY)


@pytest.mark.parametrize("number", BEYOND)
def test_a_programme_that_is_none_is_no_part_and_breaks_nothing(client, talk, evening, host, number):
    choose(client, host, talk, evening)
    one_day(client, talk)

    sent = {"parts-0-programme": number, "parts-0-audience": "parents", "parts-0-level": "primary",
            "parts-0-parents": "60", "parts-0-starts_local": "18:00"}  # fmt: skip
    assert client.post("/book/day", data=sent).status_code == 302
    client.post("/book/what", data={"programme": [str(talk.id), number], "teaching_language": "sr"})

    assert client.get("/book/check").status_code == 302
    assert stored() == []


def test_a_part_of_a_programme_that_was_not_chosen_is_not_sent(client, talk, evening, gathering, host):
    choose(client, host, talk, evening)
    one_day(client, talk)
    more = parts(evening, gathering) | {"parts-0-pupils": "400", "parts-0-classes": "VIII-1"}
    client.post("/book/day", data=more)
    for page in ("where", "you"):
        client.post(f"/book/{page}", data=answers(talk)[page])

    client.post("/book/check", data={"form_key": "one"})

    assert gathering.id not in {row.programme_id for row in stored()}
    of_parents = (
        sa.select(RequestedPresentation.pupils).join(SchoolRequest).where(SchoolRequest.programme_id == evening.id)
    )
    assert db.session.scalars(of_parents).all() in ([], [0])  # no pupils slip into an evening of parents


def test_the_last_page_sent_twice_and_in_two_tabs_is_one_booking(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    as_far_as_the_check(client, talk, evening, gathering)

    for key in ("one", "one", "two"):
        assert client.post("/book/check", data={"form_key": key}).status_code in (302, 429)

    assert len(stored()) == 3


@pytest.mark.parametrize(
    "act", ["withdraw", "counts", "dates", "cancel", "date", "share", "again", "parents.pdf", "day.ics"]
)
def test_a_link_reaches_no_page_of_another_booking(client, talk, evening, host, act):
    """Neither by the number of its request, nor by two numbers, nor with a link that was made for reading."""
    own = make_school_request(RequestState.NEW, programme=talk, host_id=host.id)
    foreign = make_school_request(RequestState.PROPOSED, programme=evening, host_id=host.id)
    secret, read = a_link(own.id), a_link(own.id, "read")
    before = [(row.id, row.state, row.version) for row in stored()]

    for link in (
        f"{secret}~{foreign.number}",
        f"{secret}~{own.number}~{foreign.number}",
        f"{secret}~{'9' * 4000}",
        read,
    ):
        for answer in (client.get(f"/status/{link}/{act}"), client.post(f"/status/{link}/{act}", data={"reason": "x"})):
            assert answer.status_code in (404, 405, 414), (link, answer.status_code)

    assert [(row.id, row.state, row.version) for row in stored()] == before


@pytest.mark.parametrize("state", [RequestState.WITHDRAWN, RequestState.CANCELLED_BY_SCHOOL])
def test_a_part_that_is_over_is_used_for_nothing_more(client, talk, evening, host, state):
    first = make_school_request(RequestState.NEW, programme=talk, host_id=host.id)
    over = make_school_request(state, programme=evening, host_id=host.id, booking=first.number)
    link = f"/status/{a_link(first.id)}~{over.number}"

    sent = {
        "dates": {"date": "1"},
        "counts": {"presentations-0-pupils": "9"},
        "withdraw": {},
        "cancel": {"reason": "x"},
        "date": {"first_choice": "1.12.2026."},
        "dates/other": {"slot": "2026-12-01T10:00"},
    }
    for act, said in sent.items():
        assert client.post(f"{link}/{act}", data=said | {"version": "1"}).status_code < 500, act

    assert [row.state for row in stored()] == [RequestState.NEW, state]
    assert "Withdraw the request" not in text_of(client.get(f"{link}?lang=en"))


def test_a_proof_is_used_once_and_is_no_link_to_the_page(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    as_far_as_the_check(client, talk, evening, gathering)
    client.post("/book/check", data={"form_key": "one"})
    token = prove_link(stored()[0].id)

    assert client.post(f"/book/prove/{token}").location.startswith("/status/")
    assert client.post(f"/book/prove/{token}").location == f"/book/prove/{token}"
    assert client.get(f"/status/{token}").status_code == 404
    assert client.get(f"/book/prove/{token}~{stored()[1].number}").status_code == 404


def test_a_day_too_large_is_refused_and_what_was_typed_before_stays(client, talk, evening, gathering, host):
    choose(client, host, talk, evening, gathering)
    one_day(client, talk)

    huge = parts(evening, gathering) | {"parts-0-classes": "V" * 20_000_000}
    assert client.post("/book/day", data=huge).status_code == 413
    many = {f"parts-{place}-programme": str(evening.id) for place in range(3000)}
    assert client.post("/book/day", data=many).status_code in (302, 413, 422)

    assert client.post("/book/day", data=parts(evening, gathering)).location == "/book/where"

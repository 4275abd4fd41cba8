"""Several programmes in one booking, as somebody sends them who wants more than her own: nothing of others moves."""

import pytest

from scheduler.requests.models import RequestedPresentation
from scheduler.requests.terms.school_request import RequestState
from tests.factories.requests import make_school_request
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import Booking, parts, sent

BEYOND = ("0", "-1", "9" * 40, "99999999", "1e3", "٣", "", "x", "1 OR 1=1")


@pytest.fixture
def two(client, host, programme, evening):
    """A talk and an evening for parents: the day and the classes are said."""
    return Booking(client, host, programme, evening).begin().one_day()


@pytest.mark.parametrize("number", BEYOND)
def test_a_programme_that_is_none_is_no_part_and_breaks_nothing(two, programme, number):
    part = {"audience": "parents", "level": "primary", "parents": "60", "starts_local": "18:00", "programme": number}

    assert two.post("day", {f"parts-0-{name}": value for name, value in part.items()}) != "None"
    two.post("what", {"programme": [str(programme.id), number], "teaching_language": "sr"})

    assert two.get("check").status_code == 302
    assert sent() == []


def test_a_part_of_a_programme_that_was_not_chosen_is_not_sent(two, evening, gathering):
    two.post("day", parts(evening, gathering) | {"parts-0-pupils": "400", "parts-0-classes": "VIII-1"})
    two.answer("where", "you")

    two.send()

    programme_of = {row.id: row.programme_id for row in sent()}
    assert gathering.id not in programme_of.values()
    of_parents = [row for row in rows_of(RequestedPresentation) if programme_of[row.school_request_id] == evening.id]
    assert {row.pupils for row in of_parents} <= {0}  # no pupils slip into an evening of parents


def test_the_last_page_sent_twice_and_in_two_tabs_is_one_booking(day):
    day.whole_day()

    for key in ("one", "one", "two"):
        assert day.send(key).status_code in (302, 429)

    assert len(sent()) == 3


@pytest.mark.parametrize(
    "act", ["withdraw", "counts", "dates", "cancel", "date", "share", "again", "parents.pdf", "day.ics"]
)
def test_a_link_reaches_no_page_of_another_booking(client, programme, evening, host, act):
    """Neither by the number of its request, nor by two numbers, nor with a link that was made for reading."""
    own = make_school_request(RequestState.NEW, programme=programme, host_id=host.id)
    foreign = make_school_request(RequestState.PROPOSED, programme=evening, host_id=host.id)
    secret, read = a_link(own.id), a_link(own.id, "read")
    before = [(row.id, row.state, row.version) for row in sent()]

    numbers = (foreign.number, f"{own.number}~{foreign.number}", "9" * 4000)
    for link in (*(f"{secret}~{number}" for number in numbers), read):
        for answer in (client.get(f"/status/{link}/{act}"), client.post(f"/status/{link}/{act}", data={"reason": "x"})):
            assert answer.status_code in (404, 405, 414), (link, answer.status_code)

    assert [(row.id, row.state, row.version) for row in sent()] == before


@pytest.mark.parametrize("state", [RequestState.WITHDRAWN, RequestState.CANCELLED_BY_SCHOOL])
def test_a_part_that_is_over_is_used_for_nothing_more(client, programme, evening, host, state):
    first = make_school_request(RequestState.NEW, programme=programme, host_id=host.id)
    over = make_school_request(state, programme=evening, host_id=host.id, booking=first.number)
    link = f"/status/{a_link(first.id)}~{over.number}"

    acts = {
        "dates": {"date": "1"},
        "counts": {"presentations-0-pupils": "9"},
        "withdraw": {},
        "cancel": {"reason": "x"},
        "date": {"first_choice": "1.12.2026."},
        "dates/other": {"slot": "2026-12-01T10:00"},
    }
    for act, typed in acts.items():
        assert client.post(f"{link}/{act}", data=typed | {"version": "1"}).status_code < 500, act

    assert [row.state for row in sent()] == [RequestState.NEW, state]
    assert "Withdraw the request" not in text_of(client.get(f"{link}?lang=en"))


def test_a_proof_is_used_once_and_is_no_link_to_the_page(client, day):
    day.whole_day().send()
    first, second, _third = sent()
    token = a_link(first.id, "prove")

    assert day.post(f"prove/{token}").startswith("/status/")
    assert day.post(f"prove/{token}") == f"/book/prove/{token}"
    for page in (f"/status/{token}", f"/book/prove/{token}~{second.number}"):
        assert client.get(page).status_code == 404


def test_a_day_too_large_is_refused_and_what_was_typed_before_stays(client, day, evening, gathering):
    day.begin().one_day()

    huge = parts(evening, gathering) | {"parts-0-classes": "V" * 20_000_000}
    assert client.post("/book/day", data=huge).status_code == 413
    many = {f"parts-{place}-programme": str(evening.id) for place in range(3000)}
    assert client.post("/book/day", data=many).status_code in (302, 413, 422)

    assert day.post("day", parts(evening, gathering)) == "/book/where"

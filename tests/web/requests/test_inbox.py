"""The inbox: filters and order in the address, acts on what is ticked, columns that its reader chose."""

import re

import pytest

from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.web.reading import selects_of


@pytest.fixture
def programme(app):
    return make_programme()


@pytest.fixture
def row(programme) -> SchoolRequest:
    """A new request."""
    return make_school_request(programme=programme)


@pytest.fixture
def rows(programme) -> list[SchoolRequest]:
    return [make_school_request(programme=programme) for _ in range(2)]


def ticked(*rows: SchoolRequest) -> list[str]:
    return [f"{row.id}.{row.version}" for row in rows]


def numbers_on(page: str) -> list[str]:
    return re.findall(r'scope="row">\s*<a href="/requests/(R-[\d-]+)"', page)


def test_each_filter_narrows_counts_and_has_a_way_out(desk, programme):
    other = make_programme(centre_id=programme.centre_id)
    asked = make_school_request(RequestState.TRIAGE, programme=programme)
    make_school_request(programme=other)
    for query, label in {
        "state=triage": "State: Being looked at",
        f"programme={programme.id}": "Programme",
        "owner=0": "Owner: nobody",
        "age=old": "Age",
    }.items():
        page = desk.get(f"/requests?lang=en&show=open&{query}").text
        assert f"Remove the filter: {label}" in page
    assert numbers_on(desk.get("/requests?show=open&state=triage").text) == [asked.number]
    assert numbers_on(desk.get(f"/requests?show=open&programme={programme.id}").text) == [asked.number]
    assert "Being looked at (1)" in desk.get("/requests?lang=en&show=open&state=new").text
    assert "Drop the filters" in desk.get("/requests?lang=en&show=open&state=closed").text


def test_a_sorted_inbox_says_so_and_has_no_groups(desk, programme):
    rows = [make_school_request(programme=programme, host_id=make_host(name).id) for name in ("Б", "А")]

    for sort, expected, words in (("host", rows[::-1], "ascending"), ("-host", rows, "descending")):
        page = desk.get(f"/requests?lang=en&sort={sort}").text
        assert numbers_on(page) == [row.number for row in expected]
        assert f'aria-sort="{words}"' in page
        assert "rowgroup" not in page
    for nonsense in ("sort=x", "show=x", "page=0", "page=-1", "page=x"):
        assert "rowgroup" in desk.get(f"/requests?{nonsense}").text
    assert desk.get(f"/requests?page={'9' * 500}").status_code == 200


@pytest.mark.parametrize("sort", ["state", "what", "when", "age", "owner"])
def test_the_inbox_sorts_by_every_head(desk, row, sort):
    assert desk.get(f"/requests?sort=-{sort}").status_code == 200


def test_more_requests_and_more_filters_make_no_more_questions(desk, programme):
    for _more in range(2):
        for _each in range(3):
            make_school_request(programme=programme)

        at_most(10, selects_of(desk, "/requests?show=open&sort=host&state=new"))


def test_what_is_ticked_is_taken_and_the_toast_takes_it_back(desk, rows):
    done = desk.post("/requests/together?lang=en&show=open", data={"act": "take", "rows": ticked(*rows)})
    assert done.location == "/requests?show=open"

    page = desk.get("/requests?lang=en&show=open").text
    assert "2 requests are yours now." in page
    undo = re.search(r'action="(/requests/undo/[^"]+)"', page)
    assert undo
    assert desk.post(undo[1]).location == "/requests?show=open"

    assert [row.state for row in rows] == [RequestState.NEW] * 2
    assert "2 requests are as before." in desk.get("/requests?lang=en").text
    assert desk.post(undo[1]).status_code == 404


def test_the_page_of_a_request_keeps_the_way_back(desk, row):
    page = f"/requests/{row.number}"
    desk.post(f"{page}/take")

    undo = re.search(r'action="(/requests/undo/[^"]+of=[^"]+)"', desk.get(page).text)
    assert undo
    assert desk.post(undo[1].replace("&amp;", "&")).location == page

    assert row.state is RequestState.NEW
    assert "/requests/undo/" not in desk.get(page).text.partition("toasts")[0]


def test_an_act_that_mails_is_seen_before_it_is_done(desk, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    given = {"act": "waitlist", "rows": ticked(row)}

    preview = desk.post("/requests/together?lang=en", data=given)
    assert preview.status_code == 200
    assert "The mail to each school" in preview.text
    assert row.state is RequestState.TRIAGE

    desk.post("/requests/together", data=given | {"seen": "1"})
    assert row.state is RequestState.WAITLISTED


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"act": "take"},
        *({"act": act, "rows": rows} for act, rows in (("burn", "1.1"), ("take", "x"), ("assign", "1.1"))),
    ],
    ids=str,
)
def test_a_press_without_sense_says_what_is_missing(desk, row, given):
    answer = desk.post("/requests/together", data=given)

    assert answer.status_code == 422
    assert 'href="/requests/together' not in answer.text


def test_who_is_late_reads_which_request_it_is_and_keeps_the_other_ticks(desk, rows):
    ticks = ticked(*rows)
    desk.post(f"/requests/{rows[0].number}/take")

    answer = desk.post("/requests/together?lang=en", data={"act": "take", "rows": ticks})

    assert answer.status_code == 409
    assert "somebody has changed it meanwhile" in answer.text
    assert re.findall(r'value="(\d+)\.\d+"[^>]* checked', answer.text) == [str(rows[1].id)]


def test_hidden_columns_stay_hidden_for_who_hid_them(desk, row):
    answer = desk.post("/columns/requests", data={"of": ["age", "owner", "what"], "shown": "what", "back": "/requests"})
    assert answer.location == "/requests"

    page = desk.get("/requests?lang=en").text
    assert 'data-label="Age"' not in page
    assert 'data-label="When"' in page
    assert page.count("<td") + page.count('<th scope="row"') == page.count('<th scope="col"')

    desk.post("/columns/requests", data={"of": ["age", "owner"], "shown": ["age", "owner"], "back": "//evil.example"})
    assert 'data-label="Age"' in desk.get("/requests?lang=en").text


def test_the_head_of_the_ticks_leaves_paper_with_them(desk, row):
    page = desk.get("/requests").text

    assert len(re.findall(r'<th scope="col"\s+class="tick"', page)) == page.count('<td class="tick">') == 1


def test_nobody_hides_the_host_and_no_other_list_is_known(desk, row):
    desk.post("/columns/requests", data={"of": ["host", "<b>", "x" * 500]})

    assert numbers_on(desk.get("/requests").text)
    assert desk.post("/columns/nothing").status_code == 404


def test_a_suspended_colleague_is_not_offered(desk, programme):
    make_school_request(programme=programme)
    for name, suspended_at in (("Ана", None), ("Ива", MONDAY)):
        make_user(centre_id=programme.centre_id, given_name=name, suspended_at=suspended_at)

    page = desk.get("/requests").text
    assert [name in page for name in ("Ана", "Ива")] == [True, False]

"""The coordinators' inbox, its filters and acts, the page of a request, what is noted there, requests by phone."""

import datetime as dt
import re

import pytest

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestChannel, RequestState
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.visitor import day
from tests.web.browser import staff_of
from tests.web.reading import a_link, rows_of, selects_of, value_of

R = RequestState
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def programme(app):
    return make_programme()


@pytest.fixture
def row(programme) -> SchoolRequest:
    """A new request."""
    return make_school_request(programme=programme)


@pytest.fixture
def taken(programme) -> SchoolRequest:
    """One that a coordinator looks at."""
    return make_school_request(R.TRIAGE, programme=programme)


def page_of(row: SchoolRequest) -> str:
    return f"/requests/{row.number}"


def test_the_inbox_and_the_page_show_what_waits_its_next_step_and_ways_to_who_asked_also_on_paper(desk, row):
    page = desk.get("/requests?lang=en").text
    for words in ("Waits for you", "New request", page_of(row), "Take it", "90 pupils"):
        assert words in page
    assert "2 teachers" not in page  # its row says the largest audience alone, its page all of them

    page = desk.get(page_of(row)).text
    for way in ("tel:+38124555123", "mailto:ana@school.example"):
        assert f'href="{way}"' in page

    assert desk.get(f"{page_of(row)}.pdf").data.startswith(b"%PDF-")


def test_a_count_of_the_inbox_and_of_the_first_page_opens_what_it_counts(desk, row, programme):
    agreed = make_school_request(R.AGREED, programme=programme)
    for page, counts in (
        ("/requests?lang=en", {"/requests?show=new", "/requests?show=to_plan"}),
        ("/desk?lang=en", {"/desk?of=new#next", "/desk?of=plan#next"}),
    ):
        assert counts <= set(re.findall(r'class="(?:tile|pill__link)[^"]*" href="([^"]+)"', desk.get(page).text))

    opened = desk.get("/requests?lang=en&show=to_plan").text
    assert (agreed.number in opened, row.number in opened) == (True, False)
    assert "Remove the filter: Agreed, to be planned" in opened


def test_an_empty_inbox_teaches(desk):
    assert "No requests wait here" in desk.get("/requests?lang=en").text
    assert "Drop the filter" in desk.get("/requests?lang=en&q=zzz").text


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
def test_other_roles_are_refused(app, row, role):
    browser = staff_of(app, row, role)

    for path in ("/requests", page_of(row), f"{page_of(row)}.pdf", "/requests/phone"):
        assert browser.get(path).status_code == 403


def test_a_request_of_another_centre_looks_like_none(desk, programme):
    foreign = make_school_request()
    for number in (foreign.number, "R-1999-0001"):
        assert desk.get(f"/requests/{number}").status_code == 404
        assert desk.post(f"/requests/{number}/take").status_code == 404

    row, foreign = make_school_request(RequestState.TRIAGE, programme=programme), make_school_request()
    assert desk.post(f"/requests/{row.number}/merge-into/{foreign.number}").status_code == 404
    assert desk.get(f"/requests/{foreign.number}/again").status_code == 404


@pytest.mark.parametrize("state", [R.STAFFING, R.DISRUPTED])
def test_a_request_with_a_visit_leads_to_it(desk, programme, state):
    row = make_school_request(state, programme=programme)
    assert "Open the visit" not in desk.get(f"{page_of(row)}?lang=en").text

    visit = make_visit(programme=programme, host_id=row.host_id, school_request_id=row.id)

    shown = desk.get(f"{page_of(row)}?lang=en").text
    assert ("Open the visit" in shown, f'href="/visits/{visit.number}"' in shown) == (True, True)
    assert f'href="{page_of(row)}"' in desk.get(f"/visits/{visit.number}").text


def test_a_request_goes_from_new_to_accepted_by_presses(desk, row):
    for act, state in (("take", R.TRIAGE), ("agree", R.AGREED)):
        assert desk.post(f"{page_of(row)}/{act}").location == page_of(row)
        assert row.state is state


def test_who_presses_take_it_after_a_colleague_reads_who_has_it_and_no_error(app, desk, row):
    seen = {"version": value_of(desk.get(page_of(row)), "version")}
    staff_of(app, row, given_name="Мира").post(f"{page_of(row)}/take", data=seen)

    late = desk.post(f"{page_of(row)}/take?lang=en", data=seen, follow_redirects=True)

    owner = db.session.get_one(User, row.owner_id)
    assert owner.given_name == "Мира"
    assert "Taken already, by Mira Kostić: nothing was changed." in late.text


def test_the_waiting_list(desk, taken):
    desk.post(f"{page_of(taken)}/waitlist")

    assert taken.state is R.WAITLISTED
    page = desk.get(f"{page_of(taken)}?lang=sr_Cyrl").text
    assert "На листи чекања" in page[page.index("Шта се дешавало") :]  # what happened, not what to press


@pytest.mark.parametrize(
    ("act", "typed", "state", "mail"),
    [
        ("ask", {"question": "Имате ли салу?"}, R.NEEDS_INFO, "request_question"),
        ("decline", {"reason": "Нема термина."}, R.DECLINED, "request_declined"),
    ],
)
def test_a_question_and_a_refusal_need_words_and_are_mailed(desk, taken, act, typed, state, mail):
    for field in typed:
        for words in ("", "   ", "x" * 50_000):
            assert desk.post(f"{page_of(taken)}/{act}", data={field: words}).status_code == 422
            assert taken.state is R.TRIAGE

    desk.post(f"{page_of(taken)}/{act}", data=typed)

    assert (taken.state, rows_of(OutboxMessage.kind)) == (state, [mail])


def test_the_slower_of_two_colleagues_keeps_the_typed_text(desk, taken):
    seen = {"version": taken.version}
    desk.post(f"{page_of(taken)}/waitlist", data=seen)

    response = desk.post(f"{page_of(taken)}/decline?lang=en", data={"reason": "Нема термина."} | seen)

    assert (response.status_code, taken.state) == (422, R.WAITLISTED)
    for words in ("something has changed", "Нема термина."):
        assert words in response.text


def test_what_is_not_possible_now_is_a_conflict_changed_numbers_are_noted_and_markup_is_text(desk, programme):
    row = make_school_request(R.CONFIRMED, programme=programme)
    assert desk.post(f"{page_of(row)}/waitlist").status_code == 409
    assert desk.post(f"{page_of(row)}/delete").status_code in (404, 405)

    row, words = make_school_request(R.CONFIRMED, programme=programme, attention=True), "I have seen the numbers"
    assert words in desk.get(f"{page_of(row)}?lang=en").text
    desk.post(f"{page_of(row)}/note")
    assert words not in desk.get(f"{page_of(row)}?lang=en").text

    typed = dict.fromkeys(("room", "contact_name", "safeguarding_contact", "answer"), MARKUP)
    shown = desk.get(page_of(make_school_request(programme=programme, **typed))).text
    assert MARKUP not in shown
    assert shown.count("&lt;img") >= 4


def test_perhaps_the_same_request_is_shown(desk, row, programme):
    twin = make_school_request(programme=programme, host_id=row.host_id)

    assert twin.number in desk.get(page_of(row)).text
    assert "perhaps asked twice" in desk.get("/requests?lang=en").text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sr_Cyrl", "нешто се догодило: прво позовите"),
        ("sr_Latn", "nešto se dogodilo: prvo pozovite"),
        ("en", "something happened: call first"),
    ],
)
@pytest.mark.parametrize("address", ["/requests", "/desk"])
def test_a_school_that_wishes_to_be_called_is_marked_before_its_page_is_opened(
    desk, programme, address, language, words
):
    make_school_request(programme=programme)
    assert words not in desk.get(f"{address}?lang={language}").text

    make_school_request(programme=programme, recent_incident=True, contact_phone="018 555 123")

    assert desk.get(f"{address}?lang={language}").text.count(words) == 1


def test_nobody_is_told_to_call_about_a_request_that_is_over(desk, programme):
    over = make_school_request(R.WITHDRAWN, programme=programme, recent_incident=True)

    shown = desk.get("/requests?lang=en&show=over").text

    assert (over.number in shown, "call first" in shown) == (True, False)


@pytest.mark.parametrize("state", [state for state in R if state not in (R.MERGED_INTO, R.DRAFT, R.UNVERIFIED)])
def test_every_state_has_its_page(desk, programme, state):
    assert desk.get(page_of(make_school_request(state, programme=programme))).status_code == 200


# --- by phone ---

THURSDAY = day(MONDAY.date() + dt.timedelta(days=3))


@pytest.fixture
def phone(host) -> str:
    return f"/requests/phone?host={host.id}&lang=en"


def phoned(asked_for, **changed) -> dict[str, str]:
    people = {
        "audience": "pupils",
        "level": "primary",
        "classes": "5a",
        "pupils": "25",
        "parents": "0",
        "teachers": "1",
    }
    fair = {f"presentations-0-{name}": value for name, value in people.items()} | {
        "programme": str(asked_for.id),
        "teaching_language": "sr",
        "first_day": THURSDAY,
        "last_day": THURSDAY,
        "day_part": "morning",
        "safeguarding_contact": "Весна Илић",
        "teacher_stays": "y",
        "contact_name": "Оливера Матић",
        "contact_phone": "018 555 123",
        "contact_email": "",
    }
    return fair | changed


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("contact_phone", "", "Fill in this field."),
        *(("contact_phone", typed, "Enter a phone number") for typed in ("telefon", "=1+1", "<b>1</b>", "064", "1")),
        ("presentations-0-pupils", "9" * 5000, "whole number"),
        ("presentations-0-pupils", "500", "do not fit"),
        ("first_day", "1.1.2020.", "still to come"),
        ("contact_email", "ana", "the whole address"),
        ("programme", "x", "Choose one"),
        ("teacher_stays", "", "Confirm that a teacher"),
    ],
)
def test_what_is_wrong_on_the_phone_is_told_and_nothing_is_lost(desk, programme, phone, field, typed, told):
    data = phoned(programme) | {field: typed}
    response = desk.post(phone, data={name: value for name, value in data.items() if value or name != "teacher_stays"})

    assert response.status_code == 422
    for words in (told, 'value="Оливера Матић"'):
        assert words in response.text
    assert rows_of(SchoolRequest) == []


def test_a_school_on_the_phone_is_found_and_its_request_of_one_or_more_presentations_taken(
    desk, programme, phone, host
):
    response = desk.post(phone, data=phoned(programme, more="1"))
    assert ("presentations-1-pupils" in response.text, rows_of(SchoolRequest)) == (True, [])

    for chosen in ("999", "x", "9" * 500):
        assert desk.get(f"/requests/phone?host={chosen}").status_code == 200

    assert f"host={host.id}" in desk.get("/requests/phone?q=karadzic").text
    response = desk.post(phone, data=phoned(programme))
    [row] = rows_of(SchoolRequest)
    assert response.location == page_of(row)
    assert (row.channel, row.state, row.host_id) == (RequestChannel.PHONE, R.NEW, host.id)


# --- how often the pages ask ---


def test_the_page_of_a_request_asks_as_often_beside_none_as_beside_five_of_the_same_school(desk, row):
    alone, beside = selects_of(desk, page_of(row)), []
    for _each in range(5):
        other, owner = make_programme(centre_id=row.centre_id), make_user(centre_id=row.centre_id)
        beside.append(make_school_request(programme=other, host_id=row.host_id, owner_id=owner.id))

    assert selects_of(desk, page_of(row)) == alone
    at_most(12, alone)
    page = desk.get(page_of(row)).text
    assert all(page.count(f'{page_of(one)}"') == 1 for one in beside)


# --- in words: a phone call, a yes taken back, an end for either side ---


S = RequestState


def test_an_answer_by_phone_is_noted_on_the_page_and_said_to_be_one(desk, programme):
    row = make_school_request(S.NEEDS_INFO, programme=programme, question="Is there a projector?")
    assert "You asked: Is there a projector?" in desk.get(f"/requests/{row.number}?lang=en").text

    assert desk.post(f"/requests/{row.number}/told", data={"answer": "Two of them."}).status_code == 302
    shown = desk.get(f"/requests/{row.number}?lang=en").text

    assert row.state is S.TRIAGE
    assert "The school said on the phone:" in shown


@pytest.mark.parametrize(
    ("act", "said", "ended"),
    [
        ("reopen", {"reason": "The crew is ill"}, S.TRIAGE),
        ("decline", {"reason": "No crew"}, S.DECLINED),
        ("end", {"reason": "They rang: a trip", "by": "school"}, S.CANCELLED_BY_SCHOOL),
        ("end", {"reason": "Nobody can go", "by": "centre"}, S.CANCELLED_BY_CENTRE),
    ],
)
def test_what_was_agreed_goes_back_is_declined_or_cancelled(desk, programme, act, said, ended):
    row = make_school_request(S.AGREED, programme=programme)
    assert f"/requests/{row.number}/{act}" in desk.get(f"/requests/{row.number}").text

    assert desk.post(f"/requests/{row.number}/{act}", data=said).status_code == 302
    assert row.state is ended


@pytest.mark.parametrize("act", ["told", "reopen", "end"])
def test_without_words_nothing_happens_and_the_field_says_so(desk, programme, act):
    row = make_school_request(S.NEEDS_INFO if act == "told" else S.AGREED, programme=programme)
    before = row.state

    assert desk.post(f"/requests/{row.number}/{act}", data={}).status_code == 422
    assert row.state is before


@pytest.mark.parametrize(
    ("act", "said"), [("decline", {"reason": "No crew"}), ("end", {"reason": "Rang", "by": "school"})]
)
def test_an_end_is_taken_back_from_what_was_said_and_from_the_page(desk, programme, act, said):
    row = make_school_request(S.TRIAGE, programme=programme)

    page = desk.post(f"/requests/{row.number}/{act}?lang=en", data=said, follow_redirects=True).text
    assert "It is over. The school is told in 10 minutes." in page
    undo = re.findall(r'action="(/requests/undo/[^"]+)"', page)
    assert undo
    back = desk.post(undo[0].replace("&amp;", "&") + "&lang=en", follow_redirects=True).text

    assert "1 request is as before." in back
    assert row.state is S.TRIAGE


# --- duplicates, and booking again ---


SOON = MONDAY.date() + dt.timedelta(days=30)
TYPED = f"{SOON:%d.%m.%Y.}"


def test_a_duplicate_is_joined_by_one_press_its_link_leads_to_the_kept_one_and_it_is_undone(desk, client, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    kept = make_school_request(programme=programme, host_id=row.host_id)
    status, page = f"/status/{a_link(row.id)}", desk.get(f"/requests/{row.number}?lang=en")
    assert f"Join this one with {kept.number}" in page.text

    desk.post(f"/requests/{row.number}/merge-into/{kept.number}", data={"version": value_of(page, "version")})

    assert row.merged_into_id == kept.id
    assert kept.number in client.get(status).text
    assert row.number in desk.get(f"/requests/{kept.number}").text
    undo = re.search(r'action="(/requests/undo/[^"]+)"', desk.get(f"/requests/{row.number}").text)[1]
    desk.post(undo)
    assert row.state is RequestState.TRIAGE
    assert row.number in client.get(status).text


def test_what_was_called_off_is_booked_again_and_an_open_request_is_not(desk, programme):
    row = make_school_request(RequestState.CANCELLED_BY_CENTRE, programme=programme)
    assert f"/requests/{row.number}/again" in desk.get(f"/requests/{row.number}").text
    path = f"/requests/{row.number}/again?lang=en"
    assert "keeps the old one" in desk.get(path).text
    assert desk.post(path, data={"first_day": "x", "last_day": TYPED}).status_code == 422
    answer = desk.post(path, data={"first_day": TYPED, "last_day": TYPED}, follow_redirects=True)
    assert "Booked again after" in answer.text
    assert row.number in answer.text

    row = make_school_request(programme=programme)
    assert desk.get(f"/requests/{row.number}/again").status_code == 409


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
        "age=old": "Waiting",
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


def test_what_is_ticked_is_taken_and_the_note_takes_it_back(desk, rows):
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


def test_a_press_on_the_second_page_of_a_long_list_comes_back_to_it(desk, programme):
    rows = [make_school_request(programme=programme) for _each in range(27)]
    assert desk.get("/requests?page=2").text.count('name="rows"') == 2

    done = desk.post("/requests/together?page=2", data={"act": "take", "rows": ticked(rows[-1])})
    assert done.location == "/requests?page=2"


def test_the_page_of_a_request_keeps_the_way_back(desk, row):
    page = f"/requests/{row.number}"
    desk.post(f"{page}/take")

    undo = re.search(r'action="(/requests/undo/[^"]+of=[^"]+)"', desk.get(page).text)
    assert undo
    assert desk.post(undo[1].replace("&amp;", "&")).location == page

    assert row.state is RequestState.NEW
    assert "/requests/undo/" not in desk.get(page).text


@pytest.mark.parametrize(
    ("act", "state"), [("waitlist", RequestState.WAITLISTED), ("agree", RequestState.AGREED)], ids=str
)
def test_an_act_that_mails_is_seen_before_it_is_done(desk, programme, act, state):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    given = {"act": act, "rows": ticked(row)}

    preview = desk.post("/requests/together?lang=en", data=given)
    assert preview.status_code == 200
    assert "The mail to each school" in preview.text
    assert row.state is RequestState.TRIAGE

    assert f'name="act" value="{act}"' in preview.text

    desk.post("/requests/together", data=given | {"seen": "1"})
    assert row.state is state


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


def test_the_head_of_the_ticks_leaves_paper_with_them(desk, row):
    page = desk.get("/requests").text
    assert len(re.findall(r'<th scope="col"\s+class="tick"', page)) == page.count('<td class="tick">') == 1


def test_a_suspended_colleague_is_not_offered(desk, programme):
    make_school_request(programme=programme)
    for name, suspended_at in (("Ана", None), ("Ива", MONDAY)):
        make_user(centre_id=programme.centre_id, given_name=name, suspended_at=suspended_at)

    page = desk.get("/requests").text
    assert [name in page for name in ("Ана", "Ива")] == [True, False]

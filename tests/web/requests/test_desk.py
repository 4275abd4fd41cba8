"""The coordinators' inbox, the page of a request, requests by phone."""

import datetime as dt
import re

import pytest
from sqlalchemy import event, select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestChannel, RequestState
from tests.ceilings import at_most
from tests.counting import asked_and_written, statements
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit

FIRST = MONDAY.date() + dt.timedelta(days=3)
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def programme(app):
    return make_programme()


def state_of(row) -> RequestState:
    db.session.expire_all()
    return db.session.get(SchoolRequest, row.id).state


def test_the_inbox_shows_what_waits_with_its_next_step(desk, programme):
    row = make_school_request(programme=programme)
    response = desk.get("/requests?lang=en")

    assert response.status_code == 200
    for words in ("Waits for you", "New request", f"/requests/{row.number}", "Take it", "90 pupils"):
        assert words in response.text


def test_a_tile_of_the_inbox_and_of_the_first_page_opens_what_it_counts(desk, programme):
    rows = {state: make_school_request(state, programme=programme) for state in (RequestState.NEW, RequestState.AGREED)}
    for page, tiles in (
        ("/requests?lang=en", {"/requests?show=new", "/requests?show=to_plan"}),
        ("/desk?lang=en", {"/desk?of=new#next", "/desk?of=plan#next"}),
    ):
        assert tiles <= set(re.findall(r'class="tile[^"]*" href="([^"]+)"', desk.get(page).text))

    opened = desk.get("/requests?lang=en&show=to_plan").text
    assert rows[RequestState.AGREED].number in opened
    assert rows[RequestState.NEW].number not in opened
    assert "Remove the filter: Agreed, to be planned" in opened


def test_an_empty_inbox_teaches(desk):
    assert "No requests wait here" in desk.get("/requests?lang=en").text
    assert "Drop the filter" in desk.get("/requests?lang=en&q=zzz").text


@pytest.mark.parametrize("query", ["show=nonsense", "page=0", "page=-1", "page=" + "9" * 500, "page=x", "q=%25"])
def test_nonsense_in_the_address_is_the_first_page(desk, programme, query):
    make_school_request(programme=programme)

    assert desk.get(f"/requests?{query}").status_code == 200


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
@pytest.mark.parametrize("path", ["/requests", "/requests/R-2026-0001", "/requests/R-2026-0001.pdf", "/requests/phone"])
def test_other_roles_are_refused(sign_in, role, path):
    assert sign_in(role).get(path).status_code == 403


def test_who_is_not_signed_in_does_not_see_the_inbox(client):
    assert client.get("/requests").status_code in (302, 403)


def test_a_request_of_another_centre_looks_like_none(desk):
    foreign = make_school_request()

    for number in (foreign.number, "R-1999-0001"):
        assert desk.get(f"/requests/{number}").status_code == 404
        assert desk.post(f"/requests/{number}/take").status_code == 404


@pytest.mark.parametrize("state", [RequestState.STAFFING, RequestState.DISRUPTED])
def test_a_request_with_a_visit_leads_to_it(desk, programme, state):
    row = make_school_request(state, programme=programme)
    path = f"/requests/{row.number}?lang=en"
    assert "Open the visit" not in desk.get(path).text

    visit = make_visit(programme=programme, host_id=row.host_id, school_request_id=row.id)
    shown = desk.get(path).text

    assert "Open the visit" in shown
    assert f'href="/visits/{visit.number}"' in shown
    assert f'href="/requests/{row.number}"' in desk.get(f"/visits/{visit.number}").text


def test_a_request_goes_from_new_to_accepted_by_presses(desk, programme):
    row = make_school_request(programme=programme)
    for act, state in (("take", RequestState.TRIAGE), ("agree", RequestState.AGREED)):
        assert desk.post(f"/requests/{row.number}/{act}").location == f"/requests/{row.number}"
        assert state_of(row) is state


def test_who_presses_take_it_after_a_colleague_reads_who_has_it_and_no_error(desk, sign_in, programme):
    row = make_school_request(programme=programme)
    opened = re.search(r'name="version"[^>]* value="(\d+)"', desk.get(f"/requests/{row.number}").text).group(1)
    sign_in(centre_id=programme.centre_id).post(f"/requests/{row.number}/take", data={"version": opened})

    late = desk.post(f"/requests/{row.number}/take?lang=en", data={"version": opened}, follow_redirects=True)

    db.session.expire_all()
    owner = db.session.get(User, db.session.get(SchoolRequest, row.id).owner_id)
    assert late.status_code == 200
    assert f"Taken already, by {owner.full_name}: nothing was changed." in late.text


def test_the_waiting_list(desk, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    desk.post(f"/requests/{row.number}/waitlist")

    assert state_of(row) is RequestState.WAITLISTED
    page = desk.get(f"/requests/{row.number}?lang=sr_Cyrl").text
    assert "На листи чекања" in page[page.index("Шта се дешавало") :]  # what happened, not what to press


def test_who_asked_is_called_and_written_to_from_the_page(desk, programme):
    row = make_school_request(programme=programme)

    page = desk.get(f"/requests/{row.number}?lang=en").text

    assert 'href="tel:+38124555123"' in page
    assert 'href="mailto:ana@school.example"' in page


def test_a_question_and_a_refusal_are_mailed(desk, programme):
    asked, declined = (make_school_request(RequestState.TRIAGE, programme=programme) for _ in range(2))
    desk.post(f"/requests/{asked.number}/ask", data={"question": "Имате ли салу?"})
    desk.post(f"/requests/{declined.number}/decline", data={"reason": "Нема термина."})

    assert [state_of(asked), state_of(declined)] == [RequestState.NEEDS_INFO, RequestState.DECLINED]
    assert {mail.kind for mail in db.session.scalars(select(OutboxMessage))} == {"request_question", "request_declined"}


@pytest.mark.parametrize(("act", "field"), [("ask", "question"), ("decline", "reason")])
@pytest.mark.parametrize("typed", ["", "   ", "x" * 50_000])
def test_an_empty_or_endless_text_is_refused_beside_its_field(desk, programme, act, field, typed):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    response = desk.post(f"/requests/{row.number}/{act}", data={field: typed})

    assert (response.status_code, state_of(row)) == (422, RequestState.TRIAGE)


def test_the_slower_of_two_colleagues_keeps_the_typed_text(desk, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    seen = row.version
    desk.post(f"/requests/{row.number}/waitlist", data={"version": seen})
    response = desk.post(f"/requests/{row.number}/decline?lang=en", data={"reason": "Нема термина.", "version": seen})

    assert (response.status_code, state_of(row)) == (422, RequestState.WAITLISTED)
    assert "something has changed" in response.text
    assert "Нема термина." in response.text


def test_an_act_that_is_not_possible_now_is_a_conflict(desk, programme):
    row = make_school_request(RequestState.CONFIRMED, programme=programme)

    assert desk.post(f"/requests/{row.number}/waitlist").status_code == 409
    assert desk.post(f"/requests/{row.number}/delete").status_code in (404, 405)


def test_markup_from_a_school_is_text(desk, programme):
    row = make_school_request(
        programme=programme, room=MARKUP, contact_name=MARKUP, safeguarding_contact=MARKUP, answer=MARKUP
    )
    shown = desk.get(f"/requests/{row.number}").text

    assert MARKUP not in shown
    assert shown.count("&lt;img") >= 4


def test_perhaps_the_same_request_is_shown(desk, programme):
    host = make_host()
    row, twin = (make_school_request(programme=programme, host_id=host.id) for _ in range(2))

    assert twin.number in desk.get(f"/requests/{row.number}").text
    assert "perhaps asked twice" in desk.get("/requests?lang=en").text


def test_changed_numbers_are_noted(desk, programme):
    row = make_school_request(RequestState.CONFIRMED, programme=programme, attention=True)
    assert "I have seen the numbers" in desk.get(f"/requests/{row.number}?lang=en").text

    desk.post(f"/requests/{row.number}/note")

    assert "I have seen the numbers" not in desk.get(f"/requests/{row.number}?lang=en").text


@pytest.mark.parametrize(
    "state",
    [s for s in RequestState if s not in (RequestState.MERGED_INTO, RequestState.DRAFT, RequestState.UNVERIFIED)],
)
def test_every_state_has_its_page(desk, programme, state):
    row = make_school_request(state, programme=programme)

    assert desk.get(f"/requests/{row.number}").status_code == 200


def test_the_paper(desk, programme):
    row = make_school_request(programme=programme)

    assert desk.get(f"/requests/{row.number}.pdf").data.startswith(b"%PDF-")


def phoned(asked_for, **changed) -> dict[str, str]:
    fair = {
        "programme": str(asked_for.id),
        "teaching_language": "sr",
        "first_day": f"{FIRST.day}.{FIRST.month}.{FIRST.year}.",
        "last_day": f"{FIRST.day}.{FIRST.month}.{FIRST.year}.",
        "day_part": "morning",
        "presentations-0-audience": "pupils",
        "presentations-0-level": "primary",
        "presentations-0-classes": "5a",
        "presentations-0-pupils": "25",
        "presentations-0-parents": "0",
        "presentations-0-teachers": "1",
        "safeguarding_contact": "Весна Илић",
        "teacher_stays": "y",
        "contact_name": "Оливера Матић",
        "contact_phone": "018 555 123",
        "contact_email": "",
    }
    return fair | changed


def test_a_school_on_the_phone_is_found_and_its_request_taken(desk, programme):
    host = make_host()
    assert f"host={host.id}" in desk.get("/requests/phone?q=karadzic").text
    response = desk.post(f"/requests/phone?host={host.id}", data=phoned(programme))

    row = db.session.scalars(select(SchoolRequest)).one()
    assert response.location == f"/requests/{row.number}"
    assert (row.channel, row.state, row.host_id) == (RequestChannel.PHONE, RequestState.NEW, host.id)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"contact_phone": ""}, "Fill in this field."),
        ({"presentations-0-pupils": "9" * 5000}, "whole number"),
        ({"presentations-0-pupils": "500"}, "do not fit"),
        ({"first_day": "1.1.2020."}, "still to come"),
        ({"contact_email": "ana"}, "the whole address"),
        ({"programme": "x"}, "Choose one"),
        ({"teacher_stays": ""}, "Confirm that a teacher"),
    ],
)
def test_what_is_wrong_on_the_phone_is_told_and_nothing_is_lost(desk, programme, wrong, told):
    data = {key: value for key, value in phoned(programme, **wrong).items() if (key, value) != ("teacher_stays", "")}
    response = desk.post(f"/requests/phone?host={make_host().id}&lang=en", data=data)

    assert response.status_code == 422
    assert told in response.text
    assert 'value="Оливера Матић"' in response.text
    assert db.session.scalars(select(SchoolRequest)).all() == []


def test_one_more_presentation_on_the_phone(desk, programme):
    response = desk.post(f"/requests/phone?host={make_host().id}", data=phoned(programme, more="1"))

    assert "presentations-1-pupils" in response.text
    assert db.session.scalars(select(SchoolRequest)).all() == []


def test_an_unknown_host_leads_back_to_the_search(desk):
    for chosen in ("999", "x", "9" * 500):
        assert desk.get(f"/requests/phone?host={chosen}").status_code == 200


def test_the_inbox_asks_the_database_as_often_for_three_rows_as_for_one(desk, programme):
    programme_id = programme.id

    def look() -> tuple[int, int]:
        with asked_and_written() as made:
            assert desk.get("/requests").status_code == 200
        return made.numbers

    make_school_request(programme=programme)
    look()  # the first page of a process reads more
    at_one = look()
    programme = db.session.get_one(Programme, programme_id)
    for _ in range(2):
        make_school_request(programme=programme)

    assert look() == at_one


def test_sqlite_plans_the_questions_of_the_inbox_and_of_the_desk_once(desk, programme):
    make_school_request(programme=programme)
    opened, first = [], ("pressed", "tally", "kept")

    def listener(raw, _record):
        opened.append(raw)

    db.session.remove()
    event.listen(db.engine, "connect", listener)
    db.engine.dispose()
    for page in ("/requests", "/desk") * 3:
        assert desk.get(page).status_code == 200
    event.remove(db.engine, "connect", listener)
    if ("ENABLE_STMTVTAB",) not in opened[0].execute("PRAGMA compile_options").fetchall():
        pytest.skip("this SQLite does not tell how often it plans")

    asked = "SELECT sql, reprep, run FROM sqlite_stmt WHERE sql LIKE 'WITH % AS MATERIALIZED%'"
    planned = [row for raw in opened for row in raw.execute(asked) if row[0].split()[1] in first]
    assert {sql.split()[1] for sql, _anew, _runs in planned} == set(first)
    assert sum(runs for _sql, _anew, runs in planned) >= 3 * len(first)
    assert not any(anew for _sql, anew, _runs in planned)


def test_the_page_of_a_request_asks_as_often_beside_none_as_beside_five_of_the_same_school(desk, programme):
    asked = make_school_request(programme=programme)
    address, beside = f"/requests/{asked.number}?lang=en", []
    with statements() as alone:
        desk.get(address)
    for _each in range(5):
        other = make_programme(centre_id=programme.centre_id)
        owner = make_user(centre_id=programme.centre_id)
        beside.append(make_school_request(programme=other, host_id=asked.host_id, owner_id=owner.id))
    with statements() as with_five:
        page = desk.get(address).text

    assert len(alone) == len(with_five)
    at_most(11, alone)
    assert all(page.count(f'/requests/{one.number}"') == 1 for one in beside)

"""The school's own page behind its secret link: what it reads in every state, and what it changes itself."""

import datetime as dt
from types import SimpleNamespace

import pytest

from scheduler.core import audit, clock, tokens
from scheduler.core.db import transaction
from scheduler.core.language import long_day, moment, short_day
from scheduler.policy import SYSTEM
from scheduler.programmes.terms import Audience
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from scheduler.web.requests.words import who_is_expected
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.papers import saved, words_of
from tests.visits.scene import Scene
from tests.web.reading import a_link, rows_of
from tests.web.requests.schools import School, asked

R, V = RequestState, VisitState
STATES = [state for state in R if state not in (R.MERGED_INTO, R.DRAFT)]
NUMBERS = {"presentations-0-pupils": "74", "presentations-0-parents": "0", "presentations-0-teachers": "3"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_every_state_has_a_page_with_the_helpline_and_what_happens_next(client, session, state, language):
    school = asked(state)

    page = client.get(school.at(language=language))

    assert page.status_code == 200
    assert (school.row.number in page.text, "19833" in page.text) == (True, True)


def test_an_invented_secret_is_not_found_and_an_ended_one_gone(client, session):
    school = asked()
    with transaction():
        tokens.end_links("status", school.row.id, now=MONDAY)

    assert client.get("/status/invented").status_code == 404
    gone = client.get(school.at())
    assert (gone.status_code, school.row.number in gone.text) == (410, False)


def test_the_question_is_answered_on_the_page_and_an_empty_answer_asked_for_again(client, session):
    school = asked(R.NEEDS_INFO, question="Имате ли пројектор?")
    assert "Имате ли пројектор?" in client.get(school.at()).text

    assert client.post(school.status, data={"answer": " "}).status_code == 422
    assert school.row.state is R.NEEDS_INFO
    client.post(school.status, data={"answer": "Имамо.", "version": school.row.version})

    assert school.row.state is R.TRIAGE


def test_numbers_change_on_their_own_page_of_those_whom_the_programme_is_for(client, session):
    school = asked()
    page = school.at("/counts")
    shown = client.get(page).text
    assert 'value="90"' in shown
    assert [f'name="presentations-0-{name}"' in shown for name in ("pupils", "parents")] == [True, False]
    seen = {"version": school.row.version}

    assert client.post(page, data=NUMBERS | seen).location == school.status
    stale = client.post(page, data=NUMBERS | {"presentations-0-pupils": "60"} | seen)  # of a colleague with the link

    assert (stale.status_code, "something has changed" in stale.text) == (422, True)
    assert [(row.pupils, row.teachers) for row in rows_of(RequestedPresentation)] == [(74, 3)]


@pytest.mark.parametrize(
    ("typed", "told"), [("9" * 5000, "whole number"), ("-1", "number between 0 and"), ("500", "fit"), ("0", "how many")]
)
def test_impossible_numbers_are_told_beside_the_field(client, session, typed, told):
    numbers = {"presentations-0-pupils": typed, "presentations-0-teachers": "0"}

    response = client.post(asked().at("/counts"), data=NUMBERS | numbers)

    assert (response.status_code, told in response.text) == (422, True)
    assert rows_of(RequestedPresentation.pupils) == [90]


def test_a_school_withdraws_on_a_page_that_asks_once(client, session):
    school = asked(R.WAITLISTED)
    data = {"reason": "", "version": school.row.version}

    pressed_twice = [client.post(school.at("/withdraw"), data=data).location for _press in range(2)]

    assert pressed_twice == [school.status] * 2
    assert school.row.state is R.WITHDRAWN
    assert f"{school.status}/withdraw" not in client.get(school.at()).text


def test_a_confirmed_visit_is_not_withdrawn_by_a_press(client, session):
    school = asked(R.CONFIRMED)

    response = client.post(school.at("/withdraw"), data={"reason": ""})

    assert (response.status_code, school.row.state) == (422, R.CONFIRMED)
    assert "call us" in response.text


def test_what_the_school_can_do_stands_before_a_history_that_tells_days_and_not_minutes(client, session):
    row, shown = (school := asked()).row, client.get(school.at()).text

    assert shown.index("Withdraw the request") < shown.index("Where the request is") < shown.index("What you asked for")
    line = shown.split("Where the request is")[1]
    assert short_day(clock.local_day(row.state_since), "en") in line
    assert moment(row.state_since, "en", "Europe/Belgrade") not in line
    assert f'href="/requests/{row.number}' not in shown  # the notes of staff do not reach the school


def test_the_centres_phone_stands_on_the_page(client, session):
    school = School(R.NEW, None, centre_id=make_centre(phone="011 555 44").id)

    assert 'href="tel:01155544"' in client.get(school.at()).text


@pytest.mark.parametrize(
    ("state", "reason", "heading"),
    [
        (R.CANCELLED_BY_SCHOOL, "no_show_host", "The presentation was not held"),
        (R.CANCELLED_BY_CENTRE, "no_show_presenter", "The presentation was not held"),
        (R.CANCELLED_BY_SCHOOL, "flu", "You cancelled the visit"),
    ],
)
def test_who_was_not_there_has_not_cancelled(client, session, state, reason, heading):
    school = asked(state)
    with transaction():
        audit.record(SYSTEM, f"school request {state.value}", school.row, at=MONDAY, details={"reason": reason})

    shown = client.get(school.at()).text

    assert f"<h1>{heading}</h1>" in shown
    assert ("Cancelled by" in shown.split("Where the request is")[1]) is (reason == "flu")


# --- with its visit ---


def test_the_planned_visit_is_seen_and_no_name_before_it_is_confirmed(client, session):
    shown = client.get(f"/status/{a_link(Scene().asked.id)}?lang=en").text

    assert ("Who is coming" in shown, "Their names appear here" in shown) == (True, True)


def test_once_confirmed_the_directors_paper_names_the_day_and_who_comes_a_minor_by_first_name(
    client, session, tmp_path
):
    school = School(on_day=dt.date(2026, 10, 6)).with_crew()

    words = words_of(saved(client.get(school.at("/request.pdf", "sr_Latn")).data, tmp_path))

    for word in ("Jelena Ristić", "Tara", "utorak, 6. oktobar 2026.", "09:55"):
        assert word in words
    assert "Nedodirljivić" not in words


def test_presenter_cards_give_of_a_minor_the_first_name_and_the_adult(client, session):
    shown = client.get(School(influencers=1).with_crew().at()).text

    for word in ("Jelena Ristić", "Tara", "with an adult: Jelena Ristić"):
        assert word in shown
    assert "Nedodirljivić" not in shown


@pytest.mark.parametrize(
    ("states", "words", "not_there"),
    [
        ((R.CONFIRMED, V.CONFIRMED), ["<b>{day}, 09:55</b>"], ["Your days:"]),
        ((R.DISRUPTED, V.DISRUPTED), ["The visit needs a new day"], ["Who is coming", "{day}"]),
        ((R.CERTIFIED, V.DELIVERED), ["Open the certificates", "Who came"], ["check their identity"]),
    ],
    ids=["the agreed day and not the asked ones", "no day and no presenters of a stopped visit", "certificates first"],
)
def test_in_each_state_of_the_visit_the_page_says_what_counts(client, session, states, words, not_there):
    school = School(*states)
    day = long_day(school.visit.on_day, "en")

    shown = client.get(school.at()).text

    places = [shown.find(word.format(day=day)) for word in words]
    assert -1 not in places
    assert places == sorted(places)
    assert [word for word in not_there if word.format(day=day) in shown] == []


def test_the_directors_paper_says_who_the_expected_people_are(app):
    expected = SimpleNamespace(audience=Audience.PUPILS, pupils=51, parents=0, teachers=2)

    with app.test_request_context("/?lang=en"):
        assert who_is_expected(expected) == "Pupils 51, Teachers 2"

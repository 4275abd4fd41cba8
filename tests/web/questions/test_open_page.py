"""The page of a class: no cookie, no script, no name; forged, late and repeated sendings count nothing."""

import datetime as dt
import re

import pytest

from scheduler.config import settings
from scheduler.policy import Role
from scheduler.questions.models import QuestionRound
from scheduler.questions.rules.sets import code_of
from scheduler.visits.terms.states import PresentationState, VisitState
from scheduler.web import limits
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.questions import AFTER, BEFORE, make_question_set
from tests.factories.visits import make_presentation, make_visit
from tests.web.browser import sign_in_as
from tests.web.reading import EN, main_of, rows_of, text_of, value_of

DAY = dt.timedelta(days=1)


@pytest.fixture
def questions(session):
    """Of a presentation for twenty pupils that begins this very minute."""
    programme = make_programme()
    visit = make_visit(VisitState.CONFIRMED, programme=programme, on_day=MONDAY.date(), number="P-2026-7777")
    make_presentation(visit, dt.time(11), PresentationState.CONFIRMED, ordinal=1, uid="one@x", expected_pupils=20)
    return make_question_set(programme)[1]


def at(moment=BEFORE):
    return f"/q/P-2026-7777/1/{code_of('one@x', moment, settings().secret_key)}"


def counted():
    return sum(rows_of(QuestionRound.phone))


def key_of(page):
    return value_of(page, "form_key")


def test_a_pupil_answers_with_buttons_alone_and_is_thanked(client, questions):
    page = client.get(at(), query_string=EN)
    first, _second, third = questions

    said = {"form_key": key_of(page), f"q{first}": "4", f"q{third}": "1"}
    sent = client.post(at(), query_string=EN, data=said, follow_redirects=True)

    assert "Question 1" in text_of(page)
    assert main_of(page).count('type="radio"') == 5 + 5 + 2
    assert not re.search(r'<textarea|type="text"|<script', main_of(page))
    assert "Thank you. Your answers were added to the sums of your class" in text_of(sent)
    assert "tel:19833" in sent.text
    assert counted() == 1


@pytest.mark.parametrize("query", [{}, EN, {"lang": "sr_Latn", "theme": "dark"}])
def test_no_answer_sets_a_cookie_or_may_be_kept(app, questions, query, monkeypatch):
    """Nor does one that refuses: closed, forged, unknown, or without the proof of its page."""
    client = app.test_client()
    page = client.get(at(), query_string=query)
    answers = [
        page,
        client.post(at(), query_string=query, data={"form_key": key_of(page), f"q{questions[0]}": "4"}),
        client.post(at(), query_string=query, data={f"q{questions[0]}": "9"}),
        client.get(at(AFTER), query_string=query),
        client.get(f"{at()}x", query_string=query),
    ]
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answers.append(client.post(at(), query_string=query, data={f"q{questions[0]}": "4"}))

    assert [one.status_code for one in answers] == [200, 302, 422, 200, 404, 400]
    for one in answers:
        assert one.headers.getlist("Set-Cookie") == []
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert client._cookies == {}
    assert counted() == 1


def test_the_form_proves_its_page_without_a_session(app, questions, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    page = app.test_client().get(at())
    token = value_of(page, "csrf_token")

    def sent(path, token, key):
        """From another browser, which does not matter."""
        said = {f"q{questions[0]}": "4", "csrf_token": token, "form_key": key}
        return app.test_client().post(path, data=said).status_code

    assert sent(at(), token, "one") == 302
    assert sent(at(), token[:-2], "two") == 400
    assert sent(at(AFTER), token, "three") == 400
    assert counted() == 1


def test_who_is_signed_in_stays_so_and_is_not_noted(app, questions):
    client = sign_in_as(app.test_client(), make_user(Role.COORDINATOR).id)
    before = dict(client._cookies)

    client.post(at(), data={"form_key": "one", f"q{questions[0]}": "4"})

    assert client._cookies == before
    assert client.get("/desk").status_code == 200


def test_one_form_is_one_answer_however_often_it_is_pressed(client, questions):
    said = {"form_key": key_of(client.get(at())), f"q{questions[0]}": "4"}

    answers = [client.post(at(), data=said) for _press in range(3)]

    assert [one.status_code for one in answers] == [302] * 3
    assert counted() == 1


def test_a_form_that_was_refused_may_be_sent_again(client, questions):
    refused = client.post(at(), query_string=EN, data={"form_key": key_of(client.get(at()))})
    sent = client.post(at(), data={"form_key": key_of(refused), f"q{questions[0]}": "4"})
    again = client.post(at(), data={"form_key": key_of(client.get(at()))})

    assert "Choose an answer of at least one question." in text_of(refused)
    assert [one.status_code for one in (refused, sent, again)] == [422, 302, 422]
    assert counted() == 1


@pytest.mark.parametrize("choice", ["6", "0", "-1", "4.5", "\0", "четири", "9" * 5000, "4   "])
def test_forged_choices_are_refused_in_words_and_never_break_the_page(client, questions, choice):
    answer = client.post(at(), data={f"q{questions[0]}": choice})

    assert answer.status_code in (302, 422)
    assert counted() == 0 or choice == "4   "


@pytest.mark.parametrize("said", [{}, {"qq": "1"}, {"q999999999": "1"}])
def test_answers_of_no_question_are_refused(client, questions, said):
    assert client.post(at(), data=said).status_code in (302, 422)
    assert counted() == 0


def test_a_huge_body_is_refused(client, questions):
    assert client.post(at(), data={f"q{questions[0]}": "4" * 600_000}).status_code == 422
    assert client.post(at(), data={f"q{questions[0]}": "4" * 1_100_000}).status_code == 413
    assert client.post(at(), data=b"x" * 1_100_000, content_type="text/plain").status_code == 413
    assert client.post(at(), data=b"q1=%8A", content_type="application/x-www-form-urlencoded").status_code < 500
    assert client.post(at(), data={f"q{number}": "1" for number in range(1_000, 3_000)}).status_code == 422
    assert counted() == 0


def test_after_its_hours_the_page_counts_nothing_and_says_so(client, questions, the_clock):
    for now, moment, words in (
        (MONDAY, AFTER, "These questions open later:"),
        (MONDAY + DAY, BEFORE, "These questions are closed; no more answers are counted."),
        (MONDAY + 8 * DAY, AFTER, "These questions are closed; no more answers are counted."),
    ):
        the_clock.stands_at(now)
        assert words in text_of(client.get(at(moment), query_string=EN))
        refused = client.post(at(moment), query_string=EN, data={f"q{questions[0]}": "4"})
        assert refused.status_code == 422
        assert "Ask your teacher: these questions are not open now." in text_of(refused)
    assert counted() == 0


def test_when_a_class_is_full_the_page_says_so(client, questions):
    answers = [client.post(at(), query_string=EN, data={f"q{questions[0]}": "4"}) for _pupil in range(26)]

    late = [client.post(at(), data={"form_key": "late", f"q{questions[0]}": "4"}).status_code for _press in range(2)]

    assert [one.status_code for one in answers] == [302] * 25 + [422]
    assert late == [422, 422]  # nobody is thanked for what was not counted
    assert "more answers came than a class has" in text_of(answers[-1])
    assert counted() == 25


def test_a_wrong_code_is_an_address_that_is_not_there(client, questions):
    for path in ("1/aaaaaaaaaaaaa", "2/x", "²/x", "99999999999/x", "1/ж"):
        assert client.get(f"/q/P-2026-7777/{path}").status_code == 404
        assert client.post(f"/q/P-2026-7777/{path}", data={f"q{questions[0]}": "1"}).status_code == 404
    assert client.get(at().replace("P-2026-7777", "x")).status_code == 404


def test_a_network_that_guesses_is_stopped_and_not_a_school(client, questions):
    """A whole school stands behind one address: three hundred a minute, then no more."""
    answers = [client.get(f"{at()}x").status_code for _guess in range(301)]

    assert limits.SEARCHES == "300 per minute"
    assert (answers[0], answers[299], answers[300]) == (404, 404, 429)


def test_each_script_has_its_words(client, questions):
    for language, title in (("sr_Cyrl", "Шта мислиш?"), ("sr_Latn", "Šta misliš?"), ("en", "What do you think?")):
        page = client.get(at(), query_string={"lang": language})
        assert title in page.text
        assert f"lang={language}" in re.search(r'<form method="post" action="([^"]+)"', page.text)[1]

"""The school's own page: what it reads, does and hands on there, whom it calls, and that looking does none of it."""

import datetime as dt
import json
from types import SimpleNamespace

import pytest

from scheduler.attendance.models import VisitFeedback
from scheduler.core import audit, clock, tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.language import long_day, moment, short_day
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM
from scheduler.programmes.terms import Audience
from scheduler.requests.models import BookingAnswers, DateProposal, RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import DateWish, Readiness
from scheduler.visits.terms.states import ClockWrong, FindingKind, VisitState
from scheduler.web.requests.words import who_is_expected
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.safeguarding import an_educator_on_working_days
from tests.papers import pages_of, saved, told, unembedded_fonts, words_of
from tests.visitor import day
from tests.visits.scene import Scene
from tests.web.browser import staff_of
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.schools import LATER, TODAY, School, asked

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


def test_an_empty_answer_is_asked_for_again_and_a_school_withdraws_on_a_page_that_asks_once(client, session):
    school = asked(R.NEEDS_INFO, question="Имате ли пројектор?")
    assert "Имате ли пројектор?" in client.get(school.at()).text
    assert client.post(school.status, data={"answer": " "}).status_code == 422
    assert school.row.state is R.NEEDS_INFO
    client.post(school.status, data={"answer": "Имамо.", "version": school.row.version})
    assert school.row.state is R.TRIAGE

    school = asked(R.WAITLISTED)
    data = {"reason": "", "version": school.row.version}
    pressed_twice = [client.post(school.at("/withdraw"), data=data).location for _press in range(2)]
    assert pressed_twice == [school.status] * 2
    assert school.row.state is R.WITHDRAWN
    assert f"{school.status}/withdraw" not in client.get(school.at()).text
    school = asked(R.CONFIRMED)
    response = client.post(school.at("/withdraw"), data={"reason": ""})
    assert (response.status_code, school.row.state) == (422, R.CONFIRMED)
    assert "call us" in response.text


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


def test_what_the_school_can_do_stands_before_a_history_of_days_and_its_centres_phone_beside(client, session):
    row, shown = (school := asked()).row, client.get(school.at()).text
    assert shown.index("Withdraw the request") < shown.index("Where the request is") < shown.index("What you asked for")
    line = shown.split("Where the request is")[1]
    assert short_day(clock.local_day(row.state_since), "en") in line
    assert moment(row.state_since, "en", "Europe/Belgrade") not in line
    assert f'href="/requests/{row.number}' not in shown  # the notes of staff do not reach the school

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
    assert heading in shown.split("Where the request is")[1].split("What you asked for")[0]


def test_the_planned_visit_is_seen_without_a_name_and_in_its_last_48_hours_the_page_says_call(client, session):
    shown = client.get(f"/status/{a_link(Scene().asked.id)}?lang=en").text
    assert ("Who is coming" in shown, "names appear here" in shown) == (True, True)

    school = School(on_day=TODAY + A_DAY)
    shown = client.get(school.at()).text
    assert ("less than 48 hours" in shown, f"{school.status}/date" in shown) == (True, False)


def test_what_is_over_is_told_by_the_stops_it_came_to_and_by_its_own_sentence(client, session):
    school = asked(R.DECLINED)
    with transaction():
        for state in ("unverified", "new", "waitlisted", "declined"):
            audit.record(SYSTEM, f"school request {state}", school.row, at=MONDAY)

    line = client.get(school.at()).text.split("Where the request is")[1].split("What you asked for")[0]

    places = [line.find(words) for words in ("Request received", "We cannot come this time")]
    assert (-1 in places, places == sorted(places)) == (False, True)
    assert [words for words in ("The school sent", "On the waiting list", "Declined") if words in line] == []


def test_the_line_names_the_day_of_the_visit_and_not_the_day_on_which_it_was_counted(client, session):
    school = School(R.REPORTED, V.DELIVERED, on_day=TODAY - A_DAY)
    with transaction():
        audit.record(SYSTEM, "school request delivered", school.row, at=MONDAY)

    line = text_of(client.get(school.at())).split("Where the request is")[1]

    assert f"Presentation (done) {short_day(TODAY - A_DAY, 'en')}" in line


def test_until_a_limit_the_page_says_once_whom_to_call_after_it(client, session):
    school = School(on_day=dt.date(2026, 10, 6), centre_id=make_centre(phone="011 555 44").id)

    shown = text_of(client.get(school.at()))

    assert (shown.count("After that, call the centre: 011 555 44"), shown.count("call us")) == (1, 0)


def test_once_confirmed_cards_and_the_directors_paper_name_the_day_and_who_comes_a_minor_by_first_name(
    client, session, tmp_path
):
    school = School(on_day=dt.date(2026, 10, 6)).with_crew()
    paper = client.get(school.at("/request.pdf", "sr_Latn"))
    assert paper.mimetype == "application/pdf"
    words = words_of(saved(paper.data, tmp_path))
    for word in ("Jelena Ristić", "Tara", "utorak, 6. oktobar 2026.", "09:55"):
        assert word in words
    assert "Nedodirljivić" not in words

    shown = client.get(School(influencers=1).with_crew().at()).text
    for word in ("Jelena Ristić", "Tara", "with an adult: Jelena Ristić"):
        assert word in shown
    assert "Nedodirljivić" not in shown


@pytest.mark.parametrize(
    ("states", "words", "not_there"),
    [
        ((R.CONFIRMED, V.CONFIRMED), ['<b class="day-mark">{day}, 09:55</b>'], ["Your days:"]),
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


A_DAY = dt.timedelta(days=1)
UNTIL = MONDAY + 2 * A_DAY
PAGES = ["/date", "/ready", "/cancel", "/directions", "/feedback", "/later", "/parents.pdf", "/request.pdf", "/counts"]
WATCHED = (AuditEntry, OutboxMessage, Finding, DateProposal, BookingAnswers)


def test_a_mail_scanner_that_opens_every_page_twenty_times_changes_nothing(client, session):
    school, proposed = School(), asked(RequestState.PROPOSED)
    in_question(school)
    proposed.propose(LATER, until=UNTIL)
    waiting = asked()
    before = [len(rows_of(model)) for model in WATCHED]
    opened = [school.at(page) for page in ("", *PAGES)] + [proposed.at("/dates"), waiting.at("/withdraw")]

    for _time in range(20):
        assert {client.get(page).status_code for page in opened} == {200}
        for page in ("/again", "/clock", "/date/keep", "/dates/none"):
            assert client.get(school.at(page)).status_code == 405

    assert [len(rows_of(model)) for model in WATCHED] == before
    assert [one.row.state for one in (proposed, waiting)] == [RequestState.PROPOSED, RequestState.NEW]


@pytest.mark.parametrize("page", ["/date", "/ready", "/feedback", "/later"])
def test_without_a_visit_there_is_nothing_to_do_there(client, session, page):
    assert client.get(asked().at(page)).status_code == 404


def test_a_school_accepts_a_proposed_date_once_none_of_another_request_or_says_that_none_suits(client, session):
    school = asked(RequestState.PROPOSED)
    _first, second = school.propose(LATER, LATER + A_DAY, until=UNTIL)
    assert client.get(school.at("/dates")).text.count('type="radio"') == 2
    choice = {"date": str(second), "version": school.row.version}
    pressed = [client.post(school.at("/dates"), data=choice).location for _press in range(2)]
    row = school.row
    assert pressed == [school.status] * 2
    assert (row.state, row.first_day, row.last_day) == (RequestState.AGREED, LATER + A_DAY, LATER + A_DAY)
    assert rows_of(DateProposal) == []

    school, other = asked(RequestState.PROPOSED), asked(RequestState.PROPOSED)
    school.propose(LATER, until=UNTIL)
    [foreign] = other.propose(LATER, until=UNTIL)
    for typed in (str(foreign), "", "x" * 400, "9" * 40):
        assert client.post(school.at("/dates"), data={"date": typed}).status_code == 422
    assert school.row.state is RequestState.PROPOSED
    school = asked(RequestState.PROPOSED)
    school.propose(LATER, until=UNTIL)
    assert client.post(school.at("/dates/none"), data={"reason": ""}).status_code == 422
    client.post(school.at("/dates/none"), data={"reason": "Само петком.", "version": school.row.version})
    assert (school.row.state, school.row.answer) == (RequestState.TRIAGE, "Само петком.")


def test_coordinators_propose_dates_and_read_what_is_wrong_beside_the_field(app, client):
    school = asked(RequestState.TRIAGE)
    desk, address = staff_of(app, school), f"/requests/{school.row.number}/dates?lang=en"
    past = {"other_day": day(TODAY - A_DAY), "held_until": day(TODAY + A_DAY)}
    typed = past | {"other_day": day(LATER), "other_start": "9:30"}
    another_hour, meant = ({"meant": "y", "meant_for": f"{LATER} {hour}"} for hour in ("10:00", "09:30"))

    for wrong, words in (
        (past, "still to come"),
        (typed, "nobody of the centre speaks about this"),
        (typed | another_hour, "nobody of the centre speaks about this"),
    ):
        refused = desk.post(address, data=wrong)
        assert (refused.status_code, words in refused.text, rows_of(DateProposal)) == (422, True, [])
    assert desk.post(address, data=typed | meant).location == f"/requests/{school.row.number}"

    assert school.row.state is RequestState.PROPOSED
    assert "9:30" in client.get(school.at()).text


ASKED_FOR = "You have asked for another date"


@pytest.fixture
def later(app) -> School:
    """Its visit is confirmed for a day far enough ahead, and an educator has time on others."""
    school = School(on_day=LATER)
    an_educator_on_working_days(centre_id=school.centre_id)
    return school


def test_a_school_asks_for_another_date_takes_it_back_or_reads_that_the_date_stays(app, client, later):
    wish = {"first_choice": str(LATER + 2 * A_DAY), "reason": "Излет"}
    assert "If another hour suits you better" in client.get(later.at("/date")).text
    assert client.post(later.at("/date"), data=wish).location == later.status
    assert ASKED_FOR in client.get(later.at()).text
    assert "Излет" in staff_of(app, later).get(f"/visits/{later.visit.number}?lang=en").text
    client.post(later.at("/date/keep"))
    assert ASKED_FOR not in client.get(later.at()).text
    assert len(rows_of(DateWish)) == 1

    client.post(later.at("/date"), data={"first_choice": str(LATER + 2 * A_DAY), "reason": "Излет"})
    desk, visit = staff_of(app, later), f"/visits/{later.visit.number}"
    assert desk.post(f"{visit}/keep-date", data={"reason": ""}).status_code == 422
    assert desk.post(f"{visit}/keep-date", data={"reason": "Сви су на путу."}).location == visit
    assert ASKED_FOR not in client.get(later.at()).text


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"first_choice": "soon", "reason": "x"},
        {"first_choice": str(LATER), "reason": "the agreed day"},
        {"first_choice": str(LATER + 3 * A_DAY), "reason": "a Saturday"},
        {"first_choice": str(LATER + 2 * A_DAY)},  # without a reason
    ],
)
def test_a_wish_without_shape_or_for_a_day_that_is_not_offered_is_asked_for_again(client, later, typed):
    assert client.post(later.at("/date"), data=typed).status_code == 422
    assert rows_of(DateWish) == []


def test_more_than_a_presentation_takes_waits_on_both_pages_until_the_centre_answers(app, client, later):
    waits = "You have asked for other numbers"
    more = {"presentations-0-pupils": "400", "presentations-0-teachers": "2"}
    assert client.post(later.at("/counts"), data=more).location == later.status
    assert waits in client.get(later.at()).text
    desk, visit = staff_of(app, later), f"/visits/{later.visit.number}"
    assert f'href="{visit}/numbers"' in desk.get(visit).text

    for answer in ("decline", "maybe"):
        assert desk.post(f"{visit}/numbers", data={"answer": answer}).status_code == 422
    assert desk.post(f"{visit}/numbers", data={"answer": "decline", "reason": "Сала је мала."}).location == visit

    assert waits not in client.get(later.at()).text
    assert desk.post(f"{visit}/numbers", data={"answer": "accept"}).status_code == 422


def test_the_checklist_is_kept_in_part_and_makes_ready_when_full_and_the_hour_is_said_to_be_right(client, session, app):
    school = School()
    everything = dict.fromkeys(("room", "equipment", "teacher", "parents", "door"), "y")
    client.post(school.at("/ready"), data={"room": "y"})
    [noted] = rows_of(Readiness)
    assert [item for item in everything if getattr(noted, item)] == ["room"]
    assert "4 things are still open" in client.get(school.at()).text
    client.post(school.at("/ready"), data=everything)
    assert (school.visit.state, school.row.state) == (VisitState.READY, RequestState.READY)

    school = School()
    in_question(school)
    assert "Is the hour still right?" in client.get(school.at()).text
    for _press in range(2):
        assert client.post(school.at("/clock")).location == school.status
    assert school.visit.clock_wrong is None
    assert "Is the hour still right?" not in client.get(school.at()).text
    school = School()
    in_question(school)
    desk, visit = staff_of(app, school), f"/visits/{school.visit.number}"
    assert "7b: this class is not in school at that hour." in desk.get(f"{visit}?lang=en").text
    desk.post(f"{visit}/clock")
    assert school.visit.clock_wrong is None


def in_question(school: School) -> None:
    """The class is not in school at the hour of its presentation."""
    clock = {"kind": FindingKind.CLOCK, "ordinal": 1, "class_name": "7b", "why": ClockWrong.TOO_EARLY}
    with transaction() as session:
        session.add(Finding(visit_id=school.visit.id, found_at=MONDAY, **clock))
        school.visit.clock_wrong = ClockWrong.TOO_EARLY


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_note_to_parents_is_a_clean_page_for_each_presentation_and_a_sheet_of_slips(
    client, session, tmp_path, language
):
    path = saved(client.get(School(influencers=1).at("/parents.pdf", language)).data, tmp_path)

    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []
    assert pages_of(path) == 2
    words = {"sr_Cyrl": ("Обавештење за родитеље", "Сагласност за фотографисање")}.get(language, ())
    for text in ("09:55", "7b, 7c", "19833", *words):
        assert text in words_of(path), text


def test_before_a_date_is_agreed_the_note_says_who_tells_the_day_and_directions_are_kept(client, session):
    assert client.get(asked().at("/parents.pdf")).data.startswith(b"%PDF-")

    school = School()
    sent = client.post(
        school.at("/directions"), data={"directions": "Улаз из дворишта.", "version": school.row.version}
    )
    assert sent.location == school.status
    assert "Улаз из дворишта." in client.get(school.at()).text


@pytest.fixture
def held(session) -> School:
    return School(RequestState.DELIVERED, VisitState.DELIVERED, TODAY - 3 * A_DAY)


FEEDBACK = {"useful": "5", "clear": "4", "again": "yes", "words": "Краће."}


def test_feedback_is_given_after_the_visit_with_marks_once_without_a_name(client, held, app):
    assert client.post(School().at("/feedback"), data=FEEDBACK).status_code == 422
    refused = client.post(held.at("/feedback"), data=FEEDBACK | {"useful": "9"})
    assert (refused.status_code, "?:" in text_of(refused)) == (422, False)
    assert rows_of(VisitFeedback) == []

    assert "How was it?" in client.get(held.at()).text
    client.post(held.at("/feedback"), data=FEEDBACK)
    client.post(held.at("/feedback"), data=FEEDBACK | {"useful": "1"})
    [row] = rows_of(VisitFeedback)
    assert (row.useful, row.clear, row.again, row.words) == (5, 4, True, "Краће.")
    assert not {"name", "given_by", "actor"} & set(VisitFeedback.__table__.columns.keys())
    assert "Краће." in staff_of(app, held).get(f"/visits/{held.visit.number}?lang=en").text


def test_book_again_begins_with_the_old_answers_and_asks_for_days_and_promises(client, held):
    assert client.post(held.at("/again")).location == "/book/when"
    [kept] = rows_of(BookingAnswers.answers)
    assert json.loads(kept)["again"] == {"parent": [str(held.row.id)]}

    who, where = client.get("/book/who?lang=en").text, client.get("/book/where?lang=en").text
    assert ('value="90"' in who, "7b, 7c" in who) == (True, True)
    assert "checked" not in where.split('name="teacher_stays"')[1].split(">")[0]
    assert client.get("/book/check").location.startswith("/book/")

    client.post("/book/forget")
    assert rows_of(BookingAnswers) == []


def test_what_a_school_books_again_on_its_page_is_sent_as_a_child_of_the_old_request(client, session):
    school = asked(RequestState.CANCELLED_BY_CENTRE)
    client.post(school.at("/again"))
    days = {"first_day": day(LATER), "last_day": day(LATER + 9 * A_DAY), "day_part": "any"}
    client.post("/book/when", data=days)
    where = {"room": "Сала", "safeguarding_contact": "Весна Илић", "teacher_stays": "y"}
    assert client.post("/book/where", data=where).location == "/book/check"

    client.post("/book/check", data={"form_key": "one"})

    old, child = rows_of(SchoolRequest)
    assert (child.parent_id, child.host_id, child.in_line_since) == (old.id, old.host_id, old.submitted_at)
    assert child.state is RequestState.UNVERIFIED

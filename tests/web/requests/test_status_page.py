"""What the school does on its own page between the answer and the certificate, and that looking does none of it."""

import datetime as dt
import json

import pytest

from scheduler.attendance.models import VisitFeedback
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.requests.models import BookingAnswers, DateProposal, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import DateWish, Readiness
from scheduler.visits.terms.states import ClockWrong, FindingKind, VisitState
from tests.factories import MONDAY
from tests.factories.safeguarding import an_educator_on_working_days
from tests.papers import pages_of, saved, told, unembedded_fonts, words_of
from tests.web.browser import staff_of
from tests.web.reading import rows_of
from tests.web.requests.schools import LATER, TODAY, School, asked
from tools.bench.visitor import day

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


# --- proposed dates


def test_a_school_accepts_a_proposed_date_and_twice_is_once(client, session):
    school = asked(RequestState.PROPOSED)
    _first, second = school.propose(LATER, LATER + A_DAY, until=UNTIL)
    assert client.get(school.at("/dates")).text.count('type="radio"') == 2

    choice = {"date": str(second), "version": school.row.version}
    pressed = [client.post(school.at("/dates"), data=choice).location for _press in range(2)]

    row = school.row
    assert pressed == [school.status] * 2
    assert (row.state, row.first_day, row.last_day) == (RequestState.AGREED, LATER + A_DAY, LATER + A_DAY)
    assert rows_of(DateProposal) == []


def test_a_date_of_another_request_or_none_is_not_accepted(client, session):
    school, other = asked(RequestState.PROPOSED), asked(RequestState.PROPOSED)
    school.propose(LATER, until=UNTIL)
    [foreign] = other.propose(LATER, until=UNTIL)

    for typed in (str(foreign), "", "x" * 400, "9" * 40):
        assert client.post(school.at("/dates"), data={"date": typed}).status_code == 422
    assert school.row.state is RequestState.PROPOSED


def test_a_school_says_that_no_date_suits(client, session):
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


# --- another date, other numbers

ASKED_FOR = "You have asked for another date"


@pytest.fixture
def later(app) -> School:
    """Its visit is confirmed for a day far enough ahead, and an educator has time on others."""
    school = School(on_day=LATER)
    an_educator_on_working_days(centre_id=school.centre_id)
    return school


def test_a_school_asks_for_another_date_and_takes_it_back(app, client, later):
    wish = {"first_choice": str(LATER + 2 * A_DAY), "reason": "Излет"}
    assert "If another hour suits you better" in client.get(later.at("/date")).text

    assert client.post(later.at("/date"), data=wish).location == later.status
    assert ASKED_FOR in client.get(later.at()).text
    assert "Излет" in staff_of(app, later).get(f"/visits/{later.visit.number}?lang=en").text

    client.post(later.at("/date/keep"))
    assert ASKED_FOR not in client.get(later.at()).text
    assert len(rows_of(DateWish)) == 1


def test_the_centre_answers_that_the_date_stays(app, client, later):
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


def test_in_the_last_48_hours_the_page_says_call(client, session):
    school = School(on_day=TODAY + A_DAY)

    shown = client.get(school.at()).text

    assert ("less than 48 hours" in shown, f"{school.status}/date" in shown) == (True, False)


# --- checklist, clock


def test_the_checklist_is_kept_in_part_and_makes_ready_when_full(client, session):
    school = School()
    everything = dict.fromkeys(("room", "equipment", "teacher", "parents", "door"), "y")

    client.post(school.at("/ready"), data={"room": "y"})
    [noted] = rows_of(Readiness)
    assert [item for item in everything if getattr(noted, item)] == ["room"]
    assert "4 things are still open" in client.get(school.at()).text

    client.post(school.at("/ready"), data=everything)
    assert (school.visit.state, school.row.state) == (VisitState.READY, RequestState.READY)


def in_question(school: School) -> None:
    """The class is not in school at the hour of its presentation."""
    clock = {"kind": FindingKind.CLOCK, "ordinal": 1, "class_name": "7b", "why": ClockWrong.TOO_EARLY}
    with transaction() as session:
        session.add(Finding(visit_id=school.visit.id, found_at=MONDAY, **clock))
        school.visit.clock_wrong = ClockWrong.TOO_EARLY


def test_the_school_says_that_the_hour_is_right_all_the_same(client, session):
    school = School()
    in_question(school)
    assert "Is the hour still right?" in client.get(school.at()).text

    for _press in range(2):
        assert client.post(school.at("/clock")).location == school.status

    assert school.visit.clock_wrong is None
    assert "Is the hour still right?" not in client.get(school.at()).text


def test_a_coordinator_notes_that_the_hour_is_right(app):
    school = School()
    in_question(school)
    desk, visit = staff_of(app, school), f"/visits/{school.visit.number}"
    assert "7b: this class is not in school at that hour." in desk.get(f"{visit}?lang=en").text

    desk.post(f"{visit}/clock")

    assert school.visit.clock_wrong is None


# --- papers, directions


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


def test_before_a_date_is_agreed_the_note_says_who_tells_the_day(client, session):
    assert client.get(asked().at("/parents.pdf")).data.startswith(b"%PDF-")


def test_directions_reach_the_request_and_are_kept(client, session):
    school = School()

    sent = client.post(
        school.at("/directions"), data={"directions": "Улаз из дворишта.", "version": school.row.version}
    )

    assert sent.location == school.status
    assert "Улаз из дворишта." in client.get(school.at()).text


# --- afterwards


@pytest.fixture
def held(session) -> School:
    return School(RequestState.DELIVERED, VisitState.DELIVERED, TODAY - 3 * A_DAY)


FEEDBACK = {"useful": "5", "clear": "4", "again": "yes", "words": "Краће."}


def test_feedback_is_given_once_without_a_name(app, client, held):
    assert "How was it?" in client.get(held.at()).text

    client.post(held.at("/feedback"), data=FEEDBACK)
    client.post(held.at("/feedback"), data=FEEDBACK | {"useful": "1"})

    [row] = rows_of(VisitFeedback)
    assert (row.useful, row.clear, row.again, row.words) == (5, 4, True, "Краће.")
    assert not {"name", "given_by", "actor"} & set(VisitFeedback.__table__.columns.keys())
    assert "Краће." in staff_of(app, held).get(f"/visits/{held.visit.number}?lang=en").text


def test_feedback_before_the_visit_or_without_marks_is_not_kept(client, held):
    assert client.post(School().at("/feedback"), data=FEEDBACK).status_code == 422
    assert client.post(held.at("/feedback"), data=FEEDBACK | {"useful": "9"}).status_code == 422
    assert rows_of(VisitFeedback) == []


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

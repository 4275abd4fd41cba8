"""What the school does on its own page between the answer and the certificate, and that looking does none of it."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from scheduler.attendance.models import VisitFeedback
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.requests.models import BookingAnswers, DateProposal, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import DateWish, Readiness, Visit
from scheduler.visits.terms.states import ClockWrong, FindingKind, VisitState
from tests.factories import MONDAY
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, an_educator_on_working_days
from tests.factories.visits import make_assignment
from tests.papers import pages_of, saved, told, unembedded_fonts, words_of
from tests.web.requests.schools import LATER, TODAY, School, count


def day(value: dt.date) -> str:
    return f"{value.day}.{value.month}.{value.year}."


def fresh(model, row_id: int):
    db.session.rollback()
    return db.session.get(model, row_id, populate_existing=True)


PAGES = (
    "",
    "/date",
    "/ready",
    "/cancel",
    "/directions",
    "/feedback",
    "/later",
    "/parents.pdf",
    "/request.pdf",
    "/counts",
)


def test_a_mail_scanner_that_opens_every_page_twenty_times_changes_nothing(client):
    school = School()
    in_question(school)
    proposed = School(RequestState.PROPOSED, visit=None)
    proposed.propose(LATER, until=MONDAY + dt.timedelta(days=2))
    before = [count(model) for model in (AuditEntry, OutboxMessage, Finding, DateProposal, BookingAnswers)]
    for _time in range(20):
        for page in PAGES:
            assert client.get(school.at(page)).status_code == 200
        assert client.get(proposed.at("/dates")).status_code == 200
        for page in ("/again", "/clock", "/date/keep", "/dates/none"):
            assert client.get(school.at(page)).status_code == 405

    assert [count(model) for model in (AuditEntry, OutboxMessage, Finding, DateProposal, BookingAnswers)] == before
    assert fresh(SchoolRequest, proposed.row.id).state is RequestState.PROPOSED


# --- proposed dates


def test_a_school_accepts_a_proposed_date_and_twice_is_once(client):
    school = School(RequestState.PROPOSED, visit=None)
    _first, second = school.propose(LATER, LATER + dt.timedelta(days=1), until=MONDAY + dt.timedelta(days=2))
    shown = client.get(school.at("/dates")).text
    assert shown.count('type="radio"') == 2

    sent = {"date": str(second), "version": school.row.version}
    pressed = [client.post(school.at("/dates"), data=sent).location for _press in range(2)]

    row = fresh(SchoolRequest, school.row.id)
    assert pressed == [f"/status/{school.secret}"] * 2
    assert (row.state, row.first_day, row.last_day) == (
        RequestState.AGREED,
        LATER + dt.timedelta(days=1),
        row.first_day,
    )
    assert count(DateProposal) == 0


def test_a_date_of_another_request_or_none_is_not_accepted(client):
    school, other = School(RequestState.PROPOSED, visit=None), School(RequestState.PROPOSED, visit=None)
    school.propose(LATER, until=MONDAY + dt.timedelta(days=2))
    (foreign,) = other.propose(LATER, until=MONDAY + dt.timedelta(days=2))
    for typed in (str(foreign), "", "x" * 400, "9" * 40):
        assert client.post(school.at("/dates"), data={"date": typed}).status_code == 422

    assert fresh(SchoolRequest, school.row.id).state is RequestState.PROPOSED


def test_a_school_says_that_no_date_suits(client):
    school = School(RequestState.PROPOSED, visit=None)
    school.propose(LATER, until=MONDAY + dt.timedelta(days=2))
    assert client.post(school.at("/dates/none"), data={"reason": ""}).status_code == 422
    client.post(school.at("/dates/none"), data={"reason": "Само петком.", "version": school.row.version})

    row = fresh(SchoolRequest, school.row.id)
    assert (row.state, row.answer) == (RequestState.TRIAGE, "Само петком.")


def test_coordinators_propose_dates_and_read_what_is_wrong_beside_the_field(client, sign_in):
    school = School(RequestState.TRIAGE, visit=None)
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    address = f"/requests/{school.row.number}/dates?lang=en"
    wrong = {"other_day": day(TODAY - dt.timedelta(days=1)), "held_until": day(TODAY + dt.timedelta(days=1))}
    refused = desk.post(address, data=wrong)
    assert (refused.status_code, count(DateProposal)) == (422, 0)
    assert "still to come" in refused.text

    typed = wrong | {"other_day": day(LATER), "other_start": "9:30"}
    asked = desk.post(address, data=typed)
    assert (asked.status_code, count(DateProposal)) == (422, 0)
    assert "nobody of the centre speaks about this" in asked.text
    other = typed | {"meant": "y", "meant_for": f"{LATER.isoformat()} 10:00"}
    assert desk.post(address, data=other).status_code == 422  # confirmed of another hour
    right = typed | {"meant": "y", "meant_for": f"{LATER.isoformat()} 09:30"}
    assert desk.post(address, data=right).location == f"/requests/{school.row.number}"
    assert fresh(SchoolRequest, school.row.id).state is RequestState.PROPOSED
    assert "9:30" in client.get(school.at()).text


# --- another date


def test_a_school_asks_for_another_date_and_takes_it_back(client, sign_in):
    school = School(on_day=LATER)
    an_educator_on_working_days(centre_id=school.centre_id)
    sent = {"first_choice": (LATER + dt.timedelta(days=2)).isoformat(), "reason": "Излет"}
    assert "If another hour suits you better" in client.get(school.at("/date")).text
    assert client.post(school.at("/date"), data=sent).location == f"/status/{school.secret}"
    assert "You have asked for another date" in client.get(school.at()).text
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    assert "Излет" in desk.get(f"/visits/{school.visit.number}?lang=en").text

    client.post(school.at("/date/keep"))
    assert "You have asked for another date" not in client.get(school.at()).text
    assert count(DateWish) == 1


def test_the_centre_answers_that_the_date_stays(client, sign_in):
    school = School(on_day=LATER)
    an_educator_on_working_days(centre_id=school.centre_id)
    client.post(school.at("/date"), data={"first_choice": f"{LATER + dt.timedelta(days=2)}", "reason": "Излет"})
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    address = f"/visits/{school.visit.number}/keep-date"
    assert desk.post(address, data={"reason": ""}).status_code == 422
    assert desk.post(address, data={"reason": "Сви су на путу."}).location == f"/visits/{school.visit.number}"
    assert "You have asked for another date" not in client.get(school.at()).text


def test_more_than_a_presentation_takes_waits_on_both_pages_until_the_centre_answers(client, sign_in):
    school = School(on_day=LATER)
    more = {"presentations-0-pupils": "400", "presentations-0-teachers": "2"}
    assert client.post(school.at("/counts"), data=more).location == f"/status/{school.secret}"
    assert "You have asked for other numbers" in client.get(f"{school.at()}?lang=en").text
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    address = f"/visits/{school.visit.number}/numbers"
    assert f'href="{address}"' in desk.get(f"/visits/{school.visit.number}").text

    assert desk.post(address, data={"answer": "decline"}).status_code == 422
    assert desk.post(address, data={"answer": "maybe"}).status_code == 422
    answer = desk.post(address, data={"answer": "decline", "reason": "Сала је мала."})

    assert answer.location == f"/visits/{school.visit.number}"
    assert "You have asked for other numbers" not in client.get(f"{school.at()}?lang=en").text
    assert desk.post(address, data={"answer": "accept"}).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"first_choice": "soon", "reason": "x"},
        {"first_choice": LATER.isoformat(), "reason": "x"},  # the agreed day
        {"first_choice": (LATER + dt.timedelta(days=3)).isoformat(), "reason": "x"},  # a Saturday
        {"first_choice": (LATER + dt.timedelta(days=2)).isoformat()},  # without a reason
    ],
)
def test_a_wish_without_shape_or_for_a_day_that_is_not_offered_is_asked_for_again(client, typed):
    school = School(on_day=LATER)
    an_educator_on_working_days(centre_id=school.centre_id)

    assert client.post(school.at("/date"), data=typed).status_code == 422
    assert count(DateWish) == 0


def test_in_the_last_48_hours_the_page_says_call(client):
    school = School(on_day=TODAY + dt.timedelta(days=1))
    shown = client.get(school.at()).text

    assert "less than 48 hours" in shown
    assert f"/status/{school.secret}/date" not in shown


# --- checklist, clock


def test_the_checklist_is_kept_in_part_and_makes_ready_when_full(client):
    school = School()
    everything = dict.fromkeys(("room", "equipment", "teacher", "parents", "door"), "y")
    client.post(school.at("/ready"), data={"room": "y"})
    noted = fresh(Readiness, school.visit.id)
    assert [item for item in everything if getattr(noted, item)] == ["room"]
    assert "4 things are still open" in client.get(school.at()).text

    client.post(school.at("/ready"), data=everything)
    assert fresh(Visit, school.visit.id).state is VisitState.READY
    assert fresh(SchoolRequest, school.row.id).state is RequestState.READY


def in_question(school: School) -> None:
    with transaction() as session:
        session.add(
            Finding(
                visit_id=school.visit.id,
                kind=FindingKind.CLOCK,
                ordinal=1,
                class_name="7b",
                why=ClockWrong.TOO_EARLY,
                found_at=MONDAY,
            )
        )
        session.get_one(Visit, school.visit.id).clock_wrong = ClockWrong.TOO_EARLY


def test_the_school_says_that_the_hour_is_right_all_the_same(client):
    school = School()
    in_question(school)
    assert "Is the hour still right?" in client.get(school.at()).text

    for _press in range(2):
        assert client.post(school.at("/clock")).location == f"/status/{school.secret}"
    assert fresh(Visit, school.visit.id).clock_wrong is None
    assert "Is the hour still right?" not in client.get(school.at()).text


def test_a_coordinator_notes_that_the_hour_is_right(client, sign_in):
    school = School()
    in_question(school)
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    assert "7b: this class is not in school at that hour." in desk.get(f"/visits/{school.visit.number}?lang=en").text
    desk.post(f"/visits/{school.visit.number}/clock")

    assert fresh(Visit, school.visit.id).clock_wrong is None


# --- who comes, papers, directions


def test_presenter_cards_give_of_a_minor_the_first_name_and_the_adult(client):
    school = School(influencers=1)
    adult = a_cleared_educator(centre_id=school.centre_id, given_name="Јелена", family_name="Ристић")
    minor = a_cleared_minor(centre_id=school.centre_id, given_name="Tara", family_name="Ilić")
    for person in (adult, minor):
        make_assignment(school.presentation, person.id)
    shown = client.get(school.at()).text

    assert "Jelena Ristić" in shown
    assert "Tara" in shown
    assert "Ilić" not in shown
    assert "with an adult: Jelena Ristić" in shown


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_note_to_parents_is_a_clean_page_for_each_presentation_and_a_sheet_of_slips(client, tmp_path, language):
    school = School(influencers=1)
    path = saved(client.get(school.at("/parents.pdf", language)).data, tmp_path)

    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []
    assert pages_of(path) == 2
    assert "19833" in words_of(path)


def test_the_note_tells_day_hour_class_and_asks_for_the_permission(client, tmp_path):
    school = School()
    words = words_of(saved(client.get(school.at("/parents.pdf", "sr_Cyrl")).data, tmp_path))

    for text in ("Обавештење за родитеље", "10:00", "7b, 7c", "Сагласност за фотографисање", "19833"):
        assert text in words, text


def test_directions_reach_the_request_and_are_kept(client):
    school = School()
    sent = {"directions": "Улаз из дворишта.", "version": school.row.version}

    assert client.post(school.at("/directions"), data=sent).location == f"/status/{school.secret}"
    assert "Улаз из дворишта." in client.get(school.at()).text


# --- afterwards


def held() -> School:
    return School(RequestState.DELIVERED, VisitState.DELIVERED, TODAY - dt.timedelta(days=3))


def test_feedback_is_given_once_without_a_name(client, sign_in):
    school = held()
    sent = {"useful": "5", "clear": "4", "again": "yes", "words": "Краће."}
    assert "How was it?" in client.get(school.at()).text
    client.post(school.at("/feedback"), data=sent)
    client.post(school.at("/feedback"), data=sent | {"useful": "1"})

    row = db.session.scalars(select(VisitFeedback)).one()
    assert (row.useful, row.clear, row.again, row.words) == (5, 4, True, "Краће.")
    assert not {"name", "given_by", "actor"} & set(VisitFeedback.__table__.columns.keys())
    desk = sign_in(Role.COORDINATOR, centre_id=school.centre_id)
    assert "Краће." in desk.get(f"/visits/{school.visit.number}?lang=en").text


def test_feedback_before_the_visit_or_without_marks_is_not_kept(client):
    sent = {"useful": "5", "clear": "4", "again": "yes"}

    assert client.post(School().at("/feedback"), data=sent).status_code == 422
    assert client.post(held().at("/feedback"), data={"useful": "9", "clear": "4", "again": "yes"}).status_code == 422
    assert count(VisitFeedback) == 0


def test_book_again_begins_with_the_old_answers_and_asks_for_days_and_promises(client):
    school = held()
    begun = client.post(school.at("/again"))
    assert begun.location == "/book/when"

    who, where = client.get("/book/who?lang=en").text, client.get("/book/where?lang=en").text
    assert 'value="90"' in who
    assert "7b, 7c" in who
    assert "checked" not in where.split('name="teacher_stays"')[1].split(">")[0]
    assert client.get("/book/check").location.startswith("/book/")


def test_what_a_school_books_again_on_its_page_is_sent_as_a_child_of_the_old_request(client, hands):
    school = School(RequestState.CANCELLED_BY_CENTRE, visit=None)
    client.post(school.at("/again"))
    days = {"first_day": day(LATER), "last_day": day(LATER + dt.timedelta(days=9)), "day_part": "any"}
    client.post("/book/when", data=days)
    where = {"room": "Сала", "safeguarding_contact": "Весна Илић", "teacher_stays": "y"}
    assert client.post("/book/where", data=where).location == "/book/check"
    client.post("/book/check", data={"form_key": "one"})

    old = fresh(SchoolRequest, school.row.id)
    child = db.session.scalars(select(SchoolRequest).where(SchoolRequest.parent_id == old.id)).one()
    assert (child.host_id, child.in_line_since, child.state) == (old.host_id, old.submitted_at, RequestState.UNVERIFIED)


def test_a_booking_that_began_on_the_page_of_a_request_remembers_it(client):
    school = held()
    client.post(school.at("/again"))
    answers = json.loads(db.session.scalar(select(BookingAnswers.answers)))

    assert answers["again"] == {"parent": [str(school.row.id)]}
    client.post("/book/forget")
    assert db.session.scalars(select(BookingAnswers.answers)).all() == []


@pytest.mark.parametrize("page", ["/date", "/ready", "/feedback", "/later"])
def test_without_a_visit_there_is_nothing_to_do_there(client, page):
    assert client.get(School(RequestState.NEW, visit=None).at(page)).status_code == 404


def test_before_a_date_is_agreed_the_note_says_who_tells_the_day(client):
    assert client.get(School(RequestState.NEW, visit=None).at("/parents.pdf")).data.startswith(b"%PDF-")

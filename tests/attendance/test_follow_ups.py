"""What follows a visit: each letter once and on its day, nothing after an objection, an answer without a name."""

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from scheduler.attendance import rules
from scheduler.attendance.models import FollowUpNote, VisitSurvey
from scheduler.attendance.queries.feedback import is_followed_up, survey_of
from scheduler.attendance.service.feedback import give_feedback
from scheduler.attendance.service.follow_ups import answer_survey, resume_follow_ups, send_follow_ups, stop_follow_ups
from scheduler.attendance.terms import Feedback, FollowUp, Survey
from scheduler.config import settings
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver, switch_reminder
from scheduler.messages.terms import Reminder
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.queries import centres
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from tests.at_once import all_at_once
from tests.factories.counting import LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment, make_visit
from tests.refusals import conflict

SAID = Survey(spoken_of=True, changed=False, knows_whom_to_call=True, words="Још једном.")


def after(days: int) -> dt.datetime:
    """Noon in Belgrade, so many days after the visit."""
    return dt.datetime.combine(VISIT_DAY + dt.timedelta(days=days), dt.time(10), tzinfo=dt.UTC)


def letters(kind: str) -> list[str]:
    db.session.rollback()
    wanted = select(OutboxMessage.address).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return list(db.session.scalars(wanted))


def address_of(presenter: Presenter) -> str:
    return db.session.scalars(select(User.email).where(User.id == presenter.user_id)).one()


SCHOOL = "skola@skola.example"
LETTERS_OF_A_YEAR = [FollowUp.FEEDBACK, FollowUp.SURVEY, FollowUp.NEXT_YEAR]
DAILY = sorted(set(FollowUp) - {FollowUp.NEXT_YEAR, FollowUp.STOPPED})


def objections() -> list[str]:
    """What the audit says of follow-ups that were stopped or resumed."""
    db.session.rollback()
    wanted = select(AuditEntry.action).where(AuditEntry.action.like("follow-ups%")).order_by(AuditEntry.id)
    return list(db.session.scalars(wanted))


def follow(days: int) -> int:
    return send_follow_ups(now=after(days))


@pytest.mark.both_databases
def test_follow_up(session):
    """The rows of the table: counts missing, a school that is silent, feedback, survey, the next school year."""
    uncounted = a_begun_visit(contact_email="prva@skola.example")
    educator = address_of(uncounted.educator)
    assert [follow(days) for days in (0, 1, 1, 2, 3)] == [0, 1, 0, 0, 1]
    assert letters("follow_up_report_due") == [educator] * 2

    counted = a_counted_visit(contact_email="druga@skola.example")
    assert [follow(days) for days in (3, 4, 6, 7, 8, 89, 90, 91)] == [0, 0, 1, 1, 0, 0, 1, 0]
    next_year = (dt.date(2027, 9, 1) - VISIT_DAY).days
    assert [follow(days) for days in (next_year - 1, next_year, next_year + 1)] == [0, 1, 0]

    for kind in ("feedback", "survey", "next_year"):
        assert letters(f"follow_up_{kind}") == ["druga@skola.example"]
    told = select(FollowUpNote.kind).where(FollowUpNote.visit_id == counted.visit.id).order_by(FollowUpNote.id)
    assert session.scalars(told).all() == [
        FollowUp.NUMBERS_WAIT,
        FollowUp.FEEDBACK,
        FollowUp.SURVEY,
        FollowUp.NEXT_YEAR,
    ]


@pytest.mark.both_databases
def test_numbers_still_missing_are_asked_for_once_more_and_a_silent_school_once(session):
    begun = a_begun_visit()
    assert [follow(days) for days in (1, 2, 3, 4)] == [1, 0, 1, 0]
    assert letters("follow_up_report_due") == [address_of(begun.educator)] * 2

    a_counted_visit(contact_email=SCHOOL)
    assert [follow(days) for days in (3, 4, 6, 7)] == [0, 0, 1, 1]  # the fourth is a Saturday
    assert letters("numbers_wait") == [SCHOOL]


def test_letters_wait_for_lessons_and_for_the_morning(session):
    a_counted_visit(contact_email=SCHOOL)
    sunday = 7 - VISIT_DAY.weekday() + 6
    with transaction() as writing:
        writing.execute(update(Visit).values(on_day=VISIT_DAY + dt.timedelta(days=sunday - 7)))
    night = after(sunday).replace(hour=3)
    assert [send_follow_ups(now=night), follow(sunday), letters("follow_up_feedback")] == [0, 0, []]
    assert [follow(sunday + 1), letters("follow_up_feedback")] == [1, [SCHOOL]]


def test_what_a_centre_has_switched_off_is_not_written(session):
    begun = a_counted_visit(contact_email=SCHOOL)
    boss = an_actor(Role.ADMINISTRATOR, centre_id=begun.visit.centre_id)
    switch_reminder(boss, Reminder.FEEDBACK, on=False, now=after(1))
    assert follow(7) == 0
    switch_reminder(boss, Reminder.FEEDBACK, on=True, now=after(7))
    assert follow(7) == 1


def test_only_who_may_count_and_has_not_is_reminded_within_a_month_no_minor_and_who_has_answered_is_not_asked(session):
    begun = a_begun_visit()
    minor = a_cleared_minor(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[0], minor.id)

    assert [follow(31), letters("follow_up_report_due")] == [0, []]
    follow(1)

    assert letters("follow_up_report_due") == [address_of(begun.educator)]
    assert posted(session, "follow_up_report_due")["List-Unsubscribe"] is None  # it is about a visit

    begun = a_counted_visit(contact_email=SCHOOL)
    assert [follow(days) for days in (1, 2)] == [0, 0]

    give_feedback(begun.school, begun.visit.id, Feedback(5, 5, True, ""), now=after(2))
    answer_survey(begun.school, begun.visit.id, SAID, now=after(90))

    assert [follow(7), follow(90), letters("follow_up_survey")] == [1, 0, []]  # the report of the other is late


def test_a_school_that_objects_gets_no_more_until_it_takes_that_back(session):
    begun = a_counted_visit(contact_email=SCHOOL)
    for _press in range(2):
        stop_follow_ups(begun.school, begun.visit.id, now=after(1))
    assert not is_followed_up(begun.visit.id)
    assert [follow(7), follow(90)] == [0, 0]
    for _press in range(2):
        resume_follow_ups(begun.school, begun.visit.id, now=after(91))
    assert is_followed_up(begun.visit.id)
    assert follow(91) == 1
    assert objections() == ["follow-ups stopped", "follow-ups resumed"]


def posted(session, kind: str) -> EmailMessage:
    """The mail of that kind as the worker sent it, read back."""
    number = session.scalar(select(OutboxMessage.id).where(OutboxMessage.kind == kind))
    deliver(number, after(91), replies={centre.id: centre.email for centre in centres()})
    folder = settings().instance / "mail"
    (file,) = folder.glob(f"*-{number:06d}.eml")
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


@pytest.mark.both_databases
@pytest.mark.parametrize("typed", [{"List-Unsubscribe": "One-Click"}, {}], ids=["a mail program", "the page's button"])
def test_a_letter_is_ended_by_one_press_and_answers_reach_the_centre(app, session, client, monkeypatch, typed):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", bool(typed))  # a mail program has no key of a form
    begun = a_counted_visit(contact_email=SCHOOL)
    session.execute(update(Centre).values(email="centar@centar.example"))
    session.commit()
    follow(90)
    mail = posted(session, "follow_up_survey")
    address = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(settings().base_url)
    assert (mail["Reply-To"], mail["List-Unsubscribe-Post"]) == ("centar@centar.example", "List-Unsubscribe=One-Click")

    assert client.get(address).status_code == 200
    if typed:
        assert client.post(address, data={"List-Unsubscribe": "x"}).status_code == 400  # a form of another site
    assert is_followed_up(begun.visit.id)  # scanners open links
    for _press in range(2):
        assert client.post(address, data=typed).status_code == 200

    assert objections() == ["follow-ups stopped"]
    assert not is_followed_up(begun.visit.id)
    wrong = client.post(f"/letters/{'a' * 43}", data={"List-Unsubscribe": "One-Click"})
    assert (wrong.status_code, client.get(f"/letters/{'a' * 43}").status_code) == (400 if typed else 404, 404)


def test_an_invitation_goes_once_a_school_and_not_where_it_asks_already(session):
    programme = make_programme()
    first = a_counted_visit(programme=programme, contact_email=SCHOOL)
    second = make_visit(on_day=dt.date(2027, 9, 20), programme=programme, host_id=first.visit.host_id)
    september = dt.datetime(2027, 9, 3, 10, tzinfo=dt.UTC)
    assert send_follow_ups(now=september) == 0

    with transaction() as inside:
        called_off = inside.get_one(Visit, second.id)
        called_off.state, called_off.cancelled_by = VisitState.CANCELLED, CancelledBy.SCHOOL
        asked = make_school_request(RequestState.NEW, programme=programme, host_id=first.visit.host_id)
    assert send_follow_ups(now=september) == 0

    with transaction() as inside:
        inside.get_one(SchoolRequest, asked.id).state = RequestState.DECLINED
    assert send_follow_ups(now=september) == 1
    assert letters("follow_up_next_year") == [SCHOOL]


@pytest.mark.both_databases
def test_two_sweeps_at_once_write_one_letter(app, session):
    a_counted_visit(contact_email=SCHOOL)
    failed = all_at_once(app, [lambda: follow(7)] * 4)
    assert failed == [None] * 4
    assert letters("follow_up_feedback") == [SCHOOL]


def test_the_survey_is_kept_once_without_a_name_of_a_visit_that_was_held_and_three_months_later(session):
    begun, held_not = a_counted_visit(), a_begun_visit()
    with conflict("wrong_state"):
        answer_survey(held_not.school, held_not.visit.id, SAID, now=LEAVING)
    with conflict("not_remembered_yet"):
        answer_survey(begun.school, begun.visit.id, SAID, now=after(89))
    assert survey_of(begun.visit.id) is None
    answer_survey(begun.school, begun.visit.id, SAID, now=after(90))
    answer_survey(begun.school, begun.visit.id, Survey(False, True, False, ""), now=after(91))
    assert survey_of(begun.visit.id) == SAID
    assert not {"name", "given_by", "actor"} & set(VisitSurvey.__table__.columns.keys())


def test_another_school_neither_answers_nor_stops(session):
    begun, other = a_locked_visit(), a_begun_visit()
    for act in (stop_follow_ups, resume_follow_ups):
        with pytest.raises(NotFound):
            act(other.school, begun.visit.id, now=after(1))
    with pytest.raises(NotFound):
        answer_survey(other.school, begun.visit.id, SAID, now=after(1))


@given(st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)), st.sampled_from(DAILY))
def test_the_days_of_a_letter_are_in_the_past_and_in_order(today, kind):
    first, last = rules.visit_days_of(kind, today)
    assert first <= last < today


@given(st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)))
def test_schools_are_invited_only_while_they_plan_their_year_and_for_the_year_before(today):
    days = rules.visit_days_of(FollowUp.NEXT_YEAR, today)
    assert rules.visit_days_of(FollowUp.STOPPED, today) is None  # an objection sends nothing
    assert (days is not None) == (today.month in (9, 10))
    if days:
        assert days == (dt.date(today.year - 1, 9, 1), dt.date(today.year, 8, 31))

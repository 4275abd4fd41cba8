"""A school asks, staff answer: what is stored, mailed and written into the audit."""

import datetime as dt
import json
import threading

import pytest
from sqlalchemy import func, select

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, Gone, NotAllowed, NotFound, Rejected, TooMany
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host
from scheduler.policy import ANONYMOUS, SYSTEM, Role, school_contact
from scheduler.requests import service
from scheduler.requests.models import BookingAnswers, SchoolRequest
from scheduler.requests.terms import Channel, Counts, RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre
from tests.factories.places import a_host_draft, make_host
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.requests import a_draft, make_school_request


def ask(key="key", actor=ANONYMOUS, network="10.0.0.0/24", now=MONDAY, new_host=None, **given) -> int:
    if "programme_id" not in given:
        given["programme_id"] = make_programme().id
    if "host_id" not in given:
        given["host_id"] = make_host().id
    return service.submit_request(actor, a_draft(**given), form_key=key, now=now, network=network, new_host=new_host)


def stored(request_id) -> SchoolRequest:
    db.session.expire_all()
    return db.session.get_one(SchoolRequest, request_id)


def mails(kind=None) -> list[OutboxMessage]:
    wanted = select(OutboxMessage).order_by(OutboxMessage.id)
    return list(db.session.scalars(wanted.where(OutboxMessage.kind == kind) if kind else wanted))


def audit_of(request_id) -> list[str]:
    wanted = select(AuditEntry).where(AuditEntry.thing == "school_request", AuditEntry.thing_id == request_id)
    return [entry.action for entry in db.session.scalars(wanted.order_by(AuditEntry.id))]


def prove_link(request_id, now=MONDAY) -> str:
    with transaction():
        return tokens.mint("prove", request_id, lasts=dt.timedelta(days=7), now=now)


def coordinator_of(row, *roles):
    return an_actor(*roles, centre_id=row.centre_id)


def contact_of(row):
    return school_contact(row.id, row.host_id)


# a school asks


def test_a_request_from_the_web_waits_for_the_proof_of_its_address(session):
    request_id = ask(contact_email=" Ana@School.example ")

    row = stored(request_id)
    assert (row.number, row.state, row.channel) == ("R-2026-0001", RequestState.UNVERIFIED, Channel.WEB)
    assert row.contact_email == "ana@school.example"
    assert audit_of(request_id) == ["school request unverified"]
    assert [(mail.kind, mail.address, mail.link_purpose) for mail in mails()] == [
        ("prove_address", "ana@school.example", "prove")
    ]


def test_the_mail_before_the_proof_holds_nothing_that_was_typed(session):
    typed = {"contact_name": "BUY CHEAP", "room": "BUY CHEAP", "safeguarding_contact": "BUY CHEAP"}
    ask(**typed, new_host=a_host_draft(name="BUY CHEAP", place="BUY CHEAP"))

    mail = mails()[0]
    assert "CHEAP" not in mail.subject + mail.text + mail.html


def test_a_request_with_problems_stores_nothing_at_all(session):
    with pytest.raises(Rejected) as refusal:
        ask(teacher_stays=False, new_host=a_host_draft())

    assert refusal.value.problems == {"teacher_stays": "teacher_stays"}
    assert session.scalars(select(SchoolRequest)).all() == []
    assert session.scalars(select(Host).where(Host.listed.is_(False))).all() == []
    assert mails() == []


def test_a_host_that_the_register_does_not_hold_is_added_with_the_request(session):
    request_id = ask(new_host=a_host_draft(name="Дом ученика"))

    host = session.get(Host, stored(request_id).host_id)
    assert (host.name_sr_cyrl, host.listed) == ("Дом ученика", False)


def test_a_host_typed_without_a_name_is_refused_beside_its_field(session):
    with pytest.raises(Rejected) as refusal:
        ask(new_host=a_host_draft(name=""))

    assert set(refusal.value.problems) == {"new_host-name"}


def test_a_campaign_must_be_of_the_programme(session):
    campaign = make_campaign()

    with pytest.raises(Rejected) as refusal:
        ask(campaign_id=campaign.id)

    assert refusal.value.problems == {"campaign_id": "unknown"}
    assert stored(ask(campaign_id=campaign.id, programme_id=campaign.programme_id)).campaign_id == campaign.id


def test_an_unknown_programme_or_host_is_not_found(session):
    with pytest.raises(NotFound):
        ask(programme_id=999)
    with pytest.raises(NotFound):
        ask(host_id=999)


def test_the_same_form_sent_twice_is_one_request_and_one_mail(session):
    assert ask(key="once") == ask(key="once")

    assert len(mails()) == 1
    assert session.scalar(select(func.count(SchoolRequest.id))) == 1


@pytest.mark.both_databases
def test_ten_threads_with_one_form_make_one_request(app, session):
    given = {"programme_id": make_programme().id, "host_id": make_host().id}
    start, answers = threading.Barrier(10), []

    def send() -> None:
        with app.app_context():
            start.wait()
            try:
                answers.append(ask(key="raced", **given))
            except Exception as error:
                answers.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.rollback()  # a new view of the database
    request_id = session.scalars(select(SchoolRequest.id)).one()
    assert answers == [request_id] * 10
    assert len(mails()) == 1


def test_an_educator_may_not_ask_in_the_name_of_a_school(session):
    with pytest.raises(NotAllowed):
        ask(actor=an_actor(Role.EDUCATOR))


# floods


def test_three_mails_a_day_reach_one_address_and_the_fourth_is_refused_whole(session):
    for number in range(3):
        ask(key=f"key {number}", network=f"10.0.{number}.0/24")

    with pytest.raises(TooMany):
        ask(key="fourth", network="10.0.9.0/24")

    assert len(mails()) == session.scalar(select(func.count(SchoolRequest.id))) == 3
    ask(key="next day", now=MONDAY + dt.timedelta(days=1, minutes=1))


def test_twenty_mails_a_day_leave_one_network(session):
    for number in range(20):
        ask(key=f"key {number}", contact_email=f"somebody{number}@school.example")

    with pytest.raises(TooMany):
        ask(key="more", contact_email="one.more@school.example")
    ask(key="elsewhere", contact_email="one.more@school.example", network="10.9.9.0/24")

    assert len(mails()) == 21


@pytest.mark.both_databases
def test_a_race_does_not_get_past_the_limit_of_an_address(app, session):
    given = {"programme_id": make_programme().id, "host_id": make_host().id}
    start = threading.Barrier(8)

    def send(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                ask(key=f"raced {number}", network=f"10.0.{number}.0/24", **given)
            except TooMany:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.rollback()  # a new view of the database
    assert len(mails()) == 3


# the proof


def test_pressing_the_button_proves_the_address_and_mails_the_status_link(session):
    request_id = ask()
    secret = service.prove_address(prove_link(request_id), now=MONDAY)

    row = stored(request_id)
    assert (row.state, row.proved_at) == (RequestState.NEW, MONDAY)
    assert audit_of(request_id) == ["school request unverified", "school request new"]
    assert [(mail.kind, mail.link_purpose) for mail in mails()][1:] == [("request_received", "status")]
    assert tokens.opened_by(secret, "status", now=MONDAY).subject_id == request_id


def test_pressing_it_twice_is_pressing_it_once(session):
    token = prove_link(ask())
    service.prove_address(token, now=MONDAY)

    assert service.prove_address(token, now=MONDAY) is None
    assert len(mails("request_received")) == 1


def test_a_foreign_or_invented_secret_proves_nothing(session):
    request_id = ask()
    with transaction():
        status = tokens.mint("status", request_id, lasts=dt.timedelta(days=7), now=MONDAY)

    for secret in (status, "invented"):
        with pytest.raises(NotFound):
            service.prove_address(secret, now=MONDAY)
    assert stored(request_id).state is RequestState.UNVERIFIED


def test_an_old_link_has_ended(session):
    token = prove_link(ask())

    with pytest.raises(Gone):
        service.prove_address(token, now=MONDAY + dt.timedelta(days=8))


def test_a_request_not_proven_within_a_week_expires(session):
    early, late = ask(key="a"), ask(key="b", now=MONDAY + dt.timedelta(days=1))

    assert service.expire_unproved(MONDAY + dt.timedelta(days=7)) == 1
    assert service.expire_unproved(MONDAY + dt.timedelta(days=7)) == 0
    assert [stored(early).state, stored(late).state] == [RequestState.EXPIRED, RequestState.UNVERIFIED]
    assert audit_of(early)[-1] == "school request expired"
    with pytest.raises(Gone):
        service.prove_address(prove_link(early), now=MONDAY + dt.timedelta(days=7))


def test_a_new_link_goes_to_those_who_have_a_request_and_nobody_learns_who(session):
    row = make_school_request(contact_email="has@school.example")

    for address in ("has@school.example", "hasnot@school.example"):
        assert service.send_new_link(address, language="en", network="10.0.0.0/24", now=MONDAY) is None

    assert [(mail.kind, mail.address, mail.link_subject_id) for mail in mails()] == [
        ("new_link", "has@school.example", row.id)
    ]


def test_new_links_are_limited_for_every_address_alike(session):
    for _ in range(3):
        service.send_new_link("x@school.example", language="en", network="10.0.0.0/24", now=MONDAY)

    with pytest.raises(TooMany):
        service.send_new_link("x@school.example", language="en", network="10.0.0.0/24", now=MONDAY)


# on the phone


def test_a_request_taken_on_the_phone_is_new_at_once(session):
    programme = make_programme()
    actor = an_actor(centre_id=programme.centre_id)
    request_id = ask(actor=actor, programme_id=programme.id, contact_email="")

    row = stored(request_id)
    assert (row.state, row.channel, row.owner_id) == (RequestState.NEW, Channel.PHONE, actor.user_id)
    assert audit_of(request_id) == ["school request new"]
    assert mails() == []


def test_a_school_that_phoned_and_has_a_mailbox_gets_its_status_link(session):
    programme = make_programme()
    ask(actor=an_actor(centre_id=programme.centre_id), programme_id=programme.id)

    assert [mail.kind for mail in mails()] == ["request_received"]


def test_a_coordinator_takes_requests_for_the_own_centre_only(session):
    with pytest.raises(NotFound):
        ask(actor=an_actor(), programme_id=make_programme().id)


# the desk


def test_taking_a_request_makes_its_owner_and_starts_triage(session):
    row = make_school_request()
    actor = coordinator_of(row)
    service.take_request(actor, row.id, now=MONDAY, version=row.version)

    assert (stored(row.id).state, stored(row.id).owner_id) == (RequestState.TRIAGE, actor.user_id)
    assert audit_of(row.id) == ["school request triage"]


def test_a_colleague_takes_it_over_without_a_change_of_state(session):
    row = make_school_request(RequestState.WAITLISTED)
    service.take_request(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).state is RequestState.WAITLISTED
    assert audit_of(row.id) == ["owner changed"]


def test_the_slower_of_two_colleagues_is_told(session):
    row = make_school_request()
    seen = row.version
    service.take_request(coordinator_of(row), row.id, now=MONDAY, version=seen)

    with pytest.raises(Conflict) as refusal:
        service.waitlist_request(coordinator_of(row), row.id, now=MONDAY, version=seen)
    assert refusal.value.reason == "changed_meanwhile"


def test_asking_and_answering(session):
    row = make_school_request(RequestState.TRIAGE)
    service.ask_school(coordinator_of(row), row.id, "Имате ли пројектор?", now=MONDAY)

    assert stored(row.id).state is RequestState.NEEDS_INFO
    assert "Имате ли пројектор?" in mails("request_question")[0].text

    service.answer_question(contact_of(row), row.id, "Имамо.", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).answer) == (RequestState.TRIAGE, "Имамо.")
    assert audit_of(row.id) == ["school request needs_info", "school request triage"]


def test_nobody_answers_what_was_not_asked(session):
    row = make_school_request(RequestState.WAITLISTED)

    with pytest.raises(Conflict):
        service.answer_question(contact_of(row), row.id, "Да.", now=MONDAY)
    assert stored(row.id).answer == ""


def test_declining_needs_a_reason_that_the_school_reads(session):
    row = make_school_request(RequestState.TRIAGE)
    with pytest.raises(Rejected):
        service.decline_request(coordinator_of(row), row.id, "", now=MONDAY)

    service.decline_request(coordinator_of(row), row.id, "Програм је попуњен.", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).reason) == (RequestState.DECLINED, "Програм је попуњен.")
    assert "Програм је попуњен." in mails("request_declined")[0].text


def test_the_audit_holds_no_typed_text(session):
    row = make_school_request(RequestState.TRIAGE)
    service.decline_request(coordinator_of(row), row.id, "Ана Петровић", now=MONDAY)

    assert "Ана" not in session.scalars(select(AuditEntry.details).where(AuditEntry.thing_id == row.id)).one()


def test_agreeing_tells_the_school_and_leaves_the_date_to_the_plan(session):
    row = make_school_request(RequestState.TRIAGE)
    service.agree_request(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).state is RequestState.AGREED
    assert [mail.kind for mail in mails()] == ["request_agreed"]


def test_waiting_list(session):
    row = make_school_request(RequestState.TRIAGE)
    service.waitlist_request(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).state is RequestState.WAITLISTED


STAFF_ACTS = [
    lambda actor, row: service.take_request(actor, row.id, now=MONDAY),
    lambda actor, row: service.ask_school(actor, row.id, "?", now=MONDAY),
    lambda actor, row: service.decline_request(actor, row.id, "no", now=MONDAY),
    lambda actor, row: service.waitlist_request(actor, row.id, now=MONDAY),
    lambda actor, row: service.agree_request(actor, row.id, now=MONDAY),
]


@pytest.mark.parametrize("act", STAFF_ACTS)
def test_another_centre_finds_nothing(session, act):
    row = make_school_request(RequestState.TRIAGE)

    with pytest.raises(NotFound):
        act(an_actor(centre_id=make_centre().id), row)
    assert stored(row.id).state is RequestState.TRIAGE


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.INFLUENCER, Role.SAFEGUARDING])
@pytest.mark.parametrize("act", STAFF_ACTS)
def test_other_roles_are_refused(session, act, role):
    row = make_school_request(RequestState.TRIAGE)

    with pytest.raises(NotAllowed):
        act(coordinator_of(row, role), row)


@pytest.mark.parametrize("act", STAFF_ACTS)
def test_staff_do_not_see_a_request_before_its_address_is_proven(session, act):
    row = make_school_request(RequestState.UNVERIFIED)

    with pytest.raises(NotFound):
        act(coordinator_of(row), row)


# the school's link


def test_a_school_withdraws_and_the_centre_is_told(session):
    centre = make_centre(email="desk@centre.example")
    row = make_school_request(RequestState.TRIAGE, programme=make_programme(centre_id=centre.id))
    service.withdraw_request(contact_of(row), row.id, "Штрајк", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).reason) == (RequestState.WITHDRAWN, "Штрајк")
    assert [(mail.kind, mail.address) for mail in mails()] == [("request_withdrawn", "desk@centre.example")]


def test_before_a_visit_is_planned_an_agreed_request_is_cancelled_by_the_school(session):
    row = make_school_request(RequestState.AGREED)
    service.withdraw_request(contact_of(row), row.id, now=MONDAY)

    assert stored(row.id).state is RequestState.CANCELLED_BY_SCHOOL


@pytest.mark.parametrize(
    ("state", "reason"), [(RequestState.CONFIRMED, "has_a_date"), (RequestState.WITHDRAWN, "wrong_state")]
)
def test_with_a_date_or_after_the_end_nothing_is_withdrawn(session, state, reason):
    row = make_school_request(state)

    with pytest.raises(Conflict) as refusal:
        service.withdraw_request(contact_of(row), row.id, now=MONDAY)
    assert refusal.value.reason == reason


def test_a_link_opens_its_own_request_only(session):
    row, other = make_school_request(), make_school_request()

    for act in (
        lambda: service.withdraw_request(contact_of(other), row.id, now=MONDAY),
        lambda: service.change_counts(contact_of(other), row.id, [Counts(1, 50, 0, 2)], now=MONDAY),
    ):
        with pytest.raises(NotFound):
            act()


def test_changed_counts_are_stored_with_what_they_were(session):
    row = make_school_request()
    service.change_counts(contact_of(row), row.id, [Counts(1, 74, 0, 2)], now=MONDAY, version=row.version)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "counts changed")).one()
    assert json.loads(entry.details) == {"presentations": {"1": [[90, 0, 2], [74, 0, 2]]}}
    assert stored(row.id).attention is False


def test_counts_changed_after_the_agreement_ask_for_the_coordinators_eye(session):
    row = make_school_request(RequestState.CONFIRMED)
    service.change_counts(contact_of(row), row.id, [Counts(1, 74, 0, 2)], now=MONDAY)
    assert stored(row.id).attention is True

    service.note_counts(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).attention is False
    assert audit_of(row.id) == ["counts changed", "counts seen"]


def test_the_second_of_two_changes_to_the_numbers_is_told_of_the_first(session):
    row = make_school_request()
    seen = row.version
    service.change_counts(contact_of(row), row.id, [Counts(1, 74, 0, 2)], now=MONDAY, version=seen)

    with pytest.raises(Conflict):
        service.change_counts(contact_of(row), row.id, [Counts(1, 60, 0, 2)], now=MONDAY, version=seen)


def test_the_same_numbers_again_change_nothing(session):
    row = make_school_request(RequestState.CONFIRMED)
    service.change_counts(contact_of(row), row.id, [Counts(1, 90, 0, 2)], now=MONDAY)

    assert audit_of(row.id) == []
    assert stored(row.id).attention is False


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        (Counts(1, 500, 0, 0), "over_group_size"),
        (Counts(1, 0, 0, 0), "nobody_comes"),
        (Counts(1, -1, 0, 0), "negative"),
    ],
)
def test_impossible_counts_are_refused(session, counts, found):
    row = make_school_request()

    with pytest.raises(Rejected) as refusal:
        service.change_counts(contact_of(row), row.id, [counts], now=MONDAY)
    assert refusal.value.problems == {"presentations-0-pupils": found}


def test_counts_of_a_presentation_that_is_not_there_are_not_found(session):
    row = make_school_request()

    with pytest.raises(NotFound):
        service.change_counts(contact_of(row), row.id, [Counts(7, 10, 0, 0)], now=MONDAY)


# following a visit


def test_a_request_follows_its_visit_inside_the_callers_transaction(session):
    row = make_school_request(RequestState.AGREED)
    with transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        service.follow_visit(SYSTEM, found, RequestState.STAFFING, now=MONDAY)

    assert stored(row.id).state is RequestState.STAFFING
    assert audit_of(row.id) == ["school request staffing"]


def test_a_visit_leads_to_no_state_of_the_desk(session):
    row = make_school_request(RequestState.TRIAGE)

    with pytest.raises(Conflict), transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        service.follow_visit(SYSTEM, found, RequestState.WAITLISTED, now=MONDAY)


# what was typed so far


def test_answers_are_kept_under_the_visitors_token_and_forgotten(session):
    token = service.keep_answers(None, {"host": {"typed": ["Ниш"]}}, now=MONDAY)
    assert service.keep_answers(token, {"host": {"typed": ["Niš"]}}, now=MONDAY) == token

    assert service.answers_of(token, now=MONDAY) == {"host": {"typed": ["Niš"]}}
    assert service.answers_of("invented", now=MONDAY) == service.answers_of(None, now=MONDAY) == {}
    assert service.answers_of(token, now=MONDAY + dt.timedelta(hours=24)) == {}

    service.forget_answers(token, now=MONDAY)
    assert session.scalars(select(BookingAnswers)).all() == []


def test_old_answers_are_deleted_and_young_ones_stay(session):
    service.keep_answers(None, {}, now=MONDAY - dt.timedelta(hours=25))
    young = service.keep_answers(None, {"host": {}}, now=MONDAY)

    service.forget_old_answers(MONDAY)

    assert session.scalar(select(func.count(BookingAnswers.id))) == 1
    assert service.answers_of(young, now=MONDAY) == {"host": {}}


def test_more_than_any_booking_holds_is_refused(session):
    with pytest.raises(ValueError, match="more answers"):
        service.keep_answers(None, {"host": {"typed": ["x" * 70_000]}}, now=MONDAY)

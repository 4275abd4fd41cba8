"""A school asks, for one programme or several, and proves its address; a coordinator asks for one that phoned."""

import dataclasses
import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from scheduler.booking.service.addresses import correct_address, send_own_visits
from scheduler.core import clock, states, tokens
from scheduler.core.db import db, transaction
from scheduler.core.errors import Gone, GroundReason, NotAllowed, NotFound, Rejected, TooMany
from scheduler.places import queries as place_queries
from scheduler.places.models import Host
from scheduler.places.terms.venue import Venue
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import BookingAnswers, SchoolRequest, UnprovedMail
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.lineage import in_one_booking
from scheduler.requests.queries.pages import request_page
from scheduler.requests.service import submission
from scheduler.requests.service.answers import keep_answers
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.service.submission import KEYS_APART, expire_unproved, prove_address, submit_request
from scheduler.requests.terms.pages import Kin, Lineage
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestChannel, RequestState
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import a_host_draft, make_host
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.requests import a_draft, a_presentation, make_school_request
from tests.refusals import rejection
from tests.requests.shorthand import ask, audit_of, mails, prove_link, stored

# a school asks


def test_a_request_from_the_web_waits_for_the_proof_of_its_address(session):
    request_id = ask(contact_email=" Ana@School.example ")

    row = stored(request_id)
    assert (row.number, row.state, row.channel) == ("R-2026-0001", RequestState.UNVERIFIED, RequestChannel.WEB)
    assert row.contact_email == "ana@school.example"
    assert audit_of(request_id) == ["school request unverified"]
    assert [(mail.kind, mail.address, mail.link_purpose) for mail in mails()] == [
        ("prove_address", "ana@school.example", "prove")
    ]


@pytest.mark.both_databases
def test_the_answers_of_that_booking_alone_go_with_it(session):
    sent, other = (keep_answers(None, {}, now=MONDAY) for _booking in range(2))

    ask(key=KEYS_APART.join((tokens.token_hash(sent), tokens.token_hash("of the page"))))

    left = session.scalars(select(BookingAnswers.token_hash)).all()
    assert left == [tokens.token_hash(other)]


def test_a_request_for_the_waiting_list_stands_on_it_once_its_address_is_proven(session):
    request_id = ask(for_waiting_list=True)
    assert stored(request_id).state is RequestState.UNVERIFIED

    secret = prove_address(prove_link(request_id), now=MONDAY)

    assert secret
    assert stored(request_id).state is RequestState.WAITLISTED
    assert audit_of(request_id) == ["school request unverified", "school request waitlisted"]
    assert [mail.kind for mail in mails()] == ["prove_address", "request_waitlisted"]


def test_the_mail_before_the_proof_holds_nothing_that_was_typed(session):
    typed = {"contact_name": "BUY CHEAP", "venue": Venue("BUY CHEAP"), "safeguarding_contact": "BUY CHEAP"}
    ask(**typed, new_host=a_host_draft(name="BUY CHEAP", place="BUY CHEAP"))

    mail = mails()[0]
    assert "CHEAP" not in mail.subject + mail.text + mail.html


def test_a_request_with_problems_stores_nothing_at_all(session):
    with rejection(teacher_stays="teacher_stays"):
        ask(teacher_stays=False, new_host=a_host_draft())
    assert session.scalars(select(SchoolRequest)).all() == []
    assert session.scalars(select(Host).where(Host.listed.is_(False))).all() == []
    assert mails() == []


def test_a_host_that_the_register_does_not_hold_is_added_with_the_request_and_has_a_name(session):
    with pytest.raises(Rejected) as refusal:
        ask(new_host=a_host_draft(name=""))
    request_id = ask(new_host=a_host_draft(name="Дом ученика"))

    assert set(refusal.value.problems) == {"new_host-name"}
    host = session.get(Host, stored(request_id).host_id)
    assert (host.name_sr_cyrl, host.listed) == ("Дом ученика", False)


def test_a_campaign_must_be_of_the_programme(session):
    campaign = make_campaign()

    with rejection(campaign_id="unknown"):
        ask(campaign_id=campaign.id)
    assert stored(ask(campaign_id=campaign.id, programme_id=campaign.programme_id)).campaign_id == campaign.id


@pytest.mark.both_databases
def test_ten_threads_with_one_form_make_one_request(app, session):
    given, answers = {"programme_id": make_programme().id, "host_id": make_host().id}, []

    all_at_once(app, [lambda: answers.append(ask(key="raced", **given))] * 10)

    assert answers == list(db.session.scalars(select(SchoolRequest.id))) * 10
    assert len(mails()) == 1


# floods


def test_three_mails_a_day_reach_one_address_and_the_fourth_is_refused_whole(session):
    for number in range(3):
        ask(key=f"key {number}", network=f"10.0.{number}.0/24")

    with pytest.raises(TooMany):
        ask(key="fourth", network="10.0.9.0/24")

    assert len(mails()) == session.scalar(select(func.count(SchoolRequest.id))) == 3
    ask(key="next day", now=MONDAY + dt.timedelta(days=1, minutes=1))


def fill_network(session, mails: int, at=MONDAY, network="10.0.0.0/24") -> None:
    session.add_all(UnprovedMail(address_key=f"other {one}", network=network, at=at) for one in range(mails))
    session.commit()


@pytest.mark.both_databases
def test_two_hundred_unproven_mails_a_day_leave_one_network_and_the_refusal_says_when_more_may(session):
    fill_network(session, 199, at=MONDAY - dt.timedelta(hours=20))
    ask(key="last", contact_email="last@school.example")

    with pytest.raises(TooMany) as refused:
        ask(key="more", contact_email="one.more@school.example")
    ask(key="elsewhere", contact_email="one.more@school.example", network="10.9.9.0/24")

    assert refused.value.wait == dt.timedelta(hours=4)
    assert len(mails()) == 2
    ask(key="later", contact_email="later@school.example", now=MONDAY + dt.timedelta(hours=4))


@pytest.mark.both_databases
def test_what_is_proven_counts_against_no_network_but_still_for_its_address(session):
    fill_network(session, 198)
    first = ask(key="first", contact_email="first@school.example")
    ask(key="second", contact_email="second@school.example")
    with pytest.raises(TooMany):
        ask(key="third", contact_email="third@school.example")

    prove_address(prove_link(first), now=MONDAY)

    ask(key="third", contact_email="third@school.example")
    for number in range(2):
        ask(key=f"again {number}", contact_email="first@school.example", network=f"10.9.{number}.0/24")
    with pytest.raises(TooMany):
        ask(key="fourth of the address", contact_email="first@school.example", network="10.9.9.0/24")


def test_links_that_a_whole_staff_room_has_lost_stop_no_booking(session):
    made = [make_school_request(contact_email=f"teacher{number}@school.example") for number in range(25)]
    for row in made:
        send_own_visits(row.contact_email, language="en", network="10.0.0.0/24", now=MONDAY)
    for number in range(200):
        send_own_visits(f"unknown{number}@school.example", language="en", network="10.0.0.0/24", now=MONDAY)

    ask(key="a real one", contact_email="real@school.example")

    assert (len(mails("own_visits")), len(mails("prove_address"))) == (25, 1)


def test_a_full_network_still_gets_its_lost_links_but_no_more_of_unproven_addresses(session):
    fill_network(session, 200)
    fill_network(session, 199, network="lost links from 10.0.0.0/24")
    known = make_school_request(contact_email="known@school.example")
    for number in range(2):
        ask(key=f"{number}", contact_email=f"new{number}@school.example", network="10.9.9.0/24")
    before = len(mails("prove_address"))

    for address in (known.contact_email, "new0@school.example", "new1@school.example"):
        assert send_own_visits(address, language="en", network="10.0.0.0/24", now=MONDAY) is None

    assert (len(mails("own_visits")), len(mails("prove_address")) - before) == (1, 1)


@pytest.mark.both_databases
def test_a_race_does_not_get_past_the_limit_of_an_address(app, session):
    given = {"programme_id": make_programme().id, "host_id": make_host().id}
    acts = [partial(ask, key=f"raced {one}", network=f"10.0.{one}.0/24", **given) for one in range(8)]

    raised = all_at_once(app, acts)

    assert {type(error) for error in raised if error} == {TooMany}
    assert len(mails()) == 3


def test_a_days_mails_before_the_proof_are_three_also_for_who_asks_for_new_links(session):
    for number in range(3):
        ask(key=f"key {number}", network=f"10.0.{number}.0/24")
    tomorrow = MONDAY + dt.timedelta(days=1, minutes=1)

    for _ in range(3):
        send_own_visits("ana@school.example", language="en", network="10.0.0.0/24", now=tomorrow)

    assert len(mails("prove_address")) == 3 + 3


@pytest.mark.parametrize(
    ("now", "number"),
    [
        (dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC), "R-2026-0001"),
        (dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC), "R-2027-0001"),  # New Year in Belgrade
        (dt.datetime(2026, 6, 30, 22, 0, tzinfo=dt.UTC), "R-2026-0001"),
    ],
)
def test_the_day_of_a_request_is_the_one_of_the_clocks_in_the_country(session, now, number):
    programme = make_programme()
    given = {"actor": an_actor(centre_id=programme.centre_id), "programme_id": programme.id, "now": now}
    today = clock.local_day(now)

    with rejection(first_day="in_the_past"):
        ask(first_day=today - dt.timedelta(days=1), last_day=today, key="yesterday", **given)
    assert stored(ask(first_day=today, last_day=today, **given)).number == number


# the proof


def test_pressing_the_button_proves_the_address_once_and_mails_the_status_link(session):
    request_id = ask()
    token = prove_link(request_id)

    secret = prove_address(token, now=MONDAY)

    assert prove_address(token, now=MONDAY) is None, "pressed twice is once"
    row = stored(request_id)
    assert (row.state, row.proved_at) == (RequestState.NEW, MONDAY)
    assert audit_of(request_id) == ["school request unverified", "school request new"]
    assert [(mail.kind, mail.link_purpose) for mail in mails()][1:] == [("request_received", "status")]
    assert tokens.opened_by(secret, "status", now=MONDAY).subject_id == request_id


def test_a_foreign_an_invented_or_an_old_secret_proves_nothing(session):
    request_id, week = ask(), dt.timedelta(days=7)
    with transaction():
        status = tokens.mint("status", request_id, lasts=week, now=MONDAY)
    old = prove_link(request_id, now=MONDAY - week - dt.timedelta(days=1))

    for secret, error in ((status, NotFound), ("invented", NotFound), (old, Gone)):
        with pytest.raises(error):
            prove_address(secret, now=MONDAY)
    assert stored(request_id).state is RequestState.UNVERIFIED


def test_a_request_not_proven_within_a_week_expires(session):
    early, late = ask(key="a"), ask(key="b", now=MONDAY + dt.timedelta(days=1))

    assert expire_unproved(MONDAY + dt.timedelta(days=7)) == 1
    assert expire_unproved(MONDAY + dt.timedelta(days=7)) == 0
    assert [stored(early).state, stored(late).state] == [RequestState.EXPIRED, RequestState.UNVERIFIED]
    assert audit_of(early)[-1] == "school request expired"
    with pytest.raises(Gone):
        prove_address(prove_link(early), now=MONDAY + dt.timedelta(days=7))


def test_who_proves_the_address_while_the_job_runs_keeps_the_request(session, monkeypatch):
    request_id = ask()

    def proven_meanwhile(inside, actor, verb, wanted, **given):
        row = locked_request(inside, actor, verb, wanted, **given)
        states.move(REQUEST_MACHINE, row, RequestState.NEW, actor=SYSTEM, at=MONDAY)
        return row

    monkeypatch.setattr(submission, "locked_request", proven_meanwhile)

    assert expire_unproved(MONDAY + dt.timedelta(days=8)) == 0
    assert stored(request_id).state is RequestState.NEW


def test_new_links_go_to_those_who_have_a_request_nobody_learns_who_and_every_address_is_limited(session):
    row = make_school_request(contact_email="has@school.example")

    for address in ("has@school.example", "hasnot@school.example"):
        assert send_own_visits(address, language="en", network="10.0.0.0/24", now=MONDAY) is None
    assert [(mail.kind, mail.address, mail.link_subject_id) for mail in mails()] == [
        ("own_visits", "has@school.example", row.id)
    ]

    for _ in range(2):
        send_own_visits("hasnot@school.example", language="en", network="10.0.0.0/24", now=MONDAY)
    with pytest.raises(TooMany):
        send_own_visits("hasnot@school.example", language="en", network="10.0.0.0/24", now=MONDAY)


# on the phone


@pytest.mark.parametrize(
    ("given", "kinds"),
    [({"contact_email": ""}, []), ({}, ["request_received"]), ({"for_waiting_list": True}, ["request_received"])],
    ids=["without a mailbox", "with one", "that waits"],
)
def test_a_request_taken_on_the_phone_is_new_at_once_and_a_mailbox_gets_its_status_link(session, given, kinds):
    programme = make_programme()
    actor = an_actor(centre_id=programme.centre_id)

    request_id = ask(actor=actor, programme_id=programme.id, **given)

    row = stored(request_id)
    assert (row.state, row.channel, row.owner_id) == (RequestState.NEW, RequestChannel.PHONE, actor.user_id)
    assert audit_of(request_id) == ["school request new"]
    assert [mail.kind for mail in mails()] == kinds


def test_nobody_asks_for_what_is_not_there_or_of_another_centre_or_in_the_name_of_a_school(session):
    for given, error in (
        ({"programme_id": 999}, NotFound),
        ({"host_id": 999}, NotFound),
        ({"actor": an_actor()}, NotFound),
        ({"actor": an_actor(Role.EDUCATOR)}, NotAllowed),
    ):
        with pytest.raises(error):
            ask(**given)

    assert session.scalars(select(SchoolRequest)).all() == []


MANY = 9


@pytest.mark.postgres_decides
def test_an_opened_a_chosen_and_a_typed_school_do_not_wait_for_each_other_in_a_circle(app, session):
    host_id, programme_id = make_host().id, make_programme().id
    session.commit()

    def sending(number):
        where = (lambda: OpenSchool(place_queries.host_of(host_id)), lambda: a_host_draft(name=f"Камп {number}"), None)
        of_one = where[number % 3]
        address = f"t{number}@example.org"
        draft = a_draft(programme_id=programme_id, host_id=host_id, contact_email=address)
        return lambda: submit_request(
            ANONYMOUS, draft, form_key=str(number), now=MONDAY, network="10.0.0.0/24", where=of_one and of_one()
        )

    assert all_at_once(app, [sending(number) for number in range(MANY)]) == [None] * MANY

    assert db.session.scalar(select(func.count()).select_from(SchoolRequest)) == MANY
    assert db.session.scalar(select(func.count()).select_from(UnprovedMail)) == MANY


ADULTS = {"level": SchoolLevel.NONE, "classes": "", "pupils": 0, "teachers": 0}


def a_day():
    """A talk, a parents' evening and a teachers' gathering of one school."""
    host = make_host()
    talk = make_programme()
    evening = make_programme(Audience.PARENTS, centre_id=talk.centre_id)
    gathering = make_programme(Audience.TEACHERS, centre_id=talk.centre_id)
    parents = a_presentation(audience=Audience.PARENTS, starts_local=dt.time(18), **ADULTS | {"parents": 60})
    teachers = a_presentation(audience=Audience.TEACHERS, **ADULTS | {"teachers": 20})
    parts = tuple(
        a_draft(programme_id=of.id, host_id=host.id, presentations=(sitting,), teacher_stays=False)
        for of, sitting in ((evening, parents), (gathering, teachers))
    )
    return {"programme_id": talk.id, "host_id": host.id, "parts": parts}


def rows() -> list[SchoolRequest]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(SchoolRequest).order_by(SchoolRequest.id)))


@pytest.mark.both_databases
def test_what_is_sent_together_is_one_booking_and_one_mail_also_when_sent_twice(session):
    day = a_day()

    assert ask(**day) == ask(**day)

    assert [(row.number, row.booking, row.state) for row in rows()] == [
        (f"R-2026-000{place}", "R-2026-0001", RequestState.UNVERIFIED) for place in (1, 2, 3)
    ]
    [mail] = mails()
    assert (mail.kind, mail.text.count(" (18:00); ")) == ("prove_address", 1)  # it names all programmes, and hours


@pytest.mark.both_databases
def test_a_request_alone_is_a_booking_of_one(session):
    row = stored(ask())

    assert row.booking == row.number


def test_what_is_wrong_with_a_part_is_told_beside_its_field_and_nothing_is_stored(session):
    day = a_day()
    evening, gathering = day["parts"]
    nobody = dataclasses.replace(evening, presentations=(a_presentation(audience=Audience.PARENTS, **ADULTS),))
    slow = dataclasses.replace(evening, programme_id=make_programme(Audience.PARENTS, notice_days=60).id)

    for wrong, problems in (
        ({"parts": (nobody, gathering)}, {"parts-0-parents": RequestReason.NOBODY_COMES}),
        ({"parts": (slow,)}, {"first_day": RequestReason.TOO_SOON}),
        ({"teacher_stays": False}, {"teacher_stays": RequestReason.TEACHER_STAYS}),  # promised for pupils alone
        ({"safeguarding_contact": ""}, {"safeguarding_contact": GroundReason.MISSING}),
    ):
        with rejection(**problems):
            ask(**day | wrong)
    assert (rows(), mails()) == ([], [])


@pytest.mark.both_databases
def test_the_address_is_proven_for_all_and_one_mail_names_all_programmes(session):
    request_id = ask(**a_day())

    assert prove_address(prove_link(request_id), now=MONDAY)

    assert {row.state for row in rows()} == {RequestState.NEW}
    assert all(row.proved_at for row in rows())
    [mail] = mails("request_received")
    assert mail.link_subject_id == request_id
    assert " (18:00); " in mail.text  # each programme has the hour behind it that the school named
    assert "Времена уз програме су Ваше жеље" in mail.text


def test_what_was_withdrawn_before_the_proof_is_not_proven(session):
    request_id = ask(**a_day())
    with transaction() as own:
        own.execute(sa.update(SchoolRequest).where(SchoolRequest.id > request_id).values(state="withdrawn"))

    prove_address(prove_link(request_id), now=MONDAY)

    assert [row.state for row in rows()] == [RequestState.NEW, RequestState.WITHDRAWN, RequestState.WITHDRAWN]


def test_a_corrected_address_is_that_of_all(session):
    correct_address(ask(**a_day()), "mira@school.example", network="", now=MONDAY)

    assert {row.contact_email for row in rows()} == {"mira@school.example"}
    assert len(mails("prove_address")) == 2


def test_one_mail_lists_what_was_sent_together_and_alone(session):
    prove_address(prove_link(ask(**a_day())), now=MONDAY)
    prove_address(prove_link(ask(key="another")), now=MONDAY)

    send_own_visits("ana@school.example", language="en", network="", now=MONDAY)

    [mail] = mails("own_visits")
    assert [row.number for row in rows() if row.number not in mail.text] == []


def test_a_coordinator_sees_what_was_sent_with_it_and_takes_none_for_a_duplicate(session):
    request_id = ask(**a_day())
    prove_address(prove_link(request_id), now=MONDAY)
    first, second, third = rows()
    reader = an_actor(Role.COORDINATOR, centre_id=first.centre_id)

    page = request_page(reader, second.number, now=MONDAY)

    assert page.lineage == (Lineage(Kin.BOOKED_WITH, first.number), Lineage(Kin.BOOKED_WITH, third.number))
    assert (page.twins, page.row.twins) == ((), 0)


def test_a_number_of_another_booking_is_none_of_this_one(session):
    request_id, other = ask(**a_day()), make_school_request()

    assert in_one_booking(request_id, rows()[1].number) == rows()[1].id
    for number in (other.number, "R-2026-9999", "x"):
        with pytest.raises(NotFound):
            in_one_booking(request_id, number)


@pytest.mark.both_databases
@pytest.mark.parametrize("given", [{"contact_email": "other@school.example"}, {"host_id": 0}, {"booking": ""}])
def test_the_database_refuses_a_booking_of_two_schools(session, given):
    row = make_school_request()
    given = given | ({"host_id": make_host().id} if "host_id" in given else {})

    with pytest.raises(sa.exc.IntegrityError, match="booking_of_one_school"):
        make_school_request(**{"booking": row.booking, "host_id": row.host_id} | given)
    db.session.rollback()


@pytest.mark.both_databases
def test_the_database_keeps_a_request_in_its_booking(session):
    row = make_school_request()

    with pytest.raises(sa.exc.IntegrityError, match="booking_stays"), transaction() as own:
        own.execute(sa.update(SchoolRequest).where(SchoolRequest.id == row.id).values(booking="R-2020-0001"))

"""Several programmes are sent together: one booking, a request for each, one proof, one mail."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.service.addresses import correct_address, send_own_visits
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotFound
from scheduler.policy import Role
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import in_one_booking
from scheduler.requests.queries.pages import request_page
from scheduler.requests.service.submission import prove_address
from scheduler.requests.terms.pages import Kin, Lineage
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, a_presentation, make_school_request
from tests.refusals import rejection
from tests.requests.shorthand import ask, mails, prove_link, stored

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

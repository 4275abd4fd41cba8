"""Who is told by a short message and who reads along: never a minor alone (TRUST S49), and no secret leaves."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import GSM
from scheduler.messages.terms import Channel
from scheduler.people.models import Presenter
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import guardians_of
from scheduler.staffing.queries.late_notice import late_rows
from scheduler.visits.service.cancel import cancel_visit
from tests.closures.incidents import LATE
from tests.factories import MONDAY
from tests.factories.people import a_minor
from tests.factories.safeguarding import LONG_AGO, make_consent, make_guardian
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, mails, visit_of

HERS, OTHERS, GUARDIANS = "+381641111111", "+381642222222", "+381643333333"


@pytest.fixture
def scene(session):
    return Scene()


def call_off(scene: Scene, now=LATE) -> None:
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=now)


def told(session) -> list[OutboxMessage]:
    session.rollback()
    found = sa.select(OutboxMessage).where(OutboxMessage.channel == Channel.SMS).order_by(OutboxMessage.address)
    return list(session.scalars(found))


def guardian_says(session, presenter: Presenter, phone: str) -> None:
    take_defences_away(session, "guardian")
    session.execute(sa.update(Guardian).where(Guardian.presenter_id == presenter.id).values(phone=phone))
    session.commit()


@pytest.mark.both_databases
def test_each_who_had_promised_gets_one_short_message_beside_the_mail(session, scene):
    scene.confirmed_by(scene.educator(phone=HERS), scene.educator(phone=OTHERS))
    for _press in range(2):
        call_off(scene)
    assert [row.address for row in told(session)] == [HERS, OTHERS]
    by_mail = [mail for mail in mails(session, "crew_visit_cancelled") if mail.channel is Channel.MAIL]
    assert len(by_mail) == 2


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_it_names_day_hour_and_place_and_no_school_person_or_reason(session, scene, language):
    scene.confirmed_by(scene.educator(phone=HERS, given_name="Јована", family_name="Перић"))
    session.execute(sa.text("UPDATE user_account SET language = :language"), {"language": language})
    session.commit()
    visit = visit_of(session, scene)
    town, school = scene.host, visit.host_id

    call_off(scene)

    (row,) = told(session)
    assert school == town.id
    assert len(row.text) <= 160
    assert set(row.text) <= GSM
    assert row.text.startswith("Raspored: ")
    assert "10:00" in row.text
    assert str(visit.on_day.day) in row.text
    assert row.text.endswith("/offers")
    assert ("is called off" in row.text, "otkazana" in row.text) == (language == "en", language != "en")
    for never in ("Jovana", "Peric", "Prekid", scene.host.name_sr_latn):
        assert never not in row.text


@pytest.mark.both_databases
def test_a_minor_is_told_through_the_guardian_and_never_alone(session, scene):
    minor = scene.minor(phone=HERS)
    guardian_says(session, minor, GUARDIANS)
    scene.confirmed_by(scene.educator(), minor)
    call_off(scene)
    assert [row.address for row in told(session)] == [GUARDIANS]


def test_a_minor_without_a_guardians_number_is_told_by_mail_alone(session, scene):
    minor = scene.minor(phone=HERS)
    make_guardian(minor.id, phone=GUARDIANS, in_force_at=LONG_AGO, replaced_at=LONG_AGO)  # never spoke
    scene.confirmed_by(scene.educator(), minor)
    call_off(scene)
    assert told(session) == []


def test_who_has_no_number_or_good_time_or_was_only_suggested_gets_none(session, scene):
    scene.confirmed_by(scene.educator())
    call_off(scene)
    in_time, suggested = Scene(), Scene()
    in_time.confirmed_by(in_time.educator(phone=HERS))
    call_off(in_time, LATE - dt.timedelta(days=7))
    suggested.suggested_to(suggested.educator(phone=HERS))
    call_off(suggested)
    assert told(session) == []


def test_the_coordinator_sees_the_number_to_call_or_that_there_is_none(session, scene):
    with_number, without, minor = scene.educator(phone=HERS), scene.educator(), scene.minor(phone=OTHERS)
    guardian_says(session, minor, GUARDIANS)
    scene.confirmed_by(with_number, without, minor)
    call_off(scene)
    visit = visit_of(session, scene)
    shown = {row.presenter_id: row.phone for row in late_rows(visit.id, visit.on_day)}
    assert shown == {with_number.id: HERS, without.id: "", minor.id: GUARDIANS}


GUARDIAN = "vesna@family.example"


@pytest.mark.both_databases
def test_a_guardian_gets_a_copy_of_each_mail_to_a_minor_without_button_or_link(session):
    scene = Scene(educators=1, influencers=1)
    adult, minor = scene.educator(), scene.minor(email="tara@home.example")
    scene.confirm(adult, minor)
    for kind in ("visit_offered", "crew_confirmed"):
        own, copy = (mail for mail in mails(session, kind) if mail.address in ("tara@home.example", GUARDIAN))
        assert (own.address, copy.address) == ("tara@home.example", GUARDIAN)
        assert "{link}" in own.text
        assert "{link}" not in copy.text + copy.html
        assert "Ilić" not in copy.text + copy.subject


def test_guardians_copies_go_to_who_speaks_on_the_day_and_to_no_grown_up(session):
    minor, wait = a_minor(), dt.timedelta(days=7)
    make_guardian(minor.id, email="Before@family.example", replaced_at=MONDAY + wait)
    make_guardian(minor.id, email="next@family.example", in_force_at=MONDAY + wait)
    told = [guardians_of([minor.id], MONDAY.date() + dt.timedelta(days=days))[minor.id] for days in (0, 7, 8)]
    assert told == ["before@family.example", "before@family.example", "next@family.example"]
    other = a_minor()
    make_consent(other.id, withdrawn_at=MONDAY)
    make_guardian(other.id, email="off@family.example", in_force_at=MONDAY, replaced_at=MONDAY)
    assert guardians_of([other.id], MONDAY.date()) == {other.id: GUARDIAN}
    scene = Scene(educators=1, influencers=1)
    scene.offer(scene.educator(), scene.minor(birth_date=MONDAY.date().replace(year=MONDAY.year - 18)))
    assert GUARDIAN not in [mail.address for mail in mails(session, "visit_offered")]

"""What pages show of certificates, to whom, and with how few questions."""

import datetime as dt

import pytest
from sqlalchemy import update

from scheduler.attendance.models import Attendance
from scheduler.attendance.service.counting import name_adults
from scheduler.attendance.terms import AttendanceState
from scheduler.certificates import rules
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries import lists, papers
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateFilters, CertificateKind, CertificateShow, WaitsFor
from scheduler.config import name_secrets
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.names import spelled
from scheduler.policy import ANONYMOUS, SYSTEM
from tests.counting import statements
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_campaign, make_programme


def issued(begun):
    return issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def test_a_number_is_found_however_it_is_typed_and_lists_are_for_the_centre_and_the_school(session):
    number = issued(a_locked_visit())[0]
    for typed in (number, number.lower(), rules.in_fours(number), rules.in_fours(number).replace(" ", "-")):
        assert papers.certificate_of_number(typed).paper.number == number

    begun, other = a_locked_visit(), a_locked_visit()
    issued(begun)
    issued(other)

    [row] = papers.certificates_of_request(begun.school, begun.request.id)
    assert row.kind is CertificateKind.SCHOOL
    with pytest.raises(NotFound):
        papers.certificates_of_request(begun.school, other.request.id)
    for actor in (begun.school, begun.teacher, ANONYMOUS):
        with pytest.raises(NotAllowed):
            lists.certificates_of_centre(actor, 1, CertificateFilters())
        with pytest.raises(NotAllowed):
            papers.certificate_to_change(actor, row.number)
    with pytest.raises(NotFound):
        papers.certificate_to_change(other.coordinator, row.number)


@pytest.mark.parametrize("typed", ["", "0" * 16, "9" * 5000, "' OR 1=1 --", "\x00"])
def test_what_no_certificate_has_is_not_found(session, typed):
    issued(a_locked_visit())
    with pytest.raises(NotFound):
        papers.certificate_of_number(typed)


@pytest.mark.parametrize(
    ("language", "host", "place", "centre"),
    [
        ("sr_Cyrl", "Основна школа „Вук Караџић“", "Ниш", "Национални контакт центар"),
        ("sr_Latn", "Osnovna škola „Vuk Karadžić“", "Niš", "Nacionalni kontakt centar"),
        ("en", "Osnovna škola „Vuk Karadžić“", "Niš", "National Contact Centre"),
    ],
)
def test_every_field_is_printed_in_the_schools_language_and_kept_as_printed(session, language, host, place, centre):
    begun = a_locked_visit(talks=2, language=language, names=("Ана Петровић",))
    checked = papers.certificate_of_number(issued(begun)[1])
    paper = checked.paper
    assert (paper.host_name, paper.host_place, paper.centre_name) == (host, place, centre)
    assert (paper.pupils, paper.teachers, paper.presentations, paper.minutes) == (176, 4, 2, 90)
    assert (paper.kind, paper.on_day, checked.language) == (CertificateKind.TEACHER, begun.visit.on_day, language)
    assert (checked.holder_name, paper.holder_name) == (spelled("Ана Петровић", language), "")
    assert paper.check_url == f"http://localhost/certificates/{paper.number}"


def test_a_name_that_is_no_longer_kept_can_still_be_compared(session):
    number = issued(a_locked_visit(names=("Ана Петровић",)))[1]
    with transaction() as inside:
        inside.execute(update(Certificate).values(holder_name=None))
    checked = papers.certificate_of_number(number)
    assert checked.holder_name is None
    assert rules.names_match(checked.holder_key, "Ana Petrović", secrets=name_secrets())
    assert not rules.names_match(checked.holder_key, "Ana", secrets=name_secrets())


def test_a_name_that_is_no_longer_kept_is_found_when_it_is_typed_whole(session):
    begun = a_locked_visit(names=("Ана Петровић",))
    issued(begun)
    with transaction() as inside:
        inside.execute(update(Certificate).values(holder_name=None))
    assert found(begun.coordinator, typed="ana petrović") == ["U-2026-000002"]
    assert found(begun.coordinator, typed="ana") == []


def test_the_list_of_a_centre_asks_as_often_for_three_as_for_one(session):
    programme = make_programme()
    coordinator = an_actor(centre_id=programme.centre_id)
    issued(a_locked_visit(programme=programme))
    with statements() as for_one:
        assert lists.certificates_of_centre(coordinator, 1, CertificateFilters()).total == 1

    issued(a_locked_visit(programme=programme, names=("Ана", "Мира")))
    issued(a_locked_visit())  # of another centre

    with statements() as for_four:
        page = lists.certificates_of_centre(coordinator, 1, CertificateFilters())
    assert [row.running_number for row in page.rows] == [f"U-2026-00000{n}" for n in (4, 3, 2, 1)]
    assert len(for_four) == len(for_one)


def test_due_are_delivered_visits_with_every_presentation_locked(session):
    locked, _ = a_locked_visit(), a_counted_visit()
    campaign = make_campaign(programme=make_programme())
    assert papers.due_visits() == [locked.visit.id]
    assert papers.due_visits(locked.visit.centre_id) == [locked.visit.id]
    assert papers.due_visits(locked.visit.centre_id + 1000) == []
    assert papers.due_visits(campaign_slug=campaign.slug) == []


def test_missing_are_due_visits_without_any_and_with_a_new_name(session):
    begun = a_locked_visit()
    assert papers.visits_missing_certificates() == [begun.visit.id]
    issued(begun)
    assert papers.visits_missing_certificates() == []
    name_adults(begun.school, begun.visit.id, ("Ана",), now=LEAVING)
    assert papers.visits_missing_certificates() == [begun.visit.id]
    issued(begun)
    assert papers.visits_missing_certificates() == []


def found(actor, **asked):
    return [row.running_number for row in lists.certificates_of_centre(actor, 1, CertificateFilters(**asked)).rows]


def test_the_list_is_found_by_school_person_and_number_in_any_script(session):
    begun = a_locked_visit(names=("Ана Петровић",), language="sr_Cyrl")
    school, teacher = issued(begun)
    desk = begun.coordinator

    assert found(desk) == ["U-2026-000002", "U-2026-000001"]
    for typed in ("karadzic", "Вук Кара", "u-2026-0000"):
        assert len(found(desk, typed=typed)) == 2, typed
    for typed in ("Ana Petrović", "ана петровић", "ана пет", "петровић", rules.in_fours(teacher), "u-2026-000002"):
        assert found(desk, typed=typed) == ["U-2026-000002"], typed
    assert found(desk, typed=school.lower()) == ["U-2026-000001"]
    for typed in ("Мира", "%", "_", "U-2027"):
        assert found(desk, typed=typed) == [], typed
    assert found(desk, typed="  ") == found(desk)


def test_the_list_is_narrowed_by_kind_and_by_what_became_of_them(session):
    begun = a_locked_visit(names=("Ана", "Мира"))
    _school, first, second = issued(begun)
    desk, kept = begun.coordinator, papers.certificate_to_change
    issuing.reissue_certificate(desk, kept(desk, first).id, "Ана Петровић", now=LEAVING)
    issuing.revoke_certificate(desk, kept(desk, second).id, "was not there", now=LEAVING)

    by_show = {show: found(desk, show=show) for show in CertificateShow if show is not CertificateShow.WAITING}
    assert by_show == {
        CertificateShow.ALL: [f"U-2026-00000{n}" for n in (4, 3, 2, 1)],
        CertificateShow.VALID: ["U-2026-000004", "U-2026-000001"],
        CertificateShow.REPLACED: ["U-2026-000002"],
        CertificateShow.REVOKED: ["U-2026-000003"],
    }
    assert found(desk, kind=CertificateKind.SCHOOL) == ["U-2026-000001"]


@pytest.mark.both_databases
def test_of_a_visit_without_certificates_the_list_says_why_not_yet(session):
    programme = make_programme()
    counted, signed = a_counted_visit(programme=programme), a_counted_visit(programme=programme)
    locked = a_locked_visit(programme=programme)
    issued(a_locked_visit(programme=programme))
    a_counted_visit()  # of another centre
    with transaction() as inside:
        inside.execute(
            update(Attendance)
            .where(Attendance.presentation_id == signed.first)
            .values(state=AttendanceState.COUNTERSIGNED)
        )
    today = locked.visit.on_day
    waits = {row.number: row.waits_for for row in lists.uncertified(locked.coordinator, 1, today).rows}

    assert waits == {
        counted.visit.number: WaitsFor.SIGNATURE,
        signed.visit.number: WaitsFor.LOCK,
        locked.visit.number: WaitsFor.ISSUE,
    }
    assert lists.uncertified(locked.coordinator, 1, today - dt.timedelta(days=1)).total == 0

"""What pages show of certificates, to whom, and with how few questions."""

import pytest
from sqlalchemy import update

from scheduler.attendance.service.counting import name_adults
from scheduler.certificates import queries, rules, service
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CertificateKind
from scheduler.config import settings
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.names import spelled
from scheduler.policy import ANONYMOUS, SYSTEM
from tests.counting import statements
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_campaign, make_programme


def issued(begun):
    return service.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def test_a_number_is_found_however_it_is_typed(session):
    number = issued(a_locked_visit())[0]

    for typed in (number, number.lower(), rules.in_fours(number), rules.in_fours(number).replace(" ", "-")):
        assert queries.certificate_of_number(typed).paper.number == number


@pytest.mark.parametrize("typed", ["", "0" * 16, "9" * 5000, "' OR 1=1 --", "\x00"])
def test_what_no_certificate_has_is_not_found(session, typed):
    issued(a_locked_visit())

    with pytest.raises(NotFound):
        queries.certificate_of_number(typed)


@pytest.mark.parametrize(
    ("language", "host", "place", "centre"),
    [
        ("sr_Cyrl", "Вук Караџић", "Ниш", "Национални контакт центар"),
        ("sr_Latn", "Vuk Karadžić", "Niš", "Nacionalni kontakt centar"),
        ("en", "Vuk Karadžić", "Niš", "National Contact Centre"),
    ],
)
def test_every_field_is_printed_in_the_schools_language_and_kept_as_printed(session, language, host, place, centre):
    begun = a_locked_visit(talks=2, language=language, names=("Ана Петровић",))

    checked = queries.certificate_of_number(issued(begun)[1])

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

    checked = queries.certificate_of_number(number)

    assert checked.holder_name is None
    assert rules.names_match(checked.holder_key, "Ana Petrović", secret=settings().secret_key)
    assert not rules.names_match(checked.holder_key, "Ana", secret=settings().secret_key)


def test_the_list_of_a_centre_asks_as_often_for_three_as_for_one(session):
    programme = make_programme()
    coordinator = an_actor(centre_id=programme.centre_id)
    issued(a_locked_visit(programme=programme))
    with statements() as for_one:
        assert queries.certificates_of_centre(coordinator, 1).total == 1

    issued(a_locked_visit(programme=programme, names=("Ана", "Мира")))
    issued(a_locked_visit())  # of another centre

    with statements() as for_four:
        page = queries.certificates_of_centre(coordinator, 1)
    assert [row.running_number for row in page.rows] == [f"U-2026-00000{n}" for n in (4, 3, 2, 1)]
    assert len(for_four) == len(for_one)


def test_lists_are_for_the_centre_and_for_the_school_itself(session):
    begun, other = a_locked_visit(), a_locked_visit()
    issued(begun)
    issued(other)

    [row] = queries.certificates_of_request(begun.school, begun.request.id)
    assert row.kind is CertificateKind.SCHOOL
    with pytest.raises(NotFound):
        queries.certificates_of_request(begun.school, other.request.id)
    for actor in (begun.school, begun.teacher, ANONYMOUS):
        with pytest.raises(NotAllowed):
            queries.certificates_of_centre(actor, 1)
        with pytest.raises(NotAllowed):
            queries.certificate_to_change(actor, row.number)
    with pytest.raises(NotFound):
        queries.certificate_to_change(other.coordinator, row.number)


def test_due_are_delivered_visits_with_every_presentation_locked(session):
    locked, _ = a_locked_visit(), a_counted_visit()
    campaign = make_campaign(programme=make_programme())

    assert queries.due_visits() == [locked.visit.id]
    assert queries.due_visits(locked.visit.centre_id) == [locked.visit.id]
    assert queries.due_visits(locked.visit.centre_id + 1000) == []
    assert queries.due_visits(campaign_slug=campaign.slug) == []


def test_missing_are_due_visits_without_any_and_with_a_new_name(session):
    begun = a_locked_visit()
    assert queries.visits_missing_certificates() == [begun.visit.id]

    issued(begun)
    assert queries.visits_missing_certificates() == []
    name_adults(begun.school, begun.visit.id, ("Ана",), now=LEAVING)
    assert queries.visits_missing_certificates() == [begun.visit.id]
    issued(begun)
    assert queries.visits_missing_certificates() == []

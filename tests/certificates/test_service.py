"""Certificates come from locked attendance only, each once, and a replaced or void one never comes back."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.attendance.models import NamedAdult
from scheduler.attendance.service.counting import countersign, name_adults
from scheduler.attendance.service.locking import correct_counts, lock_counts
from scheduler.attendance.terms import CountSource, HeadCounts
from scheduler.certificates import signature
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries import papers as queries
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateKind, CertificateState, Issued
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.refusals import refused_by
from scheduler.messages.models import OutboxMessage
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from tests.ceilings import at_most
from tests.counting import asked_and_written
from tests.factories.counting import LEAVING, a_begun_visit, a_counted_visit, a_locked_visit
from tests.factories.people import an_actor
from tests.factories.programmes import make_programme
from tests.refusals import conflict, rejection

TWO = ("Ана Петровић", "Đorđe Čukić")


def papers(*columns):
    db.session.rollback()
    return db.session.execute(select(*columns).order_by(Certificate.id)).all()


def issue(begun, actor=SYSTEM):
    return issuing.issue_certificates(actor, begun.visit.id, now=LEAVING)


def reissue(begun, number, name):
    row = queries.certificate_to_change(begun.coordinator, number)
    return issuing.reissue_certificate(begun.coordinator, row.id, name, now=LEAVING)


@pytest.mark.both_databases
def test_a_locked_visit_gives_one_for_the_school_and_one_for_each_named_adult(session):
    begun = a_locked_visit(names=TWO)
    answer = issue(begun, begun.coordinator)
    rows = papers(Certificate.kind, Certificate.holder_name, Certificate.running_number)
    assert rows == [
        (CertificateKind.SCHOOL, None, "U-2026-000001"),
        (CertificateKind.TEACHER, "Ана Петровић", "U-2026-000002"),
        (CertificateKind.TEACHER, "Đorđe Čukić", "U-2026-000003"),
    ]
    assert (answer.issued, answer.already, len(set(answer.numbers))) == (3, 0, 3)
    assert session.get(SchoolRequest, begun.request.id).state is RequestState.CERTIFIED


@pytest.mark.both_databases
def test_asking_again_gives_the_same_ones_a_name_added_later_one_more_and_no_more_than_adults_were_counted(session):
    begun = a_locked_visit(names=("Ана Петровић",))
    first = issue(begun)

    assert issue(begun) == Issued(0, 2, first.numbers)
    name_adults(begun.school, begun.visit.id, TWO, now=LEAVING)
    later = issue(begun)

    assert (later.issued, later.already, later.numbers[:2]) == (1, 2, first.numbers)

    begun = a_locked_visit(names=TWO)
    first = issue(begun)
    name_adults(begun.school, begun.visit.id, ("Вера Марић", "Гоца Лукић"), now=LEAVING)

    assert issue(begun) == Issued(0, 3, first.numbers)
    assert queries.visits_missing_certificates() == []


def test_a_revoked_certificate_leaves_its_place_to_the_next_name(session):
    begun = a_locked_visit(names=TWO)
    issue(begun)
    [wrong] = papers(Certificate.id)[1]
    issuing.revoke_certificate(begun.coordinator, wrong, "was not there", now=LEAVING)
    name_adults(begun.school, begun.visit.id, ("Вера Марић", "Đorđe Čukić"), now=LEAVING)
    assert queries.visits_missing_certificates() == [begun.visit.id]

    assert issue(begun).issued == 1
    name_adults(begun.school, begun.visit.id, TWO, now=LEAVING)
    assert issue(begun).issued == 0
    living = papers(Certificate.holder_name, Certificate.state)
    assert [name for name, state in living if state is CertificateState.ISSUED] == [None, "Đorđe Čukić", "Вера Марић"]


def test_one_set_comes_of_a_locked_visit_and_the_school_is_told_of_it_once(session):
    begun = a_locked_visit()
    issue(begun)
    issue(begun)
    [mail] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "certificates_ready")).all()
    assert (mail.address, mail.link_subject_id) == ("ana@school.example", begun.request.id)

    begun = a_counted_visit(talks=2)
    second = begun.presentations[1].id
    said = {begun.first: HeadCounts(88, 0, 2), second: HeadCounts(1)}
    countersign(begun.school, begun.visit.id, said, now=LEAVING)
    with conflict("attendance_not_locked"):
        issue(begun)
    lock_counts(begun.coordinator, {second: CountSource.EDUCATOR}, now=LEAVING)
    assert issue(begun).issued == 1


@pytest.mark.both_databases
def test_trust_s30_twenty_threads_that_issue_the_same_visit_make_one_set(app, session):
    begun = a_locked_visit(names=TWO)
    visit_id, together = begun.visit.id, Barrier(20)

    def act(_):
        with app.app_context():
            together.wait(timeout=30)
            try:
                return issuing.issue_certificates(SYSTEM, visit_id, now=LEAVING)
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(act, range(20)))

    assert sorted(answer.issued for answer in answers) == [0] * 19 + [3]
    stored = frozenset(number for (number,) in papers(Certificate.number))
    assert {frozenset(answer.numbers) for answer in answers} == {stored}
    assert len(stored) == 3
    assert len(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "certificates_ready")).all()) == 1


@pytest.mark.parametrize("make", [a_begun_visit, a_counted_visit])
def test_trust_s30_nothing_is_issued_before_the_lock(session, make):
    begun = make(talks=2)
    with conflict("attendance_not_locked"):
        issue(begun)
    assert papers(Certificate.id) == []


def test_who_may_issue_reissue_and_revoke(session):
    begun = a_locked_visit()

    for actor, refusal in [
        (begun.school, NotAllowed),
        (begun.teacher, NotAllowed),
        (ANONYMOUS, NotAllowed),
        (an_actor(), NotFound),
    ]:
        with pytest.raises(refusal):
            issue(begun, actor)
    with pytest.raises(NotFound):
        issuing.issue_certificates(SYSTEM, 10**6, now=LEAVING)
    assert papers(Certificate.id) == []

    begun = a_locked_visit(names=TWO)
    issue(begun)
    certificate_id = papers(Certificate.id)[1].id
    for actor, refusal in [(begun.school, NotAllowed), (begun.teacher, NotAllowed), (an_actor(), NotFound)]:
        with pytest.raises(refusal):
            issuing.reissue_certificate(actor, certificate_id, "Неко Други", now=LEAVING)
        with pytest.raises(refusal):
            issuing.revoke_certificate(actor, certificate_id, "because", now=LEAVING)


@pytest.mark.both_databases
def test_a_reissue_prints_the_right_name_and_the_old_number_says_replaced(session):
    begun = a_locked_visit(names=("Ana Petrovic",))
    old = issue(begun).numbers[1]
    new = reissue(begun, old, "Ana Petrović")

    was = queries.certificate_of_number(old)
    assert (was.state, was.replaced_by_number) == (CertificateState.REISSUED, new)
    now = queries.certificate_of_number(new)
    assert (now.state, now.holder_name, now.paper.pupils) == (CertificateState.ISSUED, "Ana Petrović", 88)
    assert session.scalars(select(NamedAdult.name)).all() == ["Ana Petrović"]
    again = issue(begun)
    assert (again.issued, again.already, new in again.numbers, old in again.numbers) == (0, 2, True, False)


def test_a_name_that_was_wrong_never_comes_back_by_itself_and_can_be_mended_back_and_forth(session):
    begun = a_locked_visit(names=("Jovan Jović",))
    number = issue(begun).numbers[1]

    for name in ("Jovana Jović", "Jovan Jović"):
        number = reissue(begun, number, name)

    states = [state for (state,) in papers(Certificate.state)]
    assert states.count(CertificateState.ISSUED) == 2
    assert queries.certificate_of_number(number).holder_name == "Jovan Jović"

    begun = a_locked_visit(names=("Jovan Jović",))
    old = issue(begun).numbers[1]
    reissue(begun, old, "Jovana Jović")

    name_adults(begun.school, begun.visit.id, ("Jovan Jović",), now=LEAVING)

    assert issue(begun).issued == 0


def test_a_schools_certificate_is_issued_anew_with_the_numbers_that_count_now(session):
    begun = a_locked_visit()
    old = issue(begun).numbers[0]
    correct_counts(begun.coordinator, begun.first, HeadCounts(70, 0, 2), "the list says 70", now=LEAVING)
    new = reissue(begun, old, "")
    assert queries.certificate_of_number(old).paper.pupils == 88
    assert queries.certificate_of_number(new).paper.pupils == 70


@pytest.mark.parametrize(("name", "problem"), [("", "missing"), ("  ", "missing"), ("А" * 101, "too_long")])
def test_a_reissue_without_a_possible_name_is_refused(session, name, problem):
    begun = a_locked_visit(names=("Ана",))
    number = issue(begun).numbers[1]
    with rejection(name=problem):
        reissue(begun, number, name)


def test_a_reissue_to_a_teacher_who_has_one_is_refused_and_no_audit_row_holds_a_name(session):
    begun = a_locked_visit(names=TWO)
    number = issue(begun).numbers[1]
    with conflict("certificate_exists"):
        reissue(begun, number, "Ђорђе Чукић")
    assert {state for (state,) in papers(Certificate.state)} == {CertificateState.ISSUED}
    begun = a_locked_visit(names=TWO)
    reissue(begun, issue(begun).numbers[1], "Неко Други")
    told = " ".join(session.scalars(select(AuditEntry.details)))
    assert not {"Ана", "Петровић", "Đorđe", "Неко"} & set(told.replace('"', " ").split())


@pytest.mark.both_databases
def test_a_revoked_certificate_says_why_and_stays_revoked(session):
    begun = a_locked_visit(names=TWO)
    number = issue(begun).numbers[1]
    row = queries.certificate_to_change(begun.coordinator, number)

    with conflict("reason_missing"):
        issuing.revoke_certificate(begun.coordinator, row.id, "", now=LEAVING)
    issuing.revoke_certificate(begun.coordinator, row.id, "was not in the room", now=LEAVING)

    assert queries.certificate_of_number(number).state is CertificateState.REVOKED
    assert issue(begun).issued == 0
    assert number not in issue(begun).numbers
    with conflict("wrong_state"):
        issuing.reissue_certificate(begun.coordinator, row.id, "Ана", now=LEAVING)
    with pytest.raises(NotFound):
        issuing.certificate_pdf(begun.coordinator, number)


def test_a_file_is_drawn_for_those_who_may_in_the_order_of_the_numbers(session):
    begun = a_locked_visit(names=TWO)
    numbers = issue(begun).numbers
    other = a_locked_visit(language="en")
    english = issue(other).numbers

    for actor in (begun.school, begun.coordinator):
        assert issuing.certificate_pdf(actor, numbers[0]).startswith(b"%PDF")
    for actor in (other.school, an_actor(), begun.teacher):
        with pytest.raises(NotFound):
            issuing.certificate_pdf(actor, numbers[0])
    with pytest.raises(NotAllowed):
        issuing.certificate_pdf(ANONYMOUS, numbers[0])
    for wanted in ([], ["0" * 16], [*numbers, "0" * 16]):
        with pytest.raises(NotFound):
            issuing.draw_merged(SYSTEM, wanted)

    pages = PdfReader(io.BytesIO(issuing.draw_merged(SYSTEM, [numbers[2], numbers[1], *english]))).pages
    texts = [page.extract_text() for page in pages]
    assert ["Đorđe" in texts[0], "Ана" in texts[1], "CERTIFICATE" in texts[2]] == [True, True, True]


def test_the_database_refuses_a_second_living_one_and_a_person_on_a_schools(session):
    begun = a_locked_visit()
    issue(begun)
    [kept] = papers(*Certificate.__table__.columns)
    row = dict(kept._mapping) | {"id": None, "number": "0" * 16, "running_number": "U-2026-999999"}
    del row["id"]

    for given, refusal in [
        ({}, "each_certificate_once"),
        ({"holder_key": "x", "holder_name": "Ана"}, "no_person_on_other_kinds"),
        ({"holder_key": "x", "number": "short"}, "number_of_80_bits"),
        ({"holder_key": "x", "state": CertificateState.REISSUED}, "reissued_has_a_successor"),
    ]:
        with pytest.raises(IntegrityError) as error, transaction() as inside:
            inside.execute(insert(Certificate).values(**(row | given)))
        assert refusal in refused_by(error.value) or refusal == "each_certificate_once"


def _numbers_of_statements(begun):
    visits = [one.visit.id for one in begun]
    with asked_and_written() as made:
        done = issuing.issue_for_locked_attendance(SYSTEM, visits, now=LEAVING)
    return done.issued, made.numbers


@pytest.mark.both_databases
def test_ten_visits_ask_and_write_as_often_as_two_and_nothing_where_nothing_is_due(session):
    programme = make_programme()
    signature.renew_key(now=LEAVING)
    few = [a_locked_visit(programme=programme, names=("Ана Петровић",)) for _ in range(2)]
    many = [a_locked_visit(programme=programme, names=("Ана Петровић",)) for _ in range(10)]
    (issued_few, for_few), (issued_many, for_many) = _numbers_of_statements(few), _numbers_of_statements(many)
    assert (issued_few, issued_many) == (4, 20)
    assert for_many == for_few
    issued_again, (selects, writes) = _numbers_of_statements(many)
    assert (issued_again, writes) == (0, 0)
    at_most(3, selects)


def test_a_sweep_looks_again_when_names_numbers_or_papers_change_and_at_nothing_else(session):
    begun = a_locked_visit(names=("Ана",))

    def waits():
        return queries.visits_to_certify(100) == [begun.visit.id]

    assert waits()
    number = issue(begun).numbers[1]
    assert not waits()
    name_adults(begun.school, begun.visit.id, ("Ана", "Мира"), now=LEAVING)
    assert waits()
    issue(begun)
    correct_counts(begun.coordinator, begun.first, HeadCounts(pupils=80, teachers=3), "листа", now=LEAVING)
    assert waits()
    issue(begun)
    row = queries.certificate_to_change(begun.coordinator, number)
    issuing.revoke_certificate(begun.coordinator, row.id, "грешка", now=LEAVING)
    assert waits()
    issue(begun)
    assert not waits()


def test_a_visit_that_counts_as_settled_too_soon_is_told_each_night(session):
    begun = a_locked_visit()
    assert queries.violations() == []
    with transaction() as inside:
        inside.execute(update(Visit).values(papers_settled=True))

    told = [f"visit {begun.visit.id} waits for certificates, and no sweep looks at it"]
    assert queries.violations() == told
    with transaction() as inside:
        inside.execute(update(Visit).values(papers_settled=False))
    issue(begun)
    assert queries.violations() == []
    name_adults(begun.school, begun.visit.id, ("Ана",), now=LEAVING)
    with transaction() as inside:
        inside.execute(update(Visit).values(papers_settled=True))
    assert queries.violations() == told

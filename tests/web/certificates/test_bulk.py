"""All certificates of a list at once: one file, a file each, and a letter to their schools after one preview."""

import io
import json
import logging
import re
import zipfile

import pypdf
import pytest
from sqlalchemy import func, select, update

from scheduler.certificates.models import Certificate
from scheduler.certificates.queries import letters as queries
from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateFilters
from scheduler.core.db import Base, db, transaction
from scheduler.jobs import paper_work
from scheduler.jobs.long_work import do_long_work
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.certificates import bulk
from scheduler.work import service
from scheduler.work.models import LongWork, MadeFileRow
from scheduler.work.service import forget_contents
from scheduler.work.terms import WorkState
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.work import later
from tests.web.browser import sign_in_as


@pytest.fixture(autouse=True)
def at_noon(app, the_clock):
    the_clock.stands_at(LEAVING)


@pytest.fixture
def programme(session):
    return make_programme()


def issued(**given):
    begun = a_locked_visit(**given)
    return issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def desk_of(client, programme, role=Role.COORDINATOR):
    return sign_in_as(client, make_user(role, centre_id=programme.centre_id).id)


def worked(answer):
    assert answer.location.startswith("/work/"), answer.location
    do_long_work.call_local()
    return answer.location


def take(path, ending="pdf"):
    return f"/certificates/files/{path.rpartition('/')[2]}.{ending}"


def letters():
    db.session.rollback()
    wanted = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "certificates_ready")
    return db.session.scalar(wanted)


def forget_that_they_were_told(*numbers):
    these = [Certificate.number.in_(numbers)] if numbers else []
    with transaction() as inside:
        inside.execute(update(Certificate).where(*these).values(told_at=None))


def seen_on(page):
    """What the page of letters sends with its press."""
    return {"seen": re.search(r'name="seen" value="(\w+)"', page.text)[1]}


def test_a_zip_holds_each_paper_that_holds_and_two_downloads_are_the_same(client, programme):
    school, teacher = issued(programme=programme, names=("Ана Петровић",))
    [other] = issued(programme=programme)
    desk = desk_of(client, programme)
    row = papers.certificate_to_change(SYSTEM, other)
    issuing.revoke_certificate(SYSTEM, row.id, "wrong", now=LEAVING)

    path = worked(desk.post("/certificates/files", data={"kind": "zip_certificates"}))

    first, second = desk.get(take(path, "zip")), desk.get(take(path, "zip"))
    assert (first.mimetype, first.data) == ("application/zip", second.data)
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert sorted(archive.namelist()) == sorted([f"{school}.pdf", f"{teacher}.pdf"])
        assert archive.read(f"{teacher}.pdf") == issuing.certificate_pdf(SYSTEM, teacher)
    assert take(path, "zip") in desk.get(path).text
    assert desk.get(take(path, "pdf")).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize(("kind", "ending"), [("zip_certificates", "zip"), ("merge_certificates", "pdf")])
def test_what_was_being_drawn_as_a_person_is_erased_is_drawn_anew(client, programme, kind, ending):
    """The worker has read her name, and stores what it drew only afterwards."""
    numbers = issued(programme=programme, names=("Ана Петровић",))
    desk = desk_of(client, programme)
    path = desk.post("/certificates/files", data={"kind": kind}).location
    taken = service.take(int(path.rpartition("/")[2]), now=LEAVING)
    made = [(number, b"%PDF-1.7 " + name.encode()) for number, name in zip(numbers, ("", "Ана Петровић"), strict=True)]
    service.keep_files(taken, made[:1], 1, 2, now=LEAVING)

    with transaction():
        service.forget_files()
    service.keep_files(taken, made[1:], 2, 2, now=LEAVING)
    service.end(taken, {"drawn": 2, "left_out": 0}, now=LEAVING)

    assert service.names_kept(taken.id) == set()
    assert desk.get(take(path, ending)).status_code == 404
    do_long_work.call_local()
    assert "Ана Петровић".encode() not in desk.get(take(path, ending)).data
    assert [
        row.name.removesuffix(".pdf") for row in db.session.scalars(select(MadeFileRow).order_by(MadeFileRow.id))
    ] == (list(numbers) if ending == "zip" else ["certificates"])


def test_one_file_holds_what_the_filters_leave(client, programme):
    numbers = issued(programme=programme, names=("Ана Петровић", "Мира Илић"))
    desk = desk_of(client, programme)

    path = worked(desk.post("/certificates/files?kind=teacher", data={"kind": "merge_certificates"}))

    assert len(numbers) == 3
    assert len(pypdf.PdfReader(io.BytesIO(desk.get(take(path)).data)).pages) == 2


def test_nobody_else_takes_the_file_and_after_a_day_nobody(client, programme):
    issued(programme=programme)
    desk = desk_of(client, programme)
    path = worked(desk.post("/certificates/files", data={"kind": "merge_certificates"}))
    assert desk.get(take(path)).status_code == 200

    assert (
        sign_in_as(client, make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id).id).get(take(path)).status_code
        == 404
    )
    forget_contents(LEAVING + (later(days=1) - later()))
    db.session.rollback()
    assert db.session.scalar(select(func.count(MadeFileRow.id))) == 0


def test_an_empty_list_draws_nothing_and_a_long_one_is_to_be_filtered(client, programme, monkeypatch):
    desk = desk_of(client, programme)
    none = desk.post("/certificates/files?lang=en", data={"kind": "zip_certificates"}, follow_redirects=True)
    monkeypatch.setattr(bulk, "MOST_IN_A_FILE", 1)
    issued(programme=programme, names=("Ана Петровић",))
    many = desk.post("/certificates/files?lang=en", data={"kind": "zip_certificates"}, follow_redirects=True)
    odd = desk.post("/certificates/files?_external=1&endpoint=x", data={"kind": "x"})

    assert "Nothing to draw" in none.text
    assert "Filter the list first" in many.text
    assert odd.status_code == 302


def test_a_fourth_list_waits_until_one_of_hers_is_done(client, programme):
    """Drawn or written about alike: three are under way, the same again shows how far it is, the next is told when."""
    issued(programme=programme, names=("Ана Петровић",))
    desk = desk_of(client, programme)
    kinds = [("zip", "school"), ("zip", "teacher"), ("merge", "school")]
    asked = [(f"/certificates/files?kind={of}&lang=en", {"kind": f"{kind}_certificates"}) for kind, of in kinds]
    paths = [desk.post(address, data=data).location for address, data in asked]
    forget_that_they_were_told()

    refused = desk.post(asked[1][0], data={"kind": "merge_certificates"}, follow_redirects=True)
    letter = desk.get("/certificates/letters?lang=en")
    not_sent = desk.post("/certificates/letters?lang=en", data=seen_on(letter), follow_redirects=True)

    assert ["Wait until one of your three lists is done" in one.text for one in (refused, not_sent)] == [True, True]
    assert desk.post(asked[0][0], data=asked[0][1]).location == paths[0]
    do_long_work.call_local()
    assert worked(desk.post("/certificates/letters?lang=en", data=seen_on(letter))) not in paths


def test_after_one_preview_each_school_is_written_to_once_in_its_language(client, programme):
    issued(programme=programme, language="sr_Cyrl", contact_email="nis@example.org")
    issued(programme=programme, language="en", contact_email="novi@example.org")
    issued(programme=programme, contact_email="")
    assert letters() == 2  # written by itself as they were issued
    desk = desk_of(client, programme)
    assert "Every school of this list has been told" not in desk.get("/certificates/letters?lang=en").text
    forget_that_they_were_told()

    page = desk.get("/certificates/letters?lang=en")
    seen = page.text
    assert ("nis@example.org" in seen, "novi@example.org" in seen, "Without an address" in seen) == (True, True, True)
    assert "Сертификати за посету" in seen  # the first one reads in its school's language
    path = worked(desk.post("/certificates/letters?lang=en", data=seen_on(page)))
    assert "2 mails leave now." in desk.get(f"{path}?lang=en").text
    assert letters() == 4

    again = desk.post("/certificates/letters?lang=en", data=seen_on(page), follow_redirects=True)
    assert "nothing was sent" in again.text
    assert letters() == 4


def test_one_school_is_told_of_in_the_singular(client, programme):
    issued(programme=programme, contact_email="nis@example.org")
    forget_that_they_were_told()
    page = desk_of(client, programme).get("/certificates/letters?lang=en").text
    assert re.findall(r"<dt>\s*(.*?)\s*</dt>", page)[:2] == ["mail would leave", "school to write to"]


def test_written_to_meanwhile_is_written_to_once(client, programme):
    issued(programme=programme, contact_email="nis@example.org")
    forget_that_they_were_told()
    desk = desk_of(client, programme)
    seen = seen_on(desk.get("/certificates/letters"))

    for _press in range(2):  # two coordinators, of whom each has seen one school
        desk.post("/certificates/letters", data=seen)
    do_long_work.call_local()
    do_long_work.call_local()

    assert letters() == 2


@pytest.mark.parametrize("meanwhile", ["another school", "another address"])
def test_as_many_letters_that_are_others_than_were_seen_do_not_leave(client, programme, meanwhile):
    first, second = (issued(programme=programme, contact_email=f"{one}@example.org") for one in ("nis", "novi"))
    forget_that_they_were_told(*first)
    desk = desk_of(client, programme)
    seen = seen_on(desk.get("/certificates/letters?lang=en"))
    with transaction() as inside:
        if meanwhile == "another school":
            inside.execute(update(Certificate).where(Certificate.number.in_(first)).values(told_at=LEAVING))
            inside.execute(update(Certificate).where(Certificate.number.in_(second)).values(told_at=None))
        else:
            nis = SchoolRequest.contact_email == "nis@example.org"
            inside.execute(update(SchoolRequest).where(nis).values(contact_email="novi@example.org"))

    anew = desk.post("/certificates/letters?lang=en", data=seen, follow_redirects=True)

    assert ("nothing was sent" in anew.text, db.session.scalar(select(func.count(LongWork.id)))) == (True, 0)
    assert ("novi@example.org" in anew.text, "nis@example.org" in anew.text) == (True, False)
    worked(desk.post("/certificates/letters?lang=en", data=seen_on(anew)))
    assert letters() == 3


def test_one_press_writes_to_those_that_are_shown_and_the_next_to_the_others(client, programme, monkeypatch):
    for name in ("nis", "novi", "subotica"):
        issued(programme=programme, contact_email=f"{name}@example.org")
    forget_that_they_were_told()
    monkeypatch.setattr(queries, "SCHOOLS_AT_ONCE", 2)
    desk = desk_of(client, programme)

    pages = [desk.get("/certificates/letters?lang=en")]
    worked(desk.post("/certificates/letters?lang=en", data=seen_on(pages[0])))
    pages.append(desk.get("/certificates/letters?lang=en"))
    too_late = desk.post("/certificates/letters?lang=en", data=seen_on(pages[0]), follow_redirects=True)
    worked(desk.post("/certificates/letters?lang=en", data=seen_on(pages[1])))

    shown = [[name for name in ("nis@", "novi@", "subotica@") if name in page.text] for page in pages]
    assert shown == [["nis@", "novi@"], ["subotica@"]]
    assert ["One press writes to 2 schools" in page.text for page in pages] == [True, False]
    assert "nothing was sent" in too_late.text
    assert letters() == 6
    assert "Every school of this list has been told" in desk.get("/certificates/letters?lang=en").text


@pytest.mark.parametrize(("looked_at", "said"), [(2, "0+"), (3, "1")])
def test_none_without_an_address_is_said_of_those_looked_at(client, programme, monkeypatch, looked_at, said):
    for address in ("nis@example.org", "novi@example.org", ""):
        issued(programme=programme, contact_email=address)
    forget_that_they_were_told()
    monkeypatch.setattr(queries, "WAITING_LOOKED_AT", looked_at)
    page = desk_of(client, programme).get("/certificates/letters?lang=en").text
    assert re.search(r"without an address\s*</dt>\s*<dd>(.*?)</dd>", page)[1] == said


@pytest.mark.both_databases
def test_a_school_is_reached_by_whoever_asked_for_what_became_part_of_its_request(programme, session):
    """However long the line: the third has an address, became part of the second, and that of the first."""
    lines = {}
    for name, address in (("reached", "nis@example.org"), ("silent", "")):
        first = a_locked_visit(programme=programme, contact_email="").visit
        issuing.issue_certificates(SYSTEM, first.id, now=LEAVING)
        lines[name] = first.number
        kept = first.school_request_id
        for email in ("", address):
            into = {"merged_into_id": kept, "contact_email": email}
            kept = make_school_request(RequestState.MERGED_INTO, programme=programme, **into).id
    forget_that_they_were_told()

    seen = queries.preview(SYSTEM, CertificateFilters(), most=5)

    assert [(one.visit_number, one.mails) for one in seen.to_write] == [
        (lines["reached"], (("nis@example.org", "sr_Cyrl"),))
    ]
    assert [one.visit_number for one in seen.silent] == [lines["silent"]]


@pytest.mark.both_databases
def test_what_is_counted_only_so_far_says_so_and_all_is_counted_where_it_is_asked_for(programme, monkeypatch):
    for address in ("a@example.org", "b@example.org", "c@example.org", "", ""):
        issued(programme=programme, contact_email=address)
    monkeypatch.setattr(queries, "COUNTED_BEYOND", 2)
    monkeypatch.setattr(queries, "WAITING_LOOKED_AT", 1)

    some = queries.preview(SYSTEM, CertificateFilters(), most=queries.SCHOOLS_AT_ONCE)
    whole = queries.preview(SYSTEM, CertificateFilters())

    assert (some.told, some.more_told, len(some.silent), some.more_silent) == (2, True, 1, True)
    assert (whole.told, whole.more_told, len(whole.silent), whole.more_silent) == (3, False, 2, False)


def test_a_paper_issued_again_waits_for_its_letter(app, client, programme):
    _school, teacher = issued(programme=programme, names=("Ана",))
    row = papers.certificate_to_change(SYSTEM, teacher)
    issuing.reissue_certificate(SYSTEM, row.id, "Ана Петровић", now=LEAVING)

    run = app.test_cli_runner().invoke
    dry = json.loads(run(args=["certificates", "mail", "--dry-run", "--json"]).stdout)
    sent = json.loads(run(args=["certificates", "mail", "--json"]).stdout)
    again = json.loads(run(args=["certificates", "mail", "--json"]).stdout)

    assert dry == sent == {"schools": 1, "mails": 1, "told": 0, "without_address": 0}
    assert again == {"schools": 0, "mails": 0, "told": 1, "without_address": 0}
    assert letters() == 2


def test_a_file_that_is_drawn_is_not_drawn_again_when_the_worker_died_behind_it(client, programme, monkeypatch):
    numbers = issued(programme=programme, names=("Ана Петровић",))
    desk = desk_of(client, programme)
    path = worked(desk.post("/certificates/files", data={"kind": "merge_certificates"}))
    first = desk.get(take(path)).data
    dead = {"state": WorkState.RUNNING, "ended_at": None, "leased_until": LEAVING}
    with transaction() as inside:
        inside.execute(update(LongWork).values(**dead, content=json.dumps(numbers).encode()))
    monkeypatch.setattr(issuing, "draw_merged", None)

    do_long_work.call_local()

    assert "2 of 2" in desk.get(f"{path}?lang=en").text
    assert desk.get(take(path)).data == first


def test_one_file_of_many_is_held_while_it_is_drawn(client, programme, monkeypatch, the_clock):
    """Two thousand pages take longer than a lease: it is told each few pages, and nobody else begins."""
    issued(programme=programme, names=("Ана Петровић", "Мира Савић"))
    held, tell = [], service.tell

    def told(taken, *given, now, **more):
        tell(taken, *given, now=now, **more)
        held.append(db.session.scalar(select(LongWork.leased_until)))
        the_clock.stands_at(now + service.LEASE / 2)

    monkeypatch.setattr(service, "tell", told)
    monkeypatch.setattr(paper_work, "DRAWN_AT_ONCE", 2)

    path = worked(desk_of(client, programme).post("/certificates/files", data={"kind": "merge_certificates"}))

    assert len(held) > 1
    assert held == sorted(set(held))
    assert "3 of 3" in client.get(f"{path}?lang=en").text


def tables_that_say(*words):
    """Every table that holds one of the words in a text, in JSON or in bytes; the drawn files apart."""
    db.session.rollback()
    found, forms = set(), {form for word in words for form in (word, json.dumps(word).strip('"'))}
    for table in Base.metadata.sorted_tables:
        kept = [one for one in table.columns if (table.name, one.name) != ("work_file", "content")]
        for row in db.session.execute(select(*kept)):
            said = " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row)
            if any(form in said for form in forms):
                found.add(table.name)
    return found


@pytest.mark.both_databases
def test_no_adult_is_named_in_logs_audit_mails_or_rows_of_work_after_all_of_it_in_bulk(client, programme, caplog):
    """She stands where the paper is, and where her school wrote her down; whoever reads the rest learns of nobody."""
    names = ("Зорана Измишљенковић", "Žaklina Nigdjezapisanić")
    family = ("Измишљенковић", "Izmišljenković", "Nigdjezapisanić")
    caplog.set_level(logging.DEBUG, "scheduler")
    a_locked_visit(programme=programme, names=names, contact_email="nis@example.org")
    desk = desk_of(client, programme)

    worked(desk.post("/certificates/issued"))
    for kind in ("zip_certificates", "merge_certificates"):
        worked(desk.post("/certificates/files?q=Измишљенковић", data={"kind": kind}))
    forget_that_they_were_told()
    worked(desk.post("/certificates/letters", data=seen_on(desk.get("/certificates/letters"))))

    states = db.session.scalars(select(LongWork.state).order_by(LongWork.id)).all()
    assert states == [WorkState.DONE] * 4
    assert tables_that_say("nis@example.org") >= {"outbox_message", "school_request"}  # what stands there is found
    assert tables_that_say(*family) == {"certificate", "named_adult"}
    assert len(caplog.records) > 10
    assert [one for one in family if one in " ".join(str(vars(record)) for record in caplog.records)] == []

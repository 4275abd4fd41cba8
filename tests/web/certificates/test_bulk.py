"""All certificates of a list at once: one file, a file each, and a letter to their schools after one preview."""

import io
import json
import logging
import re
import zipfile

import pypdf
import pytest
from sqlalchemy import select, update

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
from tests.factories.requests import make_school_request
from tests.factories.work import later
from tests.web.browser import staff_of
from tests.web.reading import rows_of, value_of

pytestmark = pytest.mark.usefixtures("after_the_talk")

LETTERS, FILES = "/certificates/letters?lang=en", "/certificates/files?lang=en"
ZIP, MERGED = {"kind": "zip_certificates"}, {"kind": "merge_certificates"}
NIS, NOVI, SUBOTICA = "nis@example.org", "novi@example.org", "subotica@example.org"
TEACHER = ("Ана Петровић",)


def issued(programme, **given):
    begun = a_locked_visit(programme=programme, **given)
    return issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def untold(*numbers: str) -> None:
    """As if no school had been written to about these certificates, or about any."""
    these = [Certificate.number.in_(numbers)] if numbers else []
    with transaction() as session:
        session.execute(update(Certificate).where(*these).values(told_at=None))


def issued_untold(programme, *addresses: str) -> None:
    """Certificates of a school for each of these addresses, about which nobody was written to."""
    for address in addresses:
        issued(programme, contact_email=address)
    untold()


def worked(answer) -> str:
    """The page of the work that a press has begun, once it is done."""
    assert answer.location.startswith("/work/"), answer.location
    do_long_work.call_local()
    return answer.location


def file_of(path: str, ending: str = "pdf") -> str:
    return f"/certificates/files/{path.rpartition('/')[2]}.{ending}"


def letters() -> int:
    return rows_of(OutboxMessage.kind).count("certificates_ready")


def send(desk, preview, **more):
    """Press the button of this preview."""
    return desk.post(LETTERS, data={"seen": value_of(preview, "seen")}, **more)


def test_a_zip_holds_each_paper_that_holds_and_two_downloads_are_the_same(desk, programme):
    school, teacher = issued(programme, names=TEACHER)
    [other] = issued(programme)
    issuing.revoke_certificate(SYSTEM, papers.certificate_to_change(SYSTEM, other).id, "wrong", now=LEAVING)

    path = worked(desk.post(FILES, data=ZIP))

    first, second = desk.get(file_of(path, "zip")), desk.get(file_of(path, "zip"))
    assert (first.mimetype, first.data) == ("application/zip", second.data)
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert sorted(archive.namelist()) == sorted([f"{school}.pdf", f"{teacher}.pdf"])
        assert archive.read(f"{teacher}.pdf") == issuing.certificate_pdf(SYSTEM, teacher)
    assert file_of(path, "zip") in desk.get(path).text
    assert desk.get(file_of(path)).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize(("kind", "ending"), [(ZIP, "zip"), (MERGED, "pdf")], ids=["a file each", "one file"])
def test_what_was_being_drawn_as_a_person_is_erased_is_drawn_anew(desk, programme, kind, ending):
    """The worker has read her name, and stores what it drew only afterwards."""
    numbers = issued(programme, names=TEACHER)
    path = desk.post(FILES, data=kind).location
    taken = service.take(int(path.rpartition("/")[2]), now=LEAVING)
    made = [(number, b"%PDF-1.7 " + name.encode()) for number, name in zip(numbers, ("", *TEACHER), strict=True)]
    service.keep_files(taken, made[:1], 1, 2, now=LEAVING)

    with transaction():
        service.forget_files()
    service.keep_files(taken, made[1:], 2, 2, now=LEAVING)
    service.end(taken, {"drawn": 2, "left_out": 0}, now=LEAVING)

    assert service.names_kept(taken.id) == set()
    assert desk.get(file_of(path, ending)).status_code == 404
    do_long_work.call_local()
    assert TEACHER[0].encode() not in desk.get(file_of(path, ending)).data
    drawn = [name.removesuffix(".pdf") for name in rows_of(MadeFileRow.name)]
    assert drawn == (list(numbers) if ending == "zip" else ["certificates"])


def test_one_file_holds_what_the_filters_leave(desk, programme):
    numbers = issued(programme, names=("Ана Петровић", "Мира Илић"))

    path = worked(desk.post(f"{FILES}&kind=teacher", data=MERGED))

    assert len(numbers) == 3
    assert len(pypdf.PdfReader(io.BytesIO(desk.get(file_of(path)).data)).pages) == 2


def test_nobody_else_takes_the_file_and_after_a_day_nobody(app, desk, programme):
    issued(programme)
    path = worked(desk.post(FILES, data=MERGED))
    assert desk.get(file_of(path)).status_code == 200

    assert staff_of(app, programme, Role.ADMINISTRATOR).get(file_of(path)).status_code == 404
    forget_contents(LEAVING + (later(days=1) - later()))
    assert rows_of(MadeFileRow) == []


def test_an_empty_list_draws_nothing_and_a_long_one_is_to_be_filtered(desk, programme, monkeypatch):
    none = desk.post(FILES, data=ZIP, follow_redirects=True)
    monkeypatch.setattr(bulk, "MOST_IN_A_FILE", 1)
    issued(programme, names=TEACHER)
    many = desk.post(FILES, data=ZIP, follow_redirects=True)
    odd = desk.post("/certificates/files?_external=1&endpoint=x", data={"kind": "x"})

    assert "Nothing to draw" in none.text
    assert "Filter the list first" in many.text
    assert odd.status_code == 302


def test_a_fourth_list_waits_until_one_of_hers_is_done(desk, programme):
    """Drawn or written about alike: three are under way, the same again shows how far it is, the next is told when."""
    issued(programme, names=TEACHER)
    asked = [(f"{FILES}&kind=school", ZIP), (f"{FILES}&kind=teacher", ZIP), (f"{FILES}&kind=school", MERGED)]
    paths = [desk.post(address, data=data).location for address, data in asked]
    untold()

    refused = desk.post(asked[1][0], data=MERGED, follow_redirects=True)
    preview = desk.get(LETTERS)
    not_sent = send(desk, preview, follow_redirects=True)

    assert ["Wait until one of your three lists is done" in one.text for one in (refused, not_sent)] == [True, True]
    assert desk.post(asked[0][0], data=asked[0][1]).location == paths[0]
    do_long_work.call_local()
    assert worked(send(desk, preview)) not in paths


def test_after_one_preview_each_school_is_written_to_once_in_its_language(desk, programme):
    for address, language in ((NIS, "sr_Cyrl"), (NOVI, "en"), ("", "sr_Cyrl")):
        issued(programme, language=language, contact_email=address)
    assert letters() == 2  # written by itself as they were issued
    assert "Every school of this list has been told" not in desk.get(LETTERS).text
    untold()

    preview = desk.get(LETTERS)
    for words in (NIS, NOVI, "Without an address", "сертификати за посету"):  # the first in its school's language
        assert words in preview.text
    path = worked(send(desk, preview))
    assert "2 mails leave now." in desk.get(f"{path}?lang=en").text
    assert letters() == 4

    assert "nothing was sent" in send(desk, preview, follow_redirects=True).text
    assert letters() == 4


def test_one_school_is_told_of_in_the_singular(desk, programme):
    issued_untold(programme, NIS)

    assert re.findall(r"<dt>\s*(.*?)\s*</dt>", desk.get(LETTERS).text)[:2] == ["mail would leave", "school to write to"]


def test_two_coordinators_who_have_seen_one_school_write_to_it_once(desk, programme):
    issued_untold(programme, NIS)
    preview = desk.get(LETTERS)

    for _press in range(2):
        send(desk, preview)
    for _work in range(2):
        do_long_work.call_local()

    assert letters() == 2


@pytest.mark.parametrize("meanwhile", ["another school", "another address"])
def test_as_many_letters_that_are_others_than_were_seen_do_not_leave(desk, programme, meanwhile):
    first, second = (issued(programme, contact_email=address) for address in (NIS, NOVI))
    untold(*first)
    preview = desk.get(LETTERS)
    with transaction() as session:
        if meanwhile == "another school":
            for numbers, told_at in ((first, LEAVING), (second, None)):
                session.execute(update(Certificate).where(Certificate.number.in_(numbers)).values(told_at=told_at))
        else:
            of_nis = SchoolRequest.contact_email == NIS
            session.execute(update(SchoolRequest).where(of_nis).values(contact_email=NOVI))

    anew = send(desk, preview, follow_redirects=True)

    assert ("nothing was sent" in anew.text, rows_of(LongWork)) == (True, [])
    assert (NOVI in anew.text, NIS in anew.text) == (True, False)
    worked(send(desk, anew))
    assert letters() == 3


def test_one_press_writes_to_those_that_are_shown_and_the_next_to_the_others(desk, programme, monkeypatch):
    issued_untold(programme, NIS, NOVI, SUBOTICA)
    monkeypatch.setattr(queries, "SCHOOLS_AT_ONCE", 2)

    pages = [desk.get(LETTERS)]
    worked(send(desk, pages[0]))
    pages.append(desk.get(LETTERS))
    too_late = send(desk, pages[0], follow_redirects=True)
    worked(send(desk, pages[1]))

    assert [[one for one in (NIS, NOVI, SUBOTICA) if one in page.text] for page in pages] == [[NIS, NOVI], [SUBOTICA]]
    assert ["One press writes to 2 schools" in page.text for page in pages] == [True, False]
    assert "nothing was sent" in too_late.text
    assert letters() == 6
    assert "Every school of this list has been told" in desk.get(LETTERS).text


@pytest.mark.parametrize(("looked_at", "silent"), [(2, "0+"), (3, "1")])
def test_none_without_an_address_is_said_of_those_looked_at(desk, programme, monkeypatch, looked_at, silent):
    issued_untold(programme, NIS, NOVI, "")
    monkeypatch.setattr(queries, "WAITING_LOOKED_AT", looked_at)

    assert re.search(r"without an address\s*</dt>\s*<dd>(.*?)</dd>", desk.get(LETTERS).text)[1] == silent


@pytest.mark.both_databases
def test_a_school_is_reached_by_whoever_asked_for_what_became_part_of_its_request(programme):
    """However long the line: the third has an address, became part of the second, and that of the first."""
    lines = {}
    for name, address in (("reached", NIS), ("silent", "")):
        first = a_locked_visit(programme=programme, contact_email="").visit
        issuing.issue_certificates(SYSTEM, first.id, now=LEAVING)
        lines[name] = first.number
        into = first.school_request_id
        for email in ("", address):
            given = {"merged_into_id": into, "contact_email": email}
            into = make_school_request(RequestState.MERGED_INTO, programme=programme, **given).id
    untold()

    seen = queries.preview(SYSTEM, CertificateFilters(), most=5)

    assert [(one.visit_number, one.mails) for one in seen.to_write] == [(lines["reached"], ((NIS, "sr_Cyrl"),))]
    assert [one.visit_number for one in seen.silent] == [lines["silent"]]


@pytest.mark.both_databases
def test_what_is_counted_only_so_far_says_so_and_all_is_counted_where_it_is_asked_for(programme, monkeypatch):
    for address in (NIS, NOVI, SUBOTICA, "", ""):
        issued(programme, contact_email=address)
    monkeypatch.setattr(queries, "COUNTED_BEYOND", 2)
    monkeypatch.setattr(queries, "WAITING_LOOKED_AT", 1)

    some = queries.preview(SYSTEM, CertificateFilters(), most=queries.SCHOOLS_AT_ONCE)
    whole = queries.preview(SYSTEM, CertificateFilters())

    assert (some.told, some.more_told, len(some.silent), some.more_silent) == (2, True, 1, True)
    assert (whole.told, whole.more_told, len(whole.silent), whole.more_silent) == (3, False, 2, False)


def test_a_paper_issued_again_waits_for_its_letter(app, programme):
    _school, teacher = issued(programme, names=("Ана",))
    issuing.reissue_certificate(SYSTEM, papers.certificate_to_change(SYSTEM, teacher).id, TEACHER[0], now=LEAVING)

    def mailed(*options: str) -> dict[str, int]:
        run = app.test_cli_runner().invoke(args=["certificates", "mail", "--json", *options])
        return json.loads(run.stdout)

    assert mailed("--dry-run") == mailed() == {"schools": 1, "mails": 1, "told": 0, "without_address": 0}
    assert mailed() == {"schools": 0, "mails": 0, "told": 1, "without_address": 0}
    assert letters() == 2


def test_a_file_that_is_drawn_is_not_drawn_again_when_the_worker_died_behind_it(desk, programme, monkeypatch):
    numbers = issued(programme, names=TEACHER)
    path = worked(desk.post(FILES, data=MERGED))
    first = desk.get(file_of(path)).data
    dead = {"state": WorkState.RUNNING, "ended_at": None, "leased_until": LEAVING}
    with transaction() as session:
        session.execute(update(LongWork).values(**dead, content=json.dumps(numbers).encode()))
    monkeypatch.setattr(issuing, "draw_merged", None)

    do_long_work.call_local()

    assert "2 of 2" in desk.get(f"{path}?lang=en").text
    assert desk.get(file_of(path)).data == first


def test_one_file_of_many_is_held_while_it_is_drawn(desk, programme, monkeypatch, the_clock):
    """Two thousand pages take longer than a lease: it is told each few pages, and nobody else begins."""
    issued(programme, names=("Ана Петровић", "Мира Савић"))
    leases, tell = [], service.tell

    def told(taken, *given, now, **more):
        tell(taken, *given, now=now, **more)
        leases.append(db.session.scalar(select(LongWork.leased_until)))
        the_clock.stands_at(now + service.LEASE / 2)

    monkeypatch.setattr(service, "tell", told)
    monkeypatch.setattr(paper_work, "DRAWN_AT_ONCE", 2)

    path = worked(desk.post(FILES, data=MERGED))

    assert len(leases) > 1
    assert leases == sorted(set(leases))
    assert "3 of 3" in desk.get(f"{path}?lang=en").text


def tables_that_say(*words: str) -> set[str]:
    """Every table that holds one of the words in a text, in JSON or in bytes; the drawn files apart."""
    db.session.rollback()
    found, forms = set(), {form for word in words for form in (word, json.dumps(word).strip('"'))}
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.columns if (table.name, one.name) != ("work_file", "content")]
        for row in db.session.execute(select(*columns)):
            text = " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row)
            if any(form in text for form in forms):
                found.add(table.name)
    return found


@pytest.mark.both_databases
def test_no_adult_is_named_in_logs_audit_mails_or_rows_of_work_after_all_of_it_in_bulk(desk, programme, caplog):
    """She stands where the paper is, and where her school wrote her down; whoever reads the rest learns of nobody."""
    names = ("Зорана Измишљенковић", "Žaklina Nigdjezapisanić")
    family = ("Измишљенковић", "Izmišljenković", "Nigdjezapisanić")
    caplog.set_level(logging.DEBUG, "scheduler")
    a_locked_visit(programme=programme, names=names, contact_email=NIS)

    worked(desk.post("/certificates/issued"))
    for kind in (ZIP, MERGED):
        worked(desk.post(f"{FILES}&q=Измишљенковић", data=kind))
    untold()
    worked(send(desk, desk.get(LETTERS)))

    assert rows_of(LongWork.state) == [WorkState.DONE] * 4
    assert tables_that_say(NIS) >= {"outbox_message", "school_request"}  # what stands there is found
    assert tables_that_say(*family) == {"certificate", "named_adult"}
    assert len(caplog.records) > 10
    assert [one for one in family if one in " ".join(str(vars(record)) for record in caplog.records)] == []

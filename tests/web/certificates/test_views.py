"""Anybody checks a number; those who may download, issue, issue again and revoke."""

import io
import re

import pypdf
import pytest
from sqlalchemy import select, update

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import rules
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateState
from scheduler.core.db import db, transaction
from scheduler.jobs.long_work import do_long_work
from scheduler.policy import SYSTEM, Role
from scheduler.web.limits import limiter
from tests import papers
from tests.counting import statements
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.web.browser import sign_in_as


@pytest.fixture(autouse=True)
def fresh(app, the_clock):
    limiter.reset()
    the_clock.stands_at(LEAVING)


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def issued(begun):
    return issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def desk_of(client, begun, role=Role.COORDINATOR):
    return sign_in_as(client, make_user(role, centre_id=begun.visit.centre_id).id)


def states():
    db.session.rollback()
    return list(db.session.scalars(select(Certificate.state).order_by(Certificate.id)))


def test_the_check_page_shows_every_printed_field_however_the_number_is_typed(client, session):
    number = issued(a_locked_visit(language="en", names=("Ана Петровић",)))[1]
    fours = rules.in_fours(number)

    for typed in (number, number.lower(), fours.replace(" ", "-"), fours):
        page = client.get(f"/certificates/{typed}?lang=en")
        assert page.status_code == 200
        told = words_of(page)
        for field in (
            fours,
            "Ana Petrović",
            "Osnovna škola „Vuk Karadžić“, Niš",
            "Talk with pupils",
            "U-2026-000002",
            "45 minutes",
        ):
            assert field in told
        assert "This certificate is valid." in told
        assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.parametrize("of_a_teacher", [True, False])
def test_the_check_page_says_no_more_and_no_less_than_the_paper(client, session, of_a_teacher, tmp_path):
    begun = a_locked_visit(language="en", names=("Ана Петровић",))
    number = issued(begun)[1 if of_a_teacher else 0]
    desk = desk_of(client, begun)
    drawn = " ".join(
        pypdf.PdfReader(io.BytesIO(desk.get(f"/certificates/{number}.pdf").data)).pages[0].extract_text().split()
    )

    answers = re.findall(
        r"<dt>(.*?)</dt>\s*<dd>\s*(.*?)\s*</dd>", desk.get(f"/certificates/{number}?lang=en").text, re.S
    )

    unlike = {term: words for term, words in answers if words.split(", ")[0] not in drawn and term != "Issued on"}
    assert unlike == {"What it is": "Certificate of attendance" if of_a_teacher else "Certificate"}  # in capitals there
    assert dict(answers).get("Duration") == ("45 minutes" if of_a_teacher else None)
    assert ("Pupils" in dict(answers)) is not of_a_teacher


def test_a_typed_number_leads_to_its_page(client, session):
    number = issued(a_locked_visit())[0]

    answer = client.post("/certificates", data={"number": rules.in_fours(number).lower()})

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/certificates/{number}")
    assert client.get("/certificates").status_code == 200
    assert client.post("/certificates", data={"number": ""}).status_code == 422


@pytest.mark.parametrize("typed", ["0" * 16, "x", "9" * 5000, "%01", "'--"])
def test_an_unknown_number_is_a_friendly_404(client, session, typed):
    answer = client.get(f"/certificates/{typed}?lang=en")

    assert answer.status_code == 404
    assert "There is no certificate with this number" in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_hundred_guesses_in_a_minute_are_too_many_and_right_numbers_cost_nothing(client, session):
    number = issued(a_locked_visit())[0]

    assert {client.get(f"/certificates/{number}").status_code for _ in range(70)} == {200}
    codes = [client.get(f"/certificates/{guess:016d}").status_code for guess in range(100)]

    assert codes.index(429) == 60
    assert set(codes[:60]) == {404}
    assert set(codes[60:]) == {429}


def test_a_name_that_is_no_longer_kept_is_compared_a_few_times_a_minute(client, session):
    number = issued(a_locked_visit(names=("Ана Петровић",)))[1]
    with transaction() as inside:
        inside.execute(update(Certificate).values(holder_name=None))
    path = f"/certificates/{number}?lang=en"

    assert "Ана" not in client.get(path).text
    assert "The name matches." in client.post(path, data={"name": "ana petrović"}).text
    assert "The name does not match." in client.post(path, data={"name": "Ана Перовић"}).text
    assert client.post(path, data={"name": ""}).status_code == 422
    codes = [client.post(path, data={"name": f"Ана {n}"}).status_code for n in range(20)]
    assert codes[-1] == 429


def test_a_replaced_and_a_revoked_certificate_say_so(client, session):
    begun = a_locked_visit(names=("Ана",))
    school, teacher = issued(begun)
    desk = desk_of(client, begun)

    assert desk.post(f"/certificates/{teacher}/reissue", data={"name": "Ана Петровић"}).status_code == 302
    assert desk.post(f"/certificates/{school}/revoke", data={"reason": "wrong school"}).status_code == 302

    replaced = words_of(client.get(f"/certificates/{teacher}?lang=en"))
    assert "This certificate was replaced by U-2026-000003 . The old one no longer counts." in replaced
    assert "This certificate was revoked on" in words_of(client.get(f"/certificates/{school}?lang=en"))
    assert desk.get(f"/certificates/{teacher}.pdf").status_code == 404


def test_revoking_asks_for_a_reason_and_issuing_again_for_a_name(client, session):
    begun = a_locked_visit(names=("Ана",))
    school, teacher = issued(begun)
    desk = desk_of(client, begun)

    assert desk.get(f"/certificates/{school}/revoke").status_code == 200
    assert desk.post(f"/certificates/{school}/revoke", data={"reason": ""}).status_code == 422
    assert desk.post(f"/certificates/{teacher}/reissue", data={"name": "  "}).status_code == 422
    assert desk.post(f"/certificates/{teacher}/reissue", data={"name": "x" * 5000}).status_code == 422
    assert desk.post(f"/certificates/{school}/reissue", data={}).status_code == 302
    assert states() == [CertificateState.REISSUED, CertificateState.ISSUED, CertificateState.ISSUED]


def test_the_list_asks_as_often_for_three_as_for_one_and_issues_what_is_due(client, session):
    programme = make_programme()
    begun = a_locked_visit(programme=programme)
    desk = desk_of(client, begun)

    due = desk.get("/certificates/issued?lang=en").text
    assert ("Issue what is due" in due, "For 1 visit certificates can be issued now." in due) == (True, True)
    watched = desk.post("/certificates/issued").location
    assert watched in desk.get("/certificates/issued").text  # whoever comes back finds the bar again
    do_long_work.call_local()
    assert "1 certificate issued." in desk.get(f"{watched}?lang=en").text
    with statements() as for_one:
        page = desk.get("/certificates/issued?lang=en")
    assert ("U-2026-000001" in page.text, "Issue what is due" in page.text) == (True, False)
    assert "No visit is ready for certificates now." in page.text  # no "0 visits", which wait for their numbers
    for _ in range(2):
        issued(a_locked_visit(programme=programme))
    with statements() as for_three:
        assert "U-2026-000003" in desk.get("/certificates/issued").text
    assert len(for_three) == len(for_one)


def test_the_list_names_hosts_in_the_readers_script_whatever_the_paper_is_printed_in(client, session):
    begun = a_locked_visit(language="sr_Cyrl")
    issued(begun)
    desk = desk_of(client, begun)

    assert "Vuk Karadžić" in words_of(desk.get("/certificates/issued?lang=sr_Latn"))
    assert "Вук Караџић" in words_of(desk.get("/certificates/issued?lang=sr_Cyrl"))


@pytest.mark.parametrize("page", ["x", "-1", "9" * 5000, "0"])
def test_a_page_number_that_cannot_be_is_the_first(client, session, page):
    begun = a_locked_visit()

    assert desk_of(client, begun).get(f"/certificates/issued?page={page}").status_code == 200


def test_other_roles_and_other_centres_are_refused(client, session):
    begun = a_locked_visit()
    number = issued(begun)[0]
    changing = (f"/certificates/{number}/reissue", f"/certificates/{number}/revoke")
    assert {client.get(path).status_code for path in (*changing, f"/certificates/{number}.pdf")} == {302}

    educator = sign_in_as(client, begun.educator.user_id)
    for path in (*changing, f"/certificates/{number}.pdf", "/certificates/issued"):
        assert educator.get(path).status_code == 403
    assert educator.post("/certificates/issued").status_code == 403
    other = sign_in_as(client, make_user(Role.COORDINATOR).id)
    for path in (*changing, f"/certificates/{number}.pdf"):
        assert other.get(path).status_code == 404
    safeguarding = desk_of(client, begun, Role.SAFEGUARDING)
    assert safeguarding.get("/certificates/issued").status_code == 200
    assert safeguarding.post(changing[1], data={"reason": "because"}).status_code == 403
    assert states() == [CertificateState.ISSUED]


def test_a_downloaded_paper_holds_its_words_and_a_code_that_opens_its_check_page(client, session, tmp_path):
    begun = a_locked_visit(names=("Ђорђе Чукић",))
    number = issued(begun)[1]

    answer = desk_of(client, begun).get(f"/certificates/{number}.pdf")

    assert (answer.mimetype, "no-store" in answer.headers["Cache-Control"]) == ("application/pdf", True)
    paper = papers.saved(answer.data, tmp_path)
    assert {"Ђорђе Чукић", "Вук Караџић"} <= set(re.findall("Ђорђе Чукић|Вук Караџић", papers.words_of(paper)))
    [code] = papers.qr_codes_of(paper)
    assert code.startswith(f"http://localhost/certificates/{number}#")
    assert client.get(code.removeprefix("http://localhost")).status_code == 200


def test_trust_s29_guesses_of_a_whole_ipv6_line_are_counted_together(client, session):
    statuses = [
        client.get("/certificates/x", environ_base={"REMOTE_ADDR": f"2001:db8:7::{guess:x}"}).status_code
        for guess in range(1, 70)
    ]

    assert statuses.count(404) == 60
    assert set(statuses[60:]) == {429}


def test_the_list_is_narrowed_by_its_address_and_keeps_what_was_typed(client, session):
    programme = make_programme()
    begun = a_locked_visit(programme=programme, names=("Ана Петровић",))
    issued(begun)
    waiting = a_counted_visit(programme=programme)
    desk = desk_of(client, begun)

    page = desk.get("/certificates/issued?q=petrovic ana&kind=teacher&show=valid&lang=en").text
    assert 'value="petrovic ana"' in page
    assert "No certificate fits all the filters that are on." in page  # a name is found as it is written
    page = desk.get("/certificates/issued?q=ana petrović&show=valid&lang=en").text
    assert ("U-2026-000002" in page, "U-2026-000001" in page) == (True, False)

    page = words_of(desk.get("/certificates/issued?show=waiting&lang=en"))
    assert "Visits without a certificate Visit Day Why not yet" in page  # the heads of its columns
    assert "The school has not signed the numbers yet" in page
    assert f"/attendance/{waiting.visit.number}" in desk.get("/certificates/issued?show=waiting").text
    for nonsense in ("show=x&kind=y&q=%25", "show=waiting&page=99999999", "q=" + "w" * 5000, "sort=x"):
        assert desk.get(f"/certificates/issued?{nonsense}").status_code == 200, nonsense


def test_the_list_has_twenty_five_to_a_page_and_names_a_school_once_in_a_row(client, session):
    names = tuple(f"Наставница Број {letter}" for letter in "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦ")
    begun = a_locked_visit(counts=HeadCounts(pupils=20, teachers=len(names)), names=names)
    attended = len(issued(begun))
    desk = desk_of(client, begun)

    first, last = (desk.get(f"/certificates/issued?lang=en&page={page}").text for page in (1, 2))

    assert (first.count('<th scope="row"'), last.count('<th scope="row"')) == (25, attended - 25)
    rows = re.findall(r'<tr>\s*<th scope="row".*?</tr>', first + last, re.S)
    [of_school] = [row for row in rows if "Nastavnica" not in row and "Наставница" not in row]
    assert (of_school.count("Karadžić"), begun.visit.number in of_school) == (1, True)

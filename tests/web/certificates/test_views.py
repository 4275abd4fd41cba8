"""Anybody checks a number; those who may download, issue, issue again and revoke."""

import io
import re

import pypdf
import pytest
from sqlalchemy import update

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import rules
from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateState
from scheduler.core.db import transaction
from scheduler.jobs.long_work import do_long_work
from scheduler.policy import SYSTEM, Role
from tests import papers
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_user
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, text_of

pytestmark = pytest.mark.usefixtures("after_the_talk")
LIST = "/certificates/issued?lang=en"


def issued(**given):
    """A visit whose numbers are locked, and the numbers of its certificates: the school's, then those of adults."""
    begun = a_locked_visit(**given)
    return begun, issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING).numbers


def test_the_check_page_shows_every_printed_field_however_the_number_is_typed(client, session):
    _begun, (_school, number) = issued(language="en", names=("Ана Петровић",))
    fours = rules.in_fours(number)
    fields = ("Ana Petrović", "Osnovna škola „Vuk Karadžić“, Niš", "Talk with pupils", "U-2026-000002", "45 minutes")

    for typed in (number, number.lower(), fours.replace(" ", "-"), fours):
        page = client.get(f"/certificates/{typed}?lang=en")

        for words in (fours, *fields, "This certificate is valid."):
            assert words in text_of(page)
        assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.parametrize("of_a_teacher", [True, False])
def test_the_check_page_says_no_more_and_no_less_than_the_paper(app, of_a_teacher):
    begun, numbers = issued(language="en", names=("Ана Петровић",))
    desk, page = staff_of(app, begun.visit), f"/certificates/{numbers[of_a_teacher]}"
    paper = pypdf.PdfReader(io.BytesIO(desk.get(f"{page}.pdf").data)).pages[0]
    drawn = " ".join(paper.extract_text().split())

    answers = re.findall(r"<dt>(.*?)</dt>\s*<dd>\s*(.*?)\s*</dd>", desk.get(f"{page}?lang=en").text, re.DOTALL)

    unlike = {term: words for term, words in answers if words.split(", ")[0] not in drawn and term != "Issued on"}
    assert unlike == {"What it is": "Certificate of attendance" if of_a_teacher else "Certificate"}  # in capitals there
    assert dict(answers).get("Duration") == ("45 minutes" if of_a_teacher else None)
    assert ("Pupils" in dict(answers)) is not of_a_teacher


def test_a_typed_number_leads_to_its_page(client, session):
    _begun, [number] = issued()

    answer = client.post("/certificates", data={"number": rules.in_fours(number).lower()})

    assert answer.location == f"/certificates/{number}"
    assert client.get("/certificates").status_code == 200
    assert client.post("/certificates", data={"number": ""}).status_code == 422


@pytest.mark.parametrize("typed", ["0" * 16, "x", "9" * 5000, "%01", "'--"])
def test_an_unknown_number_is_a_friendly_404(client, session, typed):
    answer = client.get(f"/certificates/{typed}?lang=en")

    assert answer.status_code == 404
    assert "There is no certificate with this number" in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_sixty_guesses_in_a_minute_are_enough_and_right_numbers_cost_nothing(client, session):
    _begun, [number] = issued()

    assert {client.get(f"/certificates/{number}").status_code for _ in range(70)} == {200}
    guesses = [client.get(f"/certificates/{guess:016d}").status_code for guess in range(65)]

    assert guesses == [404] * 60 + [429] * 5


def test_trust_s29_guesses_of_a_whole_ipv6_line_are_counted_together(client, session):
    guesses = [
        client.get("/certificates/x", environ_base={"REMOTE_ADDR": f"2001:db8:7::{guess:x}"}).status_code
        for guess in range(1, 66)
    ]

    assert guesses == [404] * 60 + [429] * 5


def test_a_name_that_is_no_longer_kept_is_compared_a_few_times_a_minute(client, session):
    _begun, (_school, number) = issued(names=("Ана Петровић",))
    with transaction() as writing:
        writing.execute(update(Certificate).values(holder_name=None))
    path = f"/certificates/{number}?lang=en"

    assert "Ана" not in client.get(path).text
    assert "The name matches." in client.post(path, data={"name": "ana petrović"}).text
    assert "The name does not match." in client.post(path, data={"name": "Ана Перовић"}).text
    assert client.post(path, data={"name": ""}).status_code == 422
    assert [client.post(path, data={"name": f"Ана {n}"}).status_code for n in range(20)][-1] == 429


def test_a_replaced_and_a_revoked_certificate_say_so(app, client):
    begun, (school, teacher) = issued(names=("Ана",))
    desk = staff_of(app, begun.visit)

    assert desk.post(f"/certificates/{teacher}/reissue", data={"name": "Ана Петровић"}).status_code == 302
    assert desk.post(f"/certificates/{school}/revoke", data={"reason": "wrong school"}).status_code == 302

    replaced, revoked = (text_of(client.get(f"/certificates/{number}?lang=en")) for number in (teacher, school))
    assert "This certificate was replaced by U-2026-000003 . The old one no longer counts." in replaced
    assert "This certificate was revoked on" in revoked
    assert desk.get(f"/certificates/{teacher}.pdf").status_code == 404


def test_revoking_asks_for_a_reason_and_issuing_again_for_a_name(app):
    begun, (school, teacher) = issued(names=("Ана",))
    desk = staff_of(app, begun.visit)

    listed, again = (desk.get(page).text for page in ("/certificates/issued", f"/certificates/{school}/reissue"))
    assert [f"/certificates/{school}/revoke" in page for page in (listed, again)] == [False, True]
    assert desk.get(f"/certificates/{school}/revoke").status_code == 200
    assert desk.post(f"/certificates/{school}/revoke", data={"reason": ""}).status_code == 422
    for name in ("  ", "x" * 5000):
        assert desk.post(f"/certificates/{teacher}/reissue", data={"name": name}).status_code == 422
    assert desk.post(f"/certificates/{school}/reissue", data={}).status_code == 302
    assert rows_of(Certificate.state) == [CertificateState.REISSUED, CertificateState.ISSUED, CertificateState.ISSUED]


def test_the_list_issues_what_is_due(desk, programme):
    a_locked_visit(programme=programme)
    due = desk.get(LIST).text
    assert ("Issue what is due" in due, "For 1 visit certificates can be issued now." in due) == (True, True)
    watched = desk.post("/certificates/issued").location
    assert watched in desk.get(LIST).text  # whoever comes back finds the bar again
    do_long_work.call_local()
    assert "1 certificate issued." in desk.get(f"{watched}?lang=en").text

    page = desk.get(LIST).text
    assert ("U-2026-000001" in page, "Issue what is due" in page) == (True, False)
    assert "No visit is ready for certificates now." in page  # no "0 visits", which wait for their numbers


def test_the_list_names_hosts_in_the_readers_script_whatever_the_paper_is_printed_in(desk, programme):
    issued(programme=programme, language="sr_Cyrl")

    for language, name in (("sr_Latn", "Vuk Karadžić"), ("sr_Cyrl", "Вук Караџић")):
        assert name in text_of(desk.get(f"/certificates/issued?lang={language}"))


def test_other_roles_and_other_centres_are_refused(app):
    begun, [number] = issued()
    changing, paper = [f"/certificates/{number}/{act}" for act in ("reissue", "revoke")], f"/certificates/{number}.pdf"
    educator, stranger = browser_of(app, begun.educator), browser_of(app, make_user())

    assert {educator.get(path).status_code for path in (*changing, paper)} == {403}
    assert {stranger.get(path).status_code for path in (*changing, paper)} == {404}
    officer = staff_of(app, begun.visit, Role.SAFEGUARDING)
    assert officer.get("/certificates/issued").status_code == 200
    assert officer.post(changing[1], data={"reason": "because"}).status_code == 403
    assert rows_of(Certificate.state) == [CertificateState.ISSUED]


def test_a_downloaded_paper_holds_its_words_and_a_code_that_opens_its_check_page(app, client, tmp_path):
    begun, (_school, number) = issued(names=("Ђорђе Чукић",))

    answer = staff_of(app, begun.visit).get(f"/certificates/{number}.pdf")

    assert (answer.mimetype, "no-store" in answer.headers["Cache-Control"]) == ("application/pdf", True)
    paper = papers.saved(answer.data, tmp_path)
    for name in ("Ђорђе Чукић", "Вук Караџић"):
        assert name in papers.words_of(paper)
    [code] = papers.qr_codes_of(paper)
    assert code.startswith(f"http://localhost/certificates/{number}#")
    assert client.get(code.removeprefix("http://localhost")).status_code == 200


def test_the_list_is_narrowed_by_its_address_and_keeps_what_was_typed(desk, programme):
    issued(programme=programme, names=("Ана Петровић",))
    waiting = a_counted_visit(programme=programme)

    none = desk.get(f"{LIST}&q=petrovic ana&kind=teacher&show=valid").text
    assert 'value="petrovic ana"' in none
    assert "No certificate fits all the filters that are on." in none  # a name is found as it is written
    page = desk.get(f"{LIST}&q=ana petrović&show=valid").text
    assert ("U-2026-000002" in page, "U-2026-000001" in page) == (True, False)

    not_yet = desk.get(f"{LIST}&show=waiting")
    assert "Visits without a certificate Visit Day Why not yet" in text_of(not_yet)  # the heads of its columns
    assert "The school has not signed the numbers yet" in text_of(not_yet)
    assert f"/attendance/{waiting.visit.number}" in not_yet.text
    for nonsense in ("show=x&kind=y&q=%25", "show=waiting&page=99999999", "q=" + "w" * 5000):
        assert desk.get(f"{LIST}&{nonsense}").status_code == 200, nonsense


def test_the_list_has_twenty_five_to_a_page_and_names_a_school_once_in_a_row(desk, programme):
    names = tuple(f"Наставница Број {letter}" for letter in "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦ")
    begun, numbers = issued(programme=programme, counts=HeadCounts(pupils=20, teachers=len(names)), names=names)

    first, last = (desk.get(f"{LIST}&page={page}").text for page in (1, 2))

    assert [page.count('<th scope="row"') for page in (first, last)] == [25, len(numbers) - 25]
    rows = re.findall(r'<tr>\s*<th scope="row".*?</tr>', first + last, re.DOTALL)
    [of_school] = [row for row in rows if "Nastavnica" not in row and "Наставница" not in row]
    assert (of_school.count("Karadžić"), begun.visit.number in of_school) == (1, True)

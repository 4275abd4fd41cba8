"""The certificate of a cohort: issued on its page, found in the list, by the school and by whoever checks it."""

import io
import re

import pytest
from pypdf import PdfReader

from scheduler.certificates.models import Certificate
from scheduler.certificates.service import issuing
from scheduler.certificates.service.awards import issue_for_cohort
from scheduler.policy import SYSTEM, Role
from scheduler.web.certificates import leaves
from tests.factories.awards import a_trained_cohort
from tests.factories.counting import LEAVING
from tests.factories.people import an_actor
from tests.web.browser import staff_of
from tests.web.reading import EN, a_link, rows_of, text_of

pytestmark = pytest.mark.usefixtures("after_the_talk")


def test_it_is_issued_on_the_page_of_the_cohort_and_found_wherever_certificates_are(app, session):
    cohort, parts = a_trained_cohort()
    desk, there = staff_of(app, cohort), f"/cohorts/{cohort.code}"
    assert "Issue the certificate" in text_of(desk.get(there, query_string=EN))

    answer = desk.post(f"{there}/certificate", data={"version": "2"})

    assert answer.location == there
    [number] = rows_of(Certificate.number)
    page = text_of(desk.get(there, query_string=EN))
    assert "U-2026-000001 Issued" in page
    assert "Issue the certificate" not in page
    listed = text_of(desk.get("/certificates/issued?lang=en&kind=cohort"))
    assert "of a cohort of Web Detectives" in listed
    assert "U-2026-000001" in listed
    assert "U-2026-000001" not in text_of(desk.get("/certificates/issued?lang=en&kind=school"))
    checked = text_of(app.test_client().get(f"/certificates/{number}?lang=en"))
    for field in (cohort.code, "Level 3 of 3", "Grade 7", "Pupils 12", "Основна школа „Вук Караџић“"):
        assert field in checked
    assert "digital badge" not in checked
    assert desk.get(f"/certificates/{number}.pdf").data[:4] == b"%PDF"
    assert desk.get(f"/certificates/{number}/reissue", query_string=EN).status_code == 200
    link, school = f"/status/{a_link(parts[-1].request.id)}", app.test_client()
    papers = school.get(f"{link}/attendance").text
    assert f"/certificates/{number}.pdf" in papers
    assert "badge.jwt" not in papers
    of_cohort = school.get(f"{link}/cohort").text
    assert f"/certificates/{number}.pdf" in of_cohort
    assert f"/certificates/{number}/names" in of_cohort
    desk.post(f"/certificates/{number}/revoke", data={"reason": "mistyped"})
    assert f"/certificates/{number}" not in school.get(f"{link}/cohort").text


def test_before_a_level_is_reached_and_for_who_may_not_issue_there_is_no_button(app, session):
    bare, _parts = a_trained_cohort(held=0)
    trained, _parts = a_trained_cohort(held=1)

    assert "Issue the certificate" not in staff_of(app, bare).get(f"/cohorts/{bare.code}", query_string=EN).text
    answer = staff_of(app, bare).post(f"/cohorts/{bare.code}/certificate", query_string=EN)
    assert (answer.status_code, "Lock the attendance first." in answer.text) == (409, True)
    educator = staff_of(app, trained, Role.EDUCATOR)
    assert educator.post(f"/cohorts/{trained.code}/certificate").status_code in (403, 404)
    assert rows_of(Certificate) == []


@pytest.mark.parametrize("held", [1, 3])
def test_its_school_prints_it_with_names_that_the_page_neither_sends_nor_stores(app, session, monkeypatch, held):
    cohort, parts = a_trained_cohort(held=held)
    [number] = issue_for_cohort(an_actor(centre_id=cohort.centre_id), cohort.code, now=LEAVING).numbers
    school_papers = issuing.issue_certificates(SYSTEM, parts[-1].visit.id, now=LEAVING).numbers
    school, link = app.test_client(), f"/status/{a_link(parts[-1].request.id)}"
    there = f"{link}/certificates/{number}/names"
    assert there in school.get(f"{link}/attendance").text

    page = school.get(there)

    assert "connect-src 'none'" in page.headers["Content-Security-Policy"]
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    field = re.search(r"<textarea[^>]*>", page.text)[0]
    assert " name=" not in field
    assert 'spellcheck="false"' in field
    before = page.text.partition("<textarea")[0]
    assert before.count("<form") == before.count("</form>")
    paper = " ".join(PdfReader(io.BytesIO(school.get(f"{there}.pdf").data)).pages[0].extract_text().split())
    assert "Основна школа „Вук Караџић“" in paper
    assert ("1. ниво обуке Веб детектива" in paper) is (held == 1)
    picture = school.get(f"{there}.png")
    assert picture.data[1:4] == b"PNG"
    monkeypatch.setattr(leaves, "first_page", None)
    known = school.get(f"{there}.png", headers={"If-None-Match": picture.headers["ETag"]})
    assert (known.status_code, known.data, known.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    for other in (school_papers[0], "0" * 16):
        assert school.get(f"{link}/certificates/{other}/names").status_code == 404
    _cohort, others = a_trained_cohort()
    link = f"/status/{a_link(others[-1].request.id)}"
    assert school.get(f"{link}/certificates/{number}/names").status_code in (403, 404)

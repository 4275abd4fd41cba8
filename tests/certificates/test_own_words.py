"""What paper and check page say besides the usual: a campaign's own words, the number and hours of the catalogue."""

import io

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from scheduler.certificates.models import Certificate
from scheduler.certificates.pdf import draw
from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing
from scheduler.certificates.terms import CertificateKind
from scheduler.core.db import db, transaction
from scheduler.policy import SYSTEM
from scheduler.visits.models.visits import Visit
from tests.factories.counting import LEAVING, Begun, a_locked_visit
from tests.factories.programmes import make_campaign, make_programme

OWN = {
    "certificate_title_sr_cyrl": "Захвалница",
    "certificate_title_en": "Thanks",
    "certificate_text_sr_cyrl": "за храброст у кампањи.",
    "certificate_text_en": "for courage.",
}


def issued(begun: Begun) -> dict[CertificateKind, tuple[str, str]]:
    """For each kind its number and all that its paper says, on one line and without the breaks of the paper."""
    issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    found = {}
    for row in db.session.scalars(sa.select(Certificate).where(Certificate.visit_id == begun.visit.id)):
        [(paper, language)] = papers.papers_to_draw(SYSTEM, [row.number])
        page = PdfReader(io.BytesIO(draw(paper, language))).pages[0].extract_text()
        found[row.kind] = row.number, " ".join(page.split())
    return found


def within(campaign, begun: Begun) -> Begun:
    with transaction() as session:
        session.execute(sa.update(Visit).where(Visit.id == begun.visit.id).values(campaign_id=campaign.id))
    return begun


@pytest.mark.parametrize("kind", list(CertificateKind)[:2])
def test_paper_and_check_page_say_the_campaigns_own_words(app, kind):
    programme = make_programme()
    begun = within(
        make_campaign(programme=programme, **OWN), a_locked_visit(names=("Ана Петровић",), programme=programme)
    )

    number, paper = issued(begun)[kind]
    page = app.test_client().get(f"/certificates/{number}?lang=sr_Cyrl").text

    assert "ЗАХВАЛНИЦА" in paper
    assert "за храброст у кампањи." in paper
    assert "Разговор са ученицима" not in paper
    assert "Захвалница" in page
    assert "за храброст у кампањи." in page


def test_a_teachers_paper_says_number_and_hours_of_the_catalogue_and_without_words_of_its_own_a_campaign_gives_the_usual_one(
    app,
):
    programme = make_programme()
    begun = within(make_campaign(programme=programme), a_locked_visit(programme=programme))

    _number, paper = issued(begun)[CertificateKind.SCHOOL]

    assert "Разговор са ученицима" in paper
    assert "ЗАХВАЛНИЦА" not in paper

    programme = make_programme(catalogue_number="512", catalogue_hours=8)

    papers = issued(a_locked_visit(names=("Ана Петровић",), programme=programme))

    number, paper = papers[CertificateKind.TEACHER]
    page = app.test_client().get(f"/certificates/{number}?lang=en").text
    assert "512" in paper
    assert "8 сати" in paper
    assert "512" in page
    assert "8 hours" in page
    assert "512" not in papers[CertificateKind.SCHOOL][1].replace(papers[CertificateKind.SCHOOL][0], "")

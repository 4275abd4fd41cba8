"""A centre's own look and words: what is refused, what a paper keeps, and what is printed."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.exc import IntegrityError

from scheduler.certificates.models import Certificate, CertificateTemplate
from scheduler.certificates.pdf import draw
from scheduler.certificates.queries import papers, templates
from scheduler.certificates.service import issuing
from scheduler.certificates.service import templates as service
from scheduler.certificates.service.templates import TemplateScope
from scheduler.certificates.terms import (
    CertificateKind,
    PaperShape,
    PicturePlace,
    SignatoryDraft,
    TemplateDraft,
    Wording,
)
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Visit
from tests.factories.counting import LEAVING, Begun, a_locked_visit
from tests.factories.people import an_actor, make_centre
from tests.factories.programmes import make_campaign, make_programme
from tests.pictures import a_logo, a_signature
from tests.refusals import conflict, rejection

OWN = TemplateScope()
LOOK = TemplateDraft(
    shape=PaperShape.DOWN,
    colour="#7A143C",
    accent="#E6A028",
    file_number="04-{број}/{година}",
    signatories=(
        SignatoryDraft("Марина Ковач", "координаторка центра", "coordinator"),
        SignatoryDraft(),
        SignatoryDraft("Петар Зорић", "предавач", "presenter"),
    ),
)
WORDS = {"sr_Cyrl": Wording("Захвалница", "школи {место}", "што је угостила „{програм}“.")}


def desk_of(begun: Begun, role: Role = Role.COORDINATOR):
    return an_actor(role, centre_id=begun.visit.centre_id)


def printed(begun: Begun, kind: CertificateKind = CertificateKind.SCHOOL):
    """Number, what is printed, and the words on the page of a visit's certificate."""
    issuing.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    row = db.session.scalar(
        sa.select(Certificate).where(Certificate.visit_id == begun.visit.id, Certificate.kind == kind)
    )
    page = PdfReader(io.BytesIO(issuing.certificate_pdf(SYSTEM, row.number))).pages[0]
    return row.number, papers.paper_of(row), page


@pytest.mark.both_databases
def test_papers_are_printed_in_the_words_and_the_look_of_their_centre(app):
    begun = a_locked_visit(names=("Ана Петровић",))
    desk = desk_of(begun)
    service.change_template(desk, OWN, LOOK, now=LEAVING)
    service.change_wording(desk, OWN, CertificateKind.SCHOOL, WORDS, now=LEAVING)
    service.give_picture(desk, OWN, PicturePlace.LOGO, a_logo(), now=LEAVING)
    service.give_picture(desk, OWN, PicturePlace.THIRD, a_signature(), now=LEAVING)

    number, paper, page = printed(begun)

    words = " ".join(page.extract_text().split())
    assert (paper.title, paper.lead, paper.text) == (
        "Захвалница", "школи Ниш", "што је угостила „Разговор са ученицима“.",
    )  # fmt: skip
    assert paper.file_number == f"04-{paper.running_number}/2026"
    assert [(who.name, who.function) for who in paper.signatories] == [
        ("Марина Ковач", "координаторка центра"), ("Петар Зорић", "предавач"),
    ]  # fmt: skip
    assert "ЗАХВАЛНИЦА" in words
    assert "Основна школа „Вук Караџић“" in words
    assert page.mediabox.width < page.mediabox.height
    assert issuing.certificate_pdf(SYSTEM, number).count(b"/Subtype /Image") == 4  # a logo, ink, and how each is seen


def test_a_signature_goes_with_its_name_and_stands_over_no_other(app):
    desk = desk_of(a_locked_visit())
    marina, nobody, petar = LOOK.signatories
    service.change_template(desk, OWN, LOOK, now=LEAVING)
    service.give_picture(desk, OWN, PicturePlace.LOGO, a_logo(), now=LEAVING)
    service.give_picture(desk, OWN, PicturePlace.THIRD, a_signature(), now=LEAVING)
    given = templates.template_of(desk.centre_id).pictures

    service.change_template(desk, OWN, replace(LOOK, signatories=(petar, marina, nobody)), now=LEAVING)
    moved = templates.template_of(desk.centre_id).pictures
    service.change_template(desk, OWN, replace(LOOK, signatories=(marina, nobody, nobody)), now=LEAVING)
    left = templates.template_of(desk.centre_id).pictures

    logo = {PicturePlace.LOGO: given[PicturePlace.LOGO]}
    assert moved == logo | {PicturePlace.FIRST: given[PicturePlace.THIRD]}
    assert left == logo


@pytest.mark.both_databases
def test_an_issued_paper_stays_as_it_was_when_its_template_changes(app):
    begun, later = a_locked_visit(), None
    desk = desk_of(begun)
    service.change_template(desk, OWN, LOOK, now=LEAVING)
    service.give_picture(desk, OWN, PicturePlace.LOGO, a_logo(), now=LEAVING)
    number, paper, _page = printed(begun)
    before = issuing.certificate_pdf(SYSTEM, number)

    service.change_template(desk, OWN, replace(LOOK, colour="#003366", signatories=()), now=LEAVING)
    service.change_wording(desk, OWN, CertificateKind.SCHOOL, WORDS, now=LEAVING)
    service.take_picture_away(desk, OWN, PicturePlace.LOGO, now=LEAVING)
    later = issuing.certificate_pdf(SYSTEM, number)

    assert later == before
    assert papers.paper_of(db.session.scalar(sa.select(Certificate))) == paper
    assert templates.template_of(desk.centre_id).version == 5
    assert templates.template_of(desk.centre_id).pictures == {}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate_template SET colour = '#000000'",
        "DELETE FROM certificate_template",
        "UPDATE certificate_picture SET width = 1",
        "DELETE FROM certificate_picture",
    ],
)
def test_the_database_lets_no_version_and_no_picture_change_or_vanish(app, statement):
    begun = a_locked_visit()
    service.change_template(desk_of(begun), OWN, LOOK, now=LEAVING)
    service.give_picture(desk_of(begun), OWN, PicturePlace.LOGO, a_logo(), now=LEAVING)
    with pytest.raises(IntegrityError, match="template_stays"), transaction() as session:
        session.execute(sa.text(statement))


def test_a_programme_has_its_own_template_or_its_centres(app):
    programme = make_programme()
    begun = a_locked_visit(programme=programme)
    desk = an_actor(Role.ADMINISTRATOR, centre_id=programme.centre_id)
    service.change_template(desk, OWN, LOOK, now=LEAVING)
    service.change_wording(desk, TemplateScope(programme.id), CertificateKind.SCHOOL, WORDS, now=LEAVING)

    _number, paper, _page = printed(begun)

    own, centres = templates.template_of(programme.centre_id, programme.id), templates.template_of(programme.centre_id)
    assert paper.template == own.id
    assert own.draft == centres.draft == LOOK  # what it did not say itself it took from the centre's
    assert centres.wordings == {}
    assert templates.with_own_template(programme.centre_id) == {programme.id}


def test_a_change_that_changes_nothing_makes_no_version_and_an_old_page_changes_nothing(app):
    desk = an_actor(Role.COORDINATOR)
    service.change_template(desk, OWN, LOOK, now=LEAVING)
    service.change_template(desk, TemplateScope(version=1), LOOK, now=LEAVING)
    with conflict("changed_meanwhile"):
        service.change_template(desk, TemplateScope(version=0), replace(LOOK, colour=""), now=LEAVING)
    assert db.session.scalars(sa.select(CertificateTemplate.version)).all() == [1]


def test_a_look_that_paper_cannot_show_is_refused(app):
    with rejection(colour="colour_too_pale", name_1="unprintable"):
        wrong = replace(LOOK, colour="#F4B93A", signatories=(SignatoryDraft("مريم"),))
        service.change_template(an_actor(Role.COORDINATOR), OWN, wrong, now=LEAVING)
    assert db.session.scalars(sa.select(CertificateTemplate)).all() == []


def test_only_who_issues_certificates_of_a_centre_changes_how_they_look(app):
    programme = make_programme()
    for stranger in (an_actor(Role.EDUCATOR), an_actor(Role.SAFEGUARDING), an_actor(Role.INFLUENCER)):
        with pytest.raises(NotAllowed):
            service.change_template(stranger, OWN, LOOK, now=LEAVING)
    with pytest.raises((NotFound, NotAllowed)):
        service.change_template(
            an_actor(Role.COORDINATOR, centre_id=make_centre().id), TemplateScope(programme.id), LOOK, now=LEAVING
        )


@pytest.mark.parametrize("shape", list(PaperShape))
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
@pytest.mark.parametrize("kind", list(CertificateKind))
def test_the_preview_shows_a_paper_and_stores_nothing(app, shape, language, kind):
    begun = a_locked_visit()
    desk = desk_of(begun)
    shown = replace(service.template_to_change(desk, OWN, now=LEAVING), draft=replace(LOOK, shape=shape))
    paper = service.preview(desk, shown, kind, language, now=LEAVING)
    page = PdfReader(io.BytesIO(paper)).pages[0]
    assert "0000 0000 0000 0000" in page.extract_text()
    assert (page.mediabox.width > page.mediabox.height) is (shape is PaperShape.ACROSS)
    assert db.session.scalars(sa.select(CertificateTemplate)).all() == []


@pytest.mark.parametrize("whose", ["the centre's", "the template's"])
def test_the_preview_spells_who_signs_and_her_duty_as_the_issued_paper_does(app, whose):
    begun = a_locked_visit(language="en")
    desk = desk_of(begun)
    with transaction() as session:
        centre = session.get_one(Centre, desk.centre_id)
        centre.signatory, centre.signatory_duty_en = "Живка Ђурђевић", "director"
    if whose == "the template's":
        draft = replace(LOOK, signatories=(SignatoryDraft("Живка Ђурђевић", "директорка", "director"),))
        service.change_template(desk, OWN, draft, now=LEAVING)

    shown = service.preview(
        desk, service.template_to_change(desk, OWN, now=LEAVING), CertificateKind.SCHOOL, "en", now=LEAVING
    )

    _number, _paper, issued = printed(begun)
    words = PdfReader(io.BytesIO(shown)).pages[0].extract_text()
    assert ["Živka Đurđević\ndirector" in page for page in (words, issued.extract_text())] == [True, True]
    assert "Живка" not in words


@pytest.mark.both_databases
def test_a_programme_that_went_back_follows_its_centre_again_and_its_papers_stay(app):
    begun = a_locked_visit()
    desk, of_programme = desk_of(begun), TemplateScope(begun.visit.programme_id)
    service.change_template(desk, OWN, replace(LOOK, colour="#003366"), now=LEAVING)
    service.change_template(desk, of_programme, LOOK, now=LEAVING)
    _number, paper, _page = printed(begun)
    service.follow_centre(desk, begun.visit.programme_id, now=LEAVING)
    service.follow_centre(desk, begun.visit.programme_id, now=LEAVING)  # pressed twice: once
    service.change_template(desk, OWN, replace(LOOK, colour="#660033"), now=LEAVING)

    stored = service.template_to_change(desk, of_programme, now=LEAVING)

    assert (stored.version, stored.draft.colour) == (0, "#660033")
    assert templates.with_own_template(begun.visit.centre_id) == set()
    [facts] = papers.visit_facts([begun.visit.id]).values()
    assert facts.template.draft.colour == "#660033"
    assert templates.faces_of([paper.template])[paper.template].colour == LOOK.colour
    service.change_template(desk, replace(of_programme, version=0), LOOK, now=LEAVING)
    rows = sa.select(CertificateTemplate.version, CertificateTemplate.follows_centre).where(
        CertificateTemplate.programme_id == begun.visit.programme_id
    )
    assert sorted(map(tuple, db.session.execute(rows))) == [(1, False), (2, True), (3, False)]
    assert templates.with_own_template(begun.visit.centre_id) == {begun.visit.programme_id}


OWN_WORDS = {
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
        make_campaign(programme=programme, **OWN_WORDS), a_locked_visit(names=("Ана Петровић",), programme=programme)
    )

    number, paper = issued(begun)[kind]
    page = app.test_client().get(f"/certificates/{number}?lang=sr_Cyrl").text

    assert "ЗАХВАЛНИЦА" in paper
    assert "за храброст у кампањи." in paper
    assert "Разговор са ученицима" not in paper
    assert "Захвалница" in page
    assert "за храброст у кампањи." in page


def test_a_teacher_reads_the_catalogue_and_a_campaign_without_words_gives_the_usual_paper(app):
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

"""A cohort's paper with an empty line for a name: its school's browser fills it, and no name ever comes here.

The code on it says what the cohort's own says: school, group, level and days.
"""

from dataclasses import dataclass, replace

from scheduler.certificates import pdf, signature
from scheduler.certificates.queries import papers, templates
from scheduler.certificates.terms import PLAIN, CertificateKind, CertificatePaper, PaperFace, PaperShape
from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core.errors import NotFound
from scheduler.core.language import translator
from scheduler.core.typesetting import POINT
from scheduler.policy import Actor


@dataclass(frozen=True)
class NamePlace:
    """Where on the sheet a name is written, and how large; in millimetres."""

    shape: PaperShape
    size: tuple[float, float]
    left: float
    foot: float
    wide: float
    letters: float


def place_of_name(actor: Actor, number: str) -> NamePlace:
    """Where a browser writes names on a cohort's paper. Raises: NotAllowed, NotFound, also for one of another kind."""
    _paper, _language, face = _found(actor, number)
    at = pdf.LAYOUTS[face.shape]
    letters = round(pdf.NAME_STYLE.size * POINT, 2)
    return NamePlace(face.shape, at.size, at.left, at.name, at.wide, letters)


def empty_leaf(actor: Actor, number: str) -> bytes:
    """The paper without a name, as PDF. Raises: as `place_of_name`."""
    paper, language, face = _found(actor, number)
    [(sealed, _language)] = signature.sealed_papers([(paper, language)])
    return pdf.draw_each([(_emptied(sealed, language), language)], {paper.template: face})


def _found(actor: Actor, number: str) -> tuple[CertificatePaper, str, PaperFace]:
    found = papers.papers_to_draw(actor, [number])
    if not found or found[0][0].kind is not CertificateKind.COHORT:
        raise NotFound("certificate")
    paper, language = found[0]
    return paper, language, templates.faces_of({paper.template}).get(paper.template, PLAIN)


def _emptied(paper: CertificatePaper, lang: str) -> CertificatePaper:
    """For one of the group: the line of the name is empty, and the school stands in the text."""
    _ = translator(lang).gettext
    if paper.level >= HIGHEST_LEVEL:
        text = _("for the training of Web Detectives: to recognise danger, to help a friend and to report.")
    else:
        told = _("for completing level %(level)s of %(highest)s of the training of Web Detectives.")
        text = told % {"level": paper.level, "highest": HIGHEST_LEVEL}
    school = ", ".join(part for part in (paper.host_name, paper.host_place) if part)
    return replace(paper, lead=_("is awarded to"), text=f"{text} {school}", host_name="", host_place="")

"""For a cohort of Web Detectives: its school and how far it has come. Who is in it, only the school knows."""

from typing import ClassVar

from scheduler.certificates.kinds.base import PaperKind, PrintedFact, Translate, written_days
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Wording
from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core.language import number, translator


class OfCohort(PaperKind):
    """A cohort's, one for each level."""

    kind: ClassVar[CertificateKind] = CertificateKind.COHORT

    def listed(self, _: Translate) -> str:
        return _("of a cohort of Web Detectives")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        title, lead = _("Certificate"), _("is awarded to the Web Detectives of")
        if paper.level >= HIGHEST_LEVEL:
            return Wording(title, lead, _("for learning to recognise danger, to help a friend and to report."))
        told = _("for completing level %(level)s of %(highest)s of the training.")
        return Wording(title, lead, told % {"level": paper.level, "highest": HIGHEST_LEVEL})

    def holder(self, paper: CertificatePaper) -> str:
        return paper.host_name

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        _ = translator(lang).gettext
        level = _("%(level)s of %(highest)s") % {"level": paper.level, "highest": HIGHEST_LEVEL}
        return [
            (_("place"), paper.host_place),
            (_("group"), paper.group),
            (_("grade"), number(paper.grade, lang)),
            (_("pupils"), number(paper.pupils, lang)),
            (_("level"), level),
            (_("held on"), written_days(paper, lang)),
        ]

    def coded(self, paper: CertificatePaper) -> str:
        return f"{paper.group} {paper.level}"

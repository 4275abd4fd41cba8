"""For a class, or several together, that took part in one presentation: how many they were, and nobody's name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from scheduler.certificates.kinds.base import PaperKind, PrintedFact, Translate, written_day
from scheduler.certificates.rules import class_marks
from scheduler.certificates.terms import CertificateKind, CertificatePaper, VisitFacts, Wording
from scheduler.certificates.wording import duration
from scheduler.core.language import number, translator


class OfGroup(PaperKind):
    """A class's, or a group's: it is called by the marks of its classes, or else by its school."""

    kind: ClassVar[CertificateKind] = CertificateKind.GROUP

    def listed(self, _: Translate) -> str:
        return _("of a class or a group")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for taking part in the programme “%(title)s”.") % {"title": paper.programme_title}
        return Wording(_("Certificate"), _("is awarded to the pupils of"), text)

    def holder(self, paper: CertificatePaper) -> str:
        return paper.group or paper.host_name

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        _ = translator(lang).gettext
        school = f"{paper.host_name}, {paper.host_place}" if paper.host_place else paper.host_name
        return [
            (_("school"), school if paper.group else ""),
            (_("place"), "" if paper.group else paper.host_place),
            (_("pupils"), number(paper.pupils, lang)),
            (_("duration"), duration(paper.minutes, lang)),
            (_("held on"), written_day(paper.on_day, lang)),
        ]

    def coded(self, paper: CertificatePaper) -> str:
        return paper.group

    def fields(self, facts: VisitFacts) -> Mapping[str, Any]:
        return {"group": class_marks(facts.group)}

"""For a presenter: how many presentations and hours of one school year; neither where she was, nor on which days."""

from typing import ClassVar

from scheduler.certificates.kinds.base import PaperKind, PrintedFact, Translate, written_day
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Wording
from scheduler.core.language import in_hours, number, translator
from scheduler.places.rules.hosts import school_year


class OfPresenter(PaperKind):
    """A presenter's, one for each school year. What is stored of a minor's names nobody."""

    kind: ClassVar[CertificateKind] = CertificateKind.PRESENTER

    def listed(self, _: Translate) -> str:
        return _("of a presenter for a school year")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for presentations about safety on the internet.")
        return Wording(_("Certificate"), _("is awarded to"), text)

    def holder(self, paper: CertificatePaper) -> str:
        return paper.holder_name

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        """The last day is that of the school year, or the one of issue: no day of a visit."""
        _ = translator(lang).gettext
        return [
            (_("school year"), school_year(paper.on_day)),
            (_("presentations"), number(paper.presentations, lang)),
            (_("time in front of listeners"), in_hours(paper.minutes, lang)),
            (_("counted until"), written_day(paper.on_day, lang)),
        ]

    def coded(self, paper: CertificatePaper) -> str:
        return f"{school_year(paper.on_day)} {paper.presentations}"

"""For the school that was host of a programme: how many were there, and nobody's name."""

from typing import ClassVar

from scheduler.certificates.kinds.base import Earning, PaperKind, PrintedFact, Translate, written_day
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Wording
from scheduler.core.language import number, translator


class OfSchool(PaperKind):
    """A school's."""

    kind: ClassVar[CertificateKind] = CertificateKind.SCHOOL
    has_badge: ClassVar[bool] = True

    def listed(self, _: Translate) -> str:
        return _("of a school")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for hosting the programme “%(title)s”.") % {"title": paper.programme_title}
        return Wording(_("Certificate"), _("is awarded to"), text)

    def holder(self, paper: CertificatePaper) -> str:
        return paper.host_name

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        _ = translator(lang).gettext
        counts = [
            (_("presentations"), paper.presentations),
            (_("pupils"), paper.pupils),
            (_("parents"), paper.parents),
            (_("teachers"), paper.teachers),
        ]
        said = [(_("place"), paper.host_place), (_("held on"), written_day(paper.on_day, lang))]
        return said + [(label, number(count, lang)) for label, count in counts if count]

    def earned(self, earning: Earning) -> list[str]:
        return [] if earning.had(self.kind, "") else [""]

    def earned_by(self, _: Translate) -> str:
        return _("The programme was held at the school. It signed the numbers of the visit, and they are locked.")

"""For the school that was host of a programme: how many were there, and nobody's name."""

from typing import ClassVar

from scheduler.certificates.kinds.base import Earning, SchoolsPaper, Translate
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Wording


class OfSchool(SchoolsPaper):
    """A school's."""

    kind: ClassVar[CertificateKind] = CertificateKind.SCHOOL

    def listed(self, _: Translate) -> str:
        return _("of a school")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for hosting the programme “%(title)s”.") % {"title": paper.programme_title}
        return Wording(_("Certificate"), _("is awarded to"), text)

    def earned(self, earning: Earning) -> list[str]:
        return [] if earning.had(self.kind, "") else [""]

"""For a school's part in a whole campaign, all its visits together: how many were there, and nobody's name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from scheduler.certificates.kinds.base import SchoolsPaper, Translate
from scheduler.certificates.terms import CertificateKind, CertificatePaper, VisitFacts, Wording


class OfCampaign(SchoolsPaper):
    """A school's of a campaign; its programme is the campaign."""

    kind: ClassVar[CertificateKind] = CertificateKind.CAMPAIGN

    def listed(self, _: Translate) -> str:
        return _("of a school for a whole campaign")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for taking part in the campaign “%(title)s”.") % {"title": paper.programme_title}
        return Wording(_("Certificate"), _("is awarded to"), text)

    def coded(self, paper: CertificatePaper) -> str:
        return (paper.since or paper.on_day).isoformat()

    def fields(self, facts: VisitFacts) -> Mapping[str, Any]:
        return {"programme_title": facts.campaign_name}

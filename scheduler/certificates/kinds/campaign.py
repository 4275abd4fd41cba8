"""For a school's part in a whole campaign, all its visits together: how many were there, and nobody's name."""

from collections.abc import Mapping
from typing import Any, ClassVar

from scheduler.certificates.kinds.base import PaperKind, PrintedFact, Translate
from scheduler.certificates.terms import CertificateKind, CertificatePaper, VisitFacts, Wording
from scheduler.core.language import number, span_of_days, translator


class OfCampaign(PaperKind):
    """A school's of a campaign; its programme is the campaign."""

    kind: ClassVar[CertificateKind] = CertificateKind.CAMPAIGN
    has_badge: ClassVar[bool] = True

    def listed(self, _: Translate) -> str:
        return _("of a school for a whole campaign")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        text = _("for taking part in the campaign “%(title)s”.") % {"title": paper.programme_title}
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
        days = span_of_days(paper.since or paper.on_day, paper.on_day, lang)
        said = [(_("place"), paper.host_place), (_("held on"), days)]
        return said + [(label, number(count, lang)) for label, count in counts if count]

    def coded(self, paper: CertificatePaper) -> str:
        return (paper.since or paper.on_day).isoformat()

    def earned_by(self, _: Translate) -> str:
        return _("The school took part in the campaign. It signed the numbers of its visits, and they are locked.")

    def fields(self, facts: VisitFacts) -> Mapping[str, Any]:
        return {"programme_title": facts.campaign_name}

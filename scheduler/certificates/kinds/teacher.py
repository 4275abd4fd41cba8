"""For an adult who was in the room: of a gathering of the catalogue its number, and the hours that it grants."""

from collections.abc import Mapping
from typing import Any, ClassVar

from scheduler.certificates.kinds.base import Earning, PaperKind, PrintedFact, Translate, written_day
from scheduler.certificates.terms import CertificateKind, CertificatePaper, VisitFacts, Wording
from scheduler.certificates.wording import duration
from scheduler.core.language import translator


class OfTeacher(PaperKind):
    """A teacher's."""

    kind: ClassVar[CertificateKind] = CertificateKind.TEACHER

    def listed(self, _: Translate) -> str:
        return _("of a teacher")

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        """A programme with a number in the official catalogue is a gathering."""
        named = {"title": paper.programme_title}
        if paper.programme_number:
            text = _("for full attendance at the teachers' gathering “%(title)s”.") % named
        else:
            text = _("for attending the presentation “%(title)s”.") % named
        return Wording(_("Certificate of attendance"), _("is awarded to"), text)

    def holder(self, paper: CertificatePaper) -> str:
        return paper.holder_name

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        _ = translator(lang).gettext
        listed = _("number %(number)s") % {"number": paper.programme_number} if paper.programme_number else ""
        return [
            (_("school"), f"{paper.host_name}, {paper.host_place}" if paper.host_place else paper.host_name),
            (_("programme"), listed),
            (_("duration"), duration(paper.minutes, lang)),
            (_("held on"), written_day(paper.on_day, lang)),
        ]

    def earned(self, earning: Earning) -> list[str]:
        """No more hold one than adults were counted, teachers and others together, however often a list changes."""
        holders = sum(holds for (kind, _), holds in earning.before.items() if kind is self.kind)
        counts = earning.counts
        room = max(0, counts.teachers + counts.parents + counts.others - holders)
        return [name for name in earning.named_adults if not earning.had(self.kind, name)][:room]

    def fields(self, facts: VisitFacts) -> Mapping[str, Any]:
        return {
            "programme_number": facts.programme_number,
            "minutes": 60 * facts.programme_hours or facts.minutes,
        }

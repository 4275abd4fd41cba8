"""What every kind of certificate answers. Pure: a paper, a language and a visit's facts in, words out."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.terms import NAMES_A_PERSON, CertificateKind, CertificatePaper, VisitFacts, Wording
from scheduler.core.language import number, span_of_days, translator

Translate = Callable[[str], str]
PrintedFact = tuple[str, str]  # under its label


@dataclass(frozen=True)
class Earning:
    """A visit with locked numbers: who was counted, who is named, and by kind and key which papers hold or held."""

    counts: HeadCounts
    named_adults: tuple[str, ...]
    before: Mapping[tuple[CertificateKind, str], bool]
    keys_of: Callable[[CertificateKind, str], Collection[str]]

    def had(self, kind: CertificateKind, holder: str) -> bool:
        """Whether this holder has or had one: nothing comes twice, and what was revoked never comes back."""
        return any((kind, key) in self.before for key in self.keys_of(kind, holder))


class PaperKind:
    """One kind of certificate."""

    kind: ClassVar[CertificateKind]

    @property
    def of_a_person(self) -> bool:
        """Whether its holder is named; always an adult."""
        return self.kind in NAMES_A_PERSON

    def listed(self, _: Translate) -> str:
        """Its name in lists and filters: of a school."""
        raise NotImplementedError

    def usual(self, paper: CertificatePaper, _: Translate) -> Wording:
        """What it says where no template and no campaign has words of its own."""
        raise NotImplementedError

    def holder(self, paper: CertificatePaper) -> str:
        """What is printed large."""
        raise NotImplementedError

    def facts(self, paper: CertificatePaper, lang: str) -> list[PrintedFact]:
        """What is printed side by side below the text, each under its label; empty ones are left out."""
        raise NotImplementedError

    def coded(self, paper: CertificatePaper) -> str:
        """What the signed text says of it besides: a number in the catalogue, or what else it is about."""
        return paper.programme_number

    def earned(self, earning: Earning) -> list[str]:
        """The holders to whom a visit alone still owes one; "" is its school. What is about more is issued by hand."""
        return []

    def fields(self, facts: VisitFacts) -> Mapping[str, Any]:
        """Fields of the paper that this kind fills otherwise than others."""
        return {}


class SchoolsPaper(PaperKind):
    """One that a school holds, for a visit or for several: how many were there, and nobody's name."""

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
        said = [(_("place"), paper.host_place), (_("held on"), written_days(paper, lang))]
        return said + [(label, number(count, lang)) for label, count in counts if count]


def written_days(paper: CertificatePaper, lang: str) -> str:
    """The day, or the days from the first to the last, on which what a paper is about was held."""
    return _span(paper.since or paper.on_day, paper.on_day, lang)


def written_day(day: dt.date, lang: str) -> str:
    """A day as papers write it."""
    return _span(day, day, lang)


@lru_cache(maxsize=64)  # papers of one file share their days
def _span(first: dt.date, last: dt.date, lang: str) -> str:
    return span_of_days(first, last, lang)

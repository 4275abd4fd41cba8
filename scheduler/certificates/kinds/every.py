"""All kinds, and what is asked of them together."""

import datetime as dt
from collections.abc import Mapping, Sequence

from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.kinds.base import Earning, PaperKind, PrintedFact
from scheduler.certificates.kinds.campaign import OfCampaign
from scheduler.certificates.kinds.cohort import OfCohort
from scheduler.certificates.kinds.group import OfGroup
from scheduler.certificates.kinds.presenter import OfPresenter
from scheduler.certificates.kinds.school import OfSchool
from scheduler.certificates.kinds.teacher import OfTeacher
from scheduler.certificates.rules import holder_key, placeholder
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Wording
from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core.language import translator

KINDS: Mapping[CertificateKind, PaperKind] = {
    one.kind: one for one in (OfSchool(), OfTeacher(), OfCohort(), OfCampaign(), OfGroup(), OfPresenter())
}


def who_earns(
    counts: HeadCounts,
    named_adults: tuple[str, ...],
    had: Mapping[tuple[CertificateKind, str], bool] | None = None,
    *,
    secrets: Sequence[str],
) -> list[tuple[CertificateKind, str]]:
    """Kinds and holders' names that one visit with locked attendance still earns; a school's has no name.

    `secrets` are all under which a holder's name may have been hashed. `had` says what was issued before, by kind and
    holder's key, and whether it still holds.
    """
    if counts.total == 0:
        return []

    def keys_of(kind: CertificateKind, name: str) -> set[str]:
        return {holder_key(kind, name, secret=secret) for secret in secrets}

    earning = Earning(counts, named_adults, had or {}, keys_of)
    return [(kind, holder) for kind, one in KINDS.items() for holder in one.earned(earning)]


def wording_of(paper: CertificatePaper, lang: str) -> Wording:
    """Title, the words above the name and those below it: the paper's own, where it has some, else its kind's."""
    usual = KINDS[paper.kind].usual(paper, translator(lang).gettext)
    return Wording(paper.title or usual.title, paper.lead or usual.lead, paper.text or usual.text)


def usual_words(kind: CertificateKind, lang: str) -> Wording:
    """What papers of a kind say where nobody has worded them; the programme's name is its placeholder."""
    blank = CertificatePaper(
        kind=kind,
        number="",
        running_number="",
        host_name="",
        host_place="",
        programme_title=placeholder("programme", lang),
        on_day=dt.date.min,
        issued_on=dt.date.min,
        centre_name="",
        centre_place="",
        check_url="",
        level=HIGHEST_LEVEL,
    )
    return wording_of(blank, lang)


def holder_of(paper: CertificatePaper) -> str:
    """What is printed large."""
    return KINDS[paper.kind].holder(paper)


def facts_of(paper: CertificatePaper, lang: str) -> list[PrintedFact]:
    """What is printed below the text, each under its label: the check page shows these too, no others."""
    return [(label, value) for label, value in KINDS[paper.kind].facts(paper, lang) if value]

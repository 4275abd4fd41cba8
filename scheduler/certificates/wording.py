"""What paper, check page and badge say in the same words."""

from scheduler.certificates.terms import CertificateKind, CertificatePaper
from scheduler.core.language import translator


def duration(minutes: int, lang: str) -> str:
    """8 hours where it is whole hours, else 45 minutes; nothing when it is not known."""
    _n = translator(lang).ngettext
    if minutes <= 0:
        return ""
    if minutes % 60:
        return _n("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}
    return _n("%(num)d hour", "%(num)d hours", minutes // 60) % {"num": minutes // 60}


def how_it_is_earned(paper: CertificatePaper, lang: str) -> str:
    """What a badge stands for: its criteria."""
    _ = translator(lang).gettext
    if paper.kind is CertificateKind.TEACHER:
        return _("The school named the holder as present. It signed the numbers of the visit, and they are locked.")
    return _("The programme was held at the school. It signed the numbers of the visit, and they are locked.")

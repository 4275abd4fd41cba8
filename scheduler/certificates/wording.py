"""What paper, check page and badge say in the same words."""

from scheduler.core.language import translator


def duration(minutes: int, lang: str) -> str:
    """8 hours where it is whole hours, else 45 minutes; nothing when it is not known."""
    _n = translator(lang).ngettext
    if minutes <= 0:
        return ""
    if minutes % 60:
        return _n("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}
    return _n("%(num)d hour", "%(num)d hours", minutes // 60) % {"num": minutes // 60}

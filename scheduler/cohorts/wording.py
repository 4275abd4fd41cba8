"""How levels and skills are called in a language, on pages and on papers alike."""

from collections.abc import Mapping

from scheduler.cohorts.terms import HIGHEST_LEVEL, CohortSkill, ReportingWay
from scheduler.core.language import translator


def skill_names(lang: str) -> Mapping[CohortSkill, str]:
    """What a part trains."""
    _ = translator(lang).gettext
    return {
        CohortSkill.RECOGNISE: _("To recognise danger and illegal content"),
        CohortSkill.HELP: _("To help a friend"),
        CohortSkill.REPORT: _("To report"),
    }


def level_names(lang: str) -> list[str]:
    """The levels from none to the highest: where one is in the list is the level itself."""
    _ = translator(lang).gettext
    between = [_("level %(level)s") % {"level": level} for level in range(1, HIGHEST_LEVEL)]
    return [_("no part yet"), *between, _("Web Detectives")]


def way_names(lang: str) -> Mapping[ReportingWay, str]:
    """What somebody can do who meets a case, as a child reads it."""
    _ = translator(lang).gettext
    return {
        ReportingWay.TELL_ADULT: _("Tell an adult whom I trust"),
        ReportingWay.BLOCK_REPORT: _("Block it and report it to the network"),
        ReportingWay.HOTLINE: _("Report it to the hotline"),
        ReportingWay.HELPLINE: _("Call 19833"),
    }

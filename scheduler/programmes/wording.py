"""What is said of a campaign in a language: how its forecast compares with its target, why a city may stay out."""

from collections.abc import Mapping

from scheduler.core.language import translator
from scheduler.programmes.terms import CampaignVerdict, CityRisk


def verdict_words(lang: str) -> Mapping[CampaignVerdict, str]:
    """What the forecast says of the target, in two or three words."""
    _ = translator(lang).gettext
    return {
        CampaignVerdict.NO_TARGET: _("No target"),
        CampaignVerdict.REACHED: _("Target reached"),
        CampaignVerdict.LIKELY: _("Will be reached"),
        CampaignVerdict.OPEN: _("Not certain"),
        CampaignVerdict.UNLIKELY: _("Below the target"),
    }


def risk_words(lang: str) -> Mapping[CityRisk, str]:
    """Why a city in which nothing is held or agreed may stay without a visit."""
    _ = translator(lang).gettext
    return {
        CityRisk.NO_SCHOOL_DAY: _("No school day is left that keeps the programme's notice."),
        CityRisk.NOBODY_CAN: _("On no day before the end can an educator come."),
        CityRisk.REQUESTS_WAIT: _("Schools have asked; no date is agreed."),
        CityRisk.NOBODY_ASKED: _("No school has asked."),
    }


def forecast_rule(lang: str) -> str:
    """How a forecast comes about and how wrong it may be: the same words on the page and on paper."""
    return translator(lang).gettext(
        "The pace is the mean of the last whole weeks, eight at most; what is agreed counts as announced, and a"
        " forecast never lies below it. In four cases of five the end lies within the range, if the weeks to come are"
        " like those behind; the fewer weeks there are, the wider it is. Weeks of holidays count as any other."
    )

"""How programmes and campaigns are worded for everyone: kinds, crews, languages, periods."""

from collections.abc import Collection

from scheduler.core import language as core_language
from scheduler.people.terms import TeachingLanguage
from scheduler.programmes.terms import Audience, CampaignRow, SchoolLevel
from scheduler.reports.terms.counting import CityOutcome, Outcome
from scheduler.web.i18n import _, _l, _n, page_language
from scheduler.web.labels import AUDIENCES

ONLY_FOR = {SchoolLevel.PRIMARY: _l("Primary schools only"), SchoolLevel.SECONDARY: _l("Secondary schools only")}


def crew_of(educators: int, influencers: int) -> str:
    """Who comes, from the crew rule."""
    adults = _n("%(num)s educator", "%(num)s educators", educators)
    if not influencers:
        return adults
    young = _n("%(num)s young presenter", "%(num)s young presenters", influencers)
    return _("%(adults)s and %(young)s", adults=adults, young=young)


def campaign_crew(outcome: Outcome) -> str:
    """Who took part so far, as numbers; young people whom one could count on one hand are not counted."""
    adults = _n("%(num)s educator", "%(num)s educators", outcome.educators)
    if outcome.influencers is None:
        return _("%(adults)s and young presenters", adults=adults)
    if not outcome.influencers:
        return adults
    young = _n("at least %(num)s young presenter", "at least %(num)s young presenters", outcome.influencers)
    return _("%(adults)s and %(young)s", adults=adults, young=young)


def audiences_of(audiences: Collection[Audience]) -> str:
    """Whom a programme is for, in the order of the table."""
    return ", ".join(str(word) for audience, word in AUDIENCES.items() if audience in audiences)


def languages_of(spoken: Collection[TeachingLanguage]) -> str:
    """Languages by their names in the page's language: "српски, мађарски"."""
    names = core_language.locale_of(page_language()).languages
    return ", ".join(names.get(one.value, one.value) for one in spoken)


def city_name(city: CityOutcome, language: str) -> str:
    """A city in the page's script; a host without one lies abroad."""
    name = core_language.pick(language, city.city_sr_cyrl, city.city_sr_latn)
    return name or _("Abroad, or without a municipality")


def days_of(campaign: CampaignRow) -> str:
    """1. октобар – 31. децембар 2023."""
    return core_language.span_of_days(campaign.first_day, campaign.last_day, page_language())

"""How the helpline's figures are called in a language: totals, splits and their codes."""

from collections.abc import Mapping

from scheduler.core.language import translator
from scheduler.core.text import to_latin
from scheduler.helpline.terms import CodeList, ForwardedTo, HelplineMargin
from scheduler.places.models import District


def name_in(cyrillic: str, english: str, language: str) -> str:
    """A name in the language of the page; Latin letters are made from the Cyrillic ones."""
    return english if language == "en" else to_latin(cyrillic) if language == "sr_Latn" else cyrillic


def code_names(codes: CodeList, districts: Mapping[str, District], language: str) -> dict[str, str]:
    """{"topic.grooming": "Grooming"} of a list and of the districts."""
    listed = {f"{one.margin}.{one.code}": name_in(one.name_sr_cyrl, one.name_en, language) for one in codes.codes}
    places = {
        f"{HelplineMargin.DISTRICT}.{iso}": name_in(one.name_sr_cyrl, one.name_en, language)
        for iso, one in districts.items()
    }
    return listed | places


def forwarded_names(language: str) -> dict[ForwardedTo, str]:
    """Who takes over a case that is forwarded."""
    _ = translator(language).gettext
    return {
        ForwardedTo.POLICE: _("High-Tech Crime Department of the police"),
        ForwardedTo.PROSECUTOR: _("High-Tech Crime Prosecutor's Office"),
        ForwardedTo.SOCIAL_WORK: _("Centre for social work"),
        ForwardedTo.HEALTH: _("Health institution"),
        ForwardedTo.EDUCATION: _("School or educational authority"),
        ForwardedTo.OTHERS: _("Another institution"),
    }

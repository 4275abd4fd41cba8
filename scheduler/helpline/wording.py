"""How the helpline's figures are called in a language: totals, splits and their codes."""

from collections.abc import Mapping

from scheduler.core.text import to_latin
from scheduler.helpline.terms import CodeList, HelplineMargin
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

"""What must not stand in a text about children: the number of a citizen, a telephone number, the name of a person.

For the few free texts of rooms that are about children. It refuses rather too much: a short code for help (19833) is no
telephone number here, but a street called after somebody is a name, and is left out of such texts.
"""

import re

from scheduler.core.errors import GroundReason
from scheduler.core.identity import has_identity_number
from scheduler.core.phones import e164_of
from scheduler.core.text import to_latin

NUMBER = re.compile(r"\+?\d[\d ()/.\-]{5,}\d")
WORD = re.compile(r"[^\W\d_]+")
SURNAME = re.compile(r"\w+(ić(a|u|em|i|ima|ev\w*)?|[eo]vic[ha]?(a|u|em)?)")
NOT_A_SURNAME = ("mladić", "gradić", "kolačić", "poklončić", "prozorčić", "listić", "crtić", "filmić", "telefončić")
GIVEN = """
Aleksandar Aleksandra Aleksa Ana Anđela Andrej Andrija Bojan Bojana Boris Branka Branko Danica Danilo Darko Dejan Dragan
Dragana Dušan Đorđe Filip Goran Gordana Igor Ivan Ivana Jana Jasmina Jelena Jovan Jovana Katarina Ksenija Lazar Luka
Maja Marija Marina Marko Matija Milan Milena Milica Miloš Mina Miroslav Mihajlo Nataša Nemanja Nenad Nevena Nikola
Nikolina Ognjen Olivera Pavle Petar Radovan Sanja Saša Sara Slađana Snežana Sofija Stefan Strahinja Suzana Tamara
Tatjana Teodora Tijana Uroš Vanja Vesna Viktor Vladimir Vuk Zoran Zorica Željko Žarko
"""
ENDINGS = ("a", "e", "i", "o", "u", "om", "em", "ov", "ova", "ovo", "ovu", "in", "ina", "ino", "inu", "")


def _forms(name: str) -> set[str]:
    """A given name as sentences bend it; one without its last vowel alone is no name."""
    bare = name.rstrip("aeo")
    moving = re.sub(r"a([rn])$", r"\1", name)  # Petar, Petra
    return {name} | {stem + ending for stem in (bare, moving) for ending in ENDINGS if len(stem + ending) > 3}


NAMES = frozenset(form for name in GIVEN.split() for form in _forms(name))


def personal_in(text: str) -> GroundReason | None:
    """Why a text must not be stored where children are spoken of; None where it may."""
    if has_identity_number(text):
        return GroundReason.IDENTITY_NUMBER
    if any(e164_of(found) for found in NUMBER.findall(text)):
        return GroundReason.PHONE_IN_TEXT
    words = WORD.findall(to_latin(text))
    return GroundReason.NAME_IN_TEXT if any(_is_name(word) for word in words if word[:1].isupper()) else None


def _is_name(word: str) -> bool:
    low = word.lower()
    return word.capitalize() in NAMES or (bool(SURNAME.fullmatch(low)) and not low.startswith(NOT_A_SURNAME))

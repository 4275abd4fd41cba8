"""Pure rules of certificates: the number that is checked, and its holder."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from secrets import randbits

from scheduler.attendance.rules import LONGEST_NAME
from scheduler.certificates.terms import (
    NAMES_A_PERSON,
    SIGNING,
    CertificateKind,
    CertificateReason,
    LetterPreview,
    PicturePlace,
    StoredTemplate,
    TemplateDraft,
    Wording,
    WordingDraft,
)
from scheduler.core.errors import GroundReason, Reason
from scheduler.core.names import problem_with_name
from scheduler.core.text import fold, name_key, to_latin
from scheduler.core.typesetting import unprintable

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # D. Crockford, "Base 32": no I, L, O, U
NUMBER_LENGTH = 16  # 80 random bits
MOST_MARKS = 6  # whose marks stand on one paper
HOST_KEY = "host"  # the holder of a school's certificate, and of every other that names no person


def new_number() -> str:
    """Sixteen letters and digits of Crockford's base 32: 80 bits that nobody guesses."""
    bits = randbits(5 * NUMBER_LENGTH)
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in range(NUMBER_LENGTH))


def number_typed(typed: str) -> str | None:
    """The number as stored, from what a person typed: case, spaces and dashes do not count; O is 0, I and L are 1.

    None when it cannot be a number.
    """
    if len(typed) > 64:
        return None
    plain = "".join(letter for letter in typed.upper() if letter not in " -\t\u2013")
    plain = plain.translate(str.maketrans("OIL", "011"))
    return plain if len(plain) == NUMBER_LENGTH and set(plain) <= set(CROCKFORD) else None


def in_fours(number: str) -> str:
    """As it is printed and read aloud: ABCD EFGH JKMN PQRS."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def holder_key(kind: CertificateKind, name: str = "", *, secret: str) -> str:
    """What makes a certificate of a visit the same certificate, whichever script the name was typed in.

    A keyed hash: it still tells a right name from a wrong one when the name itself is no longer kept.
    """
    return name_key(name, secret) if kind in NAMES_A_PERSON else HOST_KEY


def problem_with_holder(kind: CertificateKind, name: str) -> Reason | None:
    """What is wrong with the name a certificate shall print: a reason code, or None."""
    if kind is not CertificateKind.TEACHER:  # a presenter's name comes from her account
        return None
    if not fold(name):
        return GroundReason.MISSING
    return GroundReason.TOO_LONG if len(name) > LONGEST_NAME else problem_with_name(name)


def names_match(key: str, typed: str, *, secrets: Sequence[str]) -> bool:
    """Whether a visitor typed the name behind a holder's key: scripts, case and diacritics do not count."""
    return bool(fold(typed)) and any(hmac.compare_digest(key, name_key(typed, secret)) for secret in secrets)


def letters_seen(preview: LetterPreview) -> str:
    """Which letters a person saw before sending them, in few letters: what became others meanwhile does not leave."""
    said = [(one.visit_id, one.papers, one.mails) for one in preview.to_write]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


_CLASS = re.compile(r"(?:[IVХX]{1,4}|[1-9]|1[0-2])(?:[ ./_-]?(?:[1-9][0-9]?|[^\W\d_]))?\.?")


def class_marks(typed: str) -> str:
    """VII-1, VII-2: what of a typed text marks classes; "" where anything else stands in it, a name above all."""
    parts = [one.strip() for one in re.split(r"[,;]", typed) if one.strip()]
    return ", ".join(parts) if len(parts) <= MOST_MARKS and all(_CLASS.fullmatch(one) for one in parts) else ""


COLOUR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
READABLE, SEEN = 4.5, 1.4  # contrast with white paper: of a title (WCAG 2), of a bar that says nothing


def problem_with_colour(colour: str, least: float) -> Reason | None:
    """What is wrong with a colour on white paper; an empty one is the usual one."""
    if not colour:
        return None
    if not COLOUR.fullmatch(colour):
        return CertificateReason.NOT_A_COLOUR
    return None if contrast_on_paper(colour) >= least else CertificateReason.COLOUR_TOO_PALE


def contrast_on_paper(colour: str) -> float:
    """From 1, white, to 21, black: how well a colour stands out of white. Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


def paler(colour: str) -> str:
    """Three quarters white."""
    return "#" + "".join(f"{255 - (255 - int(colour[at : at + 2], 16)) // 4:02X}" for at in (1, 3, 5))


# What a template's words may name between braces, in the letters of whoever writes: one word is as good as another.
PLACEHOLDERS: Mapping[str, tuple[str, str, str]] = {
    "programme": ("програм", "program", "programme"),
    "school": ("школа", "škola", "school"),
    "place": ("место", "mesto", "place"),
    "day": ("дан", "dan", "day"),
    "centre": ("центар", "centar", "centre"),
    "duration": ("трајање", "trajanje", "duration"),
    "presentations": ("презентације", "prezentacije", "presentations"),
    "pupils": ("ученици", "učenici", "pupils"),
    "year": ("година", "godina", "year"),
    "number": ("број", "broj", "number"),
    "group": ("група", "grupa", "group"),
    "grade": ("разред", "razred", "grade"),
    "level": ("ниво", "nivo", "level"),
}
_MEANT = {word: name for name, words in PLACEHOLDERS.items() for word in words}
_BRACED = re.compile(r"\{([^{}]*)\}")


def placeholders_in(language: str) -> list[str]:
    """Those that exist, as a writer in this language types them: {program}."""
    return [placeholder(name, language) for name in PLACEHOLDERS]


def placeholder(name: str, language: str) -> str:
    """One of them."""
    return f"{{{PLACEHOLDERS[name][{'sr_Cyrl': 0, 'sr_Latn': 1}.get(language, 2)]}}}"


def unknown_placeholders(words: str) -> list[str]:
    """What stands between braces and means nothing, each once."""
    return [f"{{{one}}}" for one in dict.fromkeys(_BRACED.findall(words)) if one.strip().lower() not in _MEANT]


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with what the placeholders stand for; what is filled in is never read for placeholders."""
    return " ".join(_BRACED.sub(lambda one: values[_MEANT[one[1].strip().lower()]], words).split())


def problem_with_words(words: str) -> Reason | None:
    """What is wrong with a text of a template, or None."""
    if unknown_placeholders(words):
        return CertificateReason.NO_SUCH_PLACEHOLDER
    if {"{", "}"} & set(_BRACED.sub("", words)):
        return CertificateReason.BRACE_ALONE
    return GroundReason.UNPRINTABLE if unprintable(words) else None


def pictures_after(before: StoredTemplate, draft: TemplateDraft) -> dict[PicturePlace, int]:
    """Whose signature is still printed when the names change: it goes with its name, and never stands over another."""
    whose = {
        who.name: before.pictures[place]
        for place, who in zip(SIGNING, before.draft.signatories, strict=False)
        if who.name and place in before.pictures
    }
    signed = {
        place: whose[who.name] for place, who in zip(SIGNING, draft.signatories, strict=False) if who.name in whose
    }
    return {place: one for place, one in before.pictures.items() if place not in SIGNING} | signed


def problems_with_template(draft: TemplateDraft) -> dict[str, Reason]:
    """What is wrong with how papers shall look, by field; who signs is counted from 1."""
    found = {
        "colour": problem_with_colour(draft.colour, READABLE),
        "accent": problem_with_colour(draft.accent, SEEN),
        "file_number": problem_with_words(draft.file_number),
    }
    for nth, who in enumerate(draft.signatories, 1):
        duties = {f"duty_{nth}": who.duty_sr_cyrl, f"duty_en_{nth}": who.duty_en}
        found[f"name_{nth}"] = problem_with_name(who.name)
        found |= {field: GroundReason.UNPRINTABLE if unprintable(duty) else None for field, duty in duties.items()}
        if any(duties.values()) and not who.name:
            found[f"name_{nth}"] = CertificateReason.DUTY_OF_NOBODY
    return {field: problem for field, problem in found.items() if problem}


def problems_with_wording(wording: WordingDraft) -> dict[str, Reason]:
    """What is wrong with what one kind of paper shall say, by field: title_sr_cyrl."""
    found = {
        f"{part}_{language.lower()}": problem_with_words(words)
        for language, said in wording.items()
        for part, words in asdict(said).items()
    }
    return {field: problem for field, problem in found.items() if problem}


def said_in(wording: WordingDraft, language: str) -> Wording:
    """What a template says in a language; what was not written in Serbian Latin comes from the Cyrillic."""
    own = wording.get(language, Wording())
    if language != "sr_Latn":
        return own
    other = wording.get("sr_Cyrl", Wording())
    return Wording(
        own.title or to_latin(other.title), own.lead or to_latin(other.lead), own.text or to_latin(other.text)
    )

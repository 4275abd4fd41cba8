"""What a person typed: cleaned once at the edge, folded for search, and Cyrillic shown in Latin letters.

Cyrillic to Latin is one to one, letter for letter; the other way is not (nj, lj, dž), so it is never tried: what was
typed in Latin is stored and shown as typed.
"""

import functools
import hashlib
import hmac
import itertools
import re
import unicodedata

from scheduler.core.errors import GroundReason, Reason, SchedulerError
from scheduler.core.identity import has_identity_number

SLACK = 4  # a text in decomposed letters, or with many spaces, may shrink this much when cleaned
MOST_ACCENTS = 2  # accents on one letter; more is "zalgo", not a language
BROKEN = "\ufffd"  # what a decoder writes for bytes that are no text
INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)}
INVISIBLE |= set(range(0xE0100, 0xE01F0))
LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")

LATIN = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "ђ": "đ",
    "е": "e",
    "ж": "ž",
    "з": "z",
    "и": "i",
    "ј": "j",
    "к": "k",
    "л": "l",
    "љ": "lj",
    "м": "m",
    "н": "n",
    "њ": "nj",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "ћ": "ć",
    "у": "u",
    "ф": "f",
    "х": "h",
    "ц": "c",
    "ч": "č",
    "џ": "dž",
    "ш": "š",
}
FOLDED = str.maketrans(LATIN)
ADDRESS_LENGTH = 254
PLAIN_ADDRESS = re.compile(r"(?=[^@]{1,64}@)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*@([A-Za-z0-9.-]+)")
# Letters and signs that are seen, carry no mark of their own and are composed: of these nothing falls away.
PLAIN = re.compile("[\n -~\u00c0-\u0148\u014a-\u017f\u0400-\u0481\u048a-\u04ff]*")
NAMES_OF_MAILBOXES = re.compile(r"\w[\w.+\-'/~]*")
WORD = re.compile(r"[^\W\d_]+")
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")  # those whose letters look alike
# What a translation must keep as it is: %(name)s, %s, {name}, <b>, &nbsp;
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{[^{}]*\}")
PLACEHOLDER_OR_TAG = re.compile(rf"({PLACEHOLDER.pattern}|</?[A-Za-z][^<>]*>|&#?\w+;)")


class BadText(SchedulerError):
    """A text that cannot be taken as it is. The pages say why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(text: str, *, limit: int, lines: bool = False) -> str:
    """The text as it may be stored: `tidy`, and neither broken bytes nor anybody's identity number in it (TRUST S43).

    Every text that a person types or a file brings passes here: fields, columns, file names, words of a command.
    Raises: BadText("too_long", "not_text", "identity_number").
    """
    kept = tidy(text, limit=limit, lines=lines)
    if BROKEN in kept:
        raise BadText(GroundReason.NOT_TEXT)
    if has_identity_number(kept):
        raise BadText(GroundReason.IDENTITY_NUMBER)
    return kept


def tidy(text: str, *, limit: int, lines: bool = False) -> str:
    """The text in its one form: NFC, only visible letters, single spaces, none at the ends.

    Controls, bidirectional and zero-width characters, tags, private and lone surrogate code points fall away, and a
    letter keeps at most two accents. `lines` keeps line ends (as LF, at most one empty line in a row).
    Tidying twice is tidying once. Raises: BadText("too_long") for more than `limit` characters; text many times
    longer than that is refused before any work is done on it.
    """
    if len(text) > limit * SLACK:
        raise BadText(GroundReason.TOO_LONG)
    whole = LINE_ENDS.sub("\n", text).replace("\t", " ")
    composed = whole if PLAIN.fullmatch(whole) else _composed(whole)
    if lines:
        kept = "\n".join(" ".join(line.split()) for line in composed.split("\n"))
        kept = re.sub("\n{3,}", "\n\n", kept).strip()
    else:
        kept = " ".join(composed.split())
    if len(kept) > limit:
        raise BadText(GroundReason.TOO_LONG)
    return kept


def first_unseen(text: str) -> str:
    """The first letter of a text that nobody sees and `tidy` takes away; empty when there is none."""
    return next((letter for letter in text if letter != "\n" and _unseen(letter)), "")


def _composed(whole: str) -> str:
    visible = "".join(letter for letter in whole if letter == "\n" or not _unseen(letter))
    return _fewer_marks(unicodedata.normalize("NFC", visible))


def _unseen(letter: str) -> bool:
    code = ord(letter)
    if code < 127:
        return code < 32
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return noncharacter or code in INVISIBLE or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"}


def _fewer_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= MOST_ACCENTS:
            kept.append(letter)
    return "".join(kept)


def scripts_of(text: str) -> set[str]:
    """Which of the scripts whose letters look alike stand in a text."""
    found = {_script_of(letter) for word in WORD.findall(text) for letter in word}
    return found - {""}


@functools.lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    """Of which of these scripts a letter is; empty when it is of another."""
    name = unicodedata.name(letter, "")
    return next((script for script in SCRIPTS if name.startswith(script)), "")


def problem_with_address(text: str) -> Reason | None:
    """Why a text is no mail address that a mailer can send to, or None; whether it lives, only a mail tells.

    Letters of any script may stand on both sides; names for tries (school.example, centre.test) are taken. Of signs
    only those that mailboxes have: a link or a header gives the others (? % & | `) a meaning of their own. What the
    library would first change, a wide letter or a dot of another script, is refused: we store and send what was typed.
    What stands before the @, and each part of the domain, is of one script: "аna@" with a Cyrillic а is another
    mailbox than the one that everybody reads there (TRUST S22).
    """
    domain = _domain_of(text)
    if not domain or not NAMES_OF_MAILBOXES.fullmatch(text.rpartition("@")[0]):
        return GroundReason.NOT_AN_EMAIL
    parts = text.rpartition("@")[0], *domain.split(".")
    return GroundReason.ADDRESS_MIXES_SCRIPTS if any(len(scripts_of(part)) > 1 for part in parts) else None


def _domain_of(text: str) -> str:
    """The domain of an address as people read it; "" for what is no address.

    Where nothing about what stands before the @ can be wrong, the library is asked of the domain alone, and once:
    half of a town's schools have theirs at one.
    """
    if len(text) > ADDRESS_LENGTH:
        return ""
    return _domain_behind_any(plain[1]) if (plain := PLAIN_ADDRESS.fullmatch(text)) else _domain_read(text)


@functools.lru_cache(maxsize=1024)
def _domain_behind_any(domain: str) -> str:
    return _domain_read(f"a@{domain}")


def _domain_read(text: str) -> str:
    if "=?" in text:
        return ""
    from email_validator import EmailNotValidError, validate_email  # knows all domains of the world's scripts

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return ""
    ours = (f"{found.local_part}@{domain}".lower() for domain in (found.domain, found.ascii_domain))
    end = found.ascii_domain.rpartition(".")[2]
    country = len(end) > 1 and (end.isalpha() or end.startswith("xn--"))  # no domain ends otherwise, anywhere
    return found.domain if country and "." in found.ascii_domain and text.lower() in ours else ""


def normal_form(password: str) -> str:
    """A password in one form of its letters (NFKC), so that every keyboard gives the same one; nothing else changes."""
    return unicodedata.normalize("NFKC", password)


def fold(text: str) -> str:
    """The key by which a text is searched and compared: "Niš", "nis", "Ниш" and "„НИШ“" are all "nis".

    Serbian Cyrillic becomes Latin, accents and case fall away, everything but letters and digits becomes a space.
    đ is written "đ", "dj" and "d" by people in a hurry, so all three fold to "d": "Đorđe", "Djordje", "Dorde" and
    "Ђорђе" are one key. The price, that "odjek" and "odek" are one too, only widens a search.
    """
    words = " ".join(unicodedata.normalize("NFC", text).translate(_FOLDED).split())
    return re.sub("dj+", "d", words) if "dj" in words else words


class _Folds(dict[int, str]):
    """What each letter becomes, found when it is met first: thousands of names are folded for one search."""

    COMMON = 0x3000  # what lies beyond is not kept: anybody may send it

    def __missing__(self, code: int) -> str:
        lower = chr(code).casefold().translate(FOLDED)
        bare = "".join(letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter))
        letters = bare.casefold().translate(FOLDED).replace("đ", "d")
        folded = "".join(letter if letter.isalnum() else " " for letter in letters)
        if code < self.COMMON:
            self[code] = folded
        return folded


_FOLDED = _Folds()


def name_key(name: str, secret: str) -> str:
    """What is stored to recognise a person's name, in either script, without keeping it: a keyed hash of its fold.

    Who reads the table cannot try names out without the installation's own secret. "" for a name without letters.
    """
    return keyed(fold(name), secret) if fold(name) else ""


def keyed(folded: str, secret: str) -> str:
    """The keyed hash of a folded name; the purpose is hashed along, so that it equals no other hash of ours."""
    return hmac.new(secret.encode(), f"holder of a certificate: {folded}".encode(), hashlib.sha256).hexdigest()


@functools.lru_cache(maxsize=4096)  # names of programmes and places: the same few on every page
def to_latin(text: str) -> str:
    """Serbian Cyrillic in Latin letters: Љубав → Ljubav, ЉУБАВ → LJUBAV. Placeholders and markup stay as they are."""
    pieces = PLACEHOLDER_OR_TAG.split(text)
    return "".join(piece if number % 2 else _latin_letters(piece) for number, piece in enumerate(pieces))


def _latin_letters(text: str) -> str:
    return "".join(_latin_letter(text, place) for place in range(len(text)))


def _latin_letter(text: str, place: int) -> str:
    letter = text[place]
    latin = LATIN.get(letter.lower())
    if latin is None:
        return letter
    if letter.islower():
        return latin
    return latin.upper() if len(latin) == 1 or _in_capitals(text, place) else latin.capitalize()


def _in_capitals(text: str, place: int) -> bool:
    """Whether the letter stands in a word of capitals: the next letter says, at the end of a word the one before."""
    following = text[place + 1 : place + 2]
    return following.isupper() if following.isalpha() else text[max(place - 1, 0) : place].isupper()


@functools.lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    return fold(letter) or " "


def marked(text: str, typed: str) -> list[tuple[str, bool]]:
    """The text in pieces, and of each whether somebody who typed `typed` was looking for it: "Ниш" for "nis".

    The pieces together are the text. Letters are compared as `fold` compares them: one may answer two (њ, nj).
    """
    key, places = "", []
    for place, letter in enumerate(text):
        for one in _folded(letter):
            if not (one == "j" and key.endswith("d")):  # "dj" is "d", see fold
                key += one
                places.append(place)
    hit = [False] * len(text)
    for word in fold(typed).split():
        start = key.find(word)
        while start >= 0:
            for place in places[start : start + len(word)]:
                hit[place] = True
            start = key.find(word, start + 1)
    groups = itertools.groupby(range(len(text)), key=hit.__getitem__)
    return [("".join(text[place] for place in group), found) for found, group in groups]

"""Letters that a program broke before the file came to us: found by what no language writes, never guessed back.

`JakÅ¡iÄ‡` is UTF-8 read as Western, `O© Miloą` is ISO 8859-2 read as Windows, `Îñíîâíà` and `Miloљ` are one Windows
page read as another, `JAK?I?` was saved where its letters do not exist. What is stored broken stays broken on
certificates, so the line is refused and its owner saves the file once more.
"""

import re

PAGES = ("cp1252", "cp1250", "cp1251")
BEHIND = "‘’‚“”„‡†…‰‹›ˇ˘˛˝ŚŤŹśťźŻżĄąĽľŠšŽžŒœŸ€"  # what Windows shows for the second byte of a letter, beside signs
TWO_BYTES = re.compile(f"[ÃÄĂ][\u0080-\u009f\u00a1-\u00bf{BEHIND}]|[ÅĹ][\u0080-\u00bfˇ˝ľšž]")
SIGN_IN_WORD = re.compile(r"[^\W\d_][©®†‡‰¬¦¶№]|[©®†‡‰¬¦¶№][^\W\d_]|[iI][æÆ]\b|[\x80-\x9f]")
POLISH_END = re.compile(r"ą\b|[čćđČĆĐ]\w*ą|ą\w*[čćđČĆĐ]|ľ\w*[ćđ]|[ćđ]\w*ľ")
LOST_LETTER = re.compile(r"[^\W\d_]\?[^\W\d_]")
ADDRESS = re.compile(r"[/@=]|www\.")
WORD = re.compile(r"[^\W\d_]{2,}")
LONGEST_ACCENTED = 3  # letters; a longer word of accented ones alone is no word of Latin script
MISREAD_LETTERS = set("љЉћЋиИжЖрР")  # š ž č ć đ in a Windows page, read in the Cyrillic one
CYRILLIC_LOOK_ALIKES = set("АВСЕНЈКМОРТХасеојкмртху")
LATIN_LOOK_ALIKES = set("ABCEHJKMOPTXaceojkmptxy")


def has_broken_letters(text: str) -> bool:
    """Whether a text holds letters that only a wrong encoding writes."""
    if text.isascii():
        return "?" in text and not ADDRESS.search(text) and LOST_LETTER.search(text) is not None
    if SIGN_IN_WORD.search(text) or POLISH_END.search(text) or TWO_BYTES.search(text):
        return True
    return _is_utf8_misread(text) or any(_is_misread(word) for word in WORD.findall(text))


def _is_utf8_misread(text: str) -> bool:
    """Whether the text is UTF-8 once its letters are bytes again: all its accents would have to be so by chance."""
    for page in PAGES:
        try:
            right = b"".join(_byte(letter, page) for letter in text).decode()
        except UnicodeError:
            continue
        if sum(not letter.isascii() and letter.isalpha() for letter in right) > (page == "cp1251"):
            return True
    return False


def _byte(letter: str, page: str) -> bytes:
    return bytes((ord(letter),)) if "\x80" <= letter <= "\x9f" else letter.encode(page)


def _is_misread(word: str) -> bool:
    """Whether a word is one of a Windows page read as another."""
    if latin_and_cyrillic := _strange_mix(word):
        return not _is_mistyped(*latin_and_cyrillic)
    return len(word) > LONGEST_ACCENTED and not any(map(str.isascii, word)) and max(word) < "\u0250"


def _strange_mix(word: str) -> tuple[list[str], list[str]] | None:
    """The Latin and the Cyrillic letters of a word that has both, where neither look like the others."""
    latin = [letter for letter in word if letter < "\u0250"]
    cyrillic = [letter for letter in word if "\u0400" <= letter <= "\u04ff"]
    alike = LATIN_LOOK_ALIKES.issuperset(latin) or CYRILLIC_LOOK_ALIKES.issuperset(cyrillic)
    return (latin, cyrillic) if latin and cyrillic and not alike else None


def _is_mistyped(latin: list[str], cyrillic: list[str]) -> bool:
    """Whether letters of two scripts are a slip: no Windows page has accented Latin letters beside Cyrillic ones."""
    return not all(map(str.isascii, latin)) or (len(cyrillic) > len(latin) and not MISREAD_LETTERS.issuperset(cyrillic))


def mixes_letters(text: str) -> bool:
    """Whether a word has letters of two scripts, which do not even look alike ("Уžице")."""
    return not text.isascii() and any(map(_strange_mix, WORD.findall(text)))


def windows_page(content: bytes) -> str:
    """cp1251 (Cyrillic) or cp1250 (Latin): only Cyrillic words are three and more high bytes in a row."""
    in_words = sum(len(run) for run in re.findall(rb"[\x80-\xff]{3,}", content))
    alone = sum(len(run) for run in re.findall(rb"(?<![\x80-\xff])[\x80-\xff]{1,2}(?![\x80-\xff])", content))
    return "cp1251" if in_words > alone else "cp1250"

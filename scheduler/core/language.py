"""Three scripts from one text: Serbian Cyrillic (edited), Serbian Latin (generated from it), English (the source).

`translator(language)` serves mails, PDFs, feeds and charts; web/i18n.py wraps the same catalogue for pages. The .po
files are read as they are, once in each process: nothing compiled lies in the repository and no build step is needed.
"""

import datetime as dt
import io
import re
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")
DEFAULT = "sr_Cyrl"
FOLDER = Path(__file__).parent.parent / "translations"
NO_BREAK = "\u00a0"

HTML = {"sr_Cyrl": "sr-Cyrl", "sr_Latn": "sr-Latn", "en": "en"}
AT = {"sr_Cyrl": "у", "sr_Latn": "u", "en": "at"}
TAG = re.compile(r"\*|[a-z]{1,8}(-[a-z0-9]{1,8})*")
LATIN_READERS = ("sr-latn", "sh", "bs", "hr", "cnr")


def catalogue_path(language: str) -> Path:
    """Where the translations of a language lie; English has none, it is the source."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def translator(language: str) -> Translations:
    """`gettext` and `ngettext` of a language. Raises: ValueError for a language we do not speak."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    path = catalogue_path(language)
    if language == "en" or not path.exists():
        return Translations()
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale: month names, plural rules, digits."""
    return Locale.parse(language)


def html_lang(language: str) -> str:
    """The `lang` attribute: language and script, as BCP 47 writes them."""
    return HTML[language]


def pick(language: str, cyrl: str, latn: str) -> str:
    """Of a place's two stored names, the one for this page's script. English pages use the Latin one."""
    return cyrl if language == "sr_Cyrl" else latn


def best_language(accept_language: str | None) -> str:
    """The language for a browser's Accept-Language: its first wish that we speak, English when we speak none of them.

    Readers of Bosnian, Croatian and Montenegrin get Serbian Latin. No header at all: Serbian Cyrillic.
    """
    wishes = _wishes(accept_language or "")
    spoken = (_spoken(wish) for wish in wishes)
    return next((language for language in spoken if language), "en" if wishes else DEFAULT)


def _wishes(header: str) -> list[str]:
    """Tags by falling weight, in the header's order where weights are equal; weight 0 means "not this"."""
    weighed: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0 and TAG.fullmatch(tag)]


def _spoken(tag: str) -> str | None:
    if tag == "*":
        return DEFAULT
    if any(tag == reader or tag.startswith(f"{reader}-") for reader in LATIN_READERS):
        return "sr_Latn"
    return {"sr": "sr_Cyrl", "en": "en"}.get(tag.partition("-")[0])


def long_day(day: dt.date, language: str) -> str:
    """уторак, 24. новембар 2026. · Tuesday, 24 November 2026"""
    return _day("EEEE, d MMMM y" if language == "en" else "EEEE, d. MMMM y.", day, language)


def short_day(day: dt.date, language: str) -> str:
    """24. 11. 2026. · 24 Nov 2026"""
    return _day("d MMM y" if language == "en" else "d. M. y.", day, language)


def _day(pattern: str, day: dt.date, language: str) -> str:
    return str(format_date(day, pattern, locale=locale_of(language)))


def clock_time(time: dt.time, language: str) -> str:
    """09:55, the same in all three languages."""
    return time.strftime("%H:%M")


def moment(utc: dt.datetime, language: str, zone: str) -> str:
    """уторак, 24. новембар 2026. у 09:55 · Tuesday, 24 November 2026 at 09:55, as the clocks at `zone` show it."""
    local = utc.astimezone(ZoneInfo(zone))
    return f"{long_day(local.date(), language)} {AT[language]} {clock_time(local.time(), language)}"


def zone_city(zone: str, language: str) -> str:
    """Београд · Beograd · Belgrade: the city whose clocks a zone is named for."""
    return str(get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True))


def offset(utc: dt.datetime, zone: str) -> str:
    """UTC+1, or UTC+5:30: how far the clocks at `zone` are from UTC at that moment."""
    minutes = int((utc.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes >= 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def number(n: float, language: str) -> str:
    """7.803 · 7,803; at most three decimals."""
    return str(format_decimal(n, locale=locale_of(language)))


def percent(part: float, language: str) -> str:
    """62 % · 62%, of a part between 0 and 1, without decimals."""
    whole = number(round(part * 100), language)
    return f"{whole}%" if language == "en" else f"{whole}{NO_BREAK}%"


def span_of_days(first: dt.date, last: dt.date, language: str) -> str:
    """24–26. новембар 2026. · 30 November – 2 December 2026; one day alone is written once."""
    dot = "" if language == "en" else "."
    if first == last:
        return _day(f"d{dot} MMMM y{dot}", first, language)
    end = _day(f"d{dot} MMMM y{dot}", last, language)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return _day(f"d{dot} MMMM" if first.year == last.year else f"d{dot} MMMM y{dot}", first, language) + f" – {end}"

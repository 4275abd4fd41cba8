"""Three scripts from one text: Serbian Cyrillic (edited), Serbian Latin (the same words), English (the source).

`translator(language)` serves mails, PDFs, feeds and charts; web/i18n.py wraps the same catalogue for pages. The .po
files are read as they are, once in each process: nothing compiled lies in the repository and no build step is needed.
Serbian Latin has no file: its letters are written from the Cyrillic ones in 35 ms, once in each process.

A fourth language is one more folder under translations: the switch, mails, papers and feeds offer it at the next start.
What a catalogue cannot say (names of months, order of a day's parts, plural rules, the script) comes from the CLDR.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton, get_timezone_location
from babel.numbers import format_decimal, format_percent

from scheduler.core import catalogue
from scheduler.core.text import to_latin

LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")  # our own; `languages()` has the added ones too
DEFAULT = "sr_Cyrl"
SOURCE = "en"
FOLDER = Path(__file__).parent.parent / "translations"
NO_BREAK = "\u00a0"

NAMES = {"sr_Cyrl": ("Ћир", "Српски, ћирилица"), "sr_Latn": ("Lat", "Srpski, latinica"), "en": ("En", "English")}
# How the house writes days, where it differs from the CLDR: long day, short day, end and beginning of a span, month.
PATTERNS = {
    "sr": ("EEEE, d. MMMM y.", "d. M. y.", "d. MMMM y.", "d. MMMM", "LLLL y."),
    "en": ("EEEE, d MMMM y", "d MMM y", "d MMMM y", "d MMMM", "LLLL y"),
}
DAYS_OF = ("понедељка", "уторка", "среде", "четвртка", "петка", "суботе", "недеље")  # genitives: the CLDR has none
MONTHS_OF = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна",
    "јула", "августа", "септембра", "октобра", "новембра", "децембра",
)  # fmt: skip
TAG = re.compile(r"\*|[a-z]{1,8}(-[a-z0-9]{1,8})*")
LATIN_READERS = ("sr-latn", "sh", "bs", "hr", "cnr")


def catalogue_path(language: str) -> Path:
    """Where the translations of a language lie; English, the source, and Serbian Latin have none."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def languages() -> tuple[str, ...]:
    """Every language that this installation speaks: our own, then those added by a folder of their own."""
    added = sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    return (*LANGUAGES, *(one for one in added if one not in LANGUAGES))


@cache
def translator(language: str) -> catalogue.Catalogue:
    """`gettext` and `ngettext` of a language. Raises: ValueError for a language we do not speak."""
    if language not in languages():
        raise ValueError(f"no such language: {language}")
    if language == "sr_Latn":
        return translator(DEFAULT).written(to_latin)
    path = catalogue_path(language)
    if language == SOURCE or not path.exists():
        return catalogue.Catalogue()
    with path.open(encoding="utf-8") as stream:
        return catalogue.read(stream)


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale: month names, plural rules, digits. Of a variant unknown to the CLDR its base."""
    try:
        return Locale.parse(language)
    except UnknownLocaleError:
        return Locale.parse(language.partition("_")[0])


def html_lang(language: str) -> str:
    """The `lang` attribute: language and script, as BCP 47 writes them."""
    return language.replace("_", "-")


@cache
def names_of(language: str) -> tuple[str, str]:
    """What the switch shows, and the language's name in itself."""
    if language in NAMES:  # the CLDR's names of all languages take a megabyte for each of ours
        return NAMES[language]
    own = locale_of(language).get_display_name() or language
    return language.partition("_")[0].capitalize(), own[:1].upper() + own[1:]


@cache
def is_cyrillic(language: str) -> bool:
    """Whether the language is written in Cyrillic letters."""
    locale = locale_of(language)
    if locale.script or language == SOURCE:
        return str(locale.script) == "Cyrl"
    whole = str(get_global("likely_subtags").get(str(locale), ""))  # of the whole world: two megabytes
    return "Cyrl" in whole.split("_")


def pick(language: str, cyrl: str, latn: str) -> str:
    """Of a place's two stored names, the one for this page's script. English pages use the Latin one."""
    return cyrl if is_cyrillic(language) else latn


def worded(language: str, cyrl: str, latn: str, english: str) -> str:
    """Of a text stored in Serbian and in English, the one for the reader: who does not read Serbian reads English."""
    return pick(language, cyrl, latn) if locale_of(language).language == "sr" else english


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
    base = tag.partition("-")[0]
    ours = {html_lang(language).lower(): language for language in reversed(languages())}
    return {"sr": DEFAULT}.get(base) or ours.get(tag) or ours.get(base)


def long_day(day: dt.date, language: str) -> str:
    """уторак, 24. новембар 2026. · Tuesday, 24 November 2026"""
    return _day(0, "full", day, language)


def genitive_day(day: dt.date, language: str) -> str:
    """уторка, 24. новембра 2026. · Tuesday, 24 November 2026, as it stands after од, до and после."""
    if locale_of(language).language != "sr":
        return long_day(day, language)
    written = f"{DAYS_OF[day.weekday()]}, {day.day}. {MONTHS_OF[day.month - 1]} {day.year}."
    return pick(language, written, to_latin(written))


def short_day(day: dt.date, language: str) -> str:
    """24. 11. 2026. · 24 Nov 2026"""
    return _day(1, "medium", day, language)


def day_and_month(day: dt.date, language: str) -> str:
    """24. 11. · 24 Nov, where the year goes without saying."""
    return _written("d. M." if locale_of(language).language == "sr" else "d MMM", day, language)


def month_and_year(day: dt.date, language: str) -> str:
    """новембар 2026. · November 2026"""
    ours = PATTERNS.get(locale_of(language).language)
    return _written(ours[4], day, language) if ours else str(format_skeleton("yMMMM", day, locale=locale_of(language)))


def year_alone(number: int, language: str) -> str:
    """2026. · 2026, as it stands at the end of a heading."""
    return f"{number}." if locale_of(language).language == "sr" else str(number)


def day_of_month(day: dt.date, language: str) -> str:
    """24. · 24"""
    return f"{day.day}{_dot(language)}"


def _dot(language: str) -> str:
    """What stands after the number of a day that stands alone."""
    return "." if locale_of(language).language == "sr" else ""


def _day(place: int, otherwise: str, day: dt.date, language: str) -> str:
    ours = PATTERNS.get(locale_of(language).language)
    return _written(ours[place] if ours else otherwise, day, language)


@lru_cache(maxsize=4096)  # a page of free days writes the same hundred as the page before
def _written(pattern: str, day: dt.date, language: str) -> str:
    return str(format_date(day, pattern, locale=locale_of(language)))


def clock_time(time: dt.time, language: str) -> str:
    """09:55, the same in every language: the whole house counts to 24."""
    return time.strftime("%H:%M")


def in_hours(minutes: int, language: str) -> str:
    """3 h 15 мин · 3 h 15 min"""
    words, (whole, rest) = translator(language), divmod(minutes, 60)
    hours, more = words.gettext("%(num)s h") % {"num": whole}, words.gettext("%(num)s min") % {"num": rest}
    return " ".join([*([hours] if whole else []), *([more] if rest or not whole else [])])


def moment(utc: dt.datetime, language: str, zone: str) -> str:
    """уторак, 24. новембар 2026. у 09:55 · Tuesday, 24 November 2026 at 09:55, as the clocks at `zone` show it."""
    return _moment(long_day, utc.astimezone(ZoneInfo(zone)), language)


def genitive_moment(utc: dt.datetime, language: str, zone: str) -> str:
    """уторка, 24. новембра 2026. у 09:55, as it stands after од, до and после; in English as `moment`."""
    return _moment(genitive_day, utc.astimezone(ZoneInfo(zone)), language)


def _moment(day_of: Callable[[dt.date, str], str], local: dt.datetime, language: str) -> str:
    said = translator(language).gettext("%(day)s at %(time)s")
    return said % {"day": day_of(local.date(), language), "time": clock_time(local.time(), language)}


@cache
def zone_city(zone: str, language: str) -> str:
    """Београд · Beograd · Belgrade: the city whose clocks a zone is named for."""
    return str(get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True))


def offset(utc: dt.datetime, zone: str) -> str:
    """UTC+1, or UTC+5:30: how far the clocks at `zone` are from UTC at that moment."""
    minutes = int((utc.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes >= 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


@lru_cache(maxsize=10_000)  # a table of figures has hundreds, and most of them again and again
def number(n: float, language: str) -> str:
    """7.803 · 7,803; at most three decimals."""
    return str(format_decimal(n, locale=locale_of(language)))


def percent(part: float, language: str) -> str:
    """62 % · 62%, of a part between 0 and 1, without decimals."""
    if locale_of(language).language == "sr":  # the CLDR writes 62%, our own norm asks for the space
        return f"{number(round(part * 100), language)}{NO_BREAK}%"
    return str(format_percent(part, "#,##0%" if language == SOURCE else None, locale=locale_of(language)))


def span_of_days(first: dt.date, last: dt.date, language: str) -> str:
    """24–26. новембар 2026. · 30 November – 2 December 2026; one day alone is written once."""
    ours = PATTERNS.get(locale_of(language).language)
    if not ours:
        return str(format_interval(first, last, "yMMMd", locale=locale_of(language)))
    end = _written(ours[2], last, language)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return _written(ours[3] if first.year == last.year else ours[2], first, language) + f" – {end}"

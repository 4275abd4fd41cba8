"""What a process keeps of the CLDR: Babel reads a language whole, five megabytes for our three.

Left out is what the house never writes, so it cannot be missed: prices, measures, lists, spans told in
words. What a language added by a folder may need to be known (its name, its script) stays.
"""

from threading import Lock

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global

NEVER_WRITTEN = (
    "compact_currency_formats",
    "compact_decimal_formats",
    "compound_unit_patterns",
    "currency_formats",
    "currency_names",
    "currency_names_plural",
    "currency_symbols",
    "currency_unit_patterns",
    "date_fields",
    "list_patterns",
    "unit_display_names",
    "unit_patterns",
)
NEVER_ASKED = (
    "all_currencies",
    "currency_fractions",
    "territory_currencies",
    "territory_languages",
    "windows_zone_mapping",
)


_TABLES = Lock()  # two threads may be the first to need a language each


def read(language: str) -> Locale:
    """Babel's locale of a language, or of its base where the CLDR does not know the variant."""
    try:
        found = Locale.parse(language)
    except UnknownLocaleError:
        found = Locale.parse(language.partition("_")[0])
    with _TABLES:
        _forget_what_nobody_writes(str(found))
    return found


def _forget_what_nobody_writes(name: str) -> None:
    """Babel gives the very tables that it keeps, and those of a language hold parts of what they inherit from."""
    parts = name.split("_")
    for one in ("root", *("_".join(parts[:length]) for length in range(1, len(parts) + 1))):
        if localedata.exists(one):
            told = localedata.load(one)
            for key in NEVER_WRITTEN:
                told.pop(key, None)
    for asked in NEVER_ASKED:
        get_global(asked).clear()  # type: ignore[arg-type,attr-defined]  # typed as read only, and Babel's own dict
    _keep_likely_tags_of_what_can_be_read()


def _keep_likely_tags_of_what_can_be_read() -> None:
    """The script of a language is looked up by its name; of 8,000 that are named Babel can write 300."""
    likely = get_global("likely_subtags")
    if len(likely) > 2_000:
        readable = set(localedata.locale_identifiers())
        for tag in [tag for tag in likely if tag.partition("_")[0] not in readable]:
            del likely[tag]  # type: ignore[attr-defined]

"""Countries by name, and the clocks of each, as the tables of Babel and of the time zones hold them."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.dates import get_timezone_location

from scheduler.core.alphabet import alphabet_key
from scheduler.core.language import locale_of

HERE = "RS"
NO_COUNTRIES = frozenset({"XK"})  # its municipalities stand in our own register


@cache
def countries(language: str, named: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Code and name of the named countries that have a clock, by the alphabet of the language; ours stands first."""
    names, clocks = locale_of(language).territories, get_global("territory_zones")
    kept = [(code, names[code]) for code in {HERE, *named} - NO_COUNTRIES if code in names and code in clocks]
    return tuple(sorted(kept, key=lambda pair: (pair[0] != HERE, alphabet_key(pair[1]))))


@cache
def clocks_of(country: str, year: int) -> tuple[str, ...]:
    """The time zones of a country, one of those that show the same all year; none for what is no country."""
    found: dict[tuple[dt.timedelta | None, ...], str] = {}
    for name in get_global("territory_zones").get(country, ()):
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):  # an old table of the machine does not know it
            continue
        shown = tuple(dt.datetime(year, month, 15, 12, tzinfo=zone).utcoffset() for month in range(1, 13))
        found.setdefault(shown, name)
    return tuple(found.values())


def clock_name(zone: str, language: str) -> str:
    """The town that a time zone is named after, in the language."""
    return str(get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True))

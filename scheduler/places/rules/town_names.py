"""Municipalities as people write them: with "Grad" before, with their city beside, or a part of a city for the city."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scheduler.core.text import fold

BEFORE_A_NAME = re.compile(r"^(?:go|sg|so|gradska opstina|opstina|grad)\s+(?=\S)")  # folded
POSTCODE = re.compile(r"\b[1-3]\d{4}\b", re.ASCII)
NAME_BREAKS = re.compile(r"[-–—,;/()]")  # "Niš - Palilula", "Palilula (Niš)"
DISTRICT_WORDS = re.compile(r"\b(?:upravni|okrug|oblast|district|grad)\b")

# City municipalities that stand in no list of ours: reports count them under their city, and so are they stored.
PARTS_OF_CITIES = {
    "mediana": "nis",
    "medijana": "nis",
    "palilula": "nis",
    "pantelej": "nis",
    "crveni krst": "nis",
    "niska banja": "nis",
    "vranjska banja": "vranje",
    "sevojno": "uzice",
}


@dataclass(frozen=True)
class KnownTown:
    """A stored municipality, as names are compared with it; all texts folded but the codes."""

    id: int
    key: str
    city: str
    district_iso: str
    districts: frozenset[str]  # how pages and registers name its district, folded: "nisava", "nisavski"
    postcode: str


@dataclass(frozen=True)
class TownSaid:
    """What a line says of a municipality, as written; all but the name may be empty."""

    name: str
    district: str = ""  # RS-20, or its name
    place: str = ""
    postcode: str = ""


def bare_town(text: str) -> str:
    """The folded name without "Grad", "Opština" or "GO" before it."""
    return BEFORE_A_NAME.sub("", fold(text))


def town_keys(text: str) -> frozenset[str]:
    """What a name may be called among the stored municipalities: itself, and the city that it is a part of."""
    key = bare_town(text)
    return frozenset(one for one in (key, PARTS_OF_CITIES.get(key, "")) if one)


def same_district(said: str, town: KnownTown) -> bool:
    """Whether a district's code (RS-20) or name ("Nišavski okrug") is that of a municipality."""
    code, name = fold(said), " ".join(DISTRICT_WORDS.sub(" ", fold(said)).split())
    return code in {fold(town.district_iso), *town.districts} or (bool(name) and name in town.districts)


def town_meant(said: TownSaid, towns: Sequence[KnownTown]) -> KnownTown | str:
    """The municipality that a line means, or what is wrong with its name.

    A name that stands twice is decided by what else the line says, each word of it counted; where that decides
    nothing, or says two things, the file's owner is asked: never the first one, silently.
    """
    if code := POSTCODE.search(said.name):
        return town_meant(replace(said, name=POSTCODE.sub(" ", said.name), postcode=said.postcode or code[0]), towns)
    beside = [bare_town(part) for part in NAME_BREAKS.split(said.name)]
    parts = [part for part in beside if part]
    readings = [(bare_town(said.name), "")]
    if len(parts) > 1:
        readings += [(part, " ".join(parts[:at] + parts[at + 1 :])) for at, part in enumerate(parts)]
    elif not _called(readings[0][0], towns):  # "GO Palilula Beograd": its city beside it
        words = readings[0][0].split()
        halves = [(" ".join(words[:at]), bare_town(" ".join(words[at:]))) for at in range(1, len(words))]
        both = [*halves, *((other, one) for one, other in halves)]
        readings += [
            (one, other) for one, other in both if any(other in around_of(town) for town in _called(one, towns))
        ]
    found: set[KnownTown] = set()
    several = False
    for name, around in readings:
        may_be = _called(name, towns)
        if said.district:
            may_be = [town for town in may_be if same_district(said.district, town)]
        decided = may_be if len(may_be) < 2 else _decided(name, may_be, said, around)
        several = several or len(decided) > 1
        found.update(decided if len(decided) == 1 else ())
        if found and not around:
            break
    if len(found) == 1:
        return found.pop()
    if found or several:
        return "several_municipalities"
    if said.district and town_meant(TownSaid(said.name, "", said.place, said.postcode), towns) != UNKNOWN:
        return "not_in_this_district"
    return UNKNOWN


UNKNOWN = "unknown_municipality"


def around_of(town: KnownTown) -> set[str]:
    """What may stand beside a municipality's name: its city, its district."""
    return {town.city, town.key, *town.districts}


def _called(name: str, towns: Iterable[KnownTown]) -> list[KnownTown]:
    """Every municipality of that name, the city it is a part of, and the parts of a city of that name."""
    city = PARTS_OF_CITIES.get(name)
    found = [town for town in towns if town.key in (name, city)]
    return found or [town for town in towns if town.city == name]


def _decided(name: str, may_be: list[KnownTown], said: TownSaid, around: str) -> list[KnownTown]:
    """Of several those that fit all that is said; what fits none of them says nothing."""
    place = bare_town(said.place)
    tests = [
        lambda town: bool(around) and around in around_of(town),
        lambda town: bool(place) and place != name and place in (town.key, town.city),
        lambda town: bool(said.postcode) and said.postcode[:2] == town.postcode[:2],
    ]
    fitting = [set(filter(test, may_be)) for test in tests]
    left = set(may_be).intersection(*(one for one in fitting if one))
    return sorted(left or may_be, key=lambda town: town.id)

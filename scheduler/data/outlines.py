"""The outline of the districts that maps and certificates draw. Which one is the setting MAP_OUTLINE.

`30` is the whole shipped file, `25` the same without the districts of Kosovo and Metohija; anything else is the path of
a GeoJSON file of the installation, a FeatureCollection whose features are named by the codes of districts.csv. Whom it
wants named stands in its member "attribution".
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scheduler import config
from scheduler.data import files
from scheduler.settings_file import BadSettings

DISTRICTS_FILE = "districts.geojson"
ALL, WITHOUT_KOSOVO = "30", "25"
KOSOVO = "Kosovo i Metohija"  # the region of these districts in districts.csv
MOST_BYTES = 2_000_000  # a finer outline shows nothing more on a page, and every page would carry it
MOST_ATTRIBUTION = 300  # of an attribution
LEAST_CORNERS = 4  # a ring of GeoJSON ends where it begins: of three corners it has four

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class DistrictShape:
    """One district as it is drawn: rings of longitude and latitude."""

    iso: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class CountryOutline:
    """A whole outline, and whom its file wants named where it is shown."""

    shapes: tuple[DistrictShape, ...]
    attribution: str = ""


@dataclass(frozen=True)
class Frame:
    """The degrees between which an outline lies."""

    west: float
    south: float
    east: float
    north: float


def in_force() -> CountryOutline:
    """The outline that this installation draws. Raises: BadSettings for one that cannot be drawn."""
    return outline_of(config.map_outline())


def is_ours(choice: str) -> bool:
    """Whether a value of the setting names an outline of ours, whose sources the product knows."""
    return choice in (ALL, WITHOUT_KOSOVO)


@cache
def outline_of(choice: str) -> CountryOutline:
    """The outline of one value of the setting. Raises: BadSettings."""
    if is_ours(choice):
        shipped = _read(files.bytes_of(DISTRICTS_FILE))
        left_out = _codes_of(KOSOVO) if choice == WITHOUT_KOSOVO else frozenset()
        return CountryOutline(tuple(shape for shape in shipped.shapes if shape.iso not in left_out))
    try:
        path = Path(choice)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"over {MOST_BYTES // 1_000_000} MB: simplify it")
        return _read(path.read_bytes())
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise BadSettings(f"MAP_OUTLINE is 30, 25 or a GeoJSON file, and {choice} is none: {why}") from problem


def frame_of(drawn: Iterable[DistrictShape]) -> Frame:
    """The degrees between which these districts lie."""
    east, north = zip(*(point for shape in drawn for ring in shape.rings for point in ring), strict=True)
    return Frame(min(east), min(north), max(east), max(north))


def _codes_of(region: str) -> frozenset[str]:
    return frozenset(row["iso_3166_2"] for row in files.rows_of("districts.csv") if row["region_sr_latn"] == region)


def _read(content: bytes) -> CountryOutline:
    """The districts of a file, in its order. Raises: ValueError, in words for who operates."""
    known = {row["iso_3166_2"] for row in files.rows_of("districts.csv")}
    try:
        told = json.loads(content)
        found = tuple(_shape(feature) for feature in told["features"])
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise ValueError("it is no GeoJSON FeatureCollection of polygons") from problem
    names = [shape.iso for shape in found]
    if not found or len(set(names)) < len(names):
        raise ValueError("it names no district, or one twice")
    if strange := sorted(set(names) - known):
        raise ValueError(f"it names {', '.join(strange)}; districts are named RS-00 to RS-29")
    return CountryOutline(found, str(told.get("attribution", ""))[:MOST_ATTRIBUTION])


def _shape(feature: dict[str, Any]) -> DistrictShape:
    geometry = feature["geometry"]
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
    iso = feature.get("id") or feature["properties"]["iso_3166_2"]
    return DistrictShape(str(iso), tuple(_ring(ring) for polygon in polygons for ring in polygon))


def _ring(corners: list[list[float]]) -> Ring:
    ring = tuple((float(corner[0]), float(corner[1])) for corner in corners)
    if len(ring) < LEAST_CORNERS or not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring):
        raise ValueError("a ring has too few corners, or a corner that is no longitude and latitude")
    return ring

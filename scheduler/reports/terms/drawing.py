"""Words of charts and maps, ready to be written as SVG."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letters:
    """Words in a drawing. `anchor`: start, middle, end; `look` becomes a class."""

    x: str
    y: float
    words: str
    anchor: str = "start"
    look: str = "label"


@dataclass(frozen=True)
class Bar:
    """A rectangle of a chart; across the width in per cent, so that a chart fits every screen without shrinking."""

    x: str
    y: float
    width: str
    height: float
    look: str
    words: str  # what it stands for


@dataclass(frozen=True)
class Stroke:
    """A line of a chart: its base, a grid line, a target."""

    x1: str
    y1: float
    x2: str
    y2: float
    look: str


@dataclass(frozen=True)
class Drawing:
    """A chart ready to be written as SVG, with the sentence that says its result."""

    summary: str
    height: float
    bars: tuple[Bar, ...]
    strokes: tuple[Stroke, ...]
    letters: tuple[Letters, ...]
    slots: int = 0  # how many columns stand side by side; 0: bars lie


@dataclass(frozen=True)
class Area:
    """A district on the map. `step`: 0 none to 4 most; the number is written where there is one."""

    iso: str
    path: str
    step: int
    number: str
    x: float
    y: float
    words: str  # name and number


@dataclass(frozen=True)
class TownOfMap:
    """A town to be drawn: what stands beside it, where it lies, and whether its matter is done."""

    name: str
    lat: float
    lon: float
    done: bool


@dataclass(frozen=True)
class MapSpot:
    """A city on the map; `shape`: done (a disc with a tick) or ahead (a ring)."""

    x: float
    y: float
    shape: str
    name: Letters


@dataclass(frozen=True)
class Legend:
    """One entry under a map."""

    look: str
    words: str


@dataclass(frozen=True)
class MapDrawing:
    """A map ready to be written as SVG, with the sentence that says its result."""

    summary: str
    width: float
    height: float
    areas: tuple[Area, ...]
    spots: tuple[MapSpot, ...] = ()
    legend: tuple[Legend, ...] = ()
    roads: tuple[str, ...] = ()  # each the places of one line


@dataclass(frozen=True)
class RoadDrawing:
    """The picture behind the first words of the site: the districts, and a road with its stops."""

    width: float
    height: float
    paths: tuple[str, ...]
    roads: tuple[str, ...]  # each the places of one line
    stops: tuple[tuple[int, int, str], ...]  # a look: usual, large, here

"""Charts and maps as geometry: numbers in, a Drawing out; templates/components/chart.html and map.html write the SVG.

Everything starts at zero, every value is written, and no meaning hangs on colour alone: parts differ by place or hatch,
districts carry their number, cities a shape. Across the page a chart is measured in per cent, so that its letters keep
their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import ceil, cos, radians

from scheduler.config import map_outline
from scheduler.core.language import number, translator, worded
from scheduler.data import files, outlines
from scheduler.data.outlines import DistrictShape
from scheduler.places.terms.hosts import Point
from scheduler.reports.terms.counting import Chart, CityOutcome, DistrictLine, Series
from scheduler.reports.terms.drawing import (
    Area,
    Bar,
    Drawing,
    Legend,
    Letters,
    MapDrawing,
    MapSpot,
    RoadDrawing,
    Stroke,
    TownOfMap,
)

LINE = 34.0  # height of one lying bar with its name
TALL = (120.0, 76.0, 64.0)  # of the tallest column in the first series, the second, the others
NAMES_AT, FAR_END = 33.0, 84.0  # per cent: where lying bars begin and where the longest ends
FIRST_SLOT = 14.0  # per cent: where columns begin; before them stands the name of the series
NARROWEST = 608.0  # pixels: a row of columns is never drawn narrower (38rem, components/chart.css)
LETTER, APART = 7.2, 8.0  # pixels: a letter under a column, and what lies between two names there
AXIS_STEPS = 4
STOPS_OF_THE_ROAD = {
    "Subotica": (46.10, 19.67),
    "Novi Sad": (45.25, 19.84),
    "Zrenjanin": (45.38, 20.39),
    "Beograd": (44.80, 20.47),
    "Kragujevac": (44.02, 20.92),
    "Čačak": (43.89, 20.35),
    "Užice": (43.86, 19.85),
    "Zaječar": (43.90, 22.28),
    "Niš": (43.32, 21.89),
    "Leskovac": (43.00, 21.94),
    "Vranje": (42.55, 21.90),
}
ROADS = (
    ("Subotica", "Novi Sad", "Zrenjanin", "Beograd", "Kragujevac", "Niš", "Leskovac", "Vranje"),
    ("Užice", "Čačak", "Kragujevac", "Zaječar"),
)
COUNTRY_WIDTH = 600.0  # of the map, in its own units
LETTER_WIDTH = 15.5  # of a wide letter of a city's name, in units of the map


def _pc(part: float) -> str:
    return f"{part:.2f}%"


def lying_bars(rows: Sequence[tuple[str, int | None, int]], summary: str, lang: str) -> Drawing:
    """One bar a row (name, reached, target), with a mark where the target lies; reached None: not shown."""
    _ = translator(lang).gettext
    most = max((max(reached or 0, target) for _name, reached, target in rows), default=0) or 1
    reach = FAR_END - NAMES_AT
    bars, strokes, letters = [], [], []
    for place, (name, reached, target) in enumerate(rows):
        top = place * LINE
        end = NAMES_AT + reach * (reached or 0) / most
        told = _("not shown") if reached is None else number(reached, lang)
        aim = NAMES_AT + reach * target / most
        letters.append(Letters("0", top + 22, name, look="name"))
        if reached:
            words = f"{name}: {told}"
            bars.append(Bar(_pc(NAMES_AT), top + 7, _pc(reach * reached / most), 20, "done", words))
        beside = max(end, aim if target and end < aim < end + 12 else 0) + 1.2
        letters.append(Letters(_pc(beside), top + 22, told, look="value"))
        if target:
            strokes.append(Stroke(_pc(aim), top + 3, _pc(aim), top + 31, "target"))
    height = len(rows) * LINE
    strokes.append(Stroke(_pc(NAMES_AT), 0, _pc(NAMES_AT), height, "base"))
    return Drawing(summary, height, tuple(bars), tuple(strokes), tuple(letters))


def columns(chart: Chart, lang: str) -> Drawing:
    """Small multiples: each series with its own height, its name and sum before it, the value over each column."""
    slots = len(chart.labels)
    slot = (100 - FIRST_SLOT) / max(1, slots)
    bars, strokes, letters, y = [], [], [], 0.0
    for place, series in enumerate(chart.series):
        tall = TALL[min(place, 2)]
        base = y + 22 + tall
        strokes += [
            Stroke(_pc(FIRST_SLOT), base - tall * part, "100%", base - tall * part, "grid") for part in (0.5, 1)
        ]
        bars += _series_bars(series, chart.labels, (base, tall, slot), f"c{place % 3 + 1}", lang)
        letters += _series_letters(series, (base, tall, slot), lang)
        strokes.append(Stroke(_pc(FIRST_SLOT), base, "100%", base, "base"))
        y = base + 8
    letters += _names_under(chart.labels, slot, y + 12)
    return Drawing(_columns_said(chart, lang), y + 20, tuple(bars), tuple(strokes), tuple(letters), slots)


def _names_under(labels: Sequence[str], slot: float, y: float) -> list[Letters]:
    """The names of the columns: where each has no room, every second or third, counted from the last."""
    wide, room = max(map(len, labels), default=0) * LETTER, slot / 100 * NARROWEST
    every = ceil((wide + APART) / room) if wide > room else 1
    names = [
        Letters(_pc(FIRST_SLOT + (place + 0.5) * slot), y, label, "middle")
        for place, label in enumerate(labels)
        if not (len(labels) - 1 - place) % every
    ]
    return [*names[:-1], replace(names[-1], x="100%", anchor="end")] if wide > room else names


def _series_bars(
    series: Series, labels: Sequence[str], frame: tuple[float, float, float], look: str, lang: str
) -> list[Bar]:
    base, tall, slot = frame
    most = max([*series.values, 1])
    return [
        Bar(
            _pc(FIRST_SLOT + (place + 0.16) * slot),
            round(base - tall * value / most, 1),
            _pc(slot * 0.68),
            round(tall * value / most, 1),
            look,
            f"{series.name}, {label}: {number(value, lang)}",
        )
        for place, (label, value) in enumerate(zip(labels, series.values, strict=True))
        if value
    ]


def _series_letters(series: Series, frame: tuple[float, float, float], lang: str) -> list[Letters]:
    base, tall, slot = frame
    most = max([*series.values, 1])
    values = [
        Letters(
            _pc(FIRST_SLOT + (place + 0.5) * slot),
            round(base - tall * value / most - 5, 1),
            number(value, lang),
            "middle",
            "value",
        )
        for place, value in enumerate(series.values)
    ]
    head = [
        Letters("0", base - tall + 4, series.name, look="name"),
        Letters("0", base - tall + 22, number(sum(series.values), lang)),
    ]
    return head + values


def _columns_said(chart: Chart, lang: str) -> str:
    """The sentence for who does not see the drawing: each series with its sum and its highest column."""
    _ = translator(lang).gettext
    parts = []
    for series in chart.series:
        top = max(range(len(series.values)), key=series.values.__getitem__, default=None)
        if top is None:
            continue
        parts.append(
            _("%(name)s: %(sum)s in all, most in %(label)s (%(most)s).")
            % {
                "name": series.name,
                "sum": number(sum(series.values), lang),
                "label": chart.labels[top],
                "most": number(series.values[top], lang),
            }
        )
    return " ".join([f"{chart.heading}.", *parts])


@dataclass(frozen=True)
class Outline:
    """The drawn shape of a district, and the place where its number fits."""

    iso: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Country:
    """The outline as a picture: its size, its districts, and how degrees become places on it."""

    width: float
    height: float
    outlines: tuple[Outline, ...]
    degrees: tuple[float, float, float, float]  # longitude at x = 0, x per degree, latitude at y = 0, y per degree

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        left, across, top, down = self.degrees
        return (lon - left) * across, (top - lat) * down


def country() -> Country:
    """The outline that this installation draws, as a picture."""
    return _country(map_outline())


@cache
def _country(choice: str) -> Country:
    """Made once. Whole units are exact enough on a screen and halve its weight."""
    drawn = outlines.outline_of(choice).shapes
    frame = outlines.frame_of(drawn)
    across = COUNTRY_WIDTH / (frame.east - frame.west)
    down = across / cos(radians((frame.north + frame.south) / 2))
    empty = Country(
        COUNTRY_WIDTH, round((frame.north - frame.south) * down), (), (frame.west, across, frame.north, down)
    )
    return replace(empty, outlines=tuple(_outline(shape, empty) for shape in drawn))


def is_drawn(iso: str) -> bool:
    """Whether the outline has a shape of that name."""
    return any(one.iso == iso for one in country().outlines)


@cache
def _names(lang: str) -> dict[str, str]:
    """What the districts are called, for those that a report has nothing to say of."""
    names = ("name_sr_cyrl", "name_sr_latn", "name_en")
    return {row["iso_3166_2"]: worded(lang, *map(row.__getitem__, names)) for row in files.rows_of("districts.csv")}


def _outline(shape: DistrictShape, frame: Country) -> Outline:
    rings = [_whole([frame.place(lat, lon) for lon, lat in ring]) for ring in shape.rings]
    x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
    return Outline(shape.iso, "".join(map(_drawn, rings)), round(x), round(y))


def _drawn(ring: Sequence[tuple[int, int]]) -> str:
    """A ring as a path from corner to corner: steps are shorter to write than places."""
    steps = " ".join(f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in pairwise(ring))
    return f"M{ring[0][0]} {ring[0][1]}l{steps.replace(' -', '-')}z"


def _whole(ring: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The corners of a ring in whole units, each once; the last, which is the first again, is left out."""
    corners = [(round(x), round(y)) for x, y in ring[:-1]]
    return [corners[0], *(here for before, here in pairwise(corners) if here != before)]


def _area(ring: Sequence[tuple[int, int]]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise([*ring, ring[0]])) / 2


def _middle(ring: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The centre of gravity of a ring."""
    area = _area(ring) or 1.0
    corners = list(pairwise([*ring, ring[0]]))
    x = sum((ax + bx) * (ax * by - bx * ay) for (ax, ay), (bx, by) in corners) / (6 * area)
    y = sum((ay + by) * (ax * by - bx * ay) for (ax, ay), (bx, by) in corners) / (6 * area)
    return x, y


def steps_from(most: int) -> list[int]:
    """Where the steps of shading begin, in whole numbers: each about twice the one before, at most four."""
    if most <= AXIS_STEPS:
        return list(range(1, most + 1))
    return sorted({1, -(-most // 8), -(-most // 4), -(-most // 2)})


def _step(number_of: int, starts: Sequence[int]) -> int:
    """0 for none; the darkest step belongs to the largest numbers, however few steps there are."""
    reached = sum(number_of >= start for start in starts)
    return reached and AXIS_STEPS - len(starts) + reached


def district_map(lines: Sequence[DistrictLine], summary: str, lang: str) -> MapDrawing:
    """Districts shaded by presentations held; each carries its number."""
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    held = {line.iso: line for line in lines}
    starts = steps_from(max((line.presentations for line in lines), default=0))
    areas = []
    for one in country().outlines:
        line = held.get(one.iso)
        times = line.presentations if line else 0
        words = ngettext("%(num)s presentation", "%(num)s presentations", times) % {"num": number(times, lang)}
        told = number(times, lang) if times else ""
        name = line.name if line else _names(lang)[one.iso]
        areas.append(Area(one.iso, one.path, _step(times, starts), told, one.x, one.y + 8, f"{name}: {words}"))
    ends = [start - 1 for start in starts[1:]]
    spans = [*zip(starts, ends, strict=False), *((start, None) for start in starts[-1:])]
    legend = [Legend("m0", _("no presentation"))]
    for place, (start, end) in enumerate(spans):
        look = f"m{AXIS_STEPS - len(starts) + place + 1}"
        legend.append(Legend(look, _span(start, end, lang)))
    return MapDrawing(summary, country().width, country().height, tuple(areas), legend=tuple(legend))


def _span(start: int, end: int | None, lang: str) -> str:
    if end is None:
        return translator(lang).gettext("%(num)s and more") % {"num": number(start, lang)}
    return number(start, lang) if start == end else f"{number(start, lang)}–{number(end, lang)}"


def city_map(cities: Sequence[CityOutcome], names: Sequence[str], summary: str, lang: str) -> MapDrawing:
    """Cities of a campaign: a disc with a tick where it was held, a ring where it comes."""
    _ = translator(lang).gettext
    towns = [
        TownOfMap(name, city.lat, city.lon, bool(city.presentations))
        for city, name in zip(cities, names, strict=True)
        if city.lat is not None and city.lon is not None
    ]
    return town_map(towns, summary, _("held"), _("to come"))


def town_map(towns: Sequence[TownOfMap], summary: str, done: str, ahead: str) -> MapDrawing:
    """Towns with their names: a disc with a tick where something is done, a ring where it is ahead, in these words."""
    areas = tuple(Area(one.iso, one.path, 0, "", one.x, one.y, "") for one in country().outlines)
    points = [(*country().place(one.lat, one.lon), "done" if one.done else "ahead", one.name) for one in towns]
    spots = _named(points)
    legend = [Legend(shape, words) for shape, words in (("done", done), ("ahead", ahead)) if _has(spots, shape)]
    return MapDrawing(summary, country().width, country().height, areas, spots, tuple(legend))


def _has(spots: Sequence[MapSpot], shape: str) -> bool:
    return any(spot.shape == shape for spot in spots)


def tour_map(
    start: tuple[Point, str], stops: Sequence[tuple[Point, str]], way: Sequence[Point], summary: str, lang: str
) -> MapDrawing:
    """The way of a tour over its stops, each with its name; where it begins, unless it stops there, too."""
    _, land = translator(lang).gettext, country()
    areas = tuple(Area(one.iso, one.path, 0, "", one.x, one.y, "") for one in land.outlines)
    named = [*stops, *([start] if start[0] not in {point for point, _name in stops} else [])]
    spots = _named([(*land.place(point.latitude, point.longitude), "ahead", name) for point, name in named])
    places = (land.place(point.latitude, point.longitude) for point in way)
    road = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    legend = (Legend("ahead", _("a stop, by the order of the days")),)
    return MapDrawing(summary, land.width, land.height, areas, spots, legend, (road,))


def _named(points: Sequence[tuple[float, float, str, str]]) -> tuple[MapSpot, ...]:
    """Each city with its name beside it, on the side where it covers least of other names and cities: nothing, where
    there is such a side.
    """
    taken = [(x - 14, y - 14, x + 14, y + 14) for x, y, _shape, _name in points]
    spots = []
    for place, (x, y, shape, name) in enumerate(points):
        wide = LETTER_WIDTH * len(name)
        sides = (
            (x + 17, y + 8, "start", (x + 16, y - 10, x + 17 + wide, y + 12)),
            (x - 17, y + 8, "end", (x - 17 - wide, y - 10, x - 16, y + 12)),
            (x, y - 18, "middle", (x - wide / 2, y - 38, x + wide / 2, y - 15)),
            (x, y + 32, "middle", (x - wide / 2, y + 15, x + wide / 2, y + 36)),
        )
        others = taken[:place] + taken[place + 1 :]
        fitting = [side for side in sides if _fits(side[3])] or list(sides)
        covers = [sum(_overlap(side[3], other) for other in others) for side in fitting]
        left, base, anchor, box = fitting[covers.index(min(covers))]
        taken.append(box)
        words = Letters(f"{left:.0f}", round(base), name, anchor, "name")
        spots.append(MapSpot(round(x), round(y), shape, words))
    return tuple(spots)


def road_drawing() -> RoadDrawing:
    """The road of the first page, on the outline of the installation. The line is a drawing, not a tour."""
    land = country()
    places = {name: tuple(map(round, land.place(lat, lon))) for name, (lat, lon) in STOPS_OF_THE_ROAD.items()}
    roads = tuple(" ".join(f"{x},{y}" for x, y in map(places.__getitem__, names)) for names in ROADS)
    looks = {"Beograd": "large", "Niš": "here"}
    stops = tuple((x, y, looks.get(name, "usual")) for name, (x, y) in places.items())
    return RoadDrawing(land.width, land.height, tuple(one.path for one in land.outlines), roads, stops)


Box = tuple[float, float, float, float]


def _fits(box: Box) -> bool:
    return box[0] >= -30 and box[2] <= country().width + 30


def _overlap(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide, high = (min(one[end + 2], other[end + 2]) - max(one[end], other[end]) for end in (0, 1))
    return max(wide, 0) * max(high, 0)

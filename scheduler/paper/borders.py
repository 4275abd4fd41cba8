"""Borders of a map: each line that two neighbours share is drawn once, and no finer than paper shows. Pure.

Whole numbers in, whole numbers out: the unit is the caller's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

Spot = tuple[int, int]
Line = list[Spot]
Edge = frozenset[Spot]


def coasts_and_borders(rings: Iterable[Sequence[Spot]], finest: float) -> tuple[list[Line], list[Line]]:
    """Closed lines around all land, then the lines between neighbours; none is moved by more than `finest`.

    What is inside an odd number of coasts is land.
    """
    edges = Counter(frozenset(pair) for ring in rings for pair in pairwise([*ring, ring[0]]) if pair[0] != pair[1])
    outer = _Roads(edge for edge, sides in edges.items() if sides % 2)
    inner = _Roads(edge for edge, sides in edges.items() if sides % 2 == 0)
    return [_plain(line, finest) for line in outer.rounds()], [_plain(line, finest) for line in inner.stretches()]


class _Roads:
    """Edges that are walked once each."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._ways: dict[Spot, dict[Spot, None]] = defaultdict(dict)  # in the order of the map: equal maps, equal bytes
        for edge in edges:
            one, other = sorted(edge)
            self._ways[one][other] = self._ways[other][one] = None
        self._crossings = {spot for spot, ways in self._ways.items() if len(ways) != 2}

    def rounds(self) -> list[Line]:
        """Back to where each began: of lines around something an even number meets in each spot."""
        return [
            self._walk(spot, frozenset())
            for spot in self._ways
            for _ in range(len(self._ways[spot]) // 2)
            if self._ways[spot]
        ]

    def stretches(self) -> list[Line]:
        """From crossing to crossing; then what has none."""
        spots = [*(spot for spot in self._ways if spot in self._crossings), *self._ways]
        return [
            self._walk(spot, self._crossings)
            for spot in spots
            for _ in range(len(self._ways[spot]))
            if self._ways[spot]
        ]

    def _walk(self, start: Spot, ends: set[Spot] | frozenset[Spot]) -> Line:
        line = [start]
        while self._ways[line[-1]] and (len(line) == 1 or line[-1] not in ends):
            here = line[-1]
            there = next(iter(self._ways[here]))
            del self._ways[here][there], self._ways[there][here]
            line.append(there)
        return line


def _plain(line: Line, finest: float) -> Line:
    """Without the spots that lie no further than `finest` from the line without them.

    Source: D. Douglas, T. Peucker, "Algorithms for the reduction of the number of points", Cartographica 10 (1973).
    """
    kept, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        away, at = max(((_away(line[n], line[first], line[last]), n) for n in range(first + 1, last)), default=(0.0, 0))
        if away > finest:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return [line[n] for n in sorted(kept)]


def _away(spot: Spot, start: Spot, end: Spot) -> float:
    """How far a spot lies from a stretch between two others."""
    (x, y), (wide, high) = (spot[0] - start[0], spot[1] - start[1]), (end[0] - start[0], end[1] - start[1])
    square = wide * wide + high * high
    along = min(max((x * wide + y * high) / square, 0.0), 1.0) if square else 0.0
    return float(((x - along * wide) ** 2 + (y - along * high) ** 2) ** 0.5)

"""The lines of a map: each once, closed around land, and no further from where they lay than was allowed."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.paper.borders import Line, coasts_and_borders

WEST = [(0, 0), (10, 0), (10, 10), (0, 10)]
EAST = [(10, 10), (10, 0), (20, 0), (20, 10)]  # the other way round: files do not agree on a direction
LAKE = [(2, 2), (4, 2), (4, 4), (2, 4)]


def edges_of(lines: list[Line]) -> list[frozenset[tuple[int, int]]]:
    return [frozenset(pair) for line in lines for pair in pairwise(line)]


def test_a_shared_line_is_a_border_drawn_once_and_the_rest_are_closed_coasts() -> None:
    coasts, borders = coasts_and_borders([WEST, EAST], 0)

    assert len(coasts) == 1
    assert coasts[0][0] == coasts[0][-1]
    assert edges_of(borders) == [frozenset({(10, 0), (10, 10)})]
    assert frozenset({(10, 0), (10, 10)}) not in edges_of(coasts)

    island = [(x + 100, y) for x, y in WEST]

    coasts, borders = coasts_and_borders([WEST, island, LAKE], 0)

    assert sorted(map(len, coasts)) == [5, 5, 5]
    assert borders == []

    coasts, borders = coasts_and_borders([WEST, LAKE, LAKE], 0)

    assert (len(coasts), len(borders)) == (1, 1)
    assert borders[0][0] == borders[0][-1]

    assert coasts_and_borders([], 1) == ([], [])
    assert coasts_and_borders([[(3, 3), (3, 3)]], 1) == ([], [])


CELLS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20)


@given(cells=CELLS)
def test_each_edge_of_a_map_is_in_exactly_one_line_and_each_coast_is_closed(cells: set[tuple[int, int]]) -> None:
    rings = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x, y in sorted(cells)]

    coasts, borders = coasts_and_borders(rings, 0)

    # A bend of nothing is left out, so lines are laid on the grid again before they are compared.
    drawn = [edge for line in (*coasts, *borders) for edge in _on_the_grid(line)]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == {frozenset(pair) for ring in rings for pair in pairwise([*ring, ring[0]])}
    assert all(line[0] == line[-1] for line in coasts)
    assert coasts_and_borders(rings, 0) == (coasts, borders)


def _on_the_grid(line: Line) -> list[frozenset[tuple[int, int]]]:
    edges = []
    for (x, y), (to_x, to_y) in pairwise(line):
        steps = max(abs(to_x - x), abs(to_y - y))
        spots = [(x + (to_x - x) * n // steps, y + (to_y - y) * n // steps) for n in range(steps + 1)]
        edges += [frozenset(pair) for pair in pairwise(spots)]
    return edges


@given(heights=st.lists(st.integers(-9, 9), min_size=3, max_size=60), finest=st.integers(1, 5))
def test_no_bend_that_is_left_out_was_further_away_than_allowed(heights: list[int], finest: int) -> None:
    coast = [(5 * place, height) for place, height in enumerate(heights)]
    ring = [*coast, (coast[-1][0], 1000), (0, 1000)]

    [plain], _ = coasts_and_borders([ring], finest)

    for spot in ring:
        assert min(_distance(spot, start, end) for start, end in pairwise(plain)) <= finest + 1e-9


def _distance(spot: tuple[int, int], start: tuple[int, int], end: tuple[int, int]) -> float:
    """By trying a hundred places of a stretch, and the right one: another way than the code's."""
    wide, high = end[0] - start[0], end[1] - start[1]
    square = wide**2 + high**2
    foot = ((spot[0] - start[0]) * wide + (spot[1] - start[1]) * high) / square if square else 0
    tries = [*(n / 100 for n in range(101)), *([foot] if 0 <= foot <= 1 else [])]
    return min(((spot[0] - start[0] - t * wide) ** 2 + (spot[1] - start[1] - t * high) ** 2) ** 0.5 for t in tries)

"""Nobody computes a small number from the others: by subtraction, over all tables at once."""

from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings

from scheduler.core.small_cells import LEAST, PublicSum, hidden_cells, small
from tests.core.subtraction import computable

numbers = st.lists(st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 400)), min_size=1, max_size=6)


def test_a_small_number_takes_the_smallest_large_one_with_it_or_else_its_total():
    cells = {"total": 30, "a": 3, "b": 7, "c": 20}

    assert hidden_cells(cells, [PublicSum("total", ("a", "b", "c"))]) == {"a", "b"}

    cells = {"total": 22, "a": 1, "b": 1, "c": 20, "d": 0}

    assert hidden_cells(cells, [PublicSum("total", ("a", "b", "c", "d"))]) == {"a", "b", "c"}

    cells = {"total": 7, "a": 3, "b": 4, "c": 7, "d": 0}
    sums = [PublicSum("total", ("a", "b")), PublicSum("total", ("c", "d"))]

    assert hidden_cells(cells, sums) == {"total", "a", "b", "c"}

    cells = {"total": 25, "a": 0, "b": 25}

    assert hidden_cells(cells, [PublicSum("total", ("a", "b"))]) == frozenset()


def test_the_attack_of_these_tests_finds_what_is_hidden_alone():
    """A test that could not fail would prove nothing."""
    sums = [PublicSum("total", ("a", "b")), PublicSum("b", ("c", "d"))]
    assert computable({"total": 9, "b": 6, "d": 5}, sums) == {"a": 3, "c": 1}
    assert computable({"total": 9, "d": 5}, sums) == {}


@settings(max_examples=60)
@given(numbers, st.data())
def test_no_hidden_number_follows_from_what_is_told(parts, data):
    """Three splits of one total, and two of one of its parts, as the helpline publishes them."""
    whole = sum(parts)
    cells = {"t": whole} | {f"a{at}": number for at, number in enumerate(parts)}
    sums = [PublicSum("t", tuple(f"a{at}" for at in range(len(parts))))]
    for name, total, value in (("b", "t", whole), ("c", "t", whole), ("d", "a0", parts[0]), ("e", "a0", parts[0])):
        cut = sorted([0, *data.draw(st.lists(st.integers(0, value), max_size=4)), value])
        split = [high - low for low, high in pairwise(cut)]
        cells |= {f"{name}{at}": number for at, number in enumerate(split)}
        sums.append(PublicSum(total, tuple(f"{name}{at}" for at in range(len(split)))))

    hidden = hidden_cells(cells, sums)

    told = {name: number for name, number in cells.items() if name not in hidden}
    assert not any(small(number) for number in told.values())
    assert computable(told, sums) == {}
    for one in sums:  # nor do two small ones stand alone under a total that is told
        left = [cells[name] for name in one.parts if name in hidden]
        assert not left or one.total in hidden or max(left) >= LEAST

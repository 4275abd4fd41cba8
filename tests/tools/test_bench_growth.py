"""How a page grows is measured at both sizes in turns: a slow minute of the machine is no growth."""

from contextlib import contextmanager

import pytest

from tools.bench.in_process import TOO_SLOW_MS, growth, is_level
from tools.bench.table import growth_table

FEW, MANY = "copy of seed 10", "copy of seed 100"


class Machine:
    """A workshop that answers with pages as they were written down for each round of each size."""

    quick = False

    def __init__(self, **rounds: list[dict[str, list[float] | None]]) -> None:
        self.rounds, self.asked = {FEW: rounds["few"], MANY: rounds["many"]}, list[str]()

    def seed(self, times: int) -> str:
        return f"seed {times}"

    @contextmanager
    def copy_of(self, url: str):
        yield f"copy of {url}"

    def inside(self, probe: str, url: str, **_options):
        assert probe == "pages"
        self.asked.append(url)
        return {"pages": self.rounds[url].pop(0)}


def opened(*milliseconds: float | None, asks: int = 5) -> list[dict[str, list[float] | None]]:
    return [{"/desk": one and [one, asks, 1000]} for one in milliseconds]


def test_both_sizes_take_turns():
    machine = Machine(few=opened(10, 10, 10), many=opened(10, 10, 10))

    growth(machine)

    assert machine.asked == [FEW, MANY] * 3


def test_a_minute_in_which_the_machine_was_slow_is_no_growth():
    [desk] = growth(Machine(few=opened(10, 10, 20), many=opened(11, 30, 22)))

    assert (desk.few_ms, desk.many_ms) == (10, 22)
    assert round(desk.exponent, 2) == 0.04  # as in two of the three rounds
    assert is_level(desk)


def test_statements_are_told_of_both_sizes_and_more_of_them_is_growth():
    [desk] = growth(Machine(few=opened(10, 10, 10), many=opened(10, 10, 10, asks=6)))

    assert (desk.few_statements, desk.many_statements) == (5, 6)
    assert not is_level(desk)


def test_a_page_that_asks_more_in_one_of_the_rounds_has_asked_more():
    many = [*opened(10), *opened(10, asks=13), *opened(10)]
    [desk] = growth(Machine(few=opened(10, 10, 10, asks=13), many=many))

    assert (desk.few_statements, desk.many_statements) == (13, 13)
    assert not is_level(desk)


@pytest.mark.parametrize("came", [(None, None, None), (10, None, 10), (10, 10, None)])
def test_a_page_that_did_not_come_in_one_round_is_told_and_not_level(came):
    """Were it left out, as few pages as stay level would be all of them."""
    [among_many] = growth(Machine(few=opened(10, 10, 10), many=opened(*came)))
    [among_few] = growth(Machine(few=opened(*came), many=opened(10, 10, 10)))
    [nowhere] = growth(Machine(few=opened(*came), many=opened(*came)))

    assert among_many.many_ms == among_few.few_ms == nowhere.many_ms == TOO_SLOW_MS
    assert among_many.exponent > 3
    assert not any(is_level(one) for one in (among_many, among_few, nowhere))
    assert growth_table([among_many]).splitlines()[2].startswith("| /desk | 10.0 ms | did not come |")

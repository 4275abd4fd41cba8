"""Slips of who types: a letter too much, too few, another, or two that changed places. The same on every database."""

from collections.abc import Iterable, Sequence
from functools import partial

SHORT, LONG = 4, 8  # letters: below the first no slip is forgiven, from the second two are


def slips_forgiven(word: str) -> int:
    """How many slips a typed word may have and still be meant."""
    return 0 if len(word) < SHORT else 1 if len(word) < LONG else 2


def slips_between(typed: str, word: str, most: int) -> int | None:
    """How far what was typed is from the beginning of a word, whose end may not be typed yet; None beyond `most`."""
    if len(word) < len(typed) - most or not set(typed[:2]) & set(word[:2]) or len(set(typed) - set(word)) > most:
        return None
    before: list[int] = []
    row = list(range(len(word) + 1))
    for place, letter in enumerate(typed, 1):
        older, before, row = before, row, [place]
        for number, other in enumerate(word[: len(typed) + most], 1):
            cost = min(row[-1] + 1, before[number] + 1, before[number - 1] + (letter != other))
            if place > 1 and number > 1 and letter == word[number - 2] and other == typed[place - 2]:
                cost = min(cost, older[number - 2] + 1)
            row.append(cost)
    return found if (found := min(row)) <= most else None


def nearest(words: Sequence[str], keys: Iterable[tuple[int, str]]) -> list[int]:
    """Of hosts with their search keys, those that need the fewest slips for all words; none if one word needs more."""
    known: list[dict[str, int | None]] = [{} for _word in words]
    by_slips: dict[int, list[int]] = {}
    for host_id, key in keys:
        costs = [_cost(word, key, cost) for word, cost in zip(words, known, strict=True)]
        if None not in costs:
            by_slips.setdefault(sum(filter(None, costs)), []).append(host_id)
    return by_slips[min(by_slips)] if by_slips else []


def _cost(word: str, key: str, known: dict[str, int | None]) -> int | None:
    if word in key:
        return 0
    most = slips_forgiven(word)
    if not most:
        return None
    measure = partial(slips_between, word, most=most)
    for token in (parts := key.split()):
        if token not in known:
            known[token] = measure(token)
    costs = [cost for token in parts if (cost := known[token]) is not None]
    return min(costs, default=None)

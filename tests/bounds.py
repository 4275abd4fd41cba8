"""A bound of a rule as one row: its name, the rule, and what it answers just below the bound, at it and just above."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Bound = tuple[str, Callable[[Any], Any], Sequence[Any], Sequence[Any]]  # name, rule, three values, three answers


def at_each_bound(*bounds: Bound) -> pytest.MarkDecorator:
    """Call the test with `rule`, `value` and `answer` three times for each bound.

    Raises: ValueError for a bound at which the answer does not change, or that has not three values.
    """
    cases = []
    for name, rule, values, answers in bounds:
        if not any(answer != answers[0] for answer in answers):
            raise ValueError(f"nothing changes at: {name}")
        for where, value, answer in zip(("below", "at", "above"), values, answers, strict=True):
            cases.append(pytest.param(rule, value, answer, id=f"{name}: {where}"))
    return pytest.mark.parametrize(("rule", "value", "answer"), cases)

"""Answers about free dates that were found out before, of the very same facts.

The rule sees nothing but its facts: the same facts have the same answer. They are asked for each time; of two thousand
rows it is known that they are the same ones by the numbers of what was made of them (`core/quick_answer.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.booking.rules.nearest import WantedPeople
from scheduler.booking.terms.free_dates import FreeDates, FreeFacts, FreeWish
from scheduler.core.shelf import Shelf

MOST_JUDGED = 48  # that a process remembers, some 40 kB each


@dataclass(frozen=True)
class AnswerKey:
    """All that an answer is made of: the facts without anybody, and by their numbers who was read and what is taken."""

    facts: FreeFacts
    people: int
    taken: int
    own: tuple[int, int]  # the hold and the visit of who asks: what is promised to them keeps nobody away
    crew: tuple[int, ...]  # these and nobody else are asked


@dataclass(frozen=True)
class FoundAnswer:
    """The days, and who of those who were not read could change them."""

    dates: FreeDates
    wanted: WantedPeople


ANSWERS = Shelf[FoundAnswer](MOST_JUDGED)


def found_answer(
    facts: FreeFacts, wish: FreeWish, numbers: tuple[int, int], find: Callable[[], FoundAnswer]
) -> FoundAnswer:
    """The answer to these facts without anybody, to the wish of one who holds or has a visit already."""
    return ANSWERS.found(AnswerKey(facts, *numbers, (wish.own_hold, wish.own_visit), wish.crew), find)

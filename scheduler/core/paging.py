"""One page of a long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PER_PAGE = 100
COUNTED_BEYOND = 1_000  # beyond the page that is shown: nobody reads on so far, and counting reads each row
LAST_PAGE = 10_000  # nobody turns so far; what an address says may be any number
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows `number` of `pages`; `total` counts all rows, or, when there are `more`, those that were counted.

    Pages are numbered from 1; an empty list has one page.
    """

    rows: Sequence[T]
    number: int
    total: int
    per_page: int = PER_PAGE
    more: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def page_number(typed: str | None) -> int:
    """The page that an address asks for, at most LAST_PAGE; whatever is no page number is the first."""
    if not typed or not typed.isascii() or not typed.isdigit():
        return 1
    return min(max(int(typed[:9]), 1), LAST_PAGE)


def page_of(rows: Sequence[T], number: int, per_page: int = PER_PAGE) -> Page[T]:
    """Page `number` of rows that are all at hand."""
    begins = first_row(number, per_page)
    return Page(rows[begins : begins + per_page], number, len(rows), per_page)


def first_row(number: int, per_page: int = PER_PAGE) -> int:
    """The OFFSET of page `number`."""
    return (max(number, 1) - 1) * per_page


def counted_until(number: int, per_page: int = PER_PAGE) -> int:
    """How far a list is counted of which page `number` is shown: there is always a next page to turn to."""
    return first_row(number, per_page) + per_page + COUNTED_BEYOND

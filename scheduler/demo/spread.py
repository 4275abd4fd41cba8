"""Made-up numbers with exact sums: the same every time, without chance."""

from collections.abc import Sequence

GOLDEN = 0.6180339887498949  # its multiples fall evenly between 0 and 1, and never look like a pattern


def wobble(number: int, low: float = 0.75, high: float = 1.25) -> float:
    """A weight between `low` and `high` that differs from number to number."""
    return low + (high - low) * ((number * GOLDEN) % 1)


def spread(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights whose sum is exactly `total` (largest remainders get the rest)."""
    whole = sum(weights)
    shares = [total * weight / whole for weight in weights]
    numbers = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (numbers[place] - shares[place], place))
    for place in by_remainder[: total - sum(numbers)]:
        numbers[place] += 1
    return numbers


def evenly(wanted: int, available: int) -> list[int]:
    """`wanted` places of `available`, evenly apart; a place comes twice only when there are too few."""
    return [int((number + 0.5) * available / wanted) for number in range(wanted)]

"""What a row of the table says."""

from dataclasses import dataclass

from tools.bench.turns import Spread


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, beside what, and whether the goal is met (None: nothing to decide)."""

    row: str
    what: str
    goal: str
    product: str
    yardstick: str = "—"
    ratio: str = "—"
    spread: str = "—"
    met: bool | None = None


@dataclass(frozen=True)
class GrowthLine:
    """One page at two sizes of the data."""

    page: str
    few_ms: float
    many_ms: float
    few_statements: int
    many_statements: int
    few_kilobytes: float
    many_kilobytes: float
    exponent: float


def ms(spread: Spread) -> str:
    """A median with as many digits as are worth reading."""
    value = spread.median
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def percent(spread: Spread) -> str:
    share = 100 * spread.median
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"


def times(spread: Spread) -> str:
    return f"{spread.median:.2f}x"


def apart(spread: Spread) -> str:
    return f"±{spread.percent / 2:.0f} %"


@dataclass(frozen=True)
class Record:
    """What one run gave."""

    said: tuple[str, ...]  # under which conditions, a sentence for each run whose rows stand
    figures: tuple[Figure, ...]
    growth: tuple[GrowthLine, ...] = ()
    failed: tuple[str, ...] = ()

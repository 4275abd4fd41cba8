"""What a row of the table says."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
    kilobytes: float
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
    """What one database gave: whole, or rows that were measured again since."""

    said: tuple[str, ...]  # under which conditions, a sentence for each run
    figures: tuple[Figure, ...]
    growth: tuple[GrowthLine, ...] = ()
    failed: tuple[str, ...] = ()

    def with_rows(self, again: "Record", rows: Sequence[str]) -> "Record":
        """This record, with these rows as they were measured again."""
        others = tuple(one for one in self.figures if one.row not in rows)
        failed = tuple(one for one in self.failed if one.partition(":")[0] not in rows)
        said = f"{', '.join(rows)} again: {again.said[0]}"
        growth = again.growth or self.growth
        return Record((*self.said, said), (*others, *again.figures), growth, (*failed, *again.failed))


def keep(path: Path, record: Record) -> None:
    """The same as data, for the next run and for whoever compares two."""
    path.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1), encoding="utf-8")


def kept(path: Path) -> Record | None:
    """What was measured last, if anything was."""
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return Record(
        tuple(told["said"]),
        tuple(Figure(**one) for one in told["figures"]),
        tuple(GrowthLine(**one) for one in told["growth"]),
        tuple(told["failed"]),
    )

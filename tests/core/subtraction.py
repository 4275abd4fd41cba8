"""Who reads every public table and subtracts: each sum is an equation, and the rows are reduced exactly."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from scheduler.core.small_cells import PublicSum


def computable(told: Mapping[str, int], sums: Sequence[PublicSum]) -> dict[str, int]:
    """The numbers that are not told and follow from those that are."""
    unknown = sorted({name for one in sums for name in one.members} - told.keys())
    rows = [_equation(one, told, unknown) for one in sums]
    _reduce(rows, len(unknown))
    found = {}
    for row in rows:
        places = [at for at in range(len(unknown)) if row[at]]
        if len(places) == 1:
            found[unknown[places[0]]] = int(row[-1] / row[places[0]])
    return found


def _equation(one: PublicSum, told: Mapping[str, int], unknown: Sequence[str]) -> list[Fraction]:
    """What the unknown parts make, less the total where that is unknown too."""
    row = [Fraction((name in one.parts) - (name == one.total)) for name in unknown]
    return [*row, Fraction(told.get(one.total, 0) - sum(told.get(name, 0) for name in one.parts))]


def _reduce(rows: list[list[Fraction]], columns: int) -> None:
    """Gauss and Jordan."""
    done = 0
    for column in range(columns):
        pivot = next((at for at in range(done, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for at, row in enumerate(rows):
            if at != done and row[column]:
                rows[at] = [value - row[column] * own for value, own in zip(row, rows[done], strict=True)]
        done += 1

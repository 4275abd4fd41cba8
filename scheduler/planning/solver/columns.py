"""A linear model, column by column, and HiGHS to solve it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import highspy


class Unproven(Exception):
    """HiGHS ended without a proof."""


@dataclass
class Columns:
    """Columns from zero to a limit, rows that hold at most so much: the sum of gains is to be as large as can be."""

    gains: list[float] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)  # columns that are taken or not
    rows: dict[Hashable, tuple[float, list[tuple[int, float]]]] = field(default_factory=dict)

    def add(self, gain: float, limit: float = 1.0) -> int:
        self.gains.append(gain)
        self.limits.append(limit)
        return len(self.gains) - 1

    def at_most(self, name: Hashable, most: float, column: int, times: float = 1.0) -> None:
        """One column more in a row that holds at most so much."""
        self.rows.setdefault(name, (most, []))[1].append((column, times))

    def most(self, gains: list[float] | None = None, seconds: float = 100.0) -> float:
        """The largest sum of gains. Raises: Unproven."""
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("time_limit", seconds)
        solver.setOptionValue("threads", 1)
        solver.passModel(self._model(self.gains if gains is None else gains))
        solver.run()
        ended = highspy.HighsModelStatus
        if solver.getModelStatus() not in ((ended.kOptimal, ended.kTimeLimit) if self.whole else (ended.kOptimal,)):
            raise Unproven(str(solver.getModelStatus()))
        return -float(solver.getInfo().mip_dual_bound if self.whole else solver.getInfo().objective_function_value)

    def _model(self, gains: list[float]) -> highspy.HighsLp:
        rows = [(most, entries) for most, entries in self.rows.values()]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(gains), len(rows)
        model.col_cost_ = [-gain for gain in gains]
        model.col_lower_ = [0.0] * len(gains)
        model.col_upper_ = self.limits
        model.row_lower_ = [-highspy.kHighsInf] * len(rows)
        model.row_upper_ = [float(most) for most, _ in rows]
        if self.whole:
            kinds = [highspy.HighsVarType.kContinuous] * len(gains)
            for column in self.whole:
                kinds[column] = highspy.HighsVarType.kInteger
            model.integrality_ = kinds
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = [0, *accumulate(len(entries) for _, entries in rows)]
        matrix.index_ = [column for _, entries in rows for column, _ in entries]
        matrix.value_ = [float(times) for _, entries in rows for _, times in entries]
        return model

"""A linear model, column by column, and HiGHS to solve it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

Entries = Iterable[tuple[int, float]]


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
        model.col_cost_ = -np.array(gains, dtype=np.double)
        model.col_lower_ = np.zeros(len(gains))
        model.col_upper_ = np.array(self.limits, dtype=np.double)
        model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
        model.row_upper_ = np.array([most for most, _ in rows], dtype=np.double)
        if self.whole:
            kinds = [highspy.HighsVarType.kContinuous] * len(gains)
            for column in self.whole:
                kinds[column] = highspy.HighsVarType.kInteger
            model.integrality_ = kinds
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(entries) for _, entries in rows)]).astype(np.int32)
        matrix.index_ = np.array([column for _, entries in rows for column, _ in entries], dtype=np.int32)
        matrix.value_ = np.array([times for _, entries in rows for _, times in entries], dtype=np.double)
        return model

"""The cells of a board's rows. Most say nothing but why somebody is not there: such a one is worded and written once
for all rows of a page where it says the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2.runtime import Macro
from markupsafe import Markup

from scheduler.board.terms import BoardCell, BoardRow
from scheduler.web.board.blocks import away_words, block_view, held_view, usual_hours

PLACE = "~~"  # stands for the row in a text that differs by that alone


class BoardCells:
    """The cells of one page, for the one who reads it: `heads` are its columns."""

    def __init__(
        self, heads: Sequence[Mapping[str, Any]], *, may_move: bool = False, back: Mapping[str, str] | None = None
    ) -> None:
        self._heads, self._may_move, self._back = heads, may_move, back or {}
        self._views: dict[object, dict[str, Any]] = {}
        self._texts: dict[object, str] = {}

    def views(self, row: BoardRow) -> list[dict[str, Any]]:
        """The cells of a row: blocks with their drives, and why a cell is hatched. Of several rows may be the same."""
        usual = usual_hours(row)
        return [
            self._bare(cell, usual) if not (cell.blocks or cell.held) else self._view(cell, usual) for cell in row.cells
        ]

    def _bare(self, cell: BoardCell, usual: object) -> dict[str, Any]:
        key = cell.day, cell.away, cell.closed, usual
        found = self._views.get(key)
        if found is None:
            found = self._view(cell, usual)
            self._views[key] = found = found | {"alike": (cell.day, found["away"], found["hatched"])}
        return found

    def _view(self, cell: BoardCell, usual: object) -> dict[str, Any]:
        away = cell.away
        return {
            "day": cell.day,
            "blocks": [block_view(block, may_move=self._may_move, back=self._back) for block in cell.blocks],
            "held": [held_view(one) for one in cell.held],
            "away": away_words(away) if away and (away.absent or away.free != usual) else "",
            "hatched": bool(cell.closed) or (away is not None and (away.absent or not away.free)),
            "alike": None,  # what all that is written of it follows from
        }

    def written(self, macro: Macro, views: Sequence[Mapping[str, Any]], to: str = "") -> Markup:
        """What the macro writes of a row's cells; `to`: whose row it is, as a drop there names it."""
        texts = (self._text(macro, view, head, to) for view, head in zip(views, self._heads, strict=True))
        return Markup("".join(texts))  # nosec B704  # a template of ours

    def _text(self, macro: Macro, view: Mapping[str, Any], head: Mapping[str, Any], to: str) -> str:
        if view["alike"] is None:
            return str(macro(view, head, to))
        key = view["alike"], bool(to)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = str(macro(view, head, to and PLACE))
        return text.replace(PLACE, to) if to else text

"""Cells of the board that say the same are written once for a page, and each still belongs to its own row."""

import datetime as dt

from flask import Flask
from markupsafe import Markup

from scheduler.board.terms import AbsenceOfDay, BoardCell, BoardRow, HeldBlock
from scheduler.web.board.cells import BoardCells
from tests.factories import MONDAY

DAYS = tuple(MONDAY + dt.timedelta(days=number) for number in range(5))
ABSENT = AbsenceOfDay(absent=True)
HEADS = [{"day": day} for day in DAYS]


def held_on(day: dt.date) -> HeldBlock:
    until = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    return HeldBlock(day, dt.time(9), dt.time(10), "Вук", "Vuk", "Ниш", "Niš", until)


def row(who: int, *cells: BoardCell) -> BoardRow:
    return BoardRow(f"p{who}", cells or tuple(map(BoardCell, DAYS)), presenter_id=who)


class Pen:
    """Writes a cell as a macro would, and remembers what it wrote."""

    def __init__(self) -> None:
        self.wrote: list[dt.date] = []

    def __call__(self, cell, head, to: str) -> Markup:
        assert head["day"] == cell["day"]
        self.wrote.append(cell["day"])
        return Markup(f"[{to} {cell['away']}{' x' * len(cell['held'])}]")


def test_rows_without_anything_share_what_is_written_but_not_whose_it_is(app: Flask) -> None:
    with app.test_request_context("/board?lang=en"):
        cells, pen = BoardCells(HEADS), Pen()
        told = [cells.written(pen, cells.views(row(who)), str(who)) for who in (4, 17)]

    assert told == ["[4 ]" * 5, "[17 ]" * 5]
    assert pen.wrote == list(DAYS)


def test_what_is_otherwise_is_written_by_itself(app: Flask) -> None:
    away = tuple(BoardCell(day, away=ABSENT if day == MONDAY else None) for day in DAYS)
    held = tuple(BoardCell(day, held=(held_on(day),) if day == MONDAY else ()) for day in DAYS)
    with app.test_request_context("/board?lang=en"):
        cells, pen = BoardCells(HEADS), Pen()
        told = [
            cells.written(pen, cells.views(one), to)
            for one, to in ((row(1, *away), "1"), (row(2, *held), "2"), (row(3, *held), "3"), (row(4, *away), ""))
        ]

    assert told[0] == "[1 absent]" + "[1 ]" * 4
    assert told[1:3] == ["[2  x]" + "[2 ]" * 4, "[3  x]" + "[3 ]" * 4]
    assert told[3] == "[ absent]" + "[ ]" * 4  # of the row of those without a crew no place stands in it
    assert pen.wrote == [*DAYS, MONDAY, MONDAY, *DAYS]


def test_a_cell_that_is_hatched_is_not_one_that_is_free(app: Flask) -> None:
    closed = tuple(BoardCell(day, closed="holiday") for day in DAYS)
    with app.test_request_context("/board?lang=en"):
        cells = BoardCells(HEADS)
        first, second = cells.views(row(1)), cells.views(row(2, *closed))

    assert [one["hatched"] for one in first + second] == [False] * 5 + [True] * 5
    assert {one["alike"] for one in first}.isdisjoint(one["alike"] for one in second)

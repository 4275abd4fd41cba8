"""Telephone numbers found by some of their digits, however they are typed and however they are stored."""

import re

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import QueryableAttribute

SIGNS = " -/().+"  # what stands between digits
NUMBER = re.compile(r"[+(0-9][0-9 \-/().]*", re.ASCII)
BEFORE = re.compile(r"^(00381|381|0)")  # of our country, or of a number within it
SHORTEST_DIGITS = 5  # digits: fewer stand in too many numbers


def digits_of(typed: str) -> str:
    """The digits that tell a number from others, without what says the country; empty where no number is typed."""
    if not NUMBER.fullmatch(typed):
        return ""
    digits = BEFORE.sub("", re.sub(r"[^0-9]", "", typed))
    return digits if len(digits) >= SHORTEST_DIGITS else ""


def holds_digits(digits: str, *columns: QueryableAttribute[str]) -> ColumnElement[bool]:
    """That these digits follow each other in one of the stored numbers; "+381 (0)64" reads as "+381 64"."""
    return or_(*(_only_digits(column).contains(digits, autoescape=True) for column in columns))


def _only_digits(column: QueryableAttribute[str]) -> ColumnElement[str]:
    found: ColumnElement[str] = func.replace(column, "(0)", "")
    for sign in SIGNS:
        found = func.replace(found, sign, "")
    return found

import pytest
from sqlalchemy import column

from scheduler.core.sorting import Sort, in_order, ordered_by, sort_asked

ALLOWED = {"host": (column("name"), column("place")), "day": (column("on_day"),)}


@pytest.mark.parametrize(
    ("typed", "sort"),
    [
        ("host", Sort("host")),
        ("-day", Sort("day", down=True)),
        *((typed, None) for typed in (None, "", "-", "--day", "Host", "name; DROP TABLE host", "0" * 5000)),
    ],
)
def test_an_address_sorts_only_by_what_the_list_allows(typed, sort):
    assert sort_asked(typed, ALLOWED) == sort


def test_what_an_address_says_comes_back_as_it_was():
    for typed in ("host", "-host"):
        assert str(sort_asked(typed, ALLOWED)) == typed
        assert sort_asked(typed, ALLOWED).turned().turned() == sort_asked(typed, ALLOWED)


@pytest.mark.parametrize(
    ("sort", "written"),
    [(Sort("host"), ["name ASC", "place ASC"]), (Sort("day", True), ["on_day DESC"]), (Sort("x"), []), (None, [])],
)
def test_rows_of_the_database_are_ordered_by_the_columns_of_the_table(sort, written):
    assert [str(one) for one in ordered_by(sort, ALLOWED)] == written


def test_rows_at_hand_keep_their_order_among_equals_in_both_directions():
    rows, keys = ["b1", "a1", "b2", "a2"], {"letter": lambda row: row[0]}

    assert in_order(rows, Sort("letter"), keys) == ["a1", "a2", "b1", "b2"]
    assert in_order(rows, Sort("letter", True), keys) == ["b1", "b2", "a1", "a2"]
    assert in_order(rows, Sort("unknown"), keys) == rows

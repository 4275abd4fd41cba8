"""What is made of rows is made once for the same rows, and never given for others."""

import pytest
from sqlalchemy import select, update

from scheduler.core.quick_answer import QuickAnswer
from scheduler.core.shelf import Shelf
from scheduler.places.models import Municipality
from tests.factories.places import make_municipality

NAMES = select(Municipality.id, Municipality.name_sr_cyrl).order_by(Municipality.id)


def words_of(rows: list[tuple[int, str]], *besides: str) -> tuple[str, ...]:
    return (*(name for _id, name in rows), *besides)


@pytest.mark.both_databases
def test_the_same_rows_are_made_into_something_once_and_others_anew(session):
    towns = QuickAnswer(NAMES, words_of, most_rows=100)
    make_municipality("Ниш")
    session.commit()
    first, again = (towns.on_page(session, {}) for _ in range(2))
    session.execute(update(Municipality).values(name_sr_cyrl="Врање"))

    changed = towns.on_page(session, {})  # what this transaction has changed is seen, before it is stored

    assert (first.what, changed.what) == (("Ниш",), ("Врање",))
    assert first.what is again.what
    assert len({first, again, changed}) == 2
    session.rollback()
    assert towns.on_page(session, {}).what is first.what


@pytest.mark.both_databases
def test_what_it_is_made_with_besides_is_another_answer(session):
    towns = QuickAnswer(NAMES, words_of, most_rows=100)

    assert [towns.on_page(session, {}, word).what for word in ("a", "b", "a")] == [("a",), ("b",), ("a",)]


# --- what is kept is bounded, and one thing for all who make it at the same moment ---


def test_a_shelf_holds_no_more_than_it_may():
    shelf = Shelf[str](3)
    made = [shelf.found(key, lambda key=key: f"{key}", weight) for key, weight in (("a", 2), ("b", 2), ("c", 4))]

    assert made == ["a", "b", "c"]
    assert shelf.found("a", lambda: "anew", 1) == "anew"  # b took its place
    assert shelf.found("b", lambda: "another", 1) == "b"
    assert shelf.found("c", lambda: "anew", 1) == "anew"  # heavier than all may be


def test_who_makes_the_same_at_the_same_moment_gets_what_was_there_first_and_it_weighs_once():
    shelf = Shelf[str](3)

    def made_while_another_makes_it() -> str:
        shelf.found("a", lambda: "another's", 2)
        return "mine"

    assert shelf.found("a", made_while_another_makes_it, 2) == "another's"
    shelf.found("b", lambda: "b", 1)
    assert shelf == {"a": "another's", "b": "b"}


def test_a_shelf_that_may_hold_nothing_keeps_nothing():
    shelf = Shelf[str](0)

    assert [shelf.found("a", lambda: "a"), len(shelf)] == ["a", 0]

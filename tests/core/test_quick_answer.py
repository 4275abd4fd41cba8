"""What is made of rows is made once for the same rows, and never given for others; ids are one parameter."""

import pytest
from sqlalchemy import bindparam, select, text, update

from scheduler.core.id_lists import IsOneOf, ids_named
from scheduler.core.quick_answer import QuickAnswer
from scheduler.core.quick_read import QuickRead
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


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [0, 1, 3])
def test_so_many_ids_are_one_parameter(session, number: int):
    ids = [make_municipality(name).id for name in ("Ниш", "Врање", "Лесковац")]
    wanted = select(Municipality.id).where(IsOneOf(Municipality.id, ids_named("ids"))).order_by(Municipality.id)

    found = QuickRead(wanted).on_page(session, {"ids": ids[:number]})

    assert [one for (one,) in found] == sorted(ids[:number])
    assert list(session.scalars(wanted, {"ids": ids[:number]})) == sorted(ids[:number])


def test_an_index_answers_for_many_ids(session):
    wanted = select(Municipality.id).where(
        IsOneOf(Municipality.id, ids_named("ids")), Municipality.lat > bindparam("south")
    )
    compiled = str(wanted.compile(dialect=session.get_bind().dialect)).replace("?", "'[1]'", 1)

    plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace("?", "0"))).all()

    assert any("SEARCH municipality USING INTEGER PRIMARY KEY" in row.detail for row in plan)


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

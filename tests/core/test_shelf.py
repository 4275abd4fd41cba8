"""What is kept on a shelf is bounded, and one thing for all who make it at the same moment."""

from scheduler.core.shelf import Shelf


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

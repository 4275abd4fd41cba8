"""Who asks the table of rights says where the thing lies: a scope that is not said is never reached, in no call."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import TABLE, Actor, Role, Scope, require
from tests.laws.sources import nodes

ROOT = Path(__file__).parents[2] / "scheduler"


def rights() -> list[tuple[Role, str, str]]:
    rows = [(role, verb, thing) for role, things in TABLE.items() for thing, verbs in things.items() for verb in verbs]
    return [(role, verb, thing) for role, verb, thing in rows if TABLE[role][thing][verb] is not Scope.ANY]


def holder(role: Role) -> Actor:
    return Actor(frozenset({role}), user_id=2, centre_id=10, presenter_id=5, request_id=7, host_id=70)


@cache
def calls() -> list[tuple[str, ast.Call, str, str]]:
    return list(_calls())


def _calls() -> Iterator[tuple[str, ast.Call, str, str]]:
    """Every call of `policy.require` whose verb and thing are written out."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in nodes(path.read_text()):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "policy.require":
                continue
            match node.args:
                case [_, ast.Constant(value=str(verb)), ast.Constant(value=str(thing))]:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node, verb, thing


def answer(actor: Actor, verb: str, thing: str, **where: Any) -> str:
    """What the table says: "reached", or the name of the refusal."""
    try:
        require(actor, verb, thing, **where)
    except (NotFound, NotAllowed) as refusal:
        return type(refusal).__name__
    return "reached"


def test_the_table_has_rights_that_do_not_reach_everything():
    assert len(rights()) > 150


def test_who_does_not_say_where_the_thing_lies_is_refused():
    answers = {right: answer(holder(right[0]), *right[1:]) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "OutOfReach"} == {}


def test_whoever_belongs_nowhere_reaches_nothing_that_lies_nowhere():
    nowhere: dict[str, Any] = {"centre": None, "request": None, "presenters": [None]}
    answers = {right: answer(Actor(frozenset({right[0]})), *right[1:], **nowhere) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "OutOfReach"} == {}


def test_what_is_said_rightly_is_reached():
    rightly: dict[str, Any] = {"centre": 10, "request": 7, "presenters": (5,)}
    answers = {right: answer(holder(right[0]), *right[1:], **rightly) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "reached"} == {}


def test_an_own_thing_of_another_presenter_is_not_reached():
    with pytest.raises(NotFound):
        require(holder(Role.EDUCATOR), "answer", "offer", presenters=(6,))


def test_every_call_about_things_of_a_centre_says_which():
    """Even for a role that no test of that page signs in as: such a role would be refused everywhere."""
    silent = [
        (place, verb, thing)
        for place, call, verb, thing in calls()
        if any(things.get(thing, {}).get(verb) is Scope.CENTRE for things in TABLE.values())
        and "centre" not in {keyword.arg for keyword in call.keywords}
    ]

    assert silent == []


def test_the_calls_are_found():
    assert len(calls()) > 60

"""The one table of who may do what.

Who asks the table of rights says where the thing lies: a scope that is not said is never reached, in no call.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scheduler import policy
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import ANONYMOUS, SYSTEM, TABLE, Actor, Role, Scope, require, scope_of
from tests.laws.sources import nodes

COORDINATOR = Actor(frozenset({Role.COORDINATOR}), user_id=1, centre_id=10)
SCHEDULER = Path(__file__).resolve().parents[2] / "scheduler"
STAFF = (Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR)
OUTSIDE = (Role.EDUCATOR, Role.INFLUENCER, Role.SCHOOL_CONTACT, Role.ANONYMOUS)
EDUCATOR = Actor(frozenset({Role.EDUCATOR}), user_id=2, centre_id=10, presenter_id=5)


def test_every_role_has_its_row_and_what_no_row_allows_is_refused() -> None:
    assert set(policy.TABLE) == set(Role)
    with pytest.raises(NotAllowed):
        require(ANONYMOUS, "read", "report")
    with pytest.raises(NotAllowed):
        require(COORDINATOR, "read", "something nobody named")


def test_what_lies_outside_the_scope_looks_as_if_it_were_not_there() -> None:
    require(COORDINATOR, "read", "visit", centre=10)
    with pytest.raises(NotFound):
        require(COORDINATOR, "read", "visit", centre=11)

    require(EDUCATOR, "read", "visit", presenters=(4, 5))
    with pytest.raises(NotFound):
        require(EDUCATOR, "read", "visit", presenters=(4, 6))

    contact = policy.school_contact(7, 70)
    require(contact, "withdraw", "request", request=7)
    with pytest.raises(NotFound):
        require(contact, "withdraw", "request", request=8)
    with pytest.raises(NotAllowed):
        require(contact, "accept", "request", request=7)


def test_the_widest_scope_of_several_roles_counts() -> None:
    both = Actor(frozenset({Role.EDUCATOR, Role.COORDINATOR}), user_id=1, centre_id=10, presenter_id=5)
    assert scope_of(both, "read", "visit") is Scope.CENTRE
    assert scope_of(EDUCATOR, "read", "visit") is Scope.VISIT
    assert scope_of(SYSTEM, "anything", "at all") is Scope.ANY


def test_only_staff_reach_the_centres_own_books_and_nobody_sees_anothers_feed() -> None:
    books = {"audit", "settings", "message", "report", "user"}
    outside = (Role.EDUCATOR, Role.INFLUENCER, Role.GUARDIAN, Role.SCHOOL_CONTACT, Role.ANONYMOUS)

    assert {role: found for role in outside if (found := books & policy.TABLE[role].keys())} == {}

    readers = {
        role: things["feed"]["read"] for role, things in policy.TABLE.items() if "read" in things.get("feed", {})
    }

    others = {role: scope for role, scope in readers.items() if scope is not Scope.OWN and role is not Role.SYSTEM}
    assert others == {Role.SCHOOL_CONTACT: Scope.HOST}  # of her own school, by the secret of its page
    assert Role.EDUCATOR in readers


def holder(role: Role) -> Actor:
    return Actor(frozenset({role}), user_id=2, centre_id=10, presenter_id=5, request_id=7, host_id=70)


def test_a_consent_is_the_guardians_and_nobody_edits_one() -> None:
    """The guardian gives, reads and ends her own child's; the minor ends her own; staff record paper (TRUST S48)."""
    rights = {role: things["consent"] for role, things in policy.TABLE.items() if "consent" in things}

    assert rights == {
        Role.GUARDIAN: dict.fromkeys(("give", "read", "withdraw"), Scope.OWN),
        Role.INFLUENCER: dict.fromkeys(("read", "withdraw"), Scope.OWN),
        **{role: dict.fromkeys(("read", "record", "name", "withdraw"), Scope.CENTRE) for role in STAFF},
    }


def test_no_minor_colleague_or_school_gives_a_consent_and_a_guardian_only_for_her_own_child() -> None:
    for role in (*OUTSIDE, *STAFF):
        with pytest.raises(NotAllowed):
            require(holder(role), "give", "consent", centre=10, request=7, presenters=(5,))
    require(holder(Role.GUARDIAN), "give", "consent", centre=10, presenters=(5,))
    with pytest.raises(NotFound):
        require(holder(Role.GUARDIAN), "give", "consent", centre=10, presenters=(6,))


def test_a_consent_is_made_by_the_guardians_link_and_by_the_second_look_at_her_paper_only() -> None:
    """Whoever adds a place that makes one adds its line here, and shows that no staff reaches it alone."""
    made = set()
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(SCHEDULER.rglob("*.py"))}
    for path in (path for path, source in sources.items() if "GuardianConsent" in source or "_consent(" in source):
        for function in (one for one in nodes(sources[path]) if isinstance(one, ast.FunctionDef)):
            for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
                if getattr(call.func, "id", "") in ("GuardianConsent", "_consent"):
                    made.add((str(path.relative_to(SCHEDULER)), function.name))

    assert made == {
        ("staffing/service/consents.py", name) for name in ("_consent", "give_consent", "_consent_on_paper")
    }


def test_labels_hold_no_name() -> None:
    assert (COORDINATOR.label, policy.school_contact(7, 70).label, SYSTEM.label, ANONYMOUS.label) == (
        "user:1", "link:request:7", "system", "anonymous",
    )  # fmt: skip


def rights() -> list[tuple[Role, str, str]]:
    rows = [(role, verb, thing) for role, things in TABLE.items() for thing, verbs in things.items() for verb in verbs]
    return [(role, verb, thing) for role, verb, thing in rows if TABLE[role][thing][verb] is not Scope.ANY]


@cache
def calls() -> list[tuple[str, ast.Call, str, str]]:
    return list(_calls())


def _calls() -> Iterator[tuple[str, ast.Call, str, str]]:
    """Every call of `policy.require` whose verb and thing are written out."""
    for path in sorted(SCHEDULER.rglob("*.py")):
        for node in nodes(path.read_text()):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "policy.require":
                continue
            match node.args:
                case [_, ast.Constant(value=str(verb)), ast.Constant(value=str(thing))]:
                    yield f"{path.relative_to(SCHEDULER)}:{node.lineno}", node, verb, thing


def answer(actor: Actor, verb: str, thing: str, **where: Any) -> str:
    """What the table says: "reached", or the name of the refusal."""
    try:
        require(actor, verb, thing, **where)
    except (NotFound, NotAllowed) as refusal:
        return type(refusal).__name__
    return "reached"


def test_who_does_not_say_where_the_thing_lies_is_refused():
    assert len(rights()) > 150

    answers = {right: answer(holder(right[0]), *right[1:]) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "OutOfReach"} == {}

    nowhere: dict[str, Any] = {"centre": None, "request": None, "presenters": [None]}
    answers = {right: answer(Actor(frozenset({right[0]})), *right[1:], **nowhere) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "OutOfReach"} == {}

    rightly: dict[str, Any] = {"centre": 10, "request": 7, "presenters": (5,)}
    answers = {right: answer(holder(right[0]), *right[1:], **rightly) for right in rights()}

    assert {right: said for right, said in answers.items() if said != "reached"} == {}

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

    assert len(calls()) > 60

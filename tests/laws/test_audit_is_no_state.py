"""The audit log tells what happened: no rule and no state is read from it, and no line of a history vanishes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from scheduler.config import ROOT
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.terms.states import ASSIGNMENT_MACHINE, VISIT_MACHINE, AssignmentState, VisitState, WishOutcome
from scheduler.web.labels import HAPPENED
from scheduler.web.requests.words import ACTIONS
from tests.laws.sources import parsed

SCHEDULER = ROOT / "scheduler"
WRITERS = ("core", "demo")  # they write and seal the log, and know of no state
READERS = {  # every place of another folder that names the log's table, and what for: each is a decision
    ("attendance/queries/history.py", "history_of"): "history",
    ("attendance/service/sheets.py", "_opened_lately"): "what it says already: a bound on the log's own lines",
    ("imports/batches.py", "_refuse_what_hangs"): "whether a row of an import was changed later: then it is kept",
    (
        "imports/batches.py",
        "_of_undone_import",
    ): "and whether by an import that was taken back: then it is not",
    ("imports/staging.py", "apply"): "which line is the last of an import",
    ("imports/staging.py", "_audit"): "written, a line for each stored row",
    ("people/service/reads.py", "_pages"): "what it says already: a bound on the log's own lines",
    ("people/service/reads.py", "_minors_and_noted"): "what it says already: a bound on the log's own lines",
    ("privacy/queries/breach.py", "_done"): "what was done with an account, for the report of a breach",
    ("privacy/queries/changes.py", "changes_of"): "history",
    ("privacy/queries/changes.py", "_line"): "history",
    ("privacy/queries/retention.py", "actor_of_long_ago"): "who did it, which is forgotten",
    ("privacy/queries/subjects.py", "audit_ids"): "what one person did, for her own export",
    ("privacy/service/subject_export.py", "everything_about"): "what one person did, for her own export",
    ("privacy/service/blanking.py", "blank_actors"): "who did it, which is forgotten",
    ("privacy/service/everything.py", "_refuse_a_flood"): "who took everything, and how often",
    ("reports/queries/attendance.py", "violations"): "verify",
    ("requests/queries/pages.py", "_history"): "history",
    ("safeguarding/queries.py", "_staff_account"): "who invited, restored or changed an account: two people, or one",
    ("staffing/queries/consent_law.py", "_corrected_by_hand"): "verify",
    ("staffing/queries/unrecorded.py", "_with_lines"): "verify",
    ("visits/queries/agenda.py", "promise_of"): "history: who gave the time, and when",
    ("visits/queries/pages.py", "_history"): "history",
    ("visits/queries/pages.py", "_entries_of"): "history",
}
ROOMS = ("visits", "staffing", "readiness", "requests")  # whose changes the two histories show
SILENT = {  # written for whoever reads the log itself; a history says the same by another line, or need not
    "ride arranged", "ride told", "end of a ride told",  # with whom a minor rides is for her guardian and the driver
    "way home said",  # who fetches a minor is for the day alone
    "presentation planned", "presentation recomputed", "hand raised", "hand lowered", "cancellation read",
    "driven kilometres noted", "directions told", "dates replaced", "handed over", "handover taken back",
    "birth date proposed", "birth date turned down", "birth date corrected", "consent paper recorded",
    "consent paper ended", "consent paper opened", "guardian told of a paper", "consent recorded", "consent replaced",
    "training recorded", "training taken back",
}  # fmt: skip


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _names_the_log(node: ast.AST) -> bool:
    return "AuditEntry" in (getattr(node, "id", ""), getattr(node, "attr", ""))


def _trees(*rooms: str, with_word: str) -> Iterator[tuple[Path, ast.Module]]:
    """Of those files that hold the word at all: what is looked for is written with it."""
    for path in sorted(SCHEDULER.rglob("*.py")):
        if not rooms or path.relative_to(SCHEDULER).parts[0] in rooms:
            source = path.read_text(encoding="utf-8")
            if with_word in source:
                yield path.relative_to(SCHEDULER), parsed(source)


def test_the_audit_log_is_read_for_histories_and_checks_only() -> None:
    found = {
        (path.as_posix(), function.name)
        for path, tree in _trees(with_word="AuditEntry")
        for function in _functions(tree)
        if path.parts[0] not in WRITERS and any(_names_the_log(node) for node in ast.walk(function))
    }
    assert found == set(READERS)


def test_no_page_decides_by_a_line_of_a_history() -> None:
    """`line.action == "visit moved"` in a service, a rule or a query is a state in disguise."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in _trees(with_word="action")
        if path.parts[0] not in (*WRITERS, "web", "cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(getattr(part, "attr", "") == "action" for part in ast.walk(node))
        if (path.as_posix(), _around(tree, node)) not in READERS
    ]
    assert found == []


def _around(tree: ast.AST, wanted: ast.AST) -> str:
    return next((one.name for one in _functions(tree) if any(node is wanted for node in ast.walk(one))), "")


def _written() -> Iterator[str]:
    """The texts that services write with their own hand, an f-string with each value it can have."""
    for _path, tree in _trees(*ROOMS, with_word="record"):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "record" and len(call.args) > 1:
                of_an_act = getattr(getattr(call.func, "value", None), "id", "") != "audit"
                yield from _texts(call.args[0 if of_an_act else 1])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        assert ast.unparse(node) == "f'date wish {outcome.value}'"
        yield from (f"date wish {outcome.value}" for outcome in WishOutcome)
    else:
        assert isinstance(node, ast.Constant)
        yield node.value


def test_every_change_and_every_state_has_a_line_or_is_silent_by_name() -> None:
    written = set(_written())
    assert len(written) > 25
    assert sorted(written - HAPPENED.keys() - ACTIONS.keys() - SILENT) == []

    assert sorted(SILENT & (HAPPENED.keys() | ACTIONS.keys())) == []
    assert sorted(SILENT - set(_written())) == []

    told = {f"{VISIT_MACHINE.name} {state.value}" for state in VisitState}
    told |= {f"{ASSIGNMENT_MACHINE.name} {state.value}" for state in AssignmentState}
    assert sorted(told - HAPPENED.keys()) == []
    asked = {f"{REQUEST_MACHINE.name} {state.value}" for state in RequestState if state not in REQUEST_MACHINE.starts}
    asked |= {f"{REQUEST_MACHINE.name} back to {to.value}" for back in REQUEST_MACHINE.back.values() for to in back}
    assert sorted(asked - ACTIONS.keys()) == []

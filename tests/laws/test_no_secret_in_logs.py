"""A log line is a fixed sentence and fields of ids and numbers: no name, address, token or text (TRUST S32)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scheduler.core import logs
from scheduler.core.logs import is_secret
from scheduler.web.headers import SECRETS
from tests.laws.sources import nodes

SCHEDULER = Path(__file__).parents[2] / "scheduler"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls(source: str) -> Iterator[ast.Call]:
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in {"log", "logger", "logging"}:
                yield node


def faults_of(source: str) -> list[str]:
    """What is wrong with the log calls of a file."""
    faults = []
    for call in log_calls(source):
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
            faults.append(f"line {call.lineno}: not one fixed sentence")
        for given in call.keywords:
            if given.arg == "extra":
                faults += [f"line {call.lineno}: {key}" for key in _keys(given.value, source) if is_secret(key)]
    return faults


def _keys(extra: ast.expr, source: str) -> list[str]:
    """The fields of `extra`; of one built before, those of every dictionary of that name in the file."""
    if isinstance(extra, ast.Dict):
        return [str(key.value) for key in extra.keys if isinstance(key, ast.Constant)]
    name = extra.id if isinstance(extra, ast.Name) else ""
    found = [
        node.value
        for node in nodes(source)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return [key for value in found if isinstance(value, ast.Dict) for key in _keys(value, source)]


def test_no_log_call_holds_a_name_an_address_or_a_secret():
    faults = {
        str(path.relative_to(SCHEDULER)): found
        for path in sorted(SCHEDULER.rglob("*.py"))
        if (found := faults_of(path.read_text()))
    }

    assert faults == {}


def test_the_law_sees_what_it_looks_for():
    assert len([call for path in SCHEDULER.rglob("*.py") for call in log_calls(path.read_text())]) > 10
    assert faults_of('log.info("signed in", extra={"user_id": 1})') == []
    assert faults_of('log.info("signed in", extra={"email": x})') == ["line 1: email"]
    assert faults_of('fields = {"token": x}\nlog.info("opened", extra=fields)') == ["line 2: token"]
    assert faults_of('log.info(f"signed in {x}")') == ["line 1: not one fixed sentence"]
    assert faults_of('log.info("signed in %s", x)') == ["line 1: not one fixed sentence"]


def test_the_secret_of_every_address_that_has_one_is_cut_out_of_a_sentence(app):
    secret = "AbC-123_x"
    addresses = [
        re.sub(r"<[^>]*>", "1", re.sub(r"<(secret|token)>", secret, rule.rule))
        for rule in app.url_map.iter_rules()
        if SECRETS & rule.arguments
    ]

    assert len(addresses) > 20
    assert [one for one in addresses if secret in logs.SECRET_PATHS.sub("", f"failed on {one}")] == []

"""Every reason for which somebody is refused is a member of its room's enum, and has a sentence in three scripts."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.acts import DEFENCE_REASONS, DefenceReason
from scheduler.core.db import Base, prepare
from scheduler.core.errors import Conflict, Reason, Rejected
from scheduler.core.text import to_latin
from scheduler.visits.terms.plans import Why
from scheduler.web import labels, reasons
from scheduler.web.board import blocks
from scheduler.web.form_words import FormReason
from scheduler.web.requests import words as request_words
from tests.laws.sources import nodes, parsed

CODE = Path(__file__).parents[2] / "scheduler"
RAISED = {"Conflict", "Rejected", "Why", "TooMany", "BadText", "Refusal", "worded", "show"}
TABLES = {
    "reasons.WORDS": reasons.WORDS,
    "labels.ON_A_VISIT": labels.ON_A_VISIT,
    "blocks.OF_A_PLACE": blocks.OF_A_PLACE,
    "request_words.REFUSED": request_words.REFUSED,
}
# Of tables whose laws have words, these have none: a certificate is made by one service, so only a bug breaks them. A
# row that would take another's place is said as every crossing: look again (core/refusals.py).
WITHOUT_WORDS = {
    "row_is_not_replaced", "row_is_not_replaced_by_subject", "hours_are_earned", "no_minor_is_named", "presenter_stays",
    "subject_is_earned", "subject_stays",
}  # fmt: skip
LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")


def all_reasons() -> list[Reason]:
    kinds = list(Reason.__subclasses__())
    return [reason for kind in kinds for reason in kind]


def test_every_reason_has_a_sentence_in_three_scripts(app: Flask) -> None:
    said = {}
    for language in LANGUAGES:
        with app.test_request_context(f"/?lang={language}"):
            said[language] = {reason: reasons.worded(reason) for reason in all_reasons()}
    cyrillic, latin, english = (said[language] for language in LANGUAGES)

    assert len(english) > 150  # or the law looks at nothing
    assert [reason for reason, text in cyrillic.items() if not re.search("[а-шђјљњћџ]", text)] == []
    assert latin == {reason: to_latin(text) for reason, text in cyrillic.items()}
    assert [reason for reason, text in english.items() if not re.fullmatch(r"[A-Z][^а-ш]+[^.]\.", text)] == []
    assert {*english.values()}.isdisjoint(cyrillic.values())


def test_a_name_means_one_thing_in_the_whole_house() -> None:
    doubled = [value for value, times in Counter(reason.value for reason in all_reasons()).items() if times > 1]

    assert doubled == []


def test_every_table_of_words_is_keyed_by_reasons() -> None:
    strangers = {name: [key for key in table if not isinstance(key, Reason)] for name, table in TABLES.items()}

    assert strangers == {name: [] for name in TABLES}


def test_a_reason_with_numbers_has_a_sentence_with_them(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        for code in labels.LIMITS:
            assert "88" in labels.why(Why(code, 88, 88))


def test_a_reason_without_words_stops_a_test_and_a_visitor_reads_a_general_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reason = all_reasons()[0]
    monkeypatch.delitem(reasons.WORDS, reason)
    with app.test_request_context("/?lang=en"):
        with pytest.raises(LookupError):
            reasons.worded(reason)
        monkeypatch.setitem(app.config, "TESTING", False)

        assert reasons.worded(reason) == str(reasons.GENERAL)
    assert [record.levelname for record in caplog.records if record.message == "reason without words"] == ["ERROR"]


def test_what_the_database_refuses_in_a_race_is_a_reason_too() -> None:
    """A table that several act upon at once has words for each of its laws; of others only a bug breaks one.

    PostgreSQL's constraints have the names of SQLite's triggers, which are counted here.
    """
    engine = sa.create_engine("sqlite://")
    prepare(engine)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        triggers = connection.execute(sa.text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    engine.dispose()
    laws: dict[str, set[str]] = defaultdict(set)
    for table, body in triggers:
        laws[table] |= set(re.findall(r"RAISE\(ABORT, '(\w+)'\)", body))

    elsewhere = {DefenceReason.HAS_A_VISIT.value, DefenceReason.ROWS_ARE_NOT_SWEPT_AWAY.value}  # an index, PostgreSQL
    worded = {one.value for one in DefenceReason} - elsewhere
    assert worded <= set().union(*laws.values())
    assert {name for names in laws.values() if names & worded for name in names - worded} == WITHOUT_WORDS
    assert set(DEFENCE_REASONS.values()) == set(DefenceReason)


def plain_reasons(source: str) -> list[int]:
    """Lines that pass a plain string where a reason belongs."""
    return sorted(
        {
            value.lineno
            for call in nodes(source)
            if isinstance(call, ast.Call) and _name(call) in RAISED
            for given in [*call.args, *(word.value for word in call.keywords)]
            for value in _values(given)
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value
        }
    )


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """What an argument may be: itself, each branch of a choice, each value of a mapping."""
    if isinstance(node, ast.IfExp):
        yield from (*_values(node.body), *_values(node.orelse))
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value)
    elif isinstance(node, ast.DictComp):
        yield from _values(node.value)
    else:
        yield node


def test_no_reason_is_a_plain_string() -> None:
    plain = {str(path.relative_to(CODE)): plain_reasons(path.read_text()) for path in CODE.rglob("*.py")}

    assert {name: lines for name, lines in plain.items() if lines} == {}


def test_the_law_sees_every_way_to_pass_a_plain_string() -> None:
    ways = (
        "raise Conflict('late')",
        "raise Rejected({'day': 'late'})",
        "raise Rejected({'day': R.LATE if x else 'late'})",
        "raise Rejected({day: 'late' for day in days})",
        "raise errors.TooMany(reason='often')",
        "doubts.append(Doubt(Why('shut')))",
        "form.show({'day': 'late'})",
    )
    harmless = "Rejected({'day': R.LATE})\nConflict(found.reason)\nWhy(code, 3, 4)\nNotFound('visit')\nsay(_('Done.'))"

    assert [plain_reasons(way) for way in ways] == [[1]] * len(ways)
    assert plain_reasons(harmless) == []


def promised_reasons(source: str) -> set[str]:
    """The reasons that docstrings promise: Conflict("late", "gone"), Rejected({"day": "late"})."""
    texts = [
        ast.get_docstring(node) or ""
        for node in nodes(source)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
    ]
    found = set()
    for text in texts:
        for codes in re.findall(r'(?:Conflict|BadText|TooMany) ?\(("[^)]*)\)', text):
            found |= set(re.findall(r'"([a-z_]+)"', codes))
        for reasons_of_fields in re.findall(r"Rejected\(\{([^}]*)\}\)", text):
            found |= set(re.findall(r':\s"([a-z_]+)"', reasons_of_fields))
    return found


def test_docstrings_promise_reasons_that_exist() -> None:
    promised = {code for path in CODE.rglob("*.py") for code in promised_reasons(path.read_text())}

    assert len(promised) > 20
    assert promised - {reason.value for reason in all_reasons()} == set()


def tables_changed_on_import(source: str) -> list[int]:
    """Lines at the top of a module that change a table which another module has made."""
    tree = parsed(source)
    imported = {
        (name.asname or name.name).split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    return [node.lineno for node in tree.body if _changed(node) in imported]


def _changed(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return _root(node.targets[0])
    if isinstance(node, ast.AugAssign):
        return _root(node.target)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        return _root(node.value.func.value) if node.value.func.attr in {"update", "setdefault", "pop"} else None
    return None


def _root(node: ast.expr) -> str:
    """The name at the head of `forms.MESSAGES["x"]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return getattr(node, "id", "")


def test_no_module_changes_a_table_of_another_by_being_imported() -> None:
    found = {str(path.relative_to(CODE)): tables_changed_on_import(path.read_text()) for path in CODE.rglob("*.py")}

    assert {name: lines for name, lines in found.items() if lines} == {}
    head = "from scheduler.web import forms\nfrom scheduler.web.forms import WORDS\n"
    ways = ("WORDS['x'] = 1", "WORDS |= {}", "WORDS.update({})", "forms.WORDS.update({})", "forms.WORDS['x'] = 1")
    assert [tables_changed_on_import(head + way) for way in ways] == [[3]] * len(ways)
    assert tables_changed_on_import(head + "OWN = {}\nOWN['x'] = 1\nOWN |= WORDS") == []


def test_errors_take_reasons_and_carry_them() -> None:
    reason = FormReason.TOO_QUICK

    assert Conflict(reason).reason is reason
    assert Rejected({"day": reason}).problems == {"day": reason}

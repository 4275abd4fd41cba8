"""Imports go down only: the contracts of pyproject.toml; and none goes from one test module to another.

What is served runs without its `assert` (-OO): there each may only tell the reader of types what is so.
Whoever changes what a calendar entry borrows does it by the act that writes the entries of visits to come anew.
What is kept is compared with what it was made of each night: no room's check is left out of those that are asked.
Libraries are used as they come: none is patched, rebuilt past its constructors, or read by its private names.
One word, one thing: no class of two files, no number with two values, and nouns for what one looks for by name.
A stack trace and a search show names without their folder: `Counts` of three files, or `A_WEEK` of eight days beside
one of seven, send the reader to the wrong one.
A state changes in core/states.py and nowhere else: there the machine is asked and the audit row is written.
Connections are opened to what an operator sets, never to what a visitor types (TRUST S25).
A log line is a fixed sentence and fields of ids and numbers: no name, address, token or text (TRUST S32).
"""

import ast
import datetime as dt
import importlib
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import scheduler
from scheduler.core import logs
from scheduler.core.logs import is_secret
from scheduler.jobs import invariants
from scheduler.web.headers import SECRETS
from tests.laws.sources import nodes, parsed

ROOT = Path(__file__).resolve().parents[2]
LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]


def test_every_import_goes_down():
    done = subprocess.run(LINTER, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


def packages_with_code(folder: Path) -> list[str]:
    """Packages whose __init__.py holds more than a docstring: a name is imported from the file that defines it."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("__init__.py"))
        if len(parsed(file.read_text()).body) > 1 or not ast.get_docstring(parsed(file.read_text()))
    ]


def test_a_package_is_a_docstring(tmp_path: Path):
    assert packages_with_code(ROOT / "scheduler") == []
    (tmp_path / "__init__.py").write_text('"""A room."""\n\nfrom room.service import act\n')
    assert packages_with_code(tmp_path) == ["__init__.py"]


def private_names_imported(folder: Path) -> list[str]:
    """Names with an underscore that one module takes from another; the marks of texts to translate are none."""
    return [
        f"{file.relative_to(folder)}: {name.name}"
        for file in sorted(folder.rglob("*.py"))
        for node in nodes(file.read_text())
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name.startswith("_") and not name.name.startswith("__") and name.name not in ("_", "_l", "_n")
    ]


def test_what_is_private_stays_in_its_module(tmp_path: Path):
    assert private_names_imported(ROOT / "scheduler") == []
    (tmp_path / "one.py").write_text("from two import _hidden, shown\n")
    assert private_names_imported(tmp_path) == ["one.py: _hidden"]


def modules_of_tests_imported(folder: Path) -> list[str]:
    """Test modules that another module takes names from: what two need has a home of its own."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        for node in nodes(file.read_text()):
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module or ''}.{name.name}" for name in node.names]
            else:
                continue
            modules = [name for name in names if any(part.startswith("test_") for part in name.split(".")[:-1])]
            modules += [name for name in names if name.split(".")[-1].startswith("test_")]
            found += [f"{file.relative_to(folder)}: {name}" for name in modules]
    return found


def test_no_test_module_imports_another(tmp_path: Path):
    assert modules_of_tests_imported(ROOT / "tests") == []

    (tmp_path / "test_one.py").write_text(
        "import tests.web.test_two\nfrom tests.web import test_three\nfrom tests.web.test_four import body\n"
        "from .test_five import day\nfrom tests.web.pages import reading\n"
    )

    assert modules_of_tests_imported(tmp_path) == [
        "test_one.py: tests.web.test_two",
        "test_one.py: tests.web.test_three",
        "test_one.py: tests.web.test_four.body",
        "test_one.py: test_five.day",
    ]


def test_an_assert_only_says_that_something_is_there():
    told = {
        f"{path.relative_to(ROOT)}:{node.lineno}": ast.unparse(node.test)
        for path in [ROOT / "wsgi.py", ROOT / "tools/web.py", *sorted((ROOT / "scheduler").rglob("*.py"))]
        for node in nodes(path.read_text(encoding="utf-8"))
        if isinstance(node, ast.Assert)
    }

    assert told
    assert {place: test for place, test in told.items() if not test.endswith(" is not None")} == {}


HOUSE = Path(scheduler.__file__).parent


def test_no_page_command_or_job_changes_it_past_the_calendars() -> None:
    names = "|".join(("change_programme", "spell_name", "import_hosts", "take_back_hosts"))
    past = re.compile(rf"\b(?:accounts|hosts|service)\.(?:{names})\b|from scheduler\.p\S+ import .*\b(?:{names})\b")
    files = [one for door in ("web", "cli", "jobs") for one in (HOUSE / door).rglob("*.py")]
    assert len(files) > 100
    assert [(one.name, found) for one in files for found in past.findall(one.read_text())] == []


def checks() -> set[str]:
    """The modules of rooms that say what must never be so."""
    files = [one for one in HOUSE.rglob("*.py") if "\ndef violations() -> list[str]:" in one.read_text()]
    modules = {".".join((HOUSE.name, *one.relative_to(HOUSE).with_suffix("").parts)) for one in files}
    return modules - {invariants.__name__}


def test_every_check_is_asked_each_night_and_by_the_command() -> None:
    found = checks()
    assert len(found) > 15
    assert {importlib.import_module(one).violations for one in found} == set(invariants.ROOMS)


SOURCES = [ROOT / "wsgi.py", *sorted((ROOT / "scheduler").rglob("*.py"))]
PUBLIC = {  # documented, though they begin with an underscore
    *("_asdict", "_make", "_replace"),  # of a named tuple and of a row
    "_mapping",  # of a row of SQLAlchemy
    "_get_current_object",  # of a proxy of Werkzeug
}
SETTINGS = {  # what a library wants to be told by an assignment
    "g": "Flask: what lasts as long as a request",
    "session": "Flask: whether a session outlives the browser",
    "request": "Flask: how much may be sent to this view",
}
ALLOWED = {
    "core/errors.py: str.__new__": "Python's manual writes an enum's member with more than its value so",
    "core/errors.py: reason._value_": "the same",
    "paper/sheet.py: rl_config.useA85": "reportlab reads this setting from its module alone",
    "paper/sheet.py: self.canvas._doc": "reportlab offers no other way to codes of fonts and finished pages",
    "web/metrics.py: values.ValueClass": "else chosen when the library is imported, before the settings are read",
}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def own_names() -> set[str]:
    """Every name that the product itself defines or gives to an object of its own."""
    found = set()
    for path in SOURCES:
        for node in nodes(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _root_of(node) in OWN_OBJECTS:
                found.add(node.attr)
    return found


OWN_OBJECTS = ("self", "cls")


def _root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def of_libraries(source: str) -> dict[str, str]:
    """What a file imports that is not of the house: {its name here: where it comes from}."""
    found = {}
    for node in nodes(source):
        if isinstance(node, ast.Import):
            found |= {(one.asname or one.name.partition(".")[0]): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {(one.asname or one.name): f"{node.module}.{one.name}" for one in node.names}
    return {name: place for name, place in found.items() if place.partition(".")[0] != "scheduler"}


def interferences(source: str, own: set[str]) -> Iterator[str]:
    """What a file does to libraries that only they may do."""
    imported = of_libraries(source)
    yield from (f"import {place}" for place in imported.values() if any(map(is_private, place.split("."))))
    yield from (ast.unparse(node) for node in nodes(source) if _interferes(node, imported, own))


def _interferes(node: ast.AST, imported: dict[str, str], own: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        is_set, root = isinstance(node.ctx, ast.Store | ast.Del), _root_of(node)
        is_theirs = root in imported or node.attr not in own
        return (
            (is_set and root in imported and root not in SETTINGS)
            or (node.attr == "__new__" and isinstance(node.value, ast.Name))
            or (is_private(node.attr) and is_theirs and node.attr not in PUBLIC)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
        first, name = node.args[:2]
        named = str(name.value) if isinstance(name, ast.Constant) else ""
        is_changed = node.func.id in ("setattr", "delattr") and _root_of(first) in imported
        return is_changed or (node.func.id in ("getattr", "hasattr") and is_private(named) and named not in own)
    return False


# The files that open a connection: each to an address that is a setting (SMTP_URL, SMS_URL, OIDC_ISSUER, BASE_URL).
CONNECTS = {"core/mailer.py", "core/sms.py", "credentials/oidc.py", "jobs/surroundings.py"}
OPENS_A_CONNECTION = re.compile(
    r"http\.client\.HTTPS?Connection\(|smtplib\.SMTP(_SSL)?\(|socket\.(socket|create_connection)\(|urllib\.request"
)
FETCHERS = {"requests", "httpx", "urllib3", "aiohttp", "urllib.request", "ftplib"}


def test_trust_s25_connections_are_opened_to_what_an_operator_sets_alone() -> None:
    texts = {str(path.relative_to(ROOT / "scheduler")): path.read_text(encoding="utf-8") for path in SOURCES[1:]}

    assert {name for name, text in texts.items() if OPENS_A_CONNECTION.search(text)} == CONNECTS
    assert [name for name, text in texts.items() if FETCHERS & set(of_libraries(text).values())] == []


def test_no_library_is_patched_or_read_by_its_private_names() -> None:
    own = own_names()

    found = {
        f"{path.relative_to(ROOT / 'scheduler') if path.parent != ROOT else path.name}: {what}"
        for path in SOURCES
        for what in interferences(path.read_text(encoding="utf-8"), own)
    }

    assert found == {*ALLOWED}

    seen = """
import wtforms
from wtforms import Field, widgets
from flask_limiter._limits import RuntimeLimit
from scheduler.web import forms

wtforms.core.html_params = len
del Field.data
setattr(widgets, "html_params", len)
made = object.__new__(Field)
made._form = None
print(form._fields, getattr(field, "_datalist"), Field._value)
forms.BaseForm.label = ""
self._own = self._own + row._mapping
"""

    assert sorted(interferences(seen, {"_own", "_value"})) == [
        "Field._value", "Field.data", "form._fields", "getattr(field, '_datalist')",
        "import flask_limiter._limits.RuntimeLimit", "made._form", "object.__new__",
        "setattr(widgets, 'html_params', len)", "wtforms.core.html_params",
    ]  # fmt: skip


def test_no_method_of_an_object_is_replaced_but_the_door_of_the_application() -> None:
    """mypy knows which attributes are methods: where it is silenced, one is replaced. Flask documents `wsgi_app`."""
    silenced = {
        line.strip()
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if "ignore[method-assign]" in line
    }

    assert {line for line in silenced if not line.startswith("app.wsgi_app = ")} == set()
    assert silenced


PLAIN = (int, float, str, bytes, dt.timedelta)  # a table of words or of states is read beside what it is a table of
SAME_CLASS: dict[str, str] = {}  # name: why two files may define a class of that name
SAME_CONSTANT: dict[str, str] = {}  # name: why it may have two values
# alone they leave out whose, or what: who was asked, what was shown, held by whom?
NOT_NOUNS = """
    after asked asking away begun beside booked carried checked chosen copied counted dated deciding drawn ended found
    following gone held kept late listed locked lost missing named near noted past pressed said searched shipped shown
    signed sought stopped stored taken tallied together told typed wanted written
"""
SPOKEN = {"Gone": "what HTTP calls a page that was", "together": "the name of an endpoint, which is part of an address"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "scheduler").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), parsed(path.read_text())


def classes_of(tree: ast.Module) -> list[str]:
    """Those at the top: a class inside another one is found through it."""
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def functions_of(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def constants_of(tree: ast.Module) -> list[str]:
    """Those that others may import: a private one is read in its own file."""
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return [name for name in names if name.isupper() and not name.startswith("_")]


def of_one_name(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The names that stand for more than one thing, with these things."""
    things: dict[str, set[str]] = defaultdict(set)
    for name, thing in found:
        things[name].add(thing)
    return {name: sorted(these) for name, these in things.items() if len(these) > 1}


def test_no_two_classes_have_one_name():
    twice = of_one_name((name, module) for module, tree in modules() for name in classes_of(tree))

    assert {name: files for name, files in twice.items() if name not in SAME_CLASS} == {}
    assert SAME_CLASS.keys() <= twice.keys()

    # By the names that the house once had.
    tree = parsed("A_WEEK = 7\n_KEPT = 1\nHELD: int = 2\nclass Asked:\n    class Meta: ...\ndef said(): ...\n")

    assert constants_of(tree) == ["A_WEEK", "HELD"]
    assert (classes_of(tree), functions_of(tree)) == (["Asked"], ["said"])
    assert of_one_name([("A_WEEK", "7"), ("A_WEEK", "8"), ("A_DAY", "1"), ("A_DAY", "1")]) == {"A_WEEK": ["7", "8"]}


def test_a_number_or_a_text_of_one_name_has_one_value():
    values = [
        (name, repr(value))
        for module, tree in modules()
        for name in constants_of(tree)
        if isinstance(value := getattr(import_module(module), name), PLAIN)
    ]
    twice = of_one_name(values)

    assert {name: these for name, these in twice.items() if name not in SAME_CONSTANT} == {}
    assert SAME_CONSTANT.keys() <= twice.keys()


def test_what_one_looks_for_by_name_is_called_by_a_noun():
    names = {
        name
        for module, tree in modules()
        for name in (module.rpartition(".")[2], *classes_of(tree), *functions_of(tree), *constants_of(tree))
        if name.lower() in NOT_NOUNS.split()
    }

    assert names == SPOKEN.keys()


CODE = Path(__file__).parents[2] / "scheduler"
MOVER = "core/states.py"
# Queues that are leased by UPDATE, with no machine and no audit of each attempt: mails, long work.
QUEUES = {"messages/service.py", "work/service.py"}
GUARDED = {"state", "state_since"}


def states_written_by_hand(source: str) -> list[int]:
    """Lines that set `.state`, by assignment, setattr, or an UPDATE's values."""
    return sorted(node.lineno for node in nodes(source) if _assigns(node) or _calls(node))


def _assigns(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(_is_state(part) for target in node.targets for part in ast.walk(target))
    return isinstance(node, ast.AugAssign | ast.AnnAssign) and _is_state(node.target)


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in GUARDED and isinstance(node.ctx, ast.Store)


def _calls(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(part, ast.Constant) and part.value in GUARDED for part in node.args)
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "values":
        return False
    keys = {word.arg for word in node.keywords}
    keys |= {key.value for part in node.args for key in getattr(part, "keys", []) if isinstance(key, ast.Constant)}
    return bool(keys & GUARDED)


def test_no_state_is_written_by_hand():
    files = {str(path.relative_to(CODE)): path.read_text() for path in CODE.rglob("*.py")}
    by_hand = {name: lines for name, text in files.items() if (lines := states_written_by_hand(text))}

    assert by_hand.pop(MOVER, []) != []  # or the law looks at nothing
    assert set(by_hand) - QUEUES == set(), by_hand

    ways = (
        "row.state = x", "a, row.state = x", "row.state: S = x", "setattr(row, 'state', x)",
        "update(Visit).values(state=x)", "update(Visit).values({'state': x})", "row.state_since = now",
    )  # fmt: skip
    harmless = "Visit(state=x)\nmove(machine, row, to)\nif row.state == x: pass\nlist(d.values())\nself.states = x"

    assert [states_written_by_hand(way) for way in ways] == [[1]] * len(ways)
    assert states_written_by_hand(harmless) == []


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

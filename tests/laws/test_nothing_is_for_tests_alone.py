"""What the product defines, the product uses: a function that only tests call proves a thing that nobody runs.

Tools and migrations are users, tests are not. Of a function, class or constant it is known which file's it is; of a
method, a property or a field of a record only its name, so one of them hides another of the same name.
Names are read from the trees, so no comment counts. Vulture and deadcode were tried. Both keep the names of all files
in one set, where a local variable `code_at` of a tool hides a function `code_at` that nobody calls; and neither reads
templates or knows which methods a library calls.
"""

import ast
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from jinja2 import nodes as jinja

from scheduler.web import filters
from tests.laws.sources import nodes, parsed, template_tree

REGISTERED_BY = {"compiles"}  # otherwise a decorator that registers is a method: bp.get, huey.periodic_task
BY_NAME = {"getattr", "hasattr", "attrgetter"}


@dataclass
class Reading:
    """What a part of a file refers to."""

    attributes: Counter[str] = field(default_factory=Counter)  # read of some object, whichever it is
    chains: set[tuple[str, ...]] = field(default_factory=set)  # rules.turn_of.name: (rules, turn_of, name), each start
    alone: set[str] = field(default_factory=set)  # names that are values themselves: for part in (pages, feeds)
    imported: dict[str, str] = field(default_factory=dict)  # a name of this file → the path of what it stands for
    of_loaded: set[str] = field(default_factory=set)  # import_module("scheduler.cli." + name).register(app)

    def note(self, node: ast.AST, inner: set[ast.AST]) -> None:
        match node:
            case ast.Attribute(attr=name, value=value, ctx=ast.Load()):
                self.attributes[name] += 1
                inner.add(value)
                if chain := chain_of(node):
                    self.chains.add(chain)
                elif isinstance(value, ast.Call) and ast.unparse(value.func).endswith("import_module"):
                    self.of_loaded.add(name)
            case ast.Name(id=name, ctx=ast.Load()):
                self.chains.add((name,))
                if node not in inner:
                    self.alone.add(name)
            case ast.Call(func=ast.Name(id=function), args=given) if function in BY_NAME:
                texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                self.attributes.update(part for text in texts for part in text.split("."))
            case ast.MatchClass(kwd_attrs=names):
                self.attributes.update(names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                self.imported |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
            case ast.Import(names=names):
                self.imported |= {one.asname or (top := one.name.partition(".")[0]): one.name if one.asname else top
                                  for one in names}  # fmt: skip


def reading(*trees: ast.AST) -> Reading:
    """What these trees refer to, annotations that are written as texts included."""
    found, inner, todo = Reading(), set[ast.AST](), deque(trees)
    while todo:
        node = todo.popleft()
        found.note(node, inner)
        todo.extend(ast.iter_child_nodes(node))
        if isinstance(node, (ast.arg, ast.AnnAssign, ast.FunctionDef)):
            todo.extend(texts_as_trees(node.returns if isinstance(node, ast.FunctionDef) else node.annotation))
    return found


def chain_of(node: ast.Attribute) -> tuple[str, ...]:
    """Names from the first one on; empty where it begins with something else, as with a call."""
    names, base = list[str](), node
    while isinstance(base, ast.Attribute):
        names.append(base.attr)
        base = base.value
    return (base.id, *reversed(names)) if isinstance(base, ast.Name) else ()


def texts_as_trees(annotation: ast.expr | None) -> Iterator[ast.AST]:
    constants = [one.value for one in ast.walk(annotation) if isinstance(one, ast.Constant)] if annotation else []
    return (ast.parse(text, mode="eval") for text in constants if isinstance(text, str))


class Defined(NamedTuple):
    """A name that a file defines: `owner` is its class; of a class or of a file's own name it is empty."""

    module: str
    name: str
    owner: str
    own: Reading  # what its definition refers to, itself perhaps

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.module, self.owner, self.name) if part)


class Source:
    """A file of Python: what it defines, and what each statement at its top refers to."""

    def __init__(self, module: str, text: str) -> None:
        self.module = module
        self.statements: list[tuple[list[str], list[Reading]]] = []  # the names that it defines, what is read in it
        self.definitions: list[Defined] = []  # what somebody should call or read
        for node in parsed(text).body:
            names = [name for name in names_of(node) if not is_special(name)]
            if isinstance(node, ast.ClassDef):
                read = [reading(*node.decorator_list, *node.bases, *node.keywords), *self._members(node)]
            else:
                read = [reading(node)]
            self.statements.append((names, read))
            if not is_registered(node):
                self.definitions += [Defined(module, name, "", read[0]) for name in names]

    def _members(self, owner: ast.ClassDef) -> Iterator[Reading]:
        """What each member of a class refers to; methods, properties and fields of a record are definitions."""
        for node in owner.body:
            read = reading(node)
            match node:
                case ast.FunctionDef(name=name) if not is_registered(node) and not is_special(name):
                    self.definitions.append(Defined(self.module, name, owner.name, read))
                case ast.AnnAssign(target=ast.Name(id=name)) if is_record(owner):
                    self.definitions.append(Defined(self.module, name, owner.name, read))
            yield read

    @cached_property
    def bound(self) -> dict[str, str]:
        """The path of what each name of this file stands for."""
        bound = {name: f"{self.module}.{name}" for names, _read in self.statements for name in names}
        for one in self.readings():
            bound |= one.imported
        return bound

    def readings(self) -> Iterator[Reading]:
        return (one for _names, read in self.statements for one in read)

    def referred_to(self, readings: list[Reading]) -> set[str]:
        """Paths: of what is imported, and of what a name of this file begins."""
        chains = (chain for one in readings for chain in one.chains if chain[0] in self.bound)
        imported = (path for one in readings for path in one.imported.values())
        return {".".join([self.bound[first], *more]) for first, *more in chains} | set(imported)


def names_of(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return []


def is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def is_registered(node: ast.stmt) -> bool:
    """Whether a decorator hands the definition to a framework, which calls it."""
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    calls = [one.func if isinstance(one, ast.Call) else one for one in decorators]
    return any(isinstance(one, ast.Attribute) or ast.unparse(one) in REGISTERED_BY for one in calls)


def is_record(node: ast.ClassDef) -> bool:
    """Whether a class is a dataclass or a named tuple, whose annotated names are read by whoever holds one."""
    decorators = {ast.unparse(one).partition("(")[0] for one in node.decorator_list}
    return "dataclass" in decorators or "NamedTuple" in {ast.unparse(one) for one in node.bases}


def names_in_template(text: str) -> set[str]:
    """Names, attributes, filters and tests that a template refers to."""
    tree = template_tree(text)
    names = {one.name for one in tree.find_all((jinja.Filter, jinja.Test))} | names_read_in(tree)
    names |= {one.attr for one in tree.find_all(jinja.Getattr)}
    names |= {one.arg.value for one in tree.find_all(jinja.Getitem) if isinstance(one.arg, jinja.Const)}
    for one in tree.find_all(jinja.Filter):  # rows | map(attribute="day") | groupby("host.name")
        given = [*one.args, *(keyword.value for keyword in one.kwargs if keyword.key == "attribute")]
        names |= {part for value in given if isinstance(value, jinja.Const) for part in str(value.value).split(".")}
    return {str(name) for name in names}


def names_read_in(tree: jinja.Template) -> set[str]:
    return {one.name for one in tree.find_all(jinja.Name) if one.ctx == "load"}


def unreferenced(sources: list[Source], in_templates: set[str]) -> list[Defined]:
    """What no statement refers to but the one that defines it."""
    readings = [one for source in sources for one in source.readings()]
    attributes = Counter[str]()
    for one in readings:
        attributes.update(one.attributes)
    of_loaded = {name for one in readings for name in one.of_loaded}
    handed_on = {source.bound.get(name) for source in sources for one in source.readings() for name in one.alone}
    paths = Counter[str]()  # in how many statements
    own: dict[str, set[str]] = {}  # path → what its own statement refers to
    for source in sources:
        for names, read in source.statements:
            referred = source.referred_to(read)
            paths.update(referred)
            own |= {f"{source.module}.{name}": referred for name in names}

    def is_read(one: Defined) -> bool:
        return attributes[one.name] > one.own.attributes[one.name] or one.name in in_templates

    def is_referred_to(one: Defined) -> bool:
        if one.owner:
            return is_read(one)
        if paths[one.path] > (one.path in own[one.path]):
            return True
        return one.name in of_loaded or (one.module in handed_on and is_read(one))

    return [one for source in sources for one in source.definitions if not is_referred_to(one)]


ROOT = Path(__file__).resolve().parents[2]
USERS = ("scheduler", "tools", "migrations")
JUDGED = ("scheduler", "tools")  # a migration is run by its number
GUIDE = "public/styleguide"  # shows every component, so it is no user
USED_OTHERWISE = {  # path, of a member the path of its class: who uses it
    "scheduler.planning.solver.bound.PlanBound": "`raspored planner bound` writes all of it as JSON",
    "tools.wheel_metadata.RequirementsHook": "the build finds it by pyproject.toml",
}


def sources() -> list[Source]:
    files = [ROOT / "wsgi.py", *(path for folder in USERS for path in sorted((ROOT / folder).rglob("*.py")))]
    modules = (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files)
    return [Source(module, path.read_text(encoding="utf-8")) for module, path in zip(modules, files, strict=True)]


@cache
def templates() -> dict[str, str]:
    folder = ROOT / "templates"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def is_hook(one: Defined) -> bool:
    """Whether a library calls it: a class of which ours is a kind has a method of that name."""
    bases = getattr(import_module(one.module), one.owner).__mro__[1:] if one.owner else ()
    return any(one.name in vars(base) for base in bases if not base.__module__.startswith(JUDGED))


def texts_of_pages() -> set[str]:
    """Texts that templates and the web floor name, the style guide left out."""
    trees = [template_tree(text) for name, text in templates().items() if not name.startswith(GUIDE)]
    found = {one.value for tree in trees for one in tree.find_all(jinja.Const) if isinstance(one.value, str)}
    files = (path.read_text(encoding="utf-8") for path in (ROOT / "scheduler/web").rglob("*.py"))
    return found | {one.value for text in files for one in nodes(text) if is_text(one)}


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_what_is_defined_is_used_by_the_product_or_a_tool():
    in_templates = set().union(*(names_in_template(text) for text in templates().values()))
    found = unreferenced(sources(), in_templates)
    judged = [one for one in found if one.module.startswith(JUDGED) and not is_hook(one)]
    alone = {one.path: f"{one.module}.{one.owner}" if one.owner else one.path for one in judged}
    assert sorted(path for path, owner in alone.items() if owner not in USED_OTHERWISE) == []
    assert USED_OTHERWISE.keys() <= set(alone.values())


def test_every_macro_is_called_by_a_page_or_a_mail():
    trees = {name: template_tree(text) for name, text in templates().items()}
    called = set().union(*(names_read_in(tree) for name, tree in trees.items() if not name.startswith(GUIDE)))
    of_mails = reading(parsed((ROOT / "scheduler/messages/mail.py").read_text(encoding="utf-8"))).attributes
    macros = {(name, macro.name) for name, tree in trees.items() for macro in tree.find_all(jinja.Macro)}

    lonely = {(name, macro) for name, macro in macros if macro not in called and not name.startswith(GUIDE)}

    assert {pair for pair in lonely if not (pair[0].startswith("mails/") and pair[1] in of_mails)} == set()
    assert len(macros) > 100


def test_every_picture_and_every_filter_is_used_by_a_page():
    sprite = set(re.findall(r'<symbol id="(\w+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    assert sprite - texts_of_pages() == set()
    assert len(sprite) > 40
    named = set().union(*(names_in_template(text) for text in templates().values()))
    assert {one.__name__ for one in (*filters.FILTERS, *filters.GLOBALS)} - named == set()


OURS = """
from house import pages, rules
from house.rules import SHARED as THEIRS

class Form(Base):
    def read(self): return self.read_again()
    def read_again(self): return THEIRS
    def lonely_method(self): return self.lonely_method()
    @property
    def on_a_page(self): return 1

@dataclass(frozen=True)
class Row:
    day: "Day"
    unread: int

@bp.get("/")
def page(): return rules.asked(Form().read(), Row(1, 2).day)

for part in (pages,):
    part.register()
"""
RULES = """
SHARED, LONELY = 1, 2
class Day: ...
def asked(day): return day
def lonely_function(): return lonely_function()
"""
PAGES = """
def register(): import_module("house." + name).attach()
def read(): ...
def attach(): ...
"""


def test_the_law_sees_what_is_used_and_what_is_not():
    house = [Source("house.web", OURS), Source("house.rules", RULES), Source("house.pages", PAGES)]

    found = unreferenced(house, names_in_template("{{ form.on_a_page }}"))

    assert {one.path for one in found} == {
        "house.web.Form.lonely_method", "house.web.Row.unread", "house.rules.LONELY", "house.rules.lonely_function",
        "house.rules.Day",
    }  # fmt: skip

    text = '{% set own = rows | map(attribute="host.name") | sort %}{{ own[0]["day"] }}{{ word(a.b) if c is odd }}'

    read = {"rows", "map", "host", "name", "sort", "own", "day", "word", "a", "b", "c", "odd"}
    assert names_in_template(text) >= read
    assert "given" not in names_in_template('{{ word(icon="given") }}{% set given = 1 %}')

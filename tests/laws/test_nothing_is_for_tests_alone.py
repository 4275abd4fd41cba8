"""What the product defines, the product uses: a function that only tests call proves a thing that nobody runs.

Tools and migrations are users, tests are not. Of a function, class or constant it is known which file's it is; of a
method, a property or a field of a record only its name, so one of them hides another of the same name.
"""

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

from jinja2 import nodes as jinja

from scheduler.web import filters
from tests.laws.references import (
    Defined,
    Source,
    names_in_template,
    names_read_in,
    reading,
    template_tree,
    unreferenced,
)
from tests.laws.sources import nodes, parsed

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
    return [Source(module_of(path), path.read_text(encoding="utf-8")) for path in files]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


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


def test_every_picture_of_the_sprite_is_named_by_a_page():
    sprite = set(re.findall(r'<symbol id="(\w+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))

    assert sprite - texts_of_pages() == set()
    assert len(sprite) > 40


def test_every_filter_and_every_function_for_templates_is_used_by_one():
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
        "house.web.Form.lonely_method",
        "house.web.Row.unread",
        "house.rules.LONELY",
        "house.rules.lonely_function",
        "house.rules.Day",
    }


def test_a_template_names_what_it_reads():
    text = '{% set own = rows | map(attribute="host.name") | sort %}{{ own[0]["day"] }}{{ word(a.b) if c is odd }}'

    read = {"rows", "map", "host", "name", "sort", "own", "day", "word", "a", "b", "c", "odd"}
    assert names_in_template(text) >= read
    assert "given" not in names_in_template('{{ word(icon="given") }}{% set given = 1 %}')

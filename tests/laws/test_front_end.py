"""The joined style sheet and the joined script: made of many files that know nothing of each other."""

import re
from pathlib import Path

from scheduler.web.assets import files_of, joined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
KB = 1000
LIBRARY = STATIC / "vendor/accessible-autocomplete-3.0.1/accessible-autocomplete.min.css"
MACROS = {path.stem for path in (ROOT / "templates/components").glob("*.html")}  # a component's root may carry its name
# A statement of Jinja, or what begins with a space: the name before it is whole.
APART = re.compile(r"\{%.*?%\}|\{\{ ['\"] .*?\}\}")
WITHIN = re.compile(r"\{\{.*?\}\}")
MADE_UP = "…"  # part of a name that is put together; such a name cannot be read here
TOP_LEVEL = re.compile(r"^(?:async )?(?:const|let|class|function) ([\w$]+)", re.MULTILINE)


def classes_without_a_rule(text: str, rules: set[str]) -> set[str]:
    bare = WITHIN.sub(MADE_UP, APART.sub(" ", text))
    used = {
        name
        for value in re.findall(r'\bclass="([^"]*)"', bare)
        for name in value.split()
        if MADE_UP not in name and not name.endswith("-")
    }
    return used - rules - MACROS


def names_declared_twice(texts: list[str]) -> set[str]:
    names = [name for text in texts for name in TOP_LEVEL.findall(text)]
    return {name for name in names if names.count(name) > 1}


def test_every_class_of_a_page_has_a_rule_in_a_sheet_that_is_sent() -> None:
    """A class of Bootstrap is known to many hands; only its reboot is sent, so it would do nothing."""
    of_one_page = (STATIC / "css/sheets").glob("*.css")  # sent by the page that links to it
    sheets = "\n".join(file.read_text(encoding="utf-8") for file in [*files_of(STATIC, "css"), *of_one_page, LIBRARY])
    rules = set(re.findall(r"\.([a-zA-Z_][\w-]*)", sheets))
    pages = [path for path in (ROOT / "templates").rglob("*.html") if not path.name.endswith("mail.html")]

    lost = {path.name: names for path in pages if (names := classes_without_a_rule(path.read_text(), rules))}

    assert lost == {}
    assert len(pages) > 40
    assert classes_without_a_rule("""<p class="apart mt-3{{ " box" if one == "a" }} tone-{{ tone }}">""", rules) == {
        "mt-3"
    }


def test_no_two_scripts_declare_one_name() -> None:
    """They are sent as one: a constant declared twice is an error of the whole, and no script would run at all."""
    files = [*files_of(STATIC, "js"), *(STATIC / "js/pages").glob("*.js")]  # a page's own script shares their names

    assert names_declared_twice([file.read_text(encoding="utf-8") for file in files]) == set()
    assert names_declared_twice(["const menus = 1;", "  const inner = 1;\nconst menus = 2;"]) == {"menus"}


def test_the_style_sheet_of_every_page_is_at_most_20_kb_as_it_is_sent() -> None:
    assert len(joined(STATIC, "css").packed) <= 20 * KB

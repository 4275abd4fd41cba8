"""One macro, one file, one name, shown in the style guide; its style sheet and script carry the same name."""

import re
from pathlib import Path

from flask import Flask
from jinja2 import nodes

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = {path.stem: path.read_text() for path in (ROOT / "templates/components").glob("*.html")}
IMPORTED = re.compile(r'\{% from "components/(\w+)\.html" import (\w+)')


def test_each_component_is_one_macro_named_as_its_file_with_a_comment_of_how_to_use_it():
    wrong = [
        name
        for name, text in COMPONENTS.items()
        if re.findall(r"\{%-? macro (\w+)\(", text) != [name] or not text.startswith("{#")
    ]

    assert wrong == []


def test_each_component_is_shown_in_the_style_guide_and_only_existing_ones_are_imported():
    templates = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    guide = "\n".join(path.read_text() for path in (ROOT / "templates/public").glob("styleguide*.html"))
    imported = {pair for text in templates for pair in IMPORTED.findall(text)}

    shown = {name for name, _ in IMPORTED.findall(guide) if re.search(rf"\b{name}\(", guide)}

    assert set(COMPONENTS) - shown == set()
    assert {file for file, _ in imported} - set(COMPONENTS) == set()
    assert [pair for pair in imported if pair[0] != pair[1]] == []


def test_each_style_sheet_and_script_belongs_to_a_component():
    files = [*(ROOT / "static/css/components").glob("*"), *(ROOT / "static/js/components").glob("*")]

    assert [file.name for file in files if file.stem not in COMPONENTS] == []


def test_each_class_of_a_component_has_a_rule_in_a_style_sheet():
    sheets = "\n".join(path.read_text() for path in (ROOT / "static/css").rglob("*.css"))
    used = {
        name
        for text in COMPONENTS.values()
        for value in re.findall(r'class="([^"{]*)"', text)
        for name in value.split()
        if "__" in name
    }

    styled = set(re.findall(r"\.([a-z_-]+__[a-z_-]+)", sheets))

    assert used - styled == set()


def test_every_template_can_be_read(app: Flask):
    names = [str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")]

    for name in names:
        app.jinja_env.get_template(name)
    assert len(names) > 40


def test_each_name_that_a_template_imports_is_one_that_it_uses(app: Flask):
    """A part imports for itself: what only its page imports is missing as soon as another page includes it."""
    unused = []
    for path in sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".jinja", ".txt"}):
        tree = app.jinja_env.parse(path.read_text())
        read = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}
        imported = [name for one in tree.find_all(nodes.FromImport) for name in one.names]
        here = [name[1] if isinstance(name, tuple) else name for name in imported]
        here += [one.target for one in tree.find_all(nodes.Import)]
        unused += [(path.relative_to(ROOT).as_posix(), name) for name in here if name not in read]

    assert unused == []


def test_every_picture_that_a_template_or_a_state_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="(\w+)"', (ROOT / "static/img/icons.svg").read_text()))
    texts = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]

    named = {name for text in texts for name in re.findall(r'\bicon\("(\w+)"', text)}

    assert named
    assert named - sprite == set()


def test_in_a_cell_that_is_stacked_on_a_phone_no_comma_parts_from_the_name_before_it():
    """There a cell is a row of boxes: a link is one, and the bare text after it another, on a line of its own."""
    comma = re.compile(r"_name\([^}]*\}\}\s*(,|\{\{ \", \"|\{% if not loop\.last %\},)")
    cells = re.compile(r"<td data-label=.*?</td>", re.DOTALL)
    parted = [
        path.name
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for cell in cells.findall(path.read_text(encoding="utf-8"))
        if comma.search(re.sub(r"<span>.*?</span>", "", cell, flags=re.DOTALL))
    ]

    assert parted == []

"""One macro, one file, one name, shown in the style guide; its style sheet and script carry the same name.

The joined style sheet and the joined script: made of many files that know nothing of each other.
What the Nu HTML checker of `make a11y` would say of a template, told at once by `make test`.
No inline style or script, no on… attribute, no foreign address: what the strict policy would block anyway.
Contrast of the colours, by the formula of WCAG 2, in light and in dark (DESIGN: text 4.5, borders and marks 3).
The README has the pictures that tools/pictures.py makes: these alone, small, each with words for who sees none.
"""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from PIL import Image

from scheduler.web.assets import files_of, joined
from tests.journeys.installation import Installation
from tools.pictures import DAY, FOLDER, MOST_BYTES, PICTURES, packed

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = {path.stem: path.read_text() for path in (ROOT / "templates/components").glob("*.html")}
IMPORTED = re.compile(r'\{% from "components/(\w+)\.html" import (\w+)')


def test_each_component_is_one_macro_named_as_its_file_style_sheet_and_script():
    wrong = [
        name
        for name, text in COMPONENTS.items()
        if re.findall(r"\{%-? macro (\w+)\(", text) != [name] or not text.startswith("{#")
    ]

    assert wrong == []

    files = [*(ROOT / "static/css/components").glob("*"), *(ROOT / "static/js/components").glob("*")]

    assert [file.name for file in files if file.stem not in COMPONENTS] == []


def test_each_component_is_shown_in_the_style_guide_and_only_existing_ones_are_imported():
    templates = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    guide = "\n".join(path.read_text() for path in (ROOT / "templates/public").glob("styleguide*.html"))
    imported = {pair for text in templates for pair in IMPORTED.findall(text)}

    shown = {name for name, _ in IMPORTED.findall(guide) if re.search(rf"\b{name}\(", guide)}

    assert set(COMPONENTS) - shown == set()
    assert {file for file, _ in imported} - set(COMPONENTS) == set()
    assert [pair for pair in imported if pair[0] != pair[1]] == []


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


def test_every_template_can_be_read_and_uses_what_it_imports(app: Flask):
    names = [str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")]

    for name in names:
        app.jinja_env.get_template(name)
    assert len(names) > 40

    # A part imports for itself: what only its page imports is missing as soon as another page includes it.
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


def test_a_form_that_finds_or_filters_is_sent_in_one_way():
    several = [
        path.name
        for path in (ROOT / "templates").rglob("*.html")
        for form in re.findall(r'<form[^>]*method="get".*?</form>', path.read_text(), re.S)
        if len(re.findall(r"\bbutton\((?![^)]*href=)|<button", form)) > 1
    ]

    assert several == []


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


TEMPLATES = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "templates").rglob("*.html")}
FORBIDDEN = {
    "an attribute of htmx that is not HTML": r"(?<!data[-_])\bhx[-_][a-z]",  # htmx reads data-hx-… as well
    "parts of a second in a moment": r'datetime="\{\{ [^}]*(?<!day)\.isoformat\(\)',  # isoformat(timespec="seconds")
    "a form inside a line of words": r"<(p|span)\b[^>]*>(?:(?!</\1>|<td|<div|<p\b).)*<form\b",
}


FORBIDDEN_SAMPLES = [
    ("an attribute of htmx that is not HTML", '<div hx-get="/work/1">'),
    ("an attribute of htmx that is not HTML", '{{ button(_("Check"), hx_post=action) }}'),
    ("parts of a second in a moment", '<time datetime="{{ row.ended_at.isoformat() }}">'),
    ("a form inside a line of words", '<span class="row-acts">\n  <form method="post">'),
]


def test_no_template_writes_what_is_not_html():
    found = [
        (name, what)
        for what, pattern in FORBIDDEN.items()
        for name, text in TEMPLATES.items()
        if re.search(pattern, text, re.DOTALL)
    ]

    assert found == []

    assert {what for what, _text in FORBIDDEN_SAMPLES} == FORBIDDEN.keys()
    assert [(what, text) for what, text in FORBIDDEN_SAMPLES if not re.search(FORBIDDEN[what], text, re.DOTALL)] == []


# Mail programs drop style sheets, and a document for Word is one file: these layouts carry their styles.
ALONE = {"layouts/mail.html", "layouts/word.html"}
WITHOUT_STYLES = {
    str(path.relative_to(ROOT / "templates")): path.read_text()
    for path in (ROOT / "templates").rglob("*.html")
    if str(path.relative_to(ROOT / "templates")) not in ALONE
}
BLOCKED = {
    "style attribute": r"<[^>]*\sstyle\s*=", "style element": r"<style\b", "inline script": r"<script(?![^>]*\bsrc=)",
    "on… attribute": r"<[^>]*\son[a-z]+\s*=", "javascript address": r"javascript:",
    "foreign file": r"(src|<link[^>]*href)\s*=\s*[\"']?(https?:)?//",
}  # fmt: skip


BLOCKED_SAMPLES = {
    "style attribute": '<p style="color:red">',
    "style element": "<style>p{}</style>",
    "inline script": "<script>go()</script>",
    "on… attribute": '<a href="/" onclick="go()">',
    "javascript address": '<a href="javascript:go()">',
    "foreign file": '<script src="https://cdn.example.org/x.js">',
}


def test_no_template_and_no_script_holds_what_the_policy_forbids():
    found = [
        (name, what)
        for what, pattern in BLOCKED.items()
        for name, text in WITHOUT_STYLES.items()
        if re.search(pattern, text, re.IGNORECASE)
    ]

    assert found == []

    assert BLOCKED_SAMPLES.keys() == BLOCKED.keys()
    assert [what for what, text in BLOCKED_SAMPLES.items() if not re.search(BLOCKED[what], text)] == []

    own = "\n".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))

    assert re.findall(r"\beval\(|new Function|setTimeout\([\"']", own) == []


CSS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
TONES = ("quiet", "wait", "move", "good", "stop", "youth")
TEXT = [
    *((f"{tone}-fg", f"{tone}-bg") for tone in TONES),
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("paper", "surface", "raised", "sunk")),
    ("tabla", "paper"), ("tabla", "surface"), ("on-tabla", "tabla"), ("on-tabla", "hover"), ("on-deep", "tabla-deep"),
    ("dunja", "tabla-deep"), ("on-dunja", "dunja"), ("helpline", "surface"), ("stop-fg", "surface"),
    ("stop-fg", "paper"), ("wait-fg", "surface"), ("ink", "good-bg"), ("link", "good-bg"), ("link", "youth-bg"),
    ("ink", "youth-bg"), ("muted", "youth-bg"), ("muted", "good-bg"), ("ink", "m0"), ("ink", "m1"), ("ink", "m2"),
    ("on-m3", "m3"), ("on-tabla", "m4"),
]  # fmt: skip
MARKS = [
    ("line-strong", "surface"), ("line-strong", "paper"), ("tabla", "surface"), ("c1", "surface"), ("c2", "surface"),
    ("c3", "surface"),
]  # fmt: skip


def colours(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--rs-([\w-]+): (#[0-9A-Fa-f]{6});", block[: block.index("}")]))


LIGHT = colours('[data-bs-theme="light"] {')
DARK = colours('[data-bs-theme="dark"] {')


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_white_and_a_published_pair():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_border_and_mark_is_seen_on_its_ground(theme):
    weak = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    assert {pair for pair in MARKS if contrast(theme[pair[0]], theme[pair[1]]) < 3} == set()


def test_a_dark_device_without_a_choice_gets_the_same_colours_as_a_chosen_dark():
    assert colours(":root:not([data-bs-theme]) {") == DARK


MADE = {f"{picture.name}.webp" for picture in PICTURES}


def test_the_readme_shows_every_picture_of_the_folder_with_a_sentence_for_it():
    shown = re.findall(r"!\[([^\]]*)\]\(docs/pictures/([\w.]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert sorted(file for _words, file in shown) == sorted(MADE)
    assert [file for words, file in shown if len(words.split()) < 4] == []

    assert {path.name for path in FOLDER.iterdir()} == MADE
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > MOST_BYTES] == []
    assert [one.name for one in PICTURES if size_of(one.name) != (one.width, one.height)] == []

    assert {one.language for one in PICTURES} == {"sr_Cyrl", "sr_Latn", "en"}
    assert len({one.role for one in PICTURES}) == len(PICTURES) == 3


def test_what_is_pictured_begins_in_a_folder_that_is_not_there_yet(tmp_path: Path):
    Installation(tmp_path / "made", "", DAY)
    assert (tmp_path / "made").is_dir()


@pytest.mark.slow
def test_a_picture_is_packed_until_it_is_small_or_refused():
    assert len(packed(noise(300))) <= MOST_BYTES
    with pytest.raises(ValueError, match="choose a smaller window"):
        packed(noise(900))


def size_of(name: str) -> tuple[int, int]:
    with Image.open(FOLDER / f"{name}.webp") as picture:
        return picture.size


def noise(side: int) -> bytes:
    """A picture that hardly packs, as PNG."""
    into = io.BytesIO()
    Image.effect_noise((side, side), 90).save(into, "PNG")
    return into.getvalue()

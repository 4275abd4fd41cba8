"""CHANGELOG.md is found through: by release, by reader, one short line for each thing that somebody gains.

What the README and its neighbours tell to type and to open is there.
What the code cites as TRUST stands in docs/trust.md beside a test that is there, and nothing else does.
The table of edge cases names tests that are there: a renamed one breaks here and not in a reader's hands.
An operator finds each setting in docs/settings.md, and nothing there that does not exist.
The handbook is true: it names screens that exist, the same in both languages, and its links lead somewhere.
"""

import ast
import datetime as dt
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.language import catalogue_path, translator
from scheduler.web.public.handbook import CHAPTERS, FOLDER
from tests.laws.sources import parsed

ROOT = Path(__file__).resolve().parents[2]
READERS = ["Schools", "Presenters", "Coordinators", "Operators", "Developers"]
MOST_LETTERS = 100
UNRELEASED = "Unreleased"


RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)(rc\d+)? \((\d{4}-\d{2}-\d{2})\)")


def parts_of(text: str) -> list[str]:
    """What stands below each heading of a release, its heading first; what stands above them all is the first part."""
    return re.split(r"^## ", text, flags=re.MULTILINE)


def out_of_order(headings: list[str]) -> list[str]:
    """Headings that are neither "Unreleased" at the top nor a release, lower and no later than the one above."""
    wrong = [] if headings[:1] == [UNRELEASED] else [f"{UNRELEASED} is not the first"]
    above, not_after = (1_000_000, 0, 0), dt.date.max
    for heading in headings[1:]:
        known = RELEASE.fullmatch(heading)
        number = tuple(map(int, known.groups()[:3])) if known else above
        day = dt.date.fromisoformat(known[5]) if known else not_after
        if number >= above or day > not_after:
            wrong.append(heading)
        else:
            above, not_after = number, day
    return wrong


def wrong_lines(part: str) -> list[str]:
    """Lines of a release that are no short bullet under a reader; readers out of their order or without a bullet."""
    above, *readers = re.split(r"^### ", part, flags=re.MULTILINE)
    heading, *wrong = filter(None, above.splitlines())
    names = [reader.splitlines()[0] for reader in readers]
    for name, reader in zip(names, readers, strict=True):
        lines = list(filter(None, reader.splitlines()[1:]))
        wrong += [line for line in lines if not line.startswith("- ") or len(line) > MOST_LETTERS]
        wrong += [] if lines else [f"nothing for {name}"]
    wrong += [] if names == [name for name in READERS if name in names] else [str(names)]
    return [f"{heading}: {line}" for line in wrong]


def problems_with(text: str) -> list[str]:
    above, *releases = parts_of(text)
    return (
        [f"above the releases: {line}" for line in above.splitlines() if line.startswith(("- ", "### "))]
        + out_of_order([release.splitlines()[0] for release in releases])
        + [line for release in releases for line in wrong_lines(release)]
    )


def test_every_change_is_a_short_line_below_its_release_and_its_reader():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(parts_of(text)) > 3  # releases were found at all
    assert problems_with(text) == []


def test_the_newest_release_is_the_version_of_the_package_and_has_its_upgrade_notes():
    _above, _unreleased, newest, before, *_ = parts_of((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    known, last = (RELEASE.match(one) for one in (newest, before))
    numbers = [".".join(one.groups()[:3]) for one in (known, last)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == numbers[0] + (known[4] or "")
    assert f"## {numbers[1]} to {numbers[0]}" in (ROOT / "docs/upgrade.md").read_text(encoding="utf-8")


GOOD = """# Changes

What is new.

## Unreleased

## 0.2.0 (2026-12-01)

### Schools

- A date is kept.

### Developers

- A hook.

## 0.1.0 (2026-11-30)

### Operators

- A setting.
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- A date is kept.", "- " + "x" * 98, None),
        ("- A date is kept.", "- " + "x" * 99, "0.2.0 (2026-12-01): - x"),
        ("- A date is kept.", "- A date\n  is kept.", "0.2.0 (2026-12-01):   is kept."),
        ("- A date is kept.", "", "0.2.0 (2026-12-01): nothing for Schools"),
        ("### Schools", "", "0.2.0 (2026-12-01): - A date is kept."),
        ("### Schools", "### Everybody", "0.2.0 (2026-12-01): ['Everybody', 'Developers']"),
        ("### Schools", "### Developers", "0.2.0 (2026-12-01): ['Developers', 'Developers']"),
        ("### Developers", "### Schools", "0.2.0 (2026-12-01): ['Schools', 'Schools']"),
        ("### Operators", "### Presenters", None),
        ("0.1.0 (2026-11-30)", "0.1.0 (2026-12-01)", None),
        ("0.1.0 (2026-11-30)", "0.1.0 (2026-12-02)", "0.1.0 (2026-12-02)"),
        ("0.1.0 (2026-11-30)", "0.2.0 (2026-11-30)", "0.2.0 (2026-11-30)"),
        ("0.1.0 (2026-11-30)", "0.10.0 (2026-11-30)", "0.10.0 (2026-11-30)"),
        ("0.1.0 (2026-11-30)", "2026-11-30", "2026-11-30"),
        ("0.1.0 (2026-11-30)", "Unreleased", "Unreleased"),
        ("## Unreleased\n", "", "Unreleased is not the first"),
        ("What is new.", "- What is new.", "above the releases: - What is new."),
    ],
)
def test_each_fault_of_the_changelog_is_found(old: str, new: str, told: str | None):
    found = problems_with(GOOD.replace(old, new, 1))
    assert [line[: len(told or line)] for line in found] == ([told] if told else [])


def test_readers_stand_in_their_order():
    swapped = GOOD.replace("Schools", "x").replace("Developers", "Schools").replace("x", "Developers")
    assert problems_with(swapped) == ["0.2.0 (2026-12-01): ['Developers', 'Schools']"]


TELLING = ["README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/architecture.md"]
LINKING = [
    "README.md",
    "CONTRIBUTING.md",
    *(str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs").glob("**/*.md"))),
]
TARGETS = {
    word
    for line in re.findall(r"^([a-z][a-z -]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in line.split()
}


def test_readme_commands_are_make_targets():
    told = {
        (page, target)
        for page in TELLING
        for target in re.findall(r"(?:^    |`|=\d+ )make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE)
    }

    assert {(page, target) for page, target in told if target not in TARGETS} == set()

    assert re.findall(r"^    make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)[:2] == ["run", "test"]
    assert len((ROOT / "README.md").read_text().splitlines()) <= 40


def test_make_knows_how_to_begin_each_target():
    tried = {
        target: subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        for target in sorted(TARGETS)
    }
    assert {target: done.stderr for target, done in tried.items() if done.returncode} == {}


def test_every_link_leads_to_a_file():
    links = [
        (page, link) for page in LINKING for link in re.findall(r"\]\((?!https?:|/)([^)#]+)", (ROOT / page).read_text())
    ]
    assert [(page, link) for page, link in links if not ((ROOT / page).parent / link).exists()] == []


def test_no_line_of_prose_has_500_letters_and_no_sentence_of_the_handbook_30_words():
    """A row of a table is as long as its cells."""
    lines = [(page, line) for page in LINKING for line in (ROOT / page).read_text(encoding="utf-8").splitlines()]
    assert [(page, line) for page, line in lines if len(line) > 500 and not line.startswith("| ")] == []

    handbook = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*/*.md")]
    parts = [" ".join(part.split()) for text in handbook for part in re.split(r"\n\s*\n|\n(?=[-#\d])", text)]
    assert [one for part in parts for one in re.split(r"(?<=[.!?:;])\s+", part) if len(one.split()) > 30] == []


def _decisions() -> dict[str, str]:
    return {page.name: page.read_text() for page in sorted((ROOT / "docs/decisions").glob("0*.md"))}


def test_a_decision_is_a_question_with_its_answer_its_reason_and_its_price():
    pages = _decisions()
    form = re.compile(r"# \d+\. [^\n]+\?\n\n(?!#)[^\n].*\n## Why\n\n[^#\n].*\n## What it costs\n\n[^#\n]", re.DOTALL)

    assert [name for name, text in pages.items() if not form.match(text)] == []

    titles = [text.splitlines()[0].removeprefix("# ").split(". ", 1) for text in pages.values()]
    words = ["-".join(re.findall(r"[a-z0-9]+", question.lower().replace("'", ""))) for _, question in titles]

    assert list(pages) == [f"{int(number):04}-{word}.md" for (number, _), word in zip(titles, words, strict=True)]
    assert [number for number, _ in titles] == [str(1 + place) for place in range(len(pages))]
    assert len(pages) <= 40

    titles = {name: text.splitlines()[0].removeprefix("# ") for name, text in _decisions().items()}
    rows = [line for line in (ROOT / "docs/decisions/README.md").read_text().splitlines() if line.startswith("- [")]

    assert rows == [f"- [{title}]({name})" for name, title in titles.items()]


def test_continuous_integration_runs_make_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert lines == ["exec make test"]
    assert script.stat().st_mode & 0o111


TRUST_PAGE = ROOT / "docs" / "trust.md"
PROMISES = re.findall(r"^\| ([RS]\d+) \| (.+?) \| (.+) \|$", TRUST_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
NAMED_BY_TRUST = sorted(
    {named for row in PROMISES for named in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[2])}
)
CITED = re.compile(r"TRUST((?:,? [RS]\d+)+)")
IN_A_NAME = re.compile(r"def test_trust_([rs])0?(\d+)_")


def cited_in(text: str) -> set[str]:
    """The promises that a text cites, in prose and in the names of tests."""
    prose = {number for group in CITED.findall(text) for number in re.findall(r"[RS]\d+", group)}
    return prose | {kind.upper() + number for kind, number in IN_A_NAME.findall(text)}


def sources() -> list[Path]:
    code = [path for folder in ("scheduler", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    return [path for path in [*code, *(ROOT / "docs").rglob("*.md")] if path not in (TRUST_PAGE, Path(__file__))]


def test_the_page_lists_what_is_cited_and_nothing_else():
    cited = set[str]().union(*(cited_in(path.read_text(encoding="utf-8")) for path in sources()))
    assert {row[0] for row in PROMISES} == cited
    found = cited_in('"""Both (TRUST R1, S45, S47)."""\ndef test_trust_s08_x(): ...\nTRUST S13 and S14; `TRUSTED` S9')
    assert found == {"R1", "S45", "S47", "S8", "S13"}


def test_each_promise_stands_once_in_order_and_has_a_test():
    numbers = [row[0] for row in PROMISES]
    assert numbers == sorted(set(numbers), key=lambda number: (number[0], int(number[1:])))
    assert [number for number, _promise, held_by in PROMISES if "::test_" not in held_by] == []


@pytest.mark.parametrize(("path", "name"), NAMED_BY_TRUST, ids=[name for _path, name in NAMED_BY_TRUST])
def test_the_named_test_exists(path: str, name: str):
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_nothing_cites_a_page_that_is_not_here():
    pages = re.compile(r"\b[A-Z]{4,}\.md\b")
    here = {path.name for folder in (".", "docs", "scheduler/data") for path in (ROOT / folder).glob("*.md")}
    cited = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources()
        for name in pages.findall(path.read_text(encoding="utf-8"))
        if name not in here
    }

    assert cited == set()


EDGE_CASES = (ROOT / "docs/edge_cases.md").read_text(encoding="utf-8")
NAMED_EDGE_CASES = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", EDGE_CASES)))


def text_of(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_every_edge_case_has_a_test_that_is_there():
    rows = [line for line in EDGE_CASES.splitlines() if line.startswith("| ")][2:]
    assert [row for row in rows if "::test_" not in row] == []
    assert len(NAMED_EDGE_CASES) > 60
    assert [f"{path}::{name}" for path, name in NAMED_EDGE_CASES if f"def {name}(" not in text_of(path)] == []


SETTINGS_FILES = ("config.py", "settings_file.py")
HANDS_ON = "scheduler/core/postgresql_programs.py"  # what a program that it starts needs: PATH, HOME, libpq's own


def settings_read() -> set[str]:
    """Every NAME in `env.str("NAME", …)`, `env.int(…)`, … of the two files that read settings."""
    trees = [parsed((ROOT / "scheduler" / name).read_text()) for name in SETTINGS_FILES]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_setting_is_in_settings_md():
    assert {"MODE", "DATABASE_URL", "SECRET_KEY"} <= settings_read()
    told = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert set(told) == settings_read()

    readers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "scheduler").rglob("*.py"))
        if re.search(r"os\.(environ|getenv)", path.read_text()) and path.name not in SETTINGS_FILES
    ]

    assert readers == [HANDS_ON]


ENGLISH, SERBIAN = FOLDER / "en", FOLDER / "sr_Cyrl"
OUTSIDE = ("operator", "developer")  # read in the repository
MOST_WORDS = 1000  # five minutes of a person who reads in passing
NAME = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
UNKNOWN = re.compile(r"^(###|[|>!<]|```| {4,}[-\d])|!\[|<\w|^\* ", re.MULTILINE)


def sections(path: Path) -> list[list[str]]:
    """The names of screens in each section of a page, a line's break being a blank."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [NAME.findall(" ".join(part.split())) for part in parts]


def strangers(path: Path, known: set[str]) -> list[str]:
    return [name for names in sections(path) for name in names if name not in known]


def names_on_screens() -> set[str]:
    with catalogue_path("sr_Cyrl").open("rb") as stream:
        return {message.id for message in read_po(stream) if isinstance(message.id, str)}


@pytest.mark.parametrize("role", [*CHAPTERS, *OUTSIDE])
def test_every_name_in_bold_is_on_a_screen(role: str) -> None:
    assert strangers(ENGLISH / f"{role}.md", names_on_screens()) == []
    assert sum(map(len, sections(ENGLISH / f"{role}.md"))) >= 15 or role in OUTSIDE


@pytest.mark.parametrize("role", CHAPTERS)
def test_the_serbian_page_names_the_same_screens_in_the_same_sections(role: str) -> None:
    said = translator("sr_Cyrl").gettext
    named = [[said(name) for name in names] for names in sections(ENGLISH / f"{role}.md")]
    assert sections(SERBIAN / f"{role}.md") == named


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.md")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_page_is_read_in_five_minutes_and_written_as_the_product_can_show_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.split()) <= MOST_WORDS
    assert re.match(r"# .+\n\n\S", text)
    assert len(re.findall(r"^## ", text, re.MULTILINE)) >= 5
    assert UNKNOWN.findall(text) == []
    assert text.count("**") == 2 * len(NAME.findall(" ".join(text.split())))


def test_every_role_has_its_pages_and_nobody_else() -> None:
    assert {path.stem for path in ENGLISH.glob("*.md")} == {*CHAPTERS, *OUTSIDE}
    assert {path.stem for path in SERBIAN.glob("*.md")} == set(CHAPTERS)


@pytest.mark.database
def test_every_link_of_the_handbook_leads_to_a_page(app: Flask, client: FlaskClient) -> None:
    for path in sorted(FOLDER.rglob("*.md")):
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if target.startswith("/"):
                assert client.get(target).status_code == 200, (path, target)
            else:
                assert (path.parent / target).is_file(), (path, target)


def test_the_law_sees_a_name_that_is_on_no_screen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nPress **Save\nthe numbers**.\n\n## Then\n\nPress **Jump**.\n", encoding="utf-8")
    assert strangers(page, names_on_screens()) == ["Jump"]
    assert sections(page) == [["Save the numbers"], ["Jump"]]

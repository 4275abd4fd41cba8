"""What the README and its neighbours tell to type and to open is there."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/architecture.md"]
TARGETS = {
    word
    for line in re.findall(r"^([a-z][a-z -]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in line.split()
}


def test_readme_commands_are_make_targets():
    told = {
        (page, target)
        for page in PAGES
        for target in re.findall(r"(?:^    |`|=\d+ )make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE)
    }

    assert {(page, target) for page, target in told if target not in TARGETS} == set()


def test_the_two_commands_are_told():
    assert re.findall(r"^    make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)[:2] == ["run", "test"]


def test_make_knows_how_to_begin_each_target():
    tried = {
        target: subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        for target in sorted(TARGETS)
    }

    assert {target: done.stderr for target, done in tried.items() if done.returncode} == {}


def test_every_link_leads_to_a_file():
    links = [
        (page, link) for page in PAGES for link in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text())
    ]

    assert [(page, link) for page, link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 40


def test_a_decision_tells_context_choice_and_price_under_its_number():
    pages = {page: page.read_text() for page in sorted((ROOT / "docs/decisions").glob("0*.md"))}
    parts = [(page.name, part) for page in pages for part in ("Context", "Choice", "Price")]

    assert [(name, part) for name, part in parts if f"**{part}.**" not in pages[ROOT / "docs/decisions" / name]] == []
    assert [page.name for page, text in pages.items() if not text.startswith(f"# {int(page.name[:4])}. ")] == []


def test_continuous_integration_runs_make_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]

    assert lines == ["exec make test"]
    assert script.stat().st_mode & 0o111


def test_every_decision_stands_in_the_list_by_its_title():
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    titles = [page.read_text().splitlines()[0].removeprefix("# ").split(". ", 1) for page in pages]
    rows = [line for line in (ROOT / "docs/decisions/README.md").read_text().splitlines() if line.startswith("| [")]

    assert rows == [
        f"| [{number}]({page.name}) | {words} |" for page, (number, words) in zip(pages, titles, strict=True)
    ]

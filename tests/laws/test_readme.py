"""What the README and its neighbours tell to type and to open is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/architecture.md"]
TARGETS = {
    word
    for line in re.findall(r"^([a-z][a-z -]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in line.split()
}


@pytest.mark.parametrize("page", PAGES)
def test_readme_commands_are_make_targets(page: str):
    told = set(re.findall(r"(?:^    |`|=\d+ )make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))

    assert told - TARGETS == set()


def test_the_two_commands_are_told():
    assert re.findall(r"^    make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)[:2] == ["run", "test"]


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_make_knows_how_to_begin_each_target(target: str):
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text())

    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 40


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_tells_context_choice_and_price(page: Path):
    text = page.read_text()

    assert [part for part in ("Context", "Choice", "Price") if f"**{part}.**" not in text] == []
    assert re.match(rf"# {int(page.name[:4])}\. ", text)


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

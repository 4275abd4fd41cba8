"""What the README and its neighbours tell to type and to open is there."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/operate.md", "docs/architecture.md"]
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
        (page, link) for page in LINKING for link in re.findall(r"\]\((?!https?:|/)([^)#]+)", (ROOT / page).read_text())
    ]

    assert [(page, link) for page, link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 40


def _decisions() -> dict[str, str]:
    return {page.name: page.read_text() for page in sorted((ROOT / "docs/decisions").glob("0*.md"))}


def test_a_decision_is_a_question_with_its_answer_its_reason_and_its_price():
    pages = _decisions()
    form = re.compile(r"# \d+\. [^\n]+\?\n\n(?!#)[^\n].*\n## Why\n\n[^#\n].*\n## What it costs\n\n[^#\n]", re.DOTALL)

    assert [name for name, text in pages.items() if not form.match(text)] == []


def test_decisions_are_at_most_forty_and_their_files_are_called_by_their_questions():
    pages = _decisions()
    titles = [text.splitlines()[0].removeprefix("# ").split(". ", 1) for text in pages.values()]
    words = ["-".join(re.findall(r"[a-z0-9]+", question.lower().replace("'", ""))) for _, question in titles]

    assert list(pages) == [f"{int(number):04}-{word}.md" for (number, _), word in zip(titles, words, strict=True)]
    assert [number for number, _ in titles] == [str(1 + place) for place in range(len(pages))]
    assert len(pages) <= 40


def test_continuous_integration_runs_make_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]

    assert lines == ["exec make test"]
    assert script.stat().st_mode & 0o111


def test_every_decision_stands_in_the_list_by_its_title():
    titles = {name: text.splitlines()[0].removeprefix("# ") for name, text in _decisions().items()}
    rows = [line for line in (ROOT / "docs/decisions/README.md").read_text().splitlines() if line.startswith("- [")]

    assert rows == [f"- [{title}]({name})" for name, title in titles.items()]

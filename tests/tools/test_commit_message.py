"""The hook .githooks/commit-msg refuses a first line that no list shows whole, and says what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Inside a hook git names its own repository in the environment: these tests must not reach it.
WITHOUT_GIT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
NOBODY = {f"GIT_{role}_{what}": "nobody@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ENVIRONMENT = WITHOUT_GIT | NOBODY | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
WHOLE = "Ž" * 72  # characters, not bytes
LONG = WHOLE + "!"


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        shutil.copy(ROOT / ".githooks" / "commit-msg", folder / ".git" / "hooks")

    def git(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=self.folder, env=ENVIRONMENT, input=given, capture_output=True, text=True, check=False
        )

    def commit(self, message: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.git("commit", "--allow-empty", "-F", "-", *words, given=message)

    def subjects(self) -> list[str]:
        return self.git("log", "--format=%s").stdout.splitlines()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize(
    "message",
    ["Show a school its date", WHOLE, f"\n\n{WHOLE}\n\nWhy: {LONG} {LONG}", f"Show a school its date\n\n{LONG}"],
)
def test_a_short_first_line_is_taken_whatever_the_body(repository: Repository, message: str):
    done = repository.commit(message)
    assert (done.returncode, done.stderr) == (0, "")
    assert repository.subjects() == [message.strip().splitlines()[0]]


def test_comments_and_the_diff_below_the_scissors_are_no_first_line(repository: Repository):
    text = f"# {LONG}\nShow a school its date\n# ------------------------ >8 ------------------------\n{LONG}\n"
    assert repository.commit(text, "--cleanup=scissors").returncode == 0
    empty = repository.commit(text.replace("Show a school its date\n", ""), "--cleanup=scissors")
    assert "characters" not in empty.stderr  # git's own words: there is no message


@pytest.mark.parametrize(
    ("message", "todo"),
    [
        (LONG, "move how and why into the body"),
        (f"{LONG}\n\nWhy.", "move how and why into the body"),
        ("Show a school\n" + WHOLE, "leave an empty line"),
        (f"fixup! {WHOLE}", "git rebase --autosquash"),
        (f"squash! {WHOLE}", "git rebase --autosquash"),
        (f"Merge branch 'board' into {WHOLE}", "git merge -m"),
        (f'Revert "{WHOLE}"', "the body names the commit"),
    ],
)
def test_a_long_first_line_is_refused_and_told_what_to_do(repository: Repository, message: str, todo: str):
    done = repository.commit(message)
    assert done.returncode == 1
    assert "at most 72" in done.stderr
    assert todo in done.stderr
    assert repository.subjects() == []


def test_a_refused_text_is_kept_and_taken_once_it_is_cut(repository: Repository):
    (kept,) = [line.split("'")[1] for line in repository.commit(f"{LONG}\n\nWhy.").stderr.splitlines() if "-eF" in line]
    text = Path(kept)
    assert text.read_text(encoding="utf-8") == f"{LONG}\n\nWhy.\n"
    text.write_text(text.read_text(encoding="utf-8").replace("!", ""), encoding="utf-8")
    assert repository.git("commit", "--allow-empty", "-F", kept).returncode == 0
    assert repository.subjects() == [WHOLE]


def test_a_cut_fixup_still_finds_its_commit(repository: Repository):
    for name, message in [("a", "Begin"), ("b", WHOLE), ("c", f"fixup! {WHOLE[:40]}")]:
        (repository.folder / name).write_text(name)
        repository.git("add", name)
        assert repository.commit(message).returncode == 0
    assert repository.git("-c", "sequence.editor=true", "rebase", "-i", "--autosquash", "HEAD~2").returncode == 0
    assert repository.subjects() == [WHOLE, "Begin"]


def test_a_merge_with_a_long_line_waits_for_a_shorter_one(repository: Repository):
    repository.commit("Begin")
    repository.git("switch", "--quiet", "-c", "x" * 80)
    repository.commit("Show a school its date")
    repository.git("switch", "--quiet", "main")

    done = repository.git("merge", "--no-ff", "x" * 80)
    assert done.returncode == 1
    assert "git merge -m" in done.stderr

    assert repository.commit("Join the dates of schools").returncode == 0
    assert repository.subjects()[0] == "Join the dates of schools"

"""Packages come from wherever the machine's pip looks: no index address of ours, in no file."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "--index" + "-url",
    "--extra-index" + "-url",
    "un" + "pkg.com",
]
LOCKS = [f"requirements{kind}" for kind in ("", "-scale", "-oidc", "-pades", "-dev", "-wheel")]
OURS = ("scheduler", "templates", "static", "tests", "tools", "docs", "deploy", "migrations", ".ci", ".githooks")
TEXT = {
    ".py",
    ".txt",
    ".in",
    ".md",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".po",
    ".csv",
    ".sh",
    ".conf",
    ".service",
    ".yaml",
    ".json",
    "",
}


def our_files() -> list[Path]:
    inside = [path for folder in OURS for path in (ROOT / folder).rglob("*")]
    return [path for path in [*ROOT.iterdir(), *inside] if path.is_file() and path.suffix in TEXT]


def test_no_registry_host_is_named():
    files = our_files()
    assert {"requirements.txt", "Makefile", "pyproject.toml"} <= {path.name for path in files}

    named = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in files
        for host in HOSTS
        if host in path.read_text(encoding="utf-8", errors="replace")
    }

    assert named == set()


def test_every_requirement_is_pinned_with_a_hash():
    for name in LOCKS:
        lock = f"{name}.txt"
        lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
        wanted = [line for line in lines if line and not line.lstrip().startswith(("#", "-"))]

        assert wanted
        assert [line[:60] for line in wanted if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_lock_is_made_from_the_files_that_lie_beside_it():
    """Each line of a .in file stands in its lock with the same version."""
    for name in LOCKS:
        lock = re.sub(r"\[.*?\]", "", (ROOT / f"{name}.txt").read_text().lower())
        lines = (ROOT / f"{name}.in").read_text().splitlines()
        wanted = [
            re.sub(r"\[.*\]", "", line.split("#")[0].strip().lower())
            for line in lines
            if line and not line.startswith(("#", "-"))
        ]

        assert [line for line in wanted if "==" in line and f"\n{line} " not in f"\n{lock}"] == []

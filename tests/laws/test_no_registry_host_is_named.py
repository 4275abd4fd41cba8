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
LOCKS = sorted(path.stem for path in ROOT.glob("requirements*.in"))
# what git ignores, and what it or a running product writes
NOT_OURS = [".git", "instance", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines())]


def our_files() -> list[Path]:
    ours = [path for path in ROOT.iterdir() if not any(path.match(one) for one in NOT_OURS)]
    return [path for top in ours for path in [top, *top.rglob("*")] if path.is_file() and path.suffix != ".pyc"]


def test_no_registry_host_is_named():
    files = our_files()
    assert {"requirements.txt", "Makefile", "pyproject.toml", "run", "test_no_registry_host_is_named.py"} <= {
        path.name for path in files
    }

    named = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in files
        for text in [path.read_bytes()]
        for host in HOSTS
        if host.encode() in text
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

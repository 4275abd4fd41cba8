"""What the product imports has a line of its own in a requirements/*.in, and each line is there for something.

The licence is the official text, the package names it, and NOTICE lists all that came from others.
Files of others lie here as vendored.toml says: none unnamed, none changed, none missing, each with its licence.
Packages come from wherever the machine's pip looks: no index address of ours, in no file.
"""

import ast
import hashlib
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.laws.sources import nodes
from tests.least_packages import normal
from tools.lock import FILES as LOCKS
from tools.notice import notice

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("scheduler", "migrations", "wsgi.py")
OURS = {"scheduler"}
EXTRAS = ("requirements/scale.in", "requirements/oidc.in", "requirements/pades.in")
SERVED = ("requirements/run.in", *EXTRAS)  # the product, and its extras
NOT_IMPORTED = {  # by us; and what they are there for
    "pip": "installs the others",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
    "waitress": "the web server of `make run` and deploy/raspored-web.service",
    "gunicorn": "the web server of a larger installation",
    "redis": "the client that the queue and the limits load where REDIS_URL is set",
}


def lines_of(*files: str) -> set[str]:
    """The packages that .in files name."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    return {normal(re.split(r"[\[=<>~!; #]", line)[0]) for line in lines if line and line[0] not in "#-"}


def imports_in(code: str) -> set[str]:
    """The top-level names that a file imports, wherever in it, of others."""
    names: set[str] = set()
    for node in nodes(code):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - OURS


@cache
def imported() -> dict[str, str]:
    """What the product imports, and one file that does."""
    tops = [ROOT / name for name in PRODUCT]
    files = [file for top in tops for file in ([top] if top.is_file() else sorted(top.rglob("*.py")))]
    return {name: str(file.relative_to(ROOT)) for file in files for name in imports_in(file.read_text())}


@cache
def packages() -> dict[str, set[str]]:
    """{what is imported: the packages that bring it}."""
    return {name: {normal(one) for one in found} for name, found in packages_distributions().items()}


def without_line(names: dict[str, str], lines: set[str]) -> dict[str, str]:
    return {name: file for name, file in names.items() if not packages().get(name, set()) & lines}


def test_each_import_has_a_line_of_its_own():
    """Else it comes only as long as another package happens to need it."""
    assert len(imported()) > 25
    assert without_line(imported(), lines_of(*SERVED)) == {}

    lines = lines_of(*SERVED) - {"idna", "python-dotenv"}

    assert without_line(imported(), lines).keys() == {"idna", "dotenv"}
    assert imports_in("def late():\n    from left_pad.sides import left\n    import os, scheduler.core") == {"left_pad"}

    lines = lines_of(*SERVED)
    needed = {package for name in imported() for package in packages().get(name, ())}

    assert lines - needed == set(NOT_IMPORTED)


@pytest.mark.parametrize("name", LOCKS)
def test_no_package_has_two_lines(name: str):
    file = f"requirements/{name}.in"
    lines = [line for line in (ROOT / file).read_text().splitlines() if line and line[0] not in "#-"]
    assert len(lines) == len(lines_of(file))


# The official English text: two copies of it, set in different line lengths, had the same words (2600 words and signs).
OFFICIAL = "6fc9e709ccbfe0d77fbffa2427a983282be2eb88e47b1cdb49f21a83b4d1e665"


def test_the_licence_is_the_official_text_and_the_package_carries_it():
    text = (ROOT / "LICENSE").read_bytes()

    assert hashlib.sha256(text).hexdigest() == OFFICIAL
    assert text.decode().split("\n")[0].strip() == "EUROPEAN UNION PUBLIC LICENCE v. 1.2"

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == "EUPL-1.2"
    assert [name for name in project["license-files"] if not (ROOT / name).is_file()] == []
    assert {"LICENSE", "NOTICE"} <= set(project["license-files"])


def test_the_notice_names_every_foreign_file_and_every_shipped_table():
    assert (ROOT / "NOTICE").read_text(encoding="utf-8") == notice(), "run: python -m tools.notice"

    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    vendored = tomllib.loads((ROOT / "vendored.toml").read_text(encoding="utf-8"))["vendored"]
    tables = {
        path.name for path in (ROOT / "scheduler/data").glob("*.*") if path.suffix in (".csv", ".geojson", ".txt")
    }
    ours = {"common_passwords.txt", "demo_hosts.csv", "demo_people.csv"}  # chosen here
    ours |= {"helpline_codes.csv", "practice_cases.csv"}

    assert [one["name"] for one in vendored if f"{one['name']} {one['version']} ({one['folder']})" not in text] == []
    assert sorted(name for name in tables - ours if name not in text) == []
    assert [path for path in re.findall(r"text in ([\w./-]+[\w])", text) if not (ROOT / path).is_file()] == []


FOLDERS = ("static/vendor", "static/fonts", "tests/vendor")
TOLD = {"name", "version", "source", "made", "licence", "used", "folder", "sha256"}
LICENCES = {"MIT", "0BSD", "OFL-1.1", "MPL-2.0"}  # what we may hand on together with our own


def faults(root: Path) -> list[str]:
    """What the manifest says and the folders do not, or the other way round."""
    entries = tomllib.loads((root / "vendored.toml").read_text(encoding="utf-8"))["vendored"]
    named = {f"{one['folder']}/{file}": digest for one in entries for file, digest in one["sha256"].items()}
    found = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    return sorted(
        [f"not in the manifest: {file}" for file in found.keys() - named.keys()]
        + [f"missing: {file}" for file in named.keys() - found.keys()]
        + [f"changed: {file}" for file in found.keys() & named.keys() if found[file] != named[file]]
    )


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    folder = tmp_path / "static/vendor/wheel-1.0"
    folder.mkdir(parents=True)
    (folder / "wheel.js").write_bytes(b"turn()")
    digest = hashlib.sha256(b"turn()").hexdigest()
    manifest = f'[[vendored]]\nfolder = "static/vendor/wheel-1.0"\n[vendored.sha256]\n"wheel.js" = "{digest}"\n'
    (tmp_path / "vendored.toml").write_text(manifest)
    return tmp_path


def test_every_vendored_file_is_in_the_manifest_and_as_it_came(small_house: Path) -> None:
    assert faults(ROOT) == []

    folder = small_house / "static/vendor/wheel-1.0"
    assert faults(small_house) == []

    (folder / "wheel.js").write_bytes(b"turn(2)")
    (folder / "spoke.js").write_bytes(b"hold()")
    assert faults(small_house) == [
        "changed: static/vendor/wheel-1.0/wheel.js",
        "not in the manifest: static/vendor/wheel-1.0/spoke.js",
    ]

    (folder / "wheel.js").unlink()
    (folder / "spoke.js").unlink()
    assert faults(small_house) == ["missing: static/vendor/wheel-1.0/wheel.js"]


def test_every_entry_says_whence_it_came_in_which_version_and_under_which_licence() -> None:
    entries = tomllib.loads((ROOT / "vendored.toml").read_text(encoding="utf-8"))["vendored"]

    assert [one["name"] for one in entries if set(one) != TOLD or not all(one.values())] == []
    assert [one["name"] for one in entries if one["licence"] not in LICENCES] == []
    without_text = [
        one["name"] for one in entries if not any(file[:7] in ("LICENSE", "OFL.txt") for file in one["sha256"])
    ]
    assert without_text == []

    packages = [one for one in entries if one["source"].startswith("npm package ")]

    assert len(packages) >= 5
    assert [one["name"] for one in packages if not one["source"].endswith(f"@{one['version']}")] == []
    public = [one for one in packages if one["folder"].startswith("static/")]
    assert [one["name"] for one in public if not one["folder"].endswith(f"-{one['version']}")] == []


HOSTS = [
    "py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "--index" + "-url", "--extra-index" + "-url",
    "un" + "pkg.com",
]  # fmt: skip
# what git ignores, and what it or a running product writes
NOT_OURS = [".git", "instance", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines())]


def our_files() -> list[Path]:
    ours = [path for path in ROOT.iterdir() if not any(path.match(one) for one in NOT_OURS)]
    return [path for top in ours for path in [top, *top.rglob("*")] if path.is_file() and path.suffix != ".pyc"]


def test_no_registry_host_is_named():
    files = our_files()
    assert {"requirements.txt", "Makefile", "pyproject.toml", "run", "test_packages.py"} <= {
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


def test_every_requirement_is_locked_in_its_version_with_a_hash():
    assert sorted(LOCKS) == sorted(file.stem for file in (ROOT / "requirements").glob("*.in"))
    for lock in LOCKS.values():
        lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
        wanted = [line for line in lines if line and not line.lstrip().startswith(("#", "-"))]

        assert wanted
        assert [line[:60] for line in wanted if "==" not in line or "--hash=sha256:" not in line] == []

    # Each line of a .in file stands in its lock with the same version.
    for name, file in LOCKS.items():
        lock = re.sub(r"\[.*?\]", "", (ROOT / file).read_text().lower())
        lines = (ROOT / f"requirements/{name}.in").read_text().splitlines()
        wanted = [
            re.sub(r"\[.*\]", "", line.split("#")[0].strip().lower())
            for line in lines
            if line and not line.startswith(("#", "-"))
        ]

        assert [line for line in wanted if "==" in line and f"\n{line} " not in f"\n{lock}"] == []

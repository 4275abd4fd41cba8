"""Files of others lie here as vendored.toml says: none unnamed, none changed, none missing, each with its licence."""

import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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


def test_every_vendored_file_is_in_the_manifest_and_as_it_came() -> None:
    assert faults(ROOT) == []


def test_every_entry_says_whence_it_came_and_under_which_licence() -> None:
    entries = tomllib.loads((ROOT / "vendored.toml").read_text(encoding="utf-8"))["vendored"]

    assert [one["name"] for one in entries if set(one) != TOLD or not all(one.values())] == []
    assert [one["name"] for one in entries if one["licence"] not in LICENCES] == []
    without_text = [
        one["name"] for one in entries if not any(file[:7] in ("LICENSE", "OFL.txt") for file in one["sha256"])
    ]
    assert without_text == []


def test_the_version_stands_in_the_package_and_in_the_folder_that_a_browser_keeps() -> None:
    entries = tomllib.loads((ROOT / "vendored.toml").read_text(encoding="utf-8"))["vendored"]
    packages = [one for one in entries if one["source"].startswith("npm package ")]

    assert len(packages) >= 5
    assert [one["name"] for one in packages if not one["source"].endswith(f"@{one['version']}")] == []
    public = [one for one in packages if one["folder"].startswith("static/")]
    assert [one["name"] for one in public if not one["folder"].endswith(f"-{one['version']}")] == []


def test_a_changed_an_unnamed_and_a_missing_file_are_found(small_house: Path) -> None:
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

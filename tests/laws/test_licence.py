"""The licence is the official text, the package names it, and NOTICE lists all that came from others."""

import hashlib
import re
import tomllib
from pathlib import Path

from tools.notice import notice

ROOT = Path(__file__).resolve().parents[2]
# The official English text: two copies of it, set in different line lengths, had the same words (2600 words and signs).
OFFICIAL = "6fc9e709ccbfe0d77fbffa2427a983282be2eb88e47b1cdb49f21a83b4d1e665"


def test_the_licence_is_the_official_text_untouched():
    text = (ROOT / "LICENSE").read_bytes()

    assert hashlib.sha256(text).hexdigest() == OFFICIAL
    assert text.decode().split("\n")[0].strip() == "EUROPEAN UNION PUBLIC LICENCE v. 1.2"


def test_the_package_names_its_licence_and_carries_both_texts():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == "EUPL-1.2"
    assert [name for name in project["license-files"] if not (ROOT / name).is_file()] == []
    assert {"LICENSE", "NOTICE"} <= set(project["license-files"])


def test_the_notice_is_as_the_list_of_foreign_files_says():
    assert (ROOT / "NOTICE").read_text(encoding="utf-8") == notice(), "run: python -m tools.notice"


def test_the_notice_names_every_foreign_file_and_every_shipped_table():
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

"""The whole matrix, for `make a11y`: every page in three scripts, at 360 and 1280 px, light and dark, and at 400 %.

Then the Nu HTML checker on the text of every page. Both tables go into the folder that A11Y_REPORT names.
"""

import json
import os
import subprocess
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.a11y.atlas import ROLES, Traveller, sheets
from tests.a11y.looking import LANGS, Eye, View

pytestmark = [pytest.mark.matrix, pytest.mark.slow, pytest.mark.journey]
SHAPES = [*product((360, 1280), ("light", "dark")), (320, "light")]  # 320 px are 1280 at a zoom of 400 %


def _report(name: str, lines: list[str]) -> None:
    if folder := os.environ.get("A11Y_REPORT"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", LANGS)
def test_every_page_in_every_view(
    house: Flask, everybody: dict[str, Traveller], address: str, chromium: Browser, role: str, language: str
) -> None:
    views = [View(language, *shape) for shape in SHAPES]
    eye = Eye(chromium, address, everybody[role], views[0])
    found = {sheet: eye.faults(sheet, *views) for sheet in sheets(house, everybody[role])}
    eye.close()
    _report(
        f"axe-{role or 'public'}-{language}.txt",
        [f"{sheet.endpoint:40} {len(views)} views {len(wrong)} faults {sheet.path}" for sheet, wrong in found.items()],
    )
    faults = [fault for wrong in found.values() for fault in wrong]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_valid_html(house: Flask, everybody: dict[str, Traveller], role: str, tmp_path: Path) -> None:
    jar = os.environ["VNU_JAR"]  # `make a11y` fetches it and names it
    client, seen = house.test_client(), list(sheets(house, everybody[role]))
    for name, value in everybody[role].cookies.items():
        client.set_cookie(name, value)
    for number, sheet in enumerate(seen):
        (tmp_path / f"{number:03}.html").write_bytes(client.get(sheet.path).data)
    line = ["java", "-jar", jar, "--format", "json", "--exit-zero-always", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]})
    said = json.loads(done.stderr)["messages"]
    wrong = [one for one in said if one["type"] != "info" or one.get("subType") == "warning"]
    of_page = Counter(int(Path(one["url"]).stem) for one in wrong)
    _report(
        f"vnu-{role or 'public'}.txt",
        [f"{sheet.endpoint:40} {of_page[number]} messages {sheet.path}" for number, sheet in enumerate(seen)],
    )
    told = [
        f"{seen[int(Path(one['url']).stem)].path}: {one['message']} {one.get('extract', '')[:120]!r}" for one in wrong
    ]
    assert not told, "\n".join(dict.fromkeys(told))

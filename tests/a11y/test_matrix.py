"""The whole matrix, for `make a11y`: every page in three scripts, at 360 and 1280 px, light and dark, and at 400 %.

Then the Nu HTML checker on the text of every page in three scripts. Tables go into the folder A11Y_REPORT.
"""

import json
import os
import subprocess
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.a11y.atlas import Sheet
from tests.a11y.looking import LANGS, Eye, View
from tests.laws.travellers import ROLES, Traveller

pytestmark = [pytest.mark.matrix, pytest.mark.slow, pytest.mark.journey]
SHAPES = [*product((360, 1280), ("light", "dark")), (320, "light")]  # 320 px are 1280 at a zoom of 400 %


def _report(name: str, lines: list[str]) -> None:
    if folder := os.environ.get("A11Y_REPORT"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", LANGS)
def test_every_page_in_every_view(
    new_sheets: dict[str, list[Sheet]],
    everybody: dict[str, Traveller],
    address: str,
    chromium: Browser,
    role: str,
    language: str,
) -> None:
    views = [View(language, *shape) for shape in SHAPES]
    eye = Eye(chromium, address, everybody[role], views[0])
    found = {sheet: eye.faults(sheet, *views) for sheet in new_sheets[role]}
    eye.close()
    _report(
        f"axe-{role or 'public'}-{language}.txt",
        [f"{sheet.endpoint:40} {len(views)} views {len(wrong)} faults {sheet.path}" for sheet, wrong in found.items()],
    )
    faults = [fault for wrong in found.values() for fault in wrong]
    assert not faults, "\n".join(faults)


def test_every_page_is_valid_html(
    house: Flask, every_sheet: dict[str, list[Sheet]], everybody: dict[str, Traveller], tmp_path: Path
) -> None:
    """All pages at once: the checker takes longer to start than to read."""
    written = dict[str, Sheet]()
    for role, traveller in everybody.items():
        client = traveller.client(house)
        for (number, sheet), language in product(enumerate(every_sheet[role]), LANGS):
            name = f"{role or 'public'}-{number:03}-{language}.html"
            (tmp_path / name).write_bytes(client.get(sheet.spoken(language)).data)
            written[name] = sheet
    told = [(written[Path(one["url"]).name], one) for one in _checked(tmp_path)]
    of_page = Counter(sheet for sheet, _one in told)
    lines = [
        f"{one.role or 'public':14} {one.endpoint:40} {of_page[one]} messages {one.path}" for one in written.values()
    ]
    _report("vnu.txt", list(dict.fromkeys(lines)))
    wrong = [f"{sheet.path}: {one['message']} {one.get('extract', '')[:120]!r}" for sheet, one in told]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def _checked(folder: Path) -> list[dict[str, Any]]:
    """The errors and warnings of the Nu HTML checker, which `make a11y` fetches, about the files of a folder."""
    line = ["java", "-jar", os.environ["VNU_JAR"], "--format", "json", "--exit-zero-always", str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]})
    said = json.loads(done.stderr)["messages"]
    return [one for one in said if one["type"] != "info" or one.get("subType") == "warning"]

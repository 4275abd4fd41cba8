"""`planner tour FILE`: a file in, the best order out; a wrong field in one line."""

import json
from pathlib import Path

import pytest
from flask import Flask

CITIES = [
    {"name": "Niš", "lat": 43.32, "lon": 21.90, "days": [0, 1, 2]},
    {"name": "Leskovac", "lat": 43.00, "lon": 21.95, "days": [0, 1, 2]},
    {"name": "Subotica", "lat": 46.10, "lon": 19.67, "days": []},
]
TOUR = {"format": "sic-tour/1", "home": {"lat": 44.82, "lon": 20.46}, "night_cost": 100, "cities": CITIES}


def said(app: Flask, tmp_path: Path, **given: object):
    file = tmp_path / "tour.json"
    file.write_text(json.dumps(TOUR | given), encoding="utf-8")
    return file, app.test_cli_runner().invoke(args=["planner", "tour", str(file)])


def test_the_order_is_told_as_one_document(app: Flask, tmp_path: Path):
    _file, result = said(app, tmp_path)

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {stop["city"] for stop in told["stops"]} == {"Niš", "Leskovac"}
    assert [stop["from_home"] for stop in told["stops"]] == [True, False]
    assert told["left_out"] == ["Subotica"]
    assert (told["nights"], told["bound"]) == (1, told["total"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cities": []}, "cities: 1 to 40 cities are needed"),
        ({"cities": [*CITIES, CITIES[0]]}, "cities: a city is there twice"),
        ({"cities": [{"name": "Niš", "lat": 143, "lon": 21.9, "days": [0]}]}, "cities[0].lat: degrees from -90 to 90"),
        ({"cities": [{"name": "Niš", "lat": 43, "lon": 21.9}]}, "cities[0].days: missing"),
        ({"home": None}, "home: an object is needed"),
        ({"night_cost": -1}, "night_cost: a whole number from 0"),
    ],
)
def test_a_wrong_field_is_named_in_one_line(app: Flask, tmp_path: Path, given, words):
    file, result = said(app, tmp_path, **given)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {file}: {words}")
    assert result.stderr.count("\n") == 1

"""The instance that nights and rides are measured on: a minor is given no night."""

import json
from collections import Counter

from scheduler.core.text import LATIN, to_latin
from scheduler.data import files
from scheduler.places.rules.hosts import straight_line_km
from scheduler.places.terms.hosts import Point
from scheduler.planning.imports import read_problem
from tests.factories.planning import a_random_problem, as_file
from tools.make_demo_hosts import demo_hosts
from tools.nights_and_rides import extended

ROWS = files.rows_of("demo_hosts.csv")


def test_the_shipped_file_has_an_example_near_the_seat_of_every_municipality():
    assert demo_hosts().encode() == files.bytes_of("demo_hosts.csv")

    seats = {
        (row["name_sr_cyrl"], row["district_iso"]): Point(float(row["lat"]), float(row["lon"]))
        for row in files.rows_of("municipalities.csv")
    }
    homes = [(row["municipality_sr_cyrl"], row["district_iso"]) for row in ROWS]

    assert set(homes) == set(seats)
    for row, home in zip(ROWS, homes, strict=True):
        assert straight_line_km(seats[home], Point(float(row["lat"]), float(row["lon"]))) < 2


def test_examples_are_of_many_kinds_and_their_names_stand_in_both_scripts():
    kinds = Counter(row["kind"] for row in ROWS)

    assert kinds.most_common(2)[0][0] == "primary"
    assert {"secondary", "dormitory", "library", "camp", "music", "municipality"} <= set(kinds)

    for row in ROWS:
        cyrillic = "".join(row[name] for name in row if name.endswith("_cyrl"))
        assert {letter.lower() for letter in cyrillic if letter.isalpha()} <= set(LATIN)
        assert row["name_sr_latn"] == to_latin(row["name_sr_cyrl"])


def test_an_extended_instance_is_read_and_gives_nights_to_adults_alone():
    instance = json.loads(json.dumps(as_file(a_random_problem(1))))
    problem = read_problem(json.dumps(extended(instance, nights=3, night_cost=90, rides=True)).encode())
    given = [(one.nights_max, one.takes_along) for one in problem.people]
    assert given == [(3, True), (3, True), (0, False), (3, False)]
    assert problem.people[2].own_school.may_ride == problem.people[2].own_school.consent
    assert problem.weights.night == 90

import re
from itertools import combinations, pairwise

import pytest

from scheduler.data import files
from scheduler.layout import place_of
from scheduler.reports import charts
from scheduler.reports.terms.counting import Chart, CityOutcome, DistrictLine, Series
from scheduler.reports.terms.drawing import TownOfMap


def test_every_district_has_a_shape_with_its_number_and_its_towns_inside_it():
    land = charts.country()
    shapes = {one.iso: one.path for one in land.outlines}
    towns = {"RS-00": (44.8, 20.47), "RS-20": (43.32, 21.9), "RS-25": (42.66, 21.17), "RS-01": (46.1, 19.67)}
    assert list(shapes) == [row["iso_3166_2"] for row in files.rows_of("districts.csv")]
    assert [one.iso for one in land.outlines if not covers(one.path, (one.x, one.y))] == []
    assert [iso for iso, town in towns.items() if not covers(shapes[iso], land.place(*town))] == []


def covers(path: str, point: tuple[float, float]) -> bool:
    """Whether a point lies inside a drawn path: a ray from it crosses the edges an odd number of times."""
    inside = False
    for ring in path.split("M")[1:]:
        numbers = [int(one) for one in re.findall(r"-?\d+", ring)]
        corners = [(numbers[0], numbers[1])]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            corners.append((corners[-1][0] + dx, corners[-1][1] + dy))
        for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
            if (ay > point[1]) != (by > point[1]) and point[0] < ax + (point[1] - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside


@pytest.mark.parametrize(
    ("most", "starts"), [(0, []), (1, [1]), (4, [1, 2, 3, 4]), (5, [1, 2, 3]), (8, [1, 2, 4]), (18, [1, 3, 5, 9])]
)
def test_steps_of_shading_are_whole_numbers_that_double(most, starts):
    assert charts.steps_from(most) == starts


def test_the_map_shades_and_numbers_each_district_and_every_district_has_a_name():
    lines = [
        DistrictLine("RS-00", "Beograd", 18, 900),
        DistrictLine("RS-20", "Nišava", 1, None),
        DistrictLine("RS-25", "Kosovski", 2, 80),
        DistrictLine("", "", 1, 20),
    ]

    drawing = charts.district_map(lines, "said", "en")

    areas = {area.iso: area for area in drawing.areas}
    assert (areas["RS-00"].step, areas["RS-00"].number, areas["RS-00"].words) == (4, "18", "Beograd: 18 presentations")
    assert (areas["RS-20"].step, areas["RS-20"].words) == (1, "Nišava: 1 presentation")
    assert (areas["RS-01"].step, areas["RS-01"].number) == (0, "")
    assert [entry.words for entry in drawing.legend] == ["no presentation", "1–2", "3–4", "5–8", "9 and more"]
    assert (areas["RS-25"].number, areas["RS-25"].words) == ("2", "Kosovski: 2 presentations")
    assert areas["RS-23"].words == "Jablanica: 0 presentations"  # no line of the report: its name is the shipped one


def test_cities_are_told_apart_by_shape_and_no_name_covers_another_or_leaves_the_map():
    towns = [("Beograd", 44.8, 20.47, 2), ("Pančevo", 44.87, 20.64, 1), ("Smederevo", 44.66, 20.93, 0)]
    cities = [CityOutcome(name, name, lat, lon, 100, held, held * 90) for name, lat, lon, held in towns]
    cities.append(CityOutcome("Graz", "Graz", None, None, 0, 1, 40))

    drawing = charts.city_map(cities, [city.city_sr_latn for city in cities], "said", "en")

    assert [spot.shape for spot in drawing.spots] == ["done", "done", "ahead"]
    assert [entry.words for entry in drawing.legend] == ["held", "to come"]
    places = [(spot.name.x, spot.name.y) for spot in drawing.spots]
    assert not any(one == other for one, other in combinations(places, 2))

    crowd = [(f"Crna Trava {place}", 42.81 + place / 99, 22.3) for place in range(9)]
    cities = [CityOutcome(name, name, lat, lon, 100, 1, 90) for name, lat, lon in crowd]

    drawing = charts.city_map(cities, [name for name, _lat, _lon in crowd], "said", "en")

    wide = charts.LETTER_WIDTH * len("Crna Trava 0")
    ends = [float(one.name.x) + wide * {"start": 1, "middle": 0.5, "end": 0}[one.name.anchor] for one in drawing.spots]
    assert max(ends) <= charts.COUNTRY_WIDTH + 31


def test_a_name_without_a_free_side_stands_where_it_covers_least():
    """Its right and its top would cover the second name, its left the first one; its foot touches a disc."""
    near = [("Aranđelovac 1", 44.31, 20.56), ("Majdanpek 1", 44.42, 21.93), ("Smederevska Palanka 1", 44.37, 20.96)]
    towns = [TownOfMap(name, lat, lon, done=True) for name, lat, lon in near]

    long_name = charts.town_map(towns, "said", "done", "ahead").spots[2]

    assert (long_name.name.anchor, long_name.name.y > long_name.y) == ("middle", True)


def test_lying_bars_begin_at_zero_in_proportion_and_nothing_is_drawn_of_nothing():
    drawing = charts.lying_bars([("Niš", 200, 100), ("Pirot", 50, 100), ("Bor", None, 0)], "said", "en")
    widths = [float(bar.width.rstrip("%")) for bar in drawing.bars]
    assert widths[0] == pytest.approx(4 * widths[1], abs=0.05)
    assert {bar.x for bar in drawing.bars} == {"33.00%"}
    assert [one.words for one in drawing.letters] == ["Niš", "200", "Pirot", "50", "Bor", "not shown"]
    assert sum(stroke.look == "target" for stroke in drawing.strokes) == 2
    for series in ((), (Series("Pupils", ()),)):
        assert charts.columns(Chart("Nothing", (), series), "en").bars == ()
    assert charts.lying_bars([], "said", "en").bars == ()


def test_columns_have_their_value_over_them_and_the_result_in_a_sentence():
    chart = Chart("By month", ("Jan", "Feb"), (Series("Pupils", (1000, 2000)), Series("Parents", (0, 7))))
    drawing = charts.columns(chart, "en")
    said = "By month. Pupils: 3,000 in all, most in Feb (2,000). Parents: 7 in all, most in Feb (7)."
    assert (drawing.summary, drawing.slots) == (said, 2)
    tall = [bar.height for bar in drawing.bars]
    assert tall[1] == pytest.approx(2 * tall[0])
    assert {"1,000", "2,000", "7", "0"} <= {one.words for one in drawing.letters}
    assert all(re.fullmatch(r"\d+\.\d\d%", bar.x) for bar in drawing.bars), "no fixed steps across the page"


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (["Jan", "Feb", "Mar"], ["Jan", "Feb", "Mar"]),
        ([f"{day} Dec" for day in range(10, 26)], ["11 Dec", *(f"{day} Dec" for day in range(13, 26, 2))]),
    ],
)
def test_names_under_narrow_columns_leave_each_other_room_and_stay_inside(labels, named):
    drawing = charts.columns(Chart("By week", tuple(labels), (Series("Pupils", (1,) * len(labels)),)), "en")
    under = [one for one in drawing.letters if one.words in labels]
    assert [one.words for one in under] == named
    assert (under[-1].anchor == "end") == (len(named) < len(labels))
    places = [float(one.x.rstrip("%")) for one in under]
    wide = max(map(len, labels)) * charts.LETTER / charts.NARROWEST * 100
    assert all(after - before >= wide for before, after in pairwise(places))


def test_on_a_phone_the_last_seven_of_twelve_months_fill_the_frame():
    css = (place_of("static") / "css/components/chart.css").read_text()
    [wide] = re.findall(r"min-width: ([\d.]+)%", css)

    assert 7 * (100 - charts.FIRST_SLOT) / 12 * float(wide) / 100 == pytest.approx(100, abs=0.1)

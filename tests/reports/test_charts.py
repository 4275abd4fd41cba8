import re
from itertools import combinations

import pytest

from scheduler.data import files
from scheduler.reports import charts
from scheduler.reports.terms.counting import Chart, CityOutcome, DistrictLine, Series


def test_every_district_of_the_file_has_a_shape_with_its_number_inside_the_picture():
    land = charts.country()

    assert len(land.outlines) == files.bytes_of("districts.svg").count(b"<path")
    assert all(0 < one.x < land.width and 0 < one.y < land.height for one in land.outlines)


def test_degrees_become_places_of_the_drawing():
    x, y = charts.country().place(44.8, 20.47)  # Belgrade

    assert (round(x), round(y)) == (236, 278)


@pytest.mark.parametrize(
    ("most", "starts"), [(0, []), (1, [1]), (4, [1, 2, 3, 4]), (5, [1, 2, 3]), (8, [1, 2, 4]), (18, [1, 3, 5, 9])]
)
def test_steps_of_shading_are_whole_numbers_that_double(most, starts):
    assert charts.steps_from(most) == starts


def test_the_map_shades_and_numbers_each_district_and_names_those_without_an_outline():
    lines = [
        DistrictLine("RS-00", "Beograd", 18, 900),
        DistrictLine("RS-20", "Nišavski", 1, None),
        DistrictLine("RS-25", "Kosovski", 2, 80),
        DistrictLine("", "", 1, 20),
    ]

    drawing = charts.district_map(lines, "said", "en")

    areas = {area.iso: area for area in drawing.areas}
    assert (areas["RS-00"].step, areas["RS-00"].number, areas["RS-00"].words) == (4, "18", "Beograd: 18 presentations")
    assert (areas["RS-20"].step, areas["RS-20"].words) == (1, "Nišavski: 1 presentation")
    assert (areas["RS-01"].step, areas["RS-01"].number) == (0, "")
    assert [entry.words for entry in drawing.legend] == ["no presentation", "1–2", "3–4", "5–8", "9 and more"]
    assert drawing.beside == ("Kosovski (2)", "Abroad, or without a municipality (1)")


def test_cities_are_told_apart_by_shape_and_no_name_covers_another():
    towns = [("Beograd", 44.8, 20.47, 2), ("Pančevo", 44.87, 20.64, 1), ("Smederevo", 44.66, 20.93, 0)]
    cities = [CityOutcome(name, name, lat, lon, 100, held, held * 90) for name, lat, lon, held in towns]
    cities.append(CityOutcome("Graz", "Graz", None, None, 0, 1, 40))

    drawing = charts.city_map(cities, [city.city_sr_latn for city in cities], "said", "en")

    assert [spot.shape for spot in drawing.spots] == ["done", "done", "ahead"]
    assert [entry.words for entry in drawing.legend] == ["held", "to come"]
    places = [(spot.name.x, spot.name.y) for spot in drawing.spots]
    assert not any(one == other for one, other in combinations(places, 2))


def test_lying_bars_begin_at_zero_and_are_in_proportion():
    drawing = charts.lying_bars([("Niš", 200, 100), ("Pirot", 50, 100), ("Bor", None, 0)], "said", "en")

    widths = [float(bar.width.rstrip("%")) for bar in drawing.bars]
    assert widths[0] == pytest.approx(4 * widths[1], abs=0.05)
    assert {bar.x for bar in drawing.bars} == {"33.00%"}
    assert [one.words for one in drawing.letters] == ["Niš", "200", "Pirot", "50", "Bor", "not shown"]
    assert sum(stroke.look == "target" for stroke in drawing.strokes) == 2


def test_columns_have_their_value_over_them_and_the_result_in_a_sentence():
    chart = Chart("By month", ("Jan", "Feb"), (Series("Pupils", (1000, 2000)), Series("Parents", (0, 7))))

    drawing = charts.columns(chart, "en")

    assert drawing.summary == (
        "By month. Pupils: 3,000 in all, most in Feb (2,000). Parents: 7 in all, most in Feb (7)."
    )
    tall = [bar.height for bar in drawing.bars]
    assert tall[1] == pytest.approx(2 * tall[0])
    assert {"1,000", "2,000", "7", "0"} <= {one.words for one in drawing.letters}
    assert drawing.slots == 2


@pytest.mark.parametrize("chart", [Chart("Nothing", (), ()), Chart("Nothing", (), (Series("Pupils", ()),))])
def test_nothing_is_drawn_of_nothing(chart):
    assert charts.columns(chart, "en").bars == ()
    assert charts.lying_bars([], "said", "en").bars == ()


def test_no_drawing_measures_the_page_in_fixed_steps_across():
    chart = Chart("By month", ("Jan", "Feb"), (Series("Pupils", (1, 2)),))

    assert all(re.fullmatch(r"\d+\.\d\d%", bar.x) for bar in charts.columns(chart, "en").bars)

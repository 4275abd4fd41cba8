import json

import pytest

from scheduler.data import outlines
from scheduler.settings_file import BadSettings

SQUARE = [[20.0, 44.0], [21.0, 44.0], [21.0, 45.0], [20.0, 44.0]]


def feature(iso, ring=SQUARE, kind="Polygon"):
    coordinates = [ring] if kind == "Polygon" else [[ring], [ring]]
    return {"type": "Feature", "id": iso, "geometry": {"type": kind, "coordinates": coordinates}}


def a_file(folder, *features, **members):
    path = folder / "outline.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | members))
    return str(path)


def names_of(choice):
    return [shape.iso for shape in outlines.outline_of(choice).shapes]


def test_thirty_districts_are_drawn_unless_the_installation_says_otherwise():
    assert names_of(outlines.ALL) == [f"RS-{number:02}" for number in range(30)]
    assert names_of(outlines.WITHOUT_KOSOVO) == [f"RS-{number:02}" for number in range(25)]
    assert outlines.frame_of(outlines.outline_of(outlines.ALL).shapes).south < 42


def test_a_file_of_the_installation_is_drawn_in_its_order_and_names_whom_it_wants_named(tmp_path):
    path = a_file(tmp_path, feature("RS-20", kind="MultiPolygon"), feature("RS-00"), attribution="© A mapper")
    outline = outlines.outline_of(path)
    assert [(shape.iso, len(shape.rings)) for shape in outline.shapes] == [("RS-20", 2), ("RS-00", 1)]
    assert outline.attribution == "© A mapper"
    assert outlines.frame_of(outline.shapes) == outlines.Frame(20, 44, 21, 45)


@pytest.mark.parametrize(("features", "told"), [
    ([], "it names no district, or one twice"),
    ([feature("RS-01"), feature("RS-01")], "it names no district, or one twice"),
    ([feature("RS-01"), feature("RS-77")], "it names RS-77; districts are named RS-00 to RS-29"),
    ([feature("RS-01", SQUARE[:2])], "a ring has too few corners, or a corner that is no longitude and latitude"),
    ([feature("RS-01", [[500, 44], *SQUARE])], "a ring has too few corners, or a corner that is no longitude"),
    ([{"id": "RS-01"}], "it is no GeoJSON FeatureCollection of polygons"),
    ([{"id": "RS-01", "geometry": {"type": "Point", "coordinates": [1, 2]}}], "it is no GeoJSON FeatureCollection"),
])  # fmt: skip
def test_a_file_that_cannot_be_drawn_says_why_in_one_line(tmp_path, features, told):
    path = a_file(tmp_path, *features)
    with pytest.raises(BadSettings) as refusal:
        outlines.outline_of(path)
    assert str(refusal.value).startswith(f"MAP_OUTLINE is 30, 25 or a GeoJSON file, and {path} is none: {told}")
    assert "\n" not in str(refusal.value)


def test_what_is_no_json_too_large_or_not_there_says_so(tmp_path):
    broken, large = tmp_path / "broken.geojson", tmp_path / "large.geojson"
    broken.write_bytes(b"\xff\xfe{")
    large.write_bytes(b" " * (outlines.MOST_BYTES + 1))

    for path, told in (
        (broken, "no GeoJSON"),
        (large, "over 2 MB"),
        (tmp_path / "none", "No such file"),
        (26, "No such"),
    ):
        with pytest.raises(BadSettings, match=told):
            outlines.outline_of(str(path))

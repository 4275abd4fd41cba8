"""The map and the figures that everybody reads."""

import datetime as dt
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from scheduler import config
from scheduler.attendance.terms import HeadCounts
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_centre
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.visits import make_presentation, make_visit
from tests.web.reading import text_of

NIS, PIROT, BOR, KOSOVO = ("Nišava", "RS-20"), ("Pirot", "RS-22"), ("Bor", "RS-14"), ("Kosovo", "RS-25")


def held(where, pupils, *, year=2023, programme=None, **others):
    """A visit in a district, and how many were counted there."""
    name, iso = where
    district = make_district(iso=iso, name_en=name, name_sr_cyrl=name, name_sr_latn=name)
    town = make_municipality(name, city_sr_cyrl=name, district_id=district.id)
    host = make_host(municipality_id=town.id)
    visit = make_visit(VisitState.DELIVERED, on_day=dt.date(year, 3, 1), host_id=host.id, programme=programme)
    make_attendance(make_presentation(visit, state=PresentationState.DELIVERED), HeadCounts(pupils=pupils, **others))


def told(page, name):
    """What the table says of a district."""
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else None


def test_the_map_and_the_table_beside_it_say_the_same(client, programme):
    held(NIS, 60, teachers=6, programme=programme)
    held(PIROT, 1200, parents=34, programme=programme)

    page = client.get("/map?year=2023&lang=en").text

    assert "<title>Nišava: 1 presentation</title>" in page
    assert told(page, "Nišava") == "1 66"
    assert told(page, "Pirot") == "1 1,234"
    assert told(page, "Total") == "2 1,300"


def test_trust_s44_few_people_are_hidden_and_cannot_be_computed_from_any_year_or_page(client, programme):
    for where, pupils in ((NIS, 3), (PIROT, 120), (BOR, 61)):
        held(where, pupils, programme=programme)

    page = client.get("/map?year=2023&lang=en").text

    rows = {name: told(page, name) for name in ("Nišava", "Bor", "Pirot", "Total")}
    assert rows == {"Nišava": "1 not shown", "Bor": "1 not shown", "Pirot": "1 120", "Total": "3 184"}


@pytest.mark.parametrize("year", ["", "1999", "²", "abc", "-1", "9" * 500, "2023.0", "%00"])
def test_a_year_that_is_not_there_shows_the_newest_that_has_data(client, year):
    held(NIS, 60)
    held(PIROT, 70, year=MONDAY.year)

    for path in ("/map", "/figures"):
        page = client.get(path, query_string={"year": year, "lang": "en"})
        assert page.status_code == 200
        assert re.search(rf'aria-current="true">\s*{MONDAY.year}', page.text)


def test_the_running_year_can_be_chosen_and_is_said_not_to_be_over(client):
    held(NIS, 63, year=MONDAY.year)

    page = client.get(f"/map?lang=en&year={MONDAY.year}").text

    assert "The year is not over" in page
    assert f"Until 1 March {MONDAY.year + 1} numbers of people are rounded down to tens" in page
    assert told(page, "Nišava") == "1 60"


@pytest.mark.parametrize("path", ["/map", "/figures"])
def test_a_year_that_is_counted_says_nothing_of_rounding(client, path):
    held(NIS, 63)

    page = client.get(f"{path}?lang=en&year=2023").text

    assert "63" in page
    assert "rounded down" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Contact Centre, 2023: 1 presentation in 1 city across Serbia."),
        ("en", "60 pupils, 21 parents and 6 teachers"),
        ("sr_Latn", "60 učenika, 21 roditelj i 6 nastavnika"),
        ("sr_Cyrl", "60 ученика, 21 родитељ и 6 наставника"),
    ],
)
def test_a_year_is_told_in_words_for_each_centre(client, language, words):
    centre = make_centre(name_en="Contact Centre")
    held(NIS, 60, parents=21, teachers=6, programme=make_programme(centre_id=centre.id))

    assert words in client.get("/figures", query_string={"year": "2023", "lang": language}).text
    assert client.get("/", query_string={"lang": language}).status_code == 200


def test_nobody_reads_that_none_came(client):
    held(NIS, 60, parents=0, teachers=6, programme=make_programme())

    shown = text_of(client.get("/figures", query_string={"year": "2023", "lang": "en"}))

    assert "attended by 60 pupils and 6 teachers." in shown
    assert "0 parents" not in shown


@pytest.fixture
def without_kosovo(app):
    config.use(replace(app.config["SETTINGS"], map_outline="25"))
    yield
    config.use(app.config["SETTINGS"])


def test_the_map_draws_thirty_districts_and_has_no_line_of_places_beside_it(client):
    held(NIS, 60)
    held(KOSOVO, 80)

    page = client.get("/map?year=2023&lang=en").text

    assert page.count('class="map__area map__area--m') == 30 + 2  # and two of the legend
    assert "<title>Kosovo: 1 presentation</title>" in page
    assert "outline: " not in page
    assert 'aria-label="Map of districts: 2 presentations in 2 districts in 2023."' in page


def test_an_installation_that_draws_fewer_districts_still_counts_all_of_them_in_the_table(client, without_kosovo):
    held(NIS, 60)
    held(KOSOVO, 80)

    page = client.get("/map?year=2023&lang=en").text

    assert page.count('class="map__area map__area--m') == 25 + 2
    assert "<title>Kosovo" not in page
    assert told(page, "Kosovo") == "1 80"


def test_the_picture_of_the_first_page_follows_the_outline_and_is_kept_for_an_hour(client, without_kosovo):
    answer = client.get("/road.svg")

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/svg+xml", "public, max-age=3600")
    assert "Set-Cookie" not in answer.headers
    assert (answer.text.count("<path"), answer.text.count("<circle")) == (25, 11)
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")
    assert 'src="/road.svg" alt=""' in client.get("/").text


def test_an_outline_of_the_installation_is_named_on_the_about_page(client, app, tmp_path):
    square = {"type": "Polygon", "coordinates": [[[20, 44], [21, 44], [21, 45], [20, 44]]]}
    told_by = {"features": [{"id": "RS-20", "geometry": square}], "attribution": "© Surveyors <of> Niš"}
    (tmp_path / "own.geojson").write_text(json.dumps(told_by))
    config.use(replace(app.config["SETTINGS"], map_outline=str(tmp_path / "own.geojson")))

    about, page = client.get("/about?lang=en").text, client.get("/styleguide").text

    config.use(app.config["SETTINGS"])
    assert "© Surveyors &lt;of&gt; Niš" in about
    assert "Natural Earth" not in about
    assert len(re.findall(r"<title>RS-20|<title>Niš", page)) == 1

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
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_centre
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.visits import make_presentation, make_visit

PATHS = ("/map", "/figures", "/")


def held(name, iso, counts, *, year=2023, **given):
    district = make_district(iso=iso, name_en=name, name_sr_cyrl=name, name_sr_latn=name)
    town = make_municipality(name, city_sr_cyrl=name, district_id=district.id)
    visit = make_visit(
        VisitState.DELIVERED, on_day=dt.date(year, 3, 1), host_id=make_host(municipality_id=town.id).id, **given
    )
    make_attendance(make_presentation(visit, state=PresentationState.DELIVERED), counts)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
@pytest.mark.parametrize("full", [False, True])
def test_pages_of_figures_open_in_each_language_with_and_without_figures(client, path, language, full):
    if full:
        held("Nišava", "RS-20", HeadCounts(pupils=60))

    page = client.get(path, query_string={"lang": language})

    assert page.status_code == 200
    assert len(re.findall(r"<h1\b", page.text)) == 1


def row_of(page, name):
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).split("  ") if found else None


def told(page, name):
    return " ".join(" ".join(row_of(page, name) or []).split())


def test_the_map_and_the_table_beside_it_say_the_same(client):
    programme = make_programme()
    held("Nišava", "RS-20", HeadCounts(pupils=60, teachers=6), programme=programme)
    held("Pirot", "RS-22", HeadCounts(pupils=1200, parents=34), programme=programme)

    page = client.get("/map?year=2023&lang=en").text

    assert "<title>Nišava: 1 presentation</title>" in page
    assert told(page, "Nišava") == "1 66"
    assert told(page, "Pirot") == "1 1,234"
    assert told(page, "Total") == "2 1,300"


def test_trust_s44_few_people_are_hidden_and_cannot_be_computed_from_any_year_or_page(client):
    programme = make_programme()
    held("Nišava", "RS-20", HeadCounts(pupils=3), programme=programme)
    held("Pirot", "RS-22", HeadCounts(pupils=120), programme=programme)
    held("Bor", "RS-14", HeadCounts(pupils=61), programme=programme)

    page = client.get("/map?year=2023&lang=en").text

    assert told(page, "Nišava") == "1 not shown"
    assert told(page, "Bor") == "1 not shown"
    assert told(page, "Pirot") == "1 120"
    assert told(page, "Total") == "3 184"


@pytest.mark.parametrize("year", ["", "1999", "²", "abc", "-1", "9" * 500, "2023.0", "%00"])
def test_a_year_that_is_not_there_shows_the_last_one_that_is_over(client, year):
    held("Nišava", "RS-20", HeadCounts(pupils=60))
    held("Pirot", "RS-22", HeadCounts(pupils=70), year=MONDAY.year)

    for path in ("/map", "/figures"):
        page = client.get(path, query_string={"year": year, "lang": "en"})
        assert page.status_code == 200
        assert re.search(r'aria-current="true">\s*2023', page.text)


def test_the_running_year_can_be_chosen_and_is_said_not_to_be_over(client):
    held("Nišava", "RS-20", HeadCounts(pupils=60), year=MONDAY.year)

    page = client.get(f"/map?lang=en&year={MONDAY.year}").text

    assert "The year is not over" in page


def test_a_year_is_told_in_words_for_each_centre(client):
    centre = make_centre(name_en="Contact Centre")
    held(
        "Nišava", "RS-20", HeadCounts(pupils=60, parents=21, teachers=6), programme=make_programme(centre_id=centre.id)
    )

    english = client.get("/figures?year=2023&lang=en").text
    serbian = client.get("/figures?year=2023&lang=sr_Latn").text

    assert "Contact Centre, 2023: 1 presentation in 1 city across Serbia." in english
    assert "60 pupils, 21 parents and 6 teachers" in english
    assert "60 učenika, 21 roditelj i 6 nastavnika" in serbian


def test_the_first_page_and_the_map_ask_as_often_for_one_visit_as_for_three(client):
    programme = make_programme()
    client.get("/")  # free dates are asked once and kept for some minutes
    asked = []
    for name, iso in (("Nišava", "RS-20"), ("Pirot", "RS-22"), ("Bor", "RS-14")):
        held(name, iso, HeadCounts(pupils=60), programme=programme)
        with statements() as made:
            for path in PATHS:
                client.get(path)
        asked.append(len(made))

    assert asked[0] == asked[2]


@pytest.fixture
def without_kosovo(app):
    config.use(replace(app.config["SETTINGS"], map_outline="25"))
    yield
    config.use(app.config["SETTINGS"])


def test_the_map_draws_thirty_districts_and_has_no_line_of_places_beside_it(client):
    held("Nišava", "RS-20", HeadCounts(pupils=60))
    held("Kosovo", "RS-25", HeadCounts(pupils=80))

    page = client.get("/map?year=2023&lang=en").text

    assert page.count('class="map__area map__area--m') == 30 + 2  # and two of the legend
    assert "<title>Kosovo: 1 presentation</title>" in page
    assert "outline: " not in page
    assert 'aria-label="Map of districts: 2 presentations in 2 districts in 2023."' in page


def test_an_installation_that_draws_fewer_districts_still_counts_all_of_them_in_the_table(client, without_kosovo):
    held("Nišava", "RS-20", HeadCounts(pupils=60))
    held("Kosovo", "RS-25", HeadCounts(pupils=80))

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

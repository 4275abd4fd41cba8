"""The pages of free dates write once what is the same for all: each visitor sees her own choice in it."""

import datetime as dt
import re

import pytest

from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours
from scheduler.web import frame
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator
from tests.web.requests.answered import answers

pytestmark = pytest.mark.usefixtures("hands")
DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')


@pytest.fixture
def educator(programme) -> None:
    """Comes on every weekday from 8 to 16."""
    person = a_cleared_educator(centre_id=programme.centre_id)
    hours = {"presenter_id": person.id, "from_local": dt.time(8), "until_local": dt.time(16)}
    with transaction() as session:
        session.add_all(AvailableHours(weekday=day, **hours) for day in range(7))


def begin(client, programme, host) -> None:
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"])


def test_the_open_page_shows_each_visitor_her_own_choice_of_lists_that_are_written_once(
    client, programme, educator, host
):
    """Also the days, which lead on with the language that she chose, and the names in her letters."""
    towns = [make_municipality(name, lat=43.15, lon=22.58) for name in ("Пирот", "Бела Паланка")]
    for lang, named in (("sr_Latn", ("Pirot", "Bela Palanka")), ("sr_Cyrl", ("Пирот", "Бела Паланка"))):
        for town, name in zip(towns, named, strict=True):
            for spoken in ("sr", "hu"):
                asked = {"municipality": town.id, "programme": programme.slug, "language": spoken, "lang": lang}
                page = client.get("/free", query_string=asked).text
                choices = page[page.index('id="municipality"') :].partition("</select>")[0]

                assert re.findall(r'<option value="(\d+)" selected>([^<]+)<', choices) == [(str(town.id), name)]
                assert len(re.findall("<option", choices)) == len(re.findall('<option value="[0-9]+"', choices)) > 2
                links = DAY_LINK.findall(page)
                assert bool(links) is (spoken == "sr")
                assert all("language=sr&amp;day=" in link for link in links)


def test_what_is_typed_as_days_is_shown_to_who_typed_it_and_to_nobody_else(client, app, programme, host, educator):
    """Though the fields are written once while nobody has named a day."""

    def fields(browser) -> str:
        page = browser.get("/book/when?lang=en").text
        return re.sub(r'(csrf_token|form_key)"[^>]*', "", page[page.index('id="first_day"') - 400 :])

    begin(client, programme, host)
    blank = fields(client)
    for typed in ({"first_day": "1.1.2020."}, {"last_day": "x"}, {"day_part": "evening"}, {"blackouts": "24.12.2026"}):
        client.post("/book/when", data=typed)
        value = next(iter(typed.values()))
        assert f'value="{value}"' in fields(client)

    for kept in (frame.PARTS, frame.FACTS):  # written anew: the same
        app.extensions[kept].clear()
    other = app.test_client()
    begin(other, programme, host)
    assert fields(other) == blank
    assert fields(client) != blank
    earlier = make_programme(centre_id=programme.centre_id, notice_days=40)
    begin(other, earlier, host)
    assert "The earliest day" in fields(other)
    assert fields(other) != blank

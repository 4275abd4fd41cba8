"""The pages of free dates write once what is the same for all: each visitor sees her own choice in it."""

import re

from scheduler.web import frame
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.web.requests.booking import Booking

DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')


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


def fields(booking: Booking) -> str:
    """The fields of days, without the secrets of their reader."""
    page = booking.get("when").text
    return re.sub(r'(csrf_token|form_key)"[^>]*', "", page[page.index('id="first_day"') - 400 :])


def test_what_is_typed_as_days_is_shown_to_who_typed_it_and_to_nobody_else(app, booking, programme, host, educator):
    """Though the fields are written once while nobody has named a day."""
    blank = fields(booking.begin())
    for typed in ({"first_day": "1.1.2020."}, {"last_day": "x"}, {"day_part": "evening"}, {"blackouts": "24.12.2026"}):
        booking.post("when", typed)
        [value] = typed.values()
        assert f'value="{value}"' in fields(booking)

    for kept in (frame.PARTS, frame.FACTS):  # written anew: the same
        app.extensions[kept].clear()
    other = Booking(app.test_client(), host, programme).begin()
    assert fields(other) == blank
    assert fields(booking) != blank
    earlier = Booking(other.client, host, make_programme(centre_id=programme.centre_id, notice_days=40)).begin()
    assert "The earliest day" in fields(earlier)
    assert fields(earlier) != blank

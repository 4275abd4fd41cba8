"""The page of a school: who asked, how to reach them, and the visits of the reader's centre there."""

import datetime as dt
import re

from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.staffing import a_confirmed_visit, a_held_visit
from tests.web.browser import browser_of
from tests.web.reading import selects_of


def test_next_and_past_visits_of_the_own_centre_stand_on_the_page(app, desk, programme):
    host = make_host()
    past = a_held_visit(programme=programme, host_id=host.id, on_day=MONDAY.date() - dt.timedelta(days=7))
    coming = a_confirmed_visit(programme=programme, host_id=host.id)
    foreign = a_confirmed_visit(host_id=host.id)

    to_come, before = desk.get(f"/hosts/{host.id}").text.split('id="past"')

    assert f"/visits/{coming.number}" in to_come
    assert f"/visits/{past.number}" in before
    assert foreign.number not in to_come + before


def test_who_asked_is_reached_by_links_and_only_by_the_own_centre(app, desk, programme):
    host = make_host(phone="018 123 456", email="skola@nis.example")
    contact = {"contact_name": "Мира Савић", "contact_phone": "064 555 777", "contact_email": "mira@nis.example"}
    asked = make_school_request(programme=programme, host_id=host.id, **contact)

    page = desk.get(f"/hosts/{host.id}").text
    other = browser_of(app, make_user()).get(f"/hosts/{host.id}").text

    for link in ("tel:018123456", "mailto:skola@nis.example", "tel:064555777", "mailto:mira@nis.example"):
        assert f'href="{link}"' in page
    assert f"/requests/{asked.number}" in page
    assert not re.search("Мира Савић|064555777", other)


def test_past_visits_are_paged_and_the_page_asks_equally_often(desk, programme):
    host, counts, numbers = make_host(), [], []
    page = f"/hosts/{host.id}"
    for day in range(1, 12):
        on_day = MONDAY.date() - dt.timedelta(days=day)
        numbers.append(a_held_visit(programme=programme, host_id=host.id, on_day=on_day).number)
        if day in (1, 11):
            counts.append(selects_of(desk, page))

    assert len(set(counts)) == 1
    at_most(9, counts[0])
    assert numbers[-1] not in desk.get(page).text
    assert numbers[-1] in desk.get(f"{page}?past=2").text

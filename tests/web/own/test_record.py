"""A presenter's own record of hours for her school: one school year, on a page that prints."""

import datetime as dt

from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_confirmed_visit, a_held_visit
from tests.web.browser import browser_of


def test_a_minor_reads_and_prints_what_was_held_with_her_under_her_first_name(app):
    programme = make_programme(influencers=1)
    ana = a_cleared_educator(centre_id=programme.centre_id)
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Јовићева")
    days = [MONDAY.date() - dt.timedelta(days=number) for number in (3, 4)]
    held = [a_held_visit(ana, minor, programme=programme, on_day=day) for day in days]
    before = a_held_visit(ana, minor, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=300))
    coming = a_confirmed_visit(ana, minor, programme=programme)
    me = browser_of(app, minor)

    with statements() as asked:
        page = me.get("/record?lang=en").text

    at_most(4, asked)
    assert all(one.number in page for one in held)
    assert before.number not in page
    assert coming.number not in page
    assert "1 h 30 min" in page
    assert "data-print" in page
    sheet = page.split('id="main"')[1]
    assert "Tara" in sheet
    assert "Јовићева" not in sheet
    assert before.number in me.get(f"/record?year={before.on_day.year - (before.on_day.month < 9)}").text


def test_a_year_that_is_none_shows_this_one(app):
    me = browser_of(app, a_cleared_educator())
    assert {me.get(f"/record?year={typed}").status_code for typed in ("x", "-1", "99999", "2019")} == {200}

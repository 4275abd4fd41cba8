"""The certificates of the schools of a campaign: issued in one press on a page of their own, and found like others."""

import pytest

from scheduler.certificates.models import Certificate
from scheduler.policy import Role
from tests.factories.awards import AFTERWARDS, a_campaign_of
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_user
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, text_of

EN = {"lang": "en"}


@pytest.fixture(autouse=True)
def afterwards(the_clock):
    the_clock.stands_at(AFTERWARDS)


@pytest.fixture
def campaign(programme):
    """Over by now; the numbers of two of its three visits are locked."""
    visits = [a_locked_visit(programme=programme) for _ in range(2)]
    return a_campaign_of(programme, [*visits, a_counted_visit(programme=programme)])


@pytest.fixture
def there(campaign):
    return f"/campaigns/{campaign.slug}/certificates"


def test_one_press_gives_each_school_its_paper_and_the_page_says_who_waits(client, desk, campaign, there):
    assert there in desk.get(f"/campaigns/{campaign.slug}/room").text
    before = text_of(desk.get(there, query_string=EN))
    assert "2 schools have earned their papers. 1 more waits for locked numbers." in before
    assert "Issue one for each school" in before

    answer = desk.post(there, query_string=EN)

    assert answer.location == there
    number = rows_of(Certificate.number)[0]
    page = text_of(desk.get(there, query_string=EN))
    assert "2 certificates are issued." in page
    assert page.count("U-2027-00000") == 4  # each once as a link, once read aloud beside its PDF
    assert "Issue one for each school" not in page
    assert "0 schools" not in page
    assert "Certificates of the campaign School Number State PDF" in page  # the heads of its columns
    assert "of a school for a whole campaign" in text_of(desk.get("/certificates/issued?lang=en&kind=campaign"))
    checked = text_of(client.get(f"/certificates/{number}?lang=en"))
    for field in ("Покажи поштовање", "Основна школа „Вук Караџић“", "Pupils 88", "Download the badge"):
        assert field in checked
    assert client.get(f"/certificates/{number}/badge.jwt").status_code == 200


def test_while_it_runs_nothing_is_issued_and_the_page_says_why(app, campaign, there, the_clock):
    the_clock.stands_at(LEAVING)
    desk = staff_of(app, campaign)

    page, answer = desk.get(there, query_string=EN), desk.post(there, query_string=EN)

    assert "They can be issued when the campaign is over." in page.text
    assert "Issue one for each school" not in page.text
    assert (answer.status_code, "Wait until the campaign is over" in answer.text) == (409, True)
    assert rows_of(Certificate) == []


def test_nobody_else_opens_it(app, campaign, there):
    stranger = browser_of(app, make_user())

    assert (stranger.get(there).status_code, stranger.post(there).status_code) == (404, 404)
    assert staff_of(app, campaign, Role.EDUCATOR).post(there).status_code in (403, 404)

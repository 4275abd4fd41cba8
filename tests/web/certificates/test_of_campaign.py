"""The certificates of the schools of a campaign: issued in one press on a page of their own, and found like others."""

import re

import pytest
from sqlalchemy import select

from scheduler.certificates.models import Certificate
from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.web.limits import limiter
from tests.factories.awards import AFTERWARDS, a_campaign_of
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture(autouse=True)
def fresh(app, the_clock):
    limiter.reset()
    the_clock.stands_at(AFTERWARDS)


@pytest.fixture
def campaign(session):
    programme = make_programme()
    visits = [a_locked_visit(programme=programme) for _ in range(2)]
    return a_campaign_of(programme, [*visits, a_counted_visit(programme=programme)])


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def desk_of(app, campaign, role=Role.COORDINATOR):
    return browser_of(app, make_user(role, centre_id=campaign.centre_id))


def test_one_press_gives_each_school_its_paper_and_the_page_says_who_waits(app, campaign):
    desk, there = desk_of(app, campaign), f"/campaigns/{campaign.slug}/certificates"
    assert there in desk.get(f"/campaigns/{campaign.slug}/room").text
    before = words_of(desk.get(there, query_string=EN))
    assert "2 schools have earned their papers. 1 more waits for locked numbers." in before
    assert "Issue one for each school" in before

    answer = desk.post(there, query_string=EN)

    assert answer.location == there
    numbers = db.session.scalars(select(Certificate.number).order_by(Certificate.id)).all()
    page = words_of(desk.get(there, query_string=EN))
    assert "2 certificates are issued." in page
    assert page.count("U-2027-00000") == 4  # each once as a link, once read aloud beside its PDF
    assert "Issue one for each school" not in page
    assert "0 schools" not in page
    assert "Certificates of the campaign School Number State PDF" in page  # the heads of its columns
    assert "of a school for a whole campaign" in words_of(desk.get("/certificates/issued?lang=en&kind=campaign"))
    checked = words_of(app.test_client().get(f"/certificates/{numbers[0]}?lang=en"))
    for field in ("Покажи поштовање", "Основна школа „Вук Караџић“", "Pupils 88", "Download the badge"):
        assert field in checked
    badge = app.test_client().get(f"/certificates/{numbers[0]}/badge.jwt")
    assert badge.status_code == 200


def test_while_it_runs_nothing_is_issued_and_the_page_says_why(app, campaign, the_clock):
    the_clock.stands_at(LEAVING)
    desk, there = desk_of(app, campaign), f"/campaigns/{campaign.slug}/certificates"

    page, answer = desk.get(there, query_string=EN), desk.post(there, query_string=EN)

    assert "They can be issued when the campaign is over." in page.text
    assert "Issue one for each school" not in page.text
    assert (answer.status_code, "Wait until the campaign is over" in answer.text) == (409, True)
    assert db.session.scalars(select(Certificate)).all() == []


def test_nobody_else_opens_it(app, campaign):
    there = f"/campaigns/{campaign.slug}/certificates"
    stranger = browser_of(app, make_user(Role.COORDINATOR, centre_id=make_centre().id))

    assert stranger.get(there).status_code == 404
    assert stranger.post(there).status_code == 404
    assert desk_of(app, campaign, Role.EDUCATOR).post(there).status_code in (403, 404)
    assert app.test_client().get(there).status_code in (302, 401)

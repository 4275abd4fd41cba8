"""A presenter's certificates on the pages: staff issue and revoke them, she takes hers; nobody else, and no school."""

import datetime as dt
import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from scheduler.certificates.models import Certificate
from scheduler.core import tokens
from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import db, transaction
from scheduler.policy import Role
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import GUARDIAN_LINK
from scheduler.web.limits import limiter
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.awards import a_locked_visit_with
from tests.factories.counting import LEAVING
from tests.factories.people import make_centre, make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture(autouse=True)
def fresh(app, the_clock):
    limiter.reset()
    the_clock.stands_at(LEAVING)


@pytest.fixture
def tara(session):
    return a_cleared_minor(centre_id=make_centre().id, given_name="Тара", family_name="Јовићева")


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split('id="main"')[1]).split())


def words_in(answer):
    return " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())


def desk_of(app, person, role=Role.COORDINATOR):
    return browser_of(app, make_user(role, centre_id=person.centre_id))


def numbers():
    db.session.rollback()
    return db.session.scalars(select(Certificate.number).order_by(Certificate.id)).all()


def test_a_coordinator_issues_it_on_a_page_beside_hers_and_revokes_it(app, tara):
    a_locked_visit_with(tara)
    desk, there = desk_of(app, tara), f"/people/{tara.id}/certificates"
    assert there in desk.get(f"/people/{tara.id}").text
    assert "2026/27 1 45 min none issued yet" in words_of(desk.get(there, query_string=EN))

    answer = desk.post(there, data={"year": "2026"}, query_string=EN)

    assert answer.location == there
    [number] = numbers()
    page = desk.get(there, query_string=EN)
    assert "Issued. She finds it beside her record of hours." in page.text
    assert "U-2026-000001 Issued" in words_of(page)
    assert f"/certificates/{number}.pdf" in page.text
    assert 'name="year"' not in page.text
    a_locked_visit_with(tara, from_hour=11)
    with statements() as asked:
        stale = words_of(desk.get(there, query_string=EN))
    at_most(7, asked)  # however many years
    assert "the numbers have changed since" in stale
    desk.post(there, data={"year": "2026"})
    again = numbers()[1]
    assert "was replaced by U-2026-000002" in words_of(app.test_client().get(f"/certificates/{number}?lang=en"))
    desk.post(f"/certificates/{again}/revoke", data={"reason": "wrong"})
    assert "U-2026-000002 Revoked" in words_of(desk.get(there, query_string=EN))
    refused = desk.post(there, data={"year": "2026"}, query_string=EN)
    assert (refused.status_code, "it does not come back" in refused.text) == (409, True)


def test_a_year_of_which_nothing_is_locked_gives_none_and_one_that_is_none_is_not_found(app, tara):
    desk, there = desk_of(app, tara), f"/people/{tara.id}/certificates"
    assert "Nothing is locked yet" in words_of(desk.get(there, query_string=EN))

    answers = {typed: desk.post(there, data={"year": typed}).status_code for typed in ("2026", "0", "99999", "x", "")}

    assert answers == {"2026": 409, "0": 409, "99999": 409, "x": 404, "": 404}
    assert numbers() == []


def test_she_finds_it_on_her_own_page_and_takes_it_with_her_first_name(app, tara):
    a_locked_visit_with(tara)
    desk_of(app, tara).post(f"/people/{tara.id}/certificates", data={"year": "2026"})
    [number] = numbers()
    me, there = browser_of(app, tara), f"/my-certificates/{number}.pdf"

    for page in ("/my-part", "/record"):
        assert there in me.get(page, query_string=EN).text
        assert "Certificate for the school year 2026/27" in me.get(page, query_string=EN).text
    taken = me.get(there)
    assert taken.mimetype == "application/pdf"
    assert "no-store" in taken.headers["Cache-Control"]
    assert "Тара" in words_in(taken)
    assert "Јовић" not in words_in(taken)


def test_what_staff_takes_of_a_minors_stands_in_the_audit(app, tara):
    a_locked_visit_with(tara)
    desk = desk_of(app, tara)
    desk.post(f"/people/{tara.id}/certificates", data={"year": "2026"})
    before = db.session.scalars(select(AuditEntry.id).where(AuditEntry.action == MINOR_READ)).all()

    assert "Тара" in words_in(desk.get(f"/certificates/{numbers()[0]}.pdf"))

    db.session.rollback()
    fresh = select(AuditEntry.thing_id).where(AuditEntry.action == MINOR_READ, AuditEntry.id.not_in(before))
    assert db.session.scalars(fresh).all() == [tara.id]


def test_nobody_else_reaches_it_and_no_school_does(app, tara):
    begun = a_locked_visit_with(tara)
    desk_of(app, tara).post(f"/people/{tara.id}/certificates", data={"year": "2026"})
    [number] = numbers()
    with transaction():
        secret = tokens.mint("status", begun.request.id, lasts=dt.timedelta(days=9), now=LEAVING)
    there = f"/people/{tara.id}/certificates"
    peer, other = a_cleared_minor(centre_id=tara.centre_id), a_cleared_educator(centre_id=tara.centre_id)
    elsewhere = make_centre()
    nobody, stranger = app.test_client(), browser_of(app, make_user(centre_id=elsewhere.id))

    assert {browser_of(app, one).get(f"/my-certificates/{number}.pdf").status_code for one in (peer, other)} == {404}
    assert {browser_of(app, one).get(there).status_code for one in (tara, peer, other)} == {403}
    assert [stranger.get(one).status_code for one in (there, f"/certificates/{number}.pdf")] == [404, 404]
    assert stranger.post(there, data={"year": "2026"}).status_code == 404
    assert nobody.get(f"/my-certificates/{number}.pdf").status_code in (302, 401)
    officer = desk_of(app, tara, Role.SAFEGUARDING)
    assert (officer.get(there).status_code, officer.post(there, data={"year": "2026"}).status_code) == (200, 403)
    for way in (f"{number}.pdf", f"{number}.jwt", f"{number}/names", f"{number}/names.pdf"):
        assert nobody.get(f"/status/{secret}/certificates/{way}").status_code == 404
    assert number not in nobody.get(f"/status/{secret}/attendance").text
    assert nobody.get(f"/certificates/{number}/badge.jwt").status_code == 404


def test_the_check_page_says_what_it_proves_and_names_no_minor(app, tara):
    begun = a_locked_visit_with(tara)
    desk_of(app, tara).post(f"/people/{tara.id}/certificates", data={"year": "2026"})

    page = app.test_client().get(f"/certificates/{numbers()[0]}", query_string=EN)
    words = words_of(page)

    for said in ("School year 2026/27", "Presentations 1", "45 min", "It proves that in this school year"):
        assert said in words
    assert "no name of hers is kept" in words
    assert "Whose certificate is it?" not in words
    for name in ("Тара", "Tara", "Јовић", "Jović", "Вук Караџић", "Vuk Karadžić", begun.visit.number):
        assert name not in page.text


def test_an_adults_stands_with_her_name_and_is_compared_when_it_is_forgotten(app, session):
    ana = a_cleared_educator(centre_id=make_centre().id, given_name="Ана", family_name="Марић")
    a_locked_visit_with(ana)
    desk = desk_of(app, ana)
    desk.post(f"/people/{ana.id}/certificates", data={"year": "2026"})
    [number] = numbers()
    anybody = app.test_client()

    assert "Ана Марић" in words_of(anybody.get(f"/certificates/{number}", query_string=EN))
    assert "Ана Марић" in words_in(browser_of(app, ana).get(f"/my-certificates/{number}.pdf"))
    db.session.execute(Certificate.__table__.update().values(holder_name=None))
    db.session.commit()
    assert "Whose certificate is it?" in words_of(anybody.get(f"/certificates/{number}", query_string=EN))
    matched = anybody.post(f"/certificates/{number}", data={"name": "Ana Maric"}, query_string=EN)
    assert "The name matches." in words_of(matched)


def test_the_list_shows_it_by_its_kind_with_no_school(app, tara):
    a_locked_visit_with(tara)
    desk = desk_of(app, tara)
    desk.post(f"/people/{tara.id}/certificates", data={"year": "2026"})

    page = desk.get("/certificates/issued?lang=en&kind=presenter")

    assert "a presenter of a presenter for a school year" in words_of(page)
    assert f"/people/{tara.id}/certificates" in page.text
    assert "Караџић" not in page.text
    again = desk.get(f"/certificates/{numbers()[0]}/reissue?lang=en")
    assert "The new paper prints the numbers that count now." in again.text
    assert "The right name" not in again.text


def test_her_guardian_finds_and_takes_it_behind_her_link_as_long_as_she_is_a_minor(app, tara, the_clock):
    a_locked_visit_with(tara)
    other = a_cleared_minor(centre_id=tara.centre_id)
    desk_of(app, tara).post(f"/people/{tara.id}/certificates", data={"year": "2026"})
    [number] = numbers()
    with transaction() as session:
        guardians = session.scalars(select(Guardian.id).order_by(Guardian.presenter_id)).all()
        hers, anothers = (
            tokens.mint(GUARDIAN_LINK, one, lasts=dt.timedelta(days=3000), now=LEAVING) for one in guardians
        )
    anybody, there = app.test_client(), f"/consent/{hers}/certificates/{number}.pdf"
    assert tara.id < other.id  # the first link is hers

    page = anybody.get(f"/consent/{hers}", query_string=EN).text
    assert there in page
    assert re.search(r'class="box">\s*<h2>Certificates of the young person', page)  # with room around it
    assert "Тара" in words_in(anybody.get(there))
    assert number not in anybody.get(f"/consent/{anothers}").text
    assert anybody.get(f"/consent/{anothers}/certificates/{number}.pdf").status_code == 404
    assert anybody.get(f"/consent/{hers}x/certificates/{number}.pdf").status_code == 404
    the_clock.stands_at(dt.datetime.combine(tara.adult_on, dt.time(12), tzinfo=dt.UTC))
    assert anybody.get(there).status_code in (404, 410)
    assert number not in anybody.get(f"/consent/{hers}").text

"""Certificates of more than a visit: of a campaign's schools, of classes, of a presenter's school year."""

import datetime as dt
import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from scheduler.certificates.models import Certificate
from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import transaction
from scheduler.policy import Role
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import GUARDIAN_LINK
from tests.ceilings import at_most
from tests.factories.awards import AFTERWARDS, a_campaign_of, a_locked_visit_with
from tests.factories.counting import LEAVING, Begun, a_counted_visit, a_locked_visit
from tests.factories.people import make_centre, make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.web.browser import browser_of, staff_of
from tests.web.reading import a_link, rows_of, selects_of, text_of

# --- of a campaign ---


pytestmark = pytest.mark.usefixtures("after_the_talk")
EN = {"lang": "en"}


@pytest.fixture
def campaign(programme, the_clock):
    """Over by now; the numbers of two of its three visits are locked."""
    the_clock.stands_at(AFTERWARDS)
    visits = [a_locked_visit(programme=programme) for _ in range(2)]
    return a_campaign_of(programme, [*visits, a_counted_visit(programme=programme)])


@pytest.fixture
def there(campaign):
    return f"/campaigns/{campaign.slug}/certificates"


def test_one_press_gives_each_school_its_paper_and_the_page_says_who_waits(app, client, campaign, there):
    desk = staff_of(app, campaign)
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
    for field in ("Покажи поштовање", "Основна школа „Вук Караџић“", "Pupils 88"):
        assert field in checked
    assert client.get(f"/certificates/{number}/badge.jwt").location == f"/certificates/{number}"


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


# --- of classes ---


PRESS = "Issue one for each class or group"


def pages_of(app, begun: Begun, *roles: Role):
    """A browser of staff, and the page of the visit's numbers."""
    return staff_of(app, begun.visit, *roles), f"/attendance/{begun.visit.number}"


def test_one_press_issues_them_and_the_list_shows_them(app, client):
    desk, there = pages_of(app, a_locked_visit(talks=2))
    assert PRESS in desk.get(f"{there}?lang=en").text

    answer = desk.post(f"{there}/certificates?lang=en")

    assert answer.location == "/certificates/issued?kind=group"
    shown = desk.get("/certificates/issued?kind=group&lang=en").text
    assert "2 certificates are issued." in shown
    assert shown.count("of a class or a group · 7b, 7c") == 2  # which class, so that papers of one visit differ
    first, _second = rows_of(Certificate.number)
    assert "Pupils" in client.get(f"/certificates/{first}?lang=en").text


def test_before_the_numbers_are_locked_there_is_no_press_and_nothing_is_issued(app):
    desk, there = pages_of(app, a_counted_visit())

    assert PRESS not in desk.get(f"{there}?lang=en").text
    assert desk.post(f"{there}/certificates?lang=en").location == there
    assert "Lock the attendance first." in desk.get(f"{there}?lang=en").text
    assert rows_of(Certificate) == []
    educator, there = pages_of(app, a_locked_visit(), Role.EDUCATOR)
    assert educator.post(f"{there}/certificates").status_code in (403, 404)


# --- of a presenter: staff issue and revoke them, she takes hers; nobody else, and no school ---


YEAR = {"year": "2026"}


@pytest.fixture
def tara(session):
    return a_cleared_minor(centre_id=make_centre().id, given_name="Тара", family_name="Јовићева")


@pytest.fixture
def desk(app, tara):
    return staff_of(app, tara)


def words_in(answer):
    """The words of the first page of a PDF."""
    return " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())


def page_for(person) -> str:
    return f"/people/{person.id}/certificates"


def issued_to(person, desk) -> tuple[Begun, str]:
    """A locked visit of this presenter, and the number of the certificate that staff issue for its school year."""
    begun = a_locked_visit_with(person)
    desk.post(page_for(person), data=YEAR)
    [number] = rows_of(Certificate.number)
    return begun, number


def test_a_coordinator_issues_it_on_a_page_beside_hers_and_revokes_it(client, desk, tara):
    a_locked_visit_with(tara)
    there, read = page_for(tara), f"{page_for(tara)}?lang=en"
    assert there in desk.get(f"/people/{tara.id}").text
    assert "2026/27 1 45 min none issued yet" in text_of(desk.get(read))

    assert desk.post(there, data=YEAR).location == there

    [number] = rows_of(Certificate.number)
    page = desk.get(read)
    assert "Issued. She finds it beside her record of hours." in page.text
    assert "U-2026-000001 Issued" in text_of(page)
    assert f"/certificates/{number}.pdf" in page.text
    assert 'name="year"' not in page.text
    a_locked_visit_with(tara, from_hour=11)
    at_most(7, selects_of(desk, read))  # however many years
    assert "the numbers have changed since" in text_of(desk.get(read))
    desk.post(there, data=YEAR)
    assert "was replaced by U-2026-000002" in text_of(client.get(f"/certificates/{number}?lang=en"))
    desk.post(f"/certificates/{rows_of(Certificate.number)[1]}/revoke", data={"reason": "wrong"})
    assert "U-2026-000002 Revoked" in text_of(desk.get(read))
    refused = desk.post(read, data=YEAR)
    assert (refused.status_code, "it does not come back" in refused.text) == (409, True)


def test_a_year_of_which_nothing_is_locked_gives_none_and_one_that_is_none_is_not_found(desk, tara):
    assert "Nothing is locked yet" in text_of(desk.get(f"{page_for(tara)}?lang=en"))

    years = ("2026", "0", "99999", "x", "")
    answers = [desk.post(page_for(tara), data={"year": year}).status_code for year in years]

    assert answers == [409, 409, 409, 404, 404]
    assert rows_of(Certificate) == []


def test_she_finds_it_on_her_own_page_and_takes_it_with_her_first_name(app, desk, tara):
    _begun, number = issued_to(tara, desk)
    me, there = browser_of(app, tara), f"/my-certificates/{number}.pdf"

    for page in ("/my-part?lang=en", "/record?lang=en"):
        assert there in me.get(page).text
        assert "Certificate for the school year 2026/27" in me.get(page).text
    taken = me.get(there)
    assert taken.mimetype == "application/pdf"
    assert "no-store" in taken.headers["Cache-Control"]
    assert "Тара" in words_in(taken)
    assert "Јовић" not in words_in(taken)


def test_what_staff_takes_of_a_minors_stands_in_the_audit(desk, tara):
    _begun, number = issued_to(tara, desk)
    before = len(rows_of(AuditEntry))

    assert "Тара" in words_in(desk.get(f"/certificates/{number}.pdf"))

    assert [row.thing_id for row in rows_of(AuditEntry)[before:] if row.action == MINOR_READ] == [tara.id]


def test_nobody_else_reaches_it_and_no_school_does(app, client, desk, tara):
    begun, number = issued_to(tara, desk)
    secret, there = a_link(begun.request.id), page_for(tara)
    peer, other = a_cleared_minor(centre_id=tara.centre_id), a_cleared_educator(centre_id=tara.centre_id)
    stranger, officer = browser_of(app, make_user()), staff_of(app, tara, Role.SAFEGUARDING)

    assert {browser_of(app, one).get(f"/my-certificates/{number}.pdf").status_code for one in (peer, other)} == {404}
    assert {browser_of(app, one).get(there).status_code for one in (tara, peer, other)} == {403}
    assert [stranger.get(one).status_code for one in (there, f"/certificates/{number}.pdf")] == [404, 404]
    assert stranger.post(there, data=YEAR).status_code == 404
    assert (officer.get(there).status_code, officer.post(there, data=YEAR).status_code) == (200, 403)
    for way in (f"{number}.pdf", f"{number}.jwt", f"{number}/names", f"{number}/names.pdf"):
        assert client.get(f"/status/{secret}/certificates/{way}").status_code == 404
    assert number not in client.get(f"/status/{secret}/attendance").text
    assert client.get(f"/certificates/{number}/badge.jwt").status_code == 404


def test_the_check_page_says_what_it_proves_and_names_no_minor(client, desk, tara):
    begun, number = issued_to(tara, desk)

    page = client.get(f"/certificates/{number}?lang=en")

    for words in ("School year 2026/27", "Presentations 1", "45 min", "It proves that in this school year"):
        assert words in text_of(page)
    assert "no name of hers is kept" in text_of(page)
    assert "Whose certificate is it?" not in text_of(page)
    for name in ("Тара", "Tara", "Јовић", "Jović", "Вук Караџић", "Vuk Karadžić", begun.visit.number):
        assert name not in page.text


def test_an_adults_stands_with_her_name_and_is_compared_when_it_is_forgotten(app, client):
    ana = a_cleared_educator(centre_id=make_centre().id, given_name="Ана", family_name="Марић")
    _begun, number = issued_to(ana, staff_of(app, ana))
    check = f"/certificates/{number}?lang=en"

    assert "Ана Марић" in text_of(client.get(check))
    assert "Ана Марић" in words_in(browser_of(app, ana).get(f"/my-certificates/{number}.pdf"))
    with transaction() as session:
        session.execute(update(Certificate).values(holder_name=None))
    assert "Whose certificate is it?" in text_of(client.get(check))
    assert "The name matches." in text_of(client.post(check, data={"name": "Ana Maric"}))


def test_the_list_shows_it_by_its_kind_with_no_school(desk, tara):
    _begun, number = issued_to(tara, desk)

    page = desk.get("/certificates/issued?lang=en&kind=presenter")

    assert "a presenter of a presenter for a school year" in text_of(page)
    assert page_for(tara) in page.text
    assert "Караџић" not in page.text
    again = desk.get(f"/certificates/{number}/reissue?lang=en")
    assert "The new paper prints the numbers that count now." in again.text
    assert "The right name" not in again.text


def test_her_guardian_finds_and_takes_it_behind_her_link_as_long_as_she_is_a_minor(client, desk, tara, the_clock):
    _begun, number = issued_to(tara, desk)
    other = a_cleared_minor(centre_id=tara.centre_id)
    guardians = {row.presenter_id: row.id for row in rows_of(Guardian)}
    hers, anothers = (a_link(guardians[one.id], GUARDIAN_LINK, days=3000) for one in (tara, other))
    there = f"/consent/{hers}/certificates/{number}.pdf"

    page = client.get(f"/consent/{hers}?lang=en").text
    assert there in page
    assert re.search(r'class="box">\s*<h2>Certificates of the young person', page)  # with room around it
    assert "Тара" in words_in(client.get(there))
    assert number not in client.get(f"/consent/{anothers}").text
    assert client.get(f"/consent/{anothers}/certificates/{number}.pdf").status_code == 404
    assert client.get(f"/consent/{hers}x/certificates/{number}.pdf").status_code == 404
    the_clock.stands_at(dt.datetime.combine(tara.adult_on, dt.time(12), tzinfo=dt.UTC))
    assert client.get(there).status_code in (404, 410)
    assert number not in client.get(f"/consent/{hers}").text

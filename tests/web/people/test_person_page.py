"""The page of a presenter: how she is reached, what she has promised, where she was, what was agreed with her."""

import datetime as dt

from scheduler.people.models import PresenterNote
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind
from scheduler.policy import Role
from scheduler.staffing.rules.visit_lines import offered_minutes
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, works
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_guardian
from tests.factories.staffing import a_confirmed_visit, a_held_visit, an_offered_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, selects_of


def an_educator(programme, **given):
    return works(a_cleared_educator(centre_id=programme.centre_id, phone="+381641234567", **given))


def test_phone_and_mail_are_links_for_staff_and_for_herself(app, desk, programme):
    person = an_educator(programme, email="jelena@home.example")
    officer = staff_of(app, programme, Role.SAFEGUARDING)

    for reader in (desk, officer, browser_of(app, person)):
        page = reader.get(f"/people/{person.id}").text
        assert 'href="tel:+381641234567"' in page
        assert 'href="mailto:jelena@home.example"' in page
    stranger = browser_of(app, an_educator(programme))
    assert stranger.get(f"/people/{person.id}").status_code == 404
    assert browser_of(app, make_user()).get(f"/people/{person.id}").status_code == 404


def test_a_minor_is_reached_through_her_guardian(app, desk, programme):
    born = dt.date(2010, 3, 1)
    given = {"centre_id": programme.centre_id, "phone": "+381601112223", "email": "tara@home.example"}
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=born, **given)
    make_guardian(minor.id, phone="+381609998887")

    page = desk.get(f"/people/{minor.id}").text
    own = browser_of(app, minor).get(f"/people/{minor.id}").text

    assert 'href="tel:+381609998887"' in page
    assert "+381601112223" not in page
    assert "tara@home.example" not in page
    assert "+381609998887" not in own


def test_next_and_past_visits_stand_on_the_page_and_open_from_it(desk, programme):
    person = an_educator(programme)
    past = a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=7))
    coming = a_confirmed_visit(person, programme=programme)
    asked = an_offered_visit(person, programme=programme, on_day=coming.on_day + dt.timedelta(days=1))

    page = desk.get(f"/people/{person.id}?lang=en").text

    to_come, before = page.split('id="past"')
    assert all(f"/visits/{one.number}" in to_come for one in (coming, asked))
    assert f"/visits/{past.number}" in before
    assert f"/visits/{past.number}" not in to_come
    assert f'href="/hosts/{coming.host_id}"' in to_come


def test_past_visits_are_paged(desk, programme):
    person = an_educator(programme)
    numbers = [
        a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=day)).number
        for day in range(1, 12)
    ]

    first, second = (desk.get(f"/people/{person.id}?past={page}").text for page in (1, 2))

    assert f"/visits/{numbers[0]}" in first
    assert f"/visits/{numbers[-1]}" not in first
    assert f"/visits/{numbers[-1]}" in second


def test_the_page_asks_equally_often_for_one_visit_and_for_many(desk, programme):
    person = an_educator(programme)
    for day in (1, 2, 3):
        a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=day))
        a_confirmed_visit(person, programme=programme, on_day=MONDAY.date() + dt.timedelta(days=day))

        at_most(11, selects_of(desk, f"/people/{person.id}"))  # with the reader's rights, the audit of reads, history


def test_load_and_kilometres_stand_against_the_hours_that_she_offers(desk, programme):
    person = an_educator(programme)
    a_confirmed_visit(person, programme=programme)

    page = desk.get(f"/people/{person.id}?lang=en").text

    assert "presentations in four weeks, 48 at most" in page
    assert "hours promised; offered in four weeks: 160" in page  # eight hours on five days of each
    assert "<dd>0.8</dd>" in page


def test_a_week_away_is_not_offered():
    hours = [Hours(day, dt.time(8), dt.time(13, 30)) for day in range(5)]
    away = ExceptionRow(1, MONDAY.date(), MONDAY.date() + dt.timedelta(days=6), available=False)
    last = MONDAY.date() + dt.timedelta(days=27)

    assert offered_minutes(hours, [], MONDAY.date(), last) == 20 * 330
    assert offered_minutes(hours, [away], MONDAY.date(), last) == 15 * 330


def test_what_was_agreed_by_phone_is_kept_and_read_by_coordinators_alone(app, desk, programme):
    person = an_educator(programme)
    said = {"text": "Comes by train, wants the late hour"}

    assert desk.post(f"/people/{person.id}/notes", data=said).location == f"/people/{person.id}"
    assert said["text"] in desk.get(f"/people/{person.id}").text

    officer = staff_of(app, programme, Role.SAFEGUARDING)
    for reader in (officer, browser_of(app, person)):
        assert said["text"] not in reader.get(f"/people/{person.id}").text
        assert reader.post(f"/people/{person.id}/notes", data=said).status_code == 403
    assert browser_of(app, make_user()).post(f"/people/{person.id}/notes", data=said).status_code == 404


def test_an_empty_note_is_refused_beside_its_field_and_about_a_minor_none_is_kept(desk, programme):
    person, minor = an_educator(programme), a_cleared_minor(centre_id=programme.centre_id)

    assert desk.post(f"/people/{person.id}/notes", data={"text": ""}).status_code == 422
    refused = desk.post(f"/people/{minor.id}/notes", data={"text": "shy"})

    assert refused.status_code == 422
    assert rows_of(PresenterNote) == []
    assert 'id="notes"' not in desk.get(f"/people/{minor.id}").text

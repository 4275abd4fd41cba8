"""The page of a presenter: how she is reached, what she has promised, where she was, what was agreed with her."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.people.models import PresenterNote
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind
from scheduler.policy import SYSTEM, Role
from scheduler.staffing.queries.visit_lines import visits_of_person
from scheduler.staffing.rules.visit_lines import offered_minutes
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, works
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_guardian
from tests.factories.staffing import a_confirmed_visit, a_held_visit, an_offered_visit
from tests.web.browser import browser_of


@pytest.fixture
def programme(app):
    return make_programme()


def an_educator(programme, **given):
    return works(a_cleared_educator(centre_id=programme.centre_id, phone="+381641234567", **given))


def test_phone_and_mail_are_links_for_staff_and_for_herself(app, desk, programme):
    person = an_educator(programme, email="jelena@home.example")
    officer = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=programme.centre_id))

    for reader in (desk, officer, browser_of(app, person)):
        page = reader.get(f"/people/{person.id}").text
        assert 'href="tel:+381641234567"' in page
        assert 'href="mailto:jelena@home.example"' in page
    stranger = browser_of(app, an_educator(programme))
    assert stranger.get(f"/people/{person.id}").status_code == 404
    assert browser_of(app, make_user()).get(f"/people/{person.id}").status_code == 404


def test_a_minor_is_reached_through_her_guardian(app, desk, programme):
    born = dt.date(2010, 3, 1)
    minor = make_presenter(
        PresenterKind.INFLUENCER,
        birth_date=born,
        centre_id=programme.centre_id,
        phone="+381601112223",
        email="tara@home.example",
    )
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
    counts = []
    for day in (1, 2, 3):
        a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=day))
        a_confirmed_visit(person, programme=programme, on_day=MONDAY.date() + dt.timedelta(days=day))
        path = f"/people/{person.id}"
        with statements() as asked:
            desk.get(path)
        counts.append(len(asked))

    assert len(set(counts)) == 1
    at_most(11, counts[0])  # with the reader's own rights, the audit of reads and the history


def test_the_two_lists_of_visits_are_one_question(app, programme):
    person = an_educator(programme)
    a_confirmed_visit(person, programme=programme)
    presenter_id = person.id
    with statements() as asked:
        visits_of_person(SYSTEM, presenter_id, None, MONDAY.date(), 1)

    at_most(1, asked)


def test_load_and_kilometres_stand_against_the_hours_that_she_offers(desk, programme):
    person = an_educator(programme)
    a_confirmed_visit(person, programme=programme)

    page = desk.get(f"/people/{person.id}?lang=en").text

    assert "presentations in four weeks, 48 at most" in page
    assert "hours promised; offered in four weeks: 160" in page  # eight hours on five days of each
    assert "<dd>0.8</dd>" in page


@pytest.mark.parametrize(
    ("away", "minutes"),
    [(None, 20 * 330), ((0, 6), 15 * 330), ((0, 3), 16 * 330), ((25, 27), 19 * 330), ((26, 30), 20 * 330)],
)
def test_days_away_are_not_offered(away, minutes):
    hours = [Hours(day, dt.time(8), dt.time(13, 30)) for day in range(5)]
    days = [MONDAY.date() + dt.timedelta(days=number) for number in away or ()]
    exceptions = [ExceptionRow(1, *days, available=False)] if days else []

    assert offered_minutes(hours, exceptions, MONDAY.date(), MONDAY.date() + dt.timedelta(days=27)) == minutes


def test_all_hours_of_a_weekday_count_and_the_last_day_too():
    hours = [Hours(0, dt.time(8, 20), dt.time(10, 0)), Hours(0, dt.time(16, 0), dt.time(17, 5))]
    monday = MONDAY.date()

    assert offered_minutes(hours, [], monday, monday) == 100 + 65
    assert offered_minutes(hours, [], monday, monday + dt.timedelta(days=6)) == 100 + 65
    assert offered_minutes(hours, [], monday, monday + dt.timedelta(days=7)) == 2 * (100 + 65)


def test_what_was_agreed_by_phone_is_kept_and_read_by_coordinators_alone(app, desk, programme):
    person = an_educator(programme)
    said = {"text": "Comes by train, wants the late hour"}

    assert desk.post(f"/people/{person.id}/notes", data=said).location == f"/people/{person.id}"
    assert said["text"] in desk.get(f"/people/{person.id}").text

    officer = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=programme.centre_id))
    for reader in (officer, browser_of(app, person)):
        assert said["text"] not in reader.get(f"/people/{person.id}").text
        assert reader.post(f"/people/{person.id}/notes", data=said).status_code == 403
    assert browser_of(app, make_user()).post(f"/people/{person.id}/notes", data=said).status_code == 404


def test_an_empty_note_is_refused_beside_its_field_and_about_a_minor_none_is_kept(desk, programme):
    person, minor = an_educator(programme), a_cleared_minor(centre_id=programme.centre_id)

    assert desk.post(f"/people/{person.id}/notes", data={"text": ""}).status_code == 422
    refused = desk.post(f"/people/{minor.id}/notes", data={"text": "shy"})

    assert refused.status_code == 422
    assert db.session.scalars(select(PresenterNote)).all() == []
    assert 'id="notes"' not in desk.get(f"/people/{minor.id}").text

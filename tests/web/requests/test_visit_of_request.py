"""A planned visit on the pages of its request."""

import datetime as dt
from types import SimpleNamespace

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.core.language import long_day
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from scheduler.web.requests.words import who_is_expected
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import words_of
from tests.visits.scene import Scene


def test_school_and_desk_see_the_planned_visit_and_no_name_before_it_is_confirmed(app, client):
    scene = Scene()
    with transaction():
        lasts = dt.timedelta(days=30)
        secret = tokens.mint("status", scene.asked.id, lasts=lasts, now=MONDAY)

    shown = client.get(f"/status/{secret}?lang=en").text

    assert "Who is coming" in shown
    assert "Their names appear here" in shown


def test_once_confirmed_the_paper_for_the_director_names_the_day_and_who_comes_a_minor_by_first_name(
    app, client, tmp_path
):
    adult = a_cleared_educator(given_name="Jelena", family_name="Ristić")
    minor = a_cleared_minor(centre_id=adult.centre_id, given_name="Tara", family_name="Nedodirljivić")
    programme = make_programme(centre_id=adult.centre_id)
    asked = make_school_request(RequestState.CONFIRMED, programme=programme)
    day = asked.first_day + dt.timedelta(days=1)
    facts = {"programme": programme, "host_id": asked.host_id, "school_request_id": asked.id, "on_day": day}
    presentation = make_presentation(make_visit(VisitState.CONFIRMED, **facts), dt.time(9, 55))
    make_assignment(presentation, adult.id)
    make_assignment(presentation, minor.id)
    with transaction():
        secret = tokens.mint("status", asked.id, lasts=dt.timedelta(days=30), now=MONDAY)

    file = tmp_path / "paper.pdf"
    file.write_bytes(client.get(f"/status/{secret}/request.pdf?lang=sr_Latn").data)
    words = words_of(file)

    assert "Jelena Ristić" in words
    assert "Tara" in words
    assert "Nedodirljivić" not in words
    assert "utorak, 6. oktobar 2026." in words
    assert "09:55" in words


def status_page(state: RequestState, visit_state: VisitState, client) -> tuple[str, dt.date]:
    programme = make_programme()
    asked = make_school_request(state, programme=programme)
    day = asked.first_day + dt.timedelta(days=1)
    facts = {"programme": programme, "host_id": asked.host_id, "school_request_id": asked.id, "on_day": day}
    make_presentation(make_visit(visit_state, **facts), dt.time(9, 55))
    with transaction():
        secret = tokens.mint("status", asked.id, lasts=dt.timedelta(days=30), now=MONDAY)
    return client.get(f"/status/{secret}?lang=en").text, day


def test_the_agreed_day_stands_first_and_not_the_days_that_were_asked_for(app, client):
    shown, day = status_page(RequestState.CONFIRMED, VisitState.CONFIRMED, client)

    assert f"<b>{long_day(day, 'en')}, 09:55</b>" in shown
    assert "Your days:" not in shown


def test_a_stopped_visit_shows_no_day_and_promises_no_presenters(app, client):
    shown, day = status_page(RequestState.DISRUPTED, VisitState.DISRUPTED, client)

    assert "Who is coming" not in shown
    assert long_day(day, "en") not in shown
    assert "The visit needs a new day" in shown


def test_after_the_day_nobody_is_to_be_checked_at_the_door_and_the_certificates_come_first(app, client):
    shown, _day = status_page(RequestState.CERTIFIED, VisitState.DELIVERED, client)

    assert "check their identity" not in shown
    assert shown.index("Open the certificates") < shown.index("Who came")


def test_the_directors_paper_says_who_the_expected_people_are(app):
    asked = SimpleNamespace(audience=Audience.PUPILS, pupils=51, parents=0, teachers=2)

    with app.test_request_context("/?lang=en"):
        assert who_is_expected(asked) == "Pupils 51, Teachers 2"

"""What a presenter's phone may keep for a day without a signal: her own pages until the day after, no one else's."""

import datetime as dt
import json

import pytest

from scheduler.attendance.service.counting import submit_counts
from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from scheduler.web.own import phone_pages
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.counting import LEAVING, a_begun_visit, a_count
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment
from tests.web.browser import browser_of

END = round(dt.datetime(2026, 10, 7, 22, tzinfo=dt.UTC).timestamp() * 1000)  # the day after the visit, in Belgrade


@pytest.fixture
def begun(session, the_clock):
    the_clock.stands_at(LEAVING)
    return a_begun_visit(talks=2)


def list_of(client):
    answer = client.get("/my-days.json")
    return {one["path"]: one["until"] for one in answer.json["pages"]}


def test_a_phone_keeps_the_day_its_sheet_and_each_form_until_the_end_of_the_day_after(app, begun):
    pages = list_of(browser_of(app, begun.educator))

    count = f"/visits/{begun.visit.number}/count"
    assert pages == dict.fromkeys(("/my-days", count, "/day/2026-10-06", f"{count}/1", f"{count}/2"), END)


def test_the_evening_before_tomorrow_is_kept_too_and_two_days_before_nothing(app, begun, the_clock):
    the_clock.stands_at(LEAVING - dt.timedelta(days=1))
    assert list_of(browser_of(app, begun.educator))["/day/2026-10-06"] == END

    the_clock.stands_at(LEAVING - dt.timedelta(days=2))
    assert list_of(browser_of(app, begun.educator)) == {}


@pytest.mark.parametrize("days", [1, 6, 30])
def test_a_visit_that_nobody_has_counted_stays_on_the_phone_with_each_form_and_no_sheet(app, begun, the_clock, days):
    the_clock.stands_at(LEAVING + dt.timedelta(days=days))
    phone = browser_of(app, begun.educator)

    pages = list_of(phone)

    count = f"/visits/{begun.visit.number}/count"
    until = END + days * 24 * 3600 * 1000  # the end of tomorrow: a lost phone loses it soon
    if days == 30:
        until += 3600 * 1000  # the clock has gone back in October
    assert pages == dict.fromkeys(("/my-days", count, f"{count}/1", f"{count}/2"), until)
    assert f'href="{count}"' in phone.get("/my-days").text


def test_it_is_gone_from_the_phone_once_it_is_counted_and_a_month_after_it(app, begun, the_clock):
    the_clock.stands_at(LEAVING + dt.timedelta(days=31))
    assert list_of(browser_of(app, begun.educator)) == {}

    the_clock.stands_at(LEAVING + dt.timedelta(days=6))
    for one in begun.presentations:
        submit_counts(begun.teacher, one.id, a_count(), now=the_clock.now())
    assert list_of(browser_of(app, begun.educator)) == {}


def test_what_another_crew_has_not_counted_is_on_no_phone_of_hers(app, begun, the_clock):
    the_clock.stands_at(LEAVING + dt.timedelta(days=6))
    other = a_cleared_educator(centre_id=begun.visit.centre_id)
    assert list_of(browser_of(app, other)) == {}


@pytest.fixture
def tara(begun):
    return a_cleared_minor(centre_id=begun.visit.centre_id)


def test_a_minors_phone_keeps_the_own_sheet_and_no_form_and_no_phone_number(app, begun, tara):
    make_assignment(begun.presentations[0], tara.id)
    phone = browser_of(app, tara)

    pages = list_of(phone)

    assert set(pages) == {"/my-days", "/day/2026-10-06"}
    for path in pages:
        text = phone.get(path).text
        assert begun.request.contact_name not in text
        assert 'href="tel:064' not in text
        assert "/count" not in text


def test_what_a_page_shows_is_what_it_showed_before(app, begun):
    """The list has addresses alone: no name of a school, of a person or of a place."""
    told = browser_of(app, begun.educator).get("/my-days.json").json

    assert set(told) == {"whose", "version", "pages", "now", "csrf"}
    assert "Караџић" not in json.dumps(told, ensure_ascii=False)


def test_the_mark_of_whose_it_is_changes_with_the_person_and_not_with_the_sign_in(app, begun, tara):
    marks = [browser_of(app, who).get("/my-days.json").json["whose"] for who in (begun.educator, begun.educator, tara)]

    assert marks[0] == marks[1] != marks[2]


def test_the_list_has_another_version_when_a_visit_changed(app, begun):
    phone = browser_of(app, begun.educator)
    before = [phone.get("/my-days.json").json["version"] for _time in range(2)]
    db.session.get(Visit, begun.visit.id).state = VisitState.READY
    db.session.commit()

    assert before[0] == before[1] != phone.get("/my-days.json").json["version"]


def test_the_list_has_another_version_when_style_or_scripts_changed(app, begun, monkeypatch):
    """A page that is kept names them: it would open bare once the phone has dropped the old ones."""
    phone = browser_of(app, begun.educator)
    before = phone.get("/my-days.json").json["version"]
    monkeypatch.setattr(phone_pages, "asset_url", lambda kind: f"/assets/raspored.another.{kind}")

    assert phone.get("/my-days.json").json["version"] != before


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR])
def test_who_presents_nowhere_keeps_nothing(app, role):
    desk = browser_of(app, make_user(role))

    assert desk.get("/my-days.json").status_code in (403, 404)
    assert "kept.js" not in desk.get("/desk").text


def test_the_worker_is_a_script_for_everybody(client):
    script = client.get("/worker.js")
    assert script.mimetype == "text/javascript"
    assert script.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in script.headers
    parts = json.loads(script.text.splitlines()[0].removeprefix("self.KEPT = ").rstrip(";"))["parts"]
    assert [client.get(part).status_code for part in parts] == [200] * len(parts)


def test_the_form_is_one_press_away_on_the_day_and_after_it(app, begun, the_clock):
    path = f"/visits/{begun.visit.number}/count"
    the_clock.stands_at(LEAVING - dt.timedelta(hours=6))  # in the morning
    morning = browser_of(app, begun.educator).get("/desk").text
    assert f'href="{path}/1"' in morning
    assert f'href="{path}/2"' in morning

    the_clock.stands_at(LEAVING + dt.timedelta(days=3))
    assert f'href="{path}"' in browser_of(app, begun.educator).get("/desk").text


def test_more_visits_ask_no_more_questions(app, begun):
    phone = browser_of(app, begun.educator)
    phone.get("/my-days.json")
    with statements() as asked:
        phone.get("/my-days.json")

    at_most(9, asked)

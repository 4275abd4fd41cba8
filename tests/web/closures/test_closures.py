"""Snow mode on its pages: preview, act, new days, lifting and its undo; and a calendar's file that is checked first."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.closures.queries import ON_A_PAGE
from scheduler.core.db import db
from scheduler.places.models import Closure, SchoolCalendarEntry
from scheduler.places.terms.hosts import ClosureReason
from scheduler.policy import Role
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.closures.closed_days import draft_for, two_visits_of_one_crew
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.laws.page_reader import seen_on
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import DAY, plan_soon

GOOD = "calendar;school_year;kind;date_from;date_to\nrepublika;2026/27;term1;1.9.2026;29.12.2026\n"


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def staff(app, scene, role=Role.COORDINATOR):
    return browser_of(app, make_user(role, centre_id=scene.centre_id, password_hash="set"))


def form_for(scene, **given):
    day = f"{DAY.day}.{DAY.month}.{DAY.year}."
    fair = {"place": f"municipality-{scene.host.municipality_id}", "first_day": day, "last_day": day, "reason": "snow"}
    return fair | given


def test_nothing_happens_before_the_preview_and_everything_after_it(app, scene):
    number, browser = plan_soon(scene), staff(app, scene)

    preview = browser.post("/closures/new", data=form_for(scene))
    assert number in preview.text
    assert db.session.scalar(sa.select(Closure.id)) is None
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', preview.text)[1]
    done = browser.post("/closures/new", data=form_for(scene, seen=seen, close="1"), follow_redirects=True)

    assert number in done.text
    assert db.session.scalar(sa.select(Visit.state).where(Visit.number == number)) is VisitState.DISRUPTED


def test_closing_without_a_preview_shows_it_and_keeps_what_was_typed(app, scene):
    plan_soon(scene)

    answer = staff(app, scene).post("/closures/new", data=form_for(scene, note="Лед на путу", close="1"))

    assert answer.status_code == 422
    assert "Лед на путу" in answer.text
    assert db.session.scalar(sa.select(Closure.id)) is None


def test_a_stopped_visit_gets_one_of_the_proposed_days(app, scene):
    number, browser = plan_soon(scene), staff(app, scene)
    scene.confirmed_by(scene.educator())
    preview = browser.post("/closures/new", data=form_for(scene))
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', preview.text)[1]
    page = browser.post("/closures/new", data=form_for(scene, seen=seen, close="1"), follow_redirects=True)
    closure_id = db.session.scalar(sa.select(Closure.id))
    choices = re.findall(r'type="radio" name="(day-\d+)" value="([-\d]+)"', page.text)
    assert len(choices) == 3
    assert all(dt.date.fromisoformat(day) > DAY for _name, day in choices)
    until = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1] for name in ("until_day", "until_time")
    }

    browser.post(f"/closures/{closure_id}/replan", data=dict(choices[:1]) | until)

    assert db.session.scalar(sa.select(Visit.state).where(Visit.number == number)) is VisitState.REPLANNED


def test_a_day_of_each_is_chosen_already_and_one_press_takes_all(app):
    """From the snow to new days: the form, its preview, the press, and one press for every visit."""
    first, _second = two_visits_of_one_crew()
    browser = staff(app, first)
    days = draft_for(first)
    typed = form_for(first, first_day=days.first_day.isoformat(), last_day=days.last_day.isoformat())
    preview = browser.post("/closures/new", data=typed)
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', preview.text)[1]
    page = browser.post("/closures/new?lang=en", data=typed | {"seen": seen, "close": "1"}, follow_redirects=True).text
    forms, _links = seen_on("/closures/1", page)
    [form] = [one for one in forms if one.action.endswith("/replan")]
    chosen = [value for name, value in dict(form.fields).items() if name.startswith("day-")]

    assert len(set(chosen)) == len(chosen) == 2
    assert "" not in chosen
    assert "Visits with a day that fits: 2 of 2." in page
    done = browser.post(form.action, data=dict(form.fields), follow_redirects=True).text

    assert "Planned again: 2." in done
    states = db.session.scalars(sa.select(Visit.state)).all()
    assert states.count(VisitState.REPLANNED) == 2


def test_a_closure_is_taken_back_by_one_press_of_the_toast_or_the_page(app, scene):
    number, browser = plan_soon(scene), staff(app, scene)
    scene.confirmed_by(scene.educator())
    preview = browser.post("/closures/new", data=form_for(scene))
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', preview.text)[1]
    page = browser.post("/closures/new?lang=en", data=form_for(scene, seen=seen, close="1"), follow_redirects=True)
    closure_id = db.session.scalar(sa.select(Closure.id))
    place = f"/closures/{closure_id}/take-back"
    box = page.text[page.text.index('id="take-back"') :]
    assert page.text.count(f'action="{place}"') == 2
    assert number in box[: box.index("</section>")]

    done = browser.post(place, follow_redirects=True).text

    assert db.session.scalars(sa.select(Visit.state).order_by(Visit.id)).all() == [
        VisitState.REPLANNED,
        VisitState.OFFERED,
    ]
    assert place not in done
    assert browser.post(place).status_code == 422  # pressed twice: it says so


def test_a_closure_is_lifted_and_closed_again(app, scene):
    browser = staff(app, scene)
    browser.post("/closures/new", data=form_for(scene, seen="", close="1"))
    row = db.session.scalar(sa.select(Closure))
    day = form_for(scene)["first_day"]

    browser.post(f"/closures/{row.id}/lift", data={"open_from": day})
    assert db.session.scalar(sa.select(Closure.open_from)) == DAY
    browser.post(f"/closures/{row.id}/again", data={"seen": ""})
    assert db.session.scalar(sa.select(Closure.open_from)) is None


def test_a_calendars_file_is_checked_first_and_stored_whole_or_not_at_all(app, scene):
    browser = staff(app, scene, Role.ADMINISTRATOR)
    count = sa.select(sa.func.count()).select_from(SchoolCalendarEntry)

    bad = browser.post("/school-calendar/import", data={"text": GOOD + "mars;2026/27;x;1;2\n", "store": "1"})
    checked = browser.post("/school-calendar/import", data={"text": GOOD})
    assert (bad.status_code, checked.status_code, db.session.scalar(count)) == (422, 200, 0)
    browser.post("/school-calendar/import", data={"text": GOOD, "store": "1"})
    browser.post("/school-calendar/import", data={"text": GOOD, "store": "1"})

    assert db.session.scalar(count) == 1


def test_a_coordinator_reads_the_calendar_and_does_not_import_it(app, scene):
    browser = staff(app, scene)

    assert browser.get("/school-calendar").status_code == 200
    assert browser.get("/school-calendar/import").status_code == 403


def test_a_long_list_of_closures_is_turned_by_pages_the_newest_first(app, scene, session):
    today = MONDAY.date()
    session.add_all(
        Closure(
            first_day=today - dt.timedelta(days=number),
            last_day=today - dt.timedelta(days=number),
            reason=ClosureReason.SNOW,
            closed_at=MONDAY,
        )
        for number in range(ON_A_PAGE + 2)
    )
    session.commit()
    browser = staff(app, scene)

    first, second = (browser.get(f"/closures?lang=en&page={number}").text for number in (1, 2))

    numbers = [list(map(int, re.findall(r'href="/closures/(\d+)"', page))) for page in (first, second)]
    in_order = list(session.scalars(sa.select(Closure.id).order_by(Closure.first_day.desc())))
    assert numbers == [in_order[:ON_A_PAGE], in_order[ON_A_PAGE:]]
    assert "Page 2 of 2" in second

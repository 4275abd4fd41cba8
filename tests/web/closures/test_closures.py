"""Snow mode on its pages: preview, act, new days, lifting and its undo; and a calendar's file that is checked first."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.closures.queries import ON_A_PAGE
from scheduler.places.models import Closure, ClosurePlace, SchoolCalendarEntry
from scheduler.places.terms.hosts import ClosureReason, SchoolCalendar
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from tests.closures.closed_days import draft_for, two_visits_of_one_crew
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality
from tests.laws.page_reader import seen_on
from tests.visits.scene import Scene, another_visit
from tests.web.browser import staff_of
from tests.web.reading import rows_of, value_of
from tests.web.visits.pages import DAY, coordinator, meant, number_of_request, plan_soon

GOOD = "calendar;school_year;kind;date_from;date_to\nrepublika;2026/27;term1;1.9.2026;29.12.2026\n"


@pytest.fixture
def scene(app):
    return Scene(planned=False)


@pytest.fixture
def browser(app, scene):
    """A coordinator's."""
    return staff_of(app, scene, password_hash="set")


def form_for(scene, **given):
    day = f"{DAY.day}.{DAY.month}.{DAY.year}."
    fair = {
        "places-0": f"municipality-{scene.host.municipality_id}",
        "first_day": day,
        "last_day": day,
        "reason": "snow",
    }
    return fair | given


def closed(browser, typed):
    """The page of a closure after the form, its preview and the press."""
    seen = value_of(browser.post("/closures/new", data=typed), "seen")
    return browser.post("/closures/new?lang=en", data=typed | {"seen": seen, "close": "1"}, follow_redirects=True)


def test_nothing_happens_before_the_preview_and_everything_after_it(browser, scene):
    number = plan_soon(scene)

    preview = browser.post("/closures/new", data=form_for(scene))
    assert number in preview.text
    assert rows_of(Closure) == []

    assert number in closed(browser, form_for(scene)).text
    assert rows_of(Visit.state) == [VisitState.DISRUPTED]


def test_several_places_are_added_one_by_one_previewed_together_and_closed_as_one(app, browser, scene):
    number = plan_soon(scene)
    far = another_visit(scene, host=make_host("Даља школа", place="Бор"), on_day=DAY)
    typed = form_for(scene)
    added = browser.post("/closures/new?lang=en", data=typed | {"more": "1"})
    assert added.status_code == 200
    assert 'name="places-1"' in added.text
    assert "Who is affected" not in added.text

    typed |= {"places-1": f"municipality-{far.host.municipality_id}", "places-2": ""}
    preview = browser.post("/closures/new?lang=en", data=typed).text
    assert "Who is affected: Bor, Niš" in preview
    assert number in preview
    assert rows_of(Closure) == []

    page = closed(browser, typed).text
    assert "Closure: Bor, Niš" in page
    assert rows_of(Visit.state) == [VisitState.DISRUPTED] * 2
    [closure_id] = rows_of(Closure.id)
    browser.post(f"/closures/{closure_id}/take-back")
    assert rows_of(Visit.state).count(VisitState.REPLANNED) == 2


def test_a_closure_of_many_places_names_three_in_its_heading_and_all_on_its_page(browser, session):
    towns = [make_municipality(name) for name in ("Чачак", "Алексинац", "Бор", "Врање", "Пирот")]
    places = [ClosurePlace(municipality_id=town.id) for town in towns]
    days = {"first_day": DAY, "last_day": DAY, "reason": ClosureReason.SNOW, "closed_at": MONDAY}
    closure = Closure(places=[*places, ClosurePlace(calendar=SchoolCalendar.VOJVODINA)], **days)
    session.add(closure)
    session.commit()

    listed, page = browser.get("/closures?lang=en").text, browser.get(f"/closures/{closure.id}?lang=en").text

    assert "Vojvodina, Aleksinac, Bor and 3 more" in listed
    assert "Vojvodina, Aleksinac, Bor, Čačak, Pirot, Vranje" in page


def test_closing_without_a_preview_shows_it_and_keeps_what_was_typed(browser, scene):
    plan_soon(scene)

    answer = browser.post("/closures/new", data=form_for(scene, note="Лед на путу", close="1"))

    assert answer.status_code == 422
    assert "Лед на путу" in answer.text
    assert rows_of(Closure) == []


def test_a_stopped_visit_gets_one_of_the_proposed_days(browser, scene):
    plan_soon(scene)
    scene.confirmed_by(scene.educator())
    page = closed(browser, form_for(scene))
    [closure_id] = rows_of(Closure.id)
    choices = re.findall(r'type="radio" name="(day-\d+)" value="([-\d]+)"', page.text)
    assert len(choices) == 3
    assert all(dt.date.fromisoformat(day) > DAY for _name, day in choices)
    until = {name: value_of(page, name) for name in ("until_day", "until_time")}

    browser.post(f"/closures/{closure_id}/replan", data=dict(choices[:1]) | until)

    assert rows_of(Visit.state)[0] is VisitState.REPLANNED


def test_a_day_of_each_is_chosen_already_and_one_press_takes_all(app):
    """From the snow to new days: the form, its preview, the press, and one press for every visit."""
    first, _second = two_visits_of_one_crew()
    browser, days = staff_of(app, first, password_hash="set"), draft_for(first)
    page = closed(browser, form_for(first, first_day=f"{days.first_day}", last_day=f"{days.last_day}")).text
    forms, _links = seen_on("/closures/1", page)
    [form] = [one for one in forms if one.action.endswith("/replan")]
    chosen = [value for name, value in dict(form.fields).items() if name.startswith("day-")]

    assert len(set(chosen)) == len(chosen) == 2
    assert "" not in chosen
    assert "Visits with a day that fits: 2 of 2." in page
    done = browser.post(form.action, data=dict(form.fields), follow_redirects=True).text

    assert "Planned again: 2." in done
    assert rows_of(Visit.state).count(VisitState.REPLANNED) == 2


def test_a_closure_is_taken_back_by_one_press_of_the_note_or_the_page(browser, scene):
    number = plan_soon(scene)
    scene.confirmed_by(scene.educator())
    page = closed(browser, form_for(scene)).text
    place = f"/closures/{rows_of(Closure.id)[0]}/take-back"
    box = page[page.index('id="take-back"') :]
    assert page.count(f'action="{place}"') == 2
    assert number in box[: box.index("</section>")]

    done = browser.post(place, follow_redirects=True).text

    assert rows_of(Visit.state) == [VisitState.REPLANNED, VisitState.OFFERED]
    assert place not in done
    assert browser.post(place).status_code == 422  # pressed twice: it says so


def test_a_closure_is_lifted_and_closed_again(browser, scene):
    browser.post("/closures/new", data=form_for(scene, seen="", close="1"))
    [closure_id] = rows_of(Closure.id)

    browser.post(f"/closures/{closure_id}/lift", data={"open_from": form_for(scene)["first_day"]})
    assert rows_of(Closure.open_from) == [DAY]
    browser.post(f"/closures/{closure_id}/again", data={"seen": ""})
    assert rows_of(Closure.open_from) == [None]


def test_a_calendars_file_is_checked_first_and_stored_whole_or_not_at_all(chief):
    def sent(text: str, **more: str) -> int:
        return chief.post("/school-calendar/import", data={"text": text} | more).status_code

    assert sent(GOOD + "mars;2026/27;x;1;2\n", store="1") == 422
    assert sent(GOOD) == 200
    assert rows_of(SchoolCalendarEntry) == []
    for _press in range(2):
        sent(GOOD, store="1")

    assert len(rows_of(SchoolCalendarEntry)) == 1


def test_a_long_list_of_closures_is_turned_by_pages_the_newest_first(browser, session):
    days = [MONDAY.date() - dt.timedelta(days=number) for number in range(ON_A_PAGE + 2)]
    snow = {"reason": ClosureReason.SNOW, "closed_at": MONDAY}
    session.add_all(Closure(places=[ClosurePlace()], first_day=day, last_day=day, **snow) for day in days)
    session.commit()

    first, second = (browser.get(f"/closures?lang=en&page={number}").text for number in (1, 2))

    numbers = [list(map(int, re.findall(r'href="/closures/(\d+)"', page))) for page in (first, second)]
    in_order = list(session.scalars(sa.select(Closure.id).order_by(Closure.first_day.desc())))
    assert numbers == [in_order[:ON_A_PAGE], in_order[ON_A_PAGE:]]
    assert "Page 2 of 2" in second


# --- a new date for a visit that was stopped ---


def test_the_request_leads_to_a_plan_filled_from_the_old_visit_and_on_to_the_new_one(app, scene):
    number, browser = plan_soon(scene), coordinator(app, scene)
    stop(scene)
    path, new_day = f"/visits/{number}/replan", DAY + dt.timedelta(days=7)

    for page in (f"/requests/{number_of_request(scene)}", f"/visits/{number}"):
        assert path in browser.get(page).text
    assert 'value="10:00"' in browser.get(path).text
    sitting = {"starts_local": "11:00", "minutes": "45", "room": "Hall"}
    typed = {f"presentations-0-{name}": value for name, value in sitting.items()} | meant(new_day, "11:00")
    assert browser.post(path, data=typed | {"on_day": "1.1.2020."}).status_code == 422
    answer = browser.post(path, data=typed | {"on_day": f"{new_day}"})

    assert answer.status_code == 302
    shown = browser.get(answer.location).text
    assert number in shown
    assert "11:00" in shown
    old = browser.get(f"/visits/{number}").text
    assert answer.location.rsplit("/", 1)[1] in old
    assert path not in old
    again = browser.post(path, data=typed | {"on_day": f"{new_day}"})
    assert again.location == answer.location  # pressed twice: the same answer

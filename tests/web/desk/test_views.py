"""The first page: what must I do now?"""

import datetime as dt
import re

import pytest

from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter, User
from scheduler.places.models import SchoolCalendarEntry
from scheduler.places.rules.hosts import school_year
from scheduler.places.terms.hosts import SchoolCalendar
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries import desk
from scheduler.visits.models.visits import DateWish
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_centre, make_presenter, make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_vetting
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.browser import browser_of


def _first_page(app, presenter) -> str:
    browser = browser_of(app, db.session.get_one(User, presenter.user_id))
    return browser.get("/desk?lang=en").get_data(as_text=True)


def _visit_on(day: dt.date, *presenters, state: VisitState = VisitState.CONFIRMED):
    programme = make_programme(centre_id=presenters[0].centre_id)
    visit = make_visit(state, programme=programme, on_day=day)
    presentation = make_presentation(visit, state=PresentationState.CONFIRMED)
    for presenter in presenters:
        make_assignment(presentation, presenter.id, AssignmentState.ACCEPTED)
    return visit


@pytest.mark.parametrize("days_ago", [1, 40])
def test_a_visit_that_was_held_and_not_counted_stays_on_the_educators_first_page(app, days_ago):
    educator = a_cleared_educator()
    visit = _visit_on(MONDAY.date() - dt.timedelta(days=days_ago), educator)

    shown = _first_page(app, educator)

    assert f"/visits/{visit.number}/count" in shown
    assert "Count the heads" in shown


@pytest.mark.parametrize(
    ("days_ahead", "state"),
    [(1, VisitState.CONFIRMED), (-1, VisitState.DELIVERED), (-1, VisitState.OFFERED)],
)
def test_what_is_to_come_or_done_or_was_never_confirmed_asks_for_no_numbers(app, days_ahead, state):
    educator = a_cleared_educator()
    _visit_on(MONDAY.date() + dt.timedelta(days=days_ahead), educator, state=state)

    assert "Count the heads" not in _first_page(app, educator)


def test_an_influencer_is_not_led_to_counting_which_is_an_educators(app):
    educator = a_cleared_educator()
    minor = a_cleared_minor(centre_id=educator.centre_id)
    _visit_on(MONDAY.date() - dt.timedelta(days=1), educator, minor)

    assert "Count the heads" not in _first_page(app, minor)


def test_the_first_page_of_a_coordinator_counts_what_nobody_counted_and_the_list_shows_just_that(app):
    educator = a_cleared_educator()
    today = MONDAY.date()
    late, soon = _visit_on(today - dt.timedelta(days=2), educator), _visit_on(today + dt.timedelta(days=1), educator)
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=educator.centre_id))

    first, listed = browser.get("/desk?lang=en").text, browser.get("/attendance?lang=en").text

    assert re.search(r'href="/desk\?of=numbers#next">\s*<b class="tile__count">1</b>', first)
    assert late.number in listed
    assert soon.number not in listed
    assert "Visits today and tomorrow" in first
    assert f"/visits/{soon.number}" in first


def test_a_page_of_one_thing_stands_under_its_list_in_the_menu(app):
    educator = a_cleared_educator()
    visit = _visit_on(MONDAY.date(), educator)
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=educator.centre_id))

    for page, place in ((f"/visits/{visit.number}", "/visits"), (f"/people/{educator.id}", "/people")):
        assert f'<a href="{place}" aria-current="page"' in browser.get(page).text
    assert 'aria-current="page"' not in browser.get("/status/nothing").text


def test_the_safeguarding_officer_reads_first_whose_proof_ends_soonest(app):
    today = MONDAY.date()
    late, soon = make_presenter(given_name="Vera"), make_presenter(given_name="Mila")
    for presenter, days in ((late, 29), (soon, 6)):
        make_vetting(presenter.id, valid_until=today + dt.timedelta(days=days))
    officer = make_user(Role.SAFEGUARDING, centre_id=late.centre_id)
    with transaction() as session:
        session.get_one(Presenter, soon.id).centre_id = late.centre_id

    shown = browser_of(app, officer).get("/desk?lang=en").get_data(as_text=True)

    assert shown.index("Mila") < shown.index("Vera")
    assert "Ends in 6 days" in shown


def _held(programme, day: dt.date, talks: int, municipality_id: int) -> None:
    host = make_host(municipality_id=municipality_id)
    visit = make_visit(VisitState.DELIVERED, programme=programme, host_id=host.id, on_day=day)
    for hour in range(talks):
        make_attendance(make_presentation(visit, dt.time(8 + hour), state=PresentationState.DELIVERED))


def _rows(page: str, caption: str) -> list[list[str]]:
    """The cells of the table with that caption, row by row."""
    table = next(one for one in page.split("<table")[1:] if f">{caption}</caption>" in one).split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in table.split("<tr")[2:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def test_a_coordinators_first_page_draws_what_the_centre_held_and_says_the_same_in_tables(app, the_clock):
    the_clock.stands_at(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC))
    programme = make_programme(centre_id=make_centre().id)
    district = make_district(name_sr_cyrl="Нишавски", name_sr_latn="Nišavski", name_en="Nišava", iso="RS-20")
    town = make_municipality(district_id=district.id)
    _held(programme, dt.date(2025, 11, 30), 5, town.id)  # thirteen months back
    _held(programme, dt.date(2025, 12, 1), 2, town.id)
    _held(programme, dt.date(2026, 11, 23), 3, town.id)
    _held(make_programme(centre_id=make_centre().id), dt.date(2026, 11, 23), 7, town.id)  # another centre's
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=programme.centre_id))

    page = browser.get("/desk?lang=en").text

    months = _rows(page, "Presentations by month")
    assert [month for month, _number in months[:2]] == ["December 2025", "January 2026"]
    assert [number for _month, number in months] == ["2", *["0"] * 10, "3", "5"]
    assert _rows(page, "Districts in this school year") == [["Nišava", "3", "186"], ["Total", "3", "186"]]
    assert 'aria-label="Presentations by month. Held so far: 5 in all, most in Nov (3)."' in page
    assert 'aria-label="Map of districts: 3 presentations in 1 district in this school year."' in page


def test_the_drawings_of_the_first_page_ask_as_often_for_one_month_and_district_as_for_three(app):
    programme = make_programme(centre_id=make_centre().id)
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=programme.centre_id))
    today = MONDAY.date()
    _held(programme, today - dt.timedelta(days=2), 1, make_municipality().id)
    with statements() as one:
        browser.get("/desk")
    for days in (40, 70):
        _held(programme, today - dt.timedelta(days=days), 2, make_municipality().id)
    with statements() as three:
        browser.get("/desk")

    assert len(one) == len(three)
    at_most(13, one)  # figures are not stored yet: totals and rows are counted, each by itself


def test_a_centre_that_has_held_nothing_reads_so_and_sees_no_empty_drawing(app):
    browser = browser_of(app, make_user(Role.COORDINATOR))

    page = browser.get("/desk?lang=en").text

    assert "Nothing is counted yet" in page
    assert "chart__drawing" not in page
    assert "map__drawing" not in page


def test_what_is_due_first_stands_first_a_visits_day_or_a_promised_answer(app):
    educator = a_cleared_educator()
    today = MONDAY.date()
    programme = make_programme(centre_id=educator.centre_id)
    waits = make_school_request(RequestState.NEW, programme=programme, state_since=MONDAY - dt.timedelta(days=3))
    later, sooner = (
        make_visit(VisitState.PLANNED, programme=programme, on_day=today + dt.timedelta(days=days)) for days in (5, 0)
    )
    for visit in (later, sooner):
        make_presentation(visit)
    coordinator = make_user(Role.COORDINATOR, email="ines@ncc.example", centre_id=educator.centre_id)

    shown = browser_of(app, coordinator).get("/desk?lang=en").get_data(as_text=True)

    next_up = shown[shown.index(">Next actions<") :]
    found = [next_up.index(number) for number in (sooner.number, waits.number, later.number)]
    assert found == sorted(found)


def test_a_schools_wish_for_another_date_stands_among_the_next_actions(app):
    educator = a_cleared_educator()
    today = MONDAY.date()
    visit = _visit_on(today + dt.timedelta(days=20), educator)
    wished = dt.date(2027, 5, 12)
    with transaction() as session:
        session.add(DateWish(visit_id=visit.id, first_choice=wished, reason="Такмичење.", asked_at=MONDAY))
    page = browser_of(app, make_user(Role.COORDINATOR, centre_id=educator.centre_id)).get("/desk?lang=en").text

    line = next(row for row in page.split("<tr") if "asks for another date" in row)
    assert "Wednesday, 12 May 2027" in line
    assert f'href="/visits/{visit.number}"' in line
    elsewhere = browser_of(app, make_user(Role.COORDINATOR, centre_id=make_centre().id))
    assert "asks for another date" not in elsewhere.get("/desk?lang=en").text


def test_an_administrators_first_page_asks_for_the_school_calendar_until_both_regions_have_it(app):
    today = MONDAY.date()
    administrator = make_user(Role.ADMINISTRATOR, centre_id=make_centre().id)
    browser = browser_of(app, administrator)
    before = browser.get("/desk?lang=en").text
    colleague = (
        browser_of(app, make_user(Role.COORDINATOR, centre_id=administrator.centre_id)).get("/desk?lang=en").text
    )
    with transaction() as session:
        session.add_all(
            SchoolCalendarEntry(
                calendar=calendar, school_year=school_year(day), kind="term1", first_day=day, last_day=day
            )
            for calendar in SchoolCalendar
            for day in {today, today + dt.timedelta(days=365)}
        )

    assert f"The school calendar {school_year(today)} is not entered yet." in before
    assert "/school-calendar" in before.split("is not entered yet.")[1].split("</p>")[0]
    assert "is not entered yet" not in colleague  # who cannot enter it is not asked for it
    assert "is not entered yet" not in browser.get("/desk?lang=en").text


def test_of_many_visits_of_today_and_tomorrow_the_first_are_told_and_where_the_others_stand(app, monkeypatch):
    monkeypatch.setattr(desk, "SOON_SHOWN", 2)
    today, programme = MONDAY.date(), make_programme(centre_id=make_centre().id)
    tomorrow = [
        make_visit(VisitState.CONFIRMED, programme=programme, on_day=today + dt.timedelta(days=1)) for _ in range(2)
    ]
    browser = browser_of(app, make_user(Role.COORDINATOR, centre_id=programme.centre_id))

    two = browser.get("/desk?lang=en").text
    first = make_visit(VisitState.CONFIRMED, programme=programme, on_day=today)
    three = browser.get("/desk?lang=en").text

    caption, more = "Visits today and tomorrow", "These are the first; the visits of the week have them all."
    assert (len(_rows(two, caption)), more in two) == (2, False)
    assert (len(_rows(three, caption)), more in three) == (2, True)
    shown = three.split(f">{caption}</caption>")[1].split("</table>")[0]
    assert [one.number in shown for one in (first, *tomorrow)] == [True, True, False]

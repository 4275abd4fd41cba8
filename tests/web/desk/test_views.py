"""The first page: what must I do now?"""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from scheduler.core.db import transaction
from scheduler.places.models import SchoolCalendarEntry
from scheduler.places.rules.hosts import school_year
from scheduler.places.terms.hosts import SchoolCalendar
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries import desk as desk_queries
from scheduler.visits.models.visits import DateWish
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_vetting
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.laws.page_reader import seen_on
from tests.web.browser import browser_of, staff_of
from tests.web.reading import selects_of

TODAY, A_DAY = MONDAY.date(), dt.timedelta(days=1)
COUNT = "Count the heads"


@pytest.fixture
def educator(app):
    return a_cleared_educator()


def first_page(browser) -> str:
    return browser.get("/desk?lang=en").text


def visit_on(day: dt.date, *presenters, state: VisitState = VisitState.CONFIRMED):
    visit = make_visit(state, programme=make_programme(centre_id=presenters[0].centre_id), on_day=day)
    presentation = make_presentation(visit, state=PresentationState.CONFIRMED)
    for presenter in presenters:
        make_assignment(presentation, presenter.id, AssignmentState.ACCEPTED)
    return visit


# --- of presenters and officers ---


@pytest.mark.parametrize("days_ago", [1, 40, 60])
def test_a_visit_that_was_held_and_not_counted_stays_on_the_educators_first_page(app, educator, days_ago):
    count = f"/visits/{visit_on(TODAY - days_ago * A_DAY, educator).number}/count"
    phone = browser_of(app, educator)

    shown = first_page(phone)

    assert (count in shown, COUNT in shown) == (True, True)
    assert phone.get(count).status_code == 200


@pytest.mark.parametrize(
    ("days_ahead", "state"),
    [(1, VisitState.CONFIRMED), (-1, VisitState.DELIVERED), (-1, VisitState.OFFERED)],
)
def test_what_is_to_come_or_done_or_was_never_confirmed_asks_for_no_numbers(app, educator, days_ahead, state):
    visit_on(TODAY + days_ahead * A_DAY, educator, state=state)

    assert COUNT not in first_page(browser_of(app, educator))


def test_an_influencer_is_not_led_to_counting_which_is_an_educators(app, educator):
    minor = a_cleared_minor(centre_id=educator.centre_id)
    visit_on(TODAY - A_DAY, educator, minor)

    assert COUNT not in first_page(browser_of(app, minor))


def test_the_safeguarding_officer_reads_first_whose_proof_ends_soonest(app):
    late = make_presenter(given_name="Vera")
    soon = make_presenter(given_name="Mila", centre_id=late.centre_id)
    for presenter, days in ((late, 29), (soon, 6)):
        make_vetting(presenter.id, valid_until=TODAY + days * A_DAY)

    shown = first_page(staff_of(app, late, Role.SAFEGUARDING))

    assert shown.index("Mila") < shown.index("Vera")
    assert "Ends in 6 days" in shown


# --- of coordinators ---


@pytest.fixture
def desk(app, educator):
    return staff_of(app, educator)


def test_the_first_page_of_a_coordinator_counts_what_nobody_counted_and_the_list_shows_just_that(desk, educator):
    late, soon = visit_on(TODAY - 2 * A_DAY, educator), visit_on(TODAY + A_DAY, educator)

    first, listed = first_page(desk), desk.get("/attendance?lang=en").text

    assert re.search(r'href="/desk\?of=numbers#next"\s*>\s*Attendance <b>1</b>', first)
    assert "of=confirm" not in first  # of what nothing waits is not there
    assert (late.number in listed, soon.number in listed) == (True, False)
    for words in ("Visits today and tomorrow", f"/visits/{soon.number}"):
        assert words in first


def test_a_page_of_one_thing_stands_under_its_list_in_the_menu(desk, educator):
    visit = visit_on(TODAY, educator)

    for page, place in ((f"/visits/{visit.number}", "/board"), (f"/people/{educator.id}", "/people")):
        assert f'<a href="{place}" aria-current="true"' in desk.get(page).text
    assert 'aria-current="page"' not in desk.get("/status/nothing").text


def held(programme, day: dt.date, talks: int, municipality_id: int) -> None:
    host = make_host(municipality_id=municipality_id)
    visit = make_visit(VisitState.DELIVERED, programme=programme, host_id=host.id, on_day=day)
    for hour in range(talks):
        make_attendance(make_presentation(visit, dt.time(8 + hour), state=PresentationState.DELIVERED))


def rows_under(page: str, caption: str) -> list[list[str]]:
    """The cells of the table with that caption, row by row."""
    table = next(one for one in page.split("<table")[1:] if f">{caption}</caption>" in one).split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in table.split("<tr")[2:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def test_a_coordinators_first_page_draws_what_the_centre_held_and_says_the_same_in_tables(app, the_clock):
    the_clock.stands_at(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC))
    programme = make_programme()
    town = make_municipality(district_id=make_district(iso="RS-20").id)
    held(programme, dt.date(2025, 11, 30), 5, town.id)  # thirteen months back
    held(programme, dt.date(2025, 12, 1), 2, town.id)
    held(programme, dt.date(2026, 11, 23), 3, town.id)
    held(make_programme(), dt.date(2026, 11, 23), 7, town.id)  # another centre's

    page = first_page(staff_of(app, programme))

    months = rows_under(page, "Presentations by month")
    assert [month for month, _number in months[:2]] == ["December 2025", "January 2026"]
    assert [number for _month, number in months] == ["2", *["0"] * 10, "3", "5"]
    assert rows_under(page, "Districts in this school year") == [["Nišava", "3", "186"], ["Total", "3", "186"]]
    assert 'aria-label="Presentations by month. Held so far: 5 in all, most in Nov (3)."' in page
    assert 'aria-label="Map of districts: 3 presentations in 1 district in this school year."' in page


def test_the_drawings_of_the_first_page_ask_as_often_for_one_month_and_district_as_for_three(app, programme):
    browser = staff_of(app, programme)
    held(programme, TODAY - 2 * A_DAY, 1, make_municipality().id)
    one = selects_of(browser, "/desk")
    for days in (40, 70):
        held(programme, TODAY - days * A_DAY, 2, make_municipality().id)

    assert selects_of(browser, "/desk") == one
    at_most(13, one)  # figures are not stored yet: totals and rows are counted, each by itself


def test_a_centre_that_has_held_nothing_reads_so_and_sees_no_empty_drawing(desk):
    page = first_page(desk)

    assert "Nothing is counted yet" in page
    assert "chart__drawing" not in page
    assert "map__drawing" not in page


def test_holes_of_tomorrow_stand_first_then_what_is_due_first(desk, educator):
    programme = make_programme(centre_id=educator.centre_id)
    waits = make_school_request(RequestState.NEW, programme=programme, state_since=MONDAY - 3 * A_DAY)
    far, overdue, tomorrow = (make_visit(programme=programme, on_day=TODAY + days * A_DAY) for days in (20, 5, 1))
    for visit in (far, overdue, tomorrow):
        make_presentation(visit)

    next_up = first_page(desk).partition(">Next actions<")[2]

    found = [next_up.index(row.number) for row in (tomorrow, overdue, waits, far)]
    assert found == sorted(found)


def test_a_schools_wish_for_another_date_stands_among_the_next_actions(app, desk, educator):
    visit, wished = visit_on(TODAY + 20 * A_DAY, educator), dt.date(2027, 5, 12)
    with transaction() as session:
        session.add(DateWish(visit_id=visit.id, first_choice=wished, reason="Такмичење.", asked_at=MONDAY))

    [line] = [row for row in first_page(desk).split("<tr") if "asks for another date" in row]

    for words in ("Wed 12 May", f'href="/visits/{visit.number}"'):
        assert words in line
    assert "asks for another date" not in first_page(browser_of(app, make_user()))


def test_an_administrators_first_page_asks_for_the_school_calendar_until_both_regions_have_it(app):
    administrator, missing = make_user(Role.ADMINISTRATOR), "is not entered yet"
    browser, colleague = browser_of(app, administrator), staff_of(app, administrator)

    before = first_page(browser)
    assert f"The school calendar {school_year(TODAY)} {missing}." in before
    assert "/school-calendar" in before.split(missing)[1].split("</p>")[0]
    assert missing not in first_page(colleague)  # who cannot enter it is not asked for it

    term = {"kind": "term1"}
    with transaction() as session:
        for day in (TODAY, TODAY + 365 * A_DAY):
            term |= {"school_year": school_year(day), "first_day": day, "last_day": day}
            session.add_all(SchoolCalendarEntry(calendar=calendar, **term) for calendar in SchoolCalendar)
    assert missing not in first_page(browser)


def test_of_many_visits_of_today_and_tomorrow_the_first_are_told_and_where_the_others_stand(
    app, programme, monkeypatch
):
    monkeypatch.setattr(desk_queries, "SOON_SHOWN", 2)
    tomorrow = [make_visit(VisitState.CONFIRMED, programme=programme, on_day=TODAY + A_DAY) for _ in range(2)]
    browser = staff_of(app, programme)

    two = first_page(browser)
    first = make_visit(VisitState.CONFIRMED, programme=programme, on_day=TODAY)
    three = first_page(browser)

    caption, more = "Visits today and tomorrow", "Show all visits of the week"
    assert (len(rows_under(two, caption)), more in two) == (2, False)
    assert (len(rows_under(three, caption)), more in three) == (2, True)
    shown = three.split(f">{caption}</caption>")[1].split("</table>")[0]
    assert [one.number in shown for one in (first, *tomorrow)] == [True, True, False]


def test_a_press_on_the_second_page_of_a_filter_returns_there_or_to_the_last_that_is_left(app, monkeypatch, programme):
    monkeypatch.setattr("scheduler.web.desk.views.ROWS_SHOWN", 2)
    for _ in range(3):
        make_school_request(RequestState.NEW, programme=programme)
    browser = staff_of(app, programme)
    there = "/desk?of=new&page=2"

    forms, _links = seen_on(there, browser.get(there).text)
    [taking] = [form for form in forms if form.action.endswith("/take")]
    back = browser.post(taking.action, data=dict(taking.fields)).location

    assert parse_qs(urlsplit(back).query) == {"of": ["new"], "page": ["2"]}
    [undo] = [form for form in seen_on(back, browser.get(back).text)[0] if "/undo/" in form.action]
    assert browser.post(undo.action, data=dict(undo.fields)).location == back
    late = browser.post(
        "/desk/put-off", data=dict(taking.fields) | {"number": taking.action.split("/")[2], "why": "asked_again"}
    )
    [again] = [form for form in seen_on(back, browser.get(late.location).text)[0] if "from=" in form.action]
    assert browser.post(again.action, data=dict(again.fields)).location == late.location == back
    assert "Page 2 of 2" in browser.get("/desk?of=new&page=9&lang=en").text

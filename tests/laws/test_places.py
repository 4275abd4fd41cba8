"""Every page of somebody signed in stands under one place of her rail, and the tabs of a place lead where she may go.

A page that no place names fails here: it belongs into `PLACES` of web/navigation.py.
"""

import re
from html import unescape

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.policy import Actor, Role
from scheduler.web.guards import OPEN
from scheduler.web.names import opens_page
from scheduler.web.navigation import PLACES, open_places, place_of
from tests.laws.routes import SIGNED_IN, browser_as
from tests.web.reading import EN, main_of

RAIL = re.compile(r'<nav class="rail__nav".*?</nav>', re.DOTALL)
TABS = re.compile(r'<nav class="place-tabs".*?</nav>', re.DOTALL)
LINK = re.compile(
    r'<a href="([^"]*)"( aria-current="(?:page|true)")?>(?:\s*<svg.*?</svg>)?(?:<span>)?\s*([^<]+)', re.DOTALL
)

COORDINATORS = [
    *("Today", "Requests", "Board", "People", "Attendance", "Reports"),
    *("Campaigns", "Web Detectives", "Helpline", "Messages"),
]
PRESENTERS = ["Today", "Calendar", "Offers", "Me"]
# Written by hand, so that a slip in the table shows.
ON_THE_RAIL = {
    Role.COORDINATOR: COORDINATORS,
    Role.ADMINISTRATOR: [*COORDINATORS, "Settings"],
    Role.SAFEGUARDING: ["Today", "Child protection", "Board", "People", "Attendance", "Reports", "Web Detectives"],
    Role.EDUCATOR: PRESENTERS,
    Role.INFLUENCER: PRESENTERS,
}
TABS_OF = {
    (Role.COORDINATOR, "/requests"): ["Requests", "Waiting list", "Handing over"],
    (Role.COORDINATOR, "/people"): ["Presenters", "Child protection"],
    (Role.SAFEGUARDING, "/safeguarding"): ["Child protection", "Concerns and hand-offs"],
    (Role.SAFEGUARDING, "/people"): ["Presenters", "Second steps"],
    (Role.SAFEGUARDING, "/board"): ["Week", "Month", "List", "Closures", "School calendar"],
    (Role.ADMINISTRATOR, "/people"): ["Presenters", "Child protection", "Staff", "Second steps"],
    (Role.COORDINATOR, "/imports"): [],
    (Role.COORDINATOR, "/messages"): ["Messages", "Texts"],
    (Role.EDUCATOR, "/calendar"): [],
}


def opened(browser: FlaskClient, address: str) -> TestResponse:
    answer = browser.get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200, address
    return answer


def links(markup: str, row: re.Pattern[str]) -> list[tuple[str, str, bool]]:
    """(address, words, whether it is the current one) of each link of the row; none where the page has no such row."""
    found = row.search(markup)
    return [
        (unescape(href), words.strip(), bool(here)) for href, here, words in LINK.findall(found[0] if found else "")
    ]


@pytest.mark.parametrize("roles", [*({role} for role in SIGNED_IN), {Role.COORDINATOR, Role.EDUCATOR}], ids=sorted)
def test_each_page_that_a_reader_may_open_stands_in_a_place_of_her_rail(app: Flask, roles: set[Role]):
    with app.test_request_context():
        g.actor = Actor(frozenset(roles))
        places = open_places()
        guarded = {name for name, view in app.view_functions.items() if getattr(view, "may", OPEN) != OPEN}
        assert [name for name in sorted(guarded) if opens_page(name) and place_of(name, places) is None] == []


def test_the_table_names_nothing_that_is_no_page_and_no_room(app: Flask):
    known = app.view_functions.keys() | app.blueprints.keys()
    named = {name for place in PLACES for name in (*dict(place.tabs), *place.pages.split())}
    assert named - known == set()


def test_a_page_with_a_place_of_one_role_alone_stands_there_and_own_pages_of_a_coordinator_who_presents_stay_hers(
    app: Flask,
):
    stands = {
        (Role.SAFEGUARDING, "safeguarding.proofs"): "Child protection",
        (Role.COORDINATOR, "safeguarding.proofs"): "People",
        (Role.ADMINISTRATOR, "admin.show_work"): "Settings",
        (Role.COORDINATOR, "admin.show_work"): "Today",
        (Role.COORDINATOR, "visits.visit"): "Board",
        (Role.EDUCATOR, "visits.visit"): "Calendar",
        (Role.EDUCATOR, "people.access"): "Me",
    }
    for (role, page), place in stands.items():
        with app.test_request_context(query_string=EN):
            g.actor = Actor(frozenset({role}))
            found = place_of(page, open_places())
            assert str(found and found.label) == place, (role, page)

    with app.test_request_context(query_string=EN):
        g.actor = Actor(frozenset({Role.COORDINATOR, Role.EDUCATOR}))
        assert [str(place.label) for place, _tabs in open_places()] == [*COORDINATORS, *PRESENTERS[1:]]
        found = [place_of(page, open_places()) for page in ("visits.visit", "people.my_account", "feeds.my_calendars")]
        assert [str(place.label) for place in found if place] == ["Board", "Me", "Me"]


@pytest.mark.parametrize("role", SIGNED_IN)
def test_rail_and_tabs_lead_where_the_reader_is_let_in_and_mark_where_she_is(app: Flask, role: Role):
    browser = browser_as(app, role)
    rail = links(opened(browser, "/desk").text, RAIL)
    assert [words for _href, words, _here in rail] == ON_THE_RAIL[role]

    for address, place, _here in rail:
        row = links(main_of(opened(browser, address)), TABS)
        for tab in [href for href, _words, _here in row] or [address]:
            page = opened(browser, tab)
            assert [words for _href, words, here in links(page.text, RAIL) if here] == [place], tab
            assert [words for _href, words, _here in links(main_of(page), TABS)] == [words for _href, words, _ in row]
            marked = [href.partition("?")[0] for href, _words, here in links(main_of(page), TABS) if here]
            assert marked == ([tab.partition("?")[0]] if row else []), tab


@pytest.mark.parametrize(("role", "page"), TABS_OF)
def test_a_reader_sees_the_tabs_of_the_pages_that_she_may_open(app: Flask, role: Role, page: str):
    answer = opened(browser_as(app, role), page)
    assert [words for _href, words, _here in links(main_of(answer), TABS)] == TABS_OF[role, page]


def test_tabs_of_board_and_reports_keep_the_days_of_the_page(app: Flask):
    browser = browser_as(app, Role.COORDINATOR)

    def tab(page: str, words: str) -> str:
        return next(href for href, said, _here in links(main_of(opened(browser, page)), TABS) if said == words)

    assert tab("/board?week=2026-11-09&by=districts", "Month") == "/board/month?month=2026-11&by=districts"
    assert tab("/board/month?month=2027-02", "Week") == "/board?week=2027-02-01"
    assert tab("/board?week=2026-11-09", "List") == "/visits?from=2026-11-09"
    assert tab("/visits?from=2026-11-12", "Week") == "/board?week=2026-11-09"
    days = "first=2026-09-01&last=2026-09-30"
    assert tab(f"/reports/attendance?{days}", "Youth participation") == f"/reports/youth?{days}"
    assert tab(f"/reports/youth?{days}", "Yearly profile") == f"/reports/profile?{days}"
    assert tab(f"/reports/profile?{days}", "Attendance") == f"/reports/attendance?{days}"

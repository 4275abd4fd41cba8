"""Every role at every page: let in, refused, or sent to sign in (TRUST S1); from the table and from the URL map."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import policy
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.web.guards import OPEN
from tests.factories.people import make_presenter, make_user
from tests.laws.routes import pages
from tests.web.browser import browser_of

SIGNED_IN = (Role.EDUCATOR, Role.INFLUENCER, Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR)
ALL = frozenset(SIGNED_IN)
STAFF = ALL - {Role.EDUCATOR, Role.INFLUENCER}
PLANNERS = STAFF - {Role.SAFEGUARDING}
PRESENTERS = ALL - STAFF
# Written by hand (TRUST S1), so that a slip in the table of policy.py shows: who opens the page at all.
BY_HAND = {
    "/account": ALL,
    "/account/access": ALL,
    "/board": STAFF,
    "/board/month": STAFF,
    "/people": STAFF,
    "/people/new": PLANNERS,
    "/people/second-steps": frozenset({Role.SAFEGUARDING, Role.ADMINISTRATOR}),
    "/people/users": frozenset({Role.ADMINISTRATOR}),
    "/people/users/new": frozenset({Role.ADMINISTRATOR}),
    "/settings": frozenset({Role.ADMINISTRATOR}),
    "/settings/first-steps": frozenset({Role.ADMINISTRATOR}),
    "/settings/holidays": frozenset({Role.ADMINISTRATOR}),
    "/settings/programmes": frozenset({Role.ADMINISTRATOR}),
    "/health": frozenset({Role.ADMINISTRATOR}),
    "/imports": PLANNERS,
    "/safeguarding": STAFF,
    "/messages": PLANNERS,
    **dict.fromkeys(("/absence", "/calendar", "/day/2026-10-06", "/feeds", "/my-days.json", "/record"), PRESENTERS),
    "/my-part": frozenset({Role.INFLUENCER}),
    **dict.fromkeys(("/cohorts", "/school-calendar"), STAFF),
    **dict.fromkeys(("/helpline", "/panels", "/posts", "/region", "/region/cells"), PLANNERS),
    **dict.fromkeys(("/waiting-list", "/waiting-list/dates/new"), PLANNERS),
    **dict.fromkeys(("/reports/attendance", "/reports/attendance/print", "/reports/attendance.pdf"), PLANNERS),
    **dict.fromkeys(("/reports/profile", "/reports/signed", "/reports/visits"), PLANNERS),
    **dict.fromkeys(("/reports/youth", "/reports/youth.json", "/reports/youth/visits"), PLANNERS),
    **dict.fromkeys(("/settings/waiting-list", "/school-calendar/import"), frozenset({Role.ADMINISTRATOR})),
}
# Of a row that is not there, or pressed with nothing: whoever is let in reads that, all others are refused before.
NOT_REFUSED_BY_HAND = {
    **dict.fromkeys(("POST /feeds", "POST /feeds/1/renew"), PRESENTERS),
    "GET /panels/abcdefg/rate": frozenset({Role.INFLUENCER}),
    **dict.fromkeys(("GET /hosts/1", "GET /hosts/1/school-time", "GET /panels/abcdefg"), PLANNERS),
    **dict.fromkeys(("GET /reports/signed/new", "POST /region/mails", "POST /region/offer"), PLANNERS),
    **dict.fromkeys(("GET /visits/P-2026-0001/count", "POST /visits/P-2026-0001/count"), PLANNERS | {Role.EDUCATOR}),
    "GET /reports/signed/1/take-back": frozenset({Role.ADMINISTRATOR}),
}


def browser_as(app: Flask, role: Role) -> FlaskClient:
    if role in (Role.EDUCATOR, Role.INFLUENCER):
        return browser_of(app, make_presenter(PresenterKind(role.value)))
    return browser_of(app, make_user(role))


@pytest.mark.parametrize("role", SIGNED_IN)
def test_a_role_is_let_in_or_refused_as_the_table_says(app: Flask, role: Role):
    browser = browser_as(app, role)
    wrong = {}
    for endpoint, method, path in pages(app, "GET", "POST"):
        may = app.view_functions[endpoint].may  # type: ignore[attr-defined]
        if may == OPEN:
            continue
        status = browser.open(path, method=method).status_code
        if (policy.TABLE[role].get(may[1], {}).get(may[0]) is None) != (status == 403) or status >= 500:
            wrong[method, path] = status

    assert wrong == {}


def test_who_has_not_signed_in_is_sent_there_or_let_in_as_the_table_says(app: Flask):
    client = app.test_client()
    wrong = {}
    for endpoint, method, path in pages(app, "GET", "POST"):
        may = app.view_functions[endpoint].may  # type: ignore[attr-defined]
        answer = client.open(path, method=method)
        sent = answer.status_code == 302 and (answer.location or "").startswith("/sign-in?next=")
        allowed = may == OPEN or policy.scope_of(policy.ANONYMOUS, *may) is not None
        broken = answer.status_code >= 500 and endpoint != "public.readyz"  # which says 503: no worker runs here
        if sent == allowed or broken:
            wrong[method, path] = answer.status_code

    assert wrong == {}


@pytest.mark.parametrize("role", SIGNED_IN)
def test_a_role_opens_the_pages_that_were_listed_by_hand(app: Flask, role: Role):
    browser = browser_as(app, role)

    opened = {path for path in BY_HAND if browser.get(path).status_code == 200}

    assert opened == {path for path, roles in BY_HAND.items() if role in roles}


@pytest.mark.parametrize("role", SIGNED_IN)
def test_a_role_is_refused_what_is_listed_by_hand_for_others(app: Flask, role: Role):
    browser = browser_as(app, role)
    asked = [(page, *page.split()) for page in NOT_REFUSED_BY_HAND]

    refused = {page for page, method, path in asked if browser.open(path, method=method).status_code == 403}

    assert refused == {page for page, roles in NOT_REFUSED_BY_HAND.items() if role not in roles}

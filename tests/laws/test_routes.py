"""Every page names what it allows; opening one to the world is a visible line here.

Every role at every page: let in, refused, or sent to sign in (TRUST S1); from the table and from the URL map.
A form of another site must not act in our users' names (TRUST S5).
Addresses that are printed, mailed, or read by calendars and scripts live for years: none may go.
"""

import pytest
from flask import Flask

from scheduler import policy
from scheduler.policy import Role
from scheduler.web.guards import OPEN
from tests.factories.people import make_user
from tests.laws.routes import SIGNED_IN, browser_as, pages
from tests.web.browser import browser_of

# Everybody may open these. What lies behind a secret in the address checks that secret itself.
PUBLIC_PAGES = {  # by room
    "attendance": "count_in end_letters feedback later letters name_adults poster sheet_for_home sign",
    "booking": "free_dates",
    "certificates": (
        "badge_status check compare download_own find guardians_paper issuer keys leaf leaves open_badge own_badge"
    ),
    "cohorts": (  # those of a part check the key in their address
        "own_cohort practice practice_of_part practice_sheet practice_sheet_of_part public_detectives"
    ),
    "concerns": "heard speak_up speak_up_for_own_visit",
    "feeds": (  # those of a host check the secret in their address
        "calendars_of_host campaign_feed make_feed_of_host personal_feed renew_feed_of_host revoke_feed_of_host"
    ),
    "helpline": "public_figures",
    "messages": "letter letters",  # only in a demo
    "own": "worker",  # a script: who may keep what is asked of my-days.json
    "people": (  # those of the second step ask for a right password themselves
        "add_app add_passkey ask_mailbox ask_reset begin come_back_from_login go_to_login invitation mailbox "
        "mailbox_asked new_password reset reset_asked second_step sign_in sign_out use_passkey"
    ),
    "places": "own_school_time",
    "posts": "follow",
    "programmes": "campaign campaigns photo programme programmes",
    "public": (
        "about accessibility favicon figures front handbook handbook_page healthz manifest metrics_page privacy "
        "readyz road robots security_txt sitemap styleguide where_we_have_been widget"
    ),
    "questions": "answer_questions",  # checks the code in its address
    "readiness": "ask_for_date cancel_by_school checklist confirm_clock keep_agreed_date",
    "reports": "public_profile public_profile_file public_profiles",
    "requests": (
        "book book_again book_page change_counts check choose_date correct_address day_calendar directions forget "
        "hosts invitation make_share new_host new_link no_date_suits open_visit own_calendar own_paper own_visits "
        "parents_note photo_on_card prove read read_calendar sent share status take_other_date withdraw"
    ),
    "safeguarding": "ask_guardian guardian_page say_who_fetches withdraw_by_guardian",
    "waitlist": "answer_date",
}
PUBLIC = {"assets"} | {f"{room}.{page}" for room, pages in PUBLIC_PAGES.items() for page in pages.split()}
UNGUARDED = {"static"}  # Flask's own: files of static/


def test_every_route_names_what_it_allows_and_every_open_page_is_listed(app: Flask):
    unguarded = {name for name, view in app.view_functions.items() if not hasattr(view, "may")}
    assert unguarded - UNGUARDED == set()
    opened = {name for name, view in app.view_functions.items() if getattr(view, "may", None) == OPEN}
    assert opened == PUBLIC


def test_a_view_without_a_guard_is_refused_whoever_asks(app: Flask, client, monkeypatch):
    monkeypatch.delattr(app.view_functions["public.about"], "may")
    assert client.get("/about").status_code == 403


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
    **dict.fromkeys(("/absence", "/calendar", "/day/2026-10-06", "/my-days.json", "/record"), PRESENTERS),
    "/changes": PLANNERS,
    "/feeds": STAFF | PRESENTERS,
    "/messages/delays": frozenset({Role.ADMINISTRATOR}),
    "/settings/reminders": frozenset({Role.ADMINISTRATOR}),
    "/my-part": frozenset({Role.INFLUENCER}),
    **dict.fromkeys(("/cohorts", "/school-calendar"), STAFF),
    **dict.fromkeys(("/helpline", "/posts", "/region", "/region/cells"), PLANNERS),
    **dict.fromkeys(("/waiting-list", "/waiting-list/dates/new"), PLANNERS),
    **dict.fromkeys(("/reports/attendance", "/reports/attendance/print", "/reports/attendance.pdf"), PLANNERS),
    **dict.fromkeys(("/reports/profile", "/reports/signed", "/reports/visits"), PLANNERS),
    **dict.fromkeys(("/reports/youth", "/reports/youth.csv", "/reports/youth/visits"), PLANNERS),
    **dict.fromkeys(("/settings/waiting-list", "/school-calendar/import"), frozenset({Role.ADMINISTRATOR})),
}
# Of a row that is not there, or pressed with nothing: whoever is let in reads that, all others are refused before.
NOT_REFUSED_BY_HAND = {
    **dict.fromkeys(("POST /feeds", "POST /feeds/1/renew"), STAFF | PRESENTERS),
    **dict.fromkeys(("GET /hosts/1", "GET /hosts/1/school-time"), PLANNERS),
    **dict.fromkeys(("GET /reports/signed/new", "POST /region/mails", "POST /region/offer"), PLANNERS),
    **dict.fromkeys(("GET /visits/P-2026-0001/count", "POST /visits/P-2026-0001/count"), PLANNERS | {Role.EDUCATOR}),
    "GET /reports/signed/1/take-back": frozenset({Role.ADMINISTRATOR}),
}


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
def test_a_role_opens_what_is_listed_by_hand_and_is_refused_what_is_for_others(app: Flask, role: Role):
    browser = browser_as(app, role)
    opened = {path for path in BY_HAND if browser.get(path).status_code == 200}
    assert opened == {path for path, roles in BY_HAND.items() if role in roles}
    asked = [(page, *page.split()) for page in NOT_REFUSED_BY_HAND]
    refused = {page for page, method, path in asked if browser.open(path, method=method).status_code == 403}
    assert refused == {page for page, roles in NOT_REFUSED_BY_HAND.items() if role not in roles}


WRITING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def protected(app: Flask, monkeypatch) -> Flask:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def test_no_view_is_exempt(app: Flask):
    csrf = app.extensions["csrf"]
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())


@pytest.mark.parametrize("token", [None, "forged"])
def test_every_post_without_the_right_token_is_refused(protected: Flask, token):
    browser = browser_of(protected, make_user(*[role for role in Role if role is not Role.SYSTEM]))
    data = {"csrf_token": token} if token else {}

    answers = {
        (endpoint, method): browser.open(path, method=method, data=data).status_code
        for endpoint, method, path in pages(protected, *WRITING)
    }

    assert len(answers) > 10
    assert {page: status for page, status in answers.items() if status != 400} == {}


# Never take one out: redirect it.
FOR_YEARS = {
    "/", "/book", "/book/prove/<token>", "/certificates/<number>", "/day/<on>", "/feeds/<token>.ics", "/healthz",
    "/consent/<token>", "/invitation/<token>", "/offers", "/privacy", "/metrics", "/readyz", "/requests/<number>",
    "/reset/<token>", "/sign-in", "/status/<secret>", "/status/<secret>/attendance", "/visits/<number>",
}  # fmt: skip


def test_no_address_in_mails_on_paper_or_in_calendars_disappears(app: Flask):
    named = {str(rule) for rule in app.url_map.iter_rules()}
    assert {address for address in FOR_YEARS if address not in named} == set()

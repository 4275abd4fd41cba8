"""Where a signed-in person can go: places with their tabs, of which each reader sees what she may open."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from scheduler.config import settings
from scheduler.people.terms import SignedInUser
from scheduler.policy import Role
from scheduler.web.guards import current_actor, signed_in
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.names import opens_page

STAFF = frozenset({Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR})
PRESENTERS = frozenset({Role.EDUCATOR, Role.INFLUENCER})


@dataclass(frozen=True)
class NavigationLink:
    """One line of the rail, a tab or a link of the header; `current` is the value of aria-current, or empty."""

    href: str
    icon: str
    label: str
    current: str


@dataclass(frozen=True)
class Place:
    """One line of the rail with its tabs; it leads to the first tab that the reader may open.

    `pages` names what is opened from the tabs: endpoints, and rooms with all their other pages.
    """

    icon: str
    label: object
    tabs: tuple[tuple[str, object], ...]  # endpoint, label
    pages: str = ""
    roles: frozenset[Role] = STAFF
    filters: tuple[str, ...] = ()  # of the address, which every tab passes on


PROTECTION = (
    ("safeguarding.overview", _l("Child protection")),
    ("concerns.concerns", _l("Concerns and hand-offs")),
)
PLACES = (  # of two that name a page, the first on the reader's rail has it; see place_of
    Place(
        "home",
        _l("Today"),
        (("desk.today", _l("Today")),),
        "desk admin own.my_days",
        STAFF | PRESENTERS,
    ),
    Place(
        "shield",
        _l("Child protection"),
        PROTECTION,
        "safeguarding concerns",
        frozenset({Role.SAFEGUARDING}),
    ),
    Place(
        "inbox",
        _l("Requests"),
        (
            ("requests.inbox", _l("Requests")),
            ("waitlist.waiting_list", _l("Waiting list")),
            ("requests.handovers", _l("Handing over")),
        ),
        "requests waitlist places",
    ),
    Place(
        "board",
        _l("Board"),
        (
            ("board.board", _l("Week")),
            ("board.board_month", _l("Month")),
            ("visits.week", _l("List")),
            ("board.region", _l("Region")),
            ("proposals.proposals", _l("Plan proposals")),
            ("closures.closures", _l("Closures")),
            ("admin.school_calendar", _l("School calendar")),
            ("feeds.radar", _l("Who knows of changes")),
        ),
        "board visits booking readiness own proposals closures admin.import_calendar feeds "
        "questions.of_visit questions.count_sheets",
    ),
    Place(
        "people",
        _l("People"),
        (
            ("people.presenters", _l("Presenters")),
            *PROTECTION,
            ("people.users", _l("Staff")),
            ("people.second_steps", _l("Second steps")),
        ),
        "people safeguarding concerns certificates.of_presenter",
    ),
    Place(
        "clip",
        _l("Attendance"),
        (("attendance.overview", _l("Attendance")), ("certificates.overview", _l("Certificates"))),
        "attendance certificates",
    ),
    Place(
        "chart",
        _l("Reports"),
        (
            ("reports.attendance_report", _l("Attendance")),
            ("reports.youth", _l("Youth participation")),
            ("reports.cohorts", _l("Web Detectives")),
            ("questions.overview", _l("Questions before and after")),
            ("reports.profile", _l("Yearly profile")),
            ("reports.signed_periods", _l("Signed-off periods")),
        ),
        "reports questions",
        filters=("first", "last", "campaign", "programme", "by"),
    ),
    Place(
        "megaphone",
        _l("Campaigns"),
        (("programmes.own_campaigns", _l("Campaigns")), ("posts.plan", _l("Posts"))),
        "programmes posts tours feeds.campaign_calendar feeds.make_campaign_feed feeds.end_campaign_feed "
        "certificates.of_campaign",
    ),
    Place(
        "search",
        _l("Web Detectives"),
        (("cohorts.overview", _l("Cohorts")), ("cohorts.practice_cases", _l("Practice of reporting"))),
        "cohorts",
    ),
    Place(
        "phone",
        _l("Helpline"),
        (("helpline.overview", _l("Figures")), ("helpline.topics", _l("Lists of topics"))),
        "helpline",
    ),
    Place(
        "mail",
        _l("Messages"),
        (("messages.overview", _l("Messages")), ("admin.texts", _l("Texts"))),
        "messages admin.text",
    ),
    Place(
        "gear",
        _l("Settings"),
        (
            ("admin.settings", _l("Centre")),
            ("admin.first_steps", _l("First steps")),
            ("admin.holidays", _l("School days")),
            ("admin.reminders", _l("Reminders")),
            ("admin.programmes", _l("Programmes")),
            ("waitlist.waiting_weights", _l("Waiting list")),
            ("admin.imports", _l("Imports")),
            ("admin.person", _l("One person's data")),
            ("admin.health", _l("Health")),
        ),
        "admin",
        frozenset({Role.ADMINISTRATOR}),
    ),
    Place(
        "calendar",
        _l("Calendar"),
        (("own.calendar", _l("Calendar")),),
        "own visits booking readiness board closures waitlist attendance questions concerns",
        PRESENTERS,
    ),
    Place("hourglass", _l("Offers"), (("own.my_offers", _l("Offers")),), "own.decline", PRESENTERS),
    Place(
        "person",
        _l("Me"),
        (("people.my_account", _l("Me")),),
        "people feeds safeguarding certificates feeds.my_calendars own.my_part own.record own.drives own.correct",
        PRESENTERS,
    ),
)
HANDBOOK = {  # which page of it; of several roles the one that can do most
    Role.ADMINISTRATOR: "administrator",
    Role.COORDINATOR: "coordinator",
    Role.SAFEGUARDING: "safeguarding",
    Role.EDUCATOR: "presenter",
    Role.INFLUENCER: "presenter",
}
PUBLIC_PLACES = "public places"  # of what an application keeps
PUBLIC = (
    ("requests.book", "calendar", _l("Book")),
    ("requests.new_link", "mail", _l("Already booked?")),
    ("programmes.programmes", "clip", _l("Programmes")),
    ("programmes.campaigns", "megaphone", _l("Campaigns")),
    ("public.where_we_have_been", "map", _l("Where we have been")),
    ("certificates.find", "cert", _l("Check a certificate")),
)


def viewer() -> SignedInUser | None:
    """Who looks at the page; nobody while a failure is shown."""
    return None if g.get("failed") else signed_in()


def open_places() -> list[tuple[Place, dict[str, str]]]:
    """The places on the reader's rail, each with the tabs that she may open: endpoint, label; no page twice."""
    found: list[tuple[Place, dict[str, str]]] = []
    taken: set[str] = set()
    for place in PLACES:
        tabs = {name: str(label) for name, label in place.tabs if name not in taken and opens_page(name)}
        if tabs and place.roles & current_actor().roles:
            found.append((place, tabs))
            taken |= tabs.keys()
    return found


def place_of(endpoint: str, places: list[tuple[Place, dict[str, str]]]) -> Place | None:
    """The place under which a page stands: as a tab, by its own name, or with its room; of one role alone first."""
    places = sorted(places, key=lambda found: len(found[0].roles) > 1)
    for name, as_tab in ((endpoint, True), (endpoint, False), (endpoint.split(".")[0], False)):
        for place, tabs in places:
            if name in (tabs if as_tab else place.pages.split()):
                return place
    return None


def lead_tabs(*endpoints: str, **values: Any) -> None:
    """Let these tabs open on the days and filters of the page, where its address does not say them."""
    g.tab_values = g.get("tab_values", {}) | dict.fromkeys(endpoints, values)


def tabs_of_place() -> list[NavigationLink]:
    """The tabs beside which the page stands; none for a page that is opened from one of them."""
    here = request.endpoint or ""
    found = next((found for found in open_places() if here in found[1]), None) if viewer() else None
    if found is None or len(found[1]) < 2:
        return []
    place, tabs = found
    values: dict[str, dict[str, Any]] = g.get("tab_values", {})
    kept = {name: request.args.getlist(name) for name in place.filters if name in request.args}
    return [
        NavigationLink(url_for(name, **values.get(name, {}) | kept), "", label, "page" if name == here else "")
        for name, label in tabs.items()
    ]


def navigation() -> list[NavigationLink]:
    """The rail of who is signed in: the places of all her roles."""
    here, places = request.endpoint or "", open_places()
    current = place_of(here, places)
    return [
        NavigationLink(
            url_for(next(iter(tabs))),
            place.icon,
            str(place.label),
            ("page" if here == next(iter(tabs)) else "true") if place is current else "",
        )
        for place, tabs in places
    ]


def _public_places() -> list[NavigationLink]:
    """The links of every public page, made once for each of them in each language."""
    kept: dict[Hashable, list[NavigationLink]] = current_app.extensions[PUBLIC_PLACES]
    here = next((endpoint for endpoint, _icon, _label in PUBLIC if endpoint == request.endpoint), "")
    key = page_language(), here, request.environ.get("SCRIPT_NAME", "")
    if key not in kept:
        kept[key] = [
            NavigationLink(url_for(endpoint), icon, str(label), "page" if endpoint == here else "")
            for endpoint, icon, label in PUBLIC
        ]
    return kept[key]


def handbook_role(user: SignedInUser | None) -> str:
    """Whose page of the handbook a reader needs first; schools have no account."""
    roles = user.actor.roles if user else frozenset()
    return next((name for role, name in HANDBOOK.items() if role in roles), "school")


def in_every_page() -> dict[str, object]:
    user = viewer()
    public = _public_places()
    own = navigation() if user else public
    on_the_road = user is not None and not user.actor.roles & STAFF
    keeps = settings().keep_on_phones
    return {
        "viewer": user,
        "navigation": own,
        "public_navigation": public,
        "tabs": own[:4] if on_the_road else [],
        "keeps_days": on_the_road and user is not None and user.actor.presenter_id is not None and keeps,
        "product": _("Raspored"),
        "handbook_role": handbook_role(user),
    }


def register(app: Flask) -> None:
    app.extensions[PUBLIC_PLACES] = {}
    app.context_processor(in_every_page)
    app.jinja_env.globals["tabs_of_place"] = tabs_of_place

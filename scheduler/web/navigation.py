"""Where a signed-in person can go, by role; a page that the house does not have yet is not offered."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, g, request

from scheduler.config import settings
from scheduler.people.terms import SignedInUser
from scheduler.policy import Role
from scheduler.web.filters import url_if
from scheduler.web.guards import signed_in
from scheduler.web.i18n import _, _l, page_language


@dataclass(frozen=True)
class NavigationLink:
    """One line of the rail, a tab or a link of the header."""

    href: str
    icon: str
    label: str
    count: int | None
    current: bool


# endpoint, icon, label; the first of several roles' lists that a person has comes first
OWN: Mapping[Role, tuple[tuple[str, str, object], ...]] = {
    Role.EDUCATOR: (
        ("desk.today", "home", _l("Today")),
        ("own.calendar", "calendar", _l("Calendar")),
        ("own.my_offers", "hourglass", _l("Offers")),
        ("people.my_account", "person", _l("Me")),
    ),
    Role.COORDINATOR: (
        ("desk.today", "home", _l("Today")),
        ("requests.inbox", "inbox", _l("Requests")),
        ("waitlist.waiting_list", "queue", _l("Waiting list")),
        ("proposals.proposals", "route", _l("Plan proposals")),
        ("board.board", "board", _l("Board")),
        ("visits.week", "calendar", _l("Week")),
        ("closures.closures", "snow", _l("Closures")),
        ("attendance.overview", "clip", _l("Attendance")),
        ("certificates.overview", "cert", _l("Certificates")),
        ("reports.attendance_report", "chart", _l("Reports")),
        ("cohorts.overview", "search", _l("Web Detectives")),
        ("helpline.overview", "phone", _l("Helpline")),
        ("programmes.own_campaigns", "megaphone", _l("Campaigns")),
        ("people.presenters", "people", _l("Presenters")),
        ("safeguarding.overview", "shield", _l("Child protection")),
        ("messages.overview", "mail", _l("Messages")),
    ),
    Role.SAFEGUARDING: (
        ("desk.today", "home", _l("Today")),
        ("safeguarding.overview", "shield", _l("Child protection")),
        ("people.presenters", "people", _l("Presenters")),
        ("board.board", "board", _l("Board")),
        ("visits.week", "calendar", _l("Week")),
        ("closures.closures", "snow", _l("Closures")),
        ("attendance.overview", "clip", _l("Attendance")),
        ("certificates.overview", "cert", _l("Certificates")),
    ),
    Role.ADMINISTRATOR: (
        ("people.users", "person", _l("People")),
        ("admin.settings", "gear", _l("Settings")),
    ),
}
RAIL = {**OWN, Role.ADMINISTRATOR: OWN[Role.COORDINATOR] + OWN[Role.ADMINISTRATOR]}  # who may do all that she may
ORDER = (Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR, Role.EDUCATOR)
LISTS = {  # a page of one visit or one person stands under the list that it was opened from
    "requests": "requests.inbox",
    **dict.fromkeys(("visits", "own", "booking", "readiness"), "visits.week"),
    "board": "board.board",
    "closures": "closures.closures",
    "waitlist": "waitlist.waiting_list",
    "proposals": "proposals.proposals",
    "attendance": "attendance.overview",
    "certificates": "certificates.overview",
    "reports": "reports.attendance_report",
    "helpline": "helpline.overview",
    "cohorts": "cohorts.overview",
    "questions": "reports.attendance_report",
    "people": "people.presenters",
    **dict.fromkeys(("safeguarding", "concerns"), "safeguarding.overview"),
    "messages": "messages.overview",
    "admin": "admin.settings",
}
UNDER = {
    **dict.fromkeys(("board.region", "board.region_mails", "board.region_offer"), "proposals.proposals"),
    **dict.fromkeys(("posts.plan", "posts.new_post", "posts.post", "posts.picture"), "programmes.own_campaigns"),
    "programmes.new_campaign": "programmes.own_campaigns",
    "programmes.change_campaign": "programmes.own_campaigns",
    "programmes.room": "programmes.own_campaigns",
    **dict.fromkeys(("tours.new_tour", "tours.show_tour"), "programmes.own_campaigns"),
    "programmes.coming": "programmes.own_campaigns",
    "feeds.campaign_calendar": "programmes.own_campaigns",
    "feeds.make_campaign_feed": "programmes.own_campaigns",
    "people.change_roles": "people.users",
    "people.invite_user": "people.users",
    "people.second_steps": "people.users",
    "people.access": "people.my_account",
    "own.decline": "own.my_offers",
    "own.my_days": "desk.today",
    "own.drives": "people.my_account",
    **dict.fromkeys(("own.my_part", "own.record"), "people.my_account"),
    "own.correct": "people.my_account",
    "feeds.my_calendars": "people.my_account",
    "waitlist.waiting_weights": "admin.settings",
    "admin.school_calendar": "closures.closures",
    **dict.fromkeys(("questions.of_visit", "questions.count_sheets"), "visits.week"),
}
ON_THE_ROAD = {  # the same for who presents and has no such lists
    **dict.fromkeys(("visits", "own", "booking", "readiness", "board", "closures", "waitlist"), "own.calendar"),
    **dict.fromkeys(("attendance", "questions"), "own.calendar"),
    "feeds": "people.my_account",
    "people": "people.my_account",
}
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


def _here(rows: tuple[tuple[str, str, object], ...]) -> str:
    """Which of these lines the page asked for stands under: its own, else the list of its room."""
    asked = request.endpoint or ""
    room = asked.split(".")[0]
    listed = {endpoint for endpoint, _icon, _label in rows}
    lines = (asked, UNDER.get(asked), LISTS.get(room), ON_THE_ROAD.get(room))
    return next((line for line in lines if line in listed), "") or ""


def _places(rows: tuple[tuple[str, str, object], ...]) -> list[NavigationLink]:
    counts: dict[str, int] = g.get("counts", {})
    here = _here(rows)
    found = [(endpoint, url_if(endpoint), icon, str(label)) for endpoint, icon, label in rows]
    return [
        NavigationLink(href, icon, label, counts.get(endpoint), endpoint == here)
        for endpoint, href, icon, label in found
        if href
    ]


def _public_places() -> list[NavigationLink]:
    """The links of every public page; of who is not signed in, made once for each place in each language."""
    if "counts" in g:
        return _places(PUBLIC)
    kept: dict[Hashable, list[NavigationLink]] = current_app.extensions[PUBLIC_PLACES]
    key = page_language(), _here(PUBLIC), request.environ.get("SCRIPT_NAME", "")
    found = kept.get(key)
    if found is None:
        found = kept[key] = _places(PUBLIC)
    return found


def navigation(user: SignedInUser) -> list[NavigationLink]:
    """The rail of a person: the lists of all her roles, each place once. A view may set g.counts = {endpoint: n}."""
    roles = {Role.EDUCATOR if role is Role.INFLUENCER else role for role in user.actor.roles}
    rows = {row[0]: row for role in ORDER if role in roles for row in RAIL[role]}
    return _places(tuple(rows.values()))


def handbook_role(user: SignedInUser | None) -> str:
    """Whose page of the handbook a reader needs first; schools have no account."""
    roles = user.actor.roles if user else frozenset()
    return next((name for role, name in HANDBOOK.items() if role in roles), "school")


def in_every_page() -> dict[str, object]:
    user = viewer()
    public = _public_places()
    own = navigation(user) if user else public
    on_the_road = user is not None and not user.actor.roles & {Role.COORDINATOR, Role.ADMINISTRATOR, Role.SAFEGUARDING}
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

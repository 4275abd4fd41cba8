"""What a school hands on: a page to read, a text for Viber, an invitation, a file for calendars; no young person's name
stands in any of them.
"""

import datetime as dt
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.people.terms import PresenterKind
from scheduler.requests.queries.pages import own_request
from scheduler.requests.rules.states import OVER, WITH_DATE
from scheduler.requests.service.school import share_page
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.visits.service.calendar_entries import calendar_of_school
from scheduler.web.filters import clock as wall
from scheduler.web.filters import long_day, short_day
from scheduler.web.guards import link_actor, link_to_part, public
from scheduler.web.i18n import _, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.request_facts import hour_of
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import RequestPressForm
from scheduler.web.requests.school.status import opened
from scheduler.web.requests.school.whole_booking import pages_of_link

STANDS = (*WITH_DATE, RequestState.DELIVERED, RequestState.REPORTED, RequestState.CERTIFIED, RequestState.CLOSED)


@bp.post("/status/<secret>/share")
@public
def make_share(secret: str) -> ResponseReturnValue:
    """A link for colleagues and the director, under a secret of its own."""
    actor, page = opened(secret)
    if not RequestPressForm().accepted():
        return redirect(url_for(".status", secret=secret))
    token = share_page(actor, page.row.id, now=clock.now())
    return redirect(url_for(".share", secret=secret, token=token))


@bp.get("/status/<secret>/share/<token>")
@public
def share(secret: str, token: str) -> ResponseReturnValue:
    """The link, and a text with it that is ready to be sent."""
    _actor, page = opened(secret)
    if link_actor(token, "read").request_id != page.row.id:
        raise NotFound("request")
    link = settings().base_url + url_for(".read", token=token)
    beside = [line for one in _beside(token, page).values() for line in _said_beside(one)]
    text = "\n".join([*_said_of(page, _visit_of(page)), *beside, _("All about it: %(link)s", link=link)])
    return render_template(
        "requests/share.html", secret=secret, link=link, text=text, viber=f"viber://forward?text={quote(text)}"
    )


@bp.get("/read/<token>")
@public
def read(token: str) -> ResponseReturnValue:
    """For colleagues and the director: what, when and where; nothing to press, and no young presenter's name."""
    page = own_request(link_actor(token, "read"), now=clock.now())
    visit = _visit_of(page)
    cards = visit.cards if visit else ()
    return render_template(
        "requests/read.html",
        page=page,
        row=page.row,
        token=token,
        visit=visit,
        sittings=_sittings(page, visit),
        adults=[card.name for card in cards if card.kind is PresenterKind.EDUCATOR],
        young=any(card.kind is PresenterKind.INFLUENCER for card in cards),
        in_calendars=visit is not None and visit.certain,
        next_words=words.next_of(page),
        needs=page.row.programme.needs.lines(page_language()),
        beside=[(link, one.row, _when(one, _visit_of(one))) for link, one in _beside(token, page).items()],
    )


@bp.get("/status/<secret>/visit.ics")
@public
def own_calendar(secret: str) -> ResponseReturnValue:
    """The visit as a file for a calendar."""
    return _calendar(opened(secret)[1])


@bp.get("/read/<token>/visit.ics")
@public
def read_calendar(token: str) -> ResponseReturnValue:
    """The same for who only reads."""
    return _calendar(own_request(link_actor(token, "read"), now=clock.now()))


@bp.get("/status/<secret>/invitation")
@public
def invitation(secret: str) -> ResponseReturnValue:
    """An invitation for parents, to print or to save as PDF: what, when, where, and the helpline."""
    _actor, page = opened(secret)
    visit = _visit_of(page)
    evenings = [one for one in _sittings(page, visit) if one["parents"]]
    if visit is None or not evenings:
        raise NotFound("invitation")
    return render_template(
        "requests/invitation.html", page=page, row=page.row, visit=visit, sittings=evenings, printed_at=clock.now()
    )


def _beside(token: str, page: RequestPage) -> dict[str, RequestPage]:
    """What was sent together with a request and stands, each under the same link to read."""
    pages = pages_of_link(token, clock.now(), "read") if page.lineage else {}
    return {
        link_to_part(token, number): one
        for number, one in pages.items()
        if one.row.id != page.row.id and one.row.state not in OVER
    }


def _visit_of(page: RequestPage) -> CrewShown | None:
    """The visit of a request, while its day stands."""
    visit = crew_for_school(page.row.id, clock.now())
    return visit if visit and page.row.state in STANDS else None


def _sittings(page: RequestPage, visit: CrewShown | None) -> list[dict[str, Any]]:
    """Each part of the day: when, for whom, where."""
    times: tuple[dt.time | None, ...] = visit.starts_local if visit else ()
    return [
        {
            "starts": times[number] if number < len(times) else asked.starts_local,
            "audience": AUDIENCES[asked.audience],
            "classes": asked.classes,
            "venue": page.venue.text(page_language()),
            "parents": asked.for_parents,
        }
        for number, asked in enumerate(page.presentations)
    ]


def _said_of(page: RequestPage, visit: CrewShown | None) -> list[str]:
    """The lines of a text for colleagues: what, where and when, as far as it is agreed."""
    language, row = page_language(), page.row
    where = [f"{label}: {value}" for label, value in page.venue.facts(language)]
    return [row.programme.name(language), row.host.name(language), *_when(page, visit), *where]


def _said_beside(page: RequestPage) -> list[str]:
    """The same of a further part of a booking: at the same school, in the same room."""
    return [page.row.programme.name(page_language()), *_when(page, _visit_of(page))]


def _when(page: RequestPage, visit: CrewShown | None) -> list[str]:
    """The agreed day and hour, or those that the school wishes for."""
    if visit is None:
        return [_("We asked for: %(days)s.", days=_wished(page)), _("The day is not agreed yet.")]
    times = ", ".join(wall(time) for time in visit.starts_local)
    agreed = _("%(day)s at %(time)s", day=long_day(visit.on_day), time=times)
    return [agreed] if visit.certain else [agreed, _("The day is not confirmed yet.")]


def _wished(page: RequestPage) -> str:
    """четвртак, 17. децембар 2026, 18:00"""
    row = page.row
    if row.first_day == row.last_day:
        days = long_day(row.first_day)
    else:
        days = f"{short_day(row.first_day)} – {short_day(row.last_day)}"
    return ", ".join([days, *(hour for asked in page.presentations if (hour := hour_of(asked)))])


def _calendar(page: RequestPage) -> Response:
    visit = crew_for_school(page.row.id, clock.now())
    if visit is None or not visit.certain:
        raise NotFound("calendar")
    name = f'attachment; filename="{page.row.number}.ics"'
    language = page_language()
    body = calendar_of_school([visit.visit_id], page.row.programme.name(language), language)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})

"""Every list, board and page of the product with an address in a seeded centre, and who opens it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from scheduler.core import clock, tokens
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter, SignIn
from scheduler.places.models import Municipality
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState
from scheduler.web.password_again import TYPED_AT
from tools.bench.days import Calendar
from tools.bench.sizes import ADMINISTRATOR, CAMPAIGN, COORDINATOR, SAFEGUARDING, STAFF

READERS = {  # by the number of their account; nobody signs in
    "nobody": 0,
    "coordinator": COORDINATOR,
    "administrator": ADMINISTRATOR,
    "safeguarding": SAFEGUARDING,
    "educator": STAFF + 1,
}
NOT_PAGES = {  # for machines: they count the machine or send a file
    "static",
    "admin.health",
    "public.metrics_page",
}
GROWING = {  # as they open they show more rows where more is, up to a whole page: `_of_things` opens as many of each
    "/visits",
    "/reports/youth/visits",
}
SIX_YEARS = dt.timedelta(days=6 * 365)  # in which a seed of any size has a whole page of visits with young presenters


@dataclass(frozen=True)
class BenchPage:
    """One address as somebody opens it."""

    name: str
    reader: str
    address: str


def signed_in(client: FlaskClient, user_id: int) -> FlaskClient:
    """The same client with that user's session, as after typing the password just now; nobody's for 0."""
    if not user_id:
        return client
    token, now = tokens.new_token(), clock.now()
    with transaction() as session:
        row = SignIn(token_hash=tokens.token_hash(token), user_id=user_id, created_at=now, last_seen_at=now)
        row.expires_at = now + dt.timedelta(hours=12)
        session.add(row)
    with client.session_transaction() as cookies:
        cookies["_user_id"] = token
        cookies[TYPED_AT] = now.timestamp()
    return client


def browsers(app: Flask) -> dict[str, FlaskClient]:
    """A browser for each reader; inside an application context."""
    return {reader: signed_in(app.test_client(), user_id) for reader, user_id in READERS.items()}


def pages_of(app: Flask, calendar: Calendar, clients: dict[str, FlaskClient]) -> list[BenchPage]:
    """All pages whose address needs nothing, by the first reader whom they let in, then those of one thing."""
    plain = [page for rule in sorted(app.url_map.iter_rules(), key=str) if (page := _plain(app, rule, clients))]
    return [*plain, *_of_things(calendar)]


def _plain(app: Flask, rule: Rule, clients: dict[str, FlaskClient]) -> BenchPage | None:
    if rule.arguments or "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES or rule.rule in GROWING:
        return None
    for reader, client in clients.items():
        with app.app_context():  # of its own: nothing that one reader's request remembers serves the next
            answer = client.get(rule.rule)
        if answer.status_code == 200:
            return BenchPage(rule.rule, reader, rule.rule)
    return None


def _of_things(calendar: Calendar) -> Iterator[BenchPage]:
    week, today = calendar.fixed_week, clock.local_day(calendar.now)
    going = Visit.presentations.any(Presentation.assignments.any(Assignment.state == AssignmentState.ACCEPTED))
    visit, past = (
        _visit(sa.and_(Visit.on_day >= week, going)),
        _visit(Visit.on_day < calendar.days[0].day + dt.timedelta(days=60)),
    )
    for name, address in (
        ("/board of a week", f"/board?week={week}"),
        ("/board/month of a month", f"/board/month?month={week:%Y-%m}"),
        ("/visits of a week", f"/visits?from={week}"),
        ("/reports/youth/visits of years", f"/reports/youth/visits?first={today - SIX_YEARS}&last={today}"),
        ("/visits/… to come", f"/visits/{visit}"),
        ("/visits/… that was", f"/visits/{past}"),
        ("/visits/…/move", f"/visits/{visit}/move"),
        ("/visits/…/place", f"/visits/{visit}/place"),
        ("/attendance/…", f"/attendance/{past}"),
        ("/requests of every state", "/requests?show=over"),
        ("/requests that wait", "/requests?show=waiting"),
        ("/requests sorted by school", "/requests?sort=host"),
        ("/requests/… new", f"/requests/{_request('new')}"),
        ("/requests/…/plan", f"/requests/{_request('agreed')}/plan"),
        ("/requests/…/dates", f"/requests/{_request('triage')}/dates"),
        ("/hosts/…", "/hosts/8"),
        ("/people/…", "/people/2"),
        ("/people/…/hours", "/people/2/hours"),
        ("/search for a school", "/search?q=karadzic"),
        ("/search for a person", "/search?q=petrovic"),
        ("/reports/attendance by school year", "/reports/attendance"),
    ):
        yield BenchPage(name, "coordinator", address)
    yield BenchPage("/safeguarding/… of a minor", "safeguarding", f"/safeguarding/{_a_minor()}")
    yield BenchPage("/day/…", "educator", f"/day/{week}")
    yield BenchPage("/campaigns/…", "nobody", f"/campaigns/{CAMPAIGN}")
    yield BenchPage("/book/hosts.json while typing", "nobody", "/book/hosts.json?q=vuk")
    yield BenchPage("/free of a programme", "nobody", f"/free?programme=bench-safe-internet&municipality={_town()}")


def _visit(condition: sa.ColumnElement[bool]) -> str:
    wanted = sa.select(Visit.number).where(condition, Visit.centre_id == 1).order_by(Visit.on_day, Visit.id).limit(1)
    return db.session().scalars(wanted).one()


def _town() -> int:
    return db.session().scalars(sa.select(Municipality.id).order_by(Municipality.id).limit(1)).one()


def _request(state: str) -> str:
    wanted = sa.select(SchoolRequest.number).where(SchoolRequest.state == state, SchoolRequest.centre_id == 1)
    return db.session().scalars(wanted.order_by(SchoolRequest.id).limit(1)).one()


def _a_minor() -> int:
    wanted = sa.select(sa.func.min(Presenter.id)).where(Presenter.adult_on > clock.local_day(clock.now()))
    return int(db.session().scalar(wanted.where(Presenter.centre_id == 1)) or 0)

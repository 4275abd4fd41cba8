"""Changes and the work of nights: a feed after one change, the re-check, issuing, passwords."""

import datetime as dt
import gc
import time
from typing import Any

import icalendar
import sqlalchemy as sa
from flask import Flask

from scheduler.certificates.queries.papers import visits_missing_certificates
from scheduler.core import clock, passwords
from scheduler.core.db import db
from scheduler.jobs import certificates as certificate_jobs
from scheduler.places.terms.venue import Venue
from scheduler.policy import Actor, Role
from scheduler.readiness.queries.findings import visits_to_check
from scheduler.readiness.service.recheck import recheck_visits
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.states import EntryStatus, VisitState
from tools.bench.counting import effort
from tools.bench.pages import browsers, pages_of
from tools.bench.seed.base import COORDINATOR
from tools.bench.seed.days import calendar_of
from tools.bench.seed.history import feed_token_of
from tools.bench.seed.plant import closed_days
from tools.bench.turns import in_turns

DESK = Actor(frozenset({Role.COORDINATOR}), user_id=COORDINATOR, centre_id=1)
Told = dict[str, Any]


def change(app: Flask, given: Told) -> Told:
    """Milliseconds of a feed unchanged, and of the first after a visit was called off; whether each was fresh."""
    client, address = app.test_client(), f"/feeds/{feed_token_of(given['events'])}.ics"
    unchanged, changed, fresh = [], [], True
    body = client.get(address).data
    for visit_id in _visits_to_come(app, given["presenter"], given["turns"] + 1):
        unchanged.append(_get(client, address)[0])
        with app.app_context():
            cancel_visit(DESK, visit_id, reason="испити", now=clock.now())
        spent, after = _get(client, address)
        changed.append(spent)
        fresh = fresh and after != body
        body = after
    return {"unchanged": unchanged[1:], "changed": changed[1:], "fresh": fresh, "events": body.count(b"BEGIN:VEVENT")}


def _get(client: Any, address: str) -> tuple[float, bytes]:
    gc.collect()
    began = time.process_time()
    answer = client.get(address)
    spent = 1000 * (time.process_time() - began)
    if answer.status_code != 200:
        raise AssertionError(answer.status)
    return spent, answer.data


def _visits_to_come(app: Flask, presenter: int, count: int) -> list[int]:
    with app.app_context():
        wanted = (
            sa.select(Visit.id)
            .join(Presentation, Presentation.visit_id == Visit.id)
            .join(Assignment, Assignment.presentation_id == Presentation.id)
            .where(Assignment.presenter_id == presenter, Visit.state == VisitState.CONFIRMED)
            .where(Visit.on_day > clock.local_day(clock.now()) + dt.timedelta(days=3))
            .distinct()
            .order_by(Visit.id)
        )
        found = list(db.session().scalars(wanted.limit(count)))
        db.session.remove()
    return found


def texts(app: Flask, given: Told) -> Told:
    """So many VEVENT texts by the product, and by the icalendar library alone."""
    since = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)

    def facts(number: int) -> EntryFacts:
        starts_at = since + dt.timedelta(days=number // 20)
        return EntryFacts(
            uid=f"{number}@x", sequence=0, edited_at=since, starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(minutes=45), zone="Europe/Belgrade",
            programme_sr_cyrl="Безбедно на интернету", programme_en="Safe on the internet",
            host_sr_cyrl="Вук Караџић", host_sr_latn="Vuk Karadžić", address_sr_cyrl="Школска 1, Чачак",
            address_sr_latn="Školska 1, Čačak", venue=Venue("Сала"), classes="V-1", point=None, crew=("Ана Петровић",),
            page_url=f"http://localhost/visits/P-2026-{number:04}", helpline="19833",
        )  # fmt: skip

    def product() -> float:
        began = time.process_time()
        for number in range(given["count"]):
            ics.vevent(facts(number), EntryStatus.CONFIRMED, "sr_Cyrl")
        return 1000 * (time.process_time() - began)

    def library() -> float:
        began = time.process_time()
        for number in range(given["count"]):
            _bare_event(facts(number))
        return 1000 * (time.process_time() - began)

    with app.app_context():
        return {"sides": in_turns({"product": product, "yardstick": library}, given["turns"])}


def _bare_event(facts: EntryFacts) -> bytes:
    event = icalendar.Event()
    for name, value in (
        ("uid", facts.uid),
        ("dtstamp", facts.edited_at),
        ("last-modified", facts.edited_at),
        ("sequence", facts.sequence),
        ("dtstart", facts.starts_at),
        ("dtend", facts.ends_at),
        ("summary", f"{facts.programme_sr_cyrl}: {facts.host_sr_cyrl}"),
        ("location", f"{facts.host_sr_cyrl}, {facts.address_sr_cyrl}"),
        (
            "description",
            f"{facts.classes}, {facts.venue.room}\n{facts.crew[0]}\n{facts.page_url}\n19833",
        ),
        ("url", facts.page_url),
    ):
        event.add(name, value)
    made: bytes = event.to_ical()
    return made


def recheck(app: Flask, _given: Told) -> Told:
    """Once, after a first night that has told what there was to tell."""
    with app.app_context():
        recheck_visits(now=clock.now())
        visits = len(visits_to_check(clock.now()))
        with effort(db.engine) as made:
            recheck_visits(now=clock.now())
    return {"visits": visits, "seconds": made.seconds, "statements": len(made.statements)}


def issue(app: Flask, _given: Told) -> Told:
    """All certificates that are due, and asking once more when nothing is."""
    with app.app_context():
        due = len(visits_missing_certificates())
        with effort(db.engine) as first:
            certificate_jobs.issue_for_locked_attendance.call_local()
        left = len(visits_missing_certificates())
        with effort(db.engine) as again:
            certificate_jobs.issue_for_locked_attendance.call_local()
    return {
        "due": due, "left": left, "seconds": first.seconds, "statements": len(first.statements),
        "again_ms": 1000 * again.seconds, "again_statements": len(again.statements),
    }  # fmt: skip


def hashes(app: Flask, given: Told) -> Told:
    """Milliseconds of one password, and how many pages of all, opened by who is signed in, need one."""
    counted, real = [0], passwords.fits

    def noted(stored: str | None, password: str) -> bool:
        counted[0] += 1
        return real(stored, password)

    with app.app_context():
        stored = passwords.hash_password("lozinka od deset slova")
        passwords.fits(stored, "lozinka od deset slova")
        spent = []
        for _ in range(given["turns"]):
            began = time.process_time()
            passwords.fits(stored, "lozinka od deset slova")
            spent.append(1000 * (time.process_time() - began))
        passwords.fits = noted
        clients = browsers(app)
        listed = pages_of(app, calendar_of(clock.now(), closed_days(db.session())), clients)
        counted[0] = 0
        for page in listed:
            clients[page.reader].get(page.address)
    return {"ms": spent, "pages": len(listed), "hashes": counted[0]}


PROBES = {
    "change": change,
    "texts": texts,
    "recheck": recheck,
    "issue": issue,
    "hashes": hashes,
}

"""What is measured inside a process of the application: python -m tools.bench.inside PROBE; it prints JSON.

Times are milliseconds of processor time, medians; each thing is done once before, so that it is warm.
"""

import datetime as dt
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from scheduler.app import create_app
from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.service.past_visits import import_past_visits
from scheduler.certificates import pdf, signature
from scheduler.certificates.terms import CertificateKind, CertificatePaper, Signatory
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.priority import give_way
from scheduler.imports.staging import Filing
from scheduler.policy import SYSTEM, Actor, Role
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.states import VisitState
from scheduler.web.limits import limiter
from tests.visitor import A_HAND, Booking
from tools.bench import yardstick
from tools.bench.counting import clear_away, effort, peak_mib
from tools.bench.days import calendar_of
from tools.bench.pages import browsers, pages_of
from tools.bench.seed import closed_days
from tools.bench.sizes import COORDINATOR, FEED_TOKEN

TURNS = 5
SLOW_PAGE_MS = 2_000  # opened once
PAPERS = 1_000
DESK = Actor(frozenset({Role.COORDINATOR}), user_id=COORDINATOR, centre_id=1)
Found = dict[str, Any]


def timed(act: Callable[[], Any], turns: int = TURNS) -> tuple[float, int]:
    """Milliseconds of processor time, and statements. Every turn begins with the garbage of the last one gone."""
    act()
    spent = []
    for _ in range(turns):
        clear_away()
        with effort(db.engine) as made:
            act()
        spent.append(1000 * made.seconds)
        if spent[0] > SLOW_PAGE_MS:
            break
    return statistics.median(spent), len(made.statements)


def pages(app: Flask) -> Found:
    """{page: [reader, milliseconds, statements, bytes as sent]} of every address."""
    clients = browsers(app)
    found = {}
    for page in pages_of(app, calendar_of(clock.now(), closed_days(db.session())), clients):

        def opened(reader: str = page.reader, address: str = page.address) -> int:
            limiter.reset()
            with app.app_context():
                answer = clients[reader].get(address, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200, (address, answer.status)
            return len(answer.data)

        spent, asked = timed(opened)
        found[page.name] = (page.reader, spent, asked, opened())
    return found


def booking(app: Flask) -> Found:
    """A whole booking of fifteen requests, page after page."""
    real, pages_opened = clock.now, [0]
    clock.now = lambda: real() + A_HAND * pages_opened[0]

    def book() -> None:
        limiter.reset()
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.7.0.{pages_opened[0] // 15 + 1}"

        def send(method: str, path: str, typed: dict[str, str] | None) -> tuple[int, str]:
            pages_opened[0] += 1
            with app.app_context():
                answer = client.open(path, method=method, data=typed, buffered=True)
            return answer.status_code, answer.text

        visit = Booking(send, f"inside-{pages_opened[0]}")
        visit.answer_all(2, 1, clock.local_day(clock.now()))
        visit.send(visit.last_form())
        visit.get("/book/sent")

    spent, asked = timed(book)
    return {"ms": spent, "statements": asked, "stored": _count("school_request", "contact_email LIKE 'o.matic%'")}


def _count(table: str, where: str) -> int:
    return int(db.session.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())  # nosec B608


def feed(app: Flask) -> Found:
    """The first poll of a calendar of 500 entries after one of its visits was called off, and the poll before it."""
    client, before, after, fresh = app.test_client(), [], [], True

    def poll() -> tuple[float, bytes]:
        clear_away()
        with app.app_context(), effort(db.engine) as made:
            body = client.get(f"/feeds/{FEED_TOKEN}.ics").data
        return 1000 * made.seconds, body

    poll()
    for visit_id in _visits_of_feed():
        spent, body = poll()
        before.append(spent)
        cancel_visit(DESK, visit_id, reason="испити", now=clock.now())
        spent, changed = poll()
        after.append(spent)
        fresh = fresh and changed != body
    more = statistics.median(after) - statistics.median(before)
    return {"more": more, "fresh": fresh, "events": body.count(b"BEGIN:VEVENT")}


def _visits_of_feed() -> list[int]:
    """Confirmed visits to come of the presenter whose calendar is polled: the last one planted."""
    presenter = sa.select(sa.func.max(Assignment.presenter_id)).scalar_subquery()
    wanted = (
        sa.select(Visit.id)
        .where(Visit.presentations.any(Presentation.assignments.any(Assignment.presenter_id == presenter)))
        .where(Visit.state == VisitState.CONFIRMED, Visit.on_day > clock.local_day(clock.now()) + dt.timedelta(days=3))
    )
    return list(db.session().scalars(wanted.order_by(Visit.id).limit(TURNS + 1)))


def reports(_app: Flask) -> Found:
    days = calendar_of(clock.now(), closed_days(db.session())).days
    last = clock.local_day(clock.now())
    year = Filters(Period(last - dt.timedelta(days=365), last), centre_id=1)
    decade = Filters(Period(days[0].day, last), centre_id=1)
    return {
        "one year by month and audience": timed(lambda: attendance_report(year, (Group.MONTH, Group.AUDIENCE)))[0],
        "ten years by presenter and month": timed(lambda: attendance_report(decade, (Group.PRESENTER, Group.MONTH)))[0],
        "ten years by city and month": timed(lambda: attendance_report(decade, (Group.CITY, Group.MONTH)))[0],
    }


def papers(_app: Flask) -> Found:
    """Certificates as the product draws them, beside a bare canvas that draws as much, in turns."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))  # of nobody
    bare = [_paper(number) for number in range(PAPERS)]
    codes = [signature.signed_text(one, "be9cbe9c", key.sign) for one in bare]
    made = [replace(one, check_url=code) for one, code in zip(bare, codes, strict=True)]
    few = PAPERS // 10
    one_file = timed(lambda: pdf.draw_each([(one, "sr_Cyrl") for one in made]), 3)[0]
    own_files = timed(lambda: [pdf.draw(one, "sr_Cyrl") for one in made[:few]], 3)[0]
    mib = peak_mib()
    one_canvas = timed(lambda: yardstick.in_one_file(codes), 3)[0]
    canvases = timed(lambda: [yardstick.own_file(one) for one in codes[:few]], 3)[0]
    return {"one file": (one_file, one_canvas), "own files": (own_files, canvases), "mib": mib}


def _paper(number: int) -> CertificatePaper:
    return CertificatePaper(
        kind=CertificateKind.TEACHER,
        number=f"BENCH{number:011}",
        running_number=f"U-2026-{number:06}",
        host_name="Вук Караџић",
        host_place="Београд",
        programme_title="Безбедност деце на интернету",
        on_day=dt.date(2026, 11, 24),
        issued_on=dt.date(2026, 12, 2),
        centre_name="Центар за безбедан интернет",
        centre_place="Београд",
        check_url=f"https://primer.rs/certificates/BENCH{number:011}",
        holder_name="Ђорђе Шћепановић",
        minutes=90,
        signatories=(Signatory("Драгана Лазић", "координаторка"),),
    )


def free(app: Flask) -> Found:
    """The page of free dates of a programme in a municipality."""
    client = app.test_client()
    town = re.findall(r'<option value="(\d+)"', client.get("/free").text)[0]

    def opened() -> None:
        limiter.reset()
        with app.app_context():
            assert client.get(f"/free?programme=bench-safe-internet&municipality={town}").status_code == 200

    spent, asked = timed(opened)
    return {"ms": spent, "statements": asked}


def past(_app: Flask) -> Found:
    """The import of a spreadsheet of past years: 60 presentations a day, each at another school."""
    give_way()
    rows, now = int(sys.argv[2]), clock.now()
    lines = ["date;school id;programme;start;pupils;teachers"]
    for n in range(rows):
        day = dt.date(2006, 1, 9) + dt.timedelta(days=n // 60)
        lines.append(f"{day};bench-{n % 60 + 1};bench-safe-internet;10:00;{n % 50 + 10};2")
    began = time.process_time()
    read = read_past_visits("\n".join(lines).encode(), None, today=clock.local_day(now))
    done = import_past_visits(SYSTEM, read, Filing(now, 1, "past.csv"))
    assert not done.problems, done.problems[:3]
    return {"rows": done.new, "seconds": time.process_time() - began, "mib": peak_mib()}


PROBES = {one.__name__: one for one in (pages, booking, feed, reports, papers, free, past)}


def main() -> None:
    app = create_app()
    with app.app_context():
        print(json.dumps(PROBES[sys.argv[1]](app)))


if __name__ == "__main__":
    main()

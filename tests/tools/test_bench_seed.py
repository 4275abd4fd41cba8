"""What is planted for measurements is lawful, believable, and of the size that was asked for.

Every yardstick gives what the product gives, or it would be no yardstick; and no turn of either comes twice.
"""

import datetime as dt
import gzip
import io
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pypdf
import pytest
import sqlalchemy as sa

from scheduler.attendance.models import HeadCount
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import visits_missing_certificates
from scheduler.core.db import db
from scheduler.core.numbers import next_number
from scheduler.jobs.invariants import violations
from scheduler.people.models import Presenter
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Period
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.feeds import whole_of
from tests.factories.people import make_centre
from tests.standing_clock import THE_CLOCK
from tools.bench import client, inside_papers, inside_reports, inside_work, visitor, yardstick
from tools.bench.client import done
from tools.bench.pages import browsers, pages_of
from tools.bench.seed.days import calendar_of
from tools.bench.seed.history import feed_token_of
from tools.bench.seed.plant import NotEmpty, plant
from tools.bench.seed.sizes import FEED_EVENTS, FIXED_WEEK, Size, size_of
from tools.bench.servers import command, serving
from tools.bench.turns import in_turns, ratio_of, spread_of
from tools.services import free_port

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"visits": 100, "people": 100, "hosts": 100, "asked": 60, "waiting": 20, "letters": 50}
SETTLED_IN_A_HUNDRED = 84  # 88 less three called off and one stopped


def count(session, *conditions):
    return session.scalar(sa.select(sa.func.count()).where(*conditions))


@pytest.mark.deep
@pytest.mark.both_databases
def test_what_is_planted_breaks_no_law(session):
    plant(Size(**SMALL), MONDAY)

    assert violations() == []
    assert count(session, Visit.id > 0) == 100 + FIXED_WEEK
    assert set(session.scalars(sa.select(Visit.state).distinct())) == set(VisitState) - {VisitState.REPLANNED}
    wanted = {RequestState.NEW, RequestState.WAITLISTED, RequestState.PROPOSED, RequestState.CLOSED}
    assert wanted <= set(session.scalars(sa.select(SchoolRequest.state).distinct()))
    minors = sa.select(Presenter.id).where(Presenter.adult_on > MONDAY.date())
    assert count(session, Assignment.presenter_id.in_(minors), Assignment.state == AssignmentState.PRESENT) > 0


@pytest.mark.both_databases
def test_new_rows_find_their_place_behind_what_is_planted(session):
    plant(Size(**SMALL), MONDAY)
    assert make_centre().id == 3
    last = session.scalar(sa.select(sa.func.max(Visit.number)).where(Visit.number.like("P-2026-%")))
    assert next_number("P", MONDAY.date()) > last


def test_each_presentation_held_has_four_counts_and_each_settled_visit_a_certificate(session):
    plant(Size(**SMALL), MONDAY)

    four = sa.select(HeadCount.presentation_id).where(HeadCount.counts).group_by(HeadCount.presentation_id)
    numbers = set(session.scalars(four.with_only_columns(sa.func.count())))
    assert numbers == {4}
    assert count(session, Certificate.kind == "school") == SETTLED_IN_A_HUNDRED
    assert visits_missing_certificates() == []

    with pytest.raises(NotEmpty):
        plant(Size(**SMALL), MONDAY)


def test_a_seed_without_certificates_has_them_due(session):
    plant(Size(**SMALL, certified=False), MONDAY)
    assert violations() == []
    assert len(visits_missing_certificates()) == SETTLED_IN_A_HUNDRED


@pytest.mark.deep
def test_two_calendars_have_as_many_entries_as_they_are_called_by(session):
    size = Size(**SMALL, feeds=True)
    plant(size, MONDAY)

    assert violations() == []
    for place, events in enumerate(FEED_EVENTS, 1):
        entries = whole_of(feed_token_of(events), now=MONDAY).body.count(b"BEGIN:VEVENT")
        held = sa.select(Presentation.id).join(Assignment).where(Assignment.presenter_id == size.people + place)
        assert events <= entries < events + 3
        assert len(session.scalars(held).all()) == entries


def test_the_fixed_week_is_five_school_days_after_all_others():
    calendar = calendar_of(MONDAY, {dt.date(2027, 3, 1)})

    assert calendar.days[-5:] == tuple(calendar.fixed_week + dt.timedelta(days=number) for number in range(5))
    assert calendar.fixed_week.weekday() == 0
    assert list(calendar.days) == sorted(set(calendar.days))
    assert calendar.days[calendar.past - 1] < MONDAY.date() <= calendar.days[calendar.past]

    size = size_of(100)

    assert (size.visits, size.people, size.hosts, size.waiting) == (100_000, 10_000, 3_000, 10_000)


@pytest.mark.parametrize("wrong", [{"visits": 150}, {"people": 50}, {"hosts": 10}])
def test_a_size_that_would_break_the_pattern_is_refused(wrong):
    with pytest.raises(ValueError, match="whole hundreds"):
        Size(**(SMALL | wrong))


@pytest.mark.deep
def test_the_command_plants_into_an_empty_file(tmp_path):
    command = [sys.executable, "-m", "tools.bench.seed", f"sqlite:///{tmp_path / 'seed.sqlite3'}", "1", "--unchecked"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "staff-1@bench.example signs in with" in done.stdout


SMALL_SIZE = Size(**SMALL)
TYPED = {"school": "Škola", "topic": "Internet", "day": "2026-11-24"}


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "yard.sqlite3"
    yardstick.prepare(str(path))
    monkeypatch.setenv("BENCH_YARD", str(path))
    monkeypatch.setattr(yardstick, "_mine", threading.local())
    yield yardstick.app.test_client()
    yardstick.database().close()


def test_the_bare_server_gives_what_the_product_gives(yard, tmp_path):
    whole = yard.get(f"/feed/{yardstick.TOKEN}")
    packed = yard.get(f"/feed/{yardstick.TOKEN}", headers={"Accept-Encoding": "gzip"})
    unchanged = yard.get(f"/feed/{yardstick.TOKEN}", headers={"If-None-Match": whole.headers["ETag"]})

    assert whole.data.count(b"BEGIN:VEVENT") == 500
    assert 225_000 < len(whole.data) < 240_000
    assert gzip.decompress(packed.data) == whole.data
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert yard.get("/feed/other").status_code == 404

    form, listed = yard.get("/form").text, yard.get("/list").text

    assert (form.count("<input id="), form.count("<option")) == (yardstick.FIELDS, yardstick.TOWNS)
    assert listed.count("<tr>") == yardstick.ROWS == 100

    assert yard.post("/form", data=TYPED).status_code == 303

    with closing(sqlite3.connect(tmp_path / "yard.sqlite3")) as connection:
        assert connection.execute("SELECT school FROM request").fetchall() == [("Škola",)]
        assert connection.execute("SELECT count(*) FROM mail").fetchone() == (1,)
    assert yardstick.database().execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert yardstick.database().execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_raw_canvas_draws_as_many_pages_with_as_many_letters(app):
    inside_papers._register()
    raw = pypdf.PdfReader(io.BytesIO(inside_papers.raw_merged(3)))
    product = pypdf.PdfReader(io.BytesIO(inside_papers.pdf.draw_each([(inside_papers.paper(0), "sr_Cyrl")] * 3)))
    assert len(raw.pages) == len(product.pages) == 3
    assert inside_papers.NAMES[1] in raw.pages[1].extract_text()
    assert len(pypdf.PdfReader(io.BytesIO(inside_papers.raw_single(0))).pages) == 1


@pytest.mark.both_databases
def test_a_calendar_text_is_made_by_the_product_and_by_the_library_alone(app):
    sides = inside_work.texts(app, {"count": 2, "turns": 1})["sides"]
    assert sides.keys() == {"product", "yardstick"}


@pytest.mark.deep
def test_plain_sql_counts_what_the_report_counts(session):
    days = plant(SMALL_SIZE, MONDAY).calendar.days
    period = Period(days[0], days[-1])

    for name, (groups, columns) in inside_reports.QUESTIONS.items():
        report = attendance_report(Filters(period, centre_id=1), groups)
        plain = db.session().connection().exec_driver_sql(inside_reports.plain_sql(columns, period)).fetchall()
        assert len(plain) == max(len(report.rows), 1), name
        presentations = sum(row[len(columns) + 1] for row in plain)
        counted = sum(row.counts.presentations for row in report.rows) or report.totals.presentations
        assert presentations == counted > 0, name
    totals = db.session().connection().exec_driver_sql(inside_reports.plain_sql((), period)).one()
    assert tuple(totals)[:3] == (report.totals.visits, report.totals.presentations, report.totals.pupils)


@pytest.mark.deep
@pytest.mark.parametrize(("programme", "at_once", "requests"), [(2, False, 15), (1, True, 17)])
def test_a_measured_booking_is_a_booking(app, monkeypatch, programme, at_once, requests):
    plant(SMALL_SIZE, MONDAY)
    monkeypatch.setattr(visitor, "this_day", MONDAY.date)
    client, asked = app.test_client(), []

    def send(method, path, typed):
        THE_CLOCK.moves_on(visitor.A_HAND)
        asked.append(path)
        answer = client.open(path, method=method, data=typed)
        return answer.status_code, answer.text

    booking = visitor.Booking(send, "test")
    booking.answer_all(programme, 1, at_once=at_once)
    booking.send(booking.last_form())
    booking.get("/book/sent")

    assert len(asked) == requests
    unproven = SchoolRequest.state == RequestState.UNVERIFIED
    assert db.session().query(SchoolRequest).filter(unproven).count() == 1
    assert db.session().query(DateHold).count() == int(at_once)


@pytest.mark.deep
def test_each_page_that_is_measured_answers(app):
    calendar = plant(SMALL_SIZE, MONDAY).calendar
    clients = browsers(app)
    listed = pages_of(app, calendar, clients)

    assert {page.reader for page in listed} == clients.keys()
    assert {"/desk", "/requests", "/waiting-list", "/people", "/attendance"} <= {page.name for page in listed}
    wrong = {page.name: answer.status for page in listed
             if (answer := clients[page.reader].get(page.address)).status_code != 200}  # fmt: skip
    assert wrong == {}


def test_a_server_is_asked_by_a_client_that_tells_what_it_saw(yard, tmp_path):
    port = free_port()
    env = {"BENCH_YARD": str(tmp_path / "yard.sqlite3")}
    with serving(command("tools.bench.yardstick:app", port), port, env, tmp_path / "log") as server:
        told = done({"port": port, "path": f"/feed/{yardstick.TOKEN}", "connections": 2, "requests": 3})
        family, spent, held = len(server.family()), server.cpu_s(), server.worker_mib()

    assert told["statuses"] == {"200": 6}
    assert told["size"] == len(yardstick.BODY)
    assert told["p50_ms"] <= told["p99_ms"]
    assert family >= 1
    assert spent > 0
    assert held > 1


def test_bookings_that_were_filled_are_sent_later_and_none_too_soon(monkeypatch):
    sent = []

    class Quick:
        def __init__(self, _port: int, *, address: str, tag: str) -> None:
            self.tag, self.filled_at = tag, 0.0

        def answer_all(self, _programme: int, _host: int) -> None:
            self.filled_at = time.monotonic()

        def last_form(self) -> dict[str, str]:
            return {"of": self.tag}

        def send(self, typed: dict[str, str]) -> int:
            sent.append((typed["of"], time.monotonic() - self.filled_at >= 0.2))
            return 302

    monkeypatch.setattr(client, "Visitor", Quick)
    for tag, count in (("a", 3), ("b", 1)):
        assert done({"bookings": count, "tag": tag, "port": 1, "programme": 2, "host": 1}) == {"filled": count}

    told = done({"press": "a", "connections": 2, "wait": 0.2})

    assert (told["requests"], told["statuses"]) == (3, {"302": 3})
    assert sorted(sent) == [("a-0", True), ("a-1", True), ("a-2", True)]


def test_turns_alternate_and_a_ratio_is_made_turn_by_turn():
    order: list[str] = []

    def side(name):
        return lambda: order.append(name) or len(order)

    told = in_turns({"product": side("product"), "yardstick": side("yardstick")}, 2)

    assert order == ["product", "yardstick"] * 3
    assert told == {"product": [3, 5], "yardstick": [4, 6]}

    ratio = ratio_of([10.0, 40.0, 30.0], [10.0, 20.0, 10.0])

    assert (ratio.median, ratio.least, ratio.most) == (2.0, 1.0, 3.0)
    assert spread_of([1.0, 2.0, 3.0]).percent == 100

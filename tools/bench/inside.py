"""What is measured inside the process of the application: python -m tools.bench.inside PROBE '{"turns": 3, …}'.

Each probe has a process of its own, for one process is one installation; its last line is JSON. Without a probe they
come as lines, {"probe", "given", "env"}, and each is measured in a copy of a process that has loaded all modules.
"""

import ctypes
import gc
import json
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import IO, Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from scheduler.app import create_app
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.web.limits import limiter
from tools.bench import inside_papers, inside_reports, inside_work
from tools.bench.counting import clear_away, effort
from tools.bench.pages import BenchPage, browsers, pages_of, signed_in
from tools.bench.seed.base import COORDINATOR
from tools.bench.seed.days import calendar_of
from tools.bench.seed.plant import closed_days
from tools.bench.visitor import A_HAND, Booking

PUBLIC = ("/", "/map", "/figures", "/campaigns/bench-show-respect")
LONGEST_PAGE_S = 60
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>: dies with the one who was copied
SLOW_PAGE_S = 3  # so slow a page is not opened again and again
Told = dict[str, Any]


def _coordinator(app: Flask) -> FlaskClient:
    with app.app_context():
        return signed_in(app.test_client(), COORDINATOR)


def _cookie(app: Flask, client: FlaskClient) -> str:
    found = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    return f"{found.key}={found.value}" if found else ""


def cookie(app: Flask, _given: Told) -> Told:
    """The session of a coordinator, as a browser sends it."""
    return {"cookie": _cookie(app, _coordinator(app))}


def cost_of(
    client: FlaskClient, address: str, engine: Any, turns: int, *, waited: bool = False
) -> tuple[list[float], int, int]:
    """Milliseconds of processor time, or of waiting, in each turn, statements and bytes of an address; warmed up."""
    client.get(address)
    spent = []
    for _ in range(turns):
        limiter.reset()
        clear_away()
        with effort(engine) as made:
            answer = client.get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status}")
        spent.append(1000 * (made.waited if waited else made.seconds))
        if made.seconds > SLOW_PAGE_S:
            break
    return spent, len(made.statements), len(answer.data)


def _engine(app: Flask) -> Any:
    with app.app_context():
        return db.engine


def statements(app: Flask, given: Told) -> Told:
    """What an address asks the database for a coordinator, and her session."""
    client = _coordinator(app)
    _, asked, size = cost_of(client, given["address"], _engine(app), 1)
    return {"statements": asked, "size": size, "cookie": _cookie(app, client)}


def give_up_after(app: Flask, seconds: int) -> None:
    """Let the database break off what takes longer for one page, so that one page does not take the night."""
    began = [time.monotonic()]
    engine = _engine(app)

    def on_sqlite(raw: Any, _record: Any) -> None:
        raw.set_progress_handler(lambda: time.monotonic() - began[0] > seconds, 100_000)

    def on_postgresql(raw: Any, _record: Any) -> None:
        raw.execute(f"SET statement_timeout = '{seconds}s'")
        raw.commit()  # else the first rollback takes it back, and only the first page is limited

    engine.dispose()
    event.listen(engine, "connect", on_sqlite if engine.dialect.name == "sqlite" else on_postgresql)
    app.before_request(lambda: began.__setitem__(0, time.monotonic()))


def pages(app: Flask, given: Told) -> Told:
    """Every list, board and page: {name: [median milliseconds, statements, bytes]}, or None: it did not come.

    PostgreSQL works in processes of its own, so there it is told how long the page takes.
    """
    give_up_after(app, LONGEST_PAGE_S)
    with app.app_context():
        clients = browsers(app)
        listed: list[BenchPage] = pages_of(app, calendar_of(clock.now(), closed_days(db.session())), clients)
        db.session.remove()
    engine, found = _engine(app), dict[str, tuple[float, int, int] | None]()
    waited = engine.dialect.name == "postgresql"
    for page in listed:
        try:
            spent, asked, size = cost_of(clients[page.reader], page.address, engine, given["turns"], waited=waited)
        except AssertionError:
            found[page.name] = None
            continue
        found[page.name] = sorted(spent)[len(spent) // 2], asked, size
    return {"pages": found}


def public(app: Flask, given: Told) -> Told:
    """What anybody opens: {address: [milliseconds, statements]}."""
    client, engine = app.test_client(), _engine(app)
    return {"pages": {one: cost_of(client, one, engine, given["turns"])[:2] for one in PUBLIC}}


def free_dates(app: Flask, given: Told) -> Told:
    """The page of free dates of a programme that is booked at once, in a municipality."""
    towns = re.findall(r'<option value="(\d+)"', app.test_client().get("/free").text)
    address = f"/free?programme=bench-safe-internet&municipality={towns[0]}"
    spent, asked, _ = cost_of(app.test_client(), address, _engine(app), given["turns"])
    return {"ms": spent, "statements": asked, "address": address}


def booking(app: Flask, given: Told) -> Told:
    """A whole booking, fifteen requests, seventeen with a date at once: milliseconds in each turn, and statements."""
    engine, spent, asked = _engine(app), [], 0
    real, offset = clock.now, [0]
    clock.now = lambda: real() + A_HAND * offset[0]
    for number in range(given["turns"] + 1):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.7.0.{number + 1}"

        def send(method: str, path: str, typed: dict[str, str] | None, client: FlaskClient = client) -> tuple[int, str]:
            offset[0] += 1
            answer = client.open(path, method=method, data=typed)
            text = answer.text
            answer.close()  # what is done when it has gone belongs to it
            return answer.status_code, text

        visit = Booking(send, f"inside-{number}")
        gc.collect()
        limiter.reset()
        with effort(engine) as made:
            visit.answer_all(given["programme"], given["host"], at_once=given["at_once"])
            visit.send(visit.last_form())
            visit.get("/book/sent")
        spent.append(1000 * made.seconds)
        asked = len(made.statements)
    return {"ms": spent[1:], "statements": asked}


PROBES: dict[str, Callable[[Flask, Told], Told]] = {
    "cookie": cookie,
    "statements": statements,
    "pages": pages,
    "public": public,
    "free_dates": free_dates,
    "booking": booking,
    **inside_papers.PROBES,
    **inside_reports.PROBES,
    **inside_work.PROBES,
}


def measured(name: str, given: Told) -> int:
    """One probe of an application that is made for it; what it tells is the last line."""
    app = create_app()
    began = time.monotonic()
    told = PROBES[name](app, given)
    print(json.dumps(told | {"took_s": time.monotonic() - began}), flush=True)
    return 0


def in_copy(job: Told) -> Told:
    """How a probe ended in a copy of this process, and all that it said."""
    with tempfile.TemporaryFile() as said:
        copy = os.fork()
        if not copy:
            _be_the_copy(job, said)
        _, status = os.waitpid(copy, 0)
        said.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "said": said.read().decode(errors="replace")}


def _be_the_copy(job: Told, said: IO[bytes]) -> None:
    """Never returns: what the one who was copied still has to do is not done twice."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        os.environ.update(job["env"])
        code = measured(job["probe"], job["given"])
    except BaseException:  # also of a probe that wants to exit: the line that is told must say why it ended
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> int:
    if len(sys.argv) > 1:
        return measured(sys.argv[1], json.loads(sys.argv[2]))
    gc.freeze()  # a copy that looked for garbage in all that was loaded would make it its own
    for line in sys.stdin:
        print(json.dumps(in_copy(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

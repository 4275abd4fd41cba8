"""What is measured over HTTP and in a browser, of the web process that `make run` starts."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from scheduler.core import clock
from tests.calendar_readers import CHROMIUM, QUIET
from tests.visitor import Visitor
from tools import services
from tools.bench.sizes import FEED_TOKEN
from tools.serve import parts
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 300
TURNS, REQUESTS = 5, 300
BETWEEN_BOOKINGS_S = 2  # while an import runs
NOT_TOO_SOON_S = 2.2  # a little more than the product wants between a form and its being sent
Headers = Mapping[str, str]


class Server:
    """A process that answers on a port of loopback."""

    def __init__(self, process: psutil.Process, port: int) -> None:
        self.process, self.port = process, port

    def ask(self, path: str, headers: Headers, requests: int) -> tuple[float, list[float], int]:
        """Milliseconds of processor time a request, seconds that each took, and the status of the last."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        before, waited = self.process.cpu_times(), []
        for _ in range(requests):
            began = time.perf_counter()
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            waited.append(time.perf_counter() - began)
        after = self.process.cpu_times()
        connection.close()
        spent = after.user + after.system - before.user - before.system
        return 1000 * spent / requests, waited, answer.status

    def mib(self) -> float:
        return float(self.process.memory_info().rss / 2**20)


@contextmanager
def serving(command: Sequence[str], port: int, env: Headers) -> Iterator[Server]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*DIES_WITH_ME, *command], cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=said,
            stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            wait_for(port, process)
            yield Server(psutil.Process(process.pid), port)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody answers there."""
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody answers on port {port}")


@contextmanager
def product(env: Headers) -> Iterator[Server]:
    """The web process as `make run` starts it."""
    port = services.free_port()
    web = parts([f"127.0.0.1:{port}"])[0].command
    with serving(web, port, {**env, "PORT": str(port)}) as server:
        server.ask("/", {}, 1)
        yield server


@contextmanager
def hello(env: Headers) -> Iterator[Server]:
    """A bare Flask page, served alike."""
    port = services.free_port()
    bare = ["waitress", f"--listen=127.0.0.1:{port}", "--threads=8", "tools.bench.yardstick:app"]
    with serving([sys.executable, "-OO", "-m", *bare], port, env) as server:
        yield server


def polls(env: Headers) -> dict[str, float]:
    """Share of a bare page's speed: of an unchanged calendar that answers 304, and of one that is sent packed."""
    path, packed = f"/feeds/{FEED_TOKEN}.ics", {"Accept-Encoding": "gzip"}
    with product(env) as web, hello(env) as bare:
        connection = http.client.HTTPConnection("127.0.0.1", web.port)
        connection.request("GET", path, headers=packed)
        tag = {"If-None-Match": connection.getresponse().getheader("ETag") or ""}
        shares: dict[str, list[float]] = {"304": [], "200": []}
        for _ in range(TURNS):
            one, _, _ = bare.ask("/", {}, 3 * REQUESTS)
            for name, headers in (("304", packed | tag), ("200", packed)):
                spent, _, status = web.ask(path, headers, REQUESTS)
                assert str(status) == name, (name, status)
                shares[name].append(one / spent)
    return {name: statistics.median(turns) for name, turns in shares.items()}


def _filled(port: int, tag: str, count: int) -> list[tuple[Visitor, dict[str, str], float]]:
    """Visitors who have answered all of a booking, each with the form of the last page, and since when."""
    ready = []
    for number in range(count):
        visitor = Visitor(port, address=f"10.{sum(tag.encode()) % 250}.{number}.1", tag=f"{tag}{number}")
        visitor.answer_all(2, 1, clock.local_day(clock.now()))
        ready.append((visitor, visitor.last_form(), time.monotonic()))
    return ready


def presses(env: Headers, clients: int = 8, each: int = 8) -> list[float]:
    """Milliseconds that the last press of a booking takes while eight press at once."""
    waited: list[float] = []

    def press(mine: list[tuple[Visitor, dict[str, str], float]]) -> None:
        for visitor, typed, since in mine:
            time.sleep(max(0.0, since + NOT_TOO_SOON_S - time.monotonic()))
            began = time.perf_counter()
            visitor.send(typed)
            waited.append(1000 * (time.perf_counter() - began))

    with product(env) as web:
        ready = _filled(web.port, "press", clients * each)
        threads = [threading.Thread(target=press, args=(ready[n::clients],)) for n in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(waited) == clients * each, f"{len(waited)} bookings of {clients * each} were stored"
    return sorted(waited)


def while_importing(env: Headers, rows: int) -> dict[str, Any]:
    """Milliseconds of a page and of bookings before an import and while it runs; None: it ended too soon for one."""
    with product(env) as web:
        ready = _filled(web.port, "import", 60)
        before = sorted(web.ask("/programmes", {}, 100)[1])[95]
        command = [*DIES_WITH_ME, sys.executable, "-m", "tools.bench.inside", "past", str(rows)]
        began = time.monotonic()
        running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.PIPE)
        pages, bookings = list[float](), list[float]()
        while running.poll() is None:
            pages += web.ask("/programmes", {}, 20)[1]
            if ready and time.monotonic() > began + len(bookings) * BETWEEN_BOOKINGS_S:
                visitor, typed, _ = ready.pop(0)  # the one that was filled first: a form sent too soon is refused
                pressed = time.perf_counter()
                visitor.send(typed)
                bookings.append(1000 * (time.perf_counter() - pressed))
    assert running.returncode == 0, "the import failed"
    ordered = sorted(pages)
    page = ordered[len(ordered) * 95 // 100]
    return {"seconds": time.monotonic() - began, "page": page / before, "booking": max(bookings, default=None)}


def starts(folder: Path) -> dict[str, float]:
    """The second `make run` of a demo to its first page; memory of its web process then and after 20,000 requests."""
    env = {"INSTANCE": str(folder / "demo"), "RASPORED_ENV": "", "MODE": "demo", "PYTHONUTF8": "1"}
    for _ in range(2):
        port, began = services.free_port(), time.monotonic()
        with serving([sys.executable, "-m", "tools.serve"], port, env | {"PORT": str(port)}) as run:
            children = run.process.children(recursive=True)
            web = Server(next(one for one in children if "tools.web" in " ".join(one.cmdline())), port)
            web.ask("/", {}, 1)
            seconds, idle = time.monotonic() - began, web.mib()
            if (folder / "second").exists():
                for _ in range(10):
                    for path in ("/", "/book", "/programmes", "/map", "/free"):
                        web.ask(path, {}, 400)
                after = web.mib()
        (folder / "second").touch()
    return {"seconds": seconds, "idle": idle, "after": after}


def in_browser(env: Headers) -> dict[str, float]:
    """The first page on a phone, nothing kept, the processor four times slower: bytes, largest paint, layout shift."""
    with product(env) as web, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_context(viewport={"width": 360, "height": 780}).new_page()
        line, sent = page.context.new_cdp_session(page), [0]
        line.send("Network.enable")
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        line.on("Network.loadingFinished", lambda seen: sent.__setitem__(0, sent[0] + int(seen["encodedDataLength"])))
        page.goto(f"http://127.0.0.1:{web.port}/", wait_until="networkidle")
        found = {"bytes": float(sent[0]), "paint": _observed(page, "largest-contentful-paint", "startTime", "max")}
        found["shift"] = _observed(page, "layout-shift", "value", "sum")
        browser.close()
    return found


def _observed(page: Page, kind: str, field: str, how: str) -> float:
    """The largest, or the sum, of what the browser noted of a kind."""
    script = """([kind, field]) => new Promise((tell) => {
      new PerformanceObserver((list) => tell(list.getEntries().map((one) => one[field])))
        .observe({ type: kind, buffered: true });
      setTimeout(() => tell([]), 500);
    })"""
    values = page.evaluate(script, [kind, field]) or [0]
    return float(max(values) if how == "max" else sum(values))

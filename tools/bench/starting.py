"""P20 and the workers of P12: how soon a second `make run` answers, and the memory of the process that serves."""

import http.client
import os
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from tools import services
from tools.bench.figures import Figure
from tools.bench.over_http import CALENDAR, Side, etag_of, turn_of
from tools.bench.workshop import ROOT, Failed, Workshop
from tools.supervisor import DIES_WITH_ME

FIRST_PAGE_WITHIN_S = 400.0


def start(shop: Workshop) -> list[Figure]:
    """The second start of a demo, to its first page; then what its web process holds."""
    env = shop.env("") | {"INSTANCE": str(shop.folder / "demo")}
    env.pop("DATABASE_URL")
    _started(shop, env)
    seconds, spent, idle = _started(shop, env)
    said = f"{seconds:.1f} s, {spent:.1f} s CPU"
    return [
        Figure("P20", "second `make run` to the first page", "≤ 4 s", said, met=seconds <= 4),
        Figure("P20", "the web process when nobody asks", "≤ 100 MiB", f"{idle:.0f} MiB", met=idle <= 100),
        _after_many(shop),
    ]


def _started(shop: Workshop, env: dict[str, str]) -> tuple[float, float, float]:
    """Seconds to the first page, processor time of all until then, memory of the web process. Raises: Failed."""
    port = services.free_port()
    log = shop.folder / "demo.log"
    began = time.monotonic()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*DIES_WITH_ME, sys.executable, "-m", "tools.serve"],
            cwd=ROOT,
            env={**os.environ, **env, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() - began > FIRST_PAGE_WITHIN_S:
                raise Failed(f"no page after {time.monotonic() - began:.0f} s: {log} says why")  # it names passwords
            time.sleep(0.05)
        seconds = time.monotonic() - began
        return seconds, _spent_s(process.pid), _web_mib(process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _spent_s(pid: int) -> float:
    """Of the process, of those that it started, and of those among them that have ended."""
    head = psutil.Process(pid)
    return float(sum(sum(one.cpu_times()[:4]) for one in (head, *head.children(recursive=True))))


def _web_mib(pid: int) -> float:
    """Of the process that listens."""
    for one in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            if any(wire.status == psutil.CONN_LISTEN for wire in one.net_connections()):
                return float(one.memory_info().rss / 2**20)
    return 0.0


def _after_many(shop: Workshop) -> Figure:
    """A worker after many requests of pages and calendars."""
    count = 2_000 if shop.quick else 20_000
    with shop.copy_of(shop.seed(1, "--feeds")) as url:
        cookie = {"Cookie": shop.inside("cookie", url)["cookie"]}
        with shop.product(url) as product:
            tag = {"If-None-Match": etag_of(product, CALENDAR)["etag"], "Accept-Encoding": "gzip"}
            sides = [Side(product, CALENDAR, 304, tag), Side(product, "/book"), Side(product, "/programmes")]
            sides += [Side(product, "/"), Side(product, "/requests", headers=cookie)]
            asked = 0
            until = time.monotonic() + (20 if shop.quick else 240)
            while asked < count and time.monotonic() < until:
                for side in sides:
                    asked += round(turn_of(shop, side).rate * shop.seconds)
            held = product.worker_mib()
    what = f"a worker after {asked:,} requests"
    return Figure("P20", what, "≤ 130 MiB after 20,000", f"{held:.0f} MiB", met=held <= 130)

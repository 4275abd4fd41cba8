"""The client, a process of its own: jobs come as lines of JSON, what was measured goes back as lines.

    {"port", "path", "headers", "method", "body", "seconds", "connections", "requests", "strangers"}
    {"port", "bookings", "programme", "host", "tag"}, and {"press", "connections", "wait"} with one tag afterwards

Plain http.client, kept alive where the server keeps alive; a visitor of a booking is in tools/bench/visitor.py.
"""

import http.client
import json
import sys
import threading
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tools.bench.visitor import Visitor

_STRANGERS = count(1)
_FILLED: dict[str, "Filled"] = {}  # by tag: bookings that wait for their last press


@dataclass
class Tally:
    """What all connections of a job have seen."""

    statuses: Counter[int] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self, elapsed: float) -> dict[str, Any]:
        ordered = sorted(self.seconds)
        many = len(ordered)
        return {
            "requests": many,
            "elapsed": elapsed,
            **{f"p{one}_ms": 1000 * ordered[many * one // 100] if many else 0.0 for one in (50, 95, 99)},
            "statuses": {str(status): number for status, number in self.statuses.items()},
            "size": self.sizes.most_common(1)[0][0] if self.sizes else 0,
        }


@dataclass
class Filled:
    """Visitors who have answered all, each with the form of the last page, and since when."""

    visitors: list[tuple[Visitor, dict[str, str]]]
    since: float = field(default_factory=time.monotonic)


def ask(job: dict[str, Any], tally: Tally, until: float) -> None:
    """One connection that asks again and again until a moment, or so many times."""
    connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=60)
    left = job.get("requests") or sys.maxsize
    times, statuses, sizes = [], Counter[int](), Counter[int]()
    while left > 0 and time.perf_counter() < until:
        left -= 1
        headers = job.get("headers", {}) | (_of_a_stranger() if job.get("strangers") else {})
        began = time.perf_counter()
        connection.request(job.get("method", "GET"), job["path"], job.get("body"), headers)
        answer = connection.getresponse()
        length = len(answer.read())
        times.append(time.perf_counter() - began)
        statuses[answer.status] += 1
        sizes[length] += 1
    connection.close()
    with tally.lock:
        tally.seconds += times
        tally.statuses += statuses
        tally.sizes += sizes


def _of_a_stranger() -> dict[str, str]:
    """Another network at each request: a country asks, and nobody so often that he is refused."""
    number = next(_STRANGERS)
    return {"X-Forwarded-For": f"10.{number & 255}.{number >> 8 & 255}.1"}


def fill(job: dict[str, Any]) -> dict[str, Any]:
    """Several visitors answer all of a booking each, and open the page of its last button."""
    ready = []
    for number in range(job["bookings"]):
        tag = f"{job['tag']}-{number}"
        network = f"10.{zlib.crc32(tag.encode()) % 250}.{zlib.adler32(tag.encode()) % 250}.{number + 1}"
        visitor = Visitor(job["port"], address=network, tag=tag)
        visitor.answer_all(job["programme"], job["host"])
        ready.append((visitor, visitor.last_form()))
    _FILLED[job["tag"]] = Filled(ready)
    return {"filled": len(ready)}


def press_all(job: dict[str, Any]) -> dict[str, Any]:
    """Those who filled under a tag press the last button, at once; not sooner than so many seconds afterwards."""
    filled, tally = _FILLED.pop(job["press"]), Tally()
    left = filled.since + job["wait"] - time.monotonic()
    time.sleep(max(left, 0.0))  # a program is quicker than any hand, and is told so
    began = time.perf_counter()
    parts = [filled.visitors[number :: job["connections"]] for number in range(job["connections"])]
    _together([threading.Thread(target=_press, args=(part, tally)) for part in parts])
    return tally.told(time.perf_counter() - began)


def _press(visitors: list[tuple[Visitor, dict[str, str]]], tally: Tally) -> None:
    for visitor, typed in visitors:
        began = time.perf_counter()
        status = visitor.send(typed)
        taken = time.perf_counter() - began
        with tally.lock:
            tally.seconds.append(taken)
            tally.statuses[status] += 1


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def done(job: dict[str, Any]) -> dict[str, Any]:
    if "bookings" in job:
        return fill(job)
    if "press" in job:
        return press_all(job)
    tally, began = Tally(), time.perf_counter()
    until = began + job.get("seconds", 3600)
    _together([threading.Thread(target=ask, args=(job, tally, until)) for _ in range(job.get("connections", 4))])
    return tally.told(time.perf_counter() - began)


def main() -> int:
    for line in sys.stdin:
        try:
            told = done(json.loads(line))
        except (OSError, http.client.HTTPException, AssertionError) as problem:
            told = {"error": repr(problem)}
        print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

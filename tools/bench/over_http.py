"""Rows that are measured over HTTP: processor time of the server process, and wall time beside it."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.bench import figures
from tools.bench.figures import Figure, apart, ms, percent
from tools.bench.seed.sizes import FEED_EVENTS
from tools.bench.servers import Server
from tools.bench.turns import in_turns, ratio_of, spread_of
from tools.bench.workshop import Failed, Workshop
from tools.bench.yardstick import TOKEN

CALENDAR = f"/feeds/bench-calendar-of-{FEED_EVENTS[0]}-events.ics"
PROGRAMME, HOST = 2, 1  # asked first; a primary school
WARM = 1  # rounds of the press that are not told, as of every other row
NOT_TOO_SOON_S = 2.2  # a little more than the product wants between a form and its being sent


@dataclass(frozen=True)
class Turn:
    """One side in one turn: processor time a request, and what the client saw."""

    cpu_ms: float
    rate: float
    p50_ms: float
    size: int


@dataclass(frozen=True)
class Side:
    """Whom to ask, for what, and the answer that is right."""

    server: Server
    path: str
    status: int = 200
    headers: Mapping[str, str] | None = None
    method: str = "GET"
    body: str | None = None
    connections: int = 4


def turn_of(shop: Workshop, side: Side) -> Turn:
    """Raises: Failed when an answer is another than the right one: a fast error is no speed."""
    job = {
        "port": side.server.port,
        "path": side.path,
        "headers": dict(side.headers or {}),
        "method": side.method,
        "body": side.body,
        "connections": side.connections,
        "seconds": shop.seconds,
    }
    before = side.server.cpu_s()
    told = shop.ask(job)
    spent = side.server.cpu_s() - before
    if told["statuses"].keys() != {str(side.status)}:
        raise Failed(f"{side.path}: {told['statuses']}, and {side.status} is right")
    count = told["requests"]
    return Turn(1000 * spent / count, count / told["elapsed"], told["p50_ms"], told["size"])


def compared(shop: Workshop, sides: Mapping[str, Side]) -> dict[str, list[Turn]]:
    asked: dict[str, Callable[[], Turn]] = {name: partial(turn_of, shop, side) for name, side in sides.items()}
    return in_turns(asked, shop.turns)


def cpu(turns: list[Turn]) -> list[float]:
    return [turn.cpu_ms for turn in turns]


def told(turns: list[Turn]) -> str:
    """Processor time, requests a second, size."""
    rate = spread_of([turn.rate for turn in turns]).median
    return f"{ms(spread_of(cpu(turns)))}, {rate:,.0f}/s, {turns[0].size / 1000:,.1f} kB"


def share(row: str, what: str, goal: tuple[str, float], product: list[Turn], yard: list[Turn]) -> Figure:
    """Which part of the yardstick's speed the product has, by processor time."""
    ratio = ratio_of(cpu(yard), cpu(product))
    return Figure(row, what, goal[0], told(product), told(yard), percent(ratio), apart(ratio), ratio.median >= goal[1])


def etag_of(server: Server, path: str) -> dict[str, str]:
    """What a polling client sends the second time."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:  # nosec B310
        return {
            "etag": answer.headers.get("ETag") or "",
            "modified": answer.headers.get("Last-Modified") or "",
        }


def feeds(shop: Workshop) -> list[Figure]:
    """P1 to P4: a calendar of 500 presentations that nobody has changed."""
    gzip = {"Accept-Encoding": "gzip"}
    with ExitStack() as stack:
        url = stack.enter_context(shop.copy_of(shop.seed(1, "--feeds")))
        product, yard = stack.enter_context(shop.product(url)), stack.enter_context(shop.yard())
        seen = etag_of(product, CALENDAR)
        turns = compared(
            shop,
            {
                "hello": Side(yard, "/hello"),
                "feed": Side(yard, f"/feed/{TOKEN}"),
                "whole": Side(product, CALENDAR),
                "packed": Side(product, CALENDAR, headers=gzip),
                "tag": Side(product, CALENDAR, 304, {"If-None-Match": seen["etag"]} | gzip),
                "since": Side(product, CALENDAR, 304, {"If-Modified-Since": seen["modified"]} | gzip),
            },
        )
    hello, whole, packed = turns["hello"], turns["whole"], turns["packed"]
    light = share("P2", "feed, gzip", ("≥ 75 % of hello, ≤ 12 kB", 0.75), packed, hello)
    small = packed[0].size <= 12_000
    return [
        share("P1", "feed, 500 events, unchanged", ("≥ 42 % of the bare feed", 0.42), whole, turns["feed"]),
        Figure(**(vars(light) | {"met": bool(light.met) and small})),
        share("P3", "feed, not packed", ("≥ 35 % of hello", 0.35), whole, hello),
        share("P4", "304 by ETag", ("≥ 85 % of hello", 0.85), turns["tag"], hello),
        share("P4", "304 by If-Modified-Since", ("≥ 85 % of hello", 0.85), turns["since"], hello),
    ]


def threads(shop: Workshop) -> list[Figure]:
    """P16: the documented server at scale, against the plain one, on the answer that is nearly all traffic."""
    with ExitStack() as stack:
        url = stack.enter_context(shop.copy_of(shop.seed(1, "--feeds")))
        kinds = ("sync", "gthread", *(("four",) if shop.postgres else ()))
        running = {kind: stack.enter_context(shop.product(url, kind)) for kind in kinds}
        tag = {"If-None-Match": etag_of(running["sync"], CALENDAR)["etag"], "Accept-Encoding": "gzip"}
        turns = compared(shop, {kind: Side(one, CALENDAR, 304, tag, connections=8) for kind, one in running.items()})
    rates = {kind: [turn.rate for turn in given] for kind, given in turns.items()}
    ratio = ratio_of(rates["gthread"], rates["sync"])
    lighter = ratio_of(cpu(turns["sync"]), cpu(turns["gthread"]))
    met = max(ratio.median, lighter.median) >= 1.3
    goal = "≥ 1.3x sync, rate or processor"
    said = f"{figures.times(ratio)} rate, {figures.times(lighter)} CPU"
    found = [
        Figure("P16", "304, gthread 2x4", goal, told(turns["gthread"]), told(turns["sync"]), said, apart(ratio), met)
    ]
    if "four" in turns:
        more = ratio_of(rates["four"], rates["sync"])
        wide = (told(turns["four"]), told(turns["sync"]), figures.times(more), apart(more))
        found.append(Figure("P16", "304, four workers, PostgreSQL", "told", *wide))
    return found


def form(shop: Workshop) -> list[Figure]:
    """P7: the first page of a booking against a bare form."""
    with ExitStack() as stack:
        url = stack.enter_context(shop.copy_of(shop.seed(1)))
        product, yard = stack.enter_context(shop.product(url)), stack.enter_context(shop.yard())
        turns = compared(shop, {"book": Side(product, "/book"), "form": Side(yard, "/form")})
    line = share("P7", "form of a booking", ("≥ 50 % of the bare form, ≤ 20 kB", 0.5), turns["book"], turns["form"])
    return [Figure(**(vars(line) | {"met": bool(line.met) and turns["book"][0].size <= 20_000}))]


def free_dates_by_the_hour(shop: Workshop, address: str) -> Figure:
    """P22 by the hour: strangers ask where 400 educators go to schools, as fast as they are answered."""
    with shop.copy_of(shop.seed(5)) as url, shop.product(url) as product:
        job = {"port": product.port, "path": address, "strangers": True}
        turns = [shop.ask(job | {"connections": 4, "seconds": shop.seconds}) for _ in range(shop.turns)]
        memory = product.whole_mib()
    if any(turn["statuses"].keys() != {"200"} for turn in turns):
        raise Failed(f"free dates: {turns[0]['statuses']}")
    an_hour = spread_of([3600 * turn["requests"] / turn["elapsed"] for turn in turns])
    waits = spread_of([turn["p95_ms"] for turn in turns])
    said = f"{an_hour.median:,.0f} an hour, p95 {ms(waits)}, {memory:.0f} MiB"
    goal, met = "≥ 10,000 an hour, ≤ 2,000 MiB", an_hour.median >= 10_000 and memory <= 2_000
    return Figure("P22", "free dates, 5x, asked over HTTP", goal, said, spread=apart(an_hour), met=met)


def inbox(shop: Workshop) -> list[Figure]:
    """P9: a page of a hundred requests against a hundred bare lines."""
    with ExitStack() as stack:
        url = stack.enter_context(shop.copy_of(shop.seed(10)))
        seen = shop.inside("statements", url, address="/requests")
        asks, signed = seen["statements"], {"Cookie": seen["cookie"]}
        product, yard = stack.enter_context(shop.product(url)), stack.enter_context(shop.yard())
        turns = compared(shop, {"inbox": Side(product, "/requests", headers=signed), "list": Side(yard, "/list")})
    what = f"inbox, a page of 100, {asks} statements"
    line = share("P9", what, ("≥ 50 % of the bare list, ≤ 3 statements", 0.5), turns["inbox"], turns["list"])
    return [Figure(**(vars(line) | {"met": bool(line.met) and asks <= 3}))]


def booking_post(shop: Workshop) -> list[Figure]:
    """P8: the press that stores a booking and its mail, alone and by eight at once, against two bare inserts."""
    alone, together = ([], [])
    bare: list[Turn] = []
    with ExitStack() as stack:
        url = stack.enter_context(shop.copy_of(shop.seed(1)))
        product, yard = stack.enter_context(shop.product(url)), stack.enter_context(shop.yard())
        typed = {"Content-Type": "application/x-www-form-urlencoded"}
        post = Side(yard, "/form", 303, typed, "POST", "school=Skola&topic=Internet&day=2026-11-24", 1)
        rounds = range(WARM + (2 if shop.quick else shop.turns))
        for number in rounds:  # all are filled first: a form that is sent too soon is a program's, so each waits
            _fill(shop, product, 8 if shop.quick else 24, f"a{number}")
            _fill(shop, product, 16 if shop.quick else 32, f"b{number}")
        for number in rounds:
            alone.append(_pressed(shop, 1, f"a{number}"))
            bare.append(turn_of(shop, post))
            together.append(_pressed(shop, 8, f"b{number}"))
    alone, bare, together = alone[WARM:], bare[WARM:], together[WARM:]
    ratio = ratio_of([one["p50_ms"] for one in alone], [turn.p50_ms for turn in bare])
    worst = spread_of([one["p99_ms"] for one in together])
    mine, theirs = spread_of([one["p50_ms"] for one in alone]), spread_of([turn.p50_ms for turn in bare])
    return [
        Figure("P8", "the POST that books, p50, one client", "≤ 5x a bare POST as durable", ms(mine), ms(theirs),
               figures.times(ratio), apart(ratio), ratio.median <= 5),
        Figure("P8", "the same, p99, eight clients", "≤ 100 ms", ms(worst), spread=apart(worst),
               met=worst.median <= 100),
    ]  # fmt: skip


def _fill(shop: Workshop, server: Server, count: int, tag: str) -> None:
    shop.ask({"bookings": count, "port": server.port, "tag": tag, "programme": PROGRAMME, "host": HOST})


def _pressed(shop: Workshop, connections: int, tag: str) -> dict[str, Any]:
    told = shop.ask({"press": tag, "connections": connections, "wait": NOT_TOO_SOON_S})
    if told["statuses"].keys() != {"302"}:
        raise Failed(f"bookings: {told['statuses']}")
    return told

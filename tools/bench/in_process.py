"""Rows that are measured inside the process: pages by their statements, papers, reports, the work of nights."""

import json
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from math import log10
from typing import Any

from tools.bench.figures import Figure, GrowthLine, apart, ms, times
from tools.bench.over_http import free_dates_by_the_hour
from tools.bench.seed.sizes import FEED_EVENTS, size_of
from tools.bench.turns import in_turns, ratio_of, spread_of
from tools.bench.workshop import Failed, Workshop

A_THOUSAND = 1_000
LEAST_MS, TOO_SLOW_MS = 0.1, 60_000.0
MOST_STATEMENTS, HIGHEST_EXPONENT = 12, 0.3
PER_EVENT_MS = {500: 5.0, 5_000: 10.0}
Round = Sequence[float] | None  # milliseconds, statements and bytes of a page; None: it did not come


def _column(rows: Sequence[Sequence[float]], place: int) -> list[float]:
    return [row[place] for row in rows]


def changes(shop: Workshop) -> list[Figure]:
    """P5 and P6: the first request after one change."""
    found, fresh = [], True
    people = size_of(1).people
    for place, events in enumerate(FEED_EVENTS, 1):
        told = shop.on_copy("change", 1, "--feeds", events=events, presenter=people + place)
        more = spread_of([one - other for one, other in zip(told["changed"], told["unchanged"], strict=True)])
        after, before, goal = spread_of(told["changed"]), spread_of(told["unchanged"]), PER_EVENT_MS[events]
        fresh = fresh and told["fresh"]
        what = f"first request after one change, {events:,} events"
        found.append(
            Figure("P5", what, f"≤ {goal:.0f} ms more", ms(after), ms(before) + " unchanged",
                   f"{more.median:+.1f} ms", apart(after), more.median <= goal)
        )  # fmt: skip
    sides = shop.inside("texts", shop.seed(1), count=FEED_EVENTS[0])["sides"]
    product, library = spread_of(sides["product"]), spread_of(sides["yardstick"])
    ratio = ratio_of(sides["product"], sides["yardstick"])
    what = f"{FEED_EVENTS[0]} texts written anew"
    found.append(Figure("P5", what, "≤ 1.2x icalendar alone", ms(product), ms(library), times(ratio), apart(ratio),
                        ratio.median <= 1.2))  # fmt: skip
    found.append(Figure("P6", "a change is in the next request", "always", "yes" if fresh else "NO", met=fresh))
    return found


def papers(shop: Workshop) -> list[Figure]:
    """P10 and P11: certificates merged, and as own files, against a raw canvas."""
    count = 200 if shop.quick else A_THOUSAND
    found = []
    for row, probe, number, kilobytes in (("P10", "merged", count, 2.1), ("P11", "singles", count // 10, 23.0)):
        sides = shop.inside(probe, shop.seed(1), count=number)["sides"]
        mine, raw = _column(sides["product"], 0), _column(sides["yardstick"], 0)
        ratio, each = ratio_of(mine, raw), spread_of([one / number for one in mine])
        size = sides["product"][0][1] / number / 1000
        what = f"{number:,} certificates, {'one file' if probe == 'merged' else 'own files'}"
        goal = f"≤ 1.3x raw canvas, ≤ {kilobytes} kB each"
        found.append(
            Figure(row, what, goal, f"{ms(each)} each, {size:.1f} kB",
                   ms(spread_of([one / number for one in raw])) + " each", times(ratio), apart(ratio),
                   ratio.median <= 1.3 and size <= kilobytes)
        )  # fmt: skip
    return found


def memory(shop: Workshop) -> list[Figure]:
    """P12: the most memory of a process that draws many certificates."""
    count = 2_000 if shop.quick else 10_000
    told = shop.alone("tools.bench.inside", shop.seed(1), "memory", json.dumps({"count": count}))
    goal = "≤ 250 MiB at 10,000"
    met = None if shop.quick and told["mib"] <= 250 else told["mib"] <= 250
    return [Figure("P12", f"memory for {count:,} certificates", goal, f"{told['mib']:.0f} MiB", met=met)]


def reports(shop: Workshop) -> list[Figure]:
    """P13 on SQLite, P14 on PostgreSQL: the attendance report over all head counts."""
    size = 10 if shop.quick else 100
    told = shop.inside("report", shop.seed(size), turns=3)
    row, found = ("P14" if shop.postgres else "P13"), []
    for name, sides in told["questions"].items():
        wall = {side: _column(turns, 0) for side, turns in sides.items()}
        product, plain = spread_of(wall["product"]), spread_of(wall["yardstick"])
        ratio = ratio_of(wall["product"], wall["yardstick"])
        quick_enough = product.median <= 40
        if shop.postgres:
            goal, met = "≤ 1.1x plain SQL", ratio.median <= 1.1
        elif name in told["kept"]:
            goal, met = "≤ 40 ms", quick_enough
        else:
            goal, met = "≤ 1.2x plain SQL", ratio.median <= 1.2
        what = f"report, {name}, {size}x"
        found.append(Figure(row, what, goal, ms(product), ms(plain), times(ratio), apart(ratio), met))
    return found


def passwords(shop: Workshop) -> list[Figure]:
    """P15: what one password costs, and how rarely one is asked for."""
    told = shop.on_copy("hashes", 1)
    one, need = spread_of(told["ms"]), told["hashes"]
    share = 100 - 100 * need / told["pages"]
    return [
        Figure("P15", "one password hash", "20 to 60 ms", ms(one), spread=apart(one), met=15 <= one.median <= 60),
        Figure("P15", "pages that need no hash", "≥ 95 %", f"{share:.0f} % of {told['pages']}", met=share >= 95),
    ]


def growth(shop: Workshop) -> list[GrowthLine]:
    """P17: every list, board and page at two sizes, ten times apart, in turns: a slow minute is as slow for both."""
    few, many = (1, 10) if shop.quick else (10, 100)
    rounds, turns = (1 if shop.quick else 3), 3
    with ExitStack() as stack:
        copies = {str(size): stack.enter_context(shop.copy_of(shop.seed(size))) for size in (few, many)}
        asked = {size: partial(shop.inside, "pages", url, turns=turns) for size, url in copies.items()}
        told = in_turns(asked, rounds, warm=0)
    before, after = ([one["pages"] for one in found] for found in told.values())
    names = dict.fromkeys(name for one in (*before, *after) for name in one)
    return [_grown([one.get(name) for one in before], [one.get(name) for one in after], name) for name in names]


def _grown(few: Sequence[Round], many: Sequence[Round], name: str) -> GrowthLine:
    """Medians of the rounds, and the most statements of any."""
    (before, *few_told), (after, *many_told) = _rounds(few), _rounds(many)
    rounds = list(zip(before, after, strict=True))
    exponent = spread_of([log10(max(late, LEAST_MS) / max(early, LEAST_MS)) for early, late in rounds]).median
    early, late = spread_of(before).median, spread_of(after).median
    (few_asked, few_size), (many_asked, many_size) = few_told, many_told if any(many) else few_told
    return GrowthLine(name, early, late, int(few_asked), int(many_asked), few_size / 1000, many_size / 1000, exponent)


def _rounds(found: Sequence[Round]) -> tuple[list[float], float, float]:
    """Milliseconds of each. A page that did not come in one of them has taken over a minute: as steep at least."""
    came = [one for one in found if one]
    spent = _column(came, 0) if len(came) == len(found) else [TOO_SLOW_MS] * len(found)
    return spent, max(_column(came, 1), default=0), max(_column(came, 2), default=0)


def growth_figure(lines: Sequence[GrowthLine]) -> list[Figure]:
    """P17 in one line."""
    level = [one for one in lines if is_level(one)]
    worst = max(lines, key=lambda one: one.exponent)
    goal = "exponent ≤ 0.3, statements constant and ≤ 12"
    said = f"{len(level)} of {len(lines)} pages"
    ratio = f"worst: {worst.page}, {worst.exponent:.1f}"
    return [Figure("P17", "pages that stay level", goal, said, ratio=ratio, met=len(level) == len(lines))]


def is_level(line: GrowthLine) -> bool:
    asks = line.many_statements <= MOST_STATEMENTS and line.many_statements == line.few_statements
    came = max(line.few_ms, line.many_ms) < TOO_SLOW_MS
    return came and line.exponent <= HIGHEST_EXPONENT and asks


def public(shop: Workshop) -> list[Figure]:
    """P18: what anybody opens."""
    size = 10 if shop.quick else 100
    told = shop.on_copy("public", size, turns=3)["pages"]
    found = []
    for address, (spent, asked) in told.items():
        one = spread_of(spent)
        found.append(Figure("P18", f"{address}, {size}x", "≤ 10 ms CPU, ≤ 6 statements", f"{ms(one)}, {asked}",
                            spread=apart(one), met=one.median <= 10 and asked <= 6))  # fmt: skip
    return found


def booking(shop: Workshop) -> list[Figure]:
    """P19: page after page, asked first, and with a date at once."""
    found = []
    for what, programme, at_once in (
        ("a whole booking, 15 requests", 2, False),
        ("the same with a free date, 17 requests", 1, True),
    ):
        told = shop.on_copy("booking", 1, programme=programme, host=1, at_once=at_once)
        one, asked = spread_of(told["ms"]), told["statements"]
        said = f"{ms(one)}, {asked} statements"
        goal, met = "≤ 60 ms CPU, ≤ 90 statements", one.median <= 60 and asked <= 90
        found.append(Figure("P19", what, goal, said, spread=apart(one), met=met))
    return found


def recheck(shop: Workshop) -> list[Figure]:
    """P21, told for a thousand visits."""
    told = shop.on_copy("recheck", 10)
    seconds = told["seconds"] * A_THOUSAND / told["visits"]
    said = f"{seconds:.2f} s, {told['statements']:,} statements for {told['visits']}"
    met = seconds <= 1 and told["statements"] <= 60
    return [Figure("P21", "nightly re-check of 1,000 visits", "≤ 1 s CPU, ≤ 60 statements", said, met=met)]


def free_dates(shop: Workshop) -> list[Figure]:
    """P22: the page of free dates."""
    found = []
    for size, goal in ((1, 60), (5, 150)):
        told = shop.on_copy("free_dates", size)
        one = spread_of(told["ms"])
        met = one.median <= goal and told["statements"] <= 6
        said = f"{ms(one)}, {told['statements']} statements"
        what = f"free dates, {size}x, {size_of(size).educators} educators"
        found.append(Figure("P22", what, f"≤ {goal} ms CPU, ≤ 6 statements", said, spread=apart(one), met=met))
    return [*found, free_dates_by_the_hour(shop, told["address"])]


def issuing(shop: Workshop) -> list[Figure]:
    """P23: a night in which everything is due, and the next one."""
    told = shop.on_copy("issue", 1, "--uncertified")
    seconds = told["seconds"] * A_THOUSAND / told["due"]
    first = f"{seconds:.2f} s, {told['statements']:,} statements for {told['due']:,}"
    again = f"{told['again_ms']:.0f} ms, {told['again_statements']} statements"
    return [
        Figure("P23", "certificates of 1,000 visits issued", "≤ 2.5 s CPU", first, met=seconds <= 2.5),
        Figure("P23", "asking again with nothing due", "≤ 20 ms CPU", again, met=told["again_ms"] <= 20),
    ]


def importing(shop: Workshop) -> list[Figure]:
    """P24: a file of past years, while somebody opens pages."""
    rows, told = (5_000 if shop.quick else 100_000), dict[str, Any]()
    with shop.copy_of(shop.seed(1)) as url, shop.product(url) as product:
        asks = {"port": product.port, "path": "/programmes", "connections": 2, "seconds": shop.seconds}
        shop.ask(asks)
        before = spread_of([shop.ask(asks)["p95_ms"] for _ in range(shop.turns)])
        working = threading.Thread(target=lambda: told.update(shop.alone("tools.bench.past_years", url, str(rows))))
        working.start()
        waited = [shop.ask(asks)["p95_ms"]]
        while working.is_alive():
            waited.append(shop.ask(asks)["p95_ms"])
        working.join()
    if not told:
        raise Failed("the import did not come to its end")
    during = spread_of(waited)
    said = f"{told['seconds']:.1f} s CPU, {told['mib']:.0f} MiB for {told['rows']:,}"
    met = None if shop.quick and told["mib"] <= 200 else told["seconds"] <= 30 and told["mib"] <= 200
    more = during.median / before.median
    return [
        Figure("P24", "import of past visits", "≤ 30 s, ≤ 200 MiB at 100,000", said, met=met),
        Figure("P24", "a page meanwhile, p95", "≤ 1.5x", ms(during), ms(before) + " before", f"{more:.2f}x",
               apart(during), more <= 1.5),
    ]  # fmt: skip

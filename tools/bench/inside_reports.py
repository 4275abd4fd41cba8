"""The attendance report over a million head counts, beside plain SQL that groups alike."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Group, Period
from tools.bench.seed.days import calendar_of
from tools.bench.seed.plant import closed_days
from tools.bench.turns import in_turns

Told = dict[str, Any]
QUESTIONS: dict[str, tuple[tuple[Group, ...], tuple[str, ...]]] = {  # groups, and their columns in plain SQL
    "totals": ((), ()),
    "by month": ((Group.MONTH,), ("substr(CAST(p.on_day AS VARCHAR), 1, 7)",)),
    "by city": ((Group.CITY,), ("m.city_sr_cyrl",)),
    "by programme": ((Group.PROGRAMME,), ("g.slug",)),
    "by presenter": ((Group.PRESENTER,), ("s.presenter_id",)),
    "by city, month, audience": (
        (Group.CITY, Group.MONTH, Group.AUDIENCE),
        ("m.city_sr_cyrl", "substr(CAST(p.on_day AS VARCHAR), 1, 7)", "p.audience", "p.level"),
    ),
}
KEPT = ("totals", "by month", "by city", "by programme")  # what kept figures can answer
PLAIN = """
SELECT {columns}count(DISTINCT v.id), count(DISTINCT p.id), {people}
FROM presentation p JOIN attendance a ON a.presentation_id = p.id JOIN visit v ON v.id = p.visit_id
  JOIN programme g ON g.id = v.programme_id JOIN host h ON h.id = v.host_id
  LEFT JOIN municipality m ON m.id = h.municipality_id
  {crew}LEFT JOIN head_count c ON c.presentation_id = p.id AND c.counts
WHERE p.on_day BETWEEN '{first}' AND '{last}' AND p.state IN ('delivered', 'part_delivered')
  AND a.state IN ('locked', 'corrected') AND v.centre_id = 1 {group}"""
CREW = "JOIN assignment s ON s.presentation_id = p.id AND s.state = 'present' "


def plain_sql(columns: tuple[str, ...], period: Period) -> str:
    counted = [f"sum(CASE WHEN c.audience = '{one}' THEN c.people ELSE 0 END)" for one in
               ("pupils", "parents", "teachers", "others")]  # fmt: skip
    named = ", ".join(columns)
    return PLAIN.format(
        columns=f"{named}, " if columns else "",
        people=", ".join(counted),
        crew=CREW if any("s." in one for one in columns) else "",
        first=period.first,
        last=period.last,
        group=f"GROUP BY {named}" if columns else "",
    )


def report(app: Flask, given: Told) -> Told:
    """{question: {side: [[milliseconds of the wall, of the processor, rows], …]}}."""
    with app.app_context():
        days = calendar_of(clock.now(), closed_days(db.session())).days
        period = Period(days[0], days[-1])
        filters = Filters(period, centre_id=1)
        found: Told = {}
        for name, (groups, columns) in QUESTIONS.items():
            text = plain_sql(columns, period)
            sides = {
                "product": _timed(_lines, filters, groups),
                "yardstick": _timed(_rows, text),
            }
            found[name] = in_turns(sides, given["turns"])
    return {"questions": found, "kept": KEPT}


def _lines(filters: Filters, groups: tuple[Group, ...]) -> int:
    return len(attendance_report(filters, groups).rows)


def _rows(text: str) -> int:
    return len(db.session().connection().exec_driver_sql(text).fetchall())


def _timed(ask: Callable[..., int], *given: Any) -> Callable[[], tuple[float, float, int]]:
    def once() -> tuple[float, float, int]:
        db.session.rollback()
        wall, processor = time.perf_counter(), time.process_time()
        rows = ask(*given)
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor), rows

    return once


PROBES = {"report": report}

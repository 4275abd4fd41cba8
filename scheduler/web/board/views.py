"""The board: a week or a month of the centre, by presenter or by district; all that it shows stands in its address."""

import calendar
import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.board.queries import week
from scheduler.board.terms import Board, BoardWish
from scheduler.core import clock
from scheduler.core.language import span_of_days
from scheduler.core.paging import Page, page_number
from scheduler.programmes import queries as programme_queries
from scheduler.web.board import blocks
from scheduler.web.board.blueprint import bp
from scheduler.web.board.cells import BoardCells
from scheduler.web.forms import FIRST_DAY, LAST_DAY, asked_day, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, here, page_language
from scheduler.web.navigation import lead_tabs

BY = ("presenters", "districts")
SHOW = ("all", "busy")
A_WEEK = dt.timedelta(days=7)


def today() -> dt.date:
    """The day it is where the centre works."""
    return clock.local_day(clock.now())


def _by() -> str:
    by = request.args.get("by", "")
    return by if by in BY else BY[0]


def _show() -> str:
    """All rows, or only of those who go: as the address says, else as this browser last chose."""
    asked = request.args.get("show", "")
    if asked in SHOW and session.get("board_shows", SHOW[0]) != asked:
        session["board_shows"] = asked
    kept: str = asked if asked in SHOW else session.get("board_shows", SHOW[0])
    return kept


def _wish(first: dt.date, last: dt.date) -> BoardWish:
    return BoardWish(
        first_day=first,
        last_day=last,
        programme_id=number_of(request.args.get("programme")),
        busy_only=_show() == "busy",
        page=page_number(request.args.get("page")),
        language=page_language(),
    )


@bp.get("/board")
@may("read", "board")
def board() -> ResponseReturnValue:
    """A week, Monday first; on a phone one day of it. Without one in the address: the next that has visits."""
    day = asked_day("day")
    asked = day or asked_day("week") or week.next_visit_day(current_actor(), today()) or today()
    monday = asked - dt.timedelta(days=asked.weekday())
    wish = _wish(monday, monday + dt.timedelta(days=6))
    found = week.board(current_actor(), wish, by=_by(), now=clock.now())
    shown = [one.day for one in found.days]
    coming = [one for one in found.days if one.day >= today()]
    near = next((one.day for one in coming if one.presentations), coming[0].day if coming else shown[0])
    chosen = day if day in shown else near
    title = blocks.week_title(shown[0], shown[-1])
    steps = _steps(url_for(".board"), "week", monday - A_WEEK, today(), monday + A_WEEK)
    lead_tabs("board.board_month", month=f"{asked:%Y-%m}", **_kept())
    lead_tabs("visits.week", **{"from": monday.isoformat()})
    return render_template(
        "board/board.html",
        **_shown(found, wish, back=_rows_shown() | {"week": monday.isoformat()}),
        title=title,
        steps=steps,
        week=monday,
        chosen=chosen,
        day_links=[(one, here(day=one.isoformat(), week=None), one in found.clash_days) for one in shown],
        cells_url=url_for(".place_cells", number="NUMBER", week=monday.isoformat(), people=blocks.shown_people(found)),
    )


@bp.get("/board/month")
@may("read", "board")
def board_month() -> ResponseReturnValue:
    """A month in small: how many presentations each row has on which day, and what is not settled."""
    typed = request.args.get("month", "")
    asked = _month(typed) or today().replace(day=1)
    last = asked.replace(day=calendar.monthrange(asked.year, asked.month)[1])
    wish = _wish(asked, last)
    found = week.board(current_actor(), wish, by=_by(), now=clock.now())
    before, after = asked - dt.timedelta(days=1), last + dt.timedelta(days=1)
    near = today() if asked <= today() <= last else asked
    shown = _shown(found, wish, back={"week": asked.isoformat()})
    steps = _steps(url_for(".board_month"), "month", before, today(), after, "%Y-%m")
    lead_tabs("board.board", week=near.isoformat(), **_kept())
    lead_tabs("visits.week", **{"from": near.isoformat()})
    return render_template(
        "board/board_month.html",
        **shown,
        title=span_of_days(asked, last, page_language()),
        steps=steps,
        weeks=blocks.weeks_of(found.days),
        notes=blocks.notes_of(shown["days"]),
    )


def _rows_shown() -> dict[str, str]:
    """Which rows the page shows, so that a move comes back to them."""
    return {name: value for name in ("programme", "page") if (value := request.args.get(name))}


def _month(typed: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(f"{typed[:7]}-01")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _steps(
    path: str, name: str, before: dt.date, now: dt.date, after: dt.date, form: str = "%Y-%m-%d"
) -> dict[str, str]:
    """Where previous, now and next lead; the filters stay."""
    days = (("before", before), ("now", now), ("after", after))
    return {step: f"{path}?{urlencode({name: day.strftime(form)} | _kept())}" for step, day in days}


def _kept() -> dict[str, str]:
    """The filters of the address, for links to other days and to the other view."""
    return {key: value for key in ("by", "programme", "show") if (value := request.args.get(key))}


def _shown(found: Board, wish: BoardWish, *, back: dict[str, str]) -> dict[str, Any]:
    """What week and month show alike."""
    actor, by = current_actor(), _by()
    may_move = policy.scope_of(actor, "update", "visit") is not None
    kept = back | ({"by": by} if by != BY[0] else {})
    days = [blocks.day_view(day, today()) for day in found.days]
    cells = BoardCells(days, may_move=may_move, back=kept)
    rows = [(blocks.row_view(row), cells.views(row)) for row in found.rows]
    return {
        "by": by,
        "days": days,
        "rows": rows,
        "cells": cells,
        "alone": cells.views(found.unassigned),
        "alone_count": found.unassigned.visits,
        "clashes": found.clashes,
        "page": Page(rows=rows, number=wish.page, total=found.total),
        "pills": _pills(wish),
        "programmes": _programmes(wish),
        "may_move": may_move,
        "printed_at": clock.now(),
        "edited_at": found.edited_at,
    }


def _pills(wish: BoardWish) -> list[dict[str, Any]]:
    """Rows, programmes, and only those who have something."""
    by = _by()
    pills: list[dict[str, Any]] = [
        {"label": _("Presenters"), "href": here(by=None, page=None), "on": by == BY[0]},
        {"label": _("Districts"), "href": here(by="districts", page=None), "on": by == BY[1]},
    ]
    if by == BY[0]:
        change = "all" if wish.busy_only else "busy"
        pills.append({"label": _("Only those who go"), "href": here(show=change, page=None), "on": wish.busy_only})
    return pills


def _programmes(wish: BoardWish) -> dict[str, Any]:
    """The menu of programmes: its word is the one chosen."""
    rows = programme_queries.open_programmes(current_actor().centre_id)
    chosen = next((row.name(page_language()) for row in rows if row.id == wish.programme_id), _("All programmes"))
    links = [(_("All programmes"), here(programme=None, page=None), wish.programme_id is None)]
    links += [
        (row.name(page_language()), here(programme=row.id, page=None), row.id == wish.programme_id) for row in rows
    ]
    return {"label": chosen, "links": links, "on": wish.programme_id is not None}

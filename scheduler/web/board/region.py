"""A region's table: agreed requests as cards beside the week board and on a map, put by hand, offered in one press.

Choosing a card is a link and putting it a button, so that a mouse, a key and a browser without scripts do the same; a
card may be dragged, too. Nothing is stored before it is offered.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.board.queries import week
from scheduler.board.terms import Board, BoardRow, BoardWish
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.language import html_lang, pick
from scheduler.people import queries as people_queries
from scheduler.places.terms.hosts import Point
from scheduler.proposals.queries.pages import asked_names
from scheduler.proposals.queries.table import EVERYWHERE, region_table
from scheduler.proposals.queries.to_plan import chosen_visits
from scheduler.proposals.rules.drawing import sent_by_planner
from scheduler.proposals.rules.fitting import Fitting
from scheduler.proposals.service.offer_table import mails_to_come, offer_seats
from scheduler.proposals.terms.pages import AskedName
from scheduler.proposals.terms.plan import AskedVisit, PlanChanged, PlanScope, ProposedSeat
from scheduler.proposals.terms.table import CellAnswer, MailToCome, RegionTable, TableCard
from scheduler.reports.charts import town_map
from scheduler.reports.terms.drawing import MapDrawing, TownOfMap
from scheduler.web import labels
from scheduler.web.board import blocks
from scheduler.web.board import region_words as words
from scheduler.web.board.blueprint import bp
from scheduler.web.board.cells import BoardCells
from scheduler.web.board.region_address import TableAddress, asked_address, pressed_cell
from scheduler.web.board.views import A_WEEK, today
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n, page_language
from scheduler.web.once import sent_once
from scheduler.web.reads import note_given_names
from scheduler.web.seen_forms import answer_until

SIX_DAYS = dt.timedelta(days=6)


@dataclass(frozen=True)
class AskedCards:
    """What was read for the chosen cards beside those that are placed."""

    fitting: Fitting
    placed: tuple[ProposedSeat, ...]  # as far as they wait for their plan still

    @property
    def chosen(self) -> tuple[int, ...]:
        return tuple(one.asked.request_id for one in self.fitting.cards)

    def answers(self, people: Collection[int], days: Sequence[dt.date]) -> dict[tuple[int, dt.date], CellAnswer]:
        return {(who, day): self.fitting.answer(who, day) for who in people for day in days}


def _cells(address: TableAddress, days: Sequence[dt.date]) -> AskedCards:
    """Asked of the calendar: the chosen cards on these days, with what stands on the table as if it were promised."""
    others = [seat for seat in address.seats if seat.request_id not in address.chosen]
    scope, placed = PlanScope(min(days), max(days)), [seat.request_id for seat in others]
    visits: Mapping[int, AskedVisit] = {}
    if address.chosen or placed:
        visits = chosen_visits(current_actor(), address.chosen, scope, now=clock.now(), placed=placed)
    chosen = [one for number in address.chosen if (one := visits.get(number)) and sent_by_planner(one)]
    stands = [(visits[seat.request_id], seat) for seat in others if seat.request_id in visits]
    again = tuple(seat for seat in address.seats if seat.request_id in visits)
    return AskedCards(Fitting(chosen, stands, days, clock.moment_of), again)


@bp.get("/region")
@may("update", "plan")
def region() -> ResponseReturnValue:
    """The table as its address says; a cell that was pressed leads to the address with the chosen cards in it."""
    address = asked_address()
    if cell := pressed_cell():
        return redirect(_put(address, *cell).href("cards"))
    table = region_table(current_actor(), address.district)
    of_week = [card.first_day for card in table.cards if not address.chosen or card.asked.id in address.chosen]
    monday = address.week or words.first_monday(of_week, today())
    address = replace(address, week=monday, district=table.district_id or EVERYWHERE)
    cells = _cells(address, [monday + dt.timedelta(days=number) for number in range(7)])
    address = replace(address, seats=cells.placed, chosen=cells.chosen)
    return _page(table, address, cells, monday)


def _put(address: TableAddress, who: int, day: dt.date) -> TableAddress:
    """The chosen cards on a presenter's day; where they do not fit nothing moves, and it is said why."""
    answer = _cells(address, [day]).fitting.answer(who, day)
    address = replace(address, day=day)
    if answer.fits:
        return address.placed(answer.seats)
    if address.chosen:
        say(_("Nothing was put there: %(why)s", why=words.answer_words(answer, who, {})[1]))
    return address


def _page(table: RegionTable, address: TableAddress, cells: AskedCards, monday: dt.date) -> str:
    seats = cells.placed
    crew = frozenset(who for seat in seats for who in seat.crew)
    wish = BoardWish(monday, monday + SIX_DAYS, near=_middle(table.cards), keep=crew)
    found = week.board(current_actor(), wish, now=clock.now())
    days = [one.day for one in found.days]
    shown = [row.presenter_id for row in found.rows if row.presenter_id and cells.chosen]
    answers = cells.answers(shown, days)
    names = _names(table, seats)
    going = crew | {who for one in answers.values() for seat in one.seats[:1] for who in seat.crew[1:]}
    people = people_queries.presenters_by_id(going) if going else {}
    heads = [blocks.day_view(day, today()) for day in found.days]
    written = BoardCells(heads)
    rows = [
        (blocks.row_view(row), _row(row, written.views(row), (address, cells, names), answers, people))
        for row in found.rows
        if not cells.chosen or _may_matter(row, answers, crew)
    ]
    return render_template(
        "board/region.html",
        table=table,
        cards=[words.card_view(card, address, monday, today()) for card in table.cards if card.asked.id not in names],
        placed=[(seat, names[seat.request_id], words.crew_words(seat, people)) for seat in seats],
        taken=[one.where(page_language()) for number, one in names.items() if number in address.chosen],
        address=address,
        title=blocks.week_title(days[0], days[-1]),
        steps=_steps(address, monday),
        district=_district(table),
        districts=_districts(table, address),
        drawing=_map(table, {seat.request_id for seat in seats}),
        chosen=_shown_day(address, days, answers),
        press=BaseForm(formdata=None),
        **_board(found, rows, address),
        days=heads,
        cells=written,
    )


def _shown_day(
    address: TableAddress, days: Sequence[dt.date], answers: Mapping[tuple[int, dt.date], CellAnswer]
) -> dt.date:
    """The day that a phone shows: the one that is asked for, else the first on which the chosen cards fit."""
    fits = sorted({day for (_who, day), answer in answers.items() if answer.fits})
    return next((day for day in days if day == address.day), (fits or days)[0])


def _board(found: Board, rows: list[Any], address: TableAddress) -> dict[str, Any]:
    """What the table of the board shows, as its own page does."""
    asked = [*address.values(), ("people", blocks.shown_people(found))]
    return {
        "by": "presenters",
        "day_links": [
            (one.day, replace(address, day=one.day).href(), one.day in found.clash_days) for one in found.days
        ],
        "rows": rows,
        "alone": None,
        "may_move": True,
        "cells_url": f"{url_for('.region_cells')}?{urlencode([*asked, ('card', 'NUMBER')], safe=':')}",
    }


def _row(
    row: BoardRow,
    views: Sequence[dict[str, Any]],
    placed: tuple[TableAddress, AskedCards, Mapping[int, AskedName]],
    answers: Mapping[tuple[int, dt.date], CellAnswer],
    people: words.People,
) -> list[Mapping[str, Any]]:
    """The cells of a presenter's row, with the cards that were put there and the answer to those that are chosen."""
    address, cells, names = placed
    who, shown = row.presenter_id or 0, list[Mapping[str, Any]]()
    for view in views:
        mine = [seat for seat in cells.placed if who in seat.crew and seat.on_day == view["day"]]
        added: dict[str, Any] = {}
        if mine:
            added["placed"] = [words.seat_view(seat, names[seat.request_id], people, address, who) for seat in mine]
        if answer := answers.get((who, view["day"])):
            tone, times, said = words.answer_parts(answer, who, people)
            added["answer"] = {"tone": tone, "times": times, "words": said, "put": f"{who}on{view['day']}"}
        shown.append(view | added | {"alike": None} if added else view)
    return shown


def _may_matter(row: BoardRow, answers: Mapping[tuple[int, dt.date], CellAnswer], crew: Collection[int]) -> bool:
    """Whether the chosen cards ask for somebody of her kind, or she has one already."""
    who = row.presenter_id or 0
    return who in crew or any(one.fits or one.lack for (whose, _day), one in answers.items() if whose == who)


def _names(table: RegionTable, seats: Sequence[ProposedSeat]) -> dict[int, AskedName]:
    """What the placed cards are called; of another district they are read."""
    here = {card.asked.id: card.asked for card in table.cards}
    missing = [seat.request_id for seat in seats if seat.request_id not in here]
    known = here | (asked_names(current_actor(), missing) if missing else {})
    return {seat.request_id: known[seat.request_id] for seat in seats}


def _middle(cards: Sequence[TableCard]) -> Point | None:
    """The middle of where the cards lie: around it the board is drawn."""
    points = [card.point for card in cards if card.point]
    if not points:
        return None
    return Point(sum(one.latitude for one in points) / len(points), sum(one.longitude for one in points) / len(points))


def _steps(address: TableAddress, monday: dt.date) -> dict[str, str]:
    """Where the week before, this week and the week after lead."""
    weeks = {"before": monday - A_WEEK, "now": words.first_monday([], today()), "after": monday + A_WEEK}
    return {step: address.in_week(one).href() for step, one in weeks.items()}


def _district(table: RegionTable) -> str:
    found = next((one for one in table.districts if one.id == table.district_id), None)
    return found.name(page_language()) if found else _("All districts")


def _districts(table: RegionTable, address: TableAddress) -> list[tuple[str, str, bool]]:
    """The districts with agreed requests, and how many each of them has; all of them first."""
    anywhere = replace(address, week=None, chosen=(), day=None)
    every = sum(one.number for one in table.districts)
    whole = _("All districts")
    found = [(f"{whole} ({every})", replace(anywhere, district=EVERYWHERE).href(), not table.district_id)]
    for one in sorted(table.districts, key=lambda one: (-one.number, one.id)):
        name = one.name(page_language())
        here = replace(anywhere, district=one.id).href()
        found.append((f"{name} ({one.number})", here, one.id == table.district_id))
    return found


def _map(table: RegionTable, placed: Collection[int]) -> MapDrawing | None:
    """The towns of the cards: a tick where none of them waits any more."""
    towns: dict[str, list[TableCard]] = {}
    for card in table.cards:
        if card.point:
            towns.setdefault(pick(page_language(), card.town_sr_cyrl, card.town_sr_latn), []).append(card)
    drawn = [
        TownOfMap(
            f"{name} {len(cards)}" if len(cards) > 1 else name,
            point.latitude,
            point.longitude,
            all(one.asked.id in placed for one in cards),
        )
        for name, cards in towns.items()
        if (point := cards[0].point)
    ]
    said = _("Where schools wait: %(towns)s.", towns=", ".join(one.name for one in drawn))
    return town_map(drawn, said, _("placed"), _("waits")) if drawn else None


@bp.get("/region/cells")
@may("update", "plan")
def region_cells() -> ResponseReturnValue:
    """Before a card is dropped: what each cell of the page's rows would say."""
    address, shown = asked_address(), blocks.people_in(request.args.get("people", ""))
    monday = address.week or words.first_monday([], today())
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    answers = _cells(address, days).answers(shown, days)
    going = {who for one in answers.values() for seat in one.seats[:1] for who in seat.crew[1:]}
    people = people_queries.presenters_by_id(going) if going else {}
    return jsonify({f"{who} {day}": words.answer_words(one, who, people) for (who, day), one in answers.items()})


@bp.post("/region/mails")
@may("update", "plan")
def region_mails() -> ResponseReturnValue:
    """Every mail that the press would send, before it is sent; or what no longer fits."""
    address, now = asked_address(), clock.now()
    if not BaseForm().accepted():
        return redirect(address.href())
    try:
        mails = mails_to_come(current_actor(), address.seats, until=partial(answer_until, now=now), now=now)
    except PlanChanged as changed:
        return _preview(address, [], _gone(changed))
    except (Rejected, NotFound) as refused:
        return _preview(address, [], [], _refused(refused))
    note_given_names(who for seat in address.seats for who in seat.crew)  # a guardian's copy says whose it is
    return _preview(address, mails, [])


def _gone(changed: PlanChanged) -> list[str]:
    return words.refused_words(changed.rows, asked_names(current_actor(), changed.rows))


def _preview(
    address: TableAddress, mails: Sequence[MailToCome], gone: Sequence[str], problem: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "board/region_mails.html",
        address=address,
        mails=mails,
        gone=gone,
        problem=problem,
        press=BaseForm(formdata=None),
        place=_("[link]"),
        lang_of=html_lang,
    )
    return page, 409 if gone or problem else 200, {"Cache-Control": "private, no-store"}


def _refused(refused: Rejected | NotFound) -> str:
    if isinstance(refused, NotFound):
        return _("One of these requests is not yours to plan.")
    return labels.refusal(refused)


@bp.post("/region/offer")
@may("update", "plan")
@sent_once
def region_offer() -> ResponseReturnValue:
    """Plan, suggest and ask: all that stands on the table, or nothing, with the reasons."""
    address, now = asked_address(), clock.now()
    if not BaseForm().accepted():
        return redirect(address.href())
    try:
        made = offer_seats(current_actor(), address.seats, until=partial(answer_until, now=now), now=now)
    except PlanChanged as changed:
        return _preview(address, [], _gone(changed))
    except (Rejected, NotFound) as refused:
        return _preview(address, [], [], _refused(refused))
    say(
        _n(
            "%(num)s visit planned and offered to its crew.",
            "%(num)s visits planned and offered to their crews.",
            len(made),
        )
    )
    return redirect(replace(address, seats=(), chosen=()).href())

"""The move panel of the board: drag and keyboard open the same one, and it answers before anything moves.

Without JavaScript it is a page in two steps: "Check" shows the answer, and the answer holds the button that moves.
"""

import datetime as dt
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.board.queries import placing
from scheduler.board.queries.choices import choices
from scheduler.board.queries.placing import answers_in_cells
from scheduler.board.service import place_visit
from scheduler.board.terms import Answer, Placing
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import PROMISED
from scheduler.web import labels, reads
from scheduler.web.board import blocks
from scheduler.web.board.blueprint import bp
from scheduler.web.board.forms import PlaceForm
from scheduler.web.board.views import today
from scheduler.web.filters import say
from scheduler.web.forms import asked_day, by_htmx, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.seen_forms import ANSWER_WITHIN

NAMES = {"until": "until_day"}


@bp.route("/visits/<number>/place", methods=["GET", "POST"])
@may("update", "visit")
def place(number: str) -> ResponseReturnValue:
    """Ask, check, move. With htmx only the panel or only its answer goes over the line."""
    visit = visit_for(current_actor(), number)
    form = _form(visit)
    if request.method == "GET":
        return _panel(visit, form, _answer(visit, form))
    shaped = form.accepted()
    if not shaped or request.form.get("act") != "move":
        shown = _answer(visit, form) if shaped else None
        if by_htmx():
            return _only_answer(visit, form, shown)
        return _panel(visit, form, shown), 200 if shaped else 422
    return _move(visit, form)


def _move(visit: VisitRow, form: PlaceForm) -> ResponseReturnValue:
    wish = form.placing()
    assert wish is not None  # the form has its shape
    try:
        place_visit(
            current_actor(), visit.id, wish, reason=form.reason.data or "", now=clock.now(), version=form.seen()
        )
    except Rejected as rejected:
        form.show({NAMES.get(name, name): reason for name, reason in rejected.problems.items()})
        return _panel(visit, form, _answer(visit, form)), 422
    except Conflict as conflict:
        form.version.data = str(visit.version)  # she has been told: what she sends next is meant for the visit as it is
        return _panel(visit, form, _answer(visit, form), problem=labels.refusal(conflict)), 409
    say(_done(visit, wish), undo=_undo(visit, wish), undo_words=_("Move back"))
    return redirect(_board(wish.on_day, visit))


def _form(visit: VisitRow) -> PlaceForm:
    """As the visit stands now, changed by what the address says: where it was dropped."""
    leaves = number_of(request.args.get("from"))
    if leaves not in {one.presenter_id for one in visit.crew}:
        leaves = None
    if request.method == "POST":
        form = PlaceForm()
        leaves, named = form.from_whom, number_of(form.presenter.data)
    else:
        first = min((row.starts_local for row in visit.presentations), default=dt.time(10))
        named = number_of(request.args.get("to", request.args.get("from")))
        form = PlaceForm(
            formdata=None,
            data={
                "on_day": asked_day("to_day") or visit.on_day,
                "starts_local": first,
                "presenter": str(named or ""),
                "leaves": str(leaves or ""),
                "version": visit.version,
                "offer": visit.state.value != "planned",
            },
        )
    offered, whole = choices(current_actor(), visit, {number for number in (named, leaves) if number is not None})
    reads.note_given_names(one.presenter_id for one in offered)
    form.furnish(offered, leaves, whole=whole)
    return form


def _answer(visit: VisitRow, form: PlaceForm) -> Answer | None:
    wish = form.placing()
    return placing.answer(current_actor(), visit.id, wish, now=clock.now()) if wish else None


def _panel(visit: VisitRow, form: PlaceForm, answer: Answer | None, *, problem: str = "") -> str:
    template = "board/place_panel.html" if by_htmx() else "board/place.html"
    return render_template(
        template,
        visit=visit,
        form=form,
        answer=blocks.answer_view(answer) if answer else None,
        problem=problem,
        minutes=sum(row.minutes for row in visit.presentations),
        back=_board(asked_day("week") or visit.on_day, visit),
        action=url_for(".place", number=visit.number, week=request.args.get("week"), **_shown_on(), **_from(form)),
    )


def _from(form: PlaceForm) -> dict[str, Any]:
    return {"from": form.from_whom} if form.from_whom is not None else {}


def _only_answer(visit: VisitRow, form: PlaceForm, answer: Answer | None) -> str:
    return render_template(
        "board/place_answer.html", form=form, answer=blocks.answer_view(answer) if answer else None, visit=visit
    )


def _shown_on() -> dict[str, Any]:
    """Which rows of the board the visit was taken up from."""
    return {name: value[:20] for name in ("by", "programme", "page") if (value := request.args.get(name))}


def _board(day: dt.date, visit: VisitRow) -> str:
    """The board with the same rows, at the visit's block."""
    return url_for(".board", day=day.isoformat(), **_shown_on(), _anchor=f"visit-{visit.number}")


def _done(visit: VisitRow, wish: Placing) -> str:
    if wish.changes_crew and wish.comes is None:
        return _("Taken out of the crew.")
    if wish.changes_crew and wish.on_day == visit.on_day:
        return _("Another presenter: a mail asks for an answer.") if wish.offer else _("Suggested, nobody is told yet.")
    return _("Moved. The school knows, and the presenters are asked again.")


def _undo(visit: VisitRow, wish: Placing) -> str:
    """The address that puts the block back where it was: another move, said as such."""
    leaving = next((one for one in visit.crew if one.presenter_id == wish.leaves), None)
    asked = wish.leaves is None or (leaving is not None and leaving.state in PROMISED)
    first = min(row.starts_local for row in visit.presentations)
    return url_for(
        ".place_back",
        number=visit.number,
        to_day=visit.on_day.isoformat(),
        start=first.strftime("%H:%M"),
        leaves=wish.comes,
        comes=wish.leaves,
        offer=int(asked),
        **_shown_on(),
    )


@bp.post("/visits/<number>/place/back")
@may("update", "visit")
def place_back(number: str) -> ResponseReturnValue:
    """What the note offers: the place before. No mail is called back; who was asked is asked again."""
    visit = visit_for(current_actor(), number)
    day = asked_day("to_day") or visit.on_day
    try:
        start = dt.time.fromisoformat(request.args.get("start", "")[:5])
    except ValueError:
        start = min((row.starts_local for row in visit.presentations), default=dt.time(10))
    wish = Placing(
        on_day=day,
        starts_local=start,
        until=clock.now() + ANSWER_WITHIN,
        leaves=number_of(request.args.get("leaves")),
        comes=number_of(request.args.get("comes")),
        offer=request.args.get("offer") == "1",
        meant=True,  # she went there before
    )
    try:
        place_visit(current_actor(), visit.id, wish, reason=_("Moved back"), now=clock.now())
    except (Conflict, Rejected) as refused:
        problem = labels.refusal(refused)
        form = _form(visit)
        return _panel(visit, form, _answer(visit, form), problem=problem), 409
    say(_("Moved back. Who is in the crew was asked again."))
    return redirect(_board(day, visit))


@bp.get("/visits/<number>/place/cells")
@may("update", "visit")
def place_cells(number: str) -> ResponseReturnValue:
    """Before a block is dropped: what each cell of the board's page would answer."""
    visit = visit_for(current_actor(), number)
    asked = asked_day("week") or today()
    monday = asked - dt.timedelta(days=asked.weekday())
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    leaves, now = number_of(request.args.get("from")), clock.now()
    typed = request.args.get("people", "")
    among = blocks.people_in(typed) if typed else None
    found = answers_in_cells(current_actor(), visit.id, leaves, days, now=now, among=among)
    cells = {f"{who or 'same'} {day.isoformat()}": blocks.cell_answer(answer) for (who, day), answer in found.items()}
    for day in days:  # the row without a crew: a visit stays in it, or loses whose block was taken up
        out = ("wait", _("out of the crew"))
        cells[f" {day.isoformat()}"] = blocks.cell_answer(found[None, day]) if leaves is None else out
    return jsonify(cells)

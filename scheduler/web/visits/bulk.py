"""Acts on several visits: previewed, done with one press, taken back while their mails wait."""

import re
from collections.abc import Mapping
from functools import partial

from babel.support import LazyProxy
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import html_lang
from scheduler.proposals.queries.pages import visits_to_offer
from scheduler.readiness.service.bulk_visits import MOST_VISITS, act_on_visits, preview_visits, take_back_visits
from scheduler.readiness.terms import BulkVisitAct, ChosenVisit, LeftOutVisit
from scheduler.turns.queries.desk import desk_of
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _l, _n
from scheduler.web.once import sent_once
from scheduler.web.reads import note_given_names
from scheduler.web.seen_forms import answer_until
from scheduler.web.turn_words import BULK_ACTS, taken_back
from scheduler.web.visits.blueprint import bp

TICK = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)  # a visit and the version of it that was seen
BUTTONS: Mapping[BulkVisitAct, tuple[LazyProxy, str]] = {
    BulkVisitAct.OFFER: (_l("Send the offers"), "mail"),
    BulkVisitAct.CONFIRM: (_l("Confirm and tell the schools"), "check"),
}


@bp.post("/bulk-visits/<any(offer, confirm):act>")
@may("update", "visit")
def preview_bulk(act: str) -> ResponseReturnValue:
    """What one press would do to the visits of a plan (`?plan=7`), or to those that wait for it on the first page."""
    what, actor, now = BulkVisitAct(act), current_actor(), clock.now()
    if not BaseForm().accepted():
        return redirect(_origin(what))
    plan = number_of(request.args.get("plan"))
    if plan is not None and what is BulkVisitAct.OFFER:
        numbers = visits_to_offer(actor, plan, MOST_VISITS)
    else:
        found = desk_of(actor, now, only=BULK_ACTS[what].matters, per_page=MOST_VISITS)
        numbers = [row.number for row in found.rows]
    preview = preview_visits(actor, what, numbers, until=partial(answer_until, now=now), now=now)
    note_given_names(one.presenter_id for row in preview.rows for one in row.crew)  # the mail may name a minor
    return render_template(
        "visits/bulk.html",
        preview=preview,
        left_out=_left_out(preview.left_out),
        act=what,
        title=BULK_ACTS[what].words,
        press_words=BUTTONS[what],
        plan=plan,
        origin=_origin(what),
        press=BaseForm(formdata=None),
        lang_of=html_lang,
    )


@bp.post("/bulk-visits/<any(offer, confirm):act>/send")
@may("update", "visit")
@sent_once
def send_bulk(act: str) -> ResponseReturnValue:
    """The ticked visits, each by itself; what cannot be is named."""
    what, now = BulkVisitAct(act), clock.now()
    if not BaseForm().accepted():
        return redirect(_origin(what))
    ticks = [TICK.fullmatch(typed) for typed in request.form.getlist("rows")]
    chosen = [ChosenVisit(int(tick[1]), int(tick[2])) for tick in ticks if tick]
    try:
        done = act_on_visits(current_actor(), what, chosen, until=partial(answer_until, now=now), now=now)
    except Rejected as rejected:
        say(labels.refusal(rejected))
        return redirect(_origin(what))
    told = [_done(what, done.visits)] if done.visits else []
    told += [f"{number}: {why}" for number, why in _left_out(done.left_out)]
    undo = url_for(".undo_bulk", act=act, batch=done.batch, plan=request.args.get("plan"))
    if told:
        say(" ".join(told), undo=undo if done.batch else "")
    return redirect(_origin(what))


@bp.post("/bulk-visits/<any(offer, confirm):act>/undo/<batch>")
@may("update", "visit")
def undo_bulk(act: str, batch: str) -> ResponseReturnValue:
    """All visits of the press as before, while nobody was told."""
    what = BulkVisitAct(act)
    if BaseForm().accepted():
        back = take_back_visits(current_actor(), batch, now=clock.now())
        if not back.visits:
            raise Conflict(FormReason.TOO_LATE_TO_UNDO)
        words = _n("%(num)s visit is as before.", "%(num)s visits are as before.", back.visits)
        say(taken_back(words, back.kept))
    return redirect(_origin(what))


def _origin(what: BulkVisitAct) -> str:
    """The page on which the act was begun: that of a plan, or the first page."""
    plan = number_of(request.args.get("plan"))
    if plan is not None:
        return url_for("proposals.show_proposal", proposal_id=plan)
    return url_for("desk.today", of=BULK_ACTS[what].kind)


def _left_out(refused: tuple[LeftOutVisit, ...]) -> list[tuple[str, str]]:
    return [(one.number, labels.refusal(one.refused)) for one in refused]


def _done(what: BulkVisitAct, many: int) -> str:
    if what is BulkVisitAct.OFFER:
        return _n(
            "%(num)s visit is offered to its crew. The mails leave in 10 minutes.",
            "%(num)s visits are offered to their crews. The mails leave in 10 minutes.",
            many,
        )
    return _n(
        "%(num)s visit is confirmed. The mails leave in 10 minutes.",
        "%(num)s visits are confirmed. The mails leave in 10 minutes.",
        many,
    )

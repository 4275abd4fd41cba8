"""Told the school's person, told the helpline: one press on the page of a visit, and back within the hour."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.concerns.service.hand_offs import note_hand_off, take_back_hand_off
from scheduler.concerns.terms import HandedTo
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.web.concerns.blueprint import bp
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.hand_off_form import HandOffForm
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded


@bp.post("/visits/<number>/hand-off")
@may("create", "hand_off")
@sent_once
def hand_off(number: str) -> ResponseReturnValue:
    form = HandOffForm()
    draft = form.draft() if form.accepted() else None
    if draft is None:
        say(str(worded(GroundReason.NOT_A_CHOICE)) if not form.at.errors else " ".join(map(str, form.at.errors)))
        return redirect(url_for("visits.visit", number=number))
    try:
        noted = note_hand_off(current_actor(), number, draft, now=clock.now())
    except Rejected as rejected:
        say(str(worded(rejected.problems["at"])))
    else:
        told = _("Noted: you told the school's person.")
        if draft.told is HandedTo.HELPLINE:
            told = _("Noted: you told the helpline.")
        say(told, undo=url_for(".take_back", hand_off_id=noted))
    return redirect(url_for("visits.visit", number=number))


@bp.post("/hand-offs/<int:hand_off_id>/take-back")
@may("create", "hand_off")
def take_back(hand_off_id: int) -> ResponseReturnValue:
    """From the note or the page, within the hour."""
    if not BaseForm().accepted():
        return redirect(url_for("desk.today"))
    try:
        number = take_back_hand_off(current_actor(), hand_off_id, now=clock.now())
    except Conflict as conflict:
        say(str(worded(conflict.reason)))
        return redirect(url_for("desk.today"))
    say(_("Taken back: it is not counted."))
    return redirect(url_for("visits.visit", number=number))

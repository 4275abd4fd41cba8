"""Who knows of a change: presenters whose visits to come have changed, and how far they can know it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.feeds.queries import changes_to_tell
from scheduler.feeds.terms import SeatChange
from scheduler.messages.terms import MessageState
from scheduler.readiness.service.told_notes import note_told_of_change
from scheduler.web.feeds.forms import ButtonForm
from scheduler.web.feeds.views import bp
from scheduler.web.feeds.words import READERS
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l
from scheduler.web.once import sent_once
from scheduler.web.reads import note_given_names

CHANGES = {
    SeatChange.MOVED: _l("moved"),
    SeatChange.OFF: _l("called off"),
    SeatChange.LEFT: _l("no longer goes"),
}
MAILS = {
    MessageState.SENT: _l("sent"),
    MessageState.FAILED: _l("could not be sent"),
    MessageState.STOPPED: _l("stopped"),
}  # else it waits


@bp.get("/changes")
@may("update", "visit")
def radar() -> ResponseReturnValue:
    rows = changes_to_tell(current_actor(), now=clock.now())
    note_given_names(row.presenter_id for row in rows if row.minor)
    shown = {"rows": rows, "changes": CHANGES, "mails": MAILS, "readers": READERS}
    return render_template("feeds/radar.html", press=ButtonForm(), **shown)


@bp.post("/changes/<number>/<int:presenter_id>/told")
@may("update", "visit")
@sent_once
def tell_by_phone(number: str, presenter_id: int) -> ResponseReturnValue:
    note_told_of_change(current_actor(), number, presenter_id, now=clock.now())
    say(_("Noted: told by phone."))
    return redirect(url_for(".radar"))

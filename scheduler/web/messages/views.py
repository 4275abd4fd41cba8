"""Mail: the centre's outbox for staff, and in a demo the letters themselves, because nobody has a mailbox there."""

import logging

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.config import Settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.paging import page_number
from scheduler.jobs.messages import send_waiting
from scheduler.messages import mail, queries, service
from scheduler.messages.terms import Letter, MessageState
from scheduler.turns.queries.search import mails_in_reach
from scheduler.turns.queries.stale_mails import mail_since
from scheduler.turns.rules import why_stale
from scheduler.turns.service import send_again
from scheduler.web import tables
from scheduler.web.filters import Face, say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, _l
from scheduler.web.own_machine import comes_from_this_machine
from scheduler.web.reasons import worded
from scheduler.web.tables import Column

bp = Blueprint("messages", __name__)
log = logging.getLogger(__name__)

GUARDIANS_LINK = "/consent/"

OUTBOX = (
    Column("about", _l("About")),
    Column("to", _l("To")),
    Column("state", _l("State")),
    Column("written", _l("Written")),
)
FACES = {
    MessageState.WAITING: Face("wait", "clock", _l("Waits to be sent")),
    MessageState.SENDING: Face("move", "mail", _l("Is being sent")),
    MessageState.SENT: Face("good", "check", _l("Sent")),
    MessageState.FAILED: Face("stop", "alert", _l("Not delivered")),
    MessageState.STOPPED: Face("quiet", "ban", _l("Stopped")),
}
FAILURES = {
    "unreachable": _l("Our mail server did not take it; it is tried again."),
    "later": _l("The other mail server asked to try again later."),
    "refused": _l("The other mail server does not know this address."),
    "broken": _l("The mail could not be built: check the address."),
    "letters": _l("Our mail server sends to no address with these letters: ask for one in Latin letters."),
    "no_encryption": _l(
        "Our mail server offers no encryption, so it was told neither the password nor the mail. Switch TLS on there; "
        "then it leaves by itself."
    ),
    "certificate_expired": _l(
        "The certificate of our mail server has expired, so it was told neither the password nor the mail. Renew the "
        "certificate there; then it leaves by itself."
    ),
    "certificate_not_yet": _l(
        "The certificate of our mail server does not hold yet, so it was told neither the password nor the mail. Look "
        "at the clocks of both machines; then it leaves by itself."
    ),
    "certificate_name": _l(
        "The certificate of our mail server is for another name, so it was told neither the password nor the mail. "
        "Write the name of the certificate into the settings, or mend the certificate; then it leaves by itself."
    ),
    "certificate_unknown": _l(
        "Nobody whom we trust has signed the certificate of our mail server, so it was told neither the password nor "
        "the mail. If it is your own authority, name its file in TLS_CA_FILE; then it leaves by itself."
    ),
    "restored": _l("It waited when the backup was made, and may have left since: it is held."),
}


@bp.get("/messages")
@may("read", "message")
def overview() -> ResponseReturnValue:
    asked = request.args.get("state", "")
    state = MessageState(asked) if asked in set(MessageState) else None
    table = tables.table(OUTBOX, queries.SORTS, natural="-written")
    within = mails_in_reach(current_actor())
    page = queries.outbox_of(
        own_centre_id(),
        page_number(request.args.get("page")),
        state=state,
        sort=table.sort,
        within=within,
    )
    return render_template(
        "messages/overview.html", page=page, table=table, state=state, faces=FACES, failures=FAILURES
    )


@bp.get("/messages/<int:message_id>")
@may("read", "message")
def message(message_id: int) -> ResponseReturnValue:
    found = queries.message_of(own_centre_id(), message_id, within=mails_in_reach(current_actor()))
    if found is None:
        raise NotFound("message")
    failed = found.row.state is MessageState.FAILED
    may_end = failed and policy.scope_of(current_actor(), "update", "message") is not None
    since = mail_since(message_id) if may_end else None
    stale = why_stale(since, clock.local_day(clock.now())) if since else None
    return render_template(
        "messages/message.html",
        message=found,
        faces=FACES,
        failures=FAILURES,
        place=_("[link]"),
        may_end=may_end,
        stale=worded(stale) if stale else "",
        since=since,
    )


@bp.post("/messages/<int:message_id>/<any(again, settled):act>")
@may("update", "message")
def end_failure(message_id: int, act: str) -> ResponseReturnValue:
    """What did not arrive leaves once more, or its reader was told otherwise: then nothing waits any more."""
    if queries.message_of(own_centre_id(), message_id, within=mails_in_reach(current_actor())) is None:
        raise NotFound("message")
    if not BaseForm().accepted():
        return redirect(url_for(".message", message_id=message_id))
    if act == "settled":
        if service.end_failure(current_actor(), message_id, again=False, now=clock.now()):
            say(_("Noted: nothing is left to do."))
        return redirect(url_for(".message", message_id=message_id))
    try:
        if send_again(current_actor(), message_id, now=clock.now()):
            say(_("It leaves once more."))
    except Conflict:  # the page says what became of it, and offers the newer one
        say(_("Not sent: it says what is so no longer."))
    return redirect(url_for(".message", message_id=message_id))


@bp.get("/mail")
@public
def letters() -> ResponseReturnValue:
    readable = [letter for letter in mail.letters_in(_demo().instance / "mail") if _may_be_read_here(letter)]
    return render_template("messages/letters.html", letters=readable)


@bp.get("/mail/<name>")
@public
def letter(name: str) -> ResponseReturnValue:
    found = mail.letter_in(_demo().instance / "mail", name)
    if found is None or not _may_be_read_here(found):
        raise NotFound("letter")
    return render_template("messages/letter.html", letter=found)


def _may_be_read_here(letter: Letter) -> bool:
    """A letter with a guardian's link is for this machine alone: whoever opens that link decides for a minor."""
    return comes_from_this_machine() or not any(GUARDIANS_LINK in line.text for line in letter.lines)


def _demo() -> Settings:
    """The settings of a demo whose mails are files. Raises: NotFound elsewhere, as if there were no such page."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo or settings.smtp_url:
        raise NotFound("mail")
    return settings


@bp.after_app_request
def send_soon(response: Response) -> Response:
    """After an act that may have queued mail, wake the worker; without it the mail goes within the next minute.

    Nobody waits for that: it is done when the answer has gone. A view that has only kept answers of a booking says
    `g.writes_nobody`.
    """
    if request.method == "POST" and response.status_code in (302, 303) and not g.get("writes_nobody"):
        response.call_on_close(_wake_worker)
    return response


def _wake_worker() -> None:
    try:
        send_waiting()
    except Exception:  # the queue is away: the act itself is done and must not fail for that
        log.exception("worker not woken")

"""Mail of a demo, where nobody has a mailbox: its letters are pages; and after each act the worker is woken."""

import logging

from flask import Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.config import Settings
from scheduler.core.errors import NotFound
from scheduler.jobs.messages import send_waiting
from scheduler.messages import mail
from scheduler.messages.terms import Letter
from scheduler.web.guards import public
from scheduler.web.messages.blueprint import bp
from scheduler.web.own_machine import comes_from_this_machine

log = logging.getLogger(__name__)

GUARDIANS_LINK = "/consent/"


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

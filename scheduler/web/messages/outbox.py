"""The outbox as a page one works on: what waits, is held, was sent or failed; acts on one message and on several."""

import datetime as dt
from collections import Counter
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.paging import PER_PAGE, Page, page_number
from scheduler.messages import mail, queries, rules, service
from scheduler.messages.terms import (
    HandAct,
    Handled,
    MessageGroup,
    MessagePage,
    MessageRow,
    MessageState,
    SkippedMessage,
)
from scheduler.people.service.centres import change_delays
from scheduler.turns.queries.search import mails_found, mails_of
from scheduler.turns.queries.stale_mails import mail_since
from scheduler.turns.rules import why_stale
from scheduler.turns.service import send_again, send_now, send_sent
from scheduler.web import tables
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, _l, _n, here
from scheduler.web.messages import words
from scheduler.web.messages.blueprint import bp
from scheduler.web.messages.forms import DelaysForm, DiscardForm, EditForm, MessagesForm
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.tables import Column, FileColumn
from scheduler.web.waiting_messages import acts_on

OUTBOX = (
    Column("about", _l("About"), wide=True),
    Column("to", _l("To")),
    Column("state", _l("State")),
    Column("acts", _l("What you can do"), sorts=False, quiet=True),
)
OUTBOX_FILE = (
    FileColumn[MessageRow](
        _l("About"),
        _l("The subject of the mail; its text is not in this file."),
        lambda row: row.subject or _l("A message that is no longer kept"),
    ),
    FileColumn[MessageRow](_l("To"), _l("The address it goes to."), lambda row: row.address),
    FileColumn[MessageRow](_l("State"), _l("Whether the mail has left."), lambda row: words.FACES[row.state].word),
    FileColumn[MessageRow](
        _l("Why"), _l("Why it did not arrive."), lambda row: words.FAILURES[row.failure] if row.failure else ""
    ),
    FileColumn[MessageRow](_l("Written"), _l("When it was written."), lambda row: row.created_at),
)
FILTER_NAMES = ("state", "of", "q", "page", "sort")


@bp.get("/messages")
@may("read", "message")
def overview() -> ResponseReturnValue:
    return _overview(None, 200)


def _overview(form: MessagesForm | None, status: int) -> ResponseReturnValue:
    """`form`: what was sent, where it was refused."""
    g.here = url_for(".overview")
    actor, state, group, typed = current_actor(), _state_asked(), _group_asked(), _typed()
    table = tables.table(OUTBOX, queries.SORTS)
    sought = [*mails_of(actor), *mails_found(actor, typed), *([queries.of_group(group)] if group else [])]

    def turn(number: int, per_page: int = PER_PAGE) -> tuple[Page[MessageRow], Counter[MessageState]]:
        return queries.outbox_of(
            own_centre_id(), number, state=state, sort=table.sort, within=sought, per_page=per_page
        )

    if tables.file_asked():
        rows = tables.every_row(lambda number: turn(number, tables.ROWS_A_TURN)[0])
        return tables.list_file(_("Messages"), "messages", OUTBOX_FILE, rows)
    page, counts = turn(page_number(request.args.get("page")))
    shown = render_template(
        "messages/overview.html",
        page=page,
        table=table,
        state=state,
        group=group,
        typed=typed,
        pills=_pills(state, counts),
        kept=_kept(),
        words=words,
        sets_delays=policy.scope_of(current_actor(), "update", "settings") is not None,
        acts={row.id: acts_on(row) for row in page.rows} if _may_act() else {},
        form=form or MessagesForm(formdata=None),
        now=clock.now(),
    )
    return shown, status


def _pills(state: MessageState | None, counts: Counter[MessageState]) -> list[dict[str, Any]]:
    """The states, with how many messages of what is looked for stand so."""
    every = [
        (None, _("All messages"), counts.total()),
        *((one, word, counts[one]) for one, word in words.PILLS.items()),
    ]
    return [
        {"label": label, "href": here(state=one.value if one else None, page=None), "on": state is one, "count": count}
        for one, label, count in every
    ]


def _state_asked() -> MessageState | None:
    asked = request.args.get("state", "")
    return MessageState(asked) if asked in {*words.PILLS} else None


def _group_asked() -> MessageGroup | None:
    asked = request.args.get("of", "")
    return MessageGroup(asked) if asked in {*MessageGroup} else None


def _typed() -> str:
    return request.args.get("q", "")[:200].strip()


def _kept() -> dict[str, Any]:
    """The part of the address that an act comes back to."""
    return {name: value[:200] for name in FILTER_NAMES if (value := request.args.get(name))}


def _may_act() -> bool:
    return policy.scope_of(current_actor(), "update", "message") is not None


def _found(message_id: int) -> MessagePage:
    """Raises: NotFound, also of another centre's."""
    found = queries.message_of(own_centre_id(), message_id, within=mails_of(current_actor()))
    if found is None:
        raise NotFound("message")
    return found


def _way_back(message_id: int | None = None) -> str:
    """Where an act was done: the page of a visit or a request, the message's own, or the list as it was."""
    origin = request.args.get("back", "")[:40]
    if origin.startswith("P-"):
        return url_for("visits.visit", number=origin)
    if origin.startswith("R-"):
        return url_for("requests.show_request", number=origin)
    if message_id is not None and origin != "list":
        return url_for(".message", message_id=message_id)
    return url_for(".overview", **_kept())


@bp.get("/messages/<int:message_id>")
@may("read", "message")
def message(message_id: int) -> ResponseReturnValue:
    found, now = _found(message_id), clock.now()
    may_end = found.row.state is MessageState.FAILED and _may_act()
    acts = acts_on(found.row, has_text=bool(found.paragraphs)) if _may_act() else []
    since = mail_since(message_id) if may_end or found.row.state is MessageState.HELD else None
    stale = why_stale(since, clock.local_day(now)) if since else None
    return render_template(
        "messages/message.html",
        message=found,
        words=words,
        place=_("[link]"),
        acts=acts,
        may_end=may_end,
        stale=worded(stale) if stale else "",
        since=since,
        now=now,
        kept=_kept(),
        origin=request.args.get("back", "")[:40],
    )


@bp.post("/messages/<int:message_id>/<any(again, settled):act>")
@may("update", "message")
def end_failure(message_id: int, act: str) -> ResponseReturnValue:
    """What did not arrive leaves once more, or its reader was told otherwise: then nothing waits any more."""
    _found(message_id)
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


@bp.post("/messages/<int:message_id>/<any(hold, send):act>")
@may("update", "message")
def press(message_id: int, act: str) -> ResponseReturnValue:
    """One press on one message: hold it, or send it now."""
    if BaseForm().accepted():
        _say_what_was_done(HandAct(act), _do(HandAct(act), [message_id], ""))
    return redirect(_way_back(message_id))


@bp.post("/messages/<int:message_id>/send-copy")
@may("update", "message")
@sent_once
def send_copy(message_id: int) -> ResponseReturnValue:
    """One that was sent leaves again, as a message of its own."""
    if not BaseForm().accepted():
        return redirect(_way_back(message_id))
    try:
        copy_id = send_sent(current_actor(), message_id, within=mails_of(current_actor()), now=clock.now())
    except Conflict as conflict:
        say(_("Not sent: %(why)s", why=worded(conflict.reason)))
        return redirect(url_for(".message", message_id=message_id))
    say(_("It leaves again. This is the new one."))
    return redirect(url_for(".message", message_id=copy_id))


@bp.route("/messages/<int:message_id>/discard", methods=["GET", "POST"])
@may("update", "message")
def discard(message_id: int) -> ResponseReturnValue:
    """The reason why a message does not leave."""
    found, form = _found(message_id), DiscardForm()
    if form.accepted():
        _say_what_was_done(HandAct.DISCARD, _do(HandAct.DISCARD, [message_id], form.reason.data or ""))
        return redirect(_way_back(message_id))
    shown = render_template(
        "messages/discard.html",
        message=found,
        form=form,
        why=_why_not(HandAct.DISCARD, found),
        back=_way_back(message_id),
    )
    return shown, 422 if form.problems_shown() else 200


@bp.route("/messages/<int:message_id>/edit", methods=["GET", "POST"])
@may("update", "message")
def edit(message_id: int) -> ResponseReturnValue:
    """Other words for this message alone; what is typed stays in the form when it is refused."""
    found = _found(message_id)
    written = mail.writing_of(found.body)
    form, status = EditForm(obj=written), 200
    if form.accepted():
        try:
            service.edit_message(
                current_actor(), message_id, form.writing(), within=mails_of(current_actor()), now=clock.now()
            )
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
            status = 409
        else:
            say(_("Changed. Only this message: others of its kind stay as they are."))
            return redirect(_way_back(message_id))
    if form.problems_shown() and status == 200:
        status = 422
    shown = render_template(
        "messages/edit.html",
        message=found,
        written=written,
        form=form,
        why=_why_not(HandAct.EDIT, found) if status == 200 else "",
        place=_("[link]"),
        back=_way_back(message_id),
    )
    return shown, status


def _why_not(act: HandAct, found: MessagePage) -> str:
    why = rules.why_not(act, found.row, has_text=bool(found.paragraphs) or act is not HandAct.EDIT)
    return worded(why) if why else ""


@bp.post("/messages/together")
@may("update", "message")
def together() -> ResponseReturnValue:
    """One act for all that are ticked: first shown, then done; what it cannot be done with is named and left out."""
    form, actor = MessagesForm(), current_actor()
    ids = form.ticked()
    if form.accepted() and not ids:
        form.show({"rows": GroundReason.NOTHING_TICKED})
    if form.problems_shown():
        return _overview(form, 422)
    act, rows = form.chosen_act(), queries.rows_of(ids, mails_of(actor))
    if form.seen.data:
        try:
            handled = _do(act, ids, form.reason.data or "")
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            _say_what_was_done(act, handled)
            return redirect(url_for(".overview", **_kept()))
    judged = [(row, rules.why_not(act, row)) for row in rows]
    shown = render_template(
        "messages/together.html",
        rows=[row for row, why in judged if why is None],
        left_out=[SkippedMessage(row, why) for row, why in judged if why is not None],
        act=act,
        form=form,
        kept=_kept(),
        words=words,
        worded=worded,
    )
    return shown, 422 if form.problems_shown() else 200


def _do(act: HandAct, ids: list[int], reason: str) -> Handled:
    """Raises: NotFound; Rejected without a reason to discard."""
    actor, now = current_actor(), clock.now()
    if act is HandAct.SEND:
        return send_now(actor, ids, within=mails_of(actor), now=now)
    return service.act_on(actor, act, ids, within=mails_of(actor), now=now, reason=reason)


def _say_what_was_done(act: HandAct, handled: Handled) -> None:
    """What was done, with the way to undo it, and what was left out and why."""
    many, told = len(handled.done), []
    if many and act is HandAct.HOLD:
        told.append(_n("%(num)s message is held.", "%(num)s messages are held.", many))
    elif many and act is HandAct.SEND:
        told.append(_n("%(num)s message leaves now.", "%(num)s messages leave now.", many))
    elif many:
        told.append(_n("%(num)s message is discarded.", "%(num)s messages are discarded.", many))
    for reason, stayed in Counter(one.reason for one in handled.left_out).items():
        why = worded(reason)
        told.append(_n("%(num)s message stays: %(why)s", "%(num)s messages stay: %(why)s", stayed, why=why))
    undo = url_for(".undo", at=handled.at.isoformat(), back=request.args.get("back") or None, **_kept())
    say(" ".join(told), undo=undo if many and act is not HandAct.SEND else "")


@bp.post("/messages/undo")
@may("update", "message")
def undo() -> ResponseReturnValue:
    """What was held or discarded with one press stands as before, while it is not acted on since."""
    if BaseForm().accepted():
        actor = current_actor()
        many = service.undo_act(actor, _moment(request.args.get("at", "")), within=mails_of(actor), now=clock.now())
        say(_n("%(num)s message is as before.", "%(num)s messages are as before.", many))
    return redirect(_way_back())


def _moment(written: str) -> dt.datetime:
    """The moment in an address. Raises: NotFound."""
    try:
        at = dt.datetime.fromisoformat(written[:40])
    except ValueError as error:
        raise NotFound("act") from error
    if at.tzinfo is None:
        raise NotFound("act")
    return at


@bp.route("/messages/delays", methods=["GET", "POST"])
@may("update", "settings")
def delays() -> ResponseReturnValue:
    """For how long messages of each group wait, so that somebody can look at them first."""
    known = queries.delays_of(own_centre_id())
    form = DelaysForm(data={group.value: str(known.get(group, 0)) for group in rules.DELAYED})
    if form.accepted():
        change_delays(current_actor(), form.minutes(), now=clock.now())
        say(_("Saved. What waits already leaves when it was to leave."))
        return redirect(url_for(".delays"))
    return render_template("messages/delays.html", form=form), 422 if form.errors else 200

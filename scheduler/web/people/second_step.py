"""The second step of a sign-in, and the way to the first key: for who has typed her password and is nobody yet."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.credentials import passkeys
from scheduler.keys import queries
from scheduler.keys.service import passing
from scheduler.keys.terms import Browser
from scheduler.people.rules import network_of
from scheduler.web.filters import say
from scheduler.web.guards import public
from scheduler.web.i18n import _
from scheduler.web.limits import GUESSES, limiter
from scheduler.web.login import enter, own_browser
from scheduler.web.people.blueprint import bp
from scheduler.web.people.key_forms import CodeForm, PasskeyAnswerForm
from scheduler.web.people.known_browser import mark_of_browser, remember_browser
from scheduler.web.people.next_page import next_page

MAILBOX_OF, MAILBOX_HOLDS_S = "mailbox_of", 3600  # in the signed session: whose, and since when


def note_mailbox(user_id: int) -> None:
    """She came by a link that was mailed to her: the sign-in that follows need not ask her mailbox again."""
    session[MAILBOX_OF] = [user_id, clock.now().timestamp()]


def mailbox_of() -> int | None:
    """Whose mail led into this browser within the hour."""
    user_id, noted_at = session.get(MAILBOX_OF) or (None, 0.0)
    return user_id if 0 <= clock.now().timestamp() - noted_at < MAILBOX_HOLDS_S else None


def _waiting() -> Browser | Response:
    """The browser that waits for its second step; else where to go instead."""
    browser = own_browser()
    if browser is None:
        return redirect(url_for("people.sign_in", next=request.args.get("next")))
    if not browser.waits:
        return redirect(next_page(request.args.get("next")))
    return browser


def _on_with(browser: Browser, token: str) -> Response:
    enter(token)
    return remember_browser(redirect(next_page(request.args.get("next"))), browser.user_id)


@bp.route("/second-step", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES, methods=["POST"])
def second_step() -> ResponseReturnValue:
    browser = _waiting()
    if isinstance(browser, Response):
        return browser
    form = CodeForm()
    if form.accepted():
        network, known = network_of(request.remote_addr), mark_of_browser(browser.user_id)
        try:
            token = passing.pass_code(browser, form.code.data, network=network, now=clock.now(), known=known)
            return _on_with(browser, token)
        except Rejected as rejected:
            form.show(rejected.problems)
    return _show(browser, form)


def _show(browser: Browser, form: CodeForm | PasskeyAnswerForm) -> ResponseReturnValue:
    ring = queries.key_ring(browser.user_id)
    if not ring.count:
        return redirect(url_for(".begin", next=request.args.get("next")))
    known = queries.credentials_of(browser.user_id)
    question = ""
    if known:
        asker = passing.asker_for(browser, passing.PASSKEY_ASKED)
        question = passkeys.question_for_known(asker, known, clock.now())
    page = render_template(
        "keys/second_step.html",
        form=form,
        code_form=form if isinstance(form, CodeForm) else CodeForm(formdata=None),
        ring=ring,
        question=question,
        email=browser.email,
        proven=browser.mailbox_proven,
        next=request.args.get("next"),
    )
    return page, 422 if form.errors else 200


@bp.post("/second-step/passkey")
@public
@limiter.limit(GUESSES)
def use_passkey() -> ResponseReturnValue:
    browser = _waiting()
    if isinstance(browser, Response):
        return browser
    form = PasskeyAnswerForm()
    if form.accepted():
        try:
            return _on_with(browser, passing.pass_passkey(browser, form.answer.data or "", now=clock.now()))
        except Rejected as rejected:
            form.show(rejected.problems)
    return _show(browser, form)


@bp.get("/second-step/begin")
@public
def begin() -> ResponseReturnValue:
    """The way to the first key: first the mailbox answers, then she chooses."""
    browser = _waiting()
    if isinstance(browser, Response):
        return browser
    if queries.key_ring(browser.user_id).count:
        return redirect(url_for(".second_step", next=request.args.get("next")))
    return render_template(
        "keys/begin.html", email=browser.email, proven=browser.mailbox_proven, next=request.args.get("next")
    )


@bp.post("/second-step/mailbox")
@public
def ask_mailbox() -> ResponseReturnValue:
    browser = _waiting()
    if isinstance(browser, Response):
        return browser
    passing.ask_mailbox(browser, now=clock.now())
    return redirect(url_for(".mailbox_asked", next=request.args.get("next")))


@bp.get("/second-step/mailbox")
@public
def mailbox_asked() -> ResponseReturnValue:
    browser = _waiting()
    if isinstance(browser, Response):
        return browser
    return render_template("keys/mailbox_asked.html", email=browser.email, next=request.args.get("next"))


@bp.route("/second-step/mailbox/<token>", methods=["GET", "POST"])
@public
def mailbox(token: str) -> ResponseReturnValue:
    """The link of the mail: a program that opens it proves nothing, and another browser has to sign in first."""
    passing.known_link(token, now=clock.now())
    browser = own_browser()
    if browser is None:
        return redirect(url_for("people.sign_in", next=request.path))
    if request.method == "POST":
        passing.prove_mailbox(browser, token, now=clock.now())
        say(_("Thank you: this is your mailbox."))
        return redirect(url_for(".second_step"))
    return render_template("keys/mailbox.html", email=browser.email)

"""One's own keys and sign-ins: added, taken away, ended; the keys of a colleague who has lost them are reset."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.credentials import one_time_codes
from scheduler.keys import queries
from scheduler.keys.service import keeping, resetting, sign_ins
from scheduler.keys.terms import Browser, KeyReason
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _
from scheduler.web.login import enter, go_on, own_browser
from scheduler.web.password_again import asked_first, password_again
from scheduler.web.people.blueprint import bp
from scheduler.web.people.forms import ROLES
from scheduler.web.people.key_forms import FirstCodeForm, PasskeyForm
from scheduler.web.people.next_page import next_page
from scheduler.web.people.own_login import login_name

ISSUER = "Raspored"


def _keeper() -> Browser | Response:
    """The browser that may change its user's keys; else where to go first.

    Raises: NotAllowed for who has none to keep (presenters).
    """
    browser = own_browser()
    if browser is None:
        return redirect(url_for("people.sign_in", next=request.args.get("next")))
    try:
        keeping.require_change(browser)
    except Conflict:  # the mailbox has not answered yet
        return redirect(url_for(".begin", next=request.args.get("next")))
    except NotAllowed:
        if not browser.waits:
            raise
        return redirect(url_for(".second_step", next=request.args.get("next")))
    return browser


def _signed_in() -> Browser:
    """The browser of who is signed in; `@may` has let her in."""
    browser = own_browser()
    if browser is None:
        raise NotAllowed("no sign-in")
    return browser


def _after(browser: Browser, changed: keeping.Changed, told: str) -> ResponseReturnValue:
    """Go on under the new token; recovery codes are shown in this answer, and never again."""
    (enter if browser.waits else go_on)(changed.token)
    onward = next_page(request.args.get("next")) if browser.waits else url_for(".access")
    if changed.codes:
        return render_template("keys/codes.html", codes=changed.codes, told=told, onward=onward)
    say(told)
    return redirect(onward)


@bp.route("/second-step/app", methods=["GET", "POST"])
@public
def add_app() -> ResponseReturnValue:
    browser = _keeper()
    if isinstance(browser, Response):
        return browser
    if queries.key_ring(browser.user_id).app_added_at is not None:
        raise Conflict(KeyReason.HAS_AN_APP)
    if not browser.waits and (page := asked_first()):
        return page
    form = FirstCodeForm()
    if form.accepted():
        try:
            changed = keeping.add_app(browser, form.code.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _after(browser, changed, _("The app is added."))
    secret = keeping.secret_for(browser)
    address = one_time_codes.address_for_app(secret, browser.email, ISSUER)
    import segno  # only this picture needs it

    picture = segno.make(address, error="m", micro=False).svg_data_uri(border=4, light="#fff", omitsize=True)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("keys/app.html", form=form, picture=picture, secret=groups, address=address)
    return page, 422 if form.errors else 200


@bp.route("/second-step/passkeys", methods=["GET", "POST"])
@public
def add_passkey() -> ResponseReturnValue:
    browser = _keeper()
    if isinstance(browser, Response):
        return browser
    if not browser.waits and (page := asked_first()):
        return page
    form = PasskeyForm()
    if form.accepted():
        try:
            changed = keeping.add_passkey(browser, form.answer.data or "", form.name.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _after(browser, changed, _("The passkey is added."))
    question = keeping.question_for_passkey(browser, now=clock.now())
    return render_template("keys/passkey.html", form=form, question=question), 422 if form.errors else 200


@bp.get("/account/access")
@may("read", "sign_in")
def access() -> ResponseReturnValue:
    browser = _signed_in()
    keeps = policy.scope_of(current_actor(), "update", "key") is not None
    return render_template(
        "keys/access.html",
        sign_ins=queries.sign_ins_of(browser.user_id, browser.token, clock.now()),
        ring=queries.key_ring(browser.user_id) if keeps else None,
        asked=settings().asks_second_step,
        login_name=login_name(),
        login_linked_at=queries.login_linked_at(browser.user_id),
    )


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@may("end", "sign_in")
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    sign_ins.end_sign_in(_signed_in(), sign_in_id, now=clock.now())
    say(_("Signed out there."))
    return redirect(url_for(".access"))


@bp.post("/account/sign-ins/end-others")
@may("end", "sign_in")
def end_other_sign_ins() -> ResponseReturnValue:
    sign_ins.end_other_sign_ins(_signed_in(), now=clock.now())
    say(_("Signed out everywhere else."))
    return redirect(url_for(".access"))


@bp.post("/account/app/remove")
@may("update", "key")
@password_again
def remove_app() -> ResponseReturnValue:
    browser = _signed_in()
    return _after(browser, keeping.remove_app(browser, now=clock.now()), _("The app is taken away."))


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@may("update", "key")
@password_again
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    browser = _signed_in()
    changed = keeping.remove_passkey(browser, passkey_id, now=clock.now())
    return _after(browser, changed, _("The passkey is taken away."))


@bp.post("/account/recovery-codes")
@may("update", "key")
@password_again
def renew_recovery_codes() -> ResponseReturnValue:
    browser = _signed_in()
    changed = keeping.renew_recovery_codes(browser, now=clock.now())
    return _after(browser, changed, _("These codes take the place of those before."))


@bp.get("/people/second-steps")
@may("reset", "keys_of_others")
def second_steps() -> ResponseReturnValue:
    holders = queries.holders_of(own_centre_id())
    return render_template("keys/second_steps.html", holders=holders, roles=ROLES, own_id=current_user.user.user_id)


@bp.post("/people/users/<int:user_id>/second-step/reset")
@may("reset", "keys_of_others")
@password_again
def reset_second_step(user_id: int) -> ResponseReturnValue:
    resetting.reset_keys(current_actor(), user_id, now=clock.now())
    say(_("Taken away: she signs in with her password, opens a link in her mail and makes a new key."))
    return redirect(url_for(".second_steps"))

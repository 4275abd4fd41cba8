"""Before an act that would help a stolen session most, the password is asked once more (threat: a phished coordinator).

The page holds what was typed and sends it again together with the password, so nobody types twice and the act goes on
where it was. What was right holds for `PASSWORD_HOLDS_FOR` in this browser; signing in alone does not count.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import PasswordField

from scheduler.core import clock
from scheduler.people import queries, rules
from scheduler.people.service import accounts, reads
from scheduler.people.terms import BadSignIn, PersonReason
from scheduler.web.forms import BaseForm, Needed
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _l

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

TYPED_AT = "password_typed_at"  # in the signed session: when, in seconds
NOT_CARRIED = {"csrf_token", "password_again"}
MOST_CARRIED = 200  # fields; what these forms hold is a few


class PasswordAgainForm(BaseForm):
    password_again = PasswordField(
        _l("Your password"), [Needed()], render_kw={"autocomplete": "current-password", "maxlength": 1000}
    )


def password_again(view: View[P]) -> View[P]:
    """Let a POST through only when the password was typed lately, or is right just now. Stands below `@may`."""

    @wraps(view)
    def guarded(*args: P.args, **given: P.kwargs) -> ResponseReturnValue:
        return asked_first() or view(*args, **given)

    return guarded


def asked_first() -> ResponseReturnValue | None:
    """The page that asks for the password; None when this request may go on."""
    if request.method != "POST" or _typed_lately():
        return None
    form = PasswordAgainForm()
    if "password_again" in request.form and form.accepted() and _is_right(form):
        session[TYPED_AT] = clock.now().timestamp()
        return None
    carried = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_CARRIED]
    minutes = int(rules.PASSWORD_HOLDS_FOR.total_seconds() // 60)
    page = render_template(
        "people/password_again.html",
        form=form,
        carried=carried[:MOST_CARRIED],
        address=request.full_path.rstrip("?"),
        minutes=minutes,
        demo_password=_demo_password(),
    )
    return page, 422


def _demo_password() -> str:
    """In the demo nobody was ever told a password: the page says it. Elsewhere there is none to say."""
    own = queries.email_of(current_user.user.user_id)
    return next((one.password for one in queries.demo_sign_ins() if one.email == own), "")


def _typed_lately() -> bool:
    typed_at = session.get(TYPED_AT)
    if not isinstance(typed_at, int | float):
        return False
    return 0 <= clock.now().timestamp() - typed_at < rules.PASSWORD_HOLDS_FOR.total_seconds()


def _is_right(form: PasswordAgainForm) -> bool:
    now = clock.now()
    network = rules.network_of(request.remote_addr)
    try:
        accounts.confirm_password(current_user.user.user_id, form.password_again.data, network=network, now=now)
    except BadSignIn:
        reads.note_denial(current_actor(), str(request.endpoint), "wrong password", now=now)
        form.show({"password_again": PersonReason.WRONG_OWN_PASSWORD})
        return False
    return True

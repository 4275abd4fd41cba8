"""The way through the centre's own login and back: what came with the browser is kept in its session, once."""

import hmac
import logging

from flask import make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from scheduler.config import settings
from scheduler.core import clock, tls, tokens
from scheduler.core.errors import NotFound
from scheduler.core.form_keys import AlreadySent
from scheduler.core.text import to_latin
from scheduler.credentials import oidc
from scheduler.keys.rules import device_of
from scheduler.own_login import ANSWER_PATH
from scheduler.people.service.login_sign_ins import sign_in_by_login, use_up_state
from scheduler.people.terms import BadSignIn, PersonReason
from scheduler.web.guards import public
from scheduler.web.i18n import page_language
from scheduler.web.limits import GUESSES, limiter
from scheduler.web.login import enter
from scheduler.web.people.blueprint import bp
from scheduler.web.people.next_page import next_page

log = logging.getLogger(__name__)
LOGIN_ASKED, LOGIN_REFUSED = "login_asked", "login_refused"  # in the signed session
LOGIN_ANSWERS_WITHIN_S = 900
LONGEST_CODE = 4096
# What an issuer may answer instead of a code (RFC 6749, OpenID Connect Core): only these are written into the log.
FOR_NOW = {"server_error", "temporarily_unavailable"}
FOR_THE_OPERATOR = {"invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope"}


def login_name() -> str:
    """What the centre calls its login, in the script of the page; empty where there is none."""
    name = settings().own_login.name.strip()
    return name if page_language() == "sr_Cyrl" else to_latin(name)


def login_refused() -> PersonReason | None:
    """Why the browser came back without being signed in, told once."""
    told = session.pop(LOGIN_REFUSED, None)
    return PersonReason(told) if told else None


def _client() -> oidc.IssuerClient:
    """We, as the login knows us. Raises: NotFound where none is configured."""
    wanted = settings()
    if not wanted.own_login.issuer:
        raise NotFound("own login")
    callback = wanted.base_url + ANSWER_PATH
    return oidc.IssuerClient(wanted.own_login, callback, wanted.secret_key, wanted.tls_ca_file)


def _refused(reason: PersonReason, onward: str) -> Response:
    """Back to the sign-in page, where the password still works; no code of the login stays in the address."""
    session[LOGIN_REFUSED] = reason.value
    return redirect(url_for(".sign_in", next=onward or None))


def _silent(error: OSError, onward: str) -> Response:
    fault = tls.fault_of(error)
    log.warning("own login does not answer", extra={"why": fault.value if fault else f"{type(error).__name__}"})
    return _refused(PersonReason.LOGIN_SILENT, onward)


def _turned_back(said: str, onward: str) -> Response:
    """The issuer signs nobody in: she turned back there, it is out of order, or it does not know us."""
    if said in FOR_NOW | FOR_THE_OPERATOR:
        log.warning("own login refuses us", extra={"why": said})
        return _refused(PersonReason.LOGIN_SILENT, onward)
    return _refused(PersonReason.LOGIN_TURNED_BACK, onward)


@bp.get("/sign-in/login")
@public
@limiter.limit(GUESSES)
def go_to_login() -> Response:
    client, onward, state = _client(), request.args.get("next", "")[:500], tokens.new_token()
    try:
        address = oidc.login_address(client, state)
    except oidc.NotProven as refusal:
        return _silent(OSError(str(refusal)), onward)
    except OSError as error:
        return _silent(error, onward)
    session[LOGIN_ASKED] = [state, clock.now().timestamp(), onward]
    answer = make_response(redirect(address))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get(ANSWER_PATH)
@public
@limiter.limit(GUESSES)
def come_back_from_login() -> Response:
    client = _client()
    state, asked_at, onward = session.pop(LOGIN_ASKED, None) or ("", 0.0, "")
    now = clock.now()
    in_time = 0 <= now.timestamp() - asked_at < LOGIN_ANSWERS_WITHIN_S
    if not state or not in_time or not hmac.compare_digest(state.encode(), request.args.get("state", "").encode()):
        return _refused(PersonReason.LOGIN_STALE, onward)
    code = request.args.get("code", "")
    if not code and (said := request.args.get("error")):
        return _turned_back(said, onward)
    if not code or len(code) > LONGEST_CODE:
        return _refused(PersonReason.LOGIN_OPENS_NOTHING, onward)
    try:
        use_up_state(state, now=now)
        proof = oidc.proof_of(client, oidc.LoginAnswer(state, code, request.args.get("iss")), now=now)
        token = sign_in_by_login(proof, now=now, device=device_of(request.user_agent.string))
    except AlreadySent:
        return _refused(PersonReason.LOGIN_STALE, onward)
    except oidc.NotProven as refusal:
        log.info("own login proves nobody", extra={"why": str(refusal)})
        return _refused(PersonReason.LOGIN_OPENS_NOTHING, onward)
    except BadSignIn:
        return _refused(PersonReason.LOGIN_OPENS_NOTHING, onward)
    except OSError as error:
        return _silent(error, onward)
    if not enter(token):
        return redirect(url_for(".second_step", next=onward or None))
    return redirect(next_page(onward))

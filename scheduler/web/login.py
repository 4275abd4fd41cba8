"""Who is signed in: Flask-Login keeps a token in the session, the row `sign_in` behind it decides.

`get_id()` is that token, so ending the row (sign-out, suspension, a new password) ends it at the next request.
"""

from flask import Flask, Response, g, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, login_user

from scheduler.core import clock
from scheduler.core.refusals import where_there_is_room
from scheduler.keys.queries import browser_of
from scheduler.keys.terms import Browser
from scheduler.people import queries, rules
from scheduler.people.service.accounts import note_seen
from scheduler.people.terms import SignedInUser
from scheduler.requests.service.answers import ANSWER_LIFETIME

COOKIE_OVER_HTTPS = "__Host-raspored"
COOKIE_OVER_HTTP = "raspored"  # demo on loopback only


class SessionsOfPeople(SecureCookieSessionInterface):
    """A view that sets g.cookieless answers machines: no session is kept, and no cache is told to ask for cookies."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if g.get("cookieless") or (not session.modified and "Cookie" in response.headers.get("Vary", "")):
            return  # of what has not changed the library would only say that once more
        super().save_session(app, session, response)


class Viewer(UserMixin):  # type: ignore[misc]
    """A signed-in user as Flask-Login wants one."""

    def __init__(self, token: str, user: SignedInUser) -> None:
        self.token = token
        self.user = user

    def get_id(self) -> str:
        return self.token


def load_viewer(token: str) -> Viewer | None:
    """The user behind a session's token, or None when that sign-in has ended.

    None also on the page of a failure: the database that it would ask may be what failed. A full disk keeps nobody from
    reading; as the last use is not written then, a sign-in ends sooner and never later than it would.
    """
    if g.get("failed"):
        return None
    now = clock.now()
    user = queries.signed_in_user(token, now=now)
    if user is None:
        return None
    if rules.seen_is_old(user.last_seen_at, now):
        with where_there_is_room():
            note_seen(token, now=now)
    return Viewer(token, user)


def own_browser() -> Browser | None:
    """The browser that asks, once the right password was typed in it: signed in, or waiting for the second step."""
    if "browser" not in g:
        token = session.get("_user_id")  # Flask-Login's name
        g.browser = browser_of(token, clock.now()) if isinstance(token, str) else None
    found: Browser | None = g.browser
    return found


def sign_in_page() -> str:
    """Where somebody who is not signed in goes on: the second step, if her password was right just now."""
    browser = own_browser()
    return "people.second_step" if browser is not None and browser.waits else "people.sign_in"


def enter(token: str) -> bool:
    """Begin the session of a sign-in, with nothing of before; whether it is whole, or waits for the second step."""
    session.clear()
    return go_on(token)


def go_on(token: str) -> bool:
    """The same session under the sign-in's new token; whether it is whole."""
    g.pop("browser", None)
    g.pop("actor", None)
    session["_user_id"] = token
    viewer = load_viewer(token)
    return viewer is not None and bool(login_user(viewer))


def register(app: Flask) -> None:
    app.session_interface = SessionsOfPeople()
    manager = LoginManager(app)
    manager.session_protection = None  # the token's row is the protection; addresses of phones change
    manager.user_loader(load_viewer)
    secure = app.config["SETTINGS"].https
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE_OVER_HTTPS if secure else COOKIE_OVER_HTTP,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # a file that anybody may keep brings nobody's cookie along
        PERMANENT_SESSION_LIFETIME=ANSWER_LIFETIME,  # only a booking that was begun outlives the closing of the browser
    )

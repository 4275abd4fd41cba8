"""The second step of a sign-in, as somebody with an app for codes passes it: the link by mail, the app, the code."""

import base64
import datetime as dt
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from tools.rehearse.letters import Letterbox
from tools.rehearse.pages import Lost
from tools.rehearse.visitor import Visitor

PERIOD_S, DIGITS = 30, 6
TRIES = 4  # as fast as a person whose machine is slow: the code may be too old when it arrives


def code_at(secret: str, moment: dt.datetime) -> str:
    """What an app shows at that moment (RFC 6238, with the usual 30 seconds, six digits and SHA-1)."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(moment.timestamp()) // PERIOD_S).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return str((int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


class Phone:
    """The app of everybody in the walk: it knows whose secret is whose."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        self._links: dict[str, str] = {}

    def is_new(self, email: str, link: str) -> None:
        """She has lost the old one; the link that a host printed takes the place of a mailed one."""
        del self._secrets[email]
        self._links[email] = link

    def shows(self, person: Visitor, email: str, letters: Letterbox, now: Callable[[], dt.datetime]) -> None:
        """Where the product asks for a second step, pass it; the first time, add the app. Raises: Lost."""
        if "/second-step" not in person.page.address:
            return
        if email not in self._secrets:
            if email not in self._links:
                person.sends({}, to="/second-step/mailbox")
            person.opens(self._links.get(email) or letters.link(email, "/second-step/mailbox/"))
            person.sends({}, to="/second-step/mailbox/")
            person.opens(person.link("/second-step/app"))
            self._secrets[email] = parse_qs(urlsplit(person.link("otpauth://")).query)["secret"][0]
        for left in reversed(range(TRIES)):
            try:
                person.sends({"code": code_at(self._secrets[email], now())}, to="/second-step")
            except Lost as refused:
                if not left or not str(refused).startswith("422"):
                    raise
            else:
                return

"""A mail server on loopback for one walk: our own authority signed its certificate, and it asks for a password."""

import email
import email.policy
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tools.certificates import Pair
from tools.rehearse.pages import Lost

LINK = re.compile(r"https?://\S+")
PATIENCE_S = 120.0


class Letterbox:
    """What was delivered, newest last."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def mail(self, to: str, words: str) -> str:
        """Subject and text of a mail to that address which holds these words, as soon as it has come. Raises: Lost."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for text in [_text(mail) for mail in list(self.mails) if to in str(mail["To"])]:
                if words in text:
                    return text
            time.sleep(0.2)
        came = [f"{mail['To']}: {mail['Subject']}" for mail in self.mails]
        raise Lost(f"no mail to {to} says {words!r}; there came {came}")

    def link(self, to: str, words: str) -> str:
        """The first address in that mail. Raises: Lost."""
        found = LINK.search(self.mail(to, words))
        if not found:
            raise Lost(f"the mail to {to} about {words!r} has no link")
        return found[0]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{part.get_content() if part else ''}"


@contextmanager
def mail_server(pair: Pair, port: int, name: str, password: str) -> Iterator[Letterbox]:
    """Listens with STARTTLS; without it, and without the password, nothing is taken."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of a name that it uses itself
    box = Letterbox()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)

    def known(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=(said.login, said.password) == (name.encode(), password.encode()))

    asked: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": known,
    }
    controller = Controller(box, hostname="127.0.0.1", port=port, **asked)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()

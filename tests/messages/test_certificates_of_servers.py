"""No password and no mail is said to a server whose certificate does not hold: the mail waits in the outbox.

Real servers on this machine, each with a right, a self-signed, an expired, an early and a wrong-name certificate.
"""

import logging
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.jobs import queue
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Failure, MessageState, ShortDraft
from scheduler.web.messages.words import FAILURES
from tests.certificates_made import KINDS, Shown, certificate
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.sms_provider import a_provider
from tools.services import free_port

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),  # with SMTPS there is one
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # a client that leaves at once
]
REFUSED = {
    "self-signed": Failure.CERTIFICATE_UNKNOWN,
    "expired": Failure.CERTIFICATE_EXPIRED,
    "not-yet": Failure.CERTIFICATE_NOT_YET,
    "wrong-name": Failure.CERTIFICATE_NAME,
}


class MailServer:
    """Takes mail from who has signed in, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.taken: list[bytes] = []

    def authenticator(self, _server, _session, _envelope, _mechanism, said) -> AuthResult:
        self.heard += [said.login, said.password]
        return AuthResult(success=True)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"


class EncryptedFromTheStart(Controller):
    """SMTPS. Its own way to see that it runs (a client of TLS that trusts nobody) is of no use here."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), 5).close()


@contextmanager
def a_mail_server(scheme: str, shown: Shown | None) -> Iterator[tuple[MailServer, int]]:
    handler = MailServer()
    port = free_port()
    given = {"auth_required": True, "authenticator": handler.authenticator, "auth_require_tls": False}
    if scheme == "smtps":
        given["ssl_context"] = shown.context()
    elif shown is not None:
        given |= {"tls_context": shown.context(), "require_starttls": True}
    kind = EncryptedFromTheStart if scheme == "smtps" else Controller
    controller = kind(handler, hostname="127.0.0.1", port=port, **given)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


@pytest.fixture
def settings(app) -> Iterator[config.Settings]:
    yield app.config["SETTINGS"]
    config.use(app.config["SETTINGS"])


def sent(number: str = "") -> OutboxMessage:
    """What became of one mail; with a number, of one short message."""
    if number:
        with transaction():
            draft = ShortDraft("visit_cancelled", number, "sr_Latn", "Raspored: poseta", ("visit", 1), 1)
            service.queue_short(draft, now=MONDAY)
        message_id = db.session.scalars(select(OutboxMessage.id)).one()
    else:
        message_id = make_message().id
    service.deliver(message_id, MONDAY)
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message_id)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_server_hears_the_password_only_behind_a_right_certificate(settings, tmp_path, scheme, kind):
    shown = certificate(tmp_path, kind)
    with a_mail_server(scheme, shown) as (server, port):
        url = f"{scheme}://desk:s3cret@127.0.0.1:{port}"
        config.use(replace(settings, smtp_url=url, tls_ca_file=str(shown.authority)))
        message = sent()

    if kind == "right":
        assert message.state is MessageState.SENT
        assert (server.heard, len(server.taken)) == ([b"desk", b"s3cret"], 1)
    else:
        assert (message.state, message.failure) == (MessageState.WAITING, REFUSED[kind])
        assert (server.heard, server.taken) == ([], [])


def test_an_authority_that_nobody_named_and_a_server_without_encryption_hear_nothing(settings, tmp_path):
    shown = certificate(tmp_path, "right")
    with a_mail_server("smtps", shown) as (server, port):
        config.use(replace(settings, smtp_url=f"smtps://desk:s3cret@127.0.0.1:{port}"))
        message = sent()

    assert (message.failure, server.heard) == (Failure.CERTIFICATE_UNKNOWN, [])

    with a_mail_server("smtp+starttls", None) as (server, port):
        config.use(replace(settings, smtp_url=f"smtp+starttls://desk:s3cret@127.0.0.1:{port}"))
        message = sent()

    assert (message.state, message.failure) == (MessageState.WAITING, Failure.NO_ENCRYPTION)
    assert (server.heard, server.taken) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_hears_number_text_and_password_only_behind_a_right_certificate(settings, tmp_path, kind):
    shown = certificate(tmp_path, kind)
    with a_provider(shown.context()) as provider:
        url = f"https://desk:s3cret@127.0.0.1:{provider.server_port}/send"
        config.use(replace(settings, sms_url=url, tls_ca_file=str(shown.authority)))
        message = sent("+381641234567")

    if kind == "right":
        assert message.state is MessageState.SENT
        assert len(provider.taken) == 1
    else:
        assert (message.state, message.failure) == (MessageState.WAITING, REFUSED[kind])
        assert provider.taken == []


@contextmanager
def a_redis(folder: Path, shown: Shown) -> Iterator[int]:
    port = free_port()
    options = ["--port", "0", "--tls-port", str(port), "--tls-cert-file", str(shown.chain), "--save", ""]
    options += ["--tls-key-file", str(shown.key), "--tls-ca-cert-file", str(shown.authority)]
    options += ["--tls-auth-clients", "no", "--bind", "127.0.0.1", "--dir", str(folder), "--requirepass", "s3cret"]
    own_time = ["env", "-u", "LD_PRELOAD"]  # it hangs under tools/another_day.py
    command = ["setpriv", "--pdeathsig", "KILL", "--", *own_time, "redis-server", *options]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            for _look in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


@pytest.mark.skipif(not shutil.which("redis-server"), reason="Redis is not installed: apt-get install -y redis-server")
@pytest.mark.parametrize("kind", KINDS)
def test_redis_hears_the_password_only_behind_a_right_certificate(app, settings, tmp_path, caplog, kind):
    shown = certificate(tmp_path, kind)
    with a_redis(tmp_path, shown) as port:
        url = f"rediss://:s3cret@127.0.0.1:{port}/0"
        wanted = replace(settings, redis_url=url, tls_ca_file=str(shown.authority))
        before = queue.huey.storage
        queue.huey.storage = queue._storage(wanted)
        try:
            with caplog.at_level(logging.ERROR):
                waiting = queue.waiting_in_queue()
        finally:
            queue.huey.storage = before

    assert waiting == (0 if kind == "right" else None)
    if kind != "right":
        (line,) = [record for record in caplog.records if record.getMessage() == "queue does not answer"]
        assert line.fault == REFUSED[kind]


def test_what_is_wrong_with_a_certificate_has_words_for_the_staff():
    assert set(FAILURES) >= {failure.value for failure in Failure}

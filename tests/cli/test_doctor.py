"""`raspored doctor`: one page of what is configured, missing and unsafe, and no secret on it."""

import datetime as dt
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text, update

from scheduler import config
from scheduler.config import ROOT
from scheduler.core.db import db, transaction
from scheduler.jobs import queue, surroundings
from scheduler.own_login import OwnLogin
from scheduler.people.service import installation
from scheduler.places.models import Holiday
from scheduler.work.terms import BACKUP_JOB, Diagnosis, Fitness
from tests.a11y.conftest import served
from tests.certificates_made import certificate
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.own_issuer import CLIENT_ID, CLIENT_SECRET, an_issuer
from tools import another_day
from tools.services import free_port

GOOD = {
    "mode": "production", "secret_key": "Jx7-vQe0dKc9_TzRb3uWn5LsGf1hYpXo",
    "mail_from": "desk@centre.example", "uid_domain": "centre.example",
    "sms_url": "https://desk:hush-hush@localhost/send",
    "backup_recipient": "age1wxddhu47jp3ukddfz06c53x6e9p82wrqvrs4q0apqhtw05kchu5sdmknk2",
    "security_contact": ("mailto:safe@centre.example",),
}  # fmt: skip


@pytest.fixture
def ready(app, monkeypatch, tmp_path):
    """A production that was set up, with a worker that works and a backup of last night."""
    with db.engine.begin() as connection:
        head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text(f"INSERT INTO alembic_version VALUES ('{head}')"))
    installation.set_up("Centar", "sef@centre.example", now=MONDAY)
    queue.write_run("messages.send_waiting", MONDAY, failed=False)
    queue.write_run(BACKUP_JOB, MONDAY - dt.timedelta(hours=9), failed=False)
    monkeypatch.setattr(surroundings, "is_synchronised", lambda: True)
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    with a_mail_server() as port, served(app) as here:
        url = f"smtp://desk:hush-hush@127.0.0.1:{port}"
        given = {"instance": instance, "smtp_url": url, "base_url": here, "database_url": "sqlite://"}
        config.use(replace(app.config["SETTINGS"], **GOOD, **given))
        yield app
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


def with_settings(**given):
    config.use(replace(config.settings(), **given))


@contextmanager
def a_mail_server(**given) -> Iterator[int]:
    def authenticate(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == b"hush-hush", handled=False)

    fair = {"authenticator": authenticate, "auth_require_tls": False}
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port(), **(fair | given))
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def told(app) -> dict[str, tuple[str, str]]:
    """What is found of each part: its state and its words."""
    result = app.test_cli_runner().invoke(args=["doctor", "--json"])
    document = json.loads(result.stdout)
    assert result.exit_code == (0 if document["fit"] else 1)
    assert document["fit"] == all(one["state"] != "bad" for one in document["findings"])
    found = {one["what"]: (one["state"], one["told"]) for one in document["findings"]}
    assert len(found) == len(document["findings"])  # no two lines have one name
    return found


def test_what_is_well_is_fit_shows_no_secret_and_names_only_the_calendar_that_nobody_has_published(ready):
    found = told(ready)

    assert {what: state for what, (state, _told) in found.items() if state != "good"} == {"school calendar": "warning"}
    assert "2026/27 is not entered" in found["school calendar"][1]

    result = ready.test_cli_runner().invoke(args=["doctor"])

    assert result.stdout.endswith("This installation is fit.\n")
    assert not any(secret in result.output for secret in ("hush-hush", GOOD["secret_key"]))
    assert max(map(len, result.stdout.splitlines())) < 160


@pytest.mark.parametrize(("given", "what", "state", "words"), [
    ({"smtp_url": ""}, "mail", "bad", "no mail leaves: set SMTP_URL"),
    ({"smtp_url": "smtp://127.0.0.1:1"}, "mail", "bad", "127.0.0.1:1 does not answer: Connection refused"),
    ({"sms_url": ""}, "short messages", "warning", "none leaves"),
    ({"smtp_url": "smtps://desk:hush-hush@nowhere.invalid"}, "mail", "bad", "nowhere.invalid of SMTP_URL is not found"),
    (
        {"sms_url": "https://desk:hush-hush@nowhere.invalid/send"}, "short messages", "bad",
        "the host nowhere.invalid of SMS_URL is not found: check its spelling",
    ),
    ({"base_url": "https://nowhere.invalid"}, "address", "bad", "the host nowhere.invalid of BASE_URL is not found"),
    ({"base_url": "http://127.0.0.1:1"}, "address", "bad", "does not answer from this machine: Connection refused"),
    ({"base_url": "http://127.0.0.1:1", "mode": "demo"}, "address", "warning", "does not answer"),
    ({"base_url": "https://a.example/raspored"}, "address", "bad", "ends after the host: /raspored is not served"),
    ({"mail_from": "raspored@example.org"}, "sender", "bad", "MAIL_FROM still says example.org"),
    (
        {"mail_from": "raspored@example.org", "uid_domain": "raspored.example.org"}, "sender", "bad",
        "MAIL_FROM and UID_DOMAIN still say example.org",
    ),
    ({"helpline_number": "call us"}, "helpline", "bad", "nothing that can be dialled"),
    ({"secret_key": "k9Xq2mVw7L" * 4}, "key", "bad", "repeats a pattern"),
    ({"security_contact": ()}, "security contact", "warning", "nobody is named: SECURITY_CONTACT is not set"),
    ({"backup_recipient": ""}, "backup", "warning", "not encrypted"),
    (  # its shape is right, so the start takes it
        {"backup_recipient": GOOD["backup_recipient"][:-1] + "3"}, "backup", "bad",
        "BACKUP_RECIPIENT is no public key of age: one has a letter wrong",
    ),
])  # fmt: skip
def test_what_is_not_set_is_named(ready, given, what, state, words):
    with_settings(**given)
    found = told(ready)[what]
    assert (found[0], words in found[1]) == (state, True), found


@contextmanager
def somebody_else(*, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Another web server, which knows no /healthz of ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_at_which_somebody_else_answers_is_told(ready):
    with somebody_else() as port:
        with_settings(base_url=f"http://127.0.0.1:{port}")
        state, words = told(ready)["address"]
    assert (state, "/healthz is answered by something else: check BASE_URL" in words) == ("bad", True), words


@pytest.mark.parametrize(("kind", "words"), [
    ("right", "is answered by something else"),  # it was asked, and so a certificate of one's own is trusted
    ("expired", "does not hold: certificate has expired"),
])  # fmt: skip
def test_the_certificate_of_the_address_is_verified(ready, tmp_path, kind, words):
    shown = certificate(tmp_path, kind)
    with somebody_else(context=shown.context()) as port:
        with_settings(base_url=f"https://localhost:{port}", tls_ca_file=str(shown.authority))
        found = told(ready)["address"]
    assert (found[0], words in found[1]) == ("bad", True), found


@pytest.mark.parametrize(("line", "state", "words"), [
    ("python -m waitress --listen=127.0.0.1:8000 wsgi:app", "warning", "PROXY_HOPS=1 does nothing: waitress serves"),
    ("python -m waitress scheduler.wsgi:app", "warning", "set 0"),
    ("python -m gunicorn --bind 127.0.0.1:8000 wsgi:app", "good", "PROXY_HOPS=1"),
    ("python -m waitress another:app", "good", "PROXY_HOPS=1"),
])  # fmt: skip
def test_hops_that_waitress_does_not_need_are_told(ready, tmp_path, monkeypatch, line, state, words):
    process = tmp_path / "proc" / "1207"
    process.mkdir(parents=True)
    (process / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in line.split()))
    monkeypatch.setattr(surroundings, "PROCESSES", tmp_path / "proc")
    with_settings(proxy_hops=1)

    found = told(ready)["proxies"]

    assert (found[0], words in found[1]) == (state, True), found


def test_one_mail_that_waits_and_one_hour_are_told_in_the_singular(ready):
    queue.write_run(BACKUP_JOB, MONDAY - dt.timedelta(hours=1), failed=False)
    make_message()
    found = told(ready)
    assert found["backup"] == ("good", "the last one is 1 hour old")
    assert found["outbox"][1].startswith("1 waits, ")


def test_a_wrong_password_for_mail_and_a_server_without_encryption_are_told(ready):
    with_settings(smtp_url=config.settings().smtp_url.replace("hush-hush", "wrong-one"))
    state, words = told(ready)["mail"]
    assert (state, "refuses the name or the password" in words, "wrong-one" in words) == ("bad", True, False)
    with_settings(smtp_url=config.settings().smtp_url.replace("smtp://", "smtp+starttls://"))
    assert "offers no encryption" in told(ready)["mail"][1]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_server_with_a_certificate_of_its_own_is_told_and_given_no_password(ready, tmp_path, scheme):
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    make = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    passwords = []

    def note(_server, _session, _envelope, _mechanism, data):
        passwords.append(data.password)
        return AuthResult(success=True)

    if scheme == "smtps":
        port = tls_listener(trust)
        with_settings(smtp_url=f"smtps://desk:hush-hush@localhost:{port}")
        state, words = told(ready)["mail"]
    else:
        with a_mail_server(authenticator=note, tls_context=trust) as port:
            with_settings(smtp_url=f"{scheme}://desk:hush-hush@localhost:{port}")
            state, words = told(ready)["mail"]

    assert (state, "the certificate of localhost" in words, passwords) == ("bad", True, []), words


def tls_listener(context: ssl.SSLContext) -> int:
    """Somebody who only shakes hands, once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def shake() -> None:
        line, _ = listener.accept()
        try:
            context.wrap_socket(line, server_side=True).close()
        except OSError:
            line.close()
        listener.close()

    threading.Thread(target=shake, daemon=True).start()
    return listener.getsockname()[1]


def test_a_clock_that_has_gone_back_and_files_that_others_may_read_are_told(ready):
    queue.write_run("core.seal_audit", MONDAY + dt.timedelta(hours=1), failed=False)

    assert told(ready)["clock"][0] == "bad"

    file = config.settings().instance / "mail" / "1.eml"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    assert told(ready)["files"][0] == "good"
    file.chmod(0o640)

    assert told(ready)["files"] == ("bad", f"open to other users, chmod go= {file}")


def test_an_old_backup_a_silent_worker_ended_holidays_and_a_full_disk_are_not_fit(ready, the_clock, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=9, total=100))
    the_clock.stands_at(MONDAY + dt.timedelta(days=3))
    with transaction() as session:
        session.execute(update(Holiday).where(Holiday.day > dt.date(2026, 12, 31)).values(removed_at=MONDAY))

    found = told(ready)

    assert {found[what][0] for what in ("worker", "backup", "holidays", "disk")} == {"bad"}
    assert "81 hours old" in found["backup"][1]


def test_a_database_behind_its_version_is_told_and_asked_nothing(ready):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = told(ready)
    assert found["database"][0] == "bad"
    assert "stands at 0001" in found["database"][1]
    assert not {"places", "worker", "backup"} & set(found)


@pytest.mark.parametrize(
    ("says", "state"), [(dt.timedelta(seconds=30), Fitness.GOOD), (dt.timedelta(minutes=2), Fitness.BAD)]
)
def test_the_clock_of_the_database_is_compared(monkeypatch, says, state):
    monkeypatch.setattr(surroundings, "is_synchronised", lambda: True)
    assert surroundings.clock_is_set(None, MONDAY + says, MONDAY).state is state


def as_a_program(*words: str, **given: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with nothing of these tests' environment."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = another_day.kept() | clean | {"RASPORED_ENV": ""} | given
    command = [sys.executable, "-m", "scheduler.command", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_an_empty_installation_says_what_comes_next(tmp_path):
    """As a program: nothing was migrated, and the database file is made by the question."""
    ended = as_a_program("doctor", INSTANCE=str(tmp_path / "instance"))

    assert (ended.returncode, ended.stderr) == (1, "")
    assert "is empty, wanted" in ended.stdout
    assert "run `raspored db upgrade`" in ended.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("url", "words"), [
    ("", "The database is empty, wanted 0001"),
    ("sqlite:////nowhere/at/all.sqlite", "The database does not answer. Start it, or mend DATABASE_URL, then try"),
])  # fmt: skip
def test_a_command_without_its_database_says_in_a_line_what_to_do(tmp_path, url, words):
    ended = as_a_program("invariants", "check", INSTANCE=str(tmp_path / "instance"), DATABASE_URL=url)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def a_file(folder: Path) -> Path:
    folder.write_text("")
    return folder


def beyond_a_file(folder: Path) -> Path:
    return a_file(folder) / "instance"


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "place"), [("production", a_file), ("demo", beyond_a_file)])
def test_an_instance_that_cannot_be_written_is_told_in_one_line(tmp_path, mode, place):
    given = {"INSTANCE": str(place(tmp_path / "here")), "MODE": mode}

    ended = as_a_program("doctor", **given)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"Raspored cannot start: INSTANCE {given['INSTANCE']} cannot be written by this user: chown it, or name another"
        " folder\n"
    )


def test_a_folder_of_another_user_is_not_looked_into(ready, monkeypatch):
    """Root may write everywhere, so the answer of the system is given by hand."""
    closed = config.settings().instance
    monkeypatch.setattr(config.os, "access", lambda path, asked: path != closed or asked == os.F_OK)
    (problem,) = config.problems_with(config.settings())
    assert problem.startswith(f"INSTANCE {closed} cannot be written")


def login_told(app: Flask, issuer_url: str, authority: Path | str = "") -> Diagnosis:
    login = OwnLogin(issuer_url, CLIENT_ID, CLIENT_SECRET, "Налог центра")
    return surroundings.own_login(replace(config.settings(), own_login=login, tls_ca_file=str(authority)))


def test_without_one_nothing_is_wrong(app):
    found = surroundings.own_login(config.settings())
    assert (found.state, found.told) == (Fitness.GOOD, "none, people sign in with a password: OIDC_ISSUER is not set")


@pytest.mark.parametrize(("document", "state", "words"), [
    ({}, "good", "its metadata is valid; it leads back to http://localhost/sign-in/login/answer"),
    ({"issuer": "https://elsewhere.example"}, "bad", "it calls itself by another name than OIDC_ISSUER"),
    ({"subject_types_supported": None}, "bad", 'its metadata is not valid: "subject_types_supported"'),
    (
        {"token_endpoint": "https://elsewhere.example/x"}, "bad",
        "its token_endpoint is not on the host of OIDC_ISSUER",
    ),
    ({"code_challenge_methods_supported": ["plain"]}, "bad", "it knows no PKCE by S256"),
    ({"code_challenge_methods_supported": None}, "good", "its metadata is valid"),
])  # fmt: skip
def test_it_is_asked_how_it_describes_itself(app, tmp_path, document, state, words):
    shown = certificate(tmp_path, "right")
    with an_issuer(shown) as issuer:
        issuer.document = document
        found = login_told(app, issuer.url, shown.authority)

    assert (found.state.value, words in found.told) == (state, True), found
    assert found.told.startswith(f"localhost:{issuer.port}")
    assert CLIENT_SECRET not in found.told


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-name"])
def test_a_certificate_that_does_not_hold_is_told_and_nothing_asked(app, tmp_path, kind):
    shown = certificate(tmp_path, kind)
    with an_issuer(shown) as issuer:
        found = login_told(app, issuer.url, shown.authority)
    assert (found.state, "its certificate does not hold" in found.told, issuer.asked) == (Fitness.BAD, True, [])


def test_one_that_is_not_there_describes_nothing_or_has_no_usable_key_is_told(app, tmp_path, monkeypatch):
    shown = certificate(tmp_path, "right")
    with an_issuer(shown) as issuer:
        nothing = login_told(app, f"{issuer.url}/realm", shown.authority)
    gone = login_told(app, issuer.url, shown.authority)

    assert f"nothing describes it at {issuer.url}/realm/.well-known/openid-configuration" in nothing.told
    assert (gone.state, "it does not answer: Connection refused" in gone.told) == (Fitness.BAD, True)

    shown = certificate(tmp_path, "right")
    monkeypatch.setattr("tests.own_issuer.Issuer.keys", lambda _issuer: {"keys": [{"kty": "oct", "k": "AA"}]})
    with an_issuer(shown) as issuer:
        found = login_told(app, issuer.url, shown.authority)

    assert (found.state, "no RSA or EC key" in found.told) == (Fitness.BAD, True)

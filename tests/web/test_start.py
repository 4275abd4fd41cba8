"""What a server does before its first answer: it refuses a dangerous environment in one line (TRUST S31, S38)."""

import random
import stat
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.helpers import get_debug_flag

from scheduler import config
from scheduler.config import Settings, problems_with, read_settings
from scheduler.key_strength import weakness_of
from scheduler.own_login import OwnLogin
from tests.conftest import settings_for
from tests.web.servers import started

GOOD = {
    "mode": "production",
    "secret_key": "Jx7-vQe0dKc9_TzRb3uWn5LsGf1hYpXo",
    "base_url": "https://a.example",
    "trusted_hosts": ("a.example",),
}
COMMANDS = (["flask", "--app", "wsgi", "db", "upgrade"], ["waitress", "--listen=127.0.0.1:8239", "wsgi:app"])


def wanted(folder: Path, **given: object) -> Settings:
    return Settings(**(settings_for(folder).__dict__ | GOOD | given))


def test_a_good_production_has_no_problem(tmp_path):
    assert problems_with(wanted(tmp_path)) == []


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "a" * 60}, "SECRET_KEY"),
        ({"secret_key": "k9Xq2mVw7L" * 4}, "SECRET_KEY repeats a pattern"),
        ({"secret_key": "k9Xq2mVw7LbT4-k9Xq2mVw7LbT4+K9XQ2MVW7LBT4"}, "SECRET_KEY repeats a pattern"),
        ({"secret_key": "0123456789abcdefghijklmnopqrstuvwxyz"}, "SECRET_KEY is a sequence"),
        ({"secret_key": "zyxwvutsrqponmlkjihgfedcba9876543210"}, "SECRET_KEY is a sequence"),
        ({"secret_key": "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8"}, "SECRET_KEY is a sequence"),
        ({"secret_key": "QWERTYUIOPASDFGHJKLZXCVBNM1234567890"}, "SECRET_KEY is a sequence"),
        ({"secret_key": "please-change-me-before-you-go-online"}, "SECRET_KEY is an example"),
        ({"secret_key": "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"}, "is an example"),
        ({"debugs": True}, "FLASK_DEBUG"),
        ({"trusted_hosts": ("a.example", ".b.example")}, "TRUSTED_HOSTS has a leading dot"),
        ({"base_url": "http://a.example"}, "BASE_URL"),
        ({"trusted_hosts": ("*",)}, "TRUSTED_HOSTS"),
        ({"trusted_hosts": ("*.example",)}, "TRUSTED_HOSTS"),
        ({"trusted_hosts": ("a.example", ".")}, "TRUSTED_HOSTS"),
        ({"trusted_hosts": ()}, "TRUSTED_HOSTS"),
        ({"mode": "debug"}, "MODE"),
        ({"base_url": "a.example", "mode": "demo"}, "BASE_URL"),
        ({"centre_timezone": "Europe/Beograd"}, "CENTRE_TIMEZONE"),
        ({"centre_timezone": ""}, "CENTRE_TIMEZONE"),
        ({"smtp_url": "smtp+tls://user:password@mail.example:587"}, "SMTP_URL"),
        ({"smtp_url": "mail.example"}, "SMTP_URL"),
        ({"smtp_url": "smtps://mail.example:many"}, "SMTP_URL"),
        ({"sms_url": "http://sms.example/send"}, "SMS_URL"),
        ({"sms_url": "sms.example"}, "SMS_URL"),
        ({"redis_url": "localhost:6379"}, "REDIS_URL"),
        ({"mail_from": "raspored"}, "MAIL_FROM"),
        ({"smtp_url": "smtp://user:password@mail.example:25"}, "SMTP_URL would send its password unencrypted"),
        ({"redis_url": "rediss://redis.example:6380/0?ssl_cert_reqs=none"}, "REDIS_URL must not say"),
        ({"tls_ca_file": "/nowhere/authority.pem"}, "TLS_CA_FILE"),
        ({"tls_ca_file": __file__}, "TLS_CA_FILE"),
        ({"security_contact": ("mailto:safe",)}, "SECURITY_CONTACT"),
        ({"countries": ("Hrvatska",)}, "COUNTRIES"),
        ({"security_contact": ("http://a.example/safe",)}, "SECURITY_CONTACT"),
        ({"security_contact": ("mailto:safe@a.example\nExpires: never",)}, "SECURITY_CONTACT"),
    ],
)
def test_production_refuses_a_dangerous_setting(tmp_path, given, word):
    problems = problems_with(wanted(tmp_path, **given))

    assert len(problems) == 1
    assert word in problems[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"issuer": ""}, "OIDC_ISSUER is missing"),
        ({"client_id": ""}, "OIDC_CLIENT_ID is missing"),
        ({"client_secret": "", "name": " "}, "OIDC_CLIENT_SECRET, OIDC_NAME is missing"),
        ({"issuer": "http://login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"issuer": "login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"issuer": "https://login.example:many"}, "OIDC_ISSUER must begin with https://"),
        ({"issuer": "https://user:word@login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"issuer": "https://login.example/?centre=1"}, "OIDC_ISSUER must begin with https://"),
        ({"client_secret": "лозинка"}, "OIDC_CLIENT_SECRET has letters"),
        ({"second_factor": "off"}, "OIDC_SECOND_FACTOR is neither own nor issuer"),
        ({"name": "Налог" * 9}, "OIDC_NAME is no name for a button"),
        ({"name": "Налог\nцентра"}, "OIDC_NAME is no name for a button"),
    ],
)
def test_a_login_of_the_centres_own_is_told_whole_or_refused_in_one_line(tmp_path, given, words):
    whole = {"issuer": "https://login.example", "client_id": "raspored", "client_secret": "of one", "name": "Налог"}
    assert problems_with(wanted(tmp_path, own_login=OwnLogin(**whole))) == []

    (problem,) = problems_with(wanted(tmp_path, own_login=OwnLogin(**whole | given)))

    assert words in problem
    assert "of one" not in problem


def test_only_a_second_factor_of_no_login_is_incomplete(tmp_path):
    (problem,) = problems_with(wanted(tmp_path, own_login=OwnLogin(second_factor="issuer")))

    assert "OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME is missing" in problem


def test_a_login_without_its_package_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("scheduler.own_login.find_spec", lambda _name: None)
    login = OwnLogin("https://login.example", "raspored", "of one", "Налог")

    assert problems_with(wanted(tmp_path)) == []
    assert problems_with(wanted(tmp_path, own_login=login)) == [
        "OIDC_ISSUER needs the package Authlib: install requirements/oidc.txt"
    ]


def test_the_environment_names_the_login(tmp_path, monkeypatch):
    said = {"ISSUER": "https://a.example", "CLIENT_ID": "me", "CLIENT_SECRET": "hush", "NAME": "Налог"}
    for name, value in (said | {"SECOND_FACTOR": "issuer"}).items():
        monkeypatch.setenv(f"OIDC_{name}", value)

    read = read_settings(instance=tmp_path).own_login

    assert read == OwnLogin(*said.values(), second_factor="issuer")
    assert "hush" not in repr(read)


@pytest.mark.parametrize(
    "given",
    [
        {"smtp_url": "smtp+starttls://user:p%40ss@mail.example:587", "redis_url": "redis://localhost:6379/0"},
        {"sms_url": "https://desk:p%40ss@sms.example/send?from=Raspored"},
        {"smtp_url": "smtps://mail.example", "redis_url": "unix:///run/redis.sock"},
        {"smtp_url": "smtp://127.0.0.1:25", "centre_timezone": "America/Toronto"},
        {"security_contact": ("mailto:safe@a.example", "https://a.example/safe")},
    ],
)
def test_production_takes_every_kind_of_service(tmp_path, given):
    assert problems_with(wanted(tmp_path, **given)) == []


def test_a_key_of_random_letters_is_taken(tmp_path):
    made = random.Random(26)  # seeded: the same keys on any day
    letters = string.ascii_letters + string.digits + "-_"
    keys = ["".join(made.choices(of, k=size)) for of in (letters, "0123456789abcdef") for size in (43, 64) * 100]

    assert [key for key in keys if weakness_of(key)] == []


@pytest.mark.parametrize(("typed", "debugs"), [("1", True), ("yes", True), ("0", False), ("false", False), ("", False)])
def test_debugging_is_read_as_flask_reads_it(tmp_path, monkeypatch, typed, debugs):
    monkeypatch.setenv("FLASK_DEBUG", typed)

    assert (read_settings(instance=tmp_path).debugs, get_debug_flag()) == (debugs, debugs)


def test_a_start_that_is_killed_leaves_no_empty_key(tmp_path, monkeypatch):
    monkeypatch.setattr(config.secrets, "token_urlsafe", lambda size: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        read_settings(instance=tmp_path)
    monkeypatch.undo()

    assert len(read_settings(instance=tmp_path).secret_key) > 60


def test_those_that_start_at_once_share_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = {made.secret_key for made in pool.map(lambda _: read_settings(instance=tmp_path), range(40))}

    assert keys == {(tmp_path / "secret_key").read_text()}
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_production_refuses_a_database_that_others_may_read(tmp_path):
    settings = wanted(tmp_path)
    file = tmp_path / "raspored.sqlite3"
    file.touch(mode=0o644)
    file.chmod(0o644)

    assert problems_with(settings) == [f"{file} may be read by others: chmod go= {file}"]
    file.chmod(0o600)
    assert problems_with(settings) == []


REPEATED = "k9Xq2mVw7L" * 4
DANGEROUS = {"SECRET_KEY": REPEATED, "FLASK_DEBUG": "1", "TRUSTED_HOSTS": ".a.example"}
WHY_DANGEROUS = ("SECRET_KEY repeats a pattern: make one by", "set FLASK_DEBUG=0", "write each host whole")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=["flask", "waitress"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [(DANGEROUS, WHY_DANGEROUS), ({"PORT": "many"}, ("Raspored cannot start: ", "PORT"))],
    ids=["dangerous", "no number"],
)
def test_a_refused_production_says_why_and_what_to_do_in_one_line(tmp_path, command, settings, words):
    ended = started(command, tmp_path, MODE="production", BASE_URL="https://a.example", **settings)

    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    assert ended.stderr.startswith("Raspored cannot start: ")
    assert [word for word in words if word not in ended.stderr] == []
    assert REPEATED not in ended.stderr


@pytest.mark.slow
def test_what_a_bare_migration_makes_is_for_nobody_else(tmp_path):
    instance = tmp_path / "instance"

    ended = started(COMMANDS[0], instance)

    assert ended.returncode == 0, ended.stderr
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in instance.iterdir()}
    assert "raspored.sqlite3" in modes
    assert set(modes.values()) == {0o600}


@pytest.mark.slow
def test_an_outline_that_cannot_be_drawn_stops_the_start_in_one_line(tmp_path):
    done = started(COMMANDS[1], tmp_path / "instance", MAP_OUTLINE=str(tmp_path / "none.geojson"))

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("none.geojson is none: No such file or directory")


def test_a_mail_address_for_weaknesses_gets_its_scheme(tmp_path, monkeypatch):
    monkeypatch.setenv("SECURITY_CONTACT", "safe@a.example, https://a.example/safe")

    assert read_settings(instance=tmp_path).security_contact == ("mailto:safe@a.example", "https://a.example/safe")

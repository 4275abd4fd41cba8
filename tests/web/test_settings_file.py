"""One place for settings: pages, jobs and commands read the same environment and the same file (decision 6)."""

import os
from pathlib import Path

import pytest

from scheduler import settings_file as files_of_settings
from scheduler.config import ROOT, read_settings
from scheduler.settings_file import BadSettings, load_file, misspelled, settings_file
from tests.web.servers import a_server, answer_of, free_port, started

GOOD = "MODE=production\nSECRET_KEY=Jx7-vQe0dKc9_TzRb3uWn5LsGf1hYpXo\nBASE_URL=https://a.example\n"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment of its own, which what is read may fill."""
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    monkeypatch.setattr(files_of_settings, "USUAL_FILES", ())
    return monkeypatch


def a_file(folder: Path, text: str) -> Path:
    file = folder / "raspored.env"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o640)
    return file


def test_the_environment_is_asked_first_and_then_the_file(tmp_path, bare):
    bare.setitem(os.environ, "RASPORED_ENV", str(a_file(tmp_path, "HELPLINE_NUMBER=1\nMAIL_FROM=a@b.example\n")))
    bare.setitem(os.environ, "HELPLINE_NUMBER", "2")

    read = read_settings(instance=tmp_path)

    assert (read.helpline_number, read.mail_from, read.file) == ("2", "a@b.example", tmp_path / "raspored.env")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("MAIL_FROM=a@b.example", "a@b.example"),
        ("MAIL_FROM='a@b.example'  # who writes", "a@b.example"),
        ('export MAIL_FROM="a@b.example"', "a@b.example"),
        ("# MAIL_FROM=x@y.example\nMAIL_FROM=$HOME@b.example", "$HOME@b.example"),
    ],
)
def test_a_line_of_the_file_is_taken_as_it_stands(tmp_path, bare, line, value):
    bare.setitem(os.environ, "RASPORED_ENV", str(a_file(tmp_path, line)))

    assert read_settings(instance=tmp_path).mail_from == value


def test_the_nearer_of_the_usual_files_is_read(tmp_path, bare):
    near, far = tmp_path / ".env", tmp_path / "far.env"
    bare.setattr(files_of_settings, "USUAL_FILES", (near, far))
    assert settings_file() is None
    far.write_text("")
    assert settings_file() == far
    near.write_text("")
    assert settings_file() == near
    bare.setitem(os.environ, "RASPORED_ENV", "")
    assert settings_file() is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SMTP_ULR=smtp://localhost:25\n", "SMTP_ULR is no setting: SMTP_URL?"),
        ("MODE=demo\nthis is no line\n", "line 2: wanted NAME=value"),
        ("MODE\n", "line 1: wanted NAME=value"),
        ("MODE=demo\nMODE='half\n", "line 2: wanted NAME=value"),
        ("PORT=many\n", "PORT"),
        ("DATABASE_URL=postgres://localhost/raspored\n", "DATABASE_URL must begin with"),
        ("DATABASE_URL=sqlite:///raspored.sqlite3\n", "DATABASE_URL names a file from nowhere"),
        ("BASE_URL=https://ana:secret@b.example\n", "BASE_URL must begin with"),
        ("METRICS_TOKEN=short\n", "METRICS_TOKEN has fewer than 24 characters"),
        (GOOD + "TRUSTED_HOSTS=b.example\n", "TRUSTED_HOSTS lacks the host of BASE_URL"),
    ],
)
def test_a_wrong_line_stops_the_start_and_is_named(tmp_path, bare, text, told):
    bare.setitem(os.environ, "RASPORED_ENV", str(a_file(tmp_path, text)))

    with pytest.raises(BadSettings) as refused:
        read_settings(instance=tmp_path)

    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_stops_the_start(tmp_path, bare):
    bare.setitem(os.environ, "RASPORED_ENV", str(tmp_path / "none"))
    with pytest.raises(BadSettings, match="there is no such file"):
        load_file()
    (tmp_path / "none").write_bytes(b"MODE=\xff\n")
    with pytest.raises(BadSettings, match="is no settings file in UTF-8"):
        load_file()


def test_a_file_that_everybody_reads_stops_a_production(tmp_path, bare):
    file = a_file(tmp_path, GOOD)
    bare.setitem(os.environ, "RASPORED_ENV", str(file))
    assert read_settings(instance=tmp_path).trusted_hosts[0] == "a.example"
    file.chmod(0o644)

    with pytest.raises(BadSettings, match=f"{file} may be read by others"):
        read_settings(instance=tmp_path)


def test_what_looks_like_no_setting_of_ours_is_somebody_elses():
    assert misspelled(["TZ", "POSTGRES_PASSWORD", "http_proxy", "MODE"], ["MODE", "PORT", "SMTP_URL"]) == []


@pytest.mark.deep
@pytest.mark.parametrize(
    "command",
    [
        ["scheduler.command", "db", "upgrade"],
        ["flask", "--app", "wsgi", "db", "upgrade"],
        ["waitress", "--listen=127.0.0.1:1", "wsgi:app"],
        ["gunicorn", "--bind=127.0.0.1:1", "--no-control-socket", "wsgi:app"],
        ["tools.serve"],
    ],
    ids=lambda command: command[0],
)
def test_every_door_reads_the_same_file(tmp_path, command):
    file = a_file(tmp_path, "MODE=nonsense\n")

    ended = started(command, tmp_path / "instance", RASPORED_ENV=str(file))

    assert ended.returncode != 0
    assert "MODE is 'nonsense': it is demo or production" in ended.stderr


@pytest.mark.deep
def test_flask_does_not_read_a_second_file_that_no_server_reads(tmp_path):
    """A `.env` in the folder where somebody stands reaches `flask` before the product can look."""
    (tmp_path / ".env").write_text("HELPLINE_NUMBER=112\n")
    (tmp_path / "wsgi.py").write_text((ROOT / "wsgi.py").read_text())

    theirs, ours = (
        started([*command, "db", "heads"], tmp_path / "instance", folder=tmp_path, PYTHONPATH=str(ROOT))
        for command in (["flask", "--app", "wsgi"], ["scheduler.command"])
    )

    assert (theirs.returncode, theirs.stderr.count("\n")) == (2, 1)
    assert f"flask alone reads {tmp_path / '.env'}, not the server" in theirs.stderr
    assert ours.returncode == 0, ours.stderr


@pytest.mark.deep
def test_the_web_and_the_command_use_one_database(tmp_path):
    """What `raspored setup` makes, waitress shows: both know of the database by the file alone."""
    port, instance = free_port(), tmp_path / "instance"
    file = a_file(tmp_path, f"DATABASE_URL=sqlite:///{tmp_path}/own.sqlite3\nBASE_URL=http://127.0.0.1:{port}\n")
    for step in (["db", "upgrade"], ["setup", "--centre", "Centar", "--email", "sef@centre.example"]):
        command = ["scheduler.command", *step]
        done = started(command, instance, folder=Path("/"), RASPORED_ENV=str(file), PYTHONPATH=str(ROOT))
        assert done.returncode == 0, done.stderr
    path = done.stdout.strip().removeprefix(f"http://127.0.0.1:{port}")

    with a_server(["waitress", f"--listen=127.0.0.1:{port}", "wsgi:app"], instance, RASPORED_ENV=str(file)):
        answer = answer_of(port, path)

    assert " 200 " in answer.splitlines()[0]
    assert not (instance / "raspored.sqlite3").exists()

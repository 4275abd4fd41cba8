"""What an operator copies from deploy/ is taken by the programs that read it, and closes what it can.

The Dockerfile keeps to what tools/walk_dockerfile.py can walk, and the image gets nothing that it must not have.
The walk of an operator and her first school, without nginx and browser; and the parts that it stands on.
"""

import base64
import datetime as dt
import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.web.servers import answer_of, environment
from tools.certificates import Authority
from tools.dockerfile import Unreadable, context_files, instructions, stages
from tools.rehearse import blocks as walk_of_blocks
from tools.rehearse.blocks import PAGES, blocks_of
from tools.rehearse.installation import Failed, Installation
from tools.rehearse.office import AFTER_THE_NEW_KEY, BEFORE_THE_NEW_KEY
from tools.rehearse.pages import Lost, Page
from tools.rehearse.run import REGISTER, Log, Product, back_up_and_restore, look_back, play, servers
from tools.rehearse.second_step import code_at
from tools.rehearse.story import BEGIN, STEPS, World
from tools.rehearse.visitor import PlainVisitor
from tools.services import free_port
from tools.site import Site

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
MOST_EXPOSED = 30  # tenths, as --threshold counts: below 3


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, nginx: str, openssl: str) -> Site:
    folder = tmp_path_factory.mktemp("site")
    pair = Authority(folder / "authority").signs("raspored.example.org")
    return Site(folder / "nginx", pair.certificate, pair.key)


def test_nginx_reads_its_file(site: Site):
    assert site.problem() == ""
    broken = Site(site.folder.with_name("broken"), Path("/nowhere.pem"), site.key)
    assert "/nowhere.pem" in broken.problem()


def test_nginx_tells_no_address_and_shows_no_figures():
    text = (ROOT / "deploy/nginx.conf").read_text()
    assert set(re.findall(r"access_log (\S+);", text)) == {"off"}
    assert len(re.findall(r"access_log off;", text)) == len(re.findall(r"^server \{", text, re.MULTILINE))
    assert set(re.findall(r"error_log \S+ (\S+);", text)) == {"crit"}
    assert "location ^~ /metrics {" in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_closes_what_it_does_not_need(unit: Path, systemd_analyze: str):
    line = [systemd_analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED - 1}", "--no-pager", str(unit)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_an_open_unit_is_found(tmp_path: Path, systemd_analyze: str):
    unit = tmp_path / "open.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    line = [systemd_analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED - 1}", "--no-pager", str(unit)]
    assert subprocess.run(line, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_write_its_instance_only(unit: Path):
    """And the nightly backup its folder of backups."""
    more = " /var/backups/raspored" if unit.stem == "raspored-backup" else ""
    written = re.findall(r"^ReadWritePaths=(.*)$", unit.read_text(), re.MULTILINE)
    assert written == [f"/opt/raspored/instance{more}"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_of_a_page_of_installing_are_whole_and_start_units_that_are_there(page: Path):
    """`python -m tools.rehearse.blocks` walks them; that takes minutes."""
    blocks = blocks_of(page)
    broken = [one for one in blocks if subprocess.run(["bash", "-n"], input=one, text=True, check=False).returncode]
    copied = set(re.findall(r"raspored-\w+\.(?:service|timer)", "".join(blocks)))
    started = set(re.findall(r"raspored-\w+", re.search(r"enable --now (.*)", "".join(blocks))[1]))

    assert (len(blocks) > 7, broken) == (True, [])
    assert copied <= {path.name for path in (ROOT / "deploy").iterdir()}
    assert started <= {Path(name).stem for name in copied}


BLOCKS = """
```sh
set -e
export SITE=raspored.example RELEASE=v0 WORD=first
```
```sh
WORD=changed
```
```sh
test "$WORD" = changed
cat /nowhere/at/all
echo too late
```
"""


@pytest.mark.deep
def test_a_block_that_fails_is_named_with_what_it_said_and_ends_the_walk(tmp_path: Path, monkeypatch, capsys):
    page = tmp_path / "install-here.md"
    page.write_text(BLOCKS)
    monkeypatch.setattr(walk_of_blocks, "PAGES", (page,))
    monkeypatch.setattr("sys.argv", ["blocks"])

    assert walk_of_blocks.main() == 1

    told, wrong = capsys.readouterr()
    assert "good   install-here.md, block 2" in told
    assert "install-here.md, block 3 ended with 1" in wrong
    assert ("/nowhere/at/all" in wrong, "too late" in wrong, "block 3" in told) == (True, False, False)


GUNICORNS_OWN = re.compile(r"\[[^]]+\] \[\d+\] \[[A-Z]+\] ")


def said_in_docs(beginning: str) -> set[str]:
    """The fields that a sentence of the operator's page names."""
    text = (ROOT / "docs/operate.md").read_text(encoding="utf-8").split("\n## The log\n")[1].split("\n## ")[0]
    return set(re.findall(r"`(\w+)`", re.search(rf"{beginning}[^.]+\.", text)[0]))


def lines_in_the_journal(unit: str, folder: Path) -> list[str]:
    """What its own command writes into the socket that systemd gives it, from its start to its end."""
    text, port = (ROOT / f"deploy/{unit}.service").read_text(), free_port()
    line = shlex.split(re.search(r"^ExecStart=\S+/bin/python (.*)$", text, re.MULTILINE)[1])
    line = [one.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for one in line]
    home = Installation(folder, Path(sys.executable), "wsgi", {"BASE_URL": "https://localhost"}, ROOT)
    home.write(BEGIN)
    env = environment(home.instance, RASPORED_ENV=str(home.file))
    subprocess.run([sys.executable, "-m", "scheduler.command", "db", "upgrade"], cwd=ROOT, env=env, check=True)
    journal, theirs = socket.socketpair()
    with (
        journal,
        subprocess.Popen(
            [sys.executable, *line], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        ) as process,
    ):
        theirs.close()
        for path in ("/healthz", "/nowhere", "/feeds/a-secret.ics"):
            answer_of(port, path)
        process.send_signal(signal.SIGINT if "KillSignal=SIGINT" in text else signal.SIGTERM)
        said = b"".join(iter(lambda: journal.recv(65536), b""))
    return said.decode().splitlines()


@pytest.mark.deep
@pytest.mark.parametrize("unit", ["raspored-web", "raspored-gunicorn"])
def test_each_line_in_the_journal_is_one_object_with_the_fields_that_operators_read_of(unit: str, tmp_path: Path):
    """The worker's, which has little to say, are read by the rehearsal."""
    lines = lines_in_the_journal(unit, tmp_path)

    plain = [line for line in lines if not line.startswith("{")]
    told = [json.loads(line) for line in lines if line.startswith("{")]
    answers = [one for one in told if one["event"] == "request answered"]
    assert {one["route"] for one in answers} >= {"/healthz", "/feeds/[cut]"}
    assert [one for one in told if not said_in_docs("Each line has") <= one.keys()] == []
    assert [one for one in answers if not said_in_docs("An answer") <= one.keys()] == []
    assert [line for line in plain if unit != "raspored-gunicorn" or not GUNICORNS_OWN.match(line)] == []
    assert "a-secret" not in "".join(lines)


def test_gunicorn_trusts_the_one_proxy_before_it():
    assert "\nEnvironment=PROXY_HOPS=1\n" in (ROOT / "deploy/raspored-gunicorn.service").read_text()


TEXT = (ROOT / "deploy/Dockerfile").read_text()
IN_USE = """
    wsgi.py instance/secret_key deploy/secrets/raspored.env tools/serve.py tools/wheel_metadata.py scheduler/app.py
    scheduler/__pycache__/app.pyc .git/config requirements/dev.txt
"""
COMPOSE = (ROOT / "deploy/compose.yaml").read_text()


def test_each_line_can_be_walked():
    build, image = stages(TEXT)

    assert (build.base, build.name, image.name) == ("debian:trixie-slim", "build", "")
    assert [step.word for step in image.steps].count("RUN") == 1

    (_from, found) = instructions("FROM x\n# why\nRUN one \\\n    && two\n")

    assert found.text == "one && two"
    with pytest.raises(Unreadable, match="ADD"):
        instructions("FROM x\nADD y z")


def test_what_runs_is_not_root_is_looked_after_and_can_copy_the_database():
    image = stages(TEXT)[1].steps
    said = {step.word: step.text for step in image}

    assert said["USER"] == "10001:10001"
    assert "/healthz" in said["HEALTHCHECK"]
    assert next(step for step in image if step.word == "CMD").parts()[-1] == "scheduler.wsgi:app"

    # Of no older version than the database is: pg_dump then refuses.
    (made,) = (step.text for step in stages(TEXT)[1].steps if step.word == "RUN")
    server = re.search(r"image: postgres:(\d+)", COMPOSE)
    assert server

    assert f" postgresql-client-{server[1]} " in made

    installs = [step.text for stage in stages(TEXT) for step in stage.steps if "pip install" in step.text]
    commands = [part for text in installs for part in text.split("&&") if "pip install" in part]

    assert len(commands) == 3
    assert [one for one in commands if "--require-hashes" not in one and "--no-index --no-deps" not in one] == []


def test_containers_make_the_backup_of_the_night_as_a_machine_does():
    """The same command at the same hour, into a folder that belongs to who runs there."""
    unit, timer = ((ROOT / f"deploy/raspored-backup.{kind}").read_text() for kind in ("service", "timer"))
    line = re.search(r"^ExecStart=\S*/raspored (.+)$", unit, re.MULTILINE)
    hour = re.search(r"^OnCalendar=\*-\*-\* (.+)$", timer, re.MULTILINE)
    assert line
    assert hour
    service = COMPOSE.split("\n  backup:")[1].split("\n\n")[0]
    words = ["raspored", *line[1].split(), "--at", f'"{hour[1]}"']
    folder = words[3]

    assert f"command: [{', '.join(words)}]" in service
    assert f"backups:{folder}]" in service
    assert f"--owner=10001 --group=10001 /var/lib/raspored {folder}" in TEXT
    assert "user:" not in service  # that of the image


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout in use, with what must not leave it."""
    for name in IN_USE.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    return tmp_path


def test_all_of_the_wheel_and_no_key_gets_into_the_image(house: Path):
    sent = {str(path.relative_to(house)) for path in context_files(house)}

    assert sent == {"wsgi.py", "tools/wheel_metadata.py", "scheduler/app.py", "requirements/dev.txt"}

    sent = {str(path.relative_to(ROOT)) for path in context_files(ROOT)}

    assert {"pyproject.toml", "requirements/run.in", "requirements.txt", "vendored.toml", "migrations/env.py"} <= sent
    assert {"requirements/scale.in", "requirements/oidc.in", "requirements/pades.in"} <= sent
    assert any(name.startswith("static/fonts/") for name in sent)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = wheel["force-include"]
    assert "docs/handbook" in carried
    assert [one for one in carried if not any(f"{name}/".startswith(f"{one}/") for name in sent)] == []


def test_every_service_is_closed():
    services = re.split(r"^  (?=\w+:)", COMPOSE.split("services:\n")[1].split("\nnetworks:")[0], flags=re.MULTILINE)[1:]
    ours = COMPOSE.split("x-product:")[1].split("services:")[0]

    assert len(services) == 7
    for service in services:
        text = service + (ours if "<<: *product" in service else "")
        assert "read_only: true" in text
        assert "no-new-privileges:true" in text
    assert re.findall(r"(?<!_)(?:PASSWORD|KEY): ", COMPOSE) == []


PAGE = """
<title>Nobody reads this</title><p>Two&nbsp;words</p>
<a href="/far"><b>Go</b> there</a>
<form action="/search"><input name="q"></form>
<form method="post" action="/send">
  <input type="hidden" name="token" value="t1"><input name="who" value="Ana">
  <select name="town"><option value="">Choose<option value="1" selected>Niš<option value="2">Pirot</select>
  <select name="day"><option value="mon">Monday<option value="tue">Tuesday</select>
  <textarea name="text">
one line</textarea>
  <input type="checkbox" name="yes" value="y"><input type="checkbox" name="also" value="y" checked>
  <input name="off" value="x" disabled>
  <button name="host" value="7">This one</button><button name="host" value="8">Or this</button>
</form>
"""


@pytest.mark.deep
@pytest.mark.postgres
def test_a_centre_begins_a_school_asks_and_a_backup_comes_up_elsewhere(tmp_path: Path):
    told: list[str] = []
    log = Log(told.append)

    with ExitStack() as stack:
        with log.step("authority, PostgreSQL, Redis, mail server"):
            around = stack.enter_context(servers(tmp_path))
        home = Product().installed_in(tmp_path / "first", around, around.databases[0])
        other = Product().installed_in(tmp_path / "second", around, around.databases[1])
        base, trusted = home.settings["BASE_URL"], around.authority.own.certificate
        world = World(home, around.letters, lambda: PlainVisitor(base, trusted), REGISTER)
        play(log, world, STEPS[:2])
        tls = ("--certfile", str(around.pair.certificate), "--keyfile", str(around.pair.key))
        with home.serving(*tls):
            play(log, world, STEPS[2:])
            back_up_and_restore(log, world, other)
            play(log, world, BEFORE_THE_NEW_KEY)
        with home.serving(*tls):
            play(log, world, AFTER_THE_NEW_KEY)
        look_back(log, home)

    every = {name for name, _act in (*STEPS, *BEFORE_THE_NEW_KEY, *AFTER_THE_NEW_KEY)}
    assert every <= {name for name, _seconds in log.rows}
    assert "each line of the worker" in log.rows[-1][0]
    assert [line for line in told if "  good   " not in line] == []


def test_a_page_is_read_and_its_form_sent_as_a_person_does():
    page = Page("https://localhost/here", PAGE)

    assert page.text.startswith("Two words Go there")
    assert page.links == [("Go there", "https://localhost/far")]
    assert page.choices("town") == ["", "1", "2"]

    form = Page("https://localhost/here", PAGE).forms[1]

    sent = form.filled({"who": "Vesna", "yes": "y"})

    first = [("also", "y"), ("day", "mon"), ("text", "one line"), ("token", "t1"), ("town", "1")]
    assert sorted(sent) == [*first, ("who", "Vesna"), ("yes", "y")]
    assert form.buttons == [("host", "7"), ("host", "8")]

    with pytest.raises(Lost, match="no field age"):
        Page("https://localhost/here", PAGE).forms[1].filled({"age": "9"})


@pytest.mark.parametrize(
    ("action", "field", "button"), [("/gone", "who", ""), ("/send", "age", ""), ("/send", "who", "x")]
)
def test_what_a_person_does_not_find_is_told(action: str, field: str, button: str):
    page = Page("https://localhost/here", PAGE)
    with pytest.raises(Lost, match="no form to"):
        page.place_of_form(action, [field], button)


def test_a_step_that_goes_wrong_is_in_the_log():
    told: list[str] = []
    with pytest.raises(Failed), Log(told.append).step("a step"):
        raise Failed("it did not")
    assert [line.endswith("WRONG  a step") for line in told] == [True]


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_app_shows_the_codes_of_the_standard(second: int, code: str):
    """RFC 6238, appendix B, the last six digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_at(secret, dt.datetime.fromtimestamp(second, dt.UTC)) == code


def test_the_settings_file_is_for_nobody_else(tmp_path: Path):
    made = Installation(tmp_path / "home", Path("python"), "wsgi", {"PROXY_HOPS": "1"}, tmp_path)
    made.write(dt.datetime(2026, 9, 14, tzinfo=dt.UTC))
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert {"MODE=production", "PROXY_HOPS=1"} <= set(made.file.read_text().splitlines())

"""The walk of an operator and her first school, without nginx and browser; and the parts that it stands on."""

import base64
import datetime as dt
from contextlib import ExitStack
from pathlib import Path

import pytest

from tools.rehearse.installation import Failed, Installation
from tools.rehearse.pages import Lost, Page
from tools.rehearse.run import REGISTER, Log, Product, back_up_and_restore, look_back, play, servers
from tools.rehearse.second_step import code_at
from tools.rehearse.story import STEPS, World
from tools.rehearse.visitor import PlainVisitor

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
        look_back(log, home)

    assert {name for name, _act in STEPS} <= {name for name, _seconds in log.rows}
    assert "the logs tell of no trouble" in log.rows[-1][0]
    assert [line for line in told if "  good   " not in line] == []


def test_a_page_is_read_as_a_person_reads_it():
    page = Page("https://localhost/here", PAGE)

    assert page.text.startswith("Two words Go there")
    assert page.links == [("Go there", "https://localhost/far")]
    assert page.choices("town") == ["", "1", "2"]


def test_a_form_sends_what_stood_there_and_what_is_typed():
    form = Page("https://localhost/here", PAGE).forms[1]

    sent = form.filled({"who": "Vesna", "yes": "y"})

    first = [("also", "y"), ("day", "mon"), ("text", "one line"), ("token", "t1"), ("town", "1")]
    assert sorted(sent) == [*first, ("who", "Vesna"), ("yes", "y")]
    assert form.buttons == [("host", "7"), ("host", "8")]


@pytest.mark.parametrize(
    ("action", "field", "button"), [("/gone", "who", ""), ("/send", "age", ""), ("/send", "who", "x")]
)
def test_what_a_person_does_not_find_is_told(action: str, field: str, button: str):
    page = Page("https://localhost/here", PAGE)

    with pytest.raises(Lost, match="no form to"):
        page.place_of_form(action, [field], button)


def test_a_field_that_the_form_has_not_is_told():
    with pytest.raises(Lost, match="no field age"):
        Page("https://localhost/here", PAGE).forms[1].filled({"age": "9"})


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

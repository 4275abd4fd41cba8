"""What the database itself refuses has its reason's words on the page, and its name in the command and in the log."""

import pytest
from flask import Flask

from scheduler.acts import change
from scheduler.cli.refusals import CommandGroup
from scheduler.core.errors import Conflict
from scheduler.policy import SYSTEM
from scheduler.web import guards
from tests.factories import MONDAY
from tests.factories.people import make_presenter
from tests.factories.visits import make_assignment
from tests.visits.defences import a_presentation

NAME = "presenter_is_vetted"
WORDS = "No valid vetting covers that day."
pytestmark = pytest.mark.postgres_decides


@pytest.fixture(autouse=True)
def log(caplog):
    """As a server and a worker write it; a command's own line names the reason already."""
    caplog.set_level("INFO")


@pytest.fixture
def refused(app: Flask):
    """A statement that slips past every rule: somebody whom nobody has checked goes to a school."""
    presentation, unvetted = a_presentation(), make_presenter()
    return lambda: make_assignment(presentation, unvetted.id)


def names_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.constraint for record in caplog.records if record.message == "refused by the database"]


def test_a_page_says_the_reason_in_words(app: Flask, refused, monkeypatch, caplog):
    monkeypatch.setitem(app.view_functions, "public.front", guards.public(lambda: refused()))

    page = app.test_client().get("/", headers={"Accept-Language": "en"})

    assert (page.status_code, WORDS in page.text, NAME in page.text) == (409, True, False)
    assert names_in(caplog) == [NAME]


def test_an_act_raises_the_reason_and_the_log_names_it(refused, caplog):
    with pytest.raises(Conflict, match=NAME), change(SYSTEM, MONDAY):
        refused()

    assert names_in(caplog) == [NAME]


@pytest.mark.parametrize("in_an_act", [False, True])
def test_a_command_ends_in_one_line_that_names_it(app: Flask, refused, caplog, in_an_act):
    group = CommandGroup("toy")

    @group.command("go")
    def go() -> None:
        if not in_an_act:
            refused()
        with change(SYSTEM, MONDAY):
            refused()

    ended = app.test_cli_runner().invoke(group, ["go"])

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert NAME in ended.stderr
    assert "nothing was stored" in ended.stderr
    assert names_in(caplog) == [NAME]

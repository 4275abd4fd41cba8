"""Every command explains itself and refuses in one line, as the contract promises."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    asked = click.Context(group)  # what loads its commands when it is asked gives them all
    for name in group.list_commands(asked):
        command = group.get_command(asked, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


def test_every_command_explains_itself(app: Flask):
    runner = app.test_cli_runner()
    told = {path: runner.invoke(args=[*path, "--help"]) for path in commands(app.cli)}

    assert len(told) > 12
    assert {
        path: answer.output for path, answer in told.items() if answer.exit_code or "Usage:" not in answer.output
    } == {}


def test_every_command_refuses_in_one_line(app: Flask):
    runner = app.test_cli_runner()
    paths = list(commands(app.cli))
    told = {path: runner.invoke(args=[*path, "--nonsense"]) for path in paths}

    assert {path: answer.exit_code for path, answer in told.items()} == dict.fromkeys(paths, 2)
    assert {path: answer.output for path, answer in told.items() if answer.output.count("\n") != 1} == {}
    assert {path for path, answer in told.items() if "No such option '--nonsense'." not in answer.stderr} == set()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["places"], "Error: Missing command. See flask places --help.\n"),
        (["places", "import"], "Error: Missing argument 'FILE'. See flask places import --help.\n"),
        (["places", "nonsense"], "Error: No such command 'nonsense'. See flask places --help.\n"),
        (["db"], "Error: Missing command. See flask db --help.\n"),
        (["db", "upgrade", "--foo"], "Error: No such option '--foo'. See flask db upgrade --help.\n"),
        (["nonsense"], "Error: No such command 'nonsense'. See flask --help.\n"),
    ],
)
def test_a_refusal_says_what_and_where(app: Flask, arguments: list[str], line: str):
    root = FlaskGroup(name="flask", create_app=lambda: app)

    answer = app.test_cli_runner().invoke(root, args=arguments)

    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", line)


def test_the_commands_of_extensions_still_work(app: Flask):
    assert app.test_cli_runner().invoke(args=["db", "heads"]).exit_code == 0

"""Every command explains itself, as the contract promises."""

from collections.abc import Iterator

import click
from flask import Flask


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
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

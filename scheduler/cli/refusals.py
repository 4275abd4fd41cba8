"""How commands refuse what they cannot use: exit code 2, and one line on standard error that says what and where."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from scheduler.acts import DefenceReason, defence_of
from scheduler.core.errors import Conflict


class BadInput(click.ClickException):
    """What was given cannot be used; the text says what and where."""

    exit_code = 2


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Click tells a misused option in four lines, a missing command as a page of help: here each is one line."""
    try:
        yield
    except NoArgsIsHelpError as error:
        raise BadInput(f"Missing command. {_where(error)}") from error
    except click.UsageError as error:
        raise BadInput(f"{' '.join(error.format_message().split())} {_where(error)}") from error


def _where(error: click.UsageError) -> str:
    return f"See {error.ctx.command_path if error.ctx else 'flask'} --help."


class Command(click.Command):
    """A command of ours. What the database refuses by its own law is named, in one line; nothing was changed."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (IntegrityError, Conflict) as error:
            law = error.reason if isinstance(error, Conflict) else defence_of(error)
            if not isinstance(law, DefenceReason):
                raise
            raise click.ClickException(f"the database refuses this: {law.value}; nothing was changed") from error

    def make_context(self, *args: Any, **given: Any) -> click.Context:
        with told_in_one_line():
            return super().make_context(*args, **given)


class CommandGroup(AppGroup):
    """The commands of one room."""

    command_class = Command

    def make_context(self, *args: Any, **given: Any) -> click.Context:
        with told_in_one_line():
            return super().make_context(*args, **given)

    def resolve_command(self, *args: Any, **given: Any) -> tuple[str | None, click.Command | None, list[str]]:
        with told_in_one_line():
            return super().resolve_command(*args, **given)


class AllGroups(AppGroup):
    """All that the application brings to `flask`, whose root asks here last."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd if isinstance(cmd, Command | CommandGroup) else _as_ours(cmd), name)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = super().get_command(ctx, name)
        if found is None:
            raise BadInput(f"No such command {name!r}. See flask --help.")
        return found


def _as_ours(command: click.Command) -> click.Command:
    """A command or a group of an extension (`db …`), refusing as ours do."""
    like: dict[str, Any] = {"callback": command.callback, "params": command.params, "help": command.help}
    if not isinstance(command, click.Group):
        return Command(command.name, **like)
    inner = {name: _as_ours(one) for name, one in command.commands.items()}
    return CommandGroup(command.name, commands=inner, **like)

"""How commands refuse what they cannot use: exit code 2, and one line on standard error that says what and where."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from scheduler.core.db import LARGEST_ID, db
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.identity import has_identity_number
from scheduler.core.refusals import found_no_room, refused_by
from scheduler.jobs.health import known_revisions, schema

log = logging.getLogger(__name__)
MEND = "Mend what it names, then try again."

ROW = click.IntRange(1, LARGEST_ID)  # the id of a row, as an argument: no row has one beyond


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


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the database refuses is no crash of the command: nothing was stored, and the reason has a name.

    Neither is a full disk, a database that is away, or one of another version.
    """
    try:
        yield
    except IntegrityError as error:
        name = refused_by(error)
        log.warning("refused by the database", extra={"constraint": name})
        raise BadInput(f"Refused by the database, nothing was stored: {name}. {MEND}") from error
    except Conflict as conflict:
        if conflict.reason is GroundReason.STORED_IN_PART:
            raise BadInput("Stored in part, and other rows refer to it. Import the same file again.") from conflict
        raise BadInput(f"Refused, nothing was stored: {conflict.reason}. {MEND}") from conflict
    except (OSError, SQLAlchemyError) as error:
        if found_no_room(error):
            raise click.ClickException("The disk is full. Make room on it, then try again.") from error
        if isinstance(error, DBAPIError) and (why := _why_unusable()):
            raise click.ClickException(why) from error
        raise


def _why_unusable() -> str:
    """What an operator does so that commands find the database of this version; empty where they do."""
    head = known_revisions()[0]
    try:
        db.session.rollback()
        stands = schema()
    except DBAPIError:
        return "The database does not answer. Start it, or mend DATABASE_URL, then try again."
    if stands == head:
        return ""
    found = f"stands at {stands}" if stands else "is empty"
    return f"The database {found}, wanted {head}. Run `raspored db upgrade`, then try again."


class Command(click.Command):
    """A command of ours. What the database refuses is told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        with refusals_told():
            return super().invoke(ctx)

    def make_context(self, *args: Any, **given: Any) -> click.Context:
        with told_in_one_line():
            made = super().make_context(*args, **given)
        if name := next((name for name, value in made.params.items() if has_identity_number(str(value or ""))), None):
            raise BadInput(f"{name}: no identity number (JMBG) is stored here, remove it")
        return made


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
    """All that the application brings to `flask`, whose root asks here last.

    Who serves pages loads nothing of it: `hang` brings the commands when somebody asks for any, and `later` those whose
    libraries are slow to load, by name, when somebody asks for them.
    """

    def __init__(self, name: str, hang: Callable[[], None], later: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(name)
        self.later = dict(later)
        self._hang = cache(hang)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._hang()
        return sorted({*super().list_commands(ctx), *self.later})

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd if isinstance(cmd, Command | CommandGroup) else _as_ours(cmd), name)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        self._hang()
        if name in self.later:
            self.later.pop(name)()
        found = super().get_command(ctx, name)
        if found is None:
            raise BadInput(f"No such command {name!r}. See {ctx.command_path} --help.")
        return found


def _as_ours(command: click.Command) -> click.Command:
    """A command or a group of an extension (`db …`), refusing as ours do."""
    like: dict[str, Any] = {"callback": command.callback, "params": command.params, "help": command.help}
    if not isinstance(command, click.Group):
        return Command(command.name, **like)
    inner = {name: _as_ours(one) for name, one in command.commands.items()}
    return CommandGroup(command.name, commands=inner, **like)

"""Commands of the feeds: `feeds renew PRESENTER_EMAIL [--name NAME]`."""

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.text import BadText, clean
from scheduler.feeds import queries, service
from scheduler.feeds.terms import NAME_LENGTH
from scheduler.policy import SYSTEM

PROBLEMS = {
    "missing": "the name is empty",
    "too_many_feeds": "there are five feeds already: renew one by its name, or revoke one on the page",
}


group = CommandGroup("feeds", help="Private calendar addresses.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("renew")
@click.argument("presenter_email")
@click.option("--name", default="calendar", show_default=True, help="Which of the presenter's feeds.")
def renew(presenter_email: str, name: str) -> None:
    """Print a new private address of a presenter's calendar; the old one of that name dies at once.

    It is shown this once: only its hash is stored. Exit code 2: no such presenter, or no room for another feed.
    """
    presenter_id = queries.presenter_id_by_email(presenter_email)
    if presenter_id is None:
        raise BadInput(f"no presenter signs in as {presenter_email}")
    try:
        token = service.renew_feed(SYSTEM, presenter_id, clean(name, limit=NAME_LENGTH), now=clock.now())
    except BadText as error:
        raise BadInput(f"the name is longer than {NAME_LENGTH} characters") from error
    except Rejected as error:
        raise BadInput(PROBLEMS[error.problems["name"]]) from error
    except NotFound as error:
        raise BadInput(f"{presenter_email} is suspended") from error
    click.echo(f"{settings().base_url}/feeds/{token}.ics")

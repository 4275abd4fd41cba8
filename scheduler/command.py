"""The command `raspored`: every command of the product, `flask --app wsgi …` without its traps.

It works from any folder, and reads the settings file and nothing else.
"""

import os
import sys
from pathlib import Path

import click
import dotenv
from flask.cli import ScriptInfo

from scheduler.bare_app import create_bare_app
from scheduler.core import logs
from scheduler.settings_file import BadSettings, settings_file

FLASKS_OWN = (".env", ".flaskenv")


def main() -> None:
    """What `.venv/bin/raspored` starts. A wrong setting ends it with code 2 and one line."""
    os.umask(0o077)  # database, mails and papers are for nobody else on this machine
    try:
        app = create_bare_app()
    except BadSettings as error:
        print(f"Raspored cannot start: {error}", file=sys.stderr)
        sys.exit(2)
    logs.set_up("WARNING")  # people and scripts read standard error
    with app.app_context():
        app.cli.main(prog_name="raspored", obj=ScriptInfo(create_app=lambda: app, load_dotenv_defaults=False))


def refuse_second_file() -> None:
    """`flask` reads a `.env` of its own, in this folder or one above, which no server reads. Raises: BadSettings."""
    context = click.get_current_context(silent=True)
    info = context.find_object(ScriptInfo) if context else None
    if info is None or not info.load_dotenv_defaults:
        return
    ours = settings_file()
    for found in (dotenv.find_dotenv(name, usecwd=True) for name in FLASKS_OWN):
        if found and Path(found) != ours:
            raise BadSettings(f"flask alone reads {found}, not the server: take it away, or use the command raspored")


if __name__ == "__main__":
    main()

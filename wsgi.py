"""The roof: what a server or `flask --app wsgi` loads."""

import os
import sys

import click
from flask import Flask

from scheduler.core import logs
from scheduler.core.loading import collect_often, forget_annotations, stood_in, uncollected
from scheduler.settings_file import BadSettings

# Two libraries of pages take along a client for tests with its debugger, and limits for asyncio.
OF_NO_PAGE = ("flask_login.test_client", "limits.aio")


def _made() -> Flask:
    with uncollected(), stood_in(*OF_NO_PAGE):
        from scheduler.app import create_app
        from scheduler.command import refuse_second_file

        forget_annotations()  # early, too: into their room goes what is loaded next
        refuse_second_file()
        made = create_app()
        forget_annotations()
    collect_often()
    return made


os.umask(0o077)  # database, mails and papers are for nobody else on this machine, whoever makes the file
try:
    app = _made()
except BadSettings as error:
    print(f"Raspored cannot start: {error}", file=sys.stderr)
    # gunicorn would begin anew for ever: on this code alone it gives up
    sys.exit(3 if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn") else 2)
# Of a command, people and scripts read standard error; the worker asks for more itself.
logs.set_up("WARNING" if click.get_current_context(silent=True) else "INFO")

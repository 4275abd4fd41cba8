"""The roof: what a server or `flask --app wsgi` loads."""

import os
import sys

import click

from scheduler.app import create_app
from scheduler.command import refuse_second_file
from scheduler.core import logs
from scheduler.settings_file import BadSettings

os.umask(0o077)  # database, mails and papers are for nobody else on this machine, whoever makes the file
try:
    refuse_second_file()
    app = create_app()
except BadSettings as error:
    print(f"Raspored cannot start: {error}", file=sys.stderr)
    # gunicorn would begin anew for ever: on this code alone it gives up
    sys.exit(3 if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn") else 2)
# Of a command, people and scripts read standard error; the worker asks for more itself.
logs.set_up("WARNING" if click.get_current_context(silent=True) else "INFO")

"""The roof: what a server or `flask --app wsgi` loads."""

import click

from scheduler.app import create_app
from scheduler.core import logs

app = create_app()
# Of a command, people and scripts read standard error; the worker asks for more itself.
logs.set_up("WARNING" if click.get_current_context(silent=True) else "INFO")

"""The roof: what a server or `flask --app wsgi` loads."""

from scheduler.app import create_app

app = create_app()

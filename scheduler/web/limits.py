"""How often an address may guess: certificate numbers and holders' names. On Redis where there is one, else here.

When Redis does not answer, each process counts by itself and more strictly: never without a limit (TRUST R16).
"""

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from scheduler.config import Settings

GUESSES = "60 per minute"  # numbers that no certificate has; right ones cost nothing
NAMES = "10 per minute; 100 per day"
FALLBACK = ["20 per minute"]

limiter = Limiter(get_remote_address, swallow_errors=False)


def was_wrong(response: Response) -> bool:
    """Whether a request was a guess that hit nothing."""
    return response.status_code == 404


def register(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK"] = FALLBACK if settings.redis_url else []
    limiter.init_app(app)

"""Log lines: one JSON object a line on standard error, a fixed sentence and its fields, with the request's or job's id.

Rooms log with the standard library (`log.info("visit planned", extra={"visit_id": 7})`). Fields that could hold a name,
an address or a secret are cut out here as well, whatever a caller passes; a law test keeps them out of the source.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any, TextIO

from scheduler.core.loading import left_out

with left_out("rich"):  # its colours are for people who read along; our lines are JSON
    import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

__all__ = ["bind_contextvars", "bound_contextvars", "clear_contextvars", "set_up"]

Event = MutableMapping[str, Any]
CUT = "[cut]"
SECRET_KEYS = re.compile(
    r"(^|_)(name|names|email|e_mail|mail|address|token|secret|password|link|phone|contact|subject|body|text|url|path)($|_)"
)
SECRET_PATHS = re.compile(r"/(status|feeds|invitation|reset|prove|consent|letters|mailbox)/[^\s/?\"']+")
# PostgreSQL tells the whole row that it refused: names, texts, all of it.
ROWS = re.compile(r"DETAIL:.*?(?=\n\[SQL|\n\nThe above exception|\n\nDuring handling|\nTraceback |\Z)", re.DOTALL)
ADDRESSES = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+\.[^\s@<>\"')]+")


@cache  # keys stand in the source: they are few
def is_secret(key: str) -> bool:
    """Whether a field of that name could hold a person or a secret."""
    return SECRET_KEYS.search(key) is not None


def cut(_logger: object, _method: str, event: Event) -> Event:
    """Cut out what must not be in a log: fields of secret names, addresses, the secret part of a path."""
    for key, value in event.items():
        if is_secret(key):
            event[key] = CUT
        elif isinstance(value, str) and ("@" in value or "/" in value or "DETAIL:" in value):
            event[key] = ADDRESSES.sub(CUT, SECRET_PATHS.sub(rf"/\1/{CUT}", ROWS.sub(f"DETAIL: {CUT}", value)))
    return event


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when the handler was made."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _formatter() -> ProcessorFormatter:
    before: list[Processor] = [merge_contextvars, add_log_level, add_logger_name, ExtraAdder()]
    return ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.processors.TimeStamper(fmt="iso", utc=True)],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            cut,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
        ],
    )


def set_up(level: str) -> None:
    """Write every log line of this process from `level` on; calling again only changes the level.

    The server and the worker write from INFO on. A command writes from WARNING on, because people and scripts read
    its standard error.
    """
    root = logging.getLogger()
    if not any(isinstance(old, StandardError) for old in root.handlers):
        handler = StandardError()
        handler.setFormatter(_formatter())
        root.addHandler(handler)
    root.setLevel(level)
    for loud in ("huey", "waitress.queue", "fontTools"):
        logging.getLogger(loud).setLevel(logging.WARNING)

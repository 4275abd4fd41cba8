"""Log lines: one JSON object a line on standard error, a fixed sentence and its fields, with the request's or job's id.

Rooms log with the standard library (`log.info("visit planned", extra={"visit_id": 7})`). Fields that could hold a name,
an address or a secret are cut out here as well, whatever a caller passes; a law test keeps them out of the source.
"""

import datetime as dt
import json
import logging
import re
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any, TextIO

Event = MutableMapping[str, Any]
Told = tuple[tuple[str, str | int], ...]  # fields of a line
CUT = "[cut]"
SECRET_KEYS = re.compile(
    r"(^|_)(name|names|email|e_mail|mail|address|token|secret|password|link|phone|contact|subject|body|text|url|path)($|_)"
)
SECRET_PATHS = re.compile(
    r"/(status|share|read|mine|feeds(?:/campaigns/\w+)?|invitation|reset|prove|consent|letters|mailbox|q)/"
    r"(?:(?<=/q/)[^\s/?\"']+/[^\s/?\"']+/)?[^\s/?\"']+"  # the code of a class stands behind its visit
)
# PostgreSQL tells the whole row that it refused: names, texts, all of it.
ROWS = re.compile(r"DETAIL:.*?(?=\n\[SQL|\n\nThe above exception|\n\nDuring handling|\nTraceback |\Z)", re.DOTALL)
ADDRESSES = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+\.[^\s@<>\"')]+")
# What every record has; the rest is what the caller gave it as `extra`.
OF_EVERY_RECORD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime"}

fields_here: ContextVar[Mapping[str, object]] = ContextVar("fields_here", default={})  # noqa: B039  (never written into)
_in_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=repr).encode


@contextmanager
def fields_on_each_line(**fields: object) -> Iterator[None]:
    """Inside, each line that this thread writes has these fields besides its own."""
    before = fields_here.set({**fields_here.get(), **fields})
    try:
        yield
    finally:
        fields_here.reset(before)


@cache  # keys stand in the source: they are few
def is_secret(key: str) -> bool:
    """Whether a field of that name could hold a person or a secret."""
    return SECRET_KEYS.search(key) is not None


def cut(event: Event) -> Event:
    """Cut out what must not be in a log: fields of secret names, addresses, the secret part of a path."""
    for key, value in event.items():
        if is_secret(key):
            event[key] = CUT
        elif isinstance(value, str):
            event[key] = _cut_text(value)
    return event


def _cut_text(text: str) -> str:
    if "DETAIL:" in text:
        text = ROWS.sub(f"DETAIL: {CUT}", text)
    if "/" in text:
        text = SECRET_PATHS.sub(rf"/\1/{CUT}", text)
    return ADDRESSES.sub(CUT, text) if "@" in text else text


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when the handler was made."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr

    def wrote(self, line: str) -> bool:
        """Whether a line that is ready could be written."""
        with self.lock or nullcontext():
            try:
                self.stream.write(line)
                self.flush()
            except (OSError, ValueError):  # full or closed: the library says it in its own way
                return False
        return True


class JsonLine(logging.Formatter):
    """A record as one object; every answer writes one, so it is made in one step."""

    def format(self, record: logging.LogRecord) -> str:
        event = {**fields_here.get(), "level": record.levelname.lower(), "logger": record.name}
        event |= {key: value for key, value in vars(record).items() if key not in OF_EVERY_RECORD}
        event["event"] = record.getMessage()
        event["timestamp"] = _moment(record.created)
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return _in_json(cut(event))


def _moment(created: float) -> str:
    return dt.datetime.fromtimestamp(created, dt.UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def tell_answered(log: logging.Logger, told: Told, *, http_id: str, ms: int) -> None:
    """As `log.info("request answered", …)`, in a fraction of its work: every answer writes this line.

    What is told again and again is kept as it is written. Whoever listens besides standard error (a test, an operator's
    own handler) gets the record of the library.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    ours = None if fields_here.get() else _only_listener(log)
    if ours is None or not ours.wrote(_pattern(log.name, told) % (http_id, ms, _moment(time.time()))):
        log.info("request answered", extra={**dict(told), "ms": ms})


@lru_cache(maxsize=512)  # anybody may send a method of his own
def _pattern(logger: str, told: Told) -> str:
    """The line with three places left open, in the order of their names: `http_id`, `ms`, `timestamp`."""
    said = cut({**dict(told), "event": "request answered", "level": "info", "logger": logger})
    written = {key: _in_json(value).replace("%", "%%") for key, value in said.items()}
    written |= {"http_id": '"%s"', "ms": "%d", "timestamp": '"%s"'}
    return "{" + ", ".join(f'"{key}": {written[key]}' for key in sorted(written)) + "}\n"


def _only_listener(log: logging.Logger) -> StandardError | None:
    """Our handler, when whatever this logger says is heard by it and by nobody else."""
    one = log
    while one.parent is not None:
        if one.handlers or not one.propagate:
            return None
        one = one.parent
    ours = one.handlers[0] if len(one.handlers) == 1 else None
    return ours if isinstance(ours, StandardError) and not (log.filters or ours.filters) else None


def set_up(level: str) -> None:
    """Write every log line of this process from `level` on; calling again only changes the level.

    The server and the worker write from INFO on. A command writes from WARNING on, because people and scripts read
    its standard error.
    """
    root = logging.getLogger()
    if not any(isinstance(old, StandardError) for old in root.handlers):
        handler = StandardError()
        handler.setFormatter(JsonLine())
        root.addHandler(handler)
    root.setLevel(level)
    for loud in ("huey", "waitress.queue", "fontTools"):
        logging.getLogger(loud).setLevel(logging.WARNING)

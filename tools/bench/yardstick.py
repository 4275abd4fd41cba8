"""The least Python that could do the product's work: bare Flask over SQLite, no rights, no audit, no translation.

Served as the product is (`tools/bench/servers.py`); BENCH_YARD names the file of its database.
"""

import gzip
import hashlib
import os
import secrets
import sqlite3
import threading
from contextlib import closing

from flask import Flask, Response, request, session

EVENTS, TOKEN = 500, "bench"
EVENT = (
    "BEGIN:VEVENT\r\nUID:{0}@yard\r\nDTSTART;TZID=Europe/Belgrade:20261204T{0:06d}\r\nSUMMARY:Predavanje {0}\r\n"
    "DESCRIPTION:{1}\r\nEND:VEVENT\r\n"
)
BODY = "".join(EVENT.format(number * 7919 % 100_000, "razgovor o internetu " * 16) for number in range(EVENTS)).encode()
PACKED = gzip.compress(BODY, 6, mtime=0)
TAG = '"' + hashlib.blake2b(BODY, digest_size=12).hexdigest() + '"'
FIELDS, TOWNS, ROWS = 20, 170, 100

FORM = """<!doctype html><title>Form</title><form method=post>{% for one in fields %}<label for=f{{ loop.index }}>
{{ one }}</label><input id=f{{ loop.index }} name=f{{ loop.index }} required>{% endfor %}<select name=town>
{% for one in towns %}<option value={{ loop.index }}>{{ one }}</option>{% endfor %}</select>
<input type=hidden name=csrf value="{{ csrf }}"><button>OK</button></form>"""
LIST = """<!doctype html><title>List</title><table>{% for row in rows %}<tr><td><a href="/r/{{ row[4] }}">{{ row[0] }}
</a><td>{{ row[1] }}<td>{{ row[2] }}<td>{{ row[3] }}</tr>{% endfor %}</table>"""

app = Flask(__name__)
app.secret_key = secrets.token_urlsafe(32)
_form, _list = app.jinja_env.from_string(FORM), app.jinja_env.from_string(LIST)
_mine = threading.local()


def database() -> sqlite3.Connection:
    """One connection a thread, as durable as the product's: WAL, synchronous=FULL."""
    if not hasattr(_mine, "connection"):
        _mine.connection = sqlite3.connect(os.environ["BENCH_YARD"], isolation_level=None)
        for pragma in ("busy_timeout=10000", "synchronous=FULL"):
            _mine.connection.execute(f"PRAGMA {pragma}")
    connection: sqlite3.Connection = _mine.connection
    return connection


def prepare(path: str) -> None:
    """Make the file anew: one stored feed, a list, and two tables to write into."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL;"  # stays with the file; two workers that each ask for it are in each other's way
            "CREATE TABLE token (hash BLOB PRIMARY KEY, version INT, body BLOB, packed BLOB);"
            "CREATE TABLE request (id INTEGER PRIMARY KEY, school TEXT, topic TEXT, day TEXT);"
            "CREATE TABLE mail (id INTEGER PRIMARY KEY, address TEXT, text TEXT);"
            "CREATE TABLE line (id INTEGER PRIMARY KEY, school TEXT, town TEXT, day TEXT, audience TEXT);"
        )
        connection.execute("INSERT INTO token VALUES (?, 1, ?, ?)", (_hash(TOKEN), BODY, PACKED))
        rows = [(f"Škola {one}", "Beograd", f"2026-11-{one % 28 + 1:02}", "učenici") for one in range(ROWS)]
        connection.executemany("INSERT INTO line (school, town, day, audience) VALUES (?, ?, ?, ?)", rows)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@app.get("/hello")
def hello() -> str:
    return "hello"


@app.get("/feed/<token>")
def feed(token: str) -> Response:
    """A token is looked up, the tag compared, stored bytes are sent; packed for who can read them."""
    found = database().execute("SELECT version FROM token WHERE hash = ?", (_hash(token),)).fetchone()
    if found is None:
        return Response(status=404)
    tag = f'"{TAG[1:9]}-{found[0]}"'
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers={"ETag": tag})
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    wanted = "SELECT packed FROM token WHERE hash = ?" if packs else "SELECT body FROM token WHERE hash = ?"
    sent = database().execute(wanted, (_hash(token),)).fetchone()[0]
    headers = {"ETag": tag, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packs else {})
    return Response(sent, mimetype="text/calendar", headers=headers)


@app.get("/form")
def form() -> str:
    session["csrf"] = csrf = secrets.token_urlsafe(16)
    fields = [f"Polje {one}" for one in range(FIELDS)]
    return _form.render(fields=fields, towns=[f"Grad {one}" for one in range(TOWNS)], csrf=csrf)


@app.post("/form")
def book() -> tuple[str, int]:
    """One request and one mail in one transaction, on the disk before it answers."""
    typed, connection = request.form, database()
    connection.execute("BEGIN IMMEDIATE")
    values = (typed["school"], typed["topic"], typed["day"])
    connection.execute("INSERT INTO request (school, topic, day) VALUES (?, ?, ?)", values)
    connection.execute("INSERT INTO mail (address, text) VALUES (?, ?)", ("a@b.example", "x" * 2_000))
    connection.execute("COMMIT")
    return "", 303


@app.get("/list")
def rows() -> str:
    return _list.render(rows=database().execute("SELECT school, town, day, audience, id FROM line").fetchall())

"""Answers packed with gzip: a phone on a bad line waits for a third of the bytes (docs/decisions/0013).

Packing shows the length of what repeats, and who can make a browser ask again and again with a guess in the address
may read a secret from lengths (BREACH). So what holds a secret is never packed for whom a foreign page sends, a page
behind a secret link is never packed at all, and what is packed is longer by a random number of bytes.
"""

import gzip
import io
import secrets

from flask import Flask, Response, current_app, request

from scheduler.web.headers import opened_by_secret

TEXTS = frozenset(
    {
        *("text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml"),
        *("application/json", "application/javascript", "application/manifest+json"),
    }
)
SMALLEST = 600  # shorter answers fit into one packet anyway
PADDING = 100  # letters of a file name that nobody reads
OWN = frozenset({"none", "same-origin"})  # typed or followed from a mail; from a page of ours


def pack(response: Response) -> Response:
    """After each request: the same answer in fewer bytes, where its length tells nothing."""
    if not _may_pack(response):
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in str(request.accept_encodings) or not request.accept_encodings["gzip"]:
        return response
    of_static = request.endpoint == "static"
    if of_static:
        response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(_packed_file(response, body) if of_static else _padded(body))
    response.headers["Content-Encoding"] = "gzip"
    tag, _weak = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same text, not the same bytes
    return response


def _may_pack(response: Response) -> bool:
    if request.method != "GET" or response.status_code != 200 or response.mimetype not in TEXTS:
        return False
    if "Content-Encoding" in response.headers or "Content-Range" in response.headers:
        return False
    if request.endpoint == "static":
        return True
    if response.is_streamed or response.direct_passthrough or opened_by_secret():
        return False
    return not _is_known() or request.headers.get("Sec-Fetch-Site", "none") in OWN


def _is_known() -> bool:
    """Whether the browser sent a session: without one, each answer holds fresh tokens, and nothing is to be guessed."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _padded(body: bytes) -> bytes:
    """Packed, with a file name of random length in its head, so that one letter more or less tells nothing."""
    into = io.BytesIO()
    name = secrets.token_hex(PADDING // 2)[: secrets.randbelow(PADDING) + 1]
    with gzip.GzipFile(name, "wb", compresslevel=6, fileobj=into, mtime=0) as packing:
        packing.write(body)
    return into.getvalue()


def _packed_file(response: Response, body: bytes) -> bytes:
    """A file of static/ packed once for each of its versions."""
    kept: dict[tuple[str, str], bytes] = current_app.extensions.setdefault("packed_files", {})
    key = (request.path, response.get_etag()[0] or "")
    if key not in kept:
        kept[key] = gzip.compress(body, mtime=0)
    return kept[key]


def register(app: Flask) -> None:
    """Before the others, so that it acts last: the mark of an open page (headers.py) is of its text, not its bytes."""
    app.after_request(pack)

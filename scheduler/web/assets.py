"""All style sheets as one file and all own scripts as one: two requests on a bad line instead of forty.

The address carries a digest of the content, so a browser may keep it for ever. Nothing is built beforehand: the files
of static/ are joined when the application starts (while debugging: at each request).
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, current_app, g, request, url_for

from scheduler.web.guards import public

CACHED_A_YEAR = "public, max-age=31536000, immutable"
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)  # a licence stays
NEEDLESS = re.compile(r"^([-a-z0-9]+:) | (?=\{$)")  # behind the name of a property, and before a block
SPRITE = "raspored.sprite"
KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Bundle:
    """Some files joined."""

    body: bytes
    packed: bytes
    digest: str


def files_of(static: Path, kind: str) -> list[Path]:
    """The files of a kind in the order they are joined: what comes later wins."""
    parts = sorted((static / kind / "components").glob(f"*.{kind}"))
    if kind == "js":
        return parts
    reboot = next((static / "vendor").glob("bootstrap-reboot-*/bootstrap-reboot.min.css"))
    css = static / "css"
    frames = [*sorted((css / "layouts").glob("*.css")), *sorted((css / "pages").glob("*.css"))]
    return [reboot, css / "tokens.css", css / "base.css", *parts, *frames, css / "print.css"]


def bare(css: str) -> str:
    """A style sheet without its comments and the spaces between its words of a line: a phone loads the rest."""
    kept = (NEEDLESS.sub(r"\1", line.strip()) for line in COMMENT.sub("", css).splitlines())
    return "".join(line if line[-1] in "{};," else f"{line}\n" for line in kept if line)


def joined(static: Path, kind: str) -> Bundle:
    """The files of a kind as one."""
    texts = [file.read_text(encoding="utf-8") for file in files_of(static, kind)]
    body = "\n".join(bare(text) if kind == "css" else text for text in texts).encode()
    return Bundle(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:12])


def _bundle(kind: str) -> Bundle:
    kept: dict[str, Bundle] = current_app.extensions.setdefault("bundles", {})
    if kind not in kept or current_app.debug:
        kept[kind] = joined(Path(str(current_app.static_folder)), kind)
    return kept[kind]


@public
def assets(name: str) -> Response:
    """The joined style sheet or script; an older digest is answered with the present file, not kept."""
    digest, _, kind = name.rpartition(".")
    if kind not in KINDS:
        abort(404)
    bundle = _bundle(kind)
    small = bool(request.accept_encodings.best_match(("gzip",)))
    g.cookieless = True  # the same for everybody: a new cookie does not make a browser fetch it again
    answer = Response(bundle.packed if small else bundle.body, content_type=KINDS[kind])
    answer.headers["Cache-Control"] = CACHED_A_YEAR if digest == bundle.digest else "no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    if small:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def asset_url(kind: str) -> str:
    """The address of the joined file of a kind ("css" or "js")."""
    return url_for("assets", name=f"{_bundle(kind).digest}.{kind}")


def sprite_url() -> str:
    """The address of all pictures beside words: a long page has hundreds of them, and asks once."""
    memo: dict[str, str] = request.environ
    if SPRITE not in memo:
        memo[SPRITE] = url_for("static", filename="img/icons.svg")
    return memo[SPRITE]


def register(app: Flask) -> None:
    app.add_url_rule("/assets/<name>", "assets", assets)
    app.jinja_env.globals |= {"asset_url": asset_url, "sprite_url": sprite_url}
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # pictures and vendor files: not asked for again on every page

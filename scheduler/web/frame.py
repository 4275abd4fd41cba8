"""The frame of a public page, its header and footer: the same for everybody who reads that page in that language.

It is half of the work of a short page, so what was written for nobody in particular is kept. Nothing in it comes from
the database: it depends on the settings, the catalogues and the templates, which a process reads once, and on what
stands in the key. For who is signed in it is written anew, and for an address that is nobody else's.
"""

from flask import Flask, current_app, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from scheduler.web.headers import opened_by_secret
from scheduler.web.i18n import here, page_language, theme

FRAMES = "frames"  # of what an application keeps
MOST_FRAMES = 512  # some 5 kB each; then it begins anew


@pass_context
def framed(context: Context, part: str) -> Markup:
    """A part of the layout, templates/layouts/<part>.html, as this page shows it."""
    if context["viewer"] or not _is_kept():
        return _written(context, part)
    kept: dict[tuple[str | None, ...], Markup] = current_app.extensions[FRAMES]
    key = part, page_language(), theme(), here(), request.endpoint
    found = kept.get(key)
    if found is None:
        if len(kept) >= MOST_FRAMES:
            kept.clear()
        found = kept[key] = _written(context, part)
    return found


def _is_kept() -> bool:
    """Not where the address is a secret or holds a question, not below a proxy's path, nor while templates change."""
    apart = request.query_string or opened_by_secret() or request.environ.get("SCRIPT_NAME")
    return not (apart or current_app.debug)


def _written(context: Context, part: str) -> Markup:
    text = context.environment.get_template(f"layouts/{part}.html").render(context.get_all())
    return Markup(text)  # nosec B704  # a template of ours, escaped as every page is


def register(app: Flask) -> None:
    app.extensions[FRAMES] = {}
    app.jinja_env.globals["framed"] = framed

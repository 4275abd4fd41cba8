"""The frame of a public page, its header and footer: the same for everybody who reads that page in that language.

It is half of the work of a short page, so what was written for nobody in particular is kept. Nothing in it comes from
the database: it depends on the settings, the catalogues and the templates, which a process reads once, and on what
stands in the key. For who is signed in it is written anew, and for an address that is nobody else's.

So is a page whose form nobody has filled: it is kept under everything that it is made of, and its secrets are put in.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from secrets import token_hex
from types import MappingProxyType
from typing import Any

from babel.support import LazyProxy
from flask import Flask, current_app, render_template, request, session
from flask_wtf import FlaskForm
from jinja2 import pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from scheduler.core.shelf import Shelf
from scheduler.web.headers import opened_by_secret
from scheduler.web.i18n import here, page_language, theme
from scheduler.web.navigation import viewer

NOTHING: Mapping[str, str] = MappingProxyType({})
FORM_SECRETS = ("csrf_token", "form_key")  # of a form: each reader has her own
FRAMES, PAGES, PARTS, FACTS, ROWS = "frames", "empty pages", "empty parts", "parts by facts", "rows"
MOST = {  # that an application keeps of each
    FRAMES: 512,  # some 5 kB each
    PAGES: 96,  # some 20 kB each
    PARTS: 64,  # some 10 kB each
    FACTS: 64,  # some 30 kB each, with what they were written of
    ROWS: 500,  # some 4 kB each, with what they were written of
}


@pass_context
def framed(context: Context, part: str) -> Markup:
    """A part of the layout, templates/layouts/<part>.html, as this page shows it."""
    if context["viewer"] or not _is_kept():
        return _written(context, part)
    key = part, page_language(), theme(), here(), request.endpoint
    found: Markup = _shelf(FRAMES).found(key, lambda: _written(context, part))
    return found


def _is_kept() -> bool:
    """Not where the address is a secret or holds a question, not below a proxy's path, nor while templates change."""
    apart = request.query_string or opened_by_secret() or request.environ.get("SCRIPT_NAME")
    return not (apart or current_app.debug)


def _written(context: Context, part: str) -> Markup:
    text = context.environment.get_template(f"layouts/{part}.html").render(context.get_all())
    return Markup(text)  # nosec B704  # a template of ours, escaped as every page is


def empty_page(template: str, form: FlaskForm, own: Mapping[str, str] = NOTHING, **facts: Any) -> str:
    """A page with a form in which nothing is typed, chosen or wrong: for these facts written once in each language.

    Whoever calls it knows that the form is so, and names all that the page is made of: what cannot stand in a key is
    written anew. Nothing that somebody has typed belongs among the facts. `own` are parts that each reader has of her
    own: they are put in, as her secrets are, and nothing else of the page may depend on them.
    """
    secrets = {name: str(form[name]._value()) for name in FORM_SECRETS if name in form}
    return _put_together(template, secrets, own, {"form": form}, facts)


def known_page(template: str, own: Mapping[str, str], **facts: Any) -> str:
    """The same of a page without a form."""
    return _put_together(template, {}, own, {}, facts)


def _put_together(
    template: str,
    secrets: Mapping[str, str],
    own: Mapping[str, str],
    given: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> str:
    key = _key_of(template, (facts, [*secrets, *own])) if _is_for_all() else None
    if key is None:
        return render_template(template, **given, **own, **facts)

    def written() -> tuple[str, ...]:
        marks = {name: token_hex(16) for name in own}
        return _without({**secrets, **marks}, render_template(template, **given, **marks, **facts))

    pieces: tuple[str, ...] = _shelf(PAGES).found(key, written)
    hers = {**secrets, **{name: escape(part) for name, part in own.items()}}
    return "".join(hers[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def written_once(macro: Macro, form: FlaskForm) -> Markup:
    """What a macro writes of a form in which nothing is typed, chosen or wrong: the same for everybody."""
    key = macro.name, type(form), page_language()
    found: Markup = _shelf(PARTS).found(key, lambda: Markup(macro(form)))  # nosec B704  # a template of ours
    return found


def written_for(macro: Macro, *facts: Hashable) -> Markup:
    """What a macro writes of facts that name nobody, as the days of a month: once for the same facts."""
    key = macro.name, page_language(), facts
    found: Markup = _shelf(FACTS).found(key, lambda: Markup(macro(*facts)))  # nosec B704  # a template of ours
    return found


def written_rows(macro: Macro, rows: Sequence[Hashable], *facts: Hashable) -> Markup:
    """What a macro writes of each of these rows, and of facts that are the same in all: once for the same ones.

    Whoever calls it knows that the row holds all that is written of it, and nothing of where somebody will be.
    """
    shelf, about = _shelf(ROWS), (macro.name, page_language(), facts)
    written = (shelf.found((about, row), partial(macro, row, *facts)) for row in rows)
    return Markup("".join(written))  # nosec B704  # written by a template of ours


def _shelf(name: str) -> Shelf[Any]:
    """What an application keeps under a name; nothing while templates change, nor below a proxy's path."""
    apart = current_app.debug or request.environ.get("SCRIPT_NAME")  # there every address and every icon is another
    kept: Shelf[Any] = Shelf(0) if apart else current_app.extensions[name]
    return kept


def _is_for_all() -> bool:
    """Nobody is signed in, and nothing is told once."""
    return _is_kept() and "_flashes" not in session and viewer() is None


def _key_of(template: str, facts: object) -> Hashable | None:
    key = template, page_language(), theme(), here(), request.endpoint, _said(facts)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _said(value: object) -> Hashable:
    """A fact as it stands in a key: words as they read now, lists and tables by what they hold."""
    if isinstance(value, LazyProxy):
        return str(value)
    if isinstance(value, Mapping):
        return tuple((name, _said(one)) for name, one in sorted(value.items()))
    return tuple(map(_said, value)) if isinstance(value, list | tuple) else value


def _without(secrets: Mapping[str, str], page: str) -> tuple[str, ...]:
    """The text of a page in pieces, and between them which part of her own stands there: they are random letters."""
    parts = re.split("(" + "|".join(map(re.escape, secrets.values())) + ")", page) if secrets else [page]
    names = {secret: name for name, secret in secrets.items()}
    return tuple(names[part] if place % 2 else part for place, part in enumerate(parts))


def register(app: Flask) -> None:
    app.extensions.update((name, Shelf[Any](most)) for name, most in MOST.items())
    app.jinja_env.globals["written_once"] = written_once
    app.jinja_env.globals["written_for"] = written_for
    app.jinja_env.globals["written_rows"] = written_rows
    app.jinja_env.globals["framed"] = framed

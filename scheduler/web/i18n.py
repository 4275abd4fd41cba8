"""The language of a page: asked for by ?lang=, remembered by a cookie, the user's own, or the browser's.

`_`, `_n` and `_l` word a text in it; `_l` waits until the text is shown, for labels made when a class is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from babel.support import LazyProxy
from flask import Flask, Response, g, has_request_context, request
from jinja2 import Environment, pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

from scheduler.core import language as words
from scheduler.core.names import SpelledName, spelled
from scheduler.web.guards import holds_identity_number, signed_in

YEAR_S = 365 * 24 * 3600
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
MEMO = "raspored.language"
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Script:
    """One choice of the script switch."""

    short: str
    name: str
    lang: str
    href: str
    on: bool


@dataclass(frozen=True)
class Theme:
    """One choice of the colour switch."""

    name: str
    icon: str
    href: str
    on: bool


def page_language() -> str:
    """The language of this request, one of core.language.languages(); outside a request the product's own."""
    if not has_request_context():
        return words.DEFAULT
    memo: dict[str, str] = request.environ  # asked some hundred times for a page: looked up once
    found = memo.get(MEMO)
    if found is None:
        found = memo[MEMO] = _language_asked()
    return found


def speak_as_asked() -> None:
    """For a page that is the same for everybody: ?lang= alone chooses, neither a cookie nor the browser."""
    wish = request.args.get("lang")
    request.environ[MEMO] = wish if wish in words.languages() else words.DEFAULT


def forget_language() -> None:
    """Ask anew: a failure is shown without asking who looks."""
    request.environ.pop(MEMO, None)


def _language_asked() -> str:
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE), _own_language()):
        if wish in words.languages():
            return wish
    return words.best_language(request.headers.get("Accept-Language"))


def _own_language() -> str | None:
    """The signed-in user's; nobody is asked for while a failure is shown: the database may be what failed."""
    viewer = None if g.get("failed") else signed_in()
    return viewer.language if viewer else None


def gettext(message: str) -> str:
    """The message in the page's language, values not yet put in."""
    return words.translator(page_language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form for `n` in the page's language, values not yet put in."""
    return words.translator(page_language()).ngettext(singular, plural, n)


def _(message: str, **values: object) -> str:
    """The message in the page's language, with its values: _("Call %(number)s", number=…)."""
    return gettext(message) % _in_letters(values) if values else gettext(message)


def _n(singular: str, plural: str, n: int, **values: object) -> str:
    """The form for `n`; %(num)s is n itself, as the language writes numbers."""
    return ngettext(singular, plural, n) % {"num": words.number(n, page_language()), **_in_letters(values)}


def in_page_letters(value: object) -> object:
    """What a page shows of a value: of somebody's name the spelling for its script, all else as it is."""
    return spelled(value, page_language()) if isinstance(value, SpelledName) else value


def spelled_here(name: str) -> str:
    """A name, also one that is stored in one spelling only, in the letters of the page."""
    return spelled(name, page_language())


def _in_letters(values: dict[str, object]) -> dict[str, object]:
    return {name: in_page_letters(value) for name, value in values.items()}


def _l(message: str, **values: object) -> LazyProxy:
    """Like `_`, worded each time it is shown."""
    return LazyProxy(_, message, enable_cache=False, **values)


def html_lang() -> str:
    """The `lang` attribute of this page."""
    return words.html_lang(page_language())


def theme() -> str:
    """light or dark when the reader chose one; empty: the device decides."""
    wish = request.args.get("theme", request.cookies.get(THEME_COOKIE, "")) if has_request_context() else ""
    return wish if wish in THEMES else ""


def here(**changes: object) -> str:
    """The address of this page with some of its query changed (None: taken out).

    The choice of language stays out, and what the page was refused for.
    """
    left_out = {"lang", "theme", *filter(holds_identity_number, request.args)}
    query: dict[str, object] = {key: request.args.getlist(key) for key in request.args if key not in left_out}
    kept = {key: value for key, value in (query | changes).items() if value is not None}
    path = quote(g.get("here") or request.path, safe="/~@:+,=")  # a list that answers a POST names its own page
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def scripts() -> list[Script]:
    """The choices of the script switch for this page."""
    now = page_language()
    return [
        Script(*words.names_of(language), words.html_lang(language), here(lang=language), language == now)
        for language in words.languages()
    ]


def themes() -> list[Theme]:
    """The choices of the colour switch for this page."""
    now = theme()
    choices = (("light", _("Light"), "sun"), ("dark", _("Dark"), "moon"), ("", _("System"), "half"))
    return [Theme(name, icon, here(theme=value or "device"), value == now) for value, name, icon in choices]


def remember_choice(response: Response) -> Response:
    """After each request: what ?lang= or ?theme= chose holds for this browser from now on.

    A view that sets g.cookieless answers machines: its bytes depend on no browser's choice, and it leaves none behind.
    """
    if g.get("cookieless"):
        return response
    settings = {"max_age": YEAR_S, "samesite": "Lax", "secure": request.is_secure, "httponly": True, "path": "/"}
    if request.args.get("lang") in words.languages():
        response.set_cookie(LANGUAGE_COOKIE, request.args["lang"], **settings)  # type: ignore[arg-type]
    if "theme" in request.args:
        if request.args["theme"] in THEMES:
            response.set_cookie(THEME_COOKIE, request.args["theme"], **settings)  # type: ignore[arg-type]
        else:
            response.delete_cookie(THEME_COOKIE)
    return response


@pass_eval_context
def text_in_page(context: EvalContext, message: str, **values: object) -> str:
    """`_` of templates: as Jinja's own, in the letters of the page."""
    text = words.translator(page_language()).gettext(message)
    return (Markup(text) if context.autoescape else text) % _in_letters(values)  # nosec B704  # a text of the catalogue


def plural_in(environment: Environment, language: Callable[[], str]) -> Callable[..., str]:
    """`_n` of templates: as Jinja's own, but %(num)s is written as the language writes numbers."""
    jinjas: Callable[..., str] = environment.globals["ngettext"]  # type: ignore[assignment]

    @pass_context
    def _plural(context: Context, singular: str, plural: str, n: int, **values: object) -> str:
        return jinjas(context, singular, plural, n, **{"num": words.number(n, language())} | _in_letters(values))

    return _plural


def register(app: Flask) -> None:
    app.jinja_env.finalize = in_page_letters
    app.jinja_env.filters["spelled"] = spelled_here
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        _=text_in_page,
        gettext=text_in_page,
        _n=plural_in(app.jinja_env, page_language),
        page_language=page_language,
        html_lang=html_lang,
        theme=theme,
        here=here,
        scripts=scripts,
        themes=themes,
        pick=lambda cyrl, latn: words.pick(page_language(), cyrl, latn),
    )
    app.after_request(remember_choice)

"""The door of every page: a view names what it does (`@may`), or is marked open (`@public`), or is refused."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import unquote_to_bytes

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from scheduler import policy
from scheduler.core import clock, tokens
from scheduler.core.errors import GroundReason, NotAllowed, NotFound
from scheduler.core.identity import has_identity_number
from scheduler.core.text import BadText
from scheduler.people.terms import SignedInUser
from scheduler.policy import ANONYMOUS, Actor
from scheduler.requests.queries.lineage import in_one_booking, kept_request
from scheduler.web.login import sign_in_page
from scheduler.web.ways_back import kept_fields, page_of_form

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

OPEN = ("open", "page")
PART = "~"  # between a secret link and the number of a request of its booking: in no token, and nowhere escaped


def signed_in() -> SignedInUser | None:
    """The user who is signed in; Flask-Login is asked once for each question, not for each part of her."""
    asked = current_user._get_current_object()
    return asked.user if asked is not None and asked.is_authenticated else None


def current_actor() -> Actor:
    """Who acts in this request: the user signed in, else nobody in particular."""
    found: Actor | None = g.get("actor")
    if found is None:
        viewer = signed_in()
        found = g.actor = viewer.actor if viewer else ANONYMOUS
    return found


def own_centre_id() -> int:
    """The centre of whoever looks. Raises: NotFound for who belongs to none."""
    centre_id = current_actor().centre_id
    if centre_id is None:
        raise NotFound("centre")
    return centre_id


def may(verb: str, thing: str) -> Callable[[View[P]], View[P]]:
    """Let in only whom policy.TABLE gives `verb` on `thing` in some scope; the service checks which row."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **given: P.kwargs) -> ResponseReturnValue:
            actor = current_actor()
            if policy.scope_of(actor, verb, thing) is None:
                if actor is ANONYMOUS:
                    return sign_in_first()
                raise NotAllowed(f"{verb} {thing}")
            return view(*args, **given)

        guarded.may = (verb, thing)  # type: ignore[attr-defined]
        return guarded

    return guard


def sign_in_first() -> ResponseReturnValue:
    """On to signing in, and from there back to this page; who sent something sees that what she typed is kept."""
    if request.method != "POST":
        return redirect(url_for(sign_in_page(), next=request.full_path.rstrip("?")))
    kept = kept_fields()
    sign_in = url_for(sign_in_page(), next=page_of_form())
    if not kept["fields"]:
        return redirect(sign_in)
    return render_template("errors/signed_out.html", kept=kept, sign_in=sign_in, reasons=[]), 403


def public(view: View[P]) -> View[P]:
    """Mark a page that everybody may open; tests/laws lists them all by name."""
    view.may = OPEN  # type: ignore[attr-defined]
    return view


def link_actor(secret: str, purpose: str = "status") -> Actor:
    """The school contact who holds a request's secret link; of a merged request it leads to the kept one.

    With the number of another request of its booking behind it the link is that one's. `purpose` "read" is a page for
    colleagues: whoever serves it lets nothing be changed. Raises: Gone when the link has ended; NotFound when there
    never was one.
    """
    asked, number = link_subject(secret, purpose), secret.partition(PART)[2]
    return policy.school_contact(*kept_request(in_one_booking(asked, number) if number else asked))


def link_subject(secret: str, purpose: str = "status") -> int:
    """The request that a secret link was made for, whichever of its booking it stands for. Raises: Gone; NotFound."""
    return tokens.living_link(link_of_booking(secret), purpose, now=clock.now()).subject_id


def link_to_part(secret: str, number: str) -> str:
    """The same link as that of another request of its booking."""
    return f"{link_of_booking(secret)}{PART}{number}"


def link_of_booking(secret: str) -> str:
    """The same link as it was mailed: it opens all that was sent together."""
    return secret.partition(PART)[0]


def asks_for_sign_in() -> bool:
    """Whether nobody is signed in, and the page asked for is one of somebody who is."""
    view = current_app.view_functions.get(str(request.endpoint))
    return current_actor() is ANONYMOUS and getattr(view, "may", OPEN) != OPEN


def deny_by_default() -> None:
    """Before each request: a view that names nothing is refused, whoever asks."""
    if request.endpoint in (None, "static"):
        return
    if not hasattr(current_app.view_functions[str(request.endpoint)], "may"):
        raise NotAllowed(str(request.endpoint))


def refuse_nul() -> None:
    """Before each request: no address of ours holds a NUL, and PostgreSQL takes none in any text. Raises: NotFound."""
    if any("\0" in part for part in (request.path, *(value for _name, value in request.args.items(multi=True)))):
        raise NotFound("address")


def refuse_identity_numbers() -> None:
    """Before each request: what is typed into a search or a filter is an address, and names nobody by a number.

    No form has read it, so it is looked at here, once for every page (TRUST S43). Raises: BadText.
    """
    if any(map(holds_identity_number, request.args)):
        raise BadText(GroundReason.IDENTITY_NUMBER)


def holds_identity_number(name: str) -> bool:
    """Whether a part of this address's query does: links of the page that refuses it leave it out."""
    return any(map(has_identity_number, (name, *request.args.getlist(name))))


def refuse_broken_letters() -> None:
    """Before each request: what is sent must be UTF-8; else "%8A" would be stored for a letter. Raises: BadText."""
    parts = [request.query_string]
    if request.mimetype == "application/x-www-form-urlencoded":
        parts.append(request.get_data(cache=True, parse_form_data=False))
    try:
        for part in parts:
            unquote_to_bytes(part).decode()
    except UnicodeDecodeError as error:
        raise BadText(GroundReason.NOT_TEXT) from error


def register(app: Flask) -> None:
    app.before_request(refuse_nul)
    app.before_request(refuse_identity_numbers)
    app.before_request_funcs[None].insert(0, refuse_broken_letters)  # before anybody has read the form
    app.before_request(deny_by_default)

"""Which names are links: the pages that a reader may open, by the table of rights, asked by templates.

And a name in both its spellings, where a page is about the name.
"""

from flask import Flask, current_app

from scheduler import policy
from scheduler.core.names import is_in_cyrillic, other_spelling
from scheduler.policy import Scope
from scheduler.web.guards import OPEN, current_actor
from scheduler.web.i18n import _


def opens_people() -> bool:
    """Whether the reader may open the page of each presenter of her centre."""
    return policy.scope_of(current_actor(), "read", "presenter") is Scope.CENTRE


def opens_hosts() -> bool:
    """Whether the reader may open the pages of schools."""
    return policy.scope_of(current_actor(), "read", "call_note") is not None


def opens_page(endpoint: str) -> bool:
    """Whether a page lets the reader in, before it looks for what its address names."""
    may: tuple[str, str] = vars(current_app.view_functions[endpoint])["may"]
    return may == OPEN or policy.scope_of(current_actor(), *may) is not None


def both_spellings(name: str) -> list[str]:
    """A name as it was written and, below it, in the other letters; of a derived one the reader learns that it is."""
    other, derived = other_spelling(name)
    below = _("%(name)s (made from the Cyrillic letters)", name=other) if derived else other
    return [str(name), below] if below else [str(name)]


def register(app: Flask) -> None:
    app.jinja_env.globals.update(
        opens_people=opens_people, opens_hosts=opens_hosts, opens_page=opens_page, both_spellings=both_spellings
    )
    app.jinja_env.tests["in_cyrillic"] = is_in_cyrillic

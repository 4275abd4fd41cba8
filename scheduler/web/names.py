"""Which names are links: whose pages a reader may open, by the table of rights, asked by the macros of templates.

And a name in both its spellings, where a page is about the name.
"""

from flask import Flask

from scheduler import policy
from scheduler.core.names import is_in_cyrillic, other_spelling
from scheduler.policy import Scope
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _


def opens_people() -> bool:
    """Whether the reader may open the page of each presenter of her centre."""
    return policy.scope_of(current_actor(), "read", "presenter") is Scope.CENTRE


def opens_hosts() -> bool:
    """Whether the reader may open the pages of schools."""
    return policy.scope_of(current_actor(), "read", "call_note") is not None


def both_spellings(name: str) -> list[str]:
    """A name as it was written and, below it, in the other letters; of a derived one the reader learns that it is."""
    other, derived = other_spelling(name)
    below = _("%(name)s (made from the Cyrillic letters)", name=other) if derived else other
    return [str(name), below] if below else [str(name)]


def register(app: Flask) -> None:
    app.jinja_env.globals.update(opens_people=opens_people, opens_hosts=opens_hosts, both_spellings=both_spellings)
    app.jinja_env.tests["in_cyrillic"] = is_in_cyrillic

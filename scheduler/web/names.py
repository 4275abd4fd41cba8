"""Which names are links: whose pages a reader may open, by the table of rights, asked by the macros of templates."""

from flask import Flask

from scheduler import policy
from scheduler.policy import Scope
from scheduler.web.guards import current_actor


def opens_people() -> bool:
    """Whether the reader may open the page of each presenter of her centre."""
    return policy.scope_of(current_actor(), "read", "presenter") is Scope.CENTRE


def opens_hosts() -> bool:
    """Whether the reader may open the pages of schools."""
    return policy.scope_of(current_actor(), "read", "call_note") is not None


def register(app: Flask) -> None:
    app.jinja_env.globals.update(opens_people=opens_people, opens_hosts=opens_hosts)

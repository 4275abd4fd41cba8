"""The search of the desk: hosts, people, requests and visits, each as far as its reader's role reaches."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.text import fold
from scheduler.people import queries as people_queries
from scheduler.places import queries as place_queries
from scheduler.places.terms.hosts import HostRow
from scheduler.policy import Actor
from scheduler.requests.queries.search import requests_found
from scheduler.visits.queries.search import visits_found
from scheduler.web.desk.blueprint import bp
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may

EACH = 20  # of a kind; who finds more types more


@bp.get("/search")
@may("read", "desk")
def search() -> ResponseReturnValue:
    """What is typed, in either script; or everything about one host that was found before."""
    actor = current_actor()
    typed = request.args.get("q", "")[:200].strip()
    host = _host(request.args.get("host", ""))
    number = typed.upper()
    words = [] if number.startswith(("R-", "P-")) else fold(typed).split()
    requests = visits = people = hosts = []
    if policy.scope_of(actor, "accept", "request") is not None and not number.startswith("P-"):
        requests = requests_found(
            actor, _numbered(number, "R-"), words, now=clock.now(), host_id=host.id if host else None, limit=EACH
        )
    if not number.startswith("R-"):
        visits = visits_found(actor, _numbered(number, "P-"), words, host_id=host.id if host else None, limit=EACH)
    if not host and not number.startswith(("R-", "P-")):
        people, hosts = _people(actor, words), _hosts(actor, typed)
    return render_template(
        "desk/search.html",
        typed=typed,
        host=host,
        requests=requests,
        visits=visits,
        people=people,
        hosts=hosts,
        most=EACH,
        nothing=not (requests or visits or people or hosts),
        staff=policy.scope_of(actor, "list", "presenter") is not None,
    )


def _numbered(typed: str, letter: str) -> str:
    """A number of a request or a visit as it is stored; empty when something else was typed."""
    return typed if typed.startswith(letter) else ""


def _host(typed: str) -> HostRow | None:
    """Raises: NotFound for a number that is no host's."""
    if not typed:
        return None
    if (host_id := number_of(typed)) is None:
        raise NotFound("host")
    return place_queries.host_of(host_id)


def _people(actor: Actor, words: list[str]) -> list[object]:
    """Presenters of the centre, for its staff only: surnames of minors are for nobody else."""
    if actor.centre_id is None or policy.scope_of(actor, "list", "presenter") is None:
        return []
    return [*people_queries.presenters_found(actor.centre_id, words, limit=EACH)]


def _hosts(actor: Actor, typed: str) -> list[HostRow]:
    """Hosts are public; but their pages here are for who answers requests."""
    if policy.scope_of(actor, "accept", "request") is None:
        return []
    return place_queries.find_hosts(typed, limit=EACH)

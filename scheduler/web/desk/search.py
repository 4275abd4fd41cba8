"""The search of the desk: hosts, people, who asked, requests and visits, each as far as its reader's role reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.phone_search import digits_of
from scheduler.core.text import fold
from scheduler.people.terms import PresenterRow
from scheduler.places.queries import find_hosts, host_of
from scheduler.places.terms.hosts import HostRow
from scheduler.policy import Actor
from scheduler.requests.queries.contacts import contacts_found, hosts_by_phone
from scheduler.requests.queries.search import requests_found
from scheduler.requests.terms.pages import ContactPerson, RequestRow
from scheduler.staffing.queries.found_people import presenters_found
from scheduler.turns.queries.search import visits_found
from scheduler.visits.terms.rows import VisitRow
from scheduler.web.desk.blueprint import bp
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may

SUGGESTED, SHORTEST_TYPED = 5, 2  # of a kind while somebody types; letters
EACH = 20  # of a kind; who finds more types more


@dataclass(frozen=True)
class FoundThings:
    """What was found for what was typed, of each kind as far as the reader's role reaches."""

    requests: Sequence[RequestRow] = ()
    visits: Sequence[VisitRow] = ()
    people: Sequence[PresenterRow] = ()
    contacts: Sequence[ContactPerson] = ()
    hosts: Sequence[HostRow] = ()

    @property
    def nothing(self) -> bool:
        return not (self.requests or self.visits or self.people or self.contacts or self.hosts)


@bp.get("/search")
@may("read", "desk")
def search() -> ResponseReturnValue:
    """What is typed, in either script; or everything about one host that was found before."""
    typed = _typed()
    host = _host(request.args.get("host", ""))
    found = _found(current_actor(), typed, host, EACH)
    return render_template(
        "desk/search.html",
        typed=typed,
        host=host,
        found=found,
        most=EACH,
        staff=policy.scope_of(current_actor(), "list", "presenter") is not None,
    )


@bp.get("/search/suggest")
@may("read", "desk")
def suggest() -> ResponseReturnValue:
    """The first that is found while somebody types: a piece of a page, a list of links."""
    typed = _typed()
    found = _found(current_actor(), typed, None, SUGGESTED) if len(typed) >= SHORTEST_TYPED else FoundThings()
    return render_template("desk/suggested.html", typed=typed, found=found)


def _typed() -> str:
    return request.args.get("q", "")[:200].strip()


def _found(actor: Actor, typed: str, host: HostRow | None, limit: int) -> FoundThings:
    number, digits = typed.upper(), digits_of(typed)
    words = [] if digits or number.startswith(("R-", "P-")) else fold(typed).split()
    requests = visits = people = contacts = hosts = []
    answers = policy.scope_of(actor, "accept", "request") is not None
    host_id = host.id if host else None
    if answers and not number.startswith("P-"):
        asked = _numbered(number, "R-")
        requests = requests_found(actor, asked, words, now=clock.now(), host_id=host_id, limit=limit)
    if not number.startswith("R-"):
        visits = visits_found(actor, _numbered(number, "P-"), words, host_id=host_id, limit=limit)
    if not host and not number.startswith(("R-", "P-")):
        people = _people(actor, words, digits, limit)
        if answers:  # hosts are public; but their pages here, and who asked, are for who answers requests
            contacts = contacts_found(actor, words, digits, limit=limit)
            hosts = hosts_by_phone(digits, limit=limit) if digits else find_hosts(typed, limit=limit)
    return FoundThings(requests, visits, people, contacts, hosts)


def _numbered(typed: str, letter: str) -> str:
    """A number of a request or a visit as it is stored; empty when something else was typed."""
    return typed if typed.startswith(letter) else ""


def _host(typed: str) -> HostRow | None:
    """Raises: NotFound for a number that is no host's."""
    if not typed:
        return None
    if (host_id := number_of(typed)) is None:
        raise NotFound("host")
    return host_of(host_id)


def _people(actor: Actor, words: list[str], digits: str, limit: int) -> list[PresenterRow]:
    """Presenters of the centre, for its staff only: surnames of minors are for nobody else."""
    if actor.centre_id is None or policy.scope_of(actor, "list", "presenter") is None:
        return []
    return presenters_found(actor.centre_id, words, digits, today=clock.local_day(clock.now()), limit=limit)

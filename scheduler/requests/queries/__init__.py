"""What requests show: the coordinators' inbox, one request with its history, the host behind a secret link."""

from scheduler.requests.queries.found import requests_found
from scheduler.requests.queries.hours import lessons_of_span, school_clock
from scheduler.requests.queries.inbox import SORTS, facets_of, inbox
from scheduler.requests.queries.lineage import Contact, contacts_of, contacts_of_each, kept_request, places_in_line
from scheduler.requests.queries.pages import (
    host_id_of,
    own_request,
    proof_of,
    proposed_dates,
    request_of,
    request_page,
    undoable_of,
)

__all__ = [
    "SORTS",
    "Contact",
    "contacts_of",
    "contacts_of_each",
    "facets_of",
    "host_id_of",
    "inbox",
    "kept_request",
    "lessons_of_span",
    "own_request",
    "places_in_line",
    "proof_of",
    "proposed_dates",
    "request_of",
    "request_page",
    "requests_found",
    "school_clock",
    "undoable_of",
]

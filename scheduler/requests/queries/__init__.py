"""What requests show: the coordinators' inbox, one request with its history, the host behind a secret link."""

from scheduler.requests.queries.found import requests_found
from scheduler.requests.queries.handovers import covered_requests, handover_of, handovers_of, own_handovers
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
from scheduler.requests.queries.rows import blackouts_of_each
from scheduler.requests.queries.stand_ins import district_of, handovers_on, on_duty, owned_within, stand_in_of

__all__ = [
    "SORTS",
    "Contact",
    "blackouts_of_each",
    "contacts_of",
    "contacts_of_each",
    "covered_requests",
    "district_of",
    "facets_of",
    "handover_of",
    "handovers_of",
    "handovers_on",
    "host_id_of",
    "inbox",
    "kept_request",
    "lessons_of_span",
    "on_duty",
    "own_handovers",
    "own_request",
    "owned_within",
    "places_in_line",
    "proof_of",
    "proposed_dates",
    "request_of",
    "request_page",
    "requests_found",
    "school_clock",
    "stand_in_of",
    "undoable_of",
]

"""What staff sees of minors, and what anybody signed in is refused, goes into the audit with the answer (TRUST S34).

Every answer is looked at after it is made, so that no page can forget it: a page, a table or a calendar that holds a
minor's whole name is a read. What shows less, a given name alone, or is no text (PDF), says so by `note_given_names`.
An answer whose line cannot be written is not given. The file with everything has its own line in the audit.
"""

import re
from collections.abc import Iterable
from html import unescape

from flask import Flask, Response, g, request

from scheduler.core import clock
from scheduler.core.names import spellings, whole_name
from scheduler.people.service import reads
from scheduler.people.terms import STAFF_ROLES
from scheduler.policy import Actor
from scheduler.web.guards import current_actor

READABLE = ("text/html", "text/plain", "text/csv", "text/calendar", "application/json")
TAG = re.compile(r"<[^>]*>")
LETTERS_AROUND = 3  # letters of a word before and after a space


def note_given_names(presenter_ids: Iterable[int]) -> None:
    """Say that this answer names these presenters, the minors among them by their given names alone."""
    g.minors_shown = {*g.get("minors_shown", ()), *presenter_ids}


def named_in(body: str, minors: dict[int, tuple[str, str]]) -> set[int]:
    """Whose whole name a text holds: between tags, across them (a search marks letters), or in an attribute."""
    names = {presenter_id: _ways(*both) for presenter_id, both in minors.items()}
    found: set[int] = set()
    for text in (body, TAG.sub("", body)):
        words = unescape(text).split()
        gaps = set(
            zip((word[-LETTERS_AROUND:] for word in words), (word[:LETTERS_AROUND] for word in words[1:]), strict=False)
        )
        near = [one for one in names if one not in found and any(_may_stand(name, gaps) for name in names[one])]
        if near:
            told = " ".join(words)
            found |= {one for one in near if any(name in told for name in names[one])}
    return found


def _ways(given: str, family: str) -> list[str]:
    """A whole name in either order, in every spelling that a page may choose."""
    return [*spellings(whole_name(given, family)), *spellings(whole_name(family, given))]


def _may_stand(name: str, gaps: set[tuple[str, str]]) -> bool:
    """Whether a text has the letters of a name around its first space: a look at a set, where whether the name stands
    there is a walk through the text. Of a name so short nobody knows but by walking.
    """
    first, _, rest = name.partition(" ")
    following = rest.split(" ", 1)[0]
    return (
        min(len(first), len(following)) < LETTERS_AROUND
        or (first[-LETTERS_AROUND:], following[:LETTERS_AROUND]) in gaps
    )


def note_what_is_shown(response: Response) -> Response:
    """After each answer to somebody who is signed in. What answers machines asks nobody who she is, and names no minor:
    of them a calendar holds given names alone, for whoever has its address.
    """
    if response.is_streamed or g.get("failed") or g.get("cookieless") or request.endpoint in (None, "static"):
        return response
    actor, page = current_actor(), str(request.endpoint)
    if actor.user_id is None:
        return response
    if response.status_code == 403 or "out_of_reach" in g:
        reads.note_denial(actor, page, g.get("out_of_reach", ""), now=clock.now())
    elif actor.roles & set(STAFF_ROLES) and response.status_code < 500:
        _note_minors(actor, page, response)
    return response


def _note_minors(actor: Actor, page: str, response: Response) -> None:
    now, told = clock.now(), set(g.get("minors_shown", ()))
    readable = response.mimetype in READABLE and not 300 <= response.status_code < 400
    if not readable and not told:
        return  # a redirect, a picture, a paper that names no presenter: nobody is asked for
    minors, noted = reads.minors_of(actor, page, now=now)
    seen = named_in(response.get_data(as_text=True), minors) if readable and minors else set()
    if fresh := (seen | (told & minors.keys())) - noted:
        reads.note_reads(actor, fresh, page, now=now)


def register(app: Flask) -> None:
    app.after_request(note_what_is_shown)

"""What staff sees of minors, and what anybody signed in is refused, goes into the audit with the answer (TRUST S34).

Every answer is looked at after it is made, so that no page can forget it: a page, a table or a calendar that holds a
minor's whole name is a read. What shows less, a given name alone, or is no text (PDF), says so by `note_given_names`;
a workbook gives its text to `note_text`.
An answer whose line cannot be written is not given. The file with everything has its own line in the audit.
"""

import re
from collections.abc import Iterable, Mapping
from html import unescape
from itertools import pairwise

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


def note_text(text: str) -> None:
    """Say what stands in this answer where nobody can read it from its bytes: a workbook is a packed file."""
    g.text_shown = f"{g.get('text_shown', '')}\n{text}"


class Lookout:
    """Some minors, in such an order that a text says who is named in it: nobody is looked for one by one.

    A whole name stands in a text where the letters around its first space stand; of short words they are fewer.
    """

    def __init__(self, minors: Mapping[int, tuple[str, str]]) -> None:
        self._ways = {presenter_id: _ways(*both) for presenter_id, both in minors.items()}
        self._whose: dict[tuple[str, str], set[int]] = {}
        self._of_one_word: set[int] = set()  # they are looked for: a text has no sign for them
        for presenter_id, names in self._ways.items():
            for name in names:
                first, following = [*name.split(" ", 2), ""][:2]
                if first and following:
                    letters = first[-LETTERS_AROUND:], following[:LETTERS_AROUND]
                    self._whose.setdefault(letters, set()).add(presenter_id)
                else:
                    self._of_one_word.add(presenter_id)
        self._lengths = {(len(first), len(following)) for first, following in self._whose}

    def named_in(self, body: str) -> set[int]:
        """Whose whole name a text holds: between tags, across them (a search marks letters), or in an attribute."""
        found: set[int] = set()
        for text in (body, TAG.sub("", body)) if self._ways else ():
            words = unescape(text).split()
            if near := self._near(words) - found:
                told = " ".join(words)
                found |= {one for one in near if any(name in told for name in self._ways[one])}
        return found

    def _near(self, words: list[str]) -> set[int]:
        """Of whom the text has the letters around the first space of her name, and those who have no such letters."""
        neighbours = set(pairwise(words))  # of a list most stand in each of its rows
        gaps = {(one[-LETTERS_AROUND:], next_one[:LETTERS_AROUND]) for one, next_one in neighbours}
        near = set(self._of_one_word)
        for before, after in self._lengths:
            whole = before == after == LETTERS_AROUND
            there = gaps if whole else {(one[-before:], next_one[:after]) for one, next_one in gaps}
            near.update(*(self._whose[letters] for letters in self._whose.keys() & there))
        return near


def _ways(given: str, family: str) -> list[str]:
    """A whole name in either order, in every spelling that a page may choose."""
    return [*spellings(whole_name(given, family)), *spellings(whole_name(family, given))]


def note_what_is_shown(response: Response) -> Response:
    """After each answer to somebody who is signed in. What answers machines asks nobody who she is, and names no minor:
    of them a calendar holds given names alone, for whoever has its address.
    """
    streamed = response.is_streamed and not response.direct_passthrough  # a file has a length on some servers only
    if streamed or g.get("failed") or g.get("cookieless") or request.endpoint in (None, "static"):
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
    now, told, text = clock.now(), set(g.get("minors_shown", ())), g.get("text_shown", "")
    readable = response.mimetype in READABLE and not 300 <= response.status_code < 400
    if not (readable or told or text):
        return  # a redirect, a picture, a paper that names no presenter: nobody is asked for
    minors = reads.minors_of(actor, page, now=now)
    lookout = Lookout(minors.names)
    response.direct_passthrough = response.direct_passthrough and not readable  # a file of text is read here
    seen = lookout.named_in(response.get_data(as_text=True) if readable else text)
    if fresh := (seen | (told & minors.names.keys())) - minors.noted:
        reads.note_reads(actor, fresh, page, now=now)


def register(app: Flask) -> None:
    app.after_request(note_what_is_shown)

"""A page that creates something does so once for each form: pressed twice, sent again, at once or after a restart.

`core/form_keys.py` holds how. A form without a key, of an old page or a program, is taken as it comes.
"""

import hashlib
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.form_keys import AlreadySent, Claim, answer_of, claimed
from scheduler.web.guards import current_actor
from scheduler.web.ways_back import page_above

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
NOT_CONTENT = ("csrf_token", "form_key")
MOST_LOOKS, PAUSE_S = 20, 0.05  # the first of two presses has stored already, and only its answer is on the way


def sent_once(view: View[P]) -> View[P]:
    """The second of two equal sendings is answered as the first was; one key with other content is refused, worded."""

    @wraps(view)
    def sent(*args: P.args, **given: P.kwargs) -> ResponseReturnValue:
        form_key = request.form.get("form_key", "")
        if request.method != "POST" or not form_key:
            return view(*args, **given)
        claim = Claim(_digest(current_actor().label, request.path, form_key), _digest(_content()), clock.now())
        try:
            with claimed(claim):
                answer = make_response(view(*args, **given))
        except AlreadySent as before:
            return redirect(_where_it_led(before.key))
        except Exception:
            _settle(claim, refused=True)
            raise
        _settle(claim, refused=answer.status_code >= 400, led_to=answer.location or "")
        return answer

    sent.once = True  # type: ignore[attr-defined]
    return sent


def _settle(claim: Claim, *, refused: bool, led_to: str = "") -> None:
    if not claim.stored:
        return
    if refused:
        claim.give_back()
    elif _may_be_stored():
        claim.note_answer(led_to)


def _may_be_stored() -> bool:
    """Where a sending led to is kept but for secret links: an address of a school or a guardian opens something."""
    return current_actor().user_id is not None or not request.view_args


def _content() -> list[tuple[str, str]]:
    """What the form says, in the order of its fields; of files the names and what stands in them."""
    said = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CONTENT]
    for name, file in request.files.items(multi=True):
        said.append((name, f"{file.filename} {hashlib.sha256(file.stream.read()).hexdigest()}"))
        file.stream.seek(0)
    return said


def _digest(*said: object) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _where_it_led(key: str) -> str:
    """The address that the first sending led to; where none is known, the page that the form stood on."""
    for _look in range(MOST_LOOKS if _may_be_stored() else 0):
        if led_to := answer_of(key):
            return led_to
        db.session.rollback()
        time.sleep(PAUSE_S)
    return page_above(request.path)

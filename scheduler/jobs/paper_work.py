"""Long work on certificates: issued, drawn into files, written to schools about.

A step and how far it is are stored together, so a worker that is killed leaves no step half done and none untold: the
next one goes on behind it, and no bar goes backwards.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing, letters
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict
from scheduler.policy import Actor
from scheduler.work import service
from scheduler.work.terms import LeasedWork, Phase

DRAWN_AT_ONCE = 25
ONE_FILE = "certificates.pdf"


def issue(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """A hundred visits in a transaction; what one worker did, the next one does not do again.

    What became due meanwhile is left to the sweep, so that the whole is what it was.
    """
    result: dict[str, Any] = {"issued": 0, "problem_visits": []} | dict(taken.result)
    left_out = {visit_id for visit_id, _reason in result["problem_visits"]}
    visits = [one for one in papers.visits_missing_certificates(actor) if one not in left_out]
    if taken.total:
        visits = visits[: taken.total - taken.done]
    total = taken.total or len(visits)
    begun = total - len(visits)
    service.tell(taken, Phase.ISSUING, begun, total, now=clock.now())
    for start in range(0, len(visits), issuing.AT_ONCE):
        some = visits[start : start + issuing.AT_ONCE]
        done, now = begun + start + len(some), clock.now()
        try:
            with transaction():
                issued = issuing.issue_for_locked_attendance(actor, some, now=now).issued
                result["issued"] += issued
                service.tell(taken, Phase.ISSUING, done, total, now=now, result=result)
        except Conflict:  # with one of them: which, and why, the page says
            _issue_alone(actor, some, result)
            service.tell(taken, Phase.ISSUING, done, total, now=clock.now(), result=result)
    return result


def _issue_alone(actor: Actor, visits: Sequence[int], result: dict[str, Any]) -> None:
    for visit_id in visits:
        try:
            result["issued"] += issuing.issue_certificates(actor, visit_id, now=clock.now()).issued
        except Conflict as conflict:
            result["problem_visits"].append([visit_id, conflict.reason])


def draw_each(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """A file for each certificate; those that hold no longer are left out."""
    numbers = _wanted(taken)
    there = service.names_kept(taken.id)
    left = [number for number in numbers if _file_of(number) not in there]
    begun, drawn = max(taken.done, len(numbers) - len(left)), len(there)
    for start in range(0, len(left), DRAWN_AT_ONCE):
        some = left[start : start + DRAWN_AT_ONCE]
        made = [(_file_of(number), drawing) for number, drawing in issuing.draw_alone(actor, some)]
        done = max(begun, len(numbers) - len(left) + start + len(some))
        service.keep_files(taken, made, done, len(numbers), now=clock.now())
        drawn += len(made)
    return {"drawn": drawn, "left_out": len(numbers) - drawn}


def draw_merged(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """One file of all of them: fonts and frames are in it once."""
    numbers = _wanted(taken)
    valid = papers.valid_among(numbers)
    if valid and not service.names_kept(taken.id):

        def told(pages: int) -> None:  # until all of it is stored, nothing of it is done; it is held, though
            if pages % DRAWN_AT_ONCE == 1:
                service.tell(taken, Phase.DRAWING, 0, len(numbers), now=clock.now())

        made = [(ONE_FILE, issuing.draw_merged(actor, valid, told))]
        service.keep_files(taken, made, len(numbers), len(numbers), now=clock.now())
    return {"drawn": len(valid), "left_out": len(numbers) - len(valid)}


def _wanted(taken: LeasedWork) -> list[Any]:
    """What the work is about: numbers of certificates, or ids of visits."""
    return list(json.loads(taken.content or b"[]"))


def _file_of(number: str) -> str:
    return f"{number}.pdf"


def write_letters(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """To the schools of these visits, a hundred in a transaction; of a visit that was written to meanwhile, nothing."""
    visits = _wanted(taken)
    result: dict[str, Any] = {"mails": 0, "schools": 0} | dict(taken.result)
    for start in range(taken.done, len(visits), issuing.AT_ONCE):
        some, now = visits[start : start + issuing.AT_ONCE], clock.now()
        with transaction():
            written = letters.write_letters(actor, some, now=now)
            result = {"mails": result["mails"] + written.mails, "schools": result["schools"] + written.schools}
            service.tell(taken, Phase.WRITING, start + len(some), len(visits), now=now, result=result)
    return result

"""Proofs, guardians and rides that no act of the product has written: for `invariants check` and the nightly job.

A forged row looks like a true one; but whoever acts leaves a line in the audit, of the same moment. Ids only, no names.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from scheduler.core.audit import AuditEntry, without_line
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.safeguarding.models import (
    RECORDED,
    AssignmentStop,
    BirthDateCorrection,
    ConsentPaper,
    Guardian,
    GuardianConsent,
)
from scheduler.staffing.models.pick_ups import CarRide, PickUp

PROPOSED = "birth date proposed"
WITHDRAWN = ("consent withdrawn", "consent replaced")


def violations() -> list[str]:
    """One plain sentence for each row without its line. What an older release recorded by one person is left out."""
    consent = GuardianConsent
    counts = consent.earlier.is_(False)
    named = (Guardian.email != "", ~exists().where(consent.guardian_id == Guardian.id, consent.earlier))
    lacking = (
        *((_words(kind), without_line(kind, action, at=kind.recorded_at)) for kind, action in RECORDED.items()),
        ("guardian", without_line(Guardian, "guardian named", where=named)),
        ("confirmation of guardian", without_line(Guardian, "guardian confirmed", at=Guardian.confirmed_at)),
        ("consent", without_line(consent, "consent recorded", at=consent.recorded_at, where=(counts,))),
        ("withdrawal of consent", without_line(consent, *WITHDRAWN, at=consent.withdrawn_at, where=(counts,))),
        ("correction of birth date", without_line(BirthDateCorrection, PROPOSED, at=BirthDateCorrection.proposed_at)),
        ("paper", without_line(ConsentPaper, "consent paper recorded", at=ConsentPaper.first_seen_at)),
        ("notice of paper", without_line(ConsentPaper, "guardian told of a paper", at=ConsentPaper.told_at)),
        ("stop", without_line(AssignmentStop, "new visits stopped", at=AssignmentStop.stopped_at)),
        ("end of stop", without_line(AssignmentStop, "stop lifted", at=AssignmentStop.lifted_at)),
        ("ride", without_line(CarRide, "ride arranged", at=CarRide.arranged_at)),
        ("pick-up", without_line(PickUp, "way home said", at=PickUp.typed_at, about=(Presenter, PickUp.presenter_id))),
    )
    return [
        *(f"{what} {ident} has no audit row" for what, idents in lacking for ident in idents),
        *_checks_that_differ(),
        *_guardians_that_differ(),
        *_replaced_by_nobody(),
    ]


def _words(model: type[Any]) -> str:
    return str(model.__tablename__).replace("_", " ")


def _checks_that_differ() -> Iterator[str]:
    """What a check says, beside what its line says that was recorded."""
    for kind, action in RECORDED.items():
        for row, told in _with_lines(kind, action):
            stored = {"presenter_id": row.presenter_id, "result": row.result.value,
                      "checked_on": str(row.checked_on), "valid_until": str(row.valid_until)}  # fmt: skip
            if told.items() - stored.items():
                yield f"{_words(kind)} {row.id} differs from its audit row"


def _guardians_that_differ() -> Iterator[str]:
    for row, told in _with_lines(Guardian, "guardian named"):
        if told.items() - {"presenter_id": row.presenter_id, "in_force_at": str(row.in_force_at)}.items():
            yield f"guardian {row.id} differs from her audit row"


def _with_lines(model: type[Any], action: str) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Each row and its last line: the number of a row that was deleted is given again on SQLite."""
    line = and_(AuditEntry.thing == model.__tablename__, AuditEntry.thing_id == model.id, AuditEntry.action == action)
    rows = db.session().execute(select(model, AuditEntry.details).join(AuditEntry, line).order_by(AuditEntry.id))
    return {row.id: (row, json.loads(details)) for row, details in rows}.values()


def _replaced_by_nobody() -> Iterator[str]:
    """Where a guardian ceases to speak, the next one begins at that very moment."""
    following = aliased(Guardian)
    begins = exists().where(
        following.presenter_id == Guardian.presenter_id, following.id != Guardian.id,
        following.in_force_at == Guardian.replaced_at,
    )  # fmt: skip
    ceased = (Guardian.replaced_at > Guardian.in_force_at, Guardian.email != "")
    for ident in db.session().scalars(select(Guardian.id).where(*ceased, ~begins).order_by(Guardian.id)):
        yield f"guardian {ident} is replaced by nobody"

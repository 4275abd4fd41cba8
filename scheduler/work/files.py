"""Files that long work makes: kept as they are drawn, so that the next worker draws only what is missing."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import undefer

from scheduler import policy
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.policy import Actor
from scheduler.work import service
from scheduler.work.models import LongWork, MadeFileRow
from scheduler.work.terms import RIGHTS, LeasedWork, MadeFile, Phase, WorkRow, WorkState

READ_AT_ONCE = 50


def names_kept(work_id: int) -> set[str]:
    """What is made already."""
    return set(db.session().scalars(select(MadeFileRow.name).where(MadeFileRow.work_id == work_id)))


def keep_files(
    work: LeasedWork, files: Sequence[tuple[str, bytes]], done: int, total: int, *, now: dt.datetime
) -> None:
    """Store some files, each with its hash, and say how far it is: both or neither, and only while the work is ours."""
    with transaction() as session:
        ours = select(LongWork.id).where(LongWork.id == work.id, LongWork.attempts == work.attempt)
        if session.scalar(ours.with_for_update()) is None:
            return
        rows = [
            {"work_id": work.id, "name": name, "sha256": hashlib.sha256(content).hexdigest(), "content": content}
            for name, content in files
        ]
        if rows:
            session.execute(insert(MadeFileRow), rows)
        service.tell(work, Phase.DRAWING, done, total, now=now)


def work_with_files(actor: Actor, work_id: int, *, now: dt.datetime) -> WorkRow:
    """Work whose files this person lets be made, and may still see. Raises: NotAllowed; NotFound, also when over."""
    row = service.work_page(actor, work_id, now=now)
    policy.require(actor, *RIGHTS[row.kind], centre=policy.own_part(actor))
    begun_by = db.session().scalar(select(LongWork.user_id).where(LongWork.id == work_id))
    if begun_by != actor.user_id or row.state is not WorkState.DONE or not count_of(work_id):
        raise NotFound("work")
    return row


def count_of(work_id: int) -> int:
    """How many files of a work are kept."""
    return db.session().scalar(select(func.count(MadeFileRow.id)).where(MadeFileRow.work_id == work_id)) or 0


def files_of(work_id: int) -> Iterator[MadeFile]:
    """One after the other as they were made, a few in memory at once."""
    last = 0
    wanted = select(MadeFileRow).options(undefer(MadeFileRow.content)).order_by(MadeFileRow.id).limit(READ_AT_ONCE)
    while rows := db.session().scalars(wanted.where(MadeFileRow.work_id == work_id, MadeFileRow.id > last)).all():
        for row in rows:
            yield MadeFile(row.name, row.content, row.sha256)
        last = rows[-1].id
        db.session().expunge_all()


def forget_files() -> None:
    """Drop all that is kept, inside the caller's transaction: somebody's name stands in one of them no longer."""
    db.session().execute(delete(MadeFileRow))

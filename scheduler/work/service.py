"""Long work: started by a page, done by the worker under a lease, watched by whoever may start it.

A worker that is killed leaves its lease behind; when that is over, the next sweep takes the work up again. After the
third worker has died of it, it is called failed.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, true, update
from sqlalchemy.orm import defer, undefer

from scheduler import policy
from scheduler.core import leases
from scheduler.core.db import advisory_lock, db, transaction
from scheduler.core.errors import NotFound, TooMany
from scheduler.core.leases import LEASE, is_free, is_over, lease
from scheduler.people.models import User
from scheduler.policy import Actor
from scheduler.work.models import LongWork, MadeFileRow
from scheduler.work.terms import (
    LEASES,
    MAKES_FILES,
    OF_A_LIST,
    OF_CERTIFICATES,
    OPEN_WORK,
    RIGHTS,
    STORES,
    LeasedWork,
    MadeFile,
    Phase,
    WorkKind,
    WorkReason,
    WorkRow,
    WorkState,
)

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
MOST_OF_STEPS = 12  # where the next worker goes on from the last step, a death costs little
SLOW_AFTER = dt.timedelta(minutes=2)  # the worker looks each minute
CONTENT_KEPT = dt.timedelta(days=1)
FILES_WINDOW, FILES_IN_A_WINDOW = dt.timedelta(hours=1), 30
MOST_LISTS = 3  # of one person that wait or are worked on: the worker is everybody's
NO_FILE = (*OF_CERTIFICATES, WorkKind.PROPOSE_PLAN, WorkKind.PLAN_TOUR)  # no file of a person is read
READ_AT_ONCE = 50  # made files, in memory
WORK_LOCK = 53  # kind of core.db.advisory_lock: one centre's new work
INTERRUPTED = {"failure": "interrupted"}


def begin(actor: Actor, kind: WorkKind, *, now: dt.datetime, content: bytes | None = None, file_name: str = "") -> int:
    """Store what is wanted; the worker does it. The same work that is still open is not begun twice: its id comes back.

    Raises: NotAllowed; NotFound for who belongs to no centre; TooMany after 30 files of one person in an hour,
    and while three of her lists are not done.
    """
    _require(actor, kind)
    if actor.centre_id is None or actor.user_id is None:
        raise NotFound("centre")
    with transaction() as session:
        advisory_lock(session, WORK_LOCK, [actor.centre_id])  # a double click begins one work
        same = select(LongWork.id).where(
            LongWork.kind == kind,
            LongWork.centre_id == actor.centre_id,
            LongWork.state.in_(OPEN_WORK),
            LongWork.content == content if content is not None else LongWork.content.is_(None),
            LongWork.user_id == actor.user_id if kind in MAKES_FILES else true(),
        )
        if open_id := session.scalar(same.order_by(LongWork.id).limit(1)):
            return open_id
        if content is not None and kind not in NO_FILE:
            _refuse_a_flood(actor.user_id, now)
        if kind in OF_A_LIST:
            _refuse_a_queue(actor.user_id)
        _leave_earlier(actor.user_id, kind)
        work = LongWork(
            kind=kind,
            centre_id=actor.centre_id,
            user_id=actor.user_id,
            file_name=file_name,
            content=content,
            created_at=now,
        )
        session.add(work)
        session.flush()
        return work.id


def _require(actor: Actor, kind: WorkKind) -> None:
    """A file is of the whole centre; of certificates, who is limited to districts issues those that are due there."""
    where = policy.own_part(actor) if kind in NO_FILE else actor.centre_id
    policy.require(actor, *RIGHTS[kind], centre=where)


def _refuse_a_flood(user_id: int, now: dt.datetime) -> None:
    """Raises: TooMany; each file costs the worker minutes, and lies in the database for a day."""
    files = (
        select(func.count())
        .select_from(LongWork)
        .where(LongWork.user_id == user_id, LongWork.kind.not_in(NO_FILE), LongWork.created_at > now - FILES_WINDOW)
    )
    if (db.session().scalar(files) or 0) >= FILES_IN_A_WINDOW:
        log.warning("too many files", extra={"user_id": user_id})
        raise TooMany(WorkReason.TOO_MANY_FILES, wait=FILES_WINDOW)


def _refuse_a_queue(user_id: int) -> None:
    """Raises: TooMany; a list of 2,000 keeps the worker from everybody else for minutes."""
    hers = (LongWork.user_id == user_id, LongWork.kind.in_(OF_A_LIST), LongWork.state.in_(OPEN_WORK))
    if (db.session().scalar(select(func.count()).select_from(LongWork).where(*hers)) or 0) >= MOST_LISTS:
        log.warning("too many lists", extra={"user_id": user_id})
        raise TooMany(WorkReason.TOO_MANY_LISTS, wait=LEASE)


def _leave_earlier(user_id: int, kind: WorkKind) -> None:
    """Who sends, or lets be made, the next file of a kind has left the one before: it is not kept for a day."""
    if kind in MAKES_FILES:
        hers = select(LongWork.id).where(LongWork.user_id == user_id, LongWork.state.not_in(OPEN_WORK))
        db.session().execute(delete(MadeFileRow).where(MadeFileRow.work_id.in_(hers)))
    if kind in STORES:
        left = (LongWork.user_id == user_id, LongWork.kind == kind, LongWork.state.not_in(OPEN_WORK))
        db.session().execute(update(LongWork).where(LongWork.content.is_not(None), *left).values(content=None))


def leave(actor: Actor, work_id: int) -> None:
    """Delete a file that was checked and will not be stored. Raises: NotAllowed; NotFound."""
    content_of(actor, work_id)
    with transaction() as session:
        session.execute(update(LongWork).where(LongWork.id == work_id).values(content=None))
    log.info("upload left", extra={"work_id": work_id})


def content_of(actor: Actor, work_id: int) -> tuple[bytes, str, WorkKind]:
    """A file that was checked, its name, and as what. Raises: NotAllowed; NotFound also when it is forgotten."""
    found = db.session.scalar(_of(actor, work_id).where(LongWork.kind.in_(STORES)))
    if found is None or found.content is None:
        raise NotFound("work")
    _require(actor, found.kind)
    return found.content, found.file_name, found.kind


def file_name_of(work: LeasedWork) -> str:
    """What the file was called on the computer it came from."""
    return db.session.scalar(select(LongWork.file_name).where(LongWork.id == work.id)) or ""


def waiting_ids(now: dt.datetime) -> list[int]:
    """Work that nobody does at the moment, oldest first."""
    return list(db.session.scalars(select(LongWork.id).where(_free(now)).order_by(LongWork.id)))


def _free(now: dt.datetime) -> ColumnElement[bool]:
    waits, busy = LongWork.state == WorkState.WAITING, LongWork.state == WorkState.RUNNING
    free: ColumnElement[bool] = is_free(LongWork, waits=waits, busy=busy, now=now)
    return free


def take(work_id: int, *, now: dt.datetime) -> LeasedWork | None:
    """Lease one work. None when another worker holds it, or when it has outlived too many of them and is given up."""
    with transaction() as session:
        row = lease(session, LongWork, work_id, _free(now), now=now, state=WorkState.RUNNING, phase=Phase.NONE)
        if row is None:
            return None
        if row.attempts > (MOST_OF_STEPS if row.kind in OF_CERTIFICATES else MOST_ATTEMPTS):
            _write(row.id, row.attempts, state=WorkState.FAILED, ended_at=now, result=json.dumps(INTERRUPTED))
            log.warning("long work given up", extra={"work_id": work_id})
            return None
        result = json.loads(row.result)
        held = (row.id, row.kind, row.centre_id, row.user_id, row.attempts, row.done, row.content)
        return LeasedWork(*held, result, row.total)


def tell(
    work: LeasedWork, phase: Phase, done: int, total: int, *, now: dt.datetime, result: Mapping[str, Any] | None = None
) -> None:
    """Say how far it is, and hold the work for longer; `result` is kept in case this worker dies."""
    so_far = {} if result is None else {"result": json.dumps(dict(result))}
    with transaction():
        until = now + LEASES.get(work.kind, LEASE)
        _write(work.id, work.attempt, phase=phase, done=done, total=total, leased_until=until, **so_far)


def end(work: LeasedWork, result: Mapping[str, Any], *, now: dt.datetime, failed: bool = False) -> None:
    """Write what came of it, if the work is still this worker's.

    Its file goes, unless a check says that it will be needed ("keeps_file"); that of the check too, once it is stored.
    """
    state = WorkState.FAILED if failed else WorkState.DONE
    gone: dict[str, object] = {} if result.get("keeps_file") else {"content": None}
    with transaction() as session:
        told = {"state": state, "result": json.dumps(dict(result)), "ended_at": now, "leased_until": None}
        _write(work.id, work.attempt, **told, **gone)
        if work.content is not None and result.get("stored"):
            same = (LongWork.centre_id == work.centre_id, LongWork.content == work.content)
            session.execute(update(LongWork).where(*same, LongWork.state.not_in(OPEN_WORK)).values(content=None))
    log.info("long work ended", extra={"work_id": work.id, "kind": work.kind.value, "failed": failed})


def _write(work_id: int, attempt: int, **changes: object) -> None:
    leases.write(db.session(), LongWork, work_id, attempt, **changes)


def give_back(work: LeasedWork) -> None:
    """It could not be done now, through no fault of its own: it waits again, and this try counts for nothing."""
    with transaction():
        _write(work.id, work.attempt, state=WorkState.WAITING, leased_until=None, attempts=work.attempt - 1)


def actor_of(user_id: int) -> Actor | None:
    """Who started it, with the roles of now; None when that account is suspended."""
    user = db.session.get(User, user_id)
    return None if user is None or user.suspended_at is not None else user.actor()


def forget_contents(now: dt.datetime) -> int:
    """Drop the files of work that ended a day ago, those sent and those made; the numbers stay."""
    with transaction() as session:
        over = select(LongWork.id).where(LongWork.ended_at <= now - CONTENT_KEPT)
        session.execute(delete(MadeFileRow).where(MadeFileRow.work_id.in_(over)))
        forgotten = session.execute(
            update(LongWork)
            .where(LongWork.content.is_not(None), LongWork.ended_at <= now - CONTENT_KEPT)
            .values(content=None)
        )
        return int(getattr(forgotten, "rowcount", 0))


def forget_content(work: LeasedWork) -> None:
    """Drop the file of this work at once: it holds what must not be stored."""
    with transaction():
        _write(work.id, work.attempt, content=None)


def work_page(actor: Actor, work_id: int, *, now: dt.datetime) -> WorkRow:
    """One work of the actor's centre. Raises: NotAllowed, NotFound."""
    rows = _rows(_of(actor, work_id), now)
    if not rows:
        raise NotFound("work")
    _require(actor, rows[0].kind)
    return rows[0]


def latest(actor: Actor, kinds: Collection[WorkKind], *, now: dt.datetime, limit: int = 10) -> list[WorkRow]:
    """The newest work of these kinds in the actor's centre. Raises: NotAllowed."""
    for kind in kinds:
        _require(actor, kind)
    wanted = select(LongWork).where(LongWork.centre_id == actor.centre_id, LongWork.kind.in_(kinds))
    return _rows(wanted.order_by(LongWork.id.desc()).limit(limit), now)


def _of(actor: Actor, work_id: int) -> Any:
    return select(LongWork).where(LongWork.id == work_id, LongWork.centre_id == actor.centre_id)


def _rows(wanted: Any, now: dt.datetime) -> list[WorkRow]:
    kept = LongWork.content.is_not(None)
    named = wanted.add_columns(User, kept).join(User, User.id == LongWork.user_id).options(defer(LongWork.content))
    return [_row(work, user.full_name, now, kept=kept) for work, user, kept in db.session.execute(named)]


def _row(work: LongWork, started_by: str, now: dt.datetime, *, kept: bool) -> WorkRow:
    silent = work.state is WorkState.RUNNING and work.leased_until is not None and is_over(work.leased_until, now)
    return WorkRow(
        id=work.id,
        kind=work.kind,
        state=work.state,
        phase=work.phase,
        done=work.done,
        total=work.total,
        started_by=started_by,
        file_name=work.file_name,
        created_at=work.created_at,
        ended_at=work.ended_at,
        interrupted=silent,
        slow_to_begin=work.state is WorkState.WAITING and now - work.created_at > SLOW_AFTER,
        file_kept=kept,
        result=json.loads(work.result),
    )


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
        tell(work, Phase.DRAWING, done, total, now=now)


def work_with_files(actor: Actor, work_id: int, *, now: dt.datetime) -> WorkRow:
    """Work whose files this person lets be made, and may still see. Raises: NotAllowed; NotFound, also when over."""
    row = work_page(actor, work_id, now=now)
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
    """Drop all that is kept, inside the caller's transaction: somebody's name stands in one of them no longer.

    What is being drawn is taken from its worker, who may have read the name before: the next one begins anew.
    """
    drawn_now = LongWork.state == WorkState.RUNNING, LongWork.kind.in_(MAKES_FILES)
    again = {"attempts": LongWork.attempts + 1, "state": WorkState.WAITING, "leased_until": None}
    db.session().execute(update(LongWork).where(*drawn_now).values(**again))  # first: it waits for who is storing one
    db.session().execute(delete(MadeFileRow))

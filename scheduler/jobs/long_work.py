"""Long work that people started on a page: files (file_work), certificates (paper_work), plans and tours."""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from scheduler.core import clock
from scheduler.core.errors import Conflict, SchedulerError
from scheduler.core.refusals import found_no_room
from scheduler.imports import laid_aside
from scheduler.imports.batches import ImportStopped, leave_in_part, left_unfinished
from scheduler.imports.staging import LEFT_AFTER
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.policy import SYSTEM, Actor
from scheduler.proposals.service import propose
from scheduler.proposals.terms.plan import ProposalDraft, ProposedSeat
from scheduler.tours.service import begin_tour
from scheduler.tours.terms import TourDraft
from scheduler.work import service
from scheduler.work.terms import STORES, LeasedWork, WorkKind

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*"), name="jobs.do_long_work")
@in_app
def do_long_work() -> None:
    """Each minute, and as soon as a page asks: do what waits. Rows are leased, so two workers share it."""
    for work_id in service.waiting_ids(clock.now()):
        if taken := service.take(work_id, now=clock.now()):
            _do(taken)


@huey.periodic_task(crontab(minute="27"), name="jobs.forget_uploads")
@in_app
def forget_uploads() -> None:
    """Each hour, drop the files of imports that ended a day ago, and what a killed process left. Twice is once."""
    laid_aside.forget_old(clock.now())
    take_back_left_imports()
    if forgotten := service.forget_contents(clock.now()):
        log.info("uploads forgotten", extra={"files": forgotten})


def take_back_left_imports() -> None:
    """Take back what is stored in part and nobody goes on with: a command was killed, and not given again.

    Where something hangs on it already, it stays as it is.
    """
    from scheduler.jobs.file_work import FILES  # with all readers of files

    undo = {one.name: one.take_back for one in FILES.values()}
    for batch_id, kind in left_unfinished(LEFT_AFTER, clock.now()):
        try:
            undo[kind](SYSTEM, batch_id, now=clock.now())
        except Conflict as kept:
            leave_in_part(SYSTEM, batch_id, clock.now())
            log.warning("import stays in part", extra={"batch_id": batch_id, "reason": kept.reason.value})


def start(actor: Actor, kind: WorkKind, *, now: dt.datetime, content: bytes | None = None, file_name: str = "") -> int:
    """Store what a person wants and wake the worker; the id under which she watches. Raises: as `work.begin`."""
    work_id = service.begin(actor, kind, now=now, content=content, file_name=file_name)
    _wake()
    return work_id


def start_plan(actor: Actor, draft: ProposalDraft, *, now: dt.datetime, pinned: Collection[ProposedSeat] = ()) -> int:
    """The same of a plan that the planner shall propose; the proposal's id. Raises: as `begin_proposal`."""
    proposal_id = propose.begin_proposal(actor, draft, now=now, pinned=pinned).id
    _wake()
    return proposal_id


def start_tour(actor: Actor, slug: str, draft: TourDraft, *, now: dt.datetime) -> int:
    """The same of a campaign's tour; its id. Raises: as `begin_tour`."""
    tour_id = begin_tour(actor, slug, draft, now=now)
    _wake()
    return tour_id


def _wake() -> None:
    try:
        do_long_work()
    except Exception:  # the queue is away: the work is stored, and the next minute finds it
        log.exception("worker not woken")


def _do(taken: LeasedWork) -> None:
    """The edge of the worker: whatever goes wrong, the work ends and its page says so; on a full disk it waits."""
    actor = service.actor_of(taken.user_id)
    try:
        if actor is None:
            service.end(taken, {"failure": "suspended"}, now=clock.now(), failed=True)
            return
        result = _doers()[taken.kind](actor, taken)
    except ImportStopped as stopped:
        log.info("import stopped", extra={"work_id": taken.id, "reason": stopped.reason.value})
        service.end(taken, {"failure": stopped.reason.value}, now=clock.now(), failed=True)
    except SchedulerError as refused:
        log.info("long work refused", extra={"work_id": taken.id, "kind": type(refused).__name__})
        service.end(taken, {"failure": "refused"}, now=clock.now(), failed=True)
    except Exception as error:
        if found_no_room(error):
            log.warning("long work waits for room on the disk", extra={"work_id": taken.id})
            service.give_back(taken)
            return
        log.exception("long work broke", extra={"work_id": taken.id})
        service.end(taken, {"failure": "broken"}, now=clock.now(), failed=True)
    else:
        service.end(taken, result, now=clock.now())


def _doers() -> Mapping[WorkKind, Callable[[Actor, LeasedWork], Mapping[str, Any]]]:
    from scheduler.jobs import file_work, paper_work, proposals, tours  # the planner: pages only say what is wanted

    return {
        WorkKind.ISSUE_CERTIFICATES: paper_work.issue,
        WorkKind.ZIP_CERTIFICATES: paper_work.draw_each,
        WorkKind.MERGE_CERTIFICATES: paper_work.draw_merged,
        WorkKind.MAIL_CERTIFICATES: paper_work.write_letters,
        WorkKind.PROPOSE_PLAN: proposals.propose,
        WorkKind.PLAN_TOUR: tours.draw_tour,
    } | dict.fromkeys([*STORES, *STORES.values()], file_work.check_or_store)

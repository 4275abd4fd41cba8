"""What educators and schools say: numbers, a signature, the names of adults who want a certificate."""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, NamedAdult
from scheduler.attendance.queries.counting import adults_counted, crew_at
from scheduler.attendance.queries.tally import tally_of
from scheduler.attendance.service.figures import add_up
from scheduler.attendance.service.locked_numbers import (
    COUNTABLE,
    all_counted,
    announced_of,
    attendances_of,
    counts_of,
    let_count,
    let_papers_wait,
    lock_numbers,
    report_when_locked,
    store_counts,
    write_to_school,
)
from scheduler.attendance.service.outcome import mark_delivered, note_held
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    AttendanceReason,
    AttendanceState,
    CountDraft,
    CountSource,
    HeadCounts,
)
from scheduler.config import name_secret
from scheduler.core import clock
from scheduler.core.errors import Conflict, Reason, Rejected
from scheduler.core.text import name_key
from scheduler.policy import SYSTEM, Actor
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.locked_visit import OpenVisit, lock_visit, open_visit, open_visit_of
from scheduler.visits.terms.states import AssignmentState, VisitState

log = logging.getLogger(__name__)


def submit_counts(actor: Actor, presentation_id: int, draft: CountDraft, *, now: dt.datetime) -> None:
    """Store the educator's numbers; the last presentation of a visit makes the visit delivered and asks the school.

    A coordinator, or one of the visit's crew who was in another presentation, may count instead: that is flagged.

    Until the school has answered the educator may say other numbers: the new ones count, the old ones are kept. The
    same numbers sent again (a double click, a phone that comes back from the cellar) change nothing. Numbers far from
    what was announced are asked about once ("sure").
    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("already_countersigned", "not_confirmed").
    """
    with change(actor, now) as act:
        opened = open_visit_of(act, presentation_id)
        require_crew(actor, opened)
        store_sheet(act, opened, attendances_of(act, opened), presentation_id, draft)


def store_sheet(
    act: Act, opened: OpenVisit, rows: dict[int, Attendance], presentation_id: int, draft: CountDraft
) -> None:
    """The same of a visit that is open already, by one of its crew; `rows` has the new attendance afterwards."""
    presentation, visit = opened.presentation(presentation_id), opened.visit
    if problems := rules.problems_with(draft, starts_at=presentation.starts_at, now=act.now):
        raise Rejected(problems)
    if presentation.state not in COUNTABLE:
        raise Conflict(AttendanceReason.NOT_CONFIRMED)
    attendance = rows.get(presentation_id)
    if attendance is not None and says_the_same(act, attendance, draft):
        return
    hall, announced = visit.programme.group_size, announced_of(presentation)
    if problem := rules.problem_with_far(draft.counts, announced, hall, draft.sure_of):
        raise Rejected({"sure": problem})
    attendance = rows[presentation_id] = _opened(act, attendance, presentation_id)
    attendance.teacher_present = draft.teacher_present
    attendance.minutes_given = draft.minutes_given
    attendance.same_pupils = draft.same_pupils
    attendance.turned_away = draft.turned_away
    attendance.submitted_by_id = act.actor.user_id
    attendance.at_the_desk = act.actor.presenter_id not in {one.presenter_id for one in opened.seats_of(presentation)}
    attendance.submitted_at = act.now
    store_counts(act, attendance, CountSource.EDUCATOR, draft.counts)
    let_count(act, attendance, CountSource.EDUCATOR)
    act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.SUBMITTED)
    note_held(act.by(SYSTEM), opened, presentation, minutes=draft.minutes_given, absent=draft.absent)
    if all_counted(opened, rows) and visit.state is not VisitState.DELIVERED:
        mark_delivered(act.by(SYSTEM), opened)
        write_to_school(act.session, visit, "countersign", now=act.now)
    log.info("counts submitted", extra={"presentation_id": presentation_id})


def countersign(
    actor: Actor,
    visit_id: int,
    said: Mapping[int, HeadCounts],
    *,
    now: dt.datetime,
    sure_of: Mapping[int, int | None] | None = None,
    names: tuple[str, ...] | None = None,
) -> bool:
    """The school says its own numbers for each presentation; where both agree the attendance is locked at once.

    Returns whether all are locked: a difference waits for the coordinator, who sees both, and so does a number far from
    what was announced, however many say it, or below the tally of a poster. The same numbers sent again change nothing.
    Numbers of the school's own that are far off are asked about once: `sure_of` is {presentation: all in all}, None
    where nobody looks at a page.
    `names` are those of adults for certificates that stood beside the numbers: both are stored, or neither.
    Raises: NotAllowed, NotFound; Rejected with {"counts": reason} or {"sure-<presentation>": reason};
    Conflict("not_submitted") when there is nothing (more) to sign.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        policy.require(actor, "countersign", "attendance", request=opened.visit.school_request_id)
        rows = attendances_of(act, opened)
        waiting = [row for row in rows.values() if row.state in rules.TO_BE_SIGNED]
        far, over = _far_off(opened, said), _over_the_tally(opened, said)
        if not waiting and (answers := _signed_already(act, rows.values(), said)):
            return all(answers) and not far and not over
        if not waiting:
            raise Conflict(AttendanceReason.NOT_SUBMITTED)
        if problem := rules.problem_with_signature(said, {row.presentation_id for row in waiting}):
            raise Rejected({"counts": problem})
        if unsure := _unsure(act, waiting, said, far, sure_of):
            raise Rejected(unsure)
        agreed = [
            _sign(act, row, said[row.presentation_id], far=row.presentation_id in {*far, *over}) for row in waiting
        ]
        if names is not None:
            name_adults(actor, visit_id, names, now=now)
        report_when_locked(act, opened, rows)
        add_up(act, opened.visit)
    log.info("attendance countersigned", extra={"visit_id": visit_id, "agreed": all(agreed)})
    return all(agreed)


def assume_silent(*, now: dt.datetime) -> int:
    """Take schools that were silent for seven days to agree, flagged as assumed; returns how many presentations.

    A school is asked when the last presentation of its visit has been counted, so its silence begins then.
    """
    with change(SYSTEM, now) as act:
        rows = act.session.execute(
            select(Attendance, Visit.state_since)
            .join(Presentation, Presentation.id == Attendance.presentation_id)
            .join(Visit, Visit.id == Presentation.visit_id)
            .where(Attendance.state == AttendanceState.SUBMITTED, Visit.state == VisitState.DELIVERED)
            .order_by(Attendance.id)
            .with_for_update(skip_locked=True, of=Attendance)  # a school that answers at this moment is not silent
        ).all()
        silent = [
            attendance
            for attendance, asked_at in rows
            if attendance.submitted_at and rules.is_silence_long_enough(max(attendance.submitted_at, asked_at), now)
        ]
        for attendance in silent:
            act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.ASSUMED)
    return len(silent)


def name_adults(actor: Actor, visit_id: int, names: tuple[str, ...], *, now: dt.datetime) -> None:
    """The school names teachers and other adults who want a certificate: this list replaces the earlier one.

    Raises: NotAllowed, NotFound; Rejected({"names": reason}), also for more names than adults were counted.
    """
    secret = name_secret() if names else ""
    keyed = {key: name for name in names if (key := name_key(name, secret))}
    with change(actor, now) as act:
        visit = lock_visit(act.session, visit_id)
        policy.require(actor, "name", "attendance", request=visit.school_request_id)
        if problem := rules.problem_with_names(tuple(keyed.values()), adults_counted(visit_id)):
            raise Rejected({"names": problem})
        known = {
            row.name_key: row for row in act.session.scalars(select(NamedAdult).where(NamedAdult.visit_id == visit_id))
        }
        for key in known.keys() - keyed.keys():
            act.session.delete(known[key])
        for key, name in keyed.items():
            if key in known:
                known[key].name = name
            else:
                act.session.add(NamedAdult(visit_id=visit_id, name=name, name_key=key, entered_at=now))
        act.record("visit named adults", visit, {"adults": len(keyed)})
        let_papers_wait(act.session, visit_id)


def require_crew(actor: Actor, opened: OpenVisit) -> None:
    """Who went to the visit counts, and who may count for her. Raises: NotAllowed, NotFound."""
    crew = {row.presenter_id for row in opened.in_state(AssignmentState.ACCEPTED, AssignmentState.PRESENT)}
    policy.require(actor, "create", "attendance", centre=policy.spot(opened.visit), presenters=crew)


def says_the_same(act: Act, attendance: Attendance, draft: CountDraft) -> bool:
    """Whether a draft holds what the educators have said last, in every number and tick."""
    said, today = counts_of(act, attendance, CountSource.EDUCATOR), clock.local_day(act.now)
    return attendance.state is not AttendanceState.OPEN and draft == CountDraft(
        said or HeadCounts(),
        teacher_present=bool(attendance.teacher_present),
        minutes_given=attendance.minutes_given or 0,
        same_pupils=attendance.same_pupils,
        turned_away=attendance.turned_away,
        absent=frozenset(one.presenter_id for one in crew_at(attendance.presentation_id, today) if one.absent),
    )


def _signed_already(act: Act, rows: Iterable[Attendance], said: Mapping[int, HeadCounts]) -> list[bool]:
    """Whether both said the same, by presentation, when the school sends again what it has signed; else nothing."""
    signed = [row for row in rows if row.countersigned_at]
    if {row.presentation_id for row in signed} - said.keys():  # corrected since: what the school said is history
        return []
    if any(counts_of(act, row, CountSource.SCHOOL) != said[row.presentation_id] for row in signed):
        return []
    return [counts_of(act, row, CountSource.EDUCATOR) == said[row.presentation_id] for row in signed]


def _opened(act: Act, attendance: Attendance | None, presentation_id: int) -> Attendance:
    """The presentation's attendance, open: a new one, or a submitted one opened again under a new version."""
    if attendance is None:
        attendance = Attendance(presentation_id=presentation_id, state_since=act.now)
        act.session.add(attendance)
        act.session.flush()
        act.record("attendance open", attendance)
        return attendance
    if not rules.may_be_counted(attendance.state):
        raise Conflict(AttendanceReason.ALREADY_COUNTERSIGNED)
    if attendance.state is AttendanceState.SUBMITTED:
        act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.OPEN)
        attendance.version += 1
    return attendance


def _far_off(opened: OpenVisit, said: Mapping[int, HeadCounts]) -> dict[int, Reason]:
    """Of which presentations the numbers are far from what was announced, and how."""
    asked = [(row, said[row.id]) for row in opened.every if row.id in said]
    hall = opened.visit.programme.group_size
    return {row.id: far for row, counts in asked if (far := rules.far_off(counts, announced_of(row), hall))}


def _over_the_tally(opened: OpenVisit, said: Mapping[int, HeadCounts]) -> set[int]:
    """In which presentations clearly more adults counted themselves than the school says."""
    with_poster = [row.id for row in opened.every if row.id in said and row.audience in rules.TALLY_AUDIENCES]
    return {one for one in with_poster if rules.over_the_tally(tally_of(one), said[one])}


def _unsure(
    act: Act,
    waiting: Iterable[Attendance],
    said: Mapping[int, HeadCounts],
    far: Mapping[int, Reason],
    sure_of: Mapping[int, int | None] | None,
) -> dict[str, Reason]:
    """What the school is asked about once more: far numbers of its own; the presenter's were asked of the presenter."""
    if sure_of is None:
        return {}
    return {
        f"sure-{row.presentation_id}": far[row.presentation_id]
        for row in waiting
        if row.presentation_id in far
        and sure_of.get(row.presentation_id) != said[row.presentation_id].total
        and counts_of(act, row, CountSource.EDUCATOR) != said[row.presentation_id]
    }


def _sign(act: Act, attendance: Attendance, counts: HeadCounts, *, far: bool) -> bool:
    said = counts_of(act, attendance, CountSource.EDUCATOR)
    store_counts(act, attendance, CountSource.SCHOOL, counts)
    attendance.countersigned_at = act.now
    act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.COUNTERSIGNED)
    agreed = said == counts and not far  # a difference is shown to the coordinator, never added up
    if agreed:
        lock_numbers(act, attendance)
    return agreed

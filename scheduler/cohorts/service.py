"""What a person can do with cohorts: begin one, give it a part, note its level, correct its size, end it."""

import datetime as dt
import logging
from dataclasses import replace

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.cohorts import rules
from scheduler.cohorts.models import Cohort, CohortPart, PracticeCase, PracticeSum
from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import (
    MOST_PRACTICE_GROUPS,
    CohortCause,
    CohortDraft,
    CohortReason,
    CohortRow,
    CohortSkill,
    PracticeCaseRow,
    ReportingWay,
)
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected, SchedulerError
from scheduler.core.numbers import next_number
from scheduler.policy import ANONYMOUS, SYSTEM, Actor
from scheduler.programmes.terms import ProgrammeKind
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.service.submission import submit_request
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.visits.service import typed_hosts

log = logging.getLogger(__name__)
COHORT_NUMBERS = "D"  # D-2026-0007, from detektivi


def begin_cohort(actor: Actor, request_number: str, draft: CohortDraft, *, now: dt.datetime) -> str:
    """Make a cohort of the school that asks for a training; the request is its first part. Returns its code.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("not_a_training", "part_of_a_cohort").
    """
    with change(actor, now) as act:
        asked = _free_training(act, request_number)
        policy.require(actor, "create", "cohort", centre=policy.spot(asked))
        if problems := rules.problems_with(draft):
            raise Rejected(problems)
        today = clock.local_day(now)
        row = Cohort(
            code=next_number(COHORT_NUMBERS, today),
            centre_id=asked.centre_id,
            programme_id=asked.programme_id,
            host_id=asked.host_id,
            began_on=today,
            ends_on=rules.end_of_school_year(today),
            **vars(draft),
        )
        act.session.add(row)
        act.session.flush()
        act.record("cohort begun", row, {"request": asked.number})
        _add_part(act, row, asked, next(iter(CohortSkill)))
        code = row.code
    log.info("cohort begun", extra={"cohort_id": row.id})
    return code


def join_cohort(
    actor: Actor, request_number: str, cohort_id: int, skill: CohortSkill | None = None, *, now: dt.datetime
) -> str:
    """Make a request the next part of a cohort of its school; without a skill the one that is proposed.

    Returns the cohort's code. Raises: NotAllowed, NotFound; Conflict("not_a_training", "part_of_a_cohort",
    "cohort_has_ended", "of_another_school").
    """
    with change(actor, now) as act:
        asked = _free_training(act, request_number)
        row = _locked(act, cohort_id)
        if (row.host_id, row.centre_id) != (asked.host_id, asked.centre_id):
            raise Conflict(CohortReason.OF_ANOTHER_SCHOOL)
        seen = _seen(row, clock.local_day(now))
        _add_part(act, row, asked, skill or _next_skill(seen))
        return row.code


def ask_part(actor: Actor, code: str, draft: RequestDraft, *, form_key: str, now: dt.datetime) -> int:
    """Ask for the next part of a cohort: a request like any other, and the part that it is; the request's id.

    Sent twice it is one. Raises: as `submit_request` and `join_cohort`.
    """
    with change(actor, now) as act:
        request_id = submit_request(actor, draft, form_key=form_key, now=now)
        joined = select(CohortPart.id).where(CohortPart.school_request_id == request_id)
        if act.session.scalar(joined) is None:
            number = act.session.get_one(SchoolRequest, request_id).number
            join_cohort(actor, number, _id_of(act, code), now=now)
    return request_id


def note_level(actor: Actor, code: str, version: int, *, now: dt.datetime) -> int:
    """Raise the level to what the parts that were held have earned; it never falls.

    Raises: NotAllowed, NotFound; Conflict("changed_meanwhile", "level_not_earned").
    """
    with change(actor, now) as act:
        row = _locked(act, _id_of(act, code), version)
        level = _raised(act, row)
        if level is None:
            raise Conflict(CohortReason.LEVEL_NOT_EARNED)
    return level


def raise_levels(now: dt.datetime) -> int:
    """Note the level that parts have earned since the last time; of how many cohorts. For the nightly job."""
    risen = 0
    for cohort_id in db.session().scalars(queries.with_more_earned()).all():
        try:
            with change(SYSTEM, now) as act:
                risen += _raised(act, _locked(act, cohort_id)) is not None
        except SchedulerError:
            log.exception("level not raised", extra={"cohort_id": cohort_id})
    log.info("levels raised", extra={"cohorts": risen})
    return risen


def correct_size(
    actor: Actor, code: str, size: int, why: CohortCause | None, version: int, *, now: dt.datetime
) -> None:
    """Say how many are in it now, for a reason; what it was stands in the audit.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("changed_meanwhile").
    """
    with change(actor, now) as act:
        row = _locked(act, _id_of(act, code), version)
        problems = rules.problems_with(CohortDraft(size, row.school_level, row.grade))
        if why is None:
            problems["why"] = GroundReason.REASON_MISSING
        if problems:
            raise Rejected(problems)
        if size != row.size:
            act.record("cohort size corrected", row, {"why": why, "changes": {"size": [row.size, size]}})
            row.size = size


def give_up(actor: Actor, code: str, version: int, *, now: dt.datetime) -> None:
    """The school goes no further with it: no part is proposed any more. What was held stays.

    Raises: NotAllowed, NotFound; Conflict("changed_meanwhile", "cohort_has_ended").
    """
    with change(actor, now) as act:
        row = _locked(act, _id_of(act, code), version)
        today = clock.local_day(now)
        _seen(row, today)
        row.gave_up_on = max(today, row.began_on)
        act.record("cohort given up", row)


def answer_case(part_id: int, code: str, way: ReportingWay, *, now: dt.datetime) -> bool:
    """Count that a group answered a case, and whether rightly: a sum, never the answer. Whether it was right.

    Who knows the address of the page may; its caller has checked that. Raises: NotFound; Conflict("practice_is_closed")
    on any day but that of the training, and once more groups have answered than come to one.
    """
    with change(ANONYMOUS, now) as act:
        part = act.session.get(CohortPart, part_id, with_for_update=True)
        on_day = part and queries.day_of_part(part.school_request_id)
        if part is None or on_day != clock.local_day(now):
            raise Conflict(CohortReason.PRACTICE_IS_CLOSED)
        centre_id = act.session.scalars(select(Cohort.centre_id).where(Cohort.id == part.cohort_id)).one()
        right = way in practice.case_of(centre_id, code).ways
        of_case = select(PracticeSum).where(PracticeSum.part_id == part_id, PracticeSum.code == code)
        row = act.session.scalar(of_case)
        if row is None:
            act.session.add(PracticeSum(part_id=part_id, code=code, groups=1, correct=int(right)))
        elif row.groups >= MOST_PRACTICE_GROUPS:
            raise Conflict(CohortReason.PRACTICE_IS_CLOSED)
        else:
            row.groups, row.correct = row.groups + 1, row.correct + right
    return right


def word_case(actor: Actor, case: PracticeCaseRow, *, now: dt.datetime) -> None:
    """Tell a case in the centre's own words. Raises: NotAllowed, NotFound; Rejected with {field: reason}."""
    centre_id = actor.centre_id
    policy.require(actor, "update", "cohort", centre=policy.own_part(actor))
    if centre_id is None:
        raise NotFound("centre")
    before = practice.case_of(centre_id, case.code)
    if problems := rules.problems_with_case(case):
        raise Rejected(problems)
    if replace(case, own=before.own) == before:
        return
    with change(actor, now) as act:
        own = PracticeCase.centre_id == centre_id, PracticeCase.code == case.code
        row = act.session.scalar(select(PracticeCase).where(*own)) or PracticeCase(centre_id=centre_id, code=case.code)
        for name in ("story_sr_cyrl", "story_en", "why_sr_cyrl", "why_en"):
            setattr(row, name, getattr(case, name))
        for way in ReportingWay:
            setattr(row, way, way in case.ways)
        act.session.add(row)
        act.session.flush()
        act.record("practice case changed", row, {"case": case.code})


def merge_host(actor: Actor, host_id: int, into_id: int, *, now: dt.datetime) -> int:
    """Merge a typed host with a listed one, as visits do: its cohorts follow. How many requests moved there."""
    with change(actor, now) as act:
        moved = typed_hosts.merge_host(actor, host_id, into_id, now=now)
        for row in act.session.scalars(select(Cohort).where(Cohort.host_id == host_id).with_for_update()):
            row.host_id = into_id
            act.record("host merged", row)
    return moved


def _free_training(act: Act, number: str) -> SchoolRequest:
    """A request for a training that is no part yet, locked."""
    request_id = act.session.scalar(select(SchoolRequest.id).where(SchoolRequest.number == number))
    asked = locked_request(act.session, act.actor, "update", request_id or 0)
    if asked.programme.kind is not ProgrammeKind.COHORT_TRAINING:
        raise Conflict(CohortReason.NOT_A_TRAINING)
    if act.session.scalar(select(CohortPart.id).where(CohortPart.school_request_id == asked.id)) is not None:
        raise Conflict(CohortReason.PART_OF_A_COHORT)
    return asked


def _add_part(act: Act, row: Cohort, asked: SchoolRequest, skill: CohortSkill) -> None:
    act.session.add(CohortPart(cohort_id=row.id, school_request_id=asked.id, skill=skill))
    act.session.flush()
    act.record("cohort part added", row, {"request": asked.number, "skill": skill})


def _next_skill(seen: CohortRow) -> CohortSkill:
    """What is not covered yet; once all is, the last is trained again."""
    return next(iter(rules.skills_left(seen.parts)), CohortSkill.REPORT)


def _seen(row: Cohort, today: dt.date) -> CohortRow:
    """The same with its parts. Raises: Conflict once it has ended."""
    found = queries.cohort_by_id(row.id)
    if not rules.lives(found, today):
        raise Conflict(CohortReason.COHORT_HAS_ENDED)
    return found


def _raised(act: Act, row: Cohort) -> int | None:
    level = rules.level_to_note(queries.cohort_by_id(row.id))
    if level is not None:
        act.record("cohort level reached", row, {"changes": {"level": [row.level, level]}})
        row.level = level
        act.session.flush()
    return level


def _id_of(act: Act, code: str) -> int:
    return act.session.scalar(select(Cohort.id).where(Cohort.code == code)) or 0


def _locked(act: Act, cohort_id: int, version: int | None = None) -> Cohort:
    """One cohort that the actor may change. Raises: NotAllowed; NotFound; Conflict."""
    row = act.session.get(Cohort, cohort_id, with_for_update=True, populate_existing=True)
    policy.require(act.actor, "update", "cohort", centre=policy.spot(row))
    if row is None:
        raise NotFound("cohort")
    if version is not None and row.version != version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    return row

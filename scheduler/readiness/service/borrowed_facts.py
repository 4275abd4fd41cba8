"""What calendar texts only borrow, a programme's name, a school's address, a presenter's name, has changed elsewhere.

The texts of visits to come are written anew: with a name that somebody changes of herself, right after a programme or a
register was changed, and each night. They are compared without a lock, and only those that are others now are opened.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.acts import Act
from scheduler.core import clock
from scheduler.core.db import db, reading, transaction
from scheduler.imports.batches import ImportedRow
from scheduler.imports.staging import Filing
from scheduler.people.models import Presenter
from scheduler.people.service import accounts
from scheduler.places.models import Host
from scheduler.places.service import hosts
from scheduler.places.terms.hosts import ImportOutcome, RegisterSheet
from scheduler.policy import SYSTEM, Actor
from scheduler.programmes import service as programmes
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import ProgrammeDraft
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.calendar_entries import texts_of, write_entries
from scheduler.visits.service.locked_visit import OpenVisit, loaded_visits, open_visits

log = logging.getLogger(__name__)
# Visits that are compared, then opened, together. Each of their texts takes a third of a millisecond: the write lock is
# held for a third of a second, and who waits for it on SQLite, looking each tenth of one, gets it while the next are
# compared.
STEP_VISITS = 20
MOST_WAITED_FOR = 100  # visits: the answer of a page waits for their texts, some three seconds; the rest, the night


def _nobody() -> None:
    """Nobody watches."""


def change_programme(actor: Actor, programme_id: int, draft: ProgrammeDraft, *, now: dt.datetime) -> None:
    """The same as programmes.service, and calendars say its new name. Raises: as there."""
    names = select(Programme.name_sr_cyrl, Programme.name_en).where(Programme.id == programme_id)
    with transaction() as session:
        before = session.execute(names).one_or_none()
        programmes.change_programme(actor, programme_id, draft, now=now)
        is_renamed = session.execute(names).one_or_none() != before
    if is_renamed:
        _write_afterwards(now, Visit.programme_id == programme_id, most=MOST_WAITED_FOR)


def spell_name(actor: Actor, given: str, family: str, *, now: dt.datetime) -> None:
    """The same as people.service.accounts, and calendars of who goes along say it so. Raises: as there."""
    with transaction() as session:
        accounts.spell_name(actor, given, family, now=now)
        hers = (
            select(Presentation.visit_id)
            .join(Assignment, Assignment.presentation_id == Presentation.id)
            .join(Presenter, Presenter.id == Assignment.presenter_id)
            .where(Presenter.user_id == actor.user_id)
        )
        _write_texts(session, _to_come(session, now, Visit.id.in_(hers)), now)


def import_hosts(actor: Actor, sheet: RegisterSheet, filing: Filing) -> ImportOutcome:
    """The same as places.service.hosts, and calendars say the new names and addresses. Raises: as there."""
    outcome = hosts.import_hosts(actor, sheet, filing)
    if outcome.batch_id is not None and outcome.changed:
        _write_afterwards(filing.now, _changed_by(outcome.batch_id), tell=lambda: filing.tell(1, 1))
    return outcome


def take_back_hosts(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """The same as places.service.hosts, and calendars say what was put back. Raises: as there."""
    hosts.take_back_hosts(actor, batch_id, now=now)
    _write_afterwards(now, _changed_by(batch_id), most=MOST_WAITED_FOR)


def _changed_by(batch_id: int) -> ColumnElement[bool]:
    """That a visit's host is one that an import changed; those that it made have no visit."""
    of_hosts = ImportedRow.thing == Host.__tablename__, ImportedRow.before != ""
    return Visit.host_id.in_(select(ImportedRow.thing_id).where(ImportedRow.batch_id == batch_id, *of_hosts))


def _write_afterwards(
    now: dt.datetime, which: ColumnElement[bool], *, most: int | None = None, tell: Callable[[], None] = _nobody
) -> None:
    """Of thousands of visits, so step by step; what is stored stays stored while the database is busy: the night writes
    these texts.
    """
    try:
        write_texts_anew(which, now=now, most=most, tell=tell)
    except OperationalError:
        db.session().rollback()
        log.warning("calendar texts not written")


def write_texts_anew(
    *which: ColumnElement[bool], now: dt.datetime, most: int | None = None, tell: Callable[[], None] = _nobody
) -> int:
    """Of each visit to come, or of so many, the calendar texts that it would get now; how many had others. Twice is
    once. `tell` hears of each step.
    """
    with reading() as session:  # apart: whoever only compares for a minute keeps no old state of the database meanwhile
        ids = _to_come(session, now, *which)[:most]
    different = 0
    for first in range(0, len(ids), STEP_VISITS):
        different += _written(ids[first : first + STEP_VISITS], now)
        tell()
    if different:
        log.info("calendar texts written anew", extra={"visits": different})
    return different


def _written(ids: list[int], now: dt.datetime) -> int:
    """One that cannot be written keeps no other one from it: then each goes by itself."""
    try:
        with reading() as session:
            others = _with_other_texts(session, ids)
        if not others:
            return 0
        with transaction() as session:
            return _write_texts(session, others, now)
    except OperationalError:  # the database is busy, for all of them
        raise
    except Exception:
        if len(ids) > 1:
            return sum(_written([one], now) for one in ids)
        log.exception("calendar texts of a visit not written", extra={"visit_id": ids[0]})
        return 0


def _with_other_texts(session: Session, ids: list[int]) -> list[int]:
    opened = loaded_visits(session, ids)
    _read_entries(session, opened)
    return [one.visit.id for one in opened if _has_other_texts(one)]


def _has_other_texts(opened: OpenVisit) -> bool:
    stored = {(row.presentation_id, row.status, row.language): row.text for row in opened.entries or ()}
    return stored != {(one.id, *kind): text for one in opened.every for kind, text in texts_of(opened, one).items()}


def _to_come(session: Session, now: dt.datetime, *which: ColumnElement[bool]) -> list[int]:
    """Visits from today on that have calendar texts, the next ones first; what has been stays as it was."""
    told = select(Presentation.visit_id).join(CalendarEntry, CalendarEntry.presentation_id == Presentation.id)
    wanted = select(Visit.id).where(Visit.on_day >= clock.local_day(now), Visit.id.in_(told), *which)
    return list(session.scalars(wanted.order_by(Visit.on_day, Visit.id)))


def _write_texts(session: Session, ids: list[int], now: dt.datetime) -> int:
    if not ids:
        return 0
    opened = open_visits(Act(session, SYSTEM, now), ids)
    _read_entries(session, opened)
    before = [_sequences(one.every) for one in opened]
    for one in opened:
        write_entries(session, one, now=now)
    return sum(_sequences(one.every) != seen for one, seen in zip(opened, before, strict=True))


def _read_entries(session: Session, opened: list[OpenVisit]) -> None:
    """Of all of them in one question."""
    of_presentation: dict[int, list[CalendarEntry]] = defaultdict(list)
    ids = [row.id for one in opened for row in one.every]
    wanted = select(CalendarEntry).where(CalendarEntry.presentation_id.in_(ids))
    for entry in session.scalars(wanted.execution_options(populate_existing=True)):
        of_presentation[entry.presentation_id].append(entry)
    for one in opened:
        one.entries = [entry for row in one.every for entry in of_presentation[row.id]]


def _sequences(rows: Iterable[Presentation]) -> list[int]:
    return [row.sequence for row in rows]

"""What calendar texts only borrow, a programme's name, a school's address, a presenter's name, has changed elsewhere.

The texts of visits to come are written anew: with a name that somebody changes of herself, right after a programme or a
register was changed, and each night.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.acts import Act
from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.core.imports.staging import Filing
from scheduler.people.models import Presenter
from scheduler.people.service import accounts
from scheduler.places.service import hosts
from scheduler.places.terms.hosts import ImportOutcome, RegisterSheet
from scheduler.policy import SYSTEM, Actor
from scheduler.programmes import service as programmes
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import ProgrammeDraft
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import OpenVisit, open_visits

log = logging.getLogger(__name__)
IN_ONE_TRANSACTION = 50  # visits: others may write in between


def change_programme(actor: Actor, programme_id: int, draft: ProgrammeDraft, *, now: dt.datetime) -> None:
    """The same as programmes.service, and calendars say its new name. Raises: as there."""
    names = select(Programme.name_sr_cyrl, Programme.name_en).where(Programme.id == programme_id)
    with transaction() as session:
        before = session.execute(names).one_or_none()
        programmes.change_programme(actor, programme_id, draft, now=now)
        is_renamed = session.execute(names).one_or_none() != before
    if is_renamed:
        _write_afterwards(now, Visit.programme_id == programme_id)


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
    if outcome.changed and not outcome.problems and not filing.dry_run:
        _write_afterwards(filing.now)
    return outcome


def take_back_hosts(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """The same as places.service.hosts, and calendars say what was put back. Raises: as there."""
    hosts.take_back_hosts(actor, batch_id, now=now)
    _write_afterwards(now)


def _write_afterwards(now: dt.datetime, *which: ColumnElement[bool]) -> None:
    """Of thousands of visits, so step by step; what is stored stays stored while the database is busy: the night writes
    these texts.
    """
    try:
        write_texts_anew(*which, now=now)
    except OperationalError:
        db.session().rollback()
        log.warning("calendar texts not written")


def write_texts_anew(*which: ColumnElement[bool], now: dt.datetime) -> int:
    """Of each visit to come the calendar texts that it would get now; how many visits had others. Twice is once."""
    ids = _to_come(db.session(), now, *which)
    different = 0
    for first in range(0, len(ids), IN_ONE_TRANSACTION):
        with transaction() as session:
            different += _write_texts(session, ids[first : first + IN_ONE_TRANSACTION], now)
    if different:
        log.info("calendar texts written anew", extra={"visits": different})
    return different


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

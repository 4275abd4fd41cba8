"""Whether the installation is fit for people: all that `doctor` tells, in the order in which one would mend it."""

import datetime as dt
import shutil
import sys
from collections.abc import Callable

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from scheduler.certificates.queries.names import is_under_another_key
from scheduler.config import NAME_KEY, Settings, settings
from scheduler.core import clock
from scheduler.core.age import problem_with_recipient
from scheduler.core.db import db
from scheduler.jobs import health, surroundings
from scheduler.jobs.queue import waiting_in_queue
from scheduler.people.queries import centres
from scheduler.places.models import Holiday, Municipality
from scheduler.places.queries import calendar_missing
from scheduler.work.terms import BACKUP_WITHIN, Diagnosis, Fitness, is_full

ASKED_AHEAD = dt.timedelta(days=90)  # in June the calendar of September is asked for


def findings(now: dt.datetime) -> list[Diagnosis]:
    """One line a subject; where the database is not ready, what is asked of it is left out. Raises: nothing."""
    wanted = settings()
    found = [_settings(wanted), surroundings.key(wanted), surroundings.permissions(wanted), _disk(wanted)]
    stands = _database()
    found.append(stands)
    if stands.state is not Fitness.BAD:
        found += [look(wanted, now) for look in ASKED_OF_DATABASE]
    return [
        *found,
        _queue(wanted),
        surroundings.address(wanted),
        surroundings.proxies(wanted),
        surroundings.mail(wanted),
        surroundings.sender(wanted),
        surroundings.short_messages(wanted),
        surroundings.own_login(wanted),
        surroundings.signature_of_papers(wanted, now),
        surroundings.security_contact(wanted),
        surroundings.helpline(wanted),
    ]


def is_fit(found: list[Diagnosis]) -> bool:
    return all(one.state is not Fitness.BAD for one in found)


def _settings(wanted: Settings) -> Diagnosis:
    whence = f"{wanted.file} and the environment" if wanted.file else "the environment, no settings file"
    python = ".".join(map(str, sys.version_info[:3]))
    told = f"MODE={wanted.mode}, from {whence}; Raspored {health.version()}, Python {python}"
    return Diagnosis("settings", Fitness.GOOD, told)


def _disk(wanted: Settings) -> Diagnosis:
    disk = shutil.disk_usage(wanted.instance)
    told = f"{disk.free * 100 // disk.total} % free where {wanted.instance} lies"
    return Diagnosis("disk", Fitness.BAD if is_full(disk.free, disk.total) else Fitness.GOOD, told)


def _database() -> Diagnosis:
    """Whether it answers, and stands at the migration of this version."""
    kind = health.NAMES.get(db.engine.dialect.name, db.engine.dialect.name)
    head = health.known_revisions()[0]
    try:
        schema = health.schema()
    except SQLAlchemyError as error:
        db.session.remove()
        return Diagnosis("database", Fitness.BAD, f"{kind} does not answer: {type(error).__name__}")
    if schema != head:
        stands = f"stands at {schema}" if schema else "is empty"
        return Diagnosis("database", Fitness.BAD, f"{kind} {stands}, wanted {head}: run `raspored db upgrade`")
    return Diagnosis("database", Fitness.GOOD, f"{kind} answers, at {head}")


def _reference_data(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    towns = db.session.scalar(select(func.count()).select_from(Municipality)) or 0
    if not towns:
        return Diagnosis("places", Fitness.BAD, "no municipality is stored: run `raspored setup`")
    if not centres():
        return Diagnosis("places", Fitness.BAD, "no centre is there: run `raspored setup`")
    return Diagnosis("places", Fitness.GOOD, f"{towns} municipalities; centres: {len(centres())}")


def _holidays(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    last = db.session.scalar(select(func.max(Holiday.day)).where(Holiday.removed_at.is_(None)))
    if last is None:
        return Diagnosis("holidays", Fitness.BAD, "none is stored: run `raspored setup`")
    if last.year <= now.year:
        return Diagnosis("holidays", Fitness.BAD, f"known until {last}: the worker adds them each night")
    return Diagnosis("holidays", Fitness.GOOD, f"known until {last}")


def _school_calendar(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    today = clock.local_day(now)
    if missing := calendar_missing(today) or calendar_missing(today + ASKED_AHEAD):
        told = f"{missing} is not entered: import it at /school-calendar/import once it is published"
        return Diagnosis("school calendar", Fitness.WARNING, told)
    return Diagnosis("school calendar", Fitness.GOOD, "entered for today and for the next 90 days")


def _worker(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    if not health.life(now).worker:
        return Diagnosis("worker", Fitness.BAD, "not heard of for five minutes: start `raspored worker`")
    if failed := [run.name for run in health.figures(now).runs if run.failed]:
        return Diagnosis("worker", Fitness.WARNING, f"works; failed last: {', '.join(failed)}")
    return Diagnosis("worker", Fitness.GOOD, "works")


def _outbox(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    waiting, late, failed = health.outbox(now)
    told = f"{waiting} {'waits' if waiting == 1 else 'wait'}, {late} of them late, {failed} given up"
    return Diagnosis("outbox", Fitness.WARNING if late or failed else Fitness.GOOD, told)


def _backup(wanted: Settings, now: dt.datetime) -> Diagnosis:
    age = health.figures(now).backup_age_s
    unfit = Fitness.WARNING if wanted.demo else Fitness.BAD
    if wanted.backup_recipient and (problem := problem_with_recipient(wanted.backup_recipient)):
        return Diagnosis("backup", Fitness.BAD, f"none can be written: BACKUP_RECIPIENT {problem}")
    if age is None:
        return Diagnosis(
            "backup", unfit, "none was made: enable raspored-backup.timer, or run `raspored backup nightly FOLDER`"
        )
    hours = round(age / 3600)
    told = f"the last one is {hours} {'hour' if hours == 1 else 'hours'} old"
    if age > BACKUP_WITHIN.total_seconds():
        return Diagnosis("backup", unfit, told)
    if not wanted.backup_recipient and not wanted.demo:
        return Diagnosis("backup", Fitness.WARNING, f"{told} and not encrypted: BACKUP_RECIPIENT is not set")
    return Diagnosis("backup", Fitness.GOOD, told)


def _clock(_wanted: Settings, now: dt.datetime) -> Diagnosis:
    says = db.session.scalar(text("SELECT now()")) if db.engine.dialect.name == "postgresql" else None
    return surroundings.clock_is_set(health.noted_last(), says, now)


def _names(wanted: Settings, _now: dt.datetime) -> Diagnosis:
    """Whether a certificate still knows its holder's name: its key lies in a file."""
    file = wanted.instance / NAME_KEY
    if is_under_another_key():
        return Diagnosis("names", Fitness.BAD, f"certificates do not know their holders: bring back {file} of a backup")
    return Diagnosis("names", Fitness.GOOD, "every certificate knows its holder's name")


def _queue(wanted: Settings) -> Diagnosis:
    kind = "Redis" if wanted.redis_url else "SQLite"
    if waiting_in_queue() is None:
        return Diagnosis("queue", Fitness.BAD, f"{kind} does not answer")
    return Diagnosis("queue", Fitness.GOOD, f"{kind} answers")


ASKED_OF_DATABASE: tuple[Callable[[Settings, dt.datetime], Diagnosis], ...] = (
    _reference_data,
    _holidays,
    _school_calendar,
    _worker,
    _outbox,
    _backup,
    _clock,
    _names,
)

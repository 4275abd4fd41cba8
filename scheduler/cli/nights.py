"""A command that stays and works once a night, where no timer of the machine calls it: in a container."""

import datetime as dt
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click

from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.db import db

LOOKS_AGAIN_S = 60.0  # by the clock of the wall, so that a machine that slept misses no night


class HourOfDay(click.ParamType[dt.time]):
    """An hour of the centre's clock, as in 02:10."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.time:
        try:
            return dt.time.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            self.fail(f"{value!r} is no hour: write it like 02:10", param, ctx)


def hour_passed(now: dt.datetime, at: dt.time, zone: str) -> dt.datetime:
    """The last moment, now at the latest, at which the clocks of the zone showed that hour."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    days = (today - dt.timedelta(days=back) for back in (0, 1))
    moments = (dt.datetime.combine(day, at, tzinfo=place).astimezone(dt.UTC) for day in days)
    return next(moment for moment in moments if moment <= now)


def work_each_night(at: dt.time, done_last: dt.datetime | None, work: Callable[[], object]) -> None:
    """Work at that hour of each night until SIGTERM, and at once when the last night's is not done, or done by a clock
    that has been set back since.

    What fails is told, and tried again the next night: the disk that was full at ten past two is so a minute later.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # a container's first process has no other way to end
    while True:
        now = clock.now()
        if done_last is None or not hour_passed(now, at, centre_timezone()) <= done_last <= now:
            done_last = now
            try:
                work()
            except click.ClickException as error:
                error.show()
            finally:
                db.session.remove()
        time.sleep(LOOKS_AGAIN_S)

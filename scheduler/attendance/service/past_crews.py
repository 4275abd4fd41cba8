"""Who presented in past years: names become presenters, and nobody is ever in two places."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.attendance.terms import PastSitting
from scheduler.core.clock import is_doubled, moment_of
from scheduler.imports.sheets import LineProblem
from scheduler.people.rules import is_minor
from scheduler.people.service.presenter_names import NamedPresenter, PresenterNames
from scheduler.safeguarding import rules as safeguarding
from scheduler.safeguarding.queries import consents_of, vettings_of
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import PROMISED

CREW_COLUMN = "presenters"
USUAL_START = dt.time(9, 0)  # when a file does not say when it began: the first at nine, the next an hour later
LATEST = 22

Span = tuple[dt.datetime, dt.datetime]


class Crews:
    """The presenters of a file of past visits."""

    def __init__(self, session: Session, centre_id: int, sittings: Sequence[PastSitting]) -> None:
        self.names = PresenterNames(session, centre_id)
        known = {
            one
            for sitting in sittings
            for name in sitting.presenters
            if not isinstance(one := self.names.named(name), str)
        }
        young = [one.presenter_id for one in known if one.adult_on is not None]
        self.consents, self.checks = consents_of(young), vettings_of(young)
        self.busy = _busy(session, known, sittings)

    def of(self, sitting: PastSitting) -> tuple[list[NamedPresenter], list[LineProblem]]:
        """Who presented, each once, and what is wrong with the names: which of several stands behind the column."""
        crew: dict[NamedPresenter, None] = {}
        problems: list[LineProblem] = []
        for place, name in enumerate(sitting.presenters, 1):
            found = self.names.named(name)
            reason = found if isinstance(found, str) else self._wrong(found, sitting.on_day)
            if reason:
                column = CREW_COLUMN if len(sitting.presenters) == 1 else f"{CREW_COLUMN} ({place})"
                problems.append(LineProblem(sitting.line, column, reason))
            elif isinstance(found, NamedPresenter):
                crew[found] = None
        if crew and not problems and all(is_minor(one.adult_on, sitting.on_day) for one in crew):
            problems.append(LineProblem(sitting.line, CREW_COLUMN, "minor_without_adult"))
        return list(crew), problems

    def _wrong(self, one: NamedPresenter, day: dt.date) -> str:
        """What forbids that somebody presented on that day (TRUST S45 holds for what is imported too)."""
        if one.may_present_from is not None and day < one.may_present_from:
            return "too_young_then"
        minor = is_minor(one.adult_on, day)
        consent = safeguarding.consent_on(self.consents.get(one.presenter_id, ()), day, minor=minor)
        if not consent.holds:
            return "no_consent_then"
        unchecked = minor and not safeguarding.vetting_on(self.checks.get(one.presenter_id, ()), day).holds
        return "no_check_then" if unchecked else ""

    def begin(
        self, sitting: PastSitting, crew: Sequence[NamedPresenter], place: int, *, zone: str, minutes: int
    ) -> tuple[dt.time, str]:
        """When a sitting began, the `place`th of its visit (from 0), and what is wrong with that: its crew is busy.

        Ask for all that say it before those that do not: these take the hours that are left.
        """
        first = min(USUAL_START.hour + place, LATEST)
        hours = [sitting.starts] if sitting.starts else [dt.time(hour) for hour in range(first, LATEST + 1)]
        if sitting.starts and not sitting.which and is_doubled(sitting.on_day, sitting.starts, zone):
            return sitting.starts, "hour_twice"
        for hour in hours:
            try:
                begins = moment_of(sitting.on_day, hour, zone)
            except ValueError:
                return hour, "no_such_time"
            span = (begins, begins + dt.timedelta(minutes=minutes))
            if all(_free(self.busy[one.presenter_id], span) for one in crew):
                for one in crew:
                    self.busy[one.presenter_id].append(span)
                return hour, ""
        return hours[0], "presenter_in_two_places"


def _free(busy: Iterable[Span], span: Span) -> bool:
    return not any(begins < span[1] and span[0] < ends for begins, ends in busy)


def _busy(session: Session, known: Iterable[NamedPresenter], sittings: Sequence[PastSitting]) -> dict[int, list[Span]]:
    """Where these presenters were in those days, as it is stored."""
    found: dict[int, list[Span]] = defaultdict(list)
    ids = {one.presenter_id for one in known}
    if ids:
        days = [sitting.on_day for sitting in sittings]
        wanted = select(Assignment.presenter_id, Assignment.busy_from, Assignment.busy_until).where(
            Assignment.presenter_id.in_(ids),
            Assignment.on_day.between(min(days), max(days)),
            Assignment.state.in_(PROMISED),
        )
        for who, begins, ends in session.execute(wanted.order_by(Assignment.id)):
            found[who].append((begins, ends))
    return found

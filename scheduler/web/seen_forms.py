"""Forms about a visit that remember what their reader saw, and the reasons that people write."""

import datetime as dt
from typing import cast
from zoneinfo import ZoneInfo

from wtforms import HiddenField, RadioField

from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.readiness.terms import CallOff, CancelCause
from scheduler.staffing.terms.late_notice import MOST_KILOMETRES
from scheduler.visits.terms.rows import VisitHistoryLine, VisitPage
from scheduler.visits.terms.states import CancelledBy
from scheduler.web.forms import (
    BaseForm,
    CountField,
    DayField,
    LinesField,
    Needed,
    Problem,
    TimeField,
    choices_of,
    number_of,
)
from scheduler.web.i18n import _l
from scheduler.web.labels import CAUSES, WHO_CANCELS

ANSWER_WITHIN = dt.timedelta(days=2)


REASON_LENGTH = 300


USUAL_HOUR = dt.time(14)


def answer_until(starts_at: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Until when an offer is answered that is sent with one press: as the form proposes; None: too late for that."""
    usual = _until(clock.local_day(now + ANSWER_WITHIN), USUAL_HOUR)
    until = usual if starts_at is None or usual <= starts_at else _latest(starts_at, now)
    return until.astimezone(ZoneInfo(centre_timezone())) if until > now else None


def _latest(starts_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Answers are wanted an hour before the visit begins at the latest, if there is that much time."""
    return max(starts_at - dt.timedelta(hours=1), now).replace(second=0, microsecond=0)


def _until(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=ZoneInfo(centre_timezone())).astimezone(dt.UTC)


class SeenForm(BaseForm):
    """A form about a visit that remembers which visit its reader saw: its version, and how much of its history."""

    version = HiddenField()
    seen_lines = HiddenField()

    def show_visit(self, page: VisitPage) -> None:
        """The page that is shown now is what its reader will have seen."""
        self.version.data, self.seen_lines.data = str(page.visit.version), str(len(page.history))

    def seen(self) -> int | None:
        """The version that the reader saw; None when the form does not say."""
        return number_of(self.version.data)

    def since(self, page: VisitPage) -> tuple[VisitHistoryLine, ...]:
        """What has happened to the visit since the reader opened the form."""
        lines = number_of(self.seen_lines.data)
        return page.history[lines:] if lines is not None else ()


class UntilForm(SeenForm):
    """By when presenters shall answer."""

    until_day = DayField(
        _l("Answer by (day)"), [Needed()], default=lambda: clock.local_day(clock.now() + ANSWER_WITHIN)
    )
    until_time = TimeField(_l("Answer by (time)"), [Needed()], default=USUAL_HOUR)

    def problems_shown(self) -> list[Problem]:
        """As they stand on the pages: what is asked, then until when, then the reason, whichever was declared first."""
        places = {self.until_day.id: 1, self.until_time.id: 1, "reason": 2}
        return sorted(super().problems_shown(), key=lambda problem: places.get(problem.field_id, 0))

    def show_visit(self, page: VisitPage) -> None:
        """Answers are wanted an hour before the visit begins at the latest, if there is that much time.

        Of one whose day went by the usual time stands: it is moved to a day that is to come.
        """
        super().show_visit(page)
        starts_at = page.visit.starts_at
        if self.until_day.raw_data is None and starts_at is not None and clock.now() < starts_at < self.until():
            latest = _latest(starts_at, clock.now()).astimezone(ZoneInfo(centre_timezone()))
            self.until_day.data, self.until_time.data = latest.date(), latest.time()

    def until(self) -> dt.datetime:
        """The moment that the form names, by the clocks of the centre."""
        return _until(cast(dt.date, self.until_day.data), cast(dt.time, self.until_time.data))


class ReasonForm(BaseForm):
    """Why something is cancelled, declined or taken back."""

    reason = LinesField(_l("Reason"), [Needed()], limit=REASON_LENGTH)


class StaffReasonForm(SeenForm):
    """The same, from a coordinator, who sees the visit."""

    reason = LinesField(_l("Reason"), [Needed()], limit=REASON_LENGTH)


class CallOffForm(StaffReasonForm):
    """A coordinator calls a visit off, for the school that rang or for the centre."""

    by = RadioField(_l("Who cancels"), [Needed()], choices=choices_of(WHO_CANCELS))
    cause = RadioField(_l("Why"), [Needed()], choices=choices_of(CAUSES))
    reason = LinesField(_l("Reason"), [Needed()], limit=REASON_LENGTH)  # last, as on the page

    def said(self) -> CallOff:
        """What the form says; call after `accepted()`."""
        return CallOff(self.reason.data or "", CancelledBy(self.by.data), CancelCause(self.cause.data))


class PressForm(SeenForm):
    """A button alone."""


class DrivenForm(BaseForm):
    """What was driven already for a visit that was called off late; empty: nothing is said."""

    kilometres = CountField(_l("Kilometres driven, there and back"), most=MOST_KILOMETRES)

    @classmethod
    def of(cls, kilometres: int | None, mark: object) -> "DrivenForm":
        """The form of one presenter or visit among several on a page."""
        return cls(formdata=None, data={"kilometres": kilometres}, mark=mark)

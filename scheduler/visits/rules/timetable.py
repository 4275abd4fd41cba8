"""Pure rules of visits: when a visit is, who can arrive, which crew may go, who is shown to whom."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from scheduler.core.errors import GroundReason, Reason
from scheduler.requests.terms.reasons import RequestReason
from scheduler.visits.terms.plans import PresentationPlan, Span, VisitDraft
from scheduler.visits.terms.reasons import VisitReason

SHORTEST, LONGEST_MINUTES = 15, 480  # minutes of a presentation, as the table's CHECK says


MomentOf = Callable[[dt.date, dt.time, str], dt.datetime]


def span_of(starts_at: dt.datetime, minutes: int, set_up_minutes: int) -> Span:
    """When a presentation runs, and from when to when it takes its crew's time: set-up comes before, not after."""
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    return Span(starts_at, ends_at, starts_at - dt.timedelta(minutes=set_up_minutes), ends_at)


def visit_schedule(draft: VisitDraft, zone: str, set_up_minutes: int, moment_of: MomentOf) -> list[Span]:
    """The UTC moments of a draft's presentations, in its order; `moment_of` is core.clock's (rules know no clock).

    A crew that is in the school already sets up in the break, however short: between two lessons there are five
    minutes. Raises: ValueError when a start is a time that the host's clocks jump over.
    """
    spans = [
        span_of(moment_of(draft.on_day, plan.starts_local, zone), plan.minutes, set_up_minutes)
        for plan in draft.presentations
    ]
    return [_after_the_one_before(span, spans) for span in spans]


def _after_the_one_before(span: Span, of_visit: Sequence[Span]) -> Span:
    """The span with its set-up cut where an earlier presentation of the visit still runs."""
    ends = [other.ends_at for other in of_visit if other.ends_at <= span.starts_at]
    return replace(span, busy_from=max([span.busy_from, *ends]))


def wall_end(starts_local: dt.time, minutes: int) -> dt.time:
    """What the host's clock shows when a presentation ends."""
    return (dt.datetime.combine(dt.date.min, starts_local) + dt.timedelta(minutes=minutes)).time()


def shifted(starts: Mapping[int, dt.time], first: dt.time) -> dict[int, dt.time] | None:
    """All starts moved together, so that the earliest is `first`; None when one of them would leave the day.

    Of an hour that comes twice the same of the two is meant.
    """
    earliest = min(starts.values())
    by = (first.hour - earliest.hour) * 60 + first.minute - earliest.minute
    minutes = {which: start.hour * 60 + start.minute + by for which, start in starts.items()}
    if max(minutes.values()) >= 24 * 60:
        return None
    return {which: dt.time(*divmod(minute, 60), fold=first.fold) for which, minute in minutes.items()}


def problems_with(draft: VisitDraft, today: dt.date) -> dict[str, Reason]:
    """What keeps a draft from being planned: {field: reason code}; fields of a presentation are "presentations-0"."""
    problems: dict[str, Reason] = {}
    if draft.on_day < today:
        problems["on_day"] = GroundReason.IN_THE_PAST
    if not draft.presentations:
        problems["presentations"] = GroundReason.MISSING
    for number, plan in enumerate(draft.presentations):
        if reason := _problem_of(plan):
            problems[f"presentations-{number}"] = reason
    return problems


def _problem_of(plan: PresentationPlan) -> Reason | None:
    if not SHORTEST <= plan.minutes <= LONGEST_MINUTES:
        return VisitReason.LENGTH_OUT_OF_RANGE
    if min(plan.expected_pupils, plan.expected_parents, plan.expected_teachers) < 0:
        return RequestReason.NEGATIVE
    return None


def overlapping(spans: Sequence[Span]) -> list[int]:
    """Which spans of one visit begin before an earlier one ends, by their place in the list."""
    order = sorted(range(len(spans)), key=lambda place: spans[place].starts_at)
    return [b for a, b in pairwise(order) if spans[b].starts_at < spans[a].ends_at]


def order_of_moves(old: Sequence[Span], new: Sequence[Span]) -> list[int] | None:
    """In which order presentations of one visit can move so that none runs into one that has not moved yet.

    The database compares a presenter's spans at every single step. None: there is no such order (two swap places).
    """
    waiting = list(range(len(old)))
    order: list[int] = []
    while waiting:
        free = next((place for place in waiting if not _blocked(place, waiting, old, new)), None)
        if free is None:
            return None
        order.append(free)
        waiting.remove(free)
    return order


def _blocked(place: int, waiting: Sequence[int], old: Sequence[Span], new: Sequence[Span]) -> bool:
    wanted = new[place]
    return any(
        wanted.busy_from < old[other].busy_until and old[other].busy_from < wanted.busy_until
        for other in waiting
        if other != place
    )

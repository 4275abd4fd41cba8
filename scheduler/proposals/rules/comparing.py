"""How a plan differs from what stands, or from another plan; and what many waiting requests have in common."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from scheduler.people.terms import PresenterKind
from scheduler.proposals.terms.pages import AskedName, CrewName, Gathered, PresenterDays, RowView
from scheduler.proposals.terms.plan import ProposedSeat, RowChange, WaitCause, Waiting

OF_TOPIC, OF_LANGUAGE = (WaitCause.TOPIC,), (WaitCause.LANGUAGE,)
TOO_FAR = Waiting(WaitCause.REACH)


def change_of(seat: ProposedSeat | None, before: ProposedSeat | None) -> RowChange:
    """What became of a request between two plans."""
    if seat is None:
        return RowChange.WAITS if before is None else RowChange.DROPPED
    if before is None:
        return RowChange.NEW
    if (seat.on_day, seat.starts_local) != (before.on_day, before.starts_local):
        return RowChange.MOVED
    return RowChange.SAME if set(seat.crew) == set(before.crew) else RowChange.OTHER_CREW


def presenter_days(rows: Iterable[RowView]) -> tuple[PresenterDays, ...]:
    """Everybody whom these rows send, by name, with the requests of each day; rows come by day and hour."""
    days: dict[CrewName, dict[date, list[AskedName]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.seat:
            for who in row.seat.crew:
                days[who][row.seat.on_day].append(row.asked)
    return tuple(PresenterDays(who, days[who]) for who in sorted(days, key=lambda one: (one.name, one.presenter_id)))


def gathered(rows: Iterable[RowView]) -> tuple[Gathered, ...]:
    """The causes of all that wait, the most frequent first: who is lacking for how many."""
    counts: Counter[Gathered] = Counter()
    for row in rows:
        if row.waiting is not None:
            topic = row.asked.topic if row.waiting.cause in OF_TOPIC else None
            language = row.asked.language if row.waiting.cause in OF_LANGUAGE else None
            counts[Gathered(_of_whom(row.waiting), 0, topic, language)] += 1
    found = [Gathered(one.waiting, number, one.topic, one.language) for one, number in counts.items()]
    return tuple(sorted(found, key=lambda one: (-one.number, one.waiting.cause, str(one.language), str(one.topic))))


def _of_whom(waiting: Waiting) -> Waiting:
    """Too far by this plan's beds is too far for every educator, as free dates say it: one cause, told once."""
    return replace(waiting, kind=PresenterKind.EDUCATOR) if waiting == TOO_FAR else waiting

"""Whether a seat of a proposal still may be: asked of free dates once more, beside the others of the same plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from scheduler.booking.rules.free_dates import able_at
from scheduler.booking.rules.holds import BREAK
from scheduler.booking.rules.time_grid import MomentOf
from scheduler.booking.terms.free_dates import FreeFacts, Seeker
from scheduler.people.rules import is_minor
from scheduler.proposals.terms.plan import AskedVisit, ProposedSeat
from scheduler.staffing.terms.young_load import YoungVisit
from scheduler.visits.rules.timetable import span_of, wall_end
from scheduler.visits.terms.plans import Stop

Stands = tuple[AskedVisit, ProposedSeat]


def seats_that_stand(
    asked: Mapping[int, AskedVisit],
    seats: Iterable[ProposedSeat],
    moment_of: MomentOf,
    *,
    beside: Iterable[ProposedSeat] = (),
    in_order: bool = False,
) -> set[int]:
    """The requests whose seats may all be together, each asked `beside` others and those before it: by their days, or
    `in_order` as they are given, as a hand has placed them.
    """
    stands: list[Stands] = [(asked[seat.request_id], seat) for seat in beside if seat.request_id in asked]
    first = len(stands)
    for seat in seats if in_order else sorted(seats, key=lambda one: (one.on_day, one.starts_local, one.request_id)):
        one = asked.get(seat.request_id)
        if one is not None and may_stand(one, seat, stands, moment_of):
            stands.append((one, seat))
    return {seat.request_id for _one, seat in stands[first:]}


def may_stand(asked: AskedVisit, seat: ProposedSeat, others: Sequence[Stands], moment_of: MomentOf) -> bool:
    """Whether free dates offer that day and hour, and name its crew for it, while the others go where they go."""
    facts = with_promised(asked.facts, others, moment_of)
    able = able_at(facts, seat.on_day, seat.starts_local, moment_of, by_the_bell=True)
    needed = [number for number, _people in able]
    crew = [[seat.educator_id], *([[seat.influencer_id]] if seat.influencer_id is not None else [])]
    return needed == [1] * len(crew) and all(
        {who for who in part if who is not None} <= set(people)
        for part, (_number, people) in zip(crew, able, strict=True)
    )


def with_promised(facts: FreeFacts, others: Sequence[Stands], moment_of: MomentOf) -> FreeFacts:
    """The same as if the others had been promised already."""
    going = {who for _one, seat in others for who in seat.crew}
    people = (_busier(one, others, moment_of) if one.presenter_id in going else one for one in facts.people)
    return replace(facts, people=tuple(people))


def _busier(person: Seeker, others: Sequence[Stands], moment_of: MomentOf) -> Seeker:
    promised, young, count = list(person.promised), list(person.young), dict(person.presentations)
    for one, seat in others:
        if person.presenter_id not in seat.crew:
            continue
        starts, visit_id = seat.starts_local, -seat.request_id  # no visit and no hold has this number
        for number, minutes in enumerate(one.sitting_minutes):
            starts = one.sitting_starts[number] if one.sitting_starts else starts
            span = span_of(moment_of(seat.on_day, starts, one.facts.zone), minutes, one.facts.set_up_minutes)
            place = one.facts.point, one.district_id
            promised.append(Stop(visit_id, -number, span.busy_from, span.busy_until, *place))
            starts = wall_end(starts, minutes + BREAK)
            if is_minor(person.law.adult_on, seat.on_day):
                young.append(YoungVisit(visit_id, seat.on_day, minutes))
        count[seat.on_day] = count.get(seat.on_day, 0) + len(one.sitting_minutes)
    return replace(person, promised=tuple(promised), young=tuple(young), presentations=count)

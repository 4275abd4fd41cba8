"""Pure rules of planning: when a visit is, who can arrive, which crew may go, who is shown to whom."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.rules import road_km, road_minutes
from scheduler.places.terms import Point
from scheduler.planning.terms import (
    ArrivalProblem,
    AssignmentState,
    CopyPlan,
    CrewMember,
    CrewRule,
    Kit,
    PresentationPlan,
    PresentationRow,
    PresenterCard,
    School,
    Span,
    Stop,
    Teaches,
    UnderLaw,
    VisitDraft,
    Why,
)
from scheduler.programmes.terms import Audience

CONTACT_KEPT = dt.timedelta(days=7)
SHORTEST, LONGEST = 15, 480  # minutes of a presentation, as the table's CHECK says
MomentOf = Callable[[dt.date, dt.time, str], dt.datetime]

_FIRM = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)


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
    """All starts moved together, so that the earliest is `first`; None when one of them would leave the day."""
    earliest = min(starts.values())
    by = (first.hour - earliest.hour) * 60 + first.minute - earliest.minute
    minutes = {which: start.hour * 60 + start.minute + by for which, start in starts.items()}
    if max(minutes.values()) >= 24 * 60:
        return None
    return {which: dt.time(*divmod(minute, 60)) for which, minute in minutes.items()}


def problems_with(draft: VisitDraft, today: dt.date) -> dict[str, str]:
    """What keeps a draft from being planned: {field: reason code}; fields of a presentation are "presentations-0"."""
    problems: dict[str, str] = {}
    if draft.on_day < today:
        problems["on_day"] = "in_the_past"
    if not draft.presentations:
        problems["presentations"] = "missing"
    for number, plan in enumerate(draft.presentations):
        if reason := _problem_of(plan):
            problems[f"presentations-{number}"] = reason
    return problems


def _problem_of(plan: PresentationPlan) -> str | None:
    if not SHORTEST <= plan.minutes <= LONGEST:
        return "length_out_of_range"
    if min(plan.expected_pupils, plan.expected_parents, plan.expected_teachers) < 0:
        return "negative"
    return None


def overlapping(spans: Sequence[Span]) -> list[int]:
    """Which spans of one visit begin before an earlier one ends, by their place in the list."""
    order = sorted(range(len(spans)), key=lambda place: spans[place].starts_at)
    return [b for a, b in pairwise(order) if spans[b].starts_at < spans[a].ends_at]


def arrival_problems(day_plan: Iterable[Stop]) -> list[ArrivalProblem]:
    """Where one presenter cannot arrive: overlaps, and neighbours with a longer drive between them than time.

    `day_plan` holds the stops of one presenter, of one day or of several, in any order. The set-up buffer is part of a
    stop's busy time; the way from home is not judged. Within one visit nobody drives.
    """
    stops = sorted(day_plan, key=lambda stop: (stop.busy_from, stop.busy_until, stop.presentation_id))
    problems = []
    for (before, later), longest in zip(pairwise(stops), accumulate(stops, _longer), strict=False):
        neighbours = {before, longest}
        for earlier in sorted(neighbours, key=lambda stop: stop.busy_until, reverse=True):
            if problem := _arrival(earlier, later):
                problems.append(problem)
                break
    return problems


def _longer(one: Stop, other: Stop) -> Stop:
    return other if other.busy_until > one.busy_until else one


def _arrival(earlier: Stop, later: Stop) -> ArrivalProblem | None:
    needed = 0
    if earlier.visit_id != later.visit_id and earlier.point and later.point:
        needed = road_minutes(earlier.point, later.point)
    gap = int((later.busy_from - earlier.busy_until).total_seconds() // 60)
    if earlier.busy_until <= later.busy_from and gap >= needed:
        return None
    return ArrivalProblem(earlier, later, needed, max(gap, 0))


def crew_problems(crew: Iterable[CrewMember], rule: CrewRule, day: dt.date) -> list[Why]:
    """What keeps one presentation from being confirmed: who has accepted must meet the programme's rule."""
    firm = [member for member in crew if member.state in _FIRM]
    educators = sum(member.kind is PresenterKind.EDUCATOR for member in firm)
    influencers = len(firm) - educators
    problems = []
    if educators < rule.educators:
        problems.append(Why("educators_missing", rule.educators, educators))
    if influencers < rule.influencers:
        problems.append(Why("influencers_missing", rule.influencers, influencers))
    minors = [member for member in firm if is_minor(member.adult_on, day)]
    if minors and len(minors) == len(firm):
        problems.append(Why("minor_without_adult"))
    return problems


def promise_problems(audiences: Iterable[Audience], teacher_stays: bool, safeguarding_contact: str) -> list[Why]:
    """What the school must have promised before pupils meet anybody: a teacher who stays, and whom to tell."""
    if Audience.PUPILS not in audiences:
        return []
    problems = [] if teacher_stays else [Why("teacher_not_promised")]
    return problems if safeguarding_contact else [*problems, Why("no_safeguarding_contact")]


def who_is_shown(crew: Iterable[CrewMember], day: dt.date) -> list[str]:
    """Names as a school may read them (TRUST S51): of adults the full name, of minors the first name only.

    `day` is the earlier of today and the visit's day: who is a minor on either is shown as one. Adults come first.
    """
    return [card.name for card in cards_of(crew, day)]


def cards_of(crew: Iterable[CrewMember], day: dt.date) -> list[PresenterCard]:
    """The cards of those who come, by the same rule: adults first, each minor with the adult who comes along."""
    adults, minors = [], []
    for member in crew:
        if is_minor(member.adult_on, day):
            minors.append(PresenterCard(member.given_name, member.kind, minor=True))
        else:
            name = f"{member.given_name} {member.family_name}".strip()
            adults.append(PresenterCard(name, member.kind, minor=False))
    first = sorted(adults, key=lambda card: card.kind is not PresenterKind.EDUCATOR)[:1]  # an educator answers for her
    with_whom = first[0].name if first else ""
    return adults + [replace(card, adult=with_whom) for card in minors]


def contact_is_shown(on_day: dt.date, today: dt.date) -> bool:
    """Whether a presenter still reads whom to call at the school: until a week after the visit."""
    return today <= on_day + CONTACT_KEPT


def kit_of(school: School, presentations: Iterable[PresentationRow]) -> tuple[tuple[Kit, int], ...]:
    """What to take along, each with a number (0: no number): what the school lacks, and a leaflet for each head."""
    heads, adults = 0, 0
    for row in presentations:
        heads += row.expected_pupils + row.expected_parents + row.expected_teachers
        adults += row.expected_parents + row.expected_teachers
    wanted = [
        (Kit.COMPUTER, 0, True),
        (Kit.ADAPTERS, 0, school.has_projector is not False),
        (Kit.PROJECTOR, 0, school.has_projector is False),
        (Kit.LOUDSPEAKER, 0, school.has_sound is False),
        (Kit.OFFLINE, 0, school.has_internet is not True),
        (Kit.LEAFLETS, heads, heads > 0),
        (Kit.SHEET, 0, adults > 0),
        (Kit.PLAN_B, 0, True),
    ]
    return tuple((kit, count) for kit, count, needed in wanted if needed)


def sets_out(arrives: dt.datetime, minutes: int) -> dt.time:
    """When to leave at the latest, on a round five minutes: nobody leaves at 8:17."""
    leaves = arrives - dt.timedelta(minutes=minutes)
    return (leaves - dt.timedelta(minutes=leaves.minute % 5, seconds=leaves.second)).time()


def comes_home(over: dt.datetime, minutes: int) -> dt.time:
    """About when she is home again, on the next round five minutes."""
    home = over + dt.timedelta(minutes=minutes)
    return (home + dt.timedelta(minutes=-home.minute % 5)).time()


def kilometres(homes: Iterable[Point], host: Point | None) -> int:
    """Kilometres there and back: the crew shares one car, which starts where the farthest of them lives."""
    if host is None:
        return 0
    return round(2 * max((road_km(home, host) for home in homes), default=0.0))


def why_not(candidate: Teaches, topic: Topic, language: TeachingLanguage | None, available: bool) -> list[Why]:
    """What speaks against a presenter beside the law and the road: her topics, her languages, her time."""
    problems = [] if topic in candidate.topics else [Why("topic")]
    if language is not None and language not in candidate.languages:
        problems.append(Why("language"))
    return problems if available else [*problems, Why("not_available")]


def uncleared(standing: UnderLaw, day: dt.date, *, vetted: bool, agreed: bool) -> list[Why]:
    """What the law says against a presenter on a day: her vetting, her age, a guardian's consent, a suspension."""
    why = [] if vetted else [Why("unvetted")]
    if standing.may_present_from is not None and day < standing.may_present_from:
        why.append(Why("too_young"))
    if is_minor(standing.adult_on, day) and not agreed:
        why.append(Why("no_consent"))
    if standing.suspended:
        why.append(Why("suspended"))
    return why


def clash_of(here: Sequence[Stop], promised: Sequence[Stop]) -> list[Why]:
    """The worst of what keeps a presenter from arriving at the stops of one visit, if anything does."""
    own = {stop.visit_id for stop in here}
    problems = [
        problem
        for problem in arrival_problems([*here, *promised])
        if ({problem.earlier.visit_id, problem.later.visit_id} & own)
        and problem.earlier.visit_id != problem.later.visit_id
    ]
    if not problems:
        return []
    worst = max(problems, key=lambda problem: problem.late_by_minutes)
    code = "taken" if any(problem.overlaps for problem in problems) else "cannot_arrive"
    return [Why(code, worst.needed_minutes, worst.available_minutes)]


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


def copies_of(plan: CopyPlan) -> list[tuple[int, str]]:
    """Each copy's host and classes, host by host; empty classes: those of the visit that is copied."""
    return [(host_id, classes) for host_id in dict.fromkeys(plan.host_ids) for classes in plan.classes or ("",)]


def days_of_copies(plan: CopyPlan, school_days: Mapping[int, Collection[dt.date]]) -> list[dt.date] | None:
    """A day for each copy, in the order of `copies_of`: the first on which its host has pupils, not before the wished.

    Between one copy and the next lie at least `every_days`. None when a host has no such day in what is known.
    """
    found: list[dt.date] = []
    wished = plan.on_day
    for host_id, _classes in copies_of(plan):
        day = min((day for day in school_days[host_id] if day >= wished), default=None)
        if day is None:
            return None
        found.append(day)
        wished = day + dt.timedelta(days=plan.every_days)
    return found

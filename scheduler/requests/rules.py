"""What a host may ask for, who must move next, and what may still be done in which state. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from scheduler.core.text import fold
from scheduler.people import rules as people_rules
from scheduler.people.terms import Reader
from scheduler.places import rules as place_rules
from scheduler.places.terms import AskedTime, Standing
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms import (
    REQUEST_MACHINE,
    Blackout,
    Counts,
    DateDraft,
    Facts,
    HandoverDraft,
    HandoverRow,
    HandoverState,
    NextStep,
    Part,
    Points,
    PresentationDraft,
    RequestDraft,
    RequestState,
    Together,
    Turn,
    WaitingFacts,
    Weights,
)

LONGEST_SPAN_DAYS, LONGEST_HANDOVER_DAYS = 120, 366
FURTHEST_DAYS = 550  # a request for the school year after the next cannot be planned
MOST_PRESENTATIONS = 8
MOST_PREFERRED, MOST_BLACKOUTS = 5, 20
EARLIEST, LATEST = dt.time(7, 0), dt.time(21, 0)
PROMISED_DAYS = 5
AGES = (3, PROMISED_DAYS + 1, 22)  # days from which on a request is due, late, old
LETTERS = {Together.WAITLIST: "request_waitlisted", Together.MERGE: "request_merged"}  # what these acts mail
UNDO_WITHIN = dt.timedelta(hours=1)
MAIL_WAITS = dt.timedelta(minutes=10)  # so long a mail of an act for several stays in the house, for who thinks again
PROVE_WITHIN = dt.timedelta(days=7)
MAILS_A_DAY_TO_ADDRESS, MAILS_A_DAY_FROM_NETWORK = 3, 20
MOST_CORRECTIONS = 2  # of a mistyped address: a booking never writes to more than three
TWIN_DAYS = 30
DAYS_OF_A_MONTH = 30

_S = RequestState
HIDDEN = frozenset({_S.DRAFT, _S.UNVERIFIED})  # staff see a request when its address is proven
OVER = REQUEST_MACHINE.ends()
OPEN = frozenset(RequestState) - HIDDEN - OVER
WITH_DATE = frozenset({_S.AGREED, _S.STAFFING, _S.CONFIRMED, _S.READY})
FOLLOWED = frozenset(
    {
        _S.AGREED,
        _S.STAFFING,
        _S.CONFIRMED,
        _S.READY,
        _S.DELIVERED,
        _S.REPORTED,
        _S.CERTIFIED,
        _S.CLOSED,
        _S.DISRUPTED,
        _S.CANCELLED_BY_SCHOOL,
        _S.CANCELLED_BY_CENTRE,
    }
)

STEPS: dict[RequestState, tuple[Turn, NextStep]] = {
    _S.NEW: (Turn.YOURS, NextStep.TAKE),
    _S.TRIAGE: (Turn.YOURS, NextStep.DECIDE),
    _S.AGREED: (Turn.YOURS, NextStep.PLAN),
    _S.DISRUPTED: (Turn.YOURS, NextStep.REPLAN),
    _S.NEEDS_INFO: (Turn.OTHERS, NextStep.LOOK),
    _S.PROPOSED: (Turn.OTHERS, NextStep.LOOK),
    _S.STAFFING: (Turn.OTHERS, NextStep.LOOK),
    _S.DELIVERED: (Turn.OTHERS, NextStep.LOOK),
    _S.WAITLISTED: (Turn.ITSELF, NextStep.LOOK),
    _S.CONFIRMED: (Turn.ITSELF, NextStep.LOOK),
    _S.READY: (Turn.ITSELF, NextStep.LOOK),
    _S.REPORTED: (Turn.ITSELF, NextStep.LOOK),
    _S.CERTIFIED: (Turn.ITSELF, NextStep.LOOK),
}


def problems_with(draft: RequestDraft, today: dt.date, facts: Facts) -> dict[str, str]:
    """{field: reason code}, empty when the draft may be sent. Fields of a presentation: "presentations-0-pupils"."""
    problems = _problems_with_days(draft, today, facts)
    problems |= ({} if problems else _problems_with_wishes(draft)) | _problems_with_contact(draft, facts)
    if not facts.programme.open:
        problems["programme"] = "not_open"
    if not draft.teacher_stays:
        problems["teacher_stays"] = "teacher_stays"
    if not draft.safeguarding_contact:
        problems["safeguarding_contact"] = "missing"
    if not draft.presentations:
        problems["presentations"] = "missing"
    if len(draft.presentations) > MOST_PRESENTATIONS:
        problems["presentations"] = "too_many_presentations"
    for number, presentation in enumerate(draft.presentations):
        found = _problems_with_presentation(presentation, facts)
        if not presentation.outside_shift and place_rules.away(where_classes_are(presentation, draft, facts)):
            found.setdefault("starts_local" if presentation.starts_local else "lesson", "class_not_there")
        if _year_has_ended(presentation, draft, facts):
            found.setdefault("classes", "year_ended")
        for field, reason in found.items():
            problems[f"presentations-{number}-{field}"] = reason
    return problems


def _year_has_ended(asked: PresentationDraft, draft: RequestDraft, facts: Facts) -> bool:
    """Whether a class has lessons on none of the asked days although its school has: the last grades end earlier."""
    if facts.lessons is None or asked.audience is not Audience.PUPILS or asked.outside_shift:
        return False
    asked_days = {day for day in facts.lessons[None] if draft.first_day <= day <= draft.last_day}
    every = [place_rules.left_on(facts.lessons, asked.classes, day) for day in asked_days]
    return bool(every) and all(every)


def where_classes_are(asked: PresentationDraft, draft: RequestDraft, facts: Facts) -> list[Standing]:
    """Where the classes of a presentation are at the asked hour, on the first of the asked days that suits them, else
    why they are not there. Nothing without an hour, without told shifts, or for parents: they come outside shifts."""
    named = asked.starts_local is not None or asked.lesson is not None
    days = min((draft.last_day - draft.first_day).days, LONGEST_SPAN_DAYS)
    if facts.clock is None or asked.audience is not Audience.PUPILS or not asked.classes or not named or days < 0:
        return []
    span = [draft.first_day + dt.timedelta(days=number) for number in range(days + 1)]
    wanted = AskedTime(facts.programme.minutes, asked.starts_local, asked.lesson)
    return place_rules.best_standings(facts.clock, asked.classes, span, wanted)


def _problems_with_days(draft: RequestDraft, today: dt.date, facts: Facts) -> dict[str, str]:
    notice = 0 if facts.by_staff else facts.programme.notice_days
    if draft.first_day < today:
        return {"first_day": "in_the_past"}
    if (draft.first_day - today).days < notice:
        return {"first_day": "too_soon"}
    if (draft.first_day - today).days > FURTHEST_DAYS:
        return {"first_day": "too_late"}
    if draft.last_day < draft.first_day:
        return {"last_day": "days_not_in_order"}
    if (draft.last_day - draft.first_day).days >= LONGEST_SPAN_DAYS:
        return {"last_day": "span_too_long"}
    return {}


def _problems_with_wishes(draft: RequestDraft) -> dict[str, str]:
    """Ranked dates lie within the asked days and on none that the school cannot; what it cannot leaves a day over."""
    problems: dict[str, str] = {}
    for place, one in enumerate(draft.preferred):
        if not draft.first_day <= one.on_day <= draft.last_day:
            problems[f"preferred-{place}-on_day"] = "outside_the_days"
        elif cannot_on(draft.blackouts, one.on_day):
            problems[f"preferred-{place}-on_day"] = "school_cannot"
        elif one in draft.preferred[:place]:
            problems[f"preferred-{place}-on_day"] = "the_same_date"
        elif one.starts_local and not EARLIEST <= one.starts_local < LATEST:
            problems[f"preferred-{place}-starts_local"] = "not_in_the_day"
    if len(draft.preferred) > MOST_PREFERRED:
        problems["preferred"] = "too_many_preferred"
    if any(days.last_day < days.first_day for days in draft.blackouts):
        problems["blackouts"] = "days_not_in_order"
    elif len(draft.blackouts) > MOST_BLACKOUTS:
        problems["blackouts"] = "too_many_blackouts"
    elif draft.blackouts and not _day_left(draft):
        problems["blackouts"] = "no_day_left"
    return problems


def _day_left(draft: RequestDraft) -> bool:
    span = min((draft.last_day - draft.first_day).days, LONGEST_SPAN_DAYS)
    days = (draft.first_day + dt.timedelta(days=number) for number in range(span + 1))
    return any(not cannot_on(draft.blackouts, day) for day in days)


def cannot_on(blackouts: Iterable[Blackout], day: dt.date) -> bool:
    """Whether the school has said that it cannot on that day."""
    return any(days.holds(day) for days in blackouts)


def _problems_with_contact(draft: RequestDraft, facts: Facts) -> dict[str, str]:
    problems = {} if draft.contact_name else {"contact_name": "missing"}
    if not draft.contact_email and not (facts.by_staff and draft.contact_phone):
        problems["contact_email"] = "missing"
    elif draft.contact_email and (reason := _problem_with_address(draft.contact_email)):
        problems["contact_email"] = reason
    return problems


def _problem_with_address(typed: str) -> str | None:
    return people_rules.problem_with_address(people_rules.address_of(typed))


def _problems_with_presentation(asked: PresentationDraft, facts: Facts) -> dict[str, str]:
    problems: dict[str, str] = {}
    if asked.audience not in facts.programme.audiences:
        problems["audience"] = "not_for_them"
    if asked.audience is Audience.PUPILS:
        if asked.level is SchoolLevel.NONE:
            problems["level"] = "missing"
        elif facts.levels and asked.level not in facts.levels:
            problems["level"] = "not_at_this_host"
    if asked.starts_local and not EARLIEST <= asked.starts_local <= LATEST:
        problems["starts_local"] = "not_in_the_day"
    counts = Counts(1, asked.pupils, asked.parents, asked.teachers)
    return problems | problems_with_counts(counts, asked.audience, facts.programme.group_size)


def problems_with_counts(counts: Counts, audience: Audience, group_size: int) -> dict[str, str]:
    """{field: reason code} of one presentation's numbers: its audience must come, and all must fit into the group."""
    named = {"pupils": counts.pupils, "parents": counts.parents, "teachers": counts.teachers}
    problems = {field: "negative" for field, number in named.items() if number < 0}
    problems |= {field: "over_group_size" for field, number in named.items() if number > group_size}
    main = audience.value if audience.value in named else "pupils"
    if audience is Audience.OTHERS:
        if not any(named.values()):
            problems.setdefault("pupils", "nobody_comes")
    elif named[main] == 0:
        problems[main] = "nobody_comes"
    if not problems and counts.pupils + counts.parents > group_size:
        problems[main] = "over_group_size"
    return problems


def problems_with_dates(
    dates: Sequence[DateDraft], held_until: dt.date, today: dt.date, blackouts: Collection[Blackout] = ()
) -> dict[str, str]:
    """{field: reason code} of dates to propose, held until the evening of a day: "dates-0-on_day", "held_until"."""
    problems: dict[str, str] = {} if dates else {"dates-0-on_day": "missing"}
    for number, one in enumerate(dates):
        if one.on_day <= today:
            problems[f"dates-{number}-on_day"] = "in_the_past"
        elif (one.on_day - today).days > FURTHEST_DAYS:
            problems[f"dates-{number}-on_day"] = "too_late"
        elif not EARLIEST <= one.starts_local <= LATEST:
            problems[f"dates-{number}-starts_local"] = "not_in_the_day"
        elif one in dates[:number]:
            problems[f"dates-{number}-on_day"] = "the_same_date"
        elif cannot_on(blackouts, one.on_day):
            problems[f"dates-{number}-on_day"] = "school_cannot"
    if held_until <= today:
        problems["held_until"] = "in_the_past"
    elif dates and held_until >= min(one.on_day for one in dates):
        problems["held_until"] = "after_a_date"
    return problems


def turn_of(state: RequestState, *, attention: bool) -> tuple[Turn, NextStep]:
    """Whose move it is, and the verb at the end of the row."""
    if state in OVER or state in HIDDEN:
        return Turn.OVER, NextStep.LOOK
    return (Turn.YOURS, NextStep.CHECK_COUNTS) if attention else STEPS[state]


def age_days(since: dt.datetime, now: dt.datetime) -> int:
    """Whole days that a request has waited."""
    return max(0, (now - since).days)


def is_late(turn: Turn, waited_days: int) -> bool:
    """Whether the centre keeps a school waiting longer than it promised."""
    return turn is Turn.YOURS and waited_days > PROMISED_DAYS


def may_move(state: RequestState, to: RequestState) -> bool:
    """Whether an answer of that kind can be given now."""
    return REQUEST_MACHINE.may(state, to)


def may_together(act: Together, state: RequestState) -> bool:
    """Whether an act for several is meant for a request in that state."""
    if act is Together.WAITLIST:  # what a closure stopped keeps its place: it is planned again, not put on a list
        return REQUEST_MACHINE.may(state, _S.WAITLISTED) and state is not _S.DISRUPTED
    return state in OPEN


def way_out(state: RequestState) -> RequestState | None:
    """The state in which a school's withdrawal ends; None when a date binds both, or all is over."""
    if REQUEST_MACHINE.may(state, _S.WITHDRAWN):
        return _S.WITHDRAWN
    return _S.CANCELLED_BY_SCHOOL if state is _S.AGREED else None


def may_book_again(state: RequestState) -> bool:
    """Whether the same can be asked for anew: once the old request is over, and was not made part of another."""
    return state in OVER and state not in (_S.MERGED_INTO, _S.EXPIRED)


def may_ask_again(state: RequestState) -> bool:
    """Whether a school asks anew from its own page: once the request is over, or the visit was held."""
    return may_book_again(state) or state in (_S.DELIVERED, _S.REPORTED, _S.CERTIFIED, _S.CLOSED)


def keeps_place(state: RequestState) -> bool:
    """Whether a request booked again stands in line since the old one came: not when its visit was held."""
    return state in (_S.CANCELLED_BY_CENTRE, _S.CANCELLED_BY_SCHOOL, _S.DECLINED, _S.WITHDRAWN)


def may_change_counts(state: RequestState) -> bool:
    """Until the presentation is held, the school may say that more or fewer come."""
    return state in OPEN and state not in {_S.DELIVERED, _S.REPORTED, _S.CERTIFIED}


def is_rural(place: str, towns: tuple[str, ...]) -> bool:
    """Whether a host lies outside of its towns: the seat of its municipality, and the city that this belongs to.

    A host without a municipality (abroad, or typed by hand) is not.
    """
    return bool(towns) and fold(place) not in {fold(town) for town in towns}


def years_since(day: dt.date, today: dt.date) -> int:
    """Whole years; a visit on 29 February is a year ago on 1 March."""
    return max(0, today.year - day.year - ((today.month, today.day) < (day.month, day.day)))


def rank_parts(facts: WaitingFacts, weights: Weights, now: dt.datetime, today: dt.date) -> tuple[Points, ...]:
    """Why a request stands where it does on the waiting list, part by part; parts without points are left out."""
    years = weights.most_years if facts.last_visit is None else years_since(facts.last_visit, today)
    months = max(0, (now - facts.waits_since).days) // DAYS_OF_A_MONTH
    unvisited = Part.NEVER_VISITED if facts.last_visit is None else Part.NOT_VISITED
    parts = (
        Points(unvisited, weights.per_year * min(years, weights.most_years), years),
        Points(Part.RURAL, weights.rural if facts.rural else 0),
        Points(Part.SPECIAL_NEEDS, weights.special_needs if facts.special_needs else 0),
        Points(Part.WAITS, weights.per_month * months, months),
    )
    first = (Points(Part.PUT_FIRST, 0),) if facts.put_first else ()
    return first + tuple(part for part in parts if part.points)


def rank_key(facts: WaitingFacts, parts: tuple[Points, ...], request_id: int) -> tuple[bool, int, dt.datetime, int]:
    """By this the waiting list is sorted: put first, then the most points, then who waits longest."""
    return (not facts.put_first, -sum(part.points for part in parts), facts.waits_since, request_id)


def problems_with_handover(
    draft: HandoverDraft, colleagues: Collection[int], others: Iterable[HandoverRow], today: dt.date
) -> dict[str, str]:
    """{field: reason} of what keeps a handover from being stored.

    `others` are those of the centre that are not over. Nobody stands in while away, and nobody goes away while standing
    in, so that what is handed over has one person who answers, never a chain of them.
    """
    problems = {
        field: "not_a_choice"
        for field, who in (("away", draft.away_id), ("stand_in", draft.stand_in_id))
        if who not in colleagues
    }
    if draft.away_id == draft.stand_in_id:
        problems["stand_in"] = "not_oneself"
    if draft.first_day < today:
        problems["first_day"] = "in_the_past"
    if draft.last_day < draft.first_day:
        problems["last_day"] = "days_not_in_order"
    elif (draft.last_day - draft.first_day).days >= LONGEST_HANDOVER_DAYS:
        problems["last_day"] = "too_long_away"
    for other in others:
        if other.ended_at is None and draft.first_day <= other.last_day and other.first_day <= draft.last_day:
            problems = _clash_of_handovers(draft, other) | problems
    return problems


def _clash_of_handovers(draft: HandoverDraft, other: HandoverRow) -> dict[str, str]:
    """What speaks against a handover beside another one of the same days."""
    if other.away_id == draft.stand_in_id:
        return {"stand_in": "stand_in_is_away"}
    if other.stand_in_id == draft.away_id:
        return {"away": "stands_in_then"}
    same = not draft.district_ids or any(map(other.covers, draft.district_ids))
    return {"first_day": "handed_over_then"} if other.away_id == draft.away_id and same else {}


def handover_state(row: HandoverRow, today: dt.date) -> HandoverState:
    """How a handover stands on a day."""
    if row.ended_at is not None:
        return HandoverState.TAKEN_BACK
    if today < row.first_day:
        return HandoverState.COMING
    return HandoverState.RUNNING if today <= row.last_day else HandoverState.OVER


def stand_in_for(owner_id: int | None, district_id: int | None, running: Iterable[HandoverRow]) -> HandoverRow | None:
    """The handover by which somebody looks after what an owner has in a district."""
    return next((row for row in running if row.away_id == owner_id and row.covers(district_id)), None)


def told_instead(
    readers: Iterable[Reader], district_id: int | None, running: Sequence[HandoverRow]
) -> list[tuple[str, str]]:
    """(address, language) of who is written to: for whoever is away her stand-in, each once, in order."""
    found: dict[str, str] = {}
    for reader in readers:
        instead = stand_in_for(reader.user_id, district_id, running)
        address, language = (
            (instead.stand_in_email, instead.stand_in_language) if instead else (reader.address, reader.language)
        )
        found.setdefault(address, language)
    return list(found.items())

"""What a host may ask for, and which dates may be proposed to it."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.phones import can_be_dialled
from scheduler.core.text import problem_with_address
from scheduler.people import rules as people_rules
from scheduler.places.rules.presence import best_standings, is_anyone_away, left_on
from scheduler.places.terms.school_time import AskedTime, ClassStanding
from scheduler.programmes.terms import Audience, ProgrammeRow, SchoolLevel
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import (
    Blackout,
    ExpectedCounts,
    PresentationDraft,
    RequestDraft,
    RequestFacts,
)

LONGEST_SPAN_DAYS = 120
FURTHEST_DAYS = 550  # a request for the school year after the next cannot be planned
MOST_PRESENTATIONS = 8
MOST_PREFERRED, MOST_BLACKOUTS = 5, 20
EARLIEST, LATEST = dt.time(7, 0), dt.time(21, 0)
PROVE_WITHIN = dt.timedelta(days=7)
MAILS_A_DAY_TO_ADDRESS = 3
MAILS_A_DAY_FROM_NETWORK = 200  # that nobody has proven: a whole school books behind one address
MAILS_WINDOW = dt.timedelta(days=1)
MOST_CORRECTIONS = 2  # of a mistyped address: a booking never writes to more than three
TWIN_DAYS = 30


def problems_with(draft: RequestDraft, today: dt.date, facts: RequestFacts) -> dict[str, Reason]:
    """{field: reason code}, empty when the draft may be sent. Fields of a presentation: "presentations-0-pupils"."""
    problems = _problems_with_days(draft, today, facts)
    problems |= {} if problems else _problems_with_wishes(draft)
    problems |= problems_with_contact(draft, by_staff=facts.by_staff)
    if not facts.programme.open:
        problems["programme"] = RequestReason.NOT_OPEN
    problems |= problems_with_room(draft)
    if not draft.presentations:
        problems["presentations"] = GroundReason.MISSING
    if len(draft.presentations) > MOST_PRESENTATIONS:
        problems["presentations"] = RequestReason.TOO_MANY_PRESENTATIONS
    for number, presentation in enumerate(draft.presentations):
        found = _problems_with_presentation(presentation, facts)
        if not presentation.outside_shift and is_anyone_away(where_classes_are(presentation, draft, facts)):
            found.setdefault("starts_local" if presentation.starts_local else "lesson", RequestReason.CLASS_NOT_THERE)
        if _year_has_ended(presentation, draft, facts):
            found.setdefault("classes", RequestReason.YEAR_ENDED)
        for field, reason in found.items():
            problems[f"presentations-{number}-{field}"] = reason
    return problems


def leads_first(programmes: Iterable[ProgrammeRow]) -> list[ProgrammeRow]:
    """Several programmes of one booking, the one whose date is looked for first: of those that are booked now before
    the others, for pupils before adults.
    """
    return sorted(programmes, key=lambda one: (not one.book_now, Audience.PUPILS not in one.audiences))


def problems_with_part(place: int, part: RequestDraft, today: dt.date, facts: RequestFacts) -> dict[str, Reason]:
    """The same of a further part of a booking, by its place. Of its one presentation: "parts-0-parents"."""
    found = problems_with(part, today, facts)
    return {field.replace("presentations-0-", f"parts-{place}-"): reason for field, reason in found.items()}


def _year_has_ended(asked: PresentationDraft, draft: RequestDraft, facts: RequestFacts) -> bool:
    """Whether a class has lessons on none of the asked days although its school has: the last grades end earlier."""
    if facts.lessons is None or asked.audience is not Audience.PUPILS or asked.outside_shift:
        return False
    lessons, classes = facts.lessons, asked.classes
    if any(draft.first_day <= day <= draft.last_day for day in frozenset.intersection(*lessons.values())):
        return False  # whatever class it is: each grade has lessons then
    asked_days = {day for day in lessons[None] if draft.first_day <= day <= draft.last_day}
    return bool(asked_days) and all(left_on(lessons, classes, day) for day in asked_days)


def levels_at(teaches_primary: bool, teaches_secondary: bool) -> frozenset[SchoolLevel]:
    """The levels that may be asked for at a host that teaches so; none: any."""
    pairs = ((SchoolLevel.PRIMARY, teaches_primary), (SchoolLevel.SECONDARY, teaches_secondary))
    return frozenset(level for level, teaches in pairs if teaches)


def where_classes_are(asked: PresentationDraft, draft: RequestDraft, facts: RequestFacts) -> list[ClassStanding]:
    """Where the classes of a presentation are at the asked hour, on the first of the asked days that suits them, else
    why they are not there. Nothing without an hour, without told shifts, or for parents: they come outside shifts."""
    named = asked.starts_local is not None or asked.lesson is not None
    days = min((draft.last_day - draft.first_day).days, LONGEST_SPAN_DAYS)
    if facts.clock is None or asked.audience is not Audience.PUPILS or not asked.classes or not named or days < 0:
        return []
    span = [draft.first_day + dt.timedelta(days=number) for number in range(days + 1)]
    wanted = AskedTime(facts.programme.minutes, asked.starts_local, asked.lesson)
    return best_standings(facts.clock, asked.classes, span, wanted)


def _problems_with_days(draft: RequestDraft, today: dt.date, facts: RequestFacts) -> dict[str, Reason]:
    notice = 0 if facts.by_staff else facts.programme.notice_days
    if draft.first_day < today:
        return {"first_day": GroundReason.IN_THE_PAST}
    if (draft.first_day - today).days < notice:
        return {"first_day": RequestReason.TOO_SOON}
    if (draft.first_day - today).days > FURTHEST_DAYS:
        return {"first_day": GroundReason.TOO_LATE}
    if draft.last_day < draft.first_day:
        return {"last_day": GroundReason.DAYS_NOT_IN_ORDER}
    if (draft.last_day - draft.first_day).days >= LONGEST_SPAN_DAYS:
        return {"last_day": RequestReason.SPAN_TOO_LONG}
    return {}


def _problems_with_wishes(draft: RequestDraft) -> dict[str, Reason]:
    """Ranked dates lie within the asked days and on none that the school cannot; what it cannot leaves a day over."""
    problems: dict[str, Reason] = {}
    for place, one in enumerate(draft.preferred):
        if not draft.first_day <= one.on_day <= draft.last_day:
            problems[f"preferred-{place}-on_day"] = RequestReason.OUTSIDE_THE_DAYS
        elif cannot_on(draft.blackouts, one.on_day):
            problems[f"preferred-{place}-on_day"] = RequestReason.SCHOOL_CANNOT
        elif one in draft.preferred[:place]:
            problems[f"preferred-{place}-on_day"] = RequestReason.THE_SAME_DATE
        elif one.starts_local and not EARLIEST <= one.starts_local < LATEST:
            problems[f"preferred-{place}-starts_local"] = RequestReason.NOT_IN_THE_DAY
    if len(draft.preferred) > MOST_PREFERRED:
        problems["preferred"] = RequestReason.TOO_MANY_PREFERRED
    if any(days.last_day < days.first_day for days in draft.blackouts):
        problems["blackouts"] = GroundReason.DAYS_NOT_IN_ORDER
    elif len(draft.blackouts) > MOST_BLACKOUTS:
        problems["blackouts"] = RequestReason.TOO_MANY_BLACKOUTS
    elif draft.blackouts and not _day_left(draft):
        problems["blackouts"] = RequestReason.NO_DAY_LEFT
    return problems


def _day_left(draft: RequestDraft) -> bool:
    span = min((draft.last_day - draft.first_day).days, LONGEST_SPAN_DAYS)
    days = (draft.first_day + dt.timedelta(days=number) for number in range(span + 1))
    return any(not cannot_on(draft.blackouts, day) for day in days)


def cannot_on(blackouts: Iterable[Blackout], day: dt.date) -> bool:
    """Whether the school has said that it cannot on that day."""
    return any(days.holds(day) for days in blackouts)


def problems_with_room(draft: RequestDraft) -> dict[str, Reason]:
    """{field: reason code} of who guards the children: it depends on nothing but who listens."""
    problems: dict[str, Reason] = {}
    if draft.with_pupils and not draft.teacher_stays:
        problems["teacher_stays"] = RequestReason.TEACHER_STAYS
    if not draft.safeguarding_contact:
        problems["safeguarding_contact"] = GroundReason.MISSING
    return problems


def problems_with_contact(draft: RequestDraft, *, by_staff: bool = False) -> dict[str, Reason]:
    """{field: reason code} of whom we write to, or call: of other answers it depends on the wish for a call."""
    problems: dict[str, Reason] = {} if draft.contact_name else {"contact_name": GroundReason.MISSING}
    if not draft.contact_email and not (by_staff and draft.contact_phone):
        problems["contact_email"] = GroundReason.MISSING
    elif draft.contact_email and (reason := problem_with_address(people_rules.address_of(draft.contact_email))):
        problems["contact_email"] = reason
    if draft.contact_phone and not can_be_dialled(draft.contact_phone):
        problems["contact_phone"] = GroundReason.NOT_A_PHONE
    elif draft.recent_incident and not draft.contact_phone:
        problems["contact_phone"] = RequestReason.PHONE_TO_CALL
    return problems


def _problems_with_presentation(asked: PresentationDraft, facts: RequestFacts) -> dict[str, Reason]:
    problems: dict[str, Reason] = {}
    if asked.audience not in facts.programme.audiences:
        problems["audience"] = RequestReason.NOT_FOR_THEM
    if asked.audience is Audience.PUPILS:
        if asked.level is SchoolLevel.NONE:
            problems["level"] = GroundReason.MISSING
        elif facts.levels and asked.level not in facts.levels:
            problems["level"] = RequestReason.NOT_AT_THIS_HOST
    if asked.starts_local and not EARLIEST <= asked.starts_local <= LATEST:
        problems["starts_local"] = RequestReason.NOT_IN_THE_DAY
    counts = ExpectedCounts(1, asked.pupils, asked.parents, asked.teachers)
    return problems | problems_with_counts(counts, asked.audience, facts.programme.group_size)


def problems_with_counts(counts: ExpectedCounts, audience: Audience, group_size: int) -> dict[str, Reason]:
    """{field: reason code} of one presentation's numbers: its audience must come, and all must fit into the group."""
    named = {"pupils": counts.pupils, "parents": counts.parents, "teachers": counts.teachers}
    problems: dict[str, Reason] = {field: RequestReason.NEGATIVE for field, number in named.items() if number < 0}
    problems |= {field: RequestReason.OVER_GROUP_SIZE for field, number in named.items() if number > group_size}
    main = audience.value if audience.value in named else "pupils"
    if audience is Audience.OTHERS:
        if not any(named.values()):
            problems.setdefault("pupils", RequestReason.NOBODY_COMES)
    elif named[main] == 0:
        problems[main] = RequestReason.NOBODY_COMES
    if not problems and counts.pupils + counts.parents > group_size:
        problems[main] = RequestReason.OVER_GROUP_SIZE
    return problems


def problems_with_dates(
    dates: Sequence[DateDraft], held_until: dt.date, today: dt.date, blackouts: Collection[Blackout] = ()
) -> dict[str, Reason]:
    """{field: reason code} of dates to propose, held until the evening of a day: "dates-0-on_day", "held_until"."""
    problems: dict[str, Reason] = {} if dates else {"dates-0-on_day": GroundReason.MISSING}
    for number, one in enumerate(dates):
        if one.on_day <= today:
            problems[f"dates-{number}-on_day"] = GroundReason.IN_THE_PAST
        elif (one.on_day - today).days > FURTHEST_DAYS:
            problems[f"dates-{number}-on_day"] = GroundReason.TOO_LATE
        elif not EARLIEST <= one.starts_local <= LATEST:
            problems[f"dates-{number}-starts_local"] = RequestReason.NOT_IN_THE_DAY
        elif one in dates[:number]:
            problems[f"dates-{number}-on_day"] = RequestReason.THE_SAME_DATE
        elif cannot_on(blackouts, one.on_day):
            problems[f"dates-{number}-on_day"] = RequestReason.SCHOOL_CANNOT
    if held_until <= today:
        problems["held_until"] = GroundReason.IN_THE_PAST
    elif dates and held_until >= min(one.on_day for one in dates):
        problems["held_until"] = RequestReason.AFTER_A_DATE
    return problems

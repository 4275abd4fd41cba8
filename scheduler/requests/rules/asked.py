"""What a host may ask for, and which dates may be proposed to it."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from scheduler.people import rules as people_rules
from scheduler.places.rules.presence import away, best_standings, left_on
from scheduler.places.terms.school_time import AskedTime, Standing
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.asked import Blackout, Counts, Facts, PresentationDraft, RequestDraft
from scheduler.requests.terms.dates import DateDraft

LONGEST_SPAN_DAYS = 120
FURTHEST_DAYS = 550  # a request for the school year after the next cannot be planned
MOST_PRESENTATIONS = 8
MOST_PREFERRED, MOST_BLACKOUTS = 5, 20
EARLIEST, LATEST = dt.time(7, 0), dt.time(21, 0)
PROVE_WITHIN = dt.timedelta(days=7)
MAILS_A_DAY_TO_ADDRESS = 3
MAILS_A_DAY_FROM_NETWORK = 20
MOST_CORRECTIONS = 2  # of a mistyped address: a booking never writes to more than three
TWIN_DAYS = 30


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
        if not presentation.outside_shift and away(where_classes_are(presentation, draft, facts)):
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
    every = [left_on(facts.lessons, asked.classes, day) for day in asked_days]
    return bool(every) and all(every)


def levels_at(teaches_primary: bool, teaches_secondary: bool) -> frozenset[SchoolLevel]:
    """The levels that may be asked for at a host that teaches so; none: any."""
    pairs = ((SchoolLevel.PRIMARY, teaches_primary), (SchoolLevel.SECONDARY, teaches_secondary))
    return frozenset(level for level, teaches in pairs if teaches)


def where_classes_are(asked: PresentationDraft, draft: RequestDraft, facts: Facts) -> list[Standing]:
    """Where the classes of a presentation are at the asked hour, on the first of the asked days that suits them, else
    why they are not there. Nothing without an hour, without told shifts, or for parents: they come outside shifts."""
    named = asked.starts_local is not None or asked.lesson is not None
    days = min((draft.last_day - draft.first_day).days, LONGEST_SPAN_DAYS)
    if facts.clock is None or asked.audience is not Audience.PUPILS or not asked.classes or not named or days < 0:
        return []
    span = [draft.first_day + dt.timedelta(days=number) for number in range(days + 1)]
    wanted = AskedTime(facts.programme.minutes, asked.starts_local, asked.lesson)
    return best_standings(facts.clock, asked.classes, span, wanted)


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

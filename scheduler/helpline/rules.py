"""Pure rules of the helpline's figures: which sums must agree, what a correction changes, what the public may read."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.personal_text import personal_in
from scheduler.core.small_cells import PublicSum, hidden_cells
from scheduler.helpline.terms import (
    SUMS,
    TOTAL_OF,
    TOTALS,
    AgeBand,
    CallerKind,
    CaseOutcome,
    CodeList,
    Disagreement,
    ForwardedTo,
    HelplineChannel,
    HelplineCodeName,
    HelplineDraft,
    HelplineMargin,
    HelplineMonth,
    HelplineReason,
    ListDraft,
    PublicNumber,
)

LIST_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
LIST_LANGUAGES = ("sr_Cyrl", "en")  # in which a code has its names
NOT_KNOWN = "not_known"  # what a margin does not say of its total
PUBLIC_SPLITS = {  # by what the public reads a total, beside its months
    "channel": ("communications", tuple(HelplineChannel)),
    "outcome": ("cases", tuple(CaseOutcome)),
    "forwarded_to": ("forwarded", tuple(ForwardedTo)),
}
MONTHS_OF = {"month": "communications", "month_cases": "cases"}


def problems_with_days(first: dt.date, last: dt.date, today: dt.date) -> dict[str, Reason]:
    """{field: reason} why figures cannot be of these days: they lie in one month and are over."""
    if last < first:
        return {"last_day": GroundReason.DAYS_NOT_IN_ORDER}
    if (first.year, first.month) != (last.year, last.month):
        return {"last_day": HelplineReason.NOT_ONE_MONTH}
    return {"last_day": GroundReason.IN_THE_FUTURE} if last >= today else {}


def disagreements(draft: HelplineDraft) -> list[Disagreement]:
    """Each total that its parts do not make, and each margin that says more than the total that it splits."""
    found = [
        Disagreement(name, draft.total(name), made)
        for name, parts in SUMS.items()
        if (made := sum(map(draft.total, parts))) != draft.total(name)
    ]
    return found + [
        Disagreement(margin, draft.total(total), made, most=True)
        for margin, total in TOTAL_OF.items()
        if (made := sum(draft.margin(margin).values())) > draft.total(total)
    ]


def problems_with_sums(draft: HelplineDraft) -> dict[str, Reason]:
    """The same as {field: reason}."""
    return {
        one.name: HelplineReason.MORE_THAN_ITS_TOTAL if one.most else HelplineReason.SUM_DISAGREES
        for one in disagreements(draft)
    }


def written_list(codes: CodeList, margin: HelplineMargin) -> str:
    """The codes of a margin as somebody writes them, a line each."""
    return "\n".join(f"{one.code}; {one.name_sr_cyrl}; {one.name_en}" for one in of_margin(codes, margin))


def of_margin(codes: CodeList, margin: HelplineMargin) -> list[HelplineCodeName]:
    """What of a list are topics, or acts."""
    return [one for one in codes.codes if one.margin is margin]


def read_list(margin: HelplineMargin, text: str) -> tuple[list[HelplineCodeName], Reason | None]:
    """The codes that somebody wrote, and what is wrong with them: a line is no code with its names, or names a person.

    Names of topics are read by the public and stand beside figures about children.
    """
    found: list[HelplineCodeName] = []
    for line in filter(str.strip, text.splitlines()):
        code, *names = (" ".join(piece.split()) for piece in line.split(";"))
        if len(names) != len(LIST_LANGUAGES) or not all(names) or not LIST_CODE.fullmatch(code):
            return [], HelplineReason.LIST_LINE_IS_BROKEN
        if personal := next(filter(None, map(personal_in, names)), None):
            return [], personal
        found.append(HelplineCodeName(margin, code, *names))
    twice = len({one.code for one in found}) < len(found)
    return found, HelplineReason.LIST_CODE_TWICE if twice else None


def read_lists(draft: ListDraft, before: CodeList) -> tuple[tuple[HelplineCodeName, ...], dict[str, Reason]]:
    """The codes of a new version, and {field: reason} why it is none. `before`: the newest one until now."""
    topics, wrong_topics = read_list(HelplineMargin.TOPIC, draft.topics)
    acts, wrong_acts = read_list(HelplineMargin.ACT, draft.acts)
    if not topics and wrong_topics is None:
        wrong_topics = GroundReason.MISSING
    early = HelplineReason.LIST_BEGINS_TOO_EARLY if draft.first_day <= before.first_day else None
    problems = {"first_day": early, "topics": wrong_topics, "acts": wrong_acts}
    return (*topics, *acts), {name: reason for name, reason in problems.items() if reason is not None}


def list_for(day: dt.date, lists: Iterable[CodeList]) -> CodeList:
    """The newest list that was in use on a day; of a day before all of them the oldest."""
    in_order = sorted(lists, key=lambda one: (one.first_day, one.version))
    return next((one for one in reversed(in_order) if one.first_day <= day), in_order[0])


def codes_of(margin: HelplineMargin, codes: CodeList, districts: Sequence[str]) -> tuple[str, ...]:
    """What a margin can be split into, in order."""
    fixed: Mapping[HelplineMargin, Sequence[str]] = {
        HelplineMargin.AGE: tuple(AgeBand),
        HelplineMargin.CALLER: tuple(CallerKind),
        HelplineMargin.DISTRICT: districts,
    }
    return tuple(fixed.get(margin) or codes.of(margin))


def cells_of(draft: HelplineDraft) -> dict[str, int]:
    """Every number by its name, as an address, a field or the audit has it: "calls", "topic.grooming"."""
    named = {f"{margin}.{code}": number for margin, split in draft.margins.items() for code, number in split.items()}
    return {name: draft.total(name) for name in TOTALS} | named


def nested_cells(draft: HelplineDraft) -> dict[str, int | dict[str, int]]:
    """The same as a document: the main totals, and below each split its parts; a margin lists only what it counted."""
    margins = {
        f"by_{margin}": {code: number for code, number in split.items() if number}
        for margin, split in draft.margins.items()
    }
    return {
        "communications": draft.total("communications"),
        "by_channel": {one.value: draft.total(one) for one in HelplineChannel},
        "cases": draft.total("cases"),
        **{one.value: draft.total(one) for one in CaseOutcome},
        "forwarded_to": {one.value: draft.total(one) for one in ForwardedTo},
        **margins,
    }


def differences(old: HelplineDraft, new: HelplineDraft) -> dict[str, list[str | int]]:
    """What a correction changes: {cell: [before, now]}."""
    before: dict[str, str | int] = {**_days(old), **cells_of(old)}
    after: dict[str, str | int] = {**_days(new), **cells_of(new)}
    return {
        name: [before.get(name, 0), after.get(name, 0)]
        for name in {**before, **after}
        if before.get(name, 0) != after.get(name, 0)
    }


def _days(draft: HelplineDraft) -> dict[str, str]:
    return {"first_day": draft.first_day.isoformat(), "last_day": draft.last_day.isoformat()}


def added_up(drafts: Sequence[HelplineDraft]) -> HelplineDraft:
    """The figures of several periods as one; there is at least one."""
    totals, margins = Counter[str](), {margin: Counter[str]() for margin in HelplineMargin}
    for one in drafts:
        totals.update(one.totals)
        for margin, split in one.margins.items():
            margins[margin].update(split)
    first, last = min(one.first_day for one in drafts), max(one.last_day for one in drafts)
    return HelplineDraft(first, last, {name: totals[name] for name in TOTALS}, margins)


def signed_within(months: Iterable[HelplineMonth], first: dt.date, last: dt.date) -> list[HelplineMonth]:
    """Those that are signed off and lie wholly within these days: what a profile tells of them."""
    lie_in = [one for one in months if first <= one.figures.first_day and one.figures.last_day <= last]
    return [one for one in lie_in if one.signed_at is not None]


def problems_with_publishing(months: Sequence[HelplineMonth], first: dt.date, last: dt.date) -> dict[str, Reason]:
    """{field: reason} why the periods that touch these days cannot be published as one."""
    if last < first:
        return {"last_day": GroundReason.DAYS_NOT_IN_ORDER}
    if not months:
        return {"first_day": HelplineReason.NOTHING_TO_PUBLISH}
    if any(one.publication_id is not None for one in months):
        return {"first_day": HelplineReason.PUBLISHED_ALREADY}
    if any(one.figures.first_day < first or last < one.figures.last_day for one in months):
        return {"first_day": HelplineReason.CUTS_A_PERIOD}
    if any(one.signed_at is None for one in months):
        return {"first_day": HelplineReason.FIGURES_NOT_SIGNED}
    return {"first_day": HelplineReason.SEVERAL_LISTS} if len({one.code_list for one in months}) > 1 else {}


def published_numbers(drafts: Sequence[HelplineDraft]) -> list[PublicNumber]:
    """What the public reads of some periods: totals, and each split of them by itself; small cells are not shown."""
    numbers, sums = _public_table(drafts)
    hidden = hidden_cells(numbers, sums)
    found = []
    for name, number in numbers.items():
        margin, _dot, code = name.partition(".")
        found.append(PublicNumber(margin, code, None if name in hidden else number))
    return found


def _public_table(drafts: Sequence[HelplineDraft]) -> tuple[dict[str, int], list[PublicSum]]:
    """Every number that would be told, by name, and what adds up to what."""
    whole = added_up(drafts)
    splits: dict[str, tuple[str, dict[str, int]]] = {
        margin: (total, {one.first_day.isoformat(): one.total(total) for one in drafts})
        for margin, total in MONTHS_OF.items()
    }
    splits |= {
        margin: (total, {part: whole.total(part) for part in parts}) for margin, (total, parts) in PUBLIC_SPLITS.items()
    }
    for split_by, total in TOTAL_OF.items():
        said = dict(whole.margin(split_by))
        splits[split_by] = (total, said | {NOT_KNOWN: whole.total(total) - sum(said.values())})
    numbers = {f"total.{name}": whole.total(name) for name in ("communications", "cases")}
    sums = []
    for margin, (total, split) in splits.items():
        numbers |= {f"{margin}.{code}": number for code, number in split.items()}
        sums.append(PublicSum(_published_as(total), tuple(f"{margin}.{code}" for code in split)))
    return numbers, sums


def _published_as(total: str) -> str:
    """Forwarded cases are a part of the cases, and the total of what was forwarded."""
    return "outcome.forwarded" if total == "forwarded" else f"total.{total}"

"""What a programme may say about itself."""

from collections.abc import Iterable

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.text import fold
from scheduler.programmes.terms import ProgrammeDraft, ProgrammeReason

RANGES = {  # field: least, most; the table's own checks say the same
    "minutes": (15, 480),
    "group_size": (1, 1000),
    "set_up_minutes": (0, 120),
    "notice_days": (0, 365),
    "educators": (0, 9),
    "influencers": (0, 9),
}
SLUG_LENGTH = 60


def problems_with(draft: ProgrammeDraft) -> dict[str, Reason]:
    """What keeps a programme from being stored: {field: reason code}."""
    problems: dict[str, Reason] = {
        name: GroundReason.MISSING for name in ("name_sr_cyrl", "summary_sr_cyrl") if not fold(getattr(draft, name))
    }
    for name, (least, most) in RANGES.items():
        value = getattr(draft, name)
        if not least <= value <= most:
            problems[name] = GroundReason.TOO_FEW if value < least else GroundReason.TOO_MANY
    if draft.educators + draft.influencers < 1 or (draft.influencers and not draft.educators):
        problems.setdefault("educators", ProgrammeReason.EDUCATOR_NEEDED)
    if not draft.audiences:
        problems["audiences"] = GroundReason.MISSING
    return problems


def slug_of(name: str, taken: Iterable[str]) -> str:
    """A name for the address that no other programme has: the folded name, with a number where it is needed."""
    wanted = "-".join(fold(name).split())[:SLUG_LENGTH].strip("-") or "programme"
    used, number = set(taken), 2
    free = wanted
    while free in used:
        free, number = f"{wanted}-{number}", number + 1
    return free

"""Concerns and hand-offs that no act of the product has written, or ended: for `invariants check`. Ids only."""

from scheduler.concerns.models import Concern, HandOff
from scheduler.core.audit import without_line


def violations() -> list[str]:
    """One plain sentence for each row without its line in the audit."""
    lacking = (
        ("concern", without_line(Concern, "concern reported", at=Concern.reported_at)),
        ("end of concern", without_line(Concern, "concern ended", at=Concern.ended_at)),
        ("hand-off", without_line(HandOff, "hand-off noted", at=HandOff.noted_at)),
    )
    return [f"{what} {ident} has no audit row" for what, idents in lacking for ident in idents]

"""What can have become of a visit, and in which state everything about it then is."""

from typing import Any

_NAMES = ("name", "visit", "presentation", "request", "assignment", "attendance", "reason", "cancelled_by")
# what became of it: visit, presentation, request, assignment, attendance, reason, called off by
_FATES: tuple[tuple[str | None, ...], ...] = (
    ("locked", "delivered", "delivered", "certified", "present", "locked", "", None),
    ("corrected", "delivered", "delivered", "closed", "present", "corrected", "", None),
    ("submitted", "delivered", "delivered", "delivered", "present", "submitted", "", None),
    ("assumed", "delivered", "delivered", "delivered", "present", "assumed", "", None),
    ("signed", "delivered", "delivered", "delivered", "present", "countersigned", "", None),
    ("uncounted", "ready", "confirmed", "ready", "accepted", None, "", None),
    ("cancelled", "cancelled", "cancelled", "cancelled_by_school", "withdrawn", None, "испити", "school"),
    ("stopped", "disrupted", "disrupted", "disrupted", "withdrawn", None, "снег", None),
    ("planned", "planned", "planned", "staffing", "suggested", None, "", None),
    ("offered", "offered", "planned", "staffing", "offered", None, "", None),
    ("confirmed", "confirmed", "confirmed", "confirmed", "accepted", None, "", None),
    ("ready", "ready", "confirmed", "ready", "accepted", None, "", None),
)
FRESH = ("submitted", "assumed", "signed", "uncounted")
TO_COME = ("planned", "offered", "confirmed", "ready")
HELD = ("locked", "corrected", "submitted", "assumed", "signed")
SETTLED = ("locked", "corrected")


def fate_rows(*, certified: bool) -> list[dict[str, Any]]:
    """A seed without certificates has requests that say so."""
    rows = [dict(zip(_NAMES, fate, strict=True)) for fate in _FATES]
    if not certified:
        for row in rows:
            if row["name"] in SETTLED:
                row["request"] = "reported"
    return rows

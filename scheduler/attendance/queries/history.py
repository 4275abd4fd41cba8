"""What was ever said and done about counted heads."""

import json
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import as_counts
from scheduler.attendance.terms import AttendanceState, CountHistoryLine, CountSource, HeadCounts, SaidLine
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.visits.models.visits import Presentation


def history_of(presentation_ids: Sequence[int]) -> list[CountHistoryLine]:
    """All that was ever done to the counting of these presentations, oldest first. The caller has checked the right."""
    rows = db.session.execute(
        select(AuditEntry, Presentation.ordinal)
        .join(Attendance, Attendance.id == AuditEntry.thing_id)
        .join(Presentation, Presentation.id == Attendance.presentation_id)
        .where(AuditEntry.thing == Attendance.__tablename__, Attendance.presentation_id.in_(presentation_ids))
        .order_by(AuditEntry.id)
    )
    return [
        CountHistoryLine(ordinal, entry.at, AttendanceState(to), details.get("reason", ""))
        for entry, ordinal in rows
        if (details := json.loads(entry.details)) and (to := details.get("to"))
    ]


def said_so_far(presentation_ids: Sequence[int]) -> list[SaidLine]:
    """All numbers ever said about these presentations, the old ones too. The caller has checked the right."""
    rows = db.session.execute(
        select(HeadCount, Presentation.ordinal)
        .join(Presentation, Presentation.id == HeadCount.presentation_id)
        .where(HeadCount.presentation_id.in_(presentation_ids))
        .order_by(Presentation.ordinal, HeadCount.version, HeadCount.entered_at, HeadCount.id)
    )
    lines: dict[tuple[int, int, CountSource], list[HeadCount]] = defaultdict(list)
    for row, ordinal in rows:
        lines[ordinal, row.version, row.source].append(row)
    return [
        SaidLine(ordinal, version, source, people[0].entered_at, as_counts(people) or HeadCounts(), people[0].counts)
        for (ordinal, version, source), people in lines.items()
    ]

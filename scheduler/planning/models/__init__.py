"""What planning stores: visits with their presentations and crews, and dates that are held for a while."""

from scheduler.planning.models.holds import DateHold, HeldTime
from scheduler.planning.models.late import LateNotice
from scheduler.planning.models.relief import Relief, ReliefAsk
from scheduler.planning.models.visits import (
    REFUSALS,
    Assignment,
    CalendarEntry,
    DateWish,
    Disruption,
    Finding,
    OpenCall,
    Presentation,
    RaisedHand,
    Readiness,
    Replanning,
    ToldNote,
    Visit,
)

__all__ = [
    "REFUSALS",
    "Assignment",
    "CalendarEntry",
    "DateHold",
    "DateWish",
    "Disruption",
    "Finding",
    "HeldTime",
    "LateNotice",
    "OpenCall",
    "Presentation",
    "RaisedHand",
    "Readiness",
    "Relief",
    "ReliefAsk",
    "Replanning",
    "ToldNote",
    "Visit",
]

"""All pages of planning: coordinators' board and visits, presenters' days and offers, the school's cancellation."""

from scheduler.web.planning import (
    absence,
    board,
    checks,
    closures,
    copies,
    crew,
    days,
    free,
    hands,
    joining,
    offers,
    placing,
    relief,
    school,
    told,
    visits,
    waiting,
)
from scheduler.web.planning.blueprint import bp

__all__ = [
    "absence",
    "board",
    "bp",
    "checks",
    "closures",
    "copies",
    "crew",
    "days",
    "free",
    "hands",
    "joining",
    "offers",
    "placing",
    "relief",
    "school",
    "told",
    "visits",
    "waiting",
]

"""All pages of planning: board and visits for coordinators, offers for presenters, the school's cancellation."""

from scheduler.web.planning import board, closures, offers, placing, school, visits
from scheduler.web.planning.blueprint import bp

__all__ = ["board", "bp", "closures", "offers", "placing", "school", "visits"]

"""All pages of planning: board and visits for coordinators, offers for presenters, the school's cancellation."""

from scheduler.web.planning import board, offers, placing, school, told, visits
from scheduler.web.planning.blueprint import bp

__all__ = ["board", "bp", "offers", "placing", "school", "told", "visits"]

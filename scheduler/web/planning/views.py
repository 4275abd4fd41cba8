"""All pages of planning: the coordinators' visits, the presenters' offers, the school's cancellation."""

from scheduler.web.planning import offers, school, told, visits
from scheduler.web.planning.blueprint import bp

__all__ = ["bp", "offers", "school", "told", "visits"]

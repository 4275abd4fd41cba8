"""All pages of requests: booking without an account, the school's own page, the coordinators' desk."""

from scheduler.web.requests import booking, dates, desk, handovers, inbox, lineage, papers, school
from scheduler.web.requests.blueprint import bp

__all__ = ["booking", "bp", "dates", "desk", "handovers", "inbox", "lineage", "papers", "school"]

"""All pages of requests: booking without an account, the school's own page, the coordinators' desk."""

from scheduler.web.requests import booking, desk, inbox, lineage, school
from scheduler.web.requests.blueprint import bp

__all__ = ["booking", "bp", "desk", "inbox", "lineage", "school"]

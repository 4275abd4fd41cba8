"""All that stands beside a report: what kept figures say of it is asked once."""

from dataclasses import replace

from scheduler.reports.queries.called_off import called_off
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.queries.kept_figures import kept_beside
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.queries.posts import posts_in
from scheduler.reports.terms.counting import Report


def with_beside(report: Report) -> Report:
    """The report, with its indicators, what was not held, and the posts of its campaign."""
    filters = report.filters
    kept = kept_beside(filters)
    return replace(
        report,
        not_held=not_held(filters, kept),
        called_off=called_off(filters),
        indicators=indicators(filters, kept),
        posts=posts_in(filters),
    )

"""What was posted for the campaign to which a report is narrowed."""

from scheduler.posts.queries import posts_of_campaign
from scheduler.posts.terms import PostRow
from scheduler.reports.terms.counting import Filters


def posts_in(filters: Filters) -> tuple[PostRow, ...]:
    """Those that were posted on its days; of a report that is narrowed to no campaign none."""
    if filters.campaign is None:
        return ()
    return tuple(posts_of_campaign(filters.campaign, filters.period.first, filters.period.last))

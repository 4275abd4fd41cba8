"""What came of posts, as key figures: on their plan and in the report of a campaign."""

from typing import Any

from scheduler.posts.terms import PostSums
from scheduler.web.i18n import _


def post_figures(sums: PostSums) -> list[dict[str, Any]]:
    """Posted, reached, reacted, opened."""
    return [
        {"number": sums.posted, "words": _("posted")},
        {"number": sums.reached, "words": _("people reached, as the networks say")},
        {"number": sums.reacted, "words": _("reactions, comments and shares")},
        {"number": sums.opened, "words": _("times our links were opened")},
    ]

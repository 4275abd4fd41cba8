"""What came of posts: as key figures on their plan and on the pages of a campaign; what a file of it refuses."""

from typing import Any

from babel.support import LazyProxy

from scheduler.posts.terms import PostSums
from scheduler.web.i18n import _, _l

POST_FILE_HINT = _l(
    "CSV or XLSX with one post in each line: its number or its short address, how many people it reached, how many"
    " reacted. Only posts that are posted; numbers that were typed before are replaced."
)
POST_LINES: dict[str, LazyProxy] = {  # of a file that says what came of posts
    "not_a_post": _l("This is no post: write its number, or the short address that was posted."),
    "unknown_post": _l("No post of your centre has this number."),
    "post_twice": _l("The same post stands in two lines."),
    "post_not_posted": _l("This post is not posted yet: say on its page that it is."),
}


def post_figures(sums: PostSums) -> list[dict[str, Any]]:
    """Posted, reached, reacted, opened."""
    return [
        {"number": sums.posted, "words": _("posted")},
        {"number": sums.reached, "words": _("people reached, as the networks say")},
        {"number": sums.reacted, "words": _("reactions, comments and shares")},
    ]

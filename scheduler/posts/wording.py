"""How channels are called, and the posts of a report as a table in the reader's words."""

import datetime as dt
from collections.abc import Mapping, Sequence

from scheduler.core.language import translator
from scheduler.posts.terms import PostChannel, PostRow

CHANNELS: Mapping[PostChannel, str] = {  # names of firms: the same in every language
    PostChannel.FACEBOOK: "Facebook",
    PostChannel.INSTAGRAM: "Instagram",
    PostChannel.X: "X",
    PostChannel.TIKTOK: "TikTok",
    PostChannel.YOUTUBE: "YouTube",
    PostChannel.LINKEDIN: "LinkedIn",
    PostChannel.VIBER: "Viber",
}


def posts_table(posts: Sequence[PostRow], lang: str) -> tuple[list[str], list[list[str | int | dt.date]]]:
    """Headings and a line for each: day, channel, text; reached and reacted (empty where nobody has said)."""
    _ = translator(lang).gettext
    lines: list[list[str | int | dt.date]] = [
        [
            *(one.draft.on_day, CHANNELS[one.draft.channel], one.text(lang) or one.text("sr_Cyrl")),
            *("" if value is None else value for value in (one.reached, one.reacted)),
        ]
        for one in posts
    ]
    return [_("Day"), _("Channel"), _("Text"), _("Reached"), _("Reacted")], lines

"""How long a post is for its channel, and what keeps it from being planned or posted. Pure."""

from collections.abc import Mapping

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.text import to_latin
from scheduler.posts.terms import (
    MOST_LETTERS,
    LeadsTo,
    PictureDraft,
    PictureLicence,
    PostChannel,
    PostDraft,
    PostReason,
)

LINK_ON_X = 23  # letters, whatever the address
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that X counts once; all others twice


def letters_in(text: str, channel: PostChannel, link: str = "") -> int:
    """How many letters of the channel's a text takes, with the link on a line of its own."""
    if channel is not PostChannel.X:
        return len(text) + (len(link) + 1 if link else 0)
    weight = sum(1 if any(low <= ord(one) <= high for low, high in LIGHT) else 2 for one in text)
    return weight + (LINK_ON_X + 1 if link else 0)


def lengths_of(draft: PostDraft, link: str) -> Mapping[str, int]:
    """The same in each language in which it has a text."""
    texts = {"sr_Cyrl": draft.text_sr_cyrl, "sr_Latn": to_latin(draft.text_sr_cyrl), "en": draft.text_en}
    with_link = link if draft.leads_to is not LeadsTo.NOWHERE else ""
    return {language: letters_in(text, draft.channel, with_link) for language, text in texts.items() if text}


def problems_with_post(draft: PostDraft, link: str) -> dict[str, Reason]:
    """What is wrong with a post as typed: {field: reason}. One that is only planned may have no text yet."""
    problems: dict[str, Reason] = {}
    most = MOST_LETTERS[draft.channel]
    lengths = lengths_of(draft, link)
    if max(lengths.get("sr_Cyrl", 0), lengths.get("sr_Latn", 0)) > most:
        problems["text_sr_cyrl"] = PostReason.LONGER_THAN_THE_CHANNEL
    if lengths.get("en", 0) > most:
        problems["text_en"] = PostReason.LONGER_THAN_THE_CHANNEL
    if draft.leads_to is LeadsTo.CAMPAIGN and draft.campaign_id is None:
        problems["leads_to"] = PostReason.LINK_WITHOUT_A_CAMPAIGN
    return problems


def lacks_before_ready(draft: PostDraft) -> dict[str, Reason]:
    """What a post still needs before it is ready: a Serbian text, and somebody who posts it."""
    problems: dict[str, Reason] = {}
    if not draft.text_sr_cyrl:
        problems["text_sr_cyrl"] = GroundReason.MISSING
    if draft.poster_id is None:
        problems["poster"] = GroundReason.MISSING
    return problems


def problems_with_picture(draft: PictureDraft) -> dict[str, Reason]:
    """What is wrong with what is said of a picture: whose it is, and that no child in it can be recognised."""
    problems: dict[str, Reason] = {}
    if not draft.agreed:
        problems["agreed"] = PostReason.PICTURE_NOT_AGREED
    if draft.licence is not PictureLicence.OWN and not draft.credit:
        problems["credit"] = GroundReason.MISSING
    return problems

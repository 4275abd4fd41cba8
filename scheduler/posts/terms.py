"""Words of posts: channels and their lengths, states, pictures, and where a post's link leads."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.language import worded
from scheduler.core.machines import Machine
from scheduler.core.text import to_latin

MOST_REACHED = 100_000_000  # people, and reactions: more is a slip


class PostReason(Reason):
    """Why a post is not taken as it is."""

    LONGER_THAN_THE_CHANNEL = (
        "longer_than_the_channel",
        N_("Shorten it: in one of the scripts it is longer than the channel takes."),
    )
    PICTURE_NOT_AGREED = "picture_not_agreed", N_("Tick it, or choose another picture: no child may be recognised.")
    LINK_WITHOUT_A_CAMPAIGN = (
        "link_without_a_campaign",
        N_("Choose another page: a post of the helpline has no campaign."),
    )
    POST_STANDS = "post_stands", N_("Leave it: what was posted or dropped stays, but for an hour.")


class PostChannel(StrEnum):
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    LINKEDIN = "linkedin"
    VIBER = "viber"


MOST_LETTERS: Mapping[PostChannel, int] = {  # of the text of one post, the link in it counted
    PostChannel.FACEBOOK: 63_206,
    PostChannel.INSTAGRAM: 2_200,
    PostChannel.X: 280,
    PostChannel.TIKTOK: 2_200,
    PostChannel.YOUTUBE: 5_000,
    PostChannel.LINKEDIN: 3_000,
    PostChannel.VIBER: 7_000,
}


class PostState(StrEnum):
    PLANNED = "planned"  # its day is named, its text may be missing
    READY = "ready"  # written and looked at
    POSTED = "posted"
    DROPPED = "dropped"


_S = PostState
POST_MACHINE = Machine(
    name="post",
    moves={
        _S.PLANNED: frozenset({_S.READY, _S.DROPPED}),
        _S.READY: frozenset({_S.PLANNED, _S.POSTED, _S.DROPPED}),
        _S.POSTED: frozenset(),
        _S.DROPPED: frozenset(),
    },
    starts=frozenset({_S.PLANNED}),
    held=True,
    back={_S.POSTED: frozenset({_S.READY}), _S.DROPPED: frozenset({_S.PLANNED, _S.READY})},
)
LIVING_POSTS = (_S.PLANNED, _S.READY)


class LeadsTo(StrEnum):
    """The page of ours to which a post's link leads: none of anybody else's."""

    NOWHERE = "nowhere"
    CAMPAIGN = "campaign"
    BOOK = "book"
    FRONT = "front"
    FIGURES = "figures"


class PictureLicence(StrEnum):
    """By what right a picture is shown."""

    OWN = "own"
    PERMITTED = "permitted"  # whoever made it has agreed in writing
    BOUGHT = "bought"
    FREE = "free"  # a free licence that wants its author named


@dataclass(frozen=True)
class PostDraft:
    """A post as its form says it; Latin letters are made from the Cyrillic text."""

    channel: PostChannel
    on_day: dt.date
    at: dt.time
    campaign_id: int | None = None  # none: the helpline's
    text_sr_cyrl: str = ""
    text_en: str = ""
    poster_id: int | None = None
    leads_to: LeadsTo = LeadsTo.NOWHERE


@dataclass(frozen=True)
class PictureDraft:
    """What is said of a picture that is given with it."""

    licence: PictureLicence
    credit: str
    agreed: bool


@dataclass(frozen=True)
class ReachDraft:
    """What the network says came of a post, as somebody typed it."""

    reached: int
    reacted: int


@dataclass(frozen=True)
class PostPictureRow:
    licence: PictureLicence
    credit: str
    agreed_on: dt.date


@dataclass(frozen=True)
class PostRow:
    """A post as pages show it."""

    id: int
    number: str  # in our short address too
    state: PostState
    draft: PostDraft
    campaign_slug: str
    campaign_sr_cyrl: str
    campaign_en: str
    poster: str
    reached: int | None
    reacted: int | None
    version: int
    picture: PostPictureRow | None = None
    edited_at: dt.datetime | None = None

    def campaign(self, language: str) -> str:
        return worded(language, self.campaign_sr_cyrl, to_latin(self.campaign_sr_cyrl), self.campaign_en)

    def text(self, language: str) -> str:
        """What is posted in a language; Latin letters are made from Cyrillic."""
        if language == "sr_Latn":
            return to_latin(self.draft.text_sr_cyrl)
        return self.draft.text_en if language == "en" else self.draft.text_sr_cyrl

    @property
    def living(self) -> bool:
        return self.state in LIVING_POSTS


@dataclass(frozen=True)
class PostSums:
    """What came of the posts of a campaign or of the helpline in some days."""

    posted: int
    reached: int
    reacted: int
    untold: int  # posted, and nobody has typed what came of it

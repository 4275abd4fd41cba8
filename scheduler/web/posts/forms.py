"""Forms of posts."""

import datetime as dt
from typing import cast

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields import SelectChoice

from scheduler.people.queries import colleagues_of
from scheduler.posts.terms import (
    MOST_REACHED,
    LeadsTo,
    PictureDraft,
    PictureLicence,
    PostChannel,
    PostDraft,
    ReachDraft,
)
from scheduler.posts.wording import CHANNELS
from scheduler.programmes.queries import campaigns_of
from scheduler.web.forms import (
    BaseForm,
    CountField,
    DayField,
    LinesField,
    Needed,
    TextField,
    TimeField,
    choices_of,
    number_of,
)
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.photo_form import PictureForm

PLACES = {
    LeadsTo.NOWHERE: _l("nowhere: the post has no link"),
    LeadsTo.CAMPAIGN: _l("the page of the campaign"),
    LeadsTo.BOOK: _l("the page on which schools book"),
    LeadsTo.FRONT: _l("our first page"),
    LeadsTo.FIGURES: _l("the helpline in figures"),
}
LICENCES = {
    PictureLicence.OWN: _l("our own"),
    PictureLicence.PERMITTED: _l("somebody else's, who has agreed in writing"),
    PictureLicence.BOUGHT: _l("bought"),
    PictureLicence.FREE: _l("under a free licence"),
}


class PostForm(BaseForm):
    """What is posted where, when and by whom."""

    channel = SelectField(_l("Channel"), [Needed()], choices=choices_of(CHANNELS))
    campaign = SelectField(_l("For"))
    on_day = DayField(_l("Day"), [Needed()])
    at = TimeField(_l("Time"), [Needed()], default=dt.time(9))
    poster = SelectField(_l("Who posts it"))
    text_sr_cyrl = LinesField(_l("Text in Serbian, Cyrillic letters"), limit=8000)
    text_en = LinesField(_l("Text in English"), limit=8000)
    leads_to = SelectField(_l("Its link leads to"), choices=choices_of(PLACES))
    version = HiddenField()

    @classmethod
    def of(cls, centre_id: int, draft: PostDraft | None = None, version: int | None = None) -> "PostForm":
        """With the campaigns and the staff of a centre to choose from, and with what is stored."""
        said = dict(draft.__dict__) if draft else {}
        data = said | {"campaign": str(said.get("campaign_id") or ""), "poster": str(said.get("poster_id") or "")}
        form = cls(data={**data, "version": version} if draft else None)
        own = [(str(one.id), one.name(page_language())) for one in campaigns_of(centre_id)]
        form.campaign.choices = [SelectChoice("", _("the helpline")), *(SelectChoice(*one) for one in own)]
        staff = [SelectChoice(str(one), spelled_here(name)) for one, name in colleagues_of(centre_id)]
        form.poster.choices = [SelectChoice("", _("nobody yet")), *staff]
        return form

    def draft(self) -> PostDraft:
        """What the form says; call after `accepted()`."""
        return PostDraft(
            channel=PostChannel(self.channel.data),
            on_day=cast(dt.date, self.on_day.data),
            at=cast(dt.time, self.at.data).replace(fold=0),
            campaign_id=number_of(self.campaign.data),
            text_sr_cyrl=self.text_sr_cyrl.data or "",
            text_en=self.text_en.data or "",
            poster_id=number_of(self.poster.data),
            leads_to=LeadsTo(self.leads_to.data),
        )


class ReachForm(BaseForm):
    """What the network says came of it."""

    reached = CountField(_l("People reached"), [Needed()], most=MOST_REACHED)
    reacted = CountField(_l("Reactions, comments and shares"), [Needed()], most=MOST_REACHED)

    def draft(self) -> ReachDraft:
        """What the form says; call after `accepted()`."""
        return ReachDraft(self.reached.data or 0, self.reacted.data or 0)


class PostPictureForm(PictureForm):
    """A picture, by what right it is shown, and that no child can be recognised in it."""

    licence = RadioField(_l("Whose it is"), [Needed()], choices=choices_of(LICENCES))
    credit = TextField(_l("Author and licence, as they are named"), limit=120)
    agreed = BooleanField(_l("No child can be recognised in it, and every adult in it has agreed"))

    def said(self) -> PictureDraft:
        """What the form says; call after `accepted()`."""
        return PictureDraft(PictureLicence(self.licence.data), self.credit.data or "", bool(self.agreed.data))

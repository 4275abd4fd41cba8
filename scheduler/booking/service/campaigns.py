"""A visit is booked into a campaign, or taken out of it; and no campaign loses a visit by being shortened."""

import datetime as dt
import logging

from scheduler.acts import change
from scheduler.booking.queries.campaigns import visits_outside
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.programmes import service as programmes
from scheduler.programmes.queries import fits_campaign
from scheduler.programmes.terms import CampaignDraft, CampaignReason
from scheduler.visits.service.locked_visit import open_visit, require, require_seen
from scheduler.visits.terms.states import OPEN_VISITS

log = logging.getLogger(__name__)


def book_into_campaign(
    actor: Actor, visit_id: int, campaign_id: int | None, *, version: int | None = None, now: dt.datetime
) -> None:
    """Let a visit that is still to come count for a campaign of its programme and its days, or for none.

    What was counted stays where it was counted. Raises: NotAllowed, NotFound; Conflict("wrong_state",
    "changed_meanwhile"); Rejected({"campaign": "not_of_this_visit"}).
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        visit, old = opened.visit, opened.visit.campaign_id
        if old == campaign_id:
            return
        require_seen(visit, version)
        if visit.state not in OPEN_VISITS:
            raise Conflict(GroundReason.WRONG_STATE)
        if campaign_id is not None and not fits_campaign(campaign_id, visit.programme_id, visit.on_day):
            raise Rejected({"campaign": CampaignReason.NOT_OF_THIS_VISIT})
        visit.campaign_id = campaign_id
        act.record("campaign chosen", visit, details={"from": old, "to": campaign_id})
    log.info("campaign chosen", extra={"visit_id": visit_id, "campaign_id": campaign_id})


def change_campaign(actor: Actor, slug: str, draft: CampaignDraft, *, now: dt.datetime) -> None:
    """Change a campaign as `programmes.service` does, but never its days past a visit that counts for it.

    Raises: as there; Rejected({"first_day" or "last_day": "visits_outside"}), and `visits_outside` says which.
    """
    with change(actor, now):
        programmes.change_campaign(actor, slug, draft, now=now)
        if outside := visits_outside(actor, slug, draft.first_day, draft.last_day):
            early = any(row.on_day < draft.first_day for row in outside)
            raise Rejected({"first_day" if early else "last_day": CampaignReason.VISITS_OUTSIDE})

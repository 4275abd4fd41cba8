"""A visit is booked into a campaign, or taken out of it."""

import datetime as dt
import logging

from scheduler.acts import change
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.programmes.queries import fits_campaign
from scheduler.programmes.terms import CampaignReason
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

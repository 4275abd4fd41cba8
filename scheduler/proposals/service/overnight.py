"""How many nights in a row an adult would stay away: she says it, or her coordinator for her."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.acts import change
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.proposals.models import OvernightWish
from scheduler.proposals.terms.plan import MOST_NIGHTS_AWAY, ProposalReason

log = logging.getLogger(__name__)


def say_nights(actor: Actor, presenter_id: int, nights: int, *, now: dt.datetime) -> None:
    """Keep it; 0 takes the wish away. Of a minor nothing is kept: she sleeps at home.

    Raises: NotAllowed; NotFound; Rejected({"nights": reason}).
    """
    if nights not in range(MOST_NIGHTS_AWAY + 1):
        raise Rejected({"nights": ProposalReason.NIGHTS_OUT_OF_RANGE})
    today = clock.local_day(now)
    with change(actor, now) as act:
        presenter = act.session.get(Presenter, presenter_id, with_for_update=True, populate_existing=True)
        if presenter is None:
            raise NotFound("presenter")
        policy.require(actor, "update", "presenter", centre=presenter.centre_id, presenters=[presenter.id])
        if nights and is_minor(presenter.adult_on, today):
            raise Rejected({"nights": ProposalReason.MINOR_SLEEPS_AT_HOME})
        said = act.session.get(OvernightWish, presenter_id)
        if nights == (said.most_nights if said else 0):
            return
        if said is None:
            act.session.add(OvernightWish(presenter_id=presenter_id, most_nights=nights, said_on=today))
        elif nights:
            said.most_nights, said.said_on = nights, today
        else:
            act.session.delete(said)
        act.record("overnight wish changed", presenter, {"nights": nights})
    log.info("overnight wish changed", extra={"presenter_id": presenter_id, "nights": nights})

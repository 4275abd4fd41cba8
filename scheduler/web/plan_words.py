"""Why a plan is not drawn or not applied, in words: a part of the table of reasons."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.proposals.terms import ProposalReason
from scheduler.web.i18n import _l

PLAN_WORDS: Mapping[Reason, LazyProxy] = {
    ProposalReason.NOT_FINISHED: _l("Wait until the plan is finished: half of one is not applied."),
    ProposalReason.TOO_FAR_AHEAD: _l("Choose days within the next 120: further ahead nobody knows who can go."),
    ProposalReason.ASSUMED: _l("Draw a plan without the assumption: what is not so cannot be applied."),
    ProposalReason.NOTHING_BROKEN: _l("Look at the days: no visit that stands is broken by this."),
    ProposalReason.HAS_IT_ALREADY: _l("Choose something else: she has this already."),
}

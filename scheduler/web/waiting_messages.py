"""What waits in the outbox about a visit or a request, on its page, with what can be done with it."""

from scheduler import policy
from scheduler.messages import rules
from scheduler.messages.queries import still_here
from scheduler.messages.terms import HandAct, MessageRow
from scheduler.web.guards import current_actor


def waiting_messages(thing: str, thing_id: int) -> list[tuple[MessageRow, list[HandAct]]]:
    """The messages about it that have not left, for who may act on them."""
    if policy.scope_of(current_actor(), "update", "message") is None:
        return []
    return [(row, acts_on(row)) for row in still_here(thing, thing_id)]


def acts_on(row: MessageRow, *, has_text: bool = True) -> list[HandAct]:
    """What can be done with a message as it stands."""
    return [act for act in HandAct if rules.why_not(act, row, has_text=has_text) is None]

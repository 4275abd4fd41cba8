"""Mail leaves: each minute, and as soon as a page has queued some."""

import logging
import time

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.messages import service
from scheduler.people.queries import centres
from scheduler.turns.queries.conversations import conversation_of

log = logging.getLogger(__name__)
MESSAGES_AT_ONCE = 50
SWEEP_S = 50.0  # the next minute brings the next sweep


@huey.periodic_task(crontab(minute="*"), name="messages.send_waiting")
@in_app
def send_waiting() -> None:
    """Send what the outbox holds, in order for each address.

    Rows are leased, so two sweeps at once are harmless; a mail may go twice after a crash, never not at all. A page
    that queued mail calls this to have it sent at once; if that call is lost, the next minute finds the row.
    """
    ends = time.monotonic() + SWEEP_S
    while handled := _handle_some(ends):
        log.info("outbox swept", extra={"messages": handled})


def _handle_some(ends: float) -> int:
    """Try what is due now; how many mails were tried. None when nothing is due or the sweep has had its time."""
    handled, replies = 0, {centre.id: centre.email for centre in centres() if centre.email}
    for message_id in service.unsent_ids(MESSAGES_AT_ONCE, clock.now()):
        if time.monotonic() >= ends:
            return 0
        try:
            state = service.deliver(message_id, now=clock.now(), replies=replies, conversation_of=conversation_of)
            handled += state is not None
        except Exception:  # a bug with one mail must not keep the others: its lease ends, and it is tried again
            log.exception("message not handled", extra={"message_id": message_id})
    return handled

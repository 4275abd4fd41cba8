"""Mail leaves: each minute, and as soon as a page has queued some."""

import logging
import time

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.messages import service

log = logging.getLogger(__name__)
AT_ONCE = 50
SWEEP_S = 50.0  # the next minute brings the next sweep


@huey.periodic_task(crontab(minute="*"), name="messages.send_waiting")
@in_app
def send_waiting() -> None:
    """Send what the outbox holds, in order for each address.

    Rows are leased, so two sweeps at once are harmless; a mail may go twice after a crash, never not at all. A page
    that queued mail calls this to have it sent at once; if that call is lost, the next minute finds the row.
    """
    started = time.monotonic()
    while time.monotonic() - started < SWEEP_S:
        ids = service.unsent_ids(AT_ONCE, clock.now())
        sent = [message_id for message_id in ids if service.deliver(message_id, now=clock.now()) is not None]
        if not sent:
            return
        log.info("outbox swept", extra={"messages": len(sent)})

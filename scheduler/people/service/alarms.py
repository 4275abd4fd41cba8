"""What is wrong with the installation goes to every administrator, once a night."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.queries import written_within
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.queries import administrators

KIND = "law_broken"
LINES = 20
QUIET = dt.timedelta(hours=12)


def tell_administrators(broken: Sequence[str], *, now: dt.datetime) -> int:
    """Mail these sentences (ids only) to each administrator of each centre; how many were told. Twice is once."""
    with transaction() as session:
        lately = select(OutboxMessage.id).where(OutboxMessage.kind == KIND, written_within(QUIET, now))
        if not broken or session.scalar(lately.limit(1)) is not None:
            return 0
        found = administrators()
        for centre_id, reader in found:
            queue_message(
                MessageDraft(
                    kind=KIND,
                    address=reader.address,
                    language=reader.language,
                    values={"broken": list(broken[:LINES]), "more": max(len(broken) - LINES, 0)},
                    centre_id=centre_id,
                ),
                now=now,
            )
        return len(found)

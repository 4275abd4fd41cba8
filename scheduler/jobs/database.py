"""A database that plans its questions by how much it holds is told so each night."""

import logging

from scheduler.core import row_counts
from scheduler.jobs.queue import crontab, huey, in_app

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(hour="3", minute="10"), name="core.count_rows")
@in_app
def count_rows() -> None:
    """Each night, after what has lasted its time is gone. What has not grown is not counted again: twice is once."""
    if row_counts.count_anew():
        log.info("rows counted for the plans of the database")

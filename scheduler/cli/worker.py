"""`raspored worker`: runs the jobs."""

import logging
import time

import click
from flask import Flask

from scheduler.cli.refusals import Command
from scheduler.core import logs, priority
from scheduler.core.refusals import found_no_room
from scheduler.jobs.queue import huey, load_jobs

FINISH_WITHIN_S = 3.0  # a job that takes longer is cut off: its row's lease runs out and it is done again
FULL_DISK_LOGGED_EACH_S = 3600.0


class FullDiskFilter(logging.Filter):
    """Of a full disk one line an hour, where the worker's tries would each log a traceback (TRUST R20)."""

    logged_s: float | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or not found_no_room(record.exc_info[1]):
            return True
        now_s = time.monotonic()
        if self.logged_s is not None and now_s - self.logged_s < FULL_DISK_LOGGED_EACH_S:
            return False
        self.logged_s = now_s
        record.msg, record.args, record.exc_info = "the disk is full: the worker waits for room", (), None
        return True


@click.command("worker", cls=Command)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="How many jobs at once.")
def worker(threads: int) -> None:
    """Run the jobs in the foreground until SIGTERM or Ctrl-C."""
    logs.set_up("INFO")
    full_disk = FullDiskFilter()
    for handler in logging.getLogger().handlers:
        handler.addFilter(full_disk)
    priority.give_way()
    load_jobs()
    consumer = huey.create_consumer(
        workers=threads,
        worker_type="thread",
        max_delay=1.0,  # seconds until a waiting job is seen
        scheduler_interval=5,
        graceful_signal="TERM",
        shutdown_timeout=FINISH_WITHIN_S,
    )
    consumer.run()


def register(app: Flask) -> None:
    app.cli.add_command(worker)

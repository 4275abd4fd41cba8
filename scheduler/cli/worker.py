"""`raspored worker`: runs the jobs."""

import click
from flask import Flask

from scheduler.cli.refusals import Command
from scheduler.core import logs, priority
from scheduler.jobs.queue import huey, load_jobs

FINISH_WITHIN_S = 3.0  # a job that takes longer is cut off: its row's lease runs out and it is done again


@click.command("worker", cls=Command)
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="How many jobs at once.")
def worker(threads: int) -> None:
    """Run the jobs in the foreground until SIGTERM or Ctrl-C."""
    logs.set_up("INFO")
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

"""Requests counted for Prometheus by the pattern of their page, never by the address: addresses hold secrets.

A server of one process counts in its memory. The processes of a gunicorn count in one folder, so that whichever of them
is asked tells of all.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Summary,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from scheduler.config import Settings, share_counts
from scheduler.work.terms import Figures

__all__ = ["CONTENT_TYPE", "prometheus_text", "register"]

EXTENSION = "metrics"  # of what an application keeps
KNOWN_METHODS = ("GET", "HEAD", "POST", "OPTIONS")  # anybody may send other words: they are one


@dataclass(frozen=True)
class Counts:
    """What one process counts; `folder` is where it shares it with the others of its server."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Summary
    folder: Path | None
    of_labels: dict[tuple[str, str, str], tuple[Counter, Summary]] = field(default_factory=dict)  # as found once


def register(app: Flask) -> None:
    """Count from now on."""
    settings: Settings = app.config["SETTINGS"]
    folder = share_counts(settings.instance)
    disable_created_metrics()  # when each was counted first: nobody asks
    values.ValueClass = values.MultiProcessValue() if folder else values.MutexValue
    registry = CollectorRegistry()
    app.extensions[EXTENSION] = Counts(
        registry,
        Counter("raspored_requests", "Requests answered", ("method", "route", "status"), registry=registry),
        Summary("raspored_request_seconds", "How long answers took", ("route",), registry=registry),
        folder,
    )
    app.after_request(_counting(app))


def _counting(app: Flask) -> Callable[[Response], Response]:
    """What counts each answer of this application, but those that are files."""

    def counted(response: Response) -> Response:
        if request.endpoint not in ("static", "assets"):
            route = str(request.url_rule) if request.url_rule else "-"
            method = request.method if request.method in KNOWN_METHODS else "other"
            spent = time.perf_counter() - g.get("began", time.perf_counter())
            count(app, (method, route, str(response.status_code)), spent)
        return response

    return counted


def count(app: Flask, labels: tuple[str, str, str], spent: float) -> None:
    """One answer more: its method, the pattern of its page and its status; and how long it took."""
    counts: Counts = app.extensions[EXTENSION]
    kept = counts.of_labels.get(labels)
    if kept is None:
        kept = counts.of_labels[labels] = counts.requests.labels(*labels), counts.seconds.labels(labels[1])
    kept[0].inc()
    kept[1].observe(spent)


def prometheus_text(app: Flask, figures: Figures) -> bytes:
    """All of it as Prometheus reads it."""
    counts: Counts = app.extensions[EXTENSION]
    asked = CollectorRegistry()
    asked.register(Gauges(figures))
    if counts.folder is None:
        return generate_latest(counts.registry) + generate_latest(asked)
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=str(counts.folder))
    return generate_latest(shared) + generate_latest(asked)


class Gauges(Collector):
    """How the installation is at this moment: asked of the database when somebody looks, by whichever process."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> list[GaugeMetricFamily]:
        found = self.figures
        one = {
            "raspored_database_up": ("Whether the database answers", float(found.life.database)),
            "raspored_queue_up": ("Whether the queue answers", float(found.life.queue)),
            "raspored_worker_up": ("Whether the worker was heard of within five minutes", float(found.life.worker)),
            "raspored_disk_free_bytes": ("Free where INSTANCE lies", float(found.disk_free)),
            "raspored_disk_size_bytes": ("Size of the disk where INSTANCE lies", float(found.disk_total)),
            "raspored_outbox_waiting": ("Mails and short messages that wait", found.waiting),
            "raspored_outbox_failed": ("Messages that were given up", found.failed),
            "raspored_outbox_oldest_seconds": ("Age of the oldest that waits; 0 when none does", found.oldest_s),
            "raspored_backup_age_seconds": ("Since the last backup; absent when there was none", found.backup_age_s),
            "raspored_vettings_expiring": ("Presenters whose check ends within 30 days", found.vettings_expiring),
        }
        families = [GaugeMetricFamily(name, told, value=v) for name, (told, v) in one.items() if v is not None]
        age = GaugeMetricFamily("raspored_job_age_seconds", "Since a job ended last", labels=("job",))
        failed = GaugeMetricFamily("raspored_job_failed", "Whether its last run failed", labels=("job",))
        for run in found.runs:
            age.add_metric((run.name,), run.age_s)
            failed.add_metric((run.name,), float(run.failed))
        return [*families, age, failed]

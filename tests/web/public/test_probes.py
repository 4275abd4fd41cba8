"""What a probe and Prometheus ask: under any host name, without a session, and figures for nobody else."""

import datetime as dt
import re
import time
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import SQLAlchemyError

from scheduler import config
from scheduler.jobs import health, queue
from scheduler.safeguarding.terms import VettingResult
from scheduler.work.terms import BACKUP_JOB
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_presenter
from tests.factories.safeguarding import make_vetting
from tests.web.servers import a_server, answer_of, free_port

TOKEN = "Jx7-vQe0dKc9_TzRb3uWn5Ls"


@pytest.fixture
def worker(app):
    queue.write_run("messages.send_waiting", MONDAY, failed=False)


def figures_in(answer) -> dict[tuple[str, str], float]:
    """Each figure by its name and its labels."""
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_living_installation_is_ready(client, worker):
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"database": "ok", "queue": "ok", "worker": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_needs_no_host_name_no_session_and_gets_none(client, worker, path):
    answer = client.get(path, headers={"Host": "127.0.0.1:8000", "Accept-Language": "sr"})

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(path, headers={"Host": "10.0.0.7"}).status_code == (404 if path == "/metrics" else 200)


def test_a_silent_database_is_told_and_asked_no_more(client, monkeypatch, worker):
    def fail(*_args, **_given):
        raise SQLAlchemyError("gone")

    monkeypatch.setattr(health, "_runs", fail)

    silent = client.get("/readyz")
    assert (silent.status_code, silent.json["database"], silent.json["worker"]) == (503, "silent", "silent")
    assert client.get("/healthz").status_code == 200
    seen = figures_in(client.get("/metrics"))
    assert (seen["raspored_database_up", ""], ("raspored_outbox_waiting", "") in seen) == (0, False)


def test_a_silent_queue_is_told(client, monkeypatch, worker):
    monkeypatch.setattr(health, "waiting_in_queue", lambda: None)

    assert client.get("/readyz").json == {"database": "ok", "queue": "silent", "worker": "ok"}


def test_a_worker_is_silent_after_five_minutes_whatever_commands_have_noted(client, the_clock, worker):
    the_clock.stands_at(MONDAY + dt.timedelta(minutes=6))
    queue.write_run(BACKUP_JOB, MONDAY + dt.timedelta(minutes=6), failed=False)

    silent = client.get("/readyz")
    assert (silent.status_code, silent.json["worker"]) == (503, "silent")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"Forwarded": "for=127.0.0.1"}, 404),
        ({"X-Forwarded-Proto": "https"}, 404),
        ({"x-forwarded-host": "localhost"}, 404),
        ({"Via": "1.1 proxy"}, 404),
        ({"Host": "raspored.example"}, 404),
    ],
)
def test_figures_are_for_this_machine_past_every_proxy(client, headers, status):
    assert client.get("/metrics", headers={"Host": "localhost"} | headers).status_code == status


def test_figures_are_for_nobody_of_another_machine(client):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404


def test_with_a_token_the_token_decides_alone(app, client):
    config.use(replace(app.config["SETTINGS"], metrics_token=TOKEN))
    far = {"REMOTE_ADDR": "10.0.0.7"}

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base=far).status_code == 200


def test_requests_are_counted_by_pattern_and_status_never_by_address(client):
    before = figures_in(client.get("/metrics"))
    for _ in range(3):
        client.get("/status/a-secret-of-somebody")
    client.open("/nowhere-at-all", method="BREW")

    answer = client.get("/metrics")
    after = figures_in(answer)

    key = ("raspored_requests_total", "GET /status/<secret> 404")
    assert after[key] - before.get(key, 0) == 3
    assert after["raspored_request_seconds_count", "/status/<secret>"] >= 3
    assert not re.search("a-secret|nowhere|BREW", answer.text)


def test_the_figures_of_an_installation(client, session, worker, the_clock):
    make_message(now=MONDAY - dt.timedelta(hours=2))
    queue.write_run(BACKUP_JOB, MONDAY - dt.timedelta(days=1), failed=False)
    queue.write_run("core.verify_audit", MONDAY - dt.timedelta(hours=5), failed=True)
    for days in (-1, 10, 31):
        make_vetting(make_presenter().id, valid_until=MONDAY.date() + dt.timedelta(days=days))
    renewed = make_presenter()
    for days in (10, 400):
        make_vetting(renewed.id, valid_until=MONDAY.date() + dt.timedelta(days=days))
    refused = make_presenter()
    make_vetting(refused.id, valid_until=MONDAY.date() + dt.timedelta(days=10))
    make_vetting(refused.id, result=VettingResult.REFUSED)

    seen = figures_in(client.get("/metrics"))

    assert seen["raspored_outbox_waiting", ""] == 1
    assert seen["raspored_outbox_oldest_seconds", ""] == 2 * 3600
    assert seen["raspored_backup_age_seconds", ""] == 24 * 3600
    assert seen["raspored_job_age_seconds", "core.verify_audit"] == 5 * 3600
    assert (seen["raspored_job_failed", "core.verify_audit"], seen["raspored_worker_up", ""]) == (1, 1)
    assert seen["raspored_vettings_expiring", ""] == 1
    assert 0 < seen["raspored_disk_free_bytes", ""] <= seen["raspored_disk_size_bytes", ""]


@pytest.mark.deep
def test_several_processes_of_gunicorn_tell_of_all(tmp_path):
    port, left = free_port(), tmp_path / "metrics" / "999999999"
    left.mkdir(parents=True)
    command = ["gunicorn", "--workers=2", "--no-control-socket", f"--bind=127.0.0.1:{port}", "wsgi:app"]
    with a_server(command, tmp_path) as server:
        counts, ends = tmp_path / "metrics" / str(server.pid), time.monotonic() + 90
        while len({file.name for file in counts.glob("counter_*.db")}) < 2 and time.monotonic() < ends:
            answer_of(port, "/healthz")
        for _ in range(10):
            assert "200 OK" in answer_of(port, "/robots.txt")
        told = {re.search(r'robots.txt",status="200"} (\d+)', answer_of(port, "/metrics"))[1] for _ in range(8)}

    assert told == {"10"}
    assert not left.exists()

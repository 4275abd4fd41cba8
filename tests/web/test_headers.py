"""What each answer says beside its page: its policy, who may keep it, its number (TRUST S15, S36)."""

import logging

import pytest
from flask import Response

from scheduler.web import headers


def test_every_answer_carries_the_safety_headers(client):
    for path in ("/", "/nothing-here", "/static/img/mark.svg", "/healthz"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_a_page_of_a_signed_in_person_is_kept_nowhere(client):
    with client.session_transaction() as session:
        session["_user_id"] = "token"

    page = client.get("/")

    assert page.headers["Cache-Control"] == "no-store"
    assert "Cookie" in page.headers["Vary"]


@pytest.mark.parametrize("path", ["/status/x", "/status/x/attendance", "/book/prove/x", "/reset/x", "/invitation/x"])
def test_a_page_that_opens_by_its_address_alone_is_kept_nowhere_and_in_no_index(client, path):
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_https_is_remembered_only_over_https(client):
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "a b", "localhost@evil.example", "10.0.0.7"]
)
def test_a_host_that_is_not_ours_gets_a_plain_refusal(client, host):
    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_every_request_has_a_number_of_its_own_in_answer_and_log(client, caplog):
    with caplog.at_level(logging.INFO, logger="scheduler.web.headers"):
        numbers = [client.get("/", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] for _ in range(2)]

    assert len(set(numbers)) == 2
    assert [record.http_id for record in caplog.records] == numbers


def test_the_log_names_the_route_and_never_the_address(client, caplog):
    with caplog.at_level(logging.INFO, logger="scheduler.web.headers"):
        client.get("/assets/secret-token.css?lang=en")
        client.get("/privacy?secret=1")
        client.get("/status-of/secret")

    assert [record.route for record in caplog.records] == ["/privacy", "-"]
    assert "secret" not in caplog.text


def test_a_joined_file_may_be_kept_for_ever_only_under_its_digest(client):
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="/assets/')[1].split('"')[0]

    joined = client.get(f"/assets/{address}")
    assert "immutable" in joined.headers["Cache-Control"]
    assert b"--rs-tabla" in joined.data
    assert client.get("/assets/0123.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/assets/0123.txt").status_code == 404


def test_a_room_may_log_the_id_of_a_school_request_inside_a_web_request(app, caplog):
    caplog.set_level(logging.INFO)
    with app.test_request_context("/"):
        logging.getLogger("scheduler.requests").info("request submitted", extra={"request_id": 7})

    assert [record.request_id for record in caplog.records if record.msg == "request submitted"] == [7]


def test_a_header_that_a_page_has_said_stays_as_it_said_it(app):
    with app.test_request_context("/book"):
        said = Response(
            "text", headers={"referrer-policy": "no-referrer", "cache-control": "no-store", "vary": "Origin"}
        )
        told = headers.protect(said).headers
    assert told.getlist("Referrer-Policy") == ["no-referrer"]
    assert told.getlist("Cache-Control") == ["no-store"]
    assert [one.strip() for one in told["Vary"].split(",")] == ["Origin", "Cookie", "Accept-Language"]
    assert set(headers.SAFETY) <= set(told.keys()) | {"Referrer-Policy"}

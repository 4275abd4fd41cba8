"""Answers are packed where their length tells nothing (docs/decisions/0013)."""

import gzip

import pytest

from scheduler.web.assets import bare
from tests.factories.people import make_user
from tests.web.browser import sign_in_as

PACKED = {"Accept-Encoding": "gzip, deflate"}


def encoding(answer) -> str:
    return answer.headers.get("Content-Encoding", "")


@pytest.mark.parametrize("path", ["/", "/book", "/privacy", "/static/img/icons.svg", "/assets/x.css"])
def test_pages_and_files_are_packed_and_hold_the_same_text(client, path):
    plain, packed = client.get(path, buffered=True), client.get(path, headers=PACKED, buffered=True)

    assert (encoding(plain), encoding(packed)) == ("", "gzip")
    assert len(gzip.decompress(packed.data)) == pytest.approx(len(plain.data), abs=40)  # form keys differ
    assert len(packed.data) < len(plain.data) * (0.25 if path.startswith("/assets") else 0.7)
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_who_takes_no_gzip_gets_plain_text(client):
    assert encoding(client.get("/book", headers={"Accept-Encoding": "gzip;q=0"})) == ""


def test_files_are_kept_whatever_cookie_a_page_sets(client):
    with client.session_transaction() as cookies:
        cookies["booking"], cookies["_permanent"] = "begun", True

    sent = client.get("/assets/x.css", headers=PACKED)

    assert "Accept-Language" not in sent.headers["Vary"]
    assert "Set-Cookie" not in sent.headers


@pytest.mark.parametrize("path", ["/status/unknown", "/book/prove/unknown"])
def test_a_page_behind_a_secret_link_is_never_packed(client, path):
    assert encoding(client.get(path, headers=PACKED)) == ""


@pytest.mark.parametrize(
    ("sent_by", "expected"), [("cross-site", ""), ("same-site", ""), ("same-origin", "gzip"), ("none", "gzip")]
)
def test_a_foreign_page_learns_no_length_from_who_has_a_session(app, client, sent_by, expected):
    sign_in_as(client, make_user().id)

    answer = client.get("/requests?q=guess", headers=PACKED | {"Sec-Fetch-Site": sent_by})

    assert (answer.status_code, encoding(answer)) == (200, expected)


def test_the_length_of_a_packed_page_differs_from_time_to_time(client):
    lengths = {len(client.get("/privacy", headers=PACKED).data) for _ in range(20)}

    assert len(lengths) > 5


@pytest.mark.parametrize(("path", "may_be_kept"), [("/static/img/icons.svg", True), ("/privacy", False)])
def test_what_the_browser_holds_is_answered_by_its_mark_and_a_picture_is_not_asked_for_again(client, path, may_be_kept):
    first = client.get(path, headers=PACKED)

    again = client.get(path, headers=PACKED | {"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    kept = first.headers["Cache-Control"]
    assert ("max-age=3600" in kept, "no-cache" in kept) == (may_be_kept, not may_be_kept)


def test_the_joined_style_sheet_keeps_every_rule_and_no_comment():
    rules = ("a:hover,\nb > c {\n  /* why, in\n  two lines */\n  --rs-s1: red;\n\n  width: calc(1px + 2px);\n}\n"
             'd {\n  grid-template-areas:\n    "a b"\n    "c d";\n}\n')  # fmt: skip

    assert bare(rules) == 'a:hover,b > c{--rs-s1:red;width:calc(1px + 2px);}d{grid-template-areas:\n"a b"\n"c d";}'

import datetime as dt

import pytest

from scheduler.core.encryption import Unreadable, decrypt, encrypt
from scheduler.credentials import one_time_codes
from scheduler.keys.rules import device_of

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"


@pytest.mark.parametrize(
    ("shown", "device"),
    [
        (FIREFOX, "Firefox, Windows"), (CHROME, "Chrome, Android"), (SAFARI, "Safari, iPhone"), (EDGE, "Edge, Windows"),
        ("curl/8.5", ""), ("Firefox/1 " + "x" * 100_000, "Firefox"), ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_by_its_kind_without_version(shown, device):
    assert device_of(shown) == device


def test_a_code_is_that_of_rfc_6238_and_a_secret_read_in_its_place_only():
    """The standard's own vector, in the six digits that apps show: 94287082 at 59 seconds."""
    assert one_time_codes.counter_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", at(59)) == 1

    stored = encrypt("secret", key="one", about="code_app:1")
    assert decrypt(stored, key="one", about="code_app:1") == "secret"
    assert encrypt("secret", key="one", about="code_app:1") != stored
    for key, about, text in (("two", "code_app:1", stored), ("one", "code_app:2", stored), ("one", "code_app:1", "??")):
        with pytest.raises(Unreadable):
            decrypt(text, key=key, about=about)

    codes = one_time_codes.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(one_time_codes.tidy_recovery_code(code) for code in codes)


def at(seconds: int):
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "２８７０８２", "287 083"])
def test_what_is_no_code_of_now_has_no_counter(typed):
    assert one_time_codes.counter_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", typed, at(59)) is None


@pytest.mark.parametrize("typed", ["ABCD-EFGH-JKMN-PQRS", "abcd efgh jkmn pqrs", "АBСD-EFGН-JКМN-РQRS"])
def test_a_recovery_code_may_be_typed_as_one_can(typed):
    assert one_time_codes.tidy_recovery_code(typed) == "ABCDEFGHJKMNPQRS"


@pytest.mark.parametrize("typed", ["123456", "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRO", ""])
def test_what_is_no_recovery_code_is_none(typed):
    assert one_time_codes.tidy_recovery_code(typed) == ""

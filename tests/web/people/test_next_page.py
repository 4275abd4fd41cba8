import pytest

from scheduler.web.ways_back import is_safe

HERE = ["/", "/people", "/people/7?page=2", "/visits?on=2026-10-05&by=day", "/%D0%91%D0%B5%D0%BE", "/a//b"]
ELSEWHERE = {
    "no address": ["", "people", "@evil.example", ".evil.example", "?next=//evil.example"],
    "another host": ["//evil.example", "///evil.example", "////evil.example", "/#//evil.example"],
    "a host that hides the true one": ["//evil.example@localhost", "//localhost@evil.example"],
    "backslashes": ["/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example"],
    "whole addresses": ["http://evil.example", "https://evil.example", "HTTPS://evil.example", "http:///evil.example"],
    "schemes that browsers complete": ["https:evil.example", "https:/evil.example"],
    "other schemes": ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "mailto:a@b.example"],
    "blanks that browsers drop": [" /people", " //evil.example", "\t//evil.example", "/\t/evil.example"],
    "ends of lines": ["/\n/evil.example", "/\r/evil.example", "/\x00/evil.example", "/people\r\nSet-Cookie: a=b"],
    "encoded slashes": ["/%2F/evil.example", "/%2fevil.example", "/%5Cevil.example", "/%5cevil.example"],
    "encoded blanks": ["/%09/evil.example", "/%0d%0aLocation:%20//evil.example"],
    "encoded twice": ["/%252F/evil.example", "/%25255Cevil.example/%5C"],
    "letters that look like slashes": ["/\u2215/evil.example", "\uff0f\uff0fevil.example"],
}


@pytest.mark.parametrize("target", HERE)
def test_a_path_of_this_house_is_safe(target):
    assert is_safe(target)


@pytest.mark.parametrize("targets", ELSEWHERE.values(), ids=ELSEWHERE)
def test_trust_s11_what_could_lead_elsewhere_is_not(targets):
    assert [target for target in targets if is_safe(target)] == []

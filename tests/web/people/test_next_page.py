import pytest

from scheduler.web.ways_back import is_safe


@pytest.mark.parametrize(
    "target",
    ["/", "/people", "/people/7?page=2", "/visits?on=2026-10-05&by=day", "/%D0%91%D0%B5%D0%BE", "/a//b"],
)
def test_a_path_of_this_house_is_safe(target):
    assert is_safe(target)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "people",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/\\/evil.example",
        "http://evil.example",
        "https://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "HTTPS://evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.example",
        " /people",
        " //evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/\x00/evil.example",
        "/people\r\nSet-Cookie: a=b",
        "/%2F/evil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/%5cevil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20//evil.example",
        "/%252F/evil.example",
        "/%25255Cevil.example/%5C",
        "//evil.example@localhost",
        "//localhost@evil.example",
        "@evil.example",
        ".evil.example",
        "/\u2215/evil.example",
        "\uff0f\uff0fevil.example",
        "/#//evil.example",
        "?next=//evil.example",
    ],
)
def test_trust_s11_what_could_lead_elsewhere_is_not(target):
    assert not is_safe(target)

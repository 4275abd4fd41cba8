"""What attackers and clumsy people type."""

import re

from scheduler.requests.service.answers import MOST_CHARACTERS

VALUES = (
    "",
    "0",
    "-1",
    "9" * 5000,
    "9223372036854775808",
    "²",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\u202ecilbup\u2069\u200b",
    "Z̷̧̢̛̬̣̮͔͓͉͗̀̓̑̂̕͝" * 5,
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "%' OR 1=1 \\_",
    "{{ 7*7 }} %(name)s {0.__class__} %s",
    "=cmd|' /C calc'!A0",
    "x@y.example\r\nBcc: z@z.example",
    "../../etc/passwd",
    "31.2.2026.",
    "9999-12-31",
    "28.3.2027.",
    "2:30",
    "02:30",
    "nobody-knows-this",
)
LONG = "я" * (MOST_CHARACTERS + 1)  # more than any field takes, and than all answers of a booking together


def kind_of(name: str) -> str:
    """What fields of one table have in common: "line-12" and "line-13" are read alike, "way.a" and "way.b" too."""
    return re.sub(r"\d+|(?<=\.).+", "N", name)


def beyond(value: str, typed: str) -> str:
    """Whatever number stands in a value, alone or in "12.3" or "12:2026-12-10", becomes the other one."""
    return re.sub(r"(?<!\d)\d+(?!\d)", typed, value, count=1)

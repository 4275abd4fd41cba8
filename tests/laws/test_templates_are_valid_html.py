"""What the Nu HTML checker of `make a11y` would say of a template, told at once by `make test`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "templates").rglob("*.html")}
FORBIDDEN = {
    "an attribute of htmx that is not HTML": r"(?<!data[-_])\bhx[-_][a-z]",  # htmx reads data-hx-… as well
    "parts of a second in a moment": r'datetime="\{\{ [^}]*(?<!day)\.isoformat\(\)',  # isoformat(timespec="seconds")
    "a form inside a line of words": r"<(p|span)\b[^>]*>(?:(?!</\1>|<td|<div|<p\b).)*<form\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_writes(what):
    found = [name for name, text in TEMPLATES.items() if re.search(FORBIDDEN[what], text, re.DOTALL)]

    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an attribute of htmx that is not HTML", '<div hx-get="/work/1">'),
        ("an attribute of htmx that is not HTML", '{{ button(_("Check"), hx_post=action) }}'),
        ("parts of a second in a moment", '<time datetime="{{ row.ended_at.isoformat() }}">'),
        ("a form inside a line of words", '<span class="row-acts">\n  <form method="post">'),
    ],
)
def test_the_law_sees_what_it_forbids(what, text):
    assert re.search(FORBIDDEN[what], text, re.DOTALL)

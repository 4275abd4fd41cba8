"""What the Nu HTML checker of `make a11y` would say of a template, told at once by `make test`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "templates").rglob("*.html")}
FORBIDDEN = {
    "an attribute of htmx that is not HTML": r"(?<!data[-_])\bhx[-_][a-z]",  # htmx reads data-hx-… as well
    "parts of a second in a moment": r'datetime="\{\{ [^}]*(?<!day)\.isoformat\(\)',  # isoformat(timespec="seconds")
    "a form inside a line of words": r"<(p|span)\b[^>]*>(?:(?!</\1>|<td|<div|<p\b).)*<form\b",
}


SEEN = [
    ("an attribute of htmx that is not HTML", '<div hx-get="/work/1">'),
    ("an attribute of htmx that is not HTML", '{{ button(_("Check"), hx_post=action) }}'),
    ("parts of a second in a moment", '<time datetime="{{ row.ended_at.isoformat() }}">'),
    ("a form inside a line of words", '<span class="row-acts">\n  <form method="post">'),
]


def test_no_template_writes_what_is_not_html():
    found = [
        (name, what)
        for what, pattern in FORBIDDEN.items()
        for name, text in TEMPLATES.items()
        if re.search(pattern, text, re.DOTALL)
    ]

    assert found == []


def test_the_law_sees_what_it_forbids():
    assert {what for what, _text in SEEN} == FORBIDDEN.keys()
    assert [(what, text) for what, text in SEEN if not re.search(FORBIDDEN[what], text, re.DOTALL)] == []

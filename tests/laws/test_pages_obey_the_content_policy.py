"""No inline style or script, no on… attribute, no foreign address: what the strict policy would block anyway."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Mail programs drop style sheets, and a document for Word is one file: these layouts carry their styles.
ALONE = {"layouts/mail.html", "layouts/word.html"}
PAGES = {
    str(path.relative_to(ROOT / "templates")): path.read_text()
    for path in (ROOT / "templates").rglob("*.html")
    if str(path.relative_to(ROOT / "templates")) not in ALONE
}
FORBIDDEN = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "on… attribute": r"<[^>]*\son[a-z]+\s*=",
    "javascript address": r"javascript:",
    "foreign file": r"(src|<link[^>]*href)\s*=\s*[\"']?(https?:)?//",
}


SEEN = {
    "style attribute": '<p style="color:red">',
    "style element": "<style>p{}</style>",
    "inline script": "<script>go()</script>",
    "on… attribute": '<a href="/" onclick="go()">',
    "javascript address": '<a href="javascript:go()">',
    "foreign file": '<script src="https://cdn.example.org/x.js">',
}


def test_no_template_holds_what_the_policy_forbids():
    found = [
        (name, what)
        for what, pattern in FORBIDDEN.items()
        for name, text in PAGES.items()
        if re.search(pattern, text, re.IGNORECASE)
    ]

    assert found == []


def test_the_law_sees_what_it_forbids():
    assert SEEN.keys() == FORBIDDEN.keys()
    assert [what for what, text in SEEN.items() if not re.search(FORBIDDEN[what], text)] == []


def test_scripts_make_no_strings_into_code():
    own = "\n".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))

    assert re.findall(r"\beval\(|new Function|setTimeout\([\"']", own) == []

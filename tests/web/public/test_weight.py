"""What a first visit weighs, packed as it travels: at most 150 KB, of it 40 KB of script."""

import gzip
import re

from tests.loaded_demo import load_demo

PAGES = ("/", "/programmes", "/programmes/safe-internet", "/campaigns/show-respect", "/map", "/figures", "/book")
PARTS = re.compile(r'<(?:script|link|img)\b[^>]*?(?:src|href)="(/[^"#]+)"')
MOST, MOST_SCRIPT = 150_000, 40_000


def packed(client, path):
    with client.get(path, headers={"Accept-Encoding": "identity"}) as answer:
        assert answer.status_code == 200, path
        return len(gzip.compress(answer.data))


def test_a_first_visit_is_light_on_a_bad_line(client):
    load_demo()
    known: dict[str, int] = {}

    for page in PAGES:
        text = client.get(page).text
        parts = {part for part in PARTS.findall(text) if "manifest" not in part} | {"/static/img/icons.svg"}
        for part in parts - set(known):
            known[part] = packed(client, part)
        weight = len(gzip.compress(text.encode())) + sum(known[part] for part in parts)
        script = sum(known[part] for part in parts if part.endswith(".js"))
        assert weight <= MOST, (page, weight)
        assert script <= MOST_SCRIPT, (page, script)
    assert len(known) >= 6

"""The register of keys on paper: all that ever signed certificates here, for the folder that outlasts the site."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.certificates.terms import PublicKey
from scheduler.core import clock
from scheduler.core.base64url import from_base64url
from scheduler.core.language import span_of_days, translator
from scheduler.core.typesetting import MUTED, leading, settled
from scheduler.paper.pages import INSIDE, SMALL, STRONG, Flow, Furniture, paged
from scheduler.paper.sheet import MARGIN, DocumentFacts

KEY_CODE_SIDE = 34.0
BESIDE_CODE = INSIDE - KEY_CODE_SIDE - 8
SIGNED_LINE, SIGNED_HEIGHT = 70.0, 30.0
FACT_GAP, FACT_LINES = 1.2, 3


@dataclass(frozen=True)
class KeySheet:
    """What stands on it; `printed` is in the reader's language."""

    keys: Sequence[PublicKey]
    base_url: str
    printed: str
    helpline: str = "19833"


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the public half, in groups that two people can read to each other."""
    digits = hashlib.sha256(from_base64url(key.public)).hexdigest()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def as_code(key: PublicKey) -> str:
    """What the square beside a key says: its entry of certificate-keys.json."""
    return json.dumps({"name": key.name, "algorithm": key.algorithm, "public": key.public}, separators=(",", ":"))


def draw(sheet: KeySheet, lang: str) -> bytes:
    """The sheet as PDF."""
    _ = translator(lang).gettext
    title = _("Keys that sign certificates")
    furniture = Furniture(sheet.base_url, sheet.printed, sheet.helpline)
    return paged(DocumentFacts(title, sheet.base_url, lang), furniture, lambda flow: _draw(flow, sheet, title, lang))


def _draw(flow: Flow, sheet: KeySheet, title: str, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(title, _("For the register: keep this sheet at least as long as the certificates."))
    flow.paragraph(
        _(
            "The square code of a certificate is signed by one of these keys and names it. Whoever has the public key "
            "can check the paper alone, also when this site is gone. Nothing on this sheet is secret."
        )
    )
    for key in sheet.keys:
        _draw_key(flow, key, lang)
    if not sheet.keys:
        flow.paragraph(_("There is no key yet: the first certificate makes it."), STRONG)
    flow.need(SIGNED_HEIGHT)
    flow.y += 18
    for place, words in enumerate((_("Number in the register and day"), _("Received by, signature"))):
        x = MARGIN + place * (INSIDE - SIGNED_LINE)
        flow.sheet.rule((x, flow.y), (x + SIGNED_LINE, flow.y), MUTED)
        flow.sheet.text(x, flow.y + 5, words, SMALL)
    flow.y += 8


def _draw_key(flow: Flow, key: PublicKey, lang: str) -> None:
    _ = translator(lang).gettext
    flow.heading(_("Key %(name)s") % {"name": key.name}, keep_with=KEY_CODE_SIDE + 4)
    top = flow.y
    flow.sheet.qr(MARGIN + INSIDE - KEY_CODE_SIDE, top - 7, KEY_CODE_SIDE, as_code(key))
    facts = (
        (_("Signs"), _period(key, lang)),
        (_("Algorithm"), f"{key.algorithm} (RFC 8032)"),
        (_("Public key, base64url"), key.public),
        (_("Fingerprint, SHA-256"), fingerprint(key)),
    )
    for label, words in facts:
        flow.y += leading(SMALL)
        flow.sheet.text(MARGIN, flow.y, label, SMALL)
        flow.y += leading(STRONG)
        style, lines = settled(words, STRONG, BESIDE_CODE, ((STRONG.size, FACT_LINES, STRONG.size),))
        flow.y = flow.sheet.lines(MARGIN, flow.y, lines, style) + FACT_GAP
    flow.y = max(flow.y, top + KEY_CODE_SIDE - 3)


def _period(key: PublicKey, lang: str) -> str:
    _ = translator(lang).gettext
    begun = clock.local_day(key.made_at)
    if key.retired_at is None:
        return _("since %(day)s, and still") % {"day": span_of_days(begun, begun, lang)}
    return span_of_days(begun, clock.local_day(key.retired_at), lang)

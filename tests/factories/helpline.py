"""Figures of the helpline, as somebody types them."""

import datetime as dt
from typing import Any

from scheduler.helpline.terms import TOTALS, HelplineDraft, HelplineMargin, ListDraft

LINES = "sextortion; Сексуална уцена; Sextortion\nai_pictures; Слике које прави машина; Pictures made by a machine"
JANUARY = (dt.date(2026, 1, 1), dt.date(2026, 1, 31))


def helpline_draft(first: dt.date = JANUARY[0], last: dt.date = JANUARY[1], **changed: Any) -> HelplineDraft:
    """100 communications, of which 80 are calls; 30 cases, of which 6 were forwarded to the police.

    A word with a margin's name is that margin: `topic={"grooming": 7}`.
    """
    fair = dict.fromkeys(TOTALS, 0) | {
        **{"communications": 100, "calls": 80, "mails": 20},
        **{"cases": 30, "advisory": 24, "forwarded": 6, "to_police": 6},
    }
    margins = {HelplineMargin(name): changed.pop(name) for name in list(changed) if name in tuple(HelplineMargin)}
    return HelplineDraft(first, last, fair | changed, margins)


def a_list(**changed: Any) -> ListDraft:
    """Two topics, used from August 2026 on."""
    return ListDraft(**({"first_day": dt.date(2026, 8, 1), "topics": LINES, "acts": ""} | changed))

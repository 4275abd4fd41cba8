"""The helpline from 1 January to 26 April 2024: made-up splits whose totals are exactly the published ones."""

import datetime as dt

from scheduler.demo.spread import spread, wobble
from scheduler.helpline.service import figures
from scheduler.helpline.terms import TOTALS, HelplineDraft, HelplineMargin
from scheduler.policy import Actor

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 4, 26)
PERIODS = ((FIRST, dt.date(2024, 1, 31)), (dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
           (dt.date(2024, 3, 1), dt.date(2024, 3, 31)), (dt.date(2024, 4, 1), LAST))  # fmt: skip
CALLS, MAILS, ADVISORY = 1683, 396, 344
POLICE, PROSECUTOR = (4, 3, 5, 3), (0, 1, 0, 1)
TOPICS = {  # weights: mostly sextortion and grooming
    **{"sextortion": 24, "grooming": 19, "cyberbullying": 12, "privacy": 9, "sexting": 7, "e_crime": 6},
    **{"harmful_content": 5, "excessive_use": 5, "relationships": 4, "hate_speech": 3, "gaming": 3, "reputation": 3},
    **{"technical_settings": 2, "media_literacy": 2, "illegal_content": 2, "other": 2},
}
ACTS = {"kz_215": 7, "kz_185b": 6, "kz_185": 4}
AGES = {"under_7": 1, "from_7": 14, "from_11": 37, "from_15": 31, "adult": 17}
CALLERS = {"child": 34, "parent": 45, "school_staff": 12, "other_professional": 4, "other_person": 5}
DISTRICTS = {
    **{"RS-00": 40, "RS-06": 14, "RS-20": 11, "RS-12": 8, "RS-17": 6, "RS-09": 6, "RS-08": 5, "RS-01": 4},
    **{"RS-19": 3, "RS-24": 3},
}
AGE_KNOWN, DISTRICT_KNOWN = 0.83, 0.46  # of all communications


def write_helpline(actor: Actor, now: dt.datetime) -> None:
    """Enter, sign off and publish the four periods; the last ends inside its month, as what was published does."""
    weights = [((last - first).days + 1) * wobble(at, 0.9, 1.1) for at, (first, last) in enumerate(PERIODS)]
    parts = zip(spread(CALLS, weights), spread(MAILS, weights), spread(ADVISORY, weights), strict=True)
    for at, (calls, mails, advisory) in enumerate(parts):
        totals = dict.fromkeys(TOTALS, 0) | {
            **{"communications": calls + mails, "calls": calls, "mails": mails, "advisory": advisory},
            **{"to_police": POLICE[at], "to_prosecutor": PROSECUTOR[at], "forwarded": POLICE[at] + PROSECUTOR[at]},
        }
        totals["cases"] = advisory + totals["forwarded"]
        draft = HelplineDraft(*PERIODS[at], totals, _margins(totals))
        figures.sign_month(actor, figures.enter_month(actor, draft, now=now), 1, now=now)
    figures.publish(actor, FIRST, LAST, now=now)


def _margins(totals: dict[str, int]) -> dict[HelplineMargin, dict[str, int]]:
    everybody = totals["communications"]
    return {
        HelplineMargin.TOPIC: _split(totals["cases"], TOPICS),
        HelplineMargin.ACT: _split(totals["forwarded"], ACTS),
        HelplineMargin.AGE: _split(round(everybody * AGE_KNOWN), AGES),
        HelplineMargin.CALLER: _split(everybody, CALLERS),
        HelplineMargin.DISTRICT: _split(round(everybody * DISTRICT_KNOWN), DISTRICTS),
    }


def _split(total: int, weights: dict[str, int]) -> dict[str, int]:
    return dict(zip(weights, spread(total, list(weights.values())), strict=True))

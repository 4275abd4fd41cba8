"""Pure rules of the second step: how often it may be tried, and which device a browser is on."""

import datetime as dt
import re

HALF_LASTS = dt.timedelta(minutes=30)  # time to set up an app, and for a mail to come
MAILBOX_LINK_HOURS = 1

# A code of six digits, three of which are good at a time: 20 tries a day for an account hit once in 45 years.
CODES_IN_A_ROW, ROW_LASTS = 5, dt.timedelta(minutes=15)
CODES_A_DAY, DAY = 20, dt.timedelta(days=1)
LINKS_A_DAY = 5
WARN_AT = 5  # wrong codes after which the owner is told that somebody knows her password

PASSKEY_NAME_LIMIT = 40

# The first that fits names it: each browser calls itself by the names of those before it, too.
BROWSERS = (
    ("Edge", r"\bEdgA?/|\bEdgiOS/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bChromium/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b|\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


def device_of(user_agent: str) -> str:
    """The kind of a browser in words, without version or number: "Firefox, Windows". Empty for what is unknown."""
    shown = user_agent[:500]
    kinds = (next((name for name, mark in table if re.search(mark, shown)), "") for table in (BROWSERS, SYSTEMS))
    return ", ".join(kind for kind in kinds if kind)


def may_still_wait(created_at: dt.datetime, ended_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the second step of a sign-in can still be passed."""
    return ended_at is None and abs(now - created_at) < HALF_LASTS


def too_many_codes(lately: int, today: int) -> bool:
    """Whether no more codes are taken: `lately` counts those from one network, `today` those for the account."""
    return lately >= CODES_IN_A_ROW or today >= CODES_A_DAY


def code_key(user_id: int, *, from_mail: bool, known: str) -> str:
    """Under which key the tries of codes for an account are counted.

    Who has proven the mailbox, and a browser in which the step was passed before (`known` is its mark), are counted
    apart: so whoever guesses shuts out herself, and the owner gets in.
    """
    if from_mail:
        return f"code-from-mail:{user_id}"
    return f"code-known:{user_id}:{known}" if known else f"code:{user_id}"

"""What a mail to a school says in tests of the outbox."""

import datetime as dt

from scheduler.messages.terms import LinkWish

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WISH = LinkWish("status", 7, "/status/{token}", 24)
FAR = dt.date(2026, 12, 9)
VALUES = {
    "state": "Потврђено", "programme": "Safe", "host": "OŠ <Vuk>", "day": FAR, "times": "11:00", "who": ["Ana"],
    "number": "P-1", "centre": "Centre", "centre_phone": "011 1", "with_pupils": True,
}  # fmt: skip

"""What is told by a short message: that a visit is called off late. No name, no school, no reason: phones lie about."""

import datetime as dt
from collections.abc import Iterable

from scheduler.config import settings
from scheduler.core import clock
from scheduler.messages import mail
from scheduler.messages.queries import own_text
from scheduler.messages.service import queue_short
from scheduler.messages.terms import Channel, ShortDraft, TextKind
from scheduler.people.rules import is_minor
from scheduler.safeguarding.queries import guardian_phones_of
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.locked_visit import OpenVisit

SMS_KIND = "crew_visit_cancelled"
LATIN = {"sr_Cyrl": "sr_Latn"}  # 70 letters of Cyrillic fill a message, 160 of ASCII do


def tell_called_off(opened: OpenVisit, rows: Iterable[Assignment], *, now: dt.datetime) -> None:
    """One short message to each presenter of these assignments; of a minor to her guardian. Without a number none."""
    people = {row.presenter_id: row.presenter for row in rows}
    today = clock.local_day(now, opened.visit.zone)
    guardians = guardian_phones_of(people, today)
    for person in people.values():
        minor = is_minor(person.adult_on, today)
        number = guardians.get(person.id, "") if minor else person.phone
        if number:
            language = LATIN.get(person.user.language, person.user.language)
            queue_short(
                ShortDraft(
                    kind=SMS_KIND,
                    number=number,
                    language=language,
                    text=_called_off(opened, language),
                    about=("visit", opened.visit.id),
                    centre_id=opened.visit.centre_id,
                    to_guardian=minor,
                ),
                now=now,
            )


def _called_off(opened: OpenVisit, language: str) -> str:
    values = {
        "day": opened.visit.on_day,
        "time": min(row.starts_local for row in opened.presentations),
        "place": opened.visit.host.place_sr_latn,
        "page": f"{settings().base_url}/offers",
    }
    return mail.short_text(
        SMS_KIND, language, values, own_text(opened.visit.centre_id, TextKind(Channel.SMS, SMS_KIND), language)
    )

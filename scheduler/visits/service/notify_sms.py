"""What is told by a short message: that a visit is called off late. No name, no school, no reason: phones lie about."""

import datetime as dt
from collections.abc import Iterable

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.language import short_day, translator
from scheduler.messages import rules as message_rules
from scheduler.messages.service import queue_short
from scheduler.messages.terms import ShortDraft
from scheduler.people.rules import is_minor
from scheduler.safeguarding.queries import guardian_phones_of
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.locked_visit import OpenVisit

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
                    kind="crew_visit_cancelled",
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
    gettext = translator(language).gettext
    first = min(row.starts_local for row in opened.presentations)
    return message_rules.short_with(
        gettext(
            "Raspored: the visit on %(day)s at %(time)s (%(place)s) is called off. Please read the mail or %(page)s"
        ),
        opened.visit.host.place_sr_latn,
        day=short_day(opened.visit.on_day, language),
        time=f"{first:%H:%M}",
        page=f"{settings().base_url}/offers",
    )

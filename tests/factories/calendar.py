"""Facts of a calendar entry, and stored entries of a presentation."""

import datetime as dt
from typing import Any

from sqlalchemy import delete

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.language import LANGUAGES
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.venue import Venue
from scheduler.visits import ics
from scheduler.visits.models.visits import CalendarEntry, Presentation
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.states import EntryStatus
from tests.factories import MONDAY


def the_facts(on_day: dt.date = dt.date(2026, 10, 6), at: dt.time = dt.time(10, 0), **given: Any) -> EntryFacts:
    """45 minutes in Niš, by the wall clock there; an adult and a minor come."""
    zone = given.get("zone", clock.BELGRADE)
    starts_at = clock.moment_of(on_day, at, zone)
    fair: dict[str, Any] = {
        "uid": "6f1c2b7e4d904c55@raspored.example", "sequence": 0, "edited_at": MONDAY, "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(minutes=45), "zone": zone, "programme_sr_cyrl": "Разговор са ученицима",
        "programme_en": "Talk with pupils", "host_sr_cyrl": "ОШ „Вук Караџић“", "host_sr_latn": "OŠ „Vuk Karadžić“",
        "address_sr_cyrl": "Липова 7, 18000 Ниш", "address_sr_latn": "Lipova 7, 18000 Niš",
        "venue": Venue(given.pop("room", "сала")), "classes": "7b, 7c", "point": Point(43.3209, 21.8958),
        "crew": ("Jelena Ristić",), "young": ("Tara",), "page_url": "http://localhost/visits/P-2026-0417",
        "helpline": "19833",
    }  # fmt: skip
    return EntryFacts(**(fair | given))


def make_entries(presentation: Presentation, **given: Any) -> None:
    """The stored texts of a presentation, in every status and language, as its row says them now."""
    with transaction() as session:
        facts = the_facts(
            presentation.on_day,
            presentation.starts_local,
            uid=presentation.uid,
            sequence=presentation.sequence,
            edited_at=presentation.edited_at,
            **given,
        )
        session.execute(delete(CalendarEntry).where(CalendarEntry.presentation_id == presentation.id))
        session.add_all(
            CalendarEntry(
                presentation_id=presentation.id,
                status=status,
                language=language,
                text=ics.vevent(facts, status, language),
            )
            for status in EntryStatus
            for language in LANGUAGES
        )

"""What a school that lost its links reads of its own visits."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.language import pick, worded
from scheduler.core.text import to_latin
from scheduler.requests.terms.school_request import RequestState, school_state


@dataclass(frozen=True)
class VisitOfAddress:
    """One request of an address: at which school, of which programme, and when it is, or may be."""

    request_id: int
    number: str
    state: RequestState
    centre_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str
    first_day: dt.date
    last_day: dt.date
    not_held: str | None = None  # who was not there when its hour had come
    on_day: dt.date | None = None  # nothing while no visit is planned
    starts_local: tuple[dt.time, ...] = ()

    def host(self, language: str) -> str:
        """The school's name in the reader's script."""
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def programme(self, language: str) -> str:
        """The programme's name; Latin is derived."""
        return worded(language, self.programme_sr_cyrl, to_latin(self.programme_sr_cyrl), self.programme_en)

    @property
    def school_state(self) -> str:
        """Its state as the school reads it."""
        return school_state(self.state, self.not_held or "")

    @property
    def times(self) -> str:
        """When its presentations begin."""
        return ", ".join(f"{time:%H:%M}" for time in self.starts_local)

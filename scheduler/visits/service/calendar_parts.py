"""The calendar part of a mail about a visit: one entry for its reader, whatever the number of its presentations."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from scheduler.config import settings
from scheduler.core.db import db
from scheduler.messages.queries import calendars_holding
from scheduler.messages.terms import Method
from scheduler.people.models import Centre, Presenter
from scheduler.visits import ics
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.rules.calendar_parts import CHANGE, TAKE_OUT, method_of
from scheduler.visits.service.calendar_entries import entry_of_visit
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.states import NOT_SURE_YET, PROMISED, AssignmentState, EntryStatus


@dataclass(frozen=True)
class CalendarReader:
    """Whose calendar it is, and the presentations of the visit that are hers."""

    address: str
    language: str
    presentations: Sequence[Presentation]
    tentative: bool
    signs_in: bool  # so the page of the visit opens for her


class CalendarParts:
    """What mails of one kind about these visits do in calendars: asked once, and then told for each reader."""

    def __init__(self, kind: str, visits: Iterable[OpenVisit]) -> None:
        self.kind = kind
        asked = [opened.visit.id for opened in visits] if kind in CHANGE | TAKE_OUT else []
        self.holding = calendars_holding(Visit.__tablename__, asked) if asked else set()

    def holds(self, opened: OpenVisit, address: str) -> bool:
        """Whether an earlier mail has put the visit into that reader's calendar, and none has taken it out."""
        return (opened.visit.id, address) in self.holding

    def one_entry_each(self, visits: Sequence[OpenVisit], address: str) -> list[list[OpenVisit]]:
        """These visits in as few mails to that reader as end each of her entries: a mail has one (RFC 5546, 3.2.5)."""
        if sum(self.holds(opened, address) for opened in visits) > 1:
            return [[opened] for opened in visits]
        return [list(visits)]

    def of_presenter(self, opened: OpenVisit, person: Presenter, told_of: Collection[int]) -> str:
        """Her part; `told_of` are the presentations that her mail is about, which an entry that ends was made of."""
        seats = opened.of(person.id, *PROMISED)
        ids = {row.presentation_id for row in seats} or set(told_of)
        own = [row for row in opened.every if row.id in ids]
        tentative = any(row.state is AssignmentState.OFFERED for row in seats)
        user = person.user
        return self._part(opened, CalendarReader(user.email, user.language, own, tentative=tentative, signs_in=True))

    def of_school(self, opened: OpenVisit, address: str, language: str) -> str:
        """The part of a contact of its school."""
        tentative = opened.visit.state in NOT_SURE_YET
        reader = CalendarReader(address, language, opened.presentations, tentative=tentative, signs_in=False)
        return self._part(opened, reader)

    def _part(self, opened: OpenVisit, reader: CalendarReader) -> str:
        method = method_of(self.kind, held=self.holds(opened, reader.address))
        if method is None or not reader.presentations:
            return ""
        status = EntryStatus.TENTATIVE if reader.tentative else EntryStatus.CONFIRMED
        if method is Method.CANCEL:
            status = EntryStatus.CANCELLED
        entry = entry_of_visit(opened, reader.presentations, status, reader.language, signs_in=reader.signs_in)
        centre = db.session().get_one(Centre, opened.visit.centre_id)
        organizer = (centre.name(reader.language), centre.email or settings().mail_from)
        return ics.scheduling_message(entry, method, organizer, reader.address)

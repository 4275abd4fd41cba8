"""The calendar part of a mail about a visit: one entry for its reader, whatever the number of its presentations."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from scheduler.config import settings
from scheduler.core.db import db
from scheduler.messages import ics
from scheduler.messages.queries import newest_calendar_kinds
from scheduler.messages.rules import CHANGE, TAKE_OUT, method_of
from scheduler.messages.terms import CalendarPart, Method
from scheduler.people.models import Centre, Presenter
from scheduler.requests.queries.lineage import Contact
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.calendar_entries import entry_of_visit
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.states import NOT_SURE_YET, PROMISED, AssignmentState, EntryStatus


@dataclass(frozen=True)
class CalendarReader:
    """Whose calendar it is, and whether the page of a visit opens for her."""

    name: str
    address: str
    language: str
    signs_in: bool


def calendar_of_presenter(person: Presenter) -> CalendarReader:
    """A presenter's; her user must be loaded."""
    return CalendarReader(f"presenter-{person.id}", person.user.email, person.user.language, signs_in=True)


def calendar_of_contact(contact: Contact) -> CalendarReader:
    """That of who is written to about a request."""
    return CalendarReader(f"request-{contact.request_id}", contact.address, contact.language, signs_in=False)


class CalendarParts:
    """What mails of one kind about these visits do in calendars: asked once, and then told for each reader."""

    def __init__(self, kind: str, visits: Iterable[OpenVisit]) -> None:
        self.kind = kind
        asked = [opened.visit.id for opened in visits] if kind in CHANGE | TAKE_OUT else []
        self.newest = newest_calendar_kinds(Visit.__tablename__, asked) if asked else {}

    def holds(self, opened: OpenVisit, reader: CalendarReader) -> bool:
        """Whether an earlier mail has put the visit into that calendar, and none has taken it out."""
        kind = self.newest.get((opened.visit.id, reader.name))
        return kind is not None and kind not in TAKE_OUT

    def in_mails(self, told: Sequence[tuple[OpenVisit, CalendarReader]]) -> list[list[OpenVisit]]:
        """What one person is told of, in as few mails as can change each of her entries: a mail changes one."""
        if sum(self.holds(opened, reader) for opened, reader in told) > 1:
            return [[opened] for opened, _reader in told]
        return [[opened for opened, _reader in told]]

    def of_presenter(self, opened: OpenVisit, person: Presenter, told_of: Collection[int]) -> CalendarPart | None:
        """Her part; `told_of` are the presentations that her mail is about, which an entry that ends was made of."""
        seats = opened.of(person.id, *PROMISED)
        ids = {row.presentation_id for row in seats} or set(told_of)
        own = [row for row in opened.every if row.id in ids]
        tentative = any(row.state is AssignmentState.OFFERED for row in seats)
        return self._part(opened, calendar_of_presenter(person), own, tentative=tentative)

    def of_contact(self, opened: OpenVisit, contact: Contact) -> CalendarPart | None:
        """The part of a contact of its school."""
        tentative = opened.visit.state in NOT_SURE_YET
        return self._part(opened, calendar_of_contact(contact), opened.presentations, tentative=tentative)

    def _part(
        self, opened: OpenVisit, reader: CalendarReader, own: Sequence[Presentation], *, tentative: bool
    ) -> CalendarPart | None:
        method = method_of(self.kind, held=self.holds(opened, reader))
        if method is None or not own:
            return None
        status = EntryStatus.TENTATIVE if tentative else EntryStatus.CONFIRMED
        if method is Method.CANCEL:
            status = EntryStatus.CANCELLED
        entry = entry_of_visit(opened, own, status, reader.language, signs_in=reader.signs_in)
        centre = db.session().get_one(Centre, opened.visit.centre_id)
        organizer = (centre.name(reader.language), centre.email or settings().mail_from)
        return CalendarPart(ics.scheduling_message(entry, method, organizer, reader.address), reader.name)

"""How far what somebody is called reaches: a visitor types any word as her name, and any address as her own.

So what goes out of texts of others is looked for in her centre only, and of a name that a visitor has typed where she
asked only: else one erasure of a "School" would take that word out of all that anybody has written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true

from scheduler.attendance.models import VisitFeedback, VisitSurvey
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, PresenterNote, User
from scheduler.places.models import CallNote
from scheduler.privacy.terms import Subject
from scheduler.readiness.models import NumbersAsked
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.models.pick_ups import PickUp
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import CalendarEntry, DateWish, Presentation, Visit

SHORTEST_NAME = 5  # of a full name: a shorter one stands in too many words
FREE_TEXTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (SchoolRequest, ("question", "answer", "reason", "directions", "safeguarding_contact")),
    (Visit, ("reason", "safeguarding_contact")),
    (Presentation, ("reason",)),
    (DateWish, ("reason",)),
    (NumbersAsked, ("reason",)),
    (Drive, ("reason",)),
    (CallNote, ("text",)),
    (PresenterNote, ("text",)),
    (PickUp, ("who",)),
    (VisitFeedback, ("words",)),
    (VisitSurvey, ("words",)),
)  # where people type what they like: a name in them is taken out


@dataclass(frozen=True)
class Mention:
    """Words that mean her, and in which requests, visits, calls and messages they do."""

    said: str = field(repr=False)
    requests: ColumnElement[bool]
    visits: ColumnElement[bool]
    calls: ColumnElement[bool]
    messages: ColumnElement[bool]
    notes: ColumnElement[bool] = field(default_factory=false)  # of presenters: who only asked is in none

    def within(self, model: Any) -> ColumnElement[bool]:
        """Rows of one of FREE_TEXTS, messages or calendar texts in which the words mean her."""
        if model is SchoolRequest:
            return self.requests
        if model is Visit:
            return self.visits
        if model is CallNote:
            return self.calls
        if model is PresenterNote:
            return self.notes
        if model is OutboxMessage:
            return self.messages
        visits = select(Visit.id).where(self.visits)
        if model is CalendarEntry:
            return CalendarEntry.presentation_id.in_(select(Presentation.id).where(Presentation.visit_id.in_(visits)))
        of_visits: ColumnElement[bool] = model.visit_id.in_(visits)
        return of_visits


def to_her(subject: Subject) -> ColumnElement[bool]:
    """Messages to her address: for one centre its own, and those of no centre unless another one has her account."""
    hers = func.lower(OutboxMessage.address) == subject.email
    if subject.centre_id is None:
        return hers
    elsewhere = exists(select(User.id).where(User.email == subject.email, User.centre_id != subject.centre_id))
    nobodys = and_(OutboxMessage.centre_id.is_(None), ~elsewhere)
    return and_(hers, or_(OutboxMessage.centre_id == subject.centre_id, nobodys))


def mentions_of(subject: Subject) -> Iterator[Mention]:
    """Her address and her names, each as far as it means her."""
    yield _in_the_centre(subject, subject.email)
    for name in subject.names:
        whole = len(name) >= SHORTEST_NAME and len(name.split()) > 1
        if whole and name in subject.names_by_staff:
            yield _in_the_centre(subject, name)
        elif len(name) >= SHORTEST_NAME:
            yield _where_she_asked(subject, name, also_at_the_host=whole)


def _in_the_centre(subject: Subject, said: str) -> Mention:
    own = subject.centre_id
    if own is None:
        return Mention(said, true(), true(), true(), true(), true())
    hosts = select(SchoolRequest.host_id).where(SchoolRequest.centre_id == own)
    return Mention(
        said,
        SchoolRequest.centre_id == own,
        Visit.centre_id == own,
        CallNote.host_id.in_(hosts),
        or_(OutboxMessage.centre_id == own, _about(select(Visit.id).where(Visit.centre_id == own))),
        PresenterNote.presenter_id.in_(select(Presenter.id).where(Presenter.centre_id == own)),
    )


def _where_she_asked(subject: Subject, said: str, *, also_at_the_host: bool) -> Mention:
    own = SchoolRequest.id.in_(subject.request_ids)
    visits = Visit.school_request_id.in_(subject.request_ids)
    asked = and_(OutboxMessage.about == SchoolRequest.__tablename__, OutboxMessage.about_id.in_(subject.request_ids))
    about = or_(asked, _about(select(Visit.id).where(visits)))
    calls = CallNote.host_id.in_(select(SchoolRequest.host_id).where(own))
    if not also_at_the_host:
        return Mention(said, own, visits, calls, about)
    hosts = select(SchoolRequest.host_id).where(own).scalar_subquery()
    here: ColumnElement[bool] = true()
    there: ColumnElement[bool] = true()
    if subject.centre_id is not None:
        here, there = SchoolRequest.centre_id == subject.centre_id, Visit.centre_id == subject.centre_id
    at_host = (and_(SchoolRequest.host_id.in_(hosts), here), and_(Visit.host_id.in_(hosts), there))
    return Mention(said, *at_host, calls, about)


def _about(visits: Select[int]) -> ColumnElement[bool]:
    return and_(OutboxMessage.about == Visit.__tablename__, OutboxMessage.about_id.in_(visits))

"""Telling by word: beside the mails, somebody calls or writes on Viber; that it was done is kept, not what was said."""

import datetime as dt

from scheduler import policy
from scheduler.acts import change
from scheduler.core.errors import GroundReason, Rejected
from scheduler.messages import mail
from scheduler.messages.queries import own_text
from scheduler.messages.terms import Channel, TextKind
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.readiness.models import ToldNote
from scheduler.readiness.queries.told_notes import asked_for, tellable, told_values
from scheduler.readiness.terms import ToldDraft, ToldHow, ToldWhat
from scheduler.requests.terms.school_request import RequestState
from scheduler.requests.wording import mail_words
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.rows import VisitPage

LETTERS = {
    ToldWhat.OFFER: "visit_offered",
    ToldWhat.CONFIRMATION: "visit_confirmed",
    ToldWhat.CHANGE: "visit_moved",
}


def text_to_tell(page: VisitPage, what: ToldWhat, language: str, *, now: dt.datetime) -> str:
    """The words of the mail without its secret link, to copy or to read aloud."""
    state = mail_words(RequestState.CONFIRMED, language)  # read by the confirmation alone
    own = own_text(page.visit.centre_id, TextKind(Channel.MAIL, LETTERS[what]), language)
    return mail.spoken(LETTERS[what], language, told_values(page.visit, language, now) | state, own)


def note_told(actor: Actor, page: VisitPage, draft: ToldDraft, *, now: dt.datetime) -> None:
    """Keep that the school or a presenter was told.

    Raises: NotAllowed, NotFound; Rejected for a presenter who cannot be told by word, and for an offer to a school.
    """
    policy.require(actor, "update", "visit", centre=policy.spot(page.visit))
    able = {member.presenter_id for member in tellable(page.visit)}
    if draft.presenter_id is not None and draft.presenter_id not in able:
        raise Rejected({"whom": GroundReason.NOT_A_CHOICE})
    if draft.what is ToldWhat.OFFER and draft.presenter_id is None:
        raise Rejected({"whom": VisitReason.OFFER_IS_FOR_PRESENTERS})
    _note(actor, page.visit.id, draft, now)


def note_told_of_change(actor: Actor, number: str, presenter_id: int, *, now: dt.datetime) -> None:
    """Keep that a presenter was called because her visit was moved, called off or given to somebody else.

    Raises: NotAllowed; NotFound for who was never asked; Rejected for a minor, whose guardian is called (TRUST S49).
    """
    visit, adult_on = asked_for(number, presenter_id)
    policy.require(actor, "update", "visit", centre=policy.spot(visit))
    if is_minor(adult_on, visit.on_day):
        raise Rejected({"whom": GroundReason.NOT_A_CHOICE})
    _note(actor, visit.id, ToldDraft(ToldWhat.CHANGE, ToldHow.PHONE, presenter_id), now)


def _note(actor: Actor, visit_id: int, draft: ToldDraft, now: dt.datetime) -> None:
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        act.session.add(
            ToldNote(
                visit_id=opened.visit.id,
                presenter_id=draft.presenter_id,
                what=draft.what,
                how=draft.how,
                told_at=now,
                told_by_id=actor.user_id,
            )
        )
        whom = "school" if draft.presenter_id is None else f"presenter:{draft.presenter_id}"
        details = {"what": draft.what.value, "how": draft.how.value, "whom": whom}
        act.record("visit told", opened.visit, details=details)

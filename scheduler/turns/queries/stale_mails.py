"""What became of that which a mail is about, since it was written."""

from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Presenter, User
from scheduler.requests.models import SchoolRequest
from scheduler.turns.terms import MailSince, RequestSince, VisitSince
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState


def mail_since(message_id: int) -> MailSince | None:
    """A mail with what its rows say now; None when there is no such mail."""
    mail = db.session().get(OutboxMessage, message_id)
    if mail is None:
        return None
    newer = db.session().execute(
        select(OutboxMessage.id, OutboxMessage.kind)
        .where(
            OutboxMessage.id > mail.id,
            OutboxMessage.address == mail.address,
            OutboxMessage.about == mail.about,
            OutboxMessage.about_id == mail.about_id,
            OutboxMessage.state != MessageState.STOPPED,
        )
        .order_by(OutboxMessage.kind != mail.kind, OutboxMessage.id.desc())
        .limit(1)
    )
    next_one = newer.one_or_none()
    return MailSince(
        mail.kind,
        mail.edited_at or mail.created_at,
        next_one.id if next_one else None,
        anew=next_one is not None and next_one.kind == mail.kind,
        visit=_visit_since(mail),
        request=_request_since(mail),
    )


def _visit_since(mail: OutboxMessage) -> VisitSince | None:
    visit = db.session().get(Visit, mail.about_id) if mail.about == Visit.__tablename__ else None
    if visit is None:
        return None
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    seats = seats.where(Presentation.visit_id == visit.id)
    of_reader = seats.join(Presenter, Presenter.id == Assignment.presenter_id).join(User, User.id == Presenter.user_id)
    left = (AssignmentState.WITHDRAWN, AssignmentState.REPLACED)
    asked = Assignment.state == AssignmentState.OFFERED
    hers = of_reader.where(User.email == mail.address)
    own = db.session().scalar(hers.limit(1)) is not None  # a guardian's copy has no seat of its own
    return VisitSince(
        visit.number,
        visit.on_day,
        visit.state,
        visit.state_since,
        visit.moved_at,
        left_at=db.session().scalar(
            seats.where(Assignment.state.in_(left)).with_only_columns(func.max(Assignment.state_since))
        ),
        asked=db.session().scalar((hers if own else seats).where(asked).limit(1)) is not None,
    )


def _request_since(mail: OutboxMessage) -> RequestSince | None:
    asked = db.session().get(SchoolRequest, mail.about_id) if mail.about == SchoolRequest.__tablename__ else None
    return RequestSince(asked.number, asked.state, asked.state_since) if asked is not None else None

"""Concerns and hand-offs that no act of the product has written, or ended: for `invariants check`. Ids only."""

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from scheduler.concerns.models import Concern, ConcernAbout, HandOff
from scheduler.concerns.terms import SpokenUpBy
from scheduler.core.audit import without_line
from scheduler.core.db import db
from scheduler.visits.models.visits import Assignment, Presentation


def violations() -> list[str]:
    """One plain sentence for each row without its line in the audit, and for each person whom no act has named."""
    lacking = (
        ("concern", without_line(Concern, "concern reported", at=Concern.reported_at)),
        ("end of concern", without_line(Concern, "concern ended", at=Concern.ended_at)),
        ("hand-off", without_line(HandOff, "hand-off noted", at=HandOff.noted_at)),
    )
    sentences = [f"{what} {ident} has no audit row" for what, idents in lacking for ident in idents]
    return sentences + _added_to_concerns()


def _added_to_concerns() -> list[str]:
    """Presenters whom no act can have named in that concern.

    A concern about a visit names its crew; one by staff about one presenter names nobody else; and one by anybody, of
    a day on which no visit was found, names nobody.
    """
    named = select(ConcernAbout.concern_id, ConcernAbout.presenter_id).join(Concern)
    impossible = or_(_of_no_crew(), _second(), _of_no_visit())
    found = db.session().execute(named.where(impossible).order_by(ConcernAbout.id))
    return [f"presenter {presenter_id} was never named in concern {concern_id}" for concern_id, presenter_id in found]


def _of_no_crew() -> ColumnElement[bool]:
    sat = exists().where(
        Presentation.visit_id == Concern.visit_id,
        Assignment.presentation_id == Presentation.id,
        Assignment.presenter_id == ConcernAbout.presenter_id,
    )
    return and_(Concern.visit_id.is_not(None), ~sat)


def _second() -> ColumnElement[bool]:
    first = aliased(ConcernAbout)
    earlier = exists().where(first.concern_id == Concern.id, first.id < ConcernAbout.id)
    return and_(Concern.visit_id.is_(None), Concern.on_day.is_(None), earlier)


def _of_no_visit() -> ColumnElement[bool]:
    by_anybody = Concern.spoken_up_by == SpokenUpBy.ANYBODY
    return and_(Concern.visit_id.is_(None), Concern.on_day.is_not(None), by_anybody)

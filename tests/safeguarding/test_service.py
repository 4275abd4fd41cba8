import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.safeguarding import service
from scheduler.safeguarding.models import Vetting
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.visits.queries.clearance import ONLINE, clearance
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.safeguarding import a_cleared_educator, make_consent, make_vetting

TODAY = MONDAY.date()
CLEARED = VettingDraft(VettingResult.CLEARED, TODAY, TODAY + dt.timedelta(days=365))


def an_officer_of(presenter: Presenter, role: Role = Role.SAFEGUARDING) -> Actor:
    return an_actor(role, centre_id=presenter.centre_id)


def cleared_presenters(day: dt.date) -> set[int]:
    """Who may enter a school on a day, as crews are judged."""
    people = db.session.scalars(select(Presenter.id)).all()
    return {one for one, reasons in clearance(people, day, ONLINE).items() if not reasons}


def a_minor() -> Presenter:
    return make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 1), email="tara@home.example")


@pytest.mark.postgres_decides
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR])
def test_a_result_is_recorded_with_its_days_and_who_recorded_it(app, role):
    presenter = make_presenter()
    actor = an_officer_of(presenter, role)
    assert cleared_presenters(TODAY) == frozenset()

    service.record_vetting(actor, presenter.id, CLEARED, now=MONDAY)

    row = db.session.scalars(select(Vetting)).one()
    assert (row.result, row.recorded_by_id, row.recorded_at) == (VettingResult.CLEARED, actor.user_id, MONDAY)
    assert cleared_presenters(TODAY) == {presenter.id}
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["vetting recorded"]


def test_nobody_records_her_own_result(app):
    presenter = make_presenter()
    both = Actor(frozenset({Role.EDUCATOR, Role.COORDINATOR}), presenter.user_id, presenter.centre_id, presenter.id)

    for actor in (both, presenter_actor(presenter)):
        with pytest.raises(NotAllowed):
            service.record_vetting(actor, presenter.id, CLEARED, now=MONDAY)
    assert db.session.scalars(select(Vetting)).all() == []


def test_a_presenter_of_another_centre_does_not_exist(app):
    presenter = make_presenter()

    for call in (
        lambda: service.record_vetting(an_actor(Role.SAFEGUARDING), presenter.id, CLEARED, now=MONDAY),
        lambda: service.record_vetting(an_actor(Role.SAFEGUARDING), 4711, CLEARED, now=MONDAY),
    ):
        with pytest.raises(NotFound):
            call()


def test_who_is_cleared_depends_on_the_day(app):
    educator = make_presenter()
    make_vetting(educator.id, checked_on=TODAY, valid_until=TODAY + dt.timedelta(days=10))
    suspended = a_cleared_educator()
    with transaction() as session:
        session.get(Presenter, suspended.id).suspended_at = MONDAY

    assert cleared_presenters(TODAY - dt.timedelta(days=1)) == frozenset()
    assert cleared_presenters(TODAY + dt.timedelta(days=10)) == {educator.id}
    assert cleared_presenters(TODAY + dt.timedelta(days=11)) == frozenset()


def test_a_young_person_below_fifteen_is_not_cleared_yet(app):
    young = make_presenter(PresenterKind.INFLUENCER, birth_date=dt.date(2011, 10, 1))
    make_vetting(young.id)
    make_consent(young.id)

    assert cleared_presenters(dt.date(2026, 9, 30)) == frozenset()
    assert cleared_presenters(dt.date(2026, 10, 1)) == {young.id}

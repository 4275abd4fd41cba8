"""Panels: put before the youth, rated once each, closed; nothing says who answered what."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler import policy
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.panels import queries, service
from scheduler.panels.models import PanelSeat
from scheduler.panels.terms import PanelQuestion
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.posts.service import move_post
from scheduler.posts.terms import PostState
from scheduler.privacy.service.erasure import erase_subject
from tests.factories import MONDAY
from tests.factories.panels import AFTERWARDS, IN_A_WEEK, a_panel_draft, an_open_panel, rated, some_youth
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.posts import planned
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_guardian
from tests.refusals import conflict, rejection

TODAY = MONDAY.date()
FIFTEEN = dt.date(2011, 3, 1)
ANSWERS = {PanelQuestion.CLEAR: 2, PanelQuestion.WOULD_SHARE: 1}
pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(session):
    return an_actor()


@pytest.fixture
def youth(desk):
    return some_youth(desk.centre_id)


def seats() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(PanelSeat.presenter_id).order_by(PanelSeat.presenter_id)))


def row(desk, number, today=TODAY):
    db.session.rollback()
    return queries.panel_of(desk, number, today=today)


def test_five_rate_a_draft_and_its_sums_are_read_once_it_is_closed(desk, youth):
    number = an_open_panel(desk)
    rated(number, youth[:4])
    service.rate_panel(presenter_actor(youth[4]), number, ANSWERS, now=MONDAY)

    assert row(desk, number).sums == {}
    assert row(desk, number).rated == 0
    assert seats() == [one.id for one in youth]
    assert service.close_due(AFTERWARDS) == 1
    assert service.close_due(AFTERWARDS) == 0

    read = row(desk, number)
    assert (read.closed, read.rated) == (True, 5)
    assert read.sums == {PanelQuestion.CLEAR: (0, 1, 0, 4), PanelQuestion.WOULD_SHARE: (1, 0, 4, 0)}
    assert read.mean(PanelQuestion.CLEAR) == 3.6
    assert seats() == []
    assert queries.violations() == []


def test_what_four_have_rated_is_never_shown_and_who_is_erased_leaves_her_answer(desk, youth):
    number = an_open_panel(desk)
    rated(number, youth[:4])
    service.close_panel(desk, number, now=MONDAY)
    service.close_panel(desk, number, now=MONDAY)
    read = row(desk, number)
    assert (read.closed, read.rated, read.sums) == (True, 0, {})
    assert seats() == []

    number = an_open_panel(desk)
    rated(number, youth[:1])
    admin = an_actor(Role.ADMINISTRATOR, centre_id=desk.centre_id)
    with transaction() as session:
        email = session.scalar(sa.select(User.email).where(User.id == youth[0].user_id))
    erase_subject(admin, email, centre_id=desk.centre_id, now=MONDAY)
    rated(number, youth[1:])
    service.close_panel(desk, number, now=MONDAY)

    assert row(desk, number).rated == 5
    assert queries.violations() == []
    assert IN_A_WEEK > TODAY


def test_nobody_rates_twice_or_too_late_or_leaves_a_question_out(desk, youth):
    number = an_open_panel(desk)
    rated(number, youth[:1])
    with conflict("rated_already"):
        service.rate_panel(presenter_actor(youth[0]), number, ANSWERS, now=MONDAY)
    with rejection(would_share="missing"):
        service.rate_panel(presenter_actor(youth[1]), number, {PanelQuestion.CLEAR: 2}, now=MONDAY)
    with conflict("panel_is_over"):
        service.rate_panel(presenter_actor(youth[1]), number, ANSWERS, now=AFTERWARDS)
    assert seats() == [youth[0].id]


def test_who_has_rated_is_in_no_audit_row_and_in_no_answer(desk, youth):
    number = an_open_panel(desk)
    with transaction() as session:
        before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    rated(number, youth)
    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
    assert [one.number for one in queries.panels_to_rate(presenter_actor(youth[0]), MONDAY)] == []


def test_under_sixteen_only_who_has_a_consent_is_asked(desk, youth):
    number = an_open_panel(desk)
    young = {"centre_id": desk.centre_id, "birth_date": FIFTEEN}
    with_consent, without = a_cleared_minor(**young), make_presenter(PresenterKind.INFLUENCER, **young)
    withdrawn, older = (
        make_presenter(PresenterKind.INFLUENCER, **young),
        make_presenter(PresenterKind.INFLUENCER, centre_id=desk.centre_id, birth_date=dt.date(2010, 3, 1)),
    )
    make_guardian(withdrawn.id)
    make_consent(withdrawn.id, withdrawn_at=MONDAY)

    assert queries.number_asked(desk.centre_id, TODAY) == 7
    for one in (without, withdrawn):
        assert queries.panels_to_rate(presenter_actor(one), MONDAY) == []
        with pytest.raises(NotFound):
            service.rate_panel(presenter_actor(one), number, ANSWERS, now=MONDAY)
    rated(number, [with_consent, older])
    assert seats() == [with_consent.id, older.id]


def test_nobody_else_rates_reads_or_closes(desk, youth):
    number = an_open_panel(desk)
    educator = a_cleared_educator(centre_id=desk.centre_id)
    stranger, elsewhere = a_cleared_minor(), an_actor()
    suspended = a_cleared_minor(centre_id=desk.centre_id)
    with transaction() as session:
        session.get_one(Presenter, suspended.id).suspended_at = MONDAY

    guardian = policy.guardian(1, youth[0].id)  # of who is asked: she speaks for herself here
    for one in (presenter_actor(educator), desk, guardian):
        with pytest.raises(NotAllowed):
            service.rate_panel(one, number, ANSWERS, now=MONDAY)
        with pytest.raises(NotAllowed):
            queries.panels_to_rate(one, MONDAY)
    for one in (stranger, suspended):
        with pytest.raises(NotFound):
            service.rate_panel(presenter_actor(one), number, ANSWERS, now=MONDAY)
    for one in (presenter_actor(youth[0]), presenter_actor(educator), an_actor(Role.SAFEGUARDING)):
        with pytest.raises(NotAllowed):
            queries.panel_of(one, number, today=TODAY)
        with pytest.raises(NotAllowed):
            service.close_panel(one, number, now=MONDAY)
    with pytest.raises(NotFound):
        queries.panel_of(elsewhere, number, today=TODAY)
    with pytest.raises(NotFound):
        service.close_panel(elsewhere, number, now=MONDAY)
    assert queries.panels_about(presenter_actor(educator), today=TODAY, programme_id=1) == []


def test_a_planned_post_is_rated_as_it_was_put(desk, youth):
    post = planned(desk, text_sr_cyrl="Реагуј!", text_en="React!")
    number = an_open_panel(desk, post_number=post)
    read = row(desk, number)
    assert (read.post_number, read.text("en"), read.text("sr_Latn")) == (post, "React!", "Reaguj!")
    assert [one.number for one in queries.panels_about(desk, today=TODAY, post_number=post)] == [number]
    assert [one.number for one in queries.panels_of(desk, 1, today=TODAY).rows] == [number]
    move_post(desk, post, PostState.DROPPED, now=MONDAY)
    with conflict("post_is_out"):
        an_open_panel(desk, post_number=post)


def test_too_few_young_people_and_things_of_others_are_refused(desk):
    some_youth(desk.centre_id, 4)
    with conflict("too_few_to_ask"):
        an_open_panel(desk)
    with rejection(programme="unknown"):
        service.open_panel(desk, a_panel_draft(programme_id=make_programme().id), now=MONDAY)
    with rejection(last_day="in_the_past"):
        an_open_panel(desk, last_day=TODAY)
    with pytest.raises(NotFound):
        an_open_panel(desk, post_number=planned(an_actor()))

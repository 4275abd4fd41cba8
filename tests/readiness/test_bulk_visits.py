"""Several visits are offered or confirmed with one press: previewed, each by itself, taken back while mails wait."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.messages.queries import due_ids
from scheduler.messages.terms import MessageState
from scheduler.people.models import Presenter
from scheduler.readiness.models import UndoableVisitAct
from scheduler.readiness.service.bulk_visits import act_on_visits, preview_visits, take_back_visits
from scheduler.readiness.terms import BulkVisitAct, ChosenVisit
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.staffing.queries.young_load import violations
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.staffing import make_busy
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import UNTIL, Scene, another_visit

OFFER, CONFIRM = BulkVisitAct.OFFER, BulkVisitAct.CONFIRM
LATER = MONDAY + dt.timedelta(hours=1)
SOON = LATER + MAIL_WAITS / 2


def until(_starts_at):
    return UNTIL


def number_of(scene: Scene) -> str:
    return db.session.get_one(Visit, scene.visit_id).number


def ticks(*scenes: Scene) -> list[ChosenVisit]:
    db.session.expire_all()
    return [ChosenVisit(one.visit_id, db.session.get_one(Visit, one.visit_id).version) for one in scenes]


def preview(what: BulkVisitAct, *scenes: Scene):
    return preview_visits(scenes[0].coordinator, what, [number_of(one) for one in scenes], until=until, now=LATER)


def act(what: BulkVisitAct, *scenes: Scene, chosen: list[ChosenVisit] | None = None):
    return act_on_visits(scenes[0].coordinator, what, chosen or ticks(*scenes), until=until, now=LATER)


def standing(scene: Scene):
    """All that an act changes: states and since when, deadlines, drivers, kilometres."""
    db.session.rollback()
    db.session.expire_all()
    visit = db.session.get_one(Visit, scene.visit_id)
    asked = db.session.get_one(SchoolRequest, scene.asked.id)
    sittings = db.session.scalars(select(Presentation).where(Presentation.visit_id == visit.id)).all()
    seats = db.session.scalars(
        select(Assignment).where(Assignment.presentation_id.in_([one.id for one in sittings])).order_by(Assignment.id)
    ).all()
    drives = db.session.execute(
        select(Drive.presenter_id, Drive.planned_kilometres, Drive.planned_minutes).where(Drive.visit_id == visit.id)
    ).all()
    return (
        [(one.state, one.state_since, one.reason) for one in (visit, asked, *sittings, *seats)],
        [one.offered_until for one in seats],
        (visit.confirmed_at, visit.kilometres, drives),
    )


def letters() -> list[OutboxMessage]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def written_now() -> list[OutboxMessage]:
    return [one for one in letters() if one.created_at == LATER]


@pytest.fixture
def pair(session):
    """Two visits of one centre, each wants an adult and a young presenter, who are suggested."""
    first = Scene(influencers=1)
    second = another_visit(first, on_day=VISIT_DAY + dt.timedelta(days=1))
    for scene in (first, second):
        scene.suggested_to(scene.educator(), scene.minor())
    return first, second


@pytest.fixture
def accepted(session):
    """The same, once everybody has accepted."""
    first = Scene(influencers=1)
    second = another_visit(first, on_day=VISIT_DAY + dt.timedelta(days=1))
    for scene in (first, second):
        scene.accepted_by(scene.educator(), scene.minor())
    return first, second


@pytest.mark.both_databases
def test_several_visits_are_offered_and_stand_as_before_when_it_is_taken_back(pair):
    before = [standing(scene) for scene in pair]
    seen = preview(OFFER, *pair)
    assert (len(seen.rows), seen.left_out, seen.mails) == (2, (), 6)  # of each visit two presenters and a guardian
    assert [standing(scene) for scene in pair] == before
    assert written_now() == []

    done = act(OFFER, *pair)

    assert (done.visits, done.left_out) == (2, ())
    assert {one.state for one in db.session.scalars(select(Assignment))} == {AssignmentState.OFFERED}
    assert [(one.kind, one.not_before) for one in written_now()] == [("visit_offered", LATER + MAIL_WAITS)] * 6
    assert due_ids(10, SOON) == []

    back = take_back_visits(pair[0].coordinator, done.batch, now=SOON)

    assert (back.visits, back.kept) == (2, ())
    assert [standing(scene) for scene in pair] == before
    assert {one.state for one in written_now()} == {MessageState.STOPPED}
    with pytest.raises(NotFound):
        take_back_visits(pair[0].coordinator, done.batch, now=SOON)


@pytest.mark.both_databases
def test_several_visits_are_confirmed_and_stand_as_before_when_it_is_taken_back(accepted):
    before = [standing(scene) for scene in accepted]
    seen = preview(CONFIRM, *accepted)
    assert (len(seen.rows), seen.left_out, seen.mails, seen.silent) == (2, (), 8, 0)  # and a mail to each school
    assert seen.subject
    assert [standing(scene) for scene in accepted] == before

    done = act(CONFIRM, *accepted)

    assert done.visits == 2
    assert {one.state for one in db.session.scalars(select(Visit))} == {VisitState.CONFIRMED}
    assert {one.not_before for one in written_now()} == {LATER + MAIL_WAITS}

    assert take_back_visits(accepted[0].coordinator, done.batch, now=SOON).visits == 2

    assert [standing(scene) for scene in accepted] == before
    assert {one.state for one in written_now()} == {MessageState.STOPPED}


def test_an_offer_that_is_taken_back_leaves_the_calendars_with_a_higher_sequence(pair):
    first, _second = pair
    done = act(OFFER, first)
    sequence = db.session.scalars(select(Presentation.sequence).where(Presentation.visit_id == first.visit_id)).one()
    take_back_visits(first.coordinator, done.batch, now=SOON)

    db.session.expire_all()
    [row] = db.session.scalars(select(Presentation).where(Presentation.visit_id == first.visit_id))
    assert row.sequence == sequence + 1
    texts = db.session.scalars(select(CalendarEntry.text).where(CalendarEntry.presentation_id == row.id)).all()
    assert all(f"SEQUENCE:{row.sequence}\r" in text for text in texts)


def test_what_cannot_be_offered_is_named_with_its_reason_and_left_out(pair):
    first, second = pair
    nobody = another_visit(first)
    person = first.educator()
    clashing = another_visit(first), another_visit(first)  # at the same hour, each with the same adult
    for scene in clashing:
        scene.suggest(person)

    seen = preview(OFFER, first, second, nobody, *clashing)

    assert {row.id for row in seen.rows} == {first.visit_id, second.visit_id, clashing[0].visit_id}
    reasons = {one.visit_id: one.refused.reason for one in seen.left_out}
    assert reasons.keys() == {nobody.visit_id, clashing[1].visit_id}
    assert reasons[nobody.visit_id] == "nobody_suggested"

    done = act(OFFER, first, second, nobody, *clashing)

    assert done.visits == 3
    assert {one.visit_id: one.refused.reason for one in done.left_out} == reasons


def test_a_minor_is_not_offered_more_than_her_week_allows(pair):
    first, second = pair
    third = another_visit(first, on_day=VISIT_DAY + dt.timedelta(days=2))
    minor = first.minor()
    third.suggested_to(third.educator(), minor)
    make_busy(minor, *(VISIT_DAY + dt.timedelta(days=number) for number in (-1, 1, 3)))

    seen = preview(OFFER, first, second, third)

    assert [(one.number, one.refused.reason) for one in seen.left_out] == [(number_of(third), "young_week_full")]
    assert act(OFFER, third).visits == 0
    assert violations() == []


def test_a_crew_that_is_not_whole_is_not_confirmed(accepted):
    first, _second = accepted
    short = another_visit(first, on_day=VISIT_DAY + dt.timedelta(days=2))
    short.accepted_by(short.educator())

    seen = preview(CONFIRM, first, short)

    assert [row.id for row in seen.rows] == [first.visit_id]
    assert [(one.number, one.refused.reason) for one in seen.left_out] == [(number_of(short), "influencers_missing")]
    assert act(CONFIRM, short).visits == 0
    assert db.session.get_one(Visit, short.visit_id).state is VisitState.OFFERED


def test_a_visit_that_was_changed_after_the_preview_is_left_out_and_the_others_are_offered(pair):
    first, second = pair
    seen = ticks(first, second)
    suggest_presenter(first.coordinator, first.visit_id, first.educator().id, now=MONDAY)

    done = act(OFFER, *pair, chosen=seen)

    assert done.visits == 1
    assert [(one.visit_id, one.refused.reason) for one in done.left_out] == [(first.visit_id, "changed_meanwhile")]


def test_a_second_press_changes_nothing_and_writes_to_nobody(pair):
    seen = ticks(*pair)
    act(OFFER, *pair, chosen=seen)
    many = len(letters())

    again = act(OFFER, *pair, chosen=seen)

    assert (again.visits, again.left_out, again.batch) == (0, (), "")
    assert len(letters()) == many
    assert len(db.session.scalars(select(UndoableVisitAct)).all()) == 2


def test_who_has_answered_meanwhile_is_not_asked_back_and_the_other_visit_is(pair):
    first, second = pair
    done = act(OFFER, *pair)
    adult = db.session.scalars(
        select(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == first.visit_id)
        .order_by(Assignment.id)
    ).first()
    person = db.session.get_one(Presenter, adult.presenter_id)
    answer_offer(presenter_actor(person), first.visit_id, accepts=True, now=SOON)
    answered = standing(first)

    back = take_back_visits(first.coordinator, done.batch, now=SOON)

    assert (back.visits, back.kept) == (1, (number_of(first),))
    assert standing(first) == answered
    assert db.session.get_one(Visit, second.visit_id).state is VisitState.PLANNED


@pytest.mark.parametrize("what", [OFFER, CONFIRM])
@pytest.mark.parametrize("hindrance", ["it has left", "ten minutes", "another mail"])
def test_nothing_is_taken_back_once_somebody_can_have_read_it(request, what, hindrance):
    first, _second = request.getfixturevalue("pair" if what is OFFER else "accepted")
    done, now = act(what, first), SOON
    if hindrance == "ten minutes":
        now = LATER + MAIL_WAITS
    elif hindrance == "it has left":
        written_now()[-1].attempts = 1
        db.session.commit()
    else:
        db.session.add(_copy_of(written_now()[0], kind="checklist_opens", created_at=SOON))
        db.session.commit()
    after = standing(first)

    back = take_back_visits(first.coordinator, done.batch, now=now)

    assert (back.visits, back.kept) == (0, (number_of(first),))
    assert standing(first) == after
    assert MessageState.STOPPED not in {one.state for one in letters()}


def _copy_of(mail: OutboxMessage, **changed) -> OutboxMessage:
    values = {column.key: getattr(mail, column.key) for column in OutboxMessage.__table__.columns}
    return OutboxMessage(**{**values, "id": None, "message_id": "<another@school.example>", **changed})


@pytest.mark.parametrize("what", [OFFER, CONFIRM])
def test_only_a_coordinator_of_the_centre_acts_and_takes_back(request, what):
    first, _second = request.getfixturevalue("pair" if what is OFFER else "accepted")
    chosen, number = ticks(first), number_of(first)
    stranger, presenter = an_actor(centre_id=make_centre().id), presenter_actor(first.educator())
    before = standing(first)
    for actor, refusal in ((stranger, NotFound), (presenter, NotAllowed)):
        with pytest.raises(refusal):
            preview_visits(actor, what, [number], until=until, now=LATER)
        with pytest.raises(refusal):
            act_on_visits(actor, what, chosen, until=until, now=LATER)
    assert standing(first) == before

    done = act(what, first)
    after = standing(first)
    for actor, refusal in ((stranger, NotFound), (presenter, (NotAllowed, NotFound))):
        with pytest.raises(refusal):
            take_back_visits(actor, done.batch, now=SOON)
    assert standing(first) == after


def test_nothing_ticked_is_refused(pair):
    with pytest.raises(Rejected):
        act_on_visits(pair[0].coordinator, OFFER, [], until=until, now=LATER)

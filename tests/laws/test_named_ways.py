"""What must stay possible past the database's law has one named way each; and who meets that law reads its name.

Elsewhere, on both databases: a correction (attendance/test_locking.py), a reissue (certificates/test_service.py), an
import taken back (attendance/test_past_visits.py), the demo (below), a restore (cli/test_backup.py), a downgrade
(laws/test_database.py); and each test begins by emptying the tables (clean_tables.py).
"""

import logging

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.certificates.models import Certificate
from scheduler.cli.refusals import CommandGroup
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict
from scheduler.core.ways import NamedWay, OpenWay, opened_way, violations
from scheduler.demo import load as demo
from scheduler.jobs.invariants import tell_what_is_broken
from scheduler.jobs.staffing import release_not_cleared
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.certificates import make_certificate
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment
from tests.visits.defences import a_presentation, by_sql, put, refusal_of
from tests.visits.scene import Scene, mails, states, visit_of

THEN = "2026-10-05 08:00:00+00:00"
DELETE_PAPERS = "DELETE FROM certificate"


def a_paper(session: Session) -> Certificate:
    begun = a_locked_visit()
    return make_certificate(begun.visit, issued_at=LEAVING)


@pytest.mark.both_databases
@pytest.mark.parametrize("way", [NamedWay.RETENTION, NamedWay.ERASURE])
def test_what_is_forgotten_goes_on_its_way_only(session: Session, way: NamedWay) -> None:
    a_paper(session)
    assert refusal_of(lambda: by_sql(DELETE_PAPERS)) == "certificate_stays"
    assert refusal_of(lambda: by_sql("DELETE FROM head_count")) == "locked_counts_stay"

    with transaction() as inside, opened_way(inside, way):
        for table in ("certificate", "head_count", "attendance"):
            inside.execute(sa.text(f"DELETE FROM {table}"))

    session.rollback()
    assert session.scalars(sa.select(Certificate)).all() == []
    assert session.scalars(sa.select(OpenWay)).all() == []


@pytest.mark.both_databases
def test_a_name_is_forgotten_without_any_way(session: Session) -> None:
    a_paper(session)

    by_sql("UPDATE certificate SET holder_name = NULL")

    session.rollback()
    assert session.scalars(sa.select(Certificate.holder_name)).all() == [None]


@pytest.mark.both_databases
def test_an_error_closes_a_way_also_when_somebody_catches_it(session: Session) -> None:
    a_paper(session)
    with transaction() as inside:
        with pytest.raises(ZeroDivisionError), opened_way(inside, NamedWay.ERASURE):
            raise ZeroDivisionError

        assert inside.scalars(sa.select(OpenWay)).all() == []
        with pytest.raises(IntegrityError), inside.begin_nested():
            inside.execute(sa.text(DELETE_PAPERS))


@pytest.mark.both_databases
def test_a_way_that_stands_open_is_named(session: Session) -> None:
    by_sql("INSERT INTO open_way (way) VALUES ('erasure')")

    assert violations() == ["the way erasure stands open: the database does not defend what it guards"]


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_demo_comes_and_goes_on_its_way(session: Session) -> None:
    assert demo.load(MONDAY)
    assert demo.remove()

    session.rollback()
    assert session.scalars(sa.select(Assignment)).all() == []
    assert session.scalars(sa.select(OpenWay)).all() == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE guardian_consent SET withdrawn_at = '2026-10-06 18:00:00+00:00'",
        "INSERT INTO vetting (presenter_id, result, checked_on, valid_until, recorded_at) SELECT presenter_id,"
        " 'refused', '2026-10-06', '2026-10-06', '2026-10-06 18:00:00+00:00' FROM vetting",
    ],
)
def test_what_ended_after_a_visit_does_not_keep_its_heads_from_being_counted(session: Session, ending: str) -> None:
    presentation = a_presentation()
    adult = make_assignment(presentation, a_cleared_educator().id)
    minor = make_assignment(presentation, a_cleared_minor().id)
    by_sql(ending)

    put(minor, AssignmentState.PRESENT)
    put(adult, AssignmentState.PRESENT)

    session.expire_all()
    assert set(session.scalars(sa.select(Assignment.state))) == {AssignmentState.PRESENT}


@pytest.mark.both_databases
def test_the_job_writes_to_everybody_whom_the_database_has_freed(session: Session) -> None:
    scene = Scene(educators=1, influencers=1)
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    adult, minor = scene.educator(), scene.minor()
    scene.confirm(adult, minor)
    by_sql(f"UPDATE guardian_consent SET withdrawn_at = '{THEN}'")
    assert states(session, scene)[minor.id] == [AssignmentState.WITHDRAWN]
    assert mails(session, "visit_released") == []

    release_not_cleared.call_local()
    release_not_cleared.call_local()

    assert visit_of(session, scene).state is VisitState.OFFERED
    assert [mail.address for mail in mails(session, "crew_not_cleared")] == ["desk@ncc.example"]
    assert len(mails(session, "visit_released")) == 2  # hers, and her guardian's copy
    assert set(session.scalars(sa.select(Assignment.reason).where(Assignment.presenter_id == minor.id))) == {
        "not_cleared"
    }


def test_what_is_broken_is_mailed_to_every_administrator_once_a_night(session: Session) -> None:
    for name, role in (("one", Role.ADMINISTRATOR), ("other", Role.ADMINISTRATOR), ("desk", Role.COORDINATOR)):
        make_user(role, email=f"{name}@centre.example", password_hash="set")
    tell_what_is_broken.call_local()
    assert session.scalars(sa.select(OutboxMessage)).all() == []
    session.rollback()
    by_sql("INSERT INTO open_way (way) VALUES ('demo')")

    tell_what_is_broken.call_local()
    tell_what_is_broken.call_local()

    session.rollback()
    told = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.address)).all()
    assert [(one.kind, one.address) for one in told] == [
        ("law_broken", "one@centre.example"),
        ("law_broken", "other@centre.example"),
    ]
    assert "the way demo stands open" in told[0].text


# --- whoever meets the law reads its name ---


@pytest.mark.both_databases
@pytest.mark.parametrize("through", ["a service", "plain SQL"])
def test_a_page_says_which_law_of_the_database_refused(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture, through: str
) -> None:
    a_paper(session)
    session.rollback()
    with app.test_request_context("/?lang=en"), caplog.at_level(logging.WARNING):
        with pytest.raises((IntegrityError, Conflict)) as refusal:
            if through == "a service":
                with change(SYSTEM, MONDAY) as act:
                    act.session.execute(sa.text(DELETE_PAPERS))
            else:
                by_sql(DELETE_PAPERS)
        answer = app.make_response(app.handle_user_exception(refusal.value))

    assert answer.status_code == 409
    assert "A certificate stays as it was printed" in answer.get_data(as_text=True)
    assert {record.constraint for record in caplog.records if record.message == "refused by the database"} == {
        "certificate_stays"
    }


@pytest.mark.both_databases
def test_a_command_says_which_law_of_the_database_refused(app: Flask, session: Session) -> None:
    a_paper(session)
    session.rollback()
    group = CommandGroup("forget")

    @group.command("papers")
    def papers() -> None:
        by_sql(DELETE_PAPERS)

    answer = app.test_cli_runner().invoke(group, ["papers"])

    assert answer.exit_code == 2
    assert "Refused by the database, nothing was stored: certificate_stays." in answer.stderr

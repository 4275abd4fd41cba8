"""Where will a named minor be? Asked by who is no staff, no page, calendar or mail tells (TRUST S51, S54)."""

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User, UserRole
from scheduler.policy import Role
from scheduler.visits.models.visits import CalendarEntry, Visit
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import loaded_visit
from tests.factories import MONDAY
from tests.laws.page_reader import seen_on
from tests.loaded_demo import load_demo
from tests.web.browser import sign_in_as

PLANTED = "Zzprezime"
MOST = 150  # pages a reader


def plant() -> None:
    with transaction() as session:
        minors = sa.select(Presenter.user_id).where(Presenter.adult_on > MONDAY.date())
        session.execute(sa.update(User).where(User.id.in_(minors)).values(family_name=PLANTED))
        for visit_id in session.scalars(sa.select(Visit.id)).all():
            write_entries(session, loaded_visit(session, visit_id), now=MONDAY)


def pages_that_name(app: Flask, client: FlaskClient) -> set[str]:
    todo = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "<" not in rule.rule]
    seen, named = set(todo), set()
    for address in todo:
        answer = client.get(address)
        if PLANTED.encode() in answer.data:
            named.add(address)
        if answer.mimetype == "text/html":
            new = {
                link for link in seen_on(address, answer.text)[1] if not link.startswith(("/static", "/assets"))
            } - seen
            todo += sorted(new)[: max(0, MOST - len(seen))]
            seen |= new
    return named


def record_of_a_minor(app: Flask) -> str:
    """The sheet that a minor hands in at her own school: of her whole name only the first."""
    who = sa.select(sa.func.min(User.id)).join(Presenter).where(Presenter.adult_on > MONDAY.date())
    sheet = sign_in_as(app.test_client(), db.session.scalar(who)).get("/record")
    assert sheet.status_code == 200
    return sheet.text


def test_only_staff_reads_a_minors_surname(app: Flask):
    load_demo()
    plant()

    def user(role: Role) -> int:
        return db.session.scalar(sa.select(sa.func.min(User.id)).join(UserRole).where(UserRole.role == role))

    assert pages_that_name(app, sign_in_as(app.test_client(), user(Role.COORDINATOR))), "else this test sees nothing"
    assert pages_that_name(app, sign_in_as(app.test_client(), user(Role.EDUCATOR))) == set()
    assert PLANTED not in record_of_a_minor(app)
    assert pages_that_name(app, app.test_client()) == set()
    texts = [*db.session.scalars(sa.select(CalendarEntry.text)), *db.session.scalars(sa.select(OutboxMessage.text))]
    assert len(texts) > 10
    assert [text for text in texts if PLANTED in text] == []

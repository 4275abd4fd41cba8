"""Each page, table and file that names a minor to staff leaves its line in the audit (TRUST S34).

A coordinator walks through all that she can reach; what names a planted surname must be noted, page by page.
"""

import json
from collections import Counter
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter, User, UserRole
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.laws.page_reader import seen_on
from tests.loaded_demo import load_demo
from tests.web.browser import sign_in_as

PLANTED = "Zzprezime"
OF_A_PAGE = 4  # addresses of one page that are opened


def plant() -> None:
    """Every minor of the demo gets a surname that stands nowhere else."""
    with transaction() as session:
        minors = sa.select(Presenter.user_id).where(Presenter.adult_on > MONDAY.date())
        session.execute(sa.update(User).where(User.id.in_(minors)).values(family_name=PLANTED))


def endpoint_of(app: Flask, address: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path)[0])
    except HTTPException:
        return ""


def pages_that_name(app: Flask, client: FlaskClient) -> set[str]:
    """The pages within reach, link by link, that hold the planted surname: each is opened with a few addresses."""
    todo = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "<" not in rule.rule]
    opened, named = Counter[str](), set()
    for address in todo:
        page = endpoint_of(app, address)
        answer = client.get(address) if page and page != "static" and opened[page] < OF_A_PAGE else None
        opened[page] += 1
        if answer is None:
            continue
        if PLANTED.encode() in answer.data:
            named.add(page)
        if answer.mimetype == "text/html":
            todo += sorted(seen_on(address, answer.text)[1] - set(todo))
    return named


@pytest.mark.slow
def test_trust_s34_every_page_that_names_a_minor_to_staff_is_noted(app: Flask):
    load_demo()
    plant()
    reader = db.session.scalar(sa.select(sa.func.min(User.id)).join(UserRole).where(UserRole.role == Role.COORDINATOR))

    named = pages_that_name(app, sign_in_as(app.test_client(), reader))

    db.session.rollback()
    wanted = sa.select(AuditEntry.actor, AuditEntry.details).where(AuditEntry.action == MINOR_READ)
    lines = db.session.execute(wanted).all()
    assert {actor for actor, _details in lines} == {f"user:{reader}"}
    noted = {json.loads(details)["page"] for _actor, details in lines}
    assert named - noted == set()
    assert {"board.board", "board.place"} <= noted - named, "they name minors by their given names alone"
    assert len(named) >= 4, named  # the first page names no minor any more

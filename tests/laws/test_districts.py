"""Staff limited to districts: nothing that lies at a host elsewhere is listed, opened or changed, by any address.

And nothing of their own is locked: whatever a colleague without limits opens there, they open too.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.certificates.models import Certificate
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Centre, UserDistrict
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.waitlist.models import OpenDate
from scheduler.waitlist.service.dates import give_date
from scheduler.waitlist.terms import OpenDateDraft
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.laws.crawl import NUMBERS
from tests.laws.page_reader import seen_on
from tests.laws.routes import addresses, opened, plain_pages
from tests.laws.watch import Watch, nobody_notes_looks
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SAFEGUARDING)
SHARED = re.compile("/hosts(/|$)")  # schools belong to no centre: every coordinator reads their pages
OF_VISITS = ("visits", "own", "board", "readiness", "booking", "attendance")


@dataclass
class House:
    app: Flask
    limited: FlaskClient
    whole: FlaskClient
    own: sa.Select  # hosts within the districts
    centre_id: int

    def things(self, *, near: bool) -> dict[str, list[dict[str, str]]]:
        """For each blueprint true parts of addresses: a visit and a request of every state, papers, mails, dates."""
        visits, requests = self._of_each_state(Visit, near), self._of_each_state(SchoolRequest, near)
        of_visits = [{"number": one, "ordinal": "1", "presenter_id": _seated(one)} for one in visits]
        dates = sa.select(OpenDate.id).where(
            OpenDate.district_id.is_not(None) if near else OpenDate.district_id.is_(None),
            OpenDate.centre_id == self.centre_id,
        )
        found: dict[str, list[dict[str, str]]] = dict.fromkeys(OF_VISITS, of_visits)
        return found | {
            "requests": [{"number": one, "into": other} for one in requests for other in requests[:2]],
            "waitlist": [{"number": one} for one in requests]
            + [{"date_id": str(one)} for one in db.session.scalars(dates)],
            "certificates": [{"number": one} for one in self._papers(near)[:2]],
            "messages": [{"message_id": str(one)} for one in self._mails(near)],
        }

    def far(self) -> tuple[set[str], set[str]]:
        """What only others' things are called: the numbers of visits, requests and papers; the names of schools."""
        visits, requests = (
            sa.select(kind.number).where(kind.host_id.not_in(self.own), kind.centre_id == self.centre_id)
            for kind in (Visit, SchoolRequest)
        )
        papers = sa.select(Certificate.number).join(Visit, Visit.id == Certificate.visit_id)
        papers = papers.where(Visit.host_id.not_in(self.own))
        numbers = {one for wanted in (visits, requests, papers) for one in db.session.scalars(wanted)}
        near, far = (_names_of(where) for where in (Host.id.in_(self.own), Host.id.not_in(self.own)))
        return numbers, far - near

    def busiest(self) -> int:
        """The presenter with most visits elsewhere: whose page would tell most."""
        wanted = sa.select(Assignment.presenter_id).join(Presentation).join(Visit)
        wanted = wanted.where(Visit.centre_id == self.centre_id, Visit.host_id.not_in(self.own))
        order = sa.func.count(Visit.id.distinct()).desc(), Assignment.presenter_id
        return db.session.scalars(wanted.group_by(Assignment.presenter_id).order_by(*order)).first()

    def _of_each_state(self, kind: Any, near: bool) -> list[str]:
        here = kind.host_id.in_(self.own) if near else kind.host_id.not_in(self.own)
        wanted = sa.select(sa.func.max(kind.number)).where(kind.centre_id == self.centre_id, here)
        return list(db.session.scalars(wanted.group_by(kind.state).order_by(kind.state)))

    def _papers(self, near: bool) -> list[str]:
        here = Visit.host_id.in_(self.own) if near else Visit.host_id.not_in(self.own)
        wanted = sa.select(Certificate.number).join(Visit, Visit.id == Certificate.visit_id)
        return list(db.session.scalars(wanted.where(Visit.centre_id == self.centre_id, here).order_by(Certificate.id)))

    def _mails(self, near: bool) -> list[int]:
        """The newest mail about a visit and the newest about a request."""
        found = []
        for kind in (Visit, SchoolRequest):
            here = kind.host_id.in_(self.own) if near else kind.host_id.not_in(self.own)
            about = sa.select(kind.id).where(kind.centre_id == self.centre_id, here)
            mails = sa.select(OutboxMessage.id).where(OutboxMessage.about == kind.__tablename__)
            mails = mails.where(OutboxMessage.about_id.in_(about), OutboxMessage.centre_id == self.centre_id)
            found += db.session.scalars(mails.order_by(OutboxMessage.id.desc()).limit(1))
        return found


def _names_of(where: sa.ColumnElement[bool]) -> set[str]:
    rows = db.session.execute(sa.select(Host.name_sr_cyrl, Host.name_sr_latn).where(where))
    return {name for row in rows for name in row}


def _seated(number: str) -> str:
    wanted = sa.select(sa.func.max(Assignment.presenter_id)).join(Presentation).join(Visit)
    return str(db.session.scalar(wanted.where(Visit.number == number)) or 1)


@pytest.fixture
def house(app: Flask, monkeypatch: pytest.MonkeyPatch) -> House:
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    load_demo()
    centre_id = db.session.scalars(sa.select(Centre.id).where(Centre.slug == "ncc")).one()
    narrow, wide = (make_user(*STAFF, centre_id=centre_id) for _ in range(2))
    district_id = _busiest(centre_id)
    with transaction() as session:
        session.add(UserDistrict(user_id=narrow.id, district_id=district_id))
    for where in (None, district_id):
        _give_a_date(wide.actor(), where)
    towns = sa.select(Municipality.id).where(Municipality.district_id == district_id)
    own = sa.select(Host.id).where(Host.municipality_id.in_(towns))
    return House(app, browser_of(app, narrow), browser_of(app, wide), own, centre_id)


def _busiest(centre_id: int) -> int:
    """The district with most states of visits: it has something of everything, and the others have too."""
    wanted = sa.select(Municipality.district_id).select_from(Visit).join(Host, Host.id == Visit.host_id)
    wanted = wanted.join(Municipality, Municipality.id == Host.municipality_id).where(Visit.centre_id == centre_id)
    order = sa.func.count(sa.distinct(Visit.state)).desc(), sa.func.count().desc()
    return db.session.scalars(wanted.group_by(Municipality.district_id).order_by(*order)).first()


def _give_a_date(actor, district_id: int | None) -> None:
    where = [Municipality.district_id == district_id] if district_id else []
    programme_id = db.session.scalars(
        sa.select(SchoolRequest.programme_id)
        .join(Host, Host.id == SchoolRequest.host_id)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .join(Programme, Programme.id == SchoolRequest.programme_id)
        .where(SchoolRequest.centre_id == actor.centre_id, SchoolRequest.state == RequestState.WAITLISTED, *where)
    ).first()
    if programme_id is not None:
        day = MONDAY.date() + dt.timedelta(days=100)
        give_date(actor, OpenDateDraft(programme_id, day, dt.time(10), 24, district_id), now=MONDAY)


@pytest.fixture
def watch(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    nobody_notes_looks(monkeypatch)
    watching = Watch()
    yield watching
    watching.close()


def test_no_true_number_of_another_district_opens_or_changes_anything(house: House, watch: Watch):
    asked = list(addresses(house.app, house.things(near=False)))

    assert opened(house.limited, asked, watch) == []
    assert len(asked) > 300
    for part in ("/certificates/", "/waiting-list/dates/", "/messages/", "/merge-into/", "/attendance", "/campaign"):
        assert any(part in address for _method, address in asked), part


def test_what_a_colleague_opens_in_the_own_districts_is_open(house: House):
    """Acts, too: what is refused over its state or its form is refused to both alike."""
    asked = list(addresses(house.app, house.things(near=True)))
    locked = [
        (method, address)
        for method, address in asked
        if house.limited.open(address, method=method).status_code in (403, 404)
        and house.whole.open(address, method=method).status_code not in (403, 404)
    ]

    assert locked == []
    assert len(asked) > 200


def test_each_list_and_page_of_the_centre_that_a_colleague_opens_is_open_too(house: House):
    pages = plain_pages(house.app)
    refused = [
        address
        for address in pages
        if house.limited.get(address).status_code in (403, 404)
        and house.whole.get(address).status_code not in (403, 404)
    ]

    assert refused == ["/imports/template/visits.csv"]  # visits of before are imported by whoever reaches every school
    assert {"/imports", "/certificates/issued", "/desk"} <= set(pages)


def test_no_page_and_no_file_names_what_lies_in_another_district(house: House):
    """Every address without a part that changes, and one of each kind of link that leads on from there."""
    numbers, schools = house.far()
    todo = [*plain_pages(house.app), f"/people/{house.busiest()}"]
    met, told, asked = {_kind_of(address) for address in todo}, [], 0
    while todo:
        address = todo.pop(0)
        answer = house.limited.get(address)
        asked += answer.status_code == 200
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") or answer.is_json else ""
        foreign = numbers if SHARED.match(address) else numbers | schools
        told += [(address, one) for one in sorted(foreign) if one in text]
        links = seen_on(address, text)[1] if answer.mimetype == "text/html" else ()
        for link in sorted(links):
            if _kind_of(link) not in met:
                met.add(_kind_of(link))
                todo.append(link)

    assert told == []
    assert asked > 100
    assert len(numbers) > 100
    assert len(schools) > 100


def test_everything_at_once_is_for_those_who_reach_everything(house: House):
    pages = [browser.get("/imports?lang=en").text for browser in (house.whole, house.limited)]

    assert ["Download everything" in page for page in pages] == [True, False]
    assert ["of=visits" in page for page in pages] == [True, False]  # a file of past years is of a whole centre
    assert house.limited.post("/settings/export").status_code == 404


def _kind_of(address: str) -> str:
    """Filters and the order of a list reach no further; how a file is written does not either."""
    return re.sub(NUMBERS, "N", address.partition("?")[0])

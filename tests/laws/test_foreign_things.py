"""True numbers of things that are somebody else's: as if there were no such thing, by every route (TRUST S1, S2).

Staff limited to districts: nothing that lies at a host elsewhere is listed, opened or changed, by any address.
And nothing of their own is locked: whatever a colleague without limits opens there, they open too.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.certificates.models import Certificate
from scheduler.closures.models import Disruption
from scheduler.core.db import Base, db, transaction
from scheduler.feeds.models import FeedToken
from scheduler.keys.models import Passkey
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailabilityException, Centre, Presenter, SignIn, User, UserDistrict
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role
from scheduler.profiles.models import SignedProfile
from scheduler.programmes.models import Programme
from scheduler.proposals.models import PlanProposal, ProposedVisit
from scheduler.reports.models import SignedPeriod
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import COUNT_FIELDS
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.tours.models import CampaignTour
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.waitlist.models import OpenDate
from scheduler.waitlist.service.dates import give_date
from scheduler.waitlist.terms import OpenDateDraft
from scheduler.work.models import LongWork
from scheduler.work.terms import WorkKind, WorkState
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.keys import make_passkey, make_sign_in
from tests.factories.people import make_presenter, make_user, presenter_actor
from tests.factories.reports import make_signed_profile
from tests.factories.safeguarding import make_paper
from tests.factories.work import make_work
from tests.laws.crawl import NUMBERS
from tests.laws.page_reader import seen_on
from tests.laws.routes import addresses, opened, plain_pages
from tests.laws.watch import Watch
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SAFEGUARDING)
STORED = '{"batch_id": 1, "rows": 1, "new": 1, "changed": 0, "same": 0, "problems": 0, "hidden": 0}'
NUMBER = re.compile(r"[0-9A-Z-]*\d[0-9A-Z-]*")


@pytest.fixture
def house(showing_errors: Flask) -> Flask:
    load_demo()
    presenter = db.session.scalars(sa.select(Presenter).where(Presenter.centre_id == centre_of("ncc"))).first()
    make_feed(presenter)
    _what_the_demo_has_not(centre_of("ncc"))
    return showing_errors


def _what_the_demo_has_not(centre_id: int) -> None:
    """A file that was checked and one that was stored, a date that is held for a school, a paper that waits."""
    user = make_user(Role.ADMINISTRATOR, centre_id=centre_id)
    make_work(user, content=b"x")
    make_work(user, WorkKind.IMPORT_HOSTS, content=b"x", state=WorkState.DONE, result=STORED)
    programme_id = db.session.scalars(
        sa.select(SchoolRequest.programme_id).where(
            SchoolRequest.centre_id == centre_id, SchoolRequest.state == RequestState.WAITLISTED
        )
    ).first()
    day = MONDAY.date() + dt.timedelta(days=100)
    _signed_period(centre_id)
    make_signed_profile(user)
    guardians = sa.select(Guardian.presenter_id).join(Presenter, Presenter.id == Guardian.presenter_id)
    make_paper(db.session.scalars(guardians.where(Presenter.centre_id == centre_id)).first(), user.id)
    give_date(user.actor(), OpenDateDraft(programme_id, day, dt.time(10), 24), now=MONDAY)


def centre_of(slug: str) -> int:
    return db.session.scalars(sa.select(Centre.id).where(Centre.slug == slug)).one()


def one(column, *joined: tuple[type[Base], object], **given) -> str:
    wanted = sa.select(sa.func.max(column))
    for table, on in joined:
        wanted = wanted.join(table, on)
    return str(db.session.scalar(wanted.filter_by(**given)) or 0)


def things_of(centre_id: int) -> dict[str, list[dict[str, str]]]:
    """For each blueprint, sets of true parts of addresses that lead to things of the centre: every visit state once."""
    visits = db.session.execute(
        sa.select(sa.func.max(Visit.number), Visit.state).where(Visit.centre_id == centre_id).group_by(Visit.state)
    ).all()
    of_visits = [{"number": number, "ordinal": "1", "presenter_id": presenter_of(number)} for number, _state in visits]
    requests = db.session.execute(
        sa.select(sa.func.max(SchoolRequest.number), SchoolRequest.state)
        .where(SchoolRequest.centre_id == centre_id)
        .group_by(SchoolRequest.state)
    ).all()
    of_requests = [{"number": number} for number, _state in requests]
    people = people_of(centre_id)
    feeds = [{"feed_id": one(FeedToken.id)}]
    papers = [{"number": one(Certificate.number, (Visit, Visit.id == Certificate.visit_id), centre_id=centre_id)}]
    dates = db.session.scalars(sa.select(OpenDate.id).where(OpenDate.centre_id == centre_id)).all()
    works = db.session.scalars(sa.select(LongWork.id).where(LongWork.centre_id == centre_id)).all()
    programmes = db.session.scalars(sa.select(Programme.id).where(Programme.centre_id == centre_id)).all()
    seats = sa.select(PlanProposal.id, ProposedVisit.request_id).join(ProposedVisit)
    plans = db.session.execute(seats.where(PlanProposal.centre_id == centre_id).limit(1)).all()
    pairs = [{"number": one["number"], "into": other} for one in of_requests for other in _two_requests()]
    planned = [*of_visits, *of_requests, *({"date_id": str(one)} for one in dates)]
    return {
        "requests": [*of_requests, *pairs],
        "admin": [{"work_id": str(one)} for one in works] + [{"programme_id": str(one)} for one in programmes],
        **dict.fromkeys(("visits", "own", "board", "waitlist", "readiness", "booking"), planned),
        "attendance": of_visits,
        "people": people,
        "safeguarding": people,
        "feeds": feeds,
        "messages": [{"message_id": one(OutboxMessage.id, centre_id=centre_id)}],
        "certificates": papers,
        "closures": [{"closure_id": str(one)} for one in closures_of(centre_id)],
        "reports": [
            {"period_id": one(SignedPeriod.id, centre_id=centre_id)},
            {"profile_id": one(SignedProfile.id, centre_id=centre_id)},
        ],
        "proposals": [{"proposal_id": str(plan), "request_id": str(of), "place": "0"} for plan, of in plans],
        "tours": [{"tour_id": one(CampaignTour.id, centre_id=centre_id), "on": "2026-12-14", "slug": "show-respect"}],
    }


def people_of(centre_id: int) -> list[dict[str, str]]:
    """Presenters of the centre: of each kind one for every choice of what else there is to open about her."""
    presenters = sa.select(Presenter.id, Presenter.user_id, Presenter.kind).where(Presenter.centre_id == centre_id)
    rows = db.session.execute(presenters).all()
    somebody = db.session.get_one(User, rows[0].user_id)
    make_sign_in(somebody)
    make_passkey(somebody)
    found = {}
    for row in rows:
        more = {
            "exception_id": one(AvailabilityException.id, presenter_id=row.id),
            "consent_id": one(GuardianConsent.id, presenter_id=row.id),
            "paper_id": one(ConsentPaper.id, presenter_id=row.id),
            "sign_in_id": one(SignIn.id, user_id=row.user_id),
            "passkey_id": one(Passkey.id, user_id=row.user_id),
        }
        about = (row.kind, *(number != "0" for number in more.values()))
        found[about] = {"presenter_id": str(row.id), "user_id": str(row.user_id), **more}
    return list(found.values())


def closures_of(centre_id: int) -> list[int]:
    """Closures that have stopped a visit of the centre."""
    stopped = sa.select(Disruption.closure_id).join(Visit, Visit.id == Disruption.visit_id)
    return list(db.session.scalars(stopped.where(Visit.centre_id == centre_id).distinct()))


def _signed_period(centre_id: int) -> None:
    """A year that is signed off, so that somebody else's may be tried."""
    year, counts = year_of(2020), dict.fromkeys(COUNT_FIELDS, 0)
    with transaction() as session:
        session.add(
            SignedPeriod(centre_id=centre_id, first_day=year.first, last_day=year.last, signed_at=MONDAY, **counts)
        )


def _two_requests() -> list[str]:
    """An open request of each centre: what another one could be merged into."""
    wanted = sa.select(sa.func.max(SchoolRequest.number)).where(SchoolRequest.state == RequestState.NEW)
    return list(db.session.scalars(wanted.group_by(SchoolRequest.centre_id)))


def presenter_of(number: str) -> str:
    wanted = (
        sa.select(sa.func.max(Assignment.presenter_id))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Visit.number == number)
    )
    return str(db.session.scalar(wanted) or 1)


def test_staff_of_another_centre_open_nothing(house: Flask, watch: Watch):
    here, there = centre_of("cnzd"), centre_of("ncc")
    client = browser_of(house, make_user(*STAFF, Role.EDUCATOR, centre_id=here))
    asked = list(addresses(house, things_of(there)))

    everybodys = [one for one in asked if one[1].startswith("/closures/")]  # its own test stands below
    assert everybodys
    assert opened(client, [one for one in asked if one not in everybodys], watch) == []
    assert len({address.rsplit("/", 1)[-1] for _method, address in asked}) > 20
    assert len(asked) > 200
    for part in ("/imports/", "/work/", "/waiting-list/dates/", "/merge-into/", "/settings/programmes/", "/papers/"):
        assert any(part in address for _method, address in asked), part


@pytest.mark.parametrize("kind", list(PresenterKind))
def test_a_presenter_opens_nothing_of_a_colleague(house: Flask, watch: Watch, kind: PresenterKind):
    centre = centre_of("ncc")
    things = things_of(centre)
    stranger = make_presenter(kind, centre_id=centre)
    asked = list(addresses(house, things, presenter_actor(stranger)))
    assert opened(browser_of(house, stranger), asked, watch) == []
    assert len(asked) > 400


def test_the_own_centre_does_open_them(house: Flask):
    """Without this the others would prove nothing: the addresses are true ones. One of each kind is opened."""
    centre = centre_of("ncc")
    client = browser_of(house, make_user(*STAFF, centre_id=centre))
    asked = [address for method, address in addresses(house, things_of(centre)) if method == "GET"]
    kinds = {NUMBER.sub("N", address): address for address in asked}

    reached = [kind for kind, address in kinds.items() if client.get(address).status_code == 200]

    assert len(reached) > 30


def test_a_closure_is_everybodys_and_the_visits_that_it_stopped_are_their_centres(house: Flask, watch: Watch):
    """Snow is snow for every centre, so each may read and lift it; of what it stopped each sees its own alone."""
    here, there = centre_of("cnzd"), centre_of("ncc")
    ours, theirs = (browser_of(house, make_user(*STAFF, centre_id=centre)) for centre in (there, here))
    closure_id = closures_of(there)[0]
    stopped = sa.select(Visit).join(Disruption, Disruption.visit_id == Visit.id)
    visit = db.session.scalars(stopped.where(Disruption.closure_id == closure_id)).first()
    pages = [browser.get(f"/closures/{closure_id}") for browser in (ours, theirs)]
    assert [(page.status_code, visit.number in page.text) for page in pages] == [(200, True), (200, False)]

    proposed = re.findall(rf'name="day-{visit.id}" value="([\d-]+)"', pages[0].text)
    until = {"until_day": f"{MONDAY.day + 2}.{MONDAY.month}.{MONDAY.year}.", "until_time": "12:00"}
    watch.anything_stored()
    answers, stored = [], []
    for browser in (theirs, ours):
        answers.append(
            browser.post(f"/closures/{closure_id}/replan", data=until | {f"day-{visit.id}": proposed[0]}).status_code
        )
        stored.append(watch.anything_stored())
    assert (answers, stored) == ([422, 302], [False, True])


def test_a_foreign_presenter_goes_into_no_visit_of_ours(house: Flask, watch: Watch):
    here, there = centre_of("ncc"), centre_of("cnzd")
    client = browser_of(house, make_user(*STAFF, centre_id=here))
    stranger = db.session.scalars(sa.select(Presenter.id).where(Presenter.centre_id == there)).first()
    numbers = db.session.scalars(sa.select(Visit.number).where(Visit.centre_id == here, Visit.state == "planned")).all()
    mine = db.session.scalars(sa.select(Presenter.id).where(Presenter.centre_id == here)).first()
    days_off = db.session.scalars(
        sa.select(AvailabilityException.id)
        .join(Presenter, Presenter.id == AvailabilityException.presenter_id)
        .where(Presenter.centre_id == there)
    ).first()
    asked = [("POST", f"/visits/{number}/suggest/{stranger}") for number in numbers]
    asked += [("POST", f"/people/{mine}/exceptions/{days_off or 0}/remove")]

    assert numbers
    assert opened(client, asked, watch) == []


SHARED = re.compile("/hosts(/|$)")  # schools belong to no centre: every coordinator reads their pages
OF_VISITS = ("visits", "own", "board", "readiness", "booking", "attendance")


@dataclass
class Limits:
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
def limits(showing_errors: Flask) -> Limits:
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
    return Limits(showing_errors, browser_of(showing_errors, narrow), browser_of(showing_errors, wide), own, centre_id)


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


def test_no_true_number_of_another_district_opens_or_changes_anything(limits: Limits, watch: Watch):
    asked = list(addresses(limits.app, limits.things(near=False)))
    assert opened(limits.limited, asked, watch) == []
    assert len(asked) > 300
    for part in ("/certificates/", "/waiting-list/dates/", "/messages/", "/merge-into/", "/attendance", "/campaign"):
        assert any(part in address for _method, address in asked), part


def test_what_a_colleague_opens_in_the_own_districts_is_open(limits: Limits):
    """Acts, too: what is refused over its state or its form is refused to both alike."""
    asked = list(addresses(limits.app, limits.things(near=True)))
    locked = [
        (method, address)
        for method, address in asked
        if limits.limited.open(address, method=method).status_code in (403, 404)
        and limits.whole.open(address, method=method).status_code not in (403, 404)
    ]

    assert locked == []
    assert len(asked) > 200

    pages = plain_pages(limits.app)
    refused = [
        address
        for address in pages
        if limits.limited.get(address).status_code in (403, 404)
        and limits.whole.get(address).status_code not in (403, 404)
    ]

    assert refused == ["/imports/template/visits.csv"]  # visits of before are imported by whoever reaches every school
    assert {"/imports", "/certificates/issued", "/desk"} <= set(pages)

    pages = [browser.get("/imports?lang=en").text for browser in (limits.whole, limits.limited)]

    assert ["Download everything" in page for page in pages] == [True, False]
    assert ["of=visits" in page for page in pages] == [True, False]  # a file of past years is of a whole centre
    assert limits.limited.post("/settings/export").status_code == 404


def test_no_page_and_no_file_names_what_lies_in_another_district(limits: Limits):
    """Every address without a part that changes, and one of each kind of link that leads on from there."""
    numbers, schools = limits.far()
    todo = [*plain_pages(limits.app), f"/people/{limits.busiest()}"]
    met, told, asked = {_kind_of(address) for address in todo}, [], 0
    while todo:
        address = todo.pop(0)
        answer = limits.limited.get(address)
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


def _kind_of(address: str) -> str:
    """Filters and the order of a list reach no further; how a file is written does not either."""
    return re.sub(NUMBERS, "N", address.partition("?")[0])

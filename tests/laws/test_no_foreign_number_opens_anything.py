"""True numbers of things that are somebody else's: as if there were no such thing, by every route (TRUST S1, S2)."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.certificates.models import Certificate
from scheduler.closures.models import Disruption
from scheduler.core.db import Base, db, transaction
from scheduler.feeds.models import FeedToken
from scheduler.keys.models import Passkey
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import AvailabilityException, Centre, Presenter, SignIn, User
from scheduler.people.terms import PresenterKind
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
from tests.factories.people import make_presenter, make_user
from tests.factories.reports import make_signed_profile
from tests.factories.safeguarding import make_paper
from tests.factories.work import make_work
from tests.laws.routes import addresses, opened
from tests.laws.watch import Watch, nobody_notes_looks
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SAFEGUARDING)
STORED = '{"batch_id": 1, "rows": 1, "new": 1, "changed": 0, "same": 0, "problems": 0, "hidden": 0}'
NUMBER = re.compile(r"[0-9A-Z-]*\d[0-9A-Z-]*")


@pytest.fixture
def house(app: Flask, monkeypatch) -> Flask:
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    load_demo()
    presenter = db.session.scalars(sa.select(Presenter).where(Presenter.centre_id == centre_of("ncc"))).first()
    make_feed(presenter)
    _what_the_demo_has_not(centre_of("ncc"))
    return app


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


@pytest.fixture
def watch(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    nobody_notes_looks(monkeypatch)
    watching = Watch()
    yield watching
    watching.close()


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

    assert opened(browser_of(house, stranger), list(addresses(house, things)), watch) == []


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

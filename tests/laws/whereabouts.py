"""One visit with a minor in its crew, everybody who might seek her, and every way in that the URL map knows."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

import tests.factories
from scheduler import policy
from scheduler.attendance.sheet_models import SheetScan
from scheduler.board.service import place_visit
from scheduler.board.terms import Placing
from scheduler.closures.queries import affected_by
from scheduler.closures.service.close import close_hosts
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.core.errors import SchedulerError
from scheduler.jobs import long_work
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.places.models import Host, Municipality
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent
from scheduler.policy import ANONYMOUS, Actor, Role
from scheduler.programmes.models import Programme
from scheduler.proposals.service.propose import begin_proposal
from scheduler.proposals.terms.plan import PlanScope, ProposalDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import ConsentPaper, GuardianConsent
from scheduler.staffing.models.pick_ups import PickUp
from scheduler.staffing.queries.own_days import visits_to_leave
from scheduler.staffing.service.absence import report_absence
from scheduler.staffing.service.clearance import withdraw_consent
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.merge import join_presentations
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, lapse_offers, offer_visit
from scheduler.staffing.service.open_calls import open_call, put_up_hand
from scheduler.staffing.service.substitutes import seek_substitute, send_waves
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import NewTimes, VisitDraft
from scheduler.visits.terms.states import DUE, FIRM, LIVING, OFF_VISITS
from scheduler.web.guards import OPEN
from tests.factories import MONDAY
from tests.factories.attendance import make_sheet
from tests.factories.feeds import make_feed
from tests.factories.people import an_actor, limited_to, make_centre, make_user, presenter_actor, works
from tests.factories.places import make_host
from tests.factories.programmes import make_campaign, make_campaign_city, make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_paper
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY
from tests.laws.routes import NOBODY
from tests.web.browser import browser_of

HOUR = dt.timedelta(hours=1)
LONG = dt.timedelta(days=90)
HIDDEN = "Skrovišnica"  # the school's name, which nothing else bears
HIDDEN_CYRL = "Скровишница"
PLACES = ((HIDDEN_CYRL, 44.0), ("Далековица", 44.03))  # so near that the same hours are free in Niš after each
TWINS = (("Qmilica", "Qprvić"), ("Qzorana", "Qdrugić"))  # alike in all but this: two minors of one age from one town
FETCHER = "Qtetka"  # who fetches her, as her guardian typed it
# what is drawn anew each time: tokens, keys, numbers of calendar entries
RANDOM = re.compile(r"[A-Za-z0-9_.\-]{22,}|\b[0-9a-f]{16}(?=@)")
COUNTRY = Extent()
STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SAFEGUARDING)
OTHER_THINGS = (  # of which there is none here
    *("handover_id", "feed_id", "holiday_id", "entry_id", "exception_id", "work_id"),
    *("concern_id", "hand_off_id", "programme_id", "date_id", "offer_id", "period_id", "sign_in_id", "passkey_id"),
    *("proposal_id", "request_id", "place", "profile_id", "tour_id", "training_id", "version"),
)
# These tell of the machine, by the minute: names are sought there, but no two answers are alike.
MACHINE = ("/health", "/metrics")


class Seeker:
    """Somebody who might seek her: who she is, what she signs in with, and the parts of addresses that are her own."""

    def __init__(self, name: str, actor: Actor, client: FlaskClient, **own: str) -> None:
        self.name, self.actor, self.client, self.own = name, actor, client, own


@dataclass
class World:
    """A visit of two presentations, three educators and two minors who are twins but for their names.

    `twin` says which of the two stands in the crew, `place` which of two schools is visited, in districts of their own.
    Built twice, the rows of both worlds have the same numbers.
    """

    twin: int
    place: int = 0
    now: dt.datetime = MONDAY
    fetched: bool = False  # somebody is named who fetches her
    called: bool = False  # an open call tells every presenter of the centre of the visit
    people: list[Presenter] = field(default_factory=list)
    done: set[str] = field(default_factory=set)  # acts that were not refused
    near: list[str] = field(default_factory=list)  # numbers of what limited staff reach
    cards: list[int] = field(default_factory=list)  # ids of agreed requests that they reach
    plans: list[int] = field(default_factory=list)  # ids of the plans that they have drawn

    def __post_init__(self) -> None:
        tests.factories._numbers = itertools.count(1)
        with transaction() as session:
            self.centre_id = make_centre().id
            self.desk = an_actor(centre_id=self.centre_id, email="desk@centre.example")
            programme = make_programme(centre_id=self.centre_id, influencers=1)
            self.hosts = [make_host(name, lat=lat, lon=21.9) for name, lat in PLACES]
            self.host = self.hosts[self.place]
            campaign = make_campaign(programme=programme)
            for host in self.hosts:
                make_campaign_city(campaign, session.get_one(Municipality, host.municipality_id))
            self.slug = campaign.slug
            self.asked = make_school_request(
                RequestState.AGREED, programme=programme, host_id=self.host.id, campaign_id=campaign.id,
                room="Qsoba", contact_email="school@hidden.example",
            )  # fmt: skip
            self.educators = [
                works(a_cleared_educator(centre_id=self.centre_id, given_name=name, family_name="Marić"))
                for name in ("Ana", "Boris", "Vera")
            ]
            self.twins = [
                works(a_cleared_minor(centre_id=self.centre_id, given_name=given, family_name=family))
                for given, family in TWINS
            ]
            for one in self.twins:
                make_paper(one.id, self.desk.user_id)
            self.elsewhere = make_school_request(
                RequestState.NEW, programme=programme, contact_email="b@school.example"
            )
            self.foreign = make_user(*STAFF)
            self.stranger = works(a_cleared_educator(centre_id=self.foreign.centre_id))
        plans = [a_plan(dt.time(hour), room="Qsoba", expected_pupils=40) for hour in (10, 11)]
        draft = VisitDraft(programme.id, self.host.id, VISIT_DAY, tuple(plans), self.asked.id)
        visit = plan_visit(self.desk, draft, now=MONDAY)
        self.visit_id, self.number = visit.id, visit.number
        sittings = sa.select(Presentation.id).where(Presentation.visit_id == visit.id).order_by(Presentation.ordinal)
        self.sittings = list(db.session.scalars(sittings))
        self.people = [*self.educators, self.twins[self.twin]]
        make_sheet(self.number)

    def limited_staff(self) -> User:
        """Staff limited to a third district, Niš, where two visits touch this one and a request waits for its plan."""
        programme_id = self.asked.programme_id
        with transaction() as session:
            host = make_host("Близина")
            user = make_user(*STAFF, centre_id=self.centre_id)
            limited_to(user.id, host)
            asked = make_school_request(
                RequestState.AGREED, programme=session.get_one(Programme, programme_id), host_id=host.id
            )
        plans = [a_plan(dt.time(10, 30)), a_plan(dt.time(12, 30))]  # at the same hour; too soon for the drive
        visits = [
            plan_visit(self.desk, VisitDraft(programme_id, host.id, VISIT_DAY, (plan,)), now=self.now) for plan in plans
        ]
        self.near, self.cards = [asked.number, *(one.number for one in visits)], [asked.id]
        for last_day in (VISIT_DAY, VISIT_DAY + dt.timedelta(days=4)):
            draft = ProposalDraft(PlanScope(VISIT_DAY, last_day), nights=2, rides=True)
            self.plans.append(begin_proposal(user.actor(), draft, now=self.now).id)
            long_work.do_long_work.call_local()
        return user

    def walk(self, acts: list[tuple[str, int]]) -> None:
        for name, number in acts:
            self.now += HOUR
            try:
                getattr(self, name)(number)
            except SchedulerError:
                continue
            self.done.add(name)

    def who(self, number: int) -> Presenter:
        return self.people[number % len(self.people)]

    def suggest(self, number: int) -> None:
        """To both presentations, or to one of them."""
        which = (self.sittings, self.sittings[:1], self.sittings[1:])[number // 4 % 3]
        suggest_presenter(self.desk, self.visit_id, self.who(number).id, now=self.now, presentation_ids=which)
        hers = self.twins[self.twin].id
        if self.who(number).id == hers and not self.fetched:
            with transaction() as session:
                session.add(PickUp(visit_id=self.visit_id, presenter_id=hers, who=FETCHER, typed_at=MONDAY))
            self.fetched = True

    def offer(self, number: int) -> None:
        offer_visit(self.desk, self.visit_id, until=self.now + (number + 2) * HOUR, now=self.now)

    def accept(self, number: int) -> None:
        answer_offer(presenter_actor(self.who(number)), self.visit_id, accepts=True, now=self.now)

    def decline(self, number: int) -> None:
        answer_offer(presenter_actor(self.who(number)), self.visit_id, accepts=False, reason="ill", now=self.now)

    def lapse(self, _: int) -> None:
        lapse_offers(now=self.now)

    def release(self, number: int) -> None:
        withdraw_presenter(self.desk, self.visit_id, self.who(number).id, reason="asked elsewhere", now=self.now)

    def leave(self, number: int) -> None:
        """She says on her phone that she cannot come."""
        person, last = self.who(number), VISIT_DAY + dt.timedelta(days=9)
        seen = {row.number for row in visits_to_leave(person.id, VISIT_DAY, last, now=self.now)}
        report_absence(presenter_actor(person), VISIT_DAY, last, seen=seen, now=self.now)

    def replace(self, number: int) -> None:
        """On the board: one leaves, the next but one comes."""
        day = db.session.get_one(Visit, self.visit_id).on_day
        first = db.session.get_one(Presentation, self.sittings[0]).starts_local
        db.session.rollback()
        until, leaves, comes = self.now + 9 * HOUR, self.who(number).id, self.who(number + 2).id
        place_visit(self.desk, self.visit_id, Placing(day, first, until, leaves, comes), reason="x", now=self.now)

    def confirm(self, _: int) -> None:
        confirm_visit(self.desk, self.visit_id, now=self.now)

    def move(self, number: int) -> None:
        wish = NewTimes(VISIT_DAY + dt.timedelta(days=number % 3), {}, self.now + 9 * HOUR)
        move_visit(self.desk, self.visit_id, wish, now=self.now)

    def join(self, _: int) -> None:
        join_presentations(self.desk, self.visit_id, 1, 2, now=self.now)

    def rename(self, number: int) -> None:
        with transaction() as session:
            session.get_one(Host, self.host.id).address_sr_cyrl = f"Нова {number}"

    def cancel(self, _: int) -> None:
        cancel_visit(self.desk, self.visit_id, reason="exam", now=self.now)

    def shut(self, _: int) -> None:
        """Snow, in the whole country."""
        draft = ClosureDraft((COUNTRY,), VISIT_DAY, VISIT_DAY + dt.timedelta(days=1), ClosureReason.SNOW)
        close_hosts(self.desk, draft, seen=affected_by(self.desk, draft).visit_ids, now=self.now)

    def take_back(self, _: int) -> None:
        """The consent is withdrawn."""
        hers = sa.select(GuardianConsent.id).where(GuardianConsent.presenter_id == self.twins[self.twin].id)
        withdraw_consent(self.desk, db.session.scalars(hers).first(), now=self.now)

    def seek(self, _: int) -> None:
        seek_substitute(self.desk, self.visit_id, now=self.now)
        send_waves(now=self.now)

    def call(self, _: int) -> None:
        open_call(self.desk, self.visit_id, now=self.now)
        self.called = True

    def hand(self, number: int) -> None:
        put_up_hand(presenter_actor(self.who(number)), self.visit_id, now=self.now)

    def seats(self) -> list[Assignment]:
        db.session.rollback()
        wanted = sa.select(Assignment).where(Assignment.presentation_id.in_(self.sittings)).order_by(Assignment.id)
        return list(db.session.scalars(wanted, execution_options={"populate_existing": True}))

    def may_know(self, who: Presenter, seats: list[Assignment]) -> bool:
        """Whether she has accepted a presentation to which a minor goes or may go, and has not left it."""
        minors = {one.id for one in self.twins}
        hers = {seat.presentation_id for seat in seats if seat.presenter_id == who.id and seat.state in FIRM}
        theirs = {seat.presentation_id for seat in seats if seat.presenter_id in minors and seat.state in LIVING}
        return bool(hers & theirs)

    def reads_to_the_end(self, who: Presenter, seats: list[Assignment]) -> bool:
        """Whether the visit is off and she was asked until then: she reads that it is, as everybody of its crew."""
        off = db.session.get_one(Visit, self.visit_id).state in OFF_VISITS
        hers = {seat.presentation_id: seat.state_since for seat in seats if seat.presenter_id == who.id}
        since = [(db.session.get_one(Presentation, one).state_since, left) for one, left in hers.items()]
        return off and any(left >= stopped for stopped, left in since)

    def asked_until(self, who: Presenter, seats: list[Assignment]) -> dt.datetime | None:
        """Since when she is asked no more; None while she is, or if she never was."""
        hers = [seat for seat in seats if seat.presenter_id == who.id and seat.offered_until is not None]
        if not hers or any(seat.state in DUE for seat in hers):
            return None
        return max(seat.state_since for seat in hers)


def seekers_of(app: Flask, world: World) -> dict[str, Seeker]:
    """The educators of the centre, the staff and an educator of another one, another school, and anybody."""
    with transaction():
        secret = tokens.mint("status", world.elsewhere.id, lasts=LONG, now=MONDAY)
    presenters = dict(
        zip(("ana", "boris", "vera", "foreign educator"), (*world.educators, world.stranger), strict=True)
    )
    school = policy.school_contact(world.elsewhere.id, world.elsewhere.host_id)
    seekers = {
        name: Seeker(name, presenter_actor(one), browser_of(app, one), token=make_feed(one, name="phone"))
        for name, one in presenters.items()
    }
    for seeker in seekers.values():  # her account says that a calendar was there
        seeker.client.get(f"/feeds/{seeker.own['token']}.ics")
    other = world.twins[1 - world.twin]
    return {
        **seekers,
        "other minor": Seeker("other minor", presenter_actor(other), browser_of(app, other), token=make_feed(other)),
        "foreign staff": Seeker("foreign staff", world.foreign.actor(), browser_of(app, world.foreign)),
        "other school": Seeker("other school", school, app.test_client(), secret=secret),
        "anybody": Seeker("anybody", ANONYMOUS, app.test_client()),
    }


@dataclass(frozen=True)
class Answer:
    """What a way in says, without what is drawn anew each time."""

    status: int
    leads_to: str
    changed: str
    text: str


def parts_of(world: World, seeker: Seeker) -> dict[str, list[str]]:
    """What may stand in each part of an address: true numbers of the visit, of its people and of all about them."""
    days = [(VISIT_DAY + dt.timedelta(days=more)).isoformat() for more in range(3)]
    staff = Role.COORDINATOR in seeker.actor.roles
    twins = [one.id for one in world.twins]
    consents = sa.select(GuardianConsent.id).where(GuardianConsent.presenter_id.in_(twins))
    papers = sa.select(ConsentPaper.id).where(ConsentPaper.presenter_id.in_(twins))
    return {
        "number": [world.number, world.asked.number, *world.near] if staff else [world.number],
        "presenter_id": [str(one) for one in twins],
        "user_id": [str(one.user_id) for one in world.twins],
        "consent_id": [str(one) for one in db.session.scalars(consents)],
        "paper_id": [str(one) for one in db.session.scalars(papers)],
        "sheet_id": [str(one) for one in db.session.scalars(sa.select(SheetScan.id))],
        "message_id": [str(one) for one in db.session.scalars(sa.select(sa.func.max(OutboxMessage.id))) if one],
        "secret": [seeker.own.get("secret", "nothing")],
        "token": [seeker.own.get("token", "nothing")],
        "on": days,
        "ordinal": ["1", "2"],
        "into": [world.elsewhere.number],
        "into_id": [str(world.hosts[0].id)],
        "slug": [world.slug],
        "language": ["sr_Latn"],
        "host_id": [str(one.id) for one in world.hosts],
        "closure_id": ["1"],
        "part_id": ["1"],
        "programme_id": ["0", "1"],  # 0: of the whole centre
        **{part: ["nothing"] for part in ("code", "key", "name", "batch", "kind", "of", "filename")},
        "act": ["offer", "confirm"],
        **{part: [NOBODY] for part in OTHER_THINGS},
        "proposal_id": [NOBODY, *map(str, world.plans)],
    }


def addresses(rule: Rule, parts: dict[str, list[str]]) -> Iterator[str]:
    """The addresses of a rule, with each of the parts. KeyError: teach `parts_of` what may stand there."""
    names = sorted(rule.arguments)
    choices = [getattr(rule._converters.get(name), "items", None) or parts[name] for name in names]
    for values in itertools.product(*map(sorted, choices)):
        built: Any = rule.build(dict(zip(names, values, strict=True)))
        yield built[1]


def open_to(app: Flask, rule: Rule, seeker: Seeker) -> bool:
    """Whether a rule is worth trying: others refuse this seeker's role at the door, whatever stands in the address.

    A page that is public is tried without a sign-in, and by who holds a secret that it wants.
    """
    may = getattr(app.view_functions[rule.endpoint], "may", None)
    if may is None:
        return False
    if may == OPEN:
        wanted = {"secret", "token"} & rule.arguments
        return bool(wanted & seeker.own.keys()) or (seeker.name == "anybody" and not wanted)
    return seeker.name not in ("anybody", "other school") and policy.scope_of(seeker.actor, *may) is not None


def asked_for(world: World) -> str:
    """What is typed into the search and into every filter of a list."""
    monday = (VISIT_DAY - dt.timedelta(days=VISIT_DAY.weekday())).isoformat()
    cards = "".join(f"&card={one}" for one in world.cards)
    days = f"from={monday}&first={VISIT_DAY}&last={VISIT_DAY}&week={monday}"
    return f"presenter={world.twins[0].id}&{days}&host={world.hosts[0].id}{cards}"


def ways(app: Flask, world: World, seeker: Seeker) -> Iterator[str]:
    """Every address that the seeker can open; each list also with what one would filter it by."""
    parts = parts_of(world, seeker)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not open_to(app, rule, seeker):
            continue
        yield from addresses(rule, parts)
        if not rule.arguments:
            yield f"{rule.rule}?{asked_for(world)}"
    if seeker.actor.roles & {Role.COORDINATOR, Role.EDUCATOR}:
        words = (*TWINS[0], HIDDEN, world.number, world.asked.number, FETCHER)
        yield from (f"/{page}?q={word}" for page in ("search", "search/suggest") for word in words)


def presses(app: Flask, world: World, seeker: Seeker) -> Iterator[str]:
    """Every act about a thing that the seeker's role may try."""
    parts = parts_of(world, seeker)
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.arguments - {"secret", "token"} and open_to(app, rule, seeker):
            yield from addresses(rule, parts)


def answer_of(seeker: Seeker, method: str, address: str) -> Answer:
    said = seeker.client.open(address, method=method)
    text = said.text if said.mimetype.startswith("text/") or said.is_json else said.mimetype
    return Answer(
        said.status_code,
        RANDOM.sub("…", said.headers.get("Location", "")),
        said.headers.get("Last-Modified", ""),
        RANDOM.sub("…", text.replace("\r\n ", "")),
    )


def look(app: Flask, world: World, seeker: Seeker) -> dict[str, Answer]:
    """What every way in answers."""
    return {RANDOM.sub("…", way): answer_of(seeker, "GET", way) for way in ways(app, world, seeker)}


def letters_to(people: set[str]) -> list[tuple[str, str, str]]:
    """(address, subject, text) of whatever waits to be sent to these."""
    rows = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [
        (row.address, row.subject, RANDOM.sub("…", f"{row.text} {row.html}")) for row in rows if row.address in people
    ]

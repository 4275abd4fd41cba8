"""Handing over during leave: rows, lists and letters; its rules stand in test_rules.py."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.people.models import User
from scheduler.policy import SYSTEM, Role
from scheduler.requests.models import Handover, SchoolRequest
from scheduler.requests.queries.handovers import covered_requests, handover_of, handovers_of, own_handovers
from scheduler.requests.queries.inbox import inbox
from scheduler.requests.queries.pages import request_page
from scheduler.requests.service.handovers import hand_over, take_handover_back
from scheduler.requests.service.locked_request import locked_request, write_to_centre
from scheduler.requests.terms.handovers import HandoverDraft
from scheduler.requests.terms.pages import InboxFilters, Show
from scheduler.requests.terms.school_request import RequestState
from tests.at_once import all_at_once
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.requests.shorthand import mails, stored

TODAY = MONDAY.date()
A_DAY = dt.timedelta(days=1)
A_WEEK = dt.timedelta(days=7)


class Leave:
    """Ana owns a request in one district and one in another; Bojan and Vera are her colleagues."""

    def __init__(self, **centre) -> None:
        self.centre = make_centre(**centre)
        people = [("Ana", "Perić"), ("Bojan", "Ilić"), ("Vera", "Tot")]
        self.ana, self.bojan, self.vera = (
            make_user(
                centre_id=self.centre.id,
                given_name=given,
                family_name=family,
                email=f"{given.lower()}@centre.example",
                password_hash="x",
            )
            for given, family in people
        )
        self.programme = make_programme(centre_id=self.centre.id)
        self.here, self.there = make_municipality("Ниш"), make_municipality("Шабац")
        self.near = self.request(self.ana, self.here)
        self.far = self.request(self.ana, self.there)

    def request(self, owner, town, state=RequestState.TRIAGE, **given) -> SchoolRequest:
        host = make_host(municipality_id=town.id)
        owner_id = owner.id if owner else None
        return make_school_request(state, programme=self.programme, host_id=host.id, owner_id=owner_id, **given)

    def draft(self, **given) -> HandoverDraft:
        days = {"first_day": TODAY, "last_day": TODAY + 6 * A_DAY}
        return HandoverDraft(**({"away_id": self.ana.id, "stand_in_id": self.bojan.id} | days | given))


@pytest.fixture
def leave(session) -> Leave:
    return Leave()


def numbers(user, show=Show.HANDED, now=MONDAY) -> list[str]:
    db.session.rollback()
    found = inbox(user.actor(), InboxFilters(show=show), now=now)
    return sorted(row.number for row in found.page.rows)


@pytest.mark.both_databases
def test_handing_over_during_leave(session):
    """The stand-in finds it in the inbox on these days, the person away keeps it, and it ends by itself."""
    leave = Leave()
    unowned = leave.request(None, leave.here, RequestState.NEW)
    veras = leave.request(leave.vera, leave.here)
    both = sorted([leave.near.number, leave.far.number])
    number = hand_over(leave.ana.actor(), leave.draft(first_day=TODAY + A_DAY), now=MONDAY)

    assert numbers(leave.bojan) == []  # not yet
    assert numbers(leave.bojan, now=MONDAY + A_DAY) == both
    assert numbers(leave.bojan, Show.MINE, MONDAY + A_DAY) == sorted([*both, unowned.number])
    assert numbers(leave.ana, Show.MINE, MONDAY + A_DAY) == sorted([*both, unowned.number])
    assert numbers(leave.vera, Show.MINE, MONDAY + A_DAY) == sorted([unowned.number, veras.number])
    assert numbers(leave.bojan, now=MONDAY + 6 * A_DAY) == both  # the last day
    assert numbers(leave.bojan, now=MONDAY + A_WEEK) == []  # ended by itself
    assert stored(leave.near.id).owner_id == leave.ana.id
    row = handover_of(leave.vera.actor(), number)
    assert (row.away, row.stand_in, row.districts) == ("Ana Perić", "Bojan Ilić", ())


@pytest.mark.both_databases
def test_each_region_goes_to_its_own_colleague_and_the_others_stay(leave):
    draft = leave.draft(district_ids=(leave.here.district_id,))
    hand_over(leave.ana.actor(), draft, now=MONDAY)

    assert numbers(leave.bojan) == [leave.near.number]
    assert [row.number for row in covered_requests(leave.ana.actor(), draft, now=MONDAY)] == [leave.near.number]

    other = leave.draft(stand_in_id=leave.vera.id, district_ids=(leave.there.district_id,))
    hand_over(leave.ana.actor(), other, now=MONDAY)

    assert (numbers(leave.bojan), numbers(leave.vera)) == ([leave.near.number], [leave.far.number])


def test_lists_name_who_stands_in_and_what_is_over_names_nobody_and_is_not_taken_back(leave):
    closed = leave.request(leave.ana, leave.here, RequestState.CLOSED)
    make_handover(leave.ana, leave.bojan, district_ids=(leave.here.district_id,))
    shown = {one.id: request_page(leave.vera.actor(), one.number, now=MONDAY).row.stand_in
             for one in (leave.near, leave.far, closed)}  # fmt: skip
    assert shown == {leave.near.id: "Bojan Ilić", leave.far.id: "", closed.id: ""}

    row = make_handover(leave.ana, leave.bojan)
    with pytest.raises(Conflict, match="wrong_state"):
        take_handover_back(leave.ana.actor(), row.id, now=MONDAY + A_WEEK)


def test_taken_back_early_it_is_over_at_once_and_both_are_told_but_who_pressed(leave):
    number = hand_over(leave.vera.actor(), leave.draft(), now=MONDAY)
    given = sorted((one.address, one.kind) for one in mails())
    take_handover_back(leave.ana.actor(), number, now=MONDAY + A_DAY)
    take_handover_back(leave.ana.actor(), number, now=MONDAY + A_DAY)

    assert given == [("ana@centre.example", "handover_noted"), ("bojan@centre.example", "handover_given")]
    assert [one.address for one in mails("handover_ended")] == ["bojan@centre.example"]
    assert numbers(leave.bojan, now=MONDAY + A_DAY) == []
    actions = db.session.execute(
        select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.thing == "handover").order_by(AuditEntry.id)
    )
    assert [tuple(one) for one in actions] == [
        ("handed over", f"user:{leave.vera.id}"),
        ("handover taken back", f"user:{leave.ana.id}"),
    ]


def test_a_refusal_stores_nothing(leave):
    stranger = make_user()
    presenter = make_user(Role.EDUCATOR, centre_id=leave.centre.id)
    for who, given, refused in (
        (leave.ana, {"stand_in_id": stranger.id}, Rejected),
        (leave.ana, {"stand_in_id": presenter.id}, Rejected),
        (leave.ana, {"district_ids": (leave.here.district_id, 999_999)}, NotFound),
        (presenter, {}, NotAllowed),
        (make_user(Role.SAFEGUARDING, centre_id=leave.centre.id), {}, NotAllowed),
        (stranger, {}, Rejected),
    ):
        with pytest.raises(refused):
            hand_over(who.actor(), leave.draft(**given), now=MONDAY)
    row = make_handover(leave.ana, leave.bojan)
    with pytest.raises(NotFound):
        take_handover_back(stranger.actor(), row.id, now=MONDAY)
    with pytest.raises(NotFound):
        handover_of(stranger.actor(), row.id)

    assert (handovers_of(stranger.actor()), mails()) == ([], [])
    assert db.session.scalars(select(Handover.ended_at)).all() == [None]


@pytest.mark.both_databases
def test_six_at_once_hand_the_same_over_to_one(app):
    leave = Leave()
    actor, drafts = leave.ana.actor(), [leave.draft(stand_in_id=one.id) for one in (leave.bojan, leave.vera)]
    said = all_at_once(app, [partial(hand_over, actor, one, now=MONDAY) for one in drafts * 3])

    assert sorted(str(one) for one in said) == ["None", *["first_day: handed_over_then"] * 5]


def told(row) -> list[str]:
    with transaction() as session:
        write_to_centre(locked_request(session, SYSTEM, "update", row.id), "request_withdrawn", now=MONDAY, reason="x")
    return sorted(one.address.removesuffix("@centre.example") for one in mails("request_withdrawn"))


@pytest.mark.parametrize(("which", "whom"), [("near", ["bojan", "vera"]), ("far", ["ana", "bojan", "vera"])])
def test_letters_about_the_region_go_to_the_stand_in_and_others_where_they_went(leave, which, whom):
    make_handover(leave.ana, leave.bojan, district_ids=(leave.here.district_id,))

    assert told(getattr(leave, which)) == whom


def test_beside_the_common_address_the_stand_in_is_written_to(session):
    leave = Leave(email="desk@centre.example")
    make_handover(leave.ana, leave.bojan)

    assert told(leave.near) == ["bojan", "desk"]
    assert told(leave.request(leave.vera, leave.here))[2:] == ["desk"]


def test_a_suspended_stand_in_looks_after_nothing_and_gets_no_letter(leave):
    make_handover(leave.ana, leave.bojan)
    with transaction() as session:
        session.get_one(User, leave.bojan.id).suspended_at = MONDAY

    assert told(leave.near) == ["ana", "vera"]


def test_both_see_it_soon_and_while_it_runs(leave):
    make_handover(leave.ana, leave.bojan, first_day=TODAY + 14 * A_DAY, last_day=TODAY + 20 * A_DAY)
    seen = [
        [len(own_handovers(who.actor(), MONDAY + days * A_DAY)) for days in (-1, 0, 20, 21)]
        for who in (leave.ana, leave.bojan, leave.vera)
    ]

    assert seen == [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_more_handovers_and_rows_ask_no_more(leave):
    make_handover(leave.ana, leave.bojan, district_ids=(leave.here.district_id,))
    viewer = leave.bojan.actor()
    with statements() as few:
        inbox(viewer, InboxFilters(show=Show.OPEN), now=MONDAY)
        handovers_of(viewer)
    make_handover(leave.vera, leave.bojan, district_ids=(leave.here.district_id, leave.there.district_id))
    leave.request(leave.vera, leave.here)
    leave.request(leave.vera, leave.there)
    make_district()
    with statements() as many:
        inbox(viewer, InboxFilters(show=Show.OPEN), now=MONDAY)
        handovers_of(viewer)

    assert len(many) == len(few)

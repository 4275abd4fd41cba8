"""The law of a consent: what a row can hold, what `invariants check` names, and random acts that all keep it."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from scheduler import policy
from scheduler.core.db import db, transaction
from scheduler.core.errors import SchedulerError
from scheduler.people.models import Presenter, User
from scheduler.policy import Actor
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.queries import has_consent
from scheduler.safeguarding.service import confirm_guardian, name_guardian
from scheduler.safeguarding.terms import ConsentMethod, GuardianDraft, WithdrawnBy
from scheduler.staffing.queries.consent_law import violations
from scheduler.staffing.service.clearance import withdraw_all, withdraw_consent
from scheduler.staffing.service.consents import confirm_paper, give_consent, record_paper
from tests.factories import MONDAY, a_number
from tests.factories.people import a_minor, an_officer_of, make_presenter, make_user, presenter_actor
from tests.factories.safeguarding import (
    LONG_AGO,
    TICKED,
    a_paper_draft,
    a_scan,
    make_consent,
    make_guardian,
    make_vetting,
)
from tests.visits.defences import take_defences_away

TODAY = MONDAY.date()
PAPER = a_paper_draft()


def change(model, **given) -> None:
    with transaction() as session:
        take_defences_away(session, "guardian_consent", "guardian", "consent_paper")
        session.execute(update(model).values(**given))


def test_consents_that_keep_the_law_are_no_violation(session):
    minor, other = a_minor(), a_minor()
    make_consent(minor.id)
    make_guardian(other.id)
    paper = record_paper(an_officer_of(other), other.id, PAPER, now=MONDAY)
    confirm_paper(an_officer_of(other), paper, now=MONDAY)
    assert violations() == []


def test_each_consent_that_breaks_the_law_is_named(session):
    minor = a_minor()
    guardian = make_guardian(minor.id)
    paper = record_paper(an_officer_of(minor), minor.id, PAPER, now=MONDAY)
    consent = confirm_paper(an_officer_of(minor), paper, now=MONDAY)

    change(ConsentPaper, second_seen_by_id=None, second_seen_at=None)
    assert violations() == [f"consent {consent} rests on a paper that two have not seen"]
    change(GuardianConsent, method=ConsentMethod.LINK)
    make_user(email="vesna@family.example", created_at=LONG_AGO)
    assert violations() == [f"consent {consent} came by a link to an account"]
    change(GuardianConsent, earlier=True)
    assert violations() == [], "what was recorded before is held to nothing more"
    change(GuardianConsent, earlier=False, guardian_email="other@family.example")
    change(Guardian, in_force_at=MONDAY + dt.timedelta(days=1))
    assert violations() == [f"consent {consent} came from a guardian who did not speak then"]
    change(Guardian, in_force_at=LONG_AGO, replaced_at=MONDAY + dt.timedelta(days=9))
    late = make_guardian(minor.id, email="late@family.example", in_force_at=MONDAY).id
    assert violations() == [f"guardians {guardian.id} and {late} speak for presenter {minor.id} at once"]


def test_a_link_after_a_withdrawal_from_somebody_new_is_named(session):
    minor = a_minor()
    make_consent(minor.id, withdrawn_at=MONDAY, withdrawn_by=WithdrawnBy.MINOR)
    change(Guardian, replaced_at=MONDAY)
    new = make_guardian(minor.id, email="petar@family.example", in_force_at=MONDAY)
    consent = make_consent(minor.id, **{"guardian_id": new.id, "guardian_email": new.email, "recorded_at": MONDAY}).id
    assert violations() == [f"consent {consent} came by a link after a withdrawal, from who had not consented before"]


def test_whose_staff_or_mailbox_was_changed_past_the_product_is_named(session):
    """Another centre's staff would read where she will be; a link to herself would be her own consent."""
    minor, elsewhere = a_minor(), make_presenter().centre_id
    guardian = make_guardian(minor.id)
    address = session.execute(select(User.email).where(User.id == minor.user_id)).scalar_one()
    assert (minor.centre_id != elsewhere, violations()) == (True, [])
    with transaction() as open_session:
        take_defences_away(open_session, "guardian")
        open_session.execute(update(Presenter).where(Presenter.id == minor.id).values(centre_id=elsewhere))
        open_session.execute(update(Guardian).values(email=address.replace("@", "+mama@")))
    assert violations() == [
        f"presenter {minor.id} is of another centre than her account",
        f"guardian {guardian.id} has the address of the minor herself",
    ]


def test_days_that_do_not_follow_from_the_birth_date_are_named(session):
    minor = a_minor()
    with transaction() as inside:
        take_defences_away(inside, "presenter")
        inside.execute(update(Presenter).values(adult_on=TODAY))
    assert violations() == [f"presenter {minor.id} has days that do not follow from the birth date"]


@pytest.mark.postgres_decides
@pytest.mark.parametrize(("given", "name"), [
    ({"method": "paper"}, "paper_is_seen_by_two"),
    ({"method": "link", "guardian_id": None}, "link_is_of_a_guardian"),
    ({"withdrawn_by": WithdrawnBy.STAFF}, "withdrawn_at_a_moment"),
])  # fmt: skip
def test_the_database_refuses_a_consent_that_nobody_gave(session, given, name):
    minor = a_minor()
    make_vetting(minor.id)
    with pytest.raises(IntegrityError, match=name):
        make_consent(minor.id, **given)


@pytest.mark.postgres_decides
def test_the_database_refuses_one_pair_of_eyes_twice(session):
    minor = a_minor()
    make_guardian(minor.id)
    officer = an_officer_of(minor)
    record_paper(officer, minor.id, PAPER, now=MONDAY)
    with pytest.raises(IntegrityError, match="seen_by_two_people"), transaction() as open_session:
        open_session.execute(update(ConsentPaper).values(second_seen_by_id=officer.user_id, second_seen_at=MONDAY))


class Law:
    """What a consent is worth after each act, told from the acts alone: the oracle of the test below."""

    def __init__(self) -> None:
        self.stands = self.withdrawn = False
        self.named = [0]  # the guardians, the last one last; who has ever consented stands in `gave`
        self.gave: set[int] = set()
        self.next_at: int | None = None  # the day on which the last one begins to speak
        self.papers: dict[int, tuple[int, int, int]] = {}  # who saw it first, whose, signed on which day
        self.withdrawn_on = -1

    def speaks(self, day: int) -> int:
        waits = self.next_at is not None and day < self.next_at
        return self.named[-2] if waits else self.named[-1]

    def link_counts(self, who: int, day: int) -> bool:
        return who == self.speaks(day) and (not self.withdrawn or who in self.gave)

    def give(self, who: int) -> None:
        self.stands = True
        self.gave.add(who)

    def withdraw(self, day: int) -> None:
        if self.stands:
            self.withdrawn, self.withdrawn_on = True, day
        self.stands = False
        self.papers.clear()


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("day"), st.sampled_from([1, 3, 7])),
        st.tuples(st.just("give"), st.integers(0, 2)),  # by the link of the first, second, third guardian
        st.tuples(st.just("withdraw"), st.sampled_from(["guardian", "minor", "first", "second"])),
        st.tuples(st.just("record"), st.tuples(st.sampled_from(["first", "second", "minor"]), st.integers(0, 2))),
        st.tuples(st.just("confirm"), st.sampled_from(["first", "second", "minor"])),
        st.tuples(st.just("replace"), st.sampled_from(["first", "second"])),
        st.tuples(st.just("forge"), st.sampled_from(["first", "second", "minor"])),  # staff or minor at the link's door
    ),
    min_size=4,
    max_size=14,
)


class Stage:
    """One minor, her guardians, two of the staff: plays an act on the product and on the law."""

    def __init__(self) -> None:
        self.minor, self.law, self.day, self.number = a_minor(), Law(), 0, a_number()
        self.staff = {name: an_officer_of(self.minor) for name in ("first", "second")}
        self.actors = self.staff | {"minor": presenter_actor(self.minor)}
        self.guardians = [self.name()]
        confirm_guardian(self.staff["second"], self.minor.id, self.guardians[0], now=self.now)

    @property
    def now(self) -> dt.datetime:
        return MONDAY + dt.timedelta(days=self.day)

    def name(self) -> int:
        address = f"g{self.number}x{len(self.law.named)}x{a_number()}@family.example"
        return name_guardian(self.staff["first"], self.minor.id, GuardianDraft("Vesna", address), now=self.now)

    def link(self, place: int) -> Actor:
        return policy.guardian(self.guardians[min(place, len(self.guardians) - 1)], self.minor.id)

    def play(self, act: str, with_what: Any) -> None:
        with suppress(SchedulerError):
            getattr(self, f"_{act}")(with_what)
        day = (MONDAY + dt.timedelta(days=self.day)).date()
        assert bool(has_consent([self.minor.id], day)) == self.law.stands, (act, with_what)

    def _day(self, days: int) -> None:
        self.day += days
        if self.law.next_at is not None and self.day >= self.law.next_at:
            self.law.next_at = None

    def _give(self, place: int) -> None:
        place = min(place, len(self.guardians) - 1)
        if self.law.link_counts(place, self.day):
            self.law.give(place)
        give_consent(self.link(place), "Vesna", TICKED, now=self.now)

    def _forge(self, who: str) -> None:
        give_consent(self.actors[who], "Vesna", TICKED, now=self.now)

    def _withdraw(self, who: str) -> None:
        speaks = self.law.speaks(self.day)
        self.law.withdraw(self.day)
        if who == "guardian":
            withdraw_all(self.link(speaks), self.minor.id, now=self.now)
            return
        rows = select(GuardianConsent.id).where(GuardianConsent.presenter_id == self.minor.id)
        newest = db.session.scalars(rows.order_by(GuardianConsent.id.desc())).first()
        if newest is None:  # nothing was given yet: only the guardian says no to papers that wait
            withdraw_all(self.link(speaks), self.minor.id, now=self.now)
        else:
            withdraw_consent(self.actors[who], newest, now=self.now)
            withdraw_all(self.link(speaks), self.minor.id, now=self.now)

    def _record(self, given: tuple[str, int]) -> None:
        who, days_ago = given
        signed = self.day - days_ago
        draft = replace(PAPER, given_on=TODAY + dt.timedelta(days=signed), scan=a_scan(width=300 + a_number() % 9000))
        paper = record_paper(self.actors[who], self.minor.id, draft, now=self.now)
        assert who != "minor"
        assert signed >= self.law.withdrawn_on or not self.law.withdrawn, "signed before the withdrawal"
        self.law.papers[paper] = (self.staff[who].user_id or 0, self.law.speaks(self.day), signed)

    def _confirm(self, who: str) -> None:
        papers = dict(self.law.papers)
        for paper, (first, whose, _signed) in papers.items():
            counts = who != "minor" and self.actors[who].user_id != first and whose == self.law.speaks(self.day)
            if counts:
                self.law.give(whose)
                del self.law.papers[paper]
            with suppress(SchedulerError):
                confirm_paper(self.actors[who], paper, now=self.now)
                assert counts, "a paper counted that two different people have not seen"

    def _replace(self, _who: str) -> None:
        if self.law.next_at is None:
            self.law.named.append(len(self.law.named))
            self.law.next_at = self.day + 7
            self.guardians.append(self.name())


@hypothesis.given(acts=ACTS)
@hypothesis.example(acts=[("give", 0), ("withdraw", "first"), ("replace", "first"), ("day", 7), ("give", 1)])
@hypothesis.example(acts=[("record", ("first", 0)), ("confirm", "first"), ("confirm", "second")])
@hypothesis.example(
    acts=[("give", 0), ("day", 3), ("withdraw", "minor"), ("record", ("first", 2)), ("confirm", "second")]
)
@hypothesis.example(acts=[("record", ("first", 0)), ("withdraw", "guardian"), ("confirm", "second")])
@hypothesis.example(acts=[("record", ("first", 0)), ("replace", "first"), ("day", 7), ("confirm", "second")])
@hypothesis.settings(max_examples=60, suppress_health_check=list(hypothesis.HealthCheck))
def test_whatever_people_do_after_a_withdrawal_only_the_guardian_gives_a_consent_again(app, acts):
    stage = Stage()
    for act, with_what in acts:
        stage.play(act, with_what)
    assert violations() == []

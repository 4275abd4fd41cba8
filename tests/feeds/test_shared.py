"""Calendars of a host and of the staff: what they hold, whom they never name, and when they end."""

import datetime as dt
import gzip

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from scheduler.closures.service.close import close_hosts, lift_closure
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.feeds import queries, rules, service
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import MOST_FEEDS, SHARED_FEED_LASTS, FeedKind, FeedOf
from scheduler.people.models import User, UserDistrict, UserRole
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent
from scheduler.policy import Role, school_contact
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.service.cancel import cancel_visit
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user, presenter_actor
from tests.factories.places import make_host
from tests.factories.posts import planned
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_confirmed_visit, a_planned_visit
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases

DAY = dt.timedelta(days=1)
ON_DAY = dt.date(2026, 10, 6)
VISITS = (FeedKind.CENTRE, FeedKind.DISTRICT)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def school(session):
    return make_host("Вук Караџић", place="Ниш")


@pytest.fixture
def far(session):
    return make_host("Бранко Радичевић", place="Врање")


@pytest.fixture
def user(programme):
    return make_user(centre_id=programme.centre_id)


@pytest.fixture
def visit(programme, school):
    """An adult and a minor go."""
    adult = a_cleared_educator(centre_id=programme.centre_id, given_name="Јелена", family_name="Илић")
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Вуковић")
    return a_confirmed_visit(adult, minor, programme=programme, host_id=school.id)


def district_of(host) -> int:
    """Its district."""
    return db.session.get_one(Municipality, host.municipality_id).district_id


def an_address(actor, kind=FeedKind.CENTRE, name="phone", now=MONDAY, **given) -> str:
    db.session.rollback()
    given = given or {"user_id": actor.user_id}
    return service.make_feed(actor, name, "en", now=now, of=FeedOf(kind, **given))


def shown(token, now=MONDAY):
    db.session.rollback()
    body = gzip.decompress(service.renewed_body(token, now=now).packed)
    return by_icalendar(body)


def narrowed(user, *hosts):
    with transaction() as session:
        session.get_one(User, user.id).districts = []
        session.flush()
        session.get_one(User, user.id).districts = [UserDistrict(district_id=district_of(host)) for host in hosts]
    db.session.expire_all()
    return db.session.get_one(User, user.id).actor()


@pytest.mark.parametrize("kind", VISITS)
def test_a_visit_is_shown_with_its_adults_and_no_minor_in_any_language(user, visit, school, kind):
    given = {"user_id": user.id} | ({"district_id": district_of(school)} if kind is FeedKind.DISTRICT else {})
    for number, language in enumerate(("en", "sr_Cyrl", "sr_Latn")):
        token = service.make_feed(user.actor(), f"a{number}", language, now=MONDAY, of=FeedOf(kind, **given))
        [one] = shown(token)
        said = str(one)
        assert one["status"] == "CONFIRMED"
        assert "Јелена" in said or "Jelena" in said
        assert not [word for word in ("Тара", "Tara", "young", "млад", "mlad") if word in said.lower() or word in said]
        assert f"/visits/{visit.number}" in said


def test_an_unsure_visit_is_tentative_and_a_cancelled_one_struck_out_for_thirty_days(user, programme, school):
    unsure = a_planned_visit(programme=programme, host_id=school.id)
    token = an_address(user.actor())
    assert [one["status"] for one in shown(token)] == ["TENTATIVE"]

    cancel_visit(user.actor(), unsure.id, reason="snow", now=MONDAY)

    assert [one["status"] for one in shown(token)] == ["CANCELLED"]
    assert shown(token, MONDAY + rules.CANCELLED_STAYS + DAY) == []


def test_it_keeps_to_the_readers_districts_of_this_moment_and_to_her_centre(user, visit, programme, school, far):
    a_planned_visit(programme=programme, host_id=far.id)
    a_planned_visit(programme=make_programme(), host_id=school.id)
    token, near = (
        an_address(user.actor()),
        an_address(user.actor(), FeedKind.DISTRICT, user_id=user.id, district_id=district_of(school)),
    )
    assert len(shown(token)) == 2
    assert len(shown(near)) == 1

    narrowed(user, far)

    assert len(shown(token)) == 1
    with pytest.raises(NotFound):
        shown(near)
    with pytest.raises(NotFound):
        an_address(narrowed(user, far), FeedKind.DISTRICT, "x", user_id=user.id, district_id=district_of(school))


@pytest.mark.parametrize("kind", [FeedKind.CENTRE, FeedKind.POSTS, FeedKind.CLOSURES])
@pytest.mark.parametrize("end", ["role", "account"])
def test_it_ends_with_the_role_and_with_the_account(user, kind, end):
    token = an_address(user.actor(), kind)
    assert shown(token) == []
    with transaction() as session:
        if end == "role":
            session.get_one(User, user.id).roles = [UserRole(role=Role.EDUCATOR)]
        else:
            session.get_one(User, user.id).suspended_at = MONDAY

    with pytest.raises(NotFound):
        shown(token)


def test_nobody_makes_one_of_what_she_may_not_read_or_of_somebody_else(user, programme, school):
    officer, educator = an_actor(Role.SAFEGUARDING), presenter_actor(a_cleared_educator())
    with pytest.raises(NotAllowed):
        an_address(officer, FeedKind.POSTS)
    for actor, of in (
        (educator, FeedOf(FeedKind.CENTRE, user_id=educator.user_id)),
        (officer, FeedOf(FeedKind.CENTRE, user_id=user.id)),
        (officer, FeedOf(FeedKind.HOST, host_id=school.id)),
    ):
        with pytest.raises(NotFound):
            service.make_feed(actor, "x", "en", now=MONDAY, of=of)
    with pytest.raises(NotFound):
        service.renew_address(officer, feed_id_of(an_address(user.actor())), now=MONDAY)


def feed_id_of(token) -> int:
    return service.renewed_body(token, now=MONDAY).feed_id


def test_five_of_each_kind_and_a_renewed_one_is_dead_at_once(user):
    actor = user.actor()
    tokens = [an_address(actor, name=f"a{number}") for number in range(MOST_FEEDS)]
    an_address(actor, FeedKind.POSTS, "a0")
    with rejection(name="too_many_feeds"):
        an_address(actor, name="a9")
    with rejection(name="exists"):
        an_address(actor, FeedKind.POSTS, "a0")

    token, name = service.renew_address(actor, feed_id_of(tokens[0]), now=MONDAY)

    assert name == "a0"
    assert shown(token) == []
    with pytest.raises(NotFound):
        shown(tokens[0])
    service.revoke_feed(actor, feed_id_of(token), now=MONDAY)
    with pytest.raises(NotFound):
        shown(token)
    ended = db.session.query(FeedToken).filter(FeedToken.revoked_at.is_not(None)).first()
    with pytest.raises(NotFound):
        service.renew_address(actor, ended.id, now=MONDAY)
    assert len(queries.feeds_of_user(user.id)) == MOST_FEEDS


def test_posts_of_the_whole_centre_and_of_no_other(user, programme):
    number = planned(user.actor())
    planned(an_actor())

    assert [one["uid"].split("@")[0] for one in shown(an_address(user.actor(), FeedKind.POSTS))] == [f"post-{number}"]


def test_closures_are_whole_days_in_the_readers_districts_and_lifted_ones_are_struck_out(user, school, far):
    def closed(extent, first=ON_DAY, last=ON_DAY + DAY):
        draft = ClosureDraft((extent,), first, last, ClosureReason.SNOW, "a note")
        return close_hosts(user.actor(), draft, seen=frozenset(), now=MONDAY)

    closed(Extent(municipality_id=school.municipality_id))
    there = closed(Extent(district_id=district_of(far)))
    closed(Extent())
    token = an_address(user.actor(), FeedKind.CLOSURES)
    assert [one["summary"] for one in shown(token)] == [
        "Closed: Niš (Snow)", "Closed: Nišava (district) (Snow)", "Closed: The whole country (Snow)",
    ]  # fmt: skip
    assert {(one["dtstart_utc"], one["dtend_utc"]) for one in shown(token)} == {
        ("2026-10-06T00:00", "2026-10-08T00:00")
    }
    assert "a note" not in str(shown(token))

    lift_closure(user.actor(), there, ON_DAY, now=MONDAY + DAY)

    assert [one["status"] for one in shown(token, MONDAY + DAY)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    narrowed(user, school)
    assert len(shown(token, MONDAY + DAY)) == 2
    narrowed(user, far)
    gone = MONDAY + DAY + rules.CANCELLED_STAYS
    assert [one["status"] for one in shown(token, MONDAY + DAY)] == ["CANCELLED", "CONFIRMED"]
    assert [one["status"] for one in shown(token, gone)] == ["CONFIRMED"]


def test_a_host_reads_its_visits_of_every_centre_without_a_name_and_only_once_one_is_planned(visit, programme, school):
    a_planned_visit(programme=make_programme(), host_id=school.id)
    bare = make_school_request(RequestState.NEW, host_id=school.id, programme=programme)
    with pytest.raises(NotFound):
        an_address(school_contact(bare.id, school.id), FeedKind.HOST, host_id=school.id)
    asked = make_school_request(RequestState.CONFIRMED, host_id=school.id, programme=programme)
    with transaction() as session:
        session.execute(update(type(visit)).where(type(visit).id == visit.id).values(school_request_id=asked.id))
    actor = school_contact(asked.id, school.id)

    token = an_address(actor, FeedKind.HOST, host_id=school.id)

    entries = shown(token)
    assert sorted(one["status"] for one in entries) == ["CONFIRMED", "TENTATIVE"]
    assert not [word for word in ("Тара", "Tara", "Јелена", "Jelena", "/visits/", "/status/") if word in str(entries)]
    assert [row.name for row in queries.feeds_of_host(school.id, now=MONDAY)] == ["phone"]
    with pytest.raises(NotFound):
        shown(token, MONDAY + SHARED_FEED_LASTS)
    with pytest.raises(NotFound):
        service.revoke_feed(school_contact(asked.id, make_host().id), feed_id_of(token), now=MONDAY)
    service.revoke_feed(actor, feed_id_of(token), now=MONDAY)
    with pytest.raises(NotFound):
        shown(token)


def test_an_address_is_somebodys_and_of_one_kind(user, school):
    for kind, given in (
        (FeedKind.OWN, {"user_id": user.id}),
        (FeedKind.HOST, {"user_id": user.id}),
        (FeedKind.CENTRE, {}),
        (FeedKind.CENTRE, {"user_id": user.id, "host_id": school.id}),
        (FeedKind.DISTRICT, {"user_id": user.id}),
        (FeedKind.CENTRE, {"user_id": user.id, "district_id": district_of(school)}),
    ):
        with pytest.raises(IntegrityError, match="feed_token"), transaction() as session:
            session.add(FeedToken(token_hash="x", name="x", language="en", created_at=MONDAY, kind=kind, **given))
